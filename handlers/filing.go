package handlers

import (
	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// filing tells staff how a case came in by the reception, and offers to file it where it belongs.
func (a *App) filing(c *fiber.Ctx, who policy.Actor, w workOn, t *views.AgentTools) error {
	words := ""
	if c.Method() == fiber.MethodGet {
		words = clean(c.Query("account"))
	}
	f, err := a.Desk.Filing(c.UserContext(), who, w.kase, words)
	if err != nil || f == nil {
		return err
	}
	if f.Unproven {
		t.Unproven = &views.Unproven{Name: f.Claim.Name, Email: f.Claim.Email, At: f.Claim.CreatedAt.In(a.zone(who))}
	}
	if !f.Files {
		return nil
	}
	form := &views.FilingForm{Post: views.Post{Action: w.kase.Path() + "/account", CSRF: a.csrf(c)}, Back: w.back, Submission: uuid.NewString(),
		Was: desk.Now(w.kase, "account"), Path: w.kase.Path(), Words: words, Searched: words != "", More: f.More, Joins: f.Joins, Asks: f.Asks, Sender: f.Sender.Name()}
	chosen := ""
	if w.field == "account" {
		form.Problem, chosen = w.problem, w.chosen
	}
	add := func(list []db.AccountLine, suggested bool) {
		for _, line := range list {
			form.Options = append(form.Options, views.FilingOption{Client: line.ClientNumber, Name: line.Name, Suggested: suggested, Chosen: line.ClientNumber == chosen})
		}
	}
	add(f.Suggested, true)
	add(f.Found, false)
	t.Filing = form
	return nil
}

// fileCase files a case that came in by the reception under an account.
func (a *App) fileCase(c *fiber.Ctx, who policy.Actor) error {
	return a.change(c, who, "account", "agent.done.account", func(n db.Number, in desk.Edit) (db.Case, error) {
		return a.Desk.FileUnder(c.UserContext(), who, n, desk.FileUnder{Edit: in, ClientNumber: c.FormValue("to"), Joins: c.FormValue("joins") == "yes",
			Asks: c.FormValue("asks") == "yes"})
	})
}
