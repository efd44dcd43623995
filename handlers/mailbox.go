package handlers

import (
	"fmt"
	"strconv"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// mailbox lists the mail that the portal sent or, without a mail server, keeps.
func (a *App) mailbox(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	list, older, err := a.DB.Mails(c.UserContext(), before)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].CreatedAt = list[i].CreatedAt.In(a.zone(who))
	}
	p := &views.Mailbox{Kept: !a.SendsMail, Mails: list}
	p.Title, p.Here = views.T(a.lang(c), "mailbox.title"), "mail"
	if older {
		p.Next = fmt.Sprintf("/mail?before=%d", list[len(list)-1].ID)
	}
	return a.page(c, who, p)
}

// mail shows one mail.
func (a *App) mail(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return db.ErrNotFound
	}
	m, err := a.DB.Mail(c.UserContext(), id)
	if err != nil {
		return err
	}
	m.CreatedAt = m.CreatedAt.In(a.zone(who))
	p := &views.MailPage{Kept: !a.SendsMail, Mail: m}
	p.Title, p.Here = m.Subject, "mail"
	return a.page(c, who, p)
}
