package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// CaseBySubmission finds the case that a form opened, whoever asks: the caller judges.
func (d *DB) CaseBySubmission(ctx context.Context, submission uuid.UUID) (Case, error) {
	var c Case
	err := d.walled.QueryRow(ctx, "select "+caseColumns+" from cases c where c.submission = $1", fixed, submission).Scan(c.fields()...)
	if err != nil {
		return Case{}, fmt.Errorf("find the case of a submission: %w", notFound(err))
	}
	return c, nil
}

// Followed is what followed from a decision, and stands in the case's history as nobody's deed.
type Followed struct {
	Kind     EventKind `json:"kind"`
	Internal bool      `json:"internal"`
	Body     string    `json:"body"`
	Change   *Change   `json:"change,omitempty"`
}

// openSQL writes a case with the first lines of its history and tells of it, all or nothing; nothing where something else
// is published by now. The level a1 and those below it are the database's own. The case is held, as is one that is locked, so
// that who opens it can write its history; the decision they need not be able to read.
const openSQL = `
with opened as (
  insert into cases (item, form_version, type, origin, state, priority, queue_id, requester_id, opened_by, account_id, a1, product_id,
         short_description, description, tags, awaited, answers, facts, decision, rule_version, due_at, created_at, updated_at, submission,
         solve_by, asked, assignee_id, lexicon, words)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11,
         $12, $13, $14, '', $15, $16, $17, $18, $19, $20, $20, $21,
         $29, $30, $31, $33, strip(to_tsvector('simple', $12 || ' ' || $13 || $32))
   where (select revision from edition) = $22
  returning id, set_config('portico.held', id::text, true)),
opening as (
  insert into events (case_id, at, person_id, kind, body)
  select opened.id, $20, $9, $23, $13 from opened
  returning id),
decided as (
  insert into events (case_id, at, kind, internal, body, change)
  select opened.id, $20, d.kind, d.internal, d.body, d.change
    from opened, opening, jsonb_to_recordset($24) as d (kind text, internal boolean, body text, change jsonb)),
logged as (
  insert into audit (at, actor_id, action, subject, subject_id, account_id, request)
  select $20, $9, 'case.' || $23, 'case', opened.id, $10, $28 from opened)
select opened.id, opening.id, pg_notify($25, $26 || opened.id), pg_notify($25, $27), pg_notify($25, $34)
  from opened, opening`

// OpenCase opens a case, decided by what was published in a revision (see Edition): it gets its number, is found by the
// words of its descriptions, its history begins with its opening and its decision and what followed from that, and all copies
// are told when it is committed. It gives the opening. ErrStale says that something else is published by now, and nothing was done. It is one
// statement: outside of a transaction it is its own.
func (d *DB) OpenCase(ctx context.Context, c *Case, revision int64, followed ...Followed) (Event, error) {
	tags := c.Tags
	if tags == nil {
		tags = []string{}
	}
	said := ""
	for _, f := range followed {
		said += " " + f.Body
	}
	decided := append([]Followed{{Kind: Decided, Internal: true}}, followed...)
	opened := Event{At: c.CreatedAt, PersonID: c.OpenedBy, Kind: Opened, Body: c.Description}
	err := d.walled.QueryRow(ctx, openSQL, fixed, c.Item, c.FormVersion, c.Type, c.Origin, c.State, c.Priority, c.QueueID,
		c.RequesterID, c.OpenedBy, c.AccountID, some(c.ProductID), c.ShortDescription, c.Description, tags, c.Answers, c.Facts,
		c.Decision.Kept(), c.RuleVersion, moment(c.DueAt), c.CreatedAt, c.Submission, revision,
		Opened, decided, channel, casePrefix, QueueChanged(c.QueueID), RequestOf(ctx),
		moment(c.SolveBy), c.Asked, some(c.AssigneeID), said, some(c.Lexicon), milestone()).Scan(&c.ID, &opened.ID, nil, nil, nil)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrStale
	}
	if err != nil {
		return Event{}, fmt.Errorf("open a case: %w", err)
	}
	c.Revision, opened.CaseID = 1, c.ID
	return opened, nil
}
