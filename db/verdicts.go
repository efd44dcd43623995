package db

import (
	"hash/maphash"
	"sync"
	"time"
)

// verdicts remember for a while what was found out about lists and searches: whether they find many. A new one is asked
// for after verdictLife at the latest; until then a page may say "1,000+" of 999, or be read by the slower of two ways.
type verdicts struct {
	mu   sync.Mutex
	kept map[uint64]verdict
}

type verdict struct {
	many  bool
	until time.Time
}

const (
	verdictLife  = time.Minute
	verdictsKept = 10_000 // as many people and filters there may be in that time
)

// Two names may come to have one number by a chance of one in billions; no more than such a verdict hangs on it.
var verdictSeed = maphash.MakeSeed()

func (v *verdicts) of(name string) (many, known bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	found := v.kept[maphash.String(verdictSeed, name)]
	if time.Now().After(found.until) {
		return false, false
	}
	return found.many, true
}

func (v *verdicts) keep(name string, many bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kept == nil || len(v.kept) >= verdictsKept {
		v.kept = map[uint64]verdict{}
	}
	v.kept[maphash.String(verdictSeed, name)] = verdict{many, time.Now().Add(verdictLife)}
}
