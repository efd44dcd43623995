package rules

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// smallWorld is a random world in which everything that can be asked can be listed.
type smallWorld struct {
	dice  *rand.Rand
	world World
	words *Vocabulary
	facts []Facts             // all that there can be, as far as atoms of context tell them apart
	spelt []map[string]string // their answers
	about []string
}

// askable are the questions of small worlds. A question has one kind wherever it stands.
var askable = map[string]Question{
	"account": {Kind: KindChoice, Source: FromAccounts},
	"all":     {Kind: KindYesNo},
	"locs":    {Kind: KindChoices, Source: FromLocations},
	"service": {Kind: KindChoice, Source: FromServices},
	"extras":  {Kind: KindChoices, Source: FromServices},
	"issue":   {Kind: KindChoice, Source: FromIssueTypes},
	"colour":  {Kind: KindChoice, Options: plainOptions("red", "green", "blue")},
	"tones":   {Kind: KindChoices, Options: plainOptions("red", "green")},
	"n":       {Kind: KindNumber},
	"urgent":  {Kind: KindTick},
	"t":       {Kind: KindText},
	"day":     {Kind: KindDate},
}

// part is a condition, or a part of one, that can be written with every question about a fact answered yes.
type part struct {
	op   string // and, or, not; empty: an atom
	subs []part
	text string
	fact string // that the atom asks about; empty: nothing that could be missing
	no   bool   // the atom is the opposite of a question
}

func (p part) write(missing string) string {
	switch {
	case p.op == "not":
		return "not (" + p.subs[0].write(missing) + ")"
	case p.op != "":
		return "(" + p.subs[0].write(missing) + " " + p.op + " " + p.subs[1].write(missing) + ")"
	case missing != "" && p.fact == missing:
		return fmt.Sprint(!p.no)
	}
	return p.text
}

func (p part) facts() []string {
	if p.op == "" {
		return []string{p.fact}
	}
	var out []string
	for _, s := range p.subs {
		out = append(out, s.facts()...)
	}
	return out
}

func (w *smallWorld) pick(list ...string) string { return list[w.dice.IntN(len(list))] }

// asked is a random question about an answer.
func (w *smallWorld) asked(key string) part {
	path := "answers." + key
	p := part{fact: path}
	either := func(yes, no string) {
		p.text = yes
		if p.no = w.dice.IntN(4) == 0; p.no {
			p.text = no
		}
	}
	equals := func(values ...string) {
		v := w.pick(values...)
		either(fmt.Sprintf("%s == %q", path, v), fmt.Sprintf("%s != %q", path, v))
		if w.dice.IntN(5) == 0 {
			u := w.pick(values...)
			either(fmt.Sprintf("%s in [%q, %q]", path, u, v), fmt.Sprintf("%s not in [%q, %q]", path, u, v))
		}
	}
	member := func(values ...string) {
		v := w.pick(values...)
		either(fmt.Sprintf("%q in %s", v, path), fmt.Sprintf("%q not in %s", v, path))
	}
	switch key {
	case "all", "urgent":
		p.text = path
		if w.dice.IntN(3) == 0 {
			either(path+" == false", path+" != false")
		}
	case "account":
		equals("A1")
	case "locs":
		member("L1")
	case "service":
		equals("s1", "s2", "s3")
	case "extras":
		member("s1", "s2", "s3")
	case "issue":
		equals("t1", "t2")
	case "colour":
		equals("red", "green", "blue")
		if w.dice.IntN(6) == 0 {
			p.text, p.no = fmt.Sprintf("len(%s) > 3", path), false
		}
	case "tones":
		member("red", "green")
		if w.dice.IntN(6) == 0 {
			p.text, p.no = fmt.Sprintf("len(%s) == 2", path), false
		}
	case "n":
		either(fmt.Sprintf("%s %s %d", path, w.pick("<", "<=", ">", ">=", "=="), w.dice.IntN(5)), path+" != 2")
		if w.dice.IntN(4) == 0 {
			p.text, p.no = fmt.Sprintf("%s * 2 %s 3", path, w.pick("<", ">")), false
		}
	case "t":
		equals("hot", "cold")
	case "day":
		either(path+w.pick(" < ", " >= ", " == ")+`"2026-01-02"`, path+` != "2026-01-02"`)
	}
	if w.dice.IntN(12) == 0 {
		return part{text: "answered(" + path + ")"}
	}
	return p
}

// context is a random question about all else.
func (w *smallWorld) context(about string) part {
	switch about {
	case "item":
		return part{text: `item == "` + w.pick("alpha", "beta") + `"`}
	case "type":
		return part{text: `type != "Issue"`}
	case "services":
		return part{text: fmt.Sprintf("%q in services", w.pick(values(serviceOptions(w.world.Services))...))}
	case "families":
		return part{text: fmt.Sprintf("%q in families", w.pick("f1", "f2"))}
	case "account.tier":
		return part{text: `account.tier == "gold"`}
	case "account.path":
		return part{text: w.pick(`"Root" in account.path`, `account.name == "Root"`, "account.depth == 0", "account.depth > 5")}
	case "account.client_number":
		return part{text: `account.client_number == "A1"`}
	case "now.hour":
		return part{text: w.pick("now.hour >= 8", "now.hour < 18", "now.hour % 6 == 1", "now.hour == 8")}
	case "contact.roles":
		return part{text: `"reports" in contact.roles`}
	}
	return part{text: w.pick("true", "false", "now.business_hours")}
}

func (w *smallWorld) condition(depth int, atom func() part) part {
	if depth == 0 || w.dice.IntN(3) == 0 {
		return atom()
	}
	switch w.dice.IntN(5) {
	case 0:
		return part{op: "not", subs: []part{w.condition(depth-1, atom)}}
	case 1, 2:
		return part{op: "or", subs: []part{w.condition(depth-1, atom), w.condition(depth-1, atom)}}
	}
	return part{op: "and", subs: []part{w.condition(depth-1, atom), w.condition(depth-1, atom)}}
}

// form is a random form of so many questions.
func (w *smallWorld) form(t *testing.T, size int) *CompiledForm {
	keys := slices.Sorted(func(yield func(string) bool) {
		for k := range askable {
			if !yield(k) {
				return
			}
		}
	})
	w.dice.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	f := Form{}
	var have []string
	for _, key := range keys {
		q := askable[key]
		if len(have) == size || key == "issue" && !slices.Contains(have, "service") {
			continue
		}
		if key == "account" && slices.ContainsFunc([]string{"locs", "service", "extras"}, func(k string) bool { return slices.Contains(have, k) }) {
			continue // what waits for it would stand before it
		}
		q.Key, q.Label, q.Required = key, Text{"en": key}, w.dice.IntN(2) == 0
		earlier := func() part { return w.asked(w.pick(have...)) }
		if len(have) > 0 && w.dice.IntN(3) == 0 {
			q.When = w.condition(1, earlier).write("")
		}
		q.Options = slices.Clone(q.Options)
		for i := range q.Options {
			if len(have) > 0 && w.dice.IntN(4) == 0 {
				q.Options[i].When = w.condition(1, earlier).write("")
			}
		}
		for _, other := range []string{"service", "colour", "tones", "extras"} {
			if q.Kind == KindChoice || q.Kind == KindChoices {
				if slices.Contains(have, other) && w.dice.IntN(3) == 0 {
					q.Except = other
				}
			}
		}
		if key == "n" {
			low, high := w.dice.IntN(2), 3
			q.Min, q.Max = &low, &high
		}
		f.Questions, have = append(f.Questions, q), append(have, key)
	}
	for key, to := range map[string]*string{"account": &f.Case.Account, "service": &f.Case.Service, "extras": &f.Case.AdditionalServices} {
		if slices.Contains(have, key) {
			*to = key
		}
	}
	out, problems := f.Compile()
	if problems.Err() != nil {
		t.Fatalf("%v", problems)
	}
	return out
}

func newSmallWorld(t *testing.T, seed uint64) *smallWorld {
	w := &smallWorld{dice: rand.New(rand.NewPCG(seed, 7))}
	w.world = World{
		Services: []Service{{"s1", "f1"}, {"s2", w.pick("f1", "f2", "")}, {"s3", "f2"}}[:1+w.dice.IntN(3)],
		Families: []Family{{"f1", plainOptions("t1", "t2")}, {"f2", plainOptions("t2")[:w.dice.IntN(2)]}},
		Queues:   []string{"Q1", "Q2"},
		Tiers:    []string{"gold", "standard"},
		Staff:    []string{"a@boreal.test", "b@boreal.test"},
	}
	for {
		w.world.Items = []Item{{"alpha", "Issue", w.form(t, 2+w.dice.IntN(4))}, {"beta", "Request", w.form(t, 1+w.dice.IntN(3))}}
		size := 0
		for _, i := range w.world.Items {
			size += len(w.allOffers(i.Form)) * product(i.Form)
		}
		if size < 12_000 {
			break
		}
	}
	words, problems := NewVocabulary(w.world)
	if problems.Err() != nil {
		t.Fatalf("%v", problems)
	}
	w.words = words
	w.about = []string{"item", "services", "families", "type", "", w.pick("account.tier", "account.path", "account.client_number", "now.hour", "contact.roles")}
	w.list()
	return w
}

func product(f *CompiledForm) int {
	n := 1
	for _, q := range f.Questions {
		n *= len(typedIn(q))
	}
	return n
}

// typedIn is all that can be typed as an answer to a question, as far as it makes a difference.
func typedIn(q Question) [][]string {
	subsets := func(values ...string) [][]string {
		out := [][]string{nil}
		for _, v := range values {
			for _, s := range slices.Clone(out) {
				out = append(out, append(slices.Clone(s), v))
			}
		}
		return out
	}
	singles := func(values ...string) [][]string {
		out := [][]string{nil}
		for _, v := range values {
			out = append(out, []string{v})
		}
		return out
	}
	switch q.Key {
	case "account":
		return singles("A1", "A2", "A3")
	case "all":
		return singles("yes", "no")
	case "locs":
		return subsets("L1", "L2", "L3")
	case "service":
		return singles("s1", "s2", "s3")
	case "extras":
		return subsets("s1", "s2", "s3")
	case "issue":
		return singles("t1", "t2")
	case "colour":
		return singles("red", "green", "blue")
	case "tones":
		return subsets("red", "green")
	case "n":
		return singles("0", "1", "2", "3")
	case "urgent":
		return singles("yes")
	case "t":
		return singles("hot", "cold", "neither")
	}
	return singles("2026-01-01", "2026-01-02", "2026-01-03")
}

// allOffers are all that an account and a person can have, as far as the form asks.
func (w *smallWorld) allOffers(f *CompiledForm) []Offers {
	out := []Offers{{Families: map[string]string{}, IssueTypes: map[string][]Option{}}}
	for _, s := range w.world.Services {
		out[0].Families[s.Name] = s.Family
	}
	for _, g := range w.world.Families {
		out[0].IssueTypes[g.Key] = g.IssueTypes
	}
	cross := func(names []string, set func(*Offers, []Option)) {
		var all []Offers
		for m := range 1 << len(names) {
			var some []string
			for i, n := range names {
				if m>>i&1 == 1 {
					some = append(some, n)
				}
			}
			for _, o := range out {
				set(&o, plainOptions(some...))
				all = append(all, o)
			}
		}
		out = all
	}
	sources := map[string]bool{}
	for _, q := range f.Questions {
		sources[q.Source] = true
	}
	if sources[FromServices] {
		cross(values(serviceOptions(w.world.Services)), func(o *Offers, s []Option) { o.Services = s })
	}
	if sources[FromLocations] {
		cross([]string{"L1", "L2", "L3"}, func(o *Offers, s []Option) { o.Locations = s })
	}
	if sources[FromAccounts] {
		cross([]string{"A1", "A2", "A3"}, func(o *Offers, s []Option) { o.Accounts = s })
		out = slices.DeleteFunc(out, func(o Offers) bool { return len(o.Accounts) == 0 })
	}
	return out
}

// list fills in every form in every way, and keeps what could be sent.
func (w *smallWorld) list() {
	seen := map[string]bool{}
	for _, item := range w.world.Items {
		f := item.Form
		for _, offers := range w.allOffers(f) {
			raw := map[string][]string{}
			var fill func(int)
			fill = func(i int) {
				if i < len(f.Questions) {
					for _, posted := range typedIn(f.Questions[i]) {
						raw[f.Questions[i].Key] = posted
						fill(i + 1)
					}
					return
				}
				filled := f.Fill(raw, offers, Submit)
				if !filled.Complete() {
					return
				}
				key, _ := json.Marshal([]any{item.Key, filled.Answers})
				if seen[string(key)] {
					return
				}
				seen[string(key)] = true
				answers := inWords(filled.Answers)
				for _, c := range w.contexts(filled.Answers.Text("account")) {
					w.spelt = append(w.spelt, answers)
					w.facts = append(w.facts, w.words.NewFacts(item.Key, filled.Answers, c.Account, c.Contact, c.Now))
				}
			}
			fill(0)
		}
	}
}

// contexts are all accounts, contacts and times, as far as conditions of this world tell them apart.
func (w *smallWorld) contexts(number string) (out []Facts) {
	numbers := []string{number}
	if number == "" {
		numbers = []string{"A1", "A2"}
	}
	for _, n := range numbers {
		out = append(out, Facts{Account: AccountFacts{Name: "N", ClientNumber: n, Tier: "gold", Path: []string{"N"}},
			Contact: ContactFacts{Language: "en", Roles: []string{}}, Now: NowFacts{Weekday: "Monday"}})
	}
	vary := func(by ...func(*Facts)) {
		var all []Facts
		for _, f := range out {
			for _, change := range by {
				g := f
				change(&g)
				all = append(all, g)
			}
		}
		out = all
	}
	vary(func(f *Facts) {}, func(f *Facts) { f.Now.BusinessHours = true })
	var changes []func(*Facts)
	switch {
	case slices.Contains(w.about, "account.tier"):
		changes = append(changes, func(*Facts) {}, func(f *Facts) { f.Account.Tier = "standard" })
	case slices.Contains(w.about, "contact.roles"):
		changes = append(changes, func(*Facts) {}, func(f *Facts) { f.Contact.Roles = []string{"reports"} })
	case slices.Contains(w.about, "now.hour"):
		for h := range 24 {
			changes = append(changes, func(f *Facts) { f.Now.Hour = h })
		}
	case slices.Contains(w.about, "account.path"):
		for depth := range 8 {
			for _, name := range []string{"Root", "N"} {
				for _, top := range []string{"Root", "Other"} {
					changes = append(changes, func(f *Facts) {
						f.Account.Name, f.Account.Depth, f.Account.Path = name, depth, []string{name}
						if depth > 0 {
							f.Account.Path = append(slices.Repeat([]string{"Between"}, depth-1), top, name)
						}
					})
				}
			}
		}
	default:
		return out
	}
	vary(changes...)
	return out
}

// set is a random rule set, with its conditions as they were made.
func (w *smallWorld) set() (RuleSet, []part) {
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Q1"}}}
	var keys []string
	for _, f := range w.words.facts {
		if key, isAnswer := answerKey(f.Path); isAnswer {
			keys = append(keys, key)
		}
	}
	atom := func() part {
		if w.dice.IntN(4) == 0 || len(keys) == 0 {
			return w.context(w.about[w.dice.IntN(len(w.about))])
		}
		for {
			p := w.asked(w.pick(keys...))
			if f, _ := w.words.fact(p.fact); f.Choices == nil || mentionsOnly(p.text, f.Choices) {
				return p
			}
		}
	}
	shared := w.dice.IntN(2)
	var named part
	for n := range shared {
		named = w.condition(1, atom)
		set.Let = append(set.Let, Let{Name: fmt.Sprintf("shared%d", n), Expr: named.write("")})
	}
	var parts []part
	for n := range 1 + w.dice.IntN(6) {
		p := w.condition(2, atom)
		source := p.write("")
		var then Outcomes
		switch {
		case len(parts) > 0 && w.dice.IntN(5) == 0:
			again := w.dice.IntN(len(parts))
			p = parts[again]
			source = p.write("")
			if w.dice.IntN(2) == 0 {
				then = set.Rules[again].Then
			}
		case shared > 0 && w.dice.IntN(3) == 0:
			p, source = part{op: "and", subs: []part{named, p}}, "shared0 and "+source
		}
		r := Rule{Name: fmt.Sprintf("R%d", n), When: source, Then: then, Off: w.dice.IntN(8) == 0}
		for r.Then.Value(OutcomePriority) == nil && r.Then.Value(OutcomeQueue) == nil && r.Then.Value(OutcomeTags) == nil {
			w.outcomes(&r.Then)
		}
		set.Rules, parts = append(set.Rules, r), append(parts, p)
	}
	return set, parts
}

func (w *smallWorld) outcomes(o *Outcomes) {
	some := func() bool { return w.dice.IntN(3) == 0 }
	if some() {
		o.Priority = 1 + w.dice.IntN(4)
	}
	if some() {
		o.Queue = w.pick("Q1", "Q2")
	}
	if some() {
		o.Tags = []string{w.pick("x", "y"), w.pick("x", "z")}
		o.Tags = slices.Compact(o.Tags)
	}
	if some() {
		o.Assignee = w.pick("a@boreal.test", "b@boreal.test")
	}
	if some() {
		o.AnswerWithin = Within{60 * (1 + w.dice.IntN(2)), w.dice.IntN(2) == 0}
	}
	if some() {
		o.SolveWithin = Within{60 * (1 + w.dice.IntN(2)), true}
	}
	if some() {
		o.Notify = []string{w.pick("a@boreal.test", "b@boreal.test")}
	}
	if some() {
		o.Request = []Text{{"en": w.pick("Since when?", "Where?"), "fr": "…"}}
	}
}

// mentionsOnly tells whether all that a condition has in quotes is among those.
func mentionsOnly(text string, choices []string) bool {
	for i, s := range strings.Split(text, `"`) {
		if i%2 == 1 && !slices.Contains(choices, s) {
			return false
		}
	}
	return true
}
