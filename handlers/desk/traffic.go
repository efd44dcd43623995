package desk

import (
	"context"
	"sync/atomic"
	"time"
)

// Traffic counts the requests that are under way at this copy, so that long work in the background can let them go first.
type Traffic struct {
	requests atomic.Int64
	last     atomic.Int64 // when one came or went, in nanoseconds
}

// lull is how long nobody must have asked for anything until nobody counts as being there: who reads a page asks for several
// things, one after the other.
const lull = 25 * time.Millisecond

// Enter counts a request until leave is called.
func (t *Traffic) Enter() (leave func()) {
	t.requests.Add(1)
	return func() {
		t.last.Store(time.Now().UnixNano())
		t.requests.Add(-1)
	}
}

func (t *Traffic) busy() bool {
	return t.requests.Load() > 0 || time.Now().UnixNano()-t.last.Load() < int64(lull)
}

// yield waits until nobody asks for anything, but no longer than that: where somebody always does, work still gets done.
func (t *Traffic) yield(ctx context.Context, longest time.Duration) error {
	if !t.busy() {
		return ctx.Err()
	}
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for ends := time.Now().Add(longest); t.busy() && time.Now().Before(ends); {
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
