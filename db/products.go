package db

import (
	"context"
	"fmt"
	"strings"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// ProductRow is a product as the list of products shows it.
type ProductRow struct {
	ID        int64
	Service   rules.Text
	State     ServiceState
	Location  string
	AccountID int64
	Account   string
	Client    string // the account's client number
	OpenCases int    // within the reader's scope
}

// ProductPage is one page of the list of products.
type ProductPage struct {
	Rows []ProductRow
	Next int64 // the product to go on after; 0 on the last page
}

const productsSQL = `
select p.id, s.name, s.state, l.name, a.id, a.name, a.client_number,
       (select count(*) from cases c where c.product_id = p.id and c.state in ('new', 'open') and %s)
  from products p
  join services s on s.id = p.service_id
  join locations l on l.id = p.location_id
  join accounts a on a.id = p.account_id
 where %s
 order by a.path, s.position, p.id
 limit 101`

// Products lists the products of the accounts in a scope, account by account, 100 at a time: those after a product, or
// the first ones. Cases are counted within the scope of cases only. account narrows the list to one account, 0 does not.
func (d *DB) Products(ctx context.Context, in AccountScope, cases Scope, account, after int64) (ProductPage, error) {
	if in.Empty() {
		return ProductPage{}, nil
	}
	q := caseQuery{}
	counted := "false"
	if !cases.Empty() {
		counted = q.holds(cases)
	}
	where := []string{"p.removed_at is null", q.accounts(in)}
	if account != 0 {
		where = append(where, "a.id = "+q.arg(account))
	}
	if after != 0 {
		where = append(where, `(a.path, s.position, p.id) > (select xa.path, xs.position, x.id from products x
			join services xs on xs.id = x.service_id join accounts xa on xa.id = x.account_id where x.id = `+q.arg(after)+`)`)
	}
	rows, err := d.walled.Query(ctx, fmt.Sprintf(productsSQL, counted, strings.Join(where, " and ")), append([]any{fixed}, q.args...)...)
	if err != nil {
		return ProductPage{}, fmt.Errorf("list products: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ProductRow])
	if err != nil {
		return ProductPage{}, fmt.Errorf("list products: %w", err)
	}
	if len(list) > 100 {
		return ProductPage{Rows: list[:100], Next: list[99].ID}, nil
	}
	return ProductPage{Rows: list}, nil
}

// accounts is the condition that the account "a" lies in the scope, which is not empty.
func (q *caseQuery) accounts(in AccountScope) string {
	if in.All {
		return "true"
	}
	var parts []string
	if len(in.Accounts) > 0 {
		parts = append(parts, "a.id = any("+q.arg(in.Accounts)+")")
	}
	for _, b := range in.Branches {
		parts = append(parts, "a.path @> array["+q.arg(b.AccountID)+"::bigint]")
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// Services lists all services with how they do, in their order.
func (d *DB) Services(ctx context.Context) ([]Service, error) {
	var list []Service
	if err := d.bun.NewSelect().Model(&list).Order("position", "id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list services: %w", err)
	}
	return list, nil
}

// ServicesOf lists the services of which the accounts in a scope have products, in their order.
func (d *DB) ServicesOf(ctx context.Context, in AccountScope) ([]Service, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	rows, err := d.fast.Query(ctx, `select s.id, s.value, s.name, s.family, s.state, s.position from services s
		where exists (select from products p join accounts a on a.id = p.account_id where p.service_id = s.id and p.removed_at is null and `+q.accounts(in)+`)
		order by s.position, s.id`, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list services: %w", err)
	}
	var list []Service
	var s Service
	if _, err := pgx.ForEachRow(rows, []any{&s.ID, &s.Value, &s.Name, &s.Family, &s.State, &s.Position}, func() error {
		list, s = append(list, s), Service{}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list services: %w", err)
	}
	return list, nil
}

// IncidentFor finds the newest incident under way that touches a product of the accounts in the scope; ErrNotFound if
// none does.
func (d *DB) IncidentFor(ctx context.Context, in AccountScope) (Incident, ServiceState, error) {
	if in.Empty() {
		return Incident{}, "", ErrNotFound
	}
	q := caseQuery{}
	var i Incident
	var state ServiceState
	err := d.fast.QueryRow(ctx, `select i.id, i.title, i.started_at, s.state from incidents i
		join services s on s.id = any(i.service_ids)
		where i.ended_at is null and s.state <> 'running'
		  and exists (select from products p join accounts a on a.id = p.account_id where p.service_id = s.id and p.removed_at is null and `+q.accounts(in)+`)
		order by i.started_at desc, i.id desc limit 1`, append([]any{fixed}, q.args...)...).Scan(&i.ID, &i.Title, &i.StartedAt, &state)
	if err != nil {
		return Incident{}, "", notFound(err)
	}
	return i, state, nil
}

// Incidents lists those under way and the last ones before, newest first.
func (d *DB) Incidents(ctx context.Context) ([]Incident, error) {
	var list []Incident
	err := d.bun.NewSelect().Model(&list).OrderExpr("(ended_at is null) desc, started_at desc, id desc").Limit(20).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return list, nil
}

// ContactWays lists how to reach the provider.
func (d *DB) ContactWays(ctx context.Context) ([]ContactWay, error) {
	var list []ContactWay
	if err := d.bun.NewSelect().Model(&list).Order("position", "id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list ways to reach the provider: %w", err)
	}
	return list, nil
}
