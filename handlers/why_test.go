package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// calmIssue is an issue that is not urgent and touches one location: no rule sets its priority.
func calmIssue(t *testing.T, site *handlertest.Site) db.Case {
	t.Helper()
	kase, err := site.Desk.Open(t.Context(), site.Actor("customer@maple.test"), desk.Open{Submission: uuid.New(), Ask: desk.Ask{
		Item: "report-issue", Raw: map[string][]string{
			"account": {"100210"}, "all_locations": {"no"}, "locations": {"Moncton Office"}, "service": {"Hosted Voice"},
			"issue_type": {"No dial tone"}, "intermittent": {"no"}, "description": {"It is quiet."},
		}}})
	if err != nil {
		t.Fatal(err)
	}
	return kase
}

func says(t *testing.T, what string, a *handlertest.Answer, words ...string) {
	t.Helper()
	text := strings.Join(strings.Fields(a.Page().Text()), " ")
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: it does not say %q: %s", what, w, text)
		}
	}
}

func TestStaffReadWhyACaseWasDecidedSo(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	kase := calmIssue(t, site)
	agent, platform := site.As("agent@boreal.test"), site.As("platform@boreal.test")
	path := kase.Path() + "/why"

	page, part := agent.Get(path), agent.Partial(path)
	if page.Status != http.StatusOK || part.Status != http.StatusOK || !strings.Contains(page.Body, "<html") || strings.Contains(part.Body, "<html") {
		t.Fatalf("the page answers %d, its part %d", page.Status, part.Status)
	}
	for _, a := range []*handlertest.Answer{page, part} {
		says(t, "the story", a, "Priority: 3 - Moderate", "by default", "Queue: Voice", "by the rule “Voice”",
			"Had “Is the issue impacting all locations?” been answered “Yes”, the priority would have been 2 - High (rule “Everywhere, all the time”).",
			"Had “Is the issue intermittent?” been answered “Yes”, the priority would have been 4 - Low (rule “Comes and goes, in places”).",
			"the queue would have been Data & Network (rule “Data”)", "It would have won, had “What service is impacted?” been answered “911 service”.", "Version 1 of the rules")
		if mark := a.Page().Find("mark").First().Text(); mark != `"911 service" in services` {
			t.Errorf("what failed is %q", mark)
		}
		if a.Page().Find("a[href^='/rules']").Length() > 0 {
			t.Error("an agent is led to the rules")
		}
	}
	lead := platform.Get(path)
	for _, href := range []string{"/rules/versions/1", "/why?"} {
		if lead.Page().Find("main a[href^='"+href+"']").Length() != 1 {
			t.Errorf("the platform's administrator is not led to %s", href)
		}
	}
	if lead.Page().Find("main a[href*='try-case="+kase.ID.String()+"']").Length() == 0 {
		t.Error("the platform's administrator can't try the case")
	}
	for _, link := range lead.Page().Find(".story-otherwise a").EachIter() {
		if tried := platform.Get(link.AttrOr("href", "")); tried.Status != http.StatusOK || !strings.Contains(tried.Body, kase.ID.String()) {
			t.Errorf("what would have decided otherwise is tried at %s: %d", link.AttrOr("href", ""), tried.Status)
		}
	}
	if link := lead.Page().Find(".story-otherwise a").First(); !strings.HasSuffix(link.AttrOr("href", ""), "&all_locations=yes") {
		t.Errorf("the first change is tried at %s", link.AttrOr("href", ""))
	}
	beside := agent.Get(kase.Path())
	says(t, "the fold", beside, "Priority: 3 - Moderate", "by the rule “Voice”")
	if link := beside.Page().Find("#why a"); link.AttrOr("href", "") != path || link.AttrOr("hx-get", "") != path {
		t.Error("the fold does not lead to the story")
	}
}

func TestTheStoryTellsWhatPeopleChangedSince(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	kase := calmIssue(t, site)
	lead := site.As("lead@boreal.test")
	billing := site.Queue("Billing")
	for path, to := range map[string]string{"/priority": "1", "/queue": strconv.FormatInt(billing.ID, 10)} {
		if a := lead.Post(kase.Path()+path, url.Values{"to": {to}, "was": {desk.Now(kase, path[1:])}, "submission": {uuid.NewString()}}); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d", path, a.Status)
		}
	}
	by := site.Actor("lead@boreal.test").Person.FirstName
	for _, path := range []string{kase.Path(), kase.Path() + "/why"} {
		says(t, path, lead.Get(path), "Priority: 3 - Moderate", "Changed since to 1 - Critical by "+by, "Queue: Voice", "Changed since to Billing by "+by)
	}
	says(t, "its customer", site.As("customer@maple.test").Get(kase.Path()), "Our team looked at your case and changed its priority.")
}

func TestAStoryThatIsNotWhatWasDecidedIsNotToldAsTrue(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	kase := calmIssue(t, site)
	agent := site.As("agent@boreal.test")
	const warning = "Decided again today, this case would come out otherwise"
	if strings.Contains(agent.Get(kase.Path()+"/why").Body, warning) {
		t.Error("a case that was just decided would come out otherwise")
	}
	if _, err := site.DB.Pool().Exec(t.Context(), `update cases set decision = jsonb_set(decision, '{outcomes,priority}', '1') where id = $1`, kase.ID); err != nil {
		t.Fatal(err)
	}
	says(t, "the story", agent.Get(kase.Path()+"/why"), warning)
}

// insides is a rule set of which no customer may see anything but what its rules say to them.
const insides = `rules:
  - name: Hush rule
    note: hushnote
    when: item == "report-issue"
    then:
      priority: 2
      queue: Change Desk
      assignee: agent2@boreal.test
      answer_within: 3 business hours
      solve_within: 30 hours
      tags: [hushtag]
      notify: [lead@boreal.test]
  - name: Hush rule nearly
    when: answers.urgent
    then: {priority: 1}
default: {priority: 3, queue: Service Desk}
`

func TestCustomersSeeNothingOfHowTheirCaseWasDecided(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	if _, err := site.Desk.Publish(t.Context(), site.Actor("platform@boreal.test"), desk.Publication{Source: insides, Note: "hushversion", Base: 1}); err != nil {
		t.Fatal(err)
	}
	kase := calmIssue(t, site)
	if kase.RuleVersion != 2 || kase.Decision.By.Assignee != "Hush rule" {
		t.Fatalf("it was decided by version %d: %+v", kase.RuleVersion, kase.Decision.By)
	}
	if _, _, err := site.Desk.Note(t.Context(), site.Actor("lead@boreal.test"), kase.ID, desk.Words{Body: "hushinternal", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"hush", "change desk", "agent2@boreal.test", "lead@boreal.test", "answers.", "/rules", "rule set", `id="why"`, "why-story", "whyso", "business_hours"}
	story := site.As("platform@boreal.test").Get(kase.Path() + "/why")
	says(t, "staff", story, "Hush rule", "Change Desk", "hushtag", site.Actor("agent2@boreal.test").Person.Name(), "Version 2")
	seen := 0
	for _, who := range groups["contacts"] {
		v := site.As(everyone[who])
		if a := v.Get(kase.Path() + "/why"); a.Status != http.StatusNotFound {
			t.Errorf("%s asks why: %d", who, a.Status)
		}
		for path, a := range map[string]*handlertest.Answer{
			kase.Path(): v.Get(kase.Path()), "its part": v.Partial(kase.Path()), "what follows it": v.Partial(kase.Path() + "/live"),
			"the list": v.Get("/cases"), "home": v.Get("/"),
		} {
			body := strings.ToLower(a.Body)
			for _, secret := range secrets {
				if strings.Contains(body, secret) {
					t.Errorf("%s finds %q on %s", who, secret, path)
				}
			}
			if path == kase.Path() && a.Status == http.StatusOK {
				seen++
				want := map[bool]string{false: "We set this priority by what you told us.", true: "Nous avons fixé cette priorité d’après ce que vous nous avez indiqué."}[who == "colleague"]
				says(t, who, a, want)
				if text := a.Page().Find(".case-line").Text(); !strings.Contains(text, "by ") {
					t.Errorf("%s is not told when to expect an answer: %s", who, text)
				}
			}
		}
	}
	if seen != len(groups["in-reach"]) {
		t.Errorf("%d contacts see it", seen)
	}
}
