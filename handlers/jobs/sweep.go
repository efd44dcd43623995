package jobs

import (
	"context"
	"errors"

	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// Sweep clears away what nobody needs any more: sessions, throttles and links that have ended, drafts and files that were never
// sent, imports.
type Sweep struct{}

// Kind names the job in the queue.
func (Sweep) Kind() string { return "sweep" }

type sweeper struct {
	river.WorkerDefaults[Sweep]
	desk *desk.Desk
}

// Work sweeps all of it, even if one part fails.
func (s sweeper) Work(ctx context.Context, _ *river.Job[Sweep]) error {
	drafts := s.desk.ForgetDrafts(ctx) // before their files, which then go too
	_, err := s.desk.DiscardUploads(ctx)
	_, pictures := s.desk.DiscardPictures(ctx)
	return errors.Join(pictures, s.desk.DB.SweepSessions(ctx), s.desk.DB.SweepThrottles(ctx), s.desk.DB.SweepLinks(ctx), s.desk.ExpireRegistrations(ctx),
		s.desk.ForgetImports(ctx), s.desk.ForgetRepairs(ctx), s.desk.ForgetBacktests(ctx), drafts, err)
}
