package views

import (
	"time"

	"portico/db"
	"portico/rules"
)

// FormPage is the page of an item's form.
type FormPage struct {
	Shell
	Category *CategoryLink // nil: the item stands alone
	Name     rules.Text    // the item's
	Purpose  rules.Text
	Action   string // where it is submitted
	Refresh  string // where it is sent to follow the answers
	Token    string // its own, by which a second submit finds the case of the first
	For      int64  // the contact it is for, where that is somebody else; 0: oneself
	Caller   *Caller
	Others   string // where to choose somebody else; empty where one may not
	Submit   rules.Text
	Follows  *FollowedUp // the case that it follows up; nil: none
	Sheet    Sheet
	Draft    FormDraft
	Offer    *FormDraft // another that was begun, and is not what is filled in; nil: there is none
	Resumed  time.Time  // when what is filled in was kept; zero: it begins afresh
}

// FollowedUp is a case that a form follows up.
type FollowedUp struct {
	Number string
	Href   string
	Title  string
}

// Template names views/forms/page.html.
func (*FormPage) Template() string { return "forms/page" }

// Sheet is what follows the answers: the questions that apply, what is left to answer and what happens next. On its own
// it is the answer to a changed or refused form.
type Sheet struct {
	Refresh   string
	Refused   bool // the form was submitted and something is wrong with it
	Fresh     bool // it is the answer to that submit
	Errors    []FormError
	Questions []Question
	Required  []Required
	Left      int          // of those required
	Arrived   []rules.Text // questions that were not there before
	Next      Next
}

// Template names views/forms/sheet.html.
func (*Sheet) Template() string { return "forms/sheet" }

// FormError is one line of what is wrong with a form. Target is the id of the field to go to.
type FormError struct {
	Target string
	Label  rules.Text
	Text   Message
}

// Required is a question that has to be answered. Target is the id of the field to go to.
type Required struct {
	Target string
	Label  rules.Text
	Done   bool
}

// Next is what one may expect after submitting.
type Next struct {
	Provider string
	Hours    []string // when the provider works, in words; none: always
	Account  string   // by whose clock
	Clock    string   // the time there
	Open     bool     // right now
	Email    string   // where the requester hears of it
	Caller   string   // the requester, where that is somebody else
}

// Controls by which a question is answered.
const (
	ControlRadios    = "radios"
	ControlYesNo     = "yes-no"
	ControlChecks    = "checks"
	ControlSelect    = "select"
	ControlFind      = "find" // there is too much to list: it is looked for
	ControlTick      = "tick"
	ControlText      = "text"
	ControlNumber    = "number"
	ControlDate      = "date"
	ControlParagraph = "paragraph"
	ControlFiles     = "files"
	ControlSettled   = "settled" // there is one answer, and it is taken
	ControlWaits     = "waits"   // another question comes first
)

// Question is one question as it is asked.
type Question struct {
	Key       string
	Control   string
	Label     rules.Text
	Help      rules.Text
	Optional  bool
	Arrived   bool // it was not there before
	Complaint Message
	Value     string
	Choices   []Choice
	WaitsFor  rules.Text // the label of the question that comes first
	Files     *FileField
	Find      *Finder
	Change    string // address where the reader changes what is offered; empty: nowhere
	Min, Max  string // of a number; empty: no bound
}

// Target is the id of what the question is answered by: the first of its choices, or its field.
func (q Question) Target() string {
	if len(q.Choices) > 0 && q.Control != ControlSelect && q.Control != ControlSettled && q.Control != ControlFind {
		return q.Choices[0].ID
	}
	return "q-" + q.Key
}

// Wrong tells whether there is something to complain of.
func (q Question) Wrong() bool { return !q.Complaint.Empty() }

// Describers are the ids of what describes the field; empty if nothing does.
func (q Question) Describers() string {
	ids := ""
	if len(q.Help) > 0 {
		ids = "help-" + q.Key
	}
	if q.Wrong() {
		if ids != "" {
			ids += " "
		}
		ids += "wrong-" + q.Key
	}
	return ids
}

// Grouped tells whether the question has several fields, which its label stands above as a legend.
func (q Question) Grouped() bool {
	return q.Control == ControlRadios || q.Control == ControlYesNo || q.Control == ControlChecks || q.Control == ControlFind
}

// Layout is how its choices stand.
func (q Question) Layout() string {
	switch {
	case q.Control == ControlYesNo:
		return "choices choices-row"
	case len(q.Choices) > 8:
		return "choices choices-two"
	}
	return "choices"
}

// Choice is one of those that a question offers. Its id is made of its value: a choice that takes another's place is not
// mistaken for it when the page follows the answers.
type Choice struct {
	rules.Option
	ID          string
	Name        string // the field's
	Type        string // radio or checkbox
	Detail      string // the address or number it stands for
	NoDetail    bool   // there is no such address
	Chosen      bool
	Wrong       bool
	Unavailable bool // shown, but not to be chosen
}

// Finder is where a choice is looked for by words. On its own it is what was found: the list below the words.
type Finder struct {
	Key     string  // the question's
	Name    string  // under which the words are posted
	Label   Message // of the words; empty: that of accounts
	Words   string
	Action  string // where the list is asked for as one types
	Refresh string // where a form without scripts goes to have it filled
	Choices []Choice
	Hint    Message // how many there are, and what to do to see others
	Wrong   bool
}

// Template names views/forms/finder.html.
func (*Finder) Template() string { return "forms/finder" }

// FileField is where files are added to a form.
type FileField struct {
	Key     string
	Max     int64 // of one file, in bytes
	Limit   int   // files
	Refresh string
	Files   []FileEntry
}

// FileEntry is a file that was uploaded and is not sent yet.
type FileEntry struct {
	ID      string
	Name    string
	Size    int64
	Refresh string // where a form without scripts goes to have it removed
}

// Caller is the contact a case is opened for by somebody else.
type Caller struct {
	ID      int64
	Name    string
	Email   string
	Phone   string
	Account string
	Href    string // the form, for them
}

// CallersPage is where one chooses whom a case is for.
type CallersPage struct {
	Shell
	Name    rules.Text // the item's
	Form    string     // the form itself, for oneself; empty for staff, who have no cases of their own
	Results Callers
	Drafts  FormDrafts // that were begun for others
}

// Template names views/forms/callers.html.
func (*CallersPage) Template() string { return "forms/callers" }

// Callers are contacts that were found.
type Callers struct {
	Action string
	Words  string
	List   []Caller
	More   bool // there are more than are shown

	Follows string // the number of the case that is followed up; empty: none
	From    string // for whom the form was filled in so far: 0 for oneself; empty: for nobody
}

// Template names views/forms/found.html.
func (*Callers) Template() string { return "forms/found" }

// Opened confirms a case that was just opened, to who opened it. The case's page shows it.
type Opened struct {
	Number   string
	Priority db.Priority
	Sentence rules.Text // of the rule that decided
	State    db.State
	Due      time.Time // when to expect an answer, in the reader's zone; zero where none is promised
	SolveBy  time.Time // likewise of the solution
	Asked    bool      // its requester is asked for something, which the head of the case says
	Email    string    // where one hears of it; empty for staff who opened it for somebody
}

// Template names views/forms/opened.html.
func (*Opened) Template() string { return "forms/opened" }
