package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/db"
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

// casePeople finds people to be copied on a case, or to be its contact, as somebody types.
func (a *App) casePeople(c *fiber.Ctx, who policy.Actor) error {
	kase, err := a.caseToChange(c, who)
	if err != nil {
		return err
	}
	if !isPartial(c) {
		return c.Redirect(kase.Path()+"/details", fiber.StatusSeeOther)
	}
	if c.Query("for") == "contact" {
		may, err := a.Desk.MayMakeContact(c.UserContext(), who, kase.Case)
		switch {
		case err != nil:
			return err
		case !may:
			return policy.Forbidden{Action: policy.OpenFor}
		}
		var now desk.Details
		now.Set("contact", c.Query("contact"))
		found, err := a.contactFound(c, who, kase, clean(c.Query("contact_words")), now.Contact)
		if err != nil {
			return err
		}
		return a.partial(c, found)
	}
	t := &typedDetails{submitted: true, words: map[string]string{"copies": clean(c.Query("copies_words"))}, offered: c.Query("offered")}
	args := c.Context().QueryArgs()
	t.ticks(args.PeekMulti("copy"), args.PeekMulti("was_copy"))
	found, err := a.copiesFound(c, who, kase, t)
	if err != nil {
		return err
	}
	return a.partial(c, found)
}

// contactFound are people to choose the contact of a case from: who is it now, who is chosen, and who has such words.
func (a *App) contactFound(c *fiber.Ctx, who policy.Actor, kase db.CaseDetails, words string, chosen int64) (*views.PeopleFound, error) {
	f := &views.PeopleFound{Key: "contact", Action: kase.Path() + "/people?for=contact", Words: words}
	f.People = []views.PersonChoice{{Value: strconv.FormatInt(kase.RequesterID, 10), Avatar: avatarOf(kase.Requester), Name: kase.Requester.Name(),
		Said: views.Say("people.contact.now"), Chosen: chosen == kase.RequesterID}}
	if chosen != kase.RequesterID {
		list, err := a.Desk.PeopleForContact(c.UserContext(), who, kase.Case, chosen)
		if err != nil {
			return nil, err
		}
		f.People = append(f.People, a.personChoices(who, list, true)...)
	}
	if words == "" {
		f.Hint = views.Say("people.contact.hint")
		return f, nil
	}
	list, more, err := a.Desk.WhomToMakeContact(c.UserContext(), who, kase.Case, words)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(p db.SignedIn) bool { return p.Person.ID == chosen })
	f.People, f.Hint = append(f.People, a.personChoices(who, list, false)...), foundHint(len(list), more)
	return f, nil
}

// copiesFound are people to copy on a case: who is, who is ticked besides, and who has such words; or an address.
func (a *App) copiesFound(c *fiber.Ctx, who policy.Actor, kase db.CaseDetails, t *typedDetails) (*views.PeopleFound, error) {
	f := &views.PeopleFound{Key: "copies", Action: kase.Path() + "/people?for=copies", Words: t.words["copies"]}
	ticked := func(value string) bool {
		return !t.submitted || slices.Contains(t.ticked, value) || !slices.Contains(t.was, value) // somebody else has just added them
	}
	for _, p := range kase.Copied {
		value := strconv.FormatInt(p.ID, 10)
		f.People = append(f.People, views.PersonChoice{Value: value, Avatar: avatarOf(p), Name: p.Name(), Chosen: ticked(value)})
	}
	for _, o := range kase.Outsiders {
		value := outsiderValue + strconv.FormatInt(o.ID, 10)
		f.People = append(f.People, views.PersonChoice{Value: value, Mail: true, Name: o.Email, Said: views.Say("people.outsider"), Chosen: ticked(value)})
	}
	chosen, err := a.Desk.PeopleToCopy(c.UserContext(), who, kase.Case, t.Copy)
	if err != nil {
		return nil, err
	}
	f.People = append(f.People, a.personChoices(who, chosen, true)...)
	list, more, err := a.Desk.WhomToCopy(c.UserContext(), who, kase.Case, f.Words)
	if err != nil {
		return nil, err
	}
	has := slices.ContainsFunc[[]db.SignedIn]
	list = slices.DeleteFunc(list, func(p db.SignedIn) bool {
		return has(chosen, func(other db.SignedIn) bool { return other.Person.ID == p.Person.ID })
	})
	f.Hint = foundHint(len(list), more)
	if f.Words == "" {
		f.Hint = views.Say("people.copies.hint")
	}
	addresses := slices.DeleteFunc(slices.Clone(t.Copy), func(s string) bool { return !strings.Contains(s, "@") || strings.EqualFold(s, f.Words) })
	if address, wrong := desk.EmailAddress(f.Words); wrong.Code == "" {
		same := func(p db.SignedIn) bool { return strings.EqualFold(p.Person.Email, address) }
		if !has(list, same) && !has(chosen, same) {
			f.Offered, f.Hint = address, views.Say("people.copies.address", "Email", address)
			f.People = append(f.People, addressChoice(address, t.offered != address || slices.Contains(t.ticked, address)))
		}
	}
	for _, address := range addresses {
		f.People = append(f.People, addressChoice(address, true))
	}
	f.People = append(f.People, a.personChoices(who, list, false)...)
	return f, nil
}

// addressChoice is somebody of whom only the address is known, whoever that is.
func addressChoice(address string, chosen bool) views.PersonChoice {
	return views.PersonChoice{Value: address, Mail: true, Name: address, Said: views.Say("people.copies.by-address"), Chosen: chosen}
}

// personChoices are people as a form offers them. Their addresses are for who may see contacts where they are at home.
func (a *App) personChoices(who policy.Actor, list []db.SignedIn, chosen bool) (out []views.PersonChoice) {
	for _, p := range list {
		one := views.PersonChoice{Value: strconv.FormatInt(p.Person.ID, 10), Avatar: avatarOf(p.Person.Named()), Name: p.Person.Name(), Detail: p.Home.Name, Chosen: chosen}
		if a.Judge.Can(who, policy.SeeContacts, policy.Account(p.Home.Path)) {
			one.Detail += " · " + p.Person.Email
		}
		out = append(out, one)
	}
	return out
}

func foundHint(n int, more bool) views.Message {
	switch {
	case n == 0:
		return views.Say("people.found.none")
	case more:
		return views.Say("people.found.more", "N", n)
	}
	return views.Count("people.found", n)
}

// leaveCase takes oneself out of the copies of a case.
func (a *App) leaveCase(c *fiber.Ctx, who policy.Actor) error {
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	if err := a.Desk.LeaveCase(c.UserContext(), who, n); err != nil {
		return err
	}
	back := "/cases"
	if _, err := a.DB.FindCase(c.UserContext(), a.Judge.Scope(who, policy.See), n); err == nil {
		back = "/cases/" + n.String()
	}
	return a.done(c, back+"?done=copies-left")
}
