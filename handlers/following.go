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

// followOf is the form by which its reader follows a case, or no longer. Who is told of it anyhow is not offered to follow it.
func followOf(kase db.Case, who policy.Actor, following bool, csrf string) *views.FollowForm {
	told := kase.RequesterID == who.Person.ID
	for _, id := range kase.CopiedIDs {
		told = told || id == who.Person.ID
	}
	if told && !following {
		return nil
	}
	return &views.FollowForm{Action: kase.Path() + "/following", CSRF: csrf, Following: following}
}

// followCase has its reader follow a case from now on, or no longer.
func (a *App) followCase(c *fiber.Ctx, who policy.Actor) error {
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	on := c.FormValue("follow") == "yes"
	kase, err := a.Desk.FollowCase(c.UserContext(), who, n, on)
	if err != nil {
		return err
	}
	done := map[bool]string{true: "following", false: "unfollowed"}[on]
	if c.FormValue("from") == "activities" {
		return a.done(c, followingPath+"&done="+done)
	}
	if !isPartial(c) {
		return c.Redirect(kase.Path()+"?done="+done, fiber.StatusSeeOther)
	}
	form := views.FollowForm{Action: kase.Path() + "/following", CSRF: a.csrf(c), Following: on}
	return a.partial(c, &views.Followed{Form: form, Said: notice(done)})
}

// followAccount has its reader told of new cases of an account from now on, or no longer.
func (a *App) followAccount(c *fiber.Ctx, who policy.Actor) error {
	client, on := clean(c.FormValue("account")), c.FormValue("follow") == "yes"
	account, err := a.Desk.FollowAccount(c.UserContext(), who, client, on)
	var wrong desk.Invalid
	if errors.As(err, &wrong) {
		p, err := a.activitiesPage(c, who, activity{tab: tabFollowing})
		if err != nil {
			return err
		}
		if p.Part.Follow != nil {
			p.Part.Follow.Typed, p.Part.Follow.Complaint = client, views.Say(wrong["account"].Code)
		}
		return a.refuse(c, who, p, &p.Part)
	}
	if err != nil {
		return err
	}
	done := map[bool]string{true: "account-following", false: "account-unfollowed"}[on]
	return a.done(c, followingPath+"&done="+done+"&account="+url.QueryEscape(account.ClientNumber))
}
