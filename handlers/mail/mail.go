// Package mail is the portal's mail: what is promised is written in its reader's language, and sent by SMTP where a
// server is set. Where none is, it is kept, for platform administrators to read.
package mail

import (
	"cmp"
	"context"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
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
	Subject  string
	Body     string // plain text
	Link     string // where all of it can be read

	Unsubscribe string // where no more of its kind can be had; empty for mail that always comes
}

// Sender sends mail. A nil Sender keeps it.
type Sender struct {
	client *gomail.Client
	from   string
	name   string
}

// sendTimeout is how long a mail server may take.
const sendTimeout = 30 * time.Second

// NewSender sends through the server at address, smtp://name:password@host:587 or smtps://host, in the provider's name.
// The sender's own address is the URL's from, or one at the host given. TLS is used wherever the server offers it, and
// always before a password is sent.
func NewSender(address, provider, host string) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the mail server's address is not a URL")
	}
	options := []gomail.Option{gomail.WithTimeout(sendTimeout), gomail.WithHELO(host)}
	if u.Scheme == "smtps" {
		options = append(options, gomail.WithSSLPort(false))
	} else {
		policy := gomail.TLSOpportunistic
		if u.User != nil {
			policy = gomail.TLSMandatory
		}
		options = append(options, gomail.WithTLSPortPolicy(policy))
	}
	if u.Port() != "" {
		port, err := strconv.Atoi(u.Port())
		if err != nil {
			return nil, fmt.Errorf("the mail server's port is not a number")
		}
		options = append(options, gomail.WithPort(port))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	client, err := gomail.NewClient(u.Hostname(), options...)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	s := &Sender{client: client, from: u.Query().Get("from"), name: provider}
	if s.from == "" {
		s.from = "portico@" + host
	}
	if _, err := s.message(Message{To: s.from, Subject: "a test of the address"}); err != nil {
		return nil, fmt.Errorf("the sender's address: %w", err)
	}
	return s, nil
}

// Send sends a message.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := s.message(m)
	if err != nil {
		return err
	}
	if err := s.client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

func (s *Sender) message(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(called(cmp.Or(m.From, s.name), s.from)); err != nil {
		return nil, err
	}
	if err := msg.AddTo(called(m.Name, m.To)); err != nil {
		return nil, err
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
