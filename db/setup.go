package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Noun is what a platform administrator, or a program that fills a database, sets up.
type Noun interface {
	Account | Location | Family | Service | Product | Queue | Person | Grant | Category | Item | FormVersion | RuleVersion |
		Article | Incident | ContactWay | BusinessHours | Holiday | ResponseTarget
}

// Add inserts rows of one kind, and writes the ids that the database gives into them. The rows of a parent have to be
// there before.
func Add[N Noun](ctx context.Context, d *DB, rows []N) error {
	const most = 1000 // the statement carries all values as text
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		if _, err := d.bun.NewInsert().Model(&part).Exec(ctx); err != nil {
			var noun N
			return fmt.Errorf("add %T: %w", noun, err)
		}
		rows = rows[len(part):]
	}
	return nil
}

// Lock waits until no other transaction, in any running copy, holds the lock of that name, and holds it until its own
// transaction ends.
func (d *DB) Lock(ctx context.Context, name string) error {
	if d.tx == nil {
		return errors.New("a lock is held by a transaction")
	}
	if _, err := d.fast.Exec(ctx, `select pg_advisory_xact_lock(hashtext($1))`, "portico."+name); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// Untouched tells whether nobody has put anything into the database yet: no account, no person, nothing to ask for.
func (d *DB) Untouched(ctx context.Context) (bool, error) {
	var untouched bool
	err := d.fast.QueryRow(ctx, `
		select not exists (select from accounts) and not exists (select from people)
		   and not exists (select from items) and not exists (select from rule_versions)`).Scan(&untouched)
	if err != nil {
		return false, fmt.Errorf("look whether the database is empty: %w", err)
	}
	return untouched, nil
}

// ReserveNumbers gives case numbers up and including last away: they will not be given to cases that are opened.
func (d *DB) ReserveNumbers(ctx context.Context, last Number) error {
	// The program's role may draw numbers, but not set the counter back or forth. That is as it should be.
	_, err := d.fast.Exec(ctx, `
		select max(nextval('cases_id_seq'))
		  from generate_series(1, $1::bigint - (select case when is_called then last_value else 0 end from cases_id_seq))`,
		int64(last))
	if err != nil {
		return fmt.Errorf("reserve case numbers: %w", err)
	}
	return nil
}

// PastCase is a case with its history, to be put in as it happened.
type PastCase struct {
	Case   Case
	Events []Event // in their order; CaseID is filled in
}

// AddPast puts cases with their numbers and histories in, as they happened: nobody is notified, no mail is promised.
// Events of all of them are kept in the order of time.
func (d *DB) AddPast(ctx context.Context, past []PastCase) error {
	if d.tx == nil {
		return errors.New("past cases are added inside of a transaction")
	}
	_, err := d.tx.CopyFrom(ctx, pgx.Identifier{"cases"}, []string{
		"id", "item", "form_version", "type", "origin", "state", "priority", "queue_id", "assignee_id", "requester_id",
		"opened_by", "account_id", "a1", "product_id", "short_description", "description", "tags", "awaited", "answers",
		"facts", "decision", "rule_version", "due_at", "answered_at", "solved_at", "closed_at", "created_at",
		"updated_at", "revision", "submission", "words",
	}, pgx.CopyFromSlice(len(past), func(i int) ([]any, error) {
		c := past[i].Case
		if c.Tags == nil {
			c.Tags = []string{}
		}
		return []any{
			int64(c.ID), c.Item, c.FormVersion, c.Type, c.Origin, string(c.State), int32(c.Priority), c.QueueID, some(c.AssigneeID), c.RequesterID,
			c.OpenedBy, c.AccountID, c.AccountID, some(c.ProductID), c.ShortDescription, c.Description, c.Tags, c.Awaited, c.Answers,
			c.Facts, c.Decision, int32(c.RuleVersion), moment(c.DueAt), moment(c.AnsweredAt), moment(c.SolvedAt), moment(c.ClosedAt), c.CreatedAt,
			c.UpdatedAt, int32(c.Revision), c.Submission, "",
		}, nil
	}))
	if err != nil {
		return fmt.Errorf("add past cases: %w", err)
	}
	if err := d.addPastEvents(ctx, past); err != nil {
		return err
	}
	return d.indexPast(ctx, past)
}

// addPastEvents puts all events in by the order of time: ids then ascend with it, as they do for what really happened.
func (d *DB) addPastEvents(ctx context.Context, past []PastCase) error {
	var events []Event
	for _, p := range past {
		for _, e := range p.Events {
			e.CaseID = p.Case.ID
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	_, err := d.tx.CopyFrom(ctx, pgx.Identifier{"events"},
		[]string{"case_id", "at", "person_id", "kind", "internal", "body", "change"},
		pgx.CopyFromSlice(len(events), func(i int) ([]any, error) {
			e := events[i]
			var change any
			if e.Change != nil {
				change = e.Change
			}
			return []any{int64(e.CaseID), e.At, some(e.PersonID), string(e.Kind), e.Internal, e.Body, change}, nil
		}))
	if err != nil {
		return fmt.Errorf("add past events: %w", err)
	}
	return nil
}

// some is an optional reference as the database knows it.
func some(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// moment is an optional instant as the database knows it.
func moment(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// indexPast makes cases findable by the words that their customers may read.
func (d *DB) indexPast(ctx context.Context, past []PastCase) error {
	ids := make([]int64, len(past))
	for i, p := range past {
		ids[i] = int64(p.Case.ID)
	}
	_, err := d.fast.Exec(ctx, `
		update cases c
		   set words = strip(to_tsvector('simple', concat_ws(' ', c.short_description, said.bodies)))
		  from (select case_id, string_agg(body, ' ') filter (where not internal) as bodies
		          from events where case_id = any ($1::bigint[]) group by case_id) said
		 where said.case_id = c.id`, ids)
	if err != nil {
		return fmt.Errorf("index past cases: %w", err)
	}
	return nil
}

// Everybody reads all who may sign in with their homes and grants, for programs that act in their names.
func (d *DB) Everybody(ctx context.Context) ([]SignedIn, error) {
	var people []Person
	if err := d.bun.NewSelect().Model(&people).Where("disabled_at is null").Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	accounts, err := d.AccountsWithin(ctx, AccountScope{All: true})
	if err != nil {
		return nil, err
	}
	var grants []Grant
	if err := d.bun.NewSelect().Model(&grants).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}

	byID := make(map[int64]Account, len(accounts))
	for _, a := range accounts {
		byID[a.ID] = a
	}
	all, place := make([]SignedIn, len(people)), make(map[int64]int, len(people))
	for i, p := range people {
		all[i], place[p.ID] = SignedIn{Person: p, Home: byID[p.AccountID]}, i
	}
	for _, g := range grants {
		if i, ok := place[g.PersonID]; ok {
			g.Path = byID[g.AccountID].Path
			all[i].Grants = append(all[i].Grants, g)
		}
	}
	return all, nil
}
