package desk

import (
	"context"
	"time"

	"portico/db"
	"portico/policy"
)

// record writes an event into its case's history and keeps what became of the case: every change goes through here, but
// for the opening. It
// sees to it that customers find the case by what they may read, that an internal event leaves no trace that they could
// see, and that all who look at the case hear of it. The case was locked, or is new.
func (d *Desk) record(ctx context.Context, tx *db.DB, e *db.Event, c *db.Case, also ...db.Topic) error {
	if e.At.IsZero() {
		e.At = d.now(c)
	}
	words, topic := e.Body, db.CaseChanged(c.ID)
	if e.Change != nil && e.Change.Field == "title" {
		words += "\n" + e.Change.To
	}
	if e.Internal {
		words, topic = "", db.CaseNoted(c.ID)
	} else {
		c.UpdatedAt = e.At
	}
	return tx.AddEvent(ctx, c, e, words, append(also, topic, db.QueueChanged(c.QueueID))...)
}

// now is the time in a case. It doesn't go back when a clock does, or where that of another copy is behind: what answers
// something comes after it, and what happens to a case brings it forward.
func (d *Desk) now(c *db.Case) time.Time {
	if now := d.Clock(); now.After(c.UpdatedAt) {
		return now
	}
	return c.UpdatedAt
}

// locked finds a case for somebody who is going to change it, and asks whether they may: ErrNotFound outside of what
// they see, Forbidden for what they see only.
func (d *Desk) locked(ctx context.Context, tx *db.DB, who policy.Actor, may policy.Action, n db.Number) (db.Case, error) {
	c, err := tx.LockCase(ctx, d.Judge.Scope(who, policy.See), n)
	if err != nil {
		return db.Case{}, err
	}
	return c, d.Judge.Check(who, may, c.Ref())
}

// stateChange is what an event tells of the state, if that changed.
func stateChange(from db.State, c *db.Case) *db.Change {
	if from == c.State {
		return nil
	}
	return &db.Change{Field: "state", From: string(from), To: string(c.State)}
}
