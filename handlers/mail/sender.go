package mail

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Server is what mail goes out by.
type Server struct {
	URL      string // smtp://name:password@host:587 or smtps://host; the sender's own address is its from, or one at Host
	Provider string // in whose name
	Host     string // of the portal
	ReplyTo  string // where answers go; each mail has an address of its own there, with a token after a plus. Empty: to the sender
	DKIM     DKIM
}

// DKIM is what mail is signed with, as RFC 6376 has it. The zero DKIM signs nothing.
type DKIM struct {
	Domain   string
	Selector string // under which the domain's DNS has the public half of the key
	Key      crypto.Signer
}

// Sender sends mail, over connections that it keeps for a while. It is safe for concurrent use; who uses it bounds how many
// connections there are, by how much is sent at once. A nil Sender keeps mail.
type Sender struct {
	client  *gomail.Client
	signer  *gomail.DKIMSigner
	from    string
	name    string
	replyTo string

	mu   sync.Mutex
	idle []*connection // the one used last is the last
}

type connection struct {
	*smtp.Client
	since time.Time // it is idle
}

// patience is how long a mail server may take over each step, and idleLife how long a connection is kept for the next mail:
// servers hang up after some minutes.
const (
	patience = 30 * time.Second
	idleLife = 20 * time.Second
)

// ErrPerhaps says that a mail was handed over, and that the server's word on it was never heard: it has the mail, or not.
var ErrPerhaps = errors.New("the mail server did not say whether it has the mail")

// Refused says that a server will never take the mail.
type Refused struct{ Reason string }

func (r Refused) Error() string { return r.Reason }

// NewSender makes a sender. TLS is used wherever the server offers it, and always before a password is sent. It does not
// connect.
func NewSender(in Server) (*Sender, error) {
	u, err := url.Parse(in.URL)
	if err != nil {
		return nil, fmt.Errorf("the mail server's address is not a URL")
	}
	options := []gomail.Option{gomail.WithTimeout(patience), gomail.WithHELO(in.Host)}
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
	s := &Sender{client: client, from: u.Query().Get("from"), name: in.Provider, replyTo: in.ReplyTo}
	if s.from == "" {
		s.from = "portico@" + in.Host
	}
	if in.DKIM.Key != nil {
		s.signer = gomail.NewDKIMSigner(in.DKIM.Domain, in.DKIM.Selector, in.DKIM.Key)
		if err := s.signer.ValidateConfig(); err != nil {
			return nil, fmt.Errorf("the key that mail is signed with: %w", err)
		}
	}
	if _, err := s.message(Message{To: s.from, ReplyTo: s.ReplyTo("token"), Subject: "a test of the addresses"}); err != nil {
		return nil, fmt.Errorf("the sender's address: %w", err)
	}
	return s, nil
}

// ReplyTo is the address that answers to a mail with this token go to; empty where they go to the sender.
func (s *Sender) ReplyTo(token string) string {
	name, host, ok := strings.Cut(s.replyTo, "@")
	if !ok {
		return ""
	}
	return name + "+" + token + "@" + host
}

// Send sends a message. handing is called when all of it lies with the server but for the last dot, and has it go no further
// by an error: until then nothing was sent. Afterwards it was, or Send's error is ErrPerhaps; or the server has said that it
// will never take it, which is Refused, or not now, which is any other error. A nil handing notes nothing.
func (s *Sender) Send(ctx context.Context, m Message, handing func(context.Context) error) error {
	msg, err := s.message(m)
	if err != nil {
		return Refused{"the mail has no address that a server would take: " + err.Error()}
	}
	c, err := s.open(ctx, m.To)
	if err != nil {
		return err
	}
	if err := s.hand(ctx, c, msg, handing); err != nil {
		_ = c.Close() // the next mail begins anew
		return err
	}
	s.keep(c)
	return nil
}

// open begins a mail to an address, on a connection that was kept or a new one.
func (s *Sender) open(ctx context.Context, to string) (*connection, error) {
	for {
		c, err := s.connect(ctx)
		if err != nil {
			return nil, fmt.Errorf("connect to the mail server: %w", err)
		}
		err = c.UpdateDeadline(patience)
		if err == nil {
			err = c.Mail("<" + s.from + ">")
		}
		if err != nil {
			_ = c.Close()
			if !c.since.IsZero() && code(err) == 0 { // the server hung up while nothing was sent
				continue
			}
			return nil, fmt.Errorf("the mail server takes no mail: %w", err)
		}
		if err := c.Rcpt("<" + to + ">"); err != nil {
			_ = c.Close()
			return nil, said("the mail server does not take mail for this address", err)
		}
		return c, nil
	}
}

func (s *Sender) connect(ctx context.Context) (*connection, error) {
	s.mu.Lock()
	for n := len(s.idle); n > 0; n-- {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		if time.Since(c.since) < idleLife {
			s.mu.Unlock()
			return c, nil
		}
		_ = c.Close()
	}
	s.mu.Unlock()
	client, err := s.client.DialToSMTPClientWithContext(ctx)
	return &connection{Client: client}, err
}

// hand gives the server a mail that it has said it will take.
func (s *Sender) hand(ctx context.Context, c *connection, msg *gomail.Msg, handing func(context.Context) error) error {
	w, err := c.Data()
	if err != nil {
		return said("the mail server does not take this mail", err)
	}
	if _, err := msg.WriteTo(w); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	if handing != nil {
		if err := handing(ctx); err != nil {
			return err
		}
	}
	if err := c.UpdateDeadline(patience); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	err = w.Close()
	if err != nil && code(err) == 0 {
		return fmt.Errorf("%w: %w", ErrPerhaps, err)
	}
	return said("the mail server did not take this mail", err)
}

// keep holds a connection ready for the next mail, for a while.
func (s *Sender) keep(c *connection) {
	s.mu.Lock()
	c.since = time.Now()
	s.idle = append(s.idle, c)
	s.mu.Unlock()
	time.AfterFunc(idleLife, func() {
		s.mu.Lock()
		at := slices.Index(s.idle, c)
		rested := at >= 0 && time.Since(c.since) >= idleLife
		if rested {
			s.idle = slices.Delete(s.idle, at, at+1)
		}
		s.mu.Unlock()
		if rested {
			_ = c.Quit()
		}
	})
}

// code is what a server answered with; 0 where it gave no answer.
func code(err error) int {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return answer.Code
	}
	return 0
}

// said is an error of what a server said: Refused where it said so for good.
func said(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case code(err) >= 500:
		return Refused{what + ": " + err.Error()}
	}
	return fmt.Errorf("%s: %w", what, err)
}
