package handlers

import (
	"errors"
	"strconv"
	"time"

	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// signUpPage shows where people ask to be let in, while that is open.
func (a *App) signUpPage(c *fiber.Ctx, who policy.Actor) error {
	if who.SignedIn() {
		return c.Redirect("/", fiber.StatusSeeOther)
	}
	open, err := a.Desk.Doors(c.UserContext())
	switch {
	case err != nil:
		return err
	case open.SignUp == desk.SignUpInvitation: // they may have kept the address
		return c.Redirect("/sign-in?done=by-invitation", fiber.StatusSeeOther)
	}
	return a.page(c, who, a.signUpForm(c, open, desk.SignUp{Submission: uuid.New()}, nil))
}

// signUpForm is the form as it was sent, with what is wrong with it.
func (a *App) signUpForm(c *fiber.Ctx, open desk.Doors, in desk.SignUp, wrong desk.Invalid) *views.SignUpPage {
	p := &views.SignUpPage{Sent: c.Query("done") == "sent", ByCode: open.SignUp == desk.SignUpByCode, Token: in.Submission.String(),
		Fields: a.senderFields(in.Name, in.Email, wrong)}
	p.Title, p.Layout = views.T(a.lang(c), "signup.title"), "gate"
	if p.ByCode {
		p.Fields = append(p.Fields, views.Field{Key: "code", Type: "text", Fill: "off", Value: in.Code, Most: 60, Helped: true, Code: true,
			Complaint: senderComplaint(wrong, "code")})
	}
	p.Errors = fieldErrors(p.Fields)
	return p
}

// senderFields ask people who they are.
func (a *App) senderFields(name, email string, wrong desk.Invalid) []views.Field {
	return []views.Field{
		{Key: "name", Type: "text", Fill: "name", Value: name, Most: 200, Complaint: senderComplaint(wrong, "name")},
		{Key: "email", Type: "email", Fill: "email", Value: email, Most: 320, Helped: true, Complaint: senderComplaint(wrong, "email")},
	}
}

// senderComplaint is what is wrong with a field; empty where nothing is.
func senderComplaint(wrong desk.Invalid, field string) views.Message {
	c, ok := wrong[field]
	if !ok {
		return views.Message{}
	}
	return views.Message{Key: c.Code, Args: named(c.Args)}
}

// fieldErrors are the lines of a form's summary for those of its fields that are wrong.
func fieldErrors(fields []views.Field) (list []views.FormError) {
	for _, f := range fields {
		if !f.Wrong() {
			continue
		}
		label := rules.Text{}
		for _, lang := range views.Languages {
			label[lang] = f.Label().In(lang)
		}
		list = append(list, views.FormError{Target: "q-" + f.Key, Label: label, Text: f.Complaint})
	}
	return list
}

// signUp takes down that somebody asks to be let in. Whatever is known of their address, the answer is the same.
func (a *App) signUp(c *fiber.Ctx, who policy.Actor) error {
	const sent = "/sign-up?done=sent"
	if who.SignedIn() {
		return c.Redirect("/", fiber.StatusSeeOther)
	}
	open, err := a.Desk.Doors(c.UserContext())
	switch {
	case err != nil:
		return err
	case open.SignUp == desk.SignUpInvitation: // they may have kept the address
		return c.Redirect("/sign-in?done=by-invitation", fiber.StatusSeeOther)
	case trapped(c):
		return c.Redirect(sent, fiber.StatusSeeOther)
	}
	in := desk.SignUp{Name: c.FormValue("name"), Email: c.FormValue("email"), Code: c.FormValue("code"), Language: a.lang(c),
		Client: c.IP(), Submission: submission(c)}
	err = a.Desk.SignUp(c.UserContext(), in)
	var invalid desk.Invalid
	var throttled desk.Throttled
	switch {
	case err == nil:
		return c.Redirect(sent, fiber.StatusSeeOther)
	case errors.As(err, &invalid):
		p := a.signUpForm(c, open, in, invalid)
		return a.refuse(c, who, p, p)
	case errors.As(err, &throttled):
		p := a.signUpForm(c, open, in, nil)
		p.Errors = append(p.Errors, later(c, throttled))
		return a.page(c, who, p)
	}
	return err
}

// later says, above a form that is given back as it was sent, that it came too often.
func later(c *fiber.Ctx, t desk.Throttled) views.FormError {
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(t.Wait/time.Second)+1))
	c.Status(fiber.StatusTooManyRequests)
	return views.FormError{Text: views.Say("signup.throttled", "Minutes", int(t.Wait/time.Minute)+1)}
}
