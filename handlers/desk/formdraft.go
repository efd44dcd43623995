package desk

import (
	"context"
	"errors"
	"strings"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// What a draft of a form may hold: more than any form asks for.
const (
	draftAnswers = 200
	draftBytes   = 500_000
)

// DraftedForm is a form that is not sent yet.
type DraftedForm struct {
	Ask
	Submission uuid.UUID // the form's own token
	Draft      uuid.UUID // the mark of the draft that it began with, or had last
}

// FormDraft finds the form of an item that somebody left half-way, for themselves or for a contact; db.ErrNotFound where
// there is none. It asks for no permission: whoever shows it as a form is asked for that.
func (d *Desk) FormDraft(ctx context.Context, who policy.Actor, item string, requester int64) (db.FormDraft, error) {
	return d.DB.FormDraft(ctx, who.Person.ID, item, forOther(who, requester))
}

// FormDrafts lists the forms that somebody left half-way, the last first, for themselves and for contacts for whom they may
// open cases.
func (d *Desk) FormDrafts(ctx context.Context, who policy.Actor) ([]db.FormDraftLine, error) {
	if !d.Judge.May(who, policy.Open) {
		return nil, nil
	}
	return d.DB.FormDrafts(ctx, who.Person.ID, d.Judge.Accounts(who, policy.OpenFor), DraftsShown)
}

// DraftsShown is how many forms that were left half-way a list shows.
const DraftsShown = 10

// KeepForm keeps a form that somebody leaves half-way, with its uploads, as KeepReply keeps a reply: for them, the item, and
// whom the case will be for. Answers are kept as they were posted; they are judged anew when the form is shown.
func (d *Desk) KeepForm(ctx context.Context, who policy.Actor, in DraftedForm) (draft db.FormDraft, err error) {
	if err := d.mayFill(ctx, who, in.Ask); err != nil {
		return db.FormDraft{}, err
	}
	draft = db.FormDraft{PersonID: who.Person.ID, Item: in.Item, Requester: forOther(who, in.For), Submission: in.Submission, Mark: in.Draft, SavedAt: d.Clock()}
	if draft.Files, err = d.held(ctx, who, in.Files); err != nil {
		return db.FormDraft{}, err
	}
	if draft.Answers = answersTyped(in.Raw); draft.Answers == nil {
		return db.FormDraft{}, Invalid{"draft": {Code: "too_long", Args: map[string]any{"Max": draftBytes}}}
	}
	if len(draft.Answers) == 0 && len(draft.Files) == 0 {
		_, err := d.DB.DropFormDraft(ctx, draft.PersonID, draft.Item, draft.Requester, in.Draft, in.Submission)
		return db.FormDraft{}, errors.Join(err, d.DB.Notify(ctx, db.OwnChanged(who.Person.ID)))
	}
	if err := d.DB.KeepFormDraft(ctx, &draft); !errors.Is(err, db.ErrStale) {
		if err == nil && in.Draft == uuid.Nil { // it was begun just now
			err = d.DB.Notify(ctx, db.OwnChanged(who.Person.ID))
		}
		return draft, err
	}
	other, err := d.DB.FormDraft(ctx, draft.PersonID, draft.Item, draft.Requester)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return db.FormDraft{}, nil
	case err != nil:
		return db.FormDraft{}, err
	}
	return other, db.ErrStale
}

// DiscardForm throws away a form that somebody left half-way, with its uploads, if it is still what they saw.
func (d *Desk) DiscardForm(ctx context.Context, who policy.Actor, in DraftedForm) error {
	files, err := d.DB.DropFormDraft(ctx, who.Person.ID, in.Item, forOther(who, in.For), in.Draft, in.Submission)
	if err != nil {
		return err
	}
	return errors.Join(d.dropHeld(ctx, who, files), d.DB.Notify(ctx, db.OwnChanged(who.Person.ID)))
}

// overWith forgets the draft of a form that was sent. Should that fail, it is over all the same: a case has its submission.
func (d *Desk) overWith(ctx context.Context, who policy.Actor, in Open) {
	if in.Draft == uuid.Nil {
		return
	}
	_, err := d.DB.DropFormDraft(ctx, who.Person.ID, in.Item, forOther(who, in.For), in.Draft, in.Submission)
	if err = errors.Join(err, d.DB.Notify(ctx, db.OwnChanged(who.Person.ID))); err != nil {
		d.Log.WarnContext(ctx, "the draft of a form that was sent could not be forgotten", "error", err)
	}
}

// mayFill tells whether somebody may fill a form in at all, for that contact.
func (d *Desk) mayFill(ctx context.Context, who policy.Actor, in Ask) error {
	if !d.Judge.May(who, policy.Open) {
		return policy.Forbidden{Action: policy.Open}
	}
	if _, _, err := d.DB.Item(ctx, in.Item); err != nil {
		return err
	}
	requester, err := d.requester(ctx, who, in.For)
	switch {
	case err != nil:
		return err
	case requester.Person.ID == 0:
		return Invalid{"for": {Code: "missing"}}
	case d.accountsToOpenAt(who, requester).Empty():
		return policy.Forbidden{Action: policy.Open}
	}
	return nil
}

// forOther is 0 for oneself, as drafts have it.
func forOther(who policy.Actor, requester int64) int64 {
	if requester == who.Person.ID {
		return 0
	}
	return requester
}

// answersTyped are the answers that say something, fit to be kept; nil if they are too many.
func answersTyped(raw map[string][]string) map[string][]string {
	kept, weight := map[string][]string{}, 0
	for key, values := range raw {
		if strings.TrimSpace(strings.Join(values, "")) == "" {
			continue
		}
		key = typed(key)
		for _, value := range values {
			kept[key] = append(kept[key], typed(value))
			weight += len(key) + len(value)
		}
		if len(kept) > draftAnswers || weight > draftBytes {
			return nil
		}
	}
	return kept
}
