package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// showTools answers with the tools as they are now: the page asks when the case changed.
func (a *App) showTools(c *fiber.Ctx, who policy.Actor) error {
	kase, err := a.seen(c, who)
	if err != nil {
		return err
	}
	if !who.Staff() {
		return db.ErrNotFound
	}
	if !isPartial(c) {
		return c.Redirect(ownPath(c.Query("back"), kase.Path()), fiber.StatusSeeOther)
	}
	tools, err := a.tools(c, who, workOn{kase: kase, back: ownPath(c.Query("back"), kase.Path())})
	if err != nil {
		return err
	}
	return a.partial(c, tools)
}

// seen is the case that the address names, if its reader may see it.
func (a *App) seen(c *fiber.Ctx, who policy.Actor) (db.Case, error) {
	n, err := caseNumber(c)
	if err != nil {
		return db.Case{}, err
	}
	return a.DB.FindCase(c.UserContext(), a.Judge.Scope(who, policy.See), n)
}

// assign takes a case, or gives it to somebody: whom the form names.
func (a *App) assign(c *fiber.Ctx, who policy.Actor) error {
	to := c.FormValue("to")
	if to == "" {
		return a.change(c, who, "take", "agent.taken", func(n db.Number, in desk.Edit) (db.Case, error) {
			return a.Desk.Take(c.UserContext(), who, n, in)
		})
	}
	return a.change(c, who, "assignee", "agent.done.assignee", func(n db.Number, in desk.Edit) (db.Case, error) {
		return a.Desk.Assign(c.UserContext(), who, n, figure(to), in)
	})
}

// moveCase puts a case into another queue.
func (a *App) moveCase(c *fiber.Ctx, who policy.Actor) error {
	return a.change(c, who, "queue", "agent.done.queue", func(n db.Number, in desk.Edit) (db.Case, error) {
		return a.Desk.Move(c.UserContext(), who, n, figure(c.FormValue("to")), in)
	})
}

// setPriority overrules a case's priority.
func (a *App) setPriority(c *fiber.Ctx, who policy.Actor) error {
	return a.change(c, who, "priority", "agent.done.priority", func(n db.Number, in desk.Edit) (db.Case, error) {
		return a.Desk.SetPriority(c.UserContext(), who, n, db.Priority(figure(c.FormValue("to"))), in)
	})
}

// figure reads a choice's value; one that makes no sense is none that is offered.
func figure(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return -1
	}
	return n
}

// change has a verb change one field, and answers with the tools as they are then; or, where somebody was quicker, with
// what they made of it and the form as it was sent.
func (a *App) change(c *fiber.Ctx, who policy.Actor, field, said string, verb func(db.Number, desk.Edit) (db.Case, error)) error {
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	w := workOn{field: field, chosen: c.FormValue("to")}
	w.kase, err = verb(n, desk.Edit{Was: c.FormValue("was"), Submission: submission(c)})
	var stale desk.Stale
	var invalid desk.Invalid
	switch {
	case errors.As(err, &stale):
		w.problem, err = a.staleText(c, stale)
		if err != nil {
			return err
		}
		return a.refuseWork(c, who, w, fiber.StatusConflict)
	case errors.As(err, &invalid):
		w.problem = views.Say("agent.not-offered")
		return a.refuseWork(c, who, w, fiber.StatusUnprocessableEntity)
	case err != nil:
		return err
	}
	w.field, w.done, w.said = "", field, views.Say(said)
	return a.worked(c, who, w)
}

// saying is the address of a page that says what was just done; with nothing, one that does not.
func saying(done, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Del("done")
	if done != "" {
		q.Set("done", done)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// worked answers a form that was accepted.
func (a *App) worked(c *fiber.Ctx, who policy.Actor, w workOn) error {
	w.back = ownPath(c.FormValue("back"), w.kase.Path())
	if !isPartial(c) {
		return a.done(c, saying(w.done, w.back))
	}
	if w.field == "note" {
		form := a.noteForm(c, who, workOn{kase: w.kase, back: w.back})
		form.Said = w.said
		return a.partial(c, form)
	}
	tools, err := a.tools(c, who, w)
	if err != nil {
		return err
	}
	return a.partial(c, tools)
}

// refuseWork answers a form that was not: with it as it was sent, and what is wrong.
func (a *App) refuseWork(c *fiber.Ctx, who policy.Actor, w workOn, status int) error {
	kase, err := a.seen(c, who)
	if err != nil {
		return err
	}
	w.kase, w.back = kase, ownPath(c.FormValue("back"), kase.Path())
	tools, err := a.tools(c, who, w)
	if err != nil {
		return err
	}
	note := a.noteForm(c, who, w)
	if !isPartial(c) {
		p, err := a.pageOf(c, who, kase.ID)
		if err != nil {
			return err
		}
		tools.Note, tools.Why, tools.Alone = note, p.Agent.Why, true
		p.Agent = tools
		c.Status(status)
		return a.page(c, who, p)
	}
	c.Status(status)
	if w.field == "note" {
		return a.partial(c, note)
	}
	return a.partial(c, tools)
}

// staleText says what somebody else made of a field meanwhile.
func (a *App) staleText(c *fiber.Ctx, s desk.Stale) (views.Message, error) {
	now := ""
	switch s.Field {
	case "priority":
		now = views.PriorityName(s.Case.Priority).In(a.lang(c))
	case "queue":
		q, err := a.DB.Queue(c.UserContext(), s.Case.QueueID)
		if err != nil {
			return views.Message{}, err
		}
		now = q.Name
	case "assignee":
		now = views.T(a.lang(c), "agent.nobody")
		if s.Case.AssigneeID != 0 {
			p, err := a.DB.Person(c.UserContext(), s.Case.AssigneeID)
			if err != nil {
				return views.Message{}, err
			}
			now = p.Name()
		}
	}
	if by := s.Last.Person.Name(); by != "" {
		return views.Say("agent.stale.by", "By", by, "Now", now), nil
	}
	return views.Say("agent.stale", "Now", now), nil
}

// createNote adds what only staff read.
func (a *App) createNote(c *fiber.Ctx, who policy.Actor) error {
	return a.write(c, who, "note", a.Desk.Note)
}

// requestInformation asks the customer for something.
func (a *App) requestInformation(c *fiber.Ctx, who policy.Actor) error {
	return a.write(c, who, "request", a.Desk.RequestInformation)
}

func (a *App) write(c *fiber.Ctx, who policy.Actor, field string,
	verb func(context.Context, policy.Actor, db.Number, desk.Words) (db.Case, db.Event, error)) error {
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	w := workOn{field: field, body: c.FormValue("body")}
	w.kase, _, err = verb(c.UserContext(), who, n, desk.Words{Body: w.body, Submission: submission(c)})
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		w.problem = wordsProblem(invalid)
		return a.refuseWork(c, who, w, fiber.StatusUnprocessableEntity)
	case err != nil:
		return err
	}
	w.done, w.said = field, views.Say("agent.done."+field)
	if field == "request" {
		w.field = ""
	}
	return a.worked(c, who, w)
}

func wordsProblem(invalid desk.Invalid) views.Message {
	switch complaint := invalid["body"]; complaint.Code {
	case "missing":
		return views.Say("agent.words.missing")
	case "too_long":
		return views.Say("agent.words.too-long", "Max", fmt.Sprint(complaint.Args["Max"]))
	}
	return views.Say("agent.words.refused")
}
