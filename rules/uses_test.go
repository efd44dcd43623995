package rules

import (
	"fmt"
	"testing"
)

func TestWhoUsesASharedName(t *testing.T) {
	s := RuleSet{
		Let: []Let{{"wide", "answers.all_locations"}, {"hot", `wide and answers.urgent and "wide" != 'é wide'`}},
		Rules: []Rule{{Name: "A", When: "wide"}, {Name: "B", When: `item == "wide" or answers.wide`}, {Name: "C", When: "not wide and (hot or wide)"},
			{Name: "D", When: "wide and ("}},
	}
	if got := fmt.Sprint(s.UsesOf("wide")); got != "[{-1 hot} {0 A} {2 C} {3 D}]" {
		t.Error(got)
	}
	if got := s.UsesOf("nothing"); got != nil {
		t.Error(got)
	}
	old := s
	s.Rename("wide", "everywhere")
	if s.Let[1].Expr != `everywhere and answers.urgent and "wide" != 'é wide'` || s.Rules[0].When != "everywhere" || s.Let[0].Name != "wide" ||
		s.Rules[1].When != `item == "wide" or answers.wide` || s.Rules[2].When != "not everywhere and (hot or everywhere)" {
		t.Errorf("%+v", s)
	}
	if old.Rules[0].When != "wide" {
		t.Error("the set that was renamed shares its rules")
	}
}

func TestASuggestionPutsItRight(t *testing.T) {
	v, problems := NewVocabulary(World{
		Items: []Item{{Key: "report-issue", Type: "Issue"}}, Services: []Service{{Name: "SD-WAN", Family: "data"}, {Name: `The "é" line`, Family: "data"}},
		Families: []Family{{Key: "data"}}, Tiers: []string{"gold"},
	})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	for _, c := range []struct{ when, want string }{
		{`"SD-WANN" in services`, `"SD-WAN" in services`},
		{`'é' != 'x' and 'SD-WANN' in services`, `'é' != 'x' and "SD-WAN" in services`},
		{`account.teir == "gold"`, `account.tier == "gold"`},
		{`"The \"é\" lin" in services`, `"The \"é\" line" in services`},
		{`item in ["report-isue"]`, `item in ["report-issue"]`},
		{`lenn(services) > 1`, `len(services) > 1`},
		{`itm == "report-issue"`, `item == "report-issue"`},
		{`now.hour > 8 and tier == "gold"`, `now.hour > 8 and account.tier == "gold"`},
	} {
		_, problems := newScope(v.Facts(), maybeMissing).compile(c.when)
		if len(problems) != 1 {
			t.Errorf("%s: %v", c.when, problems)
			continue
		}
		fix, ok := problems[0].Fix(c.when)
		if got := fix.Apply(c.when); !ok || got != c.want {
			t.Errorf("%s becomes %s", c.when, got)
		}
		if _, left := newScope(v.Facts(), maybeMissing).compile(c.want); len(left) > 0 {
			t.Errorf("%s: %v", c.want, left)
		}
	}
	if _, ok := (Problem{Suggestion: "Voice", Field: "then.queue"}).Fix("true"); ok {
		t.Error("what is not in the condition is put right there")
	}
}
