package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ImportState is how far an import is.
type ImportState string

// An import is tried first: nothing is written then. Who sent it asks for it, and it is done in the background.
const (
	ImportTried ImportState = "tried"
	ImportAsked ImportState = "asked"
	ImportDone  ImportState = "done"
)

// ImportVerdict is what comes of a row.
type ImportVerdict string

// What comes of rows.
const (
	ImportRefuses ImportVerdict = "refuse"
	ImportCreates ImportVerdict = "create"
	ImportChanges ImportVerdict = "change"
	ImportKeeps   ImportVerdict = "same"
)

// ImportNote is why an import that was asked for was not done. Its words are in the catalogues, under "import.note.".
type ImportNote string

// Why an import was not done. Nothing of it was, then.
const (
	ImportChanged ImportNote = "changed"       // something else would come of it by now
	ImportLast    ImportNote = "administrator" // a customer would be left without an administrator
	ImportBarred  ImportNote = "barred"        // who asked may not manage contacts any more
)

// ImportRow is a row of a file of contacts.
type ImportRow struct {
	Row      int             `json:"row"` // as a spreadsheet counts: the head is the first
	Values   []string        `json:"values"`
	Problems []ImportProblem `json:"problems,omitempty"` // seen when it was read
}

// ImportProblem is what is wrong in one column of a row, as a key of the catalogues with its arguments.
type ImportProblem struct {
	Column string         `json:"column"`
	Value  string         `json:"value,omitempty"`
	Code   string         `json:"code"`
	Args   map[string]any `json:"args,omitempty"`
}

// ImportChange is a column of a contact's that would become, or became, something else.
type ImportChange struct {
	Column string `json:"column"`
	Old    string `json:"old"`
	New    string `json:"new"`
}

// ImportOutcome is what comes of one row.
type ImportOutcome struct {
	Row      int             `json:"row"`
	Verdict  ImportVerdict   `json:"verdict"`
	Name     string          `json:"name"`
	Email    string          `json:"email"`
	PersonID int64           `json:"person,omitempty"` // of a contact who is there
	Problems []ImportProblem `json:"problems,omitempty"`
	Changes  []ImportChange  `json:"changes,omitempty"`
}

// Import is a file of contacts on its way in, without its rows.
type Import struct {
	ID         int64
	PersonID   int64 // who sent it
	Submission uuid.UUID
	State      ImportState
	Tried      int // how often its rows were judged
	Columns    []string
	Shown      []ImportOutcome // the first, problems before others
	Digest     string          // of all outcomes
	Note       ImportNote
	Invite     bool // who is created is sent an invitation
	Created    int
	Changed    int
	Same       int
	Refused    int
	Worked     int    // so far, while it is under way
	Request    string // the id of the request that asked
	At         time.Time
	EndedAt    time.Time
}

// Wanted is how many contacts would be written.
func (i Import) Wanted() int { return i.Created + i.Changed }

const importColumns = `id, person_id, submission, state, tried, columns, shown, digest, note, invite, created, changed, same, refused, worked, request, at,
	coalesce(ended_at, '0001-01-01Z')`

func (i *Import) fields() []any {
	return []any{&i.ID, &i.PersonID, &i.Submission, &i.State, &i.Tried, &i.Columns, &i.Shown, &i.Digest, &i.Note, &i.Invite, &i.Created, &i.Changed, &i.Same,
		&i.Refused, &i.Worked, &i.Request, &i.At, &i.EndedAt}
}

// AddImport keeps a file that was tried, in the place of others that its sender has tried and not asked for. Of the same
// submission it keeps one.
func (d *DB) AddImport(ctx context.Context, i *Import, rows []ImportRow, outcomes []ImportOutcome) error {
	if _, err := d.fast.Exec(ctx, `delete from imports where person_id = $1 and state = 'tried' and submission <> $2`, fixed, i.PersonID, i.Submission); err != nil {
		return fmt.Errorf("keep an import: %w", err)
	}
	err := d.fast.QueryRow(ctx, `
		insert into imports (person_id, submission, state, columns, rows, outcomes, shown, digest, created, changed, same, refused, at)
		values ($1, $2, 'tried', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (submission) do nothing returning id`, fixed,
		i.PersonID, i.Submission, i.Columns, rows, outcomes, i.Shown, i.Digest, i.Created, i.Changed, i.Same, i.Refused, i.At).Scan(&i.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		err = d.fast.QueryRow(ctx, `select id from imports where submission = $1 and person_id = $2`, fixed, i.Submission, i.PersonID).Scan(&i.ID)
	}
	if err != nil {
		return fmt.Errorf("keep an import: %w", notFound(err))
	}
	return nil
}

// ImportOfSubmission is the import that a form made; 0 if it made none yet.
func (d *DB) ImportOfSubmission(ctx context.Context, person int64, submission uuid.UUID) (id int64, err error) {
	err = d.fast.QueryRow(ctx, `select coalesce(max(id), 0) from imports where submission = $1 and person_id = $2`, fixed, submission, person).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("find the import of a form: %w", err)
	}
	return id, nil
}

// Import reads somebody's import; ErrNotFound for what is another's.
func (d *DB) Import(ctx context.Context, person, id int64) (Import, error) {
	var i Import
	err := d.fast.QueryRow(ctx, `select `+importColumns+` from imports where id = $1 and person_id = $2`, fixed, id, person).Scan(i.fields()...)
	return i, notFound(err)
}

// LastImport reads the import that somebody sent last; ErrNotFound where there is none.
func (d *DB) LastImport(ctx context.Context, person int64) (Import, error) {
	var i Import
	err := d.fast.QueryRow(ctx, `select `+importColumns+` from imports where person_id = $1 order by id desc limit 1`, fixed, person).Scan(i.fields()...)
	return i, notFound(err)
}

// ImportOutcomes reads what comes of each row of somebody's import.
func (d *DB) ImportOutcomes(ctx context.Context, person, id int64) (list []ImportOutcome, err error) {
	err = d.fast.QueryRow(ctx, `select outcomes from imports where id = $1 and person_id = $2`, fixed, id, person).Scan(&list)
	return list, notFound(err)
}

// AskImport has somebody's import be done, as it was tried so many times. asked is false where it is not as it was seen.
func (d *DB) AskImport(ctx context.Context, person, id int64, tried int, invite bool) (asked bool, err error) {
	tag, err := d.fast.Exec(ctx, `
		update imports set state = 'asked', invite = $4, note = '', worked = 0, request = $5
		 where id = $1 and person_id = $2 and tried = $3 and state = 'tried' and created + changed > 0`, fixed, id, person, tried, invite, RequestOf(ctx))
	if err != nil {
		return false, fmt.Errorf("ask for import %d: %w", id, err)
	}
	return tag.RowsAffected() > 0, nil
}

// HoldImport reads an import that was asked for, with its rows, for the transaction to do it: the one that has waited
// longest, where id is 0. ErrNotFound where none waits, or another is at one.
func (d *DB) HoldImport(ctx context.Context, id int64) (i Import, rows []ImportRow, err error) {
	held, err := d.TryLock(ctx, "imports")
	if err != nil || !held {
		return i, nil, errors.Join(err, ErrNotFound)
	}
	err = d.fast.QueryRow(ctx, `select `+importColumns+`, rows from imports where state = 'asked' and $1::bigint in (0, id) order by id limit 1`, fixed, id).
		Scan(append(i.fields(), &rows)...)
	return i, rows, notFound(err)
}

// SayImported notes how far an import is, for those who wait for it.
func (d *DB) SayImported(ctx context.Context, id int64, worked int) error {
	if _, err := d.pool.Exec(ctx, `update imports set worked = $2 where id = $1 and state = 'asked'`, id, worked); err != nil {
		return fmt.Errorf("say how far import %d is: %w", id, err)
	}
	return nil
}

// ReturnImport keeps what would come of an import by now, and why it was not done.
func (d *DB) ReturnImport(ctx context.Context, i Import, outcomes []ImportOutcome) error {
	_, err := d.fast.Exec(ctx, `
		update imports set state = 'tried', tried = tried + 1, worked = 0, note = $2, outcomes = coalesce($3, outcomes), shown = $4, digest = $5,
		       created = $6, changed = $7, same = $8, refused = $9
		 where id = $1 and state = 'asked'`, fixed, i.ID, i.Note, outcomes, i.Shown, i.Digest, i.Created, i.Changed, i.Same, i.Refused)
	if err != nil {
		return fmt.Errorf("give import %d back: %w", i.ID, err)
	}
	return nil
}

// EndImport says that an import is done. Its rows are forgotten; what came of them stays until it is swept.
func (d *DB) EndImport(ctx context.Context, id int64, at time.Time) error {
	if _, err := d.fast.Exec(ctx, `update imports set state = 'done', ended_at = $2, worked = created + changed, rows = null where id = $1`, fixed, id, at); err != nil {
		return fmt.Errorf("end import %d: %w", id, err)
	}
	return nil
}

// SweepImports forgets files of contacts that came before a time, but for one that is asked for and not done.
func (d *DB) SweepImports(ctx context.Context, before time.Time) error {
	if _, err := d.fast.Exec(ctx, `delete from imports where at < $1 and state <> 'asked'`, fixed, before); err != nil {
		return fmt.Errorf("sweep imports: %w", err)
	}
	return nil
}

// ImportContacts is the job of doing the imports that were asked for.
type ImportContacts struct{}

// Kind names the job in the queue.
func (ImportContacts) Kind() string { return "import_contacts" }
