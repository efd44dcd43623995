package handlers

import (
	"mime"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"gocloud.dev/gcerrors"
)

// inline are the types that a browser may show in a page of ours: pictures that can't do anything. All else is saved.
var inline = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// findFile finds the attachment that the address names, if its asker may read what it hangs on.
func (a *App) findFile(c *fiber.Ctx, who policy.Actor) (db.File, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return db.File{}, db.ErrNotFound
	}
	internal := a.Judge.May(who, policy.Note)
	return a.DB.FindFile(c.UserContext(), a.Judge.Scope(who, policy.See), internal, who.Person.ID, id)
}

// file sends an attachment, to who may read what it hangs on. It is streamed, and never served as anything active.
func (a *App) file(c *fiber.Ctx, who policy.Actor) error {
	f, err := a.findFile(c, who)
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

// preview sends a small picture of an attachment. It never changes, so a browser may keep it; but it asks each time, as its
// reader may see it no longer.
func (a *App) preview(c *fiber.Ctx, who policy.Actor) error {
	f, err := a.findFile(c, who)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	tag := `"` + f.ID.String() + `"`
	if c.Get(fiber.HeaderIfNoneMatch) == tag && desk.Previewed(f) {
		c.Set(fiber.HeaderETag, tag)
		return c.SendStatus(fiber.StatusNotModified)
	}
	small, err := a.Desk.Preview(c.UserContext(), a.live.gone, f)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderContentType, small.MediaType)
	c.Set(fiber.HeaderContentDisposition, "inline")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'")
	return c.SendStream(small, int(small.Size))
}
