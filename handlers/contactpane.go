package handlers

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// sitesShown is how many locations of an account are offered.
const sitesShown = 500

// contact shows one contact beside the list: a form for who manages them.
func (a *App) contact(c *fiber.Ctx, who policy.Actor) error {
	id, err := contactID(c)
	if err != nil {
		return err
	}
	pane, err := a.paneOf(c, who, id, nil)
	if err != nil {
		return err
	}
	return a.showPane(c, who, pane)
}

// showPane answers with a pane alone where it was asked for, else with the page that it stands in.
func (a *App) showPane(c *fiber.Ctx, who policy.Actor, pane *views.ContactPane) error {
	if isPartial(c) {
		return a.partial(c, pane)
	}
	return a.showContacts(c, who, pane)
}

// typedContact is a form as somebody sent it, with what came of it.
type typedContact struct {
	desk.ContactForm
	invalid  desk.Invalid
	was      *desk.ContactForm // where somebody else saved meanwhile: what the form was made from
	chosen   bool              // an account was chosen of several
	previous uuid.UUID         // the submission of a new one
}

// paneOf makes the pane of a contact: with what was typed, where something was.
func (a *App) paneOf(c *fiber.Ctx, who policy.Actor, id int64, typed *typedContact) (*views.ContactPane, error) {
	ctx, lang := c.UserContext(), a.lang(c)
	them, barred, err := a.Desk.Contact(ctx, who, id)
	if err != nil {
		return nil, err
	}
	q, err := a.readContactQuery(c, a.Judge.Accounts(who, policy.SeeContacts))
	if err != nil {
		return nil, err
	}
	path := "/contacts/" + strconv.FormatInt(id, 10)
	post := func(verb string) views.Post { return views.Post{Action: q.page(path + verb), CSRF: a.csrf(c)} }
	row := rowOf(them, a.Clock())
	line := contactLine(row, lang, q.page(path))
	line.Current, line.Updated = true, row.UpdatedAt.In(a.zone(who))
	pane := &views.ContactPane{Post: post(""), Close: q.page("/contacts"), Avatar: avatarOf(db.Named{ID: id, First: them.Person.FirstName, Last: them.Person.LastName, Picture: them.Person.Picture}), Name: them.Person.Name(),
		Account: them.Home.Name + " · " + them.Home.ClientNumber, Login: string(row.Login), Line: &line, Title: them.Person.Title, About: them.Person.About}
	pane.Avatar.Large = true
	pane.Text = views.Say("contacts.login." + string(row.Login) + ".text")
	zone := a.zone(who)
	switch row.Login {
	case db.LoginLocked:
		pane.Text = views.Say("contacts.login.locked.text", "When", views.Moment(lang, them.Person.LockedUntil.In(zone)))
	case db.LoginDisabled:
		pane.Text = views.Say("contacts.login.disabled.text", "When", views.Moment(lang, them.Person.DisabledAt.In(zone)))
	}
	roles, err := a.grantsSummary(ctx, who, them.SignedIn)
	if err != nil {
		return nil, err
	}
	pane.Roles, pane.Grants = &roles, roles.Edit
	if barred != nil {
		pane.Barred = views.Say("contacts.barred")
		if errors.Is(barred, desk.ErrBeyond) {
			pane.Barred = views.Say("contacts.barred.beyond")
		}
		pane.Facts = contactFacts(them, lang)
		return pane, nil
	}
	if id != who.Person.ID || row.Login == db.LoginDisabled {
		pane.Enable = &views.LoginForm{Post: post("/login"), To: row.Login == db.LoginDisabled}
	}
	if row.Login == db.LoginInvited {
		p := post("/invitation")
		pane.Invite = &p
	}
	if row.Login == db.LoginLocked {
		p := post("/lock")
		pane.Unlock = &p
	}
	now := desk.FormOf(them)
	shown := &typedContact{ContactForm: now}
	if typed != nil {
		shown = typed
	}
	form := &views.ContactForm{Post: pane.Post, Revision: them.Person.Revision, Yourself: id == who.Person.ID}
	for _, field := range desk.ContactFields {
		form.Was = append(form.Was, views.ContactWas{Name: field, Value: now.Value(field)})
	}
	if shown.was != nil {
		if form.Conflict, err = a.contactConflict(ctx, lang, them, *shown, now, q.page(path)); err != nil {
			return nil, err
		}
		form.Conflict.At = them.Person.UpdatedAt.In(zone)
		shown.ContactForm = shown.Rebased(*shown.was, now)
	}
	pane.Form = form
	return pane, a.fillContactForm(ctx, who, form, shown)
}

// fillContactForm puts what was typed into a form, with what it has to offer.
func (a *App) fillContactForm(ctx context.Context, who policy.Actor, form *views.ContactForm, typed *typedContact) error {
	form.Fields = map[string]views.ContactField{}
	for _, field := range desk.ContactFields {
		f := views.ContactField{Name: field, Value: typed.Value(field)}
		if complaint, wrong := typed.invalid[field]; wrong {
			f.Complaint = views.Message{Key: complaint.Code, Args: complaint.Args}
			form.Problems = append(form.Problems, f)
		}
		form.Fields[field] = f
	}
	form.Languages, form.Zones = views.Languages, zones
	if z := typed.TimeZone; z != "" && !slices.Contains(zones, z) && desk.IsZone(z) {
		form.Zones = append([]string{z}, zones...)
	}
	homes := a.Desk.HomesFor(who)
	lines, err := a.DB.AccountLines(ctx, homes, choosable+1)
	if err != nil {
		return err
	}
	meant, err := a.Desk.AccountsMeant(ctx, homes, typed.Account)
	if err != nil {
		return err
	}
	if form.Find = len(lines) > choosable; form.Find {
		f := form.Fields["account"]
		if len(meant) == 1 {
			f.Value = meant[0].ClientNumber + " · " + meant[0].Name
		} else {
			form.Accounts = accountChoices(meant)
		}
		form.Fields["account"] = f
	} else {
		form.Accounts = accountChoices(lines)
	}
	form.Sites.ContactField = form.Fields["location"]
	if len(meant) != 1 {
		return nil
	}
	form.Sites.Sites, err = a.sites(ctx, meant[0].ID)
	return err
}

func (a *App) sites(ctx context.Context, account int64) (list []views.Choosable, err error) {
	sites, err := a.DB.Sites(ctx, account, sitesShown)
	if err != nil {
		return nil, err
	}
	for _, s := range sites {
		list = append(list, views.Choosable{Value: strconv.FormatInt(s.ID, 10), Words: s.Name})
	}
	return list, nil
}

// contactSites gives the locations of an account, for the form whose account was changed.
func (a *App) contactSites(c *fiber.Ctx, who policy.Actor) error {
	homes := a.Desk.HomesFor(who)
	if homes.Empty() {
		if a.Judge.May(who, policy.SeeContacts) {
			return policy.Forbidden{Action: policy.ManageContacts}
		}
		return db.ErrNotFound
	}
	if !isPartial(c) {
		return c.Redirect("/contacts", fiber.StatusSeeOther)
	}
	part := &views.ContactSites{ContactField: views.ContactField{Name: "location"}}
	meant, err := a.Desk.AccountsMeant(c.UserContext(), homes, clean(c.Query("account")))
	if err != nil {
		return err
	}
	if len(meant) == 1 {
		if part.Sites, err = a.sites(c.UserContext(), meant[0].ID); err != nil {
			return err
		}
	}
	return a.partial(c, part)
}

// contactConflict tells what somebody else changed since a form was made, and what the reader has for the same.
func (a *App) contactConflict(ctx context.Context, lang string, them db.ContactRecord, typed typedContact, now desk.ContactForm, discard string) (*views.ContactConflict, error) {
	var ids []int64
	for _, s := range []string{typed.was.Location, now.Location, typed.Location} {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	sites, err := a.DB.SiteNames(ctx, them.Home.ID, ids)
	if err != nil {
		return nil, err
	}
	text := func(f desk.ContactForm, field string) string { return contactText(f, field, lang, sites) }
	conflict := &views.ContactConflict{Discard: discard}
	mine := typed.Differs(*typed.was)
	for _, field := range now.Differs(*typed.was) {
		conflict.Changes = append(conflict.Changes, views.ContactChange{Name: field, Old: text(*typed.was, field), Now: text(now, field),
			Yours: text(typed.ContactForm, field), Kept: slices.Contains(mine, field)})
	}
	return conflict, nil
}

// contactText is a field in words.
func contactText(f desk.ContactForm, field, lang string, sites map[string]string) string {
	value := f.Value(field)
	switch field {
	case "language":
		return views.T(lang, "preferences.language."+known(value))
	case "time_zone":
		if value == "" {
			return views.T(lang, "contacts.time_zone.account")
		}
	case "location":
		return sites[value]
	case "notified", "access", "monitoring":
		if value == "" {
			return views.T(lang, "contacts.no")
		}
		return views.T(lang, "contacts.yes")
	}
	return value
}

// contactFacts are what there is to know of a contact, for who may not change it.
func contactFacts(them db.ContactRecord, lang string) (facts []views.Fact) {
	form := desk.FormOf(them)
	sites := map[string]string{form.Location: them.Location}
	for _, field := range desk.ContactFields {
		text := contactText(form, field, lang, sites)
		if field == "account" {
			text = them.Home.Name + " · " + text
		}
		if text == "" {
			text = "–"
		}
		facts = append(facts, views.Fact{Label: views.Say("contacts.field." + field), Text: text})
	}
	return facts
}

// rowOf is a contact as the list has them.
func rowOf(them db.ContactRecord, now time.Time) db.ContactRow {
	p := them.Person
	r := db.ContactRow{ID: p.ID, FirstName: p.FirstName, LastName: p.LastName, Email: p.Email, Phone: p.Phone, Picture: p.Picture,
		Account: them.Home.Name, ClientNumber: them.Home.ClientNumber, Location: them.Location, Login: them.Login(now), UpdatedAt: p.UpdatedAt}
	r.Administrator = slices.ContainsFunc(them.Grants, func(g db.Grant) bool { return g.Role == db.CustomerAdministrator })
	return r
}

// readContactForm is what was typed into a form.
func readContactForm(c *fiber.Ctx) *typedContact {
	t := &typedContact{}
	for _, field := range desk.ContactFields {
		t.Set(field, shortened(c.FormValue(field)))
	}
	if chosen := shortened(c.FormValue("account_chosen")); chosen != "" {
		t.Account, t.chosen = chosen, true
	}
	if number, _, named := strings.Cut(t.Account, " · "); named {
		t.Account = number
	}
	return t
}

// shortened keeps what nobody means to type from being kept and shown: far more than any field takes is as wrong cut off.
func shortened(s string) string {
	if r := []rune(s); len(r) > 1000 {
		return string(r[:1000])
	}
	return s
}
