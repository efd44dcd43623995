package mail

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// whims is a mail server that answers as it is told to, by the first word of what it is told.
type whims struct {
	address  string
	says     map[string]string // instead of "250 fine"; "hang up" does that
	taken    atomic.Int32
	visitors atomic.Int32
	last     atomic.Value // string: the mail it read last
}

func newWhims(t *testing.T, says map[string]string) *whims {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	w := &whims{address: socket.Addr().String(), says: says}
	go func() {
		for {
			c, err := socket.Accept()
			if err != nil {
				return
			}
			w.visitors.Add(1)
			go w.serve(c)
		}
	}()
	return w
}

func (w *whims) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 here")
	var mail strings.Builder
	reading := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		line := lines.Text()
		verb, _, _ := strings.Cut(line, " ")
		if reading && line != "." {
			mail.WriteString(line + "\n")
			continue
		}
		answer, ok := w.says[verb]
		switch {
		case answer == "hang up":
			return
		case ok:
			say(answer)
			reading = false
		case line == ".":
			reading = false
			w.last.Store(mail.String())
			w.taken.Add(1)
			say("250 taken")
		case verb == "DATA":
			mail.Reset()
			reading = true
			say("354 go on")
		default:
			say("250 fine")
		}
	}
}

func (w *whims) sender(t *testing.T, dkim DKIM) *Sender {
	t.Helper()
	s, err := NewSender(Server{URL: "smtp://" + w.address + "?from=care@provider.test", Provider: "P", Host: "portal.test", ReplyTo: "care@provider.test", DKIM: dkim})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var letter = Message{ID: "mail-1@portal.test", To: "ann@maple.test", Name: "Ann", Subject: "a word", Body: "in plain text\n"}

func TestWhatBecameOfAMail(t *testing.T) {
	const (
		sent = iota
		later
		never
		perhaps
	)
	for name, test := range map[string]struct {
		says   map[string]string
		handed bool
		want   int
	}{
		"a server that is well":                   {nil, true, sent},
		"one that is full":                        {map[string]string{"MAIL": "452 no room"}, false, later},
		"one that knows no such sender":           {map[string]string{"MAIL": "550 who are you"}, false, later}, // it is set up wrong: that may be mended
		"one that knows no such reader":           {map[string]string{"RCPT": "550 nobody here"}, false, never},
		"one whose reader's box is full":          {map[string]string{"RCPT": "452 full"}, false, later},
		"one that hangs up before it was said":    {map[string]string{"RCPT": "hang up"}, false, later},
		"one that wants no text":                  {map[string]string{"DATA": "554 no"}, false, never},
		"one that reads, and refuses":             {map[string]string{".": "554 rubbish"}, true, never},
		"one that reads, and asks to come again":  {map[string]string{".": "451 later"}, true, later},
		"one that reads, and hangs up on the dot": {map[string]string{".": "hang up"}, true, perhaps},
	} {
		t.Run(name, func(t *testing.T) {
			handed := false
			err := newWhims(t, test.says).sender(t, DKIM{}).Send(t.Context(), letter, func(context.Context) error { handed = true; return nil })
			got := later
			switch {
			case err == nil:
				got = sent
			case errors.Is(err, ErrPerhaps):
				got = perhaps
			case errors.As(err, new(Refused)):
				got = never
			}
			if got != test.want || handed != test.handed {
				t.Errorf("came to %d, handed over: %v; %v", got, handed, err)
			}
		})
	}
}

func TestWhatIsNotNotedIsNotSent(t *testing.T) {
	w := newWhims(t, nil)
	away := errors.New("the database is away")
	s := w.sender(t, DKIM{})
	if err := s.Send(t.Context(), letter, func(context.Context) error { return away }); !errors.Is(err, away) || errors.Is(err, ErrPerhaps) {
		t.Errorf("it comes to %v", err)
	}
	if err := s.Send(t.Context(), letter, nil); err != nil {
		t.Fatal(err)
	}
	if n := w.taken.Load(); n != 1 {
		t.Errorf("the server has %d mails", n)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	w := newWhims(t, nil)
	s := w.sender(t, DKIM{})
	for range 5 {
		if err := s.Send(t.Context(), letter, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.visitors.Load(); n != 1 {
		t.Errorf("for five mails it connects %d times", n)
	}
	_ = s.idle[0].Close() // the server has hung up meanwhile
	if err := s.Send(t.Context(), letter, nil); err != nil || w.taken.Load() != 6 || w.visitors.Load() != 2 {
		t.Errorf("after a connection that was lost: %v, %d mails, %d connections", err, w.taken.Load(), w.visitors.Load())
	}
}

func TestMailIsSigned(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newWhims(t, nil)
	if err := w.sender(t, DKIM{Domain: "provider.test", Selector: "2026", Key: key}).Send(t.Context(), letter, nil); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(strings.ReplaceAll(w.last.Load().(string), "\r", ""), "\n\n")
	if !strings.HasPrefix(head, "DKIM-Signature:") || !strings.Contains(head, "d=provider.test") || !strings.Contains(head, "s=2026") {
		t.Errorf("it begins\n%s", head)
	}
}
