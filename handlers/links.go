package handlers

import (
	"errors"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// linksPath begins the addresses that stand in letters: the rest is a secret.
const linksPath = "/links/"

// unreferred keeps the secret in a page's address from whatever the page leads to.
func unreferred(c *fiber.Ctx) { c.Set(fiber.HeaderReferrerPolicy, "no-referrer") }

// open looks at the link that the address names. Its pages speak as its letter does.
func (a *App) open(c *fiber.Ctx) (desk.Opened, error) {
	o, err := a.Desk.OpenLink(c.UserContext(), c.Params("token"))
	if o.Reader.Language != "" {
		c.Locals(localLang, o.Reader.Language)
	}
	return o, err
}

// link shows what a link of a letter is good for. It is not used by that: programs that look for harm in mail follow
// links too.
func (a *App) link(c *fiber.Ctx, who policy.Actor) error {
	unreferred(c)
	o, err := a.open(c)
	if err != nil {
		return a.linkGone(c, who, o, err)
	}
	if o.Chooses() {
		return a.page(c, who, a.choosePage(c, who, o))
	}
	p := a.confirmPage(c, o)
	if o.Purpose == db.ConfirmRequest {
		kase, err := a.Desk.RequestOf(c.UserContext(), o.Link)
		if err != nil {
			return err
		}
		p.Subject, p.Body = kase.ShortDescription, kase.Description
	}
	return a.page(c, who, p)
}

func (a *App) choosePage(c *fiber.Ctx, who policy.Actor, o desk.Opened) *views.ChoosePassword {
	p := &views.ChoosePassword{Action: linksPath + c.Params("token"), Name: o.Reader.Name(), Email: o.Email, First: o.Reader.PasswordHash == ""}
	p.New = newPassword(p.Action + "/requirements")
	p.Title, p.Layout = views.T(a.lang(c), "gate.choose.title"), "gate"
	if who.SignedIn() && who.Person.ID != o.PersonID {
		p.Other = who.Person.Name()
	}
	return p
}

func (a *App) confirmPage(c *fiber.Ctx, o desk.Opened) *views.ConfirmLink {
	p := &views.ConfirmLink{Action: linksPath + c.Params("token"), Purpose: string(o.Purpose), Name: o.Reader.Name(), Email: o.Email}
	p.Title, p.Layout = views.T(a.lang(c), "gate.confirm."+p.Purpose+".title"), "gate"
	return p
}

// linkGone says why a link is no good, and how to go on. Any other error is shown as ever.
func (a *App) linkGone(c *fiber.Ctx, who policy.Actor, o desk.Opened, err error) error {
	p := &views.LinkGone{}
	status := fiber.StatusGone
	switch {
	case errors.Is(err, db.ErrNotFound):
		p.Why, status = "unknown", fiber.StatusNotFound
	case errors.Is(err, db.ErrLinkUsed):
		p.Why = "used"
	case errors.Is(err, db.ErrLinkExpired):
		p.Why = "expired"
	case errors.Is(err, desk.ErrLinkClosed):
		p.Why = "closed"
	case errors.Is(err, db.ErrAddressTaken):
		p.Why = "taken"
	default:
		return err
	}
	p.Again = p.Why != "closed" && p.Why != "taken" && (o.ID == 0 || o.Purpose == db.ChoosePassword)
	p.Title, p.Layout = views.T(a.lang(c), "gate.gone."+p.Why+".title"), "gate"
	c.Status(status)
	return a.page(c, who, p)
}

// useLink uses a link of a letter: once.
func (a *App) useLink(c *fiber.Ctx, who policy.Actor) error {
	unreferred(c)
	secret := c.Params("token")
	o, err := a.open(c)
	if err != nil {
		return a.linkGone(c, who, o, err)
	}
	if !o.Chooses() {
		used, err := a.Desk.UseLink(c.UserContext(), secret)
		if err != nil {
			return a.linkGone(c, who, o, err)
		}
		return a.linkUsed(c, who, used)
	}
	token := newToken()
	used, err := a.Desk.ChoosePassword(c.UserContext(), secret, c.FormValue("password"), a.newSession(c, token), session(c))
	var invalid desk.Invalid
	if errors.As(err, &invalid) {
		p := a.choosePage(c, who, o)
		judgePassword(&p.New, c.FormValue("password"), invalid, o.Reader.Name(), o.Email)
		return a.refuse(c, who, p, p)
	}
	if err != nil {
		return a.linkGone(c, who, o, err)
	}
	c.Cookie(a.cookie(a.sessionCookie(), token, db.SessionLife))
	to := used.To
	if to == "" {
		to = "/?done=password-chosen"
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// linkUsed goes on to where its holder sees what came of a link: signed in or not.
func (a *App) linkUsed(c *fiber.Ctx, who policy.Actor, used desk.Used) error {
	to := used.To
	switch {
	case used.Purpose == db.ConfirmEmail && who.Person.ID == used.Person:
		to = "/profile?done=email-changed"
	case used.Purpose == db.ConfirmEmail:
		to = "/sign-in?done=email-changed"
	case to == "":
		to = "/"
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// linkRequirements tells what a password still lacks, while it is typed.
func (a *App) linkRequirements(c *fiber.Ctx, _ policy.Actor) error {
	unreferred(c)
	o, err := a.open(c)
	if err != nil {
		return db.ErrNotFound
	}
	return a.requirements(c, o.Reader.Name(), o.Email)
}
