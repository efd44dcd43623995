package mail

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"portico/db"
	"portico/views"
)

// Secret is what the link of a letter is made of: it is good for one use, until it expires.
type Secret struct {
	Token   string // empty: the letter has none
	Expires time.Time
}

// ordinary are the pages that letters without a secret lead to.
var ordinary = map[db.LetterKind]string{
	db.LetterKnown:           "/sign-in",
	db.LetterPasswordChanged: "/forgotten-password",
	db.LetterRegistration:    "/registrations",
}

// ofDrafts are letters about a draft of the rules, which they lead to.
var ofDrafts = map[db.LetterKind]bool{db.LetterDraftAsked: true, db.LetterDraftReturned: true, db.LetterDraftFailed: true}

// foreign are letters that others may have caused: they say what to do then.
var foreign = map[db.LetterKind]bool{
	db.LetterSignUp: true, db.LetterFirstRequest: true, db.LetterConfirmRequest: true, db.LetterReset: true, db.LetterEmail: true,
	db.LetterEmailChanged: true, db.LetterWaiting: true,
}

// leading finds names that programs would make links of: anybody can have a letter sent to anybody, and give a name.
var leading = regexp.MustCompile(`[/@\\]|\.\pL{2}`)

// WriteLetter puts a letter into words, in its reader's language. kept is the same without the secret, to be kept where
// people other than its reader may see it.
func WriteLetter(l db.Letter, secret Secret, provider string, address *url.URL) (m Message, kept string) {
	lang := l.Reader.Person.Language
	args := []any{"Provider", oneLine(provider), "Author", oneLine(provider), "Email", l.To, "Number", l.CaseID.String(), "Draft", oneLine(l.Draft)}
	if author := tame(l.Author.Name()); author != "" && !leading.MatchString(author) {
		args[3] = author
	}
	key := "letter." + l.Kind
	say := func(key string, pairs ...any) string { return views.T(lang, key, pairs...) }
	m = Message{
		ID:   fmt.Sprintf("letter-%d@%s", l.ID, address.Hostname()),
		From: provider, To: l.To, Name: l.Reader.Person.Name(), Subject: say(key+".subject", args...),
	}
	base := strings.TrimSuffix(address.String(), "/")
	greeting := say("letter.greeting")
	if name := tame(m.Name); name != "" && !leading.MatchString(name) {
		greeting = say("mail.greeting", "Name", name)
	}
	paragraphs := []string{greeting, say(key+".text", args...)}
	write := func(link string) string {
		all := paragraphs
		if link != "" {
			all = append(all[:len(all):len(all)], say(key+".link", args...)+"\n"+link)
		}
		if secret.Token != "" {
			all = append(all, say("letter.until", "When", views.Moment(lang, secret.Expires.In(zone(l.Reader)))))
		}
		if foreign[db.LetterKind(l.Kind)] {
			all = append(all, say(key+".not", args...))
		}
		return strings.Join(append(all, "-- \n"+say("letter.footer", args...)), "\n\n") + "\n"
	}
	switch path, known := ordinary[db.LetterKind(l.Kind)]; {
	case secret.Token != "":
		m.Link = base + "/links/" + secret.Token
		return withBody(m, write(m.Link)), write(say("letter.hidden"))
	case known:
		m.Link = base + path
	case ofDrafts[db.LetterKind(l.Kind)]:
		m.Link = fmt.Sprintf("%s/rules/drafts/%d/changes", base, l.About)
	}
	m.Body = write(m.Link)
	return m, m.Body
}

func withBody(m Message, body string) Message {
	m.Body = body
	return m
}
