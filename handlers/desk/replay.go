package desk

import (
	"context"
	"errors"
	"time"

	"portico/db"
)

// How many cases a replay asks in one transaction, how long runs are kept, and how long after midnight a day is over: by then
// whatever was being opened is written.
const (
	replayPart  = 500
	replayKept  = 90 * 24 * time.Hour
	replayAfter = 10 * time.Minute
)

// Replay decides the cases of yesterday again, each by the version of the rules that decided it and what that was compiled
// against. What comes out otherwise is an error in the log, and told on the page of the rules and by the metrics. It works
// part by part, goes on where whoever was at it before stopped, and asks no case twice.
func (d *Desk) Replay(ctx context.Context) error {
	now := d.Clock().UTC()
	yesterday := now.Add(-replayAfter).Truncate(24*time.Hour).AddDate(0, 0, -1)
	if err := d.DB.BeginReplay(ctx, yesterday, now); err != nil {
		return err
	}
	for {
		switch err := d.replayPart(ctx); {
		case errors.Is(err, db.ErrNotFound):
			return d.DB.SweepReplays(ctx, now.Add(-replayKept))
		case err != nil:
			return err
		}
	}
}

func (d *Desk) replayPart(ctx context.Context) error {
	var run db.Replay
	var found []db.ReplayCase
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		found = nil
		var err error
		if run, err = tx.LockReplay(ctx); err != nil {
			return err
		}
		cases, err := tx.ReplayPart(ctx, run, replayPart)
		if err != nil {
			return err
		}
		for _, kase := range cases {
			differing, err := d.replayCase(ctx, kase)
			if err != nil {
				return err
			}
			if differing != nil {
				found = append(found, *differing)
			}
			run.ReachedAt, run.Reached = kase.CreatedAt, kase.ID
		}
		run.Cases, run.Differing = run.Cases+len(cases), run.Differing+len(found)
		if len(cases) < replayPart {
			run.EndedAt = d.Clock()
		}
		return tx.SaveReplay(ctx, run, found)
	})
	if err != nil {
		return err
	}
	for _, c := range found {
		d.Log.ErrorContext(ctx, "a case is decided otherwise by what decided it", "case", c.CaseID.String(), "version", c.Version, "differs", c.Differs)
	}
	if !run.EndedAt.IsZero() {
		d.Log.InfoContext(ctx, "cases decided again", "day", run.Day.Format(time.DateOnly), "cases", run.Cases, "differing", run.Differing)
	}
	return nil
}

// undecidable is what a case differs in that nothing can decide again: its version or lexicon is gone or can't be read.
const undecidable = "undecidable"

// replayCase decides a case again; nil if it comes out as it was kept.
func (d *Desk) replayCase(ctx context.Context, kase db.Case) (*db.ReplayCase, error) {
	out := db.ReplayCase{CaseID: kase.ID, Version: kase.RuleVersion, Kept: kase.Decision.Outcomes, Differs: []string{undecidable}}
	set, err := d.Deciding(ctx, kase)
	switch {
	case db.Away(err) || ctx.Err() != nil:
		return nil, errors.Join(err, ctx.Err())
	case err != nil:
		d.Log.ErrorContext(ctx, "a case cannot be decided again", "case", kase.ID.String(), "error", err)
		return &out, nil
	}
	again := set.Decide(kase.Facts)
	if out.Differs = again.Differs(kase.Decision); len(out.Differs) == 0 {
		return nil, nil
	}
	out.Again = &again.Outcomes
	return &out, nil
}
