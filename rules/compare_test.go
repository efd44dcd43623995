package rules

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// comparedConditions speak of facts of all kinds: those that many cases share, and those that hardly two do.
var comparedConditions = []string{
	`answers.urgent`, `not answers.all_locations`, `answers.intermittent and not answers.all_locations`, `answers.service == "Hosted Voice"`,
	`answers.service != "SD-WAN"`, `"911 service" in services`, `"voice" in families`, `item == "billing-inquiry"`, `type == "Issue"`,
	`account.tier == "gold"`, `account.depth > 1`, `"Maple Foods" in account.path`, `account.client_number startsWith "1002"`, `account.name contains "East"`,
	`contact.language == "fr"`, `"case-manager" in contact.roles`, `now.hour < 8`, `now.weekday in ["Saturday", "Sunday"]`, `not now.business_hours`,
	`answers.description contains "fire"`, `lower(answers.description) matches "calls? drop"`, `len(answers.locations) > 1`, `answered(answers.locations)`,
	`"Moncton Office" in answers.locations`, `not answered(answers.urgent_reason)`, `12 % now.hour == 0`, `account.depth + now.hour > 9`,
}

func comparedSet(dice *rand.Rand) RuleSet {
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Service Desk"}}}
	queues := []string{"Voice", "Data & Network", "Security", "Billing"}
	for i := range dice.IntN(8) {
		r := Rule{Name: fmt.Sprint("Rule ", i), When: comparedConditions[dice.IntN(len(comparedConditions))], Off: dice.IntN(9) == 0}
		if dice.IntN(2) == 0 {
			r.When = "(" + r.When + ") and " + comparedConditions[dice.IntN(len(comparedConditions))]
		}
		if dice.IntN(2) == 0 {
			r.Then.Priority = 1 + dice.IntN(4)
		}
		if dice.IntN(2) == 0 {
			r.Then.Queue = queues[dice.IntN(len(queues))]
		}
		if dice.IntN(3) == 0 {
			r.Then.AnswerWithin = Within{Minutes: 60 * (1 + dice.IntN(3))}
		}
		r.Then.Tags = []string{fmt.Sprint("tag ", dice.IntN(4))}
		set.Rules = append(set.Rules, r)
	}
	return set
}

func comparedFacts(dice *rand.Rand, v *Vocabulary) Facts {
	pick := func(list ...string) string { return list[dice.IntN(len(list))] }
	a := Answers{}
	for _, key := range []string{"urgent", "all_locations", "intermittent"} {
		if dice.IntN(3) > 0 {
			a[key] = dice.IntN(2) == 0
		}
	}
	if dice.IntN(4) > 0 {
		a["service"] = pick("Hosted Voice", "SD-WAN", "911 service", "Managed Firewall")
	}
	switch dice.IntN(4) {
	case 0:
		a["locations"] = []string{}
	case 1:
		a["locations"] = []string{"Moncton Office"}
	case 2:
		a["locations"] = []string{pick("Moncton Office", "St. John’s \"Clinic\""), "Dartmouth Warehouse"}
	}
	if dice.IntN(2) == 0 {
		a["description"] = pick("There is a fire.", "CALLS DROP\nall day\u2028 \\ \"so\"", "", "Ça ne marche pas. \U0001F525") + fmt.Sprint(dice.IntN(3))
	}
	if dice.IntN(30) == 0 { // kept while the question had another kind
		a["urgent"], a["service"] = "yes", 7
	}
	account := AccountFacts{Name: pick("Maple Foods East", "Harbour Clinics"), ClientNumber: pick("100210", "200300"), Tier: pick("gold", "standard"),
		Depth: dice.IntN(3), Path: []string{"Maple Foods", "Maple Foods East"}[:dice.IntN(3)]}
	if dice.IntN(6) == 0 {
		account.ClientNumber = ""
	}
	contact := ContactFacts{Language: pick("en", "fr", ""), Roles: []string{"customer", "case-manager"}[:dice.IntN(3)]}
	now := NowFacts{Hour: dice.IntN(24), Weekday: pick("Monday", "Saturday", ""), BusinessHours: dice.IntN(2) == 0}
	return v.NewFacts(pick("report-issue", "technical-change-request", "billing-inquiry", "gone"), a, account, contact, now)
}

// TestTheComparerDecidesAsTheSetsDo holds it against both sets asked one by one, over facts as they are kept.
func TestTheComparerDecidesAsTheSetsDo(t *testing.T) {
	v, dice := demoVocabulary(t), rand.New(rand.NewPCG(7, 7))
	changed := 0
	for range rounds(150) {
		old, p1 := Compile(comparedSet(dice), v)
		new, p2 := Compile(comparedSet(dice), v)
		if len(p1)+len(p2) > 0 && slices.ContainsFunc(append(p1, p2...), func(p Problem) bool { return p.Field == "when" }) {
			t.Fatal(p1, p2)
		}
		both, alone := NewComparer(old, new), NewComparer(nil, new)
		for range 200 {
			f := comparedFacts(dice, v)
			kept, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			var read Facts
			if err := json.Unmarshal(kept, &read); err != nil {
				t.Fatal(err)
			}
			got, err := both.Compare(kept)
			if err != nil {
				t.Fatal(err)
			}
			before, after := old.Decide(read).Outcomes, new.Decide(read).Outcomes
			for i, name := range OutcomeNames {
				if !got.Old.Same(name, before) || !got.New.Same(name, after) || got.Differs.In(name) == before.Same(name, after) || got.Differs.In(name) != (got.Differs>>i&1 == 1) {
					t.Fatalf("%s: %v → %v, want %v → %v, for %s", name, got.Old.Value(name), got.New.Value(name), before.Value(name), after.Value(name), kept)
				}
			}
			if got.Differs != 0 {
				changed++
			}
			var sites []string
			if f.Item == "report-issue" {
				sites = f.Answers.List("locations")
			}
			if got.Item != f.Item || got.Tier != f.Account.Tier || !slices.Equal(got.Locations, sites) {
				t.Fatalf("%q, %q, %q, for %s", got.Item, got.Tier, got.Locations, kept)
			}
			if one, err := alone.Compare(kept); err != nil || !reflect.DeepEqual(one.New, got.New) {
				t.Fatalf("alone: %v, %v, want %v", one.New, err, got.New)
			}
		}
	}
	if changed < 1000 {
		t.Errorf("%d changed: that tests little", changed)
	}
}

func TestFactsThatCanNotBeRead(t *testing.T) {
	c := NewComparer(nil, compiled(t, demoSet(t)))
	for _, facts := range []string{"", "{", `{"item": 3}`, `{"answers": {"urgent": 1.5}}`, `[]`} {
		if _, err := c.Compare([]byte(facts)); err == nil {
			t.Errorf("%q was read", facts)
		}
	}
}

func randomCounted(dice *rand.Rand) Counted {
	pick := func(list ...string) string { return list[dice.IntN(len(list))] }
	promise := func() Promise { return []Promise{Unpromised, Met, Missed, Pending}[dice.IntN(4)] }
	pair := Pair{Old: Outcomes{Priority: 1 + dice.IntN(4), Queue: pick("Voice", "Billing")}, New: Outcomes{Priority: 1 + dice.IntN(4), Queue: pick("Voice", "Billing")}}
	pair.Differs = Differ(pair.Old, pair.New)
	c := Counted{Compared: Compared{Pair: &pair, Item: pick("report-issue", "billing-inquiry"), Locations: []string{pick("A", "B")}}, Account: int64(dice.IntN(5)),
		Opened: time.Date(2024, 12, 20+dice.IntN(30), 0, 0, 0, 0, time.UTC), Promises: Kept{promise(), promise()}}
	if dice.IntN(3) == 0 {
		c.Priority = 1 + dice.IntN(4)
	}
	if dice.IntN(3) == 0 {
		c.Queue = pick("Voice", "Billing")
	}
	return c
}

// TestTalliesAddUp counts cases as a whole, and in parts that are kept as JSON in between and added in any order.
func TestTalliesAddUp(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		var whole Tally
		parts := make([]Tally, 1+dice.IntN(5))
		for range dice.IntN(300) {
			c := randomCounted(dice)
			whole.Add(c)
			parts[dice.IntN(len(parts))].Add(c)
		}
		dice.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		var sum Tally
		for i := range parts {
			sum.Merge(&parts[i])
			kept, err := json.Marshal(&sum)
			if err != nil {
				t.Fatal(err)
			}
			sum = Tally{}
			if err := json.Unmarshal(kept, &sum); err != nil {
				t.Fatal(err)
			}
		}
		whole.make()
		if !reflect.DeepEqual(sum, whole) {
			t.Fatalf("the parts make\n%+v, the whole is\n%+v", sum, whole)
		}
		cells := 0
		for _, n := range whole.Priorities().Cells {
			cells += n
		}
		promised := 0
		for _, n := range whole.Promised() {
			promised += n.New
		}
		if cells != whole.Cases || promised != whole.Cases {
			t.Errorf("%d cases, %d in the matrix, %d promises", whole.Cases, cells, promised)
		}
	}
}

func TestWhatBecomesOfAPromise(t *testing.T) {
	at := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	for fact, test := range map[string]struct {
		due, answered, now time.Time
		want               Promise
	}{
		"nothing was promised":            {time.Time{}, at, at, Unpromised},
		"answered in time":                {at, at, at.Add(time.Hour), Met},
		"answered late":                   {at, at.Add(1), at.Add(time.Hour), Missed},
		"not answered, and it is over":    {at, time.Time{}, at.Add(1), Missed},
		"not answered, and there is time": {at, time.Time{}, at, Pending},
	} {
		if got := PromiseOf(test.due, test.answered, test.now); got != test.want {
			t.Errorf("%s: %s, want %s", fact, got, test.want)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	v, dice := demoVocabulary(b), rand.New(rand.NewPCG(1, 1))
	set := manyRules(200)
	other := set
	other.Rules = slices.Clone(set.Rules)
	other.Rules[0].Then.Priority = 4
	old, _ := Compile(set, v)
	new, _ := Compile(other, v)
	var kept [][]byte
	for _, f := range benchmarkFacts(dice) {
		data, err := json.Marshal(f)
		if err != nil {
			b.Fatal(err)
		}
		kept = append(kept, data)
	}
	c := NewComparer(old, new)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := c.Compare(kept[i%len(kept)]); err != nil {
			b.Fatal(err)
		}
	}
}
