package desk

import (
	"context"
	"fmt"
	"sync"
)

// lanes let each person do one thing at a time: who asks for more waits for themselves, and takes nobody else's place. The
// zero lanes are ready.
type lanes struct {
	mu sync.Mutex
	of map[int64]*lane
}

type lane struct {
	free  chan struct{} // holds one while nobody is in it
	users int           // in it, or waiting
}

// enter waits until the person's lane is free, and gives what leaves it.
func (l *lanes) enter(ctx context.Context, person int64) (leave func(), err error) {
	l.mu.Lock()
	own := l.of[person]
	if own == nil {
		own = &lane{free: make(chan struct{}, 1)}
		own.free <- struct{}{}
		if l.of == nil {
			l.of = map[int64]*lane{}
		}
		l.of[person] = own
	}
	own.users++
	l.mu.Unlock()
	gone := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if own.users--; own.users == 0 {
			delete(l.of, person)
		}
	}
	select {
	case <-own.free:
		return func() { own.free <- struct{}{}; gone() }, nil
	case <-ctx.Done():
		gone()
		return nil, fmt.Errorf("wait for one's own: %w", context.Cause(ctx))
	}
}
