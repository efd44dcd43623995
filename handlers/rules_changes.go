package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"time"

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
	p, err := d.changesPage()
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (d *drafted) changesPage() (*views.DraftChanges, error) {
	p := &views.DraftChanges{Shell: d.shell("changes"), Bar: d.bar("changes"), Publish: d.publishing(), Proposal: d.proposal(),
		Copy:   views.BeginDraft{Post: d.app.post(d.c, "/rules/drafts"), Draft: d.ID},
		Rename: views.RenameDraft{Post: d.app.post(d.c, d.path()+"/name"), Was: d.Name, Name: d.Name}}
	with, err := against(d.c, d.Live, d.Live)
	if err != nil {
		return nil, err
	}
	other, err := d.app.versionSide(d.c, with)
	if err != nil {
		return nil, err
	}
	often := []quick{{d.Live, "drafts.against.live"}}
	if d.Overtaken() {
		often = append(often, quick{d.BaseVersion, "drafts.against.base"})
	}
	this := compared{name: d.Name, source: d.Source, set: d.Set, broken: d.Broken}
	p.Changes = compare(d.c, d.g, d.path()+"/changes", with, d.Live, often, other, this)
	if d.Overtaken() {
		p.Merge = d.merging(nil)
	}
	return p, nil
}

func (d *drafted) publishing() views.PublishDraft {
	draft := d.path()
	if d.Broken {
		draft = ""
	}
	p := views.PublishDraft{
		Post: d.app.post(d.c, d.path()+"/publication"), Revision: d.Revision, Same: !d.Broken && len(d.Changes) == 0, Broken: d.Broken,
		Problems: problemList(d.g, d.Set, d.Source, draft, d.Report.Problems), Red: exampleLines(d.g, failedExamples(d.Report.Results)),
		Second: d.Second, Zone: d.app.provider().Zone.String(),
	}
	if w := d.Proposal; w != nil { // what was said before is kept
		p.Waits, p.Note = w.Waits(), w.Note
		if !w.PublishAt.IsZero() && w.PublishAt.After(d.app.Clock()) {
			p.Later, p.At = true, w.PublishAt.In(d.app.provider().Zone).Format(pickedTime)
		}
	}
	return p
}

// pickedTime is how browsers send a date with a time.
const pickedTime = "2006-01-02T15:04"

// wish reads how a draft is to be published; a complaint where the time is none.
func (d *drafted) wish() (desk.Wish, views.Message) {
	w := desk.Wish{Note: d.c.FormValue("note")}
	if d.c.FormValue("when") != "later" {
		return w, views.Message{}
	}
	typed := d.c.FormValue("at")
	at, err := time.ParseInLocation(pickedTime, typed, d.app.provider().Zone)
	if err != nil {
		return w, views.Say("drafts.at.missing")
	}
	if at.Format(pickedTime) != typed { // the clocks are put forward then
		return w, views.Say("drafts.at.skipped")
	}
	w.At = at
	return w, views.Message{}
}

// publishDraft makes a draft live, plans that, or asks for it.
func (a *App) publishDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	wish, wrong := (&drafted{app: a, c: c, who: who}).wish()
	var invalid desk.Invalid
	var granted desk.Granted
	if wrong.Empty() {
		granted, err = a.Desk.SubmitDraft(c.UserContext(), who, id, revision(c), wish)
	} else if err = a.Judge.Check(who, policy.Configure, policy.Object{}); err == nil {
		err = desk.Invalid{"at": {Code: wrong.Key}}
	}
	stale := errors.Is(err, db.ErrStale)
	switch {
	case err == nil:
		return a.granted(c, id, granted)
	case stale, errors.As(err, &invalid), errors.As(err, new(desk.Unpublishable)):
	default:
		return a.becameVersion(c, id, err)
	}
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	p, err := d.changesPage()
	if err != nil {
		return err
	}
	p.Publish.Note, p.Publish.Complaint = desk.CleanText(wish.Note), complaintOf(invalid, "note")
	p.Publish.Later, p.Publish.AtComplaint = c.FormValue("when") == "later", complaintOf(invalid, "at")
	if at := c.FormValue("at"); at != "" && len(at) < 40 {
		p.Publish.At = clean(at)
	}
	if stale {
		return d.staleChanges(p)
	}
	return a.refuse(c, who, p, &p.Publish)
}

// granted leads on from what became of a draft.
func (a *App) granted(c *fiber.Ctx, id int64, g desk.Granted) error {
	switch {
	case g.Asked:
		return a.done(c, views.DraftPath(id)+"/changes?done=draft-asked")
	case !g.At.IsZero():
		return a.done(c, views.DraftPath(id)+"/changes?done=draft-planned")
	}
	return a.done(c, "/rules?done=rules-published#version-"+strconv.Itoa(g.Version))
}

// staleChanges answers who did something about a draft that others changed meanwhile: with what they changed.
func (d *drafted) staleChanges(p *views.DraftChanges) error {
	if !d.Overtaken() || d.Revision != revision(d.c) { // it is the draft itself that somebody changed
		var err error
		if p.Conflict, _, err = d.conflictSince(revision(d.c)); err != nil {
			return err
		}
	}
	d.c.Status(fiber.StatusConflict)
	return d.app.page(d.c, d.who, p)
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
