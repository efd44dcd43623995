package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
)

// ErrWrongPassword says that e-mail and password do not match, whichever of the two it is.
var ErrWrongPassword = errors.New("e-mail and password do not match")

// Throttled says that something was tried too often, and for how long to wait.
type Throttled struct{ Wait time.Duration }

func (t Throttled) Error() string {
	return fmt.Sprintf("tried too often: wait %s", t.Wait.Round(time.Second))
}

// Tries to sign in that may fail within a window, in all running copies together.
const (
	signInWindow     = 15 * time.Minute
	triesByEmail     = 10
	triesByAddress   = 100
	longestDevice    = 256
	longestEmailByte = 320
)

// SignIn is somebody at the door.
type SignIn struct {
	Email    string
	Password string
	Session  db.Session // with the hash of its token, the client's address and its device
	Before   db.Session // the one that the same browser had until now; it ends
}

// SignIn begins a session for who knows the password. For an address that nobody has it is the same work, and has the same
// answer. Too many wrong passwords lock a person out for a while: their open sessions go on, and a link in a mail lets
// them choose another password.
func (d *Desk) SignIn(ctx context.Context, in SignIn) error {
	email := signInAddress(in.Email)
	if email == "" {
		return ErrWrongPassword
	}
	byAddress, byEmail := "sign-in by address "+clientOf(in.Session.Address), signInsOf(email)
	ok, wait, err := d.DB.Throttle(ctx, byAddress, triesByAddress, signInWindow)
	if err != nil {
		return err
	}
	if !ok {
		return Throttled{Wait: wait}
	}
	tries, wait, err := d.DB.Try(ctx, byEmail, signInWindow)
	if err != nil {
		return err
	}
	if tries > triesByEmail {
		return Throttled{Wait: wait}
	}
	person, err := d.DB.PersonByEmail(ctx, email)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	right, err := CheckPassword(person.PasswordHash, in.Password)
	if err != nil {
		return err
	}
	locked := time.Time{}
	if tries == triesByEmail {
		locked = d.Clock().Add(wait)
	}
	if !right || !person.DisabledAt.IsZero() {
		return errors.Join(d.refuseSignIn(ctx, person, right, locked), ErrWrongPassword)
	}
	if wait := person.LockedUntil.Sub(d.Clock()); wait > 0 {
		return Throttled{Wait: wait}
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		now, err := tx.HoldLogin(ctx, person.ID)
		if err != nil {
			return err
		}
		if now.PasswordHash != person.PasswordHash || !now.DisabledAt.IsZero() {
			return ErrWrongPassword // it was changed in this very moment, and all sessions ended
		}
		if err := d.beginSession(ctx, tx, now, in.Session, in.Before); err != nil {
			return err
		}
		return d.audit(ctx, tx, policy.Actor{Person: now}, db.AuditEntry{Action: db.SignedInAs, Subject: "person", SubjectID: now.ID, AccountID: now.AccountID})
	})
	if err != nil {
		return err
	}
	// Of the address only this try is taken back: whoever guesses at others must not clear the count by being oneself.
	return errors.Join(d.DB.Unthrottle(ctx, byEmail), d.DB.Untry(ctx, byAddress))
}

// signInAddress is an address as it is compared, if it can be anybody's at all.
func signInAddress(typed string) string {
	if address, wrong := EmailAddress(typed); wrong.Code == "" {
		return strings.ToLower(address)
	}
	// It may have been kept before addresses were as strict as they are now.
	email := strings.ToLower(strings.TrimSpace(typed))
	if len(email) > longestEmailByte || !utf8.ValidString(email) || strings.ContainsRune(email, 0) {
		return ""
	}
	return email
}

// signInsOf is what tries to sign in as somebody are counted by.
func signInsOf(email string) string { return "sign-in of " + strings.ToLower(email) }

// refuseSignIn notes that somebody could not sign in, and keeps them out for a while if locked is set. It does the same for
// nobody.
func (d *Desk) refuseSignIn(ctx context.Context, person db.Person, right bool, locked time.Time) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		entry := db.AuditEntry{Action: db.SignInFailed, Subject: "person", SubjectID: person.ID, AccountID: person.AccountID}
		if right {
			entry.Detail = map[string]any{"disabled": true}
		}
		if err := d.audit(ctx, tx, policy.Actor{}, entry); err != nil || locked.IsZero() {
			return err
		}
		entry.Action, entry.Detail = db.SignInLocked, nil
		return errors.Join(tx.LockOut(ctx, person.ID, locked), d.audit(ctx, tx, policy.Actor{}, entry))
	})
}

// beginSession begins a session of somebody, and ends the one that the same browser had until now, of whomever: nobody else shall
// go on with it.
func (d *Desk) beginSession(ctx context.Context, tx *db.DB, person db.Person, s, before db.Session) error {
	if before.ID != 0 {
		if err := tx.EndSession(ctx, before.PersonID, before.ID); err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	s.PersonID, s.CreatedAt, s.SeenAt = person.ID, d.Clock(), d.Clock()
	s.ExpiresAt = d.Clock().Add(db.SessionLife)
	if len(s.Device) > longestDevice {
		s.Device = strings.ToValidUTF8(s.Device[:longestDevice], "")
	}
	return tx.BeginSession(ctx, &s)
}

// Unlock lets somebody try again who was locked out after too many wrong passwords.
func (d *Desk) Unlock(ctx context.Context, tx *db.DB, person db.Person) error {
	return errors.Join(tx.LockOut(ctx, person.ID, time.Time{}), tx.Unthrottle(ctx, signInsOf(person.Email)))
}

// EndSession ends one of somebody's own sessions.
func (d *Desk) EndSession(ctx context.Context, who policy.Actor, id int64) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.EndSession(ctx, who.Person.ID, id); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.SignedOut, Subject: "person", SubjectID: who.Person.ID, AccountID: who.Person.AccountID})
	})
}

// EndOtherSessions ends all of somebody's own sessions but the one given.
func (d *Desk) EndOtherSessions(ctx context.Context, who policy.Actor, keep int64) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.EndOtherSessions(ctx, who.Person.ID, keep); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.SessionsEnded, Subject: "person", SubjectID: who.Person.ID, AccountID: who.Person.AccountID})
	})
}

// Device names a browser and its system as far as its User-Agent tells: "Firefox, Linux". Empty if it tells neither.
func Device(userAgent string) string {
	find := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(userAgent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// The order counts: Edge calls itself Chrome too, and Chrome Safari.
	browser := find("Edg", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "CriOS/", "Chrome", "Safari/", "Safari")
	system := find("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}
