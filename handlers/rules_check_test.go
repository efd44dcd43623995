package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
)

// TestWhatACheckShowsCanBeTriedAndKept follows a finding from its sentence to the example that settles it.
func TestWhatACheckShowsCanBeTriedAndKept(t *testing.T) {
	s := newShelf(t)
	answer := s.v.Get(s.path + "/check")
	if answer.Status != http.StatusOK || !strings.Contains(answer.Page().Find(".check-summary").Text(), "All of it is proved.") {
		t.Fatalf("the check: %d %s", answer.Status, answer.Body)
	}
	const said = `"Emergency calling" and "Data" can hold for the same answers and set a different queue: only their order decides.`
	finding := func() *goquery.Selection {
		return s.v.Get(s.path + "/check").Page().Find("#check-notice .finding").FilterFunction(func(_ int, f *goquery.Selection) bool {
			return f.Find("p").First().Text() == said
		})
	}
	shown := finding()
	if shown.Length() != 1 {
		t.Fatalf("it does not say: %s", said)
	}
	if rule, _ := shown.Find("p a").First().Attr("href"); rule != s.path+"?rule=1#editor" {
		t.Errorf("the rule's name leads to %s", rule)
	}
	try, _ := shown.Find(".finding-shown a.button").Attr("href")
	if tried := s.v.Get(try); tried.Status != http.StatusOK || !strings.Contains(tried.Page().Text(), "Emergency calling") {
		t.Errorf("trying it: %d at %s", tried.Status, try)
	}
	form := url.Values{}
	shown.Find("form input").Each(func(_ int, in *goquery.Selection) {
		name, _ := in.Attr("name")
		value, _ := in.Attr("value")
		form.Add(name, value)
	})
	action, _ := shown.Find("form").Attr("action")
	if kept := s.v.Post(action, form); kept.Status != http.StatusSeeOther {
		t.Fatalf("keeping it: %d %s", kept.Status, kept.Body)
	}
	if finding().Length() != 0 {
		t.Error("what an example settles is still worth a look")
	}
	if !strings.Contains(s.v.Get(s.path+"/check").Page().Find("#check-info").Text(), `"Emergency calling" goes before "Data"`) {
		t.Error("it does not say that an example settles it")
	}
}

func TestTheLiveRulesAreChecked(t *testing.T) {
	v := handlertest.New(t).As(administrator)
	page := v.Get("/rules/check").Page()
	if page.Find("#check-notice .finding").Length() == 0 || page.Find(".finding form").Length() != 0 {
		t.Errorf("%s", page.Text())
	}
	if rule, _ := page.Find(".finding p a").First().Attr("href"); rule != "/rules#rule-1" {
		t.Errorf("a rule's name leads to %s", rule)
	}
}

func TestARuleOfADraftHasADotWhereTheCheckHasSomethingToSay(t *testing.T) {
	s := newShelf(t)
	dots := s.v.Get(s.path).Page().Find(`.rule-dot[data-level="notice"]`)
	if dots.Length() < 2 { // Emergency calling, Voice
		t.Errorf("%d dots", dots.Length())
	}
}
