package handlers

import (
	"errors"
	"fmt"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// avatarOf is what stands for somebody wherever they are named.
func avatarOf(n db.Named) views.Avatar {
	v := views.Avatar{Initials: n.Initials(), Tone: int(n.ID % 6)} // there are six colours
	if n.Picture != "" {
		v.Picture = fmt.Sprintf("/people/%d/picture?v=%s", n.ID, n.Picture)
	}
	return v
}

// picture sends somebody's picture to who is signed in and knows its address. Its key is by chance, so that only who was
// shown the person has it: who sees whom is decided where they are named, and need not be decided again. The address
// names the version, so a browser may keep it.
func (a *App) picture(c *fiber.Ctx, _ policy.Actor) error {
	id, err := c.ParamsInt("id")
	if err != nil {
		return db.ErrNotFound
	}
	// The stream outlives this handler, and the request's own context with it.
	body, err := a.Desk.Picture(c.UserContext(), a.live.gone, int64(id), c.Query("v"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, desk.PictureType)
	c.Set(fiber.HeaderContentDisposition, `inline; filename="picture.jpg"`)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'")
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.SendStream(body, int(body.Size()))
}

// savePicture takes a picture in, and with it what was chosen of it.
func (a *App) savePicture(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.postedOf(c, who, []desk.FileKind{desk.Pictures})
	if err != nil {
		return err
	}
	wrong := desk.Invalid{"picture": {Code: "profile.picture.missing"}}
	switch complaint, refused := in.Refused["file"]; {
	case len(in.Files) > 0:
		for _, more := range in.Files[1:] {
			if err := a.Desk.RemoveUpload(c.UserContext(), who, more.ID); err != nil {
				return err
			}
		}
		number := func(name string) int { // what is no number is as if it had not been said
			n, err := strconv.Atoi(in.Values.Get(name))
			if err != nil {
				return -1
			}
			return n
		}
		err := a.Desk.SetPicture(c.UserContext(), who, in.Files[0], desk.Crop{X: number("x"), Y: number("y"), Side: number("side")})
		if !errors.As(err, &wrong) {
			if err != nil {
				return err
			}
			return a.done(c, "/profile?done=picture")
		}
	case refused && complaint.Code == "file_too_large":
		wrong["picture"] = desk.Complaint{Code: "profile.picture.large"}
	case refused && complaint.Code != "empty_file":
		wrong["picture"] = desk.Complaint{Code: "profile.picture.unreadable"}
	}
	page, err := a.profilePage(c, who)
	if err != nil {
		return err
	}
	page.PictureProblem = complaintOf(wrong, "picture")
	return a.refuse(c, who, page, page)
}

func (a *App) removePicture(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Desk.RemovePicture(c.UserContext(), who); err != nil {
		return err
	}
	return a.done(c, "/profile?done=picture-removed")
}
