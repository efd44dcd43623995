package rules

import (
	"reflect"
	"strings"
	"testing"
)

const assuming = `rules:
  - name: Gold at night
    when: account.tier == "gold" and now.hour < 6 and "reports" in contact.roles
    then: {priority: 1}
default: {priority: 3, queue: Voice}
examples:
  - name: assumed
    item: billing-inquiry
    assume: {account.tier: gold, contact.roles: [reports], now.hour: 5}
    answers: {}
    expect: {priority: 1}
  - name: assumed, but later
    item: billing-inquiry
    now: {hour: 5, weekday: Monday, business_hours: false}
    assume: {account.tier: gold, contact.roles: [reports], now.hour: 6}
    answers: {}
    expect: {priority: 3}
`

func TestFactsCanBeAssumed(t *testing.T) {
	set := parsed(t, assuming)
	if set.Format() != assuming {
		t.Errorf("formatting changes what is assumed:\n%s", set.Format())
	}
	for _, r := range compiled(t, set).Test(Lookup{}) {
		if !r.Passed() {
			t.Errorf("%s: %v %v", r.Example.Name, r.Err, r.Differences)
		}
	}
	for _, test := range []struct{ name, assume, want string }{
		{"a fact that is there", `{"account.tier": "gold", "now.hour": 1, "contact.roles": ["reports"]}`, `"priority": 1`},
		{"null leaves it", `{"account.tier": null, "now.hour": 1}`, `"priority": 3`},
		{"no answer", `{"answers.urgent": true}`, `no such fact`},
		{"nothing that follows", `{"families": ["voice"]}`, `no such fact`},
		{"nothing unknown", `{"account.size": 1}`, `no such fact`},
		{"the right type", `{"now.hour": "one"}`, `assume.now.hour: should be a whole number`},
		{"known choices", `{"now.weekday": "Caturday"}`, `assume.now.weekday: there is no`},
	} {
		got, _ := compiled(t, set).DecideLine(1, []byte(`{"item": "billing-inquiry", "assume": `+test.assume+`}`), Lookup{})
		if !strings.Contains(string(got), test.want) {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

func TestEveryFactOfAccountContactAndTimeCanBeAssumed(t *testing.T) {
	v := demoVocabulary(t)
	values := map[Type]any{Bool: true, Int: 7, Str: "x", List: []string{"x"}}
	for _, r := range known {
		if !Assumable(r.Path) {
			continue
		}
		value := values[r.Type]
		if fact, _ := v.fact(r.Path); fact.Choices != nil {
			value = fact.Choices[0]
			if r.Type == List {
				value = fact.Choices[:1]
			}
		}
		var f Facts
		if err := v.assume(&f, map[string]any{r.Path: value}); err != nil {
			t.Errorf("%s: %v", r.Path, err)
		} else if got := r.read(&f); !reflect.DeepEqual(got, value) {
			t.Errorf("%s: reads %v, was assumed %v", r.Path, got, value)
		}
	}
}
