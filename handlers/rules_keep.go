package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// keepExample makes an example of the draft out of what is tried on it: what the draft decides now is what it expects.
// It can as well stand in the place of the example that the trial was begun with.
func (a *App) keepExample(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	t := d.trial()
	if err := t.try(); err != nil {
		return err
	}
	if len(t.wrong) > 0 { // an example of something else than what was asked for
		return t.refuse()
	}
	was := ""
	if t.raw.Get("example-as") != "new" {
		was = clean(t.raw.Get("example-was"))
	}
	place, err := a.Desk.KeepExample(c.UserContext(), who, d.ID, revision(c), was, t.kept())
	var invalid desk.Invalid
	switch {
	case errors.Is(err, db.ErrStale):
		t.keep.Open, t.keep.Stale = true, true
		t.example = 1 + slices.IndexFunc(d.Set.Examples, func(e rules.Example) bool { return e.Name == was })
		c.Status(fiber.StatusConflict)
		return t.show()
	case errors.As(err, &invalid):
		t.keep.NameWrong = complaintOf(invalid, "name")
		return t.refuse()
	case err != nil:
		return err
	}
	return a.done(c, examplePath(d.ID, place, "example-kept"))
}

// keepLiveExample does the same out of what is tried on the live rules: into a draft that is chosen, or a new one.
func (a *App) keepLiveExample(c *fiber.Ctx, who policy.Actor) error {
	t, err := a.liveTrial(c, who)
	if err != nil {
		return err
	}
	if err := t.try(); err != nil {
		return err
	}
	if len(t.wrong) > 0 {
		return t.refuse()
	}
	id, revision, err := t.into()
	if err == nil {
		var place int
		if place, err = a.Desk.KeepExample(c.UserContext(), who, id, revision, "", t.kept()); err == nil {
			return a.done(c, examplePath(id, place, "example-kept"))
		}
	}
	var invalid desk.Invalid
	switch {
	case errors.Is(err, db.ErrStale), errors.Is(err, db.ErrNotFound):
		t.keep.Open, t.keep.Stale = true, true
		c.Status(fiber.StatusConflict)
		return t.show()
	case errors.Is(err, desk.ErrUnreadable):
		t.keep.Wrong = views.Say("try.keep.broken")
		return t.refuse()
	case errors.As(err, &invalid):
		t.keep.NameWrong, t.keep.Wrong = complaintOf(invalid, "name"), complaintOf(invalid, "draft")
		return t.refuse()
	}
	return err
}

// into is the draft that was chosen, as it is now: what is added to it is in nobody's way. A new one is begun first; sent
// twice, it is there already.
func (t *trial) into() (id int64, revision int, err error) {
	ctx := t.c.UserContext()
	if number := t.raw.Get("example-draft"); number != "new" {
		if id, err = strconv.ParseInt(number, 10, 64); err != nil {
			return 0, 0, desk.Invalid{"draft": {Code: "try.keep.undrafted"}}
		}
	} else if clean(t.raw.Get("example-name")) == "" { // before a draft is begun for nothing
		return 0, 0, desk.Invalid{"name": {Code: "try.keep.unnamed"}}
	} else {
		name := clean(t.raw.Get("example-fresh"))
		draft, err := t.app.Desk.BeginDraft(ctx, t.who, name)
		var invalid desk.Invalid
		if !errors.As(err, &invalid) {
			return draft.ID, draft.Revision, err
		}
		list, err := t.app.DB.RuleDrafts(ctx)
		if err != nil {
			return 0, 0, err
		}
		i := slices.IndexFunc(list, func(d db.DraftLine) bool { return d.Name == name })
		if i < 0 {
			return 0, 0, desk.Invalid{"draft": invalid["name"]}
		}
		id = list[i].ID
	}
	draft, err := t.app.DB.RuleDraft(ctx, id)
	return id, draft.Revision, err
}

// kept is the example that was asked for.
func (t *trial) kept() rules.Example {
	e := t.tried.Example(t.set(), t.app.Desk.Lookup(t.c.UserContext()))
	e.Name = clean(t.raw.Get("example-name"))
	expected := t.raw["example-expect"]
	if len(expected) == 0 {
		expected = []string{rules.OutcomePriority, rules.OutcomeQueue}
	}
	e.Expect = desk.Expecting(t.set().Decide(t.tried.Facts), expected)
	return e
}

// refuse shows the trial with what is wrong with the example.
func (t *trial) refuse() error {
	t.keep.Open = true
	t.c.Status(fiber.StatusUnprocessableEntity)
	return t.show()
}

// examplePath is where an example of a draft is seen, by its place from 1.
func examplePath(id int64, place int, done string) string {
	return fmt.Sprintf("%s/examples?at=%d&done=%s#example-%d", views.DraftPath(id), place, done, place)
}
