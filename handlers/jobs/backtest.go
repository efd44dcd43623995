package jobs

import (
	"context"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// backtester does the backtests that were asked for. What a copy was at that was killed another goes on with, within a
// minute or two: when nothing was heard of it for a minute.
type backtester struct {
	river.WorkerDefaults[db.RunBacktests]
	desk *desk.Desk
}

// Work does all of them.
func (w backtester) Work(ctx context.Context, _ *river.Job[db.RunBacktests]) error {
	return w.desk.WorkBacktests(ctx)
}

// Timeout is long: there may be millions of cases, and a portal that is busy goes first.
func (backtester) Timeout(*river.Job[db.RunBacktests]) time.Duration { return 12 * time.Hour }

// shadower has shadows count the cases that were opened, whoever opened them: what was missed because a copy was killed.
type shadower struct {
	river.WorkerDefaults[db.FollowShadows]
	desk *desk.Desk
}

// Work does so for all of them.
func (w shadower) Work(ctx context.Context, _ *river.Job[db.FollowShadows]) error {
	return w.desk.FollowShadows(ctx)
}

// gathered is how long a shadow waits for more cases before it counts the first: each time costs the same.
const gathered = 200 * time.Millisecond

// Follow has shadows count the cases that this copy opens, moments after each, until the context ends.
func Follow(ctx context.Context, d *desk.Desk) {
	for {
		select {
		case <-d.Opened:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(gathered):
		case <-ctx.Done():
			return
		}
		if err := d.FollowShadows(ctx); err != nil && ctx.Err() == nil {
			d.Log.WarnContext(ctx, "shadows are behind", "error", err) // the job goes on with it within a minute
		}
	}
}
