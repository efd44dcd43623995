package desk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

// caseOf finds a case of the demo that is in a state, and waits in a queue of agent@boreal.test.
func caseOf(t *testing.T, site *handlertest.Site, requester string, state db.State) db.Number {
	t.Helper()
	ctx := context.Background()
	person := site.Actor(requester).Person.ID
	queues := site.Actor("agent@boreal.test").Queues()
	for p := (db.CasePaging{}); ; {
		list, err := site.DB.Cases(ctx, db.Scope{Queues: queues}, db.CaseFilter{Requester: person}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Rows {
			if r.State == state {
				return r.ID
			}
		}
		if p.After = list.Next; p.After == "" {
			t.Fatalf("%s has no case that is %s", requester, state)
		}
	}
}

func stored(t *testing.T, site *handlertest.Site, n db.Number) db.Case {
	t.Helper()
	c, err := site.DB.FindCase(context.Background(), db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func counted(t *testing.T, site *handlertest.Site, sql string, args ...any) (n int) {
	t.Helper()
	if err := site.DB.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReply(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer, colleague, agent := site.Actor("customer@maple.test"), site.Actor("colleague@maple.test"), site.Actor("agent@boreal.test")

	t.Run("an answer of the customer moves the case on", func(t *testing.T) {
		n := caseOf(t, site, "customer@maple.test", db.Awaiting)
		kase, event, err := site.Desk.Reply(ctx, customer, n, desk.Reply{Body: "  here\r\nyou are \x00 ", Submission: uuid.New()})
		if err != nil || kase.State != db.Open || kase.Awaited != "" || event.Body != "here\nyou are" {
			t.Errorf("%s %q %q %v", kase.State, kase.Awaited, event.Body, err)
		}
		if got := stored(t, site, n); got.State != db.Open || !got.UpdatedAt.Equal(event.At) || got.Revision != kase.Revision {
			t.Errorf("kept as %s, %v, revision %d of %d", got.State, got.UpdatedAt, got.Revision, kase.Revision)
		}
	})
	t.Run("the provider's first answer keeps the promise, and is told", func(t *testing.T) {
		n := caseOf(t, site, "customer@maple.test", db.New)
		before := counted(t, site, `select count(*) from river_job where kind = 'send_mail'`)
		kase, event, err := site.Desk.Reply(ctx, agent, n, desk.Reply{Body: "we are on it", Submission: uuid.New()})
		if err != nil || kase.State != db.Open || kase.AnsweredAt.IsZero() || !kase.DueAt.IsZero() {
			t.Fatalf("%s, answered %v, due %v, %v", kase.State, kase.AnsweredAt, kase.DueAt, err)
		}
		if got := counted(t, site, `select count(*) from mails where event_id = $1 and person_id = $2 and kind = 'comment'`, event.ID, customer.Person.ID); got != 1 {
			t.Errorf("its requester gets %d mails", got)
		}
		if got := counted(t, site, `select count(*) from river_job where kind = 'send_mail'`) - before; got != 1+len(kase.CopiedIDs) {
			t.Errorf("%d jobs are promised", got)
		}
	})
	t.Run("a staff reply opens a solved case again", func(t *testing.T) {
		n := caseOf(t, site, "customer@maple.test", db.Solved)
		if _, _, err := site.Desk.Reply(ctx, customer, n, desk.Reply{Body: "x", Submission: uuid.New()}); !errors.Is(err, desk.ErrState) {
			t.Errorf("its customer comments: %v", err)
		}
		kase, _, err := site.Desk.Reply(ctx, agent, n, desk.Reply{Body: "one more thing", Submission: uuid.New()})
		if err != nil || kase.State != db.Open || !kase.SolvedAt.IsZero() {
			t.Errorf("%s, solved %v, %v", kase.State, kase.SolvedAt, err)
		}
	})
	t.Run("who may not", func(t *testing.T) {
		n := caseOf(t, site, "customer@maple.test", db.Open)
		in := desk.Reply{Body: "x", Submission: uuid.New()}
		var forbidden policy.Forbidden
		if _, _, err := site.Desk.Reply(ctx, colleague, n, in); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("a colleague: %v", err)
		}
		for _, other := range []string{"agent2@boreal.test", "platform@boreal.test"} {
			if _, _, err := site.Desk.Reply(ctx, site.Actor(other), n, in); !errors.As(err, &forbidden) {
				t.Errorf("%s: %v", other, err)
			}
		}
		if _, _, err := site.Desk.Reply(ctx, policy.Actor{}, n, in); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
	t.Run("eight at once are said once", func(t *testing.T) {
		n := caseOf(t, site, "customer@maple.test", db.Open)
		before := counted(t, site, `select count(*) from events where case_id = $1`, n)
		in := desk.Reply{Body: "only once", Submission: uuid.New()}
		var all sync.WaitGroup
		ids, errs := make([]int64, 8), make([]error, 8)
		for i := range ids {
			all.Go(func() {
				_, event, err := site.Desk.Reply(ctx, customer, n, in)
				ids[i], errs[i] = event.ID, err
			})
		}
		all.Wait()
		for i := range ids {
			if errs[i] != nil || ids[i] != ids[0] {
				t.Errorf("%d: event %d, not %d; %v", i, ids[i], ids[0], errs[i])
			}
		}
		if got := counted(t, site, `select count(*) from events where case_id = $1`, n) - before; got != 1 {
			t.Errorf("%d events", got)
		}
	})
	t.Run("a token that was used elsewhere is refused", func(t *testing.T) {
		n, other := caseOf(t, site, "customer@maple.test", db.Open), caseOf(t, site, "plant@maple.test", db.Open)
		in := desk.Reply{Body: "x", Submission: uuid.New()}
		if _, _, err := site.Desk.Reply(ctx, customer, n, in); err != nil {
			t.Fatal(err)
		}
		var invalid desk.Invalid
		if _, _, err := site.Desk.Reply(ctx, site.Actor("plant@maple.test"), other, in); !errors.As(err, &invalid) {
			t.Errorf("%v", err)
		}
	})
	t.Run("only one's own files, and each but once", func(t *testing.T) {
		n := caseOf(t, site, "customer@maple.test", db.Open)
		theirs, err := site.Desk.Upload(ctx, colleague, "a.txt", strings.NewReader("theirs"))
		if err != nil {
			t.Fatal(err)
		}
		mine, err := site.Desk.Upload(ctx, customer, "b.txt", strings.NewReader("mine"))
		if err != nil {
			t.Fatal(err)
		}
		var invalid desk.Invalid
		for _, files := range [][]uuid.UUID{{theirs.ID}, {mine.ID, theirs.ID}, {uuid.New()}} {
			if _, _, err := site.Desk.Reply(ctx, customer, n, desk.Reply{Body: "x", Files: files, Submission: uuid.New()}); !errors.As(err, &invalid) {
				t.Errorf("%v: %v", files, err)
			}
		}
		for want := range 2 {
			_, _, err := site.Desk.Reply(ctx, customer, n, desk.Reply{Files: []uuid.UUID{mine.ID}, Submission: uuid.New()})
			if (err == nil) != (want == 0) {
				t.Errorf("time %d: %v", want+1, err)
			}
		}
	})
}

func TestSolveAndReopen(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer := site.Actor("customer@maple.test")
	n := caseOf(t, site, "customer@maple.test", db.Open)

	in := desk.Solve{Body: "it works", Submission: uuid.New()}
	for range 2 { // the second is the same one again
		kase, event, err := site.Desk.Solve(ctx, customer, n, in)
		if err != nil || kase.State != db.Solved || event.Kind != db.Resolved || event.Body != "it works" {
			t.Fatalf("%s %+v %v", kase.State, event, err)
		}
	}
	if _, _, err := site.Desk.Solve(ctx, customer, n, desk.Solve{Submission: uuid.New()}); !errors.Is(err, desk.ErrState) {
		t.Errorf("solved twice: %v", err)
	}
	if kase, _, err := site.Desk.Reopen(ctx, customer, n, desk.Solve{Body: "not after all", Submission: uuid.New()}); err != nil || kase.State != db.Open {
		t.Errorf("reopened: %s %v", kase.State, err)
	}
	if _, _, err := site.Desk.Solve(ctx, customer, n, desk.Solve{Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.DB.Pool().Exec(ctx, `update cases set solved_at = $2 where id = $1`, n, site.Desk.Clock().Add(-desk.ReopenDays*24*time.Hour-1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := site.Desk.Reopen(ctx, customer, n, desk.Solve{Submission: uuid.New()}); !errors.Is(err, desk.ErrState) {
		t.Errorf("reopened too late: %v", err)
	}
	var all sync.WaitGroup
	closed := make([]int, 3)
	for i := range closed {
		all.Go(func() {
			var err error
			if closed[i], err = site.Desk.CloseSolved(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := stored(t, site, n); got.State != db.Closed || got.ClosedAt.IsZero() {
		t.Errorf("after the period it is %s", got.State)
	}
	if got := counted(t, site, `select count(*) from events where case_id = $1 and kind = 'closed'`, n); got != 1 {
		t.Errorf("it was closed %d times, in %s", got, fmt.Sprint(closed))
	}
}

// TestNotesLeaveNoTrace writes a note, and looks at all that its customer could see of it.
func TestNotesLeaveNoTrace(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	n := caseOf(t, site, "customer@maple.test", db.Open)
	before := stored(t, site, n)
	mails := counted(t, site, `select count(*) from mails`)
	if _, _, err := site.Desk.Note(ctx, site.Actor("agent@boreal.test"), n, desk.Words{Body: "xylophone", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	if after := stored(t, site, n); !after.UpdatedAt.Equal(before.UpdatedAt) || after.State != before.State {
		t.Errorf("it was active at %v, and is %s", after.UpdatedAt, after.State)
	}
	if got := counted(t, site, `select count(*) from cases where words @@ 'xylophone'::tsquery`); got != 0 {
		t.Error("its words are found")
	}
	if got := counted(t, site, `select count(*) from mails`); got != mails {
		t.Errorf("%d mails tell of it", got-mails)
	}
}
