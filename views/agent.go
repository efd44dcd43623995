package views

import (
	"time"

	"portico/db"
	"portico/rules"
)

// Desk is where agents work: the rows of a queue, and beside them the case that is open.
type Desk struct {
	Shell
	Queue string  // its name; empty: Label says what is shown
	Label Message // "All my queues", "Assigned to me"
	Tabs  []DeskTab
	Next  *NextForm // nil for who takes no cases
	Rows  *DeskRows
	Case  *CasePage // nil: none is open
}

// Template names views/agent/desk.html.
func (*Desk) Template() string { return "agent/desk" }

// DeskTab is one way to look at a queue.
type DeskTab struct {
	Href    string
	Label   Message
	Current bool
}

// NextForm takes the most important case.
type NextForm struct {
	Post
	Submission string
}

// DeskRows is one page of a queue. It fetches itself when the queue changes.
type DeskRows struct {
	Href   string   // its own address
	Topics []string // what it listens to
	Rows   []DeskRow
	Close  string      // address of the list alone
	First  string      // address of the first page; empty on it
	Next   string      // address of the next page; empty on the last
	Empty  Message     // why it is empty
	Rail   []RailEntry // what changed in the rail, where only a part is answered
}

// Template names views/agent/_rows.html.
func (*DeskRows) Template() string { return "agent/_rows" }

// DeskRow is a case as the desk shows it.
type DeskRow struct {
	db.QueueRow
	Href      string
	Current   bool // it is open beside the list
	Focus     bool // it takes the focus, as the page opens: never while the rows follow what happens, somebody may be typing
	Mine      bool
	ShowQueue bool
	Due       *Due // nil: nothing is due
}

// Awaits tells whether it is the customer's turn.
func (r DeskRow) Awaits() bool { return r.State == db.Awaiting }

// Rank is its priority in words.
func (r DeskRow) Rank() Message { return PriorityName(r.Priority) }

// Due is how a promised first answer stands, or a promised solution.
type Due struct {
	Solution bool
	Pace     string // calm, soon or late
	Left     int    // of the time, in percent
	Text     Message
	At       time.Time
}

// DueText says how much time is left, or by how much it is over.
func DueText(left time.Duration) Message {
	kind := "left"
	if left < 0 {
		left, kind = -left, "late"
	}
	minutes := int(left / time.Minute)
	switch {
	case minutes < 60:
		return Say("agent.due."+kind+".minutes", "N", minutes)
	case minutes < 24*60 && minutes%60 == 0:
		return Say("agent.due."+kind+".even", "H", minutes/60)
	case minutes < 24*60:
		return Say("agent.due."+kind+".hours", "H", minutes/60, "M", minutes%60)
	}
	return Count("agent.due."+kind+".days", minutes/(24*60))
}

// AgentTools is what staff do with a case: what is nil is not theirs to do, or not now.
type AgentTools struct {
	Topic     string  // what it listens to
	Tools     string  // its own address
	Said      Message // what was just done, to be announced
	Take      *TakeForm
	Changes   []ChangeForm // priority, queue, who has it
	Request   *WordsForm
	Elsewhere string // the queue's name, for who does not work in it
	Note      *NoteForm
	Why       *Why
	Alone     bool // the case is on a page of its own
	Unproven  *Unproven
	Filing    *FilingForm
}

// Template names views/agent/_tools.html.
func (*AgentTools) Template() string { return "agent/_tools" }

// Any tells whether there is anything to show: who only looks on has nothing to do here, and with a closed case nobody.
func (t *AgentTools) Any() bool {
	return t.Take != nil || t.Request != nil || len(t.Changes) > 0 || t.Elsewhere != "" || t.Unproven != nil || t.Filing != nil
}

// TakeForm makes the case one's own.
type TakeForm struct {
	Post
	Back       string // where to go on without scripts
	Submission string
	Was        string
	From       string // who has it now; empty: nobody
	Problem    Message
}

// ChangeForm changes one field of a case.
type ChangeForm struct {
	Post
	Back       string
	Key        string // "priority": its words are the catalogue's agent.change.priority
	Submission string
	Was        string
	Options    []ChangeOption
	Problem    Message // somebody was quicker
}

// Label is what is changed.
func (f ChangeForm) Label() Message { return Say("agent.change." + f.Key) }

// Do is what the button says.
func (f ChangeForm) Do() Message { return Say("agent.change." + f.Key + ".do") }

// ChangeOption is one choice of a ChangeForm.
type ChangeOption struct {
	Value  string
	Name   string
	Label  Message // used when Name is empty
	Chosen bool
}

// WordsForm is for what staff write: a note, or what they need to know.
type WordsForm struct {
	Post
	Back       string
	Keep       string // where the browser keeps what is half written
	Submission string
	Body       string
	Problem    Message
	Said       Message // what was just done, to be announced
}

// NoteForm is a WordsForm for what only staff read.
type NoteForm struct{ WordsForm }

// Template names views/agent/_note.html.
func (*NoteForm) Template() string { return "agent/_note" }

// Why tells which rules decided a case, and what people made of that; the rest is fetched from the case's Story.
type Why struct {
	Path     string // of the case
	Outcomes []StoryOutcome
}

// Template names views/agent/_why.html.
func (*Why) Template() string { return "agent/_why" }

// CallerPage is where staff find the contact who calls, to open a case for them.
type CallerPage struct {
	Shell
	Found CallersFound
}

// Template names views/agent/callers.html.
func (*CallerPage) Template() string { return "agent/callers" }

// CallersFound is who was found, each with what can be opened for them.
type CallersFound struct {
	Words string
	List  []FoundCaller
	More  bool
}

// Template names views/agent/_callers.html.
func (*CallersFound) Template() string { return "agent/_callers" }

// FoundCaller is a contact with what can be opened for them.
type FoundCaller struct {
	db.Caller
	Items []CallerItem
}

// CallerItem is a form that can be filled in for a caller.
type CallerItem struct {
	Href string
	Name rules.Text
}
