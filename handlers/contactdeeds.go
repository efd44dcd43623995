package handlers

import (
	"context"
	"errors"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// newContact shows an empty form.
func (a *App) newContact(c *fiber.Ctx, who policy.Actor) error {
	pane, err := a.newPane(c, who, &typedContact{ContactForm: desk.ContactForm{Language: "en", Notified: true, Access: true}, previous: uuid.New()})
	if err != nil {
		return err
	}
	return a.showPane(c, who, pane)
}

// newPane is the form that makes a contact, with what was typed into it.
func (a *App) newPane(c *fiber.Ctx, who policy.Actor, typed *typedContact) (*views.ContactPane, error) {
	switch {
	case !a.Judge.May(who, policy.SeeContacts):
		return nil, db.ErrNotFound
	case !a.Judge.May(who, policy.ManageContacts):
		return nil, policy.Forbidden{Action: policy.ManageContacts}
	}
	q, err := a.readContactQuery(c, a.Judge.Accounts(who, policy.SeeContacts))
	if err != nil {
		return nil, err
	}
	pane := &views.ContactPane{Post: views.Post{Action: q.page("/contacts"), CSRF: a.csrf(c)}, Close: q.page("/contacts"), New: true}
	pane.Form = &views.ContactForm{Post: pane.Post, New: true, Submission: typed.previous.String()}
	if typed.Account == "" && len(typed.invalid) == 0 { // the likeliest: whose contacts are listed, or the administrator's own
		typed.Account = q.account.ClientNumber
		if homes := a.Desk.HomesFor(who); typed.Account == "" && homes.Holds(who.Home.Path) {
			typed.Account = who.Home.ClientNumber
		}
	}
	return pane, a.fillContactForm(c.UserContext(), who, pane.Form, typed)
}

// createContact makes a contact.
func (a *App) createContact(c *fiber.Ctx, who policy.Actor) error {
	if !a.Judge.May(who, policy.SeeContacts) {
		return db.ErrNotFound
	}
	typed := readContactForm(c)
	if typed.previous = submission(c); typed.previous == uuid.Nil {
		typed.previous = uuid.New() // the form asks once more
	}
	if typed.chosen || c.FormValue("refresh") != "" {
		return a.contactAgain(c, who, 0, typed)
	}
	id, err := a.Desk.CreateContact(c.UserContext(), who, typed.previous, typed.ContactForm)
	if errors.As(err, &typed.invalid) {
		c.Status(fiber.StatusUnprocessableEntity)
		return a.contactAgain(c, who, 0, typed)
	}
	if err != nil {
		return err
	}
	done := "contact-created"
	if !typed.Access {
		done = "contact-kept"
	}
	return a.done(c, "/contacts/"+strconv.FormatInt(id, 10)+"?done="+done)
}

// saveContact saves what was typed into a contact's form. Where somebody else saved meanwhile, it says what.
func (a *App) saveContact(c *fiber.Ctx, who policy.Actor) error {
	id, err := contactID(c)
	if err != nil {
		return err
	}
	typed := readContactForm(c)
	if typed.chosen || c.FormValue("refresh") != "" {
		return a.contactAgain(c, who, id, typed)
	}
	err = a.Desk.SaveContact(c.UserContext(), who, id, revision(c), typed.ContactForm)
	switch {
	case errors.Is(err, db.ErrStale):
		c.Status(fiber.StatusConflict)
		typed.was = &desk.ContactForm{}
		for _, field := range desk.ContactFields {
			typed.was.Set(field, shortened(c.FormValue("was_"+field)))
		}
		return a.contactAgain(c, who, id, typed)
	case errors.Is(err, desk.ErrLastAdministrator):
		err = lastAdministrator
	}
	if errors.As(err, &typed.invalid) {
		c.Status(fiber.StatusUnprocessableEntity)
		return a.contactAgain(c, who, id, typed)
	}
	return a.contactDone(c, who, id, "contact-saved", err)
}

// lastAdministrator is how a form says that a customer would be left without an administrator.
var lastAdministrator = desk.Invalid{"access": {Code: "contacts.last-administrator"}}

// contactAgain shows a form as it was sent: of a contact, or of a new one where the id is 0.
func (a *App) contactAgain(c *fiber.Ctx, who policy.Actor, id int64, typed *typedContact) error {
	var pane *views.ContactPane
	var err error
	if id == 0 {
		pane, err = a.newPane(c, who, typed)
	} else {
		pane, err = a.paneOf(c, who, id, typed)
	}
	if err != nil {
		return err
	}
	return a.showPane(c, who, pane)
}

// contactDone answers what was done to a contact: with their pane, or by going on to their page.
func (a *App) contactDone(c *fiber.Ctx, who policy.Actor, id int64, done string, err error) error {
	if err != nil {
		return err
	}
	if isPartial(c) {
		pane, err := a.paneOf(c, who, id, nil)
		if err != nil {
			return err
		}
		pane.Saved = notice(done)
		return a.partial(c, pane)
	}
	q, err := a.readContactQuery(c, a.Judge.Accounts(who, policy.SeeContacts))
	if err != nil {
		return err
	}
	return c.Redirect(q.page("/contacts/"+strconv.FormatInt(id, 10), "done", done), fiber.StatusSeeOther)
}

// contactDeed makes a handler of a verb that is done to a contact as a whole.
func (a *App) contactDeed(done string, deed func(context.Context, policy.Actor, int64) error) Handler {
	return func(c *fiber.Ctx, who policy.Actor) error {
		id, err := contactID(c)
		if err != nil {
			return err
		}
		return a.contactDone(c, who, id, done, deed(c.UserContext(), who, id))
	}
}

// setContactLogin lets a contact sign in, or keeps them from it.
func (a *App) setContactLogin(c *fiber.Ctx, who policy.Actor) error {
	id, err := contactID(c)
	if err != nil {
		return err
	}
	enabled, done := c.FormValue("enabled") == "yes", "contact-disabled"
	if enabled {
		done = "contact-enabled"
	}
	err = a.Desk.SetLogin(c.UserContext(), who, id, enabled)
	if errors.Is(err, desk.ErrLastAdministrator) {
		err = lastAdministrator
	}
	var invalid desk.Invalid
	if errors.As(err, &invalid) {
		them, _, err := a.Desk.Contact(c.UserContext(), who, id)
		if err != nil {
			return err
		}
		c.Status(fiber.StatusUnprocessableEntity)
		return a.contactAgain(c, who, id, &typedContact{ContactForm: desk.FormOf(them), invalid: invalid})
	}
	return a.contactDone(c, who, id, done, err)
}
