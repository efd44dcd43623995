package rules

import (
	"cmp"
	"slices"
)

// goal is an outcome that is to come out otherwise.
type goal struct {
	outcome  string
	toward   Toward
	rules    []int // that could make the difference
	hopeless bool  // there are none
}

// reached tells whether outcomes are as the goal wants them.
func (g goal) reached(was, now *Outcomes) bool {
	switch g.toward {
	case Higher:
		return now.Priority != 0 && (now.Priority < was.Priority || was.Priority == 0)
	case Lower:
		return now.Priority > was.Priority
	}
	return !was.Same(g.outcome, *now)
}

// goals are all outcomes of which the set knows more than one, each with the rules that could make it another.
func (e *explaining) goals() (list []goal) {
	for _, name := range OutcomeNames {
		toward := []Toward{Other}
		if name == OutcomePriority {
			toward = []Toward{Higher, Lower}
		}
		for _, t := range toward {
			g := goal{outcome: name, toward: t}
			if e.contested(&g) {
				list = append(list, g)
			}
		}
	}
	return list
}

// contested tells whether some rule gives what the goal wants, and notes the rules that could make the difference here.
func (e *explaining) contested(g *goal) (some bool) {
	single := slices.Contains(SingleOutcomes, g.outcome)
	wants := func(o Outcomes) bool {
		var then Outcomes
		then.Take(g.outcome, o)
		return g.reached(&e.first.Outcomes, &then)
	}
	decided := false // by a rule that holds whatever is answered
	reachable := false
	for i := range e.set.rules {
		r := &e.set.rules[i]
		if r.Off || r.condition == nil || !r.Then.Gives(g.outcome) {
			continue
		}
		some = some || wants(r.Then) || !single
		if decided || e.surely(r.condition.formula) == never {
			continue
		}
		reachable = reachable || wants(r.Then)
		switch {
		case !e.relied(i):
			g.rules = append(g.rules, i)
		case single:
			decided = true
		}
	}
	if !decided {
		some, reachable = some || wants(e.set.fallback.Outcomes), reachable || wants(e.set.fallback.Outcomes)
	}
	g.hopeless = len(g.rules) == 0 || single && !reachable
	return some
}

// smallest looks for the fewest answers to change, by trying all forms with one changed, with two, and so on.
func (e *explaining) smallest(g goal) Otherwise {
	out := Otherwise{Outcome: g.outcome, Toward: g.toward}
	share := e.share()
	if g.hopeless {
		out.Proved = true
		return out
	}
	w := &walk{explaining: e, uses: e.readsOf(g.rules), atWill: len(e.Form.Questions), exactly: true, left: share, untried: map[string]bool{}}
	w.look = func(a Answers, change Changes) bool {
		f := e.facts(a)
		v := e.decider.Decide(&f)
		if !g.reached(&e.first.Outcomes, &v.Outcomes) || out.Found() && !e.nearer(change, v.Outcomes.Priority, out) {
			return true
		}
		kept := clone(v)
		out.Change, out.Value, out.Rules = slices.Clone(change), kept.Outcomes.Value(g.outcome), nil
		for _, place := range kept.Rules(g.outcome) {
			out.Rules = append(out.Rules, e.set.RuleAt(place).Name)
		}
		return true
	}
	for w.most = 1; ; w.most++ {
		whole := w.run()
		if out.Found() || whole && !w.cut {
			out.Proved = true
			break
		}
		if !whole {
			break
		}
		out.Searched = w.most
	}
	e.Budget -= share - max(w.left, 0)
	for _, q := range e.Form.Questions {
		if w.untried[q.Key] {
			out.Untried = append(out.Untried, q.Key)
		}
	}
	out.Proved = out.Proved && (len(out.Untried) == 0 || len(out.Change) == 1)
	return out
}

// nearer chooses among changes of as many answers: the priority next to what it is comes first, then answers that say
// something, then those that stand earlier in the form.
func (e *explaining) nearer(change Changes, priority int, than Otherwise) bool {
	far := func(p int) int { return max(p-e.first.Outcomes.Priority, e.first.Outcomes.Priority-p) }
	rank := func(c Changes) (examples, place int) {
		for _, one := range c {
			if one.Any {
				examples++
			}
		}
		return examples, slices.IndexFunc(e.Form.Questions, func(q Question) bool { return q.Key == c[0].Question.Key })
	}
	old, _ := than.Value.(int)
	if than.Outcome != OutcomePriority {
		old, priority = 0, 0
	}
	examples, place := rank(change)
	oldExamples, oldPlace := rank(than.Change)
	return cmp.Or(cmp.Compare(far(priority), far(old)), cmp.Compare(examples, oldExamples), cmp.Compare(place, oldPlace)) < 0
}
