package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"portico/db"
	"portico/policy"
)

// Reception is the provider's own account, under which first requests are filed until staff give them another; and whom
// they belong to until somebody confirms that they are theirs: a person without name, grants or login, whose cases only
// staff see.
type Reception struct {
	Account db.Account
	Nobody  int64
}

// Reception is the reception; zero where it was not needed yet.
func (d *Desk) Reception(ctx context.Context) (Reception, error) { return readReception(ctx, d.DB) }

func readReception(ctx context.Context, tx *db.DB) (r Reception, err error) {
	set, err := tx.SettingsOf(ctx, settingReception, settingNobody)
	if err != nil || set[settingReception] == "" {
		return Reception{}, err
	}
	id, bad := strconv.ParseInt(set[settingReception], 10, 64)
	nobody, worse := strconv.ParseInt(set[settingNobody], 10, 64)
	if err := errors.Join(bad, worse); err != nil {
		return Reception{}, err
	}
	r.Nobody = nobody
	r.Account, err = tx.AccountByID(ctx, id)
	return r, err
}

// receptionWithin is the account of the reception for who may do something at all accounts; 0 for others, who have nothing
// to do with it, and where it was not needed yet.
func receptionWithin(ctx context.Context, tx *db.DB, in db.AccountScope) (int64, error) {
	if !in.All {
		return 0, nil
	}
	set, err := tx.Setting(ctx, settingReception, "0")
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(set, 10, 64)
	return id, err
}

// reception is the reception, which is made when it is needed first. Within a transaction it is there once that is
// committed.
func (d *Desk) reception(ctx context.Context, tx *db.DB) (Reception, error) {
	r, err := readReception(ctx, tx)
	if err != nil || r.Nobody != 0 {
		return r, err
	}
	err = tx.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Lock(ctx, "reception"); err != nil {
			return err
		}
		if r, err = readReception(ctx, tx); err != nil || r.Nobody != 0 {
			return err
		}
		r, err = d.openReception(ctx, tx)
		return err
	})
	return r, err
}

// receptionNumbers are the client numbers that the reception may have: the first that no customer has.
var receptionNumbers = []string{"0", "00", "000", "0000", "00000", "000000"}

func (d *Desk) openReception(ctx context.Context, tx *db.DB) (Reception, error) {
	number, err := tx.FreeNumber(ctx, receptionNumbers)
	if err != nil {
		return Reception{}, err
	}
	provider, err := tx.Setting(ctx, "provider", "Portico")
	if err != nil {
		return Reception{}, err
	}
	zone, err := tx.Setting(ctx, "time_zone", "UTC")
	if err != nil {
		return Reception{}, err
	}
	accounts := []db.Account{{Name: provider, ClientNumber: number, Tier: "standard", TimeZone: zone, ContactsSee: db.SeeOwn, CreatedAt: d.Clock(), UpdatedAt: d.Clock()}}
	if err := db.Add(ctx, tx, accounts); err != nil {
		return Reception{}, err
	}
	id := accounts[0].ID
	nobody := []db.Person{{AccountID: id, Email: db.NobodyEmail, Language: "en", Theme: "auto", DisabledAt: d.Clock(), CreatedAt: d.Clock(), UpdatedAt: d.Clock()}}
	if err := db.Add(ctx, tx, nobody); err != nil {
		return Reception{}, err
	}
	if err := errors.Join(
		tx.Set(ctx, settingReception, strconv.FormatInt(id, 10)),
		tx.Set(ctx, settingNobody, strconv.FormatInt(nobody[0].ID, 10)),
		d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.ReceptionMade, Subject: "account", SubjectID: id, AccountID: id}),
	); err != nil {
		return Reception{}, err
	}
	return readReception(ctx, tx)
}

// sender is somebody at the door, as a form takes them: nobody, at the reception, who may send something in there.
func (r Reception) sender(language string) policy.Actor {
	return policy.Actor{
		Person: db.Person{ID: r.Nobody, AccountID: r.Account.ID, Language: language},
		Home:   r.Account,
		Grants: []db.Grant{{PersonID: r.Nobody, Role: db.Customer, AccountID: r.Account.ID, Reach: db.ThisAccount, Path: r.Account.Path}},
	}
}

// InventedNumber tells whether a client number is one that the provider's own account was given to have one: it says nothing
// to anybody.
func InventedNumber(number string) bool { return slices.Contains(receptionNumbers, number) }
