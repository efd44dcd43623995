package rules

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/expr-lang/expr/vm"
)

// plan is how a set is asked. What several rules ask is one question, asked once a decision at most; dimensions leave few
// rules that have to be asked at all. It never changes.
type plan struct {
	facts   []readable
	load    []loader       // beside facts
	slots   map[string]int // of facts, by path
	asks    []asked
	rules   []plannedRule
	index   []dimension
	on      bitset // rules that are not off
	adds    [3]gifts
	falls   []int    // of SingleOutcomes, by their places: what the default sets
	without [3][]int // what the default adds
}

// asked is an atom as it is asked.
type asked struct {
	*atom
	slot    int // of the atom's fact; of atomOther that of a text that is looked into
	machine *vm.Program
	pattern *regexp.Regexp
}

// plannedRule is a rule as it is asked, and what it gives.
type plannedRule struct {
	query   *query      // nil: the machine is asked, or there is nothing that could be
	machine *vm.Program // of a condition that can fail, so that it fails where expr does
	settled bool        // where the dimensions leave it, it holds
	sets    []int       // of SingleOutcomes, by their places
	gives   [3][]int    // of each of AddingOutcomes, places among the plan's gifts
	used    []readable  // facts that the condition speaks of
}

// gifts are all different values that rules and the default give to an outcome that adds up.
type gifts struct {
	texts    []string
	requests []Text
	places   map[string]int // of each, by its spelling
}

// query is a formula over the plan's questions.
type query struct {
	op   op
	ask  int
	subs []query
}

// The most that dimensions may cost: words of memory, and steps of compiling. A set for which they would cost more is asked
// with fewer of them.
const (
	maxIndexWords = 1 << 19
	maxIndexSteps = 1 << 21
)

func (c *compiling) plan(out *Compiled) {
	p := &plan{slots: map[string]int{}, rules: make([]plannedRule, len(out.rules)), on: newBitset(len(out.rules))}
	for i, r := range out.reads {
		p.facts, p.load, p.slots[r.Path] = append(p.facts, r), append(p.load, r.loader()), i
	}
	known := map[string]int{}
	for i := range out.rules {
		r, to := &out.rules[i], &p.rules[i]
		if !r.Off {
			p.on.set(i)
		}
		to.sets, to.gives = singles(r.Then), p.gifts(r.Then)
		if r.condition == nil {
			continue
		}
		for _, path := range r.condition.facts {
			to.used = append(to.used, p.facts[p.slots[path]])
		}
		if to.machine = r.condition.program; to.machine == nil {
			q := c.query(p, known, r.condition.formula)
			to.query = &q
		}
	}
	p.falls, p.without = singles(out.fallback.Outcomes), p.gifts(out.fallback.Outcomes)
	p.sort()
	out.plan = p
}

// singles are the places of SingleOutcomes that are set.
func singles(o Outcomes) (places []int) {
	for at, name := range SingleOutcomes {
		if o.Gives(name) {
			places = append(places, at)
		}
	}
	return places
}

func (p *plan) gifts(o Outcomes) (places [3][]int) {
	for at, name := range AddingOutcomes {
		all := &p.adds[at]
		switch given := o.Value(name).(type) {
		case []string:
			for _, s := range given {
				places[at] = append(places[at], place(all, &all.texts, s, s))
			}
		case []Text:
			for _, r := range given {
				places[at] = append(places[at], place(all, &all.requests, r, flowText(r)))
			}
		}
	}
	return places
}

// place is where a value stands in a list of gifts, at its end if it did not yet.
func place[T any](all *gifts, list *[]T, v T, spelt string) int {
	i, known := all.places[spelt]
	if !known {
		i = len(*list)
		if all.places == nil {
			all.places = map[string]int{}
		}
		*list, all.places[spelt] = append(*list, v), i
	}
	return i
}

// query makes a formula one over the plan's questions.
func (c *compiling) query(p *plan, known map[string]int, f *formula) query {
	q := query{op: f.op}
	if f.op == opAtom {
		at, ok := known[f.atom.key]
		if !ok {
			at = len(p.asks)
			known[f.atom.key] = at
			p.asks = append(p.asks, c.asked(p, f.atom))
		}
		q.ask = at
		return q
	}
	for _, sub := range f.subs {
		q.subs = append(q.subs, c.query(p, known, sub))
	}
	return q
}

func (c *compiling) asked(p *plan, a *atom) asked {
	out := asked{atom: a}
	switch {
	case a.kind != atomOther:
		out.slot = p.slots[a.fact]
	case a.look != nil:
		out.slot = p.slots[a.look.fact]
		if a.look.op == "matches" {
			out.pattern = regexp.MustCompile(a.look.text) // lowering compiled it
		}
	default:
		out.machine = c.machines[a.key]
	}
	return out
}

// sort makes the dimensions: those that leave the fewest rules come first.
func (p *plan) sort() {
	words := len(p.on)
	at := map[string]int{}         // of a dimension, by its name
	of := make([]int, len(p.asks)) // the dimension of a question; -1: none
	var all []dimension
	for i, q := range p.asks {
		of[i] = -1
		kind, name, ok := q.dimension(p.typeOf(q.atom))
		if !ok {
			continue
		}
		d, found := at[name]
		if !found {
			d = len(all)
			at[name] = d
			all = append(all, dimension{slot: q.slot, kind: kind, texts: map[string]int{}})
		}
		all[d].mention(q.atom)
		of[i] = d
	}
	asking := p.asking(of, len(all))
	kept, spent := make([]bool, len(all)), 0
	order := make([]int, len(all))
	pays := make([]int, len(all))
	for d := range all {
		classes := all[d].classes()
		order[d] = d
		if len(asking[d])*8 < words || classes*words > maxIndexWords || classes*len(asking[d]) > maxIndexSteps {
			continue
		}
		p.leave(&all[d], asking[d], of, d)
		kept[d] = true
		for _, left := range all[d].possible {
			pays[d] += p.on.count() - left.count()
		}
		pays[d] /= classes
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(pays[b], pays[a]) })
	for _, d := range order {
		if size := all[d].classes() * words; kept[d] && spent+size <= maxIndexWords {
			p.index, spent = append(p.index, all[d]), spent+size
		} else {
			kept[d] = false
		}
	}
	for i := range p.rules {
		if r := &p.rules[i]; r.query != nil {
			r.settled = r.query.settled(of, kept)
		}
	}
}

func (p *plan) typeOf(a *atom) Type {
	if slot, ok := p.slots[a.fact]; ok {
		return p.facts[slot].Type
	}
	return ""
}

// asking lists for each dimension the rules that ask something of it, with its classes that they tell apart by name.
func (p *plan) asking(of []int, dimensions int) [][]int {
	list := make([][]int, dimensions)
	for i := range p.rules {
		if p.rules[i].query != nil {
			p.rules[i].query.each(func(ask int) {
				if d := of[ask]; d >= 0 && (len(list[d]) == 0 || list[d][len(list[d])-1] != i) {
					list[d] = append(list[d], i)
				}
			})
		}
	}
	return list
}

// leave finds out which rules each class of a dimension leaves.
func (p *plan) leave(d *dimension, asking, of []int, self int) {
	d.possible = make([]bitset, d.classes())
	for class := range d.possible {
		d.possible[class] = slices.Clone(p.on)
	}
	for _, rule := range asking {
		q := p.rules[rule].query
		falls := func(class int) bool {
			return q.given(func(ask int) certainty {
				if of[ask] != self {
					return unsure
				}
				return d.reads(p.asks[ask].atom, class)
			}) == never
		}
		if d.kind != byText {
			for class, left := range d.possible {
				if falls(class) {
					left.drop(rule)
				}
			}
			continue
		}
		others := falls(classOther) // and so does each value that the rule doesn't name
		if others {
			for _, left := range d.possible[classOther:] {
				left.drop(rule)
			}
		}
		if falls(classMissing) {
			d.possible[classMissing].drop(rule)
		}
		q.each(func(ask int) {
			if value, named := p.asks[ask].value.(string); named && of[ask] == self {
				if class := d.texts[value]; falls(class) {
					d.possible[class].drop(rule)
				} else if p.on.has(rule) {
					d.possible[class].set(rule)
				}
			}
		})
	}
}

// given reads a query as far as its questions are answered.
func (q *query) given(answer func(ask int) certainty) certainty {
	switch q.op {
	case opAtom:
		return answer(q.ask)
	case opNot:
		return -q.subs[0].given(answer)
	case opAnd:
		all := certain
		for i := range q.subs {
			all = min(all, q.subs[i].given(answer))
		}
		return all
	case opOr:
		some := never
		for i := range q.subs {
			some = max(some, q.subs[i].given(answer))
		}
		return some
	}
	return certainly(q.op == opTrue)
}

func (q *query) each(do func(ask int)) {
	if q.op == opAtom {
		do(q.ask)
	}
	for i := range q.subs {
		q.subs[i].each(do)
	}
}

// settled tells whether a condition holds wherever none of the dimensions finds it false: where it is made of parts that
// all have to hold, and each part asks one dimension only.
func (q *query) settled(of []int, kept []bool) bool {
	switch q.op {
	case opTrue, opFalse:
		return q.op == opTrue
	case opAnd:
		for i := range q.subs {
			if !q.subs[i].settled(of, kept) {
				return false
			}
		}
		return true
	}
	one, only := -1, true
	q.each(func(ask int) {
		d := of[ask]
		only = only && d >= 0 && kept[d] && (one < 0 || one == d)
		one = d
	})
	return only
}
