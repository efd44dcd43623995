// Package mail is the portal's mail: what is promised is written in its reader's language, and sent by SMTP where a
// server is set. Where none is, it is kept, for platform administrators to read.
package mail

import (
	"cmp"
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"

	"portico/db"

	gomail "github.com/wneessen/go-mail"
)

// Message is a mail as it is sent.
type Message struct {
	ID       string // of the message, without its angle brackets
	Thread   string // the message all others about the same case answer to; nobody ever sent it
	List     string // what the mails of one case are sorted by
	From     string // in whose name: the provider's, as it is called now
	To, Name string
	ReplyTo  string // where answers are known by; empty: the server's own ReplyTo, or the sender
	Subject  string
	Body     string // plain text: all that it says
	HTML     string // the same for who reads mail in colours; empty: there is none
	Link     string // where all of it can be read

	Unsubscribe string // where no more of its kind can be had; empty for mail that always comes
}

func (s *Sender) message(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(called(cmp.Or(m.From, s.name), s.from)); err != nil {
		return nil, err
	}
	if err := msg.AddTo(called(m.Name, m.To)); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := msg.ReplyTo(called(cmp.Or(m.From, s.name), m.ReplyTo)); err != nil {
			return nil, err
		}
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetDate()
	if m.ID != "" {
		msg.SetMessageIDWithValue(m.ID)
	}
	if m.Thread != "" {
		msg.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.Thread+">")
		msg.SetGenHeader(gomail.HeaderReferences, "<"+m.Thread+">")
	}
	if m.List != "" {
		msg.SetGenHeader("List-Id", m.List)
		if m.Link != "" {
			msg.SetGenHeader("List-Archive", "<"+m.Link+">")
		}
	}
	if m.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")
		if strings.HasPrefix(m.Unsubscribe, "https://") { // RFC 8058 knows no other
			msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	// Nobody's holiday answers to it.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, m.Body)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if s.signer != nil {
		msg.SetDKIM(s.signer)
	}
	return msg, nil
}

// longestName is how much of a name stands in a mail's head, in letters.
const longestName = 80

// called is an address with its name as a mail's head has it, whatever somebody calls themselves.
func called(name, address string) string {
	return (&netmail.Address{Name: tame(name), Address: address}).String()
}

// tame is a name in one line of letters that show.
func tame(name string) string {
	letters := []rune(oneLine(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, name)))
	return string(letters[:min(len(letters), longestName)])
}

// thread names what the mails about one case have in common.
func thread(n db.Number, host string) (root, list string) {
	return fmt.Sprintf("%s@%s", n, host), fmt.Sprintf("%s <%s.cases.%s>", n, n, host)
}
