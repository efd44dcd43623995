package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// choosable is how many accounts or products a filter offers. Of more, accounts are named by their number.
const choosable = 100

// caseView is one of the lists of cases: what lies within scope and filter.
type caseView struct {
	key    string
	scope  db.Scope
	filter db.CaseFilter
}

// caseViews are the lists that make sense for somebody, the first of which is all they may see.
func (a *App) caseViews(who policy.Actor) []caseView {
	see := a.Judge.Scope(who, policy.See)
	list := []caseView{
		{key: "", scope: see},
		{key: "action", scope: a.Judge.Scope(who, policy.Comment), filter: db.CaseFilter{Within: &see, State: db.AwaitingState}},
	}
	if who.Staff() {
		return list
	}
	list = append(list,
		caseView{key: "mine", scope: see, filter: db.CaseFilter{Requester: who.Person.ID, Matter: db.CasesOnly}},
		caseView{key: "requests", scope: see, filter: db.CaseFilter{Requester: who.Person.ID, Matter: db.RequestsOnly}})
	if around := (db.Scope{All: see.All, Branches: see.Branches, Accounts: see.Accounts}); !around.Empty() {
		list = append(list, caseView{key: "organization", scope: around, filter: db.CaseFilter{Matter: db.RequestsOnly}})
	}
	return list
}

// caseList shows one page of one list. What makes no sense in the address counts as not said; what is not the reader's
// to see is not found.
func (a *App) caseList(c *fiber.Ctx, who policy.Actor) error {
	lists := a.caseViews(who)
	q := newListQuery(c, a.zone(who), who.Staff())
	at := slices.IndexFunc(lists, func(v caseView) bool { return v.key == q.values.Get("list") })
	if at < 0 {
		return db.ErrNotFound
	}
	list := lists[at]
	p := &views.CaseList{List: list.key, MayOpen: a.Judge.May(who, policy.Open)}
	if err := a.fillFilters(c, who, list, q, &p.Filter, !isPartial(c)); err != nil {
		return err
	}
	found, right, err := a.searchCases(c.UserContext(), list.scope, q.over(list.filter), q.paging)
	if err != nil {
		return err
	}
	p.Rows = caseRows(q, found, p.Filter, list.key, a.lang(c))
	p.Rows.Corrected = corrected(q.filter.Search, right)
	p.Rows.Rows = caseLines(found.Rows, a.lang(c), q.zone, who.Staff())
	if e := p.Rows.Empty; e != nil && e.Href == "/catalog" && !p.MayOpen {
		e.Href = ""
	}
	p.Filter.Sort, p.Rows.Refresh = p.Rows.Sort, q.address("live", "yes")
	if isPartial(c) {
		p.Rows.Alone = true
		if c.Query("live") == "" { // what refreshes itself leads nowhere else
			c.Set("HX-Push-Url", q.address())
		}
		return a.partial(c, &p.Rows)
	}
	for _, v := range lists {
		label := "cases.list." + keyOr(v.key, "all")
		if v.key == "action" && who.Staff() {
			label = "cases.list.awaiting"
		}
		p.Tabs = append(p.Tabs, views.CaseTab{Label: views.Say(label), Href: q.list(v.key), Current: v.key == list.key,
			Waiting: v.key == "action" && !who.Staff()})
	}
	p.Staff, p.Here, p.Live = who.Staff(), "cases", liveFor(casesChanged)
	p.Title = p.Heading().In(a.lang(c))
	return a.page(c, who, p)
}

func keyOr(key, other string) string {
	if key == "" {
		return other
	}
	return key
}

// listQuery is a list's address, read.
type listQuery struct {
	values url.Values // all that was said and makes sense, but for the page
	zone   *time.Location
	filter db.CaseFilter
	paging db.CasePaging

	account string // its name, where the address names one
}

func newListQuery(c *fiber.Ctx, zone *time.Location, staff bool) *listQuery {
	q := &listQuery{values: url.Values{}, zone: zone}
	take := func(key string, makesSense func(string) bool) {
		if v := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(c.Query(key), ""), "\x00", "")); v != "" && len(v) <= 400 && makesSense(v) {
			q.values.Set(key, v)
		}
	}
	whatever := func(string) bool { return true }
	take("list", func(v string) bool { return slices.Contains([]string{"action", "mine", "requests", "organization"}, v) })
	take("q", func(v string) bool { q.filter.Search = v; return true })
	take("state", func(v string) bool {
		q.filter.State = db.StateFilter(v)
		return slices.Contains([]db.StateFilter{db.OpenStates, db.AwaitingState, db.SolvedStates}, q.filter.State)
	})
	if q.values.Get("state") == "" {
		q.filter.State = ""
	}
	take("type", func(v string) bool { q.filter.Type = v; return true })
	take("priority", func(v string) bool {
		n, err := strconv.Atoi(v)
		ok := err == nil && n >= int(db.Critical) && n <= int(db.Low)
		if ok {
			q.filter.Priority = db.Priority(n)
		}
		return ok
	})
	take("account", whatever)
	take("product", func(v string) bool { _, err := strconv.ParseInt(v, 10, 64); return err == nil })
	if staff { // who decides by which rules is no matter of customers
		take("version", func(v string) bool {
			n, err := strconv.ParseInt(v, 10, 32)
			if err != nil || n < 1 {
				return false
			}
			q.filter.Version = int(n)
			return true
		})
	}
	take("from", func(v string) (ok bool) { q.filter.From, ok = q.day(v, 0); return ok })
	take("to", func(v string) (ok bool) { q.filter.To, ok = q.day(v, 1); return ok })
	take("sort", func(v string) bool {
		name, reverse := strings.CutPrefix(v, "-")
		ok := slices.Contains(db.Sorts, db.Sort(name))
		if ok {
			q.paging.Sort, q.paging.Reverse = db.Sort(name), reverse
		}
		return ok && v != string(db.ByUpdated) // which need not be said
	})
	if q.paging.Sort == "" {
		q.paging.Sort = db.ByUpdated
	}
	q.paging.Page, _ = strconv.Atoi(c.Query("page"))
	q.paging.After, q.paging.Before, q.paging.Last = c.Query("after"), c.Query("before"), c.Query("page") == "last"
	return q
}

// day is when a day began in the reader's zone, or one so many days later.
func (q *listQuery) day(v string, later int) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, v, q.zone)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t.AddDate(0, 0, later), true
}

// over is the reader's own filter on top of a list's. Where both speak of the state, both must hold.
func (q *listQuery) over(f db.CaseFilter) db.CaseFilter {
	out := q.filter
	out.Within, out.Matter, out.Requester = f.Within, f.Matter, f.Requester
	switch {
	case f.State == "" || f.State == out.State:
	case out.State == "":
		out.State = f.State
	default:
		out.Within = &db.Scope{} // awaiting and, say, solved: there is no such case
	}
	return out
}

// sort is the order as the address says it.
func (q *listQuery) sort() string {
	s := string(q.paging.Sort)
	if q.paging.Reverse {
		s = "-" + s
	}
	return s
}

// with is the address of the same list with something else said; an empty value unsays it.
func (q *listQuery) with(pairs ...string) string {
	v := url.Values{}
	for key, value := range q.values {
		v[key] = value
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return "/cases"
	}
	return "/cases?" + v.Encode()
}

// address is that of the page itself, without what was said in vain, and with more said as in with.
func (q *listQuery) address(more ...string) string {
	p := q.paging
	page := ""
	if p.Last {
		page = "last"
	} else if p.Page > 1 {
		page = strconv.Itoa(p.Page)
	}
	return q.with(append(more, "page", page, "after", p.After, "before", p.Before)...)
}

// list is another list's address: all that was said of this one is left behind.
func (q *listQuery) list(key string) string {
	if key == "" {
		return "/cases"
	}
	return "/cases?list=" + url.QueryEscape(key)
}

// fillFilters finds the account and the product that the address names and, for a whole page, reads what its controls
// offer: all of it within what the reader may see.
func (a *App) fillFilters(c *fiber.Ctx, who policy.Actor, list caseView, q *listQuery, f *views.CaseFilters, whole bool) error {
	ctx := c.UserContext()
	see := a.Judge.Scope(who, policy.See)
	f.State, f.Type, f.Priority = string(q.filter.State), q.filter.Type, q.values.Get("priority")
	f.From, f.To, f.Search = q.values.Get("from"), q.values.Get("to"), q.filter.Search
	f.Version = q.values.Get("version")
	f.Account, f.Product = q.values.Get("account"), q.values.Get("product")
	if whole || f.Type != "" {
		types, err := a.DB.CaseTypes(ctx)
		if err != nil {
			return err
		}
		for _, t := range types {
			if list.filter.Matter == db.AnyMatter || (t.Type == db.TypeIssue) == (list.filter.Matter == db.CasesOnly) {
				f.Types = append(f.Types, views.Choosable{Value: t.Type, Name: t.Name})
			}
		}
	}
	var ids []int64 // of the accounts whose products are offered
	if whole {
		accounts, err := a.DB.CaseAccounts(ctx, see, choosable+1)
		if err != nil {
			return err
		}
		if f.TypeInAcc = len(accounts) > choosable; !f.TypeInAcc { // else products are offered once there is an account
			for _, account := range accounts {
				f.Accounts = append(f.Accounts, views.Choosable{Value: account.Client, Words: account.Name})
				ids = append(ids, account.ID)
			}
		}
		if len(f.Accounts) == 1 {
			f.Accounts = nil // there is nothing to choose
		}
	}
	if f.Account != "" {
		account, err := a.DB.CaseAccountByClient(ctx, see, f.Account)
		if err != nil {
			return err
		}
		q.filter.AccountID, q.account = account.ID, account.Name
		ids = []int64{account.ID}
	}
	return a.fillProducts(c, who, q, f, ids, whole)
}

// fillProducts finds the product that the address names and offers, for a whole page, the products of accounts: as far
// as the reader may see those.
func (a *App) fillProducts(c *fiber.Ctx, who policy.Actor, q *listQuery, f *views.CaseFilters, accounts []int64, whole bool) error {
	may := a.Judge.Accounts(who, policy.SeeProducts)
	if whole {
		products, err := a.DB.CaseProducts(c.UserContext(), may, accounts, 0, choosable+1)
		if err != nil {
			return err
		}
		for _, p := range products[:min(len(products), choosable)] {
			f.Products = append(f.Products, views.Choosable{Value: strconv.FormatInt(p.ID, 10), Name: p.Service, Words: p.Location})
		}
	}
	if f.Product == "" {
		return nil
	}
	q.filter.ProductID, _ = strconv.ParseInt(f.Product, 10, 64)
	if slices.ContainsFunc(f.Products, func(p views.Choosable) bool { return p.Value == f.Product }) {
		return nil
	}
	one, err := a.DB.CaseProducts(c.UserContext(), may, nil, q.filter.ProductID, 1)
	if err != nil {
		return err
	}
	if len(one) == 0 {
		return db.ErrNotFound
	}
	f.Products = append(f.Products, views.Choosable{Value: f.Product, Name: one[0].Service, Words: one[0].Location})
	return nil
}
