package rules

import (
	"container/heap"
	"context"
	"slices"
)

// solver answers whether clauses can hold together: conflict-driven, with two watched literals to a clause, as MiniSat
// does it (Eén and Sörensson, An Extensible SAT-solver, 2003). It is our own because a check asks thousands of small
// questions of one set of clauses, each within a bound and with a reason when the answer is no. The one such library for
// Go that is kept up can neither be stopped nor give reasons, and under assumptions some of its answers are wrong.
type solver struct {
	watches  [][]watch // by the literal that turns false
	values   []int8    // by variable: 1 true, -1 false, 0 open
	levels   []int32
	reasons  []*clause
	saved    []bool // the last value of a variable: tried first
	activity []float64
	order    []int32 // heap of open variables, the most active first
	at       []int32 // where a variable stands in order; -1: nowhere
	trail    []lit
	limits   []int // of the trail, where each level begins
	head     int
	seen     []bool
	learnt   []*clause
	bump     float64
	broken   bool // the clauses can't hold together at all
}

// lit is a literal: a variable, or its opposite.
type lit int32

func (l lit) not() lit       { return l ^ 1 }
func (l lit) variable() int  { return int(l >> 1) }
func (l lit) negative() bool { return l&1 == 1 }

type clause struct {
	lits     []lit
	learnt   bool
	dropped  bool
	activity float64
}

type watch struct {
	clause  *clause
	blocker lit // where it holds, so does the clause
}

type answer int

const (
	answerUnknown answer = iota
	answerYes
	answerNo
)

func newSolver() *solver { return &solver{bump: 1} }

// fresh is a new variable.
func (s *solver) fresh() lit {
	v := len(s.values)
	s.watches = append(s.watches, nil, nil)
	s.values, s.levels, s.reasons = append(s.values, 0), append(s.levels, 0), append(s.reasons, nil)
	s.saved, s.activity, s.seen = append(s.saved, false), append(s.activity, 0), append(s.seen, false)
	s.at = append(s.at, -1)
	heap.Push((*byActivity)(s), int32(v))
	return lit(2 * v)
}

func (s *solver) value(l lit) int8 {
	if l.negative() {
		return -s.values[l.variable()]
	}
	return s.values[l.variable()]
}

// add adds a clause: at least one of the literals holds.
func (s *solver) add(lits ...lit) {
	s.undo(0)
	sorted := slices.Compact(slices.Sorted(slices.Values(lits)))
	kept := sorted[:0]
	for i, l := range sorted {
		if s.value(l) > 0 || i+1 < len(sorted) && sorted[i+1] == l.not() {
			return
		}
		if s.value(l) == 0 {
			kept = append(kept, l)
		}
	}
	switch {
	case len(kept) == 0:
		s.broken = true
	case len(kept) == 1:
		s.assign(kept[0], nil)
		s.broken = s.broken || s.propagate() != nil
	default:
		s.watch(&clause{lits: kept})
	}
}

func (s *solver) watch(c *clause) {
	s.watches[c.lits[0].not()] = append(s.watches[c.lits[0].not()], watch{c, c.lits[1]})
	s.watches[c.lits[1].not()] = append(s.watches[c.lits[1].not()], watch{c, c.lits[0]})
}

func (s *solver) assign(l lit, because *clause) {
	v := l.variable()
	s.values[v], s.levels[v], s.reasons[v] = 1, int32(len(s.limits)), because
	if l.negative() {
		s.values[v] = -1
	}
	s.trail = append(s.trail, l)
}

// propagate draws what follows; it gives a clause that is broken, if one is.
func (s *solver) propagate() *clause {
	for s.head < len(s.trail) {
		l := s.trail[s.head]
		s.head++
		list, kept := s.watches[l], 0
		for i, w := range list {
			if w.clause.dropped {
				continue
			}
			if s.value(w.blocker) > 0 {
				list[kept] = w
				kept++
				continue
			}
			lits := w.clause.lits
			if lits[0] == l.not() {
				lits[0], lits[1] = lits[1], lits[0]
			}
			if s.value(lits[0]) > 0 {
				list[kept] = watch{w.clause, lits[0]}
				kept++
				continue
			}
			if other := slices.IndexFunc(lits[2:], func(l lit) bool { return s.value(l) >= 0 }); other >= 0 {
				lits[1], lits[2+other] = lits[2+other], lits[1]
				s.watches[lits[1].not()] = append(s.watches[lits[1].not()], watch{w.clause, lits[0]})
				continue
			}
			list[kept] = watch{w.clause, lits[0]}
			kept++
			if s.value(lits[0]) < 0 {
				kept += copy(list[kept:], list[i+1:])
				s.watches[l], s.head = list[:kept], len(s.trail)
				return w.clause
			}
			s.assign(lits[0], w.clause)
		}
		s.watches[l] = list[:kept]
	}
	return nil
}

// undo takes back all above a level.
func (s *solver) undo(level int) {
	if len(s.limits) <= level {
		return
	}
	for _, l := range slices.Backward(s.trail[s.limits[level]:]) {
		v := l.variable()
		s.saved[v], s.values[v], s.reasons[v] = !l.negative(), 0, nil
		if s.at[v] < 0 {
			heap.Push((*byActivity)(s), int32(v))
		}
	}
	s.trail = s.trail[:s.limits[level]]
	s.limits = s.limits[:level]
	s.head = len(s.trail)
}

// solve asks whether all can hold under assumptions. Where they can, model tells how; where not, because names the
// assumptions that can't hold together. It gives up after so many conflicts, or when the context is done.
func (s *solver) solve(ctx context.Context, conflicts int, assumptions []lit) (is answer, model []bool, because []lit) {
	defer s.undo(0)
	s.undo(0)
	if s.broken || s.propagate() != nil {
		s.broken = true
		return answerNo, nil, nil
	}
	for restart := 100; ; restart += restart / 2 {
		is, because = s.search(ctx, min(restart, conflicts), assumptions)
		if conflicts -= restart; is == answerNo {
			return is, nil, because
		}
		if is == answerYes {
			model = make([]bool, len(s.values))
			for v, value := range s.values {
				model[v] = value > 0
			}
			return is, model, nil
		}
		if conflicts <= 0 || ctx.Err() != nil {
			return answerUnknown, nil, nil
		}
		s.undo(0)
		s.forget()
	}
}

func (s *solver) search(ctx context.Context, conflicts int, assumptions []lit) (answer, []lit) {
	for {
		if broken := s.propagate(); broken != nil {
			if len(s.limits) == 0 {
				s.broken = true
				return answerNo, nil
			}
			conflicts--
			learnt, level := s.learn(broken)
			s.undo(level)
			s.keep(learnt)
			continue
		}
		if conflicts <= 0 || conflicts%64 == 0 && ctx.Err() != nil {
			return answerUnknown, nil
		}
		next, found := lit(0), false
		for !found && len(s.limits) < len(assumptions) {
			switch a := assumptions[len(s.limits)]; s.value(a) {
			case 1:
				s.limits = append(s.limits, len(s.trail))
			case -1:
				return answerNo, s.blame(a)
			default:
				next, found = a, true
			}
		}
		for !found && len(s.order) > 0 {
			if v := heap.Pop((*byActivity)(s)).(int32); s.values[v] == 0 {
				next, found = lit(2*v), true
				if !s.saved[v] {
					next = next.not()
				}
			}
		}
		if !found {
			return answerYes, nil
		}
		s.limits = append(s.limits, len(s.trail))
		s.assign(next, nil)
	}
}

// learn finds why a clause is broken: one that would have kept it from breaking, and the level at which it says something.
func (s *solver) learn(broken *clause) (learnt []lit, level int) {
	learnt = []lit{0}
	open, from := 0, len(s.trail)
	var marked []int
	for c, first := broken, 0; ; first = 1 {
		s.livelier(c)
		for _, l := range c.lits[first:] {
			v := l.variable()
			if s.seen[v] || s.levels[v] == 0 {
				continue
			}
			s.seen[v], marked = true, append(marked, v)
			s.busier(v)
			if int(s.levels[v]) == len(s.limits) {
				open++
			} else {
				learnt = append(learnt, l)
				level = max(level, int(s.levels[v]))
			}
		}
		for from--; !s.seen[s.trail[from].variable()]; from-- {
		}
		l := s.trail[from]
		if open--; open == 0 {
			learnt[0] = l.not()
			break
		}
		c = s.reasons[l.variable()]
	}
	for _, v := range marked {
		s.seen[v] = false
	}
	if s.bump /= 0.95; s.bump > 1e100 {
		s.cool()
	}
	return learnt, level
}

// keep takes up what was learnt: its first literal follows at once.
func (s *solver) keep(lits []lit) {
	if len(lits) == 1 {
		s.assign(lits[0], nil)
		return
	}
	for i := 2; i < len(lits); i++ { // the second to be watched is the last to have turned false
		if s.levels[lits[i].variable()] > s.levels[lits[1].variable()] {
			lits[1], lits[i] = lits[i], lits[1]
		}
	}
	c := &clause{lits: lits, learnt: true, activity: s.bump}
	s.learnt = append(s.learnt, c)
	s.watch(c)
	s.assign(lits[0], c)
}

// blame finds the assumptions that rule out another.
func (s *solver) blame(a lit) (because []lit) {
	because = append(because, a)
	marked := map[int]bool{a.variable(): true}
	for i := len(s.trail) - 1; len(s.limits) > 0 && i >= s.limits[0]; i-- {
		l := s.trail[i]
		if !marked[l.variable()] {
			continue
		}
		c := s.reasons[l.variable()]
		if c == nil {
			because = append(because, l)
			continue
		}
		for _, l := range c.lits {
			if s.levels[l.variable()] > 0 {
				marked[l.variable()] = true
			}
		}
	}
	return because
}

// forget drops the half of what was learnt that was of least use, once there is much of it.
func (s *solver) forget() {
	if len(s.learnt) < 4000 {
		return
	}
	slices.SortFunc(s.learnt, func(a, b *clause) int {
		switch {
		case a.activity > b.activity:
			return -1
		case a.activity < b.activity:
			return 1
		}
		return 0
	})
	for _, c := range s.learnt[2000:] { // nothing follows from it just now: all is undone but what holds for ever
		if s.reasons[c.lits[0].variable()] != c {
			c.dropped = true
		}
	}
	s.learnt = slices.DeleteFunc(s.learnt, func(c *clause) bool { return c.dropped })
}

func (s *solver) livelier(c *clause) {
	if c.learnt {
		c.activity += s.bump
	}
}

func (s *solver) busier(v int) {
	s.activity[v] += s.bump
	if s.at[v] >= 0 {
		heap.Fix((*byActivity)(s), int(s.at[v]))
	}
}

// cool makes all activities smaller before they get too large; their order stays.
func (s *solver) cool() {
	for v := range s.activity {
		s.activity[v] *= 1e-100
	}
	for _, c := range s.learnt {
		c.activity *= 1e-100
	}
	s.bump *= 1e-100
}

// byActivity is a solver's heap of open variables.
type byActivity solver

// Len is how many there are.
func (h *byActivity) Len() int { return len(h.order) }

// Less puts the more active one first, of equals the older one.
func (h *byActivity) Less(i, j int) bool {
	a, b := h.order[i], h.order[j]
	if h.activity[a] != h.activity[b] {
		return h.activity[a] > h.activity[b]
	}
	return a < b
}

// Swap swaps two.
func (h *byActivity) Swap(i, j int) {
	h.order[i], h.order[j] = h.order[j], h.order[i]
	h.at[h.order[i]], h.at[h.order[j]] = int32(i), int32(j)
}

// Push adds one.
func (h *byActivity) Push(v any) {
	h.at[v.(int32)] = int32(len(h.order))
	h.order = append(h.order, v.(int32))
}

// Pop takes the last away.
func (h *byActivity) Pop() any {
	v := h.order[len(h.order)-1]
	h.order = h.order[:len(h.order)-1]
	h.at[v] = -1
	return v
}
