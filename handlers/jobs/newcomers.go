package jobs

import (
	"context"

	"portico/db"
	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// greeter looks at who asked to be let in.
type greeter struct {
	river.WorkerDefaults[db.GreetNewcomer]
	desk *desk.Desk
}

// Work looks at one registration.
func (w greeter) Work(ctx context.Context, job *river.Job[db.GreetNewcomer]) error {
	return w.desk.Greet(ctx, job.Args.Registration)
}
