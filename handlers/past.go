package handlers

import (
	"slices"
	"sync"

	"portico/db"
)

// remembered is how many changes a copy remembers, at least: half a minute's of a portal that has no rest.
const remembered = 8192

// past is what a copy heard last, in the order in which all copies hear it, with the milestones in between. So a page
// that was away, or was shown by another copy, is told exactly what it missed: it says the milestone that it knows.
type past struct {
	mu     sync.Mutex
	topics []db.Topic
}

// add notes what was heard next. After Everything nobody knows what was missed, so nothing from before it counts.
func (p *past) add(topics []db.Topic) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, t := range slices.Backward(topics) {
		if t == db.Everything {
			p.topics, topics = p.topics[:0], topics[i:]
			break
		}
	}
	if len(p.topics) > 2*remembered {
		p.topics = slices.Delete(p.topics, 0, len(p.topics)-remembered)
	}
	p.topics = append(p.topics, topics...)
}

// since gives what was heard after a milestone; ok is false if nobody here remembers that.
func (p *past) since(milestone string) (topics []db.Topic, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, t := range slices.Backward(p.topics) {
		if name, is := t.Milestone(); is && name == milestone {
			return slices.Clone(p.topics[i+1:]), true
		}
	}
	return nil, false
}
