package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// HoldCustomers waits until nobody else changes who administers the customers that these accounts belong to, and keeps
// it so until the transaction ends; nor can accounts move from one customer to another meanwhile. It gives the roots of
// those customers. Whoever moves accounts holds the lock "accounts" before; whoever changes a person holds them before.
func (d *DB) HoldCustomers(ctx context.Context, accounts []int64) (roots []int64, err error) {
	if d.tx == nil {
		return nil, errors.New("a lock is held by a transaction")
	}
	// What moves accounts holds the same lock alone: see move_account.
	if _, err := d.fast.Exec(ctx, `select pg_advisory_xact_lock_shared(hashtext('portico.accounts'))`, fixed); err != nil {
		return nil, fmt.Errorf("hold the accounts: %w", err)
	}
	rows, err := d.fast.Query(ctx, `select distinct path[1] from accounts where id = any ($1) order by 1`, fixed, accounts)
	if err == nil {
		roots, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("find customers: %w", err)
	}
	for _, root := range roots { // always in the same order, so that two who hold several don't wait for each other
		if err := d.Lock(ctx, fmt.Sprintf("customer %d", root)); err != nil {
			return nil, err
		}
	}
	return roots, nil
}

// AdministeredBy lists the accounts at which a person is customer administrator.
func (d *DB) AdministeredBy(ctx context.Context, person int64) ([]int64, error) {
	return d.many(ctx, "find what somebody administers", `
		select account_id from grants where person_id = $1 and role = 'customer-administrator' order by 1`, fixed, person)
}

// AccountsOf lists the accounts that a contact belongs to or is granted something at: any number of times each.
func (d *DB) AccountsOf(ctx context.Context, person int64) ([]int64, error) {
	return d.many(ctx, "find the accounts of somebody", `
		select account_id from grants where person_id = $1 and account_id is not null
		union all select account_id from people where id = $1 and account_id is not null`, fixed, person)
}

// Administered lists those of these root accounts whose customer has an administrator whose login is not disabled, at
// whichever of its accounts; and those that are no roots any more, as they have become a part of another customer.
func (d *DB) Administered(ctx context.Context, roots []int64) (administered, gone []int64, err error) {
	rows, err := d.fast.Query(ctx, `
		select root.id, root.parent_id is not null
		  from accounts root
		 where root.id = any ($1) and (root.parent_id is not null or exists (
		       select from grants g join people p on p.id = g.person_id
		        where g.role = 'customer-administrator' and not p.staff and p.disabled_at is null
		          and g.account_id in (select a.id from accounts a where a.path @> array[root.id])))
		 order by root.id`, fixed, roots)
	if err != nil {
		return nil, nil, fmt.Errorf("find administrators: %w", err)
	}
	var id int64
	var below bool
	_, err = pgx.ForEachRow(rows, []any{&id, &below}, func() error {
		if below {
			gone = append(gone, id)
		} else {
			administered = append(administered, id)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find administrators: %w", err)
	}
	return administered, gone, nil
}
