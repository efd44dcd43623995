package handlers

import (
	"context"
	"strconv"

	"portico/db"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
)

// looked has it noted in the audit log when one of the provider's people was shown what is a customer's: what stands in the
// address as a number is what they looked at, and the names of the filters that were set say how they searched. Who was
// refused saw nothing. It goes around the handler in the route map, so that one sees there which pages are noted.
func (a *App) looked(at db.AuditAction, subject string, h Handler) Handler {
	a.looks = true
	return func(c *fiber.Ctx, who policy.Actor) error {
		if err := h(c, who); err != nil || !who.Staff() {
			return err
		}
		if c.Response().StatusCode() != fiber.StatusOK || c.Method() == fiber.MethodHead {
			return nil
		}
		e := db.AuditEntry{At: a.Clock(), ActorID: who.Person.ID, Action: at}
		switch number, isCase := db.ParseNumber(c.Params("number")); {
		case isCase:
			e.Subject, e.SubjectID = subject, int64(number)
		case c.Params("id") != "":
			if id, err := strconv.ParseInt(c.Params("id"), 10, 64); err == nil {
				e.Subject, e.SubjectID = subject, id
			} else {
				e.Detail = map[string]any{subject: c.Params("id")}
			}
		default:
			e.Detail = asked(c)
		}
		return a.lookedAt(c.UserContext(), e)
	}
}

// lookedAt has one look noted. There being no room for it keeps nobody from reading.
func (a *App) lookedAt(ctx context.Context, e db.AuditEntry) error {
	err := a.DB.Look(ctx, e)
	if full(err) { // what is there can still be read then; the log keeps what the database has no room for
		a.Log.WarnContext(ctx, "no room for the audit log", "actor", e.ActorID, "action", e.Action, "subject", e.Subject, "id", e.SubjectID)
		return nil
	}
	return err
}

// asked are the names of what a list was narrowed by, and the values of those that are nobody's own words.
func asked(c *fiber.Ctx) map[string]any {
	set := map[string]any{}
	c.Context().QueryArgs().VisitAll(func(key, value []byte) {
		switch name := clean(string(key)); { // what is no text can't be kept
		case len(value) == 0 || len(set) >= 20 || len(name) > 40:
		case quoted[name] && len(value) <= 60:
			set[name] = clean(string(value))
		default:
			set[name] = true
		}
	})
	return set
}

// quoted are the parts of an address whose values the audit log may hold: what stands in the others may be somebody's name.
var quoted = map[string]bool{"list": true, "state": true, "type": true, "priority": true, "account": true, "product": true,
	"from": true, "to": true, "role": true, "sort": true, "source": true}
