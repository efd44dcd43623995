package desk

import (
	"context"
	"errors"

	"portico/db"
	"portico/policy"
)

// Decided says that somebody else has decided a registration already.
type Decided struct{ As db.RegistrationState }

func (d Decided) Error() string { return "the registration was decided already: " + string(d.As) }

// administratorsTold is how many administrators hear by mail that somebody waits.
const administratorsTold = 20

// Greet looks at a registration that was made by a code, and has the mails sent that follow: to who has a login already,
// that they do; else that an administrator of the account decides, and to those that somebody waits. It is background work,
// so that nobody can tell by the time of an answer whether an address is known.
func (d *Desk) Greet(ctx context.Context, id int64) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		r, err := tx.LockRegistration(ctx, id)
		if errors.Is(err, db.ErrNotFound) || err == nil && r.State != db.Registered {
			return nil // it expired, or was looked at before
		}
		if err != nil {
			return err
		}
		goesOn, err := d.meet(ctx, tx, r)
		if err != nil {
			return err
		}
		if !goesOn {
			return tx.SetRegistration(ctx, id, db.Joined, 0, d.Clock())
		}
		if err := tx.SetRegistration(ctx, id, db.NeedsApproval, 0, d.Clock()); err != nil {
			return err
		}
		if err := d.tellAdministrators(ctx, tx, r); err != nil {
			return err
		}
		return d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.RegistrationWaits, Subject: "registration", SubjectID: id, AccountID: r.AccountID})
	})
}

// meet writes to who asked to be let in, and tells whether somebody has to decide: not where they have a login already, or
// where they wait already. Who did not ask themselves is not written to; of those, contacts of the reception go on.
func (d *Desk) meet(ctx context.Context, tx *db.DB, r db.Registration) (goesOn bool, err error) {
	known, err := tx.PersonByEmail(ctx, r.Email)
	switch {
	case err == nil && r.CaseID != 0:
		at, err := readReception(ctx, tx)
		if err != nil || known.Staff || known.AccountID != at.Account.ID {
			return false, err
		}
	case err == nil:
		return false, d.promiseLetter(ctx, tx, letter{Kind: db.LetterKnown, Reader: known})
	case !errors.Is(err, db.ErrNotFound):
		return false, err
	case r.CaseID == 0:
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterWaiting, Reader: newcomer(r.Name, r.Email, r.Language)}); err != nil {
			return false, err
		}
	}
	again, err := tx.WaitsAlready(ctx, r, d.Clock())
	return !again, err
}

// tellAdministrators has those who may let somebody in hear that they wait: the nearest of the account's administrators or,
// where it has none, the provider's own.
func (d *Desk) tellAdministrators(ctx context.Context, tx *db.DB, r db.Registration) error {
	account, err := tx.AccountByID(ctx, r.AccountID)
	if err != nil {
		return err
	}
	// Which roles those are is the policy's to say: it is asked with somebody made up who has but the one.
	var roles []db.Role
	for _, role := range db.Roles {
		somebody := policy.Actor{Person: db.Person{ID: -1}, Grants: []db.Grant{{Role: role, AccountID: account.ID, Reach: db.ThisAccount, Path: account.Path}}}
		if !role.Staff() && d.Judge.Can(somebody, policy.ManageContacts, policy.Account(account.Path)) {
			roles = append(roles, role)
		}
	}
	administrators, err := tx.AdministratorsOf(ctx, account.ID, roles, administratorsTold)
	if err == nil && len(administrators) == 0 {
		administrators, err = tx.PlatformAdministrators(ctx, administratorsTold)
	}
	if err != nil {
		return err
	}
	for _, p := range administrators {
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterRegistration, Reader: p, About: r.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Approve lets somebody in who waits: they become a contact of the account with the role of a customer there, and are sent
// a link to choose a password. Where the address has become somebody's meanwhile, its owner hears that they have a login;
// the administrator's answer is the same.
//
// ErrNotFound for a registration at an account out of reach, policy.Forbidden for who may but look at its contacts, Decided
// if somebody was quicker.
func (d *Desk) Approve(ctx context.Context, who policy.Actor, id int64) error {
	approve := func(ctx context.Context, tx *db.DB) error {
		r, err := d.undecided(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := tx.SetRegistration(ctx, id, db.Approved, who.Person.ID, d.Clock()); err != nil {
			return err
		}
		entry := db.AuditEntry{Action: db.RegistrationApproved, Subject: "registration", SubjectID: id, AccountID: r.AccountID}
		if r.CaseID != 0 {
			return errors.Join(d.admitSender(ctx, tx, who, r), d.audit(ctx, tx, who, entry))
		}
		known, err := tx.PersonByEmail(ctx, r.Email)
		switch {
		case err == nil:
			return errors.Join(d.promiseLetter(ctx, tx, letter{Kind: db.LetterKnown, Reader: known}), d.audit(ctx, tx, who, entry))
		case !errors.Is(err, db.ErrNotFound):
			return err
		}
		person, err := d.admit(ctx, tx, newcomer(r.Name, r.Email, r.Language), r.AccountID)
		if err != nil {
			return err
		}
		entry.Detail = map[string]any{"person": person.ID}
		return errors.Join(
			d.promiseLetter(ctx, tx, letter{Kind: db.LetterWelcome, Reader: person, By: who.Person.ID}),
			d.audit(ctx, tx, who, entry),
			d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactCreated, Subject: "person", SubjectID: person.ID, AccountID: r.AccountID}),
			d.audit(ctx, tx, who, db.AuditEntry{Action: db.GrantGiven, Subject: "person", SubjectID: person.ID, AccountID: r.AccountID,
				Detail: map[string]any{"role": db.Customer, "reach": db.ThisAccount}}),
		)
	}
	err := d.DB.InTx(ctx, approve)
	if db.Violates(err, "people_email") { // somebody made them a contact in this very moment
		err = d.DB.InTx(ctx, approve)
	}
	return err
}

// admitSender makes the sender of a case a contact of the account under which staff have filed it.
func (d *Desk) admitSender(ctx context.Context, tx *db.DB, who policy.Actor, r db.Registration) error {
	ctx = db.AsSystem(ctx, "first request") // they may let the sender in, but not see all that is at the reception
	kase, err := tx.LockCase(ctx, db.Scope{All: true}, r.CaseID)
	if err != nil {
		return err
	}
	if kase.AccountID != r.AccountID {
		return db.ErrNotFound
	}
	at, err := readReception(ctx, tx)
	if err != nil {
		return err
	}
	to, err := tx.AccountByID(ctx, r.AccountID)
	if err != nil {
		return err
	}
	return d.joinAt(ctx, tx, who, &kase, at, to)
}

// Refuse does not let somebody in who waits. They are told so, kindly: they wait for an answer, and who knows their
// company's code is hardly a stranger. The sender of a case never asked, and hears nothing. The errors are those of Approve.
func (d *Desk) Refuse(ctx context.Context, who policy.Actor, id int64) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		r, err := d.undecided(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if r.CaseID == 0 {
			if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterRefused, Reader: newcomer(r.Name, r.Email, r.Language)}); err != nil {
				return err
			}
		}
		return errors.Join(
			tx.SetRegistration(ctx, id, db.Refused, who.Person.ID, d.Clock()),
			d.audit(ctx, tx, who, db.AuditEntry{Action: db.RegistrationRefused, Subject: "registration", SubjectID: id, AccountID: r.AccountID}),
		)
	})
}

// undecided is a registration that somebody is about to decide: nobody else can until the transaction ends.
func (d *Desk) undecided(ctx context.Context, tx *db.DB, who policy.Actor, id int64) (db.Registration, error) {
	r, err := tx.LockRegistration(ctx, id)
	if err != nil {
		return r, err
	}
	if r.AccountID == 0 {
		return r, db.ErrNotFound
	}
	if err := d.managesAt(ctx, tx, who, r.AccountID); err != nil {
		return r, err
	}
	switch {
	case r.State == db.Approved || r.State == db.Refused:
		return r, Decided{As: r.State}
	case r.State != db.NeedsApproval || !d.Clock().Before(r.ExpiresAt):
		return r, db.ErrNotFound
	}
	return r, nil
}

// managesAt asks whether somebody may let people in at an account, as their grants are by now.
func (d *Desk) managesAt(ctx context.Context, tx *db.DB, who policy.Actor, account int64) error {
	who, err := d.asNow(ctx, tx, who)
	if err != nil {
		return err
	}
	at, err := tx.AccountByID(ctx, account)
	if err != nil {
		return err
	}
	if !d.Judge.Can(who, policy.SeeContacts, policy.Account(at.Path)) {
		return db.ErrNotFound
	}
	return d.Judge.Check(who, policy.ManageContacts, policy.Account(at.Path))
}

// Waiting is who waits for approval, as one of those sees it who may decide.
type Waiting struct {
	List  []db.WaitingRegistration
	More  bool
	Codes []db.Code // of the accounts within reach; one more than CodesShown tells that there are more
}

// How much of it a page shows.
const (
	RegistrationsShown = 50
	CodesShown         = 20
)

// Waiting lists who waits for approval at accounts where somebody manages contacts, and by which codes people come there;
// after is the last one that was shown before, and words narrow the codes. policy.Forbidden for who manages none.
func (d *Desk) Waiting(ctx context.Context, who policy.Actor, after int64, words string) (w Waiting, err error) {
	in := d.Judge.Accounts(who, policy.ManageContacts)
	if in.Empty() && !who.Staff() {
		return Waiting{}, db.ErrNotFound // nobody's list is there for them, as little as that of contacts
	}
	if in.Empty() {
		return Waiting{}, policy.Forbidden{Action: policy.ManageContacts}
	}
	if w.List, w.More, err = d.DB.WaitingRegistrations(ctx, in, after, RegistrationsShown, d.Clock()); err != nil {
		return Waiting{}, err
	}
	w.Codes, err = d.DB.Codes(ctx, in, words, CodesShown+1)
	return w, err
}

// RenewCode gives an account that can be signed up to by a code another one: who has the old one can't any more. It is for
// the account's own administrators, where the provider gave it a code. db.ErrStale says that the code is not the old one any
// more: somebody renewed or withdrew it.
func (d *Desk) RenewCode(ctx context.Context, who policy.Actor, account int64, old string) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := d.managesAt(ctx, tx, who, account); err != nil {
			return err
		}
		if err := tx.RenewCode(ctx, account, old, NewRegistrationCode(), d.Clock()); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.CodeRenewed, Subject: "account", SubjectID: account, AccountID: account})
	})
}

// ExpireRegistrations forgets those who asked to be let in so long ago that nobody will decide any more.
func (d *Desk) ExpireRegistrations(ctx context.Context) error {
	_, err := d.DB.ExpireRegistrations(ctx, d.Clock())
	return err
}
