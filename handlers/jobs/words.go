package jobs

import (
	"context"
	"time"

	"portico/handlers/desk"

	"github.com/riverqueue/river"
)

// LearnWords takes up the words of cases that were opened or answered since the last time, so that searches can be put
// right by them: a minute later rather than with each reply.
type LearnWords struct{}

// Kind names the job in the queue.
func (LearnWords) Kind() string { return "learn-words" }

type learner struct {
	river.WorkerDefaults[LearnWords]
	desk *desk.Desk
}

// Work learns what is new, and once a day all.
func (l learner) Work(ctx context.Context, _ *river.Job[LearnWords]) error {
	_, err := l.desk.DB.LearnWords(ctx, l.desk.Clock())
	return err
}

// Timeout is long: once a day all cases are read.
func (learner) Timeout(*river.Job[LearnWords]) time.Duration { return 10 * time.Minute }
