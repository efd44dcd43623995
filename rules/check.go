package rules

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// The check proves what can and what cannot happen, and shows what it says. How:
//
// All that rules can ever be asked is written as clauses (space, domain, formSpace): an item; its form, filled in in any
// way in which it can be sent, that is with the questions that apply, those required answered, with choices that are
// offered for some account, options' conditions and all; services and families as NewFacts derives them; any account,
// contact and time. Facts are made finite by what conditions can tell apart. Each condition becomes a literal by way of
// its formula, and each question of the check one to the solver: can this rule hold where none of those before it does?
//
// No is a proof: the clauses leave nothing out. Where a condition says more than was made finite (of text, of sums), its
// atom is free to be either, so that a no still is one. Yes is not believed: the form is filled in as the answer has it
// and sent, and the engine decides it. What the solver had wrong, because it can only be asked, it is told, and asked
// again. What is confirmed is a witness. What is neither refuted nor confirmed is unproved, and said to be.
//
// SAT rather than BDDs: a set of two hundred rules has far more combinations than one wants nodes for, while each
// question touches few of them; answers come with reasons (which rules shadow, which answers lead to the default); and
// whatever was found once answers many later questions, so that most are never asked.

// The codes of findings, with the names of their arguments beside rule and others. What could not be proved has
// ".unproved" after it, and facts: what it turns on.
const (
	FindNeverHolds  = "never_holds"       //
	FindAlwaysHolds = "always_holds"      //
	FindNeverWins   = "never_wins"        //
	FindNeverSets   = "never_sets"        // outcome
	FindAddsNothing = "adds_nothing"      // outcome
	FindSame        = "same_condition"    //
	FindRepeats     = "repeats"           //
	FindOrder       = "order_decides"     // outcome
	FindSettled     = "order_settled"     // outcome
	FindException   = "exception"         // outcome
	FindStricter    = "stricter_first"    // outcome
	FindDefault     = "only_default"      // item, outcome, facts
	FindMore        = "only_default_more" // item, outcome
	FindUnserved    = "item_unserved"     // item, outcome
	FindUnspoken    = "question_unspoken" // fact
	FindChoices     = "choices_unspoken"  // fact, choices
	FindMissing     = "missing_decides"   // fact
	FindLate        = "out_of_time"       //
)

// Findings checks the rules against all forms that can be filled in. Results are how the set's examples fared, from Test:
// what one of them settles is no longer worth a look; they may be nil. It takes as long as the limits allow at most, and
// less when the context is done.
func (c *Compiled) Findings(ctx context.Context, limits Limits, results []Result) Checked {
	limits = limits.whole()
	ctx, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	k := &check{set: c, ctx: ctx, limits: limits, results: results,
		out: Checked{Rules: len(c.rules), Facts: c.Reads(), Combinations: "0", Complete: true, InTime: true}}
	k.out.Spoken = k.spoken()
	if !slices.ContainsFunc(c.vocabulary.world.Items, func(i Item) bool { return i.Form != nil }) {
		return k.out // nothing can be asked for
	}
	k.space = newSpace(c)
	k.out.Combinations = k.combinations()
	k.conditions()
	k.wins()
	k.alike()
	k.order()
	k.defaults()
	k.missing()
	k.unspoken()
	if ctx.Err() != nil || k.late {
		k.out.InTime = false
		k.say(Finding{Code: FindLate, Severity: Unproved})
	}
	k.sort()
	return k.out
}

func (l Limits) whole() Limits {
	l.Time, l.Conflicts = cmp.Or(l.Time, DefaultLimits.Time), cmp.Or(l.Conflicts, DefaultLimits.Conflicts)
	l.Refine, l.Listed = cmp.Or(l.Refine, DefaultLimits.Refine), cmp.Or(l.Listed, DefaultLimits.Listed)
	return l
}

// check is one check under way.
type check struct {
	*space
	ctx     context.Context
	set     *Compiled
	limits  Limits
	results []Result
	out     Checked

	where    []lit  // beside the rules: where each holds
	possible []bool // it can
	dead     map[string][]bool
	givers   map[string][]int // rules that take part and give an outcome, in order
	firsts   map[string][]lit // beside givers: where each is the first of them that holds
}

func (k *check) rule(i int) *compiledRule { return &k.set.rules[i] }

// live tells whether a rule takes part in deciding.
func (k *check) live(i int) bool { return !k.rule(i).Off && k.rule(i).condition != nil }

// giving are the rules that take part and give an outcome, in order.
func (k *check) giving(outcome string) []int { return k.givers[outcome] }

// line finds for each outcome who gives it, and where each does so first.
func (k *check) line() {
	k.givers, k.firsts = map[string][]int{}, map[string][]lit{}
	for _, outcome := range OutcomeNames {
		before := k.no() // some earlier rule gives it
		for i := range k.set.rules {
			if k.live(i) && k.rule(i).Then.Gives(outcome) {
				k.givers[outcome] = append(k.givers[outcome], i)
				k.firsts[outcome] = append(k.firsts[outcome], k.and(k.where[i], before.not()))
				before = k.or(before, k.where[i])
			}
		}
	}
}

// wins tells whether a rule is the one that sets an outcome.
func (s *sample) wins(outcome string, i int) bool {
	return s.first[slices.Index(SingleOutcomes, outcome)] == i
}

// ask looks for a case: first among those that were found already. Only what is not known is asked of the solver.
func (k *check) ask(claim func(*sample) bool, assumptions ...lit) (is answer, found *sample, because []lit) {
	for _, s := range slices.Backward(k.pool) {
		if claim(s) {
			return answerYes, s, nil
		}
	}
	if k.ctx.Err() != nil {
		return answerUnknown, nil, nil
	}
	return k.find(k.ctx, k.limits, assumptions, claim)
}

// over tells that time is up: whatever goes through all rules, or all pairs of them, stops there.
func (k *check) over() bool { return k.ctx.Err() != nil }

// say notes a finding.
func (k *check) say(f Finding) {
	f.Proved = f.Severity != Unproved
	k.out.Findings = append(k.out.Findings, f)
}

// unsure notes what is unproved; where time ran out, one finding says so for all.
func (k *check) unsure(f Finding, rules ...int) {
	if k.ctx.Err() != nil {
		k.late = true
		return
	}
	f.Code, f.Severity = f.Code+unproved, Unproved
	a := map[string]string{"facts": k.turnsOn(rules)}
	for name, value := range f.Args {
		a[name] = value
	}
	f.Args = a
	k.say(f)
}

// turnsOn names the facts of which rules say what can't be told apart beforehand; all that they speak of if there are none.
func (k *check) turnsOn(rules []int) string {
	var open, all []string
	for _, i := range rules {
		if c := k.rule(i).condition; c != nil {
			all = appendNew(all, c.facts...)
			for _, path := range c.facts {
				if k.said.of(path).opaque {
					open = appendNew(open, path)
				}
			}
		}
	}
	if len(open) > 0 {
		all = open
	}
	return strings.Join(all, ", ")
}

func (k *check) names(rules ...int) []string {
	out := make([]string, len(rules))
	for n, i := range rules {
		out[n] = k.rule(i).Name
	}
	return out
}

// conditions finds those that never hold, and those that always do; of rules that are off too.
func (k *check) conditions() {
	n := len(k.set.rules)
	k.where, k.possible = make([]lit, n), make([]bool, n)
	for i := range n {
		k.where[i] = k.no()
		if c := k.rule(i).condition; c != nil {
			k.where[i] = k.condition(c)
		}
	}
	k.line()
	for i := range n {
		if k.over() {
			return
		}
		c := k.rule(i).condition
		if c == nil {
			continue // what is wrong with it is a problem
		}
		f := Finding{Rules: k.names(i), Field: "when"}
		is, _, _ := k.ask(func(s *sample) bool { return s.holds[i] }, k.where[i])
		k.possible[i] = is == answerYes
		switch is {
		case answerNo:
			f.Code, f.Severity = FindNeverHolds, Warning
			k.say(f)
			continue
		case answerUnknown:
			f.Code = FindNeverHolds
			k.unsure(f, i)
		}
		f.Code = FindAlwaysHolds
		switch is, _, _ := k.ask(func(s *sample) bool { return !s.holds[i] }, k.where[i].not()); is {
		case answerNo:
			f.Severity = Notice
			if c.formula.op == opTrue {
				f.Severity = Info // as it was written
			}
			k.say(f)
		case answerUnknown:
			k.unsure(f, i)
		}
	}
}

// sort puts the gravest first, then what is about earlier rules.
func (k *check) sort() {
	place := map[string]int{}
	for i, r := range k.set.rules {
		place[r.Name] = i
	}
	at := func(f Finding) int {
		if len(f.Rules) == 0 {
			return len(place)
		}
		return place[f.Rules[0]]
	}
	slices.SortStableFunc(k.out.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(Severities, a.Severity), slices.Index(Severities, b.Severity)), cmp.Compare(at(a), at(b)))
	})
	k.out.Complete = !slices.ContainsFunc(k.out.Findings, func(f Finding) bool { return !f.Proved })
}
