package desk

import (
	"context"
	"errors"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// Solve marks a case as solved, with a word on how it went.
type Solve struct {
	Body       string // may be empty
	Submission uuid.UUID
}

// Solve marks a case as solved, for customers and staff alike. ErrState if it is so already, or closed.
func (d *Desk) Solve(ctx context.Context, who policy.Actor, n db.Number, in Solve) (kase db.Case, event db.Event, err error) {
	in.Body = CleanText(in.Body)
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if kase, err = d.locked(ctx, tx, who, policy.Solve, n); err != nil {
			return err
		}
		if event, err = tx.EventBySubmission(ctx, n, who.Person.ID, in.Submission); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err := d.checkBody(in.Body, nil, true); err != nil {
			return err
		}
		event, err = d.solve(ctx, tx, who, &kase, in)
		return err
	})
	return kase, event, submittedTwice(err)
}

// solve marks a case as solved that is locked already. Who replies may not be one who may solve.
func (d *Desk) solve(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, in Solve) (db.Event, error) {
	if err := d.Judge.Check(who, policy.Solve, kase.Ref()); err != nil {
		return db.Event{}, err
	}
	from := kase.State
	if err := solved.move(kase, d.now(kase)); err != nil {
		return db.Event{}, err
	}
	if who.Staff() {
		d.answered(kase)
	}
	event := db.Event{PersonID: who.Person.ID, Kind: db.Resolved, Body: in.Body, Change: stateChange(from, kase), Submission: in.Submission}
	if err := d.record(ctx, tx, &event, kase); err != nil {
		return db.Event{}, err
	}
	return event, d.promise(ctx, tx, *kase, event)
}

// Reopen opens a solved case again, in the period, and says why. ErrState if that is over, or was never so.
func (d *Desk) Reopen(ctx context.Context, who policy.Actor, n db.Number, in Solve) (kase db.Case, event db.Event, err error) {
	in.Body = CleanText(in.Body)
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if kase, err = d.locked(ctx, tx, who, policy.Solve, n); err != nil {
			return err
		}
		if event, err = tx.EventBySubmission(ctx, n, who.Person.ID, in.Submission); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err := d.checkBody(in.Body, nil, true); err != nil {
			return err
		}
		period, err := reopenPeriod(ctx, tx)
		if err != nil {
			return err
		}
		from, now := kase.State, d.now(&kase)
		if from == db.Solved && !Reopenable(kase, now, period) {
			return ErrState
		}
		if err := customerReopens.move(&kase, now); err != nil {
			return err
		}
		event = db.Event{PersonID: who.Person.ID, Kind: db.Reopened, Body: in.Body, Change: stateChange(from, &kase), Submission: in.Submission}
		if err := d.record(ctx, tx, &event, &kase); err != nil {
			return err
		}
		return d.promise(ctx, tx, kase, event)
	})
	return kase, event, submittedTwice(err)
}

// CloseSolved closes the cases that can't be reopened any more; n is how many. Copies that do so at once close each case once.
func (d *Desk) CloseSolved(ctx context.Context) (n int, err error) {
	for {
		period, err := reopenPeriod(ctx, d.DB)
		if err != nil {
			return n, err
		}
		over := d.Clock().Add(-period)
		numbers, err := d.DB.SolvedBefore(ctx, over, 100)
		if err != nil || len(numbers) == 0 {
			return n, err
		}
		for _, number := range numbers {
			closed, err := d.closeSolved(ctx, number, over)
			if err != nil {
				return n, err
			}
			if closed {
				n++
			}
		}
	}
}

func (d *Desk) closeSolved(ctx context.Context, n db.Number, over time.Time) (closed bool, err error) {
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		kase, err := tx.LockCase(ctx, db.Scope{All: true}, n)
		if err != nil {
			return err
		}
		if kase.State != db.Solved || !kase.SolvedAt.Before(over) {
			return nil // another copy was quicker, or its customer
		}
		from := kase.State
		if err := periodEnds.move(&kase, d.now(&kase)); err != nil {
			return err
		}
		closed = true
		return d.record(ctx, tx, &db.Event{Kind: db.AutoClosed, Change: stateChange(from, &kase)}, &kase)
	})
	return closed, err
}
