package views

import (
	"slices"
	"strings"

	"portico/rules"
)

// Comparison is how two rule sets differ: in meaning, thing by thing, or line by line as text.
type Comparison struct {
	ID       string // of its element
	Old, New string // what stands on the left and on the right
	Against  Against
	Links    []CompareLink // the other ways to look at it
	AsText   bool
	Unified  bool
	Things   []ComparedThing
	Lines    []ComparedLine
	Broken   bool // one of them can't be read as rules: there is but the text
}

// Same tells whether nothing differs.
func (c Comparison) Same() bool { return len(c.Things) == 0 && len(c.Lines) == 0 }

// Against is the form that chooses what is compared with.
type Against struct {
	Action  string
	As      string // kept along: how it is looked at
	View    string
	Version int
	Latest  int
	Quick   []CompareLink
}

// CompareLink leads to another comparison, or another way to look at one.
type CompareLink struct {
	Label   Message
	Href    string
	Current bool
}

// ComparedThing is a rule, a shared name, an example or the default that differs.
type ComparedThing struct {
	Kind  string // added, removed, changed, moved: as the style sheet knows it
	Name  string
	What  Message // what it is, where it is no rule
	Marks []Message
	Rows  []ComparedRow
}

// ComparedRow is one part of a thing, as it was and as it is.
type ComparedRow struct {
	Label    Message
	Old, New ComparedCell
	Code     bool
}

// ComparedCell is one side of a part; empty where there is nothing.
type ComparedCell struct {
	Parts []ComparedPart
	Words []Words // a condition as people say it
}

// Empty tells whether there is nothing.
func (c ComparedCell) Empty() bool { return len(c.Parts) == 0 }

// ComparedPart is a piece of text; Marked where it differs from the other side.
type ComparedPart struct {
	Text   string
	Marked bool
}

// Compare tells how two rule sets differ in meaning: shared names, then rules in their new order, those removed, the
// default and examples.
func (g Glossary) Compare(old, new rules.RuleSet) []ComparedThing {
	c := comparing{g: g, old: old, new: new}
	c.was = map[string]string{}
	changes := rules.Diff(old, new)
	for _, change := range changes {
		if change.Kind == rules.ChangeRenamed {
			c.was[change.Rule] = change.Old
		}
	}
	for _, change := range changes {
		c.add(change)
	}
	return c.things
}

type comparing struct {
	g        Glossary
	old, new rules.RuleSet
	things   []ComparedThing
	key      string            // of the last thing
	was      map[string]string // the old names of rules, by the new ones
}

// thing is the one that a change is about: the last one, or a new one.
func (c *comparing) thing(key, kind, name string, what Message) *ComparedThing {
	if key != c.key || len(c.things) == 0 {
		c.key = key
		c.things = append(c.things, ComparedThing{Kind: kind, Name: name, What: what})
	}
	return &c.things[len(c.things)-1]
}

func (c *comparing) add(change rules.Change) {
	field, rest, _ := strings.Cut(change.Field, ".")
	kind := change.Kind
	if kind == rules.ChangeRenamed {
		kind = rules.ChangeChanged
	}
	switch field {
	case "let", "examples":
		t := c.thing(change.Field, kind, rest, Say("rules.change."+field))
		t.mark(change.Kind)
		label := Say("rules.field.when")
		if field == "examples" {
			label = Say("drafts.example")
		}
		t.row(c.g, label, dedent(change.Old), dedent(change.New), true, field == "let")
		return
	case "default":
		t := c.thing("default", rules.ChangeChanged, T(c.g.Lang, "rules.default"), Message{})
		t.mark(rules.ChangeChanged)
		c.part(t, rest, rules.Rule{Then: c.old.Default.Outcomes, Customer: c.old.Default.Customer},
			rules.Rule{Then: c.new.Default.Outcomes, Customer: c.new.Default.Customer})
		return
	}
	was, is := named(c.old, change.Rule), named(c.new, change.Rule)
	if change.Kind == rules.ChangeRemoved {
		is = rules.Rule{}
	}
	t := c.thing("rule\n"+change.Rule+"\n"+map[bool]string{true: "gone"}[change.Kind == rules.ChangeRemoved], kind, change.Rule, Message{})
	switch change.Kind {
	case rules.ChangeAdded, rules.ChangeRemoved:
		t.mark(change.Kind)
		if change.Kind == rules.ChangeAdded {
			was = rules.Rule{}
		}
		for _, part := range parts(was, is) {
			c.part(t, part, was, is)
		}
	case rules.ChangeRenamed:
		t.Marks = append(t.Marks, Say("drafts.renamed", "Name", change.Old))
	case rules.ChangeMoved:
		t.Marks = append(t.Marks, Say("drafts.moved", "From", change.Old, "To", change.New))
	default:
		if name, renamed := c.was[change.Rule]; renamed {
			was = named(c.old, name)
		}
		if t.Kind == rules.ChangeMoved {
			t.Kind = rules.ChangeChanged
		}
		t.mark(rules.ChangeChanged)
		c.part(t, change.Field, was, is)
	}
}

func named(set rules.RuleSet, name string) rules.Rule {
	if i := slices.IndexFunc(set.Rules, func(r rules.Rule) bool { return r.Name == name }); i >= 0 {
		return set.Rules[i]
	}
	return rules.Rule{}
}

// parts are the fields that one of two rules has something in.
func parts(a, b rules.Rule) (list []string) {
	list = []string{"when"}
	for _, name := range rules.OutcomeNames {
		if a.Then.Gives(name) || b.Then.Gives(name) {
			list = append(list, name)
		}
	}
	for _, lang := range Languages {
		if a.Customer[lang] != "" || b.Customer[lang] != "" {
			list = append(list, "customer."+lang)
		}
	}
	if a.Note != "" || b.Note != "" {
		list = append(list, "note")
	}
	if a.Off || b.Off {
		list = append(list, "off")
	}
	return list
}

func (t *ComparedThing) mark(kind string) {
	m := Say("rules.change." + kind)
	if !slices.ContainsFunc(t.Marks, func(o Message) bool { return o.Key == m.Key }) {
		t.Marks = append(t.Marks, m)
	}
}

// part adds a row for one field of a rule.
func (c *comparing) part(t *ComparedThing, field string, was, is rules.Rule) {
	name, lang, _ := strings.Cut(field, ".")
	label := Say("rules.field." + name)
	exists := func(r rules.Rule) bool { return r.Name != "" || r.When != "" || t.Name == T(c.g.Lang, "rules.default") }
	switch {
	case name == "when":
		t.row(c.g, label, was.When, is.When, true, true)
	case name == "customer":
		label = Say("rules.field.customer", "Language", T(c.g.Lang, "rules.language."+lang))
		t.row(c.g, label, was.Customer[lang], is.Customer[lang], false, false)
	case name == "note":
		t.row(c.g, label, was.Note, is.Note, false, false)
	case name == "off":
		say := func(r rules.Rule) string {
			if !exists(r) {
				return ""
			}
			return T(c.g.Lang, "rules.off."+map[bool]string{true: "true", false: "false"}[r.Off])
		}
		t.row(c.g, label, say(was), say(is), false, false)
	case slices.Contains(rules.OutcomeNames, name):
		say := func(r rules.Rule) string {
			if !r.Then.Gives(name) {
				return ""
			}
			return c.g.Outcome(name, r.Then.Value(name))
		}
		t.row(c.g, OutcomeName(name), say(was), say(is), false, false)
	}
}

func (t *ComparedThing) row(g Glossary, label Message, old, new string, code, said bool) {
	r := ComparedRow{Label: label, Code: code}
	r.Old.Parts, r.New.Parts = differingWords(old, new)
	if said {
		if old != "" {
			r.Old.Words = g.Condition(old)
		}
		if new != "" {
			r.New.Words = g.Condition(new)
		}
	}
	t.Rows = append(t.Rows, r)
}

// dedent takes away what lines of an example are moved in by, in a file.
func dedent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(l, "  - "), "    ")
	}
	return strings.Join(lines, "\n")
}

// Conflict is what two sides changed, each in its own way.
func (g Glossary) Conflict(c rules.Conflict) MergeConflict {
	out := MergeConflict{Key: c.Key(), Subject: c.Rule, Editable: c.Editable, What: Say("drafts.conflict.rule")}
	field, rest, _ := strings.Cut(c.Field, ".")
	if field == "default" {
		out.Subject, field = T(g.Lang, "rules.default"), rest
		field, rest, _ = strings.Cut(field, ".")
	}
	show := func(s string) (cell ComparedCell) {
		if s == "" {
			return cell
		}
		if field == rules.OutcomePriority {
			s = g.priority(s)
		}
		if field == "off" {
			s = T(g.Lang, "rules.off."+s)
		}
		cell.Parts = []ComparedPart{{Text: s}}
		if field == "when" || field == "let" {
			cell.Words = g.Condition(s)
		}
		return cell
	}
	switch field {
	case "":
		out.Code = true
		c.Base, c.Mine, c.Theirs = dedent(c.Base), dedent(c.Mine), dedent(c.Theirs)
	case "let", "examples":
		out.Subject, out.What, out.Code = rest, Say("rules.change."+field), true
		c.Base, c.Mine, c.Theirs = dedent(c.Base), dedent(c.Mine), dedent(c.Theirs)
	case rules.FieldOrder:
		out.Subject, out.What = "", Say("drafts.conflict.order")
	case rules.FieldNames:
		out.What = Say("drafts.conflict.names")
	case "customer":
		out.What = Say("rules.field.customer", "Language", T(g.Lang, "rules.language."+rest))
	default:
		out.What, out.Code = Say("rules.field."+field), field == "when"
	}
	out.Base, out.Mine, out.Theirs = show(c.Base), show(c.Mine), show(c.Theirs)
	return out
}
