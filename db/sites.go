package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Equipped is a location of an account with what is installed there.
type Equipped struct {
	ID       int64
	Name     string
	Contacts int
	Products []SiteProduct
}

// SiteProduct is a product as its location's administrators see it.
type SiteProduct struct {
	ID        int64
	ServiceID int64
	Open      int // cases of it that are not solved
}

// SitesPage is how many locations an account's page shows at once.
const SitesPage = 40

// EquippedSites lists the locations of an account in the order in which they were entered, with their products: those after one
// of them, or the first. more tells whether there are others.
func (d *DB) EquippedSites(ctx context.Context, account, after int64) (list []Equipped, more bool, err error) {
	rows, err := d.walled.Query(ctx, fmt.Sprintf(`
		select l.id, l.name, (select count(*) from people p where p.account_id = l.account_id and p.location_id = l.id),
		       coalesce((select json_agg(json_build_object('ID', p.id, 'ServiceID', p.service_id,
		                                 'Open', (select count(*) from cases c where c.product_id = p.id and c.state in ('new', 'open', 'awaiting'))) order by p.id)
		                   from products p where p.location_id = l.id and p.removed_at is null), '[]')
		  from locations l where l.account_id = $1 and l.id > $2 and l.removed_at is null order by l.id limit %d`, SitesPage+1), fixed, account, after)
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Equipped])
	}
	if err != nil {
		return nil, false, fmt.Errorf("list locations of account %d: %w", account, err)
	}
	return list[:min(SitesPage, len(list))], len(list) > SitesPage, nil
}

// Location reads a location that an account has.
func (d *DB) Location(ctx context.Context, account, id int64) (Location, error) {
	var l Location
	err := d.bun.NewSelect().Model(&l).Where("id = ? and account_id = ? and removed_at is null", id, account).Scan(ctx)
	if err != nil {
		return Location{}, fmt.Errorf("read location %d: %w", id, notFound(err))
	}
	return l, nil
}

// AddLocation adds a location, or brings back one of that name that the account had before. fresh is false where it has
// one of that name already.
func (d *DB) AddLocation(ctx context.Context, account int64, name string) (id int64, fresh bool, err error) {
	err = d.fast.QueryRow(ctx, `
		insert into locations (account_id, name) values ($1, $2)
		on conflict (account_id, name) do update set removed_at = null where locations.removed_at is not null
		returning id`, fixed, account, name).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, fmt.Errorf("add a location: %w", err)
	}
	return id, true, nil
}

// RenameLocation gives a location another name. Violates(err, "locations_account_id_name_key") where that is taken, by
// one that was removed too.
func (d *DB) RenameLocation(ctx context.Context, id int64, name string) error {
	if _, err := d.fast.Exec(ctx, `update locations set name = $2 where id = $1`, fixed, id, name); err != nil {
		return fmt.Errorf("rename location %d: %w", id, err)
	}
	return nil
}

// LocationInUse counts what a location has: products, and contacts who sit there.
func (d *DB) LocationInUse(ctx context.Context, account, id int64) (products, contacts int, err error) {
	err = d.fast.QueryRow(ctx, `
		select (select count(*) from products where location_id = $1 and removed_at is null),
		       (select count(*) from people where account_id = $2 and location_id = $1)`, fixed, id, account).Scan(&products, &contacts)
	if err != nil {
		return 0, 0, fmt.Errorf("count what location %d has: %w", id, err)
	}
	return products, contacts, nil
}

// DropLocation takes a location away. It stays for the cases that name it.
func (d *DB) DropLocation(ctx context.Context, id int64) error {
	if _, err := d.fast.Exec(ctx, `update locations set removed_at = now() where id = $1`, fixed, id); err != nil {
		return fmt.Errorf("remove location %d: %w", id, err)
	}
	return nil
}

// Installation is a service at a location.
type Installation struct{ LocationID, ServiceID int64 }

// Install adds products of an account that is held by LockAccount, and brings back those that it had before. What is
// there already, or names a location that is not the account's, is left out. It gives what was added.
func (d *DB) Install(ctx context.Context, account int64, list []Installation) ([]int64, error) {
	locations, services := apart(list)
	return d.many(ctx, "add products", `
		with wanted as (
		  select distinct l.id as location_id, s.id as service_id
		    from unnest($2::bigint[], $3::bigint[]) w (location_id, service_id)
		    join locations l on l.id = w.location_id and l.account_id = $1 and l.removed_at is null
		    join services s on s.id = w.service_id
		   where not exists (select from products p where p.location_id = l.id and p.service_id = s.id and p.removed_at is null)),
		back as (
		  update products set removed_at = null where id in (
		    select max(p.id) from products p join wanted w using (location_id, service_id) group by p.location_id, p.service_id)
		  returning id, location_id, service_id),
		fresh as (
		  insert into products (account_id, service_id, location_id)
		  select $1, service_id, location_id from wanted w
		   where not exists (select from products p where p.location_id = w.location_id and p.service_id = w.service_id)
		  returning id)
		select id from back union all select id from fresh order by 1`, fixed, account, locations, services)
}

// Uninstall takes products of an account away, but for those of which a case is not solved yet. They stay for the cases
// that are of them. It gives what was taken away, and what was not.
func (d *DB) Uninstall(ctx context.Context, account int64, list []Installation) (gone []int64, kept []Installation, err error) {
	locations, services := apart(list)
	const which = `account_id = $1 and removed_at is null and (location_id, service_id) in (select * from unnest($2::bigint[], $3::bigint[]))`
	// Whoever opens a case of one of them waits, or is waited for.
	if _, err := d.many(ctx, "hold products", `select id from products where `+which+` order by id for update`, fixed, account, locations, services); err != nil {
		return nil, nil, err
	}
	if gone, err = d.many(ctx, "remove products", `
		update products set removed_at = now() where `+which+`
		   and not exists (select from cases c where c.product_id = products.id and c.state in ('new', 'open', 'awaiting'))
		returning id`, fixed, account, locations, services); err != nil {
		return nil, nil, err
	}
	rows, err := d.fast.Query(ctx, `select distinct location_id, service_id from products where `+which+` order by 1, 2`, fixed, account, locations, services)
	if err == nil {
		kept, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Installation])
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list products that stay: %w", err)
	}
	return gone, kept, nil
}

func apart(list []Installation) (locations, services []int64) {
	for _, i := range list {
		locations, services = append(locations, i.LocationID), append(services, i.ServiceID)
	}
	return locations, services
}
