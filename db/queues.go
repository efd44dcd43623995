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

// QueueLoads lists all queues with what waits in them, in their order. It counts by the index of unfinished work, which
// is as small as the work left.
func (d *DB) QueueLoads(ctx context.Context) ([]QueueLoad, error) {
	rows, err := d.walled.Query(ctx, `
		select q.id, q.name, q.position, coalesce(n.waiting, 0)
		  from queues q
		  left join (select queue_id, count(*) waiting from door_queue where state in ('new', 'open') group by queue_id) n on n.queue_id = q.id
		 order by q.position, q.id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	defer rows.Close()
	var list []QueueLoad
	for rows.Next() {
		var q QueueLoad
		if err := rows.Scan(&q.ID, &q.Name, &q.Position, &q.Waiting); err != nil {
			return nil, fmt.Errorf("count queues: %w", err)
		}
		list = append(list, q)
	}
	return list, rows.Err()
}

// Queue finds a queue by its id.
func (d *DB) Queue(ctx context.Context, id int64) (Queue, error) {
	q := Queue{ID: id}
	if err := d.bun.NewSelect().Model(&q).WherePK().Scan(ctx); err != nil {
		return Queue{}, fmt.Errorf("read queue %d: %w", id, notFound(err))
	}
	return q, nil
}

// Queues lists all queues in their order.
func (d *DB) Queues(ctx context.Context) ([]Queue, error) {
	rows, err := d.fast.Query(ctx, `select id, name, position from queues order by position, id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("read queues: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (q Queue, err error) {
		return q, row.Scan(&q.ID, &q.Name, &q.Position)
	})
	if err != nil {
		return nil, fmt.Errorf("read queues: %w", err)
	}
	return list, nil
}

// Waiting says which of a queue's cases are looked at.
type Waiting string

// What an agent looks at.
const (
	ForStaff    Waiting = ""           // New and Open: what staff have to do
	Unassigned  Waiting = "unassigned" // of those, the ones that nobody has
	ForCustomer Waiting = "awaiting"   // what the customer was asked for
)

// QueueFilter says whose work is looked at, and where its page begins.
type QueueFilter struct {
	Queues   []int64 // of these, as far as the scope holds them; nil: of all that it holds
	Assignee int64   // only what this person has, in whatever queue, and that which awaits its customer too
	Waiting  Waiting // without an assignee
	After    string  // a page's Next; one that makes no sense gives the first page
}

// QueueRow is a case as the desk shows it: with what decides what to do next.
type QueueRow struct {
	ID               Number
	ShortDescription string
	State            State
	Priority         Priority
	CreatedAt        time.Time
	DueAt            time.Time // of what is due first; zero: nothing is promised any more
	Solution         bool      // that is the solution, and not the first answer
	Account          string
	Tier             string
	QueueID          int64
	Queue            string
	Assignee         Named // zero: nobody
	LastWord         string
	LastBy           Named
	LastInternal     bool // the last word is a note between staff
}

// QueuePage is one page of work, the most important first.
type QueuePage struct {
	Rows []QueueRow
	Next string // for After; empty on the last page
}

// place is where a case stands in the order of work.
const place = "c.priority, least(c.due_at, c.solve_by, 'infinity'), c.id"

// Work lists the cases of the queues within a scope: by priority, then what is due first, then the oldest.
func (d *DB) Work(ctx context.Context, in Scope, f QueueFilter) (QueuePage, error) {
	q := caseQuery{}
	sql := q.work(in, f)
	if sql == "" {
		return QueuePage{}, nil
	}
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return QueuePage{}, fmt.Errorf("list work: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r QueueRow, err error) {
		err = row.Scan(&r.ID, &r.ShortDescription, &r.State, &r.Priority, &r.CreatedAt, &r.DueAt, &r.Solution, &r.Account, &r.Tier,
			&r.QueueID, &r.Queue, &r.Assignee.ID, &r.Assignee.First, &r.Assignee.Last,
			&r.LastWord, &r.LastBy.First, &r.LastBy.Last, &r.LastBy.Staff, &r.LastInternal)
		return r, err
	})
	if err != nil {
		return QueuePage{}, fmt.Errorf("list work: %w", err)
	}
	if len(list) <= PageSize {
		return QueuePage{Rows: list}, nil
	}
	list = list[:PageSize]
	last := list[PageSize-1]
	return QueuePage{Rows: list, Next: workMark{last.Priority, last.DueAt, last.ID}.String()}, nil
}

// work writes the query of one page; it is empty where the scope and the filter can hold nothing.
func (q *caseQuery) work(in Scope, f QueueFilter) string {
	queues := f.Queues
	switch {
	case f.Assignee != 0:
		if in.Empty() {
			return ""
		}
		return q.workOf("(select) as one", atAll, "c.assignee_id = "+q.arg(f.Assignee)+
			" and c.state in ('new', 'open', 'awaiting') and "+q.holds(in), f.After)
	case in.All && queues == nil:
		return q.workOf("queues as one", "door_queue", "c.queue_id = one.id and "+f.Waiting.where(), f.After)
	case queues == nil:
		queues = in.Queues
	case !in.All:
		queues = slices.DeleteFunc(slices.Clone(queues), func(id int64) bool { return !slices.Contains(in.Queues, id) })
	}
	if len(queues) == 0 {
		return ""
	}
	return q.workOf("unnest("+q.arg(queues)+"::bigint[]) as one (id)", "door_queue", "c.queue_id = one.id and "+f.Waiting.where(), f.After)
}

// workOf reads, of each source, as many cases in order as the page can need, each from one index, and merges them.
func (q *caseQuery) workOf(source, door, where, after string) string {
	if m, ok := parseWorkMark(after); ok {
		where += " and (" + place + ") > (" + q.arg(int(m.priority)) + "::int, " + q.arg(m.moment()) + "::text::timestamptz, " +
			q.arg(int64(m.id)) + "::bigint)"
	}
	limit := fmt.Sprintf(" limit %d", PageSize+1)
	return `with page as (select part.* from ` + source + ` cross join lateral (
	  select c.id, c.priority, least(c.due_at, c.solve_by, 'infinity') as due from ` + door + ` c where ` + where + `
	   order by ` + place + limit + `) part order by part.priority, part.due, part.id` + limit + ")" + workSQL
}

func (w Waiting) where() string {
	switch w {
	case Unassigned:
		return "c.state in ('new', 'open') and c.assignee_id is null"
	case ForCustomer:
		return "c.state = 'awaiting'"
	}
	return "c.state in ('new', 'open')"
}

// The last word is what anybody said last; before that, what the case was opened with.
const workSQL = `
select c.id, c.short_description, c.state, c.priority, c.created_at, coalesce(least(c.due_at, c.solve_by), '0001-01-01Z'), coalesce(c.solve_by <= c.due_at, c.solve_by is not null), a.name, a.tier,
       c.queue_id, q.name, coalesce(w.id, 0), coalesce(w.first_name, ''), coalesce(w.last_name, ''),
       left(coalesce(e.body, c.description), 200), coalesce(s.first_name, r.first_name), coalesce(s.last_name, r.last_name),
       coalesce(s.staff, r.staff), coalesce(e.internal, false)
  from page
  join cases c on c.id = page.id
  join accounts a on a.id = c.account_id
  join queues q on q.id = c.queue_id
  join people r on r.id = c.requester_id
  left join people w on w.id = c.assignee_id
  left join lateral (
    select e.body, e.person_id, e.internal from events e
     where e.case_id = c.id and e.kind in ('comment', 'note', 'requested', 'solved', 'reopened') and e.body <> '' and e.person_id is not null
     order by e.id desc limit 1) e on true
  left join people s on s.id = e.person_id
 order by page.priority, page.due, page.id`

// workMark is where a page of work ends: the place of its last row.
type workMark struct {
	priority Priority
	due      time.Time
	id       Number
}

func (m workMark) moment() string {
	if m.due.IsZero() {
		return "infinity"
	}
	return m.due.UTC().Format(time.RFC3339Nano)
}

func (m workMark) String() string {
	micros := int64(0)
	if !m.due.IsZero() {
		micros = m.due.UnixMicro()
	}
	return fmt.Sprintf("%d-%d-%d", m.priority, micros, m.id)
}

func parseWorkMark(s string) (m workMark, ok bool) {
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		return workMark{}, false
	}
	var figures [3]int64
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil || n < 0 || n > 1<<53 {
			return workMark{}, false
		}
		figures[i] = n
	}
	if figures[0] < int64(Critical) || figures[0] > int64(Low) {
		return workMark{}, false
	}
	m.priority, m.id = Priority(figures[0]), Number(figures[2])
	if figures[1] != 0 {
		m.due = time.UnixMicro(figures[1])
	}
	return m, true
}
