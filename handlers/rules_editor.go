package handlers

import (
	"slices"
	"strconv"
	"strings"

	"portico/handlers/desk"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// typed is what a form of the rules' editor brought.
type typed struct {
	rule  rules.Rule
	names []rules.Let
	move  string // up or down: the rule also changes its place
}

func typedIn(c *fiber.Ctx) typed {
	in := typed{move: c.FormValue("move"), rule: rules.Rule{
		Name: strings.TrimSpace(c.FormValue("name")), When: desk.CleanText(c.FormValue("when")),
		Then: rules.Outcomes{Queue: c.FormValue("queue"), Tags: tagList(c.FormValue("tags"))},
		Note: desk.CleanText(c.FormValue("note")), Off: c.FormValue("off") != "", Customer: rules.Text{},
	}}
	if s := c.FormValue("priority"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			n = -1 // the check says what it should be
		}
		in.rule.Then.Priority = n
	}
	for _, lang := range views.Languages {
		if s := desk.CleanText(c.FormValue("customer-" + lang)); s != "" {
			in.rule.Customer[lang] = s
		}
	}
	if len(in.rule.Customer) == 0 {
		in.rule.Customer = nil
	}
	keys, exprs := c.Request().PostArgs().PeekMulti("shared-name"), c.Request().PostArgs().PeekMulti("shared-expr")
	for i := range min(len(keys), len(exprs)) {
		l := rules.Let{Name: strings.TrimSpace(string(keys[i])), Expr: desk.CleanText(string(exprs[i]))}
		if l.Name != "" || l.Expr != "" {
			in.names = append(in.names, l)
		}
	}
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
		set.Let = in.names
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
	to := from + map[string]int{"up": -1, "down": 1}[in.move]
	if to < 0 || to >= len(set.Rules) {
		to = from
	}
	desk.MoveRule(set, from, to)
	return place{rule: to + 1}
}

// cloneSet is a set whose lists can be changed without changing those of the first.
func cloneSet(s rules.RuleSet) rules.RuleSet {
	s.Rules, s.Let = slices.Clone(s.Rules), slices.Clone(s.Let)
	return s
}

// editor is the form of one rule of a set, or of the default.
func (d *drafted) editor(at place, set rules.RuleSet, problems rules.Problems) *views.RuleEditor {
	e := &views.RuleEditor{
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
	e.English, e.French, e.Note, e.Off = r.Customer["en"], r.Customer["fr"], r.Note, r.Off
	if at.fresh && r.Name == "" && r.When == "" { // nothing was typed yet
		return e
	}
	e.Checked.Fine = !at.fallback
	for _, p := range problems {
		if !concerns(p, index, at.fallback) {
			continue
		}
		if p.Field == "when" {
			e.Checked.Problems, e.Checked.Fine = append(e.Checked.Problems, d.g.Problem(p, r.When)), false
			continue
		}
		said := d.g.Problem(p, "")
		e.Wrong[fieldOf(p)] = &said
	}
	if !at.fallback && e.Checked.Fine {
		compiled, _ := rules.Compile(set, d.Vocabulary)
		e.Checked.Leans = d.leans(compiled.Leans(index))
	}
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

// leans are where a condition leans on something that may be missing, each once.
func (d *drafted) leans(list []rules.Lean) []views.LeanLine {
	var out []views.LeanLine
	for _, l := range list {
		line := views.LeanLine{Fact: l.Fact, Label: d.g.Fact(l.Fact), Holds: l.Holds}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

// namesEditor is the form of the shared names, with room for two more.
func (d *drafted) namesEditor(set rules.RuleSet, problems rules.Problems) *views.NamesEditor {
	e := &views.NamesEditor{Post: d.app.post(d.c, d.path()+"/rules/names"), Revision: d.Revision}
	for i, l := range set.Let {
		row := views.NameRow{N: i + 1, SharedName: views.SharedName{Name: l.Name, Expr: l.Expr}}
		for _, p := range problems {
			if p.Index == i && ofName(p) || !ofName(p) && p.Field == "name" && p.Rule == "" && p.Index == i || p.Code == rules.CodeDuplicate && p.Args["name"] == l.Name {
				row.Problems = append(row.Problems, d.g.Problem(p, l.Expr))
			}
		}
		e.Rows = append(e.Rows, row)
	}
	for range 2 {
		e.Rows = append(e.Rows, views.NameRow{N: len(e.Rows) + 1})
	}
	return e
}
