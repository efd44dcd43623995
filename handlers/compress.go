package handlers

import (
	"strings"

	"portico/static"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
)

// compressPages makes pages and their parts some five times smaller on the wire. Streams must not wait in a compressor,
// the front end's files are compressed already, and attachments mostly are.
func compressPages() fiber.Handler {
	return compress.New(compress.Config{
		Level: compress.LevelBestSpeed,
		Next: func(c *fiber.Ctx) bool {
			path := c.Path()
			return path == "/live" || strings.HasPrefix(path, "/files/") || strings.HasPrefix(path, static.Prefix)
		},
	})
}
