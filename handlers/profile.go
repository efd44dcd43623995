package handlers

import (
	"errors"
	"slices"

	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

func (a *App) profile(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.profilePage(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// profilePage is a person's own profile as it is kept.
func (a *App) profilePage(c *fiber.Ctx, who policy.Actor) (*views.Profile, error) {
	person, err := a.DB.Person(c.UserContext(), who.Person.ID)
	if err != nil {
		return nil, err
	}
	p := &views.Profile{Avatar: avatarOf(person.Named()), Email: person.Email, Where: who.Home.Name}
	if who.Staff() {
		p.Where = a.provider().Name
	}
	for _, g := range who.Grants {
		if role := views.Say("session.role." + string(g.Role)); !slices.ContainsFunc(p.Roles, func(m views.Message) bool { return m.Key == role.Key }) {
			p.Roles = append(p.Roles, role)
		}
	}
	p.Avatar.Large = true
	p.Name = person.Name()
	p.Title = views.T(a.lang(c), "profile.title")
	p.MaxPicture = a.Desk.Limits().FileBytes
	kept := desk.ProfileOf(person)
	p.FirstName, p.LastName, p.JobTitle = textField("first_name", kept.FirstName), textField("last_name", kept.LastName), textField("title", kept.Title)
	p.About, p.Phone = textField("about", kept.About), textField("phone", kept.Phone)
	return p, nil
}

func textField(name, value string) views.TextField {
	return views.TextField{Name: name, Value: value, Was: value}
}

func (a *App) saveProfile(c *fiber.Ctx, who policy.Actor) error {
	page, err := a.profilePage(c, who)
	if err != nil {
		return err
	}
	var in, was desk.Profile
	typed, before, args := in.Fields(), was.Fields(), c.Context().PostArgs()
	for _, f := range page.Fields() {
		*typed[f.Name], *before[f.Name] = f.Value, f.Value // as it stands, where the form has it not
		if args.Has("was_" + f.Name) {
			f.Was = c.FormValue("was_" + f.Name)
			*before[f.Name] = f.Was
			*typed[f.Name] = f.Was
		}
		if args.Has(f.Name) {
			f.Value = c.FormValue(f.Name)
			*typed[f.Name] = f.Value
		}
	}
	err = a.Desk.SaveProfile(c.UserContext(), who, in, was)
	var invalid desk.Invalid
	var crossed desk.Crossed
	switch {
	case errors.As(err, &invalid):
		for _, f := range page.Fields() {
			if f.Complaint = complaintOf(invalid, f.Name); !f.Complaint.Empty() {
				page.Problems++
			}
		}
		return a.refuse(c, who, page, page)
	case errors.As(err, &crossed):
		now := crossed.Now.Fields()
		for _, f := range page.Fields() {
			if *typed[f.Name] == *before[f.Name] {
				f.Value = *now[f.Name]
			}
			f.Was = *now[f.Name] // so that the next time it is the person's own word
			if slices.Contains(crossed.Fields, f.Name) {
				f.Meanwhile, f.Overtaken = *now[f.Name], true
			}
		}
		page.Overtaken = true
		c.Status(fiber.StatusConflict)
		return a.page(c, who, page)
	case err != nil:
		return err
	}
	return a.done(c, "/profile?done=profile")
}
