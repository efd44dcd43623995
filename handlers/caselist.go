package handlers

import (
	"net/url"
	"slices"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// listAsked is what an address asks for: one of the lists, narrowed and sorted.
type listAsked struct {
	desk.CaseList
	*listQuery
	lists  []desk.CaseList
	filter views.CaseFilters
}

// askedList reads an address. What makes no sense in it counts as not said; what is not the reader's to see is not found.
func (a *App) askedList(c *fiber.Ctx, who policy.Actor, whole bool) (*listAsked, error) {
	l := &listAsked{lists: a.Desk.CaseLists(who), listQuery: newListQuery(func(key string) string { return c.Query(key) }, a.zone(who), who.Staff())}
	at := slices.IndexFunc(l.lists, func(v desk.CaseList) bool { return v.Key == l.values.Get("list") })
	if at < 0 {
		return nil, db.ErrNotFound
	}
	l.CaseList = l.lists[at]
	return l, a.fillFilters(c, who, l.CaseList, l.listQuery, &l.filter, whole)
}

// within is where the list's cases are read from, and what it is narrowed to. Of an account all of which its reader sees, it
// is no more than the part that they see it by.
func (l *listAsked) within() (db.Scope, db.CaseFilter) {
	f := l.over(l.Filter)
	if l.account.ID == 0 {
		return l.Scope, f
	}
	if l.below() {
		f.Under = db.Branch{AccountID: l.account.ID, Depth: len(l.account.Path) - 1}
	} else {
		f.AccountID = l.account.ID
	}
	if part, ok := l.Scope.At(l.account.Path, l.below()); ok {
		return part, f
	}
	return l.Scope, f
}

// caseList shows one page of one list.
func (a *App) caseList(c *fiber.Ctx, who policy.Actor) error {
	l, err := a.askedList(c, who, !isPartial(c))
	if err != nil {
		return err
	}
	p := &views.CaseList{List: l.Key, MayOpen: a.Judge.May(who, policy.Open), Filter: l.filter}
	var found db.CaseList
	var right string
	if len(l.meant) == 0 {
		in, f := l.within()
		if found, right, err = a.searchCases(c.UserContext(), in, f, l.paging); err != nil {
			return err
		}
	}
	shown := columnsOf(who)
	p.Rows = caseRows(l, found, shown, a.lang(c))
	if right != "" { // what is exported is what is shown
		p.Rows.Corrected, p.Rows.Export = corrected(l.listQuery.filter.Search, right), exportPath(l.values, "q", right)
	}
	if p.Rows.Follow, err = a.followLink(c, who, l); err != nil {
		return err
	}
	p.Rows.Rows = caseLines(found.Rows, shown, a.lang(c), l.zone, who.Staff())
	if e := p.Rows.Empty; e != nil && e.Href == "/catalog" && !p.MayOpen {
		e.Href = ""
	}
	p.Filter.Sort = p.Rows.Sort
	if isPartial(c) {
		p.Rows.Alone = true
		if c.Query("live") == "" { // what refreshes itself leads nowhere else
			c.Set("HX-Push-Url", l.here())
		}
		return a.partial(c, &p.Rows)
	}
	for _, v := range l.lists {
		p.Tabs = append(p.Tabs, views.CaseTab{Label: listName(v.Key, who.Staff()), Href: l.list(v.Key), Current: v.Key == l.Key,
			Waiting: v.Key == "action" && !who.Staff()})
	}
	p.Staff, p.Here, p.Live = who.Staff(), "cases", liveFor(casesChanged)
	p.Title = p.Heading().In(a.lang(c))
	p.Lead = views.Say("lists.about." + keyOr(l.Key, "all"))
	if who.Staff() {
		p.Lead = views.Say("lists.about.staff." + keyOr(l.Key, "all"))
	}
	p.Columns = columnsForm(a.post(c, "/cases/columns"), l, shown, a.lang(c))
	if p.Views, err = a.keptViews(c, who, l); err != nil {
		return err
	}
	p.Keep = views.KeepView{Post: a.post(c, "/cases/views"), Query: p.Rows.Query}
	return a.page(c, who, p)
}

// followLink leads to where the account that a list is narrowed to is followed, for those who may.
func (a *App) followLink(c *fiber.Ctx, who policy.Actor, l *listAsked) (*views.FollowLink, error) {
	in := a.Judge.Accounts(who, policy.See)
	if l.account.ID == 0 || !in.Holds(l.account.Path) {
		return nil, nil
	}
	followed, err := a.DB.FollowedAccounts(c.UserContext(), in, who.Person.ID)
	if err != nil {
		return nil, err
	}
	is := func(line db.AccountLine) bool { return line.ClientNumber == l.account.Client }
	to := url.Values{"tab": {tabFollowing}, "what": {"accounts"}, "account": {l.account.Client}}
	return &views.FollowLink{Href: activitiesPath + "?" + to.Encode(), Following: slices.ContainsFunc(followed, is)}, nil
}

// listName is what a list is called.
func listName(key string, staff bool) views.Message {
	switch {
	case key == "copied":
		return views.Say("lists.copied")
	case key == "action" && staff:
		return views.Say("cases.list.awaiting")
	}
	return views.Say("cases.list." + keyOr(key, "all"))
}

func keyOr(key, other string) string {
	if key == "" {
		return other
	}
	return key
}
