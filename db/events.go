package db

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Entry is an event with who did it and what was attached, as a case's page tells it.
type Entry struct {
	Event
	Person  Named  // zero: Portico itself
	Account string // a contact's home account
	Files   []File
}

// Events tells a case's history in order. Without internal there are no notes, no decisions, and nothing of what hangs on
// them: for all who are not the provider's.
func (d *DB) Events(ctx context.Context, in Scope, n Number, internal bool) ([]Entry, error) {
	q := caseQuery{}
	sql := `select e.id, e.case_id, e.at, coalesce(e.person_id, 0), e.kind, e.internal, e.body, e.change,
       coalesce(p.first_name, ''), coalesce(p.last_name, ''), coalesce(p.staff, false), coalesce(a.name, ''),
       coalesce((select json_agg(json_build_object('ID', f.id, 'Name', f.name, 'MediaType', f.media_type, 'Size', f.size, 'EventID', f.event_id)
                                 order by f.created_at, f.id) from files f where f.case_id = e.case_id and f.event_id = e.id), '[]')
  from cases c
  join events e on e.case_id = c.id and (not e.internal or ` + q.arg(internal) + `)
  left join people p on p.id = e.person_id
  left join accounts a on a.id = p.account_id
 where c.id = ` + q.arg(n) + " and " + q.holds(in) + " order by e.id"
	rows, err := d.fast.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", n, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		err = row.Scan(&e.ID, &e.CaseID, &e.At, &e.PersonID, &e.Kind, &e.Internal, &e.Body, &e.Change,
			&e.Person.First, &e.Person.Last, &e.Person.Staff, &e.Account, &e.Files)
		e.Person.ID = e.PersonID
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", n, err)
	}
	return list, nil
}

// EventBySubmission finds the event that a form's token made, in a case that the caller has found within its scope.
func (d *DB) EventBySubmission(ctx context.Context, n Number, person int64, submission uuid.UUID) (Event, error) {
	if submission == uuid.Nil {
		return Event{}, ErrNotFound
	}
	var e Event
	err := d.fast.QueryRow(ctx, `select id, case_id, at, person_id, kind, internal, body, submission from events
		where submission = $1 and case_id = $2 and person_id = $3`, fixed, submission, n, person).
		Scan(&e.ID, &e.CaseID, &e.At, &e.PersonID, &e.Kind, &e.Internal, &e.Body, &e.Submission)
	if err != nil {
		return Event{}, fmt.Errorf("find event: %w", notFound(err))
	}
	return e, nil
}

// InsertEvent adds to a case's history and gives the event its id.
func (d *DB) InsertEvent(ctx context.Context, e *Event) error {
	if _, err := d.bun.NewInsert().Model(e).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert event: %w", err)
	}
	return nil
}

// wordsLimit is how large a case's words may grow before no more are added: PostgreSQL refuses those above 1 MB.
const wordsLimit = 200_000

// SaveCase keeps what verbs change of a case, and raises its revision; ErrStale if somebody else did since it was read.
// words is new text that customers may read, for them to find the case by.
func (d *DB) SaveCase(ctx context.Context, c *Case, words string) error {
	q := d.bun.NewUpdate().Model(c).
		Column("state", "priority", "queue_id", "assignee_id", "product_id", "short_description", "tags", "awaited",
			"due_at", "answered_at", "solved_at", "closed_at", "updated_at").
		Set("revision = revision + 1").
		Where("id = ? and revision = ?", c.ID, c.Revision)
	if words != "" {
		q = q.Set(`words = case when pg_column_size(words) < ? then strip(words || to_tsvector('simple', ?)) else words end`, wordsLimit, words)
	}
	result, err := q.Exec(ctx)
	if err != nil {
		return fmt.Errorf("save %s: %w", c.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("save %s: %w", c.ID, ErrStale)
	}
	c.Revision++
	return nil
}
