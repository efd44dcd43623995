package rules

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryWordOfTheLanguageIsDocumentedAndReads(t *testing.T) {
	scope := newScope(demoVocabulary(t).Facts(), maybeMissing)
	var called []string
	for _, w := range slices.Concat(Operators, Functions) {
		c, problems := scope.compile(w.Example)
		if problems.Err() != nil {
			t.Errorf("%s: %v", w.Example, problems)
			continue
		}
		nothing := demoVocabulary(t).NewFacts("report-issue", Answers{}, AccountFacts{}, ContactFacts{}, NowFacts{})
		holds, err := c.holds(variables(demoVocabulary(t).facts, &nothing))
		if want := w.Missing == MissingOpposite; err != nil || holds != want {
			t.Errorf("%s over nothing reads %v (%v), documented as %q", w.Example, holds, err, w.Missing)
		}
	}
	for _, f := range Functions {
		called = append(called, f.Name)
	}
	if slices.Sort(called); !slices.Equal(called, functions) {
		t.Errorf("documented are %v, there are %v", called, functions)
	}
}

// shownFacts are the facts of a worked case, no others.
func shownFacts(t *testing.T, given []Used) Facts {
	t.Helper()
	f := Facts{Answers: Answers{}, Services: []string{}, Families: []string{}}
	for _, u := range given {
		key, isAnswer := strings.CutPrefix(u.Fact, "answers.")
		list, _ := u.Value.([]string)
		text, _ := u.Value.(string)
		switch {
		case u.Value == nil:
		case isAnswer:
			f.Answers[key] = u.Value
		case u.Fact == "services":
			f.Services = list
		case u.Fact == "families":
			f.Families = list
		case u.Fact == "item":
			f.Item = text
		default:
			if err := f.take(u.Fact, u.Value); err != nil {
				t.Fatalf("%s: %v", u.Fact, err)
			}
		}
	}
	return f
}

func TestWorkedConditionsReadAsTheyAreDocumented(t *testing.T) {
	v := demoVocabulary(t)
	if len(Worked) != 20 {
		t.Errorf("there are %d", len(Worked))
	}
	keys := map[string]bool{}
	for _, w := range Worked {
		if keys[w.Key] {
			t.Errorf("%s stands there twice", w.Key)
		}
		keys[w.Key] = true
		set := RuleSet{Rules: []Rule{{Name: "it", When: w.When, Then: Outcomes{Priority: 1}}}, Default: Default{Outcomes: Outcomes{Priority: 4, Queue: "Voice"}}}
		c, problems := Compile(set, v)
		if problems.Err() != nil {
			t.Errorf("%s: %v", w.When, problems)
			continue
		}
		both := map[bool]bool{}
		for _, over := range w.Over {
			facts := shownFacts(t, over.Given)
			both[over.Holds] = true
			if holds := c.Decide(facts).Outcomes.Priority == 1; holds != over.Holds {
				t.Errorf("%s over %v: %v", w.When, over.Given, holds)
			}
			var shown, read []string
			for _, u := range over.Given {
				shown = append(shown, u.Fact)
			}
			read = append(read, c.Reads()...)
			slices.Sort(shown)
			slices.Sort(read)
			if !slices.Equal(shown, read) {
				t.Errorf("%s reads %v, shown are %v", w.When, read, shown)
			}
		}
		if len(both) != 2 {
			t.Errorf("%s: it is shown only one way", w.When)
		}
	}
}
