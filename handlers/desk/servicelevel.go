package desk

import (
	"context"
	"time"

	"portico/db"
)

// due is when a first answer is promised for a case of that priority that began at from: zero where none is promised.
// The zone is the account's, by whose clock business hours are told.
func (d *Desk) due(ctx context.Context, tx *db.DB, priority db.Priority, tier string, zone *time.Location, from time.Time) (time.Time, error) {
	calendar, err := tx.ReadCalendar(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return dueBy(ctx, tx, calendar, priority, tier, zone, from)
}

// dueBy is due for who has the calendar at hand.
func dueBy(ctx context.Context, tx *db.DB, c db.Calendar, priority db.Priority, tier string, zone *time.Location, from time.Time) (time.Time, error) {
	targets, err := tx.ResponseTargets(ctx)
	if err != nil {
		return time.Time{}, err
	}
	target, ok := db.TargetFor(targets, priority, tier)
	if !ok {
		return time.Time{}, nil
	}
	return target.Due(c, from, zone), nil
}
