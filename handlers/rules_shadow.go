package handlers

import (
	"errors"

	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// createShadow begins to ask a draft about new cases, beside what is live.
func (a *App) createShadow(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	submission, err := uuid.Parse(c.FormValue("submission"))
	if err != nil {
		submission = uuid.New()
	}
	_, err = a.Desk.BeginShadow(c.UserContext(), who, id, submission)
	switch {
	case errors.Is(err, desk.ErrUnderWay): // by who was quicker: it is there, as was wished
	case errors.Is(err, desk.ErrUnreadable):
		return a.done(c, views.DraftPath(id)+"/text")
	case err != nil:
		return err
	}
	return a.done(c, views.DraftPath(id)+"/backtest")
}

// shadows lists the drafts that are asked about new cases beside what is live, and those that were.
func (a *App) shadows(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	list, err := a.DB.Backtests(c.UserContext(), 0)
	if err != nil {
		return err
	}
	p := &views.ShadowsPage{}
	p.Title, p.Here = views.T(a.lang(c), "backtest.shadows"), "rules"
	for _, l := range list {
		p.Lines = append(p.Lines, a.backtestLine(l, a.zone(who)))
	}
	return a.page(c, who, p)
}
