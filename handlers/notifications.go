package handlers

import (
	"errors"
	"net/url"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

func (a *App) notifications(c *fiber.Ctx, who policy.Actor) error {
	person, err := a.DB.Person(c.UserContext(), who.Person.ID)
	if err != nil {
		return err
	}
	n := desk.NotificationsOf(person)
	p := &views.Notifications{Unmailed: n.Unmailed, Monitoring: n.Monitoring, Email: person.Email}
	p.Title = views.T(a.lang(c), "notifications.title")
	for _, kind := range db.MailKindsOf(person) {
		p.Kinds = append(p.Kinds, views.MailKind{Kind: string(kind), On: !muted(n, kind)})
	}
	return a.page(c, who, p)
}

func muted(n desk.Notifications, kind db.EventKind) bool {
	for _, m := range n.Muted {
		if m == kind {
			return true
		}
	}
	return false
}

// saveNotifications keeps what is ticked: what a form leaves out, its sender does not want.
func (a *App) saveNotifications(c *fiber.Ctx, who policy.Actor) error {
	in := desk.Notifications{Unmailed: c.FormValue("unmailed") != "", Monitoring: c.FormValue("monitoring") != ""}
	was := desk.Notifications{Unmailed: c.FormValue("was_unmailed") == "true", Monitoring: c.FormValue("was_monitoring") == "true"}
	if args := c.Context().PostArgs(); !args.Has("was_unmailed") { // then it begins from nothing, and says it all
		was = desk.Notifications{Unmailed: !in.Unmailed, Monitoring: !in.Monitoring}
	}
	for _, kind := range db.MailKindsOf(who.Person) {
		if c.FormValue("mail-"+string(kind)) == "" {
			in.Muted = append(in.Muted, kind)
		}
	}
	if err := a.Desk.SaveNotifications(c.UserContext(), who, in, was); err != nil {
		return err
	}
	return a.done(c, "/notifications?done=notifications")
}

// unsubscribePage asks before it does anything: programs that look into mails follow links too.
func (a *App) unsubscribePage(c *fiber.Ctx, who policy.Actor) error {
	if desk.ForOutsider(c.Params("token")) {
		return a.outsiderLink(c, who, false)
	}
	u, err := a.Desk.ReadUnsubscribe(c.Params("token"))
	return a.showUnsubscribe(c, who, u, err, func(*views.Unsubscribe) {})
}

// unsubscribe does it at once: for the button of the page as for a mail program, which sends no more than that it wants it
// (RFC 8058) and is answered without being sent elsewhere.
func (a *App) unsubscribe(c *fiber.Ctx, who policy.Actor) error {
	if desk.ForOutsider(c.Params("token")) {
		return a.outsiderLink(c, who, true)
	}
	all := c.FormValue("what") == "all"
	u, err := a.Desk.Unsubscribe(c.UserContext(), c.Params("token"), all)
	return a.showUnsubscribe(c, who, u, err, func(p *views.Unsubscribe) { p.Done, p.All = true, all })
}

func (a *App) showUnsubscribe(c *fiber.Ctx, who policy.Actor, u desk.Unsubscription, err error, with func(*views.Unsubscribe)) error {
	p := &views.Unsubscribe{}
	switch {
	case errors.Is(err, desk.ErrBrokenLink):
		p.Broken = true
		c.Status(fiber.StatusNotFound)
	case err != nil:
		return err
	default:
		p.Kind = views.Say("unsubscribe.kind." + string(u.Kind))
		p.Action = "/unsubscribe/" + url.PathEscape(c.Params("token")) + "?lang=" + a.lang(c)
		with(p)
	}
	p.Title, p.Layout = views.T(a.lang(c), "unsubscribe.title"), "gate"
	return a.page(c, who, p)
}
