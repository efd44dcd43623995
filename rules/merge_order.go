package rules

import (
	"cmp"
	"slices"
	"strings"
)

// The lists that a place is in.
const (
	inBase = iota
	inMine
	inTheirs
)

// ordering merges the order of things that stand in up to three lists.
type ordering struct {
	n    int
	pos  [3][]int            // the place of each in each list; -1 where it isn't there
	name func(i int) string  //
	vie  func(i, k int) bool // it matters which of two comes first; nil: it never does
	pull [][]int8            // [i][k]: 1 where i comes before k, -1 after, 0 either
	ties map[[2]int]bool     // pairs for which both orders are asked for
}

func newOrder(places []triple, name func(int) string) *ordering {
	o := &ordering{n: len(places), name: name}
	for _, t := range places {
		o.pos[inBase] = append(o.pos[inBase], t.base)
		o.pos[inMine] = append(o.pos[inMine], t.mine)
		o.pos[inTheirs] = append(o.pos[inTheirs], t.theirs)
	}
	return o
}

func (o *ordering) knows(list, i, k int) bool { return o.pos[list][i] >= 0 && o.pos[list][k] >= 0 }

func (o *ordering) before(list, i, k int) int8 {
	return int8(cmp.Compare(o.pos[list][k], o.pos[list][i]))
}

// merge gives the things in their order. Where both sides can't have theirs, ask is told of the conflict.
func (o *ordering) merge(ask func(Conflict) Side) []int {
	o.relate()
	for _, knot := range o.knots() {
		c := Conflict{Rule: "", Field: FieldOrder}
		in := func(list int) []int {
			return slices.DeleteFunc(slices.SortedFunc(slices.Values(knot), func(i, k int) int { return cmp.Compare(o.pos[list][i], o.pos[list][k]) }),
				func(i int) bool { return o.pos[list][i] < 0 })
		}
		mine, theirs := o.line(in(inMine), in(inTheirs)), o.line(in(inTheirs), in(inMine))
		c.Base, c.Mine, c.Theirs = o.names(in(inBase)), o.names(mine), o.names(theirs)
		c.Rule, _, _ = strings.Cut(o.names(slices.SortedFunc(slices.Values(knot), func(i, k int) int { return strings.Compare(o.name(i), o.name(k)) })), "\n")
		chosen := mine
		if ask(c) == Theirs {
			chosen = theirs
		}
		for a, i := range chosen {
			for _, k := range chosen[a+1:] {
				o.pull[i][k], o.pull[k][i] = 1, -1
				delete(o.ties, [2]int{min(i, k), max(i, k)})
			}
		}
	}
	return o.sorted()
}

func (o *ordering) names(list []int) string {
	names := make([]string, len(list))
	for i, at := range list {
		names[i] = o.name(at)
	}
	return strings.Join(names, "\n")
}

// relate finds for each two things which comes first: as the side has it that turned them around, or that alone knows
// both.
func (o *ordering) relate() {
	o.pull, o.ties = make([][]int8, o.n), map[[2]int]bool{}
	for i := range o.pull {
		o.pull[i] = make([]int8, o.n)
	}
	for i := range o.n {
		for k := range i {
			mine, theirs := o.knows(inMine, i, k), o.knows(inTheirs, i, k)
			var first int8
			switch {
			case mine && theirs:
				first = o.before(inMine, i, k)
				if other := o.before(inTheirs, i, k); other != first {
					if !o.knows(inBase, i, k) {
						o.ties[[2]int{k, i}] = true
					} else if first == o.before(inBase, i, k) {
						first = other
					}
				}
			case mine:
				first = o.before(inMine, i, k)
			case theirs:
				first = o.before(inTheirs, i, k)
			}
			o.pull[i][k], o.pull[k][i] = first, -first
		}
	}
	if o.vie == nil {
		return
	}
	// What stands in one list only comes between what stands in both. Two of those at one place are in no order.
	gap := make([]int, o.n)
	for i := range o.n {
		for k := range o.n {
			if o.knows(inMine, k, k) && o.knows(inTheirs, k, k) && o.pull[k][i] > 0 {
				gap[i]++
			}
		}
	}
	for i := range o.n {
		for k := range o.n {
			if o.pos[inTheirs][i] < 0 && o.pos[inMine][k] < 0 && gap[i] == gap[k] && o.vie(i, k) {
				o.ties[[2]int{min(i, k), max(i, k)}] = true
			}
		}
	}
}

// leads tells whether i is to come before k, among other things perhaps.
func (o *ordering) leads(i, k int) bool {
	return o.pull[i][k] > 0 || o.ties[[2]int{min(i, k), max(i, k)}] && i != k
}

// knots are the things that can't be put in order, as each of them is to come before another one of them: the strongly
// connected parts of the graph, by Tarjan.
func (o *ordering) knots() (knots [][]int) {
	index, low := make([]int, o.n), make([]int, o.n)
	on := make([]bool, o.n)
	var stack []int
	next := 0
	var visit func(i int)
	visit = func(i int) {
		next++
		index[i], low[i] = next, next
		stack, on[i] = append(stack, i), true
		for k := range o.n {
			switch {
			case !o.leads(i, k):
			case index[k] == 0:
				visit(k)
				low[i] = min(low[i], low[k])
			case on[k]:
				low[i] = min(low[i], index[k])
			}
		}
		if low[i] != index[i] {
			return
		}
		at := slices.Index(stack, i)
		knot := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, k := range knot {
			on[k] = false
		}
		if len(knot) > 1 {
			slices.Sort(knot)
			knots = append(knots, knot)
		}
	}
	for i := range o.n {
		if index[i] == 0 {
			visit(i)
		}
	}
	slices.SortFunc(knots, slices.Compare)
	return knots
}

// line is one side's order of some things, with what only the other has put where it stands there: behind what comes
// before it, else before what comes behind it.
func (o *ordering) line(first, other []int) []int {
	line := slices.Clone(first)
	for at, i := range other {
		if slices.Contains(line, i) {
			continue
		}
		to := len(line)
		if at > 0 {
			to = slices.Index(line, other[at-1]) + 1
		} else if k := slices.IndexFunc(line, func(k int) bool { return slices.Contains(other, k) }); k >= 0 {
			to = k
		}
		line = slices.Insert(line, to, i)
	}
	return line
}

// sorted puts all in order. Things that nothing relates stand by their names, but what was begun is gone on with: what
// one side put in side by side stays so.
func (o *ordering) sorted() []int {
	waits := make([]int, o.n)
	for i := range o.n {
		for k := range o.n {
			if o.pull[k][i] > 0 {
				waits[i]++
			}
		}
	}
	out, placed := make([]int, 0, o.n), make([]bool, o.n)
	for len(out) < o.n {
		best := -1
		for i := range o.n {
			if !placed[i] && waits[i] == 0 && (best < 0 || o.sooner(out, i, best)) {
				best = i
			}
		}
		if best < 0 {
			break // it can't be: there are no knots any more
		}
		out, placed[best] = append(out, best), true
		for k := range o.n {
			if o.pull[best][k] > 0 {
				waits[k]--
			}
		}
	}
	return out
}

func (o *ordering) sooner(out []int, i, k int) bool {
	if len(out) > 0 {
		last := out[len(out)-1]
		a, b := o.pull[last][i] > 0, o.pull[last][k] > 0
		if a != b {
			return a
		}
	}
	return o.name(i) < o.name(k)
}
