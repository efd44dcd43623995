package db

import (
	"context"
	"errors"
	"fmt"
	"math"

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

// entryColumns is an event "e" with its person "p" and that person's home account "a", in the order in which scanEntry
// takes them.
const entryColumns = `e.id, e.case_id, e.at, coalesce(e.person_id, 0), e.kind, e.internal, e.body, e.change,
       coalesce(p.first_name, ''), coalesce(p.last_name, ''), coalesce(p.staff, false), coalesce(p.picture, ''), coalesce(a.name, ''),
       coalesce((select json_agg(` + fileJSON + ` order by f.created_at, f.id) from files f where f.case_id = e.case_id and f.event_id = e.id), '[]')`

const fileJSON = `json_build_object('ID', f.id, 'Name', f.name, 'MediaType', f.media_type, 'Size', f.size, 'EventID', f.event_id,
  'PreviewWidth', f.preview_width, 'PreviewHeight', f.preview_height)`

func (e *Entry) fields() []any {
	return []any{&e.ID, &e.CaseID, &e.At, &e.PersonID, &e.Kind, &e.Internal, &e.Body, &e.Change,
		&e.Person.First, &e.Person.Last, &e.Person.Staff, &e.Person.Picture, &e.Account, &e.Files}
}

// Events tells all of a case's history in order. Without internal there are no notes, no decisions, and nothing of what
// hangs on them: for all who are not the provider's.
func (d *DB) Events(ctx context.Context, in Scope, n Number, internal bool) ([]Entry, error) {
	return d.EventsSince(ctx, in, n, internal, 0)
}

// EventsSince tells of a case's history what there is from an event on, that one included.
func (d *DB) EventsSince(ctx context.Context, in Scope, n Number, internal bool, event int64) ([]Entry, error) {
	q := caseQuery{}
	sql := `select ` + entryColumns + `
  from cases c
  join events e on e.case_id = c.id and (not e.internal or ` + q.arg(internal) + `) and e.id >= ` + q.arg(event) + `
  left join people p on p.id = e.person_id
  left join accounts a on a.id = p.account_id
 where c.id = ` + q.arg(n) + " and " + q.holds(in) + " order by e.id"
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", n, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		err = row.Scan(e.fields()...)
		e.Person.ID = e.PersonID
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", n, err)
	}
	return list, nil
}

// ConversationPart is how many events of a long history are read at a time.
const ConversationPart = 50

// Conversation is a case's history as its page tells it: how it began, and its newest part.
type Conversation struct {
	Entries []Entry // in order; what is left out belongs behind the first of them
	Earlier int     // how many are left out
	Next    int64   // from which event on there would be one part more of them; 0: from the first
}

// Conversation reads the newest part of a case's history, or all since an event (0: none is named) where that is more.
// Without internal it is what customers may know, as in Events.
func (d *DB) Conversation(ctx context.Context, in Scope, n Number, internal bool, since int64) (Conversation, error) {
	q := caseQuery{}
	if since == 0 {
		since = math.MaxInt64
	}
	readable := "o.case_id = c.id and (not o.internal or " + q.arg(internal) + ")"
	begin := func(before string) string { // which event begins the last part, or the last one before an event
		return fmt.Sprintf("coalesce((select o.id from events o where %s%s order by o.id desc offset %d limit 1), 0)",
			readable, before, ConversationPart-1)
	}
	// "offset 0" has PostgreSQL work out each part once, not for every event.
	sql := `select ` + entryColumns + `, part.earlier, part.next
  from cases c
  cross join lateral (
    select since.id as since, ` + begin(" and o.id < since.id") + ` as next,
           (select count(*) from events o where ` + readable + ` and o.id < since.id) - 1 as earlier
      from (select least(` + q.arg(since) + `::bigint, ` + begin("") + `) as id offset 0) since offset 0) part
  cross join lateral (
    (select * from events o where ` + readable + ` and o.id < part.since order by o.id limit 1)
    union all
    (select * from events o where ` + readable + ` and o.id >= part.since order by o.id)) e
  left join people p on p.id = e.person_id
  left join accounts a on a.id = p.account_id
 where c.id = ` + q.arg(n) + " and " + q.holds(in) + " order by e.id"
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return Conversation{}, fmt.Errorf("read events of %s: %w", n, err)
	}
	var all Conversation
	all.Entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		err = row.Scan(append(e.fields(), &all.Earlier, &all.Next)...)
		e.Person.ID = e.PersonID
		return e, err
	})
	if err != nil {
		return Conversation{}, fmt.Errorf("read events of %s: %w", n, err)
	}
	all.Earlier = max(all.Earlier, 0)
	return all, nil
}

// EventBySubmission finds the event that a form's token made, in a case that the caller has found within its scope.
func (d *DB) EventBySubmission(ctx context.Context, n Number, person int64, submission uuid.UUID) (Event, error) {
	if submission == uuid.Nil {
		return Event{}, ErrNotFound
	}
	var e Event
	err := d.walled.QueryRow(ctx, `select id, case_id, at, person_id, kind, internal, body, submission from events
		where submission = $1 and case_id = $2 and person_id = $3`, fixed, submission, n, person).
		Scan(&e.ID, &e.CaseID, &e.At, &e.PersonID, &e.Kind, &e.Internal, &e.Body, &e.Submission)
	if err != nil {
		return Event{}, fmt.Errorf("find event: %w", notFound(err))
	}
	return e, nil
}

// wordsLimit is how large a case's words may grow before no more are added: PostgreSQL refuses those above 1 MB.
const wordsLimit = 200_000

// addEventSQL writes an event, keeps what became of its case and tells of it, in one go: most of what people do is this.
const addEventSQL = `
with kept as (
  update cases set state = $3, priority = $4, queue_id = $5, assignee_id = $6, product_id = $7, short_description = $8, tags = $9,
         awaited = $10, due_at = $11, solve_by = $30, asked = $31, answered_at = $12, solved_at = $13, closed_at = $14, updated_at = $15, revision = revision + 1,
         words = case when $16 = '' or pg_column_size(words) >= $17 then words else strip(words || to_tsvector('simple', $16)) end
   where id = $1 and revision = $2
  returning id),
added as (
  insert into events (case_id, at, person_id, kind, internal, body, change, submission)
  select id, $18, $19, $20, $21, $22, $23, $24 from kept
  returning id),
logged as (
  insert into audit (at, actor_id, action, subject, subject_id, account_id, detail, request)
  select $18, $19, 'case.' || $20, 'case', id, $27, $28, $29 from kept)
select id, array(select pg_notify($25, topic)::text from unnest($26::text[]) topic) from added`

// caseDetail is what the audit log says of an event beyond its kind: which part of the case was changed. The rest stands in
// the case's history.
func caseDetail(e *Event) map[string]any {
	if e.Change == nil {
		return map[string]any{}
	}
	return map[string]any{"fields": []string{e.Change.Field}}
}

// AddEvent adds to a case's history and gives the event its id, keeps what verbs change of a case and raises its
// revision, and tells all copies of the topics when the transaction commits; the audit log says so too. It is ErrStale if somebody else changed the
// case since it was read: then nothing is done. words is new text that customers may read, for them to find the case by.
func (d *DB) AddEvent(ctx context.Context, c *Case, e *Event, words string, topics ...Topic) error {
	e.CaseID = c.ID
	tags := c.Tags
	if tags == nil {
		tags = []string{}
	}
	submission := uuid.NullUUID{UUID: e.Submission, Valid: e.Submission != uuid.Nil}
	err := d.walled.QueryRow(ctx, addEventSQL, fixed, c.ID, c.Revision, c.State, c.Priority, c.QueueID, some(c.AssigneeID), some(c.ProductID),
		c.ShortDescription, tags, c.Awaited, moment(c.DueAt), moment(c.AnsweredAt), moment(c.SolvedAt), moment(c.ClosedAt), c.UpdatedAt,
		words, wordsLimit, e.At, some(e.PersonID), e.Kind, e.Internal, e.Body, e.Change, submission, channel, told(topics),
		c.AccountID, caseDetail(e), RequestOf(ctx), moment(c.SolveBy), c.Asked).Scan(&e.ID, nil)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrStale
	}
	if err != nil {
		return fmt.Errorf("add to %s: %w", c.ID, err)
	}
	c.Revision++
	return nil
}
