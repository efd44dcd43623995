package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// changed has somebody change a case, in a form that was made from what it is now.
func changed(site *handlertest.Site, who string, n db.Number, edit func(*desk.ChangeDetails)) ([]db.Event, error) {
	kase, err := site.DB.FindCase(context.Background(), db.Scope{All: true}, n)
	if err != nil {
		return nil, err
	}
	in := desk.ChangeDetails{Details: desk.DetailsOf(kase), Was: desk.DetailsOf(kase), Submission: uuid.New()}
	edit(&in)
	_, events, err := site.Desk.ChangeDetails(context.Background(), site.Actor(who), n, in)
	return events, err
}

func wrong(t *testing.T, err error, field, code string) {
	t.Helper()
	var invalid desk.Invalid
	if !errors.As(err, &invalid) || invalid[field].Code != code {
		t.Errorf("%v, want %s: %s", err, field, code)
	}
}

func idText(site *handlertest.Site, email string) string {
	return strconv.FormatInt(site.Actor(email).Person.ID, 10)
}

// fresh is a case of customer@maple.test that nobody is copied on.
func fresh(t *testing.T, site *handlertest.Site) db.Number {
	t.Helper()
	return inVoice(t, site).ID
}

func mailed(t *testing.T, site *handlertest.Site, n db.Number, kind db.EventKind) []string {
	t.Helper()
	return lines(t, site, `select "to" from mails where case_id = $1 and kind = $2`, n, kind)
}

// lines reads texts, sorted.
func lines(t *testing.T, site *handlertest.Site, sql string, args ...any) []string {
	t.Helper()
	rows, err := site.DB.Pool().Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func TestChangeDetails(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer, colleague := site.Actor("customer@maple.test"), site.Actor("colleague@maple.test")

	t.Run("each change is told by itself, and a case is found by what it is called", func(t *testing.T) {
		n := fresh(t, site)
		offered, err := site.Desk.ProductsFor(ctx, customer, find(t, site, n))
		if err != nil || len(offered) < 2 {
			t.Fatalf("%v, %v", offered, err)
		}
		before := find(t, site, n)
		to := offered[len(offered)-1]
		events, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) {
			in.Set("title", "  Xylo\u202ephone\n\x1b down\u2066 ") // with what would turn around or hide what stands beside it in lists
			in.Product = to.ID
			in.Copy = []string{idText(site, "colleague@maple.test")}
		})
		if err != nil || len(events) != 3 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		kase := find(t, site, n)
		if kase.ShortDescription != "Xylophone down" || kase.ProductID != to.ID || !slices.Equal(kase.CopiedIDs, []int64{colleague.Person.ID}) || kase.Revision != before.Revision+3 {
			t.Errorf("%+v", kase)
		}
		for i, want := range []string{"title", "product", "copies"} {
			if events[i].Change.Field != want || events[i].PersonID != customer.Person.ID || events[i].Internal {
				t.Errorf("event %d: %+v, want %s", i, events[i], want)
			}
		}
		if c := events[1].Change; c.Words.To["fr"] == "" || !strings.HasSuffix(c.Words.To["en"], " · "+to.Location) {
			t.Errorf("the product is told as %+v", c.Words)
		}
		if c := events[2].Change; c.To != colleague.Person.Name() || c.From != "" {
			t.Errorf("the copies are told as %+v", c)
		}
		found, err := site.DB.Cases(ctx, db.Scope{All: true}, db.CaseFilter{Search: "xylophone"}, db.CasePaging{})
		if err != nil || len(found.Rows) != 1 || found.Rows[0].ID != n {
			t.Errorf("found %v, %v", found.Rows, err)
		}
		if to := mailed(t, site, n, db.Involved); !slices.Equal(to, []string{"colleague@maple.test"}) {
			t.Errorf("told by mail: %v", to)
		}
		if entries := counted(t, site, `select count(*) from audit where action = 'case.changed' and subject_id = $1 and actor_id = $2`, n, customer.Person.ID); entries != 3 {
			t.Errorf("%d entries in the audit log", entries)
		}
	})
	t.Run("the same form does nothing twice", func(t *testing.T) {
		n, in := fresh(t, site), desk.ChangeDetails{Submission: uuid.New()}
		in.Was = desk.DetailsOf(find(t, site, n))
		in.Details = in.Was
		in.Title, in.Copy = "Once", []string{idText(site, "colleague@maple.test")}
		for i := range 2 {
			_, events, err := site.Desk.ChangeDetails(ctx, customer, n, in)
			if err != nil || len(events) != map[int]int{0: 2, 1: 0}[i] {
				t.Errorf("time %d: %d events, %v", i, len(events), err)
			}
		}
	})
	t.Run("what is wrong is said by field, and nothing is done", func(t *testing.T) {
		n := fresh(t, site)
		foreign := counted(t, site, `select p.id from products p join accounts a on a.id = p.account_id where a.client_number = '200300' limit 1`)
		for name, try := range map[string]struct {
			who, field, code string
			edit             func(*desk.ChangeDetails)
		}{
			"no words":               {"customer", "title", "people.title.missing", func(in *desk.ChangeDetails) { in.Set("title", " \n ") }},
			"too many":               {"customer", "title", "people.title.long", func(in *desk.ChangeDetails) { in.Title = strings.Repeat("é", desk.LongestTitle+1) }},
			"another's product":      {"customer", "product", "people.product.gone", func(in *desk.ChangeDetails) { in.Product = int64(foreign) }},
			"no product at all":      {"customer", "product", "people.product.gone", func(in *desk.ChangeDetails) { in.Set("product", "x") }},
			"no address":             {"customer", "copies", "people.copies.who", func(in *desk.ChangeDetails) { in.Copy = []string{"robin@"} }},
			"another's contact":      {"manager", "contact", "people.contact.gone", func(in *desk.ChangeDetails) { in.Contact = site.Actor("customer@harbour.test").Person.ID }},
			"a contact beyond reach": {"manager", "contact", "people.contact.gone", func(in *desk.ChangeDetails) { in.Contact = site.Actor("west@maple.test").Person.ID }},
			"nobody":                 {"manager", "contact", "people.contact.gone", func(in *desk.ChangeDetails) { in.Contact = -1 }},
			"one of the staff":       {"agent", "contact", "people.contact.gone", func(in *desk.ChangeDetails) { in.Contact = site.Actor("lead@boreal.test").Person.ID }},
		} {
			email := try.who + "@maple.test"
			if try.who == "agent" {
				email = "agent@boreal.test"
			}
			before := find(t, site, n)
			_, err := changed(site, email, n, func(in *desk.ChangeDetails) {
				in.Title += " anew"
				try.edit(in)
			})
			t.Run(name, func(t *testing.T) { wrong(t, err, try.field, try.code) })
			if after := find(t, site, n); after.Revision != before.Revision {
				t.Errorf("%s: something was done", name)
			}
		}
	})
	t.Run("until it is closed", func(t *testing.T) {
		n := fresh(t, site)
		for _, state := range []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed} {
			put(t, site, n, state)
			_, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) { in.Title = "While " + string(state) })
			if closed := state == db.Closed; errors.Is(err, desk.ErrState) != closed || !closed && err != nil {
				t.Errorf("%s: %v", state, err)
			}
			if got := find(t, site, n).State; got != state {
				t.Errorf("%s became %s", state, got)
			}
		}
	})
}

// Who may: what a customer may change of their own cases only, and whose case it is only those who open cases for others.
// A case may have come with a title that no form would bring back as it is.
func TestOddTitlesAreNoConflict(t *testing.T) {
	site := handlertest.New(t)
	n := fresh(t, site)
	exec(t, site, `update cases set short_description = E'Voice\u202e  is\tdown' where id = $1`, n)
	if events, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) {
		in.Set("title", in.Title)
		in.Was.Set("title", in.Was.Title)
	}); err != nil || len(events) != 0 {
		t.Errorf("nothing was changed, but %+v, %v", events, err)
	}
	_, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) {
		in.Was.Set("title", in.Was.Title)
		in.Set("title", "Voice is back")
	})
	if kase := find(t, site, n); err != nil || kase.ShortDescription != "Voice is back" {
		t.Errorf("%q, %v", kase.ShortDescription, err)
	}
}

func TestWhoChangesDetails(t *testing.T) {
	site := handlertest.New(t)
	n := fresh(t, site)
	exec(t, site, `insert into case_copies values ($1, $2)`, n, site.Actor("colleague@maple.test").Person.ID)
	for who, want := range map[string]string{
		"customer@maple.test": "title", "colleague@maple.test": "forbidden", "plant@maple.test": "not found", "west@maple.test": "not found",
		"manager@maple.test": "title contact", "admin@maple.test": "title contact", "site-admin@maple.test": "title contact", "reports@maple.test": "not found",
		"manager@harbour.test": "not found", "agent@boreal.test": "title contact", "agent2@boreal.test": "forbidden", "lead@boreal.test": "title contact",
		"platform@boreal.test": "forbidden",
	} {
		_, err := changed(site, who, n, func(in *desk.ChangeDetails) { in.Title = "By " + who })
		got := "title"
		var forbidden policy.Forbidden
		switch {
		case errors.As(err, &forbidden):
			got = "forbidden"
		case errors.Is(err, db.ErrNotFound):
			got = "not found"
		case err != nil:
			got = err.Error()
		default:
			_, err := changed(site, who, n, func(in *desk.ChangeDetails) { in.Contact = site.Actor("site-admin@maple.test").Person.ID })
			if err == nil {
				got += " contact"
			} else if !errors.As(err, &forbidden) {
				got += err.Error()
			}
			exec(t, site, `update cases set requester_id = $2 where id = $1`, n, site.Actor("customer@maple.test").Person.ID)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", who, got, want)
		}
	}
}

// Of two who edit at once, the second is told where both changed the same; all else comes together.
func TestTwoEditAtOnce(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	n := fresh(t, site)
	customer, manager := site.Actor("customer@maple.test"), site.Actor("manager@maple.test")
	was := desk.DetailsOf(find(t, site, n))
	form := func(edit func(*desk.ChangeDetails)) desk.ChangeDetails {
		in := desk.ChangeDetails{Details: was, Was: was, Submission: uuid.New()}
		edit(&in)
		return in
	}
	first := form(func(in *desk.ChangeDetails) {
		in.Title, in.Copy = "The first", []string{idText(site, "colleague@maple.test")}
	})
	second := form(func(in *desk.ChangeDetails) {
		in.Title, in.Product, in.Copy = "The second", 0, []string{idText(site, "colleague@maple.test"), idText(site, "plant@maple.test")}
	})
	third := form(func(in *desk.ChangeDetails) {
		in.Contact, in.KeepContact = site.Actor("site-admin@maple.test").Person.ID, true
	})
	if _, _, err := site.Desk.ChangeDetails(ctx, customer, n, first); err != nil {
		t.Fatal(err)
	}
	before := find(t, site, n)
	_, _, err := site.Desk.ChangeDetails(ctx, manager, n, second)
	var stale desk.DetailsStale
	if !errors.As(err, &stale) || !errors.Is(err, db.ErrStale) || !slices.Equal(stale.Fields, []string{"title"}) || stale.Last["title"].Person.ID != customer.Person.ID {
		t.Fatalf("%v: %+v", err, stale)
	}
	if after := find(t, site, n); after.Revision != before.Revision {
		t.Error("some of it was done")
	}
	if _, _, err := site.Desk.ChangeDetails(ctx, manager, n, third); err != nil {
		t.Errorf("another field: %v", err)
	}
	second.Was.Title = "The first" // what they are shown, and save over
	if _, _, err := site.Desk.ChangeDetails(ctx, manager, n, second); err != nil {
		t.Error(err)
	}
	want := []int64{customer.Person.ID, site.Actor("colleague@maple.test").Person.ID, site.Actor("plant@maple.test").Person.ID}
	slices.Sort(want)
	if got := find(t, site, n); got.ShortDescription != "The second" || got.RequesterID != third.Contact || !slices.Equal(got.CopiedIDs, want) {
		t.Errorf("%q, of %d, copied to %v, want %v", got.ShortDescription, got.RequesterID, got.CopiedIDs, want)
	}
	// Both wanting the same is no conflict.
	if _, _, err := site.Desk.ChangeDetails(ctx, manager, n, form(func(in *desk.ChangeDetails) { in.Title = "The second"; in.Was.Title = "The first" })); err != nil {
		t.Error(err)
	}
}

func TestAnotherContact(t *testing.T) {
	site := handlertest.New(t)
	n := fresh(t, site)
	old, to := site.Actor("customer@maple.test"), site.Actor("plant@maple.test")
	if _, err := changed(site, "manager@maple.test", n, func(in *desk.ChangeDetails) { in.Contact = to.Person.ID }); err == nil {
		t.Error("a contact who opens no case at the account got one there")
	}
	to = site.Actor("colleague@maple.test")
	exec(t, site, `insert into case_copies values ($1, $2)`, n, to.Person.ID)
	events, err := changed(site, "manager@maple.test", n, func(in *desk.ChangeDetails) { in.Contact, in.KeepContact = to.Person.ID, true })
	if err != nil || len(events) != 2 || events[0].Change.From != old.Person.Name() || events[0].Change.To != to.Person.Name() {
		t.Fatalf("%+v, %v", events, err)
	}
	kase := find(t, site, n)
	if kase.RequesterID != to.Person.ID || kase.OpenedBy != old.Person.ID || !slices.Equal(kase.CopiedIDs, []int64{old.Person.ID}) {
		t.Errorf("of %d, opened by %d, copied to %v", kase.RequesterID, kase.OpenedBy, kase.CopiedIDs)
	}
	if got := mailed(t, site, n, db.Involved); !slices.Equal(got, []string{"colleague@maple.test", "customer@maple.test"}) {
		t.Errorf("told: %v", got)
	}
	// Who is let go, and not kept, sees it no more.
	if _, err := changed(site, "manager@maple.test", n, func(in *desk.ChangeDetails) {
		in.Contact, in.Drop = site.Actor("manager@maple.test").Person.ID, []int64{old.Person.ID}
	}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []policy.Actor{old, to} {
		if site.Desk.Judge.Can(who, policy.See, find(t, site, n).Ref()) {
			t.Errorf("%s still sees it", fmt.Sprint(who.Person.Email))
		}
	}
}
