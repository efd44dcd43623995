package handlers

import (
	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

func itemPath(key string) string     { return "/items/" + key }
func categoryPath(key string) string { return "/catalog/" + key }

// catalog shows all that can be asked for, to those who may ask.
func (a *App) catalog(c *fiber.Ctx, who policy.Actor) error {
	if !a.Judge.May(who, policy.Open) {
		return policy.Forbidden{Action: policy.Open}
	}
	ctx := c.UserContext()
	p := &views.CatalogPage{Shell: views.Shell{Title: views.T(a.lang(c), "catalog.title"), Here: "catalog"}}
	alone, err := a.DB.Items(ctx, "")
	if err != nil {
		return err
	}
	p.Alone = itemLinks(alone)
	categories, err := a.DB.Categories(ctx)
	if err != nil {
		return err
	}
	for _, category := range categories {
		items, err := a.DB.Items(ctx, category.Key)
		if err != nil {
			return err
		}
		p.Categories = append(p.Categories, views.CategoryItems{CategoryLink: categoryLink(category), Items: itemLinks(items)})
	}
	return a.page(c, who, p)
}

// category shows what can be asked for in one category.
func (a *App) category(c *fiber.Ctx, who policy.Actor) error {
	if !a.Judge.May(who, policy.Open) {
		return policy.Forbidden{Action: policy.Open}
	}
	category, err := a.DB.Category(c.UserContext(), c.Params("category"))
	if err != nil {
		return err
	}
	items, err := a.DB.Items(c.UserContext(), category.Key)
	if err != nil {
		return err
	}
	return a.page(c, who, &views.CategoryPage{
		Shell: views.Shell{Title: category.Name.In(a.lang(c)), Here: "catalog"},
		Name:  category.Name, Purpose: category.Purpose, Items: itemLinks(items),
	})
}

func itemLinks(items []db.Item) []views.ItemLink {
	links := make([]views.ItemLink, len(items))
	for i, item := range items {
		links[i] = views.ItemLink{Name: item.Name, Purpose: item.Purpose, Href: itemPath(item.Key)}
	}
	return links
}

func categoryLink(c db.Category) views.CategoryLink {
	return views.CategoryLink{Name: c.Name, Href: categoryPath(c.Key)}
}
