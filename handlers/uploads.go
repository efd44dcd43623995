package handlers

import (
	"errors"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// createUpload keeps one file as it is chosen. It answers scripts: with the file's id and name, or with words for the
// person on why it was not taken.
func (a *App) createUpload(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.posted(c, who)
	lang := a.lang(c)
	switch {
	case errors.Is(err, fiber.ErrRequestEntityTooLarge):
		in.Refused = desk.Invalid{"file": {Code: "file_too_large", Args: map[string]any{"Name": "…", "Max": a.Desk.Limits().FileBytes}}}
	case full(err):
		a.Log.ErrorContext(c.UserContext(), "no room for an upload", "error", err)
		c.Set(fiber.HeaderRetryAfter, fullWait)
		return c.Status(fiber.StatusInsufficientStorage).JSON(fiber.Map{"error": views.T(lang, "error.507.file")})
	case err != nil:
		return err
	}
	if len(in.Files) == 0 {
		wrong, ok := in.Refused["file"]
		if !ok {
			wrong = desk.Complaint{Code: "no_file"}
		}
		status := fiber.StatusUnprocessableEntity
		if wrong.Code == "file_too_large" {
			status = fiber.StatusRequestEntityTooLarge
		}
		return c.Status(status).JSON(fiber.Map{"error": fileComplaint(lang, wrong).In(lang)})
	}
	f := in.Files[0]
	for _, more := range in.Files[1:] { // one at a time: nobody would know of the others
		if err := a.Desk.RemoveUpload(c.UserContext(), who, more.ID); err != nil {
			return err
		}
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"id": f.ID, "name": f.Name, "size": f.Size, "words": views.Bytes(lang, f.Size)})
}

// removeUpload throws away a file that was chosen and not submitted yet.
func (a *App) removeUpload(c *fiber.Ctx, who policy.Actor) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return db.ErrNotFound
	}
	if err := a.Desk.RemoveUpload(c.UserContext(), who, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
