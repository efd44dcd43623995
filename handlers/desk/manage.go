package desk

import (
	"context"
	"errors"
	"fmt"

	"portico/db"
	"portico/policy"
)

// ErrBeyond says that somebody may manage contacts at an account, but not this one of them: they may do something that the
// administrator could not let them do.
var ErrBeyond = fmt.Errorf("the contact's rights go beyond the administrator's: %w", policy.Forbidden{Action: policy.ManageContacts})

// Manages tells whether somebody may manage a contact: nil; ErrBeyond; policy.Forbidden for who may but look; and
// db.ErrNotFound for a contact whose home account is out of their reach.
//
// Who manages a contact decides by which address, and so by whom, their password can be set anew: they could come to all
// that the contact may do. So all that the contact was granted must lie within what the administrator could grant: any
// role of contacts, at accounts and with a reach inside of where they manage contacts.
func (d *Desk) Manages(who policy.Actor, them db.SignedIn) error {
	home := policy.Account(them.Home.Path)
	switch {
	case them.Person.Staff || !d.Judge.Can(who, policy.SeeContacts, home):
		return db.ErrNotFound
	case !d.Judge.Can(who, policy.ManageContacts, home):
		return policy.Forbidden{Action: policy.ManageContacts}
	}
	manages := d.Judge.Accounts(who, policy.ManageContacts)
	if manages.All {
		return nil
	}
	for _, g := range them.Grants {
		if g.Role.Staff() || !manages.Covers(g.Path, g.Reach) {
			return ErrBeyond
		}
	}
	return nil
}

// hold begins a change of a contact by somebody who manages them: it waits for others who change the contact, and judges
// both as they are now, not as they were when the request came in. The contact stays so until the transaction ends. The
// errors are those of Manages. It is called before customers are held.
func (d *Desk) hold(ctx context.Context, tx *db.DB, who policy.Actor, id int64) (policy.Actor, db.ContactRecord, error) {
	if _, err := tx.LockPerson(ctx, id); err != nil {
		return who, db.ContactRecord{}, err
	}
	them, err := tx.ContactRecord(ctx, id)
	if err != nil {
		return who, db.ContactRecord{}, err
	}
	if who, err = d.asNow(ctx, tx, who); err != nil {
		return who, db.ContactRecord{}, err
	}
	return who, them, d.Manages(who, them.SignedIn)
}

// asNow is somebody with what they may do by now: another administrator may have taken it from them a moment ago.
func (d *Desk) asNow(ctx context.Context, tx *db.DB, who policy.Actor) (policy.Actor, error) {
	if who.Staff() {
		return who, nil
	}
	now, err := tx.ContactRecord(ctx, who.Person.ID)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return policy.Actor{}, nil
	case err != nil:
		return policy.Actor{}, err
	}
	who.Person.DisabledAt, who.Home, who.Grants = now.Person.DisabledAt, now.Home, now.Grants
	return who, nil
}
