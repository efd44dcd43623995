package views

import (
	"time"

	"portico/db"
)

// Mailbox lists the mail that the portal has sent, has to send or would send.
type Mailbox struct {
	Shell
	Kept   bool // no mail server is set: what is promised is kept here
	State  db.MailState
	Search string
	Tabs   []MailTab
	Mails  []MailLine
	Next   string // address of the next page; empty on the last
	Failed int    // that can all be sent again here
	Post   Post
}

// Template names views/mail/list.html.
func (*Mailbox) Template() string { return "mail/list" }

// None says why the list is empty.
func (m *Mailbox) None() Message {
	switch {
	case m.Search != "":
		return Say("mailbox.none.search")
	case m.State != "":
		return Say("mailbox.none." + string(m.State))
	}
	return Say("mailbox.empty.why")
}

// MailTab is one state that the list can be narrowed to.
type MailTab struct {
	Label   Message
	Count   string // empty: not told
	Href    string
	Current bool
}

// MailLine is a mail as the list shows it.
type MailLine struct {
	ID      int64
	To      string
	Subject string // empty until it is written
	Case    db.Number
	Became  db.MailState
	At      time.Time
}

// State is what became of it, in words.
func (m MailLine) State() Message { return Say("mailbox.became." + string(m.Became)) }

// MailPage is one mail.
type MailPage struct {
	Shell
	Mail   db.Mail
	Became db.MailState
	Again  *Post // sends it once more; nil where that can't be
}

// Template names views/mail/page.html.
func (*MailPage) Template() string { return "mail/page" }

// State is what became of it, in words.
func (m *MailPage) State() Message { return Say("mailbox.became." + string(m.Became)) }

// Why says more of that; empty where there is no more to be said.
func (m *MailPage) Why() Message {
	switch m.Became {
	case db.MailPerhaps, db.MailWithheld, db.MailUnwanted:
		return Say("mailbox.why." + string(m.Became))
	case db.MailRetrying:
		if !m.Mail.NextAt.IsZero() {
			return Say("mailbox.why.retrying", "When", Moment(m.Lang, m.Mail.NextAt))
		}
	}
	return Message{}
}

// Twice warns of what sending it again may do; empty where it does no harm.
func (m *MailPage) Twice() Message {
	if m.Became == db.MailSent || m.Became == db.MailPerhaps {
		return Say("mailbox.again." + string(m.Became))
	}
	return Message{}
}
