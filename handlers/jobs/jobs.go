// Package jobs is the portal's background work: short functions that find a thing and call a verb of desk. Jobs lie in
// the database, so that they survive restarts, and each is worked by one of all running copies.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/mail"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// atOnce is how many jobs one copy works at the same time.
const atOnce = 4

// mailAtOnce and lettersAtOnce are how many mails and letters one copy sends at the same time: that many connections a mail
// server is asked for. However slow it is, other jobs go on.
const (
	mailAtOnce    = 8
	lettersAtOnce = 2
)

// longest is how long a job may take.
const longest = time.Minute

// New makes what works all jobs. Start it, and stop it before the database is closed. Without a sender mail is kept.
func New(d *desk.Desk, sender *mail.Sender, log *slog.Logger) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, sweeper{desk: d})
	river.AddWorker(workers, mailer{desk: d, sender: sender, log: log})
	river.AddWorker(workers, postman{desk: d, sender: sender, log: log})
	river.AddWorker(workers, closer{desk: d})
	river.AddWorker(workers, mover{desk: d})
	river.AddWorker(workers, greeter{desk: d})
	river.AddWorker(workers, importer{desk: d})
	river.AddWorker(workers, repairman{desk: d})
	river.AddWorker(workers, backtester{desk: d})
	river.AddWorker(workers, publisher{desk: d})
	river.AddWorker(workers, replayer{desk: d})
	river.AddWorker(workers, shadower{desk: d})
	river.AddWorker(workers, learner{desk: d})

	client, err := river.NewClient(riverpgxv5.New(d.DB.Pool()), &river.Config{
		Logger: log,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: atOnce},
			db.MailQueue:       {MaxWorkers: mailAtOnce, FetchCooldown: 10 * time.Millisecond},
			db.LetterQueue:     {MaxWorkers: lettersAtOnce},
		},
		Workers:         workers,
		Middleware:      []rivertype.Middleware{river.WorkerMiddlewareFunc(asSystem)},
		JobTimeout:      longest,
		SoftStopTimeout: 5 * time.Second,
		// What a copy worked that was killed is worked by another once nobody can be at it any more.
		RescueStuckJobsAfter: 3 * longest,
		PeriodicJobs: []*river.PeriodicJob{
			every(time.Hour, Sweep{}),
			every(10*time.Minute, Close{}),
			every(time.Minute, db.MoveAccounts{}),
			every(time.Minute, db.ImportContacts{}),
			every(time.Minute, db.RepairCasesJob{}),
			every(time.Minute, db.RunBacktests{}),
			every(time.Minute, db.PublishDrafts{}),
			every(time.Hour, Replay{}),
			every(time.Minute, db.FollowShadows{}),
			every(time.Minute, LearnWords{}),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("background jobs: %w", err)
	}
	return client, nil
}

// asSystem has each job be the portal's own work, which nothing is hidden from: see db.Wall.
func asSystem(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	return work(db.AsSystem(ctx, job.Kind))
}

// every has one of all copies promise a job, again and again.
func every(interval time.Duration, job river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(interval), func() (river.JobArgs, *river.InsertOpts) { return job, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}
