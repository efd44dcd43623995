package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// Edit is a change of one field of a case, by a form that was filled from what stood there.
type Edit struct {
	Was        string    // what stood there, as Now says it; empty: whatever it is
	Submission uuid.UUID // the form's own token: sent twice, it is done once
}

// Stale says that somebody else changed the field since the form was filled from it: nothing was done. It is a
// db.ErrStale.
type Stale struct {
	Field string   // "assignee", "queue", "priority", "account"
	Case  db.Case  // as it is now
	Last  db.Entry // who changed it, and how; zero where the history does not tell
}

func (s Stale) Error() string { return s.Field + " was changed meanwhile" }

// Unwrap makes it a db.ErrStale.
func (s Stale) Unwrap() error { return db.ErrStale }

// Now is what a form fills Edit.Was from.
func Now(c db.Case, field string) string {
	switch field {
	case "assignee":
		return strconv.FormatInt(c.AssigneeID, 10)
	case "queue":
		return strconv.FormatInt(c.QueueID, 10)
	case "priority":
		return strconv.Itoa(int(c.Priority))
	case "account":
		return strconv.FormatInt(c.AccountID, 10)
	}
	return ""
}

// edit is what all changes of a field have in common: the case is found, the person may, the form was not sent before,
// and nobody was quicker.
func (d *Desk) edit(ctx context.Context, who policy.Actor, may policy.Action, n db.Number, in Edit, field string,
	do func(context.Context, *db.DB, *db.Case) error) (kase db.Case, err error) {
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if kase, err = d.locked(ctx, tx, who, may, n); err != nil {
			return err
		}
		if _, err := tx.EventBySubmission(ctx, n, who.Person.ID, in.Submission); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if in.Was != "" && in.Was != Now(kase, field) {
			stale := Stale{Field: field, Case: kase}
			if stale.Last, err = tx.LastChange(ctx, d.Judge.Scope(who, policy.See), n, field); err != nil && !errors.Is(err, db.ErrNotFound) {
				return err
			}
			return stale
		}
		return do(ctx, tx, &kase)
	})
	return kase, submittedTwice(err)
}

// unfinished is ErrState for a case that is solved or closed: only who takes or reopens it can work on it.
func unfinished(c *db.Case) error {
	if !Solvable(c.State) {
		return ErrState
	}
	return nil
}

// Assign gives a case to somebody who works in its queue, or to nobody (0).
func (d *Desk) Assign(ctx context.Context, who policy.Actor, n db.Number, to int64, in Edit) (db.Case, error) {
	return d.edit(ctx, who, policy.Assign, n, in, "assignee", func(ctx context.Context, tx *db.DB, kase *db.Case) error {
		if err := unfinished(kase); err != nil || kase.AssigneeID == to {
			return err
		}
		var person db.Person
		if to != 0 {
			colleagues, err := tx.Colleagues(ctx, kase.QueueID)
			if err != nil {
				return err
			}
			if !has(colleagues, to) {
				return Invalid{"assignee": {Code: "not_offered"}}
			}
			if person, err = tx.Person(ctx, to); err != nil {
				return err
			}
		}
		return d.assign(ctx, tx, who, kase, person, in.Submission)
	})
}

// Move puts a case into another queue. Who had it and does not work there has it no longer. Customers do not hear of
// queues.
func (d *Desk) Move(ctx context.Context, who policy.Actor, n db.Number, queue int64, in Edit) (db.Case, error) {
	return d.edit(ctx, who, policy.Work, n, in, "queue", func(ctx context.Context, tx *db.DB, kase *db.Case) error {
		if err := unfinished(kase); err != nil || kase.QueueID == queue {
			return err
		}
		from, err := tx.Queue(ctx, kase.QueueID)
		if err != nil {
			return err
		}
		to, err := tx.Queue(ctx, queue)
		if errors.Is(err, db.ErrNotFound) {
			return Invalid{"queue": {Code: "not_offered"}}
		} else if err != nil {
			return err
		}
		kase.QueueID = to.ID
		change := db.Change{Field: "queue", From: from.Name, To: to.Name, Correction: true}
		event := db.Event{PersonID: who.Person.ID, Kind: db.Changed, Internal: true, Change: &change, Submission: in.Submission}
		if err := d.record(ctx, tx, &event, kase, db.QueueChanged(from.ID)); err != nil || kase.AssigneeID == 0 {
			return err
		}
		colleagues, err := tx.Colleagues(ctx, to.ID)
		if err != nil || has(colleagues, kase.AssigneeID) {
			return err
		}
		return d.assign(ctx, tx, who, kase, db.Person{}, uuid.Nil)
	})
}

// SetPriority overrules the priority that the rules decided. A first answer that is not given yet is due accordingly,
// but for one that a rule promised within a time: that stays.
func (d *Desk) SetPriority(ctx context.Context, who policy.Actor, n db.Number, to db.Priority, in Edit) (db.Case, error) {
	return d.edit(ctx, who, policy.Work, n, in, "priority", func(ctx context.Context, tx *db.DB, kase *db.Case) error {
		if to < db.Critical || to > db.Low {
			return Invalid{"priority": {Code: "not_offered"}}
		}
		if err := unfinished(kase); err != nil || kase.Priority == to {
			return err
		}
		change := db.Change{Field: "priority", From: strconv.Itoa(int(kase.Priority)), To: strconv.Itoa(int(to)), Correction: true}
		kase.Priority = to
		if kase.AnsweredAt.IsZero() {
			accounts, err := tx.AccountsWithin(ctx, db.AccountScope{Accounts: []int64{kase.AccountID}})
			if err != nil {
				return err
			}
			now, err := d.live(ctx, tx)
			if err != nil {
				return err
			}
			for _, a := range accounts {
				now.promise(kase, a)
			}
		}
		return d.record(ctx, tx, &db.Event{PersonID: who.Person.ID, Kind: db.Changed, Change: &change, Submission: in.Submission}, kase)
	})
}

// Words are what staff write into a case: a note, or what they need to know.
type Words struct {
	Body       string
	Files      []uuid.UUID // uploads of the same person
	Submission uuid.UUID   // the form's own token: sent twice, it is written once
}

// Note adds what only staff read.
func (d *Desk) Note(ctx context.Context, who policy.Actor, n db.Number, in Words) (db.Case, db.Event, error) {
	return d.write(ctx, who, policy.Note, n, in, func(ctx context.Context, tx *db.DB, kase *db.Case, e *db.Event) error {
		e.Kind, e.Internal = db.Note, true
		return d.record(ctx, tx, e, kase)
	})
}

// RequestInformation asks the customer for something, and has the case wait for it.
func (d *Desk) RequestInformation(ctx context.Context, who policy.Actor, n db.Number, in Words) (db.Case, db.Event, error) {
	return d.write(ctx, who, policy.Work, n, in, func(ctx context.Context, tx *db.DB, kase *db.Case, e *db.Event) error {
		from := kase.State
		if err := staffRequests.move(kase, d.now(kase)); err != nil {
			return err
		}
		d.answered(kase)
		kase.Awaited = e.Body
		e.Kind, e.Change = db.Requested, stateChange(from, kase)
		if err := d.record(ctx, tx, e, kase); err != nil {
			return err
		}
		return d.promise(ctx, tx, *kase, *e)
	})
}

// write is what all that staff write has in common.
func (d *Desk) write(ctx context.Context, who policy.Actor, may policy.Action, n db.Number, in Words,
	do func(context.Context, *db.DB, *db.Case, *db.Event) error) (kase db.Case, event db.Event, err error) {
	in.Body = CleanText(in.Body)
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if kase, err = d.locked(ctx, tx, who, may, n); err != nil {
			return err
		}
		if event, err = tx.EventBySubmission(ctx, n, who.Person.ID, in.Submission); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err := d.checkBody(in.Body, nil, false); err != nil {
			return err
		}
		if len(in.Files) > d.Limits().Files {
			return Invalid{"files": {Code: "too_many_files", Args: map[string]any{"Max": d.Limits().Files}}}
		}
		event = db.Event{PersonID: who.Person.ID, Body: in.Body, Submission: in.Submission}
		if err := do(ctx, tx, &kase, &event); err != nil {
			return err
		}
		return d.claim(ctx, tx, who.Person.ID, in.Files, event)
	})
	return kase, event, submittedTwice(err)
}

func has(list []db.Named, id int64) bool {
	return slices.ContainsFunc(list, func(n db.Named) bool { return n.ID == id })
}

// Pace is how a promised first answer stands.
type Pace string

// How it may stand.
const (
	Calm Pace = "calm"
	Soon Pace = "soon" // less than a quarter of the time is left
	Late Pace = "late" // it is over
)

// PaceOf tells how a promise stands that was made when the case was opened, and how much of its time is left, in
// percent.
func PaceOf(created, due, now time.Time) (Pace, int) {
	whole, left := due.Sub(created), due.Sub(now)
	switch {
	case left <= 0 || whole <= 0:
		return Late, 0
	case left > whole:
		left = whole
	}
	percent := int(100 * left / whole)
	if percent < 25 {
		return Soon, percent
	}
	return Calm, percent
}
