package handlers

import (
	"errors"
	"fmt"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// planMessage is how far a draft is on its way, in a line. What lapsed or was sent back is no way.
func (a *App) planMessage(lang string, p db.Proposal) views.Message {
	at := views.Moment(lang, p.PublishAt.In(a.provider().Zone))
	switch {
	case p.Lapsed() && (p.State == db.Asked || p.State == db.Scheduled):
		return views.Say("drafts.line.lapsed", "Name", p.ChangedBy.Name())
	case p.State == db.Scheduled:
		return views.Say("drafts.line.planned", "At", at)
	case p.State == db.Asked:
		return views.Say("drafts.line.asked", "Name", p.By.Name())
	case p.State == db.Returned:
		return views.Say("drafts.line.returned", "Name", p.WordBy.Name())
	case p.State == db.Failed:
		return views.Say("drafts.line.failed")
	}
	return views.Message{}
}

// proposalLine is a draft on its way to being published, for the page of all rules: what waits, and what went wrong.
func (a *App) proposalLine(who policy.Actor, p db.Proposal) (views.ProposalLine, bool) {
	return views.ProposalLine{Name: p.Draft, Href: views.DraftPath(p.DraftID) + "/changes", What: a.planMessage(known(who.Person.Language), p),
		Asks: p.State == db.Asked && p.Waits(), Own: desk.MayNotApprove(who, p)}, p.Waits() || p.State == db.Failed
}

// proposal is how far the draft is on its way to being published, and what can be done about it.
func (d *drafted) proposal() *views.ProposalView {
	w := d.Proposal
	if w == nil {
		return nil
	}
	zone := d.app.provider().Zone
	v := &views.ProposalView{Kind: "info", Icon: "clock", Revision: d.Revision, Note: w.Note}
	line := func(key string, pairs ...any) { v.Lines = append(v.Lines, views.Say(key, pairs...)) }
	at := views.Moment(d.g.Lang, w.PublishAt.In(zone))
	withdraw := d.app.post(d.c, d.path()+"/publication/removal")
	switch {
	case w.Lapsed() && (w.State == db.Asked || w.State == db.Scheduled):
		v.Icon, v.Title = "info", views.Say("drafts.lapsed."+string(w.State), "At", at)
		line("drafts.lapsed.why", "Name", w.ChangedBy.Name())
		return v
	case w.Lapsed():
		return nil
	case w.State == db.Scheduled:
		v.Title, v.Withdraw = views.Say("drafts.planned", "At", at), &withdraw
		line("drafts.planned.by", "Name", w.By.Name(), "At", views.Moment(d.g.Lang, w.At.In(d.app.zone(d.who))))
		if w.ApprovedBy.ID != 0 {
			line("drafts.approved-by", "Name", w.ApprovedBy.Name())
		}
		line("drafts.planned.what")
	case w.State == db.Asked:
		v.Icon, v.Title, v.Withdraw = "user-check", views.Say("drafts.asked", "Name", w.By.Name()), &withdraw
		if !w.PublishAt.IsZero() {
			line("drafts.asked.at", "At", at)
		}
		if v.Own = desk.MayNotApprove(d.who, *w); !v.Own {
			approve := d.app.post(d.c, d.path()+"/approval")
			v.Approve = &approve
			v.Return = &views.ReturnForm{Post: d.app.post(d.c, d.path()+"/return"), Revision: d.Revision}
		}
	case w.State == db.Returned:
		v.Icon, v.Title, v.Word, v.Note = "undo-2", views.Say("drafts.returned", "Name", w.WordBy.Name()), w.Word, ""
	case w.State == db.Failed:
		v.Kind, v.Icon, v.Title = "critical", "triangle-alert", views.Say("drafts.failed", "At", at)
		line("drafts.failed." + w.Word)
	}
	return v
}

// becameVersion leads from a draft that is gone to the version that it was published as: mails lead to drafts, and a form
// may be sent twice.
func (a *App) becameVersion(c *fiber.Ctx, draft int64, err error) error {
	if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	version, wrong := a.DB.VersionOfDraft(c.UserContext(), draft)
	switch {
	case wrong == nil:
		return elsewhere(fmt.Sprintf("/rules/versions/%d", version))
	case errors.Is(wrong, db.ErrNotFound):
		return err
	}
	return wrong
}

// approveDraft is a second person's leave to publish.
func (a *App) approveDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	granted, err := a.Desk.ApproveDraft(c.UserContext(), who, id, revision(c))
	switch {
	case err == nil:
		return a.granted(c, id, granted)
	case errors.Is(err, db.ErrStale), errors.Is(err, desk.ErrOwnWork), errors.As(err, new(desk.Unpublishable)):
		return a.showStanding(c, who, err)
	}
	return a.becameVersion(c, id, err)
}

// returnDraft sends a draft back that waits for a second person.
func (a *App) returnDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	word := c.FormValue("word")
	err = a.Desk.ReturnDraft(c.UserContext(), who, id, revision(c), word)
	var invalid desk.Invalid
	switch {
	case err == nil:
		return a.done(c, views.DraftPath(id)+"/changes?done=draft-returned")
	case errors.Is(err, db.ErrStale):
		return a.showStanding(c, who, err)
	case !errors.As(err, &invalid):
		return err
	}
	d, p, err := a.standing(c, who)
	if err != nil {
		return err
	}
	if p.Proposal == nil || p.Proposal.Return == nil {
		return d.staleChanges(p)
	}
	p.Proposal.Return.Word, p.Proposal.Return.Complaint = desk.CleanText(word), complaintOf(invalid, "word")
	return a.refuse(c, who, p, p.Proposal.Return)
}

func (a *App) standing(c *fiber.Ctx, who policy.Actor) (*drafted, *views.DraftChanges, error) {
	d, err := a.draft(c, who)
	if err != nil {
		return nil, nil, err
	}
	p, err := d.changesPage()
	return d, p, err
}

// showStanding answers what could not be done about a draft with how the draft stands by now.
func (a *App) showStanding(c *fiber.Ctx, who policy.Actor, why error) error {
	d, p, err := a.standing(c, who)
	switch {
	case err != nil:
		return err
	case errors.Is(why, db.ErrStale):
		return d.staleChanges(p)
	case errors.Is(why, desk.ErrOwnWork):
		c.Status(fiber.StatusForbidden)
		return a.page(c, who, p)
	}
	return a.refuse(c, who, p, &p.Publish)
}

// withdrawDraft takes back what was planned or asked for.
func (a *App) withdrawDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	if err := a.Desk.WithdrawDraft(c.UserContext(), who, id); err != nil {
		return err
	}
	return a.done(c, views.DraftPath(id)+"/changes?done=draft-withdrawn")
}

// renameDraft gives a draft another name.
func (a *App) renameDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	name := c.FormValue("name")
	err = a.Desk.RenameDraft(c.UserContext(), who, id, c.FormValue("was"), name)
	var invalid desk.Invalid
	switch {
	case err == nil:
		return a.done(c, views.DraftPath(id)+"/changes?done=draft-renamed")
	case !errors.As(err, &invalid):
		return err
	}
	_, p, err := a.standing(c, who)
	if err != nil {
		return err
	}
	p.Rename.Name, p.Rename.Complaint = clean(name), complaintOf(invalid, "name")
	return a.refuse(c, who, p, &p.Rename)
}
