package rules

import "slices"

// ByDefault is named in place of a rule where none set an outcome; no rule may be called so.
const ByDefault = "default"

// Decision is what a rule set decides for one case, and why. It names rules, not versions: the case keeps the version.
type Decision struct {
	Outcomes Outcomes `json:"outcomes"`
	By       By       `json:"by"`
	Customer Text     `json:"customer,omitempty"` // the winning rule's sentence
	Trace    Trace    `json:"trace"`
}

// Kept is the decision as it is kept with its case: without the steps of its trace, which the set that decided gives again
// for the case's facts.
func (d Decision) Kept() Decision {
	d.Trace.Steps = nil
	return d
}

// Differs names what is not the same in both decisions: outcomes, and "customer", "held" and "failed"; who set an outcome
// counts as the outcome. How a failure is said, and the steps of the trace, may differ.
func (d Decision) Differs(other Decision) (what []string) {
	for _, name := range OutcomeNames {
		if !d.Outcomes.Same(name, other.Outcomes) || !slices.Equal(d.By.Rules(name), other.By.Rules(name)) {
			what = append(what, name)
		}
	}
	if !d.Customer.equal(other.Customer) {
		what = append(what, "customer")
	}
	if !slices.Equal(d.Trace.Held, other.Trace.Held) {
		what = append(what, "held")
	}
	if !slices.EqualFunc(d.Trace.Failed, other.Trace.Failed, func(a, b Failure) bool { return a.Rule == b.Rule }) {
		what = append(what, "failed")
	}
	return what
}

// By names the rules that set each outcome; empty where nothing did.
type By struct {
	Priority     string   `json:"priority"`
	Queue        string   `json:"queue"`
	Assignee     string   `json:"assignee,omitempty"`
	AnswerWithin string   `json:"answer_within,omitempty"`
	SolveWithin  string   `json:"solve_within,omitempty"`
	Tags         []string `json:"tags"` // all that contributed
	Notify       []string `json:"notify,omitempty"`
	Request      []string `json:"request,omitempty"`
}

// Rules names the rules that set an outcome.
func (b By) Rules(outcome string) []string {
	if one := b.single(outcome); one != nil {
		if *one == "" {
			return nil
		}
		return []string{*one}
	}
	if all := b.adding(outcome); all != nil {
		return *all
	}
	return nil
}

func (b *By) single(outcome string) *string {
	switch outcome {
	case OutcomePriority:
		return &b.Priority
	case OutcomeQueue:
		return &b.Queue
	case OutcomeAssignee:
		return &b.Assignee
	case OutcomeAnswerWithin:
		return &b.AnswerWithin
	case OutcomeSolveWithin:
		return &b.SolveWithin
	}
	return nil
}

func (b *By) adding(outcome string) *[]string {
	switch outcome {
	case OutcomeTags:
		return &b.Tags
	case OutcomeNotify:
		return &b.Notify
	case OutcomeRequest:
		return &b.Request
	}
	return nil
}

// Trace is why a decision came out as it did.
type Trace struct {
	Steps  []Step    `json:"steps,omitempty"`  // one for each outcome and rule that set it; not kept with cases
	Held   []string  `json:"held"`             // all rules that held, in order
	Failed []Failure `json:"failed,omitempty"` // rules that could not be asked and were passed over
}

// Step is one outcome with the rule that set it.
type Step struct {
	Outcome string `json:"outcome"` // its name
	Value   any    `json:"value"`
	Rule    string `json:"rule"`
	When    string `json:"when,omitempty"` // the condition as it stood; empty for the default
	Used    []Used `json:"used,omitempty"` // the facts the condition speaks of
}

// Used is a fact as a condition found it; the value of a missing one is nil.
type Used struct {
	Fact  string `json:"fact"` // answers.urgent
	Value any    `json:"value"`
}

// Failure is a rule that could not be asked.
type Failure struct {
	Rule  string `json:"rule"`
	Error string `json:"error"` // for administrators and logs
}
