package rules

// RuleSet is an ordered list of rules with what belongs to them. Its stored form is YAML: Parse reads it, Format
// writes it.
type RuleSet struct {
	Let      []Let
	Rules    []Rule
	Default  Default
	Examples []Example
	Comments Comments // of the file, by path: "let.everywhere"; those of rules and examples stand with them

	lines map[string]int // where fields stand in the file it was parsed from
}

// Let names a condition or value that rules share. It may use names that stand before it.
type Let struct {
	Name string
	Expr string
}

// Rule is a condition and what follows where it holds.
type Rule struct {
	Name     string // unique in its set
	When     string
	Then     Outcomes
	Customer Text   // what the customer reads when this rule decided
	Note     string // for other administrators
	Off      bool   // kept, checked, not asked
	Comments Comments
}

// Default decides what no rule decides.
type Default struct {
	Outcomes
	Customer Text
}

// Example is a decision that the set is expected to make. What Expect leaves open is not compared.
type Example struct {
	Name    string
	Item    string
	Account string // client number or name; may be empty
	Contact string // e-mail address; may be empty
	Now     *NowFacts
	Assume  map[string]any // facts of account, contact and time by path, as given instead of looked up
	Answers Answers
	Expect  Outcomes // Tags: nil is not compared, empty is none

	Comments Comments
}
