package views

import "strings"

// ForgottenPassword is the page that asks for a link to choose another password with.
type ForgottenPassword struct {
	Shell
	Email     string
	Sent      bool // a link is on its way, if the address is somebody's
	Complaint Message
}

// Template names views/session/forgotten.html.
func (*ForgottenPassword) Template() string { return "session/forgotten" }

// NewPassword is the field in which a password is chosen, with what it has to be.
type NewPassword struct {
	Judge        string // the address that tells what it lacks while it is typed
	Requirements Requirements
	Complaint    Message
}

// Requirements is what a password has to be, and what of that it is.
type Requirements struct {
	List []Requirement
	Met  int
}

// Template names views/session/requirements.html.
func (*Requirements) Template() string { return "session/requirements" }

// Total is how many there are.
func (r *Requirements) Total() int { return len(r.List) }

// Requirement is one of them.
type Requirement struct {
	Key string
	Met bool
}

// Words are the requirement's.
func (r Requirement) Words() Message { return Say("gate.requirement."+r.Key, "Minimum", 12) }

// ChoosePassword is what a link leads to with which a password is chosen.
type ChoosePassword struct {
	Shell
	Action string
	Name   string
	Email  string
	First  bool   // there was none before
	Other  string // who is signed in just now, if it is somebody else
	New    NewPassword
}

// Template names views/session/choose.html.
func (*ChoosePassword) Template() string { return "session/choose" }

// ConfirmLink is what a link leads to that asks for no more than a word.
type ConfirmLink struct {
	Shell
	Action  string
	Purpose string
	Name    string
	Email   string
	Subject string // of what was sent, where that is what one is asked about
	Body    string
}

// Template names views/session/confirm.html.
func (*ConfirmLink) Template() string { return "session/confirm" }

// Heading is the page's.
func (p *ConfirmLink) Heading() Message { return Say("gate.confirm." + p.Purpose + ".title") }

// Text says what the button does.
func (p *ConfirmLink) Text() Message { return Say("gate.confirm."+p.Purpose+".text", "Email", p.Email) }

// Button is what is on it.
func (p *ConfirmLink) Button() Message { return Say("gate.confirm." + p.Purpose + ".button") }

// LinkGone is what a link leads to that is no good.
type LinkGone struct {
	Shell
	Why   string // unknown, used, expired, closed, taken
	Again bool   // another can be asked for
}

// Template names views/session/gone.html.
func (*LinkGone) Template() string { return "session/gone" }

// Heading is the page's.
func (p *LinkGone) Heading() Message { return Say("gate.gone." + p.Why + ".title") }

// Text says why, and what to do.
func (p *LinkGone) Text() Message { return Say("gate.gone." + p.Why + ".text") }

// ChangePassword is the page on which one changes one's own password.
type ChangePassword struct {
	Shell
	Email   string
	Current Message // what is wrong with the current one
	New     NewPassword
}

// Template names views/session/password.html.
func (*ChangePassword) Template() string { return "session/password" }

// ChangeEmail is the page on which one asks for another e-mail address to sign in with.
type ChangeEmail struct {
	Shell
	Now       string
	Email     string
	Current   Message // what is wrong with the password
	Complaint Message // with the address
}

// Template names views/session/email.html.
func (*ChangeEmail) Template() string { return "session/email" }

// SendAgain is the page that a form can be sent from once more which had been open for too long.
type SendAgain struct {
	Shell
	Action    string
	Token     string
	SignedOut bool // its sender has to sign in first
	Files     bool // came with it, and have to be chosen again
	Fields    []SentField
	Secrets   []string // names of fields that have to be typed again
}

// Template names views/errors/again.html.
func (*SendAgain) Template() string { return "errors/again" }

// Typed are the texts among what was sent: for their writer to see that they are still there.
func (p *SendAgain) Typed() []string {
	var list []string
	for _, f := range p.Fields {
		if strings.ContainsAny(strings.TrimSpace(f.Value), " \n") {
			list = append(list, f.Value)
		}
	}
	return list
}

// SentField is one field of a form that was sent.
type SentField struct{ Name, Value string }
