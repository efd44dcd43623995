package desk

import (
	"context"

	"portico/db"
	"portico/policy"
)

// audit adds to the audit log, within the transaction of what it tells of, that somebody did it.
func (d *Desk) audit(ctx context.Context, tx *db.DB, who policy.Actor, e db.AuditEntry) error {
	e.At, e.ActorID = d.Clock(), who.Person.ID
	return tx.Audit(ctx, e)
}
