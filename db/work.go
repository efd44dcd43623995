package db

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// firstSQL looks at the first few of each queue that nobody has, without touching them.
func firstSQL(few int) string {
	limit := " limit " + strconv.Itoa(few)
	return `
  from (select part.* from unnest($1::bigint[]) as one (id) cross join lateral (
          select c.id, c.priority, least(c.due_at, c.solve_by, 'infinity') as due from door_queue c
           where c.queue_id = one.id and c.state in ('new', 'open') and c.assignee_id is null
           order by ` + place + limit + `) part
         order by part.priority, part.due, part.id` + limit + `) first`
}

// nextSQL locks the first of a few that nobody else is just changing; what it looks at besides stays free for others. That
// it is still to be had is asked when it is locked, and in a way that no index answers: each is found by its number.
func nextSQL(few int) string {
	return `select c.id` + firstSQL(few) + `
  join cases c on c.id = first.id
 where case when c.state in ('new', 'open') and c.assignee_id is null then c.queue_id = any ($1::bigint[]) end
 order by first.priority, first.due, first.id limit 1
   for no key update of c skip locked`
}

// Usually one of the first few is free. Where that many people take cases in the same instant, it is one of many.
var (
	nextOfFew  = nextSQL(4)
	nextOfMany = nextSQL(64)
	firstOfAll = `select first.id` + firstSQL(1)
)

const waitedSQL = `select id from cases
 where id = $2 and queue_id = any ($1::bigint[]) and state in ('new', 'open') and assignee_id is null
   for no key update`

// NextCase finds the most important case of the queues that nobody has, and locks it until the transaction ends, which
// it needs: two who ask at once get two different ones. ErrNotFound says that there is none left.
//
// What others are just changing is passed over, and waited for only where there is nothing else: they may be about to
// take it, or merely writing a reply.
func (d *DB) NextCase(ctx context.Context, queues []int64) (Number, error) {
	const doing = "find the next case"
	if d.tx == nil {
		return 0, errors.New(doing + ": it is locked by a transaction")
	}
	for {
		var id Number
		for _, sql := range []string{nextOfFew, nextOfMany} {
			err := d.walled.QueryRow(ctx, sql, fixed, queues).Scan(&id)
			if !errors.Is(err, pgx.ErrNoRows) {
				return id, wrap(err, doing)
			}
		}
		err := d.walled.QueryRow(ctx, firstOfAll, fixed, queues).Scan(&id)
		if err != nil {
			return 0, wrap(notFound(err), doing)
		}
		got, err := d.waitForCase(ctx, queues, id)
		if got || err != nil {
			return id, wrap(err, doing)
		}
	}
}

// waitForCase waits until nobody else is changing the case, and tells whether it is still to be had. If it isn't, its
// lock is let go again: who waits for the next one while holding on to this could wait in a circle.
func (d *DB) waitForCase(ctx context.Context, queues []int64, id Number) (got bool, err error) {
	if _, err := d.walled.Exec(ctx, `savepoint waiting`); err != nil {
		return false, err
	}
	err = d.walled.QueryRow(ctx, waitedSQL, fixed, queues, id).Scan(&id)
	end := `release savepoint waiting`
	if errors.Is(err, pgx.ErrNoRows) {
		end, err = `rollback to savepoint waiting`, nil
	} else {
		got = err == nil
	}
	if err != nil {
		return false, err
	}
	_, err = d.walled.Exec(ctx, end)
	return got, err
}

func wrap(err error, doing string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// CaseOfSubmission finds the case in whose history a form's token of that person stands, see Event.Submission.
func (d *DB) CaseOfSubmission(ctx context.Context, person int64, submission uuid.UUID) (Number, error) {
	if submission == uuid.Nil {
		return 0, ErrNotFound
	}
	var id Number
	err := d.walled.QueryRow(ctx, `select case_id from events where submission = $1 and person_id = $2`, fixed, submission, person).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("find a submission: %w", notFound(err))
	}
	return id, nil
}

// Assigned counts what somebody has to do: cases that are theirs and neither solved nor closed.
func (d *DB) Assigned(ctx context.Context, person int64) (int, error) {
	var n int
	err := d.walled.QueryRow(ctx, `select count(*) from cases where assignee_id = $1 and state in ('new', 'open', 'awaiting')`,
		fixed, person).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count assigned cases: %w", err)
	}
	return n, nil
}

// Colleagues lists the staff who belong to a queue and may sign in, by name.
func (d *DB) Colleagues(ctx context.Context, queue int64) ([]Named, error) {
	rows, err := d.fast.Query(ctx, `
		select p.id, p.first_name, p.last_name, p.staff, p.picture from people p
		 where p.staff and p.disabled_at is null and exists (
		   select from grants g where g.person_id = p.id and g.queue_id = $1)
		 order by p.last_name, p.first_name, p.id`, fixed, queue)
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	return list, nil
}

// Colleague finds by their address somebody who belongs to a queue and may sign in; ErrNotFound if nobody does.
func (d *DB) Colleague(ctx context.Context, email string, queue int64) (Named, error) {
	var n Named
	err := d.fast.QueryRow(ctx, `
		select p.id, p.first_name, p.last_name, p.staff, p.picture from people p
		 where lower(p.email) = lower($1) and p.staff and p.disabled_at is null
		   and exists (select from grants g where g.person_id = p.id and g.queue_id = $2)`, fixed, email, queue).
		Scan(&n.ID, &n.First, &n.Last, &n.Staff, &n.Picture)
	if err != nil {
		return Named{}, fmt.Errorf("find a colleague: %w", notFound(err))
	}
	return n, nil
}

const changeSQL = `
select e.id, e.case_id, e.at, coalesce(e.person_id, 0), e.kind, e.internal, e.change,
       coalesce(p.first_name, ''), coalesce(p.last_name, ''), coalesce(p.staff, false)
  from events e join cases c on c.id = e.case_id left join people p on p.id = e.person_id
 where e.change is not null and e.case_id = `

func scanChange(row pgx.CollectableRow) (e Entry, err error) {
	err = row.Scan(&e.ID, &e.CaseID, &e.At, &e.PersonID, &e.Kind, &e.Internal, &e.Change, &e.Person.First, &e.Person.Last, &e.Person.Staff)
	e.Person.ID = e.PersonID
	return e, err
}

// LastChange finds the last event of a case within the scope that changed a field, with who did it.
func (d *DB) LastChange(ctx context.Context, in Scope, n Number, field string) (Entry, error) {
	q := caseQuery{}
	sql := changeSQL + q.arg(n) + " and e.change ->> 'Field' = " + q.arg(field) + " and " + q.holds(in) + " order by e.id desc limit 1"
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return Entry{}, fmt.Errorf("find a change: %w", err)
	}
	e, err := pgx.CollectOneRow(rows, scanChange)
	if err != nil {
		return Entry{}, fmt.Errorf("find a change: %w", notFound(err))
	}
	return e, nil
}

// Corrections are what people changed, in a case within the scope, of what the rules had decided, in order. They are for
// staff: customers do not hear of queues.
func (d *DB) Corrections(ctx context.Context, in Scope, n Number) ([]Entry, error) {
	q := caseQuery{}
	sql := changeSQL + q.arg(n) + " and (e.change ->> 'Correction')::boolean and " + q.holds(in) + " order by e.id"
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanChange)
	if err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	return list, nil
}
