package handlers

import (
	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// gallery shows developers all components in all their states: platform administrators, and everybody in a demo.
func (a *App) gallery(c *fiber.Ctx, who policy.Actor) error {
	if !a.Demo && !a.Judge.May(who, policy.Configure) {
		return db.ErrNotFound
	}
	p := views.NewGallery(a.Clock().In(a.zone(who)))
	p.Title, p.Here = views.T(a.lang(c), "gallery.title"), "components"
	return a.page(c, who, p)
}
