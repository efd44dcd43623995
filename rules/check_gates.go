package rules

import (
	bin "encoding/binary"
	"slices"
)

// gates writes formulas as clauses: each gate is a literal that holds exactly where what it stands for does.
type gates struct {
	*solver
	yes  lit
	made map[string]lit // gates by what they join
}

func newGates() *gates {
	g := &gates{solver: newSolver(), made: map[string]lit{}}
	g.yes = g.fresh()
	g.add(g.yes)
	return g
}

func (g *gates) no() lit { return g.yes.not() }

func (g *gates) constant(holds bool) lit {
	if holds {
		return g.yes
	}
	return g.no()
}

// and holds where all do; of none, always.
func (g *gates) and(lits ...lit) lit {
	parts := slices.Compact(slices.Sorted(slices.Values(lits)))
	kept := parts[:0]
	for i, l := range parts {
		switch {
		case l == g.yes:
		case l == g.no(), i+1 < len(parts) && parts[i+1] == l.not():
			return g.no()
		default:
			kept = append(kept, l)
		}
	}
	switch len(kept) {
	case 0:
		return g.yes
	case 1:
		return kept[0]
	}
	var key []byte
	for _, l := range kept {
		key = bin.AppendUvarint(key, uint64(l))
	}
	if made, ok := g.made[string(key)]; ok {
		return made
	}
	out := g.fresh()
	whole := []lit{out}
	for _, l := range kept {
		g.add(out.not(), l)
		whole = append(whole, l.not())
	}
	g.add(whole...)
	g.made[string(key)] = out
	return out
}

// or holds where any does; of none, never.
func (g *gates) or(lits ...lit) lit {
	parts := make([]lit, len(lits))
	for i, l := range lits {
		parts[i] = l.not()
	}
	return g.and(parts...).not()
}

// implies says that where the one holds the other does.
func (g *gates) implies(a, b lit) { g.add(a.not(), b) }

// alike says that where a condition holds, both or neither do.
func (g *gates) alike(where, a, b lit) {
	g.add(where.not(), a.not(), b)
	g.add(where.not(), a, b.not())
}

// apart says that at most one holds.
func (g *gates) apart(lits ...lit) {
	if len(lits) <= 6 {
		for i, a := range lits {
			for _, b := range lits[:i] {
				g.add(a.not(), b.not())
			}
		}
		return
	}
	before := g.no() // one of those before holds
	for _, l := range lits {
		g.add(l.not(), before.not())
		before = g.or(before, l)
	}
}

// atLeast gives, for each number up to most, a literal that holds where so many of them do.
func (g *gates) atLeast(most int, lits []lit) []lit {
	counts := make([]lit, most+1)
	for n := range counts {
		counts[n] = g.constant(n == 0)
	}
	for _, l := range lits {
		for n := most; n > 0; n-- {
			counts[n] = g.or(counts[n], g.and(counts[n-1], l))
		}
	}
	return counts
}
