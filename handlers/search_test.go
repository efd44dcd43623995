package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/handlertest"
	"portico/policy"
)

// learnt is a portal that knows the words of its cases, as the background work has it after a minute.
func learnt(t *testing.T) *handlertest.Site {
	t.Helper()
	site := handlertest.New(t)
	if _, err := site.DB.LearnWords(db.AsSystem(t.Context(), "test"), dbtest.Now); err != nil {
		t.Fatal(err)
	}
	return site
}

func TestListsForgiveTypos(t *testing.T) {
	site := learnt(t)
	v := site.As("manager@maple.test")
	right := v.Get("/cases?q=invoice&sort=-number")
	wrong := v.Get("/cases?q=invioce&sort=-number")
	if len(numbersIn(right)) == 0 || strings.Join(cells(right), " ") != strings.Join(cells(wrong), " ") {
		t.Errorf("a typo finds %v, not %v", cells(wrong), cells(right))
	}
	if said := wrong.Text("#list-corrected"); !strings.Contains(said, "invioce") || !strings.Contains(said, "“invoice”") || right.Has("#list-corrected") {
		t.Errorf("it is said: %q", said)
	}
	if got := wrong.Page().Find("input[name=q]").Last().AttrOr("value", ""); got != "invioce" {
		t.Errorf("what was typed became %q", got)
	}
	for next, pages := v.Get("/cases?q=invioce"), 1; ; pages++ {
		href, more := next.Page().Find("a[rel=next]").Attr("href")
		if !more {
			break
		}
		if next = v.Partial(href); len(numbersIn(next)) == 0 || pages > 20 {
			t.Fatalf("page %d of what was put right has %v", pages, numbersIn(next))
		}
	}
	for _, q := range []string{"/cases?q=invioce&state=open&priority=4&type=Billing+Inquiry&from=2031-01-01", "/cases?q=qqqqzzzz", "/cases?q=CS9999999"} {
		if got := v.Get(q); len(numbersIn(got)) != 0 || got.Has("#list-corrected") || !got.Has(".empty") {
			t.Errorf("%s finds %v and says %q", q, numbersIn(got), got.Text("#list-corrected"))
		}
	}
}

func cells(a *handlertest.Answer) (list []string) {
	for _, n := range numbersIn(a) {
		list = append(list, n.String())
	}
	return list
}

func TestSearch(t *testing.T) {
	site := learnt(t)
	groups := func(a *handlertest.Answer) (list []string) {
		for _, s := range a.Page().Find("[aria-labelledby^=found-], [role=group]").EachIter() {
			list = append(list, s.AttrOr("aria-labelledby", ""))
		}
		return list
	}
	v := site.As("manager@maple.test")

	t.Run("finds by sources", func(t *testing.T) {
		got := v.Get("/search?q=invoice")
		if fmt.Sprint(groups(got)) != "[found-catalog found-cases found-articles]" || !got.Has(`.hits a[href="/items/billing-inquiry"]`) ||
			!got.Has(`.hits a[href^="/cases/CS"]`) || !got.Has(`.hits a[href^="/knowledge/"]`) {
			t.Errorf("%d %v %s", got.Status, groups(got), got.Text("main"))
		}
		if n := got.Page().Find(`.hits a[href^="/cases/"]`).Length(); n != 5 {
			t.Errorf("%d cases, not the first five", n)
		}
		more := v.Get(got.Page().Find(`a[href*="source=cases"]`).AttrOr("href", ""))
		if n := more.Page().Find(`.hits a[href^="/cases/"]`).Length(); n <= 5 || fmt.Sprint(groups(more)) != "[found-cases]" || !more.Has("input[name=source][value=cases][checked]") {
			t.Errorf("of cases alone: %d of %v", n, groups(more))
		}
	})
	t.Run("answers in part", func(t *testing.T) {
		got := v.Partial("/search?q=invoice&source=articles")
		if got.Status != 200 || strings.Contains(got.Body, "<html") || fmt.Sprint(groups(got)) != "[found-articles]" || got.Header.Get("HX-Push-Url") != "/search?q=invoice&source=articles" {
			t.Errorf("%d %v, to %q", got.Status, groups(got), got.Header.Get("HX-Push-Url"))
		}
		if live := v.Partial("/search?q=invoice&live=yes"); live.Header.Get("HX-Push-Url") != "" {
			t.Error("what refreshes itself leads elsewhere")
		}
	})
	t.Run("goes to a case by its number", func(t *testing.T) {
		n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
		if got := v.Get("/search?q=" + strings.ToLower(n.String())); got.Location() != n.String() && !strings.HasSuffix(got.Location(), "/cases/"+n.String()) {
			t.Errorf("%d, to %q", got.Status, got.Location())
		}
		foreign := aCase(t, site, "customer@harbour.test", db.Open, db.New, db.Awaiting)
		if got := v.Get("/search?q=" + foreign.String()); got.Status != 200 || !got.Has(".empty") {
			t.Errorf("another's: %d %s", got.Status, got.Text("main"))
		}
	})
	t.Run("forgives typos, and says so", func(t *testing.T) {
		got := v.Get("/search?q=invioce")
		if said := got.Text("main"); !strings.Contains(said, "Nothing has “invioce”. These have “invoice”.") || !got.Has(`.hits a[href^="/cases/"]`) || !got.Has(`a[href="/items/billing-inquiry"]`) {
			t.Errorf("%s", said)
		}
	})
	t.Run("forgives typos among articles alone", func(t *testing.T) {
		if got := v.Get("/search?q=invioce&source=articles"); !strings.Contains(got.Text("main"), "These have “invoice”.") || !got.Has(`.hits a[href^="/knowledge/"]`) {
			t.Errorf("%s", got.Text("main"))
		}
	})
	t.Run("says what to do where nothing is found, or asked", func(t *testing.T) {
		if got := v.Get("/search?q=zzzzzz%3Cb%3E"); !strings.Contains(got.Text(".empty"), "zzzzzz<b>") || !got.Has(".empty .button") {
			t.Errorf("%s", got.Text("main"))
		}
		if got := v.Get("/search"); got.Status != 200 || !got.Has(".empty") || got.Has(".hits") {
			t.Errorf("%s", got.Text("main"))
		}
	})
	t.Run("suggests while one types", func(t *testing.T) {
		got := v.Partial("/search/suggestions?q=invoi")
		options := got.Page().Find("[role=option]")
		if options.Length() < 8 || got.Page().Find("[role=option]").Last().AttrOr("href", "") != "/search?q=invoi" || !strings.Contains(got.Body, "#search-said") {
			t.Errorf("%d of them: %s", options.Length(), got.Body)
		}
		ids := map[string]bool{}
		for _, o := range options.EachIter() {
			ids[o.AttrOr("id", "")] = true
		}
		if len(ids) != options.Length() {
			t.Error("two have one id")
		}
		if short := v.Partial("/search/suggestions?q=i"); short.Has("[role=option]") {
			t.Error("of one letter there are suggestions")
		}
	})
	t.Run("speaks French", func(t *testing.T) {
		if got := site.As("colleague@maple.test").Get("/search?q=facture"); !strings.Contains(got.Text("main"), "Ce que vous pouvez demander") {
			t.Errorf("%s", got.Text("main"))
		}
	})
	t.Run("shows each the sources that are theirs", func(t *testing.T) {
		for who, want := range map[string]string{"customer@maple.test": "[ catalog cases articles]", "agent@boreal.test": "[ cases articles catalog]",
			"platform@boreal.test": "[ cases articles]", "reports@maple.test": "[ catalog cases articles]"} {
			var list []string
			for _, s := range site.As(who).Get("/search").Page().Find("input[name=source]").EachIter() {
				list = append(list, s.AttrOr("value", ""))
			}
			if fmt.Sprint(list) != want {
				t.Errorf("%s has %v, not %s", who, list, want)
			}
		}
	})
}

// TestSearchesAgreeWithTheList: search page, suggestions and list find the same of what one may see, misspelt or not.
func TestSearchesAgreeWithTheList(t *testing.T) {
	t.Parallel()
	site := learnt(t)
	found := func(a *handlertest.Answer) (list []string) {
		for _, link := range a.Page().Find(`a[href^="/cases/CS"]`).EachIter() {
			list = append(list, strings.TrimPrefix(link.AttrOr("href", ""), "/cases/"))
		}
		return list
	}
	some := 0
	for who, email := range everyone {
		if who == "nobody" {
			continue
		}
		v := site.As(email)
		for _, q := range []string{"phones", "invioce", "vancuover", "CS0001883", "1883", "tonalite"} {
			at := "q=" + url.QueryEscape(q)
			listed := cells(v.Partial("/cases?" + at))
			some += len(listed)
			if got := found(v.Partial("/search?source=cases&" + at)); fmt.Sprint(got) != fmt.Sprint(listed) {
				t.Errorf("%s, %q: the list has %v, the search %v", who, q, listed, got)
			}
			listed = listed[:min(len(listed), 5)]
			if got := found(v.Partial("/search/suggestions?" + at)); fmt.Sprint(got) != fmt.Sprint(listed) {
				t.Errorf("%s, %q: the list begins with %v, suggested is %v", who, q, listed, got)
			}
		}
	}
	if some < 50 {
		t.Errorf("only %d were found by all", some)
	}
}

// TestNobodyIsToldAnothersWords: a word that stands in one case alone is told, to who misspells it, only where they see that
// case; whatever they search.
func TestNobodyIsToldAnothersWords(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	const word, typed = "zanzibarium", "znazibarium"
	if _, err := site.DB.Pool().Exec(t.Context(), `update cases set words = words || to_tsvector('simple', $2) where id = $1`, n, word); err != nil {
		t.Fatal(err)
	}
	if _, err := site.DB.LearnWords(db.AsSystem(t.Context(), "test"), dbtest.Now); err != nil {
		t.Fatal(err)
	}
	ref, err := site.DB.CaseRef(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	for who, email := range everyone {
		if who == "nobody" {
			continue
		}
		v, sees := site.As(email), site.Desk.Judge.Can(site.Actor(email), policy.See, ref)
		for _, path := range []string{"/cases?q=", "/cases?state=open&q=", "/search?q=", "/search?source=cases&q=", "/search?source=articles&q=", "/search/suggestions?q="} {
			told := strings.Contains(v.Partial(path+typed).Body, word)
			if want := sees && !strings.Contains(path, "articles"); told != want {
				t.Errorf("%s sees the case: %v, and is told its word at %s: %v", who, sees, path, told)
			}
		}
	}
}
