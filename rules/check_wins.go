package rules

import (
	"slices"
)

// wins finds rules that earlier ones always forestall: in one outcome, or in all that they give.
func (k *check) wins() {
	k.dead = map[string][]bool{}
	type loss struct {
		outcome string
		by      []int
		is      answer // whether it can still win
	}
	losses := make([][]loss, len(k.set.rules))
	for _, outcome := range OutcomeNames {
		k.dead[outcome] = make([]bool, len(k.set.rules))
		giving := k.giving(outcome)
		for n, i := range giving {
			if !k.possible[i] || k.over() {
				continue
			}
			is, by := answerYes, []int(nil)
			if n > 0 {
				is, by = k.beaten(outcome, i, giving[:n])
			}
			k.dead[outcome][i] = is == answerNo
			losses[i] = append(losses[i], loss{outcome, by, is})
		}
	}
	for i, all := range losses {
		if len(all) == 0 || k.over() {
			continue
		}
		whole := !slices.ContainsFunc(all, func(l loss) bool { return l.is == answerYes })
		sure := !slices.ContainsFunc(all, func(l loss) bool { return l.is == answerUnknown })
		_, s, _ := k.ask(func(s *sample) bool { return s.holds[i] }, k.where[i])
		witness := k.witness(s, func(s *sample) bool { return s.holds[i] })
		if whole {
			var by []int
			for _, l := range all {
				by = appendNewInts(by, l.by...)
			}
			slices.Sort(by)
			f := Finding{Code: FindNeverWins, Severity: Warning, Rules: k.names(append([]int{i}, by...)...), Field: "then"}
			if sure {
				f.Witness = witness
				k.say(f)
			} else {
				k.unsure(f, append(k.giving(all[0].outcome), i)...)
			}
			continue
		}
		for _, l := range all {
			f := Finding{Code: FindNeverSets, Severity: Warning, Rules: k.names(append([]int{i}, l.by...)...),
				Field: "then." + l.outcome, Args: args("outcome", l.outcome)}
			if slices.Contains(AddingOutcomes, l.outcome) {
				f.Code = FindAddsNothing
			}
			switch l.is {
			case answerNo:
				f.Witness = witness
				k.say(f)
			case answerUnknown:
				k.unsure(f, append(k.giving(l.outcome), i)...)
			}
		}
	}
}

// beaten tells whether a rule can ever win an outcome against earlier ones, and which of them forestall it if not: one that
// does so alone if there is one, else as few as do so together. Of outcomes that add up, each value has to be there
// already.
func (k *check) beaten(outcome string, i int, earlier []int) (is answer, by []int) {
	if !slices.Contains(AddingOutcomes, outcome) {
		return k.covered(i, earlier)
	}
	is = answerNo
	for _, value := range k.rule(i).Then.spelt(outcome) {
		var givers []int
		for _, j := range earlier {
			if slices.Contains(k.rule(j).Then.spelt(outcome), value) {
				givers = append(givers, j)
			}
		}
		one, some := k.covered(i, givers)
		switch one {
		case answerYes:
			return answerYes, nil
		case answerUnknown:
			is = answerUnknown
		}
		by = appendNewInts(by, some...)
	}
	slices.Sort(by)
	return is, by
}

// covered tells whether a rule can hold where none of the others does.
func (k *check) covered(i int, others []int) (is answer, by []int) {
	if len(others) == 0 {
		return answerYes, nil
	}
	without := func(others []int) (answer, []lit) {
		assumptions := []lit{k.where[i]}
		for _, j := range others {
			assumptions = append(assumptions, k.where[j].not())
		}
		is, _, because := k.ask(func(s *sample) bool {
			return s.holds[i] && !slices.ContainsFunc(others, func(j int) bool { return s.holds[j] })
		}, assumptions...)
		return is, because
	}
	is, because := without(others)
	if is != answerNo {
		return is, nil
	}
	for _, j := range others {
		if alone, _ := without([]int{j}); alone == answerNo {
			return answerNo, []int{j}
		}
	}
	by = slices.DeleteFunc(slices.Clone(others), func(j int) bool { return !slices.Contains(because, k.where[j].not()) })
	for n := 0; n < len(by); {
		fewer := slices.Delete(slices.Clone(by), n, n+1)
		if still, _ := without(fewer); still == answerNo {
			by = fewer
		} else {
			n++
		}
	}
	return answerNo, by
}

// spelt are the values of an outcome that adds up, each in one spelling.
func (o Outcomes) spelt(outcome string) (all []string) {
	switch v := o.Value(outcome).(type) {
	case []string:
		return v
	case []Text:
		for _, t := range v {
			all = append(all, flowText(t))
		}
	}
	return all
}

func appendNewInts(list []int, more ...int) []int {
	for _, n := range more {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// alike finds rules whose conditions hold for the same answers; where they decide the same too, all but one are idle.
func (k *check) alike() {
	var groups [][]int
next:
	for i := range k.set.rules {
		if !k.live(i) || !k.possible[i] || k.over() {
			continue
		}
		for n, g := range groups {
			switch is := k.differ(g[0], i); is {
			case answerNo:
				groups[n] = append(g, i)
				continue next
			case answerUnknown:
				k.unsure(Finding{Code: FindSame, Rules: k.names(g[0], i), Field: "when"}, g[0], i)
			}
		}
		groups = append(groups, []int{i})
	}
	for _, g := range groups {
		if len(g) > 1 && !k.over() {
			k.repeats(g)
		}
	}
}

// differ tells whether one of two rules can hold without the other.
func (k *check) differ(a, b int) answer {
	claim := func(s *sample) bool { return s.holds[a] != s.holds[b] }
	is, _, _ := k.ask(claim, k.where[a], k.where[b].not())
	if is == answerYes {
		return is
	}
	is2, _, _ := k.ask(claim, k.where[b], k.where[a].not())
	if is2 == answerYes || is == answerNo {
		return is2
	}
	return is
}

func (k *check) repeats(group []int) {
	claim := func(s *sample) bool { return s.holds[group[0]] }
	_, s, _ := k.ask(claim, k.where[group[0]])
	witness := k.witness(s, claim)
	var kinds [][]int
	for _, i := range group {
		n := slices.IndexFunc(kinds, func(of []int) bool {
			return !slices.ContainsFunc(OutcomeNames, func(o string) bool { return !k.rule(of[0]).Then.Same(o, k.rule(i).Then) })
		})
		if n < 0 {
			kinds = append(kinds, []int{i})
		} else {
			kinds[n] = append(kinds[n], i)
		}
	}
	for _, of := range kinds {
		if len(of) > 1 {
			k.say(Finding{Code: FindRepeats, Severity: Warning, Rules: k.names(of...), Field: "when", Witness: witness})
		}
	}
	if len(kinds) > 1 {
		k.say(Finding{Code: FindSame, Severity: Info, Rules: k.names(group...), Field: "when", Witness: witness})
	}
}
