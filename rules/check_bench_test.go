package rules

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// largeSet is so many random rules over so many questions of two forms, each of two or three parts.
func largeSet(t testing.TB, rules, questions int) *Compiled {
	t.Helper()
	dice := rand.New(rand.NewPCG(3, 200))
	f := Form{}
	for n := range questions {
		q := Question{Key: fmt.Sprintf("q%d", n), Label: Text{"en": "?"}, Required: n%2 == 0}
		switch n % 4 {
		case 0:
			q.Kind = KindYesNo
		case 1:
			q.Kind, q.Options = KindChoice, plainOptions("a", "b", "c", "d", "e", "f")
		case 2:
			q.Kind = KindTick
		default:
			q.Kind, q.Options = KindChoices, plainOptions("a", "b", "c", "d")
		}
		if n > 3 && n%3 == 0 {
			q.When = "answers.q0"
		}
		f.Questions = append(f.Questions, q)
	}
	form, problems := f.Compile()
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	w := demoWorld(t)
	w.Items = append(w.Items, Item{Key: "large", Type: "Large", Form: form})
	v, problems := NewVocabulary(w)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	pick := func(list []string) string { return list[dice.IntN(len(list))] }
	atom := func() string {
		n := dice.IntN(questions)
		path := fmt.Sprintf("answers.q%d", n)
		switch n % 4 {
		case 1:
			return fmt.Sprintf("%s == %q", path, pick([]string{"a", "b", "c", "d", "e", "f"}))
		case 3:
			return fmt.Sprintf("%q in %s", pick([]string{"a", "b", "c", "d"}), path)
		}
		return []string{"", "not "}[dice.IntN(2)] + path
	}
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Voice"}}}
	for n := range rules {
		when := atom() + " and " + atom() + " and " + atom()
		if dice.IntN(2) == 0 {
			when += " and (" + atom() + " or " + atom() + ")"
		}
		r := Rule{Name: fmt.Sprintf("R%d", n), When: when, Then: Outcomes{Queue: pick(w.Queues)}}
		if dice.IntN(2) == 0 {
			r.Then.Priority = 1 + dice.IntN(4)
		}
		if dice.IntN(4) == 0 {
			r.Then.Tags = []string{pick([]string{"x", "y", "z"})}
		}
		set.Rules = append(set.Rules, r)
	}
	c, problems := Compile(set, v)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	return c
}

func BenchmarkCheck(b *testing.B) {
	for _, size := range []struct{ rules, questions int }{{20, 12}, {200, 12}} {
		b.Run(fmt.Sprintf("%d rules over %d questions", size.rules, size.questions), func(b *testing.B) {
			c := largeSet(b, size.rules, size.questions)
			var got Checked
			for b.Loop() {
				got = c.Findings(b.Context(), Limits{Time: 1 << 40}, nil)
			}
			b.ReportMetric(float64(len(got.Findings)), "findings")
			if !got.Complete {
				b.Error("something is unproved")
			}
		})
	}
	b.Run("the demo's", func(b *testing.B) {
		c := compiled(b, demoSet(b))
		for b.Loop() {
			c.Findings(b.Context(), Limits{}, nil)
		}
	})
}
