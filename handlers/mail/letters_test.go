package mail

import (
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
)

var portal = &url.URL{Scheme: "https", Host: "portal.test"}

func written(kind db.LetterKind, name, language string) db.Letter {
	var l db.Letter
	l.ID, l.Kind, l.To, l.PersonID = 9, string(kind), "ann@maple.test", 5
	l.Reader.Person = db.Person{FirstName: name, Language: language, TimeZone: "America/Moncton"}
	return l
}

var secret = Secret{Token: "SECRET", Expires: time.Date(2026, 11, 22, 15, 4, 0, 0, time.UTC)}

// Whatever somebody calls themselves, they write no line of a mail's head, nor another link into it.
func TestNamesWriteNoHeaders(t *testing.T) {
	for name, hostile := range map[string]string{
		"two lines":         "Ann\r\nBcc: everybody@elsewhere.test",
		"a bare end":        "Ann\nSubject: buy",
		"a return":          "Ann\rX-Injected: 1",
		"a head of its own": "Ann\r\n\r\nhttps://elsewhere.test/links/x",
		"an address":        `Ann" <evil@elsewhere.test>, "b`,
		"encoded already":   "=?utf-8?q?Ann=0d=0aBcc:_x?=",
		"of other letters":  "Зоя\u2028Bcc: x\u0085y",
		"from right":        "Ann \u202egnihtyna",
		"arguments":         "{{.Email}} {{.Link}} %s %!d(MISSING)",
		"very long":         strings.Repeat("Ann ", 2000),
		"nothing":           "",
		"a nul":             "Ann\x00Bcc: x",
	} {
		t.Run(name, func(t *testing.T) {
			address, got := server(t)
			s, err := NewSender(Server{URL: "smtp://" + address + "?from=care@provider.test", Provider: "The\r\nBcc: x Provider", Host: "portal.test"})
			if err != nil {
				t.Fatal(err)
			}
			l := written(db.LetterInvitation, hostile, "en")
			l.Author = db.Named{ID: 2, First: hostile, Last: hostile}
			m, _, err := WriteLetter(l, secret, "The\r\nBcc: x Provider", portal)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(t.Context(), m, nil); err != nil {
				t.Fatal(err)
			}
			mail, err := netmail.ReadMessage(strings.NewReader(<-got))
			if err != nil {
				t.Fatal(err)
			}
			for _, header := range []string{"Bcc", "X-Injected", "Cc"} {
				if mail.Header.Get(header) != "" {
					t.Errorf("it has %s: %s", header, mail.Header.Get(header))
				}
			}
			to, err := mail.Header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Address != "ann@maple.test" || len(mail.Header["Subject"]) != 1 || len(mail.Header["From"]) != 1 {
				t.Errorf("to %v, %v; %v", to, err, mail.Header)
			}
			if subject, err := new(mime.WordDecoder).DecodeHeader(mail.Header.Get("Subject")); err != nil || !strings.HasPrefix(subject, "Your access") || strings.ContainsAny(subject, "\r\n") {
				t.Errorf("about %q, %v", subject, err)
			}
			// The button of the second part, and its address in letters, are of one link.
			for i, body := range parts(t, mail) {
				if n := strings.Count(body, "https://portal.test/links/SECRET"); n != 1+i*2 || strings.Contains(body, "elsewhere") || strings.Count(body, "http") != n {
					t.Errorf("%d links in\n%s", n, body)
				}
			}
		})
	}
}

// parts are what a mail says in plain text, and what in HTML.
func parts(t *testing.T, mail *netmail.Message) [2]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(mail.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("it is %s, %v", kind, err)
	}
	var all [2]string
	reader := multipart.NewReader(mail.Body, params["boundary"])
	for i, want := range []string{"text/plain", "text/html"} {
		part, err := reader.NextRawPart()
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), want) {
			t.Fatalf("part %d is %v, %v", i, part, err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		all[i] = string(text)
	}
	if _, err := reader.NextRawPart(); !errors.Is(err, io.EOF) {
		t.Fatalf("there is more, or %v", err)
	}
	return all
}

// Each letter is whole in both languages, says the same in colours, and what is kept of it has no secret.
func TestLetters(t *testing.T) {
	for _, kind := range []db.LetterKind{db.LetterInvitation, db.LetterWelcome, db.LetterSignUp, db.LetterFirstRequest, db.LetterConfirmRequest, db.LetterKnown,
		db.LetterReset, db.LetterEmail, db.LetterEmailTaken, db.LetterEmailChanged, db.LetterPasswordChanged, db.LetterRegistration, db.LetterWaiting,
		db.LetterRefused, db.LetterDraftAsked, db.LetterDraftReturned, db.LetterDraftFailed} {
		for language, hello := range map[string]string{"en": "Hello Ann", "fr": "Bonjour Ann"} {
			with := secret
			_, known := ordinary[kind]
			leads := known || ofDrafts[kind]
			if leads || slices.Contains([]db.LetterKind{db.LetterEmailTaken, db.LetterEmailChanged, db.LetterWaiting, db.LetterRefused}, kind) {
				with = Secret{}
			}
			l := written(kind, "Ann", language)
			l.CaseID, l.Draft = 1883, "<b>Nights</b>"
			m, kept, err := WriteLetter(l, with, "Boreal & Sons", portal)
			if err != nil {
				t.Fatal(err)
			}
			if m.Subject == "" || !strings.Contains(m.Body, hello) || strings.Contains(m.Subject+m.Body+m.HTML, "letter.") || strings.Contains(m.Subject+m.Body+m.HTML, "{{") {
				t.Errorf("%s, %s: %q\n%s", kind, language, m.Subject, m.Body)
			}
			if strings.Contains(kept, "SECRET") || with.Token != "" && (!strings.Contains(m.Body, portal.String()+"/links/SECRET\n") || !strings.Contains(m.Body, "11")) {
				t.Errorf("%s, %s: kept as\n%s", kind, language, kept)
			}
			if strings.Contains(m.HTML, "<b>") || strings.Contains(m.HTML, "nsubscribe") || strings.Contains(m.HTML, "CS000") && kind != db.LetterFirstRequest {
				t.Errorf("%s, %s: in colours\n%s", kind, language, m.HTML)
			}
			if links := strings.Count(m.HTML, "<a "); (links == 2) != (leads || with.Token != "") || links != 2 && links != 0 {
				t.Errorf("%s, %s: %d links", kind, language, links)
			}
			shown := html.UnescapeString(m.HTML)
			for paragraph := range strings.SplitSeq(m.Body, "\n") {
				if paragraph = strings.TrimSpace(paragraph); paragraph != "--" && !strings.Contains(shown, paragraph) {
					t.Errorf("%s, %s: in colours it does not say %q", kind, language, paragraph)
				}
			}
		}
	}
}
