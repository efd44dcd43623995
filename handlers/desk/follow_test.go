package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

// told lists who is told of an event by mail, and as what.
func told(t *testing.T, site *handlertest.Site, event int64) []string {
	t.Helper()
	return lines(t, site, `select p.email || ' ' || m.kind from mails m join people p on p.id = m.person_id where m.event_id = $1`, event)
}

func TestFollowCase(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer, manager, agent := site.Actor("customer@maple.test"), site.Actor("manager@maple.test"), site.Actor("agent@boreal.test")
	n := caseOf(t, site, "customer@maple.test", db.Open)
	exec(t, site, `delete from case_copies where case_id = $1`, n)
	follow := func(who policy.Actor, on bool) error {
		_, err := site.Desk.FollowCase(ctx, who, n, on)
		return err
	}
	reply := func(who policy.Actor) int64 {
		t.Helper()
		_, event, err := site.Desk.Reply(ctx, who, n, desk.Reply{Body: "a word", Submission: uuid.New()})
		if err != nil {
			t.Fatal(err)
		}
		return event.ID
	}
	is := func(event int64, want ...string) {
		t.Helper()
		if got := told(t, site, event); !slices.Equal(got, want) {
			t.Errorf("told are %v, not %v", got, want)
		}
	}
	t.Run("those who see it, and nobody else", func(t *testing.T) {
		for _, email := range []string{"colleague@maple.test", "west@maple.test", "reports@maple.test", "manager@harbour.test"} {
			if err := follow(site.Actor(email), true); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s: %v", email, err)
			}
		}
		if err := follow(policy.Actor{}, true); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
	t.Run("they are told, each once and not of what they do", func(t *testing.T) {
		for range 2 { // a double click
			for _, who := range []policy.Actor{manager, agent, customer} {
				if err := follow(who, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		is(reply(agent), "customer@maple.test comment", "manager@maple.test followed-case")
		is(reply(customer), "agent@boreal.test followed-case", "manager@maple.test followed-case")
		if got := counted(t, site, `select count(*) from audit where action = 'case.follow' and subject_id = $1`, n); got != 3 {
			t.Errorf("it is audited %d times", got)
		}
	})
	t.Run("but not of what stays between staff", func(t *testing.T) {
		_, note, err := site.Desk.Note(ctx, site.Actor("lead@boreal.test"), n, desk.Words{Body: "between us", Submission: uuid.New()})
		if err != nil {
			t.Fatal(err)
		}
		is(note.ID)
	})
	t.Run("nor those who do not want it", func(t *testing.T) {
		exec(t, site, `update people set muted = '{followed-case}' where id = $1`, manager.Person.ID)
		is(reply(customer), "agent@boreal.test followed-case")
		exec(t, site, `update people set muted = '{}' where id = $1`, manager.Person.ID)
	})
	t.Run("nor who unfollowed it meanwhile", func(t *testing.T) {
		event := reply(customer)
		if err := follow(manager, false); err != nil {
			t.Fatal(err)
		}
		wanted := map[int64]bool{}
		for _, who := range []policy.Actor{manager, agent} {
			var mail int64
			if err := site.DB.Pool().QueryRow(ctx, `select id from mails where event_id = $1 and person_id = $2`, event, who.Person.ID).Scan(&mail); err != nil {
				t.Fatal(err)
			}
			letter, err := site.DB.Letter(db.AsSystem(ctx, "test"), mail)
			if err != nil || letter.Event.Kind != db.Comment || letter.Kind != string(db.FollowsCase) {
				t.Errorf("%s as %s, %v", letter.Event.Kind, letter.Kind, err)
			}
			wanted[who.Person.ID] = letter.Wanted()
		}
		if wanted[manager.Person.ID] || !wanted[agent.Person.ID] {
			t.Errorf("%v", wanted)
		}
		is(reply(customer), "agent@boreal.test followed-case")
	})
}

func TestFollowAccount(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	follow := func(email, client string, on bool) error {
		_, err := site.Desk.FollowAccount(ctx, site.Actor(email), client, on)
		return err
	}
	t.Run("those who see more than their own there, and nobody else", func(t *testing.T) {
		for of, may := range map[string]bool{
			"manager@maple.test 100210": true, "manager@maple.test 100211": true, "admin@maple.test 100220": true, "agent@boreal.test 200300": true,
			"manager@harbour.test 200310": true,
			"manager@maple.test 100220":   false, "manager@maple.test 100200": false, "customer@maple.test 100210": false, "site-admin@maple.test 100211": false,
			"reports@maple.test 100210": false, "manager@harbour.test 100210": false, "manager@maple.test 999999": false, "manager@maple.test ": false,
		} {
			email, client, _ := strings.Cut(of, " ")
			err := follow(email, client, true)
			if may != (err == nil) || !may && !errors.As(err, &desk.Invalid{}) {
				t.Errorf("%s: %v", of, err)
			}
		}
		known, unknown := follow("manager@maple.test", "100220", true), follow("manager@maple.test", "999999", true)
		if fmt.Sprint(known) != fmt.Sprint(unknown) {
			t.Errorf("it tells of an account that it is there: %v, %v", known, unknown)
		}
	})
	exec(t, site, `delete from account_follows`)
	open := func(email string) int64 {
		t.Helper()
		kase, err := site.Desk.Open(ctx, site.Actor(email), desk.Open{Submission: uuid.New(), Ask: desk.Ask{Item: "billing-inquiry", Raw: map[string][]string{
			"account": {site.Actor(email).Home.ClientNumber}, "topic": {"Payment"}, "contact_by": {"email"}, "description": {"please"}}}})
		if err != nil {
			t.Fatal(err)
		}
		var event int64
		if err := site.DB.Pool().QueryRow(ctx, `select id from events where case_id = $1 and kind = 'opened'`, kase.ID).Scan(&event); err != nil {
			t.Fatal(err)
		}
		return event
	}
	is := func(event int64, want ...string) {
		t.Helper()
		if got := told(t, site, event); !slices.Equal(got, want) {
			t.Errorf("told are %v, not %v", got, want)
		}
	}
	is(open("plant@maple.test"))
	for _, email := range []string{"manager@maple.test", "agent2@boreal.test"} {
		if err := follow(email, "100210", true); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("they are told of new cases there and below it", func(t *testing.T) {
		is(open("customer@maple.test"), "agent2@boreal.test followed-account", "manager@maple.test followed-account")
		is(open("plant@maple.test"), "agent2@boreal.test followed-account", "manager@maple.test followed-account")
		is(open("west@maple.test"))
		is(open("manager@maple.test"), "agent2@boreal.test followed-account")
	})
	t.Run("until they do not follow it any more", func(t *testing.T) {
		if err := follow("agent2@boreal.test", "100210", false); err != nil {
			t.Fatal(err)
		}
		is(open("customer@maple.test"), "manager@maple.test followed-account")
	})
}
