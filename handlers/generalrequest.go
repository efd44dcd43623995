package handlers

import (
	"errors"
	"net/url"

	"portico/db/standard"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// requestPage shows where something can be asked for without an account, while that is open. Who is signed in asks as ever.
func (a *App) requestPage(c *fiber.Ctx, who policy.Actor) error {
	if who.SignedIn() {
		return c.Redirect(itemPath(standard.GeneralRequest.Key), fiber.StatusSeeOther)
	}
	in := desk.FirstRequest{Raw: url.Values{}, Submission: uuid.New()}
	p, err := a.requestForm(c, in, rules.Refresh, nil)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// requestForm is the form as it was sent, with what is wrong with it.
func (a *App) requestForm(c *fiber.Ctx, in desk.FirstRequest, mode rules.Mode, wrong desk.Invalid) (*views.RequestPage, error) {
	sheet, err := a.Desk.RequestForm(c.UserContext(), in.Raw, mode)
	if err != nil {
		return nil, err
	}
	f := &filled{Sheet: sheet, app: a, lang: a.lang(c)}
	p := &views.RequestPage{Sent: c.Query("done") == "sent", Name: sheet.Item.Name, Token: in.Submission.String(),
		Fields: a.senderFields(in.Name, in.Email, wrong), Submit: sheet.Item.Submit, Hours: hoursInWords(f.lang, sheet.Calendar)}
	p.Title, p.Layout = views.T(f.lang, "request.title"), "page-narrow"
	if p.Sent {
		p.Layout = "gate"
	}
	if len(sheet.Form.Form.Submit) > 0 {
		p.Submit = sheet.Form.Form.Submit
	}
	p.Errors = fieldErrors(p.Fields)
	for _, q := range sheet.Filled.Asked {
		v := f.question(q)
		p.Questions = append(p.Questions, v)
		if v.Wrong() {
			p.Errors = append(p.Errors, views.FormError{Target: v.Target(), Label: q.Label, Text: v.Complaint})
		}
	}
	return p, nil
}

// createRequest opens a case for somebody who is not signed in. Whatever is known of their address, the answer is the same.
func (a *App) createRequest(c *fiber.Ctx, who policy.Actor) error {
	const sent = "/general-request?done=sent"
	if who.SignedIn() {
		return c.Redirect(itemPath(standard.GeneralRequest.Key), fiber.StatusSeeOther)
	}
	raw, _ := fieldsOf(c)
	in := desk.FirstRequest{Name: c.FormValue("name"), Email: c.FormValue("email"), Raw: raw, Language: a.lang(c),
		Client: c.IP(), Submission: submission(c)}
	form, err := a.requestForm(c, in, rules.Refresh, nil) // not found where this way in is closed
	switch {
	case err != nil:
		return err
	case trapped(c):
		return c.Redirect(sent, fiber.StatusSeeOther)
	}
	_, err = a.Desk.SendRequest(c.UserContext(), in)
	var invalid desk.Invalid
	var throttled desk.Throttled
	switch {
	case err == nil:
		return c.Redirect(sent, fiber.StatusSeeOther)
	case errors.As(err, &invalid):
		if form, err = a.requestForm(c, in, rules.Submit, invalid); err != nil {
			return err
		}
		if _, taken := invalid["submission"]; taken { // somebody else's: the form gets a token of its own
			form.Token = uuid.NewString()
			form.Errors = append(form.Errors, views.FormError{Text: views.Say("signup.again")})
		}
		return a.refuse(c, who, form, form)
	case errors.As(err, &throttled):
		form.Errors = append(form.Errors, later(c, throttled))
		return a.page(c, who, form)
	}
	return err
}
