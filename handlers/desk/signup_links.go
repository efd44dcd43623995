package desk

import (
	"context"
	"errors"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// applicant is who a link is for that is for nobody yet: with the name that they typed.
func (d *Desk) applicant(ctx context.Context, l db.Link) (db.Person, error) {
	switch l.Purpose {
	case db.SignUp:
		r, err := d.DB.Registration(ctx, l.About)
		return newcomer(r.Name, r.Email, r.Language), err
	case db.FirstRequest:
		c, err := d.DB.Claim(ctx, db.Number(l.About))
		return newcomer(c.Name, c.Email, c.Language), err
	}
	return db.Person{}, db.ErrNotFound
}

// welcomeNobody makes somebody of who holds a link that is for nobody yet, with the password that they chose. It gives the
// page to go on to. db.ErrLinkUsed says that the address has become somebody's meanwhile: they can sign in.
func (d *Desk) welcomeNobody(ctx context.Context, tx *db.DB, l db.Link, passwordHash string) (person int64, to string, err error) {
	ctx = db.AsSystem(ctx, "links")
	p, err := d.applicant(ctx, l)
	if err != nil {
		return 0, "", err
	}
	switch _, err := tx.PersonByEmail(ctx, p.Email); {
	case err == nil:
		return 0, "", db.ErrLinkUsed
	case !errors.Is(err, db.ErrNotFound):
		return 0, "", err
	}
	at, err := d.reception(ctx, tx)
	if err != nil {
		return 0, "", err
	}
	p.PasswordHash = passwordHash
	switch l.Purpose {
	case db.SignUp:
		p, err = d.joinBySignUp(ctx, tx, l, p, at.Account.ID)
		to = "/"
	case db.FirstRequest:
		p, to, err = d.joinByRequest(ctx, tx, l, p, at.Account.ID)
	}
	if db.Violates(err, "people_email") {
		return 0, "", db.ErrLinkUsed
	}
	if err != nil {
		return 0, "", err
	}
	return p.ID, to, d.audit(ctx, tx, policy.Actor{Person: p}, db.AuditEntry{Action: db.PersonJoined, Subject: "person", SubjectID: p.ID,
		AccountID: p.AccountID, Detail: map[string]any{"by": l.Purpose}})
}

func (d *Desk) joinBySignUp(ctx context.Context, tx *db.DB, l db.Link, p db.Person, reception int64) (db.Person, error) {
	r, err := tx.LockRegistration(ctx, l.About)
	if err != nil {
		return p, err
	}
	open, err := doors(ctx, tx)
	switch {
	case err != nil:
		return p, err
	case r.State != db.NeedsLink:
		return p, db.ErrLinkUsed
	case open.SignUp != SignUpOpen: // it was closed meanwhile
		return p, db.ErrLinkExpired
	}
	if err := tx.SetRegistration(ctx, r.ID, db.Joined, 0, d.Clock()); err != nil {
		return p, err
	}
	return d.admit(ctx, tx, p, reception)
}

func (d *Desk) joinByRequest(ctx context.Context, tx *db.DB, l db.Link, p db.Person, reception int64) (_ db.Person, to string, err error) {
	n := db.Number(l.About)
	kase, claim, err := d.claimed(ctx, tx, n)
	if err != nil {
		return p, "", err
	}
	if !claim.ConfirmedAt.IsZero() {
		return p, "", db.ErrLinkUsed
	}
	home := reception
	if claim.AccountID != 0 { // staff know already where they belong
		home = claim.AccountID
	}
	if p, err = d.admit(ctx, tx, p, home); err != nil {
		return p, "", err
	}
	sees, err := d.theirs(ctx, tx, kase, p)
	if !sees {
		return p, "/?done=request-waits", err
	}
	return p, kase.Path(), err
}

// confirmRequest says that it was its reader who asked for what a link is about: it is an ordinary case of theirs from then
// on. It gives the page to go on to. Staff have no cases of their own: what was sent with their address stays as it is.
func (d *Desk) confirmRequest(ctx context.Context, tx *db.DB, l db.Link) (to string, err error) {
	ctx = db.AsSystem(ctx, "links")
	kase, claim, err := d.claimed(ctx, tx, db.Number(l.About))
	if err != nil {
		return "", err
	}
	p, err := tx.Person(ctx, l.PersonID)
	switch {
	case err != nil:
		return "", err
	case !p.DisabledAt.IsZero():
		return "", db.ErrLinkExpired
	case !claim.ConfirmedAt.IsZero() && claim.ConfirmedBy != p.ID:
		return "", db.ErrLinkUsed
	case p.Staff || !claim.ConfirmedAt.IsZero():
		return kase.Path(), nil
	}
	sees, err := d.theirs(ctx, tx, kase, p)
	if !sees {
		return "/?done=request-waits", err
	}
	return kase.Path(), err
}

// RequestOf is the request that a link is about: whoever holds it has the address that the request was sent with, and is
// asked whether it was them.
func (d *Desk) RequestOf(ctx context.Context, l db.Link) (db.Case, error) {
	if l.Purpose != db.ConfirmRequest {
		return db.Case{}, db.ErrNotFound
	}
	return d.DB.FindCase(db.AsSystem(ctx, "links"), db.Scope{All: true}, db.Number(l.About))
}

// claimed is a case with who claims it; nobody else can change it until the transaction ends.
func (d *Desk) claimed(ctx context.Context, tx *db.DB, n db.Number) (db.Case, db.Claim, error) {
	kase, err := tx.LockCase(ctx, db.Scope{All: true}, n)
	if err != nil {
		return kase, db.Claim{}, err
	}
	claim, err := tx.Claim(ctx, n)
	return kase, claim, err
}

// theirs makes a case the person's who claimed it, and tells whether they see it then. From the reception it goes to their
// home account. Where staff have filed it already it stays: that customer may have written in it by now, and whoever sent
// it must not take that along to another. Who is but the reception's sees it as soon as somebody makes them a contact there.
func (d *Desk) theirs(ctx context.Context, tx *db.DB, kase db.Case, p db.Person) (sees bool, err error) {
	home, err := tx.AccountByID(ctx, p.AccountID)
	if err != nil {
		return false, err
	}
	at, err := readReception(ctx, tx)
	if err != nil {
		return false, err
	}
	if err := tx.ConfirmClaim(ctx, kase.ID, p.ID, d.Clock()); err != nil {
		return false, err
	}
	kase.RequesterID, kase.OpenedBy = p.ID, p.ID
	event := db.Event{PersonID: p.ID, Kind: db.Changed, Internal: true, Change: &db.Change{Field: "requester", To: p.Name()}}
	if err := d.record(ctx, tx, &event, &kase, db.CaseChanged(kase.ID), db.PersonChanged(p.ID)); err != nil {
		return false, err
	}
	entry := db.AuditEntry{Action: db.RequestConfirmed, Subject: "case", SubjectID: int64(kase.ID), AccountID: home.ID}
	if err := d.audit(ctx, tx, policy.Actor{Person: p}, entry); err != nil {
		return false, err
	}
	if kase.AccountID == at.Account.ID && home.ID != at.Account.ID {
		return true, d.file(ctx, tx, policy.Actor{Person: p}, &kase, home, uuid.Nil)
	}
	return kase.Ancestors[0] == home.Path[0], nil
}
