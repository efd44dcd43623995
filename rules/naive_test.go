package rules

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The naive reading decides as the semantics of rule sets say, sentence by sentence, over the conditions of the
// reference. It shares neither compiler, index, memory of answers nor machine with the engine.

type naiveRule struct {
	Rule
	when   expression
	broken string // why it cannot be asked
}

func naiveDecision(rules []naiveRule, fallback Default, lets map[string]expression, values map[string]any) Decision {
	d := Decision{Outcomes: Outcomes{Tags: []string{}}, By: By{Tags: []string{}}, Trace: Trace{Steps: []Step{}, Held: []string{}}}
	set := map[string][]naiveRule{} // the rules that set an outcome
	for _, r := range rules {
		if r.Off {
			continue // kept, not asked
		}
		holds, failed := naiveHolds(r, lets, values)
		if failed != "" { // passed over and reported
			d.Trace.Failed = append(d.Trace.Failed, Failure{Rule: r.Name, Error: failed})
			continue
		}
		if !holds {
			continue
		}
		d.Trace.Held = append(d.Trace.Held, r.Name)
		for _, name := range OutcomeNames {
			single := slices.Contains(SingleOutcomes, name)
			if !r.Then.Gives(name) || single && len(set[name]) > 0 { // the first rule in order wins; what adds up adds up
				continue
			}
			set[name] = append(set[name], r)
			d.Outcomes.Take(name, r.Then)
			d.Trace.Steps = append(d.Trace.Steps, Step{Outcome: name, Value: r.Then.Value(name), Rule: r.Name, When: r.When, Used: used(r.when, lets, values)})
		}
	}
	for _, name := range OutcomeNames {
		if len(set[name]) == 0 && fallback.Gives(name) { // what no rule sets the default sets
			set[name] = []naiveRule{{Rule: Rule{Name: ByDefault}}}
			d.Outcomes.Take(name, fallback.Outcomes)
			d.Trace.Steps = append(d.Trace.Steps, Step{Outcome: name, Value: fallback.Value(name), Rule: ByDefault})
		}
		for _, r := range set[name] {
			if one := d.By.single(name); one != nil {
				*one = r.Name
			} else {
				*d.By.adding(name) = append(*d.By.adding(name), r.Name)
			}
		}
	}
	d.Customer = fallback.Customer
	for _, name := range []string{OutcomeQueue, OutcomePriority} {
		for _, r := range set[name] {
			if len(r.Customer) > 0 {
				d.Customer = r.Customer
			}
		}
	}
	return d
}

func naiveHolds(r naiveRule, lets map[string]expression, values map[string]any) (holds bool, failed string) {
	if r.broken != "" {
		return false, r.broken
	}
	defer func() {
		switch recover() {
		case nil:
		case remainderByZero:
			failed = remainderByZero
		default:
			failed = "the reference itself"
		}
	}()
	return truth(r.when, values, lets), ""
}

// used are the facts that a condition speaks of, in the order in which it does.
func used(e expression, lets map[string]expression, values map[string]any) (list []Used) {
	var walk func(expression)
	walk = func(e expression) {
		see := func(path string) {
			if !slices.ContainsFunc(list, func(u Used) bool { return u.Fact == path }) {
				list = append(list, Used{Fact: path, Value: values[path]})
			}
		}
		switch e := e.(type) {
		case fact:
			see(e.path)
		case isAnswered:
			see(e.path)
		case letRef:
			walk(lets[e.name])
		case negation:
			walk(e.of)
		case length:
			walk(e.of)
		case joined:
			walk(e.left)
			walk(e.right)
		case comparison:
			walk(e.left)
			walk(e.right)
		case sum:
			walk(e.left)
			walk(e.right)
		case remainder:
			walk(e.left)
			walk(e.right)
		}
	}
	walk(e)
	return list
}

// setGenerator makes rule sets and facts of a world that has facts of all types.
type setGenerator struct {
	*generator
	lets map[string]expression
}

func setWorld(t testing.TB) *Vocabulary {
	t.Helper()
	label := Text{"en": "?"}
	form, problems := Form{Questions: []Question{
		{Key: "account", Kind: KindChoice, Source: FromAccounts, Label: label}, {Key: "sites", Kind: KindChoices, Source: FromLocations, Label: label},
		{Key: "urgent", Kind: KindTick, Label: label}, {Key: "everywhere", Kind: KindYesNo, Label: label},
		{Key: "n", Kind: KindNumber, Label: label}, {Key: "m", Kind: KindNumber, Label: label},
		{Key: "note", Kind: KindText, Label: label}, {Key: "day", Kind: KindDate, Label: label},
	}, Case: Mapping{Account: "account"}}.Compile()
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	w := World{Queues: []string{"one", "two", "three"}, Tiers: []string{"gold", "standard"}, Staff: []string{"a@x.test", "b@x.test"},
		Families: []Family{{Key: ""}, {Key: "a"}, {Key: "ab"}, {Key: "b"}}}
	for _, key := range []string{"", "a", "ab", "b"} {
		w.Items = append(w.Items, Item{Key: key, Type: "Issue", Form: form})
	}
	v, problems := NewVocabulary(w)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	return v
}

var someDays = []string{"2026-01-01", "2026-03-01", "2026-12-31"}

// plain is a part of a condition as people write most of them.
func (g *setGenerator) plain() expression {
	part := oneOf[expression](g.generator,
		fact{"answers.urgent"}, fact{"answers.everywhere"}, fact{"now.business_hours"}, isAnswered{oneOf(g.generator, "answers.n", "answers.sites", "answers.day")},
		comparison{oneOf(g.generator, "==", "!="), fact{"item"}, constant{oneOf(g.generator, "a", "b", "ab")}},
		comparison{"in", fact{"item"}, constant{[]string{"a", "b"}}},
		comparison{oneOf(g.generator, "==", "!="), fact{"account.tier"}, constant{oneOf(g.generator, "gold", "standard")}},
		comparison{oneOf(g.generator, "in", "not in"), constant{oneOf(g.generator, "a", "b")}, oneOf[expression](g.generator, fact{"families"}, fact{"answers.sites"})},
		comparison{oneOf(g.generator, "<", "<=", ">", ">=", "==", "!="), fact{oneOf(g.generator, "now.hour", "answers.n", "account.depth")}, constant{g.IntN(4)}},
		comparison{oneOf(g.generator, "<", ">="), constant{g.IntN(4)}, fact{oneOf(g.generator, "now.hour", "answers.n")}},
		comparison{oneOf(g.generator, "<", "<=", ">", ">=", "==", "!="), fact{"answers.day"}, constant{oneOf(g.generator, someDays...)}},
		comparison{oneOf(g.generator, "contains", "startsWith", "endsWith", "matches", "=="), fact{"answers.note"}, constant{oneOf(g.generator, "a", "b", "ab", "")}},
		comparison{"in", constant{"customer"}, fact{"contact.roles"}},
		comparison{"==", remainder{fact{oneOf(g.generator, "answers.n", "now.hour")}, oneOf[expression](g.generator, fact{"answers.m"}, fact{"answers.m"}, constant{3})}, constant{1}},
	)
	if g.IntN(4) == 0 {
		return negation{part}
	}
	return part
}

func (g *setGenerator) when() expression {
	if g.IntN(3) == 0 {
		return g.make(Bool, 3)
	}
	e := g.plain()
	for range g.IntN(4) {
		e = joined{oneOf(g.generator, "and", "and", "and", "or"), e, g.plain()}
	}
	return e
}

func (g *setGenerator) outcomes() (o Outcomes) {
	if g.IntN(3) == 0 {
		o.Priority = 1 + g.IntN(4)
	}
	if g.IntN(3) == 0 {
		o.Queue = oneOf(g.generator, "one", "two", "three")
	}
	if g.IntN(6) == 0 {
		o.Assignee = oneOf(g.generator, "a@x.test", "b@x.test")
	}
	if g.IntN(6) == 0 {
		o.AnswerWithin = Within{Minutes: 60 * (1 + g.IntN(2))}
	}
	if g.IntN(6) == 0 {
		o.SolveWithin = Within{Minutes: 120, Business: true}
	}
	for range g.IntN(3) {
		o.Tags = append(o.Tags, oneOf(g.generator, "x", "y", "z"))
	}
	if g.IntN(5) == 0 {
		o.Notify = []string{oneOf(g.generator, "a@x.test", "b@x.test")}
	}
	if g.IntN(5) == 0 {
		o.Request = []Text{{"en": oneOf(g.generator, "a log", "a picture"), "fr": "?"}}
	}
	return o
}

// set makes a rule set, and the same for the naive reading.
func (g *setGenerator) set(n int) (RuleSet, []naiveRule) {
	var set RuleSet
	var naive []naiveRule
	for i, typ := range []Type{Bool, Int, Bool, Str, List} {
		name := fmt.Sprintf("shared%d", i)
		e := g.make(typ, 2)
		set.Let = append(set.Let, Let{name, e.String()})
		g.lets[name], g.generator.lets[typ] = e, append(g.generator.lets[typ], name)
	}
	for i := range n {
		r := naiveRule{Rule: Rule{Name: fmt.Sprintf("rule %d", i), Then: g.outcomes(), Off: g.IntN(12) == 0}, when: g.when()}
		r.When = r.when.String()
		if g.IntN(3) == 0 {
			r.Customer = Text{"en": r.Name, "fr": r.Name}
		}
		switch {
		case !slices.ContainsFunc(OutcomeNames, r.Then.Gives):
			r.broken = "decides nothing: give a priority, a queue or another outcome"
		case g.IntN(15) == 0:
			r.Then.Queue, r.broken = "elsewhere", `there is no queue "elsewhere"`
		}
		set.Rules, naive = append(set.Rules, r.Rule), append(naive, r)
	}
	set.Default = Default{Outcomes: g.outcomes(), Customer: Text{"en": "default", "fr": "default"}}
	return set, naive
}

// facts makes facts, and the same as values by path for the naive reading: what is missing is not there.
func (g *setGenerator) facts() (f Facts, values map[string]any) {
	values = map[string]any{}
	f.Answers = Answers{}
	for key, value := range map[string]any{
		"urgent": g.IntN(2) == 0, "everywhere": g.IntN(2) == 0, "n": g.IntN(4), "m": g.IntN(3), "day": oneOf(g.generator, someDays...),
		"note": oneOf(g.generator, "", "a", "ab", "b"), "sites": oneOf(g.generator, []string{}, []string{"a"}, []string{"a", "b"}),
	} {
		switch g.IntN(5) {
		case 0, 1:
		case 2: // kept while the question had another kind
			f.Answers[key] = oneOf[any](g.generator, 7, "x", true, []string{"x"})
			if reflect.TypeOf(f.Answers[key]) == reflect.TypeOf(value) {
				values["answers."+key] = f.Answers[key]
			}
		default:
			f.Answers[key], values["answers."+key] = value, value
		}
	}
	f.Item, f.Type = oneOf(g.generator, "a", "b"), "Issue"
	f.Services, f.Families = []string{}, oneOf(g.generator, []string{}, []string{"a"}, []string{"b", "a"})
	values["item"], values["type"], values["services"], values["families"] = f.Item, f.Type, f.Services, f.Families
	if g.IntN(4) > 0 {
		f.Account = AccountFacts{Name: "A", ClientNumber: "1", Tier: oneOf(g.generator, "gold", "standard", "other"), Depth: g.IntN(3), Path: []string{"A"}}
		values["account.name"], values["account.client_number"], values["account.tier"] = "A", "1", f.Account.Tier
		values["account.depth"], values["account.path"] = f.Account.Depth, f.Account.Path
	}
	if g.IntN(4) > 0 {
		f.Contact = ContactFacts{Language: "en", Roles: oneOf(g.generator, []string{}, []string{"customer"}, []string{"reports", "customer"})}
		values["contact.language"], values["contact.roles"] = "en", f.Contact.Roles
	}
	if g.IntN(4) > 0 {
		f.Now = NowFacts{Hour: g.IntN(5), Weekday: "Monday", BusinessHours: g.IntN(2) == 0}
		values["now.hour"], values["now.weekday"], values["now.business_hours"] = f.Now.Hour, "Monday", f.Now.BusinessHours
	}
	return f, values
}

func TestTheEngineDecidesAsTheNaiveReadingDoes(t *testing.T) {
	v := setWorld(t)
	var held, failed, indexed, settled int
	for seed := range rounds(1200) {
		g := &setGenerator{&generator{Rand: rand.New(rand.NewPCG(seed, 7)), lets: map[Type][]string{}}, map[string]expression{}}
		n := 1 + g.IntN(10)
		if seed%50 == 0 {
			n = 130 + g.IntN(200) // more than one word of an index
		}
		set, naive := g.set(n)
		c, problems := Compile(set, v)
		for _, p := range problems {
			if p.Code != CodeNothingDecided && p.Code != CodeUnknownQueue && p.Code != CodeRequired {
				t.Fatalf("seed %d: %v", seed, p)
			}
		}
		indexed += len(c.plan.index)
		decider := c.NewDecider()
		for range 12 {
			facts, values := g.facts()
			want, got := naiveDecision(naive, set.Default, g.lets, values), c.Decide(facts)
			for i, f := range got.Trace.Failed { // how the machine says it, and where, is its own
				if strings.Contains(f.Error, remainderByZero) {
					got.Trace.Failed[i].Error = remainderByZero
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: over %v\n%s", seed, values, apart(got, want, naive))
			}
			if bare := told(c, decider.Decide(&facts)); !bare.same(got) {
				t.Fatalf("seed %d: without a trace decides %+v, with one %+v", seed, bare, got)
			}
			held, failed = held+len(want.Trace.Held), failed+len(want.Trace.Failed)
		}
		for _, r := range c.plan.rules {
			if r.settled {
				settled++
			}
		}
	}
	if enough := func(n int, of uint64) bool { return n >= int(rounds(of)/2) }; !enough(held, 20_000) || !enough(failed, 2000) || !enough(indexed, 2000) || !enough(settled, 1000) {
		t.Errorf("%d rules held, %d failed, %d dimensions, %d rules settled by them: too few to tell", held, failed, indexed, settled)
	}
}

// apart is where two decisions differ first.
func apart(got, want Decision, rules []naiveRule) string {
	for _, r := range rules {
		one := func(d Decision) string {
			failed := slices.IndexFunc(d.Trace.Failed, func(f Failure) bool { return f.Rule == r.Name })
			if failed >= 0 {
				return d.Trace.Failed[failed].Error
			}
			return fmt.Sprint(slices.Contains(d.Trace.Held, r.Name))
		}
		if one(got) != one(want) {
			return fmt.Sprintf("%s: %s is %s, want %s", r.Name, r.When, one(got), one(want))
		}
	}
	return fmt.Sprintf("decides\n%+v, want\n%+v", got, want)
}

// told is a verdict with its rules' names.
func told(c *Compiled, v *Verdict) Decision {
	d := Decision{Outcomes: v.Outcomes.clone(), By: c.by(v), Customer: c.sentence(v), Trace: Trace{Held: c.names(v.Held)}}
	for _, name := range c.names(v.Failed) {
		d.Trace.Failed = append(d.Trace.Failed, Failure{Rule: name})
	}
	return d
}

// same tells whether two decisions are the same but for how they came about.
func (d Decision) same(other Decision) bool {
	names := func(list []Failure) (names []string) {
		for _, f := range list {
			names = append(names, f.Rule)
		}
		return names
	}
	return reflect.DeepEqual(d.Outcomes, other.Outcomes) && reflect.DeepEqual(d.By, other.By) && reflect.DeepEqual(d.Customer, other.Customer) &&
		slices.Equal(d.Trace.Held, other.Trace.Held) && slices.Equal(names(d.Trace.Failed), names(other.Trace.Failed))
}

func TestFactsReadTheSameInEitherWay(t *testing.T) {
	g := &setGenerator{&generator{Rand: rand.New(rand.NewPCG(1, 2))}, nil}
	v := setWorld(t)
	for range 500 {
		f, _ := g.facts()
		for _, r := range v.facts {
			var c cell
			r.loader()(&f, &c)
			value := r.read(&f)
			if there := fits(r.Type, value); c.there != there || there && !reflect.DeepEqual(c.box(r.Type), value) {
				t.Fatalf("%s reads %+v, and %v", r.Path, c, value)
			}
		}
	}
}

func TestDecidingWithoutATraceAllocatesNothing(t *testing.T) {
	for name, c := range benchmarkSets(t) {
		g := &setGenerator{&generator{Rand: rand.New(rand.NewPCG(3, 4))}, nil}
		all := benchmarkFacts(g.Rand)
		decider, i := c.NewDecider(), 0
		next := func() {
			decider.Decide(&all[i%len(all)])
			i++
		}
		for range all {
			next() // its lists grow once
		}
		if n := testing.AllocsPerRun(2000, next); n != 0 {
			t.Errorf("%s: %v allocations a decision", name, n)
		}
	}
}
