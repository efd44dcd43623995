package handlers

import (
	"errors"
	"net/url"

	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// outsiderLink takes somebody from elsewhere out of the copies of a case, by the link of a mail; or asks whether to.
func (a *App) outsiderLink(c *fiber.Ctx, who policy.Actor, leave bool) error {
	token := c.Params("token")
	n, o, left, err := a.Desk.ReadOutsider(c.UserContext(), token)
	if err == nil && leave {
		err = a.Desk.OutsiderLeaves(c.UserContext(), token)
	}
	p := &views.Unsubscribe{}
	switch {
	case errors.Is(err, desk.ErrBrokenLink):
		p.Broken = true
		c.Status(fiber.StatusNotFound)
	case err != nil:
		return err
	default:
		p.Outsider, p.Number, p.Done = o.Email, n.String(), left || leave
		p.Action = "/unsubscribe/" + url.PathEscape(token) + "?lang=" + a.lang(c)
	}
	p.Title, p.Layout = views.T(a.lang(c), "unsubscribe.title"), "gate"
	return a.page(c, who, p)
}
