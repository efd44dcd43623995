package desk

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// Contact finds a contact for somebody who may see contacts where they are at home, and tells why they may not be
// managed; see Manages.
func (d *Desk) Contact(ctx context.Context, who policy.Actor, id int64) (them db.ContactRecord, barred error, err error) {
	if them, err = d.DB.ContactRecord(ctx, id); err != nil {
		return db.ContactRecord{}, nil, err
	}
	if barred = d.Manages(who, them.SignedIn); errors.Is(barred, db.ErrNotFound) {
		return db.ContactRecord{}, nil, barred
	}
	return them, barred, nil
}

// HomesFor is where somebody may make contacts at home.
func (d *Desk) HomesFor(who policy.Actor) db.AccountScope {
	return d.Judge.Accounts(who, policy.ManageContacts)
}

// AccountsMeant finds the accounts of a scope that somebody means by what they typed or chose: a client number, alone or
// in front of the name, means its account; words mean all that have them, at most some. None is found that isn't in the scope.
func (d *Desk) AccountsMeant(ctx context.Context, in db.AccountScope, typed string) ([]db.AccountLine, error) {
	typed = CleanText(typed)
	if typed == "" || len(typed) > 4*longestSearch {
		return nil, nil
	}
	number, _, _ := strings.Cut(typed, " · ")
	for _, client := range []string{typed, number} {
		account, err := d.DB.AccountByClient(ctx, in, client)
		if !errors.Is(err, db.ErrNotFound) {
			return []db.AccountLine{line(account)}, err
		}
	}
	return d.DB.FindAccounts(ctx, in, typed, AccountsFound)
}

// SaveContact saves what somebody who manages a contact typed into a form that was made from the given revision. What is
// wrong is Invalid, by field; ErrStale says that somebody else saved meanwhile, and that nothing was saved now.
func (d *Desk) SaveContact(ctx context.Context, who policy.Actor, id int64, revision int, in ContactForm) error {
	in.tidy()
	if them, err := d.DB.ContactRecord(ctx, id); err != nil || !strings.EqualFold(them.Person.Email, in.Email) {
		if err := d.paced(ctx, who, "contacts", contactsAnHour); err != nil { // it may tell whether somebody has that one
			return err
		}
	}
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		who, them, err := d.hold(ctx, tx, who, id)
		switch {
		case err != nil:
			return err
		case them.Person.Revision != revision:
			return db.ErrStale
		}
		was := FormOf(them)
		if in.Account == "" { // it is asked for only where there is a choice
			in.Account = was.Account
		}
		home, invalid, err := d.checkContact(ctx, tx, who, &in, them.Home)
		if err != nil {
			return err
		}
		fields := in.Differs(was)
		if complaint := keepsAtHome(them, home); complaint.Code != "" {
			invalid["account"] = complaint
		}
		if id == who.Person.ID && !strings.EqualFold(in.Email, was.Email) && invalid["email"].Code == "" {
			invalid["email"] = Complaint{Code: "contacts.email.yourself"} // by their password, and by a link to the new one
		}
		if id == who.Person.ID && was.Access && !in.Access {
			invalid["access"] = Complaint{Code: "contacts.yourself"}
		}
		switch {
		case len(invalid) > 0:
			return invalid
		case len(fields) == 0:
			return nil
		}
		return d.change(ctx, tx, who, them, home, in, fields)
	})
	return takenAddress(err)
}

// change writes a contact's fields, and what follows from them.
func (d *Desk) change(ctx context.Context, tx *db.DB, who policy.Actor, them db.ContactRecord, home db.Account, in ContactForm, fields []string) error {
	old := them.Person
	p := old
	in.write(&p, home)
	if in.Access != old.DisabledAt.IsZero() {
		if err := d.setLogin(ctx, tx, who, &p, in.Access); err != nil {
			return err
		}
	}
	err := tx.SavePerson(ctx, &p, d.Clock(), "first_name", "last_name", "email", "phone", "language", "time_zone", "account_id",
		"location_id", "unmailed", "monitoring")
	if err != nil {
		return err
	}
	detail := map[string]any{"fields": fields}
	if home.ID != them.Home.ID {
		detail["from_account"], detail["to_account"] = them.Home.ID, home.ID
		if err := tx.MoveCustomerGrant(ctx, p.ID, them.Home.ID, home.ID); err != nil {
			return err
		}
	}
	if !strings.EqualFold(p.Email, old.Email) {
		// What was sent to the old address lets nobody in any more, and it hears of the change.
		if err := tx.EndLinks(ctx, p.ID, d.Clock()); err != nil {
			return err
		}
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterEmailChanged, Reader: p, To: old.Email, By: who.Person.ID}); err != nil {
			return err
		}
		if p.PasswordHash == "" && in.Access {
			if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterInvitation, Reader: p, By: who.Person.ID}); err != nil {
				return err
			}
		}
	}
	err = d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactChanged, Subject: "person", SubjectID: p.ID, AccountID: home.ID, Detail: detail})
	if err != nil {
		return err
	}
	return tx.Notify(ctx, db.PersonChanged(p.ID))
}

// write puts what was typed, and is right, into a person.
func (f ContactForm) write(p *db.Person, home db.Account) {
	p.FirstName, p.LastName, p.Email, p.Phone = f.FirstName, f.LastName, f.Email, f.Phone
	p.Language, p.TimeZone, p.AccountID = f.Language, f.TimeZone, home.ID
	p.LocationID, _ = strconv.ParseInt(f.Location, 10, 64)
	p.Unmailed, p.Monitoring = !f.Notified, f.Monitoring
}

// checkContact tells what is wrong with a form, and finds its account: the present one, or one at which the administrator
// may make contacts at home.
func (d *Desk) checkContact(ctx context.Context, tx *db.DB, who policy.Actor, in *ContactForm, present db.Account) (db.Account, Invalid, error) {
	invalid := in.check()
	home := present
	switch {
	case in.Account == "":
		invalid["account"] = Complaint{Code: "contacts.account.missing"}
	case in.Account != present.ClientNumber:
		meant, err := d.AccountsMeant(ctx, d.HomesFor(who), in.Account)
		if err != nil {
			return home, nil, err
		}
		switch len(meant) {
		case 0:
			invalid["account"] = Complaint{Code: "contacts.account.unknown"}
		case 1:
			if home, err = tx.AccountByClient(ctx, db.AccountScope{All: true}, meant[0].ClientNumber); err != nil {
				return home, nil, err
			}
			in.Account = home.ClientNumber
		default:
			invalid["account"] = Complaint{Code: "contacts.account.several"}
		}
	}
	if in.Location != "" && home.ID != 0 {
		id, err := strconv.ParseInt(in.Location, 10, 64)
		if err == nil {
			err = tx.IsSite(ctx, home.ID, id)
		}
		var number *strconv.NumError
		switch {
		case errors.Is(err, db.ErrNotFound), errors.As(err, &number):
			if home.ID != present.ID { // it was one of the account that they leave
				in.Location = ""
				break
			}
			invalid["location"] = Complaint{Code: "contacts.location.unknown"}
		case err != nil:
			return home, nil, err
		}
	}
	return home, invalid, nil
}

// keepsAtHome tells what keeps a contact from being at home at another account: to another customer goes only who was granted
// nothing more at the old one, as one customer's people must not keep what they could do at another's.
func keepsAtHome(them db.ContactRecord, home db.Account) Complaint {
	if home.ID == 0 || home.ID == them.Home.ID || home.Path[0] == them.Home.Path[0] {
		return Complaint{}
	}
	for _, g := range them.Grants {
		if g.Role == db.Customer && g.AccountID == them.Home.ID && g.Reach == db.ThisAccount {
			continue // it comes along
		}
		if len(g.Path) == 0 || g.Path[0] != home.Path[0] {
			return Complaint{Code: "contacts.account.granted"}
		}
	}
	return Complaint{}
}

// CreateContact makes a contact, a customer at the home account, and invites them by mail where they may sign in. The same
// submission makes one contact, however often it comes.
func (d *Desk) CreateContact(ctx context.Context, who policy.Actor, submission uuid.UUID, in ContactForm) (id int64, err error) {
	in.tidy()
	if submission == uuid.Nil {
		return 0, Invalid{"submission": {Code: "contacts.again"}}
	}
	homes := d.HomesFor(who)
	if homes.Empty() {
		return 0, policy.Forbidden{Action: policy.ManageContacts}
	}
	if err := d.paced(ctx, who, "contacts", contactsAnHour); err != nil {
		return 0, err
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		who, err := d.asNow(ctx, tx, who)
		if err != nil {
			return err
		}
		if id, err = tx.ContactOfSubmission(ctx, submission); err != nil || id != 0 {
			return err
		}
		home, invalid, err := d.checkContact(ctx, tx, who, &in, db.Account{})
		switch {
		case err != nil:
			return err
		case len(invalid) > 0:
			return invalid
		}
		id, err = d.addContact(ctx, tx, who, submission, home, in)
		return err
	})
	if db.Violates(err, "people_submission_key") || db.Violates(err, "people_email") { // maybe by the same form, at the same time
		if id, err := d.DB.ContactOfSubmission(ctx, submission); err != nil || id != 0 {
			return id, err
		}
	}
	return id, takenAddress(err)
}

// addContact makes a contact of a form that was checked.
func (d *Desk) addContact(ctx context.Context, tx *db.DB, who policy.Actor, submission uuid.UUID, home db.Account, in ContactForm) (int64, error) {
	now := d.Clock()
	p := db.Person{CreatedAt: now, UpdatedAt: now, Revision: 1, Theme: "auto"}
	in.write(&p, home)
	if !in.Access {
		p.DisabledAt = now
	}
	if err := tx.AddContact(ctx, &p, submission); err != nil {
		return 0, err
	}
	grant := []db.Grant{{PersonID: p.ID, Role: db.Customer, AccountID: home.ID, Reach: db.ThisAccount}}
	if err := db.Add(ctx, tx, grant); err != nil {
		return 0, err
	}
	err := d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactCreated, Subject: "person", SubjectID: p.ID, AccountID: home.ID,
		Detail: map[string]any{"role": db.Customer, "reach": db.ThisAccount}})
	if err != nil || !in.Access {
		return p.ID, err
	}
	return p.ID, d.promiseLetter(ctx, tx, letter{Kind: db.LetterInvitation, Reader: p, By: who.Person.ID})
}

// takenAddress is what is said of an address that somebody has. It doesn't tell who: they may be out of reach.
func takenAddress(err error) error {
	if db.Violates(err, "people_email") {
		return Invalid{"email": {Code: "contacts.email.taken"}}
	}
	return err
}
