package handlers_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"
)

// export takes a list in as a file: its head, and the rest by the first column.
func export(t *testing.T, v *handlertest.Visitor, path string) (head []string, rows [][]string) {
	t.Helper()
	a := v.Get(path)
	if a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%s: %d, %s", path, a.Status, a.Header.Get("Content-Type"))
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body, "\ufeff"))).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v", path, err)
	}
	return all[0], all[1:]
}

func TestColumnsAreChosen(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	manager := site.As("manager@maple.test")
	heads := func(v *handlertest.Visitor, path string) (list []string) {
		for _, th := range v.Get(path).Page().Find("table.cases th").EachIter() {
			list = append(list, strings.TrimSpace(th.Text()))
		}
		return list
	}
	all := []string{"Number", "Type", "Short description", "Product", "Contact", "Account", "Priority", "State", "Created", "Updated"}
	if got := heads(manager, "/cases"); !slices.Equal(got, all) {
		t.Fatalf("at first there are %v", got)
	}
	page := manager.Get("/cases?state=open&sort=-number")
	form := page.Form(".list-tools form[action='/cases/columns']")
	if got := form.Values["column"]; len(got) != 9 {
		t.Fatalf("ticked are %v", got)
	}
	form.Values["column"] = []string{"state", "account", "number", "nonsense"}
	answer := manager.Submit(form)
	if answer.Status != 303 || answer.Location() != "/cases?done=columns-chosen&sort=-number&state=open" {
		t.Fatalf("%d, on to %q", answer.Status, answer.Location())
	}
	chosen := []string{"Number", "Short description", "Account", "State"}
	if got := heads(manager, answer.Location()); !slices.Equal(got, chosen) {
		t.Errorf("the list has %v", got)
	}
	if row := manager.Partial("/cases?sort=number").Page().Find("tbody tr").First(); row.Find("td").Length() != 4 || row.Find(".c-priority").Length() != 0 {
		t.Errorf("a row of its part has %q", row.Text())
	}
	if head, rows := export(t, manager, "/cases.csv"); !slices.Equal(head, chosen) || len(rows[0]) != 4 {
		t.Errorf("the file has %v", head)
	}
	if got := heads(site.As("colleague@maple.test"), "/cases"); len(got) != 10 {
		t.Errorf("somebody else has %v", got)
	}
	manager.Post("/cases/columns", url.Values{})
	if got := heads(manager, "/cases"); !slices.Equal(got, []string{"Short description"}) {
		t.Errorf("with nothing ticked there are %v", got)
	}
	manager.Post("/cases/columns", url.Values{"usual": {"yes"}, "column": {"state"}})
	if got := heads(manager, "/cases"); !slices.Equal(got, all) {
		t.Errorf("the usual ones are %v", got)
	}
}

func TestViewsAreKept(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.As("manager@maple.test")
	keep := func(query, name string) *handlertest.Answer {
		form := v.Get("/cases?" + query).Form("#keep")
		return v.Submit(form.Set("name", name))
	}
	views := func() (list []string) {
		for _, a := range v.Get("/cases").Page().Find(".kept > a:not(.kept-edit)").EachIter() {
			list = append(list, a.Text()+" "+a.AttrOr("href", ""))
		}
		return list
	}
	if v.Get("/cases").Has(".kept") || !strings.Contains(v.Get("/cases/views").Text("main"), "no view yet") {
		t.Error("there are views before one is kept")
	}
	if got := keep("list=organization&state=open&page=2&nonsense=x", " Open,  everywhere "); got.Location() != "/cases?done=view-kept&list=organization&state=open" {
		t.Fatalf("%d, on to %q", got.Status, got.Location())
	}
	keep("priority=1&sort=state", "Critical")
	want := []string{"Open, everywhere /cases?list=organization&state=open", "Critical /cases?priority=1&sort=state"}
	if got := views(); !slices.Equal(got, want) {
		t.Fatalf("kept are %q", got)
	}
	if got := v.Get("/cases?sort=state&priority=1").Text(".kept [aria-current]"); got != "Critical" {
		t.Errorf("the one that is open is %q", got)
	}
	t.Run("a second click does nothing, another list of the name is asked about", func(t *testing.T) {
		if got := keep("priority=1&sort=state", "critical"); got.Status != 303 || len(views()) != 2 {
			t.Errorf("%d, then %q", got.Status, views())
		}
		refused := keep("priority=2", "CRITICAL")
		if refused.Status != 422 || !refused.Has("#keep-name[aria-invalid]") || len(views()) != 2 {
			t.Fatalf("%d: %s", refused.Status, refused.Text("#keep"))
		}
		if got := v.Submit(refused.Form("#keep").Set("instead", "yes")); got.Status != 303 || !slices.Contains(views(), "Critical /cases?priority=2") {
			t.Errorf("%d, then %q", got.Status, views())
		}
	})
	t.Run("what can't be kept is refused in its place", func(t *testing.T) {
		for _, name := range []string{"", strings.Repeat("é", 61), "a\u200eb\u202e"} {
			got := v.PostPartial("/cases/views", url.Values{"name": {name}, "query": {"state=open"}})
			if got.Status != 422 || !got.Has("form#keep [role=alert]") || got.Has("main") {
				t.Errorf("%q: %d", name, got.Status)
			}
		}
	})
	t.Run("they are renamed, put in order and removed", func(t *testing.T) {
		page := v.Get("/cases/views")
		first := page.Page().Find(".kept-rows li").First()
		id := strings.TrimPrefix(first.AttrOr("id", ""), "view-")
		if got := first.Find("small").Text(); got != "Organization requests · Open" {
			t.Errorf("it is said to be of %q", got)
		}
		v.Post("/cases/views/"+id, url.Values{"name": {"Open"}})
		if got := v.Post("/cases/views/"+id, url.Values{"name": {"critical"}}); got.Status != 422 || got.Page().Find("#view-"+id+"-name").AttrOr("value", "") != "critical" {
			t.Errorf("a name that is taken: %d", got.Status)
		}
		if got := v.PostPartial("/cases/views/order", url.Values{"move": {id + ":down"}}); got.Status != 200 || !strings.Contains(got.Body, "in this order now") {
			t.Errorf("order: %d", got.Status)
		}
		want := []string{"Critical /cases?priority=2", "Open /cases?list=organization&state=open"}
		if got := views(); !slices.Equal(got, want) {
			t.Errorf("then there are %q", got)
		}
		if got := v.Post("/cases/views/order", url.Values{"order": {id}}); got.Status != 409 || !strings.Contains(got.Text("main"), "changed meanwhile") {
			t.Errorf("an order of fewer: %d", got.Status)
		}
		if got := v.Post("/cases/views/"+id+"/removal", nil); got.Status != 303 || len(views()) != 1 {
			t.Errorf("%d, then %q", got.Status, views())
		}
		if got := v.Post("/cases/views/"+id+"/removal", nil).Status; got != 404 {
			t.Errorf("removed twice: %d", got)
		}
	})
	t.Run("there is an end to them", func(t *testing.T) {
		who := site.Actor("colleague@maple.test")
		var err error
		for n := 0; n < 200 && err == nil; n++ {
			_, err = site.Desk.KeepCaseView(t.Context(), who, db.CaseView{Name: fmt.Sprint("View ", n)}, false)
		}
		if err == nil {
			t.Error("200 of them are kept")
		}
	})
}

// TestFilesAreTheirLists: for each person and list, the file has the cases of all its pages in their order, in the same words.
func TestFilesAreTheirLists(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := aCase(t, site, "customer@maple.test", db.Open, db.New)
	if _, err := site.DB.Pool().Exec(t.Context(), `update cases set short_description = '=cmd|''/C calc''!A0' where id = $1`, n); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ who, query string }{
		{"manager", ""}, {"manager", "list=organization&sort=account"}, {"manager", "list=organization&account=100210&below=yes&sort=title"},
		{"manager", "list=mine&sort=-created"}, {"customer", "list=action"}, {"customer", "q=voice&state=open&sort=priority"}, {"reports", "list=copied"},
		{"harbour-manager", "sort=-state"}, {"colleague", "list=requests"}, {"agent", "type=Issue&priority=2&sort=contact"},
	} {
		v := site.As(everyone[test.who])
		var want, got []string
		for path := "/cases?" + test.query; path != ""; {
			page := v.Partial(path).Page()
			for _, row := range page.Find("tbody tr").EachIter() {
				cell := func(class string) string { return strings.TrimSpace(row.Find("td." + class).First().Text()) }
				want = append(want, strings.Join([]string{cell("c-number"), cell("c-type"), strings.TrimSpace(row.Find("td.c-main > a").Text()), cell("c-product"),
					cell("c-person"), cell("c-account"), cell("c-priority"), cell("c-state")}, "|"))
			}
			path = page.Find("a[rel=next]").AttrOr("href", "")
		}
		_, rows := export(t, v, "/cases.csv?"+test.query)
		for _, row := range rows {
			if strings.HasPrefix(row[2], "'=cmd") {
				row[2] = row[2][1:]
			} else if strings.HasPrefix(row[2], "=") {
				t.Errorf("a spreadsheet would run %q", row[2])
			}
			got = append(got, strings.Join(row[:8], "|"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s, %s: the file has %d, the pages %d:\n%q\n%q", test.who, test.query, len(got), len(want), got[:min(3, len(got))], want[:min(3, len(want))])
		}
	}
	if text := site.As("platform@boreal.test").Get("/audit?action=cases.").Text("main"); !strings.Contains(text, "exported a list of cases") {
		t.Error("the log does not say that lists were exported")
	}
	french := site.As("colleague@maple.test")
	if head, _ := export(t, french, "/cases.csv"); head[0] != "Numéro" {
		t.Errorf("in French its columns are %v", head)
	}
}

func TestWhatOneIsCopiedOn(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	colleague := site.As("colleague@maple.test")
	id := personID(t, site, "colleague@maple.test")
	if _, err := site.DB.Pool().Exec(t.Context(), `delete from case_copies where person_id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if got := colleague.Get("/cases?list=copied"); got.Status != 200 || !got.Has(".empty") {
		t.Fatalf("of nothing: %d", got.Status)
	}
	mine := aCase(t, site, "customer@maple.test", db.Open, db.New)
	elsewhere := aCase(t, site, "customer@harbour.test", db.Open, db.New)
	for _, n := range []db.Number{mine, elsewhere} { // the second can't be theirs to see, however it came about
		if _, err := site.DB.Pool().Exec(t.Context(), `insert into case_copies (case_id, person_id) values ($1, $2)`, n, id); err != nil {
			t.Fatal(err)
		}
	}
	if got := numbersIn(colleague.Get("/cases?list=copied")); !slices.Equal(got, []db.Number{mine}) {
		t.Errorf("the list has %v", got)
	}
	if got := numbersIn(site.As("customer@maple.test").Get("/cases?list=copied")); slices.Contains(got, mine) {
		t.Error("its requester is copied on it")
	}
}

func TestOrganizationByAccount(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin := site.As("admin@maple.test")
	if !admin.Get("/cases?list=organization").Has("#filters > .filters-fold select[name=account]") {
		t.Error("there is no choice of account")
	}
	accounts := func(query string) (list []string) {
		page := admin.Get("/cases?list=organization&" + query)
		for _, row := range page.Page().Find("td.c-account").EachIter() {
			if name := row.Text(); !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
		slices.Sort(list)
		return list
	}
	if got := accounts("account=100210"); !slices.Equal(got, []string{"Maple Foods East"}) {
		t.Errorf("one account's are of %v", got)
	}
	if got := accounts("account=100210&below=yes"); !slices.Equal(got, []string{"Maple Foods East", "Maple Foods Halifax Plant"}) {
		t.Errorf("with all below they are of %v", got)
	}
	if got := accounts("account=halifax"); !slices.Equal(got, []string{"Maple Foods Halifax Plant"}) {
		t.Errorf("by a word of its name they are of %v", got)
	}
	meant := admin.Get("/cases?list=organization&account=foods")
	if meant.Has("tbody tr") || meant.Page().Find(".link-rows a").Length() != 4 {
		t.Errorf("words of several: %s", meant.Text("#list"))
	}
	if chip := admin.Get("/cases?account=100210&below=yes").Page().Find(".chip").First(); !strings.Contains(chip.Text(), "Maple Foods East and below") || chip.AttrOr("href", "") != "/cases" {
		t.Errorf("its chip is %q and leads to %q", chip.Text(), chip.AttrOr("href", ""))
	}
	if got := site.As("manager@maple.test").Get("/cases?list=organization&account=clinics").Status; got != 404 {
		t.Errorf("another customer's, by a word: %d", got)
	}
}
