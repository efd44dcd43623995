package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// unanswered are the fields of a form, and what its address may say, that are no answers.
var unanswered = []string{"csrf", "submission", "draft", "over", "shown", "refused", "remove", "files", "upload", "for", "done", "lang", "back", "from"}

// answersOf are the answers among what a form brought, or its address says.
func answersOf(values url.Values) url.Values {
	answers := url.Values{}
	for key, list := range values {
		if !slices.Contains(unanswered, key) {
			answers[key] = list
		}
	}
	return answers
}

// resume fills a form that is looked at with what its reader left in it, unless its address says how it is to be filled in.
// Found is whether there is such a draft.
func (a *App) resume(c *fiber.Ctx, who policy.Actor, in *posted) (draft db.FormDraft, found, resumed bool, err error) {
	ask, err := in.ask(c)
	if err != nil {
		return db.FormDraft{}, false, false, err
	}
	draft, err = a.Desk.FormDraft(c.UserContext(), who, ask.Item, ask.For)
	if errors.Is(err, db.ErrNotFound) {
		return db.FormDraft{}, false, false, a.bringAlong(c, who, in, ask)
	}
	if err != nil || len(answersOf(in.Values)) > 0 {
		return draft, err == nil, false, err
	}
	filled := url.Values{}
	for key, values := range draft.Answers {
		filled[key] = slices.Clone(values)
	}
	for _, id := range draft.Files {
		filled.Add("files", id.String())
	}
	if said := in.Values.Get("for"); said != "" {
		filled.Set("for", said)
	}
	in.Values = filled
	return draft, true, true, nil
}

// bringAlong fills a form for another requester with what was filled in for the one before, whom its address names: as far as
// it fits them too, the form keeps it.
func (a *App) bringAlong(c *fiber.Ctx, who policy.Actor, in *posted, ask desk.Ask) error {
	from := figure(in.Values.Get("from"))
	if !in.Values.Has("from") || from < 0 || from == ask.For {
		return nil
	}
	draft, err := a.Desk.FormDraft(c.UserContext(), who, ask.Item, from)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	for key, values := range answersOf(draft.Answers) {
		if !in.Values.Has(key) {
			in.Values[key] = slices.Clone(values)
		}
	}
	return err
}

// draft is how the form is kept.
func (f *filled) draft() views.FormDraft {
	return views.FormDraft{Save: f.path() + "/draft", Discard: f.path() + "/draft/removal", Other: draftPath(f.Item.Key, f.caller()), Mark: f.mark}
}

// caller is whom the case will be for; 0: who fills the form in.
func (f *filled) caller() int64 {
	if f.ForOther {
		return f.Requester.Person.ID
	}
	return 0
}

func draftPath(item string, requester int64) string {
	if requester == 0 {
		return itemPath(item)
	}
	return itemPath(item) + "?for=" + strconv.FormatInt(requester, 10)
}

// keepForm keeps a form as it is being filled in.
func (a *App) keepForm(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.posted(c, who)
	if err != nil {
		return err
	}
	if err := a.removeNamed(c.UserContext(), who, in.Values); err != nil {
		return err
	}
	form, err := in.drafted(c)
	if err != nil {
		return err
	}
	draft, err := a.Desk.KeepForm(c.UserContext(), who, form)
	var invalid desk.Invalid
	refused, stale := errors.As(err, &invalid), errors.Is(err, db.ErrStale)
	switch {
	case err != nil && !refused && !stale:
		return err
	case invalid["for"].Code != "":
		return fiber.ErrBadRequest
	}
	path, zone := itemPath(form.Item)+"/draft", a.zone(who)
	out := views.FormDraft{Save: path, Discard: path + "/removal", Other: draftPath(form.Item, form.For)}
	switch {
	case stale:
		out.Mark, out.OtherMark, out.OtherAt = in.Values.Get("draft"), draft.Mark.String(), draft.SavedAt.In(zone)
		c.Status(fiber.StatusConflict)
	case refused:
		out.Mark, out.Problem = in.Values.Get("draft"), views.Say("writing.draft.too-long")
		c.Status(fiber.StatusUnprocessableEntity)
	case draft.Mark != uuid.Nil:
		out.Mark, out.At, out.Chosen = draft.Mark.String(), draft.SavedAt.In(zone), in.Values.Has("over")
	}
	switch {
	case isPartial(c):
		return a.partial(c, &out)
	case err == nil && in.Refused == nil:
		to, err := url.Parse(out.Other)
		if err != nil {
			return err
		}
		q := to.Query()
		q.Set("done", "draft-kept")
		to.RawQuery = q.Encode()
		return a.done(c, to.String())
	}
	return a.followed(c, who, in, &out)
}

// discardForm throws away what its reader left in a form.
func (a *App) discardForm(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.posted(c, who)
	if err != nil {
		return err
	}
	form, err := in.drafted(c)
	if err != nil {
		return err
	}
	if _, _, err := a.DB.Item(c.UserContext(), form.Item); err != nil {
		return err
	}
	if err := a.Desk.DiscardForm(c.UserContext(), who, form); err != nil {
		return err
	}
	if in.Values.Get("back") == "home" {
		return a.done(c, "/?done=draft-discarded")
	}
	return a.done(c, draftPath(form.Item, form.For))
}

func (p posted) drafted(c *fiber.Ctx) (desk.DraftedForm, error) {
	ask, err := p.ask(c)
	ask.Raw = answersOf(p.Values)
	return desk.DraftedForm{Ask: ask, Submission: p.submission(), Draft: p.draft()}, err
}

// formDrafts are the forms that somebody left half-way, as a page that is no form shows them.
func (a *App) formDrafts(c *fiber.Ctx, who policy.Actor, back string) (views.FormDrafts, error) {
	list, err := a.Desk.FormDrafts(c.UserContext(), who)
	if err != nil {
		return views.FormDrafts{}, err
	}
	out := views.FormDrafts{CSRF: a.csrf(c)}
	for _, d := range list {
		out.List = append(out.List, views.FormDraftLine{Name: d.Name, For: d.For.Name(), Caller: d.Requester, Href: draftPath(d.Item, d.Requester),
			At: d.SavedAt.In(a.zone(who)), Discard: itemPath(d.Item) + "/draft/removal", Mark: d.Mark.String(), Back: back})
	}
	return out, nil
}
