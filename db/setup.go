package db

import (
	"context"
	"errors"
	"fmt"

	"portico/rules"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Noun is what a platform administrator, or a program that fills a database, sets up.
type Noun interface {
	Account | Location | Family | Service | Product | Queue | Person | Grant | Category | Item | FormVersion | RuleVersion |
		Article | Incident | ContactWay | BusinessHours | Holiday | ResponseTarget
}

// Add inserts rows of one kind, and writes the ids that the database gives into them. The rows of a parent have to be
// there before.
func Add[N Noun](ctx context.Context, d *DB, rows []N) error {
	const most = 1000 // the statement carries all values as text
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		if _, err := d.bun.NewInsert().Model(&part).Exec(ctx); err != nil {
			var noun N
			return fmt.Errorf("add %T: %w", noun, err)
		}
		rows = rows[len(part):]
	}
	return nil
}

// Lock waits until no other transaction, in any running copy, holds the lock of that name, and holds it until its own
// transaction ends.
func (d *DB) Lock(ctx context.Context, name string) error {
	if d.tx == nil {
		return errors.New("a lock is held by a transaction")
	}
	if _, err := d.fast.Exec(ctx, `select pg_advisory_xact_lock(hashtext($1))`, "portico."+name); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// LockShared waits until no other transaction holds the lock of that name, and keeps Lock waiting until its own transaction ends.
// Others who do the same need not wait.
func (d *DB) LockShared(ctx context.Context, name string) error {
	if d.tx == nil {
		return errors.New("a lock is held by a transaction")
	}
	if _, err := d.fast.Exec(ctx, `select pg_advisory_xact_lock_shared(hashtext($1))`, "portico."+name); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// Hold takes the lock of that name for longer than a transaction: until it is released, or the process ends. Where
// somebody else has it, it waits for a moment only: for as long as the end of another process may take to be noticed.
func (d *DB) Hold(ctx context.Context, name string) (release func(), held bool, err error) {
	fail := func(err error) (func(), bool, error) { return nil, false, fmt.Errorf("hold %s: %w", name, err) }
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return fail(err)
	}
	key := "portico." + name
	_, err = conn.Exec(ctx, `set lock_timeout = '2s'`)
	if err == nil {
		_, err = conn.Exec(ctx, `select pg_advisory_lock(hashtext($1))`, key)
	}
	release = func() {
		ctx := context.WithoutCancel(ctx)
		_, _ = conn.Exec(ctx, `select pg_advisory_unlock(hashtext($1))`, key)
		_, _ = conn.Exec(ctx, `reset lock_timeout`)
		conn.Release()
	}
	if err == nil {
		return release, true, nil
	}
	release()
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "55P03" {
		return nil, false, nil
	}
	return fail(err)
}

// Hurry lets the transaction commit without waiting for the disk. After a crash it may be gone, whole; once a later one
// has waited, it is not.
func (d *DB) Hurry(ctx context.Context) error {
	if _, err := d.fast.Exec(ctx, `set local synchronous_commit = off`); err != nil {
		return fmt.Errorf("hurry: %w", err)
	}
	return nil
}

// Settle has the owner's database look over all that was put in: after a great deal of it at once, plans are good and
// indexes whole again.
func Settle(ctx context.Context, ownerURL string) error {
	d, err := Connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.pool.Exec(ctx, `vacuum analyze`); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}

// Holdings is how much there is.
type Holdings struct{ Cases, Events, Accounts, Products, People, Grants, Bytes int64 }

// Holds counts what the database holds.
func (d *DB) Holds(ctx context.Context) (Holdings, error) {
	var h Holdings
	err := d.walled.QueryRow(ctx, `
		select (select count(*) from cases), (select count(*) from events), (select count(*) from accounts),
		       (select count(*) from products), (select count(*) from people), (select count(*) from grants),
		       pg_database_size(current_database())`).
		Scan(&h.Cases, &h.Events, &h.Accounts, &h.Products, &h.People, &h.Grants, &h.Bytes)
	if err != nil {
		return h, fmt.Errorf("count what there is: %w", err)
	}
	return h, nil
}

// Untouched tells whether nobody has put anything into the database yet: no account, no person, nothing to ask for but what
// every portal has from its first start.
func (d *DB) Untouched(ctx context.Context) (bool, error) {
	var untouched bool
	err := d.fast.QueryRow(ctx, `
		select not exists (select from accounts) and not exists (select from people)
		   and not exists (select from items where key <> 'general-request') and not exists (select from rule_versions)`).Scan(&untouched)
	if err != nil {
		return false, fmt.Errorf("look whether the database is empty: %w", err)
	}
	return untouched, nil
}

// EveryAccountsOffers reads what each account has that forms offer, for programs that act at all of them; see
// AccountOffers.
func (d *DB) EveryAccountsOffers(ctx context.Context) (map[int64]AccountOffers, error) {
	all := map[int64]AccountOffers{}
	var families []Family
	if err := d.bun.NewSelect().Model(&families).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read families: %w", err)
	}
	types := map[string][]rules.Option{}
	for _, f := range families {
		types[f.Key] = f.IssueTypes
	}
	var services []Service
	if err := d.bun.NewSelect().Model(&services).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read services: %w", err)
	}
	known := map[int64]Service{}
	for _, s := range services {
		known[s.ID] = s
	}

	var account, id, service int64
	var location string
	rows, err := d.fast.Query(ctx, `select account_id, name from locations where removed_at is null order by account_id, id`)
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&account, &location}, func() error {
			has := all[account]
			has.Locations, has.IssueTypes = append(has.Locations, location), types
			all[account] = has
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", err)
	}
	rows, err = d.fast.Query(ctx, `
		select p.account_id, p.id, p.service_id, l.name
		  from products p join services s on s.id = p.service_id join locations l on l.id = p.location_id
		 where p.removed_at is null
		 order by p.account_id, s.position, s.id, p.id`)
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&account, &id, &service, &location}, func() error {
			has, s := all[account], known[service]
			has.Installed = append(has.Installed, Installed{ID: id, Service: s.Value, Name: s.Name, Family: s.Family, Location: location})
			all[account] = has
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return all, nil
}

// Everybody reads all who may sign in with their homes and grants, for programs that act in their names.
func (d *DB) Everybody(ctx context.Context) ([]SignedIn, error) {
	var people []Person
	if err := d.bun.NewSelect().Model(&people).Where("disabled_at is null").Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	accounts, err := d.AccountsWithin(ctx, AccountScope{All: true})
	if err != nil {
		return nil, err
	}
	var grants []Grant
	if err := d.bun.NewSelect().Model(&grants).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}

	byID := make(map[int64]Account, len(accounts))
	for _, a := range accounts {
		byID[a.ID] = a
	}
	all, place := make([]SignedIn, len(people)), make(map[int64]int, len(people))
	for i, p := range people {
		all[i], place[p.ID] = SignedIn{Person: p, Home: byID[p.AccountID]}, i
	}
	for _, g := range grants {
		if i, ok := place[g.PersonID]; ok {
			g.Path = byID[g.AccountID].Path
			all[i].Grants = append(all[i].Grants, g)
		}
	}
	return all, nil
}
