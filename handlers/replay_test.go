package handlers_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

func TestCasesAreDecidedAgainTheNightAfter(t *testing.T) {
	site := handlertest.New(t)
	ctx := t.Context()
	platform := site.As("platform@boreal.test")
	open := func(day int) db.Case {
		t.Helper()
		site.SetClock(dbtest.Now.AddDate(0, 0, day))
		kase, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), desk.Open{Submission: uuid.New(), Ask: desk.Ask{Item: "report-issue", Raw: map[string][]string{
			"account": {"100210"}, "all_locations": {"yes"}, "service": {"Hosted Voice"}, "intermittent": {"no"}, "issue_type": {"Other"}, "description": {"It does not work."}}}})
		if err != nil {
			t.Fatal(err)
		}
		return kase
	}
	var log bytes.Buffer
	site.Desk.Log = slog.New(slog.NewTextHandler(&log, nil))
	night := func(after int) {
		t.Helper()
		log.Reset()
		site.SetClock(dbtest.Now.UTC().Truncate(24*time.Hour).AddDate(0, 0, after+1).Add(30 * time.Minute))
		if err := site.Desk.Replay(ctx); err != nil {
			t.Fatal(err)
		}
	}
	metric := func() string {
		answer := httptest.NewRecorder()
		site.App.Metrics.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
		_, rest, _ := strings.Cut(answer.Body.String(), `portico_replayed_cases{result="different"} `)
		figure, _, _ := strings.Cut(rest, "\n")
		return figure
	}
	tell := func(fact string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %t", fact, got)
		}
	}
	alarmed := func() (inLog, inMetrics, onPage bool) {
		return strings.Contains(log.String(), "level=ERROR"), metric() != "0", platform.Get("/rules").Has("#replay-alarm")
	}

	open(0)
	open(0)
	night(0)
	inLog, inMetrics, onPage := alarmed()
	tell("a clean night alarms in the log", inLog, false)
	tell("a clean night alarms in the metrics", inMetrics, false)
	tell("a clean night alarms on the page", onPage, false)
	tell("the night is listed", strings.Contains(platform.Get("/rules/replay").Page().Find("#nights + div").Text(), "none"), true)
	runs, err := site.DB.Replays(ctx, 10)
	if err != nil || len(runs) != 1 || runs[0].Cases < 2 || runs[0].Differing != 0 || runs[0].EndedAt.IsZero() {
		t.Fatalf("runs %+v, %v", runs, err)
	}

	before := runs[0].Cases
	if _, err := site.DB.Pool().Exec(ctx, `
		update replays set ended_at = null, cases = 1, (reached_at, reached) = (
		  select created_at, id from cases where created_at >= reached_at - interval '1 day' and lexicon is not null and created_at >= day order by created_at, id limit 1)`); err != nil {
		t.Fatal(err) // as if it had been killed after the first case
	}
	night(0)
	if runs, err = site.DB.Replays(ctx, 10); err != nil || len(runs) != 1 || runs[0].Cases != before || runs[0].EndedAt.IsZero() {
		t.Errorf("it goes on where it was killed: %+v, had been %d cases: %v", runs, before, err)
	}

	kase := open(1)
	if _, err := site.DB.Pool().Exec(ctx, `update cases set decision = jsonb_set(decision, '{outcomes,priority}', '4') where id = $1`, kase.ID); err != nil {
		t.Fatal(err)
	}
	night(1)
	inLog, inMetrics, onPage = alarmed()
	tell("a case that was tampered with alarms in the log", inLog && strings.Contains(log.String(), kase.ID.String()), true)
	tell("a case that was tampered with alarms in the metrics", inMetrics && metric() == "1", true)
	tell("a case that was tampered with alarms on the page", onPage, true)
	page := platform.Get("/rules/replay")
	tell("the page names it", page.Has(`td a[href="`+kase.Path()+`"]`), true)
	tell("the page says how it differs", strings.Contains(page.Text(`td s`), "Low"), true)

	night(1)
	if runs, err = site.DB.Replays(ctx, 10); err != nil || len(runs) != 2 || runs[0].Cases != 1 {
		t.Errorf("a day is asked twice: %+v, %v", runs, err)
	}
	tell("a day that was asked is told again in the log", strings.Contains(log.String(), "ERROR"), false)
}
