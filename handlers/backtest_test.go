package handlers_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"

	"github.com/google/uuid"
)

func TestADraftIsHeldAgainstPastCases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	who := site.Actor("platform@boreal.test")
	draft, err := site.Desk.BeginDraft(ctx, who, "Friday afternoon")
	if err != nil {
		t.Fatal(err)
	}
	source := strings.Replace(draft.Source, "{priority: 4, queue: Billing}", "{priority: 3, queue: Service Desk}", 1)
	if draft, err = site.Desk.SaveDraft(ctx, who, draft.ID, draft.Revision, source); err != nil {
		t.Fatal(err)
	}
	v := site.As("platform@boreal.test")
	tab := fmt.Sprintf("/rules/drafts/%d/backtest", draft.ID)

	if page := v.Get(tab); page.Status != http.StatusOK || !page.Has(".empty") || page.Has("#backtest-run") {
		t.Fatalf("before any: %d", page.Status)
	}
	form := v.Get(tab).Form("#backtest-form")
	if answer := v.Submit(form); answer.Status != http.StatusSeeOther || answer.Location() != tab {
		t.Fatalf("it was answered %d, to %q", answer.Status, answer.Location())
	}
	t.Run("sent twice, it begins one", func(t *testing.T) {
		if answer := v.Submit(form); answer.Status != http.StatusSeeOther {
			t.Errorf("%d", answer.Status)
		}
	})
	t.Run("it waits, can be seen to, and cancelled", func(t *testing.T) {
		page := v.Get(tab)
		if !page.Has("#backtest-run progress") || !page.Has("#backtest-end") {
			t.Errorf("%s", page.Text("#backtest-run"))
		}
		refused := v.Submit(page.Form("#backtest-form"))
		if refused.Status != http.StatusUnprocessableEntity || !refused.Has("#backtest-form .complaint") {
			t.Errorf("another: %d", refused.Status)
		}
		v.Submit(page.Form("#backtest-run form"))
		if page := v.Get(tab); page.Has("#backtest-end") || !page.Has("#backtest-run .notice") {
			t.Errorf("cancelled: %s", page.Text("#backtest-run"))
		}
	})
	t.Run("what was typed wrong is said beside it", func(t *testing.T) {
		refused := v.Submit(v.Get(tab).Form("#backtest-form").Set("account", "nobody").Set("from", "2026-02-01").Set("to", "2026-01-01"))
		if refused.Status != http.StatusUnprocessableEntity || !refused.Has("#backtest-account-wrong") || !refused.Has("#backtest-until-wrong") {
			t.Errorf("%d", refused.Status)
		}
	})

	v.Submit(v.Get(tab).Form("#backtest-form"))
	if err := site.Desk.WorkBacktests(ctx); err != nil {
		t.Fatal(err)
	}
	page := v.Get(tab)
	cell := page.Page().Find(`#matrix-queue-title`).Closest("section").Find("td[data-changed] a")
	href, _ := cell.Attr("href")
	if cell.Length() != 1 || !strings.Contains(href, "from-queue=Billing&to-queue=Service+Desk") || !page.Has(".load-chart svg rect") || page.Has("[style]") {
		t.Fatalf("%d cells, %q", cell.Length(), href)
	}
	t.Run("a cell lists its cases, and each has both traces", func(t *testing.T) {
		list := v.Get(href)
		rows := list.Page().Find("tbody tr")
		one, _ := rows.First().Find("th a").Attr("href")
		if rows.Length() == 0 || one == "" {
			t.Fatalf("%d rows", rows.Length())
		}
		both := v.Get(one)
		if both.Status != http.StatusOK || both.Page().Find(".both-traces [data-differs]").Length() != 2 || both.Text(".both-traces [data-differs] ins") != "3 - ModerateService Desk" {
			t.Errorf("%d: %s", both.Status, both.Text(".both-traces"))
		}
	})
	t.Run("each picture has its file", func(t *testing.T) {
		page.Page().Find("#backtest-run a[download]").Each(func(_ int, a *goquery.Selection) {
			path, _ := a.Attr("href")
			file := v.Get(path)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
			if err != nil || file.Status != http.StatusOK || len(rows) < 2 {
				t.Errorf("%s: %d, %d rows, %v", path, file.Status, len(rows), err)
			}
		})
	})
	t.Run("it says when draft or rules have changed since", func(t *testing.T) {
		if v.Get(tab).Has("#backtest-stale") {
			t.Error("nothing has changed yet")
		}
		if _, err := site.Desk.SaveDraft(ctx, who, draft.ID, draft.Revision, source+"\n"); err != nil {
			t.Fatal(err)
		}
		if !v.Get(tab).Has("#backtest-stale") {
			t.Error("the draft has changed")
		}
	})
	t.Run("looking at cases is noted", func(t *testing.T) {
		var looks int
		err := site.DB.Pool().QueryRow(ctx, `select count(*) from audit where action in ('backtest.look', 'case.look') and actor_id = $1`, who.Person.ID).Scan(&looks)
		if err != nil || looks < 2 {
			t.Errorf("%d looks, %v", looks, err)
		}
	})
}

func TestADraftShadowsNewCases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	draft, err := site.Desk.BeginDraft(ctx, site.Actor("platform@boreal.test"), "Beside")
	if err != nil {
		t.Fatal(err)
	}
	v := site.As("platform@boreal.test")
	tab := fmt.Sprintf("/rules/drafts/%d/backtest", draft.ID)
	button := func() handlertest.Form {
		page := v.Get(tab)
		action, _ := page.Page().Find("#shadow-button").Closest("form").Attr("action")
		return page.Form(fmt.Sprintf("form[action=%q]", action))
	}
	if answer := v.Submit(button()); answer.Status != http.StatusSeeOther {
		t.Fatalf("%d", answer.Status)
	}
	in := desk.Open{Ask: desk.Ask{Item: "billing-inquiry", Raw: map[string][]string{"account": {"100210"}, "topic": {"Payment"}, "contact_by": {"email"}, "description": {"Where?"}}}, Submission: uuid.New()}
	if _, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), in); err != nil {
		t.Fatal(err)
	}
	if err := site.Desk.FollowShadows(ctx); err != nil {
		t.Fatal(err)
	}
	list := v.Get("/rules/shadows")
	href, _ := list.Page().Find("tbody th a").Attr("href")
	page := v.Get(href)
	if page.Status != http.StatusOK || page.Text(".backtest-sum > div:nth-child(2) dd") != "1" || page.Has("#due-title") {
		t.Errorf("%s: %d, %s", href, page.Status, page.Text(".backtest-sum"))
	}
	v.Submit(button())
	if v.Get(href).Has("#backtest-end") {
		t.Error("it was not ended")
	}
}
