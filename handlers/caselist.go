package handlers

import (
	"reflect"
	"slices"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// caseView is one of the lists of cases: what lies within scope and filter.
type caseView struct {
	key    string
	scope  db.Scope
	filter db.CaseFilter
}

// caseViews are the lists that make sense for somebody, the first of which is all they may see. What one is copied on is of
// every type: whoever was put in copy looks for it in one place.
func (a *App) caseViews(who policy.Actor) []caseView {
	see := a.Judge.Scope(who, policy.See)
	action := caseView{key: "action", scope: a.Judge.Scope(who, policy.Comment), filter: db.CaseFilter{State: db.AwaitingState}}
	if !reflect.DeepEqual(action.scope, see) {
		action.filter.Within = &see
	}
	list := []caseView{{key: "", scope: see}, action}
	if who.Staff() {
		return list
	}
	mine := ownCases(who, see)
	mine.key, mine.filter.Requester, mine.filter.Matter = "mine", who.Person.ID, db.CasesOnly
	requests := mine
	requests.key, requests.filter.Matter = "requests", db.RequestsOnly
	list = append(list, mine, requests)
	if len(who.Home.Path) > 0 {
		list = append(list, caseView{key: "copied", filter: db.CaseFilter{Within: &see},
			scope: db.Scope{Own: db.Own{Root: who.Home.Path[0], Copied: who.Person.ID}}})
	}
	if around := (db.Scope{All: see.All, Branches: see.Branches, Accounts: see.Accounts}); !around.Empty() {
		list = append(list, caseView{key: "organization", scope: around, filter: db.CaseFilter{Matter: db.RequestsOnly}})
	}
	return list
}

// ownCases is where somebody's own cases are looked for: among those that they are the requester of, rather than among all
// that they see, which may be a great many. Who was granted something at another customer may have cases there too.
func ownCases(who policy.Actor, see db.Scope) caseView {
	if len(who.Home.Path) == 0 {
		return caseView{scope: see}
	}
	root := who.Home.Path[0]
	for _, g := range who.Grants {
		if len(g.Path) > 0 && g.Path[0] != root {
			return caseView{scope: see}
		}
	}
	v := caseView{scope: db.Scope{Own: db.Own{Root: root, Requester: who.Person.ID}}}
	if see.Own.Root != root || see.Own.Requester != who.Person.ID {
		v.filter.Within = &see
	}
	return v
}

// listAsked is what an address asks for: one of the lists, narrowed and sorted.
type listAsked struct {
	caseView
	*listQuery
	lists  []caseView
	filter views.CaseFilters
}

// askedList reads an address. What makes no sense in it counts as not said; what is not the reader's to see is not found.
func (a *App) askedList(c *fiber.Ctx, who policy.Actor, whole bool) (*listAsked, error) {
	l := &listAsked{lists: a.caseViews(who), listQuery: newListQuery(func(key string) string { return c.Query(key) }, a.zone(who), who.Staff())}
	at := slices.IndexFunc(l.lists, func(v caseView) bool { return v.key == l.values.Get("list") })
	if at < 0 {
		return nil, db.ErrNotFound
	}
	l.caseView = l.lists[at]
	return l, a.fillFilters(c, who, l.caseView, l.listQuery, &l.filter, whole)
}

// within is where the list's cases are read from: where it is narrowed to an account all of which its reader sees, from that
// account's own cases.
func (l *listAsked) within() (db.Scope, db.CaseFilter) {
	f := l.over(l.caseView.filter)
	if l.account.ID == 0 {
		return l.scope, f
	}
	below := l.below()
	if part, ok := l.scope.At(l.account.Path, below); ok {
		return part, f
	}
	if below {
		f.Under = db.Branch{AccountID: l.account.ID, Depth: len(l.account.Path) - 1}
	} else {
		f.AccountID = l.account.ID
	}
	return l.scope, f
}

// caseList shows one page of one list.
func (a *App) caseList(c *fiber.Ctx, who policy.Actor) error {
	l, err := a.askedList(c, who, !isPartial(c))
	if err != nil {
		return err
	}
	p := &views.CaseList{List: l.key, MayOpen: a.Judge.May(who, policy.Open), Filter: l.filter}
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
		p.Tabs = append(p.Tabs, views.CaseTab{Label: listName(v.key, who.Staff()), Href: l.list(v.key), Current: v.key == l.key,
			Waiting: v.key == "action" && !who.Staff()})
	}
	p.Staff, p.Here, p.Live = who.Staff(), "cases", liveFor(casesChanged)
	p.Title = p.Heading().In(a.lang(c))
	p.Lead = views.Say("lists.about." + keyOr(l.key, "all"))
	if who.Staff() || l.key == "" {
		p.Lead = views.Message{}
	}
	p.Columns = columnsForm(a.post(c, "/cases/columns"), l, shown, a.lang(c))
	if p.Views, err = a.keptViews(c, who, l); err != nil {
		return err
	}
	p.Keep = views.KeepView{Post: a.post(c, "/cases/views"), Query: p.Rows.Query}
	return a.page(c, who, p)
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
