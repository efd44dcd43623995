package rules

import (
	"slices"
	"strings"
)

// defaults finds what only the default serves: of each item the combinations of facts, as few as lead there, in which no
// rule sets a priority or a queue. An item that no rule serves at all is worth a look, unless an example expects it.
func (k *check) defaults() {
	for _, outcome := range []string{OutcomePriority, OutcomeQueue} {
		giving := k.giving(outcome)
		lits := make([]lit, len(giving))
		for n, i := range giving {
			lits[n] = k.where[i]
		}
		some := k.or(lits...)
		for at := range k.items {
			if k.items[at] != k.no() {
				k.unserved(outcome, at, giving, some)
			}
		}
	}
}

func (k *check) unserved(outcome string, at int, giving []int, some lit) {
	key := k.set.vocabulary.world.Items[at].Key
	claim := func(s *sample) bool {
		return s.item == at && !slices.ContainsFunc(giving, func(i int) bool { return s.holds[i] })
	}
	open := k.fresh() // of what was not listed yet
	for listed := 0; ; listed++ {
		is, s, _ := k.find(k.ctx, k.limits, []lit{k.items[at], some.not(), open}, claim)
		f := Finding{Code: FindDefault, Severity: Info, Field: "default", Args: args("item", key, "outcome", outcome)}
		switch {
		case is == answerUnknown:
			k.unsure(f, giving...)
			return
		case is == answerNo:
			return
		case listed == k.limits.Listed:
			f.Code = FindMore
			k.say(f)
			return
		}
		cube := k.leads(s, k.items[at], some, giving)
		f.Witness = k.witness(s, claim)
		if len(cube) == 0 {
			f.Code = FindUnserved
			if !k.expected(outcome, key) {
				f.Severity = Notice
			}
			k.say(f)
			return
		}
		block := []lit{open.not()}
		var facts []string
		for _, of := range cube {
			block = append(block, of.lit.not())
			facts = appendNew(facts, of.path)
		}
		f.Args["facts"] = strings.Join(facts, ", ")
		k.say(f)
		k.add(block...)
	}
}

// expected tells whether a passing example of an item expects what the default sets.
func (k *check) expected(outcome, item string) bool {
	return slices.ContainsFunc(k.results, func(r Result) bool {
		return r.Passed() && r.Example.Item == item && r.Example.Expect.Value(outcome) != nil &&
			slices.Contains(r.Decision.By.Rules(outcome), ByDefault)
	})
}

// having is a fact that has a value, or has not.
type having struct {
	lit  lit
	path string
}

// leads finds as few facts of a sample as make sure that none of some rules holds; all of them where that is not proved.
func (k *check) leads(s *sample, item, some lit, of []int) []having {
	holds := func(l lit) bool { return s.model[l.variable()] != l.negative() }
	var all []having
	for _, fact := range k.set.vocabulary.facts {
		if fact.Path == "item" || fact.Path == "type" || !slices.ContainsFunc(of, func(i int) bool {
			return slices.Contains(k.rule(i).condition.facts, fact.Path)
		}) {
			continue
		}
		for _, l := range k.domains[fact.Path].is(holds) {
			if l != k.yes {
				all = append(all, having{l, fact.Path})
			}
		}
	}
	enough := func(of []having) (bool, []lit) {
		assumptions := []lit{item, some}
		for _, h := range of {
			assumptions = append(assumptions, h.lit)
		}
		return k.proved(assumptions)
	}
	is, because := enough(all)
	if !is {
		return all
	}
	kept := slices.DeleteFunc(slices.Clone(all), func(h having) bool { return !slices.Contains(because, h.lit) })
	for n := 0; n < len(kept); {
		fewer := slices.Delete(slices.Clone(kept), n, n+1)
		if still, _ := enough(fewer); still {
			kept = fewer
		} else {
			n++
		}
	}
	return kept
}

// proved tells whether assumptions rule each other out, and which.
func (k *check) proved(assumptions []lit) (bool, []lit) {
	for refined := 0; refined <= k.limits.Refine; refined++ {
		is, model, because := k.solve(k.ctx, k.limits.Conflicts, assumptions)
		if is == answerNo {
			return true, because
		}
		if is == answerUnknown || !k.refine(model) {
			break
		}
	}
	return false, nil
}

// missing finds where a rule decides something only because a fact is missing: where it would not, were each part of its
// condition that asks for the fact true.
func (k *check) missing() {
	for i := range k.set.rules {
		if !k.live(i) || !k.possible[i] {
			continue
		}
		c := k.rule(i).condition
		var seen []string
		for _, lean := range c.leans {
			if !slices.Contains(seen, lean.Fact) {
				seen = append(seen, lean.Fact)
				k.leansOn(i, lean.Fact)
			}
		}
	}
}

func (k *check) leansOn(i int, path string) {
	c, d := k.rule(i).condition, k.domains[path]
	if d == nil {
		return
	}
	asks := func(a *atom) bool { return a.kind != atomHas && slices.Contains(a.facts, path) }
	there := k.reading(c.formula, func(a *atom) (lit, bool) { return k.yes, asks(a) })
	wins := []lit{}
	for _, outcome := range OutcomeNames {
		if k.rule(i).Then.Gives(outcome) {
			wins = append(wins, k.first(outcome, i))
		}
	}
	is, s, _ := k.ask(func(s *sample) bool { return k.onlyMissing(s, i, path, asks) }, k.where[i], d.there.not(), there.not(), k.or(wins...))
	f := Finding{Code: FindMissing, Severity: Info, Rules: k.names(i), Field: "when", Args: args("fact", path)}
	switch is {
	case answerYes:
		f.Witness = k.witness(s, func(s *sample) bool { return k.onlyMissing(s, i, path, asks) })
		k.say(f)
	case answerUnknown:
		k.unsure(f, i)
	}
}

// first is where a rule that holds gives an outcome: of what adds up always, else where none before it does.
func (k *check) first(outcome string, i int) lit {
	if slices.Contains(AddingOutcomes, outcome) {
		return k.yes
	}
	return k.firsts[outcome][slices.Index(k.giving(outcome), i)]
}

func (k *check) onlyMissing(s *sample, i int, path string, asks func(*atom) bool) bool {
	if !s.holds[i] || k.there(s, path) || !slices.ContainsFunc(OutcomeNames, func(outcome string) bool {
		return k.rule(i).Then.Gives(outcome) && (slices.Contains(AddingOutcomes, outcome) || s.wins(outcome, i))
	}) {
		return false
	}
	return !k.evaluate(k.rule(i).condition.formula, k.env(&s.facts), func(a *atom) (bool, bool) { return true, asks(a) })
}

// there tells whether a sample has a fact.
func (k *check) there(s *sample, path string) bool {
	if key, isAnswer := answerKey(path); isAnswer {
		_, there := s.facts.Answers[key]
		return there
	}
	return true
}
