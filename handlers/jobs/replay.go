package jobs

import (
	"context"
	"time"

	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// Replay decides yesterday's cases again. It is looked each hour whether that was done: the first time after midnight it
// is not.
type Replay struct{}

// Kind names the job in the queue.
func (Replay) Kind() string { return "replay" }

type replayer struct {
	river.WorkerDefaults[Replay]
	desk *desk.Desk
}

// Work goes on with whatever is not done.
func (r replayer) Work(ctx context.Context, _ *river.Job[Replay]) error { return r.desk.Replay(ctx) }

// Timeout is long: there may be a great many cases.
func (replayer) Timeout(*river.Job[Replay]) time.Duration { return time.Hour }
