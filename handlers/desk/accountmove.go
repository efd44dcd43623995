package desk

import (
	"context"
	"errors"
	"slices"

	"portico/db"
	"portico/policy"
)

// MovePreview is what it would do to hang an account elsewhere, and what stands in the way of it.
type MovePreview struct {
	db.MovePreview
	Refused db.MoveRefusal // empty: it can be done
}

// PreviewMove tells what it would do to hang an account below parent, or to make it a root where that is 0.
func (d *Desk) PreviewMove(ctx context.Context, who policy.Actor, account, parent int64) (p MovePreview, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return p, err
	}
	// All cases count, whoever may see them.
	err = d.DB.InTx(db.AsSystem(ctx, "preview of a move"), func(ctx context.Context, tx *db.DB) (err error) {
		if p.MovePreview, err = tx.PreviewMove(ctx, account, parent); err == nil {
			p.Refused, err = whyUnmoved(ctx, tx, p.MovePreview)
		}
		return err
	})
	if err == nil && p.Refused == "" {
		err = d.DB.CountApart(db.AsSystem(ctx, "preview of a move"), &p.MovePreview)
	}
	return p, err
}

// whyUnmoved tells what stands in the way of a move.
func whyUnmoved(ctx context.Context, tx *db.DB, p db.MovePreview) (db.MoveRefusal, error) {
	reception, err := readReception(ctx, tx)
	if err != nil {
		return "", err
	}
	levels := len(p.Parent.Path) + p.Deepest
	switch alone := reception.Account.ID; {
	case alone != 0 && (alone == p.Account.ID || alone == p.Parent.ID):
		return db.MoveReception, nil
	case slices.Contains(p.Parent.Path, p.Account.ID):
		return db.MoveCircle, nil
	case levels > db.MaxDepth:
		return db.MoveDepth, nil
	case p.OtherCustomer() && p.Had > 0 && p.Administrators == 0:
		return db.MoveLast, nil
	}
	return "", nil
}

// movedAtOnce is up to how many cases an account is moved while whoever asked for it waits.
const movedAtOnce = 2000

// MoveAccount hangs an account with all below it, and all their cases, below another parent, or makes it a root where that is 0.
// From is the parent that it had when whoever asks looked: db.ErrStale where that is another by now. What stands in the
// way is a db.MoveRefusal.
//
// With many cases it takes a while: then it is done in the background, and only promised when this comes back. The move
// tells: it has ended, or not.
func (d *Desk) MoveAccount(ctx context.Context, who policy.Actor, account, from, parent int64) (db.AccountMove, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.AccountMove{}, err
	}
	var preview MovePreview
	err := d.DB.InTx(db.AsSystem(ctx, "a move that is asked for"), func(ctx context.Context, tx *db.DB) (err error) {
		if preview.MovePreview, err = tx.WeighMove(ctx, account, parent); err == nil {
			preview.Refused, err = whyUnmoved(ctx, tx, preview.MovePreview)
		}
		return err
	})
	switch {
	case err != nil:
		return db.AccountMove{}, err
	case preview.Account.ParentID == parent: // it was sent twice
		return d.lastMove(ctx, account)
	case preview.Account.ParentID != from:
		return db.AccountMove{}, db.ErrStale
	case preview.Refused != "":
		return db.AccountMove{}, preview.Refused
	}
	m := db.AccountMove{AccountID: account, FromID: from, ParentID: parent, PersonID: who.Person.ID, Accounts: preview.Accounts, Cases: preview.Cases,
		AskedAt: d.Clock(), Request: db.RequestOf(ctx)}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.AskMove(ctx, &m); err != nil {
			return err
		}
		if err := d.audit(ctx, tx, who, db.AuditEntry{Action: db.AccountMoveAsked, Subject: "account", SubjectID: account, AccountID: account,
			Detail: map[string]any{"from": from, "to": parent, "accounts": m.Accounts, "cases": m.Cases}}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, db.MoveAccounts{})
	})
	if errors.Is(err, db.ErrStale) { // it is being moved already: perhaps there, by the same form
		return d.lastMove(ctx, account)
	}
	if err != nil || m.Cases > movedAtOnce {
		return m, err
	}
	if err := d.WorkMoves(ctx); err != nil && !db.Deadlocked(err) { // what did not work now is tried again in the background
		return m, err
	}
	return d.DB.AccountMove(ctx, m.ID)
}

func (d *Desk) lastMove(ctx context.Context, account int64) (db.AccountMove, error) {
	m, err := d.DB.LastMove(ctx, account)
	if errors.Is(err, db.ErrNotFound) {
		return m, db.ErrStale
	}
	return m, err
}

// WorkMoves does the moves that were asked for, one after the other, each in a transaction of its own. While another copy
// is at one of them it does nothing: that one goes on with the others.
func (d *Desk) WorkMoves(ctx context.Context) error {
	ctx = db.AsSystem(ctx, "moves of accounts")
	for {
		var m db.AccountMove
		idle := false
		err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			held, err := tx.TryLock(ctx, "moves")
			if idle = !held; err != nil || idle {
				return err
			}
			if m, err = tx.NextMove(ctx); errors.Is(err, db.ErrNotFound) {
				idle = true
				return nil
			} else if err != nil {
				return err
			}
			return d.move(db.WithRequest(ctx, m.Request), tx, m)
		})
		var refused db.MoveRefusal
		switch {
		case errors.As(err, &refused):
			err = d.stay(ctx, m, refused)
		case errors.Is(err, ErrLastAdministrator):
			err = d.stay(ctx, m, db.MoveLast)
		case errors.Is(err, db.ErrNotFound):
			err = d.stay(ctx, m, db.MoveGone)
		}
		if err != nil || idle {
			return err
		}
	}
}

// move does one move, within the transaction.
func (d *Desk) move(ctx context.Context, tx *db.DB, m db.AccountMove) error {
	p, err := tx.WeighMove(ctx, m.AccountID, m.ParentID)
	if err != nil {
		return err
	}
	if p.Account.ParentID != m.FromID {
		return db.MoveStale
	}
	if refused, err := whyUnmoved(ctx, tx, p); err != nil {
		return err
	} else if refused != "" {
		return refused
	}
	err = tx.MoveCases(ctx, m.AccountID, m.ParentID, func(cases int) {
		if cases < m.Cases {
			if err := d.DB.SayMoved(ctx, m.ID, cases); err != nil {
				d.Log.WarnContext(ctx, "nobody hears how far a move is", "move", m.ID, "error", err)
			}
		}
	})
	if err != nil {
		return err
	}
	if err := tx.Lock(ctx, "accounts"); err != nil {
		return err
	}
	if err := d.lastAdministrator(ctx, tx, []int64{m.AccountID}, func() error { return tx.MoveAccount(ctx, m.AccountID, m.ParentID) }); err != nil {
		return err
	}
	at := d.Clock()
	if err := tx.EndMove(ctx, m.ID, at, ""); err != nil {
		return err
	}
	if err := tx.Audit(ctx, db.AuditEntry{At: at, ActorID: m.PersonID, Action: db.AccountMoved, Subject: "account", SubjectID: m.AccountID, AccountID: m.AccountID,
		Detail: map[string]any{"from": m.FromID, "to": m.ParentID, "accounts": p.Accounts, "cases": p.Cases}}); err != nil {
		return err
	}
	return tx.Notify(ctx, db.PolicyChanged) // all who are looking are judged anew
}

// stay says that a move was not done, and why.
func (d *Desk) stay(ctx context.Context, m db.AccountMove, why db.MoveRefusal) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		at := d.Clock()
		if err := tx.EndMove(ctx, m.ID, at, why); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{At: at, ActorID: m.PersonID, Action: db.AccountStayed, Subject: "account", SubjectID: m.AccountID, AccountID: m.AccountID,
			Detail: map[string]any{"to": m.ParentID, "reason": string(why)}})
	})
}
