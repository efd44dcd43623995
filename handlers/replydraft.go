package handlers

import (
	"errors"
	"fmt"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// replyForm is the form by which the reader adds to a case: with what they have begun to write, here or elsewhere.
func (a *App) replyForm(c *fiber.Ctx, r *reading, csrf string, maySolve bool) (*views.ReplyForm, error) {
	kase, who, limits := r.kase.Case, r.who, a.Desk.Limits()
	path := kase.Path() + "/replies"
	f := &views.ReplyForm{Action: path, CSRF: csrf, Submission: uuid.NewString(), Keep: "reply-" + kase.ID.String() + "-" + who.Person.Email,
		MaySolve: maySolve, Staff: who.Staff(), Reopens: kase.State == db.Solved, Draft: replyDraftAt(kase.ID),
		Preview: views.ReplyPreview{Action: path + "/preview"},
		Files:   views.FileField{Key: "reply", Max: limits.FileBytes, Limit: limits.Files, Refresh: path + "/draft"}}
	draft, err := a.DB.ReplyDraft(c.UserContext(), who.Person.ID, kase.ID)
	if errors.Is(err, db.ErrNotFound) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	f.Body, f.Draft.Mark, f.Draft.At = draft.Body, draft.Mark.String(), r.at(draft.SavedAt)
	return f, a.attach(c, who, f, draft.Files)
}

func replyDraftAt(n db.Number) views.ReplyDraft {
	path := fmt.Sprintf("/cases/%s/replies/draft", n)
	return views.ReplyDraft{Save: path, Discard: path + "/removal"}
}

// attach lists those of the files in a reply's form that are still there.
func (a *App) attach(c *fiber.Ctx, who policy.Actor, f *views.ReplyForm, ids []uuid.UUID) error {
	files, err := a.DB.Uploads(c.UserContext(), who.Person.ID, ids)
	if err != nil {
		return err
	}
	f.Files.Files = nil
	for _, file := range files {
		f.Files.Files = append(f.Files.Files, views.FileEntry{ID: file.ID.String(), Name: file.Name, Size: file.Size, Refresh: f.Files.Refresh})
	}
	return nil
}

// reply is a posted reply, which may have been a draft.
func (p posted) reply() desk.Reply {
	return desk.Reply{Body: p.Values.Get("body"), Files: p.fileIDs(), Solve: p.Values.Get("solve") != "", Submission: p.submission(), Draft: p.draft()}
}

// draft is the mark of the draft that a form was begun with: of another one, where its writer has chosen to put theirs in its
// place.
func (p posted) draft() uuid.UUID {
	for _, field := range []string{"over", "draft"} {
		if id, err := uuid.Parse(p.Values.Get(field)); err == nil {
			return id
		}
	}
	return uuid.Nil
}

// keepReply keeps what is being written to a case: as its writer types, or when they say so.
func (a *App) keepReply(c *fiber.Ctx, who policy.Actor) error {
	n, form, err := a.writing(c, who)
	if err != nil {
		return err
	}
	if err := a.removeNamed(c.UserContext(), who, form.Values); err != nil {
		return err
	}
	in := form.reply()
	draft, err := a.Desk.KeepReply(c.UserContext(), who, n, in)
	var invalid desk.Invalid
	refused, stale := errors.As(err, &invalid), errors.Is(err, db.ErrStale)
	if err != nil && !refused && !stale {
		return err
	}
	out, zone := replyDraftAt(n), a.zone(who)
	switch {
	case stale:
		out.Mark, out.Other, out.OtherMark, out.OtherAt = in.Draft.String(), draft.Body, draft.Mark.String(), draft.SavedAt.In(zone)
		c.Status(fiber.StatusConflict)
	case refused:
		out.Mark = in.Draft.String()
		out.Problem = wrongWith(a.lang(c), err, "body", "files")
		c.Status(fiber.StatusUnprocessableEntity)
	case draft.Mark != uuid.Nil:
		out.Mark, out.At = draft.Mark.String(), draft.SavedAt.In(zone)
	}
	switch {
	case isPartial(c):
		return a.partial(c, &out)
	case err == nil && form.Refused == nil:
		return a.done(c, fmt.Sprintf("/cases/%s?done=draft-kept#reply", n))
	}
	return a.showReply(c, who, n, in, form.Refused, func(f *views.ReplyForm) { f.Draft = out })
}

// discardReply throws away what its writer has begun to write to a case.
func (a *App) discardReply(c *fiber.Ctx, who policy.Actor) error {
	n, form, err := a.writing(c, who)
	if err != nil {
		return err
	}
	if err := a.Desk.DiscardReply(c.UserContext(), who, n, form.draft(), form.submission()); err != nil {
		return err
	}
	if !isPartial(c) {
		return a.done(c, fmt.Sprintf("/cases/%s?done=draft-discarded#reply", n))
	}
	r, err := a.readCaseOf(c, who, n, part{})
	if err != nil {
		return err
	}
	actions, err := a.caseActions(c, r)
	if err != nil {
		return err
	}
	if actions.Reply == nil { // the case was solved meanwhile
		return a.done(c, fmt.Sprintf("/cases/%s?done=draft-discarded#actions", n))
	}
	return a.partial(c, actions.Reply)
}

// previewReply shows what a reply will look like.
func (a *App) previewReply(c *fiber.Ctx, who policy.Actor) error {
	n, form, err := a.writing(c, who)
	if err != nil {
		return err
	}
	in := form.reply()
	preview := views.ReplyPreview{Action: fmt.Sprintf("/cases/%s/replies/preview", n), Body: desk.CleanText(in.Body), Shown: true}
	if isPartial(c) {
		return a.partial(c, &preview)
	}
	return a.showReply(c, who, n, in, form.Refused, func(f *views.ReplyForm) { f.Preview = preview })
}

// writing reads a form by which somebody writes to a case, once it is known that they may.
func (a *App) writing(c *fiber.Ctx, who policy.Actor) (db.Number, posted, error) {
	n, err := caseNumber(c)
	if err != nil {
		return 0, posted{}, err
	}
	kase, err := a.DB.FindCase(c.UserContext(), a.Judge.Scope(who, policy.See), n)
	if err == nil { // before files are taken in
		err = a.Judge.Check(who, policy.Comment, kase.Ref())
	}
	if err != nil {
		return 0, posted{}, err
	}
	form, err := a.posted(c, who)
	return n, form, err
}

// showReply shows a case's page with a reply as it is being written, to who has no scripts.
func (a *App) showReply(c *fiber.Ctx, who policy.Actor, n db.Number, in desk.Reply, wrong desk.Invalid, change func(*views.ReplyForm)) error {
	r, err := a.readCaseOf(c, who, n, part{})
	if err != nil {
		return err
	}
	p, err := a.casePage(c, who, r)
	if err != nil {
		return err
	}
	if err := a.fillReply(c, who, &p.Actions, in, orNil(wrong)); err != nil {
		return err
	}
	if p.Actions.Reply != nil {
		change(p.Actions.Reply)
	}
	return a.page(c, who, p)
}

func orNil(wrong desk.Invalid) error {
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}
