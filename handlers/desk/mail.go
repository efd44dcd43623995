package desk

import (
	"context"

	"portico/db"
)

// promise has an event told by mail to the case's requester and to those copied on it, but for who did it. The mail
// exists if and only if the event does; it is written and sent afterwards, in the reader's language, and only to who may
// see the case then. Nothing internal is ever told.
func (d *Desk) promise(ctx context.Context, tx *db.DB, kase db.Case, event db.Event) error {
	if event.Internal {
		return nil
	}
	mails, err := tx.PromiseMails(ctx, kase, event, d.Clock())
	if err != nil {
		return err
	}
	return tx.EnqueueMails(ctx, mails)
}
