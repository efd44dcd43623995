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
	t.Run("not to who has said meanwhile that they don't want it", func(t *testing.T) {
		id := promised("too late")
		token := site.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: reader.Person.ID, Kind: db.Comment})
		if _, err := site.Desk.Unsubscribe(ctx, token, false); err != nil {
			t.Fatal(err)
		}
		if m := work(id); m.Body != "" || m.Failure == "" {
			t.Errorf("it says %q", m.Body)
		}
		if _, err := site.DB.Pool().Exec(ctx, `update people set muted = '{}' where id = $1`, reader.Person.ID); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("not to who may not see the case any more", func(t *testing.T) {
		id := promised("for your eyes only")
		if _, err := site.DB.Pool().Exec(ctx, `update people set disabled_at = now() where id = $1`, reader.Person.ID); err != nil {
			t.Fatal(err)
		}
		if m := work(id); m.Body != "" || m.Failure == "" {
			t.Errorf("it says %q", m.Body)
		}
	})
	t.Run("a mail that is gone is nobody's trouble", func(t *testing.T) {
		if err := (mailer{desk: site.Desk}).Work(ctx, &river.Job[db.SendMail]{Args: db.SendMail{MailID: 1 << 40}}); err != nil {
			t.Error(err)
		}
	})
}
