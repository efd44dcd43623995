package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
)

// phonesAreDown opens a case that waits in Voice, by no means the most important one.
func phonesAreDown(t testing.TB, site *handlertest.Site) db.Case {
	t.Helper()
	kase, err := site.Desk.Open(context.Background(), site.Actor("customer@maple.test"), desk.Open{Submission: uuid.New(), Ask: desk.Ask{
		Item: "report-issue", Raw: map[string][]string{"account": {"100210"}, "all_locations": {"yes"}, "service": {"Hosted Voice"},
			"intermittent": {"no"}, "issue_type": {"No dial tone"}, "description": {"Nobody can call."}}}})
	if err != nil {
		t.Fatal(err)
	}
	return kase
}

func queuePath(t testing.TB, site *handlertest.Site, name string) string {
	t.Helper()
	return fmt.Sprintf("/queues/%d", site.Queue(name).ID)
}

func form(pairs ...string) url.Values {
	values := url.Values{"submission": {uuid.NewString()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

func TestWhoStandsAtTheDesk(t *testing.T) {
	site := handlertest.New(t)
	voice, billing := queuePath(t, site, "Voice"), queuePath(t, site, "Billing")
	for _, test := range []struct {
		who, path string
		status    int
	}{
		{"agent@boreal.test", "/queues", 200},
		{"agent@boreal.test", "/queues/mine", 200},
		{"agent@boreal.test", voice, 200},
		{"agent@boreal.test", voice + "?show=unassigned", 200},
		{"agent@boreal.test", voice + "?show=nonsense&after=nonsense", 200},
		{"agent@boreal.test", billing, 404},
		{"agent@boreal.test", "/queues/9999", 404},
		{"agent@boreal.test", voice + "?case=CS9999999", 404},
		{"agent@boreal.test", voice + "?case=x", 404},
		{"agent@boreal.test", "/callers", 200},
		{"lead@boreal.test", billing, 200},
		{"platform@boreal.test", billing, 200},
		{"platform@boreal.test", "/queues/9999", 404},
		{"platform@boreal.test", "/callers", 403},
		{"customer@maple.test", "/queues", 404},
		{"manager@maple.test", "/queues/mine", 404},
		{"admin@maple.test", voice, 404},
		{"customer@maple.test", "/callers", 404},
	} {
		t.Run(test.who+" "+test.path, func(t *testing.T) {
			v := site.As(test.who)
			if whole := v.Get(test.path); whole.Status != test.status {
				t.Errorf("the page is %d, want %d: %.300s", whole.Status, test.status, whole.Body)
			}
			if part := v.Partial(test.path); part.Status != test.status || part.Has("html main") {
				t.Errorf("its part is %d, want %d", part.Status, test.status)
			}
		})
	}
	for _, path := range []string{"/queues", voice, "/callers"} {
		if got := site.Nobody().Get(path); got.Status != 303 || !strings.HasPrefix(got.Location(), "/sign-in") {
			t.Errorf("nobody at %s: %d", path, got.Status)
		}
		if got := site.Nobody().Partial(path); got.Status != 401 {
			t.Errorf("nobody's part of %s: %d", path, got.Status)
		}
	}
}

func TestTheDesk(t *testing.T) {
	site := handlertest.New(t)
	agent := site.As("agent@boreal.test")
	voice := queuePath(t, site, "Voice")
	kase := phonesAreDown(t, site)

	page := agent.Get(voice)
	row := page.Page().Find("#row-" + kase.ID.String())
	for _, want := range []string{"No dial tone: Hosted Voice", "Maple Foods East · gold", "Nobody can call.", "2 - High", "4 h left", "not taken yet"} {
		if text := strings.Join(strings.Fields(row.Text()), " "); !strings.Contains(text, want) {
			t.Errorf("the row does not say %q: %s", want, text)
		}
	}
	if at, _ := row.Attr("href"); at != voice+"?case="+kase.ID.String() {
		t.Errorf("the row leads to %q", at)
	}
	if !page.Has(`.rail a[aria-current=page][href="`+voice+`"] .count`) || page.Has("#desk-case") {
		t.Error("the rail does not say where one is, or a case is open")
	}
	last := 0
	page.Page().Find(".row .priority").Each(func(i int, s *goquery.Selection) {
		p := int(s.AttrOr("data-priority", "0")[0] - '0')
		if p < last {
			t.Errorf("row %d: priority %d stands behind %d", i, p, last)
		}
		last = p
	})

	open := agent.Get(voice + "?case=" + kase.ID.String())
	if !open.Has("#desk-case #case-head") || !open.Has(`.row[aria-current=true][autofocus]#row-`+kase.ID.String()) || !open.Has("#desk-case #tools #take") || !open.Has("#note") || !open.Has("#why") {
		t.Errorf("the case does not stand beside the rows, with its tools")
	}
	ids := map[string]int{}
	open.Page().Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements are called %q", n, id)
		}
	}
	if live := open.Page().Find("#live").AttrOr("data-live", ""); !strings.Contains(live, fmt.Sprintf("case-%d", kase.ID)) || !strings.Contains(live, "queue-") {
		t.Errorf("the page listens to %q", live)
	}
	if followed := agent.Partial(voice + "?part=rows&case=" + kase.ID.String()); !followed.Has(".row[aria-current=true]") || followed.Has("[autofocus]") {
		t.Error("rows that follow what happens take the focus from who is typing, or forget which case is open")
	}
	rows := agent.Partial(voice + "?part=rows")
	if !rows.Has("#rows .row") || rows.Has("h1") || !strings.Contains(rows.Body, `hx-target="#rail-queue-`) {
		t.Errorf("the rows alone: %.500s", rows.Body)
	}
	if plain := agent.Get(voice + "?part=rows"); !plain.Has("html main#main h1") {
		t.Error("without htmx the rows are no page")
	}
	if fr := strings.Join(strings.Fields(agent.Get(voice+"?show=awaiting").Text(".tabs")), " "); !strings.Contains(fr, "Awaiting the customer") {
		t.Errorf("tabs: %s", fr)
	}
}

func TestTakingNextByHand(t *testing.T) {
	site := handlertest.New(t)
	agent := site.As("agent@boreal.test")
	voice := queuePath(t, site, "Voice")
	f := form()
	first := agent.Post(voice+"/next", f)
	if first.Status != http.StatusSeeOther || !strings.HasPrefix(first.Location(), voice+"?case=CS") {
		t.Fatalf("%d %s", first.Status, first.Location())
	}
	if again := agent.Post(voice+"/next", f); again.Location() != first.Location() {
		t.Errorf("a double click takes another: %s, %s", first.Location(), again.Location())
	}
	open := agent.Get(first.Location())
	if open.Has("#take") || !open.Has(".row[data-mine][aria-current]") {
		t.Error("the case isn't the agent's now")
	}
	for _, test := range []struct {
		who, path string
		status    int
	}{
		{"agent@boreal.test", queuePath(t, site, "Billing") + "/next", 404},
		{"platform@boreal.test", voice + "/next", 403},
		{"customer@maple.test", "/queues/next", 404},
	} {
		if got := site.As(test.who).Post(test.path, form()); got.Status != test.status {
			t.Errorf("%s %s: %d, want %d", test.who, test.path, got.Status, test.status)
		}
	}
	if _, err := site.DB.Pool().Exec(t.Context(), `update cases set state = 'closed', closed_at = now()`); err != nil {
		t.Fatal(err)
	}
	none := agent.Post("/queues/next", form())
	if none.Location() != "/queues?done=nothing-left" || !strings.Contains(agent.Get(none.Location()).Text(".notice"), "Nothing is left") {
		t.Errorf("none is left: %s", none.Location())
	}
}

func TestToolsOfACase(t *testing.T) {
	site := handlertest.New(t)
	agent, lead, customer := site.As("agent@boreal.test"), site.As("lead@boreal.test"), site.As("customer@maple.test")
	kase := phonesAreDown(t, site)
	path := kase.Path()

	t.Run("who works elsewhere sees the case, and has a note only", func(t *testing.T) {
		page := site.As("agent2@boreal.test").Get(path)
		if page.Has("#tools form") || !page.Has("#note") || !strings.Contains(page.Text("#tools"), "Voice") {
			t.Error(page.Text("#tools"))
		}
	})
	t.Run("who administers has no tools at all", func(t *testing.T) {
		page := site.As("platform@boreal.test").Get(path)
		if page.Has("#tools") || !page.Has("#note") || !page.Has("#why") {
			t.Error("tools, or no note, or no reasons")
		}
		if !site.As("platform@boreal.test").Partial(path + "/why").Has(`a[href="/rules/versions/1"]`) {
			t.Error("no way to the rules")
		}
	})
	t.Run("customers have none of it, and neither do their forms", func(t *testing.T) {
		page := customer.Get(path)
		if page.Has("#tools") || page.Has("#note") || page.Has("#why") || page.Has(".rail") {
			t.Error("staff's part of the page is there")
		}
		for _, verb := range []string{"/assignment", "/queue", "/priority", "/notes", "/information-requests"} {
			if got := customer.Post(path+verb, form("to", "1", "body", "x")); got.Status != 403 {
				t.Errorf("%s: %d", verb, got.Status)
			}
			if got := site.As("customer@harbour.test").PostPartial(path+verb, form("to", "1", "body", "x")); got.Status != 404 {
				t.Errorf("a stranger's %s: %d", verb, got.Status)
			}
		}
		for _, part := range []string{"/tools", "/why"} {
			if got := customer.Partial(path + part); got.Status != 404 {
				t.Errorf("%s: %d", part, got.Status)
			}
		}
	})
	t.Run("why tells rule, condition and values", func(t *testing.T) {
		says(t, "the fold beside the case", agent.Partial(path+"/why"), "Priority: 2 - High", "Everywhere, all the time",
			"answers.all_locations and not answers.intermittent", "answers.intermittent", "no", "Queue: Voice", "Version 1")
		for _, want := range []string{"Priority: 2 - High", "Everywhere, all the time", "Queue: Voice"} {
			if why := agent.Get(path).Text("#why"); !strings.Contains(why, want) {
				t.Errorf("it does not say %q: %s", want, why)
			}
		}
	})
	t.Run("taken, by htmx and without", func(t *testing.T) {
		part := agent.PostPartial(path+"/assignment", form("was", "0"))
		if part.Status != 200 || !part.Has("#tools") || part.Has("#take") || !strings.Contains(part.Body, "The case is yours.") {
			t.Errorf("%d %s", part.Status, part.Body)
		}
		plain := lead.Post(path+"/assignment", form("back", "/queues?case="+kase.ID.String()))
		if plain.Status != 303 || plain.Location() != "/queues?case="+kase.ID.String()+"&done=take" {
			t.Errorf("%d %s", plain.Status, plain.Location())
		}
		if away := lead.Post(path+"/assignment", form("back", "//evil.test")); away.Location() != path+"?done=take" {
			t.Errorf("it leads to %s", away.Location())
		}
	})
	t.Run("taken by another meanwhile", func(t *testing.T) {
		late := agent.PostPartial(path+"/assignment", form("was", "0"))
		if late.Status != 409 || !strings.Contains(late.Text("#tools .complaint"), "Robin MacLeod") || !late.Has("#take") {
			t.Errorf("%d %s", late.Status, late.Text("#tools"))
		}
	})
	t.Run("a closed case has no tools", func(t *testing.T) {
		closed := phonesAreDown(t, site)
		if _, err := site.DB.Pool().Exec(t.Context(), `update cases set state = 'closed', closed_at = now() where id = $1`, closed.ID); err != nil {
			t.Fatal(err)
		}
		page := agent.Get(closed.Path())
		if page.Has("#tools") || !page.Has("#note") {
			t.Error("there are tools, or no note")
		}
		if got := agent.Post(closed.Path()+"/priority", form("to", "1")); got.Status != 409 {
			t.Errorf("its priority: %d", got.Status)
		}
	})
	t.Run("who comes second is told, and keeps the choice", func(t *testing.T) {
		because := kase.Decision.Customer["en"]
		if page := customer.Get(path); because == "" || !strings.Contains(page.Text("main"), because) {
			t.Errorf("the customer is not told why: %q", because)
		}
		if got := lead.PostPartial(path+"/priority", form("to", "1", "was", "2")); got.Status != 200 {
			t.Fatal(got.Status)
		}
		for _, late := range []*handlertest.Answer{agent.PostPartial(path+"/priority", form("to", "4", "was", "2")), agent.Post(path+"/priority", form("to", "4", "was", "2"))} {
			if late.Status != 409 || !strings.Contains(late.Text("#e-change-priority"), "1 - Critical") || !late.Has(`#change-priority option[value="4"][selected]`) {
				t.Errorf("%d %s", late.Status, late.Text("#tools"))
			}
		}
		if page := agent.Get(path); !strings.Contains(page.Text("#why"), "Changed since to 1 - Critical by Robin MacLeod") {
			t.Errorf("the correction is not told: %s", page.Text("#why"))
		}
		if page := customer.Get(path); strings.Contains(page.Text("main"), because) {
			t.Error("the customer is told why of a priority that was corrected since")
		}
	})
	t.Run("a choice that is none", func(t *testing.T) {
		for _, to := range []string{"9", "x", ""} {
			if got := lead.PostPartial(path+"/priority", form("to", to)); got.Status != 422 || !got.Has("#e-change-priority") {
				t.Errorf("%q: %d", to, got.Status)
			}
		}
	})
	t.Run("a note", func(t *testing.T) {
		got := agent.PostPartial(path+"/notes", form("body", "The zanzibar switch."))
		if got.Status != 200 || !got.Has("#note textarea") || got.Text("#note textarea") != "" || !strings.Contains(got.Body, "Only staff read it") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		if empty := agent.PostPartial(path+"/notes", form("body", " ")); empty.Status != 422 || !empty.Has("#e-note") {
			t.Errorf("nothing: %d", empty.Status)
		}
		long := agent.Post(path+"/notes", form("body", strings.Repeat("z", 20_001)))
		if long.Status != 422 || !long.Has("main #e-note") || len(long.Text("#note-body")) != 20_001 {
			t.Errorf("too much: %d", long.Status)
		}
		if !strings.Contains(agent.Get(path).Text(".letter.note"), "zanzibar") {
			t.Error("staff don't read it")
		}
		for _, who := range []string{"customer@maple.test", "manager@maple.test", "admin@maple.test"} {
			v := site.As(who)
			for _, at := range []string{path, path + "/live", "/cases", "/cases?q=zanzibar", "/cases?search=zanzibar", "/"} {
				for _, answer := range []*handlertest.Answer{v.Get(at), v.Partial(at)} {
					if strings.Contains(strings.ReplaceAll(answer.Body, "q=zanzibar", ""), "zanzibar switch") {
						t.Errorf("%s reads it at %s", who, at)
					}
				}
			}
		}
	})
	t.Run("asking the customer", func(t *testing.T) {
		got := agent.PostPartial(path+"/information-requests", form("body", "Since when exactly?"))
		if got.Status != 200 || !strings.Contains(got.Body, "waits for their answer") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		if page := customer.Get(path); !strings.Contains(page.Text("#awaited"), "Since when exactly?") {
			t.Error("the customer does not see it")
		}
		if empty := agent.PostPartial(path+"/information-requests", form("body", "")); empty.Status != 422 || !empty.Has("#request[open] #e-request") {
			t.Errorf("nothing: %d", empty.Status)
		}
	})
	t.Run("moved", func(t *testing.T) {
		to := strings.TrimPrefix(queuePath(t, site, "Billing"), "/queues/")
		if got := agent.PostPartial(path+"/queue", form("to", to)); got.Status != 200 || got.Has("#tools form") || !strings.Contains(got.Text("#tools"), "Billing") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		if got := agent.PostPartial(path+"/queue", form("to", "1")); got.Status != 403 {
			t.Errorf("back again: %d", got.Status)
		}
		if page := customer.Get(path); strings.Contains(page.Body, "Change Desk") || strings.Contains(page.Text("main"), "Billing") {
			t.Error("the customer hears of queues")
		}
	})
}

func TestCallers(t *testing.T) {
	site := handlertest.New(t)
	agent := site.As("agent@boreal.test")
	for _, words := range []string{"plant@maple.test", "100211", "Halifax Plant"} {
		for _, found := range []*handlertest.Answer{agent.Get("/callers?q=" + url.QueryEscape(words)), agent.Partial("/callers?q=" + url.QueryEscape(words))} {
			if found.Status != 200 || !strings.Contains(found.Text("#callers"), "plant@maple.test") || strings.Contains(found.Text("#callers"), "harbour.test") {
				t.Errorf("%s: %d %s", words, found.Status, found.Text("#callers"))
			}
		}
	}
	link, _ := agent.Get("/callers?q=plant@maple.test").Page().Find(`#callers a[href^="/items/report-issue?for="]`).Attr("href")
	if got := agent.Get(link); got.Status != 200 || !strings.Contains(got.Text("main"), "Report an Issue") {
		t.Errorf("%s: %d", link, got.Status)
	}
	if none := agent.Get("/callers?q=nobody-of-that-name"); !none.Has("#callers .empty") {
		t.Error("nobody is found")
	}
}

func BenchmarkQueuePage(b *testing.B) {
	site := handlertest.New(b)
	agent := site.As("lead@boreal.test")
	b.ResetTimer()
	for b.Loop() {
		if got := agent.Get("/queues"); got.Status != 200 {
			b.Fatal(got.Status)
		}
	}
}
