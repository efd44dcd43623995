package handlers

import (
	"strconv"

	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupContact lists the ways to reach the provider.
func (a *App) setupContact(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.waysPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) waysPage(c *fiber.Ctx) (*views.SetupList, error) {
	ways, err := a.DB.ContactWays(c.UserContext())
	if err != nil {
		return nil, err
	}
	lang := a.lang(c)
	p := &views.SetupList{Title: views.Say("setup.contact.title"), Lead: views.Say("setup.contact.lead")}
	p.Tabs = setupFrame(&p.Shell, "contact", views.T(lang, "setup.contact.title"))
	g := views.SetupGroup{ID: "ways", Order: a.post(c, "/setup/contact/order"), Empty: views.Say("setup.contact.none"),
		AddHref: "/setup/contact/new", AddLabel: views.Say("setup.contact.add")}
	for _, w := range ways {
		id := strconv.FormatInt(w.ID, 10)
		row := views.SetupRow{ID: "way-" + id, Key: id, Href: "/setup/contact/" + id, Name: w.Label.In(lang), Line: w.Hours.In(lang),
			Facts: []views.Message{views.Say("setup.way.says", "Value", w.Value)}}
		g.Rows = append(g.Rows, row)
	}
	rowEnds(g.Rows)
	p.Groups = []views.SetupGroup{g}
	return p, nil
}

// orderWays puts the ways to reach the provider in order.
func (a *App) orderWays(c *fiber.Ctx, who policy.Actor) error {
	order, err := orderOf(c, parseID)
	if err == nil {
		err = a.Desk.OrderContactWays(c.UserContext(), who, order)
	}
	return a.ordered(c, who, err, "/setup/contact", 0, func() (*views.SetupList, error) { return a.waysPage(c) })
}

func (a *App) waySheet(c *fiber.Ctx, action string) sheet[desk.ContactWayContent] {
	lang := a.lang(c)
	return sheet[desk.ContactWayContent]{id: "way-form", action: action, submit: views.Say("setup.save"), fields: func(in desk.ContactWayContent) []views.SetupField {
		var kinds []views.SetupChoice
		for _, kind := range desk.ContactWayKinds {
			kinds = append(kinds, views.SetupChoice{Value: kind, Label: views.T(lang, "setup.way.kind."+kind), Chosen: kind == in.Kind})
		}
		hours := bothField("hours", "setup.way.hours", in.Hours)
		hours.Optional = true
		return []views.SetupField{choiceField(views.SetupRadios, "kind", "setup.way.kind", kinds...), bothField("label", "setup.way.label", in.Label),
			lineField("value", "setup.way.value", in.Value, "text"), hours}
	}}
}

func wayTyped(c *fiber.Ctx) desk.ContactWayContent {
	return desk.ContactWayContent{Kind: c.FormValue("kind"), Label: bothOf(c, "label"), Value: c.FormValue("value"), Hours: bothOf(c, "hours")}
}

func (a *App) newWayPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.ContactWayContent]) {
	p := &views.SetupPage{Back: "/setup/contact", Up: views.Say("setup.contact.title"), Heading: views.T(a.lang(c), "setup.way.new")}
	p.Tabs = setupFrame(&p.Shell, "contact", p.Heading)
	return p, a.waySheet(c, "/setup/contact")
}

// newWay asks for another way to reach the provider.
func (a *App) newWay(c *fiber.Ctx, who policy.Actor) error {
	p, s := a.newWayPage(c)
	p.Form = s.form(a, c, desk.ContactWayContent{Kind: desk.ContactWayKinds[0]})
	return a.page(c, who, p)
}

// addWay makes a way to reach the provider.
func (a *App) addWay(c *fiber.Ctx, who policy.Actor) error {
	p, s := a.newWayPage(c)
	in := wayTyped(c)
	err := a.Desk.AddContactWay(c.UserContext(), who, in)
	if err == nil {
		return a.done(c, "/setup/contact?done=setup-added")
	}
	form, err := s.refused(a, c, in, err, nil)
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

func (a *App) wayPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.ContactWayContent], int64, error) {
	var s sheet[desk.ContactWayContent]
	id, err := idParam(c)
	if err != nil {
		return nil, s, 0, err
	}
	way, err := a.Desk.ContactWay(c.UserContext(), a.DB, id)
	if err != nil {
		return nil, s, 0, err
	}
	path := "/setup/contact/" + strconv.FormatInt(id, 10)
	s = a.waySheet(c, path)
	p := &views.SetupPage{Back: "/setup/contact", Up: views.Say("setup.contact.title"), Heading: way.Label.In(a.lang(c)), Form: s.form(a, c, desk.ContactWayAsContent(way))}
	p.Tabs = setupFrame(&p.Shell, "contact", p.Heading)
	p.Actions = []views.SetupAction{{Post: a.post(c, path+"/removal"), ID: "remove", Danger: true, Label: views.Say("setup.way.remove")}}
	return p, s, id, nil
}

// oneWay shows a way to reach the provider to be changed.
func (a *App) oneWay(c *fiber.Ctx, who policy.Actor) error {
	p, _, _, err := a.wayPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// saveWay changes a way to reach the provider.
func (a *App) saveWay(c *fiber.Ctx, who policy.Actor) error {
	p, s, id, err := a.wayPage(c)
	if err != nil {
		return err
	}
	in := wayTyped(c)
	if err = a.Desk.SaveContactWay(c.UserContext(), who, id, in, c.FormValue("marks")); err == nil {
		return a.done(c, "/setup/contact?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.ContactWayContent, error) {
		way, err := a.Desk.ContactWay(c.UserContext(), a.DB, id)
		return desk.ContactWayAsContent(way), err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// removeWay takes a way to reach the provider away.
func (a *App) removeWay(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err == nil {
		err = a.Desk.RemoveContactWay(c.UserContext(), who, id)
	}
	return a.removal(c, who, err, "/setup/contact", func() (*views.SetupPage, error) {
		p, _, _, err := a.wayPage(c)
		return p, err
	})
}
