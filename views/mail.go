package views

import "portico/db"

// Mailbox lists the mail that the portal has sent or would send.
type Mailbox struct {
	Shell
	Kept  bool // no mail server is set: what is promised is kept here
	Mails []db.Mail
	Next  string // address of the next page; empty on the last
}

// Template names views/mail/list.html.
func (*Mailbox) Template() string { return "mail/list" }

// MailPage is one mail.
type MailPage struct {
	Shell
	Kept bool
	Mail db.Mail
}

// Template names views/mail/page.html.
func (*MailPage) Template() string { return "mail/page" }
