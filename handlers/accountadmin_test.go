package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
)

// registry is a portal whose accounts are administered.
type registry struct {
	t    *testing.T
	site *handlertest.Site
	v    *handlertest.Visitor
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	site := handlertest.New(t)
	return &registry{t, site, site.As(administrator)}
}

// id is an account's.
func (r *registry) id(name string) int64 {
	r.t.Helper()
	list, err := r.site.DB.AccountsCalled(r.t.Context(), name)
	if err != nil || len(list) != 1 {
		r.t.Fatalf("account %s: %v, %v", name, list, err)
	}
	return list[0].ID
}

func (r *registry) path(name string) string { return fmt.Sprintf("/accounts/%d", r.id(name)) }

// form is what a page's form shows, with some fields changed.
func (r *registry) form(path, selector string, change ...string) url.Values {
	r.t.Helper()
	form := url.Values{}
	r.v.Get(path).Page().Find(selector).Find("input[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name, _ := field.Attr("name")
		_, on := field.Attr("checked")
		switch {
		case name == "csrf":
		case field.Is("select"):
			form.Set(name, field.Find("option[selected]").Text())
		case !field.Is("[type=checkbox], [type=radio]") || on:
			form.Add(name, field.AttrOr("value", ""))
		}
	})
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return form
}

func (r *registry) says(answer *handlertest.Answer, status int, selector, words string) {
	r.t.Helper()
	if answer.Status != status || !strings.Contains(answer.Text(selector), words) {
		r.t.Errorf("status %d, want %d; %s says %q, want %q (%s)", answer.Status, status, selector, answer.Text(selector), words, answer.Location())
	}
}

// audited tells how often something was done, as the audit log has it.
func (r *registry) audited(action db.AuditAction) (n int) {
	r.t.Helper()
	if err := r.site.DB.Pool().QueryRow(r.t.Context(), `select count(*) from audit where action = $1`, action).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestOnlyPlatformAdministratorsSeeAccounts(t *testing.T) {
	r := newRegistry(t)
	east := r.path("Maple Foods East")
	for email, want := range map[string]int{"agent@boreal.test": http.StatusForbidden, "lead@boreal.test": http.StatusForbidden,
		"customer@maple.test": http.StatusNotFound, "admin@maple.test": http.StatusNotFound, "site-admin@maple.test": http.StatusNotFound} {
		v := r.site.As(email)
		for _, path := range []string{"/accounts", "/accounts?q=maple", "/accounts/new", east, east + "/parent", east + "/parent?to=root", east + "/move", "/accounts/999999"} {
			for _, get := range []func(string) *handlertest.Answer{v.Get, v.Partial} {
				if answer := get(path); answer.Status != want {
					t.Errorf("%s reads %s: %d", email, path, answer.Status)
				}
			}
		}
		for _, path := range []string{"/accounts", east, east + "/removal", east + "/registration-code", east + "/products", east + "/locations",
			east + "/locations/1", east + "/locations/1/removal", east + "/parent"} {
			if answer := v.Post(path, url.Values{"name": {"x"}, "to": {"root"}}); answer.Status != want {
				t.Errorf("%s posts to %s: %d", email, path, answer.Status)
			}
		}
		if v.Get("/preferences").Has(`a[href="/accounts"]`) {
			t.Errorf("%s is shown the way to the accounts", email)
		}
	}
	for _, path := range []string{"/accounts/999999", "/accounts/999999/parent", east + "/parent?to=999999", east + "/parent?to=no", "/accounts?in=999999", "/accounts/new?parent=999999", east + "/move"} {
		if answer := r.v.Get(path); answer.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Status)
		}
	}
}

func TestAccountsShowAsATree(t *testing.T) {
	r := newRegistry(t)
	answer := r.v.Get("/accounts")
	r.says(answer, 200, ".page-head", "6 accounts")
	r.says(answer, 200, `#tree > li:nth-child(2) > .tree-fold > .tree > li:nth-child(1) > .tree-fold .tree-row`, "Maple Foods Halifax Plant100211gold")
	r.says(r.v.Get("/accounts?q=halifax"), 200, "#tree .tree-path", "Maple Foods › Maple Foods East")
	r.says(r.v.Get("/accounts?q=nowhere"), 200, ".empty", "No account is called so.")
	maple := r.id("Maple Foods")
	below := fmt.Sprintf("/accounts?in=%d", maple)
	r.says(r.v.Get(below), 200, "h1", "Below Maple Foods")
	if part := r.v.Partial(below); part.Has("h1") || part.Page().Find("li[id]").Length() != 2 {
		t.Errorf("a branch is %s", part.Body)
	}
}

func TestATreeOfManyAccountsIsOpenedBranchByBranch(t *testing.T) {
	site := manyAccounts(t)
	v := site.As(administrator)
	answer := v.Get("/accounts")
	more := answer.Page().Find(`#tree > li:nth-child(2) .tree-fold .tree-more a`)
	if got := strings.TrimSpace(more.Text()); got != "Show the 132 accounts below" || answer.Page().Find("#tree .tree-row").Length() != 2 {
		t.Fatalf("the tree says %q", answer.Text("#tree"))
	}
	first := v.Partial(more.AttrOr("href", ""))
	next, _ := first.Page().Find(".tree-more a").Last().Attr("href")
	if first.Page().Find("li[id]").Length() != db.TreePage || next == "" {
		t.Fatalf("a branch has %d accounts, and goes on at %q", first.Page().Find("li[id]").Length(), next)
	}
	if rest := v.Partial(next); rest.Page().Find("li[id]").Length() != 32 || strings.Contains(rest.Body, "after=") {
		t.Errorf("the rest has %d", rest.Page().Find("li[id]").Length())
	}
	if whole := v.Get(next); !whole.Has("h1") || whole.Page().Find("#tree > li[id]").Length() != 32 {
		t.Error("without scripts the rest is a page")
	}
}

func TestAnAccountIsAddedOnce(t *testing.T) {
	r := newRegistry(t)
	parent := r.id("Maple Foods West")
	page := fmt.Sprintf("/accounts/new?parent=%d", parent)
	form := r.form(page, "#account-form", "name", "  Maple Foods  Kelowna ", "client_number", "100221", "tier", " Platinum ")
	if form.Get("time_zone") != "America/Edmonton" || form.Get("contacts_see") != "own" {
		t.Errorf("it begins as %v", form)
	}
	first := r.v.Post(fmt.Sprintf("/accounts?parent=%d", parent), form)
	again := r.v.Post(fmt.Sprintf("/accounts?parent=%d", parent), form)
	if first.Status != http.StatusSeeOther || first.Location() != again.Location() || r.audited(db.AccountCreated) != 1 {
		t.Fatalf("%d %s, then %d %s %s", first.Status, first.Location(), again.Status, again.Location(), again.Text(".complaint"))
	}
	r.says(r.v.Get(first.Location()), 200, ".account-line", "100221platinumAmerica/Edmonton")
	r.says(r.v.Get(first.Location()), 200, ".crumbs", "AccountsMaple FoodsMaple Foods West")

	for name, c := range map[string]struct{ field, value, says string }{
		"no name":                   {"name", " ", "Give the account a name."},
		"a name that turns around":  {"name", "a\u202eb", "characters in it that cannot be shown"},
		"a long name":               {"name", strings.Repeat("é", 121), "at most 120 characters"},
		"no number":                 {"client_number", "", "Give the account a client number."},
		"somebody else's number":    {"client_number", "100200", "Maple Foods has this client number."},
		"a number of other letters": {"client_number", "1002Ο1", "plain letters and figures"},
		"no tier":                   {"tier", "", "Give the account a tier"},
		"no time zone":              {"time_zone", "Mars/Olympus", "Choose one of the time zones."},
		"the machine's time zone":   {"time_zone", "Local", "Choose one of the time zones."},
		"nothing that contacts see": {"contacts_see", "all", "Choose what its contacts see."},
	} {
		other := r.form(page, "#account-form", "name", "Another", "client_number", "100222", c.field, c.value)
		answer := r.v.Post(fmt.Sprintf("/accounts?parent=%d", parent), other)
		if r.says(answer, http.StatusUnprocessableEntity, ".complaint", c.says); !answer.Has("#account-errors") {
			t.Errorf("%s: no summary", name)
		}
		if got := answer.Page().Find(`#account-name`).AttrOr("value", ""); c.field != "name" && got != "Another" {
			t.Errorf("%s: what was typed is gone: %q", name, got)
		}
	}
}

func TestAccountsGoEightLevelsDeep(t *testing.T) {
	r := newRegistry(t)
	parent := r.id("Maple Foods Halifax Plant") // the third level
	for level := 4; level <= 8; level++ {
		form := url.Values{"name": {fmt.Sprint("Level ", level)}, "client_number": {fmt.Sprint(level)}, "tier": {"gold"}, "time_zone": {"UTC"}, "contacts_see": {"own"}}
		answer := r.v.Post(fmt.Sprintf("/accounts?parent=%d", parent), form)
		if answer.Status != http.StatusSeeOther {
			t.Fatalf("level %d: %d %s", level, answer.Status, answer.Text("main"))
		}
		parent = r.id(fmt.Sprint("Level ", level))
	}
	if r.v.Get(fmt.Sprintf("/accounts/%d", parent)).Has(`a[href^="/accounts/new"]`) {
		t.Error("the eighth offers a ninth")
	}
	r.says(r.v.Get(fmt.Sprintf("/accounts/new?parent=%d", parent)), 200, ".errors", "at most 8 levels deep")
	answer := r.v.Post(fmt.Sprintf("/accounts?parent=%d", parent), url.Values{"name": {"Nine"}, "client_number": {"9"}, "tier": {"gold"}, "time_zone": {"UTC"}, "contacts_see": {"own"}})
	r.says(answer, http.StatusUnprocessableEntity, ".errors", "at most 8 levels deep")
}

func TestWhoSavesAnAccountSecondLosesNothing(t *testing.T) {
	r := newRegistry(t)
	path := r.path("Maple Foods West")
	first := r.form(path, "#account-form", "tier", "gold", "time_zone", "America/Vancouver")
	second := r.form(path, "#account-form", "tier", "platinum", "name", "Maple Foods Pacific")
	if answer := r.v.Post(path, first); answer.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Status, answer.Text(".complaint"))
	}
	answer := r.v.Post(path, second)
	r.says(answer, http.StatusConflict, "#account-conflict", "Alex Kowalczyk saved this account")
	r.says(answer, http.StatusConflict, "#account-tier-meanwhile", "from standard to gold. Yours stands here.")
	r.says(answer, http.StatusConflict, "#account-time_zone-meanwhile", "from America/Edmonton to America/Vancouver.")
	page := answer.Page()
	if got := page.Find("#account-name").AttrOr("value", ""); got != "Maple Foods Pacific" {
		t.Errorf("the name typed is %q", got)
	}
	if got := page.Find("#account-time_zone option[selected]").Text(); got != "America/Vancouver" {
		t.Errorf("the zone that the first one set is %q", got)
	}
	second.Set("revision", page.Find("input[name=revision]").First().AttrOr("value", ""))
	second.Set("time_zone", "America/Vancouver")
	if answer := r.v.Post(path, second); answer.Status != http.StatusSeeOther {
		t.Fatalf("saved again: %d", answer.Status)
	}
	if a, err := r.site.DB.AccountByID(t.Context(), r.id("Maple Foods Pacific")); err != nil || a.Tier != "platinum" || a.TimeZone != "America/Vancouver" {
		t.Errorf("it is %+v, %v", a, err)
	}
	if answer := r.v.Post(path, second); answer.Status != http.StatusSeeOther || r.audited(db.AccountChanged) != 2 {
		t.Errorf("sent once more: %d, %d changes", answer.Status, r.audited(db.AccountChanged))
	}
}

func TestWhatContactsWouldSeeIsSaidBefore(t *testing.T) {
	r := newRegistry(t)
	page := r.v.Get(r.path("Maple Foods East"))
	r.says(page, 200, `.choice:has([value=account]) .sees-opens`, "4 contacts would each see")
	r.says(page, 200, `.choice:has([value=below]) .sees-opens`, "cases of 2 accounts.")
	colleague := r.site.As("colleague@maple.test")
	before := colleague.Get("/cases").Text("main")
	if answer := r.v.Post(r.path("Maple Foods East"), r.form(r.path("Maple Foods East"), "#account-form", "contacts_see", "account")); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	if after := colleague.Get("/cases").Text("main"); after == before {
		t.Error("the contacts see no more than before")
	}
	if page := r.v.Get(r.path("Maple Foods East")); page.Has(`.choice:has([value=own]) .sees-opens`) {
		t.Error("to see less opens nothing up")
	}
}

func TestAnAccountIsRemovedWhenNothingBelongsToIt(t *testing.T) {
	r := newRegistry(t)
	east := r.path("Maple Foods East")
	r.says(r.v.Get(east), 200, "#removal", "one account directly below it")
	r.says(r.v.Post(east+"/removal", nil), http.StatusUnprocessableEntity, "#removal", "9 products")
	form := url.Values{"name": {"Short-lived"}, "client_number": {"7"}, "tier": {"gold"}, "time_zone": {"UTC"}, "contacts_see": {"own"}}
	if answer := r.v.Post("/accounts", form); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	path := r.path("Short-lived")
	if answer := r.v.Post(path+"/locations", url.Values{"location": {"Shed"}}); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	if answer := r.v.Post(path+"/removal", nil); answer.Location() != "/accounts?done=account-removed" || r.v.Get(path).Status != http.StatusNotFound {
		t.Errorf("%d %s", answer.Status, answer.Location())
	}
	if answer := r.v.Post(path+"/removal", nil); answer.Status != http.StatusNotFound {
		t.Errorf("again: %d", answer.Status)
	}
}

func TestLocations(t *testing.T) {
	r := newRegistry(t)
	path := r.path("Maple Foods East")
	location := func(name string) string {
		t.Helper()
		id, ok := r.v.Get(path).Page().Find(`.grid tr[id]:contains("` + name + `")`).Attr("id")
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		return path + "/locations/" + strings.TrimPrefix(id, "location-")
	}
	r.says(r.v.Post(path+"/locations", url.Values{"location": {" "}}), 422, "#location-new-wrong", "Give the location a name.")
	r.says(r.v.Post(path+"/locations", url.Values{"location": {"Moncton Office"}}), 422, "#location-new-wrong", "has, or had, a location of this name")
	if answer := r.v.Post(path+"/locations", url.Values{"location": {"Fredericton Depot"}}); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	depot, office := location("Fredericton Depot"), location("Moncton Office")
	r.says(r.v.Post(depot, url.Values{"location": {"Moncton Office"}}), 422, ".grid .complaint", "a location of this name")
	if answer := r.v.Post(depot, url.Values{"location": {"Fredericton Yard"}}); answer.Status != http.StatusSeeOther || location("Fredericton Yard") != depot {
		t.Error(answer.Status)
	}
	r.says(r.v.Post(office+"/removal", nil), 422, ".grid .complaint", "It has products.")
	foreign := strings.Replace(office, path, r.path("Harbour Clinics"), 1)
	for _, p := range []string{foreign, foreign + "/removal"} {
		if answer := r.v.Post(p, url.Values{"location": {"Stolen"}}); answer.Status != http.StatusNotFound {
			t.Errorf("%s: %d", p, answer.Status)
		}
	}
	if answer := r.v.Post(depot+"/removal", nil); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	if answer := r.v.Post(depot+"/removal", nil); answer.Status != http.StatusNotFound {
		t.Errorf("again: %d", answer.Status)
	}
	if answer := r.v.Post(path+"/locations", url.Values{"location": {"Fredericton Yard"}}); answer.Status != http.StatusSeeOther || location("Fredericton Yard") != depot {
		t.Errorf("it comes back as it was: %d", answer.Status)
	}
}

func TestProductsAreTicked(t *testing.T) {
	r := newRegistry(t)
	path := r.path("Maple Foods East")
	form := r.form(path, "#products-form")
	form["product"] = form["product"][1:] // one fewer, by two who look at the same page
	another := r.form(path, "#products-form")
	cells := r.v.Get(path).Page().Find(`.grid input[type=checkbox]:not([checked])`)
	added := cells.First().AttrOr("value", "")
	another.Add("product", added)
	if answer := r.v.Post(path+"/products", another); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	r.says(r.v.Post(path+"/products", form), 422, "#products-kept", "911 service at Moncton Office stays: a case of it is not solved yet.")
	if !r.v.Get(path).Has(`.grid input[value="` + added + `"][checked]`) {
		t.Error("what the other one added is gone")
	}
	idle := r.form(path, "#products-form")
	taken := r.v.Get(path).Page().Find(`.grid td:not(:has(.grid-open)) input[checked]`).First()
	var left []string
	for _, value := range idle["product"] {
		if value != taken.AttrOr("value", "") {
			left = append(left, value)
		}
	}
	idle["product"] = left
	before := strings.Count(r.site.As("customer@maple.test").Get("/products").Body, "<tr><td")
	if answer := r.v.Post(path+"/products", idle); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status, answer.Text(".errors"))
	}
	if after := strings.Count(r.site.As("customer@maple.test").Get("/products").Body, "<tr><td"); after != before-1 {
		t.Errorf("the customer sees %d products, saw %d", after, before)
	}
	var several sync.WaitGroup // the same tick by many at once makes one product
	again := r.form(path, "#products-form")
	again.Add("product", taken.AttrOr("value", ""))
	for range 6 {
		several.Go(func() { r.site.As(administrator).Post(path+"/products", again) })
	}
	several.Wait()
	if after := strings.Count(r.site.As("customer@maple.test").Get("/products").Body, "<tr><td"); after != before {
		t.Errorf("after ticking it again the customer sees %d products, saw %d", after, before)
	}
	if answer := r.v.Post(path+"/products", url.Values{"was": {"x 1.y 99999.99999"}, "product": {"0.0", "99999.1"}}); answer.Status != http.StatusSeeOther {
		t.Errorf("what is none is left out: %d", answer.Status)
	}
}

func TestRegistrationCodes(t *testing.T) {
	r := newRegistry(t)
	path := r.path("Maple Foods East")
	set := func(what string) *handlertest.Answer {
		t.Helper()
		return r.v.Post(path+"/registration-code", r.form(path, "#code form", "code", what))
	}
	if answer := set("make"); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	code := r.v.Get(path).Text("#code code")
	stale := r.form(path, "#code form", "code", "withdraw")
	if answer := set("make"); answer.Status != http.StatusSeeOther || r.v.Get(path).Text("#code code") == code || code == "" {
		t.Errorf("%d, %q", answer.Status, code)
	}
	r.says(r.v.Post(path+"/registration-code", stale), http.StatusConflict, "#code", "Somebody else saved this account meanwhile.")
	if answer := set("withdraw"); answer.Status != http.StatusSeeOther || r.v.Get(path).Has("#code code") {
		t.Error(answer.Status)
	}
}

// TestFromAnAccountToAnIssue is what a provider does for a new customer, until its contact reports an issue.
func TestFromAnAccountToAnIssue(t *testing.T) {
	r := newRegistry(t)
	form := url.Values{"name": {"Lakeside Marina"}, "client_number": {"300400"}, "tier": {"gold"}, "time_zone": {"America/Toronto"}, "contacts_see": {"own"}}
	if answer := r.v.Post("/accounts", form); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	path := r.path("Lakeside Marina")
	if answer := r.v.Post(path+"/locations", url.Values{"location": {"Boathouse"}}); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	voice := r.v.Get(path).Page().Find(`.grid input[aria-label="Hosted Voice at Boathouse"]`).AttrOr("value", "")
	if answer := r.v.Post(path+"/products", url.Values{"was": {""}, "product": {voice}}); answer.Status != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	people := []db.Person{{AccountID: r.id("Lakeside Marina"), FirstName: "Ada", LastName: "Pike", Email: "ada@lakeside.test", Language: "en", Theme: "auto"}}
	if err := db.Add(t.Context(), r.site.DB, people); err != nil {
		t.Fatal(err)
	}
	if err := db.Add(t.Context(), r.site.DB, []db.Grant{{PersonID: people[0].ID, Role: db.Customer, AccountID: people[0].AccountID, Reach: db.ThisAccount}}); err != nil {
		t.Fatal(err)
	}
	ada := r.site.As("ada@lakeside.test")
	r.says(ada.Get("/products"), 200, "main", "Hosted Voice")
	form = url.Values{"account": {"300400"}, "all_locations": {"yes"}, "service": {"Hosted Voice"}, "issue_type": {"No dial tone"}, "intermittent": {"no"},
		"description": {"The phones on the dock are silent."}, "submission": {ada.Get("/items/report-issue").Page().Find("input[name=submission]").AttrOr("value", "")}}
	answer := ada.Upload("/items/report-issue/cases", form, false)
	if answer.Status != http.StatusSeeOther || !strings.HasPrefix(answer.Location(), "/cases/CS") {
		t.Fatalf("%d %s %s", answer.Status, answer.Location(), answer.Text("#form-errors"))
	}
	r.says(ada.Get(answer.Location()), 200, "main", "Lakeside Marina")
}

func TestAnAccountIsMoved(t *testing.T) {
	r := newRegistry(t)
	east, harbour := r.path("Maple Foods East"), r.id("Harbour Clinics")
	to := strconv.FormatInt(harbour, 10)
	page := r.v.Get(east + "/parent?q=harbour")
	r.says(page, 200, ".move-found", "Harbour Clinics")
	page = r.v.Get(east + "/parent?to=" + to)
	r.says(page, 200, ".move-sizes", "2 accounts")
	r.says(page, 200, ".move-effects [data-kind=less]", "Helen Castonguay customer administrator · Maple Foods")
	r.says(page, 200, ".move-effects [data-kind=more]", "Frank Mercer case manager · Harbour Clinics")
	r.says(page, 200, ".move-effects", "It becomes part of another customer.")

	manager, admin := r.site.As("manager@harbour.test"), r.site.As("admin@maple.test")
	number := caseAt(t, r.site, "Maple Foods Halifax Plant")
	if manager.Get(number).Status != http.StatusNotFound || admin.Get(number).Status != 200 {
		t.Fatal("before the move the wrong ones see its cases")
	}
	form := r.form(east+"/parent?to="+to, "#move-form")
	if answer := r.v.Post(east+"/parent", form); answer.Status != http.StatusSeeOther || !strings.HasSuffix(answer.Location(), "?done=account-moved") {
		t.Fatalf("%d %s %s", answer.Status, answer.Location(), answer.Text(".errors"))
	}
	if manager.Get(number).Status != 200 || admin.Get(number).Status != http.StatusNotFound {
		t.Error("after the move the wrong ones see its cases")
	}
	if answer := r.v.Post(east+"/parent", form); answer.Status != http.StatusSeeOther || r.audited(db.AccountMoved) != 1 {
		t.Errorf("sent twice: %d, moved %d times", answer.Status, r.audited(db.AccountMoved))
	}
	r.says(r.v.Get(east+"/move"), 200, "#moving", "It is done: it hangs below Harbour Clinics.")
	form.Set("to", "root")
	r.says(r.v.Post(east+"/parent", form), 422, "#move-refused", "somebody else moved it")
	plant := strconv.FormatInt(r.id("Maple Foods Halifax Plant"), 10)
	r.says(r.v.Get(east+"/parent?to="+plant), 200, "#move-refused", "cannot hang below itself")
	r.says(r.v.Post(east+"/parent", url.Values{"to": {plant}, "from": {to}}), 422, "#move-refused", "cannot hang below itself")
}

func TestAMoveDoesNotTakeTheLastAdministrator(t *testing.T) {
	r := newRegistry(t)
	ctx := context.Background()
	if _, err := r.site.DB.Pool().Exec(ctx, `delete from grants where role = 'customer-administrator' and account_id = $1`, r.id("Maple Foods")); err != nil {
		t.Fatal(err)
	}
	east := r.path("Maple Foods East") // its own one is all that is left
	r.says(r.v.Get(east+"/parent?to=root"), 200, "#move-refused", "would be left without an administrator")
	r.says(r.v.Post(east+"/parent", url.Values{"to": {"root"}, "from": {strconv.FormatInt(r.id("Maple Foods"), 10)}}), 422, "#move-refused", "would be left without an administrator")
	r.says(r.v.Get(east+"/parent?to="+strconv.FormatInt(r.id("Maple Foods West"), 10)), 200, ".move-sizes", "2 accounts")
}

// caseAt is the page of some case of an account.
func caseAt(t *testing.T, site *handlertest.Site, account string) string {
	t.Helper()
	var n db.Number
	if err := site.DB.Pool().QueryRow(t.Context(), `select max(c.id) from cases c join accounts a on a.id = c.account_id where a.name = $1`, account).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return "/cases/" + n.String()
}

func TestALongMoveIsPromisedAndDone(t *testing.T) {
	r := newRegistry(t)
	east := r.id("Maple Foods East")
	path := r.path("Maple Foods East")
	actor := r.site.Actor(administrator)
	release := make(chan struct{})
	held := make(chan struct{})
	var holding sync.WaitGroup
	holding.Go(func() { // another copy is at a move: what is asked for now waits
		_ = r.site.DB.InTx(context.Background(), func(ctx context.Context, tx *db.DB) error {
			_, err := tx.TryLock(ctx, "moves")
			close(held)
			<-release
			return err
		})
	})
	<-held
	form := r.form(path+"/parent?to=root", "#move-form")
	answer := r.v.Post(path+"/parent", form)
	if answer.Location() != path+"/move" {
		t.Fatalf("%d %s", answer.Status, answer.Location())
	}
	r.says(r.v.Get(path+"/move"), 200, "#moving", "It begins in a moment.")
	if part := r.v.Partial(path + "/move"); part.Has("h1") || !part.Has("#moving[hx-get]") {
		t.Errorf("in part it is %s", part.Body)
	}
	r.says(r.v.Get(path), 200, ".notice", "It is being hung elsewhere just now.")
	if again := r.v.Post(path+"/parent", form); again.Location() != path+"/move" {
		t.Errorf("asked for twice: %d %s", again.Status, again.Location())
	}
	close(release)
	holding.Wait()
	if err := r.site.Desk.WorkMoves(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.says(r.v.Get(path+"/move"), 200, "#moving", "It is done: it is a customer of its own.")
	if a, err := r.site.DB.AccountByID(t.Context(), east); err != nil || len(a.Path) != 1 {
		t.Errorf("it hangs at %v (%v)", a.Path, err)
	}

	// What came between the promise and the doing refuses it.
	harbour := r.id("Harbour Clinics")
	m := db.AccountMove{AccountID: east, FromID: harbour, ParentID: r.id("Maple Foods"), PersonID: actor.Person.ID, AskedAt: dbtest.Now}
	if err := r.site.DB.AskMove(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	if err := r.site.Desk.WorkMoves(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.says(r.v.Get(path+"/move"), 200, "#moving", "somebody else moved it")
	if r.audited(db.AccountStayed) != 1 {
		t.Error("that it was not done is not audited")
	}
}
