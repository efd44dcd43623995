package rules

import (
	"slices"
)

// Lookup finds the facts that a line or an example names. What is nil finds nothing. Errors are shown to whoever asked.
type Lookup struct {
	Account func(numberOrName string) (AccountFacts, error)
	Contact func(email string) (ContactFacts, error)
	Now     func(AccountFacts) NowFacts
}

// Difference is an outcome that did not come out as expected.
type Difference struct {
	Outcome string // priority, queue, tags
	Want    any
	Got     any
	By      []string // who decided what came out
}

// Result is how an example fared.
type Result struct {
	Example     Example
	Err         error // the example itself can't be asked; a *FieldError
	Decision    Decision
	Differences []Difference
}

// Passed tells whether the decision was the expected one.
func (r Result) Passed() bool { return r.Err == nil && len(r.Differences) == 0 }

// Report is all that speaks against publishing a rule set.
type Report struct {
	Problems Problems
	Results  []Result
}

// Publishable tells whether nothing does.
func (r Report) Publishable() bool {
	return len(r.Problems) == 0 && !slices.ContainsFunc(r.Results, func(r Result) bool { return !r.Passed() })
}

// Check compiles a set and runs its examples.
func Check(set RuleSet, v *Vocabulary, find Lookup) (*Compiled, Report) {
	c, problems := Compile(set, v)
	return c, Report{Problems: problems, Results: c.Test(find)}
}

// Ask asks the set one example, which need not be one of its own.
func (c *Compiled) Ask(e Example, find Lookup) Result { return c.try(e, find) }

// Test runs the examples of the set.
func (c *Compiled) Test(find Lookup) []Result {
	results := make([]Result, len(c.examples))
	for i, e := range c.examples {
		results[i] = c.try(e, find)
	}
	return results
}

func (c *Compiled) try(e Example, find Lookup) Result {
	if e.Now != nil {
		find.Now = func(AccountFacts) NowFacts { return *e.Now }
	}
	r := Result{Example: e}
	facts, wrong := c.vocabulary.judge(question{Item: e.Item, Account: e.Account, Contact: e.Contact, Answers: e.Answers, Assume: e.Assume}, find)
	if wrong != nil {
		r.Err = wrong
		return r
	}
	r.Decision = c.Decide(facts)
	got, want := r.Decision.Outcomes, e.Expect
	differ := func(outcome string, want, got any, by ...string) {
		r.Differences = append(r.Differences, Difference{Outcome: outcome, Want: want, Got: got, By: by})
	}
	for _, name := range OutcomeNames {
		if expected := want.Value(name); expected != nil && !want.Same(name, got) {
			differ(name, expected, got.Value(name), r.Decision.By.Rules(name)...)
		}
	}
	return r
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
