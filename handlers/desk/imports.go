package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// ContactFile is a file of contacts that was read: its columns, of ContactColumns in any order, and its rows.
type ContactFile struct {
	Columns []string
	Rows    []db.ImportRow
}

// RequiredColumns are those that each file of contacts has; what is said in others stays as it is, or is as in a new form.
var RequiredColumns = []string{"first_name", "last_name", "email", "account"}

const (
	importShown = 300            // outcomes that a page shows
	importLife  = 24 * time.Hour // of what is kept of a file
	importChunk = 1000           // contacts that are written at once
)

// MayImport tells whether somebody may import contacts at all: ErrNotFound for who doesn't see any, policy.Forbidden for
// who may but look.
func (d *Desk) MayImport(who policy.Actor) error {
	switch {
	case !d.Judge.May(who, policy.SeeContacts):
		return db.ErrNotFound
	case !d.Judge.May(who, policy.ManageContacts):
		return policy.Forbidden{Action: policy.ManageContacts}
	}
	return nil
}

// TryImport tells what would come of a file, and keeps that for its sender: nothing else is written. The same submission is
// tried once, however often it comes.
func (d *Desk) TryImport(ctx context.Context, who policy.Actor, submission uuid.UUID, file ContactFile) (id int64, err error) {
	if err := d.MayImport(who); err != nil {
		return 0, err
	}
	if id, err = d.DB.ImportOfSubmission(ctx, who.Person.ID, submission); err != nil || id != 0 {
		return id, err
	}
	if err := d.paced(ctx, who, "imports", importsAnHour); err != nil {
		return 0, err
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		who, err := d.asNow(ctx, tx, who)
		if err != nil {
			return err
		}
		judged, err := d.judgeImport(ctx, tx, who, file.Columns, file.Rows)
		if err != nil {
			return err
		}
		if foreign := foreignIn(judged); foreign > foreignMost && !who.Staff() {
			return Invalid{"file": {Code: "import.file.foreign", Args: map[string]any{"Most": foreignMost}}}
		}
		i := db.Import{PersonID: who.Person.ID, Submission: submission, Columns: file.Columns, At: d.Clock()}
		outcomes := sumUp(&i, judged)
		if err := tx.AddImport(ctx, &i, file.Rows, outcomes); err != nil {
			return err
		}
		id = i.ID
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactsTried, AccountID: who.Home.ID, Detail: counted(i)})
	})
	return id, err
}

// foreignMost is how many addresses of people elsewhere an administrator of a customer is told of in one file. A file of
// one's own contacts has few, and nobody finds out by a list of addresses which of them the provider knows.
const foreignMost = 20

// foreignIn counts the rows whose address is somebody's out of reach.
func foreignIn(judged []*importing) (n int) {
	for _, row := range judged {
		if slices.ContainsFunc(row.Problems, func(p db.ImportProblem) bool { return p.Code == takenCode }) {
			n++
		}
	}
	return n
}

// sumUp counts what comes of rows, and gives it; the first of it is shown.
func sumUp(i *db.Import, judged []*importing) []db.ImportOutcome {
	outcomes := make([]db.ImportOutcome, len(judged))
	i.Created, i.Changed, i.Same, i.Refused = 0, 0, 0, 0
	for n, row := range judged {
		outcomes[n] = row.ImportOutcome
		switch row.Verdict {
		case db.ImportCreates:
			i.Created++
		case db.ImportChanges:
			i.Changed++
		case db.ImportKeeps:
			i.Same++
		case db.ImportRefuses:
			i.Refused++
		}
	}
	text, _ := json.Marshal(outcomes) // of plain values it never fails
	sum := sha256.Sum256(text)
	i.Digest = hex.EncodeToString(sum[:])
	order := map[db.ImportVerdict]int{db.ImportRefuses: 0, db.ImportChanges: 1, db.ImportCreates: 2, db.ImportKeeps: 3}
	first := slices.Clone(outcomes)
	slices.SortStableFunc(first, func(a, b db.ImportOutcome) int { return cmp.Compare(order[a.Verdict], order[b.Verdict]) })
	i.Shown = first[:min(importShown, len(first))]
	return outcomes
}

func counted(i db.Import) map[string]any {
	return map[string]any{"created": i.Created, "changed": i.Changed, "same": i.Same, "refused": i.Refused}
}

// Import reads an import that somebody sent; ErrNotFound for another's.
func (d *Desk) Import(ctx context.Context, who policy.Actor, id int64) (db.Import, error) {
	if err := d.MayImport(who); err != nil {
		return db.Import{}, err
	}
	return d.DB.Import(ctx, who.Person.ID, id)
}

// ImportOutcomes reads what comes of each row of an import that somebody sent.
func (d *Desk) ImportOutcomes(ctx context.Context, who policy.Actor, id int64) ([]db.ImportOutcome, error) {
	if err := d.MayImport(who); err != nil {
		return nil, err
	}
	return d.DB.ImportOutcomes(ctx, who.Person.ID, id)
}

// importedAtOnce is up to how many contacts are imported while whoever asked for it waits.
const importedAtOnce = 200

// AskImport has an import done as it was seen: when it was tried so many times. Where it isn't so any more, nothing is
// done. Of many contacts it is only promised when this comes back; the import tells how far it is.
func (d *Desk) AskImport(ctx context.Context, who policy.Actor, id int64, tried int, invite bool) error {
	i, err := d.Import(ctx, who, id)
	if err != nil {
		return err
	}
	asked := false
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) (err error) {
		if asked, err = tx.AskImport(ctx, who.Person.ID, id, tried, invite); err != nil || !asked {
			return err
		}
		return tx.Enqueue(ctx, db.ImportContacts{})
	})
	if err != nil || !asked || i.Wanted() > importedAtOnce {
		return err
	}
	if _, err := d.workImport(db.AsSystem(ctx, "import of contacts"), id); err != nil {
		d.Log.WarnContext(ctx, "an import is left to the background", "import", id, "error", err) // it is promised
	}
	return nil
}

// WorkImports does the imports that were asked for, one after the other, each in a transaction of its own: whole or not at
// all. While another copy is at one of them it does nothing: that one goes on with the others.
func (d *Desk) WorkImports(ctx context.Context) error {
	for {
		worked, err := d.workImport(db.AsSystem(ctx, "imports of contacts"), 0)
		if err != nil || !worked {
			return err
		}
	}
}

// returned says that an import was not done, and what would come of it by now.
type returned struct {
	note     db.ImportNote
	judged   []*importing
	followed bool // judged counts
}

func (r returned) Error() string { return "the import was not done: " + string(r.note) }

// workImport does one import; that which waited longest, where id is 0. worked is false where there was none.
func (d *Desk) workImport(ctx context.Context, id int64) (worked bool, err error) {
	var i db.Import
	for range 3 { // somebody else may take an address just then: the next time that is seen
		err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			var rows []db.ImportRow
			i, rows, err = tx.HoldImport(ctx, id)
			if err != nil {
				return err
			}
			return d.importRows(db.WithRequest(ctx, i.Request), tx, i, rows)
		})
		if !db.Violates(err, "people_email") && !db.Deadlocked(err) {
			break
		}
	}
	back := returned{note: db.ImportLast}
	switch {
	case errors.As(err, &back), errors.Is(err, ErrLastAdministrator):
	case i.ID == 0 && errors.Is(err, db.ErrNotFound):
		return false, nil
	case err != nil:
		return true, fmt.Errorf("import %d: %w", i.ID, err)
	default:
		return true, nil
	}
	i.Note = back.note
	var outcomes []db.ImportOutcome
	if back.followed {
		outcomes = sumUp(&i, back.judged)
	}
	return true, d.DB.ReturnImport(ctx, i, outcomes)
}

// importRows does an import within the transaction. Persons are held first, then the accounts, then the customers that may
// lose an administrator: as everywhere.
func (d *Desk) importRows(ctx context.Context, tx *db.DB, i db.Import, rows []db.ImportRow) error {
	at := slices.Index(i.Columns, "email")
	var emails []string
	for _, r := range rows {
		if address, wrong := EmailAddress(valueAt(r.Values, at)); wrong.Code == "" {
			emails = append(emails, strings.ToLower(address))
		}
	}
	if err := tx.HoldContacts(ctx, unique(emails)); err != nil {
		return err
	}
	who, err := d.importerNow(ctx, tx, i.PersonID)
	if err != nil {
		return err
	}
	if d.MayImport(who) != nil {
		return returned{note: db.ImportBarred}
	}
	before, err := d.judgeImport(ctx, tx, who, i.Columns, rows)
	if err != nil {
		return err
	}
	return d.lastAdministrator(ctx, tx, losing(before), func() error {
		// No account moves any more.
		judged, err := d.judgeImport(ctx, tx, who, i.Columns, rows)
		if err != nil {
			return err
		}
		now := i
		if sumUp(&now, judged); now.Digest != i.Digest {
			return returned{note: db.ImportChanged, judged: judged, followed: true}
		}
		return d.writeImport(ctx, tx, who, i, judged)
	})
}

func valueAt(values []string, at int) string {
	if at < 0 || at >= len(values) {
		return ""
	}
	return values[at]
}

// importerNow is who sent an import, with what they may do by now; nobody, where they are gone.
func (d *Desk) importerNow(ctx context.Context, tx *db.DB, person int64) (policy.Actor, error) {
	them, err := tx.ContactRecord(ctx, person)
	in := them.SignedIn
	if errors.Is(err, db.ErrNotFound) {
		in, err = tx.StaffRecord(ctx, person)
	}
	if errors.Is(err, db.ErrNotFound) {
		return policy.Actor{}, nil
	}
	return policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}, err
}

// losing are the accounts at which an import may take an administrator away.
func losing(judged []*importing) (accounts []int64) {
	for _, row := range judged {
		disabled := slices.Contains(row.fields, "access") && !row.form.Access
		for _, g := range row.them.Grants {
			taken := slices.ContainsFunc(row.grants, func(c GrantChange) bool { return c.Took.ID == g.ID })
			if row.Verdict == db.ImportChanges && g.Role == db.CustomerAdministrator && (disabled || taken) {
				accounts = append(accounts, g.AccountID)
			}
		}
	}
	return unique(accounts)
}

// ForgetImports forgets what is kept of files that came a day ago.
func (d *Desk) ForgetImports(ctx context.Context) error {
	return d.DB.SweepImports(ctx, d.Clock().Add(-importLife))
}
