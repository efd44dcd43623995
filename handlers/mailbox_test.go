package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"
)

func TestMailIsForPlatformAdministrators(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	for who, want := range map[string]int{"platform@boreal.test": 200, "customer@maple.test": 404, "admin@maple.test": 404, "agent@boreal.test": 403, "lead@boreal.test": 403} {
		if got := site.As(who).Get("/mail"); got.Status != want {
			t.Errorf("%s: %d, want %d", who, got.Status, want)
		}
	}
}

// mailed makes a mail to the customer about one of their cases, as the last clause of an update has it.
func mailed(t *testing.T, site *handlertest.Site, became string) (id int64) {
	t.Helper()
	err := site.DB.Pool().QueryRow(t.Context(), `
		insert into mails (person_id, case_id, event_id, kind, "to", subject, body)
		select p.id, e.case_id, e.id, e.kind, p.email, 'About the zanzibar', 'Hello'
		  from people p join cases c on c.requester_id = p.id join events e on e.case_id = c.id and e.kind = 'opened'
		 where p.email = 'customer@maple.test' and not exists (select from mails m where m.event_id = e.id)
		 order by e.id limit 1 returning id`).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := site.DB.Pool().Exec(t.Context(), `update mails set `+became+` where id = $1`, id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestTheOperatorSeesWhatBecameOfMail(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	site.App.SendsMail = true
	v := site.As("platform@boreal.test")
	states := map[string]struct{ became, says, tab string }{
		"waits":    {"subject = ''", "Waiting to be sent", "waiting"},
		"retried":  {"failure = 'it is full', next_at = now(), tries = 2", "Failed, tried again", "waiting"},
		"sent":     {"sent_at = now(), handed_at = now(), tries = 1", "Sent", "sent"},
		"perhaps":  {"handed_at = now(), failure = 'it hung up'", "Perhaps sent", "perhaps"},
		"given up": {"outcome = 'failed', failure = 'nobody is called so here', tries = 14", "Given up", "failed"},
		"withheld": {"outcome = 'withheld'", "Not sent", ""},
		"unwanted": {"outcome = 'unwanted'", "Not wanted", ""},
		"kept":     {"outcome = 'kept'", "Kept here", ""},
	}
	ids := map[string]int64{}
	for name, s := range states {
		ids[name] = mailed(t, site, s.became)
	}
	link := func(name string) string { return "/mail/" + itoa(int(ids[name])) }
	for name, s := range states {
		page := v.Get(link(name))
		if got := page.Text("dd[data-became]"); got != s.says {
			t.Errorf("%s: its page says %q", name, got)
		}
		for _, tab := range []string{"", "waiting", "failed", "perhaps", "sent"} {
			has := v.Get("/mail?state=" + tab).Has(`tbody a[href="` + link(name) + `"]`)
			if want := tab == "" || tab == s.tab; has != want {
				t.Errorf("%s: it stands under %q: %v", name, tab, has)
			}
		}
	}
	if got := v.Get(link("given up")).Text("main"); !strings.Contains(got, "nobody is called so here") {
		t.Errorf("why it was given up is not told: %s", got)
	}
	for search, want := range map[string]bool{"customer@maple.test": true, "+CUSTOMER@maple.test+": true, "nobody@maple.test": false, "CS0000001": false, "%25": false} {
		if has := v.Get("/mail?q=" + search).Has(`tbody a[href="` + link("sent") + `"]`); has != want {
			t.Errorf("looking for %q finds it: %v", search, has)
		}
	}
}

func TestMailIsSentAgain(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	site.App.SendsMail = true
	v := site.As("platform@boreal.test")
	jobs := func(id int64) (n int) {
		if err := site.DB.Pool().QueryRow(t.Context(), `select count(*) from river_job where args->>'mail_id' = $1::text`, itoa(int(id))).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	perhaps, failed, also := mailed(t, site, "handed_at = now()"), mailed(t, site, "outcome = 'failed', failure = 'x'"), mailed(t, site, "outcome = 'failed'")

	page := v.Get("/mail/" + itoa(int(perhaps)))
	if !strings.Contains(page.Text("main"), "may get it a second time") {
		t.Error("nobody is warned that it may arrive twice")
	}
	form := page.Form("form[action$='/sending']")
	for range 2 { // pressed twice, it is sent once
		if got := v.Submit(form); got.Status != http.StatusSeeOther {
			t.Fatalf("send again: %d", got.Status)
		}
	}
	if m, err := site.DB.Mail(db.AsSystem(t.Context(), "test"), perhaps); err != nil || m.Became() != db.MailWaiting || jobs(perhaps) != 1 {
		t.Errorf("it is %s, with %d jobs: %v", m.Became(), jobs(perhaps), err)
	}

	list := v.Get("/mail?state=failed")
	if !strings.Contains(list.Text("#mail-all"), "Send all 2 again") {
		t.Errorf("the button says %q", list.Text("#mail-all"))
	}
	if got := v.Submit(list.Form("form[action='/mail/sending']")); got.Status != http.StatusSeeOther {
		t.Fatalf("send all again: %d", got.Status)
	}
	if jobs(failed) != 1 || jobs(also) != 1 || jobs(perhaps) != 1 {
		t.Errorf("jobs: %d, %d, and %d for what waits already", jobs(failed), jobs(also), jobs(perhaps))
	}
	var logged int
	if err := site.DB.Pool().QueryRow(t.Context(), `select count(*) from audit where action = 'mail.resend'`).Scan(&logged); err != nil || logged != 2 {
		t.Errorf("the log tells of it %d times, %v", logged, err)
	}
	if got := site.As("lead@boreal.test").Post("/mail/sending", nil); got.Status != http.StatusForbidden {
		t.Errorf("a team lead sends mail again: %d", got.Status)
	}
}
