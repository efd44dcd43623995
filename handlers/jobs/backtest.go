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
