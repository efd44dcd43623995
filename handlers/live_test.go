package handlers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
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
	return listenAt(t, handlertest.New(t))
}

// listenAt is the same over a site that is there: another copy where that has the database of the first.
func listenAt(t *testing.T, site *handlertest.Site) *listening {
	t.Helper()
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
			text := lines.Text()
			if name, ok := strings.CutPrefix(text, "event: "); ok && name != "beat" {
				names <- name
			} else if !ok && text != "" && text != "data: -" && !strings.HasPrefix(text, "id: ") {
				names <- "more than a name: " + text
			}
		}
	}()
	return names
}

// poll asks once for what changed since a milestone; empty: that nobody says.
func (l *listening) poll(email, query, since string) (names []string) {
	l.t.Helper()
	answer := l.As(email).Get("/live?" + query + "&poll=now&since=" + url.QueryEscape(since))
	var told struct{ Names []string }
	if err := json.Unmarshal([]byte(answer.Body), &told); err != nil || answer.Status != 200 {
		l.t.Fatalf("a poll is answered %d %s", answer.Status, answer.Body)
	}
	return told.Names
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

// TestWhoWasAwayIsToldWhatTheyMissed: by stream or by poll, exactly that, as far as they may hear of it, at whichever copy.
func TestWhoWasAwayIsToldWhatTheyMissed(t *testing.T) {
	ctx := context.Background()
	l := listen(t)
	other := listenAt(t, handlertest.Over(t, l.DB))
	n := aCase(t, l.Site, "customer@maple.test", db.Open, db.Awaiting)
	topic := string(db.CaseChanged(n))
	on := "on=cases&on=own&on=" + topic
	hears := func(names <-chan string, want ...string) {
		t.Helper()
		for _, name := range want {
			if got := l.next(names); got != name {
				t.Errorf("it hears %q, not %q", got, name)
			}
		}
	}
	copies := []*listening{l, other}
	own := []<-chan string{l.names("customer@maple.test", "on=own"), other.names("customer@maple.test", "on=own")}
	say := func(who string, n db.Number) {
		t.Helper()
		if _, _, err := l.Desk.Reply(ctx, l.Actor(who), n, desk.Reply{Body: "hello", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
	}
	// at is the milestone up to which both copies have told all: what is told of a person's own shows that they got there.
	at := func() string {
		t.Helper()
		if err := l.DB.Notify(ctx, db.OwnChanged(personID(t, l.Site, "customer@maple.test"))); err != nil {
			t.Fatal(err)
		}
		for _, names := range own {
			hears(names, "own")
		}
		for {
			since := l.As("customer@maple.test").Get(pathOf(n)).Page().Find("#live").AttrOr("data-since", "")
			here := l.poll("customer@maple.test", on, since)
			if there := other.poll("customer@maple.test", on, since); len(here)+len(there) == 0 {
				return since
			}
		}
	}

	before := at()
	if before == "" {
		t.Fatal("a page doesn't say since when it has to be told")
	}
	if _, _, err := l.Desk.Note(ctx, l.Actor("agent@boreal.test"), n, desk.Words{Body: "between us", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	say("west@maple.test", aCase(t, l.Site, "west@maple.test", db.Open, db.New, db.Awaiting))
	quiet := at()
	for copied, site := range copies {
		if names := site.poll("customer@maple.test", "on=cases&on="+topic, before); len(names) > 0 {
			t.Errorf("copy %d: of what is not theirs they are told %v", copied, names)
		}
		if names := site.poll("agent@boreal.test", "on="+topic, before); fmt.Sprint(names) != "["+topic+"]" {
			t.Errorf("copy %d: of a note an agent is told %v", copied, names)
		}
	}
	if quiet == before {
		t.Error("time stands still")
	}

	say("manager@maple.test", n)
	now := at()
	for copied, site := range copies {
		hears(site.names("customer@maple.test", on+"&since="+quiet), topic, "cases", "own")
		if names := site.poll("customer@maple.test", on, now); len(names) > 0 {
			t.Errorf("copy %d: who knows all is told %v", copied, names)
		}
		if names := site.poll("customer@maple.test", on, "long ago"); len(names) != 3 {
			t.Errorf("copy %d: who was away for too long is told %v", copied, names)
		}
	}

	// What nobody heard for sure, as the listener was away, is not taken as known.
	l.App.Hear(db.Everything)
	hears(own[0], "own")
	if names := l.poll("customer@maple.test", on, now); len(names) != 3 {
		t.Errorf("after the listener was away, who knew all is told %v", names)
	}
}
