package handlers

import (
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// callers lets staff find who calls, and choose what to open for them.
func (a *App) callers(c *fiber.Ctx, who policy.Actor) error {
	if !who.Staff() {
		return db.ErrNotFound
	}
	words := strings.TrimSpace(clean(c.Query("q")))
	list, err := a.Desk.Callers(c.UserContext(), who, words)
	if err != nil {
		return err
	}
	found := views.CallersFound{Words: words, More: len(list) > desk.CallersShown}
	items, err := a.DB.AllItems(c.UserContext())
	if err != nil {
		return err
	}
	for _, caller := range list[:min(len(list), desk.CallersShown)] {
		one := views.FoundCaller{Caller: caller}
		for _, item := range items {
			one.Items = append(one.Items, views.CallerItem{Href: itemPath(item.Key) + "?for=" + strconv.FormatInt(caller.ID, 10), Name: item.Name})
		}
		found.List = append(found.List, one)
	}
	if isPartial(c) {
		return a.partial(c, &found)
	}
	p := &views.CallerPage{Found: found}
	p.Title, p.Here = views.T(a.lang(c), "agent.callers"), "caller"
	return a.page(c, who, p)
}
