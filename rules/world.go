package rules

import (
	"slices"
	"strings"
)

// World is what is published: everything that forms, and so rules, can speak of.
type World struct {
	Items    []Item
	Services []Service
	Families []Family
	Queues   []string
	Tiers    []string
	Staff    []string // e-mail addresses of colleagues who may sign in
}

// Item is what can be asked for, as far as rules know it.
type Item struct {
	Key  string // report-issue
	Type string // Issue
	Form *CompiledForm
}

// Service is what the provider sells.
type Service struct {
	Name   string
	Family string
}

// Family is a group of services that share their types of issue.
type Family struct {
	Key        string
	IssueTypes []Option
}

// Type is what a fact or a part of a condition is.
type Type string

// The types of facts.
const (
	Bool  Type = "bool"
	Int   Type = "int"
	Float Type = "float"
	Str   Type = "text"
	Day   Type = "date"
	List  Type = "list"
)

// Type is what conditions see of an answer; empty for files, which they don't see.
func (k Kind) Type() Type {
	switch k {
	case KindYesNo, KindTick:
		return Bool
	case KindChoice, KindText, KindParagraph:
		return Str
	case KindChoices:
		return List
	case KindNumber:
		return Int
	case KindDate:
		return Day
	}
	return ""
}

// Fact is one thing conditions can speak of.
type Fact struct {
	Path    string // answers.urgent
	Type    Type
	Choices []string // all values it can have; nil: open
	Label   Text     // of an answer, its question
}

// Vocabulary is what conditions can speak of, made from what is published. It never changes.
type Vocabulary struct {
	world    World
	items    map[string]Item
	families map[string]string // by service
	facts    []readable        // in a fixed order
}

// readable is a fact and how to read it; nil is missing.
type readable struct {
	Fact
	has  string
	read func(*Facts) any
}

var (
	weekdays  = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	languages = []string{"en", "fr"}
	roles     = []string{"customer", "case-manager", "customer-administrator", "reports"}
)

// known are the facts that don't depend on forms.
var known = []readable{
	{Fact: Fact{Path: "item", Type: Str}, read: func(f *Facts) any { return f.Item }},
	{Fact: Fact{Path: "type", Type: Str}, read: func(f *Facts) any { return f.Type }},
	{Fact: Fact{Path: "services", Type: List}, read: func(f *Facts) any { return f.Services }},
	{Fact: Fact{Path: "families", Type: List}, read: func(f *Facts) any { return f.Families }},
	{Fact: Fact{Path: "account.name", Type: Str}, read: ofAccount(func(a AccountFacts) any { return a.Name })},
	{Fact: Fact{Path: "account.client_number", Type: Str}, read: ofAccount(func(a AccountFacts) any { return a.ClientNumber })},
	{Fact: Fact{Path: "account.tier", Type: Str}, read: ofAccount(func(a AccountFacts) any { return a.Tier })},
	{Fact: Fact{Path: "account.depth", Type: Int}, read: ofAccount(func(a AccountFacts) any { return a.Depth })},
	{Fact: Fact{Path: "account.path", Type: List}, read: ofAccount(func(a AccountFacts) any { return a.Path })},
	{Fact: Fact{Path: "contact.language", Type: Str, Choices: languages}, read: ofContact(func(c ContactFacts) any { return c.Language })},
	{Fact: Fact{Path: "contact.roles", Type: List, Choices: roles}, read: ofContact(func(c ContactFacts) any { return c.Roles })},
	{Fact: Fact{Path: "now.hour", Type: Int}, read: ofNow(func(n NowFacts) any { return n.Hour })},
	{Fact: Fact{Path: "now.weekday", Type: Str, Choices: weekdays}, read: ofNow(func(n NowFacts) any { return n.Weekday })},
	{Fact: Fact{Path: "now.business_hours", Type: Bool}, read: ofNow(func(n NowFacts) any { return n.BusinessHours })},
}

func ofAccount(read func(AccountFacts) any) func(*Facts) any {
	return func(f *Facts) any {
		if f.Account.ClientNumber == "" {
			return nil
		}
		return read(f.Account)
	}
}

func ofContact(read func(ContactFacts) any) func(*Facts) any {
	return func(f *Facts) any {
		if f.Contact.Language == "" {
			return nil
		}
		return read(f.Contact)
	}
}

func ofNow(read func(NowFacts) any) func(*Facts) any {
	return func(f *Facts) any {
		if f.Now.Weekday == "" {
			return nil
		}
		return read(f.Now)
	}
}

func (v *Vocabulary) add(r readable) {
	r.has = has(r.Path)
	v.facts = append(v.facts, r)
}

// NewVocabulary gathers what rules can know. A question that has different kinds on two forms is a problem; the first
// kind then counts.
func NewVocabulary(w World) (*Vocabulary, Problems) {
	v := &Vocabulary{world: w, items: map[string]Item{}, families: map[string]string{}}
	var keys, kinds, services, families []string
	for _, i := range w.Items {
		v.items[i.Key] = i
		keys, kinds = appendNew(keys, i.Key), appendNew(kinds, i.Type)
	}
	for _, s := range w.Services {
		v.families[s.Name] = s.Family
		services = appendNew(services, s.Name)
	}
	for _, f := range w.Families {
		families = appendNew(families, f.Key)
	}
	choices := map[string][]string{"item": keys, "type": kinds, "services": services, "families": families, "account.tier": w.Tiers}
	for _, k := range known {
		k.Choices = append(k.Choices, choices[k.Path]...)
		v.add(k)
	}
	return v, v.addAnswers(services)
}

// addAnswers makes one fact of each question key, with the union of its choices over all forms.
func (v *Vocabulary) addAnswers(services []string) Problems {
	var problems Problems
	at, kind, open := map[string]int{}, map[string]Kind{}, map[string]bool{}
	for _, item := range v.world.Items {
		if item.Form == nil {
			continue
		}
		for i, q := range item.Form.Questions {
			if q.Kind.Type() == "" {
				continue
			}
			n, known := at[q.Key]
			if !known {
				n, kind[q.Key] = len(v.facts), q.Kind
				at[q.Key] = n
				v.add(readable{
					Fact: Fact{Path: "answers." + q.Key, Type: q.Kind.Type(), Label: q.Label},
					read: func(f *Facts) any { return f.Answers[q.Key] },
				})
			} else if kind[q.Key] != q.Kind {
				problems = append(problems, Problem{Rule: q.Key, Index: i, Field: item.Key, Code: CodeKindDiffers,
					Args: args("kind", string(q.Kind), "other", string(kind[q.Key]))})
				continue
			}
			choices, isOpen := v.choices(q, services)
			if open[q.Key] = open[q.Key] || isOpen; open[q.Key] {
				v.facts[n].Choices = nil
				continue
			}
			v.facts[n].Choices = appendNew(v.facts[n].Choices, choices...)
		}
	}
	return problems
}

// choices are all values a question can ever have, if they are known beforehand.
func (v *Vocabulary) choices(q Question, services []string) (all []string, open bool) {
	if q.Kind != KindChoice && q.Kind != KindChoices {
		return nil, true
	}
	switch q.Source {
	case FromAccounts, FromLocations:
		return nil, true
	case FromServices:
		return services, false
	case FromIssueTypes:
		for _, f := range v.world.Families {
			all = append(all, values(f.IssueTypes)...)
		}
		return all, false
	}
	return values(q.Options), false
}

func values(options []Option) []string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = o.Value
	}
	return out
}

func appendNew(list []string, more ...string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// Facts lists what conditions can speak of, for editors that complete names and choices.
func (v *Vocabulary) Facts() []Fact {
	out := make([]Fact, len(v.facts))
	for i, f := range v.facts {
		out[i] = f.Fact
	}
	return out
}

// fact finds a fact by its path.
func (v *Vocabulary) fact(path string) (Fact, bool) {
	i := slices.IndexFunc(v.facts, func(r readable) bool { return r.Path == path })
	if i < 0 {
		return Fact{}, false
	}
	return v.facts[i].Fact, true
}

// Items are what can be asked for.
func (v *Vocabulary) Items() []Item { return slices.Clone(v.world.Items) }

// Item finds an item by its key.
func (v *Vocabulary) Item(key string) (Item, bool) {
	i, ok := v.items[key]
	return i, ok
}

// Queues are those that rules may name.
func (v *Vocabulary) Queues() []string { return slices.Clone(v.world.Queues) }

// Families are the groups of services.
func (v *Vocabulary) Families() []Family { return slices.Clone(v.world.Families) }

// NewFacts makes the facts of a case from what was answered and known, services and families included. The answers
// are those that apply, as Fill or Settle gives them.
func (v *Vocabulary) NewFacts(item string, a Answers, account AccountFacts, contact ContactFacts, now NowFacts) Facts {
	f := Facts{Item: item, Answers: a, Services: []string{}, Families: []string{}, Account: account, Contact: contact, Now: now}
	i, ok := v.items[item]
	if !ok {
		return f
	}
	f.Type = i.Type
	if i.Form == nil {
		return f
	}
	m := i.Form.Case
	f.Services = appendNew(appendNew(f.Services, a.List(m.Service)...), a.List(m.AdditionalServices)...)
	for _, s := range f.Services {
		if family := v.families[s]; family != "" {
			f.Families = appendNew(f.Families, family)
		}
	}
	return f
}

// maybeMissing tells which facts can be missing: what was not asked or left open, and what is known of an account, a
// contact or a time only where there is one.
func maybeMissing(path string) bool {
	root, _, dotted := strings.Cut(path, ".")
	return dotted && root != ""
}
