package handlers

import (
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupPortal shows how the portal as a whole is set.
func (a *App) setupPortal(c *fiber.Ctx, who policy.Actor) error {
	p, _, err := a.portalPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) portalPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.PortalContent], error) {
	s := a.portalSheet(c)
	now, err := a.Desk.Portal(c.UserContext(), a.DB)
	p := &views.SetupPage{Back: "/setup", Up: views.Say("setup.tab.overview"), Heading: views.T(a.lang(c), "setup.portal.title"), Lead: views.Say("setup.portal.lead"),
		Part: true, Form: s.form(a, c, now)}
	p.Tabs = setupFrame(&p.Shell, "portal", p.Heading)
	return p, s, err
}

func (a *App) portalSheet(c *fiber.Ctx) sheet[desk.PortalContent] {
	lang := a.lang(c)
	return sheet[desk.PortalContent]{id: "portal-form", action: "/setup/portal", submit: views.Say("setup.save"), fields: func(in desk.PortalContent) []views.SetupField {
		name := lineField("name", "setup.portal.name", in.Name, "text")
		name.Help = views.Say("setup.portal.name.help")
		zone := choiceField(views.SetupSelect, "zone", "setup.portal.zone")
		zone.Help = views.Say("setup.portal.zone.help")
		known := false
		for _, z := range zones {
			known = known || z == in.Zone
			zone.Choices = append(zone.Choices, views.SetupChoice{Value: z, Label: z, Chosen: z == in.Zone})
		}
		if !known && in.Zone != "" {
			zone.Choices = append(zone.Choices, views.SetupChoice{Value: in.Zone, Label: in.Zone, Chosen: true})
		}
		var modes []views.SetupChoice
		for _, mode := range desk.SignUpModes {
			key := "setup.portal.sign-up." + string(mode)
			modes = append(modes, views.SetupChoice{Value: string(mode), Label: views.T(lang, key), Detail: views.T(lang, key+".detail"), Chosen: mode == in.SignUp})
		}
		general := choiceField(views.SetupTicks, "general_request", "setup.portal.general", views.SetupChoice{Value: "yes",
			Label: views.T(lang, "setup.portal.general.choice"), Detail: views.T(lang, "setup.portal.general.detail"), Chosen: in.GeneralRequest})
		second := choiceField(views.SetupTicks, "second_person", "setup.portal.second", views.SetupChoice{Value: "yes",
			Label: views.T(lang, "setup.portal.second.choice"), Detail: views.T(lang, "setup.portal.second.detail"), Chosen: in.SecondPerson})
		fields := []views.SetupField{name, zone, choiceField(views.SetupRadios, "sign_up", "setup.portal.sign-up", modes...), general, second}
		return append(append(fields, fileFields(lang, in.FileContent)...), reopenField(in.ReopenContent))
	}}
}

// savePortal changes how the portal is set. This copy goes by it before it answers, the others as soon as they hear of it.
func (a *App) savePortal(c *fiber.Ctx, who policy.Actor) error {
	in := desk.PortalContent{Name: c.FormValue("name"), Zone: c.FormValue("zone"), SignUp: desk.SignUpMode(c.FormValue("sign_up")),
		GeneralRequest: c.FormValue("general_request") != "", SecondPerson: c.FormValue("second_person") != "", FileContent: fileContent(c),
		ReopenContent: desk.ReopenContent{Days: c.FormValue("reopen_days")}}
	err := a.Desk.SavePortal(c.UserContext(), who, in, c.FormValue("marks"))
	if err == nil {
		if err := a.readProvider(c.UserContext()); err != nil {
			return err
		}
		return a.done(c, "/setup/portal?done=setup-saved")
	}
	p, s, wrong := a.portalPage(c)
	if wrong != nil {
		return wrong
	}
	form, err := s.refused(a, c, in, err, func() (desk.PortalContent, error) { return a.Desk.Portal(c.UserContext(), a.DB) })
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}
