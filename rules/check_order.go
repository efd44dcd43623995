package rules

import "slices"

// order finds rules that set different values for the same answers, where only their order decides which. Most sets rely
// on that, and well so; what is plainly meant is told as information: a rule that holds more narrowly and stands first is
// an exception; the stricter of two priorities or times stands first; an example says which is to win.
func (k *check) order() {
	for _, outcome := range SingleOutcomes {
		giving := k.giving(outcome)
		for n, i := range giving {
			if k.over() {
				return
			}
			var rivals []int
			for _, j := range giving[n+1:] {
				if k.possible[i] && k.possible[j] && !k.dead[outcome][i] && !k.dead[outcome][j] && !k.rule(i).Then.Same(outcome, k.rule(j).Then) {
					rivals = append(rivals, j)
				}
			}
			if len(rivals) > 0 {
				k.rivals(outcome, i, rivals, k.firsts[outcome][n])
			}
		}
	}
}

// rivals finds those of later rules that hold where a rule wins an outcome, which is where it is the first.
func (k *check) rivals(outcome string, i int, rivals []int, first lit) {
	wins := func(s *sample) bool { return s.wins(outcome, i) }
	var met, unsure []int
	open := slices.Clone(rivals)
	meet := func(s *sample) {
		if wins(s) {
			open = slices.DeleteFunc(open, func(j int) bool {
				if s.holds[j] {
					met = append(met, j)
				}
				return s.holds[j]
			})
		}
	}
	for _, s := range k.pool {
		meet(s)
	}
	for len(open) > 0 { // one question for all that are left
		lits := make([]lit, len(open))
		for n, j := range open {
			lits[n] = k.where[j]
		}
		some := k.or(lits...)
		is, s, _ := k.find(k.ctx, k.limits, []lit{first, some}, func(s *sample) bool {
			return wins(s) && slices.ContainsFunc(open, func(j int) bool { return s.holds[j] })
		})
		if is == answerYes {
			meet(s)
			continue
		}
		if is == answerUnknown {
			for _, j := range open {
				switch is, _, _ := k.ask(func(s *sample) bool { return wins(s) && s.holds[j] }, first, k.where[j]); is {
				case answerYes:
					met = append(met, j)
				case answerUnknown:
					unsure = append(unsure, j)
				}
			}
		}
		break
	}
	slices.Sort(met)
	k.tellRivals(outcome, i, met, unsure, wins)
}

func (k *check) tellRivals(outcome string, i int, met, unsure []int, wins func(*sample) bool) {
	kinds := map[string][]int{}
	for _, j := range met {
		code := k.meant(outcome, i, j)
		kinds[code] = append(kinds[code], j)
	}
	for _, code := range []string{FindOrder, FindSettled, FindException, FindStricter} {
		of := kinds[code]
		if len(of) == 0 {
			continue
		}
		f := Finding{Code: code, Severity: Info, Rules: k.names(append([]int{i}, of...)...), Field: "then." + outcome, Args: args("outcome", outcome)}
		if code == FindOrder {
			f.Severity = Notice
		}
		claim := func(s *sample) bool { return wins(s) && s.holds[of[0]] }
		_, s, _ := k.ask(claim, k.no())
		f.Witness = k.witness(s, claim)
		k.say(f)
	}
	unsure = slices.DeleteFunc(unsure, func(j int) bool { return k.stricter(outcome, i, j) })
	if len(unsure) > 0 {
		k.unsure(Finding{Code: FindOrder, Rules: k.names(append([]int{i}, unsure...)...), Field: "then." + outcome, Args: args("outcome", outcome)},
			append(unsure, i)...)
	}
}

// meant says what one rule is to another that it goes before.
func (k *check) meant(outcome string, i, j int) string {
	narrower, _, _ := k.ask(func(s *sample) bool { return s.holds[i] && !s.holds[j] }, k.where[i], k.where[j].not())
	switch {
	case narrower == answerNo:
		return FindException
	case k.settled(outcome, i, j):
		return FindSettled
	case k.stricter(outcome, i, j):
		return FindStricter
	}
	return FindOrder
}

// settled tells whether a passing example expects what a rule sets where another holds too.
func (k *check) settled(outcome string, i, j int) bool {
	return slices.ContainsFunc(k.results, func(r Result) bool {
		held := r.Decision.Trace.Held
		return r.Passed() && r.Example.Expect.Value(outcome) != nil && slices.Contains(r.Decision.By.Rules(outcome), k.rule(i).Name) &&
			slices.Contains(held, k.rule(j).Name)
	})
}

// stricter tells whether a rule sets a higher priority, or a shorter time of the same clock, than another.
func (k *check) stricter(outcome string, i, j int) bool {
	a, b := k.rule(i).Then, k.rule(j).Then
	shorter := func(a, b Within) bool { return a.Business == b.Business && a.Minutes < b.Minutes }
	switch outcome {
	case OutcomePriority:
		return a.Priority < b.Priority
	case OutcomeAnswerWithin:
		return shorter(a.AnswerWithin, b.AnswerWithin)
	case OutcomeSolveWithin:
		return shorter(a.SolveWithin, b.SolveWithin)
	}
	return false
}
