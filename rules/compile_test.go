package rules

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestASetIsChecked(t *testing.T) {
	v := demoVocabulary(t)
	good := func() RuleSet {
		return RuleSet{Rules: []Rule{{Name: "A", When: "answers.urgent", Then: Outcomes{Priority: 1}}}, Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Voice"}}}
	}
	for _, test := range []struct {
		name                          string
		change                        func(*RuleSet)
		rule, field, code, suggestion string
	}{
		{"a misspelt queue", func(s *RuleSet) { s.Rules[0].Then.Queue = "Vioce" }, "A", "then.queue", CodeUnknownQueue, "Voice"},
		{"a misspelt default queue", func(s *RuleSet) { s.Default.Queue = "service desk" }, "", "default.queue", CodeUnknownQueue, "Service Desk"},
		{"a priority of 5", func(s *RuleSet) { s.Rules[0].Then.Priority = 5 }, "A", "then.priority", CodePriority, ""},
		{"a priority below all", func(s *RuleSet) { s.Rules[0].Then.Priority = -1 }, "A", "then.priority", CodePriority, ""},
		{"a rule without outcome", func(s *RuleSet) { s.Rules[0].Then = Outcomes{} }, "A", "then", CodeNothingDecided, ""},
		{"a rule without name", func(s *RuleSet) { s.Rules[0].Name = " " }, " ", "name", CodeRequired, ""},
		{"a rule named as the default", func(s *RuleSet) { s.Rules[0].Name = "default" }, "default", "name", CodeReserved, ""},
		{"a name twice", func(s *RuleSet) { s.Rules = append(s.Rules, s.Rules[0]) }, "A", "name", CodeDuplicate, ""},
		{"a language we do not speak", func(s *RuleSet) { s.Rules[0].Customer = Text{"de": "x"} }, "A", "customer", CodeUnknownLanguage, ""},
		{"an empty tag", func(s *RuleSet) { s.Rules[0].Then.Tags = []string{""} }, "A", "then.tags", CodeRequired, ""},
		{"no default priority", func(s *RuleSet) { s.Default.Priority = 0 }, "", "default", CodeRequired, ""},
		{"no default queue", func(s *RuleSet) { s.Default.Queue = "" }, "", "default", CodeRequired, ""},
		{"a misspelt fact", func(s *RuleSet) { s.Rules[0].When = "answer.urgent" }, "A", "when", CodeUnknownFact, "answers.urgent"},
		{"a misspelt service", func(s *RuleSet) { s.Rules[0].When = `"911 Service" in services` }, "A", "when", CodeUnknownChoice, "911 service"},
		{"a misspelt family", func(s *RuleSet) { s.Rules[0].When = `"vioce" in families` }, "A", "when", CodeUnknownChoice, "voice"},
		{"a misspelt item", func(s *RuleSet) { s.Rules[0].When = `item == "report-isue"` }, "A", "when", CodeUnknownChoice, "report-issue"},
		{"a misspelt type of issue", func(s *RuleSet) { s.Rules[0].When = `answers.issue_type == "Packet lost"` }, "A", "when", CodeUnknownChoice, "Packet loss"},
		{"a misspelt weekday", func(s *RuleSet) { s.Rules[0].When = `now.weekday in ["Sunda"]` }, "A", "when", CodeUnknownChoice, "Sunday"},
		{"a broken rule that is off", func(s *RuleSet) { s.Rules[0].Off, s.Rules[0].When = true, "x" }, "A", "when", CodeUnknownFact, ""},
		{"a shared name for a fact", func(s *RuleSet) { s.Let = []Let{{"item", "type"}} }, "", "let.item", CodeReserved, ""},
		{"a shared name for a function", func(s *RuleSet) { s.Let = []Let{{"len", "type"}} }, "", "let.len", CodeReserved, ""},
		{"a shared name of two words", func(s *RuleSet) { s.Let = []Let{{"a b", "type"}} }, "", "let.a b", CodeBadName, ""},
		{"a broken shared name", func(s *RuleSet) { s.Let = []Let{{"x", "tpye"}}; s.Rules[0].When = "x == type" }, "", "let.x", CodeUnknownFact, "type"},
		{"a shared name of itself", func(s *RuleSet) { s.Let = []Let{{"x", "x"}} }, "", "let.x", CodeLater, ""},
		{"a shared name before its time", func(s *RuleSet) { s.Let = []Let{{"x", "y"}, {"y", "type"}} }, "", "let.x", CodeLater, ""},
	} {
		set := good()
		test.change(&set)
		_, problems := Compile(set, v)
		if len(problems) != 1 {
			t.Errorf("%s: %d problems: %v", test.name, len(problems), problems)
			continue
		}
		if p := problems[0]; p.Rule != test.rule || p.Field != test.field || p.Code != test.code || p.Suggestion != test.suggestion {
			t.Errorf("%s: %+v", test.name, p)
		}
		if _, report := Check(set, v, Lookup{}); report.Publishable() {
			t.Errorf("%s: publishable", test.name)
		}
	}
	if _, problems := Compile(good(), v); problems.Err() != nil {
		t.Error(problems)
	}
}

func TestAProblemSaysWhereInTheFile(t *testing.T) {
	set := parsed(t, "rules:\n  - name: A\n    when: |-\n      answers.urgent\n      and answers.evrywhere\n    then: {queue: Voise}\ndefault: {priority: 3, queue: Voice}\n")
	_, problems := Compile(set, demoVocabulary(t))
	want := "line 3: \"A\": when: 2:13: there is no fact answers.evrywhere\nline 6: \"A\": then.queue: there is no queue \"Voise\" (did you mean \"Voice\"?)"
	if problems.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", problems.Error(), want)
	}
}

func TestADecision(t *testing.T) {
	set := RuleSet{
		Let: []Let{{"spread", "answers.all_locations"}},
		Rules: []Rule{
			{Name: "Off", When: "true", Then: Outcomes{Priority: 1}, Off: true},
			{Name: "Broken", When: "answers.gone", Then: Outcomes{Priority: 1}},
			{Name: "Fails", When: "10 % account.depth == 1", Then: Outcomes{Priority: 1}},
			{Name: "Tags", When: "answers.urgent and not answers.intermittent", Then: Outcomes{Tags: []string{"hot", "phone"}}},
			{Name: "Queue", When: `"voice" in families`, Then: Outcomes{Queue: "Voice", Tags: []string{"phone", "voice"}}, Customer: Text{"en": "queue"}},
			{Name: "First", When: "spread and answers.urgent", Then: Outcomes{Priority: 2}, Customer: Text{"en": "first"}},
			{Name: "Second", When: "answers.urgent", Then: Outcomes{Priority: 1, Queue: "Billing"}, Customer: Text{"en": "second"}},
		},
		Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Service Desk", Tags: []string{"none"}}, Customer: Text{"en": "default"}},
	}
	v := demoVocabulary(t)
	c, problems := Compile(set, v)
	if len(problems) != 1 {
		t.Fatal(problems)
	}
	root := AccountFacts{Name: "Maple Foods", ClientNumber: "100200"}
	facts := v.NewFacts("report-issue", Answers{"urgent": true, "all_locations": true, "service": "Hosted Voice"}, root, ContactFacts{}, NowFacts{})
	d := c.Decide(facts)
	if want := (Outcomes{Priority: 2, Queue: "Voice", Tags: []string{"hot", "phone", "voice"}}); !reflect.DeepEqual(d.Outcomes, want) {
		t.Errorf("outcomes %+v, want %+v", d.Outcomes, want)
	}
	if want := (By{Priority: "First", Queue: "Queue", Tags: []string{"Tags", "Queue"}}); !reflect.DeepEqual(d.By, want) {
		t.Errorf("by %+v, want %+v", d.By, want)
	}
	if d.Customer.In("fr") != "first" {
		t.Errorf("the customer reads %q", d.Customer)
	}
	if want := []string{"Tags", "Queue", "First", "Second"}; !slices.Equal(d.Trace.Held, want) {
		t.Errorf("held: %v", d.Trace.Held)
	}
	if len(d.Trace.Failed) != 2 || d.Trace.Failed[0].Rule != "Broken" || d.Trace.Failed[1].Rule != "Fails" {
		t.Errorf("failed: %v", d.Trace.Failed)
	}
	i := slices.IndexFunc(d.Trace.Steps, func(s Step) bool { return s.Outcome == "priority" })
	if want := []Used{{"answers.all_locations", true}, {"answers.urgent", true}}; !reflect.DeepEqual(d.Trace.Steps[i].Used, want) {
		t.Errorf("used: %v", d.Trace.Steps[i].Used)
	}
	if want := []Used{{"answers.urgent", true}, {"answers.intermittent", nil}}; !reflect.DeepEqual(d.Trace.Steps[0].Used, want) {
		t.Errorf("used: %v", d.Trace.Steps[0].Used)
	}

	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back Decision
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(d, back) {
		t.Errorf("came back different: %v\n%+v\n%+v", err, d, back)
	}

	nothing := c.Decide(v.NewFacts("billing-inquiry", Answers{}, root, ContactFacts{}, NowFacts{}))
	if want := (By{Priority: ByDefault, Queue: ByDefault, Tags: []string{ByDefault}}); !reflect.DeepEqual(nothing.By, want) || nothing.Customer.In("en") != "default" {
		t.Errorf("by %+v, %v", nothing.By, nothing.Customer)
	}
	onlyQueue := c.Decide(v.NewFacts("report-issue", Answers{"service": "Hosted Voice"}, root, ContactFacts{}, NowFacts{}))
	if onlyQueue.By.Priority != ByDefault || onlyQueue.Customer.In("en") != "queue" {
		t.Errorf("by %+v, %v", onlyQueue.By, onlyQueue.Customer)
	}
}

func TestDecidingIsSafeForManyAtOnce(t *testing.T) {
	c := compiled(t, demoSet(t))
	facts := c.vocabulary.NewFacts("report-issue", Answers{"urgent": true, "service": "SD-WAN"}, AccountFacts{}, ContactFacts{}, NowFacts{})
	want := c.Decide(facts)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if got := c.Decide(facts); !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestWhatIsNotKnownOfAnAccountReadsAsMissing(t *testing.T) {
	v := demoVocabulary(t)
	for when, want := range map[string]bool{
		`account.depth == 0`: false, `account.tier != "gold"`: true, `answered(account.name)`: false, `"customer" in contact.roles`: false,
		`not now.business_hours`: true, `now.hour < 8`: false, `len(services) == 0`: true,
	} {
		c, problems := Compile(RuleSet{Rules: []Rule{{Name: "A", When: when, Then: Outcomes{Priority: 1}}}, Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Voice"}}}, v)
		if problems.Err() != nil {
			t.Fatal(problems)
		}
		if got := c.Decide(v.NewFacts("billing-inquiry", nil, AccountFacts{}, ContactFacts{}, NowFacts{})).By.Priority == "A"; got != want {
			t.Errorf("%s reads %t", when, got)
		}
	}
}

func TestAnExampleFails(t *testing.T) {
	set := parsed(t, strings.ReplaceAll(asAFile, "expect: {priority: 1, queue: Voice}", "expect: {priority: 2, queue: Voice, tags: []}"))
	_, report := Check(set, demoVocabulary(t), demoLookup())
	want := []Difference{{"priority", 2, 1, []string{"Urgent and everywhere"}}, {"tags", []string{}, []string{"voice"}, []string{"Voice"}}}
	if report.Publishable() || !reflect.DeepEqual(report.Results[0].Differences, want) {
		t.Errorf("got %+v", report.Results)
	}
	_, report = Check(parsed(t, asAFile), demoVocabulary(t), Lookup{})
	if report.Publishable() || report.Results[0].Err == nil {
		t.Error("an example that cannot be asked passes")
	}
}

func TestFactsSurviveBeingStored(t *testing.T) {
	v := demoVocabulary(t)
	account, _ := demoLookup().Account("100210")
	facts := v.NewFacts("report-issue", Answers{"urgent": true, "service": "Managed Firewall", "additional_services": []string{"911 service", "SD-WAN"}, "n": 3, "account": "100210"},
		account, ContactFacts{Language: "fr", Roles: []string{"customer"}}, NowFacts{Hour: 9, Weekday: "Monday", BusinessHours: true})
	if want := []string{"Managed Firewall", "911 service", "SD-WAN"}; !slices.Equal(facts.Services, want) {
		t.Errorf("services: %v", facts.Services)
	}
	if want := []string{"security", "voice", "data"}; !slices.Equal(facts.Families, want) || facts.Type != "Issue" {
		t.Errorf("families: %v, type %s", facts.Families, facts.Type)
	}
	data, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	var back Facts
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(facts, back) {
		t.Errorf("came back different: %v %+v", err, back)
	}
	if err := json.Unmarshal([]byte(`{"answers": {"x": 1.5}}`), &back); err == nil {
		t.Error("a fraction is taken for an answer")
	}
}

func TestAVocabularyIsTheUnionOfTheForms(t *testing.T) {
	v := demoVocabulary(t)
	for path, want := range map[string]int{"answers.issue_type": 12, "answers.service": 8, "answers.topic": 6, "answers.locations": 0, "item": 3, "families": 3, "account.tier": 2} {
		if f, ok := v.fact(path); !ok || len(f.Choices) != want {
			t.Errorf("%s: %v", path, f.Choices)
		}
	}
	if _, ok := v.fact("answers.attachments"); ok {
		t.Error("files are a fact")
	}
	world := demoWorld(t)
	other, _ := small(Question{Key: "service", Kind: KindText}).Compile()
	world.Items = append(world.Items, Item{Key: "other", Type: "Other", Form: other})
	if _, problems := NewVocabulary(world); len(problems) != 1 || problems[0].Code != CodeKindDiffers || problems[0].Rule != "service" {
		t.Errorf("got %v", problems)
	}
}

func TestEveryProblemHasASentence(t *testing.T) {
	for _, code := range ProblemCodes() {
		if sentences[code] == "" {
			t.Errorf("%s says nothing", code)
		}
	}
}
