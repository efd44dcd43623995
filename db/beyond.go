package db

import (
	"fmt"
	"hash/maphash"
	"sync"
	"time"
)

// beyond remembers for a while which lists hold more than is counted: counting is a good part of what a list costs, and
// of the long ones, which cost the most, a page says no more than that there are many.
type beyond struct {
	mu    sync.Mutex
	until map[uint64]time.Time
}

const (
	beyondLife = time.Minute
	beyondSize = 10_000 // lists; there are as many as people and filters
)

var beyondSeed = maphash.MakeSeed()

// list names a list by what its count asks for. Two may come to have one name by a chance of one in billions, and then
// a page says "1,000+" of fewer.
func (b *beyond) list(in Scope, f CaseFilter) uint64 {
	q := caseQuery{filter: f}
	sql := q.count(in, CountCap+1)
	return maphash.String(beyondSeed, sql+fmt.Sprint(q.args...))
}

func (b *beyond) holds(in Scope, f CaseFilter) bool {
	list := b.list(in, f)
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Before(b.until[list])
}

func (b *beyond) add(in Scope, f CaseFilter) {
	list := b.list(in, f)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.until == nil || len(b.until) >= beyondSize {
		b.until = map[uint64]time.Time{}
	}
	b.until[list] = time.Now().Add(beyondLife)
}
