package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

func TestUnsubscribeToken(t *testing.T) {
	d, other := &desk.Desk{Secret: []byte("one")}, &desk.Desk{Secret: []byte("another")}
	for _, kind := range db.MailKinds {
		token := d.UnsubscribeToken(desk.Unsubscription{PersonID: 12, Kind: kind})
		if u, err := d.ReadUnsubscribe(token); err != nil || u.PersonID != 12 || u.Kind != kind {
			t.Errorf("%s: %v, %v", token, u, err)
		}
		for _, wrong := range []string{"", ".", "12." + string(kind), token[:len(token)-1], token + "A", "1" + token, strings.Replace(token, "12.", "13.", 1),
			strings.Replace(token, string(kind), "note", 1), strings.ToUpper(token), token + ".", other.UnsubscribeToken(desk.Unsubscription{PersonID: 12, Kind: kind})} {
			if u, err := d.ReadUnsubscribe(wrong); !errors.Is(err, desk.ErrBrokenLink) {
				t.Errorf("%q: %v, %v", wrong, u, err)
			}
		}
	}
	if _, err := d.ReadUnsubscribe(d.UnsubscribeToken(desk.Unsubscription{PersonID: 12, Kind: db.Note})); !errors.Is(err, desk.ErrBrokenLink) {
		t.Errorf("a kind that no mail is about: %v", err)
	}
}

func FuzzUnsubscribeToken(f *testing.F) {
	d := &desk.Desk{Secret: []byte("one")}
	good := d.UnsubscribeToken(desk.Unsubscription{PersonID: 7, Kind: db.Comment})
	for _, seed := range []string{good, "", "..", "7.comment.", "7.comment.AAAAAAAAAAAAAAAAAAAAAA", good[:10], "-7" + good[1:], "07" + good[1:]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		u, err := d.ReadUnsubscribe(token)
		if err == nil && d.UnsubscribeToken(u) != token {
			t.Errorf("%q is taken for %v, whose token is another", token, u)
		}
	})
}

// TestMailsAreForThoseWhoWantThem: what somebody doesn't want to be told of is not promised to them.
func TestMailsAreForThoseWhoWantThem(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	agent, reader := site.Actor("agent@boreal.test"), site.Actor("colleague@maple.test")
	list, err := site.DB.Cases(ctx, db.Scope{Queues: agent.Queues()}, db.CaseFilter{Requester: reader.Person.ID, State: db.OpenStates}, db.CasePaging{})
	if err != nil || len(list.Rows) == 0 {
		t.Fatalf("%d cases, %v", len(list.Rows), err)
	}
	n := list.Rows[0].ID
	told := func(kind db.EventKind) bool {
		t.Helper()
		var event db.Event
		var err error
		if kind == db.Requested {
			_, event, err = site.Desk.RequestInformation(ctx, agent, n, desk.Words{Body: "Since when?", Submission: uuid.New()})
		} else {
			_, event, err = site.Desk.Reply(ctx, agent, n, desk.Reply{Body: "We look into it.", Submission: uuid.New()})
		}
		if err != nil {
			t.Fatal(err)
		}
		var mails int
		if err := site.DB.Pool().QueryRow(ctx, `select count(*) from mails where event_id = $1 and person_id = $2`, event.ID, reader.Person.ID).Scan(&mails); err != nil {
			t.Fatal(err)
		}
		return mails == 1
	}
	origin := func(o string) {
		t.Helper()
		if _, err := site.DB.Pool().Exec(ctx, `update cases set origin = $2 where id = $1`, n, o); err != nil {
			t.Fatal(err)
		}
	}
	save := func(in desk.Notifications) {
		t.Helper()
		was := desk.Notifications{Unmailed: !in.Unmailed, Monitoring: !in.Monitoring}
		if err := site.Desk.SaveNotifications(ctx, reader, in, was); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name            string
		wants           desk.Notifications
		origin          string
		reply, question bool
	}{
		{"at first, all", desk.Notifications{}, "portal", true, true},
		{"no replies", desk.Notifications{Muted: []db.EventKind{db.Comment}}, "portal", false, true},
		{"no questions", desk.Notifications{Muted: []db.EventKind{db.Requested, db.Opened}}, "portal", true, false},
		{"all again", desk.Notifications{}, "portal", true, true},
		{"nothing", desk.Notifications{Unmailed: true}, "portal", false, false},
		{"nothing of what monitoring opened", desk.Notifications{}, "monitoring", false, false},
		{"of that too", desk.Notifications{Monitoring: true}, "monitoring", true, true},
		{"of that too, but nothing", desk.Notifications{Monitoring: true, Unmailed: true}, "monitoring", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin(c.origin)
			save(c.wants)
			if reply, question := told(db.Comment), told(db.Requested); reply != c.reply || question != c.question {
				t.Errorf("told of a reply: %v, of a question: %v", reply, question)
			}
		})
	}
}

func TestUnsubscribe(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	id := site.Actor("customer@maple.test").Person.ID
	token := site.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: id, Kind: db.Comment})
	audited := func() (n int) {
		t.Helper()
		if err := site.DB.Pool().QueryRow(ctx, `select count(*) from audit where action = $1 and subject_id = $2 and actor_id is null`, db.PersonUnsubscribed, id).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	t.Run("often and at once", func(t *testing.T) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := site.Desk.Unsubscribe(ctx, token, false); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		p, err := site.DB.Person(ctx, id)
		if err != nil || !slices.Equal(p.Muted, []string{"comment"}) || p.Unmailed || audited() != 1 {
			t.Errorf("%v, %v, %v, %d entries", p.Muted, p.Unmailed, err, audited())
		}
	})
	t.Run("a disabled person, of all", func(t *testing.T) {
		if _, err := site.DB.Pool().Exec(ctx, `update people set disabled_at = now() where id = $1`, id); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := site.Desk.Unsubscribe(ctx, token, true); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := site.DB.Person(ctx, id); err != nil || !p.Unmailed || audited() != 2 {
			t.Errorf("%v, %v, %d entries", p.Unmailed, err, audited())
		}
	})
	t.Run("somebody who is no more", func(t *testing.T) {
		gone := site.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: 1 << 40, Kind: db.Comment})
		if _, err := site.Desk.Unsubscribe(ctx, gone, false); !errors.Is(err, desk.ErrBrokenLink) {
			t.Error(err)
		}
	})
}
