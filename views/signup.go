package views

import (
	"time"

	"portico/rules"
)

// SignUpPage is where people ask to be let in whom the portal doesn't know.
type SignUpPage struct {
	Shell
	Sent   bool // it was sent: what follows comes by mail
	ByCode bool // an account's administrator decides
	Token  string
	Fields []Field
	Errors []FormError
}

// Template names views/signup/page.html.
func (*SignUpPage) Template() string { return "signup/page" }

// RequestPage is where something can be asked for without an account.
type RequestPage struct {
	Shell
	Sent      bool // it was sent: what follows comes by mail
	Name      rules.Text
	Token     string
	Fields    []Field // who asks
	Questions []Question
	Errors    []FormError
	Submit    rules.Text
	Hours     []string // when the provider works, in words; none: always
	SignUp    bool     // one may sign up, too
}

// Template names views/signup/request.html.
func (*RequestPage) Template() string { return "signup/request" }

// Field is one field of a form that is no question of an item's.
type Field struct {
	Key       string // its label is the catalogue's signup.<key>
	Type      string // "text", "email"
	Fill      string // what browsers fill in: "name", "email", "off"
	Value     string
	Most      int  // characters
	Helped    bool // there is help: signup.<key>.help
	Code      bool // it is no language's words
	Complaint Message
}

// Label is the field's.
func (f Field) Label() Message { return Say("signup." + f.Key) }

// Help is a line that helps to fill it in.
func (f Field) Help() Message { return Say("signup." + f.Key + ".help") }

// Wrong tells whether there is something to complain of.
func (f Field) Wrong() bool { return !f.Complaint.Empty() }

// Describers are the ids of what describes the field; empty if nothing does.
func (f Field) Describers() string {
	ids := ""
	if f.Helped {
		ids = "help-" + f.Key
	}
	if f.Wrong() {
		if ids != "" {
			ids += " "
		}
		ids += "wrong-" + f.Key
	}
	return ids
}

// Registrations is who waits to be let in, and by which codes people come.
type Registrations struct {
	Shell
	List  []RegistrationRow
	Next  string // address of those that came later; empty: these are the last
	Codes []CodeRow
	More  bool // there are more codes than are shown
	Find  bool // codes are looked for by words
	Words string

	Reception string // the contacts who belong to no company yet, for the provider's people; empty where there are none
}

// Template names views/registrations/page.html.
func (*Registrations) Template() string { return "registrations/page" }

// RegistrationRow is one of them.
type RegistrationRow struct {
	ID      int64
	Name    string
	Email   string
	Account string
	Client  string
	At      time.Time
	Until   time.Time // they are forgotten then
	Request string    // the number of their request that staff have filed there; empty: they asked to be let in themselves
}

// CodeRow is one account's registration code.
type CodeRow struct {
	Account int64
	Name    string
	Client  string
	Code    string
}

// FilingForm files a case that came in by the reception under an account.
type FilingForm struct {
	Post
	Back       string
	Submission string
	Was        string
	Path       string // of the case, whose page looks for accounts
	Words      string
	Searched   bool // for those words
	More       bool // there are more than are shown
	Options    []FilingOption
	Joins      bool   // the sender may become a contact of the account
	Asks       bool   // its administrators may be asked to let the sender in
	Sender     string // their name
	Problem    Message
}

// FilingOption is an account to choose.
type FilingOption struct {
	Client    string
	Name      string
	Suggested bool // by the domain of the sender's address
	Chosen    bool
}

// Unproven is who says that a case is theirs, and has not used the link in their mail yet.
type Unproven struct {
	Name  string
	Email string
	At    time.Time // when they were sent it
}
