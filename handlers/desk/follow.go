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
		return d.noteFollowed(ctx, tx, who, did)
	})
	return kase, err
}

// FollowAccount has somebody told by mail of new cases of an account and of those below it, or no longer: of those that they
// then see. It is Invalid, of "account", for a client number of none at which they see other people's cases: of one that there
// is not as of one that is not theirs to know.
func (d *Desk) FollowAccount(ctx context.Context, who policy.Actor, client string, on bool) (account db.Account, err error) {
	at, _, err := d.DB.FormAccount(ctx, CleanText(client))
	switch {
	case err != nil:
		return db.Account{}, err
	case at.ID == 0 || !d.Judge.Accounts(who, policy.See).Holds(at.Path):
		return db.Account{}, Invalid{"account": {Code: "activities.account.none"}}
	}
	return at.Account, d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		changed, err := tx.FollowAccount(ctx, who.Person.ID, at.ID, on, d.Clock())
		if err != nil || !changed {
			return err
		}
		did := db.AuditEntry{Action: db.AccountUnfollowed, Subject: "account", SubjectID: at.ID, AccountID: at.ID}
		if on {
			did.Action = db.AccountFollowed
		}
		return d.noteFollowed(ctx, tx, who, did)
	})
}

func (d *Desk) noteFollowed(ctx context.Context, tx *db.DB, who policy.Actor, did db.AuditEntry) error {
	if err := d.audit(ctx, tx, who, did); err != nil {
		return err
	}
	return tx.Notify(ctx, db.OwnChanged(who.Person.ID))
}
