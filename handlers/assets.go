package handlers

import (
	"portico/static"

	"github.com/gofiber/fiber/v2"
)

// asset serves a file of the front end: compressed as the browser likes it, and kept by it for ever.
func (a *App) asset(c *fiber.Ctx) error {
	file, ok := a.Bundle.Asset(c.Params("name"), c.Get(fiber.HeaderAcceptEncoding))
	if !ok {
		return fiber.ErrNotFound
	}
	return sendAsset(c, file, static.CacheControl)
}

// favicon is for browsers that ask for it without having read the page.
func (a *App) favicon(c *fiber.Ctx) error {
	return c.Redirect(a.Bundle.Path("favicon.svg"), fiber.StatusFound)
}

// licences are those of all the software that is shipped in the front end.
func (a *App) licences(c *fiber.Ctx) error {
	return c.Redirect(a.Bundle.Path("licences.txt"), fiber.StatusFound)
}

func sendAsset(c *fiber.Ctx, file static.Asset, cache string) error {
	c.Set(fiber.HeaderContentType, file.Type)
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if file.Encoding != "" {
		c.Set(fiber.HeaderContentEncoding, file.Encoding)
	}
	return c.Send(file.Body)
}
