package desk

import (
	"context"
	"errors"
	"slices"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// ErrNothingLeft says that nothing waits in the queues that somebody does not have already.
var ErrNothingLeft = errors.New("no case is left to take")

// TakeNext gives the most important case of the queues that nobody has: never the same to two, however many ask at
// once. Without queues it is of all that the person works in. The same submission gives the same case.
//
// Forbidden if they don't work in one of the queues, ErrNothingLeft if there is none.
func (d *Desk) TakeNext(ctx context.Context, who policy.Actor, queues []int64, submission uuid.UUID) (kase db.Case, err error) {
	if queues, err = d.worked(ctx, who, queues); err != nil {
		return db.Case{}, err
	}
	take := func(ctx context.Context, tx *db.DB) error {
		n, err := tx.CaseOfSubmission(ctx, who.Person.ID, submission)
		if err == nil {
			kase, err = tx.FindCase(ctx, d.Judge.Scope(who, policy.See), n)
			return err
		}
		if !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if n, err = tx.NextCase(ctx, queues); errors.Is(err, db.ErrNotFound) {
			return ErrNothingLeft
		} else if err != nil {
			return err
		}
		if kase, err = d.locked(ctx, tx, who, policy.Work, n); err != nil {
			return err
		}
		return d.take(ctx, tx, who, &kase, submission)
	}
	err = d.DB.InTx(ctx, take)
	if db.Violates(err, "events_submission_key") { // the other half of a double click was quicker
		err = d.DB.InTx(ctx, take)
	}
	return kase, submittedTwice(err)
}

// worked are the queues in which somebody works; of those given, or all.
func (d *Desk) worked(ctx context.Context, who policy.Actor, queues []int64) ([]int64, error) {
	in := d.Judge.Scope(who, policy.Work)
	switch {
	case in.Empty():
		return nil, policy.Forbidden{Action: policy.Work}
	case queues == nil && !in.All:
		return in.Queues, nil
	case queues == nil:
		all, err := d.DB.Queues(ctx)
		for _, q := range all {
			queues = append(queues, q.ID)
		}
		return queues, err
	}
	for _, id := range queues {
		if !in.All && !slices.Contains(in.Queues, id) {
			return nil, policy.Forbidden{Action: policy.Work}
		}
	}
	return queues, nil
}

// Take makes a case one's own, from whoever has it. A solved one is thereby reopened.
func (d *Desk) Take(ctx context.Context, who policy.Actor, n db.Number, in Edit) (db.Case, error) {
	return d.edit(ctx, who, policy.Work, n, in, "assignee", func(ctx context.Context, tx *db.DB, kase *db.Case) error {
		if kase.AssigneeID == who.Person.ID && kase.State == states[staffActs][kase.State] {
			return nil
		}
		return d.take(ctx, tx, who, kase, in.Submission)
	})
}

// take makes a case one's own that is locked already.
func (d *Desk) take(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, submission uuid.UUID) error {
	from, had := kase.State, kase.AssigneeID
	if err := staffActs.move(kase, d.now(kase)); err != nil {
		return err
	}
	if had != who.Person.ID {
		if err := d.assign(ctx, tx, who, kase, who.Person, submission); err != nil {
			return err
		}
		submission = uuid.Nil
	}
	if from == kase.State || from == db.New {
		return nil // from New to Open: that is what taking it means
	}
	event := db.Event{PersonID: who.Person.ID, Kind: db.Changed, Change: stateChange(from, kase), Submission: submission}
	if from == db.Solved {
		event.Kind = db.Reopened
	}
	return d.record(ctx, tx, &event, kase)
}

// assign writes down who has the case now; nobody where the person is zero.
func (d *Desk) assign(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, to db.Person, submission uuid.UUID) error {
	change := db.Change{Field: "assignee", To: to.Name()}
	if kase.AssigneeID != 0 {
		had, err := tx.Person(ctx, kase.AssigneeID)
		if err != nil {
			return err
		}
		change.From = had.Name()
	}
	kase.AssigneeID = to.ID
	return d.record(ctx, tx, &db.Event{PersonID: who.Person.ID, Kind: db.Changed, Change: &change, Submission: submission}, kase)
}
