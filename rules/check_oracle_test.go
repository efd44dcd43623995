package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// oracle reads what findings mean off a list of all that can be asked: for each of it, which rules hold.
type oracle struct {
	set    RuleSet
	facts  []Facts
	holds  [][]bool // by facts and rule
	always [][]bool // the same, were each question about a fact that is missing answered yes, by facts and leaning
	leans  []leaning
	cases  [][]bool // holds, each once
	spelt  []map[string]string
}

type leaning struct {
	rule int
	fact string
}

func (w *smallWorld) oracle(t *testing.T, set RuleSet, parts []part) *oracle {
	o := &oracle{set: set, facts: w.facts, spelt: w.spelt}
	seen := map[int]bool{}
	asked := RuleSet{Let: set.Let, Default: set.Default}
	for i, r := range set.Rules {
		r.Off = false
		asked.Rules = append(asked.Rules, r)
		for _, fact := range parts[i].facts() {
			if l := (leaning{i, fact}); fact != "" && !slices.Contains(o.leans, l) {
				o.leans = append(o.leans, l)
			}
		}
	}
	for n, l := range o.leans {
		asked.Rules = append(asked.Rules, Rule{Name: fmt.Sprintf("L%d", n), When: parts[l.rule].write(l.fact), Then: Outcomes{Priority: 1}})
	}
	c, problems := Compile(asked, w.words)
	if problems.Err() != nil {
		t.Fatalf("%v\n%s", problems, asked.Format())
	}
	d := c.NewDecider()
	for i := range w.facts {
		held := make([]bool, len(asked.Rules))
		for _, at := range d.Decide(&w.facts[i]).Held {
			held[at] = true
		}
		key := 0
		for n := range set.Rules {
			if held[n] {
				key |= 1 << n
			}
		}
		if !seen[key] {
			seen[key] = true
			o.cases = append(o.cases, held[:len(set.Rules)])
		}
		o.holds, o.always = append(o.holds, held[:len(set.Rules)]), append(o.always, held[len(set.Rules):])
	}
	return o
}

// somewhere tells whether there is a case of which it is true.
func (o *oracle) somewhere(of func(holds []bool) bool) bool { return slices.ContainsFunc(o.cases, of) }

func (o *oracle) live(i int) bool { return !o.set.Rules[i].Off }

// wins tells whether a rule gives an outcome something that no rule before it gives.
func (o *oracle) wins(outcome string, i int, holds []bool, but ...int) bool {
	then := o.set.Rules[i].Then
	if !holds[i] || !o.live(i) || !then.Gives(outcome) {
		return false
	}
	var before []string
	for j, r := range o.set.Rules[:i] {
		if holds[j] && o.live(j) && r.Then.Gives(outcome) && !slices.Contains(but, j) {
			if slices.Contains(SingleOutcomes, outcome) {
				return false
			}
			before = append(before, r.Then.spelt(outcome)...)
		}
	}
	return slices.Contains(SingleOutcomes, outcome) || slices.ContainsFunc(then.spelt(outcome), func(s string) bool { return !slices.Contains(before, s) })
}

// findings are those that there should be, each as its code with what it is about; what an example settles is left out, as
// there are none.
func (o *oracle) findings() map[string]bool {
	out := map[string]bool{}
	say := func(code string, about ...any) { out[code+" "+strings.TrimSpace(fmt.Sprintln(about...))] = true }
	possible := make([]bool, len(o.set.Rules))
	name := func(i int) string { return o.set.Rules[i].Name }
	for i, r := range o.set.Rules {
		possible[i] = o.somewhere(func(h []bool) bool { return h[i] })
		if !possible[i] {
			say(FindNeverHolds, name(i))
			continue
		}
		if !o.somewhere(func(h []bool) bool { return !h[i] }) {
			say(FindAlwaysHolds, name(i))
		}
		if r.Off {
			continue
		}
		var dead, all []string
		for _, outcome := range OutcomeNames {
			if r.Then.Gives(outcome) {
				all = append(all, outcome)
				if !o.somewhere(func(h []bool) bool { return o.wins(outcome, i, h) }) {
					dead = append(dead, outcome)
				}
			}
		}
		if len(dead) == len(all) {
			say(FindNeverWins, name(i))
		} else {
			for _, outcome := range dead {
				if slices.Contains(SingleOutcomes, outcome) {
					say(FindNeverSets, name(i), outcome)
				} else {
					say(FindAddsNothing, name(i), outcome)
				}
			}
		}
		for j := range i {
			if o.live(j) && possible[j] && !o.somewhere(func(h []bool) bool { return h[i] != h[j] }) {
				same := !slices.ContainsFunc(OutcomeNames, func(outcome string) bool { return !r.Then.Same(outcome, o.set.Rules[j].Then) })
				say(map[bool]string{true: FindRepeats, false: FindSame}[same], name(j), name(i))
			}
		}
	}
	o.conflicts(say)
	o.missing(say)
	for _, item := range []string{"alpha", "beta"} {
		for _, outcome := range []string{OutcomePriority, OutcomeQueue} {
			some, all := false, true
			for n, f := range o.facts {
				if f.Item == item {
					served := false
					for i, r := range o.set.Rules {
						served = served || o.holds[n][i] && !r.Off && r.Then.Gives(outcome)
					}
					some, all = some || !served, all && !served
				}
			}
			switch {
			case some && all:
				say(FindUnserved, item, outcome)
			case some:
				say(FindDefault, item, outcome)
			}
		}
	}
	return out
}

func (o *oracle) conflicts(say func(string, ...any)) {
	for _, outcome := range SingleOutcomes {
		for i, a := range o.set.Rules {
			for j := i + 1; j < len(o.set.Rules); j++ {
				b := o.set.Rules[j]
				if !o.live(i) || !o.live(j) || !b.Then.Gives(outcome) || a.Then.Same(outcome, b.Then) ||
					!o.somewhere(func(h []bool) bool { return o.wins(outcome, j, h) }) || // it never does, and that is told
					!o.somewhere(func(h []bool) bool { return h[j] && o.wins(outcome, i, h) }) {
					continue
				}
				code := FindOrder
				switch {
				case !o.somewhere(func(h []bool) bool { return h[i] && !h[j] }):
					code = FindException
				case outcome == OutcomePriority && a.Then.Priority < b.Then.Priority,
					outcome == OutcomeAnswerWithin && a.Then.AnswerWithin.Business == b.Then.AnswerWithin.Business && a.Then.AnswerWithin.Minutes < b.Then.AnswerWithin.Minutes,
					outcome == OutcomeSolveWithin && a.Then.SolveWithin.Minutes < b.Then.SolveWithin.Minutes:
					code = FindStricter
				}
				say(code, a.Name, b.Name, outcome)
			}
		}
	}
}

func (o *oracle) missing(say func(string, ...any)) {
	for n, l := range o.leans {
		key, _ := answerKey(l.fact)
		for at, f := range o.facts {
			if _, there := f.Answers[key]; !there && o.holds[at][l.rule] && !o.always[at][n] && o.live(l.rule) {
				decides := slices.ContainsFunc(OutcomeNames, func(outcome string) bool {
					r := o.set.Rules[l.rule]
					return r.Then.Gives(outcome) && (slices.Contains(AddingOutcomes, outcome) || o.wins(outcome, l.rule, o.holds[at]))
				})
				if decides {
					say(FindMissing, o.set.Rules[l.rule].Name, l.fact)
					break
				}
			}
		}
	}
}

// found are the findings of a check in the same words.
func found(c Checked) map[string]bool {
	out := map[string]bool{}
	say := func(code string, about ...string) { out[code+" "+strings.Join(about, " ")] = true }
	for _, f := range c.Findings {
		outcome := f.Args["outcome"]
		switch f.Code {
		case FindUnspoken, FindChoices, FindMore: // read off the conditions, and held by a test of their own
		case FindNeverHolds, FindAlwaysHolds, FindNeverWins:
			say(f.Code, f.Rules[0])
		case FindNeverSets, FindAddsNothing:
			say(f.Code, f.Rules[0], outcome)
		case FindOrder, FindException, FindStricter, FindSettled:
			for _, other := range f.Rules[1:] {
				say(f.Code, f.Rules[0], other, outcome)
			}
		case FindRepeats:
			for j := range f.Rules {
				for _, earlier := range f.Rules[:j] {
					say(f.Code, earlier, f.Rules[j])
				}
			}
		case FindSame:
			for j := range f.Rules {
				for _, earlier := range f.Rules[:j] {
					if !out[FindRepeats+" "+earlier+" "+f.Rules[j]] {
						say(f.Code, earlier, f.Rules[j])
					}
				}
			}
		case FindDefault, FindUnserved:
			say(f.Code, f.Args["item"], outcome)
		case FindMissing:
			say(f.Code, f.Rules[0], f.Args["fact"])
		default:
			say(f.Code, append(slices.Clone(f.Rules), outcome)...)
		}
	}
	return out
}

// TestTheCheckAgreesWithTryingAll holds every kind of finding, with its witness and with the rules that it names, against
// a list of all forms that can be filled in: no false alarm, and no miss.
func TestTheCheckAgreesWithTryingAll(t *testing.T) {
	worlds, sets := rounds(50), 45
	counted := map[string]int{}
	for seed := range worlds {
		w := newSmallWorld(t, seed)
		for n := range sets {
			set, parts := w.set()
			c, problems := Compile(set, w.words)
			if problems.Err() != nil {
				t.Fatalf("world %d, set %d: %v\n%s", seed, n, problems, set.Format())
			}
			o := w.oracle(t, set, parts)
			checked := c.Findings(t.Context(), Limits{}, nil)
			want, got := o.findings(), found(checked)
			for f := range want {
				if !got[f] {
					t.Errorf("world %d, set %d: missed %s", seed, n, f)
				}
				counted[strings.Fields(f)[0]]++
			}
			for f := range got {
				if !want[f] {
					t.Errorf("world %d, set %d: false alarm %s", seed, n, f)
				}
			}
			if !checked.Complete || !checked.InTime {
				t.Errorf("world %d, set %d: something is unproved", seed, n)
			}
			o.witnesses(t, checked)
			if t.Failed() {
				t.Fatalf("%d facts\n%s\n%s", len(w.facts), describeWorld(w), set.Format())
			}
		}
	}
	for code := range findings {
		if !strings.HasSuffix(code, unproved) && code != "summary" && counted[code] < int(rounds(20)) && !slices.Contains([]string{FindUnspoken, FindChoices, FindMore, FindSettled, FindLate}, code) {
			t.Errorf("%s came up %d times: too few to believe", code, counted[code])
		}
	}
}

func describeWorld(w *smallWorld) string {
	var b strings.Builder
	for _, i := range w.world.Items {
		fmt.Fprintf(&b, "%s: %+v\n", i.Key, i.Form.Case)
		for _, q := range i.Form.Questions {
			fmt.Fprintf(&b, "  %s %s required=%v when=%q except=%q min=%v", q.Key, q.Kind, q.Required, q.When, q.Except, q.Min)
			for _, o := range q.Options {
				fmt.Fprintf(&b, " %s(%s)", o.Value, o.When)
			}
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "%v %v\n", w.world.Services, w.world.Families)
	return b.String()
}

// witnesses holds what is shown and who is named to what they are shown and named for.
func (o *oracle) witnesses(t *testing.T, checked Checked) {
	at := func(rule string) int {
		return slices.IndexFunc(o.set.Rules, func(r Rule) bool { return r.Name == rule })
	}
	for _, f := range checked.Findings {
		var rules []int
		for _, r := range f.Rules {
			rules = append(rules, at(r))
		}
		shown := !slices.Contains([]string{FindNeverHolds, FindAlwaysHolds, FindUnspoken, FindChoices, FindMore}, f.Code)
		if shown != (f.Witness != nil) {
			t.Errorf("%s: witness %v", f.Message(), f.Witness)
		}
		switch f.Code {
		case FindNeverSets, FindAddsNothing:
			o.forestalled(t, f, f.Args["outcome"], rules)
		case FindNeverWins:
			for _, outcome := range OutcomeNames {
				if o.set.Rules[rules[0]].Then.Gives(outcome) && slices.ContainsFunc(o.cases, func(h []bool) bool { return o.winsAgainst(outcome, rules[0], rules[1:], h) }) {
					t.Errorf("%s: it wins the %s against them", f.Message(), outcome)
				}
			}
		case FindDefault:
			o.onlyDefault(t, f)
		}
	}
}

func inWords(a Answers) map[string]string {
	out := map[string]string{}
	for key, value := range a {
		out[key] = fmt.Sprint(value)
	}
	return out
}

// forestalled: against those that are named the rule never wins, and against fewer of them it does.
func (o *oracle) forestalled(t *testing.T, f Finding, outcome string, rules []int) {
	if slices.ContainsFunc(o.cases, func(h []bool) bool { return o.winsAgainst(outcome, rules[0], rules[1:], h) }) {
		t.Errorf("%s: it wins against them", f.Message())
	}
	if slices.Contains(AddingOutcomes, outcome) {
		return // as few as can be for each value, together not always
	}
	for n := range rules[1:] {
		fewer := slices.Delete(slices.Clone(rules[1:]), n, n+1)
		if !slices.ContainsFunc(o.cases, func(h []bool) bool { return o.winsAgainst(outcome, rules[0], fewer, h) }) {
			t.Errorf("%s: without rule %d too", f.Message(), rules[1+n])
		}
	}
	for j := range rules[0] {
		if len(rules) > 2 && o.live(j) && o.set.Rules[j].Then.Gives(outcome) &&
			!slices.ContainsFunc(o.cases, func(h []bool) bool { return o.winsAgainst(outcome, rules[0], []int{j}, h) }) {
			t.Errorf("%s: %s does so alone", f.Message(), o.set.Rules[j].Name)
		}
	}
}

// winsAgainst tells whether a rule would win if of those before it there were only some.
func (o *oracle) winsAgainst(outcome string, i int, some []int, holds []bool) bool {
	var but []int
	for j := range i {
		if !slices.Contains(some, j) {
			but = append(but, j)
		}
	}
	return o.wins(outcome, i, holds, but...)
}

// onlyDefault: wherever the facts that are named are as in the witness, no rule sets the outcome.
func (o *oracle) onlyDefault(t *testing.T, f Finding) {
	var keys []string
	for _, path := range strings.Split(f.Args["facts"], ", ") {
		key, isAnswer := answerKey(path)
		if !isAnswer {
			return // read off the answers only
		}
		keys = append(keys, key)
	}
	shown := inWords(f.Witness.Answers)
	for n, g := range o.facts {
		if g.Item != f.Args["item"] || slices.ContainsFunc(keys, func(k string) bool { return o.spelt[n][k] != shown[k] }) {
			continue
		}
		for i, r := range o.set.Rules {
			if o.holds[n][i] && o.live(i) && r.Then.Gives(f.Args["outcome"]) {
				t.Errorf("%s: %s serves %v", f.Message(), r.Name, g.Answers)
				return
			}
		}
	}
}
