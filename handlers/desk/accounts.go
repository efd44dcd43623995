package desk

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
)

// Account reads an account with what it holds, and its locations after one of them (0: the first) with their products.
func (d *Desk) Account(ctx context.Context, who policy.Actor, id, after int64) (a AccountDetails, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return a, err
	}
	// Its cases are counted, all of them.
	err = d.DB.InTx(db.AsSystem(ctx, "account and what it holds"), func(ctx context.Context, tx *db.DB) (err error) {
		if a.AccountRecord, err = tx.AccountRecord(ctx, id); err != nil {
			return err
		}
		a.Locations, a.MoreLocations, err = tx.EquippedSites(ctx, id, after)
		return err
	})
	return a, err
}

// AccountDetails is an account as its administrators see it.
type AccountDetails struct {
	db.AccountRecord
	Locations     []db.Equipped
	MoreLocations bool
}

// AccountFields is what an administrator says of an account, as they typed it.
type AccountFields struct {
	Name         string
	ClientNumber string
	Tier         string
	TimeZone     string
	ContactsSee  string
	CCOutsiders  bool
}

// FieldsOf is what is said of an account.
func FieldsOf(a db.Account) AccountFields {
	return AccountFields{Name: a.Name, ClientNumber: a.ClientNumber, Tier: a.Tier, TimeZone: a.TimeZone, ContactsSee: a.ContactsSee, CCOutsiders: a.CCOutsiders}
}

func (f AccountFields) set(a *db.Account) {
	a.Name, a.ClientNumber, a.Tier, a.TimeZone, a.ContactsSee, a.CCOutsiders = f.Name, f.ClientNumber, f.Tier, f.TimeZone, f.ContactsSee, f.CCOutsiders
}

// Differ names the fields in which two say something else, as forms and the audit log call them.
func (f AccountFields) Differ(other AccountFields) []string {
	var list []string
	for _, field := range []struct {
		name string
		same bool
	}{
		{"name", f.Name == other.Name}, {"client_number", f.ClientNumber == other.ClientNumber}, {"tier", f.Tier == other.Tier},
		{"time_zone", f.TimeZone == other.TimeZone}, {"contacts_see", f.ContactsSee == other.ContactsSee}, {"cc_outsiders", f.CCOutsiders == other.CCOutsiders},
	} {
		if !field.same {
			list = append(list, field.name)
		}
	}
	return list
}

// Lengths of what accounts are called, in characters.
const (
	longestAccountName  = 120
	longestClientNumber = 40
	longestTier         = 40
)

// clientNumber is what rules, forms and files call an account by: plain letters and figures, so that no two look alike.
var clientNumber = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z._/-]*[0-9A-Za-z])?$`)

// tidied is what was typed without what nobody means: white space around it and twice within it, capitals of a tier.
func (f AccountFields) tidied() AccountFields {
	f.Name, f.ClientNumber = strings.Join(strings.Fields(f.Name), " "), strings.TrimSpace(f.ClientNumber)
	f.Tier = strings.ToLower(strings.Join(strings.Fields(f.Tier), " "))
	return f
}

func (f AccountFields) check() error {
	invalid := Invalid{}
	say := func(field, code string, pairs ...any) {
		c := Complaint{Code: "accounts." + code, Args: map[string]any{}}
		for i := 0; i+1 < len(pairs); i += 2 {
			c.Args[pairs[i].(string)] = pairs[i+1]
		}
		invalid[field] = c
	}
	switch {
	case f.Name == "":
		say("name", "name.missing")
	case !oneLine(f.Name):
		say("name", "unreadable")
	case utf8.RuneCountInString(f.Name) > longestAccountName:
		say("name", "too-long", "Max", longestAccountName)
	}
	switch {
	case f.ClientNumber == "":
		say("client_number", "number.missing")
	case len(f.ClientNumber) > longestClientNumber:
		say("client_number", "too-long", "Max", longestClientNumber)
	case !clientNumber.MatchString(f.ClientNumber):
		say("client_number", "number.wrong")
	}
	switch {
	case f.Tier == "":
		say("tier", "tier.missing")
	case !oneLine(f.Tier):
		say("tier", "unreadable")
	case utf8.RuneCountInString(f.Tier) > longestTier:
		say("tier", "too-long", "Max", longestTier)
	}
	if _, err := time.LoadLocation(f.TimeZone); err != nil || f.TimeZone == "" || f.TimeZone == "Local" || len(f.TimeZone) > 64 {
		say("time_zone", "zone.unknown")
	}
	switch f.ContactsSee {
	case db.SeeOwn, db.SeeAccount, db.SeeBelow:
	default:
		say("contacts_see", "see.missing")
	}
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}

// taken is what is said where another account has the client number.
func (d *Desk) taken(ctx context.Context, number string) error {
	other, err := d.DB.AccountByClient(ctx, db.AccountScope{All: true}, number)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return Invalid{"client_number": {Code: "accounts.number.taken", Args: map[string]any{"Name": other.Name}}}
}

// CreateAccount adds an account below a parent, or a root where that is 0. Sent twice, the form makes one account: the
// second answer is the first one's.
func (d *Desk) CreateAccount(ctx context.Context, who policy.Actor, parent int64, in AccountFields) (db.Account, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.Account{}, err
	}
	in = in.tidied()
	if err := in.check(); err != nil {
		return db.Account{}, err
	}
	account := db.Account{ParentID: parent}
	in.set(&account)
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if parent != 0 {
			above, err := tx.AccountByID(ctx, parent)
			if err != nil {
				return err
			}
			if len(above.Path) >= db.MaxDepth {
				return Invalid{"parent": {Code: "accounts.depth", Args: map[string]any{"Max": db.MaxDepth}}}
			}
			if reception, err := readReception(ctx, tx); err != nil {
				return err
			} else if reception.Account.ID == parent {
				return Invalid{"parent": {Code: "accounts.move.reception"}}
			}
		}
		account.CreatedAt, account.UpdatedAt, account.Revision = d.Clock(), d.Clock(), 1
		if err := tx.AddAccount(ctx, &account); err != nil {
			return err
		}
		detail := map[string]any{"tier": account.Tier}
		if parent != 0 {
			detail["parent"] = parent
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.AccountCreated, Subject: "account", SubjectID: account.ID, AccountID: account.ID, Detail: detail})
	})
	if !db.Violates(err, "accounts_client_number_key") {
		return account, err
	}
	there, err := d.DB.AccountByClient(ctx, db.AccountScope{All: true}, in.ClientNumber)
	if err == nil {
		if record, err := d.DB.AccountRecord(ctx, there.ID); err == nil && record.ParentID == parent && record.Revision == 1 && FieldsOf(record.Account) == in {
			return record.Account, nil
		}
	}
	return db.Account{}, d.taken(ctx, in.ClientNumber)
}

// SaveAccount keeps what is said of an account, if it is still at the revision that the form was made from; db.ErrStale
// if somebody else saved it meanwhile.
func (d *Desk) SaveAccount(ctx context.Context, who policy.Actor, id int64, revision int, in AccountFields) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	in = in.tidied()
	invalid := in.check()
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		account, err := tx.LockAccount(ctx, id)
		if err != nil {
			return err
		}
		was := FieldsOf(account)
		switch {
		case account.Revision != revision && was == in:
			return nil // it was sent twice, or two mean the same
		case account.Revision != revision:
			return db.ErrStale
		case invalid != nil:
			return invalid
		case was == in:
			return nil
		}
		in.set(&account)
		if err := tx.SaveAccount(ctx, &account, d.Clock()); err != nil {
			return err
		}
		detail := map[string]any{"fields": was.Differ(in)}
		if was.Tier != in.Tier {
			detail["tier"] = []string{was.Tier, in.Tier}
		}
		if was.ContactsSee != in.ContactsSee {
			detail["contacts_see"] = []string{was.ContactsSee, in.ContactsSee}
			if in.ContactsSee != db.SeeOwn {
				switch reception, err := readReception(ctx, tx); {
				case err != nil:
					return err
				case reception.Account.ID == id: // its contacts know nothing of each other
					return Invalid{"contacts_see": {Code: "accounts.see.reception"}}
				}
			}
			// Those who are looking see more now, or less.
			if err := tx.Notify(ctx, db.PolicyChanged); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.AccountChanged, Subject: "account", SubjectID: id, AccountID: id, Detail: detail})
	})
	if db.Violates(err, "accounts_client_number_key") {
		return d.taken(ctx, in.ClientNumber)
	}
	return err
}

// InTheWay says what belongs to an account that was to be removed.
type InTheWay struct {
	db.Belongings
	Reception bool // it is the provider's own, for requests of strangers
}

func (InTheWay) Error() string { return "something belongs to the account" }

// RemoveAccount removes an account that nothing belongs to; else InTheWay.
func (d *Desk) RemoveAccount(ctx context.Context, who policy.Actor, id int64) (db.Account, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.Account{}, err
	}
	var account db.Account
	err := d.DB.InTx(db.AsSystem(ctx, "removal of an account"), func(ctx context.Context, tx *db.DB) (err error) {
		if account, err = tx.LockAccount(ctx, id); err != nil {
			return err
		}
		if err := d.removable(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.DropAccount(ctx, id); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.AccountRemoved, Subject: "account", SubjectID: id,
			Detail: map[string]any{"client_number": account.ClientNumber}})
	})
	if db.InUse(err) { // it came to it in this very moment, or is of a kind that is not counted
		err = InTheWay{}
	}
	return account, err
}

// InTheWay tells what stands in the way of an account's removal, as far as that was read with it.
func (d *Desk) InTheWay(ctx context.Context, a db.AccountRecord) (InTheWay, error) {
	reception, err := readReception(ctx, d.DB)
	return InTheWay{a.Belongings(), reception.Account.ID == a.ID}, err
}

func (d *Desk) removable(ctx context.Context, tx *db.DB, id int64) error {
	has, err := tx.Belongings(ctx, id)
	if err != nil {
		return err
	}
	reception, err := readReception(ctx, tx)
	if err != nil {
		return err
	}
	if way := (InTheWay{has, reception.Account.ID == id}); way.Any() || way.Reception {
		return way
	}
	return nil
}

// MakeCode gives an account a code by which people can ask to be its contacts, in the place of the one that it has;
// WithdrawCode takes it away. db.ErrStale where somebody else saved the account meanwhile.
func (d *Desk) MakeCode(ctx context.Context, who policy.Actor, id int64, revision int) error {
	return d.setCode(ctx, who, id, revision, NewRegistrationCode(), db.CodeMade)
}

// WithdrawCode takes an account's registration code away: who knows it can't ask to be a contact any more.
func (d *Desk) WithdrawCode(ctx context.Context, who policy.Actor, id int64, revision int) error {
	return d.setCode(ctx, who, id, revision, "", db.CodeWithdrawn)
}

func (d *Desk) setCode(ctx context.Context, who policy.Actor, id int64, revision int, code string, action db.AuditAction) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		account, err := tx.LockAccount(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case code == "" && account.RegistrationCode == "":
			return nil
		case account.Revision != revision:
			return db.ErrStale
		}
		account.RegistrationCode = code
		if err := tx.SaveAccount(ctx, &account, d.Clock()); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: action, Subject: "account", SubjectID: id, AccountID: id})
	})
}
