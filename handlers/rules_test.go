package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/rules"
	"portico/views"

	"github.com/PuerkitoBio/goquery"
)

const administrator = "platform@boreal.test"

// shelf is a draft, and who edits it.
type shelf struct {
	t    *testing.T
	site *handlertest.Site
	v    *handlertest.Visitor
	path string
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	site := handlertest.New(t)
	v := site.As(administrator)
	answer := v.Post("/rules/drafts", url.Values{"name": {"Autumn review"}})
	if answer.Status != http.StatusSeeOther || !strings.HasPrefix(answer.Location(), "/rules/drafts/") {
		t.Fatalf("begin a draft: %d %s", answer.Status, answer.Body)
	}
	return &shelf{t, site, v, answer.Location()}
}

func (s *shelf) revision() string {
	s.t.Helper()
	answer := s.v.Get(s.path + "/text")
	revision, ok := answer.Page().Find(`#text-form input[name=revision]`).Attr("value")
	if !ok {
		s.t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	return revision
}

// form is what the editor shows of a rule, with some fields changed.
func (s *shelf) form(place string, change ...string) url.Values {
	s.t.Helper()
	page := s.v.Get(s.path + "?rule=" + place).Page()
	form := url.Values{}
	page.Find("#rule-form").Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name, _ := field.Attr("name")
		switch {
		case field.Is("textarea"):
			form.Set(name, strings.TrimPrefix(field.Text(), "\n"))
		case field.Is("select"):
			form.Set(name, field.Find("option[selected]").AttrOr("value", field.Find("option[selected]").Text()))
		case field.Is("[type=checkbox]"):
			if _, on := field.Attr("checked"); on {
				form.Set(name, field.AttrOr("value", ""))
			}
		default:
			form.Set(name, field.AttrOr("value", ""))
		}
	})
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return form
}

func (s *shelf) set() rules.RuleSet {
	s.t.Helper()
	id, _ := strconv.ParseInt(s.path[strings.LastIndex(s.path, "/")+1:], 10, 64)
	draft, err := s.site.DB.RuleDraft(context.Background(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	set, problems := rules.Parse(draft.Source)
	if problems.Err() != nil {
		s.t.Fatal(problems)
	}
	return set
}

func (s *shelf) has(answer *handlertest.Answer, status int, selector, words string) {
	s.t.Helper()
	if answer.Status != status || !strings.Contains(answer.Text(selector), words) {
		s.t.Errorf("status %d, want %d; %s says %q, want %q", answer.Status, status, selector, answer.Text(selector), words)
	}
}

func TestOnlyPlatformAdministratorsSeeRules(t *testing.T) {
	s := newShelf(t)
	for email, want := range map[string]int{"agent@boreal.test": http.StatusForbidden, "lead@boreal.test": http.StatusForbidden,
		"customer@maple.test": http.StatusNotFound, "admin@maple.test": http.StatusNotFound} {
		v := s.site.As(email)
		for _, path := range []string{"/rules", "/rules/versions/1", s.path, s.path + "/try", s.path + "/examples", s.path + "/changes", s.path + "/text"} {
			if answer := v.Get(path); answer.Status != want {
				t.Errorf("%s reads %s: %d", email, path, answer.Status)
			}
			if answer := v.Partial(path); answer.Status != want {
				t.Errorf("%s reads a part of %s: %d", email, path, answer.Status)
			}
		}
		for _, path := range []string{"/rules/drafts", "/rules/versions/1/restoration", s.path + "/text", s.path + "/text/check", s.path + "/check",
			s.path + "/rules", s.path + "/rules/1", s.path + "/rules/1/removal", s.path + "/base", s.path + "/publication", s.path + "/removal"} {
			if answer := v.Post(path, url.Values{"revision": {"1"}, "name": {"x"}, "note": {"x"}}); answer.Status != want {
				t.Errorf("%s posts to %s: %d", email, path, answer.Status)
			}
		}
		if v.Get("/preferences").Has(`a[href="/rules"]`) {
			t.Errorf("%s is shown the way to the rules", email)
		}
	}
	if !s.v.Get("/rules").Has(`.rail a[href="/rules"][aria-current=page]`) {
		t.Error("the administrator is not shown the way to the rules")
	}
}

func TestRulesReadAsSentences(t *testing.T) {
	s := newShelf(t)
	for _, get := range []func(string) *handlertest.Answer{s.v.Get, s.v.Partial} {
		answer := get("/rules")
		s.has(answer, 200, "#rule-3 div", "3 Urgent when Urgent issue → priority 2 - High")
		s.has(answer, 200, "#rule-3 code", "answers.urgent")
		s.has(answer, 200, "#rule-1", "when the form is “Report an Issue” and “911 service” is among the services → priority 1 - Critical, queue Voice")
		s.has(answer, 200, ".rule-list li:last-child", "Default where no rule decides → priority 3 - Moderate, queue Service Desk")
		s.has(answer, 200, "#semantics", "The first rule in the list that holds and sets it wins")
		s.has(answer, 200, "#version-1", "live")
		s.has(answer, 200, `a[href="`+s.path+`"]`, "Autumn review")
	}
	if s.v.Partial("/rules").Has("html[lang]") && s.v.Partial("/rules").Has(".bar") {
		t.Error("a part has the whole page around it")
	}
	s.french()
	answer := s.v.Get("/rules")
	s.has(answer, 200, "h1", "Règles")
	s.has(answer, 200, "#rule-9", "quand le formulaire est « Demande de modification technique » → priorité 4 - Basse, file Change Desk")
	s.has(answer, 200, "#semantics", "Comment se lit une réponse absente")
	for _, tab := range []string{"", "/try", "/examples", "/changes", "/text"} {
		answer := s.v.Get(s.path + tab)
		s.has(answer, 200, ".tabs", "Règles Essayer Exemples")
		if strings.Contains(answer.Body, "rules.") && answer.Has(`main:contains("rules.")`) {
			t.Errorf("%s has a key without words", tab)
		}
	}
}

// french makes the administrator read French.
func (s *shelf) french() {
	s.t.Helper()
	form := url.Values{"language": {"fr"}, "theme": {"auto"}, "time_zone": {""}}
	if answer := s.v.Post("/preferences", form); answer.Status != http.StatusSeeOther {
		s.t.Fatalf("preferences: %d %s", answer.Status, answer.Text("main"))
	}
}

func TestBeginningADraft(t *testing.T) {
	s := newShelf(t)
	for name, want := range map[string]string{"": "Give the draft a name.", "Autumn review": "There is a draft of this name.", strings.Repeat("x", 101): "at most 100"} {
		form := url.Values{"name": {name}}
		whole, part := s.v.Post("/rules/drafts", form), s.v.PostPartial("/rules/drafts", form)
		s.has(whole, 422, "#draft-name-wrong", want)
		s.has(part, 422, "#draft-name-wrong", want)
		if !whole.Has("#rule-1") || part.Has("#rule-1") {
			t.Errorf("%q: the whole page and its part are mixed up", name)
		}
	}
	if answer := s.v.PostPartial("/rules/drafts", url.Values{"name": {"Second"}}); answer.Status != 200 || answer.Location() == "" {
		t.Errorf("%d to %q", answer.Status, answer.Location())
	}
}

func TestTheEditorOfADraft(t *testing.T) {
	s := newShelf(t)
	answer := s.v.Get(s.path + "?rule=4")
	s.has(answer, 200, "#editor h2", "Rule 4")
	s.has(answer, 200, "#rule-when", "answers.all_locations and not answers.intermittent")
	s.has(answer, 200, "#rule-checked", "answers.intermittent (Is the issue intermittent): where it is missing, this part holds.")
	s.has(answer, 200, "#facts", `answers.urgent`)
	if !answer.Has(`#rule-4-link[aria-current]`) || answer.Has(`.rule-dot[data-level=error]`) {
		t.Error("the list does not mark the rule")
	}
	part := s.v.Partial(s.path + "?rule=default")
	s.has(part, 200, "#editor h2", "Default")
	if part.Has(".bar") || !part.Has("#bench") {
		t.Error("the part is not the bench")
	}
	if !strings.HasPrefix(s.v.Get(s.path+"?rule=99").Text("#editor h2"), "Rule 1 ") || s.v.Get("/rules/drafts/99").Status != 404 || s.v.Get("/rules/drafts/99999999999999999999").Status != 404 {
		t.Error("what is not there is found")
	}

	t.Run("a rule is saved", func(t *testing.T) {
		form := s.form("3", "name", "Urgent anywhere", "queue", "Security", "tags", "hot, now", "customer-fr", "Tout de suite.", "note", "Asked for in June", "off", "yes")
		answer := s.v.Post(s.path+"/rules/3", form)
		if answer.Status != 303 || answer.Location() != s.path+"?rule=3&done=rule-saved#editor" {
			t.Fatalf("%d to %q: %s", answer.Status, answer.Location(), answer.Text("main"))
		}
		r := s.set().Rules[2]
		if r.Name != "Urgent anywhere" || r.Then.Priority != 2 || r.Then.Queue != "Security" || strings.Join(r.Then.Tags, " ") != "hot now" ||
			r.Customer["fr"] != "Tout de suite." || r.Customer["en"] == "" || r.Note != "Asked for in June" || !r.Off || r.When != "answers.urgent" {
			t.Errorf("%+v", r)
		}
		part := s.v.PostPartial(s.path+"/rules/3", s.form("3", "off", "", "tags", ""))
		s.has(part, 200, `hx-partial[hx-target="#status"]`, "Saved.")
		if s.set().Rules[2].Off || part.Header.Get("HX-Replace-Url") != s.path+"?rule=3" {
			t.Error("it is off, or the address is another")
		}
	})
	t.Run("rules are moved, added and removed", func(t *testing.T) {
		answer := s.v.PostPartial(s.path+"/rules/3", s.form("3", "move", "up"))
		s.has(answer, 200, "#editor h2", "Rule 2")
		s.v.Post(s.path+"/rules/2", s.form("2", "move", "up"))
		s.v.Post(s.path+"/rules/1", s.form("1", "move", "up"))
		if set := s.set(); set.Rules[0].Name != "Urgent anywhere" || set.Rules[1].Name != "Emergency calling" {
			t.Errorf("%s, %s", set.Rules[0].Name, set.Rules[1].Name)
		}
		form := s.form("new", "name", "Cold", "when", `"Vancouver Cold Store" in answers.locations`, "priority", "1", "after", "0")
		if answer := s.v.Post(s.path+"/rules", form); answer.Status != 303 || s.set().Rules[0].Name != "Cold" {
			t.Errorf("%d, %v", answer.Status, s.set().Rules[0])
		}
		answer = s.v.PostPartial(s.path+"/rules/1/removal", url.Values{"revision": {s.revision()}})
		s.has(answer, 200, "#rule-1", "Urgent anywhere")
		if n := len(s.set().Rules); n != 10 {
			t.Errorf("%d rules", n)
		}
		if answer := s.v.Post(s.path+"/rules/99", s.form("1")); answer.Status != 303 && answer.Status != 404 {
			t.Errorf("%d", answer.Status)
		}
	})
	t.Run("the default and the shared names are saved", func(t *testing.T) {
		s.v.Post(s.path+"/rules/default", s.form("default", "priority", "4"))
		s.v.Post(s.path+"/rules/names", url.Values{"revision": {s.revision()}, "shared-name": {"everywhere", ""}, "shared-expr": {"answers.all_locations", ""}})
		set := s.set()
		if set.Default.Priority != 4 || set.Default.Queue != "Service Desk" || len(set.Let) != 1 || set.Let[0].Name != "everywhere" || len(set.Rules) != 10 {
			t.Errorf("%+v, %+v", set.Default, set.Let)
		}
		answer := s.v.PostPartial(s.path+"/rules/names", url.Values{"revision": {s.revision()}, "shared-name": {"everywhere"}, "shared-expr": {"answers.all_location"}})
		s.has(answer, 200, "#names-form .caret-error", "There is no fact answers.all_location. Did you mean: answers.all_locations")
	})
}

func TestErrorsStandUnderTheCharacter(t *testing.T) {
	s := newShelf(t)
	form := s.form("2", "when", "answers.urgent and\nanswers.urgnt")
	part := s.v.PostPartial(s.path+"/check", form)
	s.has(part, 200, ".caret-error p", "There is no fact answers.urgnt. Did you mean: answers.urgent")
	if pre := part.Page().Find(".caret-error pre").Text(); pre != "answers.urgnt\n        ^^^^^" {
		t.Errorf("%q", pre)
	}
	if part.Has("#bench") {
		t.Error("the check's answer is more than its part")
	}
	whole := s.v.Post(s.path+"/check", form)
	s.has(whole, 200, "#rule-checked", "There is no fact answers.urgnt")
	s.has(whole, 200, "#rule-when[aria-invalid=true]", "answers.urgnt")
	if s.set().Rules[1].When != "answers.urgent and answers.all_locations" {
		t.Error("the check saved what it checked")
	}
	s.has(s.v.PostPartial(s.path+"/check", s.form("2", "when", "answers.urgent")), 200, "p", "This condition can be read.")

	saved := s.v.PostPartial(s.path+"/rules/2", form)
	s.has(saved, 200, "#rule-checked", "There is no fact answers.urgnt")
	s.has(saved, 200, "#rule-2 .rule-dot[data-level=error]", "has an error")
	s.has(saved, 200, "#draft-bar", "One problem")

	changes := s.v.Get(s.path + "/changes")
	s.has(changes, 200, "#publish", "This can’t be published yet.")
	if changes.Has("#publish-form") || !changes.Has(`#publish a[href="`+s.path+`?rule=2#editor"]`) {
		t.Error("the reasons don't lead to the rule, or it can be published")
	}
	s.has(s.v.Post(s.path+"/publication", url.Values{"revision": {s.revision()}, "note": {"x"}}), 422, "#publish", "There is no fact answers.urgnt")
	s.has(s.v.PostPartial(s.path+"/publication", url.Values{"revision": {s.revision()}, "note": {"x"}}), 422, "#publish", "This can’t be published yet.")

	twice := s.form("1", "name", "Voice")
	s.has(s.v.Post(s.path+"/rules/1", twice), 422, "#rule-name-wrong", "“Voice” is there twice.")
	s.has(s.v.PostPartial(s.path+"/rules/1", twice), 422, "#rule-name-wrong", "“Voice” is there twice.")
	s.has(s.v.PostPartial(s.path+"/rules/1", s.form("1", "priority", "high")), 200, "#rule-form", "A priority is a number from 1 to 4.")
	s.has(s.v.PostPartial(s.path+"/rules/1", s.form("1", "when", "a\x00b", "name", "Still here")), 200, "#rule-form", "Rule 1")

	s.french()
	s.has(s.v.PostPartial(s.path+"/check", form), 200, ".caret-error p", "Il n’y a pas de fait answers.urgnt. Vouliez-vous dire : answers.urgent")
}

func TestEveryProblemHasWordsInBothLanguages(t *testing.T) {
	for _, lang := range views.Languages {
		for _, code := range rules.ProblemCodes() {
			if key := "rules.problem." + code; views.T(lang, key) == key {
				t.Errorf("%s has no words for %s", lang, code)
			}
		}
		for _, f := range []string{"item", "type", "services", "families", "account.name", "account.client_number", "account.tier", "account.depth",
			"account.path", "contact.language", "contact.roles", "now.hour", "now.weekday", "now.business_hours"} {
			if key := "rules.fact." + f; views.T(lang, key) == key {
				t.Errorf("%s has no words for %s", lang, f)
			}
		}
	}
}

func TestWhatIsWrongIsSaidInWordsWhateverItIs(t *testing.T) {
	s := newShelf(t)
	form := s.form("2")
	for _, french := range []bool{false, true} {
		if french {
			s.french()
		}
		for _, when := range []string{"", "answers.urgent and", "answers.urgent = true", "answers.urgent == \"x\"", "item", "now.hour", "now.hour and answers.urgent",
			"not now.hour", "item + 1 > 2", "upper(now.hour) == \"A\"", "len(answers.urgent) > 1", "nothing(item)", "answered(1)", "answered(item, type)",
			"item matches type", "item matches \"(\"", "item in \"x\"", "item contains 1", "services contains \"SD-WAN\"", "answers.urgent < true", "item == nil",
			"{a: 1}", "item ? 1 : 2", "#", "services[0]", "item in [1, 2]", "item == 'x' ; 1", "\"unfinished", "((((", strings.Repeat("x", 5000), "let x = 1; x"} {
			form.Set("when", when)
			answer := s.v.PostPartial(s.path+"/check", form)
			if !answer.Has(".caret-error") || strings.Contains(answer.Body, "no value") || strings.Contains(answer.Text("p"), "rules.problem") {
				t.Errorf("%q: %d %s", when, answer.Status, answer.Body)
			}
		}
	}
}

func TestWhoSavesSecondIsToldAndKeepsTheirText(t *testing.T) {
	s := newShelf(t)
	mine := s.form("3", "name", "Urgent, mine", "when", "answers.urgent and true")
	up := url.Values{"revision": mine["revision"]}
	s.v.Post(s.path+"/rules/1", s.form("1", "name", "Emergency, theirs", "move", "down"))
	for _, post := range []func(string, url.Values) *handlertest.Answer{s.v.Post, s.v.PostPartial} {
		answer := post(s.path+"/rules/3", mine)
		s.has(answer, 409, "[role=alert]", "Alex Kowalczyk saved this draft before you did")
		s.has(answer, 409, ".diff", "Emergency calling")
		s.has(answer, 409, "#rule-when", "answers.urgent and true")
		if answer.Page().Find("#rule-name").AttrOr("value", "") != "Urgent, mine" {
			t.Error("the name that was typed is gone")
		}
	}
	if s.set().Rules[2].Name != "Urgent" {
		t.Error("it was saved nonetheless")
	}
	again := s.v.Post(s.path+"/rules/3", mine).Page()
	mine.Set("revision", again.Find("#rule-form input[name=revision]").AttrOr("value", ""))
	if answer := s.v.Post(s.path+"/rules/3", mine); answer.Status != 303 || s.set().Rules[2].Name != "Urgent, mine" {
		t.Errorf("saved again: %d, %s", answer.Status, s.set().Rules[2].Name)
	}
	s.has(s.v.Post(s.path+"/rules/5/removal", up), 409, "[role=alert]", "Nothing you did was lost")
	s.has(s.v.Post(s.path+"/removal", up), 409, "[role=alert]", "saved this draft before you did")
	s.has(s.v.Post(s.path+"/publication", url.Values{"revision": up["revision"], "note": {"Mine"}}), 409, "#note", "Mine")

	text := s.v.Post(s.path+"/text", url.Values{"revision": up["revision"], "source": {"rules: []\n# mine"}})
	s.has(text, 409, "#source", "# mine")
	s.has(text, 409, "[role=alert]", "Your text is kept below")

	stale := s.form("4", "name", "Mine, of another rule")
	s.v.Post(s.path+"/rules/4/removal", url.Values{"revision": stale["revision"]})
	s.has(s.v.Post(s.path+"/rules/4", stale), 409, "[role=alert]", "The rule you edited was removed or renamed.")

	stale = s.form("1", "name", "Mine, of a broken text")
	s.v.Post(s.path+"/text", url.Values{"revision": stale["revision"], "source": {"rules: ["}})
	s.has(s.v.Post(s.path+"/rules/1", stale), 409, "[role=alert] pre", "Mine, of a broken text")
}

func TestADraftAsText(t *testing.T) {
	s := newShelf(t)
	source := s.v.Get(s.path + "/text").Page().Find("#source").Text()
	if !strings.Contains(source, "- name: Emergency calling") || !s.v.Partial(s.path+"/text").Has("#source") {
		t.Fatalf("%s", source)
	}
	bad := strings.Replace(source, "priority: 1, queue: Voice", "priority: 1, queue: Voise", 1)
	for _, answer := range []*handlertest.Answer{
		s.v.PostPartial(s.path+"/text/check", url.Values{"revision": {s.revision()}, "source": {bad}}),
		s.v.Post(s.path+"/text/check", url.Values{"revision": {s.revision()}, "source": {bad}}),
	} {
		s.has(answer, 200, ".caret-error", "Line 4 · 1 · Emergency calling")
		s.has(answer, 200, ".caret-error", "There is no queue “Voise”. Did you mean: Voice")
	}
	if answer := s.v.Post(s.path+"/text", url.Values{"revision": {s.revision()}, "source": {strings.ReplaceAll("rules: [\n", "\n", "\r\n")}}); answer.Status != 303 {
		t.Fatalf("a broken text is not kept: %d", answer.Status)
	}
	if to := s.v.Get(s.path).Location(); to != s.path+"/text" {
		t.Errorf("a broken draft leads to %q", to)
	}
	s.has(s.v.Get(s.path+"/text"), 200, ".caret-error", "Line 1 This can’t be read"[:6])
	s.has(s.v.Get(s.path+"/changes"), 200, "#publish", "can’t be published yet")
	s.has(s.v.Get(s.path+"/examples"), 200, "#draft-bar", "Examples not run")
	if answer := s.v.Get(s.path + "/try"); answer.Location() != s.path+"/text" {
		t.Errorf("trying a broken draft leads to %q", answer.Location())
	}
	s.has(s.v.Post(s.path+"/text", url.Values{"revision": {s.revision()}, "source": {"a\x00b"}}), 422, ".caret-error", "This can’t be read")
	if answer := s.v.Post(s.path+"/rules/1", url.Values{"revision": {s.revision()}, "name": {"x"}}); answer.Location() != s.path+"/text" {
		t.Errorf("editing a rule of a broken draft: %d to %q", answer.Status, answer.Location())
	}
	red := strings.Replace(source, "expect: {priority: 1, queue: Voice}", "expect: {priority: 4, queue: Voice}", 1)
	s.v.Post(s.path+"/text", url.Values{"revision": {s.revision()}, "source": {red}})
	answer := s.v.Get(s.path + "/examples")
	s.has(answer, 200, `[data-passed=no]`, "Priority: expected 4 - Low, came out as 1 - Critical.")
	if n := answer.Page().Find(`[data-passed=yes]`).Length(); n != 10 {
		t.Errorf("%d examples pass", n)
	}
	s.has(s.v.Post(s.path+"/publication", url.Values{"revision": {s.revision()}, "note": {"x"}}), 422, "#publish", "expected 4 - Low")
}

func TestTryingADraft(t *testing.T) {
	s := newShelf(t)
	s.v.Post(s.path+"/rules/3", s.form("3", "priority", "1"))
	for _, get := range []func(string) *handlertest.Answer{s.v.Get, s.v.Partial} {
		answer := get(s.path + "/try")
		s.has(answer, 200, "#trial aside", "Priority: 3 - Moderate")
		if !answer.Has("#q-urgent") || answer.Has("#q-urgent_reason") || answer.Has("[type=file]") {
			t.Error("these are not the form's questions")
		}
		answer = get(s.path + "/try?try-item=report-issue&try-contact=customer@maple.test&try-account=100210&urgent=yes&all_locations=no&service=SD-WAN")
		s.has(answer, 200, "#trial aside", "This is not what version 1, which is live, decides.")
		s.has(answer, 200, "#trial aside ins", "1 - Critical")
		s.has(answer, 200, "#trial aside del", "2 - High")
		s.has(answer, 200, "#trial aside", "Queue: Data & Network")
		if !answer.Has("#q-urgent_reason") || !answer.Has(`[name=locations][value="Moncton Office"]`) {
			t.Error("the form does not follow its answers")
		}
	}
	s.has(s.v.Get(s.path+"/try?try-item=billing-inquiry&topic=Payment"), 200, "#trial aside", "Queue: Billing")
	wrong := s.v.Get(s.path + "/try?try-contact=nobody@maple.test&try-account=Nowhere")
	s.has(wrong, 200, "#try-contact-wrong", "There is no contact with this address")
	s.has(wrong, 200, "#try-account-wrong", "There is no account of this number or name.")
	s.has(s.v.Get(s.path+"/try?try-contact=agent@boreal.test"), 200, "#try-contact-wrong", "There is no contact")
	if answer := s.v.Get(s.path + "/try?try-item=no-such-item&service=%00&try-account=%00%ff"); answer.Status != 200 {
		t.Errorf("%d", answer.Status)
	}
}

func TestPublishingADraft(t *testing.T) {
	s := newShelf(t)
	s.v.Post(s.path+"/rules/3", s.form("3", "name", "Urgent anywhere", "move", "down"))
	s.v.Post(s.path+"/rules/3", s.form("3", "when", "answers.all_locations and not answers.intermittent and true"))
	answer := s.v.Get(s.path + "/changes")
	s.has(answer, 200, ".compare", "Renamed, was “Urgent”")
	s.has(answer, 200, ".compare", "from place")
	s.has(s.v.Partial(s.path+"/changes"), 200, ".compare", "Condition")
	s.has(s.v.Post(s.path+"/publication", url.Values{"revision": {s.revision()}, "note": {" "}}), 422, "#note-wrong", "Say in a few words")
	s.has(s.v.PostPartial(s.path+"/publication", url.Values{"revision": {s.revision()}}), 422, "#note-wrong", "Say in a few words")

	id, _ := strconv.ParseInt(s.path[strings.LastIndex(s.path, "/")+1:], 10, 64)
	first, err := s.site.DB.RuleVersion(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Replace(first.Source, "- name: Voice\n", "- name: Phones\n", 1)
	if _, err := s.site.Desk.Publish(context.Background(), s.site.Actor(administrator), desk.Publication{Source: theirs, Note: "Theirs", Base: 1}); err != nil {
		t.Fatal(err)
	}
	answer = s.v.Post(s.path+"/publication", url.Values{"revision": {s.revision()}, "note": {"Mine"}})
	s.has(answer, 409, "#beaten-title", "Version 2 was published after this draft was begun from version 1")
	s.has(answer, 409, "#merge .compare", "Phones")
	if answer := s.v.Post(s.path+"/base", url.Values{"revision": {s.revision()}, "live": {"2"}, "keep": {"mine"}}); answer.Status != 303 {
		t.Fatalf("keep mine: %d", answer.Status)
	}
	answer = s.v.Post(s.path+"/publication", url.Values{"revision": {s.revision()}, "note": {"Mine, on top"}})
	if answer.Status != 303 || !strings.HasPrefix(answer.Location(), "/rules?done=rules-published") {
		t.Fatalf("%d to %q", answer.Status, answer.Location())
	}
	s.has(s.v.Get("/rules?done=rules-published"), 200, "#version-3", "Mine, on top")
	if answer := s.v.Get(views.DraftPath(id)); answer.Status != 303 || answer.Location() != "/rules/versions/3" {
		t.Errorf("the draft leads to %d %q, not to what it became", answer.Status, answer.Location())
	}

	s.has(s.v.Get("/rules/versions/3"), 200, ".compare", "Renamed, was “Phones”")
	answer = s.v.Get("/rules/versions/1")
	s.has(answer, 200, "#rollback", "Publish version 1 again")
	s.has(answer, 200, "pre", "Emergency calling")
	if s.v.Get("/rules/versions/9").Status != 404 || s.v.Get("/rules/versions/0").Status != 404 || !s.v.Partial("/rules/versions/2").Has("#rollback") {
		t.Error("versions that are not there are, or the other way round")
	}
	s.has(s.v.Post("/rules/versions/1/restoration", nil), 422, "#note-wrong", "Say in a few words")
	s.has(s.v.PostPartial("/rules/versions/1/restoration", nil), 422, "#note-wrong", "Say in a few words")
	answer = s.v.PostPartial("/rules/versions/1/restoration", url.Values{"note": {"Back"}})
	if answer.Status != 200 || answer.Location() != "/rules?done=rules-restored" {
		t.Errorf("%d to %q", answer.Status, answer.Location())
	}
	s.has(s.v.Get("/rules"), 200, "#version-4", "version 1 again")
	if answer := s.v.Post("/rules/versions/4/restoration", url.Values{"note": {"Again"}}); answer.Status != 409 {
		t.Errorf("what is live was restored: %d", answer.Status)
	}
}

func TestRemovingADraft(t *testing.T) {
	s := newShelf(t)
	if answer := s.v.Post(s.path+"/removal", url.Values{"revision": {s.revision()}}); answer.Location() != "/rules?done=draft-removed" || s.v.Get(s.path).Status != 404 {
		t.Errorf("%d to %q", answer.Status, answer.Location())
	}
	s.has(s.v.Get("/rules"), 200, "main", "There are no drafts.")
}
