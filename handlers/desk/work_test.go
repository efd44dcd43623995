package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

// inVoice opens a case that waits in Voice.
func inVoice(t testing.TB, site *handlertest.Site) db.Case {
	t.Helper()
	kase, err := site.Desk.Open(context.Background(), site.Actor("customer@maple.test"), issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	return kase
}

func exec(t testing.TB, site *handlertest.Site, sql string, args ...any) {
	t.Helper()
	if _, err := site.DB.Pool().Exec(context.Background(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, site *handlertest.Site, n db.Number, in db.State) {
	t.Helper()
	exec(t, site, `update cases set state = $2, assignee_id = null, queue_id = (select id from queues where name = 'Voice'), priority = 3,
		solved_at = case when $2 in ('solved', 'closed') then $3::timestamptz end where id = $1`, n, in, dbtest.Now.Add(-time.Hour))
}

func find(t testing.TB, site *handlertest.Site, n db.Number) db.Case {
	t.Helper()
	kase, err := site.DB.FindCase(context.Background(), db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	return kase
}

func queueNamed(t testing.TB, site *handlertest.Site, name string) int64 {
	t.Helper()
	return site.Queue(name).ID
}

func outcome(err error) string {
	var forbidden policy.Forbidden
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &forbidden):
		return "forbidden"
	case errors.Is(err, db.ErrNotFound):
		return "not found"
	case errors.Is(err, desk.ErrState):
		return "not now"
	}
	return err.Error()
}

// TestWhoWorksOnWhat has everybody try everything in every state: the policy's matrix, then the table of states.
func TestWhoWorksOnWhat(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	kase := inVoice(t, site)
	billing := queueNamed(t, site, "Billing")
	lead := site.Actor("lead@boreal.test")

	const (
		unfinished = "new open awaiting"
		all        = "new open awaiting solved closed"
	)
	works := []string{"agent@boreal.test", "lead@boreal.test"}
	verbs := []struct {
		name   string
		do     func(who policy.Actor) error
		may    []string // who
		when   string   // in which states
		become db.State // empty: as it was
	}{
		{"take", func(who policy.Actor) error {
			_, err := site.Desk.Take(ctx, who, kase.ID, desk.Edit{Submission: uuid.New()})
			return err
		}, works, "new open awaiting solved", db.Open},
		{"request information", func(who policy.Actor) error {
			_, _, err := site.Desk.RequestInformation(ctx, who, kase.ID, desk.Words{Body: "Since when?", Submission: uuid.New()})
			return err
		}, works, unfinished, db.Awaiting},
		{"move", func(who policy.Actor) error {
			_, err := site.Desk.Move(ctx, who, kase.ID, billing, desk.Edit{Submission: uuid.New()})
			return err
		}, works, unfinished, ""},
		{"set priority", func(who policy.Actor) error {
			_, err := site.Desk.SetPriority(ctx, who, kase.ID, db.Critical, desk.Edit{Submission: uuid.New()})
			return err
		}, works, unfinished, ""},
		{"assign", func(who policy.Actor) error {
			_, err := site.Desk.Assign(ctx, who, kase.ID, lead.Person.ID, desk.Edit{Submission: uuid.New()})
			return err
		}, []string{"lead@boreal.test"}, unfinished, ""},
		{"note", func(who policy.Actor) error {
			_, _, err := site.Desk.Note(ctx, who, kase.ID, desk.Words{Body: "Ask Ana.", Submission: uuid.New()})
			return err
		}, append([]string{"agent2@boreal.test", "platform@boreal.test"}, works...), all, ""},
		{"reply", func(who policy.Actor) error {
			_, _, err := site.Desk.Reply(ctx, who, kase.ID, desk.Reply{Body: "We are on it.", Submission: uuid.New()})
			return err
		}, works, "new open awaiting solved", db.Open},
	}
	people := map[string]policy.Actor{}
	for _, email := range []string{"agent@boreal.test", "agent2@boreal.test", "lead@boreal.test", "platform@boreal.test",
		"customer@maple.test", "manager@maple.test", "customer@harbour.test"} {
		people[email] = site.Actor(email)
	}
	for _, verb := range verbs {
		for email, who := range people {
			if verb.name == "reply" && !who.Staff() {
				continue // a customer's reply is another matter
			}
			for _, state := range strings.Fields(all) {
				t.Run(fmt.Sprint(email, " ", verb.name, " ", state), func(t *testing.T) {
					put(t, site, kase.ID, db.State(state))
					want, become := "done", verb.become
					switch {
					case email == "customer@harbour.test":
						want = "not found"
					case !slices.Contains(verb.may, email):
						want = "forbidden"
					case !slices.Contains(strings.Fields(verb.when), state):
						want = "not now"
					}
					if want != "done" || become == "" {
						become = db.State(state)
					}
					if got := outcome(verb.do(who)); got != want {
						t.Errorf("it is %s, want %s", got, want)
					}
					if now := find(t, site, kase.ID).State; now != become {
						t.Errorf("it is now %s, want %s", now, become)
					}
				})
			}
		}
	}
}

func events(t testing.TB, site *handlertest.Site, n db.Number, internal bool) []db.Entry {
	t.Helper()
	list, err := site.DB.Events(context.Background(), db.Scope{All: true}, n, internal)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTakeNext(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	exec(t, site, `update cases set state = 'closed', closed_at = now() where state <> 'closed'`)
	agent, lead := site.Actor("agent@boreal.test"), site.Actor("lead@boreal.test")
	take := func(who policy.Actor, queues []int64, token uuid.UUID) (db.Case, error) {
		return site.Desk.TakeNext(ctx, who, queues, token)
	}
	later := inVoice(t, site)
	urgent, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), issue(mapleEast, "SD-WAN", "urgent", "yes", "urgent_reason", "All tills are down."))
	if err != nil {
		t.Fatal(err)
	}
	token := uuid.New()
	for range 2 {
		first, err := take(agent, nil, token)
		if err != nil || first.ID != urgent.ID || first.AssigneeID != agent.Person.ID || first.State != db.Open {
			t.Fatalf("the most important one, and sent twice the same one: %v %v", first.ID, err)
		}
	}
	last := events(t, site, urgent.ID, true)
	if change := last[len(last)-1].Change; change == nil || change.Field != "assignee" || change.To != agent.Person.Name() {
		t.Errorf("its history says %+v", last[len(last)-1])
	}
	if got, err := take(agent, []int64{queueNamed(t, site, "Voice")}, uuid.New()); err != nil || got.ID != later.ID {
		t.Errorf("of one queue: %v %v", got.ID, err)
	}
	if _, err := take(agent, nil, uuid.New()); !errors.Is(err, desk.ErrNothingLeft) {
		t.Errorf("nothing is left, but: %v", err)
	}
	if _, err := take(agent, []int64{queueNamed(t, site, "Billing")}, uuid.New()); outcome(err) != "forbidden" {
		t.Errorf("of a queue one doesn't work in: %v", err)
	}
	for _, email := range []string{"platform@boreal.test", "customer@maple.test"} {
		if _, err := take(site.Actor(email), nil, uuid.New()); outcome(err) != "forbidden" {
			t.Errorf("%s: %v", email, err)
		}
	}
	if _, err := take(lead, nil, token); err == nil || outcome(err) == "done" {
		t.Error("a token that somebody else used gives their case")
	}
}

// TestTakeNextAtOnce has two people click many times at once, half of the clicks double ones.
func TestTakeNextAtOnce(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	exec(t, site, `update cases set state = 'closed', closed_at = now() where state <> 'closed'`)
	const cases, clicks = 40, 32
	for range cases {
		inVoice(t, site)
	}
	var mu sync.Mutex
	taken := map[db.Number]uuid.UUID{}
	var wait sync.WaitGroup
	for _, email := range []string{"agent@boreal.test", "lead@boreal.test"} {
		who := site.Actor(email)
		for range clicks {
			token := uuid.New()
			for range 2 {
				wait.Go(func() {
					kase, err := site.Desk.TakeNext(ctx, who, nil, token)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case errors.Is(err, desk.ErrNothingLeft):
					case err != nil:
						t.Error(err)
					case taken[kase.ID] != uuid.Nil && taken[kase.ID] != token:
						t.Errorf("%s was given to two", kase.ID)
					default:
						taken[kase.ID] = token
					}
				})
			}
		}
	}
	wait.Wait()
	if len(taken) != cases {
		t.Errorf("%d cases were taken, of %d", len(taken), cases)
	}
}

func TestEdits(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	agent, lead := site.Actor("agent@boreal.test"), site.Actor("lead@boreal.test")
	kase := inVoice(t, site)

	t.Run("a priority set by hand is a correction, and moves what is due", func(t *testing.T) {
		token := uuid.New()
		for range 2 {
			if _, err := site.Desk.SetPriority(ctx, agent, kase.ID, db.Critical, desk.Edit{Was: "2", Submission: token}); err != nil {
				t.Fatal(err)
			}
		}
		now := find(t, site, kase.ID)
		if now.Priority != db.Critical || !now.DueAt.Equal(kase.CreatedAt.Add(time.Hour)) {
			t.Errorf("priority %d, due %v, opened %v", now.Priority, now.DueAt, kase.CreatedAt)
		}
		list, err := site.DB.Corrections(ctx, db.Scope{All: true}, kase.ID)
		if err != nil || len(list) != 1 || *list[0].Change != (db.Change{Field: "priority", From: "2", To: "1", Correction: true}) {
			t.Errorf("corrections: %+v %v", list, err)
		}
	})
	t.Run("who comes second is told", func(t *testing.T) {
		_, err := site.Desk.SetPriority(ctx, lead, kase.ID, db.Low, desk.Edit{Was: "2", Submission: uuid.New()})
		var stale desk.Stale
		if !errors.As(err, &stale) || !errors.Is(err, db.ErrStale) || stale.Case.Priority != db.Critical || stale.Last.Person.ID != agent.Person.ID {
			t.Errorf("%+v", err)
		}
	})
	t.Run("something else that changed is in nobody's way", func(t *testing.T) {
		if _, err := site.Desk.Move(ctx, lead, kase.ID, queueNamed(t, site, "Security"), desk.Edit{Was: desk.Now(kase, "queue"), Submission: uuid.New()}); err != nil {
			t.Error(err)
		}
	})
	t.Run("once answered, nothing is due any more", func(t *testing.T) {
		if _, _, err := site.Desk.RequestInformation(ctx, lead, kase.ID, desk.Words{Body: "Since when?", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		now, err := site.Desk.SetPriority(ctx, lead, kase.ID, db.Moderate, desk.Edit{Submission: uuid.New()})
		if err != nil || !now.DueAt.IsZero() || now.Awaited != "Since when?" {
			t.Errorf("due %v, awaited %q, %v", now.DueAt, now.Awaited, err)
		}
		var mails int
		err = site.DB.Pool().QueryRow(ctx, `select count(*) from mails where case_id = $1 and kind = 'requested'`, kase.ID).Scan(&mails)
		if err != nil || mails != 1 {
			t.Errorf("%d mails are promised, %v", mails, err)
		}
	})
	t.Run("a case is given only to who works there", func(t *testing.T) {
		voice := inVoice(t, site)
		other := site.Actor("agent2@boreal.test")
		var invalid desk.Invalid
		if _, err := site.Desk.Assign(ctx, lead, voice.ID, other.Person.ID, desk.Edit{Submission: uuid.New()}); !errors.As(err, &invalid) {
			t.Errorf("to who doesn't: %v", err)
		}
		got, err := site.Desk.Assign(ctx, lead, voice.ID, agent.Person.ID, desk.Edit{Submission: uuid.New()})
		if err != nil || got.AssigneeID != agent.Person.ID || got.State != db.New {
			t.Errorf("to who does: %v %v", got, err)
		}
		got, err = site.Desk.Move(ctx, agent, voice.ID, queueNamed(t, site, "Billing"), desk.Edit{Submission: uuid.New()})
		if err != nil || got.AssigneeID != 0 {
			t.Errorf("who doesn't work there has it no longer: %v %v", got.AssigneeID, err)
		}
	})
	t.Run("a queue or priority that there is not", func(t *testing.T) {
		var invalid desk.Invalid
		if _, err := site.Desk.Move(ctx, lead, kase.ID, 9999, desk.Edit{}); !errors.As(err, &invalid) {
			t.Error(err)
		}
		if _, err := site.Desk.SetPriority(ctx, lead, kase.ID, 7, desk.Edit{}); !errors.As(err, &invalid) {
			t.Error(err)
		}
	})
}

// TestNotesStayInside holds that nothing of a note, or of a move between queues, gets out of the provider's house.
func TestNotesStayInside(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	agent := site.Actor("agent@boreal.test")
	kase := inVoice(t, site)
	token := uuid.New()
	for range 2 {
		if _, _, err := site.Desk.Note(ctx, agent, kase.ID, desk.Words{Body: "zanzibar is the culprit", Submission: token}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := site.Desk.Move(ctx, agent, kase.ID, queueNamed(t, site, "Security"), desk.Edit{Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	now := find(t, site, kase.ID)
	if !now.UpdatedAt.Equal(kase.UpdatedAt) {
		t.Error("the case's last activity tells of it")
	}
	if n := len(events(t, site, kase.ID, true)); n != 4 { // opened, decided, noted, moved
		t.Errorf("%d events, want 4", n)
	}
	if n := len(events(t, site, kase.ID, false)); n != 1 {
		t.Errorf("customers read %d events, want 1", n)
	}
	list, err := site.DB.Cases(ctx, db.Scope{All: true}, db.CaseFilter{Search: "zanzibar"}, db.CasePaging{})
	if err != nil || len(list.Rows) != 0 {
		t.Errorf("it is found by its note: %v %v", list.Rows, err)
	}
	var mails int
	err = site.DB.Pool().QueryRow(ctx, `select count(*) from mails where case_id = $1`, kase.ID).Scan(&mails)
	if err != nil || mails != 0 {
		t.Errorf("%d mails, %v", mails, err)
	}
	for _, body := range []string{"", strings.Repeat("x", 20_001)} {
		var invalid desk.Invalid
		if _, _, err := site.Desk.Note(ctx, agent, kase.ID, desk.Words{Body: body, Submission: uuid.New()}); !errors.As(err, &invalid) {
			t.Errorf("a note of %d characters: %v", len(body), err)
		}
	}
}

func TestPaceOf(t *testing.T) {
	at := dbtest.Now
	for _, test := range []struct {
		now  time.Duration
		pace desk.Pace
		left int
	}{{0, desk.Calm, 100}, {30, desk.Calm, 50}, {46, desk.Soon, 23}, {60, desk.Late, 0}, {90, desk.Late, 0}, {-10, desk.Calm, 100}} {
		if pace, left := desk.PaceOf(at, at.Add(time.Hour), at.Add(test.now*time.Minute)); pace != test.pace || left != test.left {
			t.Errorf("after %d minutes: %s, %d %% left", test.now, pace, left)
		}
	}
}

func BenchmarkTakeNext(b *testing.B) {
	site := handlertest.New(b)
	lead := site.Actor("lead@boreal.test")
	for b.Loop() {
		b.StopTimer()
		inVoice(b, site)
		b.StartTimer()
		if _, err := site.Desk.TakeNext(context.Background(), lead, nil, uuid.New()); err != nil {
			b.Fatal(err)
		}
	}
}
