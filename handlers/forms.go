package handlers

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// form shows an item's form. What the address says of its questions is filled in; ?for names the contact it is for.
func (a *App) form(c *fiber.Ctx, who policy.Actor) error {
	raw := url.Values{}
	c.Context().QueryArgs().VisitAll(func(key, value []byte) { raw.Add(string(key), string(value)) })
	raw.Del("submission") // a form that is looked at is a new one
	if err := a.beginFollowUp(c, who, raw); err != nil {
		return err
	}
	in := posted{Values: raw}
	draft, found, resumed, err := a.resume(c, who, &in)
	if err == nil && resumed {
		err = a.resumeFollowUp(c, who, in.Values)
	}
	if err != nil {
		return err
	}
	f, err := a.follow(c, who, in, rules.Refresh)
	if err != nil {
		return err
	}
	if f.Requester.Person.ID == 0 { // staff choose the caller first
		return c.Redirect(f.others(), fiber.StatusSeeOther)
	}
	p, at := f.page(), draft.SavedAt.In(a.zone(who))
	switch {
	case resumed:
		p.Draft.Mark, p.Draft.At, p.Resumed = draft.Mark.String(), at, at
	case found:
		offer := f.draft()
		offer.OtherMark, offer.OtherAt = draft.Mark.String(), at
		p.Offer = &offer
	}
	return a.page(c, who, p)
}

// followForm answers what follows from the answers so far: choices, questions that now apply, what is still missing.
// Without scripts it is what a button of the form asks for, and the answer is the form anew.
func (a *App) followForm(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.posted(c, who)
	if err != nil {
		return err
	}
	if err := a.removeNamed(c.UserContext(), who, in.Values); err != nil {
		return err
	}
	return a.followed(c, who, in, nil)
}

// followed answers with a form as it stands. How it is kept is as the form itself says, unless that is known better.
func (a *App) followed(c *fiber.Ctx, who policy.Actor, in posted, kept *views.FormDraft) error {
	f, err := a.follow(c, who, in, rules.Refresh)
	if err != nil {
		return err
	}
	if f.Requester.Person.ID == 0 {
		return fiber.ErrBadRequest
	}
	if isPartial(c) {
		return a.partial(c, f.sheet())
	}
	p := f.page()
	if kept != nil {
		p.Draft = *kept
	}
	return a.page(c, who, p)
}

// formAccounts finds accounts to open a case at, by words, where there are too many to list them. It answers scripts with
// the list; what it is asked for as a page is the form, with that list in it.
func (a *App) formAccounts(c *fiber.Ctx, who policy.Actor) error {
	raw := url.Values{}
	c.Context().QueryArgs().VisitAll(func(key, value []byte) { raw.Add(string(key), string(value)) })
	f, err := a.follow(c, who, posted{Values: raw, Typing: isPartial(c)}, rules.Refresh)
	if err != nil {
		return err
	}
	if f.Requester.Person.ID == 0 {
		return fiber.ErrBadRequest
	}
	if !isPartial(c) {
		return c.Redirect(f.path()+"?"+c.Context().QueryArgs().String(), fiber.StatusSeeOther)
	}
	for _, q := range f.Filled.Asked {
		if f.searched(q) {
			return a.partial(c, f.finder(q, views.Question{}))
		}
	}
	return db.ErrNotFound // the few that there are stand in the form
}

// createCase submits a form: it opens a case, or says what is wrong beside each answer.
func (a *App) createCase(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.posted(c, who)
	if err != nil {
		return err
	}
	ask, err := in.ask(c)
	if err != nil {
		return err
	}
	wrong := in.Refused
	if wrong == nil {
		kase, err := a.Desk.Open(c.UserContext(), who, desk.Open{Ask: ask, Submission: in.submission(), Draft: in.draft()})
		switch {
		case err == nil:
			return a.done(c, kase.Path()+"?done=opened")
		case !errors.As(err, &wrong):
			return err
		}
	}
	f, err := a.follow(c, who, in, rules.Submit)
	if err != nil {
		return err
	}
	if f.Requester.Person.ID == 0 {
		return fiber.ErrBadRequest
	}
	f.refused, f.fresh, f.files = true, true, wrong
	if _, taken := wrong["submission"]; taken { // somebody else's: the form gets a token of its own
		f.token = uuid.New()
	}
	return a.refuse(c, who, f.page(), f.sheet())
}

// requesters finds whom a case may be opened for, other than oneself.
func (a *App) requesters(c *fiber.Ctx, who policy.Actor) error {
	item, _, err := a.DB.Item(c.UserContext(), c.Params("item"))
	if err != nil {
		return err
	}
	words, follows := clean(c.Query("q")), ""
	number := ""
	if n, ok := db.ParseNumber(c.Query("follows")); ok {
		number = n.String()
		follows = "&follows=" + number
	}
	from := ""
	if id := figure(c.Query("from")); id >= 0 {
		from = strconv.FormatInt(id, 10)
		follows += "&from=" + from
	}
	found, err := a.Desk.Callers(c.UserContext(), who, words)
	if err != nil {
		return err
	}
	results := views.Callers{Action: itemPath(item.Key) + "/requesters", Words: words, More: len(found) > desk.CallersShown, Follows: number, From: from}
	for _, p := range found[:min(len(found), desk.CallersShown)] {
		results.List = append(results.List, views.Caller{
			ID: p.ID, Name: db.Person{FirstName: p.FirstName, LastName: p.LastName}.Name(), Email: p.Email, Phone: p.Phone,
			Account: p.Account, Href: itemPath(item.Key) + "?for=" + strconv.FormatInt(p.ID, 10) + follows,
		})
	}
	if isPartial(c) {
		return a.partial(c, &results)
	}
	page := &views.CallersPage{Shell: views.Shell{Title: item.Name.In(a.lang(c)), Here: "catalog"}, Name: item.Name, Results: results}
	if !who.Staff() {
		page.Form = itemPath(item.Key)
	}
	if page.Drafts, err = a.formDrafts(c, who, ""); err != nil {
		return err
	}
	return a.page(c, who, page)
}

// ask is the posted form as desk takes it. A contact that can't be one is simply not found.
func (p posted) ask(c *fiber.Ctx) (desk.Ask, error) {
	in := desk.Ask{Item: c.Params("item"), Raw: p.Values, Files: p.fileIDs(), Typing: p.Typing}
	if s := p.Values.Get("for"); s != "" {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil || id <= 0 {
			return desk.Ask{}, db.ErrNotFound
		}
		in.For = id
	}
	if s := p.Values.Get("follows"); s != "" {
		n, ok := db.ParseNumber(s)
		if !ok {
			return desk.Ask{}, db.ErrNotFound
		}
		in.Follows = n
	}
	return in, nil
}

// removeNamed removes the file whose button was pressed in a form without scripts.
func (a *App) removeNamed(ctx context.Context, who policy.Actor, values url.Values) error {
	if !values.Has("remove") {
		return nil
	}
	id, err := uuid.Parse(values.Get("remove"))
	if err != nil {
		return db.ErrNotFound
	}
	values["files"] = slices.DeleteFunc(values["files"], func(s string) bool { return s == id.String() })
	if err := a.Desk.RemoveUpload(ctx, who, id); err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return nil
}

// filled is a form as it stands, with what is needed to show it.
type filled struct {
	desk.Sheet
	app      *App
	lang     string
	token    uuid.UUID
	mark     string // of the draft that the form says it is
	category *views.CategoryLink
	shown    []string // the questions that stood there before; none on a first look
	refused  bool     // it was submitted, and something was wrong
	fresh    bool     // just now
	files    desk.Invalid
}

func (a *App) follow(c *fiber.Ctx, who policy.Actor, in posted, mode rules.Mode) (*filled, error) {
	ask, err := in.ask(c)
	if err != nil {
		return nil, err
	}
	sheet, err := a.Desk.Sheet(c.UserContext(), who, ask, mode)
	if err != nil {
		return nil, err
	}
	f := &filled{Sheet: sheet, app: a, lang: a.lang(c), token: in.submission(), mark: in.Values.Get("draft"), shown: in.Values["shown"],
		refused: in.Values.Get("refused") != "", files: in.Refused}
	if sheet.Requester.Person.ID != 0 && f.refused && mode == rules.Refresh {
		f.remind(ask)
	}
	if sheet.Item.Category != "" && !isPartial(c) {
		category, err := a.DB.Category(c.UserContext(), sheet.Item.Category)
		if err != nil {
			return nil, err
		}
		link := categoryLink(category)
		f.category = &link
	}
	return f, nil
}

// remind keeps complaining, in a form that was refused once, of what is still missing or too long, until it is put
// right: but not of questions that have only just appeared.
func (f *filled) remind(in desk.Ask) {
	for _, wrong := range f.Form.Fill(in.Raw, f.Offers, rules.Submit).Complaints {
		lasting := wrong.Code == rules.CodeMissing || wrong.Code == rules.CodeTooLong ||
			wrong.Code == rules.CodeTooSmall || wrong.Code == rules.CodeTooLarge
		i := slices.IndexFunc(f.Filled.Asked, func(q rules.Asked) bool { return q.Key == wrong.Key })
		if lasting && i >= 0 && slices.Contains(f.shown, wrong.Key) {
			f.Filled.Asked[i].Wrong = &wrong
		}
	}
}
