package desk

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// DraftLife is how long a draft waits for whoever began it.
const DraftLife = 30 * 24 * time.Hour

// KeepReply keeps what somebody has begun to write to a case, with its uploads: for them alone, wherever they sign in, until
// it is sent. With nothing in it, there is no draft any more. A form that was sent keeps nothing, and that is no error.
//
// Mark is the draft's that the form began with, or had last; it is db.ErrStale where that is not the one there any more, as
// another window has kept its own: nothing is changed then, and Draft has that one. Else it is the draft as it is kept.
func (d *Desk) KeepReply(ctx context.Context, who policy.Actor, n db.Number, in Reply) (draft db.ReplyDraft, err error) {
	if err := d.mayWrite(ctx, who, n); err != nil {
		return db.ReplyDraft{}, err
	}
	in.Body = typed(in.Body)
	files, err := d.held(ctx, who, in.Files)
	if err != nil {
		return db.ReplyDraft{}, err
	}
	if strings.TrimSpace(in.Body) == "" && len(files) == 0 {
		_, err := d.DB.DropReplyDraft(ctx, who.Person.ID, n, in.Draft, in.Submission)
		return db.ReplyDraft{}, err
	}
	if err := d.checkBody(in.Body, files, true); err != nil {
		return db.ReplyDraft{}, err
	}
	draft = db.ReplyDraft{PersonID: who.Person.ID, CaseID: n, Body: in.Body, Files: files, Submission: in.Submission, Mark: in.Draft, SavedAt: d.Clock()}
	if err := d.DB.KeepReplyDraft(ctx, &draft); !errors.Is(err, db.ErrStale) {
		return draft, err
	}
	other, err := d.DB.ReplyDraft(ctx, who.Person.ID, n)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return db.ReplyDraft{}, nil
	case err != nil:
		return db.ReplyDraft{}, err
	}
	return other, db.ErrStale
}

// DiscardReply throws away what somebody has begun to write to a case, with its uploads, if it is still what they saw: by
// its mark, or kept by their own form.
func (d *Desk) DiscardReply(ctx context.Context, who policy.Actor, n db.Number, mark, submission uuid.UUID) error {
	if err := d.mayWrite(ctx, who, n); err != nil {
		return err
	}
	files, err := d.DB.DropReplyDraft(ctx, who.Person.ID, n, mark, submission)
	if err != nil {
		return err
	}
	return d.dropHeld(ctx, who, files)
}

// ForgetDrafts forgets the drafts that nobody came back to for DraftLife.
func (d *Desk) ForgetDrafts(ctx context.Context) error {
	return d.DB.ForgetDrafts(ctx, d.Clock().Add(-DraftLife))
}

func (d *Desk) mayWrite(ctx context.Context, who policy.Actor, n db.Number) error {
	kase, err := d.DB.FindCase(ctx, d.Judge.Scope(who, policy.See), n)
	if err != nil {
		return err
	}
	return d.Judge.Check(who, policy.Comment, kase.Ref())
}

// held are those of the files that are there, and theirs: a draft remembers no others.
func (d *Desk) held(ctx context.Context, who policy.Actor, ids []uuid.UUID) ([]uuid.UUID, error) {
	files, err := d.DB.Uploads(ctx, who.Person.ID, ids)
	if err != nil {
		return nil, err
	}
	there := make([]uuid.UUID, len(files))
	for i, f := range files {
		there[i] = f.ID
	}
	return there, nil
}

func (d *Desk) dropHeld(ctx context.Context, who policy.Actor, files []uuid.UUID) error {
	for _, id := range files {
		if err := d.RemoveUpload(ctx, who, id); err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	return nil
}

// typed is a text as it was typed, blanks at its ends included: only what can't be kept is left out.
func typed(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, string(utf8.RuneError)), "\r\n", "\n")
	return strings.ReplaceAll(s, "\x00", "")
}
