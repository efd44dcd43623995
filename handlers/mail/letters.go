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

// WriteLetter puts a letter into words, in its reader's language. kept is its plain text without the secret, to be kept where
// people other than its reader may see it.
func WriteLetter(l db.Letter, secret Secret, provider string, address *url.URL) (m Message, kept string, err error) {
	lang, kind, base := l.Reader.Person.Language, db.LetterKind(l.Kind), strings.TrimSuffix(address.String(), "/")
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
	text := &views.MailText{Lang: lang, Provider: oneLine(provider), Title: m.Subject, Greeting: say("letter.greeting"),
		Lead: say(key+".text", args...), Footer: say("letter.footer", args...)}
	if name := tame(m.Name); name != "" && !leading.MatchString(name) {
		text.Greeting = say("mail.greeting", "Name", name)
	}
	path, known := ordinary[kind]
	switch {
	case secret.Token != "":
		m.Link = base + "/links/" + secret.Token
		text.After = append(text.After, say("letter.until", "When", views.Moment(lang, secret.Expires.In(zone(l.Reader)))))
	case known:
		m.Link = base + path
	case ofDrafts[kind]:
		m.Link = fmt.Sprintf("%s/rules/drafts/%d/changes", base, l.About)
	}
	if foreign[kind] {
		text.After = append(text.After, say(key+".not", args...))
	}
	if m.Link != "" {
		text.Link, text.Before, text.Open = m.Link, say(key+".link", args...), say(key+".open")
		text.LinkLead = text.Before + "\n" + m.Link
	}
	m.Body = text.Plain()
	if m.HTML, err = text.HTML(); err != nil {
		return m, "", err
	}
	if secret.Token == "" {
		return m, m.Body, nil
	}
	text.LinkLead = text.Before + "\n" + say("letter.hidden")
	return m, text.Plain(), nil
}
