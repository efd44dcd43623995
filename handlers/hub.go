package handlers

import (
	"context"
	"errors"
	"log/slog"
	"sync"
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

	mu      sync.Mutex
	streams []*stream // oldest first
	missed  bool      // more was heard than there was room for
}

// newHub makes a hub that works until the context ends, or its end is called.
func newHub(ctx context.Context, d *db.DB, judge *policy.Judge, clock func() time.Time, log *slog.Logger) *hub {
	h := &hub{db: d, judge: judge, clock: clock, log: log, heard: make(chan db.Topic, 1024)}
	h.gone, h.end = context.WithCancel(ctx)
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
				h.drop(s)
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
	case t == db.Everything:
		h.judgeAgain(ctx, h.all())
		for _, s := range h.all() {
			for topic := range s.topics {
				h.name(ctx, topic, []*stream{s}, topic)
			}
		}
	case t == db.PolicyChanged:
		h.judgeAgain(ctx, h.all())
	case kind == "person":
		h.judgeAgain(ctx, h.where(func(s *stream) bool { return s.who.Person.ID == id }))
	case kind == "note": // whoever may read notes hears that the case changed
		topic := db.CaseChanged(db.Number(id))
		h.name(ctx, t, h.where(func(s *stream) bool { return s.topics[topic] }), topic)
	case kind == "case":
		h.name(ctx, t, h.where(func(s *stream) bool { return s.topics[t] }), t)
		h.name(ctx, t, h.where(func(s *stream) bool { return s.topics[casesChanged] }), casesChanged)
	case kind == "queue":
		h.name(ctx, t, h.where(func(s *stream) bool { return s.topics[t] }), t)
	}
}

// name writes a name to those of the streams whose person may hear of the topic, as things are now.
func (h *hub) name(ctx context.Context, t db.Topic, to []*stream, name db.Topic) {
	if len(to) == 0 {
		return
	}
	at, ok, err := h.see(ctx, t)
	if err != nil {
		h.log.WarnContext(ctx, "a change could not be told", "topic", t, "error", err)
		for _, s := range to {
			h.drop(s) // its page catches up when it is connected again
		}
		return
	}
	for _, s := range to {
		if !ok || !h.holds(h.actor(s), at) {
			continue
		}
		select {
		case s.names <- string(name):
		default:
			h.drop(s)
		}
	}
}

// judgeAgain reads anew who the streams' sessions stand for. A stream whose session is over, or whose person may not
// sign in any more, ends.
func (h *hub) judgeAgain(ctx context.Context, streams []*stream) {
	for _, s := range streams {
		in, err := h.db.Session(ctx, s.token, h.clock())
		if err != nil {
			if !notThere(err) {
				h.log.WarnContext(ctx, "a stream ends, as nobody knows whose it is", "error", err)
			}
			h.drop(s)
			continue
		}
		h.mu.Lock()
		s.who = policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}
		h.mu.Unlock()
	}
}

// join lets a stream hear what changes from now on; false if the hub has ended.
func (h *hub) join(s *stream) bool {
	h.mu.Lock()
	if h.gone.Err() != nil {
		h.mu.Unlock()
		return false
	}
	h.streams = append(h.streams, s)
	h.mu.Unlock()
	own := h.where(func(o *stream) bool { return o.who.Person.ID == s.who.Person.ID })
	for _, old := range own[:max(0, len(own)-streamsEach)] {
		h.drop(old)
	}
	return true
}

// leave forgets a stream.
func (h *hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, o := range h.streams {
		if o == s {
			h.streams = append(h.streams[:i:i], h.streams[i+1:]...)
			return
		}
	}
}

// drop ends a stream; what writes it then leaves.
func (h *hub) drop(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !s.ended {
		s.ended = true
		close(s.gone)
	}
}

func (h *hub) actor(s *stream) policy.Actor {
	h.mu.Lock()
	defer h.mu.Unlock()
	return s.who
}

func (h *hub) all() []*stream { return h.where(func(*stream) bool { return true }) }

// where lists the streams of which is is true, oldest first.
func (h *hub) where(is func(*stream) bool) []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []*stream
	for _, s := range h.streams {
		if is(s) {
			list = append(list, s)
		}
	}
	return list
}

func notThere(err error) bool { return errors.Is(err, db.ErrNotFound) }
