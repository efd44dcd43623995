package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// TestStatesForEverybody does each thing that the table of states speaks of to a case in each state, as each kind of person:
// in a queue of agent@boreal.test, opened by customer@maple.test, with colleague@maple.test copied.
func TestStatesForEverybody(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	n := caseOf(t, site, "customer@maple.test", db.Open)
	if _, err := site.DB.Pool().Exec(ctx, `insert into case_copies (case_id, person_id) values ($1, $2) on conflict do nothing`,
		n, site.Actor("colleague@maple.test").Person.ID); err != nil {
		t.Fatal(err)
	}
	kase := stored(t, site, n)
	const yes, no, unseen = "may", "may not", "does not see it"
	people := []struct{ email, comments, solves, works string }{
		{"customer@maple.test", yes, yes, no},        // its requester
		{"colleague@maple.test", yes, no, no},        // copied
		{"manager@maple.test", yes, yes, no},         // case manager within reach
		{"admin@maple.test", yes, yes, no},           // customer administrator within reach
		{"west@maple.test", unseen, unseen, unseen},  // another contact of the same customer
		{"plant@maple.test", unseen, unseen, unseen}, // at an account below
		{"reports@maple.test", unseen, unseen, unseen},
		{"manager@harbour.test", unseen, unseen, unseen}, // of another customer
		{"agent@boreal.test", yes, yes, yes},             // works in its queue
		{"agent2@boreal.test", no, no, no},               // works in others
		{"lead@boreal.test", yes, yes, yes},
		{"platform@boreal.test", no, no, no},
	}
	states := []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed}
	type verb struct {
		name string
		may  func(comments, solves, works string) string
		do   func(who policy.Actor) error
		// to is where it leads from each state, for contacts and for staff; empty: it is not possible.
		contact, staff [5]db.State
	}
	comments := func(comments, _, _ string) string { return comments }
	solves := func(_, solves, _ string) string { return solves }
	works := func(_, _, works string) string { return works }
	verbs := []verb{
		{"replies", comments, func(who policy.Actor) error {
			_, _, err := site.Desk.Reply(ctx, who, n, desk.Reply{Body: "a word", Submission: uuid.New()})
			return err
		}, [5]db.State{db.New, db.Open, db.Open, "", ""}, [5]db.State{db.Open, db.Open, db.Open, db.Open, ""}},
		{"takes", works, func(who policy.Actor) error {
			_, err := site.Desk.Take(ctx, who, n, desk.Edit{Submission: uuid.New()})
			return err
		}, [5]db.State{}, [5]db.State{db.Open, db.Open, db.Open, db.Open, ""}},
		{"requests information", works, func(who policy.Actor) error {
			_, _, err := site.Desk.RequestInformation(ctx, who, n, desk.Words{Body: "since when?", Submission: uuid.New()})
			return err
		}, [5]db.State{}, [5]db.State{db.Awaiting, db.Awaiting, db.Awaiting, "", ""}},
		{"reopens", solves, func(who policy.Actor) error {
			_, _, err := site.Desk.Reopen(ctx, who, n, desk.Solve{Body: "not yet", Submission: uuid.New()})
			return err
		}, [5]db.State{"", "", "", db.Open, ""}, [5]db.State{"", "", "", db.Open, ""}},
		{"solves", solves, func(who policy.Actor) error {
			_, _, err := site.Desk.Solve(ctx, who, n, desk.Solve{Body: "thank you", Submission: uuid.New()})
			return err
		}, [5]db.State{db.Solved, db.Solved, db.Solved, "", ""}, [5]db.State{db.Solved, db.Solved, db.Solved, "", ""}},
		{"follows up", solves, func(who policy.Actor) error {
			in, err := site.Desk.FollowUp(ctx, who, n)
			if err == nil {
				_, err = site.Desk.Sheet(ctx, who, in, rules.Refresh)
			}
			return err
		}, [5]db.State{"", "", "", db.Solved, db.Closed}, [5]db.State{"", "", "", db.Solved, db.Closed}},
	}
	for _, who := range people {
		actor := site.Actor(who.email)
		for _, verb := range verbs {
			may, to := verb.may(who.comments, who.solves, who.works), verb.contact
			if actor.Staff() {
				to = verb.staff
			}
			for i, from := range states {
				put(t, site, n, from)
				err, is := verb.do(actor), stored(t, site, n).State
				var want error
				switch {
				case may == unseen:
					want = db.ErrNotFound
				case may == no:
					want = policy.Forbidden{}
				case to[i] == "":
					want = desk.ErrState
				}
				if !sameKind(err, want) || want == nil && is != to[i] || want != nil && is != from {
					t.Errorf("%s %s a case that is %s: it is %s, %v; want %q, %v", who.email, verb.name, from, is, err, to[i], want)
				}
			}
		}
	}
	t.Run("opened it is New, whoever opens it", func(t *testing.T) {
		if kase.CreatedAt.IsZero() || counted(t, site, `select count(*) from events where case_id = $1 and kind = 'opened'`, n) != 1 {
			t.Error("it has no beginning")
		}
	})
	t.Run("the period ends", func(t *testing.T) {
		for _, from := range states {
			for ago, want := range map[time.Duration]db.State{6 * 24 * time.Hour: from, 8 * 24 * time.Hour: map[bool]db.State{true: db.Closed, false: from}[from == db.Solved]} {
				put(t, site, n, from)
				if _, err := site.DB.Pool().Exec(ctx, `update cases set solved_at = $2 where id = $1 and solved_at is not null`, n, dbtest.Now.Add(-ago)); err != nil {
					t.Fatal(err)
				}
				if _, err := site.Desk.CloseSolved(ctx); err != nil {
					t.Fatal(err)
				}
				if is := stored(t, site, n).State; is != want {
					t.Errorf("%s for %v: %s", from, ago, is)
				}
			}
		}
	})
	t.Run("the period is as it is set", func(t *testing.T) {
		if err := site.DB.Set(ctx, desk.SettingReopenDays, "3"); err != nil {
			t.Fatal(err)
		}
		for ago, open := range map[int]bool{2: true, 4: false} {
			put(t, site, n, db.Solved)
			if _, err := site.DB.Pool().Exec(ctx, `update cases set solved_at = $2 where id = $1`, n, dbtest.Now.AddDate(0, 0, -ago)); err != nil {
				t.Fatal(err)
			}
			_, _, err := site.Desk.Reopen(ctx, site.Actor("customer@maple.test"), n, desk.Solve{Submission: uuid.New()})
			if (err == nil) != open {
				t.Errorf("solved %d days ago: %v", ago, err)
			}
		}
	})
}

func sameKind(err, want error) bool {
	if errors.As(want, &policy.Forbidden{}) {
		return errors.As(err, &policy.Forbidden{})
	}
	return errors.Is(err, want)
}

// TestFollowUp: the form of a case that is over comes as that case's was, its description apart; what it opens is decided as any,
// and each of the two leads to the other, for who sees it.
func TestFollowUp(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer, manager, agent := site.Actor("customer@maple.test"), site.Actor("manager@maple.test"), site.Actor("agent@boreal.test")
	n := caseOf(t, site, "customer@maple.test", db.Closed)
	old := stored(t, site, n)
	open := func(who policy.Actor) (db.Case, error) {
		t.Helper()
		in, err := site.Desk.FollowUp(ctx, who, n)
		if err != nil {
			t.Fatal(err)
		}
		in.Raw["description"] = []string{"it is back"}
		return site.Desk.Open(ctx, who, desk.Open{Ask: in, Submission: uuid.New()})
	}
	t.Run("is filled in from it", func(t *testing.T) {
		in, err := site.Desk.FollowUp(ctx, customer, n)
		if err != nil || in.Item != old.Item || in.For != 0 || len(in.Raw["description"]) > 0 {
			t.Fatalf("%+v, %v", in, err)
		}
		if got := in.Raw["account"]; len(got) != 1 || got[0] != old.Answers["account"] {
			t.Errorf("the account is %v, not %v", got, old.Answers["account"])
		}
	})
	kase, err := open(customer)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is decided as any, and the other stays as it is", func(t *testing.T) {
		if kase.State != db.New || kase.RuleVersion == 0 || kase.QueueID == 0 || kase.RequesterID != customer.Person.ID {
			t.Errorf("%+v", kase)
		}
		if now := stored(t, site, n); now.State != db.Closed || !now.ClosedAt.Equal(old.ClosedAt) || now.Revision != old.Revision+1 {
			t.Errorf("%s, closed %v, revision %d after %d", now.State, now.ClosedAt, now.Revision, old.Revision)
		}
		if counted(t, site, `select count(*) from events where case_id = $1 and change ->> 'Field' = 'follow-up' and not internal`, n) != 1 {
			t.Error("its history does not tell")
		}
	})
	tied := func(who policy.Actor, of db.Number) (list []string) {
		t.Helper()
		ties, err := site.DB.CaseTies(ctx, site.Desk.Judge.Scope(who, policy.See), of, who.Person.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range ties.Linked {
			list = append(list, map[bool]string{true: "followed up by ", false: "follows up "}[l.FollowUp]+l.ID.String())
		}
		return list
	}
	t.Run("each leads to the other", func(t *testing.T) {
		for _, who := range []policy.Actor{customer, manager, agent} {
			if there, back := tied(who, n), tied(who, kase.ID); strings.Join(there, ", ") != "followed up by "+kase.ID.String() || strings.Join(back, ", ") != "follows up "+n.String() {
				t.Errorf("%s: %v, %v", who.Person.Email, there, back)
			}
		}
	})
	t.Run("but not for who sees only one of them", func(t *testing.T) {
		colleague := site.Actor("colleague@maple.test")
		if _, err := site.DB.Pool().Exec(ctx, `insert into case_copies (case_id, person_id) values ($1, $2) on conflict do nothing`, n, colleague.Person.ID); err != nil {
			t.Fatal(err)
		}
		if got := tied(colleague, n); got != nil {
			t.Errorf("who is copied on the old one: %v", got)
		}
	})
	t.Run("by others, for whom it was", func(t *testing.T) {
		for _, who := range []policy.Actor{manager, agent} {
			put(t, site, n, db.Closed)
			next, err := open(who)
			if err != nil || next.RequesterID != customer.Person.ID || next.OpenedBy != who.Person.ID {
				t.Errorf("%s: for %d by %d, %v", who.Person.Email, next.RequesterID, next.OpenedBy, err)
			}
		}
	})
	t.Run("once for the same form", func(t *testing.T) {
		in, err := site.Desk.FollowUp(ctx, customer, n)
		if err != nil {
			t.Fatal(err)
		}
		in.Raw["description"] = []string{"twice"}
		form := desk.Open{Ask: in, Submission: uuid.New()}
		one, err := site.Desk.Open(ctx, customer, form)
		if err != nil {
			t.Fatal(err)
		}
		before := counted(t, site, `select count(*) from case_links where of_id = $1`, n)
		two, err := site.Desk.Open(ctx, customer, form)
		if err != nil || one.ID != two.ID || counted(t, site, `select count(*) from case_links where of_id = $1`, n) != before {
			t.Errorf("%s and %s, %v", one.ID, two.ID, err)
		}
	})
	t.Run("not once somebody has reopened it", func(t *testing.T) {
		in, err := site.Desk.FollowUp(ctx, customer, n)
		if err != nil {
			t.Fatal(err)
		}
		put(t, site, n, db.Open)
		in.Raw["description"] = []string{"too late"}
		if _, err := site.Desk.Open(ctx, customer, desk.Open{Ask: in, Submission: uuid.New()}); !errors.Is(err, desk.ErrState) {
			t.Error(err)
		}
	})
	t.Run("not by the form of another item", func(t *testing.T) {
		put(t, site, n, db.Closed)
		other := "billing-inquiry"
		if old.Item == other {
			other = "report-issue"
		}
		if _, err := site.Desk.Sheet(ctx, customer, desk.Ask{Item: other, Follows: n}, rules.Refresh); !errors.Is(err, db.ErrNotFound) {
			t.Error(err)
		}
	})
}
