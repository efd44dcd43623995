package views

import (
	"strconv"
	"time"

	"portico/db"
)

// RuleLine is one rule as a sentence.
type RuleLine struct {
	ID      string // of the element
	Number  int    // 0 for the default
	Name    string
	When    string
	Words   []Words // the condition as people say it
	Then    RuleOutcomes
	Off     bool
	Default bool
	Href    string // its editor; empty where it can't be edited
	Current bool
	Level   string   // "error", or a severity: the check has something to say
	Dot     Message  // what, where it is no error
	Says    []string // what it says, where that is more than the level
	Marks   RuleMarks
}

// Movable tells whether the line can be put elsewhere.
func (l RuleLine) Movable() bool { return l.Href != "" && !l.Default }

// RuleMarks counts the examples that a rule decides: those that come out as expected, and those that don't.
type RuleMarks struct {
	ID         string // of the element that shows them; empty where they are not shown
	Green, Red int
}

// AnyPriority is a priority as people read it, or the number that somebody wrote in place of one.
func AnyPriority(n int) Message {
	if n < int(db.Critical) || n > int(db.Low) {
		return Say("rules.priority.other", "N", n)
	}
	return PriorityName(db.Priority(n))
}

// Words is a part of a condition as people say it.
type Words struct {
	Text  string
	Fact  bool // it names something that a form asks or that is known
	Value bool // it is a value that is compared with
	Glued bool // to what stands before it
}

// SharedName is a condition or value that rules share.
type SharedName struct {
	Name, Expr string
	Used       int // by how many rules and other names
}

// RuleChange is one difference between two rule sets.
type RuleChange struct {
	Kind     string // added, removed, changed, moved: as the style sheet knows it
	Mark     Message
	Subject  string  // the rule, the shared name, the example
	What     Message // which part of it
	Code     bool    // Old and New are conditions
	Old, New string
}

// RuleProblem is one thing that is wrong with a rule set, in the reader's language.
type RuleProblem struct {
	Where  string // "Urgent: condition"; empty beside the field it is about
	Href   string // where it can be mended
	At     string // what of the field's text is wrong, "3-17" as scripts count; empty where that is not known
	Fix    *FixLine
	Source string // the line that is wrong; empty where the field as a whole is meant
	Carets string // that stands below it
	Text   string
	Hint   string // what was probably meant
}

// FixLine puts a problem of a condition right in one step.
type FixLine struct {
	Name  string // of the problem
	Check string // where it is done without scripts
	At    string // what to replace
	Text  string
}

// Caret tells whether the character that is wrong is known.
func (p RuleProblem) Caret() bool { return p.Source != "" }

// NamedValue is a fact or an answer with its value, as people read them.
type NamedValue struct{ Name, Value string }

// DraftBar stands above each page of a draft.
type DraftBar struct {
	ID       int64
	Revision int
	CSRF     string
	Name     string
	Tab      string // rules, try, examples, changes, text
	Live     int
	Base     int
	By       string
	At       time.Time
	Changes  int
	Problems int
	Red      int
	Examples int
	Broken   bool
	Beaten   bool    // somebody else published since it was begun
	Tries    bool    // there is a form to try it on
	Plan     Message // how far it is on its way to being published; empty: it is not
}

// Href is the draft's address.
func (b DraftBar) Href() string { return DraftPath(b.ID) }

// Ready tells whether it could be published as it stands.
func (b DraftBar) Ready() bool { return !b.Broken && b.Problems == 0 && b.Red == 0 && !b.Beaten }

// DraftPath is the address of a draft of the rules.
func DraftPath(id int64) string { return "/rules/drafts/" + strconv.FormatInt(id, 10) }

// DraftPage is a draft: its rules, and the editor of one of them.
type DraftPage struct {
	Shell
	Bench Bench
}

// Template names views/rules/draft.html.
func (*DraftPage) Template() string { return "rules/draft" }

// Bench is the part of a draft's page in which one works. On its own it answers each change.
type Bench struct {
	Bar      DraftBar
	Lines    []RuleLine
	Names    []SharedName
	Order    Post // where a rule is put elsewhere
	NewAfter int  // a new rule would come after this one
	NamesNow bool // the shared names are being edited
	NamesBad bool
	Editor   *RuleEditor
	Shared   *NamesEditor
	Facts    []FactLine
	Conflict *DraftConflict
	Said     Message // what was just done, to be announced
}

// Long tells whether there are so many rules that one looks for them by words.
func (b *Bench) Long() bool { return len(b.Lines) > 15 }

// Template names views/rules/bench.html.
func (*Bench) Template() string { return "rules/bench" }

// DraftConflict tells who saves second what others did meanwhile.
type DraftConflict struct {
	By      string
	At      time.Time
	Changes []RuleChange
	Gone    bool   // the rule that was edited is not there any more
	Kept    bool   // what was typed stands in the form still
	Typed   string // what was typed, where there is no form for it any more
}

// FactLine is a fact that conditions can speak of.
type FactLine struct {
	Path    string
	Label   string
	Type    Message
	Choices []string
}

// RuleEditor is the form of one rule, or of the default.
type RuleEditor struct {
	Post
	Check    string // where what is typed is checked
	Words    string // where the words of conditions are
	Of       int    // how many rules there are
	Unsaved  bool   // what it shows is not what is saved
	Findings []RuleFinding
	Examples ExamplesNow
	Removal  string // where the rule is removed; empty for a new one and the default
	Place    string // its place, as addresses name it
	Up, Down bool   // whether it can go there
	Revision int
	Number   int // 0: a new one
	After    int // a new one comes after this one
	Default  bool
	Name     string
	When     string
	Priority int
	Queue    string
	Queues   []string
	Tags     string
	Fields   OutcomeFields // of all other outcomes
	English  string
	French   string
	Note     string
	Off      bool
	Checked  Checked
	Wrong    map[string]*RuleProblem // beside the other fields
}

// RuleFinding is what the check says of a rule, as a sentence.
type RuleFinding struct {
	Severity string
	Name     Message // of the severity
	Parts    []FindingPart
}

// Priorities are those to choose from.
func (e *RuleEditor) Priorities() []PriorityChoice {
	var list []PriorityChoice
	for p := db.Critical; p <= db.Low; p++ {
		list = append(list, PriorityChoice{Value: int(p), Name: PriorityName(p), Chosen: int(p) == e.Priority})
	}
	return list
}

// KnownQueue tells whether the rule's queue is one of those there are.
func (e *RuleEditor) KnownQueue() bool {
	for _, q := range e.Queues {
		if q == e.Queue {
			return true
		}
	}
	return e.Queue == ""
}

// PriorityChoice is a priority that a rule can set.
type PriorityChoice struct {
	Value  int
	Name   Message
	Chosen bool
}

// Checked is what the check says of a condition.
type Checked struct {
	Problems []RuleProblem
	Words    []Words // how it reads
	Leans    []LeanLine
	Fine     bool // it was checked, and nothing is wrong
}

// Typed is what is to say of a rule as somebody types: of its condition, and of how the examples would come out.
type Typed struct {
	Checked  Checked
	Examples ExamplesNow
	Marks    []RuleMarks // those that may have changed
}

// Template names views/rules/typed.html.
func (*Typed) Template() string { return "rules/typed" }

// ExamplesNow is how the examples come out with what stands in the editor.
type ExamplesNow struct {
	All, Green int
	Red        []ExampleLine
	Href       string
	Marked     string // the lines that show marks, so that the next answer can change them
}

// LeanLine is a place where a condition leans on something that may be missing.
type LeanLine struct {
	Fact  string
	Label string
	Holds bool
	At    string // where it stands, "3-17 20-28" as scripts count
}

// NamesEditor is the form of the shared names.
type NamesEditor struct {
	Post
	Check    string
	Words    string
	Unsaved  bool // what it shows is not what is saved
	Examples ExamplesNow
	Wrong    []Message // why it was refused
	Revision int
	Rows     []NameRow
}

// NameRow is one shared name.
type NameRow struct {
	N int
	SharedName
	Was     string // what it is called in the draft; empty for a new one
	Uses    []NameUse
	Checked Checked
}

// NameUse is a rule, or another shared name, that uses a shared name.
type NameUse struct {
	Number int // of the rule; 0 for a shared name
	Name   string
	Href   string
}

// DraftText is a draft as a file.
type DraftText struct {
	Shell
	Bar      DraftBar
	Text     TextEditor
	Conflict *DraftConflict
}

// Template names views/rules/text.html.
func (*DraftText) Template() string { return "rules/text" }

// TextEditor is the form of a draft as a file.
type TextEditor struct {
	Post
	Check    string
	Revision int
	Source   string
	Checked  TextChecked
}

// TextChecked is what is wrong with a draft's text.
type TextChecked struct {
	Problems []RuleProblem
	Fine     bool
}

// Template names views/rules/text_checked.html.
func (*TextChecked) Template() string { return "rules/text_checked" }
