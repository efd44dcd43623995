package desk_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/rules"
)

// A case's trace is not kept: it is found again, by what decided. Whatever is published afterwards, it is the trace that was
// made when the case was opened.
func TestWhatDecidedACaseIsFoundAgain(t *testing.T) {
	site := handlertest.New(t)
	ctx := t.Context()
	customer := site.Actor("customer@maple.test")
	dice := rand.New(rand.NewPCG(1, 1))
	pick := func(list ...string) string { return list[dice.IntN(len(list))] }
	made := map[db.Number]rules.Decision{}
	lexicons := map[int64]bool{}
	open := func(n int, asksUrgent bool) {
		t.Helper()
		for range n {
			in := issue(mapleEast, pick("911 service", "Hosted Voice", "SD-WAN", "Managed Firewall"), "intermittent", pick("yes", "no"))
			if dice.IntN(2) == 0 {
				in.Raw["all_locations"], in.Raw["locations"] = []string{"no"}, []string{"Moncton Office"}
			}
			if asksUrgent && dice.IntN(2) == 0 {
				in.Raw["urgent"], in.Raw["urgent_reason"] = []string{"on"}, []string{"We cannot work."}
			}
			kase, err := site.Desk.Open(ctx, customer, in)
			if err != nil {
				t.Fatal(err)
			}
			if len(kase.Decision.Trace.Steps) == 0 {
				t.Fatal("a case is opened without a trace")
			}
			made[kase.ID], lexicons[kase.Lexicon] = kase.Decision, true
		}
	}
	live := func() rules.RuleSet {
		t.Helper()
		n, err := site.DB.LiveVersion(ctx)
		if err != nil {
			t.Fatal(err)
		}
		v, err := site.DB.RuleVersion(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		set, problems := rules.Parse(v.Source)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return set
	}
	publish := func(set rules.RuleSet) {
		t.Helper()
		n, err := site.DB.LiveVersion(ctx)
		if err == nil {
			_, err = site.Desk.Publish(ctx, site.Actor("platform@boreal.test"), desk.Publication{Source: set.Format(), Note: "test", Base: n})
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	open(8, true)
	set := live()
	set.Rules = append([]rules.Rule{
		{Name: "Fails where nothing is left", When: `7 % (now.hour - 11) == 0`, Then: rules.Outcomes{Priority: 1}},
		{Name: "Says a lot", When: `answers.description contains "not" and "voice" in families`, Then: rules.Outcomes{Tags: []string{"said"}, Request: []rules.Text{{"en": "A log", "fr": "Un journal"}}}},
	}, set.Rules...)
	publish(set)
	open(8, true)
	withoutUrgent(t, site) // the form loses a question that rules read, and a choice of another
	open(8, false)
	if _, err := site.DB.Pool().Exec(ctx, `update queues set name = 'Safety' where name = 'Security'`); err != nil { // behind everybody's back
		t.Fatal(err)
	}
	open(8, false)
	set = live()
	set.Rules = slices.DeleteFunc(set.Rules, func(r rules.Rule) bool { return r.Then.Queue == "Security" })
	set.Let = nil
	set.Rules = slices.DeleteFunc(set.Rules, func(r rules.Rule) bool { return slices.Contains([]string{"Urgent", "Urgent and everywhere"}, r.Name) })
	set.Examples = nil
	publish(set)
	open(4, false)

	for name, copied := range map[string]*desk.Desk{"the copy that decided": site.Desk, "another": handlertest.Over(t, site.DB).Desk} {
		for n, decision := range made {
			kase, err := site.DB.FindCase(ctx, db.Scope{All: true}, n)
			if err != nil {
				t.Fatal(err)
			}
			by, err := copied.Deciding(ctx, kase)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, n, err)
			}
			if again := by.Decide(kase.Facts); !reflect.DeepEqual(asJSON(t, again), asJSON(t, decision)) {
				t.Errorf("%s: %s was decided\n%+v, and again\n%+v", name, n, decision, again)
			}
			if !reflect.DeepEqual(asJSON(t, kase.Decision), asJSON(t, decision.Kept())) {
				t.Errorf("%s is kept as %+v", n, kase.Decision)
			}
		}
	}
	if len(made) != 36 || len(lexicons) < 3 {
		t.Errorf("%d cases, %d lexicons", len(made), len(lexicons))
	}
}

func asJSON(t *testing.T, v any) (out any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withoutUrgent publishes the form of issues without its question whether it is urgent.
func withoutUrgent(t *testing.T, site *handlertest.Site) {
	t.Helper()
	published, err := site.DB.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(published.Forms, func(f db.FormVersion) bool { return f.Item == "report-issue" })
	form := published.Forms[i].Form
	form.Questions = slices.DeleteFunc(slices.Clone(form.Questions), func(q rules.Question) bool { return q.Key == "urgent" || q.Key == "urgent_reason" })
	if err := db.Add(t.Context(), site.DB, []db.FormVersion{{Item: "report-issue", Form: form, PublishedAt: dbtest.Now}}); err != nil {
		t.Fatal(err)
	}
}

func TestRulesGoOnWhereAFormLosesWhatTheyRead(t *testing.T) {
	site := handlertest.New(t)
	ctx := t.Context()
	customer, platform := site.Actor("customer@maple.test"), site.Actor("platform@boreal.test")
	if err := site.Desk.Ready(ctx); err != nil { // the rules were asked for once while the form still had it
		t.Fatal(err)
	}
	withoutUrgent(t, site)
	for name, copied := range map[string]*handlertest.Site{"this copy": site, "another": handlertest.Over(t, site.DB)} {
		kase, err := copied.Desk.Open(ctx, customer, issue(mapleEast, "Hosted Voice"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(kase.Decision.Trace.Failed) > 0 || kase.Priority != db.High || kase.Decision.By.Priority != "Everywhere, all the time" {
			t.Errorf("%s decides %+v", name, kase.Decision)
		}
		problems, err := copied.Desk.LiveProblems(ctx)
		if err != nil || len(problems) != 2 || problems[0].Code != rules.CodeUnknownFact || problems[0].Args["fact"] != "answers.urgent" {
			t.Errorf("%s says of it %v, %v", name, problems, err)
		}
		page := copied.As("platform@boreal.test").Get("/rules")
		if text := page.Text("#lost-alarm"); page.Status != 200 || text == "" {
			t.Errorf("%s: the page of the rules says nothing of it: %d", name, page.Status)
		}
	}
	version, err := site.DB.RuleVersion(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = site.Desk.Publish(ctx, platform, desk.Publication{Source: version.Source, Note: "again", Base: 1})
	if !errors.As(err, new(desk.Unpublishable)) {
		t.Errorf("such rules can be published anew: %v", err)
	}
}

func TestCasesAreDecidedWithoutADefault(t *testing.T) {
	site := handlertest.New(t)
	ctx := t.Context()
	published := []db.RuleVersion{{Version: 2, Source: "rules:\n  - name: Never\n    when: item == \"billing-inquiry\"\n    then: {priority: 1}\n", Note: "test", PublishedAt: dbtest.Now}}
	if err := db.Add(ctx, site.DB, published); err != nil { // nobody can publish it
		t.Fatal(err)
	}
	kase, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	queues, err := site.DB.Queues(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if kase.RuleVersion != 2 || kase.Priority != db.Moderate || kase.QueueID != queues[len(queues)-1].ID {
		t.Errorf("decided by version %d: %d, queue %d of %+v", kase.RuleVersion, kase.Priority, kase.QueueID, queues)
	}
	if page := site.As("platform@boreal.test").Get("/rules"); !page.Has("#lost-alarm") {
		t.Error("the page of the rules says nothing of it")
	}
	_, err = site.Desk.Publish(ctx, site.Actor("platform@boreal.test"), desk.Publication{Source: published[0].Source, Note: "again", Base: 2})
	if !errors.As(err, new(desk.Unpublishable)) {
		t.Errorf("rules without a default can be published: %v", err)
	}
}

func TestKeptDecisionsAreSmall(t *testing.T) {
	site := handlertest.New(t)
	ctx := t.Context()
	var full, kept int
	for _, service := range []string{"911 service", "Hosted Voice", "SD-WAN", "Managed Firewall"} {
		kase, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), issue(mapleEast, service, "urgent", "on", "urgent_reason", "We cannot work."))
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []struct {
			decision rules.Decision
			size     *int
		}{{kase.Decision, &full}, {kase.Decision.Kept(), &kept}} {
			data, err := json.Marshal(of.decision)
			if err != nil {
				t.Fatal(err)
			}
			*of.size += len(data)
		}
	}
	t.Logf("kept are %d bytes of %d", kept/4, full/4)
	if kept*5 > full*3 {
		t.Error("that is not small")
	}
}
