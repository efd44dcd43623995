package views

import "portico/rules"

// DraftTry is where a form is filled in to watch what a draft decides.
type DraftTry struct {
	Shell
	Bar   DraftBar
	Trial Trial
}

// Template names views/rules/try.html.
func (*DraftTry) Template() string { return "rules/try" }

// Trial is a form as it is tried, with what comes of it. On its own it answers each change of an answer.
type Trial struct {
	Action       string
	Items        []ItemChoice
	Contact      string
	ContactWrong Message
	Account      string
	AccountWrong Message
	Questions    []Question
	Outcomes     []TriedOutcome
	Differs      bool // the draft decides otherwise than what is live
	Sentence     rules.Text
	LiveSentence rules.Text
	Failed       []string // rules that could not be asked
	Live         int
}

// Template names views/rules/trial.html.
func (*Trial) Template() string { return "rules/trial" }

// ItemChoice is an item that can be tried.
type ItemChoice struct {
	Key    string
	Name   rules.Text
	Chosen bool
}

// TriedOutcome is one outcome, as the draft and as what is live decide it.
type TriedOutcome struct {
	Name    Message
	Draft   TriedSide
	Live    TriedSide
	Differs bool
}

// TriedSide is what one of two rule sets decides, and why.
type TriedSide struct {
	Value string
	By    []TriedRule
}

// TriedRule is a rule that decided, with what it looked at.
type TriedRule struct {
	Name    string
	Default bool
	When    string
	Used    []NamedValue
}
