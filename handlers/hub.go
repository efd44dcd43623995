package handlers

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portico/db"
	"portico/policy"
)

// streamsEach is how many streams one person may have open on one copy: tabs. The oldest makes room.
const streamsEach = 30

// hub brings what changed to the pages that are open on this copy, and only to those whose person may know of it.
type hub struct {
	db    *db.DB
	judge *policy.Judge
	clock func() time.Time
	log   *slog.Logger

	heard chan db.Topic // what the listener brought; read by run
	gone  context.Context
	end   context.CancelFunc
	looks atomic.Int64 // at sessions, so far

	mu      sync.Mutex
	streams map[*stream]bool
	on      map[db.Topic]map[*stream]bool
	of      map[int64][]*stream // by person, oldest first
	missed  bool                // more was heard than there was room for
}

// newHub makes a hub that works until the context ends, or its end is called.
func newHub(ctx context.Context, d *db.DB, judge *policy.Judge, clock func() time.Time, log *slog.Logger) *hub {
	h := &hub{db: d, judge: judge, clock: clock, log: log, heard: make(chan db.Topic, 1024),
		streams: map[*stream]bool{}, on: map[db.Topic]map[*stream]bool{}, of: map[int64][]*stream{}}
	// What a topic is about is read once, whoever listens, and then judged for each.
	h.gone, h.end = context.WithCancel(db.AsSystem(ctx, "live"))
	go h.run()
	return h
}

// hear takes a change in. It is called by the one connection that listens, and must not keep it waiting.
func (h *hub) hear(t db.Topic) {
	select {
	case h.heard <- t:
	default:
		h.mu.Lock()
		h.missed = true // then it is as if nobody had listened
		h.mu.Unlock()
	}
}

// run tells of what was heard, one change after the other, and in the end ends all streams.
func (h *hub) run() {
	for {
		select {
		case t := <-h.heard:
			ctx, cancel := context.WithTimeout(h.gone, 10*time.Second)
			h.tell(ctx, t)
			if h.hasMissed() {
				h.tell(ctx, db.Everything)
			}
			cancel()
		case <-h.gone.Done():
			for _, s := range h.all() {
				s.drop()
			}
			return
		}
	}
}

func (h *hub) hasMissed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	missed := h.missed
	h.missed = false
	return missed
}

// tell brings one change to whom it concerns.
func (h *hub) tell(ctx context.Context, t db.Topic) {
	switch kind, id := parseTopic(t); {
	case t == db.Everything: // whoever is still there looks at all again: that tells nobody what has changed
		h.judgeAgain(ctx, h.all())
		for _, s := range h.all() {
			for topic := range s.topics {
				s.name(topic)
			}
		}
	case t == db.PolicyChanged:
		h.judgeAgain(ctx, h.all())
	case kind == "person":
		h.judgeAgain(ctx, h.ofPerson(id))
	case kind == "note": // whoever may read notes hears that the case changed
		topic := db.CaseChanged(db.Number(id))
		h.name(ctx, t, hears{h.listening(topic), topic})
	case kind == "case":
		h.name(ctx, t, hears{h.listening(t), t}, hears{h.listening(casesChanged), casesChanged})
	case kind == "queue":
		h.name(ctx, t, hears{h.listening(t), t})
	}
}

// hears are streams with the name by which they hear of a change.
type hears struct {
	streams []*stream
	name    db.Topic
}

// name writes names to those of the streams whose person may hear of the topic, as things are now.
func (h *hub) name(ctx context.Context, t db.Topic, to ...hears) {
	if !slices.ContainsFunc(to, func(l hears) bool { return len(l.streams) > 0 }) {
		return
	}
	at, ok, err := h.see(ctx, t)
	if err != nil {
		h.log.WarnContext(ctx, "a change could not be told", "topic", t, "error", err)
	}
	for _, l := range to {
		for _, s := range l.streams {
			switch {
			case err != nil:
				s.drop() // its page catches up when it is connected again
			case ok && h.holds(*s.who.Load(), at):
				s.name(l.name)
			}
		}
	}
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

func notThere(err error) bool { return errors.Is(err, db.ErrNotFound) }
