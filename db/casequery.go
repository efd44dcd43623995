package db

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// order is how a list is sorted by one column: by the key, then by the tie, both in the same direction, so that the
// other direction is the same index read backwards and one comparison of rows finds where a page begins.
type order struct {
	key  string
	kind string // the key's type
	tie  string
}

// The keys of the columns that have no index are looked up for each row: see SortCap.
var orders = map[Sort]order{
	ByUpdated:  {"c.updated_at", "timestamptz", "c.id"},
	ByNumber:   {"c.id", "bigint", ""},
	ByCreated:  {"c.created_at", "timestamptz", "c.id"},
	ByPriority: {"c.priority", "int", "(-c.id)"},
	ByState:    {"state_rank(c.state)", "int", "(-c.id)"},
	ByType:     {"lower(c.type)", "text", "(-c.id)"},
	// Looked up too, so that what it is sorted by need not be read for cases that aren't in the list.
	ByTitle: {"(select lower(t.short_description) from cases t where t.id = c.id)", "text", "(-c.id)"},
	ByProduct: {`coalesce((select lower(s.value) from products p join services s on s.id = p.service_id
	                        where p.id = c.product_id), '')`, "text", "(-c.id)"},
	ByContact: {"(select lower(p.last_name || ' ' || p.first_name) from people p where p.id = c.requester_id)", "text", "(-c.id)"},
	ByAccount: {"(select lower(a.name) from accounts a where a.id = c.account_id)", "text", "(-c.id)"},
}

// valid tells whether a key from a cursor is one that PostgreSQL can read as this order's kind.
func (o order) valid(key string) bool {
	switch o.kind {
	case "timestamptz":
		// As PostgreSQL writes it, to the letter: Go reads years and zones that PostgreSQL refuses.
		const written = "2006-01-02 15:04:05.999999-07"
		t, err := time.Parse(written, key)
		return err == nil && t.Year() > 0 && t.UTC().Format(written) == key
	case "bigint":
		_, err := strconv.ParseInt(key, 10, 64)
		return err == nil
	case "int":
		_, err := strconv.ParseInt(key, 10, 32)
		return err == nil
	}
	return !strings.Contains(key, "\x00")
}

// by writes the order, for a direction and for the names that the two have in a query.
func (o order) by(key, tie string, descend bool) string {
	direction := ""
	if descend {
		direction = " desc"
	}
	if o.tie == "" {
		return " order by " + key + direction
	}
	return " order by " + key + direction + ", " + tie + direction
}

// selected is what is read of a case to sort it, and what the tie is called then.
func (o order) selected() (selected, tie string) {
	selected = ", " + o.key + " as key"
	switch o.tie {
	case "":
		return selected, ""
	case "c.id":
		return selected, "page.id"
	}
	return selected + ", " + o.tie + " as tie", "page.tie"
}

// caseQuery writes the SQL of one list of cases. Its text depends only on the shape of scope, filter and order, and all
// values are arguments: so there are few texts, and PostgreSQL plans each but once a connection.
type caseQuery struct {
	filter  CaseFilter
	sort    Sort
	descend bool
	from    *cursor // the rows beyond it, in the order's direction
	limit   int
	offset  int
	hits    bool // what the search finds is looked up first, as it is little
	counts  bool // any order will do
	whole   bool // all of it is wanted, not a page
	ordered bool // it is known to be long: so many match that the first are found in its order

	args []any
}

// arg adds an argument and gives its name.
func (q *caseQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// arm is one part of a scope, such that its cases can be read in order from one index. Where source is set, the arm is
// to be read once for each id that it gives. door is what it is read through: it shows no more of a wall than parts of
// this kind, which the same index can tell, see migrations.
type arm struct{ source, where, door string }

// atAll is where there is no index to be kept: the whole wall.
const atAll = "cases"

// arms gives the parts of a scope. They may overlap.
func (q *caseQuery) arms(in Scope) []arm {
	if in.All {
		return []arm{{"", "true", "door_all"}}
	}
	var list []arm
	levels := map[int][]int64{}
	for _, b := range in.Branches {
		levels[b.Depth] = append(levels[b.Depth], b.AccountID)
	}
	for depth := range MaxDepth {
		level := fmt.Sprintf("a%d", depth+1)
		list = q.each(list, level, "door_"+level, levels[depth])
	}
	list = q.each(list, "account_id", "door_account", in.Accounts)
	list = q.each(list, "queue_id", "door_queue", in.Queues)
	if in.Own.Root == 0 {
		return list
	}
	if slices.Contains(in.Branches, Branch{AccountID: in.Own.Root}) {
		return list // all that is theirs lies in it
	}
	// Not to be looked up by an index: without knowing the arguments PostgreSQL would read all of a customer's cases to find
	// one person's.
	customer := " and c.a1 + 0 = " + q.arg(in.Own.Root)
	if in.Own.Requester != 0 {
		list = append(list, arm{"", "c.requester_id = " + q.arg(in.Own.Requester) + customer, atAll})
	}
	if in.Own.Copied != 0 {
		list = append(list, arm{"", "c.id = any (array(select k.case_id from case_copies k where k.person_id = " +
			q.arg(in.Own.Copied) + "))" + customer, atAll})
	}
	return list
}

func (q *caseQuery) each(list []arm, column, door string, ids []int64) []arm {
	switch len(ids) {
	case 0:
		return list
	case 1:
		return append(list, arm{"", "c." + column + " = " + q.arg(ids[0]), door})
	}
	return append(list, arm{"unnest(" + q.arg(ids) + "::bigint[]) as one (id)", "c." + column + " = one.id", door})
}

// holds is a scope as one condition: for a single case, or beside what finds the cases.
func (q *caseQuery) holds(in Scope) string {
	if in.All {
		return "true"
	}
	var any []string
	for _, a := range q.arms(in) {
		if a.source == "" {
			any = append(any, "("+a.where+")")
		} else {
			any = append(any, "exists (select from "+a.source+" where "+a.where+")")
		}
	}
	if len(any) == 0 {
		return "false"
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// where is the filter as a condition. What partial indexes are made of stands in it as text.
func (q *caseQuery) where() string {
	var all strings.Builder
	and := func(condition string) { all.WriteString(" and " + condition) }
	f := q.filter
	if f.Within != nil && !f.Within.All {
		and(q.holds(*f.Within))
	}
	switch f.Matter { // as text: so a plan that holds for any arguments knows how many these are
	case CasesOnly:
		and("c.type = '" + TypeIssue + "'")
	case RequestsOnly:
		and("c.type <> '" + TypeIssue + "'")
	}
	if f.Requester != 0 {
		and("c.requester_id = " + q.arg(f.Requester))
	}
	rank := "" // the same to the index of the order by state
	switch f.State {
	case OpenStates:
		and("c.state in ('new', 'open')")
		rank = "<= 2"
	case AwaitingState:
		and("c.state = 'awaiting'")
		rank = "= 3"
	case SolvedStates:
		and("c.state in ('solved', 'closed')")
		rank = ">= 4"
	}
	if rank != "" && q.sort == ByState && !q.counts {
		and("state_rank(c.state) " + rank)
	}
	if f.Type != "" {
		and("c.type = " + q.arg(f.Type))
	}
	if f.Priority != 0 {
		and("c.priority = " + q.arg(f.Priority))
	}
	if f.AccountID != 0 {
		and("c.account_id = " + q.arg(f.AccountID))
	}
	if f.Under.AccountID != 0 {
		and(fmt.Sprintf("c.a%d = ", f.Under.Depth+1) + q.arg(f.Under.AccountID))
	}
	if f.ProductID != 0 {
		and("c.product_id = " + q.arg(f.ProductID))
	}
	if f.Version != 0 {
		and("c.rule_version = " + q.arg(f.Version))
	}
	if !f.From.IsZero() {
		and("c.created_at >= " + q.arg(f.From))
	}
	if !f.To.IsZero() {
		and("c.created_at < " + q.arg(f.To))
	}
	switch {
	case f.Search == "" || q.hits || q.sifts():
	case q.whole, q.counts && f.State != OpenStates && f.State != AwaitingState: // of few cases the words are soon read
		and(q.search("%s"))
	default:
		and(q.search("%s is true")) // which no index can answer: the list is read in its order
	}
	return all.String()
}

// search is what somebody looks for, as a condition: a number, words, or figures that may be either. words is what is made
// of the condition on the words.
func (q *caseQuery) search(words string) string {
	if number, ok := q.number(); ok {
		return "c.id = " + q.arg(number)
	}
	typed := strings.TrimSpace(q.filter.Search)
	query := q.words(typed)
	if words == opaque {
		query, words = "(select "+query+")", "%s"
	}
	words = fmt.Sprintf(words, "(c.words @@ "+query+")")
	if number, ok := ParseNumber("CS" + typed); ok {
		return "(c.id = " + q.arg(number) + " or " + words + ")"
	}
	return words
}

// words is what PostgreSQL is to look for. Words are kept without their places, so those that stand side by side are looked
// for one by one. Only the last of them may be cut short: the INV of INV-2103 begins no invoice.
func (q *caseQuery) words(typed string) string {
	return "replace(regexp_replace(to_tsquery('simple', " + q.arg(searchWords(typed)) +
		`)::text, '(''[^''-]+''):\* <->', '\1 <->', 'g'), '<->', '&')::tsquery`
}

// number is the case's number that is searched for, if it is one.
func (q *caseQuery) number() (Number, bool) { return ParseNumber(strings.TrimSpace(q.filter.Search)) }

// opaque has the words looked up by their index, whatever PostgreSQL would guess of words that seldom stand together.
const opaque = ""

// hitColumns is all that scopes, filters and orders ask of a case.
const hitColumns = `c.id, c.a1, c.a2, c.a3, c.a4, c.a5, c.a6, c.a7, c.a8, c.account_id, c.queue_id, c.requester_id, c.type, c.state,
       c.priority, c.product_id, c.rule_version, c.short_description, c.created_at, c.updated_at`

// found is where a list's cases are read from, and what must stand before it. Empty: each arm from behind its own door.
func (q *caseQuery) found() (with, from string) {
	if !q.hits {
		return "", ""
	}
	return "hits as materialized (select " + hitColumns + " from door_words c where " + q.search(opaque) + ")", "hits"
}

// beyond is the condition that a row stands after the cursor, for the names that key and tie have.
func (q *caseQuery) beyond(of, tie string) string {
	if q.from == nil {
		return ""
	}
	o, than := orders[q.sort], " > "
	if q.descend {
		than = " < "
	}
	key := q.arg(q.from.Key) + "::text::" + o.kind
	if o.tie == "" {
		return " and " + of + than + key
	}
	id := int64(q.from.ID)
	if o.tie != "c.id" {
		id = -id
	}
	return " and (" + of + ", " + tie + ")" + than + "(" + key + ", " + q.arg(id) + "::bigint)"
}

// parts are the arms of a scope, each read no further than is needed: beyond is where it begins, and tail where it ends.
// selected is what is read of a case, after its id.
func (q *caseQuery) parts(arms []arm, from, selected, beyond, tail string) string {
	condition := q.where() + beyond
	parts := make([]string, len(arms))
	for i, a := range arms {
		read := from
		if read == "" {
			read = a.door
		}
		part := "select c.id" + selected + " from " + read + " c where " + a.where + condition + tail
		if a.source != "" {
			part = "select part.* from " + a.source + " cross join lateral (" + part + ") part"
		}
		parts[i] = "(" + part + ")"
	}
	return strings.Join(parts, " union all ")
}

// rows writes the query of one page, with all that lists show of a case. Its last column is how many there are in all, up
// to counted where that isn't 0; it stays 0 where the first page is all there is. A list that is gathered always counts
// itself, up to one more than SortCap.
//
// The arms come sorted and are merged, and what lies in two of them stands side by side then: so no more is read than the
// page needs.
func (q *caseQuery) rows(in Scope, counted int) string {
	o := orders[q.sort]
	selected, tie := o.selected()
	// Limits are text too: of an argument PostgreSQL expects a tenth of all rows, and sorts what it could read in order.
	with, from := q.found()
	outer, total, page := o.by("page.key", tie, q.descend), "0", ""
	if q.gathers() {
		with = q.gathering(in, selected)
		total, page = "(select count(*) from sorted)", "page.* from sorted page where true"+q.beyond("page.key", tie)
	} else {
		arms := q.arms(in)
		if len(arms) > 1 {
			page = "distinct on (page.key" + strings.TrimSuffix(", "+tie, ", ") + ") "
		}
		page += "page.* from (" + q.parts(arms, from, selected, q.beyond(o.key, o.tie),
			o.by(o.key, o.tie, q.descend)+fmt.Sprintf(" limit %d", q.limit+q.offset)) + ") page"
		if counted > 0 {
			total = "(" + q.counting(in, from, counted) + ")"
		}
		if counted > 0 && q.from == nil && q.offset == 0 {
			total = fmt.Sprintf("case when (select count(*) from page) = %d then %s else 0 end", q.limit, total)
		}
	}
	if with != "" {
		with += ",\n"
	}
	return "with " + with + "page as (select " + page + outer + fmt.Sprintf(" limit %d offset %d)", q.limit, q.offset) +
		shownOf("page.key::text", total) + outer
}

// shownOf reads what lists show of the cases of a page: through the wall.
func shownOf(key, total string) string {
	return `
select c.id, c.item, c.type, c.short_description, c.state, c.priority, c.created_at, c.updated_at,
       r.first_name || ' ' || r.last_name, a.name, coalesce(p.service_id, 0), ` + key + ", " + total + `
  from page
  join cases c on c.id = page.id
  join people r on r.id = c.requester_id
  join accounts a on a.id = c.account_id
  left join products p on p.id = c.product_id`
}

// all writes the query of a whole list. It needs no limit: whoever reads it takes one row after the other.
func (q *caseQuery) all(in Scope) string {
	o := orders[q.sort]
	selected, tie := o.selected()
	with, from := q.found()
	if with != "" {
		with += ",\n"
	}
	arms, distinct := q.arms(in), ""
	if len(arms) > 1 {
		distinct = "distinct "
	}
	return "with " + with + "page as (select " + distinct + "found.* from (" + q.parts(arms, from, selected, "", "") + ") found)" +
		shownOf("''", "0") + o.by("page.key", tie, q.descend)
}

// count writes the query of how many there are, up to a limit, wherever the page begins.
func (q *caseQuery) count(in Scope, limit int) string {
	with, from := q.found()
	if with != "" {
		with = "with " + with + "\n"
	}
	return with + q.counting(in, from, limit)
}

func (q *caseQuery) counting(in Scope, from string, limit int) string {
	return "select count(*) from (" + q.some(in, from, "", limit) + ") counted"
}

// gathering writes what makes the whole of a list, up to one more than SortCap, before it is sorted. Words that are so
// common that they are not looked up first are looked for in what else makes the list; if that is too much, in nothing.
func (q *caseQuery) gathering(in Scope, selected string) string {
	list := q.some(in, "", selected, SortCap+1)
	if !q.sifts() {
		return "sorted as materialized (" + list + ")"
	}
	return "gathered as materialized (" + list + fmt.Sprintf(`),
sorted as materialized (select g.* from gathered g where (select count(*) from gathered) > %d
   or (select %s from cases c where c.id = g.id))`, SortCap, q.search("%s"))
}

// sifts tells whether a list is gathered without the words that are looked for.
func (q *caseQuery) sifts() bool { return q.filter.Search != "" && q.gathers() }

// some writes the query of so many cases of a list, in any order.
func (q *caseQuery) some(in Scope, from, selected string, limit int) string {
	all := *q
	all.counts = true
	arms, distinct := all.arms(in), ""
	if len(arms) > 1 {
		distinct = "distinct "
	}
	tail := fmt.Sprintf(" limit %d", limit)
	sql := "select " + distinct + "found.* from (" + all.parts(arms, from, selected, "", tail) + ") found" + tail
	q.args = all.args
	return sql
}

// gathers tells whether all of a list is read and then sorted. Where it is narrowed by what its order's index doesn't
// hold, a page might be found only beyond a great many other cases: these may all be at one end, as the new ones are by
// their numbers. Solved cases are not narrow: few cases are not solved. Only what turns out to be long all the same is read in
// its order after all: there, passing by all others is the exception.
func (q *caseQuery) gathers() bool {
	f := q.filter
	if _, one := q.number(); one || q.hits || q.whole || q.ordered {
		return false
	}
	if f.State == SolvedStates {
		f.State = AnyState
	}
	switch q.sort {
	case "", ByUpdated: // its indexes hold all that lists are narrowed by
		return false
	case ByNumber:
	case ByCreated:
		f.From, f.To = time.Time{}, time.Time{}
	case ByPriority:
		f.Priority = 0
	case ByState:
		f.State = AnyState
	default:
		return true
	}
	return f != CaseFilter{}
}

// keepsOrder tells whether an index holds the order, so that a list which is too long to be gathered is read in it. Words are
// looked for in each case that is passed: that takes too long where they stand in few of them.
func (q *caseQuery) keepsOrder() bool {
	return q.filter.Search == "" && slices.Contains([]Sort{ByNumber, ByCreated, ByPriority, ByState}, q.sort)
}

// HitsCap is how many cases are looked up by their words and then sorted. Words that stand in more of them are so common
// that the first of a list are soon found in its own order.
const HitsCap = 5000

// common writes the query of whether more cases than HitsCap have the words: in all, whoever asks. That is all that it
// tells of those that they don't see.
func (q *caseQuery) common() string {
	return fmt.Sprintf("select wall_common(%s, %d)", q.words(strings.TrimSpace(q.filter.Search)), HitsCap)
}

// mode is how the query is sent. A plan that holds for any arguments is good where an index leads to the rows; how common
// a word is, or how many cases a month has, PostgreSQL must know to plan well.
func (q *caseQuery) mode() pgx.QueryExecMode {
	f := q.filter
	if _, one := q.number(); one {
		return fixed
	}
	if f.Search != "" && !q.hits || f.Type != "" || f.ProductID != 0 || f.Version != 0 || !f.From.IsZero() || !f.To.IsZero() {
		return planned
	}
	return fixed
}
