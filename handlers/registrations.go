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

// registrations lists who waits to be let in, and the codes by which they come.
func (a *App) registrations(c *fiber.Ctx, who policy.Actor) error {
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // what is no number is the beginning
	words := clean(c.Query("q"))
	waiting, err := a.Desk.Waiting(c.UserContext(), who, after, words)
	if err != nil {
		return err
	}
	p := &views.Registrations{Words: words, More: len(waiting.Codes) > desk.CodesShown}
	p.Title, p.Here = views.T(a.lang(c), "registrations.title"), "contacts"
	if who.Staff() {
		p.Here = "registrations"
	}
	if who.Staff() {
		at, err := a.Desk.Reception(c.UserContext())
		if err != nil {
			return err
		}
		if at.Account.ID != 0 {
			p.Reception = "/contacts?" + url.Values{"account": {at.Account.ClientNumber}}.Encode()
		}
	}
	p.Find = p.More || words != ""
	for _, r := range waiting.List {
		request := ""
		if r.CaseID != 0 {
			request = r.CaseID.String()
		}
		p.List = append(p.List, views.RegistrationRow{Request: request, ID: r.ID, Name: r.Name, Email: r.Email, Account: r.Account, Client: r.ClientNumber,
			At: r.CreatedAt.In(a.zone(who)), Until: r.ExpiresAt.In(a.zone(who))})
	}
	if waiting.More {
		q := url.Values{"after": {strconv.FormatInt(waiting.List[len(waiting.List)-1].ID, 10)}}
		if words != "" {
			q.Set("q", words)
		}
		p.Next = "/registrations?" + q.Encode()
	}
	for _, code := range waiting.Codes[:min(len(waiting.Codes), desk.CodesShown)] {
		p.Codes = append(p.Codes, views.CodeRow{Account: code.Account, Name: code.Name, Client: code.ClientNumber, Code: code.Code})
	}
	return a.page(c, who, p)
}

// approve lets somebody in who waits.
func (a *App) approve(c *fiber.Ctx, who policy.Actor) error {
	return a.decideRegistration(c, "registration-approved", func(id int64) error { return a.Desk.Approve(c.UserContext(), who, id) })
}

// refuseRegistration does not.
func (a *App) refuseRegistration(c *fiber.Ctx, who policy.Actor) error {
	return a.decideRegistration(c, "registration-refused", func(id int64) error { return a.Desk.Refuse(c.UserContext(), who, id) })
}

// decideRegistration answers a decision. A second click is no mistake, nor is another administrator who was quicker: the
// page says how it was decided.
func (a *App) decideRegistration(c *fiber.Ctx, done string, decide func(id int64) error) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return db.ErrNotFound
	}
	err = decide(id)
	var decided desk.Decided
	switch {
	case errors.As(err, &decided) && decided.As == db.Approved:
		done = "registration-was-approved"
	case errors.As(err, &decided):
		done = "registration-was-refused"
	case err != nil:
		return err
	}
	return a.done(c, "/registrations?done="+done)
}

// renewCode gives an account another registration code.
func (a *App) renewCode(c *fiber.Ctx, who policy.Actor) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return db.ErrNotFound
	}
	done := "code-renewed"
	err = a.Desk.RenewCode(c.UserContext(), who, id, clean(c.FormValue("was")))
	switch {
	case errors.Is(err, db.ErrStale):
		done = "code-was-renewed"
	case err != nil:
		return err
	}
	return a.done(c, "/registrations?done="+done)
}
