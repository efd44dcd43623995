package jobs

import (
	"context"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// importer does the imports of contacts that were asked for. What a copy was at that was killed is begun anew within a
// minute, by whichever copy looks first: nothing of it was written.
type importer struct {
	river.WorkerDefaults[db.ImportContacts]
	desk *desk.Desk
}

// Work does all of them.
func (w importer) Work(ctx context.Context, _ *river.Job[db.ImportContacts]) error {
	return w.desk.WorkImports(ctx)
}

// Timeout is long: a file may have many contacts, and several may wait.
func (importer) Timeout(*river.Job[db.ImportContacts]) time.Duration { return 15 * time.Minute }
