package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// reported is a report of an issue in the demo's world, with all that its account has to choose from.
func reported(t testing.TB, source string, answers Answers) (*Compiled, Asking) {
	t.Helper()
	set := demoSet(t)
	if source != "" {
		set = parsed(t, source)
	}
	return compiled(t, set), asking(t, "report-issue", answers)
}

func asking(t testing.TB, item string, answers Answers) Asking {
	t.Helper()
	world := demoWorld(t)
	o := Offers{Accounts: plainOptions("100210"), Locations: plainOptions("Moncton Office", "Dartmouth Warehouse"),
		Services: plainOptions("911 service", "Hosted Voice", "SIP Trunking", "Fibre Internet", "SD-WAN", "Managed Firewall"),
		Families: map[string]string{}, IssueTypes: map[string][]Option{}, Contact: map[string]string{"email": "a@b.test", "phone": "1"}}
	for _, s := range world.Services {
		o.Families[s.Name] = s.Family
	}
	for _, f := range world.Families {
		o.IssueTypes[f.Key] = f.IssueTypes
	}
	return Asking{Form: readForm(t, item), Offers: o,
		Facts: demoVocabulary(t).NewFacts(item, answers, AccountFacts{}, ContactFacts{}, NowFacts{Weekday: "Monday", Hour: 9})}
}

// calm is Hosted Voice at one location, always, and not urgent.
func calm() Answers {
	return Answers{"account": "100210", "all_locations": false, "locations": []string{"Moncton Office"}, "service": "Hosted Voice",
		"additional": false, "issue_type": "No dial tone", "intermittent": false, "description": "Nobody can call.", "urgent": false}
}

func (c Changes) String() string {
	said := make([]string, len(c))
	for i, one := range c {
		said[i] = fmt.Sprintf("%s=%v", one.Question.Key, one.To)
		if one.Any {
			said[i] = one.Question.Key + "=anything"
		}
		if one.Then {
			said[i] = "then " + said[i]
		}
	}
	return strings.Join(said, ", ")
}

func (n Near) String() string {
	parts := make([]string, len(n.Failed))
	for i, p := range n.Failed {
		parts[i] = fmt.Sprintf("%s %v", p.Text, p.Used)
	}
	return fmt.Sprintf("%s %s %v%s: %s: %v", n.Rule, n.Outcome, n.Value, n.Beaten, strings.Join(parts, "; "), n.Change)
}

func (o Otherwise) String() string {
	return fmt.Sprintf("%s %v by %s: %v", o.Outcome, o.Value, strings.Join(o.Rules, ", "), o.Change)
}

func sayAs[T fmt.Stringer](t *testing.T, what string, got []T, want ...string) {
	t.Helper()
	for i, g := range got {
		if i >= len(want) || g.String() != want[i] {
			t.Errorf("%s %d: %s", what, i, g)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d, want %d", what, len(got), len(want))
	}
}

func TestWhatCameCloseAndWhatWouldDecideOtherwise(t *testing.T) {
	t.Parallel()
	c, in := reported(t, "", calm())
	got := c.Explain(in)
	if !got.Fits || !got.Whole {
		t.Fatal("the form can't be filled in as it was")
	}
	sayAs(t, "came close", got.Near,
		`Emergency calling priority 1: "911 service" in services [{services [Hosted Voice]}]: service=911 service`,
		`Urgent priority 2: answers.urgent [{answers.urgent false}]: urgent=true, then urgent_reason=anything`,
		`Everywhere, all the time priority 2: answers.all_locations [{answers.all_locations false}]: all_locations=true`,
		`Comes and goes, in places priority 4: answers.intermittent [{answers.intermittent false}]: intermittent=true`,
		`Emergency calling queue Voice: "911 service" in services [{services [Hosted Voice]}]: service=911 service`,
		`Data queue Data & Network: "data" in families [{families [voice]}]: service=Fibre Internet, then issue_type=anything`,
		`Security queue Security: "security" in families [{families [voice]}]: service=Managed Firewall, then issue_type=anything`)
	sayAs(t, "otherwise", got.Otherwise,
		`priority 2 by Everywhere, all the time: all_locations=true`,
		`priority 4 by Comes and goes, in places: intermittent=true`,
		`queue Data & Network by Data: service=Fibre Internet, then issue_type=anything`)
	for _, o := range got.Otherwise {
		if !o.Proved || len(o.Untried) > 0 {
			t.Errorf("%s: that it takes no less is not proved", o)
		}
	}
}

func TestWhatIsNoAnswerIsNotChanged(t *testing.T) {
	t.Parallel()
	c := compiled(t, demoSet(t))
	in := asking(t, "billing-inquiry", Answers{"account": "100210", "topic": "Payment", "contact_by": "email", "description": "x"})
	got := c.Explain(in)
	if len(got.Near) > 0 || len(got.Otherwise) != 2 { // no priority lower than 4 is set by any rule
		t.Fatalf("%v, %v", got.Near, got.Otherwise)
	}
	for _, o := range got.Otherwise {
		if o.Found() || !o.Proved || o.Searched != 0 {
			t.Errorf("%s: the item alone decides", o)
		}
	}
}

func TestARuleThatHeldAndCameSecondIsSaidToBeBeaten(t *testing.T) {
	t.Parallel()
	a := calm()
	a["urgent"], a["urgent_reason"], a["service"] = true, "We are closed.", "911 service"
	c, in := reported(t, "", a)
	got := c.Explain(in)
	i := slices.IndexFunc(got.Near, func(n Near) bool { return n.Rule == "Urgent" && n.Outcome == OutcomePriority })
	if i < 0 || got.Near[i].Beaten != "Emergency calling" || got.Near[i].Failed != nil {
		t.Errorf("%v", got.Near)
	}
}

func TestPiecesOfConditionsThatFailed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ when, want string }{
		{`everywhere and not answers.intermittent`, `everywhere false [{answers.all_locations false}]`},
		{`answers.service in ["SD-WAN", "SIP Trunking"] or answers.urgent`, `answers.service in ["SD-WAN", "SIP Trunking"] false [{answers.service Hosted Voice}]`},
		{`not (answers.all_locations == false)`, `not (answers.all_locations == false) false [{answers.all_locations false}]`},
		{`answers.service != "Hosted Voice" and "Moncton Office" in answers.locations`, `answers.service != "Hosted Voice" false [{answers.service Hosted Voice}]`},
		{`(len(answers.locations) + 1) > 2`, `(len(answers.locations) + 1) > 2 false [{answers.locations [Moncton Office]}]`},
		{`not (answers.urgent or answers.service == "Hosted Voice")`, `answers.service == "Hosted Voice" true [{answers.service Hosted Voice}]`},
	} {
		set, in := reported(t, "let:\n  everywhere: answers.all_locations\nrules:\n  - name: R\n    when: '"+c.when+
			"'\n    then: {priority: 1}\ndefault: {priority: 3, queue: Voice}\n", calm())
		near := set.Explain(in).Near
		if len(near) != 1 || len(near[0].Failed) != 1 {
			t.Errorf("%s: %v", c.when, near)
			continue
		}
		p := near[0].Failed[0]
		if got := fmt.Sprintf("%s %t %v", p.Text, p.Held, p.Used); got != c.want {
			t.Errorf("%s: %s, want %s", c.when, got, c.want)
		}
	}
}

func TestASearchThatEndsSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	const three = "rules:\n  - name: R\n    when: 'answers.urgent and answers.intermittent and answers.all_locations'\n    then: {priority: 1}\n" +
		"default: {priority: 3, queue: Voice}\n"
	c, in := reported(t, three, calm())
	if o := c.Explain(in).Otherwise[0]; len(o.Change) != 4 || !o.Proved { // and why it is urgent
		t.Errorf("with time enough: %+v", o)
	}
	in.Budget = 12
	o := c.Explain(in).Otherwise[0]
	if o.Found() || o.Proved || o.Searched < 1 || o.Searched > 3 {
		t.Errorf("with a budget of 12: %+v", o)
	}
}

func TestWhatWasNotTriedIsSaid(t *testing.T) {
	t.Parallel()
	const reads = "rules:\n  - name: R\n    when: 'answers.description contains \"fire\"'\n    then: {priority: 1}\ndefault: {priority: 3, queue: Voice}\n"
	c, in := reported(t, reads, calm())
	if o := c.Explain(in).Otherwise[0]; o.Proved || o.Found() || !slices.Equal(o.Untried, []string{"description"}) {
		t.Errorf("%+v", o)
	}
}

func TestAFormThatCannotBeFilledInAsItWasIsSaidSo(t *testing.T) {
	t.Parallel()
	a := calm()
	a["service"] = "Fax"
	c, in := reported(t, "", a)
	if got := c.Explain(in); got.Fits || got.Near != nil || got.Otherwise != nil || got.Decision.Outcomes.Priority != 3 {
		t.Errorf("%+v", got)
	}
	in.Form = nil
	if got := c.Explain(in); got.Fits {
		t.Errorf("without a form: %+v", got)
	}
}

func BenchmarkExplain(b *testing.B) {
	c, in := reported(b, "", calm())
	for b.Loop() {
		c.Explain(in)
	}
}

// BenchmarkExplainLargeSets is what a case page costs where many rules read many questions, each with six choices: what no
// search of all forms can do, and the budget ends.
func BenchmarkExplainLargeSets(b *testing.B) {
	for _, n := range []int{20, 200} {
		b.Run(fmt.Sprintf("%d rules over 12 questions", n), func(b *testing.B) {
			c, in := ruleHeavy(b, n)
			var e Explanation
			for b.Loop() {
				e = c.Explain(in)
			}
			searched := 0
			for _, o := range e.Otherwise {
				if !o.Found() && !o.Proved {
					searched = max(searched, o.Searched)
				}
			}
			b.ReportMetric(float64(len(e.Near)), "near")
			b.ReportMetric(float64(searched), "searched")
		})
	}
}

// ruleHeavy has rules that each ask for three of twelve questions, and a case that none of them fits.
func ruleHeavy(t testing.TB, rules int) (*Compiled, Asking) {
	t.Helper()
	var form Form
	answers := Answers{}
	for q := range 12 {
		question := Question{Key: fmt.Sprintf("q%d", q), Kind: KindChoice, Label: Text{"en": "Q"}, Required: true}
		for o := range 6 {
			question.Options = append(question.Options, Option{Value: fmt.Sprintf("v%d", o)})
		}
		form.Questions = append(form.Questions, question)
		answers[question.Key] = "v0"
	}
	compiledForm, problems := form.Compile()
	if problems != nil {
		t.Fatal(problems)
	}
	world := World{Queues: []string{"One", "Two"}, Items: []Item{{Key: "thing", Type: "Thing", Form: compiledForm}}}
	words, problems := NewVocabulary(world)
	if problems != nil {
		t.Fatal(problems)
	}
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "One"}}}
	for r := range rules {
		when := fmt.Sprintf(`answers.q%d == "v%d" and answers.q%d == "v%d" and answers.q%d == "v%d"`, r%12, 1+r%5, (r+3)%12, 1+r/5%5, (r+7)%12, 1+r/7%5)
		then := Outcomes{Priority: 1 + r%4, Tags: []string{fmt.Sprintf("t%d", r%9)}}
		if r%3 == 0 {
			then.Queue = "Two"
		}
		if r%5 == 0 {
			then.AnswerWithin, then.SolveWithin = Within{Minutes: 60 * (1 + r%3)}, Within{Minutes: 600 * (1 + r%3)}
		}
		set.Rules = append(set.Rules, Rule{Name: fmt.Sprintf("R%d", r), When: when, Then: then})
	}
	c, problems := Compile(set, words)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	return c, Asking{Form: compiledForm, Facts: words.NewFacts("thing", answers, AccountFacts{}, ContactFacts{}, NowFacts{})}
}
