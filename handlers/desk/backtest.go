package desk

import (
	"context"
	"errors"
	"time"

	"portico/db"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// NewBacktest is what is asked of a draft: to be held against what is live.
type NewBacktest struct {
	Draft      int64
	Submission uuid.UUID // the form's own token: sent twice, it begins one
	Filter     db.BacktestFilter
	Account    string // the client number or unique name of the account that the filter is to name
}

// ErrUnderWay says that a draft is held against past cases already, or shadows new ones.
var ErrUnderWay = errors.New("one of this draft is under way")

// BeginBacktest promises to hold a draft, as it is now, against what is live, over the past cases that fit. It begins when
// those that were asked for earlier are done.
func (d *Desk) BeginBacktest(ctx context.Context, who policy.Actor, in NewBacktest) (db.Backtest, error) {
	return d.beginBacktest(ctx, who, in, false)
}

func (d *Desk) beginBacktest(ctx context.Context, who policy.Actor, in NewBacktest, shadow bool) (b db.Backtest, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return b, err
	}
	if err := d.fitting(ctx, &in); err != nil {
		return b, err
	}
	// All cases count, whoever may see them.
	err = d.DB.InTx(db.AsSystem(ctx, "a backtest that is asked for"), func(ctx context.Context, tx *db.DB) error {
		draft, err := tx.RuleDraft(ctx, in.Draft)
		if err != nil {
			return err
		}
		if _, problems := rules.Parse(draft.Source); len(problems) > 0 {
			return ErrUnreadable
		}
		live, err := tx.LiveVersion(ctx)
		if err != nil {
			return err
		}
		if live == 0 {
			return errNoRules
		}
		b = db.Backtest{Shadow: shadow, DraftID: draft.ID, Revision: draft.Revision, Source: draft.Source, Live: live, PersonID: who.Person.ID,
			Submission: in.Submission, Filter: in.Filter, State: db.BacktestWaits, AskedAt: d.Clock()}
		action := db.BacktestBegun
		if shadow {
			b.State, action = db.BacktestRuns, db.ShadowBegun
		}
		if err := tx.AskBacktest(ctx, &b); err != nil {
			return err
		}
		if err := d.audit(ctx, tx, who, db.AuditEntry{Action: action, Subject: "draft", SubjectID: draft.ID, AccountID: in.Filter.Account}); err != nil || shadow {
			return err
		}
		return tx.Enqueue(ctx, db.RunBacktests{})
	})
	if errors.Is(err, db.ErrStale) {
		err = ErrUnderWay
	}
	return b, err
}

// fitting looks at what the cases of a backtest are narrowed by.
func (d *Desk) fitting(ctx context.Context, in *NewBacktest) error {
	invalid := Invalid{}
	if in.Account != "" {
		switch account, err := accountCalled(db.AsSystem(ctx, "a backtest that is asked for"), d.DB, in.Account); {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			invalid["account"] = Complaint{Code: "backtest.account.unknown"}
		default:
			in.Filter.Account, in.Filter.Depth = account.ID, account.Depth()
		}
	}
	if f := in.Filter; !f.From.IsZero() && !f.Until.IsZero() && !f.From.Before(f.Until) {
		invalid["until"] = Complaint{Code: "backtest.period.wrong"}
	}
	if in.Submission == uuid.Nil {
		invalid["submission"] = Complaint{Code: rules.CodeMissing}
	}
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}

// Backtest reads a backtest, or a shadow.
func (d *Desk) Backtest(ctx context.Context, who policy.Actor, id int64) (db.Backtest, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.Backtest{}, err
	}
	b, err := d.DB.Backtest(ctx, id)
	if err == nil && b.DraftID == 0 {
		err = db.ErrNotFound
	}
	return b, err
}

// EndBacktest cancels a backtest, or ends a shadow. What it has counted so far stays.
func (d *Desk) EndBacktest(ctx context.Context, who policy.Actor, id int64) (db.Backtest, error) {
	b, err := d.Backtest(ctx, who, id)
	if err != nil {
		return b, err
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		ended, err := tx.EndBacktest(ctx, id, d.Clock())
		if err != nil || !ended {
			return err
		}
		action := db.BacktestStopped
		if b.Shadow {
			action = db.ShadowEnded
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: action, Subject: "draft", SubjectID: b.DraftID})
	})
	return b, err
}

// How often what a backtest has counted is kept, and how long a copy that is heard no more counts as being at it. Where keeping
// it takes long, as there are many accounts and locations, it is kept less often: so many times as long is spent on counting.
const (
	backtestKept  = time.Second
	backtestHeld  = time.Minute
	countedBeside = 20
)

// WorkBacktests does the backtests that were asked for, one after the other, unless some copy is at one. What a copy left
// half-way is gone on with where it was kept last.
func (d *Desk) WorkBacktests(ctx context.Context) error {
	ctx = db.AsSystem(ctx, "backtests")
	for {
		h := d.atBacktest(uuid.New())
		b, err := d.DB.HoldBacktest(ctx, h)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = d.backtest(ctx, b, h.By, backtestPart, backtestKept)
		}
		if err != nil && !errors.Is(err, db.ErrStale) {
			return err
		}
	}
}

func (d *Desk) atBacktest(by uuid.UUID) db.Hold {
	now := d.Clock()
	return db.Hold{By: by, Now: now, Until: now.Add(backtestHeld)}
}

// backtest does one, from where it was. ErrStale says that it is not this copy's any more: it is over, or another's.
func (d *Desk) backtest(ctx context.Context, b db.Backtest, by uuid.UUID, part int, every time.Duration) error {
	err := d.backtestOn(ctx, &b, by, part, every)
	if err == nil || errors.Is(err, db.ErrStale) {
		return err
	}
	why := ""
	if errors.Is(err, ErrUnreadable) || errors.As(err, new(unreadableFacts)) { // it would be no better another time
		d.Log.ErrorContext(ctx, "a backtest failed", "backtest", b.ID, "error", err)
		why = err.Error()
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if left := d.DB.LeaveBacktest(leaving, b.ID, d.atBacktest(by), why); left != nil || why == "" {
		return errors.Join(err, left)
	}
	return nil
}

func (d *Desk) backtestOn(ctx context.Context, b *db.Backtest, by uuid.UUID, part int, every time.Duration) error {
	c, err := d.comparing(ctx, b.Source, b.Live, b.Filter)
	if err != nil {
		return err
	}
	c.part = part
	was, kept := b.Reached, time.Now()
	var listed []db.BacktestCase
	save := func() error {
		began := time.Now()
		err := d.DB.SaveBacktest(ctx, *b, was, listed, d.atBacktest(by))
		was, listed, kept = b.Reached, nil, time.Now()
		if every > 0 {
			every = min(max(every, countedBeside*kept.Sub(began)), backtestHeld/4)
		}
		return err
	}
	err = c.run(ctx, b.Reached, b.First, func(p compared) error {
		listed = append(listed, p.into(b)...)
		if time.Since(kept) < every {
			return nil
		}
		return save()
	})
	if err != nil {
		return err
	}
	b.State, b.EndedAt, b.Reached = db.BacktestDone, d.Clock(), b.First
	return save()
}

// CompareCases holds a rule set against what is live over past cases, here and now, and tells how far it is: what portico
// rules backtest does. Changed are the newest of those that change in each way.
func (d *Desk) CompareCases(ctx context.Context, source string, in NewBacktest, told func(percent, cases, changed int)) (b db.Backtest, changed []db.BacktestCase, err error) {
	in.Submission = uuid.New()
	if err := d.fitting(ctx, &in); err != nil {
		return b, nil, err
	}
	ctx = db.AsSystem(ctx, "backtest")
	b.Source, b.Filter, b.AskedAt = source, in.Filter, d.Clock()
	if b.Live, err = d.DB.LiveVersion(ctx); err != nil {
		return b, nil, err
	}
	if b.Live == 0 {
		return b, nil, errNoRules
	}
	c, err := d.comparing(ctx, source, b.Live, b.Filter)
	if err != nil {
		return b, nil, err
	}
	if b.First, b.Last, err = d.DB.CaseNumbers(ctx); err != nil {
		return b, nil, err
	}
	b.Reached = b.Last + 1
	err = c.run(ctx, b.Reached, b.First, func(p compared) error {
		changed = append(changed, p.into(&b)...)
		told(b.Progress(), b.Tally.Cases, b.Tally.Changed)
		return nil
	})
	b.State, b.EndedAt = db.BacktestDone, d.Clock()
	return b, changed, err
}

// BothTraces decides a case by the two sets that a backtest, or a shadow, holds against each other, with the traces.
func (d *Desk) BothTraces(ctx context.Context, b db.Backtest, kase db.Case) (before, after rules.Decision, err error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return before, after, err
	}
	set, problems := rules.Parse(b.Source)
	if len(problems) > 0 {
		return before, after, problems
	}
	var old *rules.Compiled
	if b.Shadow {
		old, err = d.Deciding(ctx, kase)
	} else {
		old, err = d.version(ctx, e, b.Live)
	}
	if err != nil {
		return before, after, err
	}
	draft, _ := rules.Compile(set, e.Vocabulary)
	return old.Decide(kase.Facts), draft.Decide(kase.Facts), nil
}

// ForgetBacktests sweeps those of drafts that were published or removed.
func (d *Desk) ForgetBacktests(ctx context.Context) error { return d.DB.SweepBacktests(ctx) }
