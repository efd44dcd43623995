package desk

import (
	"context"
	"errors"

	"portico/db"
	"portico/policy"
)

// ErrLinkClosed says that a link is somebody's whose login was disabled.
var ErrLinkClosed = errors.New("the login of who holds the link is disabled")

// Opened is a link of a mail with whom it is for.
type Opened struct {
	db.Link
	Reader db.Person // without an ID: somebody who is nobody yet
}

// Chooses tells whether a password is chosen with the link.
func (o Opened) Chooses() bool {
	return o.Purpose == db.ChoosePassword || o.Purpose == db.SignUp || o.Purpose == db.FirstRequest
}

// OpenLink looks at a link of a mail without using it: programs that look for harm in mail open links too. What it is good
// for comes with the reason why it is not any more, as far as there is one: ErrNotFound, db.ErrLinkUsed, db.ErrLinkExpired
// or ErrLinkClosed.
func (d *Desk) OpenLink(ctx context.Context, secret string) (Opened, error) {
	l, err := d.DB.Link(ctx, hashSecret(secret))
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Link: l}
	if err := l.Good(d.Clock()); err != nil {
		return o, err
	}
	if l.PersonID == 0 {
		o.Reader, err = d.applicant(ctx, l)
		return o, err
	}
	if o.Reader, err = d.DB.Person(ctx, l.PersonID); err == nil && !o.Reader.DisabledAt.IsZero() {
		err = ErrLinkClosed
	}
	return o, err
}

// Used is what the use of a link led to.
type Used struct {
	Purpose db.LinkPurpose
	Person  int64
	To      string // the page to go on to, where its purpose has one
}

// ChoosePassword uses a link up to choose a password with it, and begins a session. All other sessions of the person end.
// before is the session that the same browser had until now. A refusal is Invalid, under "password".
func (d *Desk) ChoosePassword(ctx context.Context, secret, password string, session, before db.Session) (Used, error) {
	o, err := d.OpenLink(ctx, secret)
	if err != nil {
		return Used{}, err
	}
	if !o.Chooses() {
		return Used{}, db.ErrNotFound
	}
	if err := JudgePassword(password, o.Reader.Name(), o.Email); err != nil {
		return Used{}, err
	}
	hash, err := HashPassword(password)
	if err != nil {
		return Used{}, err
	}
	used := Used{Purpose: o.Purpose}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		l, err := tx.UseLink(ctx, hashSecret(secret), d.Clock())
		if err != nil {
			return err
		}
		if used.Person = l.PersonID; used.Person == 0 {
			if used.Person, used.To, err = d.welcomeNobody(ctx, tx, l, hash); err != nil {
				return err
			}
		}
		person, err := tx.HoldLogin(ctx, used.Person)
		switch {
		case err != nil:
			return err
		case !person.DisabledAt.IsZero():
			return ErrLinkClosed
		case l.PersonID != 0:
			if err := d.setPassword(ctx, tx, person, hash, 0); err != nil {
				return err
			}
		}
		if err := d.beginSession(ctx, tx, person, session, before); err != nil {
			return err
		}
		entry := db.AuditEntry{Action: db.LinkUsed, Subject: "person", SubjectID: person.ID, AccountID: person.AccountID, Detail: map[string]any{"purpose": l.Purpose}}
		if err := d.audit(ctx, tx, policy.Actor{Person: person}, entry); err != nil {
			return err
		}
		entry.Action, entry.Detail = db.PasswordChosen, nil
		return d.audit(ctx, tx, policy.Actor{Person: person}, entry)
	})
	return used, err
}

// UseLink uses a link up that asks no more than for its use. db.ErrAddressTaken says that the address which it confirms
// became somebody else's.
func (d *Desk) UseLink(ctx context.Context, secret string) (Used, error) {
	var used Used
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		l, err := tx.UseLink(ctx, hashSecret(secret), d.Clock())
		if err != nil {
			return err
		}
		if l.PersonID == 0 || (Opened{Link: l}).Chooses() {
			return db.ErrNotFound
		}
		person, err := tx.HoldLogin(ctx, l.PersonID)
		if err != nil {
			return err
		}
		if !person.DisabledAt.IsZero() {
			return ErrLinkClosed
		}
		used = Used{Purpose: l.Purpose, Person: person.ID}
		switch l.Purpose {
		case db.ConfirmEmail:
			err = d.changeEmail(ctx, tx, person, l.Email, d.Clock())
		case db.ConfirmRequest:
			used.To, err = d.confirmRequest(ctx, tx, l)
		}
		if err != nil {
			return err
		}
		return d.audit(ctx, tx, policy.Actor{Person: person}, db.AuditEntry{Action: db.LinkUsed, Subject: "person", SubjectID: person.ID,
			AccountID: person.AccountID, Detail: map[string]any{"purpose": l.Purpose}})
	})
	return used, err
}
