package handlers_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"portico/handlers/handlertest"
)

func TestHome(t *testing.T) {
	site := handlertest.New(t)

	t.Run("tells a customer what is waiting, and what they can ask for", func(t *testing.T) {
		got := site.As("customer@maple.test").Get("/")
		if got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		if listens := got.Page().Find("#live").AttrOr("data-live", ""); !strings.Contains(listens, "on=cases") || !got.Has(`#home[hx-trigger*="cases from:#live"]`) {
			t.Errorf("it does not follow what changes: %q", listens)
		}
		if n, err := strconv.Atoi(got.Text("#pending-title .count")); err != nil || n < got.Page().Find("[aria-labelledby=pending-title] tbody tr").Length() {
			t.Errorf("of pending cases it counts %q", got.Text("#pending-title .count"))
		}
		if n := got.Page().Find("tr[data-waiting]").Length(); n == 0 || !strings.Contains(got.Text("h1.truth"), "waiting for your answer") {
			t.Errorf("%d rows wait; the first sentence is %q", n, got.Text("h1.truth"))
		}
		for _, href := range []string{"/items/report-issue", "/catalog/technical-support", "/catalog/customer-service", "/knowledge"} {
			if !got.Has(`.columns a[href="` + href + `"]`) {
				t.Errorf("no shortcut to %s", href)
			}
		}
		if !got.Has(".services li") || !got.Has(".reach a[href^='tel:']") {
			t.Error("no services, or no way to reach the provider")
		}
	})

	t.Run("leads to all that wait where it shows the first of them only", func(t *testing.T) {
		for _, email := range []string{"customer@maple.test", "manager@maple.test", "admin@maple.test"} {
			got := site.As(email).Get("/")
			said, _, _ := strings.Cut(got.Text("h1.truth"), " ")
			shown := got.Page().Find("tr[data-waiting]").Length()
			if n, err := strconv.Atoi(said); err == nil && got.Has(`[aria-labelledby=waiting-title] a[href="/cases?list=action"]`) != (n > shown) {
				t.Errorf("%s: %d of %d are shown", email, shown, n)
			}
		}
	})

	t.Run("speaks French to who reads French", func(t *testing.T) {
		got := site.As("colleague@maple.test").Get("/")
		if !strings.Contains(got.Text(".section"), "Que pouvons-nous faire pour vous") {
			t.Errorf("no French: %q", got.Text("h1"))
		}
	})

	t.Run("sends staff to their queues", func(t *testing.T) {
		if got := site.As("agent@boreal.test").Get("/"); got.Location() != "/queues" {
			t.Errorf("to %q", got.Location())
		}
	})

	t.Run("answers a part without the shell", func(t *testing.T) {
		got := site.As("customer@maple.test").Partial("/")
		if got.Status != 200 || strings.Contains(got.Body, "<html") || !strings.Contains(got.Body, "truth") {
			t.Errorf("%d %.80q", got.Status, got.Body)
		}
	})
}

func TestProductsAreThoseOfOnesReach(t *testing.T) {
	site := handlertest.New(t)
	for who, want := range map[string][]string{
		"customer@maple.test":   {"Maple Foods East"},
		"manager@maple.test":    {"Maple Foods East", "Maple Foods Halifax Plant"},
		"admin@maple.test":      {"Maple Foods", "Maple Foods East", "Maple Foods Halifax Plant", "Maple Foods West"},
		"site-admin@maple.test": {"Maple Foods East"},
		"agent@boreal.test":     {"Maple Foods", "Maple Foods East", "Maple Foods Halifax Plant", "Maple Foods West", "Harbour Clinics", "Harbour Clinics North"},
	} {
		got := site.As(who).Get("/products")
		var accounts []string
		for _, s := range got.Page().Find("section h2").EachIter() {
			accounts = append(accounts, s.Text())
		}
		if strings.Join(accounts, "|") != strings.Join(want, "|") {
			t.Errorf("%s sees products of %q, want %q", who, accounts, want)
		}
	}
	foreign := site.As("customer@maple.test").Get("/products?account=1&after=1")
	if foreign.Status != 200 || foreign.Has("section h2") {
		t.Errorf("another account's products: %d %s", foreign.Status, foreign.Text("section"))
	}
}

func TestOpenCasesOfAProductAreCountedWithinOnesScope(t *testing.T) {
	site := handlertest.New(t)
	links := func(who string) map[string]string {
		counts := map[string]string{}
		for _, s := range site.As(who).Get("/products").Page().Find(`a[href*="product="]`).EachIter() {
			counts[s.AttrOr("href", "")] = s.Text()
		}
		return counts
	}
	some := false
	for href, text := range links("manager@maple.test") {
		list := site.As("manager@maple.test").Get(href)
		rows := list.Page().Find("table.cases tbody tr").Length()
		if want := strings.Fields(text)[0]; list.Status != 200 || rows < 25 && want != strconv.Itoa(rows) {
			t.Errorf("%s says %q and lists %d (%d)", href, text, rows, list.Status)
		}
		some = true
	}
	if !some {
		t.Error("the manager's products have no open case: nothing was compared")
	}
}

func TestStatus(t *testing.T) {
	site := handlertest.New(t)
	got := site.As("customer@harbour.test").Get("/status")
	if got.Status != 200 || got.Page().Find(".services > li").Length() != 8 {
		t.Fatalf("%d, %d services", got.Status, got.Page().Find(".services > li").Length())
	}
	if !got.Has("article.incident .timeline li") {
		t.Error("no incident")
	}
}

func TestKnowledgeBase(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	list := v.Get("/knowledge")
	href, ok := list.Page().Find(".articles a").First().Attr("href")
	if !ok {
		t.Fatalf("no article: %s", list.Body)
	}
	article := v.Get(href)
	if article.Status != 200 || article.Text("article h1") == "" || article.Page().Find("article p").Length() < 2 {
		t.Errorf("%s: %d %q", href, article.Status, article.Text("article h1"))
	}
	if got := v.Get("/knowledge/no-such-article"); got.Status != 404 {
		t.Errorf("no such article: %d", got.Status)
	}
	word := strings.Fields(article.Text("article h1"))
	found := v.Partial("/knowledge?q=" + url.QueryEscape(strings.Join(word, " ")))
	if found.Status != 200 || strings.Contains(found.Body, "<html") || !found.Has(`a[href="`+href+`"]`) {
		t.Errorf("its own title does not find it: %d %s", found.Status, found.Body)
	}
	nothing := v.Get("/knowledge?q=xyzzy%00%27%22%3Cb%3E")
	if nothing.Status != 200 || !nothing.Has(".empty") || nothing.Has("main b") {
		t.Errorf("nothing found: %d %s", nothing.Status, nothing.Text("main"))
	}
}

// Nobody reads that mail waits to be sent where there is nobody to send it.
func TestProductsOfManyAccounts(t *testing.T) {
	site := handlertest.New(t)
	if _, err := site.DB.Pool().Exec(t.Context(), `insert into accounts (name, client_number) select 'Branch ' || n, 'B-' || n from generate_series(1, 120) n`); err != nil {
		t.Fatal(err)
	}
	v := site.As("agent@boreal.test")
	if got := v.Get("/products"); !got.Has(`input[name="q"]`) || got.Has("select[name=account]") || !got.Has("section h2") {
		t.Errorf("of many accounts there is no search: %s", got.Text("main"))
	}
	if got := v.Get("/products?q=harbour+nor"); got.Text("section h2") != "Harbour Clinics North" {
		t.Errorf("a search for one finds %q", got.Text("section h2"))
	}
	if got := v.Get("/products?q=nowhere"); got.Has("section h2") || !strings.Contains(got.Text(".empty"), "such a name") {
		t.Errorf("a search for none finds %q", got.Text("main"))
	}
	if got := site.As("customer@maple.test").Get("/products?q=harbour"); got.Text("section h2") != "Maple Foods East" {
		t.Errorf("a customer finds %q", got.Text("section h2"))
	}
}
