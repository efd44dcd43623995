package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// LockAccount reads an account that is going to be changed: until the transaction ends nobody else changes it, and no
// case is opened at it.
func (d *DB) LockAccount(ctx context.Context, id int64) (Account, error) {
	var a Account
	err := d.bun.NewSelect().Model(&a).Where("id = ?", id).For("no key update").Scan(ctx)
	if err != nil {
		return Account{}, fmt.Errorf("hold account %d: %w", id, notFound(err))
	}
	return a, nil
}

// AddAccount adds an account, and writes its id and path into it. Violates(err, "accounts_client_number_key") where its
// client number is taken.
func (d *DB) AddAccount(ctx context.Context, a *Account) error {
	if _, err := d.bun.NewInsert().Model(a).ExcludeColumn("path").Returning("id, path").Exec(ctx); err != nil {
		return fmt.Errorf("add an account: %w", err)
	}
	return nil
}

// SaveAccount keeps what an administrator set of an account that is held by LockAccount: not where it hangs.
func (d *DB) SaveAccount(ctx context.Context, a *Account, now time.Time) error {
	a.Revision, a.UpdatedAt = a.Revision+1, now
	_, err := d.bun.NewUpdate().Model(a).WherePK().
		Column("name", "client_number", "tier", "time_zone", "contacts_see", "cc_outsiders", "registration_code", "revision", "updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save account %d: %w", a.ID, err)
	}
	return nil
}

// LastSaved tells who saved something of an account last; nobody where that is not known.
func (d *DB) LastSaved(ctx context.Context, account int64, action AuditAction) (by Named, err error) {
	err = d.walled.QueryRow(ctx, `select p.id, p.first_name, p.last_name, p.staff from audit l join people p on p.id = l.actor_id
		where l.subject = 'account' and l.subject_id = $1 and l.action = $2 order by l.id desc limit 1`, fixed, account, action).
		Scan(&by.ID, &by.First, &by.Last, &by.Staff)
	if errors.Is(err, pgx.ErrNoRows) {
		return Named{}, nil
	} else if err != nil {
		return Named{}, fmt.Errorf("find who saved account %d: %w", account, err)
	}
	return by, nil
}

// Belongings is what stands in the way of an account's removal.
type Belongings struct{ Children, Contacts, Cases, Products, Grants int }

// Any tells whether there is anything.
func (b Belongings) Any() bool { return b != Belongings{} }

// Belongings counts what belongs to an account; cases up to CountedCases, and past ones too.
func (d *DB) Belongings(ctx context.Context, account int64) (b Belongings, err error) {
	err = d.walled.QueryRow(ctx, fmt.Sprintf(`
		select (select count(*) from accounts where parent_id = $1), (select count(*) from people where account_id = $1),
		       (select count(*) from (select from cases where account_id = $1 limit %d) c),
		       (select count(*) from products where account_id = $1 and removed_at is null),
		       (select count(*) from grants where account_id = $1)`, CountedCases+1), fixed, account).
		Scan(&b.Children, &b.Contacts, &b.Cases, &b.Products, &b.Grants)
	if err != nil {
		return b, fmt.Errorf("count what belongs to account %d: %w", account, err)
	}
	return b, nil
}

// DropAccount removes an account that nothing belongs to, with its locations. InUse(err) where something does after all.
func (d *DB) DropAccount(ctx context.Context, account int64) error {
	for _, sql := range []string{`delete from products where account_id = $1`, `delete from locations where account_id = $1`,
		`delete from accounts where id = $1`} {
		if _, err := d.fast.Exec(ctx, sql, fixed, account); err != nil {
			return fmt.Errorf("remove account %d: %w", account, err)
		}
	}
	return nil
}

// InUse tells whether err means that something else refers to what was to be removed.
func InUse(err error) bool { return hasCode(err, "23503") }

func hasCode(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}
