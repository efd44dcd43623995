package handlers_test

import (
	"errors"
	"fmt"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
)

// Who guesses at many people from one place is stopped there, in all running copies, and nobody else is.
func TestGuessesAreCountedByClient(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	copies := []*handlertest.Site{site, handlertest.Over(t, site.DB)}
	session := 0
	from := func(n int, client, email, password string) error {
		session++
		hash := make([]byte, 32)
		copy(hash, fmt.Sprint("session ", session))
		return copies[n%2].Desk.SignIn(t.Context(), desk.SignIn{Email: email, Password: password, Session: db.Session{TokenHash: hash, Address: client}})
	}
	const guesser, neighbour, elsewhere = "2001:db8:0:7::1", "2001:db8:0:7:ffff::9", "2001:db8:0:8::1"
	for n := range 2 {
		if err := from(n, guesser, fmt.Sprintf("guess-%d@maple.test", n), "not the password"); !errors.Is(err, desk.ErrWrongPassword) {
			t.Fatal(err)
		}
	}
	if err := from(0, guesser, "plant@maple.test", demoPassword); err != nil {
		t.Fatal(err)
	}
	// Both copies counted, as nothing else was tried twice, and being oneself in between gave no more guesses. The rest of a hundred is made up for speed.
	if n := count(t, site, `update throttles set count = 99 where count = 2 returning 1`); n != 1 {
		t.Fatal("guesses are not counted together")
	}
	if err := from(0, guesser, "guess-100@maple.test", "not the password"); !errors.Is(err, desk.ErrWrongPassword) {
		t.Errorf("the hundredth guess: %v", err)
	}
	for n := range copies {
		if err := from(n, guesser, "customer@maple.test", demoPassword); !errors.As(err, new(desk.Throttled)) {
			t.Errorf("copy %d: %v", n, err)
		}
		if err := from(n, neighbour, "customer@maple.test", demoPassword); !errors.As(err, new(desk.Throttled)) {
			t.Errorf("copy %d, by the next address of their network: %v", n, err)
		}
		if err := from(n, elsewhere, "customer@maple.test", demoPassword); err != nil {
			t.Errorf("copy %d, somebody else: %v", n, err)
		}
	}
}

// Signing out everywhere leaves the browser where it is asked for, and other people's.
func TestSigningOutEverywhereElse(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	here, there, far, other := site.Nobody(), site.Nobody(), site.Nobody(), site.Nobody()
	for v, email := range map[*handlertest.Visitor]string{here: "customer@maple.test", there: "customer@maple.test", far: "customer@maple.test", other: "colleague@maple.test"} {
		if got := signIn(v, email, demoPassword, ""); got.Status != 303 {
			t.Fatalf("%s: %d", email, got.Status)
		}
	}
	page := here.Get("/sessions")
	if n := page.Page().Find("tbody tr").Length(); n != 3 || !page.Has(`form[action="/sessions/end-others"]`) || page.Page().Find("tbody time").Length() < 3 {
		t.Fatalf("%d sessions, each with its last use\n%s", n, page.Body)
	}
	if got := here.Post("/sessions/end-others", nil); got.Status != 303 || got.Location() != "/sessions?done=sessions-ended" {
		t.Fatalf("%d %s", got.Status, got.Location())
	}
	for name, want := range map[string]struct {
		v      *handlertest.Visitor
		status int
	}{"here": {here, 200}, "there": {there, 303}, "far": {far, 303}, "somebody else": {other, 200}} {
		if got := want.v.Get("/products"); got.Status != want.status {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if got := here.Get("/sessions"); got.Page().Find("tbody tr").Length() != 1 || got.Has(`form[action="/sessions/end-others"]`) {
		t.Error("there is nothing left to end, and it is offered")
	}
}
