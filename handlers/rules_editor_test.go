package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestTheCheckAnswersAsOneTypes(t *testing.T) {
	s := newShelf(t)
	answer := s.v.PostPartial(s.path+"/check", s.form("2", "when", "\"😀é\" != answers.description and \"Hosted Voise\" in services", "marked", "rule-7 nonsense"))
	s.has(answer, 200, ".caret-error", "“Hosted Voise” is not a choice of services.")
	page := answer.Page()
	at, fix := page.Find(".caret-error").AttrOr("data-at", ""), page.Find("[data-fix]")
	if at != "33-47" || fix.AttrOr("data-fix-at", "") != at || fix.AttrOr("data-fix", "") != `"Hosted Voice"` {
		t.Errorf("the characters %q, %q to be written there", at, fix.AttrOr("data-fix", ""))
	}
	s.has(answer, 200, `hx-partial[hx-target="#examples-now"]`, "1 of 11 examples would fail the phones are down everywhere, and it is urgent Priority: expected 1 - Critical, came out as 2 - High.")
	if !answer.Has(`hx-partial[hx-target="#rule-3-marks"] [data-mark=red]`) || !answer.Has(`hx-partial[hx-target="#rule-7-marks"]`) || strings.Contains(answer.Body, "nonsense") {
		t.Errorf("the marks are %s", answer.Body)
	}
	good := s.v.PostPartial(s.path+"/check", s.form("4", "when", " not answers.intermittent and answers.urgent"))
	s.has(good, 200, "p", "This condition can be read.")
	if lean := good.Page().Find(`[data-lean=holds]`).AttrOr("data-at", ""); lean != "12-24" {
		t.Errorf("the lean stands at %q", lean)
	}

	fresh := s.form("new", "name", "First", "when", "true", "priority", "4", "after", "0")
	s.has(s.v.PostPartial(s.path+"/check", fresh), 200, `hx-partial[hx-target="#examples-now"]`, "would fail")
	s.has(s.v.PostPartial(s.path+"/check", s.form("default", "priority", "1")), 200, `hx-partial[hx-target="#examples-now"]`, "2 of 11 examples would fail")
	if s.set().Rules[1].When != "answers.urgent and answers.all_locations" {
		t.Error("a check saved what it checked")
	}
}

func TestASuggestionIsTakenWithoutScripts(t *testing.T) {
	s := newShelf(t)
	form := s.form("6", "when", `"voise" in families and answers.urgnt`)
	whole := s.v.Post(s.path+"/check", form)
	button := whole.Page().Find(`button[name=fix]`).FilterFunction(func(_ int, b *goquery.Selection) bool { return strings.Contains(b.Text(), "voice") })
	if button.AttrOr("formaction", "") != s.path+"/check" {
		t.Fatalf("no button: %s", whole.Text("#rule-checked"))
	}
	form.Set("fix", button.AttrOr("value", ""))
	s.has(s.v.Post(s.path+"/check", form), 200, "#rule-when", `"voice" in families and answers.urgnt`)
	form.Set("fix", "when.5.nonsense")
	s.has(s.v.Post(s.path+"/check", form), 200, "#rule-when", `"voise" in families and answers.urgnt`)
}

func TestTheWordsOfConditions(t *testing.T) {
	s := newShelf(t)
	s.v.Post(s.path+"/rules/names", url.Values{"revision": {s.revision()}, "shared-name": {"everywhere"}, "shared-expr": {"answers.all_locations"}})
	address := s.v.Get(s.path+"?rule=1").Page().Find("#rule-when").AttrOr("data-words", "")
	answer := s.v.Get(address)
	var words struct {
		Facts []struct {
			Text, Says, Help, Type, Forms string
			Choices                       []struct{ Value, Says string }
		}
		Functions, Operators, Names []struct{ Text, Says, Help, Code, Of string }
	}
	if err := json.Unmarshal([]byte(answer.Body), &words); err != nil || answer.Status != 200 || !strings.HasPrefix(answer.Header.Get("Cache-Control"), "private") {
		t.Fatalf("%d %v %s", answer.Status, err, answer.Body)
	}
	found := map[string]bool{}
	for _, f := range words.Facts {
		found[f.Text] = true
		switch f.Text {
		case "answers.service":
			if f.Says != "What service is impacted" && f.Says == "" || len(f.Choices) != 8 || !strings.Contains(f.Forms, "Report an Issue") || f.Type != "text" {
				t.Errorf("%+v", f)
			}
		case "item":
			if i := slices.IndexFunc(f.Choices, func(c struct{ Value, Says string }) bool { return c.Value == "report-issue" }); i < 0 || f.Choices[i].Says != "Report an Issue" {
				t.Errorf("%+v", f)
			}
		case "answers.contact_by":
			if len(f.Choices) != 2 || f.Choices[0].Says == "" {
				t.Errorf("%+v", f)
			}
		}
	}
	if !found["now.hour"] || !found["answers.urgent"] || len(words.Functions) != 4 || words.Functions[0].Help == "" || words.Names[0].Code != "answers.all_locations" {
		t.Errorf("%s", answer.Body)
	}
	for _, o := range words.Operators {
		if o.Of == "" && o.Text != "not" || o.Help == "" {
			t.Errorf("%+v", o)
		}
	}
	again := s.v.Do(http.MethodGet, address, nil, "", false, "If-None-Match", answer.Header.Get("ETag"))
	if again.Status != http.StatusNotModified {
		t.Errorf("asked again: %d", again.Status)
	}
}

func TestRulesArePutElsewhere(t *testing.T) {
	s := newShelf(t)
	form := s.form("3", "when", "answers.urgent and true", "name", "Not saved yet")
	form.Set("from", "1")
	form.Set("to", "4")
	answer := s.v.PostPartial(s.path+"/order", form)
	s.has(answer, 200, `hx-partial[hx-target="#status"]`, "Emergency calling now stands at place 4 of 10.")
	s.has(answer, 200, "#editor h2", "Rule 2 of 10")
	s.has(answer, 200, "#rule-when", "answers.urgent and true")
	if got := answer.Page().Find("#rule-name").AttrOr("value", ""); got != "Not saved yet" || !answer.Has("#rule-form[data-unsaved]") || answer.Header.Get("HX-Replace-Url") != s.path+"?rule=2" {
		t.Errorf("the editor has %q, the address is %s", got, answer.Header.Get("HX-Replace-Url"))
	}
	if set := s.set(); set.Rules[3].Name != "Emergency calling" || set.Rules[1].Name != "Urgent" {
		t.Errorf("%s, %s", set.Rules[3].Name, set.Rules[1].Name)
	}
	again := s.v.PostPartial(s.path+"/order", form) // made from what was there before
	s.has(again, 409, "[role=alert]", "saved this draft before you did")
	s.has(again, 409, "#rule-when", "answers.urgent and true")
	if s.v.Post(s.path+"/order", url.Values{"revision": {s.revision()}, "from": {"0"}, "to": {"1"}}).Status != 404 {
		t.Error("a rule that isn't there is put elsewhere")
	}
	if plain := s.v.Post(s.path+"/order", url.Values{"revision": {s.revision()}, "from": {"4"}, "to": {"1"}}); plain.Location() != s.path+"?rule=1&done=rule-moved#editor" {
		t.Errorf("%d to %q", plain.Status, plain.Location())
	}
}

func TestTheMarksOfExamplesStandBesideTheRulesThatDecide(t *testing.T) {
	s := newShelf(t)
	for _, place := range []string{"3", "new&after=3", "default", "names"} {
		page := s.v.Get(s.path + "?rule=" + place)
		for line, want := range map[string]string{"rule-3": "2", "rule-4": "2", "rule-6": "4", "rule-default": "2"} {
			if got, _, _ := strings.Cut(page.Text("#"+line+"-marks"), " "); got != want {
				t.Errorf("beside %s, editing %s: %q, want %s", line, place, got, want)
			}
		}
	}
}

func TestARuleIsDuplicated(t *testing.T) {
	s := newShelf(t)
	s.v.Post(s.path+"/rules/3", s.form("3", "move", "copy", "note", "Kept in both"))
	answer := s.v.PostPartial(s.path+"/rules/3", s.form("3", "move", "copy"))
	s.has(answer, 200, "#editor h2", "Rule 4 of 12")
	s.has(answer, 200, `hx-partial[hx-target="#status"]`, "This is the copy.")
	set := s.set()
	if set.Rules[3].Name != "Urgent (3)" || set.Rules[4].Name != "Urgent (2)" || set.Rules[4].Note != "Kept in both" || set.Rules[3].When != "answers.urgent" {
		t.Errorf("%+v", set.Rules[2:5])
	}
}

func TestSharedNamesKnowWhoUsesThem(t *testing.T) {
	s := newShelf(t)
	names := func(fields ...string) url.Values { // was, name, expression
		form := url.Values{"revision": {s.revision()}, "place": {"names"}}
		for i := 0; i < len(fields); i += 3 {
			form.Add("shared-was", fields[i])
			form.Add("shared-name", fields[i+1])
			form.Add("shared-expr", fields[i+2])
		}
		return form
	}
	s.v.Post(s.path+"/rules/names", names("", "wide", "answers.all_locations", "", "hot", "wide and answers.urgent", "", "idle", "true"))
	s.v.Post(s.path+"/rules/2", s.form("2", "when", "hot"))
	s.v.Post(s.path+"/rules/4", s.form("4", "when", "wide and not answers.intermittent"))
	page := s.v.Get(s.path + "?rule=names")
	s.has(page, 200, "#shared-row-1", "Used by hot, 4 · Everywhere, all the time")
	s.has(page, 200, "#shared-row-3", "Nothing uses it")
	s.has(page, 200, ".name-list", "wide answers.all_locations used 2 times")

	for _, post := range []func(string, url.Values) string{
		func(path string, form url.Values) string { return s.v.Post(path, form).Text("#names-form .errors") },
		func(path string, form url.Values) string {
			return s.v.PostPartial(path, form).Text("#names-form .errors")
		},
	} {
		said := post(s.path+"/rules/names", names("wide", "", "", "hot", "hot", "answers.urgent and wide", "idle", "", ""))
		if !strings.Contains(said, "wide is used by: hot, 4 · Everywhere, all the time") || strings.Contains(said, "idle") {
			t.Errorf("%q", said)
		}
	}
	swap := names("wide", "hot", "answers.all_locations", "hot", "wide", "wide and answers.urgent", "idle", "", "")
	swap["shared-follow"] = []string{"wide", "hot"}
	if answer := s.v.Post(s.path+"/rules/names", swap); answer.Status != 303 {
		t.Fatalf("%d %s", answer.Status, answer.Text("#names-form"))
	}
	set := s.set()
	if len(set.Let) != 2 || set.Let[1].Expr != "hot and answers.urgent" || set.Rules[1].When != "wide" || set.Rules[3].When != "hot and not answers.intermittent" {
		t.Errorf("%+v, %s, %s", set.Let, set.Rules[1].When, set.Rules[3].When)
	}
	typed := names("hot", "hot", "answers.all_location", "wide", "wide", "hot and answers.urgent", "", "", "")
	answer := s.v.PostPartial(s.path+"/check?row=1", typed)
	s.has(answer, 200, ".caret-error", "There is no fact answers.all_location.")
	if s.v.PostPartial(s.path+"/check?row=3", typed).Has(".caret-error") {
		t.Error("an empty row is complained of")
	}
}
