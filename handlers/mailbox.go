package handlers

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// mailTabs are the states by which mail is looked through.
var mailTabs = []db.MailState{"", db.MailWaiting, db.MailFailed, db.MailPerhaps, db.MailSent}

// countedMails is how far each state is counted.
const countedMails = 1000

// mailbox lists the mail that the portal sent, has to send or, without a mail server, keeps.
func (a *App) mailbox(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	f := db.MailFilter{Search: strings.TrimSpace(desk.CleanText(c.Query("q")))}
	f.Before, _ = strconv.ParseInt(c.Query("before"), 10, 64)
	for _, state := range mailTabs {
		if c.Query("state") == string(state) {
			f.State = state
		}
	}
	list, older, err := a.DB.Mails(c.UserContext(), f)
	if err != nil {
		return err
	}
	counts, _, err := a.DB.MailCounts(c.UserContext(), countedMails+1)
	if err != nil {
		return err
	}
	p := &views.Mailbox{Kept: !a.SendsMail, State: f.State, Search: f.Search, Post: views.Post{Action: "/mail/sending", CSRF: a.csrf(c)}}
	p.Title, p.Here = views.T(a.lang(c), "mailbox.title"), "mail"
	for _, state := range mailTabs {
		tab := views.MailTab{Label: views.Say("mailbox.tab." + keyOr(string(state), "all")), Href: mailAddress(state, f.Search, 0), Current: state == f.State}
		if n := counts[state]; n > 0 {
			tab.Count = views.Number(a.lang(c), min(n, countedMails))
			if n > countedMails {
				tab.Count += "+"
			}
		}
		p.Tabs = append(p.Tabs, tab)
	}
	for _, m := range list {
		p.Mails = append(p.Mails, views.MailLine{ID: m.ID, To: m.To, Subject: m.Subject, Case: m.CaseID, Became: m.Became(), At: m.CreatedAt.In(a.zone(who))})
	}
	if f.State == db.MailFailed && f.Search == "" {
		p.Failed = counts[db.MailFailed]
	}
	if older {
		p.Next = mailAddress(f.State, f.Search, list[len(list)-1].ID)
	}
	return a.page(c, who, p)
}

// mailAddress is where a part of the list is.
func mailAddress(state db.MailState, search string, before int64) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if search != "" {
		q.Set("q", search)
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return "/mail"
	}
	return "/mail?" + q.Encode()
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
	p := &views.MailPage{Mail: m, Became: m.Became()}
	p.Mail.CreatedAt, p.Mail.SentAt, p.Mail.NextAt = m.CreatedAt.In(a.zone(who)), m.SentAt.In(a.zone(who)), m.NextAt.In(a.zone(who))
	if m.Resendable() && a.SendsMail {
		p.Again = &views.Post{Action: "/mail/" + c.Params("id") + "/sending", CSRF: a.csrf(c)}
	}
	p.Title, p.Here = m.Subject, "mail"
	if p.Title == "" { // it was not written yet
		p.Title = views.T(a.lang(c), "mailbox.became."+string(p.Became))
	}
	return a.page(c, who, p)
}

// sendAgain has one mail sent once more.
func (a *App) sendAgain(c *fiber.Ctx, who policy.Actor) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return db.ErrNotFound
	}
	err = a.Desk.SendAgain(c.UserContext(), who, id)
	if err != nil && !errors.Is(err, desk.ErrMailWaits) { // pressed twice, it waits: that is what was wanted
		return err
	}
	return a.done(c, "/mail/"+c.Params("id")+"?done=mail-again")
}

// sendFailedAgain has all mail sent once more that was given up.
func (a *App) sendFailedAgain(c *fiber.Ctx, who policy.Actor) error {
	if _, err := a.Desk.SendFailedAgain(c.UserContext(), who); err != nil {
		return err
	}
	return a.done(c, "/mail?state=waiting&done=mails-again")
}
