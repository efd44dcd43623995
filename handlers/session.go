package handlers

import (
	"errors"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

func (a *App) signInPage(c *fiber.Ctx, who policy.Actor) error {
	if who.SignedIn() {
		return c.Redirect(ownPath(c.Query("next"), "/"), fiber.StatusSeeOther)
	}
	p := &views.SignIn{Email: c.Query("email"), Next: ownPath(c.Query("next"), "")}
	p.Notice = notice(c.Query("done"))
	return a.showSignIn(c, p)
}

func (a *App) showSignIn(c *fiber.Ctx, p *views.SignIn) error {
	p.Title, p.Layout = views.T(a.lang(c), "session.title"), "gate"
	open, err := a.Desk.Doors(c.UserContext())
	if err != nil {
		return err
	}
	p.SignUp, p.Request = open.SignUp != desk.SignUpInvitation, open.GeneralRequest
	if a.Demo {
		list, err := a.DB.SignInsOf(c.UserContext(), a.SignIns)
		if err != nil {
			return err
		}
		p.DemoPassword = a.Password
		for _, in := range list {
			user := views.DemoUser{Email: in.Person.Email, Name: in.Person.Name()}
			for _, g := range in.Grants {
				user.Roles = append(user.Roles, views.Say("session.role."+string(g.Role)))
			}
			p.DemoUsers = append(p.DemoUsers, user)
		}
	}
	return a.page(c, policy.Actor{}, p)
}

func (a *App) signIn(c *fiber.Ctx, _ policy.Actor) error {
	p := &views.SignIn{Email: c.FormValue("email"), Next: ownPath(c.FormValue("next"), "")}
	token := newToken()
	err := a.Desk.SignIn(c.UserContext(), desk.SignIn{
		Email: p.Email, Password: c.FormValue("password"), Session: a.newSession(c, token), Before: session(c),
	})
	var throttled desk.Throttled
	switch {
	case errors.Is(err, desk.ErrWrongPassword):
		p.Complaint = views.Say("session.wrong")
		c.Status(fiber.StatusUnprocessableEntity)
		return a.showSignIn(c, p)
	case errors.As(err, &throttled):
		p.Complaint = a.slowDown(c, throttled)
		return a.showSignIn(c, p)
	case err != nil:
		return err
	}
	c.Cookie(a.cookie(a.sessionCookie(), token, db.SessionLife))
	return c.Redirect(ownPath(p.Next, "/"), fiber.StatusSeeOther)
}

// newSession is what is kept of the browser that a new token is given to.
func (a *App) newSession(c *fiber.Ctx, token string) db.Session {
	return db.Session{TokenHash: tokenHash(token), Address: address(c), Device: c.Get(fiber.HeaderUserAgent)}
}

func (a *App) signOut(c *fiber.Ctx, who policy.Actor) error {
	if who.SignedIn() {
		if err := a.Desk.EndSession(c.UserContext(), who, session(c).ID); err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	c.Cookie(a.cookie(a.sessionCookie(), "", -1))
	return c.Redirect("/sign-in?done=signed-out", fiber.StatusSeeOther)
}

func (a *App) sessions(c *fiber.Ctx, who policy.Actor) error {
	list, err := a.DB.Sessions(c.UserContext(), who.Person.ID, a.Clock())
	if err != nil {
		return err
	}
	p := &views.Sessions{}
	p.Title = views.T(a.lang(c), "sessions.title")
	for _, s := range list {
		p.Sessions = append(p.Sessions, views.SessionRow{ID: s.ID, Device: desk.Device(s.Device), Address: s.Address,
			Seen: s.SeenAt.In(a.zone(who)), Since: s.CreatedAt.In(a.zone(who)), Current: s.ID == session(c).ID})
	}
	return a.page(c, who, p)
}

func (a *App) endSession(c *fiber.Ctx, who policy.Actor) error {
	id, err := c.ParamsInt("id")
	if err != nil {
		return db.ErrNotFound
	}
	if err := a.Desk.EndSession(c.UserContext(), who, int64(id)); err != nil {
		return err
	}
	return a.done(c, "/sessions?done=session-ended")
}

func (a *App) endOtherSessions(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Desk.EndOtherSessions(c.UserContext(), who, session(c).ID); err != nil {
		return err
	}
	return a.done(c, "/sessions?done=sessions-ended")
}
