package handlers

import (
	"errors"
	"net/url"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// beginFollowUp fills in a form that is to follow up a case, if it is one, as that case's was. What the address says itself
// counts more.
func (a *App) beginFollowUp(c *fiber.Ctx, who policy.Actor, raw url.Values) error {
	if !raw.Has("follows") {
		return nil
	}
	n, ok := db.ParseNumber(raw.Get("follows"))
	if !ok {
		return db.ErrNotFound
	}
	begun, err := a.Desk.FollowUp(c.UserContext(), who, n)
	if err != nil {
		return err
	}
	if begun.Item != c.Params("item") {
		return db.ErrNotFound
	}
	for key, values := range begun.Raw {
		if !raw.Has(key) {
			raw[key] = values
		}
	}
	if begun.For != 0 && !raw.Has("for") {
		raw.Set("for", strconv.FormatInt(begun.For, 10))
	}
	return nil
}

// resumeFollowUp has a form that was begun to follow up a case be an ordinary one where that can't be followed up any more.
func (a *App) resumeFollowUp(c *fiber.Ctx, who policy.Actor, left url.Values) error {
	err := a.beginFollowUp(c, who, left)
	if errors.Is(err, desk.ErrState) || errors.Is(err, db.ErrNotFound) || errors.As(err, new(policy.Forbidden)) {
		left.Del("follows")
		return nil
	}
	return err
}

// linked are the cases that a case is tied to, as its page lists them.
func linked(ties db.CaseTies) []views.CaseLink {
	list := make([]views.CaseLink, len(ties.Linked))
	for i, l := range ties.Linked {
		lead := views.Say("states.link.follows")
		if l.FollowUp {
			lead = views.Say("states.link.followed")
		}
		list[i] = views.CaseLink{Lead: lead, Number: l.ID.String(), Href: l.Path(), Title: l.Title, State: l.State}
	}
	return list
}

// reopenField is the part of the portal's set-up that says how long solved cases wait to be closed.
func reopenField(in desk.ReopenContent) views.SetupField {
	days := lineField("reopen_days", "states.setup.days", in.Days, "text")
	days.Inputs[0].Short = true
	days.Help = views.Say("states.setup.days.help", "Most", desk.MostReopenDays)
	return days
}
