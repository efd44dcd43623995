package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ContactSort is a column that a list of contacts can be sorted by.
type ContactSort string

// The columns to sort by, at any size of a list.
const (
	ContactsByName    ContactSort = "name" // the last name first
	ContactsByAccount ContactSort = "account"
	ContactsByEmail   ContactSort = "email"
	ContactsByUpdated ContactSort = "updated"
)

// ContactSorts lists every column to sort by.
var ContactSorts = []ContactSort{ContactsByName, ContactsByAccount, ContactsByEmail, ContactsByUpdated}

// Descends tells whether the column is read from its end first: the newest.
func (s ContactSort) Descends() bool { return s == ContactsByUpdated }

// Login is how a contact's login stands.
type Login string

// How a login may stand. In a filter "" is any.
const (
	LoginActive   Login = "active"
	LoginInvited  Login = "invited"  // there is no password yet
	LoginLocked   Login = "locked"   // for a while, after too many wrong passwords
	LoginDisabled Login = "disabled" // by an administrator
)

// Logins lists how logins may stand.
var Logins = []Login{LoginActive, LoginInvited, LoginLocked, LoginDisabled}

// ContactFilter narrows a list of contacts. The zero filter narrows nothing.
type ContactFilter struct {
	Search string        // words that all stand in name, address or account, or begin so
	Within *AccountScope // a second scope that the home account must lie in too
	Login  Login
	Role   Role // they hold it, wherever that is
}

// ContactPaging says how a list of contacts is sorted and which of its pages is asked for: by the cursor of another page.
type ContactPaging struct {
	Sort    ContactSort // empty: by name
	Reverse bool
	After   string
	Before  string
	Limit   int // 0: PageSize
}

// ContactRow is a contact as lists show it.
type ContactRow struct {
	ID            int64
	FirstName     string
	LastName      string
	Email         string
	Phone         string
	Picture       string
	Account       string
	ClientNumber  string
	Location      string
	Administrator bool // holds the role customer administrator somewhere
	Login         Login
	Language      string
	TimeZone      string
	Unmailed      bool
	Monitoring    bool
	UpdatedAt     time.Time

	key []string // what the row is sorted by
}

// ContactList is one page of a list of contacts.
type ContactList struct {
	Rows     []ContactRow
	Total    int    // of all pages, up to CountCap
	More     bool   // there are more than Total
	Previous string // cursor for Before; empty on the first page
	Next     string // cursor for After; empty on the last page
}

// contactOrders are the columns that each sort compares, as text and as what they are.
var contactOrders = map[ContactSort][]struct{ column, kind string }{
	ContactsByName:    {{"p.last_name", "text"}, {"p.first_name", "text"}},
	ContactsByAccount: {{"a.name", "text"}, {"p.last_name", "text"}, {"p.first_name", "text"}},
	ContactsByEmail:   {{"lower(p.email)", "text"}},
	ContactsByUpdated: {{"p.updated_at", "timestamptz"}},
}

// Contacts lists the contacts whose home accounts lie within the scope and the filter, one page at a time. A cursor that
// makes no sense gives the first page. How a login stands is told as of now.
func (d *DB) Contacts(ctx context.Context, in AccountScope, f ContactFilter, p ContactPaging, now time.Time) (ContactList, error) {
	var list ContactList
	if in.Empty() || f.Within != nil && f.Within.Empty() {
		return list, nil
	}
	if !slices.Contains(ContactSorts, p.Sort) {
		p.Sort, p.Reverse = ContactsByName, false
	}
	size := p.Limit
	if size <= 0 {
		size = PageSize
	}
	from, isAfter := parseEdge(p.After, string(p.Sort), len(contactOrders[p.Sort]))
	backward := false
	if !isAfter {
		from, backward = parseEdge(p.Before, string(p.Sort), len(contactOrders[p.Sort]))
	}
	page := contactPage{sort: p.Sort, descend: (p.Sort.Descends() != p.Reverse) != backward, from: from, limit: size + 1}
	rows, total, err := d.contactRows(ctx, in, f, page, now)
	if err != nil {
		return list, err
	}
	list.Total, list.More = min(total, CountCap), total > CountCap
	more := len(rows) > size
	rows = rows[:min(size, len(rows))]
	if backward {
		slices.Reverse(rows)
	}
	first := ContactPaging{Sort: p.Sort, Reverse: p.Reverse, Limit: p.Limit}
	if backward && !more || isAfter && len(rows) == 0 { // the first page again, and whole; or a page that is gone
		return d.Contacts(ctx, in, f, first, now)
	}
	list.Rows = rows
	if len(rows) > 0 && (backward || isAfter) {
		list.Previous = rows[0].edge(p.Sort)
	}
	if len(rows) > 0 && (backward || more) {
		list.Next = rows[len(rows)-1].edge(p.Sort)
	}
	if list.Previous == "" && list.Next == "" { // a list that ends on its first page has counted itself
		list.Total, list.More = len(rows), false
	}
	return list, nil
}

// contactPage is what of a list is read.
type contactPage struct {
	sort    ContactSort
	descend bool
	from    *contactEdge
	limit   int
}

const (
	isAdministrator = `exists (select from grants g where g.person_id = p.id and g.role = 'customer-administrator')`
	loginOf         = `case when p.disabled_at is not null then 'disabled' when p.locked_until > %[1]s then 'locked'
       when p.password_hash is null then 'invited' else 'active' end`
)

// contactRows reads one page, and tells how many there are in all, up to one more than CountCap. What is not many is looked up
// first, and sorted: in the list's order it may stand far apart, or all at its end. What is known to be many is read in order.
func (d *DB) contactRows(ctx context.Context, in AccountScope, f ContactFilter, page contactPage, now time.Time) ([]ContactRow, int, error) {
	q := caseQuery{}
	name := "contacts: " + f.where(&q, in, time.Time{}, true) + fmt.Sprintf("%#v", q.args)
	if many, known := d.lists.of(name); !known || !many {
		sql, args := contactSelect(in, f, page, now, true)
		rows, total, err := d.readContacts(ctx, sql, args, page.limit)
		if err != nil || total <= CountCap {
			return rows, total, err
		}
		d.lists.keep(name, true)
	}
	sql, args := contactSelect(in, f, page, now, false)
	rows, _, err := d.readContacts(ctx, sql, args, page.limit)
	return rows, CountCap + 1, err
}

func (d *DB) readContacts(ctx context.Context, sql string, args []any, limit int) (rows []ContactRow, total int, err error) {
	found, err := d.fast.Query(ctx, sql, append([]any{planned}, args...)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list contacts: %w", err)
	}
	defer found.Close()
	rows = make([]ContactRow, 0, limit)
	for found.Next() {
		rows = append(rows, ContactRow{})
		r := &rows[len(rows)-1]
		err := found.Scan(&r.ID, &r.FirstName, &r.LastName, &r.Email, &r.Phone, &r.Picture, &r.Account, &r.ClientNumber, &r.Location,
			&r.Administrator, (*string)(&r.Login), &r.Language, &r.TimeZone, &r.Unmailed, &r.Monitoring, &r.UpdatedAt, &r.key, &total)
		if err != nil {
			return nil, 0, fmt.Errorf("list contacts: %w", err)
		}
	}
	if err := found.Err(); err != nil {
		return nil, 0, fmt.Errorf("list contacts: %w", err)
	}
	return rows, total, nil
}

// contactSelect reads one page: in the order of an index or, where all are gathered first, with how many those are.
func contactSelect(in AccountScope, f ContactFilter, page contactPage, now time.Time, gathered bool) (string, []any) {
	q := caseQuery{}
	order := contactOrders[page.sort]
	direction, compare := "", ">"
	if page.descend {
		direction, compare = " desc", "<"
	}
	var columns, ordered, keys []string
	for _, o := range order {
		columns = append(columns, o.column)
		ordered = append(ordered, o.column+direction)
		if o.kind == "timestamptz" {
			keys = append(keys, "("+o.column+" at time zone 'UTC')::text || 'Z'")
		} else {
			keys = append(keys, o.column)
		}
	}
	where, with, from, total := f.where(&q, in, now, gathered), "", "people p join accounts a on a.id = p.account_id", "0"
	if gathered {
		with = "with hits as materialized (select p.id from " + from + " where " + where + " limit " + strconv.Itoa(CountCap+1) + ")\n"
		where, from, total = "true", "hits join people p using (id) join accounts a on a.id = p.account_id", "(select count(*) from hits)::int"
	}
	if page.from != nil {
		var values []string
		for i, o := range order {
			values = append(values, q.arg(page.from.Keys[i])+"::text::"+o.kind)
		}
		where += " and (" + strings.Join(columns, ", ") + ", p.id) " + compare + " (" + strings.Join(values, ", ") + ", " + q.arg(page.from.ID) + "::bigint)"
	}
	sql := with + `select p.id, p.first_name, p.last_name, p.email, p.phone, p.picture, a.name, a.client_number,
       coalesce((select l.name from locations l where l.id = p.location_id), ''), ` + isAdministrator + `, ` +
		fmt.Sprintf(loginOf, q.arg(now)+"::timestamptz") + `, p.language, p.time_zone, p.unmailed, p.monitoring, p.updated_at,
       array[` + strings.Join(keys, ", ") + `], ` + total + `
  from ` + from + ` where ` + where +
		" order by " + strings.Join(ordered, ", ") + ", p.id" + direction + " limit " + strconv.Itoa(page.limit)
	return sql, q.args
}

// where is the filter within the scope. Where hits are gathered, holders of a role are looked up first; where a list is read in
// its order, each row is asked for.
func (f ContactFilter) where(q *caseQuery, in AccountScope, now time.Time, gathered bool) string {
	where := "not p.staff and p.email <> '" + NobodyEmail + "' and " + q.accounts(in)
	if f.Within != nil {
		where += " and " + q.accounts(*f.Within)
	}
	if strings.TrimSpace(f.Search) != "" {
		where += " and p.words @@ words_query(" + q.arg(f.Search) + ")"
	}
	switch held := "select h.person_id from grants h where h.role = "; {
	case f.Role == "":
	case gathered && f.Role != Customer: // which nearly all are
		where += " and p.id = any (array(" + held + q.arg(string(f.Role)) + "))"
	default:
		where += " and exists (" + held + q.arg(string(f.Role)) + " and h.person_id = p.id)"
	}
	switch at := func() string { return q.arg(now) + "::timestamptz" }; f.Login {
	case LoginDisabled:
		where += " and p.disabled_at is not null"
	case LoginLocked:
		where += " and p.disabled_at is null and p.locked_until is not null and p.locked_until > " + at()
	case LoginInvited:
		where += " and p.disabled_at is null and p.password_hash is null and (p.locked_until is null or p.locked_until <= " + at() + ")"
	case LoginActive:
		where += " and p.disabled_at is null and p.password_hash is not null and (p.locked_until is null or p.locked_until <= " + at() + ")"
	}
	return where
}

// Reaching is a contact from elsewhere who was granted something at an account: as its administrators may know them.
type Reaching struct {
	ID        int64
	FirstName string
	LastName  string
	Email     string
	Disabled  bool
	Grants    []Grant  // those within the scope
	Accounts  []string // the names of the accounts that these are at, by their place
}

// ReachingIn lists contacts whose home account lies outside of the scope, but who were granted something at an account
// within it: by name, at most limit of them. What they were granted elsewhere, and where they are at home, is not told.
func (d *DB) ReachingIn(ctx context.Context, in AccountScope, limit int) ([]Reaching, error) {
	if in.Empty() || in.All {
		return nil, nil
	}
	q := caseQuery{}
	within := q.accounts(in)
	rows, err := d.fast.Query(ctx, `
		with inside as materialized (select a.id, a.name from accounts a where `+within+`)
		select p.id, p.first_name, p.last_name, p.email, p.disabled_at is not null,
		       json_agg(json_build_object('ID', g.id, 'PersonID', p.id, 'Role', g.role, 'AccountID', g.account_id, 'Reach', g.reach) order by g.id),
		       array_agg(i.name order by g.id)
		  from grants g join inside i on i.id = g.account_id join people p on p.id = g.person_id
		 where not p.staff and p.account_id not in (select id from inside)
		 group by p.id order by p.last_name, p.first_name, p.id limit `+strconv.Itoa(limit), append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list contacts from elsewhere: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Reaching])
	if err != nil {
		return nil, fmt.Errorf("list contacts from elsewhere: %w", err)
	}
	return list, nil
}

// GrantedAt is what somebody was granted, with the client number of the account.
type GrantedAt struct {
	Role         Role
	Reach        Reach
	ClientNumber string
}

// GrantedWithin reads what contacts were granted at accounts within the scope, by their ids.
func (d *DB) GrantedWithin(ctx context.Context, in AccountScope, people []int64) (map[int64][]GrantedAt, error) {
	q := caseQuery{}
	sql := `select g.person_id, g.role, g.reach, a.client_number from grants g join accounts a on a.id = g.account_id
		where g.person_id = any (` + q.arg(people) + `) and ` + q.accounts(in) + ` order by g.id`
	rows, err := d.fast.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	all := map[int64][]GrantedAt{}
	var person int64
	var g GrantedAt
	_, err = pgx.ForEachRow(rows, []any{&person, &g.Role, &g.Reach, &g.ClientNumber}, func() error {
		all[person] = append(all[person], g)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	return all, nil
}
