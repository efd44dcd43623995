package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// AccountsWithin lists the accounts of a scope, each customer's together and parents before their children.
func (d *DB) AccountsWithin(ctx context.Context, in AccountScope) ([]Account, error) {
	if in.Empty() {
		return nil, nil
	}
	var list []Account
	q := d.bun.NewSelect().Model(&list)
	if !in.All {
		q = q.WhereGroup(" and ", in.where)
	}
	if err := q.Order("path").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	return list, nil
}

// where limits a query that has the table "account" to the scope; an empty scope adds nothing, so ask Empty first.
func (s AccountScope) where(q *bun.SelectQuery) *bun.SelectQuery {
	if len(s.Accounts) > 0 {
		q = q.WhereOr("account.id in ?", bun.Tuple(s.Accounts))
	}
	for _, b := range s.Branches {
		q = q.WhereOr("account.path @> array[?]::bigint[]", b.AccountID)
	}
	return q
}

const contactSQL = `
select p.id, p.account_id, p.first_name, p.last_name, p.email, p.phone, p.language, p.time_zone,
       a.id, coalesce(a.parent_id, 0), a.name, a.client_number, a.tier, a.time_zone, a.contacts_see, a.path,
       coalesce((select json_agg(json_build_object('ID', g.id, 'PersonID', g.person_id, 'Role', g.role, 'AccountID', g.account_id,
                                                   'Reach', g.reach, 'Path', ga.path) order by g.id)
                   from grants g join accounts ga on ga.id = g.account_id where g.person_id = p.id), '[]')
  from people p join accounts a on a.id = p.account_id
 where p.id = $1 and not p.staff and p.disabled_at is null`

// Contact finds a contact who may sign in, with all that is to be known to judge what they may do.
func (d *DB) Contact(ctx context.Context, id int64) (SignedIn, error) {
	var in SignedIn
	p, a := &in.Person, &in.Home
	err := d.fast.QueryRow(ctx, contactSQL, fixed, id).Scan(
		&p.ID, &p.AccountID, &p.FirstName, &p.LastName, &p.Email, &p.Phone, &p.Language, &p.TimeZone,
		&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier, &a.TimeZone, &a.ContactsSee, &a.Path, &in.Grants)
	if err != nil {
		return SignedIn{}, fmt.Errorf("read contact %d: %w", id, notFound(err))
	}
	return in, nil
}

// AccountsCalled finds the account with that client number or, failing that, those with that name; at most two.
func (d *DB) AccountsCalled(ctx context.Context, name string) ([]Account, error) {
	var list []Account
	err := d.bun.NewSelect().Model(&list).Where("client_number = ? or name = ?", name, name).
		OrderExpr("client_number = ? desc, id", name).Limit(2).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	if len(list) > 0 && list[0].ClientNumber == name {
		return list[:1], nil
	}
	return list, nil
}
