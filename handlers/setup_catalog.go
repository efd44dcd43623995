package handlers

import (
	"slices"

	"portico/db"
	"portico/db/standard"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupCatalog lists what can be asked for by category, and what of the standard items could be.
func (a *App) setupCatalog(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.catalogPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) catalogPage(c *fiber.Ctx) (*views.SetupList, error) {
	categories, err := a.DB.Categories(c.UserContext())
	if err != nil {
		return nil, err
	}
	items, err := a.DB.AllItems(c.UserContext())
	if err != nil {
		return nil, err
	}
	lang := a.lang(c)
	p := &views.SetupList{Title: views.Say("setup.catalog.title"), Lead: views.Say("setup.catalog.lead")}
	p.Tabs = setupFrame(&p.Shell, "catalog", views.T(lang, "setup.catalog.title"))
	group := func(category string) views.SetupGroup {
		g := views.SetupGroup{ID: "items-" + category, Order: a.post(c, "/setup/items/order"), In: category, Empty: views.Say("setup.catalog.empty")}
		for _, i := range items {
			if i.Category == category {
				g.Rows = append(g.Rows, views.SetupRow{ID: "item-" + i.Key, Key: i.Key, Href: "/setup/items/" + i.Key, Name: i.Name.In(lang), Line: i.Purpose.In(lang)})
			}
		}
		rowEnds(g.Rows)
		return g
	}
	alone := group("")
	alone.ID, alone.Title, alone.Empty = "items-alone", views.Say("setup.catalog.alone"), views.Say("setup.catalog.alone.none")
	p.Groups = append(p.Groups, alone)
	for _, category := range categories {
		g := group(category.Key)
		g.Title = views.Say("setup.catalog.category", "Name", category.Name.In(lang))
		g.Edit, g.EditWord = "/setup/categories/"+category.Key, views.Say("setup.catalog.edit-category", "Name", category.Name.In(lang))
		p.Groups = append(p.Groups, g)
	}
	if len(categories) > 1 {
		p.Groups = append(p.Groups, a.categoryOrder(c, categories))
	}
	if offered := a.standardItems(c, items); len(offered.Rows) > 0 {
		p.Groups = append(p.Groups, offered)
	}
	return p, nil
}

func (a *App) categoryOrder(c *fiber.Ctx, categories []db.Category) views.SetupGroup {
	g := views.SetupGroup{ID: "categories", Title: views.Say("setup.catalog.categories"), Order: a.post(c, "/setup/categories/order")}
	for _, category := range categories {
		g.Rows = append(g.Rows, views.SetupRow{ID: "category-" + category.Key, Key: category.Key, Href: "/setup/categories/" + category.Key,
			Name: category.Name.In(a.lang(c)), Line: category.Purpose.In(a.lang(c))})
	}
	rowEnds(g.Rows)
	return g
}

// standardItems are those that the program brings along and that are not in the catalog yet.
func (a *App) standardItems(c *fiber.Ctx, have []db.Item) views.SetupGroup {
	g := views.SetupGroup{ID: "standard", Title: views.Say("setup.catalog.standard"), Help: views.Say("setup.catalog.standard.help")}
	for _, i := range standard.Items {
		if slices.ContainsFunc(have, func(had db.Item) bool { return had.Key == i.Key }) {
			continue
		}
		g.Rows = append(g.Rows, views.SetupRow{ID: "standard-" + i.Key, Name: i.Name.In(a.lang(c)), Line: i.Purpose.In(a.lang(c)),
			Press: &views.SetupAction{Post: a.post(c, "/setup/catalog"), ID: "take-" + i.Key, Name: "item", Value: i.Key, Label: views.Say("setup.catalog.take")}})
	}
	return g
}

// takeStandardItem takes a standard item into the catalog.
func (a *App) takeStandardItem(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Desk.AddStandardItem(c.UserContext(), who, c.FormValue("item")); err != nil {
		return err
	}
	return a.done(c, "/setup/catalog?done=setup-item-added")
}

// orderItems puts the items of a category in order.
func (a *App) orderItems(c *fiber.Ctx, who policy.Actor) error {
	category := c.FormValue("in")
	order, err := orderOf(c, parseKey)
	if err == nil {
		err = a.Desk.OrderItems(c.UserContext(), who, category, order)
	}
	return a.catalogOrdered(c, who, err, "items-"+category)
}

// orderCategories puts the categories in order.
func (a *App) orderCategories(c *fiber.Ctx, who policy.Actor) error {
	order, err := orderOf(c, parseKey)
	if err == nil {
		err = a.Desk.OrderCategories(c.UserContext(), who, order)
	}
	return a.catalogOrdered(c, who, err, "categories")
}

// catalogOrdered is the answer to who puts one of the catalog's lists in order.
func (a *App) catalogOrdered(c *fiber.Ctx, who policy.Actor, err error, group string) error {
	if group == "items-" {
		group = "items-alone"
	}
	p, wrong := a.catalogPage(c)
	if wrong != nil {
		return wrong
	}
	at := slices.IndexFunc(p.Groups, func(g views.SetupGroup) bool { return g.ID == group })
	if at < 0 {
		return db.ErrNotFound
	}
	return a.ordered(c, who, err, "/setup/catalog", at, func() (*views.SetupList, error) { return p, nil })
}

func (a *App) setupCategoryPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.CategoryContent], db.Category, error) {
	s := sheet[desk.CategoryContent]{id: "category-form", submit: views.Say("setup.save"), fields: func(in desk.CategoryContent) []views.SetupField {
		return []views.SetupField{bothField("name", "setup.item.name", in.Name), bothField("purpose", "setup.item.purpose", in.Purpose)}
	}}
	category, err := a.DB.Category(c.UserContext(), c.Params("key"))
	if err != nil {
		return nil, s, category, err
	}
	s.action = "/setup/categories/" + category.Key
	p := &views.SetupPage{Back: "/setup/catalog", Up: views.Say("setup.catalog.title"), Heading: category.Name.In(a.lang(c)), Form: s.form(a, c, desk.CategoryAsContent(category))}
	p.Tabs = setupFrame(&p.Shell, "catalog", p.Heading)
	return p, s, category, nil
}

// setupCategory shows a category to be changed.
func (a *App) setupCategory(c *fiber.Ctx, who policy.Actor) error {
	p, _, _, err := a.setupCategoryPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// saveCategory changes a category.
func (a *App) saveCategory(c *fiber.Ctx, who policy.Actor) error {
	p, s, category, err := a.setupCategoryPage(c)
	if err != nil {
		return err
	}
	in := desk.CategoryContent{Name: bothOf(c, "name"), Purpose: bothOf(c, "purpose")}
	if err = a.Desk.SaveCategory(c.UserContext(), who, category.Key, in, c.FormValue("marks")); err == nil {
		return a.done(c, "/setup/catalog?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.CategoryContent, error) {
		now, err := a.DB.Category(c.UserContext(), category.Key)
		return desk.CategoryAsContent(now), err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// itemSheet asks for an item, with the lists of choices that its form has of its own.
func (a *App) itemSheet(c *fiber.Ctx, item db.Item, form rules.Form) (sheet[desk.ItemContent], error) {
	categories, err := a.DB.Categories(c.UserContext())
	lang := a.lang(c)
	s := sheet[desk.ItemContent]{id: "item-form", action: "/setup/items/" + item.Key, submit: views.Say("setup.save")}
	s.fields = func(in desk.ItemContent) []views.SetupField {
		category := choiceField(views.SetupSelect, "category", "setup.item.category",
			views.SetupChoice{Label: views.T(lang, "setup.item.alone"), Chosen: in.Category == ""})
		for _, one := range categories {
			category.Choices = append(category.Choices, views.SetupChoice{Value: one.Key, Label: one.Name.In(lang), Chosen: one.Key == in.Category})
		}
		fields := []views.SetupField{bothField("name", "setup.item.name", in.Name), bothField("purpose", "setup.item.purpose", in.Purpose), category,
			bothField("type", "setup.item.type", in.TypeName), bothField("submit", "setup.item.submit", in.Submit)}
		for _, q := range form.Questions {
			if options, ok := in.Choices[q.Key]; ok {
				list := linesField("choices-"+q.Key, "setup.item.choices-of", options)
				list.Label = views.Say("setup.item.choices-of", "Question", q.Label.In(lang))
				list.Help = views.Say("setup.item.choices.help")
				fields = append(fields, list)
			}
		}
		return fields
	}
	return s, err
}

func (a *App) setupItemPage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.ItemContent], desk.ItemContent, error) {
	item, form, err := a.Desk.ItemForm(c.UserContext(), a.DB, c.Params("key"))
	if err != nil {
		return nil, sheet[desk.ItemContent]{}, desk.ItemContent{}, err
	}
	s, err := a.itemSheet(c, item, form)
	content := desk.ItemAsContent(item, form)
	p := &views.SetupPage{Back: "/setup/catalog", Up: views.Say("setup.catalog.title"), Heading: item.Name.In(a.lang(c)), Form: s.form(a, c, content)}
	p.Tabs = setupFrame(&p.Shell, "catalog", p.Heading)
	return p, s, content, err
}

// setupItem shows an item to be changed.
func (a *App) setupItem(c *fiber.Ctx, who policy.Actor) error {
	p, _, _, err := a.setupItemPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// saveItem changes an item, and publishes its form where its choices are others.
func (a *App) saveItem(c *fiber.Ctx, who policy.Actor) error {
	p, s, was, err := a.setupItemPage(c)
	if err != nil {
		return err
	}
	in := desk.ItemContent{Category: c.FormValue("category"), Name: bothOf(c, "name"), Purpose: bothOf(c, "purpose"), TypeName: bothOf(c, "type"),
		Submit: bothOf(c, "submit"), Choices: map[string][]rules.Option{}}
	lists := map[string][]rules.Option{}
	for question := range was.Choices {
		in.Choices[question] = linesOf(c, "choices-"+question)
		lists["choices-"+question] = in.Choices[question]
	}
	if movedLine(c, lists) {
		return a.again(c, who, p, s.form(a, c, in))
	}
	key := c.Params("key")
	if err = a.Desk.SaveItem(c.UserContext(), who, key, in, c.FormValue("marks")); err == nil {
		return a.done(c, "/setup/catalog?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.ItemContent, error) {
		item, form, err := a.Desk.ItemForm(c.UserContext(), a.DB, key)
		return desk.ItemAsContent(item, form), err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}
