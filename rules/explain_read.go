package rules

import "slices"

// reader reads formulas over facts, those of rules that may fail too.
type reader struct {
	*explaining
	facts   *Facts
	decider *Decider
}

// reader makes one for facts, which must stay as they are.
func (e *explaining) reader(f *Facts) *reader {
	r := &reader{explaining: e, facts: f, decider: e.set.NewDecider()}
	r.decider.begin(f)
	return r
}

// reads reads a formula; what fails does not hold.
func (r *reader) reads(f *formula) bool {
	switch f.op {
	case opAtom:
		holds, err := r.asks(f.atom)
		return holds && err == nil
	case opNot:
		return !r.reads(f.subs[0])
	case opAnd, opOr:
		for _, sub := range f.subs {
			if r.reads(sub) == (f.op == opOr) {
				return f.op == opOr
			}
		}
		return f.op == opAnd
	}
	return f.op == opTrue
}

// asks asks one atom. Those of rules that may fail are none of the plan's questions.
func (r *reader) asks(a *atom) (bool, error) {
	if at, planned := r.questions[a.key]; planned {
		return r.decider.ask(at), nil
	}
	program := r.programs[a.key]
	if program == nil {
		var err error
		if program, err = newScope(r.set.vocabulary.Facts(), maybeMissing).program(a.node); err != nil {
			return false, err
		}
		r.programs[a.key] = program
	}
	return r.decider.machineHolds(program, a.facts)
}

// value is a fact as conditions see it; nil where it is missing.
func (r *reader) value(path string) any {
	for _, fact := range r.set.vocabulary.facts {
		if v := fact.read(r.facts); fact.Path == path && fits(fact.Type, v) {
			return v
		}
	}
	return nil
}

// questions are the plan's, by what they ask.
func (c *Compiled) questions() map[string]int {
	list := make(map[string]int, len(c.plan.asks))
	for i, q := range c.plan.asks {
		list[q.key] = i
	}
	return list
}

// surely tells how a formula reads whatever is answered, as far as that can be seen from what is no answer.
func (e *explaining) surely(f *formula) certainty {
	switch f.op {
	case opAtom:
		if slices.ContainsFunc(f.atom.facts, func(path string) bool { return e.open[path] }) {
			return unsure
		}
		holds, err := e.was.asks(f.atom)
		if err != nil {
			return unsure
		}
		return certainly(holds)
	case opNot:
		return -e.surely(f.subs[0])
	case opAnd:
		all := certain
		for _, sub := range f.subs {
			all = min(all, e.surely(sub))
		}
		return all
	case opOr:
		some := never
		for _, sub := range f.subs {
			some = max(some, e.surely(sub))
		}
		return some
	}
	return certainly(f.op == opTrue)
}

// relied tells whether a rule holds whatever is answered. One that may fail is not relied upon.
func (e *explaining) relied(place int) bool {
	return e.set.plan.rules[place].machine == nil && e.surely(e.set.rules[place].condition.formula) == certain
}
