package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/rules"
	"portico/views"
)

// rule is a draft that has one rule before all others.
func (s *shelf) first(when, then string) {
	s.t.Helper()
	set := s.set().Format()
	text := strings.Replace(set, "rules:\n", "rules:\n  - name: First\n    when: "+when+"\n    then: "+then+"\n", 1)
	if answer := s.v.Post(s.path+"/text", url.Values{"revision": {s.revision()}, "source": {text}}); answer.Status != http.StatusSeeOther {
		s.t.Fatalf("%d %s", answer.Status, answer.Body)
	}
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

func asked(pairs ...string) url.Values {
	q, _ := url.ParseQuery(query(pairs...)[1:])
	return q
}

func TestTrialsPretend(t *testing.T) {
	s := newShelf(t)
	s.first(`account.tier == "gold" and now.hour >= 20 and "reports" in contact.roles`, `{priority: 1, answer_within: 30 minutes, tags: [night]}`)
	const form = "try-item"
	at := func(more ...string) string {
		return s.path + "/try" + query(append([]string{form, "report-issue", "account", "100210", "service", "SD-WAN"}, more...)...)
	}
	s.has(s.v.Get(at()), 200, "#trial-decision .trace", "Priority: 3 - Moderate")
	answer := s.v.Get(at("assume-now.hour", "22", "assume-contact.roles", "reports"))
	s.has(answer, 200, "#trial-decision .trace", "Priority: 1 - Critical")
	s.has(answer, 200, "#trial-decision .trace", "First answer within: 30 minutes")
	s.has(answer, 200, "#trial-decision .trace", "Tags: night")
	s.has(answer, 200, "#trial-decision .trace", "First answer by")
	if !answer.Has("#trial-pretend[open]") {
		t.Error("what is pretended is folded away")
	}
	s.has(s.v.Get(at("assume-now.hour", "22", "assume-contact.roles", "reports", "assume-account.tier", "standard")), 200, "#trial-decision .trace", "Priority: 3 - Moderate")
	for field, value := range map[string]string{"now.hour": "25", "now.weekday": "Caturday", "account.depth": "deep", "answers.urgent": "yes", "nothing": "x"} {
		answer := s.v.Get(at("assume-"+field, value))
		if answer.Status != 200 {
			t.Errorf("%s: %d", field, answer.Status)
		}
		if known := field != "answers.urgent" && field != "nothing"; known != strings.Contains(answer.Text("#trial-pretend"), "It can’t be that.") {
			t.Errorf("%s %s: %q", field, value, answer.Text("#trial-pretend .complaint"))
		}
	}
}

func TestATrialsAddressHoldsAllOfIt(t *testing.T) {
	s := newShelf(t)
	posted := asked("try-item", "report-issue", "try-contact", "customer@maple.test", "shown", "service", "shown", "urgent", "shown", "issue_type",
		"account", "100210", "service", "SD-WAN", "urgent", "yes", "assume-now.hour", "22", "assume-account.tier", "", "try-contact.words", "doucet")
	answer := s.v.Post(s.path+"/try", posted)
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	want := s.path + "/try" + query("account", "100210", "assume-now.hour", "22", "service", "SD-WAN", "try-contact", "customer@maple.test", "try-item", "report-issue", "urgent", "yes")
	if answer.Location() != want {
		t.Errorf("got  %s\nwant %s", answer.Location(), want)
	}
	again := s.v.Get(answer.Location())
	if href, _ := again.Page().Find("#trial-address").Attr("href"); href != want {
		t.Errorf("again it is %s", href)
	}
	part := s.v.PostPartial(s.path+"/try", posted)
	if part.Status != 200 || part.Header.Get("HX-Replace-Url") != want || !part.Has("#trial") || part.Has("html body header") {
		t.Errorf("%d %s", part.Status, part.Header.Get("HX-Replace-Url"))
	}
	posted.Set("description", strings.Repeat("long ", 1900))
	if long := s.v.Post(s.path+"/try", posted); long.Status != 200 || !long.Has("#trial-decision") {
		t.Errorf("what is too long for an address: %d", long.Status)
	}
}

func TestATrialBeginsWithACase(t *testing.T) {
	s := newShelf(t)
	n, _ := db.ParseNumber("CS0001883")
	kase, err := s.site.DB.FindCase(db.AsSystem(context.Background(), "test"), db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/rules/try", s.path + "/try"} {
		answer := s.v.Get(path + "?try-case=cs0001883")
		s.has(answer, 200, "#trial-decision .trace", views.PriorityName(kase.Priority).In("en"))
		s.has(answer, 200, "#trial-case", "CS0001883")
		if value, _ := answer.Page().Find("#trial-case input[name=try-begun]").Attr("value"); value != "CS0001883" {
			t.Errorf("begun with %q", value)
		}
		s.has(s.v.Get(path+"?try-case=CS9999999"), 200, "#try-case-wrong", "There is no case of this number.")
		s.has(s.v.Get(path+"?try-case=nonsense"), 200, "#try-case-wrong", "There is no case of this number.")
		// An answer changed stands in the address, those of the case don't.
		posted := asked("try-case", "CS0001883", "try-begun", "CS0001883", "shown", "urgent", "urgent", "yes", "shown", "urgent_reason", "urgent_reason", "they said so")
		if to := s.v.Post(path, posted).Location(); to != path+query("try-case", "CS0001883", "urgent", "yes", "urgent_reason", "they said so") {
			t.Errorf("to %s", to)
		}
		s.has(s.v.Get(path+"?try-case=CS0001883&urgent=yes&all_locations=yes"), 200, "#trial-decision .trace", "1 - Critical")
		posted = asked("try-case", "CS0001882", "try-begun", "CS0001883", "shown", "urgent", "urgent", "yes", "try-item", "billing-inquiry")
		if to := s.v.Post(path, posted).Location(); to != path+query("try-case", "CS0001882") {
			t.Errorf("begun anew it goes to %s", to)
		}
	}
	if looks := s.v.Get("/audit?looks=yes&about=CS0001883").Text(".log-said"); !strings.Contains(looks, "looked at the case · CS0001883") {
		t.Errorf("noted is %q", looks)
	}
}

func TestKeepingATrialAsAnExample(t *testing.T) {
	s := newShelf(t)
	s.first("answers.urgent and now.hour >= 0", "{priority: 1, tags: [urgent]}")
	before := len(s.set().Examples)
	revision := s.revision()
	sent := asked("revision", revision, "try-item", "report-issue", "shown", "urgent", "account", "100210", "urgent", "yes", "description", "words of their own", "shown", "description",
		"example-name", "urgent at Maple", "example-expect", "priority", "example-expect", "tags")
	path := s.path + "/examples"
	answer := s.v.Post(path, sent)
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	set := s.set()
	e := set.Examples[len(set.Examples)-1]
	if len(set.Examples) != before+1 || e.Name != "urgent at Maple" || e.Account != "100210" || e.Answers["urgent"] != true || e.Expect.Priority != 1 || e.Expect.Queue != "" || !slices.Equal(e.Expect.Tags, []string{"urgent"}) {
		t.Errorf("kept is %+v", e)
	}
	if _, wrote := e.Answers["description"]; wrote || e.Assume["now.hour"] == nil {
		t.Errorf("kept is %+v", e)
	}
	if again := s.v.Post(path, sent); again.Status != http.StatusSeeOther || len(s.set().Examples) != before+1 {
		t.Errorf("sent twice: %d, %d examples", again.Status, len(s.set().Examples))
	}
	sent.Set("example-name", "another")
	stale := s.v.Post(path, sent)
	s.has(stale, 409, "#trial-keep", "Somebody else changed the draft meanwhile.")
	if name, _ := stale.Page().Find("#example-name").Attr("value"); name != "another" || stale.Page().Find(`#trial input[name=revision]`).AttrOr("value", "") == revision {
		t.Errorf("what was typed is gone, or can't be sent again: %q", name)
	}
	sent.Set("revision", s.revision())
	for name, complaint := range map[string]string{"": "Give the example a name.", "urgent at Maple": "", strings.Repeat("x", 201): ""} {
		sent.Set("example-name", name)
		sent.Set("urgent", "no")
		if complaint == "" && len(name) < 200 {
			complaint = "Another example of this draft has that name."
		}
		if len(name) > 200 {
			continue // cut by reading it
		}
		s.has(s.v.Post(path, sent), 422, "#example-name-wrong", complaint)
	}
	// A case's people are not named; what rules read of them is kept.
	kept := s.v.Post(path, asked("revision", s.revision(), "try-case", "CS0001883", "example-name", "a case"))
	if kept.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", kept.Status, kept.Body)
	}
	set = s.set()
	e = set.Examples[len(set.Examples)-1]
	if e.Account != "" || e.Contact != "" || e.Answers["description"] != nil || e.Answers["account"] != nil || e.Assume["now.hour"] == nil {
		t.Errorf("of a case is kept %+v", e)
	}
	s.has(s.v.Get(kept.Location()), 200, "#example-"+kept.Location()[strings.LastIndex(kept.Location(), "-")+1:], "a case")
}

func TestKeepingAnExampleOfWhatIsLive(t *testing.T) {
	s := newShelf(t)
	sent := asked("try-item", "billing-inquiry", "shown", "topic", "topic", "Payment", "example-name", "a payment")
	s.has(s.v.Post("/rules/examples", sent), 422, "#example-draft-wrong", "Choose a draft, or begin one.")
	sent.Set("example-draft", "new")
	s.has(s.v.Post("/rules/examples", sent), 422, "#example-draft-wrong", "name")
	sent.Set("example-fresh", "Payments")
	first := s.v.Post("/rules/examples", sent)
	again := s.v.Post("/rules/examples", sent)
	if first.Status != http.StatusSeeOther || again.Location() != first.Location() {
		t.Errorf("%d %s, then %d %s", first.Status, first.Location(), again.Status, again.Location())
	}
	sent.Set("example-draft", s.path[strings.LastIndex(s.path, "/")+1:])
	before := len(s.set().Examples)
	s.v.Post("/rules/examples", sent)
	s.v.Post("/rules/examples", sent)
	if now := len(s.set().Examples); now != before+1 {
		t.Errorf("%d examples became %d", before, now)
	}
}

func TestAnExampleIsTriedAndChanged(t *testing.T) {
	s := newShelf(t)
	link := s.v.Get(s.path+"/examples").Page().Find("#example-6 .example-deeds a").First().AttrOr("href", "")
	trial := s.v.Get(link)
	s.has(trial, 200, "#trial-keep", "Change the example")
	s.has(trial, 200, "#trial-decision .trace", "1 - Critical")
	name := s.set().Examples[5].Name
	form := asked("revision", s.revision(), "try-example", "6", "example-was", name, "example-as", "same", "example-name", name, "try-item", "report-issue", "shown", "urgent", "urgent", "yes")
	if answer := s.v.Post(s.path+"/examples", form); answer.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	if e := s.set().Examples[5]; e.Name != name || e.Answers["urgent"] != true || e.Expect.Priority != 2 {
		t.Errorf("it became %+v", e)
	}
	edit := s.path + "/examples/6"
	s.has(s.v.Get(edit), 200, "#example-form", "What is expected")
	saved := s.v.Post(edit, asked("revision", s.revision(), "name", "sixth", "priority", "3", "solve_within", "2", "solve_within-unit", "hours"))
	e := s.set().Examples[5]
	if saved.Status != http.StatusSeeOther || e.Name != "sixth" || e.Expect.Priority != 3 || e.Expect.Queue != "" || e.Expect.SolveWithin != (rules.Within{Minutes: 120}) {
		t.Errorf("%d, it became %+v", saved.Status, e)
	}
	s.has(s.v.Get(s.path+"/examples?show=red"), 200, "#example-6", "Priority: expected 3 - Moderate, came out as 2 - High.")
	if s.v.Get(s.path + "/examples?show=red").Has("#example-1") {
		t.Error("one that passes is among those that fail")
	}
	s.has(s.v.Post(edit, asked("revision", "1", "name", "stale", "priority", "1")), 409, ".notice", "")
	s.has(s.v.Post(edit, asked("revision", s.revision(), "name", s.set().Examples[0].Name, "priority", "1")), 422, "#example-name-wrong", "Another example")
	s.has(s.v.Post(edit, asked("revision", s.revision(), "name", "sixth", "queue", "Nowhere")), 422, "#example-form", "Nowhere")
	if answer := s.v.Post(s.path+"/examples/expectations", asked("revision", s.revision(), "place", "6")); answer.Status != http.StatusSeeOther {
		t.Errorf("%d", answer.Status)
	}
	if e := s.set().Examples[5]; e.Expect.Priority != 2 || e.Expect.Queue != "" || e.Expect.SolveWithin.Minutes != 0 {
		t.Errorf("what comes out is taken as %+v", e.Expect)
	}
	before := len(s.set().Examples)
	s.v.Post(edit+"/removal", asked("revision", s.revision()))
	if set := s.set(); len(set.Examples) != before-1 || set.Examples[5].Name == "sixth" {
		t.Errorf("%d examples became %d", before, len(set.Examples))
	}
	s.has(s.v.Get(s.path+"/examples"), 200, "#coverage", "Emergency calling")
}

func TestContactsAndAccountsOfTrialsAreFound(t *testing.T) {
	s := newShelf(t)
	found := s.v.Partial("/rules/try/contacts" + query("try-contact.words", "doucet"))
	s.has(found, 200, "#found-try-contact", "customer@maple.test")
	s.has(s.v.Partial("/rules/try/contacts"+query("try-contact.words", "zzz")), 200, "#found-try-contact", "Nobody has all these words.")
	page := s.v.Get("/rules/try" + query("try-contact.words", "doucet"))
	s.has(page, 200, "#found-try-contact", "customer@maple.test")
}

func TestTheLanguageIsDocumented(t *testing.T) {
	s := newShelf(t)
	page := s.v.Get("/rules/language")
	for _, words := range []string{"answers.urgent", "account.tier", `"gold"`, "startsWith", "answered( )", "4,096", "How a missing answer reads", "A box that is ticked", "answer_within"} {
		s.has(page, 200, "main", words)
	}
	if n := page.Page().Find(".worked > li").Length(); n != len(rules.Worked) {
		t.Errorf("%d conditions are worked", n)
	}
	s.french()
	s.has(s.v.Get("/rules/language"), 200, "main", "Une case cochée")
}

// Without scripts contacts are found on the page of the trial itself: that is noted like any other search among them.
func TestLookingForAContactInATrialIsNoted(t *testing.T) {
	for name, page := range map[string]func(*shelf) string{
		"what is live": func(*shelf) string { return "/rules/try" },
		"a draft":      func(s *shelf) string { return s.path + "/try" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			s.has(s.v.Get(page(s)+query("try-contact.words", "maple")), http.StatusOK, "#main", "customer@maple.test")
			noted := 0
			err := s.site.DB.Pool().QueryRow(context.Background(), `select count(*) from audit where action = $1`, string(db.ContactsLooked)).Scan(&noted)
			if err != nil || noted != 1 {
				t.Errorf("%d looks were noted, %v", noted, err)
			}
		})
	}
}
