package handlers

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// fault turns any error of a handler into what the person is told. It is the only place that does; the log has the rest.
func (a *App) fault(c *fiber.Ctx, err error) error {
	var to elsewhere
	if errors.As(err, &to) {
		return a.done(c, string(to))
	}
	status, key := statusOf(err)
	var form unsent
	if errors.As(err, &form) {
		c.Status(status)
		if shown, err := a.showAgain(c, form); shown || err != nil {
			return err
		}
	}
	if status == fiber.StatusUnauthorized && !isPartial(c) && c.Method() == fiber.MethodGet && !wantsStream(c) {
		return c.Redirect("/sign-in?next="+url.QueryEscape(c.OriginalURL()), fiber.StatusSeeOther)
	}
	if status >= 500 && !errors.Is(err, fiber.ErrServiceUnavailable) { // that is one of our own, and means to stop
		a.Log.ErrorContext(c.UserContext(), "request failed", "status", status, "method", c.Method(), "path", toldPath(c),
			"error", err)
	}
	c.Status(status)
	text := views.Say("error." + key + ".text")
	var throttled desk.Throttled
	switch {
	case errors.As(err, &throttled):
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(throttled.Wait/time.Second)+1))
		text = views.Say("error.429.text", "Minutes", int(throttled.Wait/time.Minute)+1)
	case status == fiber.StatusServiceUnavailable:
		c.Set(fiber.HeaderRetryAfter, "5")
		if isPartial(c) {
			text = views.Say("error.503.part")
		} else if c.Method() == fiber.MethodPost {
			text = views.Say("error.503.sent")
		}
	case status == fiber.StatusInsufficientStorage:
		c.Set(fiber.HeaderRetryAfter, fullWait)
	case status == fiber.StatusRequestEntityTooLarge:
		text = views.Say("error.413.text", "Size", views.Bytes(a.lang(c), a.Desk.Limits().FileBytes), "Files", a.Desk.Limits().Files)
	}
	if wantsStream(c) {
		return nil
	}
	if isPartial(c) { // the answer must not stand where the part would: it is spoken, and the page stays as it is
		c.Set("HX-Retarget", "#alert")
		c.Set("HX-Reswap", "innerHTML")
		return a.show(c, &views.ErrorNotice{Text: text}, false)
	}
	p := &views.ErrorPage{Status: status, Heading: views.Say("error." + key + ".title"), Text: text}
	switch {
	case status == fiber.StatusUnauthorized:
		p.Next, p.Href = views.Say("error.sign-in"), "/sign-in"
	case status >= fiber.StatusServiceUnavailable && c.Method() == fiber.MethodPost:
		// What was sent is known to the browser alone: a link to the form would lead to an empty one.
	case status == fiber.StatusServiceUnavailable, key == "csrf":
		p.Next, p.Href = views.Say("error.again"), retryPath(c)
	default:
		p.Next, p.Href = views.Say("error.home"), "/"
	}
	if status == fiber.StatusInternalServerError {
		p.RequestID = RequestID(c.UserContext())
	}
	p.Layout = "fault"
	p.Title = p.Heading.In(a.lang(c))
	p.Refresh = map[bool]int{true: 5}[status == fiber.StatusServiceUnavailable && c.Method() == fiber.MethodGet]
	who, _ := c.Locals(localActor).(policy.Actor)
	if err := a.frame(c, who, p.Frame(), false); err != nil { // not whole: no query, it may be the database that is away
		return err
	}
	return a.show(c, p, true)
}

// elsewhere says that what was asked for is to be found at another address by now.
type elsewhere string

func (e elsewhere) Error() string { return "it is at " + string(e) }

// statusOf is the status for an error, and the key of its words in the catalogues.
func statusOf(err error) (status int, key string) {
	var httpError *fiber.Error
	var forbidden policy.Forbidden
	var invalid desk.Invalid
	var throttled desk.Throttled
	switch {
	case errors.Is(err, errSignedOut):
		status = fiber.StatusUnauthorized
	case errors.Is(err, errExpired):
		return fiber.StatusForbidden, "csrf"
	case errors.Is(err, errForeign):
		return fiber.StatusForbidden, "foreign"
	case errors.As(err, &forbidden):
		status = fiber.StatusForbidden
	case errors.Is(err, db.ErrNotFound):
		status = fiber.StatusNotFound
	case errors.Is(err, desk.ErrLastAdministrator):
		return fiber.StatusConflict, "last-administrator"
	case errors.Is(err, db.ErrStale), errors.Is(err, desk.ErrState):
		status = fiber.StatusConflict
	case errors.As(err, &invalid):
		status = fiber.StatusUnprocessableEntity
	case errors.As(err, &throttled):
		status = fiber.StatusTooManyRequests
	case errors.As(err, &httpError):
		status = httpError.Code
		switch {
		case status == fiber.StatusMethodNotAllowed:
			status = fiber.StatusNotFound
		case status == fiber.StatusRequestHeaderFieldsTooLarge, status == fiber.StatusRequestURITooLong:
			return status, "413"
		}
	case full(err):
		status = fiber.StatusInsufficientStorage
	case db.Away(err), errors.Is(err, context.DeadlineExceeded):
		status = fiber.StatusServiceUnavailable
	default:
		status = fiber.StatusInternalServerError
	}
	switch status {
	case 401, 403, 404, 408, 409, 413, 422, 429, 503, 507:
		return status, strconv.Itoa(status)
	}
	if status < 500 {
		return status, "422"
	}
	return status, "500"
}

// fullWait is after how many seconds it is worth asking again whether there is room: somebody has to make it.
const fullWait = "60"

// full tells whether there was no room to write, in the database or where attachments are kept.
func full(err error) bool {
	return db.Full(err) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// wantsStream tells whether the answer would be read by a script as a stream of changes.
func wantsStream(c *fiber.Ctx) bool { return c.Get(fiber.HeaderAccept) == "text/event-stream" }

// retryPath is where the same page can be asked for again.
func retryPath(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return ownPath(c.OriginalURL(), "/")
	}
	if from, err := url.Parse(c.Get(fiber.HeaderReferer)); err == nil && from.Host == string(c.Request().Host()) {
		return ownPath(from.RequestURI(), "/")
	}
	return "/"
}
