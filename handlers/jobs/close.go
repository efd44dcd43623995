package jobs

import (
	"context"

	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// Close closes what was solved so long ago that it can't be reopened any more.
type Close struct{}

// Kind names the job in the queue.
func (Close) Kind() string { return "close" }

type closer struct {
	river.WorkerDefaults[Close]
	desk *desk.Desk
}

// Work closes all such cases.
func (w closer) Work(ctx context.Context, _ *river.Job[Close]) error {
	_, err := w.desk.CloseSolved(ctx)
	return err
}
