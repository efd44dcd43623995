package mail

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"portico/db"
	"portico/views"
)

// Tokens are what a mail about a case lets its reader do without signing in.
type Tokens struct {
	Unsubscribe string // get no more of its kind
	Reply       string // answer: by it the answer is known
	ReplyTo     string // the address that has it in it; empty where answers go to the sender
}

// Write puts a promised mail into words, in its reader's language and by their clock. Answers carry the Message-ID, and with
// it the token, whatever address they go to.
func Write(l db.Letter, tokens Tokens, provider string, address *url.URL) (Message, error) {
	lang := l.Reader.Person.Language
	root, list := thread(l.CaseID, address.Hostname())
	base := strings.TrimSuffix(address.String(), "/")
	m := Message{
		ID: fmt.Sprintf("mail-%d-%s@%s", l.ID, tokens.Reply, address.Hostname()), Thread: root, List: list,
		From: provider, To: l.To, Name: l.Reader.Person.Name(), ReplyTo: tokens.ReplyTo,
		Subject: fmt.Sprintf("[%s] %s", l.CaseID, oneLine(l.Case.ShortDescription)),
		Link:    base + l.Case.Path(), Unsubscribe: base + "/unsubscribe/" + tokens.Unsubscribe + "?lang=" + lang,
	}
	if l.OutsiderID != 0 {
		m.Link = ""
	}
	text := &views.MailText{Lang: lang, Provider: provider, Number: l.CaseID.String(), Title: oneLine(l.Case.ShortDescription),
		Greeting: views.T(lang, "mail.greeting", "Name", m.Name), Link: m.Link, Unsubscribe: m.Unsubscribe,
		LinkLead: views.T(lang, "mail.link", "Link", m.Link), Open: views.T(lang, "mail.open", "Number", l.CaseID.String()),
		StopLead: views.T(lang, "mail.footer.unsubscribe", "Link", m.Unsubscribe), Stop: views.T(lang, "mail.stop")}
	if m.Name == "" { // of somebody from elsewhere only the address is known
		text.Greeting = views.T(lang, "letter.greeting")
	}
	if l.Event.Kind == db.Notified {
		notice(text, l)
	} else {
		tell(text, l)
	}
	m.Body = text.Plain()
	var err error
	m.HTML, err = text.HTML()
	return m, err
}

// tell says what happened in a case, to who has to do with it.
func tell(m *views.MailText, l db.Letter) {
	say := func(key string, pairs ...any) string { return views.T(m.Lang, "mail."+key, pairs...) }
	author := m.Provider
	if l.Author.ID != 0 {
		author = l.Author.Name()
	}
	if l.Author.Staff {
		author += ", " + m.Provider
	}
	m.Lead, m.Body = say("lead."+lead(l), "Author", author, "Number", m.Number, "Account", l.Case.Account), l.Event.Body
	switch l.Event.Kind {
	case db.Involved:
		m.Body = m.Title
		if l.Case.Description != "" {
			m.Body += "\n\n" + l.Case.Description
		}
	case db.Opened:
		m.Lines = append(m.Lines, say("priority", "Priority", views.PriorityName(l.Case.Priority).In(m.Lang)))
		if due := l.Case.DueAt; !due.IsZero() {
			m.Lines = append(m.Lines, say("due", "When", views.Moment(m.Lang, due.In(zone(l.Reader)))))
		}
		if by := l.Case.SolveBy; !by.IsZero() {
			m.Lines = append(m.Lines, say("solve-by", "When", views.Moment(m.Lang, by.In(zone(l.Reader)))))
		}
		if asked := l.Case.Asked; len(asked) > 0 {
			m.Lines, m.Asked = append(m.Lines, say("asked")), asked.In(m.Lang)
		}
	}
	for _, f := range l.Files {
		m.Files = append(m.Files, f.Name+" ("+views.Bytes(m.Lang, f.Size)+")")
	}
	m.FilesLead = views.Count("mail.files", len(l.Files), "N", len(l.Files)).In(m.Lang)
	footer := "footer.copied"
	switch {
	case l.OutsiderID != 0:
		footer = "footer.outsider"
	case l.Case.RequesterID == l.PersonID:
		footer = "footer.requester"
	case l.Kind == string(db.FollowsCase), l.Kind == string(db.FollowsAccount):
		footer = "footer." + l.Kind
	}
	m.Footer = say(footer, "Number", m.Number, "Provider", m.Provider, "Account", l.Case.Account)
}

// notice tells a colleague of a case because rules name them: what it is about and where it waits. What was said in it they
// read there.
func notice(m *views.MailText, l db.Letter) {
	say := func(key string, pairs ...any) string { return views.T(m.Lang, "mail.notice."+key, pairs...) }
	m.Lead = say("lead", "Number", m.Number)
	m.Facts = []string{
		say("number", "Number", m.Number),
		say("about", "Title", m.Title),
		say("priority", "Priority", views.PriorityName(l.Case.Priority).In(m.Lang)),
		say("queue", "Queue", l.Case.Queue),
		say("account", "Account", l.Case.Account),
	}
	if l.Case.AssigneeID != 0 {
		m.Facts = append(m.Facts, say("assignee", "Name", l.Case.Assignee.Name()))
	}
	m.LinkLead, m.Footer = say("link", "Link", m.Link), say("footer", "Provider", m.Provider)
}

// lead is the key of what a kind of event is told with.
func lead(l db.Letter) string {
	switch kind := l.Event.Kind; kind {
	case db.Involved:
		if l.Case.RequesterID == l.PersonID {
			return "contact"
		}
		return "copied"
	case db.Opened, db.Requested, db.Resolved:
		if l.Kind != string(kind) { // it is somebody else's who reads of it as a follower
			return "follows." + string(kind)
		}
		return string(kind)
	case db.Comment, db.Reopened:
		return string(kind)
	}
	return "changed"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// zone is the clock by which the reader reads times.
func zone(reader db.SignedIn) *time.Location {
	for _, name := range []string{reader.Person.TimeZone, reader.Home.TimeZone} {
		if name == "" {
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}
