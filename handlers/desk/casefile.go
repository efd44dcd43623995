package desk

import (
	"context"

	"portico/db"
	"portico/policy"
)

// ExportCases notes that somebody takes a list of cases with them, and gives what reads it: see db.WholeList. The list's scope
// is of those that the judge gives whoever asks, and the wall stands behind it as everywhere.
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
	return d.DB.WholeList, nil
}
