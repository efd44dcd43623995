package handlers

import (
	"fmt"
	"slices"
	"strings"

	"portico/handlers/desk"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// typedName is a row of the form of shared names.
type typedName struct {
	rules.Let
	was    string // what it was called
	follow bool   // what uses it is to use the new name
	row    int    // from 1, as the form counts
}

// mostNames is how many rows of that form are read: more shared names than a rule set may have, so that it is refused for it.
const mostNames = 1100

func namesIn(c *fiber.Ctx) []typedName {
	args := c.Request().PostArgs()
	keys, exprs, were := args.PeekMulti("shared-name"), args.PeekMulti("shared-expr"), args.PeekMulti("shared-was")
	follow := map[string]bool{}
	for _, b := range args.PeekMulti("shared-follow") {
		follow[string(b)] = true
	}
	var out []typedName
	for i := range min(len(keys), len(exprs), mostNames) {
		n := typedName{row: i + 1, Let: rules.Let{Name: strings.TrimSpace(string(keys[i])), Expr: desk.CleanText(string(exprs[i]))}}
		if i < len(were) {
			n.was = string(were[i])
		}
		n.follow = n.was != "" && follow[n.was]
		if n.Name != "" || n.Expr != "" {
			out = append(out, n)
		}
	}
	return out
}

// applyNames replaces the shared names, and has what uses them follow those that are called otherwise.
func (in typed) applyNames(set *rules.RuleSet) {
	set.Let = nil
	for _, n := range in.names {
		set.Let = append(set.Let, n.Let)
	}
	// In two steps, as two names may change places.
	between := func(i int) string { return fmt.Sprintf("renamed_%d__", i) }
	for i, n := range in.names {
		if n.renamed() {
			set.Rename(n.was, between(i))
		}
	}
	for i, n := range in.names {
		if n.renamed() {
			set.Rename(between(i), n.Name)
		}
	}
}

func (n typedName) renamed() bool { return n.follow && n.Name != "" && n.Name != n.was }

// nameAt finds the shared name that was typed in a row, by its place among those that are not empty; -1 for none.
func (in typed) nameAt(row int) int {
	return slices.IndexFunc(in.names, func(n typedName) bool { return n.row == row })
}

// stillUsed says that shared names were taken away while something uses them.
type stillUsed []rules.Let

func (s stillUsed) Error() string { return fmt.Sprintf("%d shared names are still used", len(s)) }

// removed are the shared names that were taken away although something still uses them.
func (in typed) removed(before []rules.Let, set rules.RuleSet) stillUsed {
	var out stillUsed
	for _, l := range before {
		kept := slices.ContainsFunc(in.names, func(n typedName) bool { return n.Name == l.Name || n.was == l.Name })
		if !kept && len(set.UsesOf(l.Name)) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// namesEditor is the form of the shared names, with room for two more.
func (d *drafted) namesEditor(j judged) *views.NamesEditor {
	e := &views.NamesEditor{Post: d.app.post(d.c, d.path()+"/rules/names"), Check: d.path() + "/check", Words: d.wordsPath(),
		Revision: d.Revision, Unsaved: !slices.Equal(j.set.Let, d.Set.Let), Examples: d.examplesNow(place{names: true}, j)}
	for i, l := range j.set.Let {
		row := views.NameRow{N: i + 1, SharedName: views.SharedName{Name: l.Name, Expr: l.Expr}, Was: l.Name}
		if !slices.ContainsFunc(d.Set.Let, func(s rules.Let) bool { return s.Name == l.Name }) {
			row.Was = ""
		}
		for _, u := range d.Set.UsesOf(row.Was) {
			use := views.NameUse{Name: u.Name, Href: d.path() + "?rule=names"}
			if u.Rule >= 0 {
				use.Number, use.Href = u.Rule+1, fmt.Sprintf("%s?rule=%d", d.path(), u.Rule+1)
			}
			row.Uses = append(row.Uses, use)
		}
		row.Used, row.Checked = len(row.Uses), d.nameChecked(i, j)
		row.Checked.Fine = false // said while somebody types only
		e.Rows = append(e.Rows, row)
	}
	for range 2 {
		e.Rows = append(e.Rows, views.NameRow{N: len(e.Rows) + 1})
	}
	return e
}

// nameChecked is what is to say of a shared name.
func (d *drafted) nameChecked(i int, j judged) views.Checked {
	if i < 0 || i >= len(j.set.Let) {
		return views.Checked{}
	}
	l, out := j.set.Let[i], views.Checked{Fine: true}
	for _, p := range j.Problems {
		ofIt := p.Index == i && (ofName(p) || p.Field == "name" && p.Rule == "")
		if ofIt || p.Code == rules.CodeDuplicate && p.Args["name"] == l.Name {
			out.Problems, out.Fine = append(out.Problems, d.problemIn(p, l.Expr)), false
		}
	}
	return out
}

// refuseNames answers who takes a shared name away that is still used: it is there again, with who uses it.
func (a *App) refuseNames(d *drafted, in typed, used stillUsed) error {
	set := cloneSet(d.Set)
	in.applyNames(&set)
	set.Let = append(slices.Clone([]rules.Let(used)), set.Let...)
	at := place{names: true}
	b := d.bench(at, d.judge(set))
	for _, l := range used {
		var by []string
		for _, u := range set.UsesOf(l.Name) {
			by = append(by, d.useText(u))
		}
		b.Shared.Wrong = append(b.Shared.Wrong, views.Say("editor.names.used", "Name", l.Name, "By", strings.Join(by, ", ")))
	}
	d.c.Status(fiber.StatusUnprocessableEntity)
	if isPartial(d.c) {
		return a.partial(d.c, b)
	}
	return a.page(d.c, d.who, &views.DraftPage{Shell: d.benchShell(), Bench: *b})
}

func (d *drafted) useText(u rules.Use) string {
	if u.Rule < 0 {
		return u.Name
	}
	return fmt.Sprintf("%d · %s", u.Rule+1, u.Name)
}
