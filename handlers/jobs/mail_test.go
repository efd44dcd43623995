package jobs

import (
	"context"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

func TestMailIsWritten(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	agent, reader := site.Actor("agent@boreal.test"), site.Actor("colleague@maple.test")
	list, err := site.DB.Cases(ctx, db.Scope{Queues: agent.Queues()}, db.CaseFilter{Requester: reader.Person.ID, State: db.OpenStates}, db.CasePaging{})
	if err != nil || len(list.Rows) == 0 {
		t.Fatalf("%d cases, %v", len(list.Rows), err)
	}
	n := list.Rows[0].ID
	promised := func(body string) int64 {
		t.Helper()
		_, event, err := site.Desk.Reply(ctx, agent, n, desk.Reply{Body: body, Submission: uuid.New()})
		if err != nil {
			t.Fatal(err)
		}
		var id int64
		if err := site.DB.Pool().QueryRow(ctx, `select id from mails where event_id = $1 and person_id = $2`, event.ID, reader.Person.ID).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	work := func(id int64) db.Mail {
		t.Helper()
		if err := (mailer{desk: site.Desk}).Work(ctx, &river.Job[db.SendMail]{Args: db.SendMail{MailID: id}}); err != nil {
			t.Fatal(err)
		}
		m, err := site.DB.Mail(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}

	t.Run("in its reader's language, with the way to the case", func(t *testing.T) {
		m := work(promised("On s’en occupe.\nÀ bientôt"))
		if !strings.HasPrefix(m.Subject, "["+n.String()+"] ") || !strings.Contains(m.Body, "a répondu au dossier "+n.String()) ||
			!strings.Contains(m.Body, "  | À bientôt") || !strings.Contains(m.Body, site.Desk.URL+"/cases/"+n.String()) || !m.SentAt.IsZero() {
			t.Errorf("%q\n%s", m.Subject, m.Body)
		}
	})
	t.Run("with the way not to get such any more", func(t *testing.T) {
		token := site.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: reader.Person.ID, Kind: db.Comment})
		if m := work(promised("Encore un mot.")); !strings.Contains(m.Body, site.Desk.URL+"/unsubscribe/"+token+"?lang=fr") {
			t.Errorf("%s", m.Body)
		}
	})
	t.Run("to the address that its reader has by now", func(t *testing.T) {
		id := promised("for your eyes")
		if err := site.DB.SetEmail(ctx, reader.Person.ID, "moved@maple.test", site.Desk.Clock()); err != nil {
			t.Fatal(err)
		}
		letter, err := site.DB.Letter(ctx, id)
		if m := work(id); err != nil || letter.To != "moved@maple.test" || m.To != letter.To {
			t.Errorf("it goes to %q, and is said to go to %q: %v", letter.To, m.To, err)
		}
		if err := site.DB.SetEmail(ctx, reader.Person.ID, reader.Person.Email, site.Desk.Clock()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("not to who has said meanwhile that they don't want it", func(t *testing.T) {
		id := promised("too late")
		token := site.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: reader.Person.ID, Kind: db.Comment})
		if _, err := site.Desk.Unsubscribe(ctx, token, false); err != nil {
			t.Fatal(err)
		}
		if m := work(id); m.Body != "" || m.Became() != db.MailUnwanted {
			t.Errorf("it says %q", m.Body)
		}
		if _, err := site.DB.Pool().Exec(ctx, `update people set muted = '{}' where id = $1`, reader.Person.ID); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a notice goes to a colleague, and never to a customer", func(t *testing.T) {
		var id int64
		told := func(email string) db.Mail {
			t.Helper()
			promised("a word for a notice")
			err := site.DB.Pool().QueryRow(ctx, `insert into mails (person_id, case_id, event_id, kind, "to", subject, body)
				select p.id, $1, (select max(id) from events where case_id = $1), $2, p.email, '', '' from people p where p.email = $3 returning id`,
				n, db.Notified, email).Scan(&id)
			if err != nil {
				t.Fatal(err)
			}
			return work(id)
		}
		if m := told("lead@boreal.test"); !strings.Contains(m.Body, "The rules have you told of "+n.String()) || m.Failure != "" {
			t.Errorf("%q: %s", m.Failure, m.Body)
		}
		if m := told("manager@maple.test"); m.Body != "" || m.Became() != db.MailWithheld {
			t.Errorf("a customer reads %q", m.Body)
		}
	})
	t.Run("not to who may not see the case any more", func(t *testing.T) {
		id := promised("for your eyes only")
		if _, err := site.DB.Pool().Exec(ctx, `update people set disabled_at = now() where id = $1`, reader.Person.ID); err != nil {
			t.Fatal(err)
		}
		if m := work(id); m.Body != "" || m.Became() != db.MailWithheld {
			t.Errorf("it says %q", m.Body)
		}
	})
	t.Run("a mail that is gone is nobody's trouble", func(t *testing.T) {
		if err := (mailer{desk: site.Desk}).Work(ctx, &river.Job[db.SendMail]{Args: db.SendMail{MailID: 1 << 40}}); err != nil {
			t.Error(err)
		}
	})
}

// TestMailIsJudgedAsItIsSent: of cases and people, each with a mail that was promised whoever may see what, it is written to
// those who may see the case now, and to nobody else.
func TestMailIsJudgedAsItIsSent(t *testing.T) {
	ctx := t.Context()
	site := handlertest.New(t)
	rows, err := site.DB.Pool().Query(ctx, `
		insert into mails (person_id, case_id, event_id, kind, "to")
		select p.id, e.case_id, e.id, e.kind, p.email
		  from people p, (select distinct on (case_id) id, case_id, kind from events where kind in ('comment', 'note') and case_id % 29 = 0 order by case_id, id) e
		 where p.email like '%.test'
		returning id, (select email from people where id = person_id), case_id, kind = 'note'`)
	if err != nil {
		t.Fatal(err)
	}
	type promised struct {
		ID       int64
		Email    string
		Case     db.Number
		Internal bool
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[promised])
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, m := range list {
		ref, err := site.DB.CaseRef(ctx, m.Case)
		if err != nil {
			t.Fatal(err)
		}
		if err := (mailer{desk: site.Desk}).Work(ctx, &river.Job[db.SendMail]{Args: db.SendMail{MailID: m.ID}}); err != nil {
			t.Fatal(err)
		}
		got, err := site.DB.Mail(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		may := !m.Internal && site.Desk.Judge.Can(site.Actor(m.Email), policy.See, ref)
		if may != (got.Body != "") || may != (got.Became() == db.MailKept) || may == (got.Became() == db.MailWithheld) {
			t.Errorf("%s of %s: it says %q, is %s, and they may see it: %v", m.Email, m.Case, got.Body, got.Became(), may)
		}
		if may {
			sent++
		}
	}
	if sent == 0 || sent == len(list) {
		t.Errorf("%d of %d are sent: that tests nothing", sent, len(list))
	}
}
