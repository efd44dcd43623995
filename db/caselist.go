package db

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// PageSize is how many cases a page of a list holds.
const PageSize = 25

// CountCap is how far a list is counted: beyond it there are "1,000+", and pages have no numbers.
const CountCap = 1000

// SortCap is how many cases a list may hold to be gathered and sorted, where no index holds its order.
const SortCap = 20_000

// Sort is a column that a list of cases can be sorted by.
type Sort string

// The columns to sort by. The first five at any size, if words aren't searched for that a great many cases have; the others up
// to SortCap.
const (
	ByUpdated  Sort = "updated"
	ByNumber   Sort = "number"
	ByCreated  Sort = "created"
	ByPriority Sort = "priority"
	ByState    Sort = "state"
	ByType     Sort = "type"
	ByTitle    Sort = "title" // the short description
	ByProduct  Sort = "product"
	ByContact  Sort = "contact"
	ByAccount  Sort = "account"
)

// Sorts lists every column to sort by.
var Sorts = []Sort{ByUpdated, ByNumber, ByCreated, ByPriority, ByState, ByType, ByTitle, ByProduct, ByContact, ByAccount}

// Descends tells whether the column is read from its end first: the newest, the highest number.
func (s Sort) Descends() bool { return s == ByUpdated || s == ByNumber || s == ByCreated }

// StateFilter is what a list may be limited to by state.
type StateFilter string

// The filters by state. Open includes New, and Solved includes Closed.
const (
	AnyState      StateFilter = ""
	OpenStates    StateFilter = "open"
	AwaitingState StateFilter = "awaiting"
	SolvedStates  StateFilter = "solved"
)

// TypeIssue is the type of case that lists call a case; all others they call requests.
const TypeIssue = "Issue"

// Matter tells cases from requests, as lists do.
type Matter int

// What a list may be limited to by type, roughly.
const (
	AnyMatter    Matter = iota
	CasesOnly           // Issues
	RequestsOnly        // all but Issues
)

// CaseFilter narrows a list of cases. The zero filter narrows nothing.
type CaseFilter struct {
	Within    *Scope // a second scope that the cases must lie in too
	Matter    Matter
	Requester int64
	State     StateFilter
	Type      string
	Priority  Priority
	AccountID int64  // this account only
	Under     Branch // this account and all below it; none: its AccountID is 0
	ProductID int64
	Version   int       // decided by this version of the rules
	From, To  time.Time // opened at or after the one, and before the other
	Search    string    // a number, or words that all must stand in what customers may read; the last may be cut short, to three letters
}

// CasePaging says how a list is sorted and which of its pages is asked for: by number, or by the cursor of another page.
type CasePaging struct {
	Sort    Sort // empty: by last activity
	Reverse bool // against the column's own direction
	Page    int  // 1 is the first; used where there is no cursor
	After   string
	Before  string
	Last    bool
}

// CaseRow is a case as lists show it.
type CaseRow struct {
	ID               Number
	Type             string
	TypeName         rules.Text
	ShortDescription string
	State            State
	Priority         Priority
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Contact          string
	Account          string
	Product          rules.Text // the service's name; nil without a product

	item    string
	service int64
	key     string // what the row is sorted by
}

// Path is where the case is seen.
func (r CaseRow) Path() string { return "/cases/" + r.ID.String() }

// CaseList is one page of a list.
type CaseList struct {
	Rows     []CaseRow
	Page     int    // its number; 0 where it isn't known
	Total    int    // of all pages, up to CountCap
	More     bool   // there are more than Total
	Sort     Sort   // what it came to be sorted by
	TooMany  bool   // the sort asked for was not to be had: there are more than SortCap
	Previous string // cursor for Before; empty on the first page
	Next     string // cursor for After; empty on the last page
}

// cursor is the edge of a page: what its first or last row is sorted by. The page's number travels along where it is known.
type cursor struct {
	Sort Sort   `json:"s"`
	Key  string `json:"k"`
	ID   Number `json:"i"`
	Page int    `json:"p,omitempty"`
}

func (c cursor) String() string {
	text, _ := json.Marshal(c) // nothing in it can fail
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(s string, by Sort) (c cursor, ok bool) {
	if s == "" || len(s) > 1000 {
		return cursor{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(text, &c) != nil || c.Sort != by || !orders[by].valid(c.Key) {
		return cursor{}, false
	}
	c.Page = max(c.Page, 0)
	return c, true
}

// Cases lists what lies within the scope and the filter, one page at a time. A cursor or page that makes no sense gives
// the first page.
func (d *DB) Cases(ctx context.Context, in Scope, f CaseFilter, p CasePaging) (CaseList, error) {
	if !slices.Contains(Sorts, p.Sort) {
		p.Sort, p.Reverse = ByUpdated, false
	}
	list := CaseList{Sort: p.Sort}
	if in.Empty() || f.Within != nil && f.Within.Empty() {
		list.Page = 1
		return list, nil
	}
	err := d.casePage(ctx, in, f, p, &list)
	if errors.Is(err, errTooMany) {
		list = CaseList{Sort: ByUpdated, TooMany: true}
		err = d.casePage(ctx, in, f, CasePaging{Sort: ByUpdated}, &list)
	}
	if err != nil {
		return CaseList{}, err
	}
	// A list that ends on its first page has counted itself.
	if list.Previous == "" && list.Next == "" {
		list.Total = len(list.Rows)
		return list, nil
	}
	if list.Next == "" && !list.More {
		list.Page = (list.Total + PageSize - 1) / PageSize
	}
	return list, nil
}

// FirstCases lists the first of what lies within the scope and the filter, by last activity, and tells how many there are
// in all, up to counted; none are counted where that is 0.
func (d *DB) FirstCases(ctx context.Context, in Scope, f CaseFilter, limit, counted int) (rows []CaseRow, total int, err error) {
	if in.Empty() || f.Within != nil && f.Within.Empty() {
		return nil, 0, nil
	}
	rows, total, err = d.caseRows(ctx, &caseQuery{filter: f, sort: ByUpdated, descend: true, limit: limit}, in, counted)
	return rows, max(total, len(rows)), err
}

// CountCases counts what lies within the scope and the filter, up to a limit.
func (d *DB) CountCases(ctx context.Context, in Scope, f CaseFilter, limit int) (int, error) {
	if in.Empty() || f.Within != nil && f.Within.Empty() {
		return 0, nil
	}
	return d.countCases(ctx, in, f, limit)
}

func (d *DB) countCases(ctx context.Context, in Scope, f CaseFilter, limit int) (int, error) {
	q := caseQuery{filter: f}
	var err error
	if q.hits, err = d.fewHits(ctx, f); err != nil {
		return 0, err
	}
	var n int
	sql := q.count(in, limit)
	if err := d.walled.QueryRow(ctx, sql, append([]any{q.mode()}, q.args...)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// errTooMany says that a list can't be sorted as it was asked for.
var errTooMany = errors.New("too many cases to sort")

// fewHits tells whether what is searched for is so rare that it is looked up first.
func (d *DB) fewHits(ctx context.Context, f CaseFilter) (bool, error) {
	q := caseQuery{filter: f}
	typed := strings.TrimSpace(f.Search)
	if _, isNumber := q.number(); typed == "" || isNumber {
		return false, nil
	}
	many, known := d.searches.of(typed)
	if known {
		return !many, nil
	}
	sql := q.common()
	if err := d.fast.QueryRow(ctx, sql, append([]any{fixed}, q.args...)...).Scan(&many); err != nil {
		return false, fmt.Errorf("count what a search finds: %w", err)
	}
	d.searches.keep(typed, many)
	return !many, nil
}

// unsorted stands before the names of lists that are too long to be sorted.
const unsorted = "too many: "

// listName is what a list's verdict is kept by: all that it is asked with.
func listName(in Scope, f CaseFilter) string {
	q := caseQuery{filter: f}
	sql := q.count(in, CountCap+1)
	return sql + fmt.Sprintf("%#v", q.args) // each told from the next, whatever stands in it
}

// casePage reads the rows that p asks for, and finds out what stands before and after them.
func (d *DB) casePage(ctx context.Context, in Scope, f CaseFilter, p CasePaging, list *CaseList) error {
	after, isAfter := parseCursor(p.After, p.Sort)
	before, isBefore := parseCursor(p.Before, p.Sort)
	descend := p.Sort.Descends() != p.Reverse
	q := caseQuery{filter: f, sort: p.Sort, descend: descend, limit: PageSize + 1}
	backward, counted := false, CountCap+1
	name := listName(in, f)
	if many, _ := d.lists.of(name); many {
		counted, list.Total, list.More = 0, CountCap, true
		if many, _ = d.lists.of(unsorted + name); many && q.gathers() {
			if !q.keepsOrder() {
				return errTooMany
			}
			q.ordered = true
		}
	}
	switch {
	case isAfter:
		q.from = &after
		list.Page = after.Page
	case isBefore || p.Last:
		backward = true
		q.descend = !descend
		if isBefore {
			q.from = &before
			list.Page = before.Page
		} else {
			// The last page holds what a last page by number would, as far as that can be counted.
			n, err := d.countCases(ctx, in, f, CountCap+1)
			if err != nil {
				return err
			}
			if n > 0 && n <= CountCap {
				q.limit = (n-1)%PageSize + 2
			}
		}
	default:
		list.Page = min(max(p.Page, 1), CountCap/PageSize)
		q.offset = (list.Page - 1) * PageSize
	}
	rows, total, err := d.caseRows(ctx, &q, in, counted)
	if err != nil {
		return err
	}
	if q.gathers() && total > SortCap {
		d.lists.keep(name, true)
		d.lists.keep(unsorted+name, true)
		if q.keepsOrder() {
			return d.casePage(ctx, in, f, p, list)
		}
		return errTooMany
	}
	if counted > 0 {
		list.Total, list.More = min(total, CountCap), total > CountCap
		if list.More {
			d.lists.keep(name, true)
		}
	}
	more := len(rows) == q.limit
	if more {
		rows = rows[:q.limit-1]
	}
	if backward {
		slices.Reverse(rows)
	}
	first := CasePaging{Sort: p.Sort, Reverse: p.Reverse, Page: 1}
	switch {
	case isBefore && !more: // the first page again, and whole
		return d.casePage(ctx, in, f, first, list)
	case len(rows) == 0 && !backward && (isAfter || list.Page > 1): // a page that is gone
		return d.casePage(ctx, in, f, first, list)
	case len(rows) == 0:
		list.Page = 1
		return nil
	}
	list.Rows = rows
	if backward && more || !backward && (isAfter || list.Page > 1) {
		list.Previous = edge(p.Sort, rows[0], list.Page-1)
	}
	if isBefore || !backward && more {
		next := 0
		if list.Page > 0 {
			next = list.Page + 1
		}
		list.Next = edge(p.Sort, rows[len(rows)-1], next)
	}
	return nil
}

func edge(by Sort, r CaseRow, page int) string {
	return cursor{by, r.key, r.ID, max(page, 0)}.String()
}

// caseRows reads the rows of a page and, up to counted, how many there are in all; see caseQuery.rows.
func (d *DB) caseRows(ctx context.Context, q *caseQuery, in Scope, counted int) (rows []CaseRow, total int, err error) {
	if q.hits, err = d.fewHits(ctx, q.filter); err != nil {
		return nil, 0, err
	}
	sql := q.rows(in, counted)
	found, err := d.walled.Query(ctx, sql, append([]any{q.mode()}, q.args...)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list cases: %w", err)
	}
	defer found.Close()
	rows = make([]CaseRow, 0, q.limit)
	for found.Next() {
		rows = append(rows, CaseRow{})
		if err := rows[len(rows)-1].scan(found, &total); err != nil {
			return nil, 0, fmt.Errorf("list cases: %w", err)
		}
	}
	err = found.Err()
	if err == nil {
		err = d.nameRows(ctx, rows)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("list cases: %w", err)
	}
	return rows, total, nil
}

// scan reads a row of what shownOf asks for. As Go's own types: pgx would scan into those made of them by reflection.
func (r *CaseRow) scan(from pgx.Row, total *int) error {
	return from.Scan((*int64)(&r.ID), &r.item, &r.Type, &r.ShortDescription, (*string)(&r.State), (*int)(&r.Priority), &r.CreatedAt, &r.UpdatedAt,
		&r.Contact, &r.Account, &r.service, &r.key, total)
}

// prefixFrom is from how many letters on a word may be the beginning of another: fewer begin too many of them.
const prefixFrom = 3

// searchWords makes a query of PostgreSQL's text search of what somebody typed: all words, the last as a beginning. Each
// word is quoted, so that none of them can be read as an operator.
func searchWords(typed string) string {
	words := strings.Fields(strings.ReplaceAll(typed, "\x00", " "))
	if len(words) > 10 {
		words = words[:10]
	}
	for i, w := range words {
		words[i] = "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(w) + "'"
		if i == len(words)-1 && utf8.RuneCountInString(w) >= prefixFrom {
			words[i] += ":*"
		}
	}
	return strings.Join(words, " & ")
}
