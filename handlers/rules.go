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
	p.Title, p.Here, p.Tabs = views.T(a.lang(c), "rules.title"), "rules", rulesTabs("/rules")
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
	if p.Second, err = a.Desk.SecondPerson(ctx, a.DB); err != nil {
		return nil, err
	}
	proposals, err := a.DB.Proposals(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range proposals {
		if line, shown := a.proposalLine(who, w); shown {
			p.Waiting = append(p.Waiting, line)
		}
	}
	if len(newest) == 0 {
		return p, nil
	}
	p.Version = a.versionLines(who, newest[:1])[0]
	if p.Version.RestoredFrom != 0 {
		if p.Open, err = a.DB.CountDecidedBy(ctx, p.Version.Version-1); err != nil {
			return nil, err
		}
		if p.Open > 0 {
			p.Away = p.Version.Version - 1
		}
	}
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
		if !list[i].PlannedFor.IsZero() {
			list[i].PlannedFor = list[i].PlannedFor.In(a.provider().Zone)
		}
	}
	return list
}

// post is where a form goes, with its token.
func (a *App) post(c *fiber.Ctx, action string) views.Post {
	return views.Post{Action: action, CSRF: a.csrf(c)}
}

// glossary is how conditions are said in the reader's language.
func (a *App) glossary(c *fiber.Ctx) (views.Glossary, error) {
	items, vocabulary, err := a.Desk.Catalog(c.UserContext())
	if err != nil {
		return views.Glossary{}, err
	}
	g := views.NewGlossary(a.lang(c), vocabulary.Facts(), items)
	g.Staff, err = a.DB.StaffNames(c.UserContext())
	return g, err
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

// rulesTabs lead to what there is to see of the rule set as a whole.
func rulesTabs(here string) []views.CompareLink {
	var tabs []views.CompareLink
	for _, t := range [][2]string{{"/rules", "drafts.tab.live"}, {"/rules/try", "rules.tab.try"}, {"/rules/check", "rules.tab.check"}, {"/rules/language", "language.tab"}, {"/rules/shadows", "backtest.shadows"}, {"/rules/replay", "replay.link"}} {
		tabs = append(tabs, views.CompareLink{Label: views.Say(t[1]), Href: t[0], Current: t[0] == here})
	}
	return tabs
}

// createDraft begins a draft from what is live, from a version or from another draft. Complaints stand in the form that
// was sent, on its own page.
func (a *App) createDraft(c *fiber.Ctx, who policy.Actor) error {
	name := c.FormValue("name")
	var from desk.Origin
	from.Version, _ = strconv.Atoi(c.FormValue("from-version"))
	from.Draft, _ = strconv.ParseInt(c.FormValue("from-draft"), 10, 64)
	draft, err := a.Desk.BeginDraftFrom(c.UserContext(), who, name, from)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		p, err := a.rulesPage(c, who)
		if err != nil {
			return err
		}
		p.Begin.Name, p.Begin.Complaint, p.Begin.Version, p.Begin.Draft = clean(name), complaintOf(invalid, "name"), from.Version, from.Draft
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
	this, err := a.versionSide(c, n)
	if err != nil {
		return nil, err
	}
	line, _, err := a.DB.RuleVersions(ctx, n+1)
	if err != nil {
		return nil, err
	}
	p := &views.VersionPage{Version: a.versionLines(who, line[:1])[0], Source: this.source, First: n == 1,
		Href: fmt.Sprintf("/cases?list=all&version=%d", n), Begin: views.BeginDraft{Post: a.post(c, "/rules/drafts"), Version: n}}
	p.Title, p.Here = views.T(a.lang(c), "rules.version.title", "N", n), "rules"
	if p.Live, err = a.DB.LiveVersion(ctx); err != nil {
		return nil, err
	}
	decided, err := a.DB.CountCases(ctx, a.Judge.Scope(who, policy.See), db.CaseFilter{Version: n}, db.CountCap+1)
	if err != nil {
		return nil, err
	}
	p.Cases = views.Count("drafts.cases.count", decided, "Count", views.Number(a.lang(c), decided))
	if decided > db.CountCap {
		p.Cases = views.Say("drafts.cases.many", "Count", views.Number(a.lang(c), db.CountCap))
	}
	if p.Open, err = a.DB.CountDecidedBy(ctx, n); err != nil {
		return nil, err
	}
	g, err := a.glossary(c)
	if err != nil {
		return nil, err
	}
	usual := n - 1
	if usual == 0 { // the first changed nothing
		usual = p.Live
	}
	with, err := against(c, usual, p.Live)
	if err != nil {
		return nil, err
	}
	other, err := a.versionSide(c, with)
	if err != nil {
		return nil, err
	}
	var often []quick
	if n > 1 {
		often = append(often, quick{n - 1, "drafts.against.before"})
	}
	if n != p.Live && n-1 != p.Live {
		often = append(often, quick{p.Live, "drafts.against.live"})
	}
	p.Changes = compare(c, g, fmt.Sprintf("/rules/versions/%d", n), with, p.Live, often, other, this)
	if p.Live == n {
		return p, nil
	}
	live, err := a.versionSide(c, p.Live)
	if err != nil {
		return nil, err
	}
	p.Back = &views.RollBack{Post: a.post(c, fmt.Sprintf("/rules/versions/%d/restoration", n)), Version: n, Live: p.Live,
		Changes: len(rules.Diff(live.set, this.set)), Note: views.T(a.lang(c), "drafts.back.note", "N", n, "Note", p.Version.Note)}
	p.Back.Alone, err = a.Desk.SecondPerson(ctx, a.DB)
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
