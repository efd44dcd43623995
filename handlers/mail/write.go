package mail

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"portico/db"
	"portico/views"
)

// Write puts a promised mail into words, in its reader's language. Unsubscribe is the token of the link by which they get
// no more of its kind.
func Write(l db.Letter, unsubscribe, provider string, address *url.URL) Message {
	lang := l.Reader.Person.Language
	say := func(key string, pairs ...any) string { return views.T(lang, "mail."+key, pairs...) }
	root, list := thread(l.CaseID, address.Hostname())
	m := Message{
		ID: fmt.Sprintf("mail-%d-%s@%s", l.ID, l.CaseID, address.Hostname()), Thread: root, List: list,
		From: provider, To: l.To, Name: l.Reader.Person.Name(),
		Subject: fmt.Sprintf("[%s] %s", l.CaseID, oneLine(l.Case.ShortDescription)),
	}
	base := strings.TrimSuffix(address.String(), "/")
	m.Link, m.Unsubscribe = base+l.Case.Path(), base+"/unsubscribe/"+unsubscribe+"?lang="+lang
	if l.Event.Kind == db.Notified {
		m.Body = notice(l, m, provider)
		return m
	}
	author := provider
	if l.Author.ID != 0 {
		author = l.Author.Name()
	}
	if l.Author.Staff {
		author += ", " + provider
	}
	told := say("lead."+lead(l), "Author", author, "Number", l.CaseID.String(), "Account", l.Case.Account)
	paragraphs := []string{say("greeting", "Name", m.Name), told}
	if m.Name == "" { // of somebody from elsewhere only the address is known
		paragraphs[0] = views.T(lang, "letter.greeting")
	}
	switch {
	case l.Event.Kind == db.Involved:
		about := oneLine(l.Case.ShortDescription)
		if l.Case.Description != "" {
			about += "\n\n" + l.Case.Description
		}
		paragraphs = append(paragraphs, quoted(about))
	case l.Event.Body != "":
		paragraphs = append(paragraphs, quoted(l.Event.Body))
	}
	if l.Event.Kind == db.Opened {
		paragraphs = append(paragraphs, say("priority", "Priority", views.PriorityName(l.Case.Priority).In(lang)))
		if due := l.Case.DueAt; !due.IsZero() {
			paragraphs = append(paragraphs, say("due", "When", views.Moment(lang, due.In(zone(l.Reader)))))
		}
		if by := l.Case.SolveBy; !by.IsZero() {
			paragraphs = append(paragraphs, say("solve-by", "When", views.Moment(lang, by.In(zone(l.Reader)))))
		}
		if asked := l.Case.Asked; len(asked) > 0 {
			paragraphs = append(paragraphs, say("asked"), quoted(asked.In(lang)))
		}
	}
	footer := "footer.copied"
	switch {
	case l.OutsiderID != 0:
		footer, m.Link = "footer.outsider", ""
	case l.Case.RequesterID == l.PersonID:
		footer = "footer.requester"
	case l.Kind == string(db.FollowsCase), l.Kind == string(db.FollowsAccount):
		footer = "footer." + l.Kind
	}
	if m.Link != "" {
		paragraphs = append(paragraphs, say("link", "Link", m.Link))
	}
	paragraphs = append(paragraphs, "-- \n"+say(footer, "Number", l.CaseID.String(), "Provider", provider, "Account", l.Case.Account)+
		"\n"+say("footer.unsubscribe", "Link", m.Unsubscribe))
	m.Body = strings.Join(paragraphs, "\n\n") + "\n"
	return m
}

// notice tells a colleague of a case because rules name them: what it is about and where it waits. What was said in it they
// read there.
func notice(l db.Letter, m Message, provider string) string {
	lang := l.Reader.Person.Language
	say := func(key string, pairs ...any) string { return views.T(lang, "mail.notice."+key, pairs...) }
	lines := []string{
		say("number", "Number", l.CaseID.String()),
		say("about", "Title", oneLine(l.Case.ShortDescription)),
		say("priority", "Priority", views.PriorityName(l.Case.Priority).In(lang)),
		say("queue", "Queue", l.Case.Queue),
		say("account", "Account", l.Case.Account),
	}
	if l.Case.AssigneeID != 0 {
		lines = append(lines, say("assignee", "Name", l.Case.Assignee.Name()))
	}
	return strings.Join([]string{
		views.T(lang, "mail.greeting", "Name", m.Name), say("lead", "Number", l.CaseID.String()),
		"  | " + strings.Join(lines, "\n  | "),
		say("link", "Link", m.Link),
		"-- \n" + say("footer", "Provider", provider) + "\n" + views.T(lang, "mail.footer.unsubscribe", "Link", m.Unsubscribe),
	}, "\n\n") + "\n"
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

// quoted sets text apart from the portal's own words.
func quoted(body string) string {
	return "  | " + strings.ReplaceAll(body, "\n", "\n  | ")
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
