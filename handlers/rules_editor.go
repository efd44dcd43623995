package handlers

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"portico/handlers/desk"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// typed is what a form of the rules' editor brought.
type typed struct {
	rule  rules.Rule
	names []typedName
	move  string // up, down: the rule also changes its place; copy: it also gets a copy
}

func typedIn(c *fiber.Ctx) typed {
	in := typed{move: c.FormValue("move"), rule: rules.Rule{
		Name: strings.TrimSpace(c.FormValue("name")), When: desk.CleanText(c.FormValue("when")),
		Then: outcomesTyped(c),
		Note: desk.CleanText(c.FormValue("note")), Off: c.FormValue("off") != "", Customer: rules.Text{},
	}}
	for _, lang := range views.Languages {
		if s := desk.CleanText(c.FormValue("customer-" + lang)); s != "" {
			in.rule.Customer[lang] = s
		}
	}
	if len(in.rule.Customer) == 0 {
		in.rule.Customer = nil
	}
	in.names = namesIn(c)
	return in
}

// tagList is of tags that are written with commas or spaces between.
func tagList(s string) []string {
	list := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' })
	if len(list) == 0 {
		return nil // none, not an empty list: files say that differently
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// apply puts what was typed into its place.
func (in typed) apply(set *rules.RuleSet, at place) {
	switch {
	case at.names:
		in.applyNames(set)
	case at.fallback:
		set.Default = rules.Default{Outcomes: in.rule.Then, Customer: in.rule.Customer}
	case at.fresh:
		set.Rules = slices.Insert(set.Rules, at.after, in.rule)
	default:
		in.rule.Comments = set.Rules[at.rule-1].Comments
		set.Rules[at.rule-1] = in.rule
	}
}

// settle moves the rule if that was asked for, and tells where it now stands.
func (in typed) settle(set *rules.RuleSet, at place) place {
	if at.names || at.fallback {
		return at
	}
	from := at.index()
	if in.move == "copy" {
		set.Rules = slices.Insert(set.Rules, from+1, copyOf(*set, from))
		return place{rule: from + 2}
	}
	to := from + map[string]int{"up": -1, "down": 1}[in.move]
	if to < 0 || to >= len(set.Rules) {
		to = from
	}
	desk.MoveRule(set, from, to)
	return place{rule: to + 1}
}

// copyOf is a copy of a rule by a name that is not taken.
func copyOf(set rules.RuleSet, i int) rules.Rule {
	r := set.Rules[i]
	r.Comments = rules.Comments{}
	name := r.Name
	for n := 2; slices.ContainsFunc(set.Rules, func(o rules.Rule) bool { return o.Name == r.Name }); n++ {
		r.Name = fmt.Sprintf("%s (%d)", name, n)
	}
	return r
}

// cloneSet is a set whose lists can be changed without changing those of the first.
func cloneSet(s rules.RuleSet) rules.RuleSet {
	s.Rules, s.Let = slices.Clone(s.Rules), slices.Clone(s.Let)
	return s
}

// editor is the form of one rule of a set, or of the default.
func (d *drafted) editor(at place, j judged) *views.RuleEditor {
	set := j.set
	e := &views.RuleEditor{
		Words: d.wordsPath(), Of: len(d.Set.Rules), Examples: d.examplesNow(at, j),
		Post: d.app.post(d.c, d.path()+"/rules/"+at.String()), Check: d.path() + "/check", Revision: d.Revision, Place: at.String(),
		Queues: d.Vocabulary.Queues(), Default: at.fallback, Wrong: map[string]*views.RuleProblem{},
	}
	r := rules.Rule{Then: set.Default.Outcomes, Customer: set.Default.Customer}
	index := -1
	if !at.fallback {
		index = at.index()
		r = set.Rules[index]
	}
	if at.fresh {
		e.Post.Action, e.After = d.path()+"/rules", at.after
	} else if !at.fallback {
		e.Number, e.Removal = at.rule, d.path()+"/rules/"+at.String()+"/removal"
		e.Up, e.Down = at.rule > 1, at.rule < len(d.Set.Rules)
	}
	e.Name, e.When, e.Priority, e.Queue, e.Tags = r.Name, r.When, r.Then.Priority, r.Then.Queue, strings.Join(r.Then.Tags, ", ")
	e.Fields = outcomeFields(r.Then, d.g.Staff)
	e.English, e.French, e.Note, e.Off = r.Customer["en"], r.Customer["fr"], r.Note, r.Off
	if at.fresh && r.Name == "" && r.When == "" { // nothing was typed yet
		return e
	}
	e.Unsaved = at.fresh || !reflect.DeepEqual(j.set.Default, d.Set.Default) || !at.fallback && !reflect.DeepEqual(r, d.Set.Rules[index])
	if !e.Unsaved && !at.fallback {
		for _, f := range d.findings.Of(r.Name) {
			if f.Severity != rules.Info {
				e.Findings = append(e.Findings, views.RuleFinding{Severity: string(f.Severity), Name: views.Say("check.group." + string(f.Severity)), Parts: d.g.Finding(f, d.rulePath)})
			}
		}
	}
	e.Checked = d.checked(at, j)
	for _, p := range j.Problems {
		if concerns(p, index, at.fallback) && p.Field != "when" {
			said := d.g.Problem(p, "")
			e.Wrong[fieldOf(p)] = &said
		}
	}
	e.Fields.Open(e.Wrong)
	return e
}

// fieldOf is the field of the editor beside which a problem is said.
func fieldOf(p rules.Problem) string {
	_, field, found := strings.Cut(p.Field, ".")
	switch {
	case !found && p.Field == "default" && strings.HasSuffix(p.Args["key"], ".queue"):
		return "queue"
	case !found && (p.Field == "then" || p.Field == "default"):
		return "priority"
	case !found:
		return p.Field
	}
	return field
}
