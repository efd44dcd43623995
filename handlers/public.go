package handlers

import "github.com/gofiber/fiber/v2"

// trapField is the field of public forms that people don't see, and leave empty: see views/shared/_trap.html.
const trapField = "topic_url"

// trapped tells whether a form was filled in by a program that fills in all there is. It is answered as if all was well.
func trapped(c *fiber.Ctx) bool { return c.FormValue(trapField) != "" }
