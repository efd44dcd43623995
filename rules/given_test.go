package rules

import (
	"reflect"
	"testing"
)

func TestWhatIsPostedOfAFactIsTyped(t *testing.T) {
	v := demoVocabulary(t)
	for _, test := range []struct {
		path   string
		posted []string
		want   any
		ok     bool
	}{
		{"answers.urgent", []string{"yes"}, true, true},
		{"answers.urgent", []string{"perhaps"}, nil, false},
		{"answers.urgent", []string{"yes", "no"}, nil, false},
		{"answers.urgent", nil, nil, true},
		{"answers.service", []string{" SD-WAN "}, "SD-WAN", true},
		{"answers.service", []string{"Pigeons"}, nil, false},
		{"answers.additional_services", []string{"SD-WAN", "911 service"}, []string{"SD-WAN", "911 service"}, true},
		{"answers.description", []string{"a\x00b"}, nil, false},
		{"answers.nothing", []string{"x"}, nil, false},
		{"now.hour", []string{"9"}, 9, true},
		{"now.hour", []string{"nine"}, nil, false},
		{"now.weekday", []string{"Caturday"}, nil, false},
		{"contact.roles", []string{""}, []string{}, true},
		{"account.path", []string{""}, nil, true},
		{"contact.roles", []string{"", "reports"}, []string{"reports"}, true},
		{"contact.roles", nil, nil, true},
	} {
		got, ok := v.Given(test.path, test.posted)
		if ok != test.ok || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s %q: %#v, %v", test.path, test.posted, got, ok)
		}
		if again, _ := v.Given(test.path, Posted(got)); got != nil && !reflect.DeepEqual(again, got) {
			t.Errorf("%s: %#v becomes %#v", test.path, got, again)
		}
	}
}

func TestKnownFactsCanBeAssumed(t *testing.T) {
	v := demoVocabulary(t)
	was := v.NewFacts("report-issue", Answers{}, AccountFacts{Name: "Maple Foods East", ClientNumber: "100210", Tier: "gold", Depth: 1, Path: []string{"Maple Foods", "Maple Foods East"}},
		ContactFacts{Language: "fr", Roles: []string{}}, NowFacts{Hour: 0, Weekday: "Sunday"})
	is := v.NewFacts("report-issue", Answers{}, AccountFacts{}, ContactFacts{}, NowFacts{})
	if wrong := v.Assume(&is, v.Known(was)); wrong != nil {
		t.Fatal(wrong)
	}
	if !reflect.DeepEqual(is, was) {
		t.Errorf("%+v becomes %+v", was, is)
	}
	if known := v.Known(Facts{}); len(known) != 0 {
		t.Errorf("of nothing is known %v", known)
	}
}
