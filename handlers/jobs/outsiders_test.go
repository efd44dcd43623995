package jobs

import (
	"context"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Somebody from elsewhere reads what is said, in the language of who named them, and is led nowhere but out of it; who is put on
// a case reads what it is about.
func TestMailToWhoIsPutOnACase(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer, agent := site.Actor("colleague@maple.test"), site.Actor("agent@boreal.test")
	list, err := site.DB.Cases(ctx, db.Scope{Queues: agent.Queues()}, db.CaseFilter{Requester: customer.Person.ID, State: db.OpenStates}, db.CasePaging{})
	if err != nil || len(list.Rows) == 0 {
		t.Fatalf("%d cases, %v", len(list.Rows), err)
	}
	n := list.Rows[0].ID
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := site.DB.Pool().Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`delete from case_copies where case_id = $1`, n)
	exec(`update accounts set cc_outsiders = true where client_number = '100210'`)
	exec(`update cases set description = 'Il n’y a plus de tonalité.' where id = $1`, n)
	kase, err := site.DB.FindCase(ctx, db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	was := desk.DetailsOf(kase)
	_, _, err = site.Desk.ChangeDetails(ctx, customer, n, desk.ChangeDetails{Details: was, Was: was, Copy: []string{"landlord@elsewhere.test", "manager@maple.test"}, Submission: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	mail := func(to string, kind db.EventKind) db.Mail {
		t.Helper()
		var id int64
		if err := site.DB.Pool().QueryRow(ctx, `select max(id) from mails where case_id = $1 and "to" = $2 and kind = $3`, n, to, kind).Scan(&id); err != nil {
			t.Fatal(to, kind, err)
		}
		if err := (mailer{desk: site.Desk}).Work(ctx, &river.Job[db.SendMail]{Args: db.SendMail{MailID: id}}); err != nil {
			t.Fatal(err)
		}
		m, err := site.DB.Mail(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	there, _, err := site.DB.Outsiders(ctx, n)
	if err != nil || len(there) != 1 {
		t.Fatal(there, err)
	}
	out := "/unsubscribe/" + site.Desk.OutsiderToken(there[0].ID)
	m := mail("landlord@elsewhere.test", db.Involved)
	if !strings.Contains(m.Body, "Bonjour") || !strings.Contains(m.Body, "plus de tonalité") || !strings.Contains(m.Body, out) || strings.Contains(m.Body, "/cases/") {
		t.Errorf("%q\n%s", m.Subject, m.Body)
	}
	if m := mail("manager@maple.test", db.Involved); !strings.Contains(m.Body, "copied you on "+n.String()) || !strings.Contains(m.Body, "plus de tonalité") || !strings.Contains(m.Body, "/cases/"+n.String()) {
		t.Errorf("%q\n%s", m.Subject, m.Body)
	}
	if _, _, err := site.Desk.Reply(ctx, agent, n, desk.Reply{Body: "We are on it", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	if m := mail("landlord@elsewhere.test", db.Comment); !strings.Contains(m.Body, "We are on it") || !strings.Contains(m.Body, out) || strings.Contains(m.Body, "/cases/") {
		t.Errorf("%q\n%s", m.Subject, m.Body)
	}
	for _, end := range []struct{ why, sql string }{
		{"the account took it back", `update accounts set cc_outsiders = false where client_number = '100210'`},
		{"they left", `update case_outsiders set left_at = now()`},
		{"they were removed", `delete from case_outsiders`},
	} {
		exec(`update accounts set cc_outsiders = true where client_number = '100210'`)
		exec(`update case_outsiders set left_at = null`)
		if _, _, err := site.Desk.Reply(ctx, agent, n, desk.Reply{Body: "Another word", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		exec(end.sql)
		if m := mail("landlord@elsewhere.test", db.Comment); m.Body != "" || m.Outcome != db.MailWithheld {
			t.Errorf("although %s, they read %q (%s)", end.why, m.Body, m.Outcome)
		}
	}
}
