package rules

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// editor makes random rule sets, and changes them as people do.
type editor struct{ *rand.Rand }

func (e editor) one(list ...string) string { return list[e.IntN(len(list))] }

func (e editor) condition() string {
	return e.one("answers.urgent", "not answers.urgent", "answers.all_locations and answers.urgent", `item == "report-issue"`, `"voice" in families`, "wide or answers.urgent")
}

func (e editor) outcomes() (o Outcomes) {
	o.Priority = e.IntN(5)
	o.Queue = e.one("", "Voice", "Billing", "Security")
	for range e.IntN(3) {
		o.Tags = appendNew(o.Tags, e.one("a", "b", "c", "d"))
	}
	if e.IntN(4) == 0 {
		o.AnswerWithin = Within{Minutes: 60 * (1 + e.IntN(3))}
	}
	return o
}

// rule is a new one, known by a comment that nobody changes.
func (e editor) rule(id string) Rule {
	return Rule{Name: "R " + id, When: e.condition(), Then: e.outcomes(), Comments: Comments{"": {Beside: "# " + id}}}
}

func (e editor) set() RuleSet {
	s := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Service Desk"}}}
	for i := range e.IntN(8) {
		s.Rules = append(s.Rules, e.rule(fmt.Sprint(i)))
	}
	for _, name := range []string{"wide", "big", "far"}[:e.IntN(4)] {
		s.Let = append(s.Let, Let{name, e.condition()})
	}
	for _, name := range []string{"one", "two", "three"}[:e.IntN(4)] {
		s.Examples = append(s.Examples, Example{Name: name, Item: "report-issue", Answers: Answers{}, Expect: e.outcomes()})
	}
	return s
}

// change makes something else of a rule set; by tells new things of one hand from those of another.
func (e editor) change(s RuleSet, by string) RuleSet {
	s.Rules, s.Let, s.Examples = slices.Clone(s.Rules), slices.Clone(s.Let), slices.Clone(s.Examples)
	for n := range e.IntN(6) {
		id := fmt.Sprint(by, n)
		if e.IntN(5) == 0 {
			id = fmt.Sprint("both", e.IntN(2)) // which the other may add too
		}
		at := 0
		if len(s.Rules) > 0 {
			at = e.IntN(len(s.Rules))
		}
		free := func(name string) bool {
			return !slices.ContainsFunc(s.Rules, func(r Rule) bool { return r.Name == name })
		}
		what := e.IntN(14)
		if len(s.Rules) == 0 && what < 9 {
			what = 9
		}
		switch what {
		case 0:
			s.Rules[at].When = e.condition()
		case 1:
			s.Rules[at].Then = e.outcomes()
		case 2:
			s.Rules[at].Note = e.one("", "x", "y")
		case 3:
			s.Rules[at].Off = !s.Rules[at].Off
		case 4:
			s.Rules[at].Customer = Text{e.one("en", "fr"): e.one("Hello.", "Bonjour.", "So.")}
		case 5:
			if name := "R " + e.one("new", "7", "8"); free(name) {
				s.Rules[at].Name = name
			}
		case 6, 7:
			rule := s.Rules[at]
			s.Rules = slices.Insert(slices.Delete(s.Rules, at, at+1), e.IntN(len(s.Rules)), rule)
		case 8:
			s.Rules = slices.Delete(s.Rules, at, at+1)
		case 9, 10:
			if rule := e.rule(id); free(rule.Name) {
				s.Rules = slices.Insert(s.Rules, at, rule)
			}
		case 11:
			s.Default.Priority = 1 + e.IntN(4)
		case 12:
			if i := slices.IndexFunc(s.Let, func(l Let) bool { return l.Name == "big" }); i < 0 {
				s.Let = append(s.Let, Let{"big", e.condition()})
			} else if e.IntN(2) == 0 {
				s.Let = slices.Delete(s.Let, i, i+1)
			} else {
				s.Let[i].Expr = e.condition()
			}
		case 13:
			if len(s.Examples) > 0 {
				s.Examples[0].Expect = e.outcomes()
			}
		}
	}
	return s
}

const mergeRounds = 3000

func TestAMergeWithWhatNobodyChangedIsTheOther(t *testing.T) {
	for seed := range rounds(mergeRounds) {
		e := editor{rand.New(rand.NewPCG(seed, 1))}
		base := e.set()
		x := e.change(base, "x")
		for name, m := range map[string]Merged{"mine": Merge(base, x, base, nil), "theirs": Merge(base, base, x, nil), "both": Merge(base, x, x, nil)} {
			if len(m.Conflicts) > 0 || m.Set.Format() != x.Format() {
				t.Fatalf("seed %d, %s: %+v\n%s\nnot\n%s", seed, name, m.Conflicts, m.Set.Format(), x.Format())
			}
		}
	}
}

func TestAMergeIsTheSameFromBothSides(t *testing.T) {
	conflicts := 0
	for seed := range rounds(mergeRounds) {
		e := editor{rand.New(rand.NewPCG(seed, 2))}
		base := e.set()
		x, y := e.change(base, "x"), e.change(base, "y")
		one, other := Merge(base, x, y, nil), Merge(base, y, x, nil)
		conflicts += len(one.Conflicts)
		var left, right []string
		for _, c := range one.Conflicts {
			left = append(left, fmt.Sprintf("%s %s: %s, %s, %s", c.Rule, c.Field, c.Base, c.Mine, c.Theirs))
		}
		for _, c := range other.Conflicts {
			right = append(right, fmt.Sprintf("%s %s: %s, %s, %s", c.Rule, c.Field, c.Base, c.Theirs, c.Mine))
		}
		slices.Sort(left)
		slices.Sort(right)
		a, b := settled(base, x, y, Mine), settled(base, y, x, Theirs)
		if bare(a.Set) != bare(b.Set) {
			t.Fatalf("seed %d:\n%s\nand\n%s", seed, bare(a.Set), bare(b.Set))
		}
		sided := func(c Conflict) bool { return c.Field == FieldName || c.Field == FieldNames || c.Field == "" }
		if slices.ContainsFunc(one.Conflicts, sided) {
			continue // what there is, and what it is called, hangs on what was chosen before
		}
		if !slices.Equal(left, right) {
			t.Fatalf("seed %d:\n%s\nand\n%s", seed, strings.Join(left, "\n"), strings.Join(right, "\n"))
		}
	}
	if conflicts < int(rounds(mergeRounds))/10 {
		t.Errorf("only %d conflicts: these sets are too tame", conflicts)
	}
}

// settled is a merge in which one side is always right. To choose may lead to another conflict.
func settled(base, mine, theirs RuleSet, side Side) Merged {
	choices := map[string]Choice{}
	for {
		m := Merge(base, mine, theirs, choices)
		if !m.Open() {
			return m
		}
		for _, c := range m.Conflicts {
			choices[c.Key()] = Choice{Side: side}
		}
	}
}

// bare is a set without comments, which are not merged, and with tags in one order.
func bare(s RuleSet) string {
	s.Rules = slices.Clone(s.Rules)
	for i := range s.Rules {
		s.Rules[i].Comments, s.Rules[i].Then.Tags = nil, sorted(s.Rules[i].Then.Tags)
	}
	return s.Format()
}

// TestNoChangeIsLostInAMerge: what somebody changed is so in the result, or they are asked.
func TestNoChangeIsLostInAMerge(t *testing.T) {
	for seed := range rounds(mergeRounds) {
		e := editor{rand.New(rand.NewPCG(seed, 3))}
		base := e.set()
		x, y := e.change(base, "x"), e.change(base, "y")
		m := Merge(base, x, y, nil)
		if _, problems := Parse(m.Set.Format()); len(problems) > 0 {
			t.Fatalf("seed %d: %v\n%s", seed, problems, m.Set.Format())
		}
		for who, side := range map[string][2]RuleSet{"mine": {x, y}, "theirs": {y, x}} {
			if lost := lost(base, side[0], side[1], m); lost != "" {
				t.Fatalf("seed %d: of %s %s is lost.\nbase\n%s\nmine\n%s\ntheirs\n%s\nmerged\n%s%+v", seed, who, lost, base.Format(), x.Format(), y.Format(), m.Set.Format(), m.Conflicts)
			}
		}
	}
}

// became is what a rule of a set was made in another; nothing where it was removed.
func became(base, to RuleSet, rule Rule) []Rule {
	for i, k := range pair(base.Rules, to.Rules) {
		if k >= 0 && base.Rules[k].Name == rule.Name {
			return []Rule{to.Rules[i]}
		}
	}
	return nil
}

func lost(base, mine, theirs RuleSet, m Merged) string {
	asked := func(rules []string, field string) bool {
		return slices.ContainsFunc(m.Conflicts, func(c Conflict) bool {
			return (c.Field == field || c.Field == "" && c.Rule != "") && (len(rules) == 0 || slices.Contains(rules, c.Rule))
		})
	}
	id := func(r Rule) string { return r.Comments[""].Beside }
	find := func(s RuleSet, who string) (found []Rule) {
		for _, r := range s.Rules {
			if id(r) == who {
				found = append(found, r)
			}
		}
		return found
	}
	ids := map[string]bool{}
	for _, r := range slices.Concat(base.Rules, mine.Rules) {
		ids[id(r)] = true
	}
	rewritten := map[string]bool{}
	for who := range ids {
		was, is, made := find(base, who), find(mine, who), find(m.Set, who)
		others := find(theirs, who)
		if len(was) > 0 { // a rule is taken for what it stands in the place of
			rewritten[who] = len(is) > 0 && len(became(base, mine, was[0])) == 0 || len(others) > 0 && len(became(base, theirs, was[0])) == 0
			is, others, made = became(base, mine, was[0]), became(base, theirs, was[0]), nil
			for _, r := range slices.Concat(is, others) {
				made = append(made, find(m.Set, id(r))...)
			}
		} else if len(is) == 0 || slices.ContainsFunc(base.Rules, func(r Rule) bool { b := became(base, mine, r); return len(b) > 0 && id(b[0]) == who }) {
			continue
		}
		if len(is) > 0 && len(was) == 0 { // the other may have added one of the same name
			for _, r := range m.Set.Rules {
				if r.Name == is[0].Name && len(made) == 0 {
					made = []Rule{r}
				}
			}
		}
		if rewritten[who] {
			continue // nobody knows it again: it was removed, and another one added
		}
		var names []string
		for _, r := range slices.Concat(was, is, others, made) {
			names = append(names, r.Name)
		}
		switch {
		case len(is) == 0:
			if len(made) > 0 && !asked(names, "") {
				return "the removal of " + who
			}
			continue
		case len(made) == 0:
			if !asked(names, "") && (len(was) == 0 || changedRule(was[0], is[0])) {
				return who
			}
			continue
		}
		before := Rule{}
		if len(was) > 0 {
			before = was[0]
		}
		for _, f := range ruleFields {
			if f.text(before) == f.text(is[0]) || asked(names, f.name) || f.name == FieldName && asked(nil, FieldNames) {
				continue
			}
			if !slices.ContainsFunc(made, func(r Rule) bool {
				if f.join != nil {
					return reflect.DeepEqual(f.text(*f.join(before, is[0], r)), f.text(r))
				}
				return f.text(r) == f.text(is[0])
			}) {
				return who + "'s " + f.name
			}
		}
	}
	for i := range mine.Rules {
		for k := range i {
			first, then := find(m.Set, id(mine.Rules[k])), find(m.Set, id(mine.Rules[i]))
			old, older := find(base, id(mine.Rules[i])), find(base, id(mine.Rules[k]))
			if len(first) != 1 || len(then) != 1 || len(old) == 0 || len(older) == 0 || rewritten[id(old[0])] || rewritten[id(older[0])] {
				continue
			}
			at := func(s RuleSet, r Rule) int {
				return slices.IndexFunc(s.Rules, func(o Rule) bool { return id(o) == id(r) })
			}
			turned := at(base, old[0]) < at(base, older[0])
			if turned && at(m.Set, first[0]) > at(m.Set, then[0]) && !slices.ContainsFunc(m.Conflicts, func(c Conflict) bool {
				return c.Field == FieldOrder && strings.Contains("\n"+c.Mine+"\n", "\n"+first[0].Name+"\n") && strings.Contains("\n"+c.Mine+"\n", "\n"+then[0].Name+"\n")
			}) {
				return fmt.Sprintf("the order of %s and %s", first[0].Name, then[0].Name)
			}
		}
	}
	for _, c := range Diff(RuleSet{Let: base.Let, Default: base.Default, Examples: base.Examples}, RuleSet{Let: mine.Let, Default: mine.Default, Examples: mine.Examples}) {
		still := slices.Contains(Diff(RuleSet{Let: base.Let, Default: base.Default, Examples: base.Examples}, RuleSet{Let: m.Set.Let, Default: m.Set.Default, Examples: m.Set.Examples}), c)
		if !still && !slices.ContainsFunc(m.Conflicts, func(k Conflict) bool { return k.Rule == "" && k.Field == c.Field }) {
			return c.Field
		}
	}
	return ""
}
