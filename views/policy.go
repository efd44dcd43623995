package views

import (
	"portico/db"
)

// PolicyPage is the matrix of roles and actions as it is published.
type PolicyPage struct {
	Shell
	Roles   []PolicyRole
	Rows    []PolicyRow
	Reaches []PolicyReach // what they mean
}

// Template names views/policy/page.html.
func (*PolicyPage) Template() string { return "policy/page" }

// PolicyRole is a column of the matrix.
type PolicyRole struct {
	Name  Message
	Staff bool
	First bool // of the staff's, which stand behind a line
}

// PolicyRow is an action, with how far each role may go with it.
type PolicyRow struct {
	Key   string
	Words Message
	Cells []PolicyCell
}

// PolicyCell is how far one role may go with one action. Extent is how much that is, from 0, not at all, to 3, everything.
type PolicyCell struct {
	Extent  int
	Reaches []Message
	First   bool
}

// PolicyReach is a reach with what it means.
type PolicyReach struct {
	Extent  int
	Name    Message
	Meaning Message
}

// ReachName is a reach of the policy as people read it: "own".
func ReachName(reach string) Message { return Say("policy.reach." + reach) }

// WhyPage is where one asks why somebody may do something.
type WhyPage struct {
	Shell
	Ask    WhyAsk
	Answer *WhyView
}

// Template names views/policy/why.html.
func (*WhyPage) Template() string { return "policy/why" }

// WhyAsk is the question.
type WhyAsk struct {
	Person  *WhyPerson // nil: not chosen yet
	People  WhyPeople
	Actions []WhyAction
	Case    string
	Account string
	Wrong   map[string]Message // by field
	Anew    string             // the same question about somebody else
}

// WhyAction is an action to ask about.
type WhyAction struct {
	Value  string
	Words  Message
	Chosen bool
}

// WhyPeople is whom one may ask about, as they were found. On its own it follows the words.
type WhyPeople struct {
	Words string
	List  []WhyPerson
	Hint  Message
}

// Template names views/policy/people.html.
func (*WhyPeople) Template() string { return "policy/people" }

// WhyPerson is somebody to ask about.
type WhyPerson struct {
	ID       int64
	Name     string
	Email    string
	Account  string // empty for staff
	Disabled bool
}

// WhyView is the answer.
type WhyView struct {
	Allowed  bool
	Headline Message
	Disabled bool
	Unseen   bool
	Because  []WhyLine
	Missing  []WhyLine
	Holders  []Message // roles that would do; where none of theirs does
	Tree     []WhyNode
	Queues   []WhyQueue
	Case     string // its page
	Number   string
	Short    string // the case's short description
	Contact  string // the person's page
}

// WhyLine is a line of the matrix for one grant, with why it leads there or doesn't.
type WhyLine struct {
	Grant  GrantLine
	Role   string // as the policy's line says it
	Action string
	Reach  string // empty: there is no line
	Reason Message
}

// WhyNode is an account in the drawing of the tree, with those below it.
type WhyNode struct {
	Name    string
	Number  string
	Here    bool // it is what is asked about
	Home    bool
	Reached bool // by a grant that allows it
	Grants  []WhyMark
	Below   []WhyNode
}

// WhyMark is a grant at an account of the drawing.
type WhyMark struct {
	Role   Message
	Reach  db.Reach
	Allows bool
}

// WhyQueue is a queue of one of the staff's grants.
type WhyQueue struct {
	Name string
	Here bool // the case waits in it
}
