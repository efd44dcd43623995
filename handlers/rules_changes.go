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

// draftChanges shows how a draft differs from what is live, and publishes it from there.
func (a *App) draftChanges(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, d.changesPage())
}

func (d *drafted) changesPage() *views.DraftChanges {
	return &views.DraftChanges{Shell: d.shell("changes"), Bar: d.bar("changes"), Changes: d.g.Changes(d.Changes),
		Meanwhile: d.g.Changes(d.Meanwhile), Publish: d.publishing()}
}

func (d *drafted) publishing() views.PublishDraft {
	draft := d.path()
	if d.Broken {
		draft = ""
	}
	return views.PublishDraft{
		Post: d.app.post(d.c, d.path()+"/publication"), Revision: d.Revision, Same: !d.Broken && len(d.Changes) == 0, Broken: d.Broken,
		Problems: problemList(d.g, d.Set, d.Source, draft, d.Report.Problems), Red: exampleLines(d.g, failedExamples(d.Report.Results)),
	}
}

// publishDraft makes a draft live.
func (a *App) publishDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	note := c.FormValue("note")
	version, err := a.Desk.PublishDraft(c.UserContext(), who, id, revision(c), note)
	var invalid desk.Invalid
	stale := errors.Is(err, db.ErrStale)
	switch {
	case err == nil:
		return a.done(c, "/rules?done=rules-published#version-"+strconv.Itoa(version))
	case stale, errors.As(err, &invalid), errors.As(err, new(desk.Unpublishable)):
	default:
		return err
	}
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	p := d.changesPage()
	p.Publish.Note, p.Publish.Complaint = desk.CleanText(note), complaintOf(invalid, "note")
	if stale {
		if !d.Overtaken() { // it is the draft itself that somebody changed
			if p.Conflict, _, err = d.conflictSince(revision(c)); err != nil {
				return err
			}
		}
		c.Status(fiber.StatusConflict)
		return a.page(c, who, p)
	}
	return a.refuse(c, who, p, &p.Publish)
}

// updateDraft has a draft count as a change of what is live now.
func (a *App) updateDraft(c *fiber.Ctx, who policy.Actor) error {
	return a.changeDraft(c, who, func(id int64) (string, error) {
		live, err := strconv.Atoi(c.FormValue("live"))
		if err != nil {
			return "", db.ErrStale
		}
		_, err = a.Desk.UpdateDraft(c.UserContext(), who, id, revision(c), live)
		return views.DraftPath(id) + "/changes?done=draft-updated", err
	})
}

// removeDraft throws a draft away.
func (a *App) removeDraft(c *fiber.Ctx, who policy.Actor) error {
	return a.changeDraft(c, who, func(id int64) (string, error) {
		return "/rules?done=draft-removed", a.Desk.DropDraft(c.UserContext(), who, id, revision(c))
	})
}

func (a *App) changeDraft(c *fiber.Ctx, who policy.Actor, change func(id int64) (string, error)) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	to, err := change(id)
	switch {
	case errors.Is(err, db.ErrStale):
		return a.overtakenDraft(c, who)
	case err != nil:
		return fmt.Errorf("change draft %d: %w", id, err)
	}
	return a.done(c, to)
}
