package rules

import (
	"slices"
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
