package handlers

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portico/db"
	"portico/policy"
)

// streamsEach is how many streams one person may have open on one copy: windows, of which those that nobody looks at have
// none. The oldest makes room.
const streamsEach = 50

// heardAtOnce is how much may wait to be told; of more than that, it is told that anything may have changed.
const heardAtOnce = 65536

// hub brings what changed to the pages that are open on this copy, and only to those whose person may know of it.
type hub struct {
	db    *db.DB
	judge *policy.Judge
	clock func() time.Time
	log   *slog.Logger

	gone  context.Context
	end   context.CancelFunc
	woken chan struct{} // there is something to tell
	looks atomic.Int64  // at sessions, so far
	past  past
	told  atomic.Pointer[string] // the last milestone before which all was told

	mu      sync.Mutex
	heard   []db.Topic // what the listener brought, for run to tell
	streams map[*stream]bool
	on      map[db.Topic]map[*stream]bool
	of      map[int64][]*stream // by person, oldest first
}

// newHub makes a hub that works until the context ends, or its end is called.
func newHub(ctx context.Context, d *db.DB, judge *policy.Judge, clock func() time.Time, log *slog.Logger) *hub {
	h := &hub{db: d, judge: judge, clock: clock, log: log, woken: make(chan struct{}, 1),
		streams: map[*stream]bool{}, on: map[db.Topic]map[*stream]bool{}, of: map[int64][]*stream{}}
	h.told.Store(new(string))
	// What a topic is about is read once, whoever listens, and then judged for each.
	h.gone, h.end = context.WithCancel(db.AsSystem(ctx, "live"))
	go h.run()
	return h
}

// hear takes a change in. It is called by the one connection that listens, and must not keep it waiting.
func (h *hub) hear(t db.Topic) {
	h.mu.Lock()
	if len(h.heard) >= heardAtOnce {
		h.heard, t = nil, db.Everything // as if nobody had listened
	}
	h.heard = append(h.heard, t)
	h.mu.Unlock()
	select {
	case h.woken <- struct{}{}:
	default: // it will find this too
	}
}

// run tells of what was heard, all that came meanwhile at once, and in the end ends all streams.
func (h *hub) run() {
	for {
		select {
		case <-h.woken:
			h.mu.Lock()
			heard := h.heard
			h.heard = nil
			h.mu.Unlock()
			ctx, cancel := context.WithTimeout(h.gone, 10*time.Second)
			h.tell(ctx, heard...)
			cancel()
		case <-h.gone.Done():
			for _, s := range h.all() {
				s.drop()
			}
			return
		}
	}
}

// tell brings changes to whom they concern. Who joins meanwhile finds them in the past; who is told of a milestone was
// told of all before it.
func (h *hub) tell(ctx context.Context, topics ...db.Topic) {
	h.past.add(topics)
	h.judgeWhom(ctx, topics)
	at := h.told.Load()
	if slices.Contains(topics, db.Everything) { // whoever is still there looks at all again: that tells nobody what has changed
		for _, s := range h.all() {
			s.nameAll()
		}
		at = new(string)
		if err := h.db.Notify(ctx); err != nil { // a milestone to begin with
			h.log.WarnContext(ctx, "pages can't say since when they listen", "error", err)
		}
	} else {
		h.name(ctx, topics, h.listening)
	}
	for _, t := range slices.Backward(topics) {
		if t == db.Everything {
			break
		}
		if name, ok := t.Milestone(); ok {
			at = &name
			break
		}
	}
	h.told.Store(at)
}

// milestone is since when a page that is shown now, or a stream whose names are about to be taken, has to be told.
func (h *hub) milestone() string { return *h.told.Load() }

// catchUp tells a stream what came since a milestone. Where nobody remembers that, or it is too much to look at, it looks
// at all again.
func (h *hub) catchUp(ctx context.Context, s *stream, milestone string) {
	topics, ok := h.past.since(milestone)
	if !ok || len(topics) > remembered/8 {
		s.nameAll()
		return
	}
	h.name(ctx, topics, func(t db.Topic) []*stream {
		if s.topics[t] {
			return []*stream{s}
		}
		return nil
	})
}

// judgeWhom judges those again of whom it may have changed what they may.
func (h *hub) judgeWhom(ctx context.Context, topics []db.Topic) {
	if slices.Contains(topics, db.Everything) || slices.Contains(topics, db.PolicyChanged) {
		h.judgeAgain(ctx, h.all())
		return
	}
	var whom []*stream
	for _, t := range topics {
		if kind, id := parseTopic(t); kind == "person" {
			whom = append(whom, h.ofPerson(id)...)
		}
	}
	h.judgeAgain(ctx, whom)
}

// name writes to those who listen, and may hear of it as things are now, the names of what changed.
func (h *hub) name(ctx context.Context, topics []db.Topic, listening func(db.Topic) []*stream) {
	var changes []change
	var cases []db.Number
	once := map[db.Topic]bool{} // what changed often is told once
	for _, t := range topics {
		if once[t] {
			continue
		}
		once[t] = true
		if c := changeOf(t, listening); c.heard() {
			changes = append(changes, c)
			if c.kase != 0 {
				cases = append(cases, c.kase)
			}
		}
	}
	var refs map[db.Number]db.CaseRef
	var err error
	if len(cases) > 0 {
		if refs, err = h.db.CaseRefs(ctx, cases); err != nil {
			h.log.WarnContext(ctx, "a change could not be told", "topics", topics, "error", err)
		}
	}
	for _, c := range changes {
		ref, there := refs[c.kase]
		if c.kase != 0 {
			c.sight.object = ref
		}
		for _, l := range c.to {
			for _, s := range l.streams {
				switch {
				case c.kase != 0 && err != nil:
					s.drop() // its page is told of it when it is connected again
				case (c.kase == 0 || there) && h.holds(*s.who.Load(), c.sight):
					s.name(l.name)
				}
			}
		}
	}
}

// change is a topic with those who may have to be told of it.
type change struct {
	sight
	kase db.Number // that has to be read first; 0: none
	to   []hears
}

// hears are streams with the name by which they hear of a change.
type hears struct {
	streams []*stream
	name    db.Topic
}

func (c change) heard() bool {
	return slices.ContainsFunc(c.to, func(l hears) bool { return len(l.streams) > 0 })
}

// changeOf finds who listens to what changed: whoever may read notes hears of one that the case changed.
func changeOf(t db.Topic, listening func(db.Topic) []*stream) change {
	kind, id := parseTopic(t)
	c := change{sight: sight{kind: kind}}
	switch kind {
	case "note":
		c.kase = db.Number(id)
		topic := db.CaseChanged(c.kase)
		c.to = []hears{{listening(topic), topic}}
	case "case":
		c.kase = db.Number(id)
		c.to = []hears{{listening(t), t}, {listening(casesChanged), casesChanged}}
	case "queue":
		c.object.QueueID = id
		c.to = []hears{{listening(t), t}}
	case string(db.SetUpChanged):
		c.to = []hears{{listening(t), t}}
	case "own":
		c.owner = id
		c.to = []hears{{listening(ownChanged), ownChanged}}
	}
	return c
}

// judgedAtOnce is how many sessions are read in one query.
const judgedAtOnce = 500

// judgeAgain reads anew who the streams' sessions stand for. A stream whose session is over, or whose person may not
// sign in any more, ends.
func (h *hub) judgeAgain(ctx context.Context, streams []*stream) {
	for some := range slices.Chunk(streams, judgedAtOnce) {
		tokens := make([][]byte, len(some))
		for i, s := range some {
			tokens[i] = s.token
		}
		look := h.looks.Add(1)
		in, err := h.db.SignedInBy(ctx, tokens, h.clock())
		if err != nil {
			h.log.WarnContext(ctx, "streams end, as nobody knows whose they are", "streams", len(some), "error", err)
		}
		for _, s := range some {
			now, ok := in[string(s.token)]
			if !ok {
				s.drop()
				continue
			}
			s.judged(look, &policy.Actor{Person: now.Person, Home: now.Home, Grants: now.Grants})
		}
	}
}

// join lets a stream hear what changes from now on; false if the hub has ended.
func (h *hub) join(s *stream) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone.Err() != nil {
		return false
	}
	h.streams[s] = true
	for t := range s.topics {
		if h.on[t] == nil {
			h.on[t] = map[*stream]bool{}
		}
		h.on[t][s] = true
	}
	h.of[s.person] = append(h.of[s.person], s)
	own := h.of[s.person]
	for _, old := range own[:max(0, len(own)-streamsEach)] {
		old.drop()
	}
	return true
}

// leave forgets a stream.
func (h *hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
	for t := range s.topics {
		delete(h.on[t], s)
		if len(h.on[t]) == 0 {
			delete(h.on, t)
		}
	}
	h.of[s.person] = slices.DeleteFunc(h.of[s.person], func(o *stream) bool { return o == s })
	if len(h.of[s.person]) == 0 {
		delete(h.of, s.person)
	}
}

func (h *hub) all() []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.streams))
}

// listening lists the streams that asked for a topic.
func (h *hub) listening(t db.Topic) []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.on[t]))
}

func (h *hub) ofPerson(id int64) []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.of[id])
}
