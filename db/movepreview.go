package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MovePreview is what it would do to hang an account elsewhere, as things are now.
type MovePreview struct {
	Account, Parent          Account // the parent is zero where it would become a root
	Accounts, Contacts       int     // the account's own among them
	Cases, Products, Deepest int     // Deepest: how many levels it has, itself included
	Leaves, Joins            []int64 // accounts below which it does not hang any more, and below which it does then
	Granted                  []MoveGrant
	MoreGranted              int // people who are not among Granted any more
	Sharing                  []MoveSharing
	Apart                    MoveApart // where it leaves its customer
	Together                 MoveApart // where it comes to another customer
	Uncounted                bool      // neither of the two could be counted soon
	Across                   []MoveGrant
	MoreAcross               int
	Administrators           int // of the customer that it leaves, without those whose grants go along
	Had                      int // of that customer, as long as it is whole
	Brings                   int // administrators whose grants go along
}

// OtherCustomer tells whether it then belongs to another customer than now.
func (p MovePreview) OtherCustomer() bool {
	now, then := p.Account.Path[0], p.Account.ID
	if p.Parent.ID != 0 {
		then = p.Parent.Path[0]
	}
	return now != then
}

// MoveGrant is a grant that reaches further or less far after a move, or reaches across customers then.
type MoveGrant struct {
	AccountID int64
	Account   string
	Role      Role
	Person    Named
	Home      string
}

// MoveSharing is an account whose contacts see all that is below it.
type MoveSharing struct {
	AccountID int64
	Account   string
	Contacts  int // who may sign in
}

// MoveApart counts the cases that have their requester, or somebody who is copied on them, on the other side: of what is
// moved and of the rest of the customer.
type MoveApart struct{ Cases, People int }

// previewed is how many people a preview names.
const previewed = 12

// PreviewMove tells what it would do to hang an account below parent, or make it a root where that is 0. It says nothing of
// whether that is possible.
func (d *DB) PreviewMove(ctx context.Context, account, parent int64) (p MovePreview, err error) {
	if p, err = d.WeighMove(ctx, account, parent); err != nil {
		return p, err
	}
	around := append(append([]int64{}, p.Leaves...), p.Joins...)
	if p.Granted, p.MoreGranted, err = d.moveGrants(ctx, `g.reach = 'below' and g.account_id = any ($1)`, around); err != nil {
		return p, err
	}
	if p.Sharing, err = d.moveSharing(ctx, around); err != nil || !p.OtherCustomer() {
		return p, err
	}
	// A grant reaches across customers where its holder belongs to one and its account to another, after the move.
	p.Across, p.MoreAcross, err = d.moveGrants(ctx, `(a.path @> array[$1::bigint]) <> (h.path @> array[$1::bigint])
		and (case when a.path @> array[$1::bigint] then h.path[1] else a.path[1] end) <> $2
		and (a.path @> array[$1::bigint] or h.path @> array[$1::bigint])`, account, p.newRoot())
	return p, err
}

// countedApart is for how long the cases are counted that a move puts apart: of a large customer, they may be many.
const countedApart = "3s"

// CountApart counts what a move puts apart and what it brings together. It takes a transaction of its own: what can't be
// counted soon is left out, and p.Uncounted says so.
func (d *DB) CountApart(ctx context.Context, p *MovePreview) error {
	if !p.OtherCustomer() {
		return nil
	}
	err := d.InTx(ctx, func(ctx context.Context, tx *DB) (err error) {
		if _, err := tx.fast.Exec(ctx, `set local statement_timeout = '`+countedApart+`'`); err != nil {
			return fmt.Errorf("count what a move puts apart: %w", err)
		}
		if p.Account.ParentID != 0 {
			if p.Apart, err = tx.moveApart(ctx, p.Account, p.Account.Path[0]); err != nil {
				return err
			}
		}
		if p.Parent.ID != 0 {
			p.Together, err = tx.moveApart(ctx, p.Account, p.Parent.Path[0])
		}
		return err
	})
	if hasCode(err, "57014") && ctx.Err() == nil {
		p.Uncounted, err = true, nil
	}
	return err
}

// WeighMove is as much of PreviewMove as is needed to tell whether it can be done: whose grants and cases it concerns is
// left out.
func (d *DB) WeighMove(ctx context.Context, account, parent int64) (p MovePreview, err error) {
	if err := d.bun.NewSelect().Model(&p.Account).Where("id = ?", account).Scan(ctx); err != nil {
		return p, fmt.Errorf("read account %d: %w", account, notFound(err))
	}
	if parent != 0 {
		if err := d.bun.NewSelect().Model(&p.Parent).Where("id = ?", parent).Scan(ctx); err != nil {
			return p, fmt.Errorf("read account %d: %w", parent, notFound(err))
		}
	}
	p.Leaves, p.Joins = without(p.Account.Path[:p.Account.Depth()], p.Parent.Path), without(p.Parent.Path, p.Account.Path)
	level := len(p.Account.Path)
	if err := d.walled.QueryRow(ctx, fmt.Sprintf(`
		with moved as materialized (select id, path from accounts where path @> array[$1::bigint])
		select (select count(*) from moved), (select max(cardinality(path)) - %[1]d + 1 from moved),
		       (select count(*) from people where account_id in (select id from moved) and email <> $2),
		       (select count(*) from cases where a%[1]d = $1),
		       (select count(*) from products where account_id in (select id from moved) and removed_at is null)`, level), fixed, account, NobodyEmail).
		Scan(&p.Accounts, &p.Deepest, &p.Contacts, &p.Cases, &p.Products); err != nil {
		return p, fmt.Errorf("count what would move: %w", err)
	}
	if p.OtherCustomer() && p.Account.ParentID != 0 {
		p.Had, p.Administrators, p.Brings, err = d.moveAdministrators(ctx, p.Account)
	}
	return p, err
}

func (p MovePreview) newRoot() int64 {
	if p.Parent.ID == 0 {
		return p.Account.ID
	}
	return p.Parent.Path[0]
}

func without(list, what []int64) []int64 {
	var left []int64
	for _, id := range list {
		there := false
		for _, other := range what {
			there = there || other == id
		}
		if !there {
			left = append(left, id)
		}
	}
	return left
}

func (d *DB) moveGrants(ctx context.Context, where string, args ...any) (list []MoveGrant, more int, err error) {
	rows, err := d.fast.Query(ctx, `
		select g.account_id, a.name, g.role, `+fmt.Sprintf(named, "p")+`, h.name
		  from grants g join accounts a on a.id = g.account_id join people p on p.id = g.person_id join accounts h on h.id = p.account_id
		 where p.disabled_at is null and `+where+`
		 order by cardinality(a.path), a.name, p.last_name, p.first_name, g.id limit 1000`, append([]any{fixed}, args...)...)
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[MoveGrant])
	}
	if err != nil {
		return nil, 0, fmt.Errorf("find whose grants a move concerns: %w", err)
	}
	return list[:min(previewed, len(list))], max(0, len(list)-previewed), nil
}

func (d *DB) moveSharing(ctx context.Context, accounts []int64) ([]MoveSharing, error) {
	rows, err := d.fast.Query(ctx, `
		select a.id, a.name, (select count(distinct p.id) from people p join grants g on g.person_id = p.id and g.role = 'customer'
		                       where p.account_id = a.id and p.disabled_at is null)
		  from accounts a where a.id = any ($1) and a.contacts_see = 'below' order by cardinality(a.path), a.name`, fixed, accounts)
	if err != nil {
		return nil, fmt.Errorf("find whose contacts a move concerns: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[MoveSharing])
	if err != nil {
		return nil, fmt.Errorf("find whose contacts a move concerns: %w", err)
	}
	return list, nil
}

// moveApart counts the cases with people of a customer on the other side of what is moved.
func (d *DB) moveApart(ctx context.Context, moved Account, root int64) (m MoveApart, err error) {
	level := fmt.Sprintf("a%d", len(moved.Path))
	sql := `
with inside as materialized (
  select p.id from people p join accounts h on h.id = p.account_id where h.path @> array[$1::bigint] and p.disabled_at is null),
outside as materialized (
  select p.id from people p join accounts h on h.id = p.account_id
   where h.path @> array[$2::bigint] and not h.path @> array[$1::bigint] and p.disabled_at is null),
apart as (
  select c.id, c.requester_id as person from cases c join outside o on o.id = c.requester_id where c.` + level + ` = $1
  union
  select c.id, k.person_id from case_copies k join outside o on o.id = k.person_id join cases c on c.id = k.case_id where c.` + level + ` = $1
  union
  select c.id, c.requester_id from inside i join cases c on c.requester_id = i.id where c.a1 = $2 and c.` + level + ` is distinct from $1
  union
  select c.id, k.person_id from inside i join case_copies k on k.person_id = i.id join cases c on c.id = k.case_id
   where c.a1 = $2 and c.` + level + ` is distinct from $1)
select count(distinct id), count(distinct person) from apart`
	if err := d.walled.QueryRow(ctx, sql, fixed, moved.ID, root).Scan(&m.Cases, &m.People); err != nil {
		return m, fmt.Errorf("count the cases that a move puts apart: %w", err)
	}
	return m, nil
}

func (d *DB) moveAdministrators(ctx context.Context, moved Account) (had, left, brings int, err error) {
	err = d.fast.QueryRow(ctx, `
		select count(distinct p.id), count(distinct p.id) filter (where not a.path @> array[$1::bigint]),
		       count(distinct p.id) filter (where a.path @> array[$1::bigint])
		  from accounts a join grants g on g.account_id = a.id and g.role = 'customer-administrator' join people p on p.id = g.person_id
		 where a.path @> array[$2::bigint] and not p.staff and p.disabled_at is null`, fixed, moved.ID, moved.Path[0]).Scan(&had, &left, &brings)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count administrators: %w", err)
	}
	return had, left, brings, nil
}
