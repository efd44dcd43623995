package handlers_test

import (
	"context"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

func TestFollowing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	manager, customer := site.As("manager@maple.test"), site.As("customer@maple.test")
	n := aCase(t, site, "customer@maple.test", db.Open)
	if _, err := site.DB.Pool().Exec(ctx, `delete from case_copies where case_id = $1`, n); err != nil {
		t.Fatal(err)
	}

	t.Run("is offered to who is not told anyhow", func(t *testing.T) {
		if page := manager.Get(pathOf(n)); !page.Has("#case-head form#follow button[value=yes]") {
			t.Error("not to the case manager")
		}
		if page := customer.Get(pathOf(n)); page.Has("#follow") {
			t.Error("to its requester")
		}
	})
	t.Run("in place, and without scripts", func(t *testing.T) {
		form := manager.Get(pathOf(n)).Form("#follow").Set("follow", "yes")
		part := manager.PostPartial(form.Action, form.Values)
		if part.Status != 200 || !part.Has("button[value=no]") || !strings.Contains(part.Body, "You follow this case") {
			t.Errorf("%d %s", part.Status, part.Body)
		}
		if whole := manager.Submit(form); whole.Status != 303 || whole.Location() != pathOf(n)+"?done=following" {
			t.Errorf("%d %s", whole.Status, whole.Location())
		}
		if page := manager.Get(pathOf(n) + "?done=following"); !page.Has(".notice[role=status]") || !page.Has("#follow button[value=no]") {
			t.Error("the page does not say so")
		}
	})
	t.Run("stands among one's activities, until it is undone there", func(t *testing.T) {
		page := manager.Get("/activities?tab=following")
		row := "#activity-" + n.String()
		if page.Status != 200 || !page.Has(row+" form button") || !page.Has(".tabs [aria-current=page][href*=following]") {
			t.Fatalf("%d %s", page.Status, page.Body)
		}
		if page := manager.Get("/activities?tab=following&what=accounts"); page.Has(row) || !page.Has(".empty") {
			t.Error("a case stands among accounts")
		}
		if page := manager.Get("/activities?tab=following&what=articles"); page.Has(row) || !page.Has(".empty") {
			t.Error("a case stands among articles")
		}
		if gone := manager.Submit(page.Form(row+" form").Set("follow", "no")); gone.Status != 303 || manager.Get(gone.Location()).Has(row) {
			t.Errorf("%d", gone.Status)
		}
	})
	t.Run("an account, which a message confirms", func(t *testing.T) {
		form := manager.Get("/activities?tab=following").Form("#follow-account")
		for _, client := range []string{"100220", "999999", ""} {
			wrong := manager.Submit(form.Set("account", client))
			if wrong.Status != 422 || !wrong.Has("#e-follow-account") || strings.Contains(wrong.Body, "Maple Foods West") {
				t.Errorf("%q: %d", client, wrong.Status)
			}
		}
		link := manager.Get("/cases?list=organization&account=100210").Page().Find("#list-follow")
		if there := manager.Get(link.AttrOr("href", "/")); link.Text() != "Follow this account" || !there.Has("#follow-account option[value='100210'][selected]") {
			t.Errorf("its list leads to %s", link.AttrOr("href", "nowhere"))
		}
		if customer.Get("/cases?account=100210").Has("#list-follow") {
			t.Error("who sees their own cases only is led to following their account")
		}
		done := manager.Submit(form.Set("account", "100210"))
		page := manager.Get(done.Location())
		if done.Status != 303 || !strings.Contains(page.Text(".notice[role=status]"), "You follow Maple Foods East") || !page.Has("#followed-accounts #unfollow-100210") {
			t.Errorf("%d %s", done.Status, page.Text(".notice"))
		}
		if said := manager.Get("/cases?account=100210").Text("#list-follow"); said != "You follow this account" {
			t.Errorf("its list says %q", said)
		}
		if page.Has("#follow-account option[value='100210']") {
			t.Error("it is offered again")
		}
		if page := customer.Get("/activities?tab=following"); page.Has("#follow-account") {
			t.Error("who sees their own cases only is asked for accounts")
		}
	})
}

// TestFollowedIsSeen: whatever somebody came to follow, they find of it among their activities what they see, and nothing else; and
// on a case's page those cases that it is linked to.
func TestFollowedIsSeen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	list, err := site.DB.Cases(ctx, db.Scope{All: true}, db.CaseFilter{}, db.CasePaging{Sort: db.ByNumber})
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`insert into case_follows (case_id, person_id) select c.id, p.id from cases c, people p where c.id = any ($1)`,
		`insert into case_links (case_id, of_id) select c.id, d.id from cases c, cases d where c.id = any ($1) and d.id = any ($1) and c.id > d.id`,
		`insert into account_follows (account_id, person_id) select a.id, p.id from accounts a, people p where cardinality($1::bigint[]) > 0`,
	} {
		ids := make([]int64, len(list.Rows))
		for i, r := range list.Rows {
			ids[i] = int64(r.ID)
		}
		if _, err := site.DB.Pool().Exec(ctx, sql, ids); err != nil {
			t.Fatal(err)
		}
	}
	refs := map[db.Number]db.CaseRef{}
	for _, r := range list.Rows {
		if refs[r.ID], err = site.DB.CaseRef(ctx, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	for who, email := range everyone {
		if who == "nobody" {
			continue
		}
		v, actor := site.As(email), site.Actor(email)
		page := v.Partial("/activities?tab=following")
		var seen []db.Number
		for _, r := range list.Rows {
			sees := site.Desk.Judge.Can(actor, policy.See, refs[r.ID])
			if sees {
				seen = append(seen, r.ID)
			}
			if page.Has("#activity-"+r.ID.String()) != sees {
				t.Errorf("%s sees %s: %v, and it is not so listed", who, r.ID, sees)
			}
		}
		if len(seen) > 0 {
			links := v.Partial(pathOf(seen[0])).Page().Find("#case-panel .case-links li")
			if links.Length() != len(seen)-1 {
				t.Errorf("%s sees %d of the linked cases, and reads of %d", who, len(seen)-1, links.Length())
			}
		}
		within := site.Desk.Judge.Accounts(actor, policy.See)
		accounts, err := site.DB.AccountLines(ctx, within, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Page().Find("#followed-accounts tbody tr").Length(); got != len(accounts) {
			t.Errorf("%s: %d accounts of %d", who, got, len(accounts))
		}
	}
}

func TestActivities(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	customer, agent := site.As("customer@maple.test"), site.As("agent@boreal.test")
	t.Run("requests, page by page", func(t *testing.T) {
		seen := map[db.Number]bool{}
		for path := "/activities"; path != ""; {
			page := customer.Get(path)
			for _, n := range numbersIn(page) {
				if seen[n] {
					t.Errorf("%s stands twice", n)
				}
				seen[n] = true
			}
			path = page.Page().Find("#activities a[rel=next]").AttrOr("href", "")
		}
		var own int
		if err := site.DB.Pool().QueryRow(t.Context(), `select count(*) from cases where requester_id = $1`, personID(t, site, "customer@maple.test")).Scan(&own); err != nil || own != len(seen) {
			t.Errorf("%d of %d, %v", len(seen), own, err)
		}
	})
	t.Run("in part, which leads nowhere else", func(t *testing.T) {
		part := customer.Partial("/activities?tab=contributions")
		if part.Status != 200 || part.Has("h1") || !part.Has("#activities-fresh[hx-get*=contributions]") {
			t.Errorf("%d %s", part.Status, part.Body)
		}
	})
	t.Run("what one wrote, and where", func(t *testing.T) {
		n := aCase(t, site, "customer@maple.test", db.Open)
		if got := customer.Post(pathOf(n)+"/replies", form("body", "needle in\n\na **haystack**", "submission", uuid.NewString())); got.Status != 303 {
			t.Fatal(got.Status)
		}
		page := customer.Get("/activities?tab=contributions")
		first := page.Page().Find("#said li").First()
		if !strings.Contains(first.Text(), "needle in a **haystack**") {
			t.Errorf("%s", first.Text())
		}
		if there := customer.Get(strings.Split(first.Find("a").AttrOr("href", ""), "#")[0]); there.Status != 200 || !strings.Contains(there.Body, "needle in") {
			t.Errorf("%d", there.Status)
		}
		if page := site.As("west@maple.test").Get("/activities?tab=contributions"); strings.Contains(page.Body, "needle") {
			t.Error("somebody else's words")
		}
		if page := customer.Get("/activities?tab=contributions&what=articles"); page.Has("#said") || !page.Has(".empty") {
			t.Error("words in cases stand under articles")
		}
	})
	t.Run("staff have no requests of their own", func(t *testing.T) {
		if page := agent.Get("/activities"); !page.Has(".tabs [aria-current=page][href*=following]") || page.Has(".tabs [href*=requests]") {
			t.Error(page.Text(".tabs"))
		}
	})
	t.Run("reached from one's name", func(t *testing.T) {
		if !customer.Get("/").Has(".person a[href='/activities']") {
			t.Error("it is not")
		}
	})
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	customer := site.As("customer@maple.test")
	n := aCase(t, site, "customer@maple.test", db.Closed)
	page := customer.Get(pathOf(n))
	begin := page.Page().Find("#follow-up-begin").AttrOr("href", "")
	if begin == "" || !page.Has("#over") || page.Has("#reply") {
		t.Fatalf("%q", begin)
	}
	if open := customer.Get(pathOf(aCase(t, site, "customer@maple.test", db.Open))); open.Has("#follow-up") {
		t.Error("it is offered for what is not over")
	}
	sheet := customer.Get(begin)
	if sheet.Status != 200 || !strings.Contains(sheet.Text("#form-follows"), n.String()) {
		t.Fatalf("%d", sheet.Status)
	}
	f := sheet.Form("#form")
	if f.Values.Get("follows") != n.String() || f.Values.Get("account") == "" || f.Values.Get("description") != "" {
		t.Errorf("%v", f.Values)
	}
	if again := customer.Post(strings.TrimSuffix(f.Action, "/cases")+"/questions", f.Values); again.Form("#form").Values.Get("follows") != n.String() {
		t.Error("it is lost on the way")
	}
	if refused := customer.Submit(f); refused.Status != 422 || refused.Form("#form").Values.Get("follows") != n.String() {
		t.Errorf("without a description: %d", refused.Status)
	}
	done := customer.Submit(f.Set("description", "It is back."))
	if done.Status != 303 {
		t.Fatalf("%d %s", done.Status, done.Text("#form-errors"))
	}
	path, _, _ := strings.Cut(done.Location(), "?")
	if there := customer.Get(path); !there.Has("#case-panel .case-links a[href='" + pathOf(n) + "']") {
		t.Error("the new one does not lead back")
	}
	old := customer.Get(pathOf(n))
	if !old.Has("#case-panel .case-links a[href='"+path+"']") || !strings.Contains(old.Text("#letters"), "opened a follow-up") {
		t.Error("the old one does not lead on")
	}
	if page := site.As("agent2@boreal.test").Get(pathOf(n)); page.Has("#follow-up") && page.Has("#over") {
		t.Error("who may not is offered it")
	}
}
