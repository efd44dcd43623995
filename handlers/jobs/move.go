package jobs

import (
	"context"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// mover does the moves of accounts that were asked for. What a copy was at that was killed is begun anew within a minute,
// by whichever copy looks first: until its transaction ended it held a lock that nobody gets meanwhile.
type mover struct {
	river.WorkerDefaults[db.MoveAccounts]
	desk *desk.Desk
}

// Work does all of them.
func (m mover) Work(ctx context.Context, _ *river.Job[db.MoveAccounts]) error {
	return m.desk.WorkMoves(ctx)
}

// Timeout is long: a customer may have a million cases.
func (mover) Timeout(*river.Job[db.MoveAccounts]) time.Duration { return time.Hour }
