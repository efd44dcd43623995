package jobs

import (
	"context"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// publisher publishes drafts of the rules at their time. It is called a few seconds early and waits for the rest; and once
// a minute, for what a copy was at that was killed.
type publisher struct {
	river.WorkerDefaults[db.PublishDrafts]
	desk *desk.Desk
}

// Work publishes all whose time has come.
func (w publisher) Work(ctx context.Context, job *river.Job[db.PublishDrafts]) error {
	if wait := job.Args.At.Sub(w.desk.Clock()); !job.Args.At.IsZero() && wait > 0 && wait < longest/2 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
	return w.desk.PublishPlanned(ctx)
}
