package db

import (
	"context"
	"fmt"
	"strings"

	"portico/rules"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

// Installed is one product of an account as forms and facts need it.
type Installed struct {
	ID       int64
	Service  string // its value
	Name     rules.Text
	Family   string
	Location string
}

// AccountOffers is what an account has that forms offer.
type AccountOffers struct {
	Locations  []string                  // its own sites by name, in the order in which they were entered
	Installed  []Installed               // its products, service by service
	IssueTypes map[string][]rules.Option // by family, of all families
}

// Offers is the same as forms take it, but for the accounts to choose from and the requester's addresses.
func (o AccountOffers) Offers() rules.Offers {
	out := rules.Offers{Families: map[string]string{}, IssueTypes: o.IssueTypes}
	for _, name := range o.Locations {
		out.Locations = append(out.Locations, rules.Option{Value: name})
	}
	for _, p := range o.Installed {
		if _, known := out.Families[p.Service]; !known {
			out.Families[p.Service] = p.Family
			out.Services = append(out.Services, rules.Option{Value: p.Service, Label: p.Name})
		}
	}
	return out
}

const offersSQL = `
select coalesce((select json_agg(l.name order by l.id) from locations l where l.account_id = $1), '[]'),
       coalesce((select json_agg(json_build_object('ID', p.id, 'Service', s.value, 'Name', s.name, 'Family', s.family, 'Location', l.name)
                                 order by s.position, s.id, p.id)
                   from products p join services s on s.id = p.service_id join locations l on l.id = p.location_id
                  where p.account_id = $1), '[]'),
       coalesce((select json_object_agg(f.key, f.issue_types) from families f), '{}')`

// AccountOffers reads what an account has that forms offer.
func (d *DB) AccountOffers(ctx context.Context, account int64) (AccountOffers, error) {
	var o AccountOffers
	err := d.fast.QueryRow(ctx, offersSQL, fixed, account).Scan(&o.Locations, &o.Installed, &o.IssueTypes)
	if err != nil {
		return AccountOffers{}, fmt.Errorf("read what account %d has: %w", account, err)
	}
	return o, nil
}

// AccountNames gives the names of accounts in the order of the ids: a path in words.
func (d *DB) AccountNames(ctx context.Context, ids []int64) ([]string, error) {
	rows, err := d.fast.Query(ctx,
		`select a.name from unnest($1::bigint[]) with ordinality p(id, n) join accounts a using (id) order by p.n`, fixed, ids)
	if err != nil {
		return nil, fmt.Errorf("read account names: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read account names: %w", err)
	}
	return list, nil
}

// Callers are contacts who may sign in, at accounts of the scope, whose name or address holds every word; by name, at
// most limit of them.
func (d *DB) Callers(ctx context.Context, in AccountScope, words string, limit int64) ([]Caller, error) {
	if in.Empty() {
		return nil, nil
	}
	var list []Caller
	q := d.bun.NewSelect().TableExpr("people as person").
		ColumnExpr("person.id, person.first_name, person.last_name, person.email, person.phone, account.name as account").
		Join("join accounts as account on account.id = person.account_id").
		Where("not person.staff and person.disabled_at is null")
	if !in.All {
		q = q.WhereGroup(" and ", in.where)
	}
	for _, word := range strings.Fields(words) {
		like := "%" + likeEscape.Replace(word) + "%"
		q = q.Where("(person.first_name || ' ' || person.last_name || ' ' || person.email || ' ' || account.name || ' ' || account.client_number) ilike ?", like)
	}
	if err := q.Order("person.last_name", "person.first_name", "person.id").Limit(limit).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("find callers: %w", err)
	}
	return list, nil
}

// Caller is a contact as somebody looks for them who opens a case for them.
type Caller struct {
	ID        int64
	FirstName string
	LastName  string
	Email     string
	Phone     string
	Account   string
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// CaseBySubmission finds the case that a form opened, whoever asks: the caller judges.
func (d *DB) CaseBySubmission(ctx context.Context, submission uuid.UUID) (Case, error) {
	var c Case
	err := d.bun.NewSelect().Model(&c).Where("submission = ?", submission).Scan(ctx)
	if err != nil {
		return Case{}, fmt.Errorf("find the case of a submission: %w", notFound(err))
	}
	return c, nil
}

// InsertCase opens a case, gives it its number, and makes it findable by the words of its descriptions.
func (d *DB) InsertCase(ctx context.Context, c *Case) error {
	words := c.ShortDescription + "\n" + c.Description
	_, err := d.bun.NewInsert().Model(c).Value("words", "strip(to_tsvector('simple', ?))", words).Returning("id").Exec(ctx)
	if err != nil {
		return fmt.Errorf("insert case: %w", err)
	}
	return nil
}

// QueueNamed finds a queue by the name that rules call it. Where there is none, it is the queue that stands last, which
// is the one for what fits nowhere else, and found is false: a case always waits somewhere.
func (d *DB) QueueNamed(ctx context.Context, name string) (q Queue, found bool, err error) {
	err = d.bun.NewSelect().Model(&q).OrderExpr("name <> ?, position desc, id", name).Limit(1).Scan(ctx)
	if err != nil {
		return Queue{}, false, fmt.Errorf("read queue %q: %w", name, notFound(err))
	}
	return q, q.Name == name, nil
}

// Contact finds a contact who may sign in, with all that is to be known to judge what they may do.
func (d *DB) Contact(ctx context.Context, id int64) (SignedIn, error) {
	in := SignedIn{}
	err := d.bun.NewSelect().Model(&in.Person).Where("id = ? and not staff and disabled_at is null", id).Scan(ctx)
	if err != nil {
		return SignedIn{}, fmt.Errorf("read contact %d: %w", id, notFound(err))
	}
	if err := d.bun.NewSelect().Model(&in.Home).Where("id = ?", in.Person.AccountID).Scan(ctx); err != nil {
		return SignedIn{}, fmt.Errorf("read contact's account: %w", err)
	}
	rows, err := d.fast.Query(ctx, `
		select g.id, g.role, coalesce(g.account_id, 0), coalesce(g.reach, ''), coalesce(a.path, '{}')
		  from grants g left join accounts a on a.id = g.account_id where g.person_id = $1 order by g.id`, fixed, id)
	if err != nil {
		return SignedIn{}, fmt.Errorf("read grants: %w", err)
	}
	g := Grant{PersonID: id}
	_, err = pgx.ForEachRow(rows, []any{&g.ID, &g.Role, &g.AccountID, &g.Reach, &g.Path}, func() error {
		in.Grants = append(in.Grants, g)
		g.Path = nil
		return nil
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("read grants: %w", err)
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
