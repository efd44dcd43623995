package db

import (
	"context"
	"fmt"
	"time"
)

// AuditEntry is one line of the audit log: somebody did something, or one of the provider's people looked at what is a
// customer's. It is never changed. What is a person's own (names, addresses, what they wrote) does not stand in it, but their
// ids do: once they are erased elsewhere, they are erased.
type AuditEntry struct {
	ID        int64
	At        time.Time
	ActorID   int64       // 0: the portal itself, or somebody who is not signed in
	Action    AuditAction // what was done
	Subject   string      // what kind of thing it was done to: "person", "account", "case" …; empty where it is none
	SubjectID int64
	AccountID int64          // the account that it concerns; 0 where it concerns none
	Detail    map[string]any // of plain values: which fields were changed, and from what to what where that is nobody's own
	Request   string         // the id of the request that did it, as in the log; see WithRequest
}

// AuditAction names what was done, as "subject.verb". It is kept: it never changes.
type AuditAction string

type requestKey struct{}

// WithRequest gives the context the id of the request that it belongs to: what is audited in it says so.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestOf is the id of the request that the context belongs to; empty outside of one.
func RequestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Audit adds a line to the audit log. Inside of a transaction it is there if and only if what it tells of is.
func (d *DB) Audit(ctx context.Context, e AuditEntry) error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	_, err := d.fast.Exec(ctx, `
		insert into audit (at, actor_id, action, subject, subject_id, account_id, detail, request) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		fixed, e.At, some(e.ActorID), e.Action, e.Subject, some(e.SubjectID), some(e.AccountID), e.Detail, RequestOf(ctx))
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}
