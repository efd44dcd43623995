package handlers

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// rules shows the rule set that is live, the drafts and the versions.
func (a *App) rules(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.rulesPage(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) rulesPage(c *fiber.Ctx, who policy.Actor) (*views.RulesPage, error) {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return nil, err
	}
	ctx := c.UserContext()
	p := &views.RulesPage{Before: min(max(0, c.QueryInt("before")), math.MaxInt32), Begin: views.BeginDraft{Post: a.post(c, "/rules/drafts")}}
	p.Title, p.Here = views.T(a.lang(c), "rules.title"), "rules"
	newest, _, err := a.DB.RuleVersions(ctx, 0)
	if err != nil {
		return nil, err
	}
	list, older, err := a.DB.RuleVersions(ctx, p.Before)
	if err != nil {
		return nil, err
	}
	p.Versions = a.versionLines(who, list)
	if older {
		p.Older = fmt.Sprintf("/rules?before=%d#versions", list[len(list)-1].Version)
	}
	if p.Drafts, err = a.DB.RuleDrafts(ctx); err != nil {
		return nil, err
	}
	for i := range p.Drafts {
		p.Drafts[i].UpdatedAt = p.Drafts[i].UpdatedAt.In(a.zone(who))
	}
	if len(newest) == 0 {
		return p, nil
	}
	p.Version = a.versionLines(who, newest[:1])[0]
	set, err := a.Desk.PublishedRules(ctx, who, p.Version.Version)
	if err != nil {
		return nil, err
	}
	g, err := a.glossary(c)
	if err != nil {
		return nil, err
	}
	p.Lines, p.Names = ruleLines(g, set), sharedNames(set)
	p.Alarm, err = a.rulesAlarm(ctx, g, set)
	return p, err
}

func (a *App) versionLines(who policy.Actor, list []db.VersionLine) []db.VersionLine {
	for i := range list {
		list[i].PublishedAt = list[i].PublishedAt.In(a.zone(who))
	}
	return list
}

// post is where a form goes, with its token.
func (a *App) post(c *fiber.Ctx, action string) views.Post {
	return views.Post{Action: action, CSRF: a.csrf(c)}
}

// glossary is how conditions are said in the reader's language.
func (a *App) glossary(c *fiber.Ctx) (views.Glossary, error) {
	_, vocabulary, err := a.Desk.World(c.UserContext())
	if err != nil {
		return views.Glossary{}, err
	}
	published, err := a.DB.Published(c.UserContext())
	if err != nil {
		return views.Glossary{}, err
	}
	g := views.NewGlossary(a.lang(c), vocabulary.Facts(), published.Items)
	g.Staff = published.Staff
	return g, nil
}

// ruleLines are the rules as sentences, the default last.
func ruleLines(g views.Glossary, set rules.RuleSet) []views.RuleLine {
	lines := make([]views.RuleLine, 0, len(set.Rules)+1)
	for i, r := range set.Rules {
		lines = append(lines, views.RuleLine{ID: "rule-" + strconv.Itoa(i+1), Number: i + 1, Name: r.Name, When: r.When,
			Words: g.Condition(r.When), Then: g.Outcomes(r.Then), Off: r.Off})
	}
	return append(lines, views.RuleLine{ID: "rule-default", Default: true, Then: g.Outcomes(set.Default.Outcomes)})
}

func sharedNames(set rules.RuleSet) []views.SharedName {
	var list []views.SharedName
	for _, l := range set.Let {
		list = append(list, views.SharedName{Name: l.Name, Expr: l.Expr})
	}
	return list
}

// createDraft begins a draft from what is live.
func (a *App) createDraft(c *fiber.Ctx, who policy.Actor) error {
	name := c.FormValue("name")
	draft, err := a.Desk.BeginDraft(c.UserContext(), who, name)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		p, err := a.rulesPage(c, who)
		if err != nil {
			return err
		}
		p.Begin.Name, p.Begin.Complaint = clean(name), complaintOf(invalid, "name")
		return a.refuse(c, who, p, &p.Begin)
	case err != nil:
		return err
	}
	return a.done(c, views.DraftPath(draft.ID))
}

// complaintOf is what is wrong with a field, for its catalogue.
func complaintOf(invalid desk.Invalid, field string) views.Message {
	wrong, found := invalid[field]
	if !found {
		return views.Message{}
	}
	return views.Message{Key: wrong.Code, Args: wrong.Args}
}

// ruleVersion shows one version of the rule set.
func (a *App) ruleVersion(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.versionPage(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) versionPage(c *fiber.Ctx, who policy.Actor) (*views.VersionPage, error) {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return nil, err
	}
	ctx := c.UserContext()
	n, err := c.ParamsInt("version")
	if err != nil || n < 1 || n > 1<<30 {
		return nil, db.ErrNotFound
	}
	version, err := a.DB.RuleVersion(ctx, n)
	if err != nil {
		return nil, err
	}
	line, _, err := a.DB.RuleVersions(ctx, n+1)
	if err != nil {
		return nil, err
	}
	p := &views.VersionPage{Version: a.versionLines(who, line[:1])[0], Source: version.Source, First: n == 1}
	p.Title, p.Here = views.T(a.lang(c), "rules.version.title", "N", n), "rules"
	if p.Live, err = a.DB.LiveVersion(ctx); err != nil {
		return nil, err
	}
	g, err := a.glossary(c)
	if err != nil {
		return nil, err
	}
	between := func(from, to int) ([]views.RuleChange, error) {
		old, err := a.Desk.PublishedRules(ctx, who, from)
		if err != nil {
			return nil, err
		}
		set, err := a.Desk.PublishedRules(ctx, who, to)
		return g.Changes(rules.Diff(old, set)), err
	}
	if !p.First {
		if p.Since, err = between(n-1, n); err != nil {
			return nil, err
		}
	}
	if p.Live != n {
		p.Back = &views.RollBack{Post: a.post(c, fmt.Sprintf("/rules/versions/%d/restoration", n)), Version: n}
		p.ToLive, err = between(p.Live, n)
	}
	return p, err
}

// restoreVersion publishes an earlier version again.
func (a *App) restoreVersion(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.versionPage(c, who)
	if err != nil {
		return err
	}
	if p.Back == nil { // somebody else was quicker, or it was pressed twice
		return db.ErrStale
	}
	note := c.FormValue("note")
	_, err = a.Desk.RollBack(c.UserContext(), who, p.Version.Version, note)
	var invalid desk.Invalid
	var unpublishable desk.Unpublishable
	switch {
	case errors.As(err, &invalid):
		p.Back.Complaint = complaintOf(invalid, "note")
	case errors.As(err, &unpublishable):
		g, err := a.glossary(c)
		if err != nil {
			return err
		}
		set, _ := rules.Parse(p.Source)
		p.Back.Refused = problemList(g, set, p.Source, "", unpublishable.Problems)
		p.Back.Red = exampleLines(g, failedExamples(unpublishable.Results))
	case err != nil:
		return err
	default:
		return a.done(c, "/rules?done=rules-restored")
	}
	p.Back.Note = note
	return a.refuse(c, who, p, p.Back)
}
