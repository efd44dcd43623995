package handlers_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
)

func personText(t testing.TB, site *handlertest.Site, email string) string {
	return fmt.Sprint(personID(t, site, email))
}

func uncopied(t testing.TB, site *handlertest.Site) db.Number {
	t.Helper()
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	if _, err := site.DB.Pool().Exec(context.Background(), `delete from case_copies where case_id = $1`, n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What can be changed of a case, in a browser without scripts: and nothing is lost on the way.
func TestEditingACaseWithoutScripts(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := uncopied(t, site)
	v := site.As("manager@maple.test")
	page := v.Get(pathOf(n))
	if href := page.Page().Find("#facts-edit").AttrOr("href", ""); href != pathOf(n)+"/details" {
		t.Fatalf("the page leads to %q", href)
	}
	form := v.Get(pathOf(n)+"/details").Form("#details").Set("title", "Phones by the loading dock").Set("copies_words", "morgan").Set("contact_words", "").Set("find", "copies")
	found := v.Submit(form)
	plant := personText(t, site, "plant@maple.test")
	if found.Status != 200 || !found.Has("#copies-"+plant) {
		t.Fatalf("%d, nobody was found: %s", found.Status, found.Text("#found-copies"))
	}
	form = found.Form("#details")
	if form.Values.Get("title") != "Phones by the loading dock" {
		t.Errorf("what was typed is lost: %v", form.Values)
	}
	refused := v.Submit(form) // with words, and nobody ticked
	if refused.Status != 422 || !refused.Has("#details-errors") || !strings.Contains(refused.Body, "morgan") {
		t.Errorf("%d: %s", refused.Status, refused.Text("#details-errors"))
	}
	form = refused.Form("#details").Set("copy", plant)
	done := v.Submit(form)
	if done.Status != 303 || done.Location() != pathOf(n)+"?done=details-saved" {
		t.Fatalf("%d to %q: %s", done.Status, done.Location(), done.Text("#details-errors"))
	}
	page = v.Get(done.Location())
	for where, want := range map[string]string{"h1": "Phones by the loading dock", ".roles": "Morgan Fraser", "#letters": "Dana Whitaker copied Morgan Fraser on the case"} {
		if !strings.Contains(page.Text(where), want) {
			t.Errorf("%s says %q", where, page.Text(where))
		}
	}
	if again := v.Submit(form); again.Status != 303 || again.Location() != pathOf(n)+"?done=details-same" {
		t.Errorf("sent again: %d to %q", again.Status, again.Location())
	}
	// Unticked, they are gone again.
	form = v.Get(pathOf(n) + "/details").Form("#details")
	if !slices.Contains(form.Values["copy"], plant) {
		t.Fatalf("they are not ticked: %v", form.Values)
	}
	form.Values.Del("copy")
	if done := v.Submit(form); done.Status != 303 || strings.Contains(v.Get(pathOf(n)).Text(".roles"), "Morgan") {
		t.Errorf("%d, and they are still there", done.Status)
	}
}

// The second of two who change the same is shown what the first made of it, and has lost nothing.
func TestTheSecondEditorIsShownWhatChanged(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := uncopied(t, site)
	first, second := site.As("customer@maple.test"), site.As("manager@maple.test")
	form := second.Partial(pathOf(n) + "/details").Form("#details")
	if a := first.Submit(first.Get(pathOf(n)+"/details").Form("#details").Set("title", "Theirs")); a.Status != 303 {
		t.Fatal(a.Status)
	}
	form.Set("title", "Mine").Set("copy", personText(t, site, "colleague@maple.test"))
	for name, send := range map[string]func() *handlertest.Answer{
		"whole":   func() *handlertest.Answer { return second.Submit(form) },
		"in part": func() *handlertest.Answer { return second.PostPartial(form.Action, form.Values) },
	} {
		a := send()
		told := a.Text("#details-conflict")
		if a.Status != 409 || !strings.Contains(told, "Theirs") || !strings.Contains(told, "Mine") || !strings.Contains(told, site.Actor("customer@maple.test").Person.Name()) {
			t.Errorf("%s: %d, told %q", name, a.Status, told)
		}
		again := a.Form("#details")
		if again.Values.Get("title") != "Mine" || again.Values.Get("was_title") != "Theirs" || !slices.Contains(again.Values["copy"], personText(t, site, "colleague@maple.test")) {
			t.Errorf("%s: the form has %v", name, again.Values)
		}
		form = a.Form("#details")
		form.Set("was_title", "what it was long ago")
	}
	form.Set("was_title", "Theirs")
	if a := second.Submit(form); a.Status != 303 || second.Get(pathOf(n)).Text("h1") != "Mine" {
		t.Errorf("saved over: %d", a.Status)
	}
}

// Saved beside its case, the form is gone and the case is as it is now; closed meanwhile, nothing is done.
func TestEditingBesideTheCase(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := uncopied(t, site)
	v := site.As("customer@maple.test")
	form := v.Partial(pathOf(n)+"/details").Form("#details").Set("title", "Anew")
	if form.Values.Has("contact") {
		t.Error("a customer is asked whose case it is")
	}
	a := v.PostPartial(form.Action, form.Values)
	if a.Status != 200 || !strings.Contains(a.Body, `hx-target="#case-head"`) || !strings.Contains(a.Body, "<h1>Anew</h1>") || a.Has("#details") {
		t.Errorf("%d: %s", a.Status, a.Body)
	}
	if a := v.PostPartial(form.Action, form.Set("contact", personText(t, site, "colleague@maple.test")).Set("submission", uuid.NewString()).Values); a.Status != 403 {
		t.Errorf("whose case it is was changed by its customer: %d", a.Status)
	}
	if _, err := site.DB.Pool().Exec(context.Background(), `update cases set state = 'closed', closed_at = now() where id = $1`, n); err != nil {
		t.Fatal(err)
	}
	if a := v.Get(pathOf(n) + "/details"); a.Location() != pathOf(n)+"?done=details-closed" {
		t.Errorf("the form of a closed case: %d %q", a.Status, a.Location())
	}
	if a := v.Submit(form.Set("title", "Too late").Set("submission", uuid.NewString())); a.Location() != pathOf(n)+"?done=details-closed" || v.Get(pathOf(n)).Text("h1") == "Too late" {
		t.Errorf("%d to %q", a.Status, a.Location())
	}
	if v.Get(pathOf(n)).Has("#facts-edit") {
		t.Error("a closed case can be edited")
	}
}

// What people who edit a case are told of people is never of those beyond their reach, by what they type as by what they tick.
func TestEditingLeaksNobody(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := uncopied(t, site)
	beyond := map[string]*regexp.Regexp{
		"customer@maple.test": regexp.MustCompile(`Harbour|harbour\.test|Halifax Plant|Maple Foods West|Fraser|\b[\w-]+@maple\.test`),
		"manager@maple.test":  regexp.MustCompile(`Harbour|harbour\.test|Maple Foods West`),
		"agent@boreal.test":   regexp.MustCompile(`Harbour|harbour\.test|Bouchard`),
	}
	ids := []string{}
	for _, email := range everyone {
		if email != "" {
			ids = append(ids, personText(t, site, email))
		}
	}
	for who, foreign := range beyond {
		v := site.As(who)
		for _, role := range []string{"copies", "contact"} {
			for _, words := range []string{"", "harbour", "west", "plant", "boreal", "test", "p", "f", "b", "maple", "agent2@boreal.test", "west@maple.test", "manager@harbour.test"} {
				for _, ticked := range []url.Values{nil, {"copy": ids, "contact": {personText(t, site, "manager@harbour.test")}}, {"was_copy": ids, "contact": {personText(t, site, "west@maple.test")}}} {
					q := url.Values{"for": {role}, role + "_words": {words}}
					for key, values := range ticked {
						q[key] = values
					}
					a := v.Partial(pathOf(n) + "/people?" + q.Encode())
					a.Body = strings.ReplaceAll(a.Body, words, "") // what they typed themselves
					if told := foreign.FindString(strings.Join(personNames(a), "\n")); told != "" {
						t.Errorf("%s, %s, %q: told of %q", who, role, words, told)
					}
				}
			}
		}
		form := v.Get(pathOf(n) + "/details").Form("#details")
		for _, email := range []string{"stranger@elsewhere.test", "manager@harbour.test", "agent2@boreal.test"} {
			a := v.PostPartial(form.Action, form.Set("copies_words", email).Set("submission", uuid.NewString()).Values)
			if told := a.Text("#details-errors"); a.Status != 422 || !strings.Contains(told, email+" can’t be copied. On cases of this account") {
				t.Errorf("%s names %s: %d %q", who, email, a.Status, told)
			}
		}
	}
}

func personNames(a *handlertest.Answer) []string {
	return a.Page().Find(".choice-person").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
}

// Who opened a case for somebody stands in its head, its panel and its history, to all who read it.
func TestOpenedOnBehalf(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	manager, customer := site.Actor("manager@maple.test"), site.Actor("customer@maple.test")
	if page := site.As("manager@maple.test").Get(issueForm); !page.Has(`#form-for a[href*="/requesters"]`) {
		t.Error("a case manager can't choose for whom")
	}
	raw := answers("description", "for somebody else")
	kase, err := site.Desk.Open(ctx, manager, desk.Open{Ask: desk.Ask{Item: "report-issue", For: customer.Person.ID, Raw: raw}, Submission: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"customer@maple.test", "manager@maple.test", "agent@boreal.test"} {
		page := site.As(who).Get(kase.Path())
		for where, want := range map[string]string{
			"#case-head": "Opened by " + manager.Person.Name() + " for " + customer.Person.Name(), "#letters": manager.Person.Name(), ".roles": manager.Person.Name(),
		} {
			if told := page.Text(where); !strings.Contains(told, want) || where != "#case-head" && !strings.Contains(told, customer.Person.Name()) {
				t.Errorf("%s reads in %s: %q", who, where, told)
			}
		}
	}
}

// Whoever begins a form and then says for whom it is finds in it what they had filled in.
func TestChoosingForWhomKeepsTheAnswers(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.As("manager@maple.test")
	form := v.Get(issueForm).Form("#form").Set("description", "Half-way through")
	if a := v.Post(issueForm+"/draft", form.Values); a.Status != 303 {
		t.Fatal(a.Status)
	}
	chooser := v.Get(v.Get(issueForm).Page().Find("#form-for a").AttrOr("href", ""))
	link := chooser.Page().Find(fmt.Sprintf(`#callers a[href*="for=%d&"]`, personID(t, site, "colleague@maple.test"))).AttrOr("href", "")
	if f := v.Get(link).Form("#form"); f.Values.Get("description") != "Half-way through" || f.Values.Get("for") != personText(t, site, "colleague@maple.test") {
		t.Errorf("%q has %v", link, f.Values)
	}
	if f := site.As("admin@maple.test").Get(link).Form("#form"); f.Values.Get("description") != "" {
		t.Errorf("somebody else finds %v", f.Values)
	}
}

// Who is copied from elsewhere stands with the people, by address, and leaves by a page that needs no sign-in.
func TestOutsidersLeaveByLink(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	n := uncopied(t, site)
	if _, err := site.DB.Pool().Exec(ctx, `update accounts set cc_outsiders = true where client_number = '100210'`); err != nil {
		t.Fatal(err)
	}
	v := site.As("customer@maple.test")
	if a := v.Submit(v.Get(pathOf(n)+"/details").Form("#details").Set("copies_words", "landlord@elsewhere.test")); a.Location() != pathOf(n)+"?done=details-saved" {
		t.Fatalf("%d: %s", a.Status, a.Text("#details-errors"))
	}
	if told := v.Get(pathOf(n)).Text(".roles"); !strings.Contains(told, "landlord@elsewhere.test") || !strings.Contains(told, "by mail only") {
		t.Errorf("the page says %q", told)
	}
	there, _, err := site.DB.Outsiders(ctx, n)
	if err != nil || len(there) != 1 {
		t.Fatal(there, err)
	}
	link := "/unsubscribe/" + site.Desk.OutsiderToken(there[0].ID)
	nobody := site.Nobody()
	if a := nobody.Get(link); a.Status != 200 || !strings.Contains(a.Text("main"), "landlord@elsewhere.test") || strings.Contains(a.Body, "Maple") {
		t.Errorf("%d: %s", a.Status, a.Text("main"))
	}
	if _, left, _ := site.DB.Outsiders(ctx, n); len(left) != 0 {
		t.Error("to look at the page was enough")
	}
	for range 2 { // as a mail program posts it, without a token
		if a := nobody.Do("POST", link, strings.NewReader("List-Unsubscribe=One-Click"), "application/x-www-form-urlencoded", false); a.Status != 200 {
			t.Errorf("%d", a.Status)
		}
	}
	if told := v.Get(pathOf(n)); strings.Contains(told.Text(".roles"), "landlord") || !strings.Contains(told.Text("#letters"), "landlord@elsewhere.test left the case") {
		t.Errorf("%q, %q", told.Text(".roles"), told.Text("#letters"))
	}
	if a := nobody.Get("/unsubscribe/outsider-1.x"); a.Status != 404 {
		t.Errorf("a broken link: %d", a.Status)
	}
}

// Who is copied takes themselves off, and then it is as if the case were not there.
func TestLeavingACase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	n := uncopied(t, site)
	for _, email := range []string{"colleague@maple.test", "manager@maple.test"} {
		if _, err := site.DB.Pool().Exec(ctx, `insert into case_copies values ($1, $2)`, n, personID(t, site, email)); err != nil {
			t.Fatal(err)
		}
	}
	for email, want := range map[string]string{"colleague@maple.test": "/cases?done=copies-left", "manager@maple.test": pathOf(n) + "?done=copies-left"} {
		v := site.As(email)
		form := v.Get(pathOf(n)).Form("form.leave")
		if !form.Found {
			t.Fatalf("%s can't leave", email)
		}
		if a := v.Submit(form); a.Location() != want {
			t.Errorf("%s: %d to %q", email, a.Status, a.Location())
		}
	}
	if a := site.As("colleague@maple.test").Get(pathOf(n)); a.Status != 404 {
		t.Errorf("after that: %d", a.Status)
	}
	if site.As("customer@maple.test").Get(pathOf(n)).Has("form.leave") {
		t.Error("its requester may leave")
	}
}
