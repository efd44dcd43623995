package rules

import (
	"reflect"
	"slices"
	"testing"
)

func TestADiffTellsWhatChangedInMeaning(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*RuleSet)
		want   []Change
	}{
		{"nothing", func(*RuleSet) {}, nil},
		{"spelling", func(s *RuleSet) {
			s.Rules[0].When = "\n item=='report-issue'  &&  ('911 service' in services) "
			s.Rules[3].When = "answers.all_locations and !answers.intermittent"
		}, nil},
		{"a condition", func(s *RuleSet) { s.Rules[2].When = "not answers.urgent" },
			[]Change{{ChangeChanged, "Urgent", "when", "answers.urgent", "not answers.urgent"}}},
		{"outcomes", func(s *RuleSet) { s.Rules[2].Then = Outcomes{Queue: "Voice", Tags: []string{"b", "a"}} },
			[]Change{{ChangeChanged, "Urgent", "priority", "2", ""}, {ChangeChanged, "Urgent", "queue", "", "Voice"}, {ChangeChanged, "Urgent", "tags", "", "a, b"}}},
		{"the sentence in one language", func(s *RuleSet) {
			s.Rules[2].Customer = Text{"en": s.Rules[2].Customer["en"], "fr": "C’est urgent."}
		}, []Change{{ChangeChanged, "Urgent", "customer.fr", "Vous nous avez signalé que c’est urgent.", "C’est urgent."}}},
		{"a note, and off", func(s *RuleSet) { s.Rules[2].Note, s.Rules[2].Off = "x", true },
			[]Change{{ChangeChanged, "Urgent", "note", "", "x"}, {ChangeChanged, "Urgent", "off", "false", "true"}}},
		{"a name", func(s *RuleSet) { s.Rules[2].Name = "Pressing" },
			[]Change{{ChangeRenamed, "Pressing", "", "Urgent", "Pressing"}}},
		{"one rule moved far", func(s *RuleSet) { s.Rules = append(s.Rules[1:], s.Rules[0]) },
			[]Change{{ChangeMoved, "Emergency calling", "", "1", "10"}}},
		{"a rule removed", func(s *RuleSet) { s.Rules = slices.Delete(s.Rules, 2, 3) },
			[]Change{{ChangeRemoved, "Urgent", "", "answers.urgent", ""}}},
		{"a rule added", func(s *RuleSet) { s.Rules = slices.Insert(s.Rules, 2, Rule{Name: "New", When: "true"}) },
			[]Change{{ChangeAdded, "New", "", "", "true"}}},
		{"the default", func(s *RuleSet) { s.Default.Priority, s.Default.Customer = 4, nil },
			[]Change{{ChangeChanged, "", "default.priority", "3", "4"},
				{ChangeChanged, "", "default.customer.en", "We have received it, and one of us will look into it.", ""},
				{ChangeChanged, "", "default.customer.fr", "Nous l’avons bien reçu, et l’un de nous s’en occupera.", ""}}},
		{"shared names", func(s *RuleSet) { s.Let = []Let{{"x", "true"}} }, []Change{{ChangeAdded, "", "let.x", "", "true"}}},
		{"an example", func(s *RuleSet) { s.Examples[9].Expect = Outcomes{} }, []Change{{ChangeChanged, "", "examples.a charge is wrong",
			"  - name: a charge is wrong\n    item: billing-inquiry\n    answers: {contact_by: phone, topic: Incorrect charge}\n    expect: {priority: 4, queue: Billing}\n",
			"  - name: a charge is wrong\n    item: billing-inquiry\n    answers: {contact_by: phone, topic: Incorrect charge}\n    expect: {}\n"}}},
		{"what cannot be read yet", func(s *RuleSet) { s.Rules[2].When = "answers." },
			[]Change{{ChangeChanged, "Urgent", "when", "answers.urgent", "answers."}}},
	} {
		changed := demoSet(t)
		test.change(&changed)
		if got := Diff(demoSet(t), changed); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", test.name, got, test.want)
		}
	}
	shared, plain := RuleSet{Let: []Let{{"x", "true"}, {"y", "item"}}}, RuleSet{Let: []Let{{"y", "type"}}}
	want := []Change{{ChangeChanged, "", "let.y", "item", "type"}, {ChangeRemoved, "", "let.x", "true", ""}}
	if got := Diff(shared, plain); !reflect.DeepEqual(got, want) {
		t.Errorf("shared names: got %+v", got)
	}
}
