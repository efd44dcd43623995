package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
)

const longestLocation = 120

// at runs a change of what an account has, within one transaction and while nobody else changes it.
func (d *Desk) at(ctx context.Context, who policy.Actor, account int64, do func(context.Context, *db.DB, db.Account) error) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	return d.DB.InTx(db.AsSystem(ctx, "what an account has"), func(ctx context.Context, tx *db.DB) error {
		held, err := tx.LockAccount(ctx, account)
		if err != nil {
			return err
		}
		return do(ctx, tx, held)
	})
}

func locationName(typed string) (string, error) {
	name := strings.Join(strings.Fields(typed), " ")
	switch {
	case name == "":
		return "", Invalid{"location": {Code: "accounts.location.missing"}}
	case !oneLine(name):
		return "", Invalid{"location": {Code: "accounts.unreadable"}}
	case utf8.RuneCountInString(name) > longestLocation:
		return "", Invalid{"location": {Code: "accounts.too-long", Args: map[string]any{"Max": longestLocation}}}
	}
	return name, nil
}

var locationTaken = Invalid{"location": {Code: "accounts.location.taken"}}

// AddLocation adds a location to an account.
func (d *Desk) AddLocation(ctx context.Context, who policy.Actor, account int64, name string) (id int64, err error) {
	err = d.at(ctx, who, account, func(ctx context.Context, tx *db.DB, _ db.Account) error {
		name, err := locationName(name)
		if err != nil {
			return err
		}
		var fresh bool
		if id, fresh, err = tx.AddLocation(ctx, account, name); err != nil {
			return err
		} else if !fresh {
			return locationTaken
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.LocationAdded, Subject: "location", SubjectID: id, AccountID: account})
	})
	return id, err
}

// RenameLocation gives a location of an account another name. Cases keep the name that they were opened with in their
// answers.
func (d *Desk) RenameLocation(ctx context.Context, who policy.Actor, account, location int64, name string) error {
	err := d.at(ctx, who, account, func(ctx context.Context, tx *db.DB, _ db.Account) error {
		was, err := tx.Location(ctx, account, location)
		if err != nil {
			return err
		}
		name, err := locationName(name)
		if err != nil || name == was.Name {
			return err
		}
		if err := tx.RenameLocation(ctx, location, name); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.LocationRenamed, Subject: "location", SubjectID: location, AccountID: account})
	})
	if db.Violates(err, "locations_account_id_name_key") {
		return locationTaken
	}
	return err
}

// RemoveLocation takes a location away that has no products, and at which no contacts are.
func (d *Desk) RemoveLocation(ctx context.Context, who policy.Actor, account, location int64) error {
	return d.at(ctx, who, account, func(ctx context.Context, tx *db.DB, _ db.Account) error {
		if _, err := tx.Location(ctx, account, location); err != nil {
			return err
		}
		products, contacts, err := tx.LocationInUse(ctx, account, location)
		if err != nil {
			return err
		}
		switch {
		case products > 0:
			return Invalid{"location": {Code: "accounts.location.has-products"}}
		case contacts > 0:
			return Invalid{"location": {Code: "accounts.location.has-contacts"}}
		}
		if err := tx.DropLocation(ctx, location); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.LocationRemoved, Subject: "location", SubjectID: location, AccountID: account})
	})
}

// SetProducts adds products to an account and takes others away: only what the form changed, so that two who change
// different ones at once lose nothing. What can't be taken away, as a case of it is not solved yet, stays, and is told.
func (d *Desk) SetProducts(ctx context.Context, who policy.Actor, account int64, add, remove []db.Installation) (kept []db.Installation, err error) {
	err = d.at(ctx, who, account, func(ctx context.Context, tx *db.DB, _ db.Account) error {
		var added, gone []int64
		if len(add) > 0 {
			if added, err = tx.Install(ctx, account, add); err != nil {
				return err
			}
		}
		if len(remove) > 0 {
			if gone, kept, err = tx.Uninstall(ctx, account, remove); err != nil {
				return err
			}
		}
		for _, e := range []struct {
			action   db.AuditAction
			products []int64
		}{{db.ProductsAdded, added}, {db.ProductsRemoved, gone}} {
			if len(e.products) == 0 {
				continue
			}
			if err := d.audit(ctx, tx, who, db.AuditEntry{Action: e.action, Subject: "account", SubjectID: account, AccountID: account,
				Detail: map[string]any{"products": e.products}}); err != nil {
				return err
			}
		}
		return nil
	})
	return kept, err
}
