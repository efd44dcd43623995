package desk

import (
	"context"
	"errors"
	"time"

	"portico/db"
	"portico/policy"
)

// passwordTries is how often somebody who is signed in may give a wrong password within the window of sign-ins.
const passwordTries = 10

// ForgotPassword has a link to choose another password sent to who has the e-mail address. Whether somebody has it is
// found out when the letter is written: here it is the same work for every address. A client's address is for the throttle.
func (d *Desk) ForgotPassword(ctx context.Context, email, client string) error {
	address, wrong := EmailAddress(email)
	if wrong.Code != "" {
		return Invalid{"email": wrong}
	}
	if err := d.knock(ctx, "forgotten password", client, address); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		return d.promiseLetter(ctx, tx, letter{Kind: db.LetterReset, To: address})
	})
}

// prove holds that somebody who is signed in knows their password; else it is Invalid, under "current".
func (d *Desk) prove(ctx context.Context, who policy.Actor, password string) (db.Person, error) {
	person, err := d.DB.Person(ctx, who.Person.ID)
	if err != nil {
		return db.Person{}, err
	}
	key := "password of " + person.Email
	ok, wait, err := d.DB.Throttle(ctx, key, passwordTries, signInWindow)
	if err != nil {
		return db.Person{}, err
	}
	if !ok {
		return db.Person{}, Throttled{Wait: wait}
	}
	right, err := CheckPassword(person.PasswordHash, password)
	if err != nil {
		return db.Person{}, err
	}
	if !right {
		return db.Person{}, Invalid{"current": {Code: "password.current.wrong"}}
	}
	return person, d.DB.Unthrottle(ctx, key)
}

// ChangePassword changes the password of who knows their old one, and ends all their sessions but the one that keep names.
// A refusal is Invalid, under "current" or "password".
func (d *Desk) ChangePassword(ctx context.Context, who policy.Actor, current, password string, keep int64) error {
	person, err := d.prove(ctx, who, current)
	var invalid Invalid
	if errors.As(err, &invalid) {
		var also Invalid
		if errors.As(JudgePassword(password, who.Person.Name(), who.Person.Email), &also) {
			invalid["password"] = also["password"]
		}
	}
	if err == nil {
		err = JudgePassword(password, person.Name(), person.Email)
	}
	if err != nil {
		return err
	}
	hash, err := HashPassword(password)
	if err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		now, err := tx.HoldLogin(ctx, person.ID)
		if err != nil {
			return err
		}
		if now.PasswordHash != person.PasswordHash { // somebody was faster
			return Invalid{"current": {Code: "password.current.wrong"}}
		}
		if err := d.setPassword(ctx, tx, now, hash, keep); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.PasswordChanged, Subject: "person", SubjectID: now.ID, AccountID: now.AccountID})
	})
}

// setPassword keeps a new password: what was good for the old one, sessions but one and links in mails, is so no more. Who
// had a password before is told by mail.
func (d *Desk) setPassword(ctx context.Context, tx *db.DB, person db.Person, hash string, keep int64) error {
	err := errors.Join(
		tx.SetPassword(ctx, person.ID, hash),
		tx.EndLinks(ctx, person.ID, d.Clock()),
		tx.EndOtherSessions(ctx, person.ID, keep),
		tx.Unthrottle(ctx, signInsOf(person.Email)),
	)
	if err != nil || person.PasswordHash == "" {
		return err
	}
	return d.promiseLetter(ctx, tx, letter{Kind: db.LetterPasswordChanged, Reader: person})
}

// ChangeEmail has a link sent to a new e-mail address, which counts once that is used. Whether somebody has the address
// already is told to who reads its mail alone. A refusal is Invalid, under "current" or "email".
func (d *Desk) ChangeEmail(ctx context.Context, who policy.Actor, current, email, client string) error {
	person, err := d.prove(ctx, who, current)
	var invalid Invalid
	if err != nil && !errors.As(err, &invalid) {
		return err
	}
	address, wrong := EmailAddress(email)
	if invalid == nil {
		invalid = Invalid{}
	}
	if wrong.Code == "" && err == nil && address == person.Email {
		wrong = Complaint{Code: "email.same"}
	}
	if wrong.Code != "" {
		invalid["email"] = wrong
	}
	if len(invalid) > 0 {
		return invalid
	}
	if err := d.knock(ctx, "change of e-mail", client, address); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterEmail, Reader: person, To: address}); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.EmailRequested, Subject: "person", SubjectID: person.ID, AccountID: person.AccountID})
	})
}

// changeEmail makes an address count that its link was used of. The old one is told.
func (d *Desk) changeEmail(ctx context.Context, tx *db.DB, person db.Person, email string, now time.Time) error {
	if err := tx.SetEmail(ctx, person.ID, email, now); err != nil {
		return err
	}
	if err := tx.EndLinks(ctx, person.ID, now); err != nil { // they were sent to the old one
		return err
	}
	if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterEmailChanged, Reader: person, To: person.Email}); err != nil {
		return err
	}
	return d.audit(ctx, tx, policy.Actor{Person: person}, db.AuditEntry{Action: db.EmailChanged, Subject: "person", SubjectID: person.ID, AccountID: person.AccountID})
}
