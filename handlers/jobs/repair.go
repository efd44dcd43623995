package jobs

import (
	"context"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// repairman decides the cases anew that were chosen for it. What a copy was at that was killed goes on within a minute, at
// whichever copy looks first.
type repairman struct {
	river.WorkerDefaults[db.RepairCasesJob]
	desk *desk.Desk
}

// Work does all repairs that were asked for.
func (w repairman) Work(ctx context.Context, _ *river.Job[db.RepairCasesJob]) error {
	return w.desk.WorkRepairs(ctx)
}

// Timeout is long: a version may have decided many cases.
func (repairman) Timeout(*river.Job[db.RepairCasesJob]) time.Duration { return 30 * time.Minute }
