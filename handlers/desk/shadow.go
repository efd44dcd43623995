package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"portico/db"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// BeginShadow asks a draft, as it is now, about every case that is opened from now on, beside what is live. It decides
// nothing.
func (d *Desk) BeginShadow(ctx context.Context, who policy.Actor, draft int64, submission uuid.UUID) (db.Backtest, error) {
	return d.beginBacktest(ctx, who, NewBacktest{Draft: draft, Submission: submission}, true)
}

// shadowPart is how many cases a shadow counts in one transaction.
const shadowPart = 1000

// FollowShadows has all shadows count the cases that were opened since they looked last, each once, whichever copies look.
// The cases are there by then, decided and obeyed, and nothing of them is touched.
func (d *Desk) FollowShadows(ctx context.Context) error {
	ctx = db.AsSystem(ctx, "shadows")
	ids, err := d.DB.Shadows(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range ids {
		for more := true; more; {
			var n int
			err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) (err error) {
				n, err = d.follow(ctx, tx, id)
				return err
			})
			if errors.Is(err, db.ErrNotFound) { // another copy is at it, or it is over
				break
			}
			if err != nil { // the others go on
				failed = errors.Join(failed, fmt.Errorf("follow shadow %d: %w", id, err))
				break
			}
			more = n == shadowPart
		}
	}
	return failed
}

// follow counts some cases within a transaction, and tells how many.
func (d *Desk) follow(ctx context.Context, tx *db.DB, id int64) (int, error) {
	b, err := tx.HoldShadow(ctx, id)
	if err != nil {
		return 0, err
	}
	cases, err := tx.CasesShadowed(ctx, b, shadowPart)
	if err != nil {
		return 0, err
	}
	if len(cases) == 0 {
		return 0, tx.SettleShadow(ctx, b.ID)
	}
	e, err := d.live(ctx, tx)
	if err != nil {
		return 0, err
	}
	set, problems := rules.Parse(b.Source)
	if len(problems) > 0 {
		return 0, fmt.Errorf("shadow %d: %w", id, problems)
	}
	draft, _ := rules.Compile(set, e.Vocabulary)
	comparer := rules.NewComparer(nil, draft)
	part := compared{From: b.Reached}
	for i := range cases {
		c := &cases[i]
		both, err := comparer.Compare(c.Facts)
		if err != nil {
			return 0, unreadableFacts{c.Number, err}
		}
		pair := rules.Pair{New: both.New}
		if err := json.Unmarshal(c.Decided, &pair.Old); err != nil {
			return 0, unreadableFacts{c.Number, err}
		}
		pair.Differs = rules.Differ(pair.Old, pair.New)
		both.Pair = &pair
		move := part.Tally.Add(rules.Counted{Compared: both, Account: c.Account, Opened: c.Opened, Promises: rules.Kept{Old: rules.Pending, New: rules.Pending}})
		if move.Differs != 0 {
			part.Changed = append(part.Changed, db.BacktestCase{Number: c.Number, Move: move})
		}
	}
	listed := part.into(&b)
	return len(cases), tx.SaveShadow(ctx, b, cases, listed)
}
