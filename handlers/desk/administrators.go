package desk

import (
	"context"
	"errors"
	"slices"

	"portico/db"
)

// ErrLastAdministrator says that a customer that has an administrator would be left without any.
var ErrLastAdministrator = errors.New("the last administrator of a customer")

// lastAdministrator makes a change within the transaction, and refuses it with ErrLastAdministrator where it takes the
// last administrator whose login is not disabled from a customer that has one: whatever the change is. It is told the
// accounts that the change may take one from, any of each customer; two such changes of a customer wait for each other.
//
// A customer that has none keeps to have none, and may change. One that becomes a part of another is administered by
// that one's administrators too, and a part that becomes a customer of its own begins as any new one does.
func (d *Desk) lastAdministrator(ctx context.Context, tx *db.DB, accounts []int64, change func() error) error {
	roots, err := tx.HoldCustomers(ctx, accounts)
	if err != nil {
		return err
	}
	had, _, err := tx.Administered(ctx, roots)
	if err != nil {
		return err
	}
	if err := change(); err != nil || len(had) == 0 {
		return err
	}
	has, gone, err := tx.Administered(ctx, had)
	if err != nil {
		return err
	}
	for _, root := range had {
		if !slices.Contains(has, root) && !slices.Contains(gone, root) {
			return ErrLastAdministrator
		}
	}
	return nil
}

// lastAdministratorIs is lastAdministrator for what is done to one person: disabling them, say. It holds the person
// still before, so whoever calls it holds no customer yet.
func (d *Desk) lastAdministratorIs(ctx context.Context, tx *db.DB, person int64, change func() error) error {
	if _, err := tx.LockPerson(ctx, person); err != nil {
		return err
	}
	accounts, err := tx.AdministeredBy(ctx, person)
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		return change()
	}
	return d.lastAdministrator(ctx, tx, accounts, change)
}
