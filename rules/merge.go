package rules

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Side is whose version of something counts.
type Side string

// The sides of a merge.
const (
	Mine   Side = "mine"
	Theirs Side = "theirs"
	Edited Side = "edit" // neither: Choice has the text
)

// Choice settles a conflict.
type Choice struct {
	Side Side
	Text string // of Edited
}

// Fields of conflicts, besides those of Change.
const (
	FieldName  = "name"
	FieldNames = "names" // two rules bear one name now
	FieldOrder = "order" // which of some rules comes first
)

// Conflict is what both sides of a merge changed, each in its own way.
type Conflict struct {
	Rule  string // the name that the rule had, or has where it is new; empty for default, let and examples
	Field string // as in Change, or "name", "order"; empty for a rule that one removed and the other changed
	// What it was and what both made of it. Empty is nothing: not set, not there, removed. An order has a name a line.
	Base, Mine, Theirs string
	Editable           bool // a third text can be given
	Settled            bool // a choice was made, and could be read
}

// Key tells a conflict from the others of its merge.
func (c Conflict) Key() string { return c.Rule + "\n" + c.Field }

// Merged is one rule set made of two that came from the same.
type Merged struct {
	Set       RuleSet
	Conflicts []Conflict // settled or not; where not, the set has mine
}

// Open tells whether a conflict waits to be settled.
func (m Merged) Open() bool {
	return slices.ContainsFunc(m.Conflicts, func(c Conflict) bool { return !c.Settled })
}

// Merge joins what two people made of the same rule set. What only one of them changed is taken over; what both changed
// in the same way too. All else is a conflict, which choices settle by its key: no change is lost without a word. Rules
// are told apart as Diff tells them. Lists that add up are joined.
//
// Order is merged by pairs: where one side turned two rules around, they are so in the result. Where that can't be had
// for all pairs at once, or two rules were added at one place and it matters which of them is asked first, the order of
// those is a conflict.
//
// One thing is no conflict: who removes a rule says nothing about where the other moved it to.
func Merge(base, mine, theirs RuleSet, choices map[string]Choice) Merged {
	m := &merger{choices: choices}
	var out RuleSet
	out.Let = m.lets(base.Let, mine.Let, theirs.Let)
	out.Rules = m.rules(base.Rules, mine.Rules, theirs.Rules)
	out.Default = m.fallback(base.Default, mine.Default, theirs.Default)
	out.Examples = m.examples(base.Examples, mine.Examples, theirs.Examples)
	out.Comments = mergeComments(base.Comments, mine.Comments, theirs.Comments)
	return Merged{out, m.conflicts}
}

type merger struct {
	choices   map[string]Choice
	conflicts []Conflict
}

// settle notes a conflict and gives whose side counts, with the text where that is neither's. read tells whether an edited
// text can be read; nil: it can't be edited.
func (m *merger) settle(c Conflict, read func(string) bool) (Side, string) {
	c.Editable = read != nil
	choice := m.choices[c.Key()]
	switch {
	case choice.Side == Mine || choice.Side == Theirs:
		c.Settled = true
	case choice.Side == Edited && c.Editable && read(choice.Text):
		c.Settled = true
	default:
		choice = Choice{Side: Mine}
	}
	m.conflicts = append(m.conflicts, c)
	return choice.Side, choice.Text
}

// field is a part of a rule that is merged by itself.
type field struct {
	name string
	text func(Rule) string         // in one spelling: what is the same means the same
	take func(to *Rule, from Rule) // as it is spelt there
	read func(*Rule, string) bool  // from what a person wrote; nil where that is not asked
	join func(b, m, t Rule) *Rule  // of a list that adds up: both sides' together
	same func(a, b Rule) (to bool) // to the letter
}

func textField(name string, of func(*Rule) *string) field {
	get := func(r Rule) string { return *of(&r) }
	return field{name: name, text: get, same: func(a, b Rule) bool { return get(a) == get(b) },
		take: func(to *Rule, from Rule) { *of(to) = get(from) },
		read: func(r *Rule, s string) bool { *of(r) = s; return true }}
}

var ruleFields = func() []field {
	when := textField("when", func(r *Rule) *string { return &r.When })
	when.text = func(r Rule) string { return meaning(r.When) }
	name := textField(FieldName, func(r *Rule) *string { return &r.Name })
	name.read = func(r *Rule, s string) bool { r.Name = strings.TrimSpace(s); return r.Name != "" }
	fields := []field{name, when}
	fields = append(fields, outcomeFields...)
	fields = append(fields, sentenceFields...)
	return append(fields, textField("note", func(r *Rule) *string { return &r.Note }), field{
		name: "off", text: func(r Rule) string { return strconv.FormatBool(r.Off) },
		take: func(to *Rule, from Rule) { to.Off = from.Off },
		same: func(a, b Rule) bool { return a.Off == b.Off },
	})
}()

var outcomeFields = func() (fields []field) {
	for _, name := range OutcomeNames {
		f := field{
			name: name,
			text: func(r Rule) string { return r.Then.text(name) },
			take: func(to *Rule, from Rule) { to.Then.replace(name, from.Then) },
			same: func(a, b Rule) bool { return reflect.DeepEqual(a.Then.Value(name), b.Then.Value(name)) },
		}
		if slices.Contains(AddingOutcomes, name) {
			f.join = func(b, m, t Rule) *Rule { return &Rule{Then: joinLists(name, b.Then, m.Then, t.Then)} }
		} else {
			f.read = func(r *Rule, s string) bool { return r.Then.read(name, strings.TrimSpace(s)) }
		}
		fields = append(fields, f)
	}
	return fields
}()

var sentenceFields = func() (fields []field) {
	for _, lang := range languages {
		get := func(r Rule) string { return r.Customer[lang] }
		set := func(r *Rule, s string) bool {
			r.Customer = maps.Clone(r.Customer)
			if delete(r.Customer, lang); s != "" {
				if r.Customer == nil {
					r.Customer = Text{}
				}
				r.Customer[lang] = s
			}
			return true
		}
		fields = append(fields, field{name: "customer." + lang, text: get, read: set,
			take: func(to *Rule, from Rule) { set(to, get(from)) },
			same: func(a, b Rule) bool { return get(a) == get(b) }})
	}
	return fields
}()

// replace sets one outcome to what it is elsewhere.
func (o *Outcomes) replace(outcome string, from Outcomes) {
	switch outcome {
	case OutcomeTags:
		o.Tags = from.Tags
	case OutcomeNotify:
		o.Notify = from.Notify
	case OutcomeRequest:
		o.Request = from.Request
	default:
		o.Take(outcome, from)
	}
}

// read sets an outcome of one value from what a person wrote; empty unsets it.
func (o *Outcomes) read(outcome, s string) bool {
	var from Outcomes
	ok := true
	switch outcome {
	case OutcomePriority:
		if s != "" {
			n, err := strconv.Atoi(s)
			from.Priority, ok = n, err == nil && n >= 1 && n <= 4
		}
	case OutcomeQueue:
		from.Queue = s
	case OutcomeAssignee:
		from.Assignee = s
	case OutcomeAnswerWithin, OutcomeSolveWithin:
		var w Within
		if s != "" {
			w, ok = ParseWithin(s)
		}
		from.AnswerWithin, from.SolveWithin = w, w
	}
	if ok {
		o.Take(outcome, from)
	}
	return ok
}

// joinLists is an outcome that adds up with what both sides put in and took out.
func joinLists(outcome string, base, mine, theirs Outcomes) (out Outcomes) {
	own := func(s string) string { return s }
	switch outcome {
	case OutcomeTags:
		out.Tags = joined3(base.Tags, mine.Tags, theirs.Tags, own)
	case OutcomeNotify:
		out.Notify = joined3(base.Notify, mine.Notify, theirs.Notify, own)
	case OutcomeRequest:
		out.Request = joined3(base.Request, mine.Request, theirs.Request, flowText)
	}
	return out
}

func joined3[T any](base, mine, theirs []T, key func(T) string) (out []T) {
	has := func(list []T, k string) bool {
		return slices.ContainsFunc(list, func(v T) bool { return key(v) == k })
	}
	for _, v := range base {
		if k := key(v); has(mine, k) && has(theirs, k) {
			out = append(out, v)
		}
	}
	added := map[string]T{}
	for _, v := range slices.Concat(mine, theirs) {
		if k := key(v); !has(base, k) {
			added[k] = v
		}
	}
	for _, k := range slices.Sorted(maps.Keys(added)) {
		out = append(out, added[k])
	}
	return out
}

// merge takes each field from where it was changed.
func (m *merger) merge(fields []field, prefix, rule string, base, mine, theirs Rule) Rule {
	out := mine
	for _, f := range fields {
		b, my, their := f.text(base), f.text(mine), f.text(theirs)
		switch {
		case my == b && (their != b || f.same(mine, base)):
			f.take(&out, theirs)
		case their == b || my == their:
		case f.join != nil:
			f.take(&out, *f.join(base, mine, theirs))
		default:
			c := Conflict{Rule: rule, Field: prefix + f.name, Base: b, Mine: my, Theirs: their}
			if f.name == "when" { // as people wrote it
				c.Base, c.Mine, c.Theirs = base.When, mine.When, theirs.When
			}
			var read func(string) bool
			if f.read != nil {
				read = func(s string) bool { return f.read(&out, s) }
			}
			if side, _ := m.settle(c, read); side == Theirs {
				f.take(&out, theirs)
			}
		}
	}
	out.Comments = mergeComments(base.Comments, mine.Comments, theirs.Comments)
	return out
}

func mergeComments(base, mine, theirs Comments) Comments {
	if reflect.DeepEqual(mine, base) {
		return theirs
	}
	return mine
}

// triple is one thing, by its place in three lists; -1 where it is not there.
type triple struct{ base, mine, theirs int }

func (m *merger) rules(base, mine, theirs []Rule) []Rule {
	type kept struct {
		triple
		Rule
		named Side // whose name it bears; empty: both
	}
	at := func(list []Rule, i int) Rule {
		if i < 0 {
			return Rule{}
		}
		return list[i]
	}
	var all []kept
	for _, t := range matched(pair(base, mine), pair(base, theirs), len(base), func(i, k int) bool { return mine[i].Name == theirs[k].Name }) {
		b, my, their := at(base, t.base), at(mine, t.mine), at(theirs, t.theirs)
		k := kept{triple: t}
		switch {
		case t.mine < 0 && t.theirs < 0:
			continue
		case t.base >= 0 && (t.mine < 0 || t.theirs < 0):
			left, side := my, Mine
			if t.mine < 0 {
				left, side = their, Theirs
			}
			if !changedRule(b, left) {
				continue // removed, and the other left it as it was
			}
			c := Conflict{Rule: b.Name, Base: b.text(), Mine: my.text(), Theirs: their.text()}
			if chosen, _ := m.settle(c, nil); chosen != side {
				continue
			}
			k.Rule, k.named = left, side
		case t.base < 0 && t.mine < 0:
			k.Rule, k.named = their, Theirs
		case t.base < 0 && t.theirs < 0:
			k.Rule, k.named = my, Mine
		default:
			rule := b.Name
			if t.base < 0 {
				rule = their.Name
			}
			k.Rule = m.merge(ruleFields, "", rule, b, my, their)
			if k.Rule.Name != their.Name {
				k.named = Mine
			} else if k.Rule.Name != my.Name {
				k.named = Theirs
			}
		}
		all = append(all, k)
	}
	list, sides, places := make([]Rule, len(all)), make([]Side, len(all)), make([]triple, len(all))
	for i, k := range all {
		list[i], sides[i], places[i] = k.Rule, k.named, k.triple
	}
	m.names(list, sides)
	o := newOrder(places, func(i int) string { return list[i].Name })
	o.vie = func(i, k int) bool { return vie(list[i].Then, list[k].Then) }
	var out []Rule
	for _, i := range o.merge(func(c Conflict) Side { side, _ := m.settle(c, nil); return side }) {
		out = append(out, list[i])
	}
	return out
}

// names settles that two rules bear one name now, as one was added or renamed here and another there.
func (m *merger) names(list []Rule, sides []Side) {
	at := map[string]int{}
	for i := range list {
		at[list[i].Name] = i
	}
	taken := func(name string) bool { _, there := at[name]; return there }
	for i := range list {
		name := list[i].Name
		k := at[name]
		if k == i {
			continue
		}
		my, their := i, k
		if sides[k] == Mine || sides[i] == Theirs {
			my, their = k, i
		}
		other := name
		for n := 2; taken(other); n++ {
			other = fmt.Sprintf("%s (%d)", name, n)
		}
		c := Conflict{Rule: name, Field: FieldNames, Mine: name, Theirs: name}
		read := func(s string) bool { return strings.TrimSpace(s) != "" && !taken(strings.TrimSpace(s)) }
		side, text := m.settle(c, read)
		renamed := their // mine keeps the name
		switch side {
		case Theirs:
			renamed = my
		case Edited:
			renamed, other = my, strings.TrimSpace(text)
		}
		list[renamed].Name = other
		at[other] = renamed
		at[name] = my + their - renamed
	}
}

// vie tells whether it matters which of two rules is asked first, should both hold.
func vie(a, b Outcomes) bool {
	return slices.ContainsFunc(SingleOutcomes, func(name string) bool { return a.Gives(name) && b.Gives(name) && !a.Same(name, b) })
}

func changedRule(a, b Rule) bool {
	return slices.ContainsFunc(ruleFields, func(f field) bool { return f.text(a) != f.text(b) })
}

// text is a rule as it is written; empty for none.
func (r Rule) text() string {
	if r.Name == "" && r.When == "" {
		return ""
	}
	r.Comments = nil
	w := &yamlWriter{}
	w.rule(r)
	return w.String()
}

// matched joins two pairings with the same base. What is new in both is one thing where same says so.
func matched(mine, theirs []int, base int, same func(mine, theirs int) bool) (all []triple) {
	of := func(from []int) ([]int, []int) {
		at := slices.Repeat([]int{-1}, base)
		var fresh []int
		for i, b := range from {
			if b < 0 {
				fresh = append(fresh, i)
			} else {
				at[b] = i
			}
		}
		return at, fresh
	}
	my, myNew := of(mine)
	their, theirNew := of(theirs)
	for b := range base {
		all = append(all, triple{b, my[b], their[b]})
	}
	for _, i := range myNew {
		k := slices.IndexFunc(theirNew, func(k int) bool { return same(i, k) })
		if k < 0 {
			all = append(all, triple{-1, i, -1})
			continue
		}
		all = append(all, triple{-1, i, theirNew[k]})
		theirNew = slices.Delete(theirNew, k, k+1)
	}
	for _, k := range theirNew {
		all = append(all, triple{-1, -1, k})
	}
	return all
}

func (m *merger) fallback(base, mine, theirs Default) Default {
	as := func(d Default) Rule { return Rule{Then: d.Outcomes, Customer: d.Customer} }
	r := m.merge(slices.Concat(outcomeFields, sentenceFields), "default.", "", as(base), as(mine), as(theirs))
	return Default{r.Then, r.Customer}
}

// named merges lists of things that are told apart by name and taken as a whole.
func named[T any](m *merger, prefix string, base, mine, theirs []T, name, text, shown func(T) string, read func(*T, string) bool) (out []T) {
	index := func(list []T) map[string]int {
		at := map[string]int{}
		for i, v := range list {
			at[name(v)] = i
		}
		return at
	}
	b, my, their := index(base), index(mine), index(theirs)
	type kept struct {
		triple
		v T
	}
	var all []kept
	place := func(at map[string]int, key string) int {
		if i, ok := at[key]; ok {
			return i
		}
		return -1
	}
	seen := map[string]bool{}
	for _, v := range slices.Concat(base, theirs, mine) {
		key := name(v)
		if seen[key] {
			continue
		}
		seen[key] = true
		t := triple{place(b, key), place(my, key), place(their, key)}
		of := func(list []T, i int, say func(T) string) string {
			if i < 0 {
				return ""
			}
			return say(list[i])
		}
		was, is, other := of(base, t.base, text), of(mine, t.mine, text), of(theirs, t.theirs, text)
		k := kept{triple: t, v: v}
		side := Mine
		switch {
		case is == was && (other != was || t.mine < 0 || t.theirs < 0 || reflect.DeepEqual(mine[t.mine], base[t.base])):
			side = Theirs
		case other == was || is == other:
		default:
			var ask func(string) bool
			if read != nil {
				ask = func(s string) bool { return read(&k.v, s) }
			}
			side, _ = m.settle(Conflict{Field: prefix + key, Base: of(base, t.base, shown), Mine: of(mine, t.mine, shown), Theirs: of(theirs, t.theirs, shown)}, ask)
		}
		switch {
		case side == Edited:
		case side == Mine && t.mine >= 0:
			k.v = mine[t.mine]
		case side == Theirs && t.theirs >= 0:
			k.v = theirs[t.theirs]
		default:
			continue
		}
		all = append(all, k)
	}
	places := make([]triple, len(all))
	for i, k := range all {
		places[i] = k.triple
	}
	o := newOrder(places, func(i int) string { return name(all[i].v) })
	for _, i := range o.merge(func(Conflict) Side { return Mine }) { // of these, order decides nothing
		out = append(out, all[i].v)
	}
	return out
}

func (m *merger) lets(base, mine, theirs []Let) []Let {
	return named(m, "let.", base, mine, theirs, func(l Let) string { return l.Name }, func(l Let) string { return "=" + meaning(l.Expr) },
		func(l Let) string { return l.Expr }, func(l *Let, s string) bool { l.Expr = s; return strings.TrimSpace(s) != "" })
}

func (m *merger) examples(base, mine, theirs []Example) []Example {
	return named(m, "examples.", base, mine, theirs, func(e Example) string { return e.Name }, Example.yaml, Example.yaml, nil)
}
