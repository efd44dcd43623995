package handlers

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// contactQuery is the address of a list of contacts, read.
type contactQuery struct {
	values url.Values // all that was said and makes sense, but for the page
	filter db.ContactFilter
	paging db.ContactPaging

	account db.AccountLine   // the one that the address names
	meant   []db.AccountLine // those that it may mean
}

// readContactQuery reads the address of a list. What makes no sense in it counts as not said; an account that is out of
// the reader's reach is not found.
func (a *App) readContactQuery(c *fiber.Ctx, in db.AccountScope) (*contactQuery, error) {
	q := &contactQuery{values: url.Values{}}
	take := func(key string, makesSense func(string) bool) {
		if v := clean(c.Query(key)); v != "" && makesSense(v) {
			q.values.Set(key, v)
		}
	}
	take("q", func(v string) bool { q.filter.Search = v; return true })
	take("login", func(v string) bool {
		ok := slices.Contains(db.Logins, db.Login(v))
		if ok {
			q.filter.Login = db.Login(v)
		}
		return ok
	})
	take("role", func(v string) bool {
		ok := slices.Contains(db.Roles, db.Role(v)) && !db.Role(v).Staff()
		if ok {
			q.filter.Role = db.Role(v)
		}
		return ok
	})
	take("sort", func(v string) bool {
		name, reverse := strings.CutPrefix(v, "-")
		ok := slices.Contains(db.ContactSorts, db.ContactSort(name))
		if ok {
			q.paging.Sort, q.paging.Reverse = db.ContactSort(name), reverse
		}
		return ok && v != string(db.ContactsByName) // which need not be said
	})
	if q.paging.Sort == "" {
		q.paging.Sort = db.ContactsByName
	}
	take("account", func(string) bool { return true })
	if q.values.Has("account") {
		take("below", func(v string) bool { return v == "yes" })
		if err := a.nameAccount(c.UserContext(), in, q); err != nil {
			return nil, err
		}
	}
	q.paging.After, q.paging.Before = c.Query("after"), c.Query("before")
	return q, nil
}

// nameAccount finds the account that the address names: by its client number, or by words that only one has.
func (a *App) nameAccount(ctx context.Context, in db.AccountScope, q *contactQuery) error {
	typed := q.values.Get("account")
	meant, err := a.Desk.AccountsMeant(ctx, in, typed)
	if err != nil {
		return err
	}
	if len(meant) != 1 {
		q.meant, q.filter.Within = meant, &db.AccountScope{}
		return nil
	}
	q.account = meant[0]
	q.values.Set("account", q.account.ClientNumber)
	account, err := a.DB.AccountByClient(ctx, in, q.account.ClientNumber)
	if err != nil {
		return err
	}
	q.filter.Within = &db.AccountScope{Accounts: []int64{account.ID}}
	if q.values.Get("below") == "yes" {
		q.filter.Within = &db.AccountScope{Branches: []db.Branch{{AccountID: account.ID, Depth: account.Depth()}}}
	}
	return nil
}

// with is the address of the same list, from a path, with something else said; an empty value unsays it.
func (q *contactQuery) with(path string, pairs ...string) string {
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
		return path
	}
	return path + "?" + v.Encode()
}

// page is the address of the list's page, from a path.
func (q *contactQuery) page(path string, more ...string) string {
	return q.with(path, append([]string{"after", q.paging.After, "before", q.paging.Before}, more...)...)
}

func (q *contactQuery) sort() string {
	if q.paging.Reverse {
		return "-" + string(q.paging.Sort)
	}
	return string(q.paging.Sort)
}

// contacts shows one page of the contacts that somebody may see.
func (a *App) contacts(c *fiber.Ctx, who policy.Actor) error {
	return a.showContacts(c, who, nil)
}

// showContacts answers with the list and, beside it, a contact: who has the id current is marked.
func (a *App) showContacts(c *fiber.Ctx, who policy.Actor, pane *views.ContactPane) error {
	in := a.Judge.Accounts(who, policy.SeeContacts)
	if in.Empty() {
		return db.ErrNotFound
	}
	q, err := a.readContactQuery(c, in)
	if err != nil {
		return err
	}
	list, err := a.DB.Contacts(c.UserContext(), in, q.filter, q.paging, a.Clock())
	if err != nil {
		return err
	}
	rows := a.contactRows(c, who, q, list)
	if pane != nil {
		for i := range rows.Rows {
			rows.Rows[i].Current = pane.Line != nil && rows.Rows[i].ID == pane.Line.ID
		}
		pane.Line = nil // the row stands in the list
	}
	if isPartial(c) && pane == nil {
		rows.Alone = true
		c.Set("HX-Push-Url", q.page("/contacts"))
		return a.partial(c, rows)
	}
	p := &views.ContactsPage{Rows: *rows, Pane: pane, Columns: desk.ContactColumns, Export: rows.Export}
	p.Title, p.Here, p.Layout = views.T(a.lang(c), "contacts.title"), "contacts", "contacts-page"
	if pane != nil && pane.Name != "" {
		p.Title = pane.Name + " · " + p.Title
	}
	if a.Judge.May(who, policy.ManageContacts) {
		p.MayCreate, p.Import = q.page("/contacts/new"), importPath
	}
	if !in.All {
		p.Elsewhere = "/contacts/elsewhere"
	}
	if p.Filter, err = a.contactFilters(c, in, q, rows); err != nil {
		return err
	}
	return a.page(c, who, p)
}

// contactFilters are the controls of a list, with what they offer.
func (a *App) contactFilters(c *fiber.Ctx, in db.AccountScope, q *contactQuery, rows *views.ContactRows) (views.ContactFilters, error) {
	lang := a.lang(c)
	f := views.ContactFilters{Search: q.filter.Search, Login: string(q.filter.Login), Role: string(q.filter.Role),
		Account: q.values.Get("account"), Below: q.values.Get("below") == "yes", Sort: rows.Sort,
		Asked: q.filter.Login != "" || q.filter.Role != "" || q.values.Has("account")}
	for _, login := range db.Logins {
		f.Logins = append(f.Logins, views.Choosable{Value: string(login), Words: views.T(lang, "contacts.login."+string(login))})
	}
	for _, role := range db.Roles {
		if !role.Staff() {
			f.Roles = append(f.Roles, views.Choosable{Value: string(role), Words: views.T(lang, "session.role."+string(role))})
		}
	}
	accounts, err := a.DB.AccountLines(c.UserContext(), in, choosable+1)
	if err != nil {
		return f, err
	}
	if f.Find = len(accounts) > choosable; !f.Find && len(accounts) > 1 {
		f.Accounts = accountChoices(accounts)
	}
	return f, nil
}

func accountChoices(accounts []db.AccountLine) (list []views.Choosable) {
	for _, account := range accounts {
		list = append(list, views.Choosable{Value: account.ClientNumber, Words: account.Name})
	}
	return list
}

// contactAccounts offers accounts to choose from while one types: to filter by or, for a form, to be at home at.
func (a *App) contactAccounts(c *fiber.Ctx, who policy.Actor) error {
	in := a.Judge.Accounts(who, policy.SeeContacts)
	if in.Empty() {
		return db.ErrNotFound
	}
	if c.Query("form") != "" {
		in = a.Desk.HomesFor(who)
	}
	typed := clean(c.Query("account"))
	if !isPartial(c) {
		return c.Redirect("/contacts?account="+url.QueryEscape(typed), fiber.StatusSeeOther)
	}
	found, err := a.Desk.AccountsMeant(c.UserContext(), in, typed)
	if err != nil {
		return err
	}
	return a.partial(c, &views.ContactAccounts{Found: accountChoices(found)})
}

// contactsElsewhere lists those who are at home elsewhere, and were granted something at the reader's accounts.
func (a *App) contactsElsewhere(c *fiber.Ctx, who policy.Actor) error {
	in := a.Judge.Accounts(who, policy.SeeContacts)
	if in.Empty() || in.All {
		return db.ErrNotFound
	}
	found, err := a.DB.ReachingIn(c.UserContext(), in, elsewhereShown+1)
	if err != nil {
		return err
	}
	p := &views.ContactsElsewhere{More: len(found) > elsewhereShown}
	p.Title, p.Here = views.T(a.lang(c), "contacts.tab.elsewhere"), "contacts"
	for _, r := range found[:min(len(found), elsewhereShown)] {
		one := views.ContactElsewhere{Name: strings.TrimSpace(r.FirstName + " " + r.LastName), Email: r.Email, Disabled: r.Disabled}
		for i, g := range r.Grants {
			one.Grants = append(one.Grants, views.ContactGrant{Role: views.Say("session.role." + string(g.Role)), Account: r.Accounts[i],
				Reach: views.Say("contacts.reach." + string(g.Reach))})
		}
		p.List = append(p.List, one)
	}
	return a.page(c, who, p)
}

// elsewhereShown is how many contacts from elsewhere are listed.
const elsewhereShown = 200

// exportContacts gives the list as a file.
func (a *App) exportContacts(c *fiber.Ctx, who policy.Actor) error {
	in := a.Judge.Accounts(who, policy.SeeContacts)
	if in.Empty() {
		return db.ErrNotFound
	}
	q, err := a.readContactQuery(c, in)
	if err != nil {
		return err
	}
	write, err := a.Desk.ExportContacts(c.UserContext(), who, q.filter, q.paging, asked(c))
	if err != nil {
		return err
	}
	return a.export(c, "contacts.csv", desk.ContactColumns, write)
}

// contactID is the one that the address names.
func contactID(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return 0, db.ErrNotFound
	}
	return id, nil
}
