package desk

import (
	"context"
	"time"

	"portico/db"
	"portico/policy"
)

// ErrYourself says that somebody would take their own login from themselves.
var ErrYourself = Invalid{"access": {Code: "contacts.yourself"}}

// SetLogin lets a contact sign in, or keeps them from it. Who is kept from it is signed out everywhere at once, and the
// links in mails that they were sent are void. What was so already stays as it is.
func (d *Desk) SetLogin(ctx context.Context, who policy.Actor, id int64, enabled bool) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		who, them, err := d.hold(ctx, tx, who, id)
		switch {
		case err != nil:
			return err
		case id == who.Person.ID && !enabled:
			return ErrYourself
		case them.Person.DisabledAt.IsZero() == enabled:
			return nil
		}
		p := them.Person
		if err := d.setLogin(ctx, tx, who, &p, enabled); err != nil {
			return err
		}
		return tx.SavePerson(ctx, &p, d.Clock())
	})
}

// setLogin is SetLogin for a contact who is held; whoever calls it saves them.
func (d *Desk) setLogin(ctx context.Context, tx *db.DB, who policy.Actor, p *db.Person, enabled bool) error {
	action := db.ContactEnabled
	set := func() error { return tx.SetDisabled(ctx, p.ID, p.DisabledAt) }
	if enabled {
		p.DisabledAt = time.Time{}
		if err := set(); err != nil {
			return err
		}
	} else {
		action, p.DisabledAt = db.ContactDisabled, d.Clock()
		if err := d.lastAdministratorIs(ctx, tx, p.ID, set); err != nil {
			return err
		}
		if err := tx.EndOtherSessions(ctx, p.ID, 0); err != nil {
			return err
		}
		if err := tx.EndLinks(ctx, p.ID, d.Clock()); err != nil {
			return err
		}
	}
	if err := d.audit(ctx, tx, who, db.AuditEntry{Action: action, Subject: "person", SubjectID: p.ID, AccountID: p.AccountID}); err != nil {
		return err
	}
	return tx.Notify(ctx, db.PersonChanged(p.ID))
}

// Invite sends a contact who has no password yet another invitation; the links of those before are void.
func (d *Desk) Invite(ctx context.Context, who policy.Actor, id int64) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		who, them, err := d.hold(ctx, tx, who, id)
		switch {
		case err != nil:
			return err
		case them.Person.PasswordHash != "" || !them.Person.DisabledAt.IsZero():
			return ErrState
		}
		if err := tx.EndLinks(ctx, id, d.Clock()); err != nil {
			return err
		}
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterInvitation, Reader: them.Person, By: who.Person.ID}); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactInvited, Subject: "person", SubjectID: id, AccountID: them.Home.ID})
	})
}

// LiftLock lets a contact try again to sign in, who was locked out after too many wrong passwords.
func (d *Desk) LiftLock(ctx context.Context, who policy.Actor, id int64) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		who, them, err := d.hold(ctx, tx, who, id)
		if err != nil || !them.Person.LockedUntil.After(d.Clock()) {
			return err
		}
		if err := d.Unlock(ctx, tx, them.Person); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactUnlocked, Subject: "person", SubjectID: id, AccountID: them.Home.ID})
	})
}
