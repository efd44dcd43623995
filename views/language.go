package views

import "portico/rules"

// LanguagePage documents the language of conditions for those who write rules.
type LanguagePage struct {
	Shell
	Tabs      []CompareLink
	Facts     []FactLine
	Operators []LanguageWord
	Functions []LanguageWord
	Bounds    rules.Bounds
	Outcomes  []LanguageOutcome
	Worked    []WorkedLine
}

// Template names views/rules/language.html.
func (*LanguagePage) Template() string { return "rules/language" }

// LanguageWord is an operator or a function.
type LanguageWord struct {
	rules.Word
}

// Help says what it means.
func (w LanguageWord) Help() Message { return Say("language.word." + w.Key) }

// Reads says what a missing fact makes of it.
func (w LanguageWord) Reads() Message { return Say("language.missing." + w.Missing) }

// LanguageOutcome is something that rules decide.
type LanguageOutcome struct {
	Name string // as files write it
	Adds bool   // every rule that holds contributes; else the first one wins
}

// Label is what it is called.
func (o LanguageOutcome) Label() Message { return OutcomeName(o.Name) }

// Help says what it does to a case.
func (o LanguageOutcome) Help() Message { return Say("language.outcome." + o.Name) }

// WorkedLine is a worked condition.
type WorkedLine struct {
	N    int
	Key  string
	When string
	Over []WorkedOver
}

// Title says what it is for.
func (w WorkedLine) Title() Message { return Say("language.worked." + w.Key) }

// WorkedOver is what a condition reads over some facts.
type WorkedOver struct {
	Facts []WorkedFact
	Holds bool
}

// WorkedFact is a fact as a condition finds it.
type WorkedFact struct {
	Path    string
	Value   string // as a condition would write it
	Missing bool
}
