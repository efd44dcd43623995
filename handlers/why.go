package handlers

import (
	"context"
	"errors"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// why tells beside a case why it was decided as it was: which rules won, from what was kept with it. The rest is fetched
// by who asks for it.
func (a *App) why(ctx context.Context, who policy.Actor, r *reading) (*views.Why, error) {
	corrections, err := r.corrections(ctx)
	if err != nil {
		return nil, err
	}
	w := &views.Why{Path: r.kase.Path()}
	t := teller{lang: r.lang}
	since := t.since(corrections, a.zone(who))
	for _, name := range rules.OutcomeNames {
		if by := r.kase.Decision.By.Rules(name); len(by) > 0 {
			o := views.StoryOutcome{Name: views.OutcomeName(name), Value: views.OutcomeValue(r.lang, name, r.kase.Decision.Outcomes.Value(name)), Since: since[name]}
			for _, rule := range by {
				o.Rules = append(o.Rules, views.StoryRule{Name: rule, Default: rule == rules.ByDefault})
			}
			w.Outcomes = append(w.Outcomes, o)
		}
	}
	return w, nil
}

// corrections are what people changed of the decision. Where all of the history was read, they stand in it.
func (r *reading) corrections(ctx context.Context) (list []db.Entry, err error) {
	if r.told.Earlier > 0 || !r.internal {
		return r.app.DB.Corrections(ctx, r.app.Judge.Scope(r.who, policy.See), r.kase.ID)
	}
	for _, e := range r.told.Entries {
		if e.Change != nil && e.Change.Correction {
			list = append(list, e)
		}
	}
	return list, nil
}

// showWhy tells staff the whole story of why a case was decided as it was: on a page, or in the fold beside the case.
func (a *App) showWhy(c *fiber.Ctx, who policy.Actor) error {
	kase, err := a.seen(c, who)
	if err != nil {
		return err
	}
	told, err := a.Desk.Why(c.UserContext(), who, kase)
	if err != nil {
		return err
	}
	t := a.teller(a.lang(c), kase, told)
	if told.NamesColleagues() {
		published, err := a.DB.Published(c.UserContext())
		if err != nil {
			return err
		}
		t.g.Staff = published.Staff
	}
	p := &views.StoryPage{Number: kase.ID.String(), About: kase.ShortDescription, Story: t.story()}
	changes, err := a.changesSince(c.UserContext(), who, kase)
	if err != nil {
		return err
	}
	since := t.since(changes, a.zone(who))
	for i, o := range p.Story.Outcomes {
		p.Story.Outcomes[i].Since = since[o.Key]
	}
	if a.Judge.May(who, policy.Configure) {
		if err := a.leadOn(c.UserContext(), &p.Story, kase); err != nil {
			return err
		}
	}
	if isPartial(c) {
		return a.partial(c, &p.Story)
	}
	p.Title, p.Here = views.T(t.lang, "agent.why")+" · "+p.Number, "cases"
	return a.page(c, who, p)
}

// changesSince are what people changed of what the rules decided. Taking a case that rules gave to nobody is no such change.
func (a *App) changesSince(ctx context.Context, who policy.Actor, kase db.Case) ([]db.Entry, error) {
	scope := a.Judge.Scope(who, policy.See)
	list, err := a.DB.Corrections(ctx, scope, kase.ID)
	if err != nil || kase.Decision.Outcomes.Assignee == "" {
		return list, err
	}
	last, err := a.DB.LastChange(ctx, scope, kase.ID, "assignee")
	switch {
	case errors.Is(err, db.ErrNotFound):
		return list, nil
	case err != nil:
		return nil, err
	case last.PersonID != 0:
		list = append(list, last)
	}
	return list, nil
}

// leadOn adds where who looks after the rules goes on to: the version, a trial of the case, an example of it.
func (a *App) leadOn(ctx context.Context, s *views.Story, kase db.Case) error {
	s.Href = "/rules/versions/" + strconv.Itoa(kase.RuleVersion)
	s.MayHref = whyPath(desk.WhyMay{Case: kase.ID.String()})
	drafts, err := a.DB.RuleDrafts(ctx)
	if err != nil {
		return err
	}
	s.TryHref = "/rules/try?try-case=" + kase.ID.String()
	if len(drafts) > 0 {
		s.TryHref = views.DraftPath(drafts[0].ID) + "/try?try-case=" + kase.ID.String()
		s.KeepHref = s.TryHref + "#keep"
	}
	for i, o := range s.Otherwise {
		if o.Found {
			s.Otherwise[i].Href = s.TryHref + "&" + o.Query
		}
	}
	return nil
}
