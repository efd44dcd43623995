package rules

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// near finds the rules that would have set an outcome had one answer been different, with what had to be answered then.
// whole is false where some kinds of answers were not tried.
func (e *explaining) near() (list []Near, whole bool) {
	type claim struct{ outcome, place int }
	type best struct {
		change  Changes
		answers Answers
	}
	found := map[claim]best{}
	w := &walk{explaining: e, uses: e.readsOf(e.able()), most: len(e.Form.Questions), atWill: 1, left: e.share(), untried: map[string]bool{}}
	w.look = func(a Answers, change Changes) bool {
		f := e.facts(a)
		v := e.decider.Decide(&f)
		for o := range v.By {
			for _, place := range v.By[o] {
				if place == AtDefault || slices.Contains(e.first.By[o], place) {
					continue
				}
				if b, known := found[claim{o, place}]; !known || len(change) < len(b.change) {
					found[claim{o, place}] = best{slices.Clone(change), maps.Clone(a)}
				}
			}
		}
		return true
	}
	given := w.left
	whole = w.run() && len(w.untried) == 0
	e.Budget -= given - max(w.left, 0)
	for c, b := range found {
		list = append(list, e.nearly(c.outcome, c.place, b.change, b.answers))
	}
	slices.SortFunc(list, func(a, b Near) int {
		return cmp.Or(cmp.Compare(slices.Index(OutcomeNames, a.Outcome), slices.Index(OutcomeNames, b.Outcome)), cmp.Compare(a.place, b.place))
	})
	return list, whole
}

// able are the rules that may hold, whatever is answered.
func (e *explaining) able() (places []int) {
	for i := range e.set.rules {
		if r := &e.set.rules[i]; !r.Off && r.condition != nil && e.surely(r.condition.formula) != never {
			places = append(places, i)
		}
	}
	return places
}

func (e *explaining) nearly(outcome, place int, change Changes, a Answers) Near {
	r, name := &e.set.rules[place], OutcomeNames[outcome]
	n := Near{Rule: r.Name, When: r.When, Outcome: name, Value: r.Then.Value(name), Change: change, place: place}
	if slices.Contains(e.first.Held, place) {
		n.Beaten = e.set.RuleAt(e.first.By[outcome][0]).Name
		return n
	}
	f := e.facts(a)
	p := parting{explaining: e, then: e.reader(&f), source: []rune(r.When)}
	p.split(r.condition.formula, true)
	n.Failed = p.parts
	return n
}

// parting finds the pieces of a condition that made the difference between what was answered and what is answered then.
type parting struct {
	*explaining
	then   *reader
	source []rune
	parts  []Part
}

// split goes into a formula that was not as it should be, and is then.
func (p *parting) split(f *formula, should bool) {
	switch f.op {
	case opNot:
		if f.subs[0].op == opAtom {
			p.add(f, !should)
		} else {
			p.split(f.subs[0], !should)
		}
	case opAnd, opOr:
		if should == (f.op == opAnd) { // all have to be as they should: these were not
			for _, sub := range f.subs {
				if p.was.reads(sub) != should {
					p.split(sub, should)
				}
			}
			return
		}
		for _, sub := range f.subs { // one has to be: these are then
			if p.then.reads(sub) == should {
				p.split(sub, should)
			}
		}
	default:
		p.add(f, !should)
	}
}

// add notes a piece. What stands in a shared name is that name.
func (p *parting) add(f *formula, held bool) {
	from, to := balanced(p.source, min(f.from, len(p.source)), min(f.to, len(p.source)))
	at := slices.IndexFunc(p.parts, func(part Part) bool { return part.From == from && part.To == to })
	if at < 0 {
		at = len(p.parts)
		p.parts = append(p.parts, Part{From: from, To: to, Text: string(p.source[from:to]), Held: held})
	}
	f.atoms(func(a *atom) {
		for _, path := range a.facts {
			used := Used{Fact: path, Value: p.was.value(path)}
			if !slices.ContainsFunc(p.parts[at].Used, func(u Used) bool { return u.Fact == path }) {
				p.parts[at].Used = append(p.parts[at].Used, used)
			}
		}
	})
}

// balanced widens a piece by the brackets that belong to it: the places of a formula's parts are those of what stands in
// them.
func balanced(source []rune, from, to int) (int, int) {
	open, missing := 0, 0 // brackets that are not closed, and closed ones that were not opened
	var quote rune
	for i := from; i < to; i++ {
		switch r := source[i]; {
		case quote != 0:
			if r == '\\' && quote != '`' {
				i++
			} else if r == quote {
				quote = 0
			}
		case strings.ContainsRune("\"'`", r):
			quote = r
		case strings.ContainsRune("([", r):
			open++
		case strings.ContainsRune(")]", r) && open > 0:
			open--
		case strings.ContainsRune(")]", r):
			missing++
		}
	}
	for i := to; open > 0 && i < len(source) && strings.ContainsRune(" \t\n)]", source[i]); i++ {
		if strings.ContainsRune(")]", source[i]) {
			open, to = open-1, i+1
		}
	}
	for i := from - 1; missing > 0 && i >= 0 && strings.ContainsRune(" \t\n([", source[i]); i-- {
		if strings.ContainsRune("([", source[i]) {
			missing, from = missing-1, i
		}
	}
	return from, to
}
