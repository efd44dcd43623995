package handlers

import (
	"net/url"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupServices lists the services in their order, and their families.
func (a *App) setupServices(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.servicesPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) servicesPage(c *fiber.Ctx) (*views.SetupList, error) {
	services, err := a.DB.Services(c.UserContext())
	if err != nil {
		return nil, err
	}
	families, err := a.DB.Families(c.UserContext())
	if err != nil {
		return nil, err
	}
	lang := a.lang(c)
	p := &views.SetupList{Title: views.Say("setup.services.title"), Lead: views.Say("setup.services.lead")}
	p.Tabs = setupFrame(&p.Shell, "services", views.T(lang, "setup.services.title"))
	list := views.SetupGroup{ID: "services", Title: views.Say("setup.services.title"), Order: a.post(c, "/setup/services/order"),
		Empty: views.Say("setup.services.none")}
	if len(families) > 0 {
		list.AddHref, list.AddLabel = "/setup/services/new", views.Say("setup.service.add")
	}
	named := map[string]rules.Text{}
	groups := views.SetupGroup{ID: "families", Title: views.Say("setup.families.title"), Empty: views.Say("setup.families.none"),
		AddHref: "/setup/families/new", AddLabel: views.Say("setup.family.add")}
	for _, f := range families {
		named[f.Key] = f.Name
		groups.Rows = append(groups.Rows, views.SetupRow{ID: "family-" + f.Key, Href: "/setup/families/" + f.Key, Name: f.Name.In(lang),
			Line: f.Key, Facts: []views.Message{views.Count("setup.family.count", len(f.IssueTypes))}})
	}
	for _, s := range services {
		id := strconv.FormatInt(s.ID, 10)
		list.Rows = append(list.Rows, views.SetupRow{ID: "service-" + id, Key: id, Href: "/setup/services/" + id, Name: s.Name.In(lang),
			Line: named[s.Family].In(lang), State: &views.ServiceLine{State: s.State}})
	}
	rowEnds(list.Rows)
	p.Groups = []views.SetupGroup{list, groups}
	return p, nil
}

// orderServices puts the services in order.
func (a *App) orderServices(c *fiber.Ctx, who policy.Actor) error {
	order, err := orderOf(c, parseID)
	if err == nil {
		err = a.Desk.OrderServices(c.UserContext(), who, order)
	}
	return a.ordered(c, who, err, "/setup/services", 0, func() (*views.SetupList, error) { return a.servicesPage(c) })
}

// serviceSheet asks for a service; value is what it is called by, empty for a new one.
func (a *App) serviceSheet(c *fiber.Ctx, action, value string) (sheet[desk.ServiceContent], error) {
	families, err := a.DB.Families(c.UserContext())
	lang := a.lang(c)
	s := sheet[desk.ServiceContent]{id: "service-form", action: action, submit: views.Say("setup.save")}
	s.fields = func(in desk.ServiceContent) []views.SetupField {
		name := bothField("name", "setup.service.name", in.Name)
		family := choiceField(views.SetupSelect, "family", "setup.service.family")
		for _, f := range families {
			family.Choices = append(family.Choices, views.SetupChoice{Value: f.Key, Label: f.Name.In(lang), Chosen: f.Key == in.Family})
		}
		var states []views.SetupChoice
		for _, state := range desk.ServiceStates {
			states = append(states, views.SetupChoice{Value: string(state), Label: views.T(lang, "service."+string(state)), Chosen: state == in.State})
		}
		state := choiceField(views.SetupRadios, "state", "setup.service.state", states...)
		state.Help = views.Say("setup.service.state.help")
		if value == "" {
			name.Help = views.Say("setup.service.name.help")
			return []views.SetupField{name, family, state}
		}
		return []views.SetupField{name, family, state, {Kind: views.SetupFixed, Key: "value", Label: views.Say("setup.service.value"), Value: value}}
	}
	return s, err
}

func serviceTyped(c *fiber.Ctx) desk.ServiceContent {
	return desk.ServiceContent{Name: bothOf(c, "name"), Family: c.FormValue("family"), State: db.ServiceState(c.FormValue("state"))}
}

func (a *App) newServicePage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.ServiceContent], error) {
	p := &views.SetupPage{Back: "/setup/services", Up: views.Say("setup.services.title"), Heading: views.T(a.lang(c), "setup.service.new")}
	p.Tabs = setupFrame(&p.Shell, "services", p.Heading)
	s, err := a.serviceSheet(c, "/setup/services", "")
	return p, s, err
}

// newService asks for a service to be added.
func (a *App) newService(c *fiber.Ctx, who policy.Actor) error {
	p, s, err := a.newServicePage(c)
	if err != nil {
		return err
	}
	p.Form = s.form(a, c, desk.ServiceContent{State: db.Running, Family: c.Query("family")})
	return a.page(c, who, p)
}

// addService makes a service.
func (a *App) addService(c *fiber.Ctx, who policy.Actor) error {
	in := serviceTyped(c)
	_, err := a.Desk.AddService(c.UserContext(), who, in)
	if err == nil {
		return a.done(c, "/setup/services?done=setup-added")
	}
	p, s, wrong := a.newServicePage(c)
	if wrong != nil {
		return wrong
	}
	form, err := s.refused(a, c, in, err, nil)
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

func (a *App) servicePage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.ServiceContent], int64, error) {
	var s sheet[desk.ServiceContent]
	id, err := idParam(c)
	if err != nil {
		return nil, s, 0, err
	}
	service, err := a.Desk.Service(c.UserContext(), a.DB, id)
	if err != nil {
		return nil, s, 0, err
	}
	path := "/setup/services/" + strconv.FormatInt(id, 10)
	if s, err = a.serviceSheet(c, path, service.Value); err != nil {
		return nil, s, 0, err
	}
	p := &views.SetupPage{Back: "/setup/services", Up: views.Say("setup.services.title"), Heading: service.Name.In(a.lang(c)), Form: s.form(a, c, desk.ServiceAsContent(service))}
	p.Tabs = setupFrame(&p.Shell, "services", p.Heading)
	p.Actions = []views.SetupAction{{Post: a.post(c, path+"/removal"), ID: "remove", Danger: true, Label: views.Say("setup.service.remove"), Help: views.Say("setup.service.remove.help")}}
	return p, s, id, nil
}

// oneService shows a service to be changed.
func (a *App) oneService(c *fiber.Ctx, who policy.Actor) error {
	p, _, _, err := a.servicePage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// saveService changes a service.
func (a *App) saveService(c *fiber.Ctx, who policy.Actor) error {
	p, s, id, err := a.servicePage(c)
	if err != nil {
		return err
	}
	in := serviceTyped(c)
	if err = a.Desk.SaveService(c.UserContext(), who, id, in, c.FormValue("marks")); err == nil {
		return a.done(c, "/setup/services?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.ServiceContent, error) {
		service, err := a.Desk.Service(c.UserContext(), a.DB, id)
		return desk.ServiceAsContent(service), err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// removeService takes a service away that nothing speaks of.
func (a *App) removeService(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err == nil {
		err = a.Desk.RemoveService(c.UserContext(), who, id)
	}
	return a.removal(c, who, err, "/setup/services", func() (*views.SetupPage, error) {
		p, _, _, err := a.servicePage(c)
		return p, err
	})
}

// familySheet asks for a family of services.
func familySheet(action, key string) sheet[desk.FamilyContent] {
	s := sheet[desk.FamilyContent]{id: "family-form", action: action, submit: views.Say("setup.save")}
	s.fields = func(in desk.FamilyContent) []views.SetupField {
		types := linesField("types", "setup.family.types", in.Types)
		types.Help = views.Say("setup.family.types.help")
		fields := []views.SetupField{bothField("name", "setup.family.name", in.Name), types}
		if key != "" {
			fields = append(fields, views.SetupField{Kind: views.SetupFixed, Key: "key", Label: views.Say("setup.family.key"), Value: key})
		}
		return fields
	}
	return s
}

func familyTyped(c *fiber.Ctx) desk.FamilyContent {
	return desk.FamilyContent{Name: bothOf(c, "name"), Types: linesOf(c, "types")}
}

func (a *App) newFamilyPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.FamilyContent]) {
	p := &views.SetupPage{Back: "/setup/services", Up: views.Say("setup.services.title"), Heading: views.T(a.lang(c), "setup.family.new")}
	p.Tabs = setupFrame(&p.Shell, "services", p.Heading)
	return p, familySheet("/setup/families", "")
}

// newFamily asks for a family to be added.
func (a *App) newFamily(c *fiber.Ctx, who policy.Actor) error {
	p, s := a.newFamilyPage(c)
	p.Form = s.form(a, c, desk.FamilyContent{})
	return a.page(c, who, p)
}

// addFamily makes a family of services.
func (a *App) addFamily(c *fiber.Ctx, who policy.Actor) error {
	p, s := a.newFamilyPage(c)
	in := familyTyped(c)
	if movedLine(c, map[string][]rules.Option{"types": in.Types}) {
		return a.again(c, who, p, s.form(a, c, in))
	}
	_, err := a.Desk.AddFamily(c.UserContext(), who, in)
	if err == nil {
		return a.done(c, "/setup/services?done=setup-added")
	}
	form, err := s.refused(a, c, in, err, nil)
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// again shows a form as it is now being filled in: nothing of it is saved.
func (a *App) again(c *fiber.Ctx, who policy.Actor, p *views.SetupPage, form views.SetupForm) error {
	form.Marks = c.FormValue("marks")
	p.Form = form
	if isPartial(c) {
		return a.partial(c, &p.Form)
	}
	return a.page(c, who, p)
}

func (a *App) familyPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.FamilyContent], string, error) {
	key, err := url.PathUnescape(c.Params("key"))
	if err != nil {
		return nil, sheet[desk.FamilyContent]{}, "", db.ErrNotFound
	}
	f, err := a.Desk.Family(c.UserContext(), a.DB, key)
	if err != nil {
		return nil, sheet[desk.FamilyContent]{}, "", err
	}
	path := "/setup/families/" + f.Key
	s := familySheet(path, f.Key)
	p := &views.SetupPage{Back: "/setup/services", Up: views.Say("setup.services.title"), Heading: f.Name.In(a.lang(c)), Form: s.form(a, c, desk.FamilyAsContent(f))}
	p.Tabs = setupFrame(&p.Shell, "services", p.Heading)
	p.Actions = []views.SetupAction{{Post: a.post(c, path+"/removal"), ID: "remove", Danger: true, Label: views.Say("setup.family.remove"), Help: views.Say("setup.family.remove.help")}}
	return p, s, f.Key, nil
}

// oneFamily shows a family to be changed.
func (a *App) oneFamily(c *fiber.Ctx, who policy.Actor) error {
	p, _, _, err := a.familyPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// saveFamily changes a family of services.
func (a *App) saveFamily(c *fiber.Ctx, who policy.Actor) error {
	p, s, key, err := a.familyPage(c)
	if err != nil {
		return err
	}
	in := familyTyped(c)
	if movedLine(c, map[string][]rules.Option{"types": in.Types}) {
		return a.again(c, who, p, s.form(a, c, in))
	}
	if err = a.Desk.SaveFamily(c.UserContext(), who, key, in, c.FormValue("marks")); err == nil {
		return a.done(c, "/setup/services?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.FamilyContent, error) {
		f, err := a.Desk.Family(c.UserContext(), a.DB, key)
		return desk.FamilyAsContent(f), err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// removeFamily takes a family away that has no services.
func (a *App) removeFamily(c *fiber.Ctx, who policy.Actor) error {
	err := a.Desk.RemoveFamily(c.UserContext(), who, c.Params("key"))
	return a.removal(c, who, err, "/setup/services", func() (*views.SetupPage, error) {
		p, _, _, err := a.familyPage(c)
		return p, err
	})
}
