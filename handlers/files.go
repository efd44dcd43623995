package handlers

import (
	"mime"

	"portico/db"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"gocloud.dev/gcerrors"
)

// inline are the types that a browser may show in a page of ours: pictures that can't do anything. All else is saved.
var inline = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// file sends an attachment, to who may read what it hangs on. It is streamed, and never served as anything active.
func (a *App) file(c *fiber.Ctx, who policy.Actor) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return db.ErrNotFound
	}
	internal := a.Judge.May(who, policy.Note)
	f, err := a.DB.FindFile(c.UserContext(), a.Judge.Scope(who, policy.See), internal, who.Person.ID, id)
	if err != nil {
		return err
	}
	// The stream outlives this handler, and the request's own context with it.
	body, err := a.Desk.Files.NewReader(a.live.gone, f.Key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		a.Log.ErrorContext(c.UserContext(), "an attachment is not in the store", "file", f.ID, "key", f.Key)
		return db.ErrNotFound
	}
	if err != nil {
		return err
	}
	disposition := "attachment"
	if inline[f.MediaType] {
		disposition = "inline"
	}
	c.Set(fiber.HeaderContentType, f.MediaType)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.SendStream(body, int(body.Size()))
}
