package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

const caseViewsPath = "/cases/views"

// readList reads a list's address that a form or a kept list carries.
func readList(query string, zone *time.Location, staff bool) *listQuery {
	values, err := url.ParseQuery(query)
	if err != nil {
		values = nil
	}
	return newListQuery(values.Get, zone, staff)
}

// keptViews are the lists that somebody keeps, beside the one that is open.
func (a *App) keptViews(c *fiber.Ctx, who policy.Actor, l *listAsked) ([]views.CaseTab, error) {
	kept, err := a.DB.CaseViews(c.UserContext(), who.Person.ID)
	if err != nil {
		return nil, err
	}
	here := l.values.Encode()
	tabs := make([]views.CaseTab, len(kept))
	for i, v := range kept {
		tabs[i] = views.CaseTab{Name: v.Name, Href: listPath(v.Address), Current: v.Address == here}
	}
	return tabs, nil
}

// caseViewsPage shows somebody the lists that they keep, to be renamed, put in order and removed.
func (a *App) caseViewsPage(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.keptPage(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) keptPage(c *fiber.Ctx, who policy.Actor) (*views.CaseViews, error) {
	kept, err := a.DB.CaseViews(c.UserContext(), who.Person.ID)
	if err != nil {
		return nil, err
	}
	p := &views.CaseViews{Rows: views.KeptViews{Order: a.post(c, caseViewsPath+"/order")}}
	p.Title, p.Here = views.T(a.lang(c), "lists.views.title"), "cases"
	for i, v := range kept {
		id := strconv.FormatInt(v.ID, 10)
		path := caseViewsPath + "/" + id
		p.Rows.Views = append(p.Rows.Views, views.KeptView{ID: id, Name: v.Name, Typed: v.Name, Href: listPath(v.Address), About: a.aboutList(c, who, v.Address),
			Rename: a.post(c, path), Remove: a.post(c, path+"/removal"), IsFirst: i == 0, IsLast: i == len(kept)-1})
	}
	return p, nil
}

// aboutList says what a kept list is of: which of the lists, and how it is narrowed and sorted, as far as its address says so
// in words.
func (a *App) aboutList(c *fiber.Ctx, who policy.Actor, query string) string {
	lang := a.lang(c)
	q := readList(query, a.zone(who), who.Staff())
	about := listName(q.values.Get("list"), who.Staff()).In(lang)
	add := func(words string) { about += " · " + words }
	for _, key := range []string{"q", "type", "account", "product", "from", "to"} {
		if value := q.values.Get(key); value != "" && key != "product" {
			add(views.T(lang, map[string]string{"q": "cases.filter.search", "type": "cases.filter.type", "account": "cases.filter.account",
				"from": "cases.filter.from", "to": "cases.filter.to"}[key]) + " " + value)
		} else if value != "" {
			add(views.T(lang, "cases.filter.product"))
		}
	}
	if s := q.values.Get("state"); s != "" {
		add(views.T(lang, "cases.state."+s))
	}
	if p := q.values.Get("priority"); p != "" {
		add(views.T(lang, "priority."+p))
	}
	if s := q.values.Get("sort"); s != "" {
		add(views.T(lang, "cases.sort."+s))
	}
	return about
}

// keepView keeps the list that it was sent from.
func (a *App) keepView(c *fiber.Ctx, who policy.Actor) error {
	q := readList(c.FormValue("query"), a.zone(who), who.Staff())
	in := db.CaseView{Name: c.FormValue("name"), Address: q.values.Encode()}
	_, err := a.Desk.KeepCaseView(c.UserContext(), who, in, c.FormValue("instead") == "yes")
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		form := &views.KeepView{Post: a.post(c, caseViewsPath), Query: in.Address, Name: in.Name, Complaint: complaintOf(invalid, "name"),
			Taken: invalid["name"].Code == "lists.view.taken", Alone: true}
		p, err := a.keptPage(c, who)
		if err != nil {
			return err
		}
		p.Keep = form
		return a.refuse(c, who, p, form)
	case err != nil:
		return err
	}
	return a.done(c, a.listTold(c, who, "view-kept"))
}

// changeViews answers what was done to the kept lists: with all of them, again.
func (a *App) changeViews(c *fiber.Ctx, who policy.Actor, err error, done string, id int64) error {
	if err == nil && !isPartial(c) {
		return c.Redirect(caseViewsPath+"?done="+done, fiber.StatusSeeOther)
	}
	var invalid desk.Invalid
	stale := errors.Is(err, db.ErrStale)
	if err != nil && !stale && !errors.As(err, &invalid) {
		return err
	}
	p, failed := a.keptPage(c, who)
	if failed != nil {
		return failed
	}
	switch {
	case stale:
		p.Rows.Problem = views.Say("lists.views.stale")
		c.Status(fiber.StatusConflict)
	case err != nil:
		at := slices.IndexFunc(p.Rows.Views, func(v views.KeptView) bool { return v.ID == strconv.FormatInt(id, 10) })
		if at < 0 {
			return db.ErrNotFound
		}
		p.Rows.Views[at].Typed, p.Rows.Views[at].Complaint = c.FormValue("name"), complaintOf(invalid, "name")
		c.Status(fiber.StatusUnprocessableEntity)
	default:
		p.Rows.Said = notice(done)
	}
	p.Rows.Alone = isPartial(c)
	if p.Rows.Alone {
		return a.partial(c, &p.Rows)
	}
	return a.page(c, who, p)
}

// renameView gives a kept list another name.
func (a *App) renameView(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return a.changeViews(c, who, a.Desk.RenameCaseView(c.UserContext(), who, id, c.FormValue("name")), "view-renamed", id)
}

// removeView takes a kept list away.
func (a *App) removeView(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return a.changeViews(c, who, a.Desk.RemoveCaseView(c.UserContext(), who, id), "view-removed", id)
}

// orderViews puts the kept lists in order.
func (a *App) orderViews(c *fiber.Ctx, who policy.Actor) error {
	order, err := orderOf(c, parseID)
	if err == nil {
		err = a.Desk.OrderCaseViews(c.UserContext(), who, order)
	}
	return a.changeViews(c, who, err, "views-ordered", 0)
}
