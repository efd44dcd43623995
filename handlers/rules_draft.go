package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// drafted is a draft with all that is needed to show it.
type drafted struct {
	desk.Draft
	app  *App
	c    *fiber.Ctx
	who  policy.Actor
	g    views.Glossary
	said views.Message // what was just done, to be announced

	findings rules.Checked // of the draft as it is saved, once its lines were made
}

// draft reads the draft that the address names.
func (a *App) draft(c *fiber.Ctx, who policy.Actor) (*drafted, error) {
	id, err := draftID(c)
	if err != nil {
		return nil, err
	}
	d := &drafted{app: a, c: c, who: who}
	if d.Draft, err = a.Desk.Draft(c.UserContext(), who, id); err != nil {
		return nil, a.becameVersion(c, id, err)
	}
	d.g, err = a.glossary(c)
	return d, err
}

func draftID(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return 0, db.ErrNotFound
	}
	return id, nil
}

// revision is the one that a form was made from.
func revision(c *fiber.Ctx) int {
	n, err := strconv.ParseInt(c.FormValue("revision"), 10, 32)
	if err != nil {
		return 0 // no revision at all: stale
	}
	return int(n)
}

func (d *drafted) path() string { return views.DraftPath(d.ID) }

func (d *drafted) shell(tab string) views.Shell {
	title := d.Name
	if tab != "rules" {
		title = views.T(d.g.Lang, "rules.tab."+tab) + " · " + title
	}
	return views.Shell{Title: title, Here: "rules"}
}

func (d *drafted) bar(tab string) views.DraftBar {
	b := views.DraftBar{
		ID: d.ID, Revision: d.Revision, CSRF: d.app.csrf(d.c), Name: d.Name, Tab: tab, Live: d.Live, Base: d.BaseVersion,
		By: d.Author.Name(), At: d.UpdatedAt.In(d.app.zone(d.who)), Changes: len(d.Changes), Problems: len(d.Report.Problems),
		Red: len(failedExamples(d.Report.Results)), Examples: len(d.Report.Results), Broken: d.Broken, Beaten: d.Overtaken(),
		Tries: slices.ContainsFunc(d.Vocabulary.Items(), func(i rules.Item) bool { return i.Form != nil }),
	}
	if d.Proposal != nil && (d.Proposal.Waits() || d.Proposal.State == db.Failed || d.Proposal.State == db.Asked || d.Proposal.State == db.Scheduled) {
		b.Plan = d.app.planMessage(d.g.Lang, *d.Proposal)
	}
	return b
}

// draftPage shows the draft's rules and the editor of the one that the address names. A draft whose text is broken is
// mended as text first.
func (a *App) draftPage(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return c.Redirect(d.path()+"/text", fiber.StatusSeeOther)
	}
	at := placeNamed(c.Query("rule"), c.Query("after"), len(d.Set.Rules))
	return d.show(at, d.saved(), nil)
}

// judged is a rule set, as it is saved or as somebody has typed it, with what is to say of it.
type judged struct {
	set      rules.RuleSet
	compiled *rules.Compiled
	rules.Report
}

func (d *drafted) saved() judged { return judged{d.Set, d.Compiled, d.Report} }

func (d *drafted) judge(set rules.RuleSet) judged {
	compiled, report := rules.Check(set, d.Vocabulary, d.Find)
	return judged{set, compiled, report}
}

// show answers with the draft's rules and an editor: of the set as it is saved, or as somebody has typed it.
func (d *drafted) show(at place, j judged, conflict *views.DraftConflict) error {
	b := d.bench(at, j)
	b.Conflict = conflict
	if isPartial(d.c) {
		return d.app.partial(d.c, b)
	}
	return d.app.page(d.c, d.who, &views.DraftPage{Shell: d.benchShell(), Bench: *b})
}

func (d *drafted) benchShell() views.Shell {
	shell := d.shell("rules")
	shell.Scripts = []string{"rules.js"}
	return shell
}

func (d *drafted) bench(at place, j judged) *views.Bench {
	if at.fresh && len(j.set.Rules) == len(d.Set.Rules) { // nothing was typed yet
		j.set = cloneSet(j.set)
		j.set.Rules = slices.Insert(j.set.Rules, at.after, rules.Rule{})
		j.Problems = nil
	}
	b := &views.Bench{Bar: d.bar("rules"), Lines: d.lines(at, j), NamesNow: at.names, Order: d.app.post(d.c, d.path()+"/order"),
		NewAfter: len(d.Set.Rules), Facts: d.g.FactLines(d.Vocabulary.Facts()), Said: d.said,
		NamesBad: slices.ContainsFunc(d.Report.Problems, ofName)}
	for _, l := range d.Set.Let {
		b.Names = append(b.Names, views.SharedName{Name: l.Name, Expr: l.Expr, Used: len(d.Set.UsesOf(l.Name))})
	}
	if at.rule > 0 {
		b.NewAfter = at.rule
	}
	if at.names {
		b.Shared = d.namesEditor(j)
	} else {
		b.Editor = d.editor(at, j)
	}
	return b
}

// lines are the draft's rules as they are saved, with what is to say of each, and the examples' marks as they now come
// out.
func (d *drafted) lines(at place, j judged) []views.RuleLine {
	lines := ruleLines(d.g, d.Set)
	marks := marksOf(at, j)
	d.findings = d.found()
	for i := range lines {
		line := &lines[i]
		line.Href = fmt.Sprintf("%s?rule=%d", d.path(), line.Number)
		line.Current = !at.fresh && at.rule == line.Number && line.Number > 0
		line.Marks = marks[line.ID]
		line.Marks.ID = line.ID + "-marks"
		if line.Default {
			line.Href, line.Current = d.path()+"?rule=default", at.fallback
		} else if level := d.findings.Level(line.Name); level != "" && level != rules.Info {
			line.Level, line.Dot = string(level), views.Say("check.group."+string(level))
		}
		for _, p := range d.Report.Problems {
			if concerns(p, i, line.Default) {
				line.Level = "error"
				line.Says = append(line.Says, d.g.Problem(p, "").Text)
			}
		}
	}
	return lines
}

// addRule puts a new rule into the draft.
func (a *App) addRule(c *fiber.Ctx, who policy.Actor) error {
	return a.changeRules(c, who, func(n int) place { return placeNamed("new", c.FormValue("after"), n) })
}

// saveRule keeps what was typed of a rule, of the default or of the shared names; a button may also move the rule.
func (a *App) saveRule(c *fiber.Ctx, who policy.Actor) error {
	name := c.Params("place")
	if n, err := strconv.Atoi(name); name != "default" && name != "names" && (err != nil || n < 1) {
		return db.ErrNotFound
	}
	return a.changeRules(c, who, func(n int) place { return placeNamed(name, "", max(n, 1)) })
}

func (a *App) changeRules(c *fiber.Ctx, who policy.Actor, find func(rules int) place) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	in := typedIn(c)
	var at place
	_, err = a.Desk.EditDraft(c.UserContext(), who, id, revision(c), func(set *rules.RuleSet) error {
		// A place that is named has to be there: else what was typed would stand in another rule's place.
		if n, err := strconv.Atoi(c.Params("place")); err == nil && n > len(set.Rules) {
			return db.ErrNotFound
		}
		at = find(len(set.Rules))
		before := set.Let
		in.apply(set, at)
		if used := in.removed(before, *set); at.names && len(used) > 0 {
			return used
		}
		at = in.settle(set, at)
		return nil
	})
	var refused desk.Unpublishable
	var used stillUsed
	switch {
	case errors.Is(err, db.ErrStale):
		return a.conflict(c, who, find, in)
	case errors.Is(err, desk.ErrUnreadable):
		return a.done(c, views.DraftPath(id)+"/text")
	case errors.As(err, &used):
		d, err := a.draft(c, who)
		if err != nil {
			return err
		}
		return a.refuseNames(d, in, used)
	case errors.As(err, &refused):
		return a.refuseRule(c, who, find, in, refused.Problems)
	case err != nil:
		return err
	}
	if in.move == "copy" {
		return a.savedRule(c, who, id, at, "rule-copied")
	}
	return a.savedRule(c, who, id, at, "rule-saved")
}

// savedRule answers with the draft as it now is.
func (a *App) savedRule(c *fiber.Ctx, who policy.Actor, id int64, at place, said string) error {
	address := fmt.Sprintf("%s?rule=%s", views.DraftPath(id), at)
	if !isPartial(c) {
		return c.Redirect(address+"&done="+said+"#editor", fiber.StatusSeeOther)
	}
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	d.said = views.Say(notices[said])
	c.Set("HX-Replace-Url", address)
	return d.show(at, d.saved(), nil)
}

// refuseRule answers what can't be kept, as it was typed: two rules of one name, say.
func (a *App) refuseRule(c *fiber.Ctx, who policy.Actor, find func(int) place, in typed, problems rules.Problems) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	at := find(len(d.Set.Rules))
	set := cloneSet(d.Set)
	in.apply(&set, at)
	for i := range problems { // what the text can't hold is said beside what was typed
		if !at.names {
			problems[i].Index, problems[i].Rule = at.index(), in.rule.Name
		}
	}
	j := d.judge(set)
	j.Problems = problems
	c.Status(fiber.StatusUnprocessableEntity)
	return d.show(at, j, nil)
}

// conflict answers who saves second: what they typed is kept, beside what the first one changed.
func (a *App) conflict(c *fiber.Ctx, who policy.Actor, find func(int) place, in typed) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	conflict, was, err := d.conflictSince(revision(c))
	if err != nil {
		return err
	}
	conflict.Kept = true
	c.Status(fiber.StatusConflict)
	if d.Broken {
		conflict.Kept = false
		conflict.Typed = rules.RuleSet{Rules: []rules.Rule{in.rule}}.Format()
		return d.showText(d.Source, d.Report.Problems, conflict)
	}
	at := find(max(len(was.Rules), len(d.Set.Rules)))
	if !at.fresh && !at.fallback && !at.names {
		if at.rule <= len(was.Rules) { // it may stand elsewhere by now
			name := was.Rules[at.rule-1].Name
			at.rule = 1 + slices.IndexFunc(d.Set.Rules, func(r rules.Rule) bool { return r.Name == name })
		}
		if at.rule < 1 || at.rule > len(d.Set.Rules) {
			conflict.Gone = true
			at = place{fresh: true, after: len(d.Set.Rules)}
		}
	}
	at.after = min(at.after, len(d.Set.Rules))
	set := cloneSet(d.Set)
	in.apply(&set, at)
	return d.show(at, d.judge(set), conflict)
}

// conflictSince is what others did to the draft since a revision of it was read.
func (d *drafted) conflictSince(revision int) (*views.DraftConflict, rules.RuleSet, error) {
	was, changes, err := d.app.Desk.DraftSince(d.c.UserContext(), d.Draft, revision)
	if err != nil {
		return nil, rules.RuleSet{}, err
	}
	return &views.DraftConflict{By: d.Author.Name(), At: d.UpdatedAt.In(d.app.zone(d.who)), Changes: d.g.Changes(changes)}, was, nil
}

// removeRule takes a rule out of the draft.
func (a *App) removeRule(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	n, err := c.ParamsInt("place")
	if err != nil {
		return db.ErrNotFound
	}
	var at place
	_, err = a.Desk.EditDraft(c.UserContext(), who, id, revision(c), func(set *rules.RuleSet) error {
		if n < 1 || n > len(set.Rules) {
			return db.ErrNotFound
		}
		set.Rules = slices.Delete(set.Rules, n-1, n)
		at = placeNamed(strconv.Itoa(min(n, len(set.Rules))), "", len(set.Rules))
		return nil
	})
	switch {
	case errors.Is(err, db.ErrStale):
		return a.overtakenDraft(c, who)
	case errors.Is(err, desk.ErrUnreadable):
		return a.done(c, views.DraftPath(id)+"/text")
	case err != nil:
		return err
	}
	return a.savedRule(c, who, id, at, "rule-removed")
}

// overtakenDraft answers, where nothing was typed, with the draft as others have left it.
func (a *App) overtakenDraft(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	conflict, _, err := d.conflictSince(revision(c))
	if err != nil {
		return err
	}
	c.Status(fiber.StatusConflict)
	if d.Broken {
		return d.showText(d.Source, d.Report.Problems, conflict)
	}
	return d.show(placeNamed(c.Params("place"), "", len(d.Set.Rules)), d.saved(), conflict)
}
