package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"
	"portico/policy"
)

// TestWaysToACaseAgree draws who is granted what, who is copied, what accounts let their contacts see, and cases, and holds
// every way in which a case shows through the portal to what the judge says of that person and case.
func TestWaysToACaseAgree(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			site := handlertest.New(t)
			w := drawn{Rand: rand.New(rand.NewPCG(seed, 3)), t: t, site: site}
			w.draw()
			yes, no := 0, 0
			for _, email := range w.emails {
				y, n := w.agree(email)
				yes, no = yes+y, no+n
			}
			if yes < 20 || no < 20 {
				t.Errorf("%d pairs are seen, %d are not: that tests little", yes, no)
			}
		})
	}
}

type drawn struct {
	*rand.Rand
	t      *testing.T
	site   *handlertest.Site
	emails []string
	cases  []db.Case // some of them
	all    map[db.Number]db.CaseRef
	paths  map[string][]int64 // of accounts, by client number
	sold   map[string]int64   // the account of a product, by its id
}

func (w *drawn) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.site.DB.Pool().Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *drawn) draw() {
	ctx := w.t.Context()
	accounts, err := w.site.DB.AccountsWithin(ctx, db.AccountScope{All: true})
	if err != nil {
		w.t.Fatal(err)
	}
	w.paths, w.sold, w.all = map[string][]int64{}, map[string]int64{}, map[db.Number]db.CaseRef{}
	var ids []int64
	for _, a := range accounts {
		w.paths[a.ClientNumber] = a.Path
		ids = append(ids, a.ID)
		w.exec(`update accounts set contacts_see = $2 where id = $1`, a.ID, []string{db.SeeOwn, db.SeeOwn, db.SeeAccount, db.SeeBelow}[w.IntN(4)])
	}
	people, err := w.site.DB.Everybody(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range people {
		if p.Person.Staff {
			continue
		}
		w.exec(`delete from grants where person_id = $1`, p.Person.ID)
		for range w.IntN(4) {
			role := []db.Role{db.Customer, db.Customer, db.CaseManager, db.CustomerAdministrator, db.Reports}[w.IntN(5)]
			w.exec(`insert into grants (person_id, role, account_id, reach) values ($1, $2, $3, $4) on conflict do nothing`,
				p.Person.ID, role, ids[w.IntN(len(ids))], []db.Reach{db.ThisAccount, db.AndBelow}[w.IntN(2)])
		}
		w.exec(`insert into case_copies select id, $1 from cases where id % 37 = $2 on conflict do nothing`, p.Person.ID, w.IntN(37))
		w.emails = append(w.emails, p.Person.Email)
	}
	w.emails = append(w.emails, "agent@boreal.test", "platform@boreal.test")
	rows, err := w.site.DB.Pool().Query(ctx, `select id, account_id from products`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, account int64
		if err := rows.Scan(&id, &account); err != nil {
			w.t.Fatal(err)
		}
		w.sold[strconv.FormatInt(id, 10)] = account
	}
	for p := (db.CasePaging{}); ; {
		list, err := w.site.DB.Cases(ctx, db.Scope{All: true}, db.CaseFilter{}, p)
		if err != nil {
			w.t.Fatal(err)
		}
		for i, r := range list.Rows {
			c, err := w.site.DB.FindCase(ctx, db.Scope{All: true}, r.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			w.all[r.ID] = c.Ref()
			if (len(w.all)+i)%31 == 0 {
				w.cases = append(w.cases, c)
				w.exec(`update cases set words = words || to_tsvector('simple', $2) where id = $1`, c.ID, word(c.ID))
			}
		}
		if p.After = list.Next; p.After == "" {
			return
		}
	}
}

// word is one that stands in a single case.
func word(n db.Number) string { return fmt.Sprintf("needle%dx", int64(n)) }

var figure = regexp.MustCompile(`\d+`)

// agree holds all ways of one person to the judge, and counts the pairs of which it says yes, and no.
func (w *drawn) agree(email string) (yes, no int) {
	v, who, judge := w.site.As(email), w.site.Actor(email), w.site.App.Judge
	differ := func(what string, n db.Number, got, want any) {
		w.t.Helper()
		w.t.Errorf("%s %+v\n%s, %s: %v, want %v", email, who.Grants, n, what, got, want)
	}
	listed := map[db.Number]bool{}
	first := v.Get("/cases")
	for path := "/cases?sort=-number"; path != ""; {
		page := v.Partial(path)
		for _, n := range numbersIn(page) {
			listed[n] = true
		}
		path = page.Page().Find("a[rel=next]").AttrOr("href", "")
	}
	sees := 0
	for n, ref := range w.all {
		can := judge.Can(who, policy.See, ref)
		if can {
			sees++
		}
		if can != listed[n] {
			differ("is in the list", n, listed[n], can)
		}
	}
	if counted := figure.FindString(first.Text("#list-total")); counted != strconv.Itoa(sees) {
		differ("is counted", 0, first.Text("#list-total"), sees)
	}
	for _, c := range w.cases {
		can := judge.Can(who, policy.See, c.Ref())
		if can {
			yes++
		} else {
			no++
		}
		if got := v.Partial(pathOf(c.ID)).Status; got == 200 != can || got != 200 && got != 404 {
			differ("opens", c.ID, got, can)
		}
		for _, typed := range []string{c.ID.String(), word(c.ID)} {
			if found := numbersIn(v.Partial("/cases?q=" + typed)); slices.Contains(found, c.ID) != can || len(found) > 1 {
				differ("is found by "+typed, c.ID, found, can)
			}
		}
		if got := v.Do(http.MethodHead, "/live?on="+url.QueryEscape(string(db.CaseChanged(c.ID))), nil, "", false).Status; got == 200 != can {
			differ("is heard of", c.ID, got, can)
		}
	}
	w.pickers(first, who, differ)
	return yes, no
}

// pickers holds what a list can be narrowed by to the same: accounts that a case of theirs can be at, products that they see.
func (w *drawn) pickers(page *handlertest.Answer, who policy.Actor, differ func(string, db.Number, any, any)) {
	judge := w.site.App.Judge
	for _, option := range page.Page().Find("select[name=account] option[value!='']").EachIter() {
		client := option.AttrOr("value", "")
		path, known := w.paths[client]
		may := judge.Can(who, policy.See, policy.Account(path))
		for _, ref := range w.all {
			may = may || slices.Equal(ref.Path, path) && judge.Can(who, policy.See, ref)
		}
		if !known || !may {
			differ("account to choose "+client, 0, true, may)
		}
	}
	for _, option := range page.Page().Find("select[name=product] option[value!='']").EachIter() {
		id := option.AttrOr("value", "")
		var path []int64
		for _, p := range w.paths {
			if p[len(p)-1] == w.sold[id] {
				path = p
			}
		}
		if path == nil || !judge.Can(who, policy.SeeProducts, policy.Account(path)) {
			differ("product to choose "+id, 0, true, false)
		}
	}
}
