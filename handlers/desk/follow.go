package desk

import (
	"context"

	"portico/db"
	"portico/policy"
)

// FollowCase has somebody told by mail of what happens in a case that they see, or no longer. Said twice, it is done once.
// Whether they may be told is judged again each time; what they don't see is ErrNotFound.
func (d *Desk) FollowCase(ctx context.Context, who policy.Actor, n db.Number, on bool) (kase db.Case, err error) {
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if kase, err = tx.FindCase(ctx, d.Judge.Scope(who, policy.See), n); err != nil {
			return err
		}
		changed, err := tx.FollowCase(ctx, who.Person.ID, n, on, d.Clock())
		if err != nil || !changed {
			return err
		}
		did := db.AuditEntry{Action: db.CaseUnfollowed, Subject: "case", SubjectID: int64(n), AccountID: kase.AccountID}
		if on {
			did.Action = db.CaseFollowed
		}
		return d.audit(ctx, tx, who, did)
	})
	return kase, err
}

// FollowAccount has somebody told by mail of new cases of an account and of those below it, or no longer: of those that they
// then see. ErrNotFound for accounts that they have nothing to do with; Forbidden for one at which they see their own cases
// only.
func (d *Desk) FollowAccount(ctx context.Context, who policy.Actor, id int64, on bool) (account db.Account, err error) {
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if account, err = tx.AccountByID(ctx, id); err != nil {
			return err
		}
		if !d.Judge.Accounts(who, policy.See).Holds(account.Path) {
			if who.Home.ID == id {
				return policy.Forbidden{Action: policy.See}
			}
			return db.ErrNotFound
		}
		changed, err := tx.FollowAccount(ctx, who.Person.ID, id, on, d.Clock())
		if err != nil || !changed {
			return err
		}
		did := db.AuditEntry{Action: db.AccountUnfollowed, Subject: "account", SubjectID: id, AccountID: id}
		if on {
			did.Action = db.AccountFollowed
		}
		return d.audit(ctx, tx, who, did)
	})
	return account, err
}
