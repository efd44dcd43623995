package rules

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

func readForm(t testing.TB, item string) *CompiledForm {
	t.Helper()
	data, err := os.ReadFile("../db/standard/forms/" + item + ".json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	var form Form
	if err := d.Decode(&form); err != nil {
		t.Fatalf("%s: %v", item, err)
	}
	compiled, problems := form.Compile()
	if problems.Err() != nil {
		t.Fatalf("%s: %v", item, problems)
	}
	return compiled
}

func plainOptions(values ...string) []Option {
	var out []Option
	for _, v := range values {
		out = append(out, Option{Value: v, Label: Text{"en": v}})
	}
	return out
}

// demoWorld is what the demo publishes, with its forms as they are shipped.
func demoWorld(t testing.TB) World {
	return World{
		Items: []Item{
			{Key: "report-issue", Type: "Issue", Form: readForm(t, "report-issue")},
			{Key: "technical-change-request", Type: "Change Request", Form: readForm(t, "technical-change-request")},
			{Key: "billing-inquiry", Type: "Billing Inquiry", Form: readForm(t, "billing-inquiry")},
		},
		Services: []Service{
			{"911 service", "voice"}, {"Hosted Voice", "voice"}, {"SIP Trunking", "voice"},
			{"Fibre Internet", "data"}, {"Cable Internet", "data"}, {"SD-WAN", "data"}, {"Co-Managed VPN", "data"},
			{"Managed Firewall", "security"},
		},
		Families: []Family{
			{"voice", []Option{
				{Value: "No dial tone", Label: Text{"en": "No dial tone", "fr": "Pas de tonalité"}},
				{Value: "Cannot make calls"}, {Value: "Cannot receive calls"}, {Value: "Poor call quality"}, {Value: "Calls drop"}, {Value: "Other"},
			}},
			{"data", plainOptions("No connection", "Slow connection", "Packet loss", "Cannot reach a site", "Other")},
			{"security", plainOptions("Traffic blocked", "Suspicious activity", "Other")},
		},
		Queues: []string{"Voice", "Data & Network", "Security", "Change Desk", "Billing", "Service Desk"},
		Tiers:  []string{"gold", "standard"},
	}
}

func demoVocabulary(t testing.TB) *Vocabulary {
	t.Helper()
	v, problems := NewVocabulary(demoWorld(t))
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	return v
}

func demoSet(t testing.TB) RuleSet {
	t.Helper()
	source, err := os.ReadFile("../db/demo/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(source))
}

func parsed(t testing.TB, source string) RuleSet {
	t.Helper()
	set, problems := Parse(source)
	if problems.Err() != nil {
		t.Fatalf("%v\n%s", problems, source)
	}
	return set
}

func compiled(t testing.TB, set RuleSet) *Compiled {
	t.Helper()
	c, problems := Compile(set, demoVocabulary(t))
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	return c
}

func demoLookup() Lookup {
	return Lookup{
		Account: func(s string) (AccountFacts, error) {
			if s == "100210" || s == "Maple Foods East" {
				return AccountFacts{Name: "Maple Foods East", ClientNumber: "100210", Tier: "gold", Depth: 1, Path: []string{"Maple Foods", "Maple Foods East"}}, nil
			}
			return AccountFacts{}, errors.New("there is no such account")
		},
		Now: func(AccountFacts) NowFacts { return NowFacts{Hour: 10, Weekday: "Monday", BusinessHours: true} },
	}
}

func TestTheDemosExamplesHold(t *testing.T) {
	set := demoSet(t)
	by := []struct {
		priority, queue int
		deciders        string
	}{
		{1, 0, "Urgent and everywhere, Voice"}, {3, 0, "default, Voice"}, {2, 0, "Everywhere, all the time, Voice"},
		{4, 0, "Comes and goes, in places, Data"}, {2, 0, "Urgent, Data"}, {1, 0, "Emergency calling, Emergency calling"},
		{3, 0, "default, Security"}, {2, 0, "Urgent, Data"}, {4, 0, "Changes, Changes"}, {4, 0, "Billing, Billing"},
		{2, 0, "Everywhere, all the time, Voice"},
	}
	_, report := Check(set, demoVocabulary(t), demoLookup())
	if !report.Publishable() || report.Problems.Err() != nil {
		t.Errorf("the demo's rules are not publishable: %v", report.Problems)
	}
	if len(report.Results) != len(by) {
		t.Fatalf("%d examples, want %d", len(report.Results), len(by))
	}
	for i, r := range report.Results {
		if !r.Passed() {
			t.Errorf("%s: %v %v", r.Example.Name, r.Err, r.Differences)
		}
		if got := r.Decision.By.Priority + ", " + r.Decision.By.Queue; got != by[i].deciders || r.Decision.Outcomes.Priority != by[i].priority {
			t.Errorf("%s: %d by %s, want %d by %s", r.Example.Name, r.Decision.Outcomes.Priority, got, by[i].priority, by[i].deciders)
		}
		if r.Decision.Customer.In("en") == "" || r.Decision.Customer.In("fr") == r.Decision.Customer.In("en") {
			t.Errorf("%s: the customer reads nothing, or English only: %v", r.Example.Name, r.Decision.Customer)
		}
	}
}

func TestTheDemosRulesAreWrittenAsFormatWrites(t *testing.T) {
	source, err := os.ReadFile("../db/demo/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := demoSet(t).Format(); got != string(source) {
		t.Errorf("formatting changes the file:\n%s", got)
	}
}

const asAFile = `let:
  everywhere: answers.all_locations
rules:
  - name: Urgent and everywhere
    when: answers.urgent and everywhere
    then: {priority: 1}
    customer:
      en: You told us that it is urgent and affects all your locations.
      fr: Vous nous avez signalé une urgence qui touche tous vos emplacements.
  - name: Voice
    when: item == "report-issue" and "voice" in families
    then: {queue: Voice, tags: [voice]}
default: {priority: 3, queue: Service Desk}
examples:
  - name: the phones are down everywhere
    item: report-issue
    account: "100210"
    answers: {service: Hosted Voice, all_locations: true, intermittent: false, urgent: true}
    expect: {priority: 1, queue: Voice}
`

func TestDecideLine(t *testing.T) {
	c := compiled(t, parsed(t, asAFile))
	for _, test := range []struct{ name, line, want string }{
		{"decides", `{"item": "report-issue", "account": "Maple Foods East", "answers": {"service": "SD-WAN", "urgent": true}}`,
			`{"outcomes": {"priority": 3, "queue": "Service Desk", "tags": []}, "by": {"priority": "default", "queue": "default", "tags": []}}`},
		{"refuses a choice nobody offers", `{"item": "report-issue", "answers": {"service": "No such service"}}`,
			`{"error": "line 2: answers.service: \"No such service\" is not offered by any form", "field": "answers.service"}`},
		{"names all rules that gave tags", `{"item": "report-issue", "answers": {"service": "Hosted Voice"}}`,
			`{"outcomes": {"priority": 3, "queue": "Voice", "tags": ["voice"]}, "by": {"priority": "default", "queue": "Voice", "tags": ["Voice"]}}`},
		{"leaves out what does not apply", `{"item": "report-issue", "answers": {"service": "SD-WAN", "additional_services": ["911 service"]}}`,
			`{"outcomes": {"priority": 3, "queue": "Service Desk", "tags": []}, "by": {"priority": "default", "queue": "default", "tags": []}}`},
		{"leaves out what another form asks", `{"item": "billing-inquiry", "answers": {"urgent": true, "all_locations": true}}`,
			`{"outcomes": {"priority": 3, "queue": "Service Desk", "tags": []}, "by": {"priority": "default", "queue": "default", "tags": []}}`},
		{"wants an item", `{}`, `{"error": "line 2: item: is missing", "field": "item"}`},
		{"wants a known item", `{"item": "x"}`, `{"error": "line 2: item: there is no item \"x\"", "field": "item"}`},
		{"wants a known account", `{"item": "report-issue", "account": "x"}`, `{"error": "line 2: account: there is no such account", "field": "account"}`},
		{"wants a contact it can find", `{"item": "report-issue", "contact": "x"}`, `{"error": "line 2: contact: contacts are not known here", "field": "contact"}`},
		{"wants a known question", `{"item": "report-issue", "answers": {"x": 1}}`, `{"error": "line 2: answers.x: no form asks this question", "field": "answers.x"}`},
		{"wants the right type", `{"item": "report-issue", "answers": {"urgent": "yes"}}`, `{"error": "line 2: answers.urgent: should be true or false", "field": "answers.urgent"}`},
		{"wants the right type of key", `{"item": 1}`, `{"error": "line 2: item: should not be a number", "field": "item"}`},
		{"wants known keys", `{"item": "report-issue", "answer": {}}`, `{"error": "line 2: not a question in JSON: json: unknown field \"answer\"", "field": ""}`},
		{"wants one value", `{"item": "report-issue"} {}`, `{"error": "line 2: more than one value", "field": ""}`},
	} {
		got, ok := c.DecideLine(2, []byte(test.line), demoLookup())
		if string(got) != test.want || ok == strings.HasPrefix(test.want, `{"error"`) {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}
