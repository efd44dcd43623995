package desk

import (
	"context"

	"portico/db"
	"portico/policy"
)

// ExportCases notes that somebody takes a list of cases with them, and gives what reads it: see db.WholeList. The list's scope
// is of those that the judge gives whoever asks, and the wall stands behind it as everywhere. Of several that one person takes
// at once each waits for the one before, as there is room for few in all.
func (d *Desk) ExportCases(ctx context.Context, who policy.Actor, asked map[string]any) (func(context.Context, db.Scope, db.CaseFilter, db.Sort, bool, func(*db.CaseRow) error) error, error) {
	if d.Judge.Scope(who, policy.See).Empty() {
		return nil, db.ErrNotFound
	}
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.CasesExported, AccountID: who.Home.ID, Detail: asked})
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, in db.Scope, f db.CaseFilter, by db.Sort, reverse bool, each func(*db.CaseRow) error) error {
		leave, err := d.exports.enter(ctx, who.Person.ID)
		if err != nil {
			return err
		}
		defer leave()
		return d.DB.WholeList(ctx, in, f, by, reverse, each)
	}, nil
}
