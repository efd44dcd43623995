package views

import "strconv"

// ExampleLine is an example with how it fared.
type ExampleLine struct {
	Name    string
	Item    string
	Facts   []NamedValue
	Want    RuleOutcomes
	Got     RuleOutcomes
	By      []string
	Passed  bool
	Wrong   []string // what came out otherwise, in words
	Problem string   // it can't be asked; in English, as it names what the file says

	// Where something can be done with it: in a draft.
	Place int    // from 1; 0 elsewhere
	Try   string // where it is opened as a trial; empty where its form is gone
	Edit  string
}

// ID is the element's.
func (e ExampleLine) ID() string {
	if e.Place == 0 {
		return ""
	}
	return "example-" + strconv.Itoa(e.Place)
}

// DraftExamples are a draft's examples, with how each fares, and what none of them exercises.
type DraftExamples struct {
	Shell
	Bar      DraftBar
	Red      bool   // only those that fail
	Words    string // that stand in the names
	Examples []ExampleLine
	Found    int    // on all pages
	Previous string // address of the page before; empty: there is none
	Next     string
	Take     Post // what comes out is what is expected from now on
	RedOnes  []int
	Covered  []CoveredLine
	Rules    int // that are asked, the default included
	Full     int // of those, how many are exercised in all that they do
	Conflict *DraftConflict
}

// Template names views/rules/examples.html.
func (*DraftExamples) Template() string { return "rules/examples" }

// CoveredLine is a rule, or the default, of which something is left that no example shows.
type CoveredLine struct {
	Name    string
	Default bool
	Href    string
	Held    bool
	Open    []Message // outcomes that came out in no example
}

// ExampleEditor is the page of one example of a draft.
type ExampleEditor struct {
	Shell
	Bar       DraftBar
	Save      Post
	Revision  int
	Place     int
	Name      string
	NameWrong Message
	Line      ExampleLine
	Then      *RuleEditor // fields of what is expected
	Removal   string
	Take      string
	Conflict  *DraftConflict
}

// Template names views/rules/example.html.
func (*ExampleEditor) Template() string { return "rules/example" }
