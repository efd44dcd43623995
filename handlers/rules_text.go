package handlers

import (
	"errors"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// draftText shows a draft as a file.
func (a *App) draftText(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	return d.showText(d.Source, d.Report.Problems, nil)
}

func (d *drafted) showText(source string, problems rules.Problems, conflict *views.DraftConflict) error {
	set, _ := rules.Parse(source)
	p := &views.DraftText{Shell: d.shell("text"), Bar: d.bar("text"), Conflict: conflict, Text: views.TextEditor{
		Post: d.app.post(d.c, d.path()+"/text"), Check: d.path() + "/text/check", Revision: d.Revision, Source: source,
		Checked: views.TextChecked{Problems: problemList(d.g, set, source, "", problems), Fine: len(problems) == 0},
	}}
	return d.app.page(d.c, d.who, p)
}

// saveText keeps a draft's text, broken or not.
func (a *App) saveText(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	source := unixLines(c.FormValue("source"))
	_, err = a.Desk.SaveDraft(c.UserContext(), who, id, revision(c), source)
	var invalid desk.Invalid
	switch {
	case errors.Is(err, db.ErrStale), errors.As(err, &invalid):
		d, err := a.draft(c, who)
		if err != nil {
			return err
		}
		if len(invalid) > 0 {
			c.Status(fiber.StatusUnprocessableEntity)
			d.Revision = revision(c)
			source = strings.ToValidUTF8(strings.ReplaceAll(source, "\x00", "\uFFFD"), "\uFFFD")
			problem := rules.Problem{Index: -1, Code: rules.CodeSyntax, Args: map[string]string{"message": "not UTF-8 text"}}
			return d.showText(source, rules.Problems{problem}, nil)
		}
		conflict, _, err := d.conflictSince(revision(c))
		if err != nil {
			return err
		}
		conflict.Kept = true
		c.Status(fiber.StatusConflict)
		return d.showText(source, d.problemsOf(source), conflict)
	case err != nil:
		return err
	}
	return c.Redirect(views.DraftPath(id)+"/text?done=draft-saved", fiber.StatusSeeOther)
}

// unixLines are as files have them: browsers send each line's end as two characters.
func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func (d *drafted) problemsOf(source string) rules.Problems {
	set, problems := rules.Parse(source)
	if len(problems) == 0 {
		_, problems = rules.Compile(set, d.Vocabulary)
	}
	return problems
}

// checkText tells what is wrong with a draft's text as it is being typed.
func (a *App) checkText(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	source := unixLines(c.FormValue("source"))
	problems := d.problemsOf(source)
	if isPartial(c) {
		set, _ := rules.Parse(source)
		return a.partial(c, &views.TextChecked{Problems: problemList(d.g, set, source, "", problems), Fine: len(problems) == 0})
	}
	d.Revision = revision(c)
	return d.showText(source, problems, nil)
}

// problemList is what is wrong with a rule set, each with its place: in the file or, where there is a draft, in its
// editor.
func problemList(g views.Glossary, set rules.RuleSet, source, draft string, problems rules.Problems) []views.RuleProblem {
	text := strings.Split(unixLines(source), "\n")
	out := make([]views.RuleProblem, 0, len(problems))
	for _, p := range problems {
		said := g.Problem(p, "")
		said.Where = g.Place(set, p)
		line, column := p.Place(source)
		switch {
		case draft == "" && line > 0:
			where := views.T(g.Lang, "rules.place.line", "N", line)
			if said.Where != "" {
				where += " · " + said.Where
			}
			said.Where = where
			if column > 0 && line <= len(text) {
				in := p
				in.Line, in.Column = line, column
				shown := g.Problem(in, source)
				said.Source, said.Carets = shown.Source, shown.Carets
			}
		case draft != "":
			said.Href = draft + "?rule=" + placeOf(p).String()
			if p.Field == "when" && p.Index >= 0 && p.Index < len(set.Rules) {
				shown := g.Problem(p, set.Rules[p.Index].When)
				said.Source, said.Carets = shown.Source, shown.Carets
			}
		}
		out = append(out, said)
	}
	return out
}

// placeOf is where in the editor a problem is mended.
func placeOf(p rules.Problem) place {
	switch {
	case ofName(p):
		return place{names: true}
	case ofRule(p):
		return place{rule: p.Index + 1}
	}
	return place{fallback: true}
}
