package rules

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// lone is a rule set of conditions over a form with a text, two numbers and a choice.
func lone(t *testing.T, conditions ...string) Checked {
	t.Helper()
	low, high := 0, 9
	form, problems := Form{Questions: []Question{
		{Key: "said", Kind: KindText, Label: Text{"en": "Said"}, Required: true},
		{Key: "n", Kind: KindNumber, Label: Text{"en": "N"}},
		{Key: "m", Kind: KindNumber, Label: Text{"en": "M"}, Min: &low, Max: &high},
		{Key: "size", Kind: KindChoice, Label: Text{"en": "Size"}, Options: plainOptions("small", "large")},
	}}.Compile()
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	v, problems := NewVocabulary(World{Items: []Item{{"ask", "Ask", form}}, Queues: []string{"Q"}, Tiers: []string{"gold", "standard"}})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Q"}}}
	for _, when := range conditions {
		set.Rules = append(set.Rules, Rule{Name: when, When: when, Then: Outcomes{Tags: []string{when}}})
	}
	c, problems := Compile(set, v)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	return c.Findings(t.Context(), Limits{}, nil)
}

// TestWhatCannotBeToldApartIsUnproved: text and sums are either shown, or proved, or unproved, and never fine by default.
func TestWhatCannotBeToldApartIsUnproved(t *testing.T) {
	for when, want := range map[string]string{
		`answers.said contains "fire" and answers.said contains "smoke"`:                 "", // there is such a text
		`answers.said startsWith "a" and answers.said endsWith "z"`:                      "",
		`answers.said matches "^[0-9]{3}-[a-c]+$"`:                                       "",
		`lower(answers.said) == "down"`:                                                  "",
		`len(answers.said) > 100`:                                                        "",
		`answers.said == "x" and answers.said contains "y"`:                              FindNeverHolds,
		`answers.said contains "a" and not (answers.said contains "a")`:                  FindNeverHolds,
		`answers.said matches "^a" and answers.said matches "^b"`:                        FindNeverHolds + unproved,
		`answers.said contains "a" and answers.said == upper(answers.said)`:              FindNeverHolds + unproved,
		`answers.said contains "" or answers.said == "x"`:                                FindAlwaysHolds + unproved,
		`answers.n * 2 > 10 and answers.n < 3`:                                           FindNeverHolds + unproved,
		`answers.m * 2 > 20`:                                                             FindNeverHolds, // all ten were tried
		`answers.m * 2 > 10 and answers.m < 7`:                                           "",
		`answers.m % 3 == 2 and answers.m > 8`:                                           FindNeverHolds,
		`answers.n > 3 and answers.n < 4`:                                                FindNeverHolds,
		`answers.n > 3 and answers.n < 5`:                                                "",
		`answers.n == 2.5`:                                                               FindNeverHolds,
		`answers.n == answers.m and answers.n > 20`:                                      FindNeverHolds + unproved,
		`answers.n > 9007199254740993`:                                                   "",
		`len("xx") == 2`:                                                                 FindAlwaysHolds,
		`now.hour * 60 > 1380`:                                                           FindNeverHolds,
		`account.depth > 7`:                                                              FindNeverHolds,
		`contact.language == "en" or contact.language == "fr"`:                           FindAlwaysHolds,
		`answered(answers.said)`:                                                         FindAlwaysHolds,
		`account.name == "Root" and account.depth == 0 and not ("Root" in account.path)`: FindNeverHolds,
		`"A" in account.path and "B" in account.path and account.depth == 0`:             FindNeverHolds,
		`answers.said == "  two  spaces"`:                                                FindNeverHolds,
	} {
		got := ""
		for _, f := range lone(t, when).Findings {
			if strings.HasPrefix(f.Code, FindNeverHolds) || strings.HasPrefix(f.Code, FindAlwaysHolds) {
				got += f.Code
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
}

// TestAnUnprovedCheckIsNotComplete, be it for want of knowledge or of time.
func TestAnUnprovedCheckIsNotComplete(t *testing.T) {
	if c := lone(t, `answers.said matches "^a" and answers.said matches "^b"`); c.Complete || !c.InTime {
		t.Errorf("complete %v, in time %v", c.Complete, c.InTime)
	}
	c := compiled(t, demoSet(t)).Findings(t.Context(), Limits{Time: time.Nanosecond}, nil)
	if c.Complete || c.InTime || !slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Code == FindLate }) {
		t.Errorf("without time: %+v", c)
	}
	for _, f := range c.Findings {
		if f.Severity == Warning || f.Severity == Notice {
			t.Errorf("without time it claims: %s", f.Message())
		}
	}
}

func TestTheDemosRulesAreChecked(t *testing.T) {
	c := compiled(t, demoSet(t))
	checked := c.Findings(t.Context(), Limits{}, c.Test(demoLookup()))
	var said []string
	for _, f := range checked.Findings {
		if f.Severity != Info {
			said = append(said, f.Message())
		}
	}
	want := []string{
		`"Emergency calling" and "Data" can hold for the same answers and set a different queue: only their order decides.`,
		`"Voice" and "Data", "Security" can hold for the same answers and set a different queue: only their order decides.`,
	}
	if !slices.Equal(said, want) || !checked.Complete {
		t.Errorf("complete %v\n%s", checked.Complete, strings.Join(said, "\n"))
	}
	if level := checked.Level("Urgent and everywhere"); level != Info {
		t.Errorf("an exception that is meant is a %s", level)
	}
}

func TestRulesThatAreOffNeitherShadowNorWin(t *testing.T) {
	set := parsed(t, `rules:
  - {name: Off, when: answers.urgent, then: {priority: 1}, off: true}
  - {name: On, when: answers.urgent, then: {priority: 2}}
  - {name: Never, when: answers.urgent and item == "billing-inquiry", then: {priority: 3}, off: true}
default: {priority: 3, queue: Voice}
`)
	var warned []string
	for _, f := range compiled(t, set).Findings(t.Context(), Limits{}, nil).Findings {
		if f.Severity == Warning {
			warned = append(warned, f.Message())
		}
	}
	if !slices.Equal(warned, []string{`"Never" can never hold: no form can be filled in so.`}) {
		t.Errorf("%q", warned)
	}
}

func TestWhatNoRuleSpeaksOf(t *testing.T) {
	set := parsed(t, `rules:
  - {name: A, when: 'answers.topic == "Payment" or answers.topic in ["Contract"] or "voice" in families', then: {priority: 1}}
  - {name: B, when: answers.urgent, then: {priority: 2}, off: true}
default: {priority: 3, queue: Voice}
`)
	var said []string
	for _, f := range compiled(t, set).Findings(t.Context(), Limits{}, nil).Findings {
		if f.Code == FindUnspoken || f.Code == FindChoices {
			said = append(said, f.Message())
		}
	}
	for _, want := range []string{
		`No rule speaks of answers.urgent.`,
		`No rule speaks of item.`,
		`No rule speaks of these choices of answers.topic: "Incorrect charge", "Copy of an invoice", "Cancellation", "Other".`,
		`No rule speaks of these choices of services: "Fibre Internet", "Cable Internet", "SD-WAN", "Co-Managed VPN", "Managed Firewall".`,
	} {
		if !slices.Contains(said, want) {
			t.Errorf("not said: %s\n%s", want, strings.Join(said, "\n"))
		}
	}
	if slices.ContainsFunc(said, func(s string) bool {
		return strings.Contains(s, "answers.service.") || strings.Contains(s, "description")
	}) {
		t.Errorf("said for no reason:\n%s", strings.Join(said, "\n"))
	}
}
