package handlers

import (
	"errors"
	"strconv"
	"time"

	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// newPassword is the field in which a password is chosen; the address tells what it still lacks, while it is typed.
func newPassword(judge string) views.NewPassword {
	return views.NewPassword{Judge: judge, Requirements: requirementsOf("")}
}

// judgePassword shows what was wrong with the password that came.
func judgePassword(p *views.NewPassword, password string, invalid desk.Invalid, own ...string) {
	p.Complaint, p.Requirements = complaintOf(invalid, "password"), requirementsOf(password, own...)
}

func requirementsOf(password string, own ...string) views.Requirements {
	var r views.Requirements
	for _, one := range desk.Requirements(password, own...) {
		r.List = append(r.List, views.Requirement{Key: one.Key, Met: one.Met})
		if one.Met {
			r.Met++
		}
	}
	return r
}

// requirements tells what the password that came still lacks, for somebody with these names and addresses.
func (a *App) requirements(c *fiber.Ctx, own ...string) error {
	r := requirementsOf(c.FormValue("password"), own...)
	return a.partial(c, &r)
}

func (a *App) ownRequirements(c *fiber.Ctx, who policy.Actor) error {
	return a.requirements(c, who.Person.Name(), who.Person.Email)
}

func (a *App) forgotten(c *fiber.Ctx, who policy.Actor) error {
	return a.showForgotten(c, who, &views.ForgottenPassword{Email: c.Query("email"), Sent: c.Query("done") == "sent"})
}

func (a *App) showForgotten(c *fiber.Ctx, who policy.Actor, p *views.ForgottenPassword) error {
	p.Title, p.Layout = views.T(a.lang(c), "gate.forgotten.title"), "gate"
	return a.page(c, who, p)
}

// forgetPassword answers the same for every address.
func (a *App) forgetPassword(c *fiber.Ctx, who policy.Actor) error {
	p := &views.ForgottenPassword{Email: c.FormValue("email")}
	if !trapped(c) {
		err := a.Desk.ForgotPassword(c.UserContext(), p.Email, address(c))
		var invalid desk.Invalid
		var throttled desk.Throttled
		switch {
		case errors.As(err, &invalid):
			p.Complaint = complaintOf(invalid, "email")
			c.Status(fiber.StatusUnprocessableEntity)
			return a.showForgotten(c, who, p)
		case errors.As(err, &throttled):
			p.Complaint = a.slowDown(c, throttled)
			return a.showForgotten(c, who, p)
		case err != nil:
			return err
		}
	}
	return c.Redirect("/forgotten-password?done=sent", fiber.StatusSeeOther)
}

// slowDown is what somebody is told who tried too often, and when they may again.
func (a *App) slowDown(c *fiber.Ctx, throttled desk.Throttled) views.Message {
	c.Status(fiber.StatusTooManyRequests)
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(throttled.Wait/time.Second)+1))
	return views.Say("session.throttled", "Minutes", int(throttled.Wait/time.Minute)+1)
}

func (a *App) passwordPage(c *fiber.Ctx) *views.ChangePassword {
	p := &views.ChangePassword{New: newPassword("/password/requirements")}
	p.Title = views.T(a.lang(c), "gate.password.title")
	return p
}

func (a *App) password(c *fiber.Ctx, who policy.Actor) error {
	p := a.passwordPage(c)
	p.Email = who.Person.Email
	return a.page(c, who, p)
}

func (a *App) changePassword(c *fiber.Ctx, who policy.Actor) error {
	err := a.Desk.ChangePassword(c.UserContext(), who, c.FormValue("current"), c.FormValue("password"), session(c).ID)
	var invalid desk.Invalid
	var throttled desk.Throttled
	p := a.passwordPage(c)
	p.Email = who.Person.Email
	switch {
	case errors.As(err, &invalid):
		p.Current = complaintOf(invalid, "current")
		judgePassword(&p.New, c.FormValue("password"), invalid, who.Person.Name(), who.Person.Email)
		return a.refuse(c, who, p, p)
	case errors.As(err, &throttled):
		p.Current = a.slowDown(c, throttled)
		return a.page(c, who, p)
	case err != nil:
		return err
	}
	return a.done(c, "/password?done=password-changed")
}

func (a *App) emailPage(c *fiber.Ctx, who policy.Actor) *views.ChangeEmail {
	p := &views.ChangeEmail{Now: who.Person.Email}
	p.Title = views.T(a.lang(c), "gate.email.title")
	return p
}

func (a *App) email(c *fiber.Ctx, who policy.Actor) error {
	return a.page(c, who, a.emailPage(c, who))
}

func (a *App) changeEmail(c *fiber.Ctx, who policy.Actor) error {
	p := a.emailPage(c, who)
	p.Email = c.FormValue("email")
	err := a.Desk.ChangeEmail(c.UserContext(), who, c.FormValue("current"), p.Email, address(c))
	var invalid desk.Invalid
	var throttled desk.Throttled
	switch {
	case errors.As(err, &invalid):
		p.Current, p.Complaint = complaintOf(invalid, "current"), complaintOf(invalid, "email")
		return a.refuse(c, who, p, p)
	case errors.As(err, &throttled):
		p.Current = a.slowDown(c, throttled)
		return a.page(c, who, p)
	case err != nil:
		return err
	}
	return a.done(c, "/email?done=email-asked")
}
