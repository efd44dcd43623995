package desk

import (
	"context"
	"errors"
	"time"

	"portico/db"
	"portico/policy"
)

// ErrMailWaits says that a mail can't be sent again: it waits already, or nobody is to have it.
var ErrMailWaits = errors.New("the mail waits to be sent, or is not to be")

// SendAgain has a mail sent once more that was given up, was perhaps sent, or was sent; ErrMailWaits where it waits anyway.
// Pressed twice it is sent once. Its reader and what they may see are judged again as it goes out.
func (d *Desk) SendAgain(ctx context.Context, who policy.Actor, id int64) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		m, err := d.mailAgain(ctx, tx, id)
		if err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.MailResent, Subject: "mail", SubjectID: m.ID,
			Detail: map[string]any{"was": string(m.Became())}})
	})
}

// againAtOnce is how much mail is sent again in one transaction.
const againAtOnce = 500

// SendFailedAgain has all mail sent once more that was given up; n is how many.
func (d *Desk) SendFailedAgain(ctx context.Context, who policy.Actor) (n int, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return 0, err
	}
	for {
		ids, err := d.DB.FailedMails(ctx, againAtOnce)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		sent := 0
		err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			for _, id := range ids {
				_, err := d.mailAgain(ctx, tx, id)
				if errors.Is(err, ErrMailWaits) || errors.Is(err, db.ErrNotFound) {
					continue // somebody was quicker
				}
				if err != nil {
					return err
				}
				sent++
			}
			return d.audit(ctx, tx, who, db.AuditEntry{Action: db.MailResent, Subject: "mail", Detail: map[string]any{"mails": sent}})
		})
		if err != nil {
			return n, err
		}
		n += sent
	}
}

// mailAgain puts a mail back to where it waits, and gives it as it was.
func (d *Desk) mailAgain(ctx context.Context, tx *db.DB, id int64) (db.Mail, error) {
	was, err := tx.LockMail(db.AsSystem(ctx, "mail again"), id)
	if err != nil {
		return was, err
	}
	if !was.Resendable() {
		return was, ErrMailWaits
	}
	m := was
	m.SentAt, m.HandedAt, m.NextAt, m.Outcome, m.Failure = time.Time{}, time.Time{}, time.Time{}, "", ""
	if err := tx.SaveMail(db.AsSystem(ctx, "mail again"), m); err != nil {
		return was, err
	}
	if m.EventID == 0 {
		return was, tx.Enqueue(ctx, db.SendLetter{MailID: m.ID})
	}
	return was, tx.Enqueue(ctx, db.SendMail{MailID: m.ID})
}
