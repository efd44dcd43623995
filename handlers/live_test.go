package handlers_test

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// listening is a site behind a socket that hears what changes, as the program does.
type listening struct {
	*handlertest.Site
	t       *testing.T
	address string
}

func listen(t *testing.T) *listening {
	t.Helper()
	site := handlertest.New(t)
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	heard := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		first := true
		site.DB.Listen(ctx, slog.New(slog.DiscardHandler), func(topic db.Topic) {
			site.App.Hear(topic)
			if first {
				first = false
				close(heard)
			}
		})
	}()
	<-heard
	served := make(chan error, 1)
	go func() { served <- site.App.Fiber().Listener(socket) }()
	t.Cleanup(func() {
		cancel()
		<-done
		site.App.EndStreams()
		began := time.Now()
		if err := site.App.Fiber().ShutdownWithTimeout(5 * time.Second); err != nil || time.Since(began) > 4*time.Second {
			t.Errorf("it stops in %v: %v", time.Since(began), err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return &listening{site, t, "http://" + socket.Addr().String()}
}

// names connects somebody to a stream, and gives the names that come until it ends.
func (l *listening) names(email, query string) <-chan string {
	l.t.Helper()
	l.As(email)
	r, err := http.NewRequest(http.MethodGet, l.address+"/live?"+query, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "portico", Value: "session of " + email})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		l.t.Fatalf("%s, %s: %d %v", email, query, answer.StatusCode, answer.Header)
	}
	names := make(chan string, 100)
	lines := bufio.NewScanner(answer.Body)
	lines.Scan() // it says that it is there
	go func() {
		defer close(names)
		defer func() { _ = answer.Body.Close() }()
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				names <- name
			} else if text := lines.Text(); text != "" && text != ":" && text != "data: -" {
				names <- "more than a name: " + text
			}
		}
	}()
	return names
}

// next is the next name of a stream; empty when it ended.
func (l *listening) next(names <-chan string) string {
	l.t.Helper()
	select {
	case name := <-names:
		return name
	case <-time.After(10 * time.Second):
		l.t.Fatal("nothing is heard")
		return ""
	}
}

func TestStreamsTellNames(t *testing.T) {
	ctx := context.Background()
	l := listen(t)
	n := aCase(t, l.Site, "customer@maple.test", db.Open, db.Awaiting)
	other := aCase(t, l.Site, "west@maple.test", db.Open, db.New, db.Awaiting)
	topic := string(db.CaseChanged(n))
	kase, err := l.DB.FindCase(ctx, db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	queue := string(db.QueueChanged(kase.QueueID))

	customer := l.names("customer@maple.test", "on="+topic)
	lists := l.names("customer@maple.test", "on=cases")
	agent := l.names("agent@boreal.test", "on="+topic+"&on="+queue)
	say := func(who string, n db.Number) {
		t.Helper()
		if _, _, err := l.Desk.Reply(ctx, l.Actor(who), n, desk.Reply{Body: "hello", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
	}

	// A note first, then a reply to somebody else's case, then one to this: customers hear of the last alone.
	if _, _, err := l.Desk.Note(ctx, l.Actor("agent@boreal.test"), n, desk.Words{Body: "between us", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	heard := map[string]bool{l.next(agent): true, l.next(agent): true}
	if !heard[topic] || !heard[queue] {
		t.Errorf("of a note an agent hears %v", heard)
	}
	say("west@maple.test", other)
	say("manager@maple.test", n)
	if got := l.next(customer); got != topic {
		t.Errorf("the customer hears %q", got)
	}
	if got := l.next(lists); got != "cases" {
		t.Errorf("the customer's lists hear %q", got)
	}
	select {
	case name := <-lists:
		t.Errorf("the customer's lists hear %q of what is not theirs", name)
	case name := <-customer:
		t.Errorf("the customer hears %q too", name)
	default:
	}

	// Who signs out, or is disabled, hears no more.
	person := personID(t, l.Site, "customer@maple.test")
	if err := l.DB.EndOtherSessions(ctx, person, 0); err != nil {
		t.Fatal(err)
	}
	if got := l.next(customer) + l.next(lists); got != "" {
		t.Errorf("after signing out: %q", got)
	}
	// Whoever was not connected for a while looks again.
	for l.App.Hear(db.Everything); ; {
		if l.next(agent) == topic {
			break
		}
	}
	l.App.EndStreams()
	for name := range agent {
		if name != queue && name != topic {
			t.Errorf("at the end: %q", name)
		}
	}
}
