package crowd

import (
	"math/rand/v2"
	"testing"
	"time"

	"portico/db"
)

// TestShape draws the accounts of a million cases, and puts them nowhere.
func TestShape(t *testing.T) {
	drawn := func(seed uint64) *maker {
		now := time.Date(2026, 6, 15, 14, 0, 0, 0, time.UTC)
		m := &maker{Crowd: Crowd{Cases: 1_000_000, Seed: seed, Now: now}, rng: rand.New(rand.NewPCG(seed, 0)), began: now}
		m.draw([]db.Service{{ID: 1}, {ID: 2}})
		return m
	}
	m := drawn(1)
	var got struct{ accounts, contacts, levels, largest, managed int }
	want := got
	want.accounts, want.contacts, want.levels, want.largest, want.managed = 10_000, 100_000, db.MaxDepth, 2000, 1000
	deep, others := 0, 0
	for n, k := range m.customers {
		got.accounts += len(k.parents)
		for _, depth := range k.depths {
			got.levels = max(got.levels, depth+1)
			if depth >= ordinary {
				deep++
			}
		}
		if n > 0 {
			others = max(others, len(k.parents))
		}
	}
	for _, n := range m.shares() {
		got.contacts += n
	}
	giant := m.customers[0]
	got.largest = len(giant.parents)
	managed := map[int]bool{giant.manager: true}
	for i, parent := range giant.parents {
		if managed[parent] {
			managed[i] = true
		}
	}
	if got.managed = len(managed) - 1; got != want {
		t.Errorf("it is %+v, not %+v", got, want)
	}
	if deep == 0 || deep > got.accounts/10 {
		t.Errorf("%d of %d accounts stand deeper than %d levels", deep, got.accounts, ordinary)
	}
	if others > got.largest/2 {
		t.Errorf("another customer has %d accounts", others)
	}
	if other := drawn(2); other.accounts[0].Name == m.accounts[0].Name && other.accounts[1].Name == m.accounts[1].Name {
		t.Error("another seed gives the same world")
	}
}
