package desk

import (
	"context"
	"sync/atomic"
	"time"
)

// Traffic counts the requests that are under way at this copy, so that long work in the background can let them go first.
type Traffic struct{ requests atomic.Int64 }

// Enter counts a request until leave is called.
func (t *Traffic) Enter() (leave func()) {
	t.requests.Add(1)
	return func() { t.requests.Add(-1) }
}

// yield waits until no request is under way, but no longer than that: what is asked for all the time still gets done.
func (t *Traffic) yield(ctx context.Context, longest time.Duration) error {
	if t.requests.Load() == 0 {
		return ctx.Err()
	}
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for ends := time.Now().Add(longest); t.requests.Load() > 0 && time.Now().Before(ends); {
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
