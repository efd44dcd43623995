package db

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// Branching is an account as the tree of accounts shows it.
type Branching struct {
	ID           int64
	Name         string
	ClientNumber string
	Tier         string
	TimeZone     string
	Children     int      // accounts directly below it
	Above        []string // names from the root to its parent; only of what was looked for by words
}

const branching = `select a.id, a.name, a.client_number, a.tier, a.time_zone, (select count(*) from accounts k where k.parent_id = a.id)`

// TreePage is how many accounts the tree shows at once of one branch.
const TreePage = 100

// AccountsBelow lists the accounts directly below a parent, or the roots where that is 0, by name: those after one of
// them, or the first. more tells whether there are others after them.
func (d *DB) AccountsBelow(ctx context.Context, parent, after int64, limit int) (list []Branching, more bool, err error) {
	q := caseQuery{}
	where := "a.parent_id is null"
	if parent != 0 {
		where = "a.parent_id = " + q.arg(parent)
	}
	if after != 0 {
		where += " and (a.name, a.id) > (select x.name, x.id from accounts x where x.id = " + q.arg(after) + ")"
	}
	rows, err := d.fast.Query(ctx, branching+", '{}'::text[] from accounts a where "+where+" order by a.name, a.id limit "+strconv.Itoa(limit+1),
		append([]any{fixed}, q.args...)...)
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Branching])
	}
	if err != nil {
		return nil, false, fmt.Errorf("list accounts below %d: %w", parent, err)
	}
	return list[:min(limit, len(list))], len(list) > limit, nil
}

// WholeTree lists all accounts by name, each with its parent, where there are at most limit of them; else none.
func (d *DB) WholeTree(ctx context.Context, limit int) (list []Branching, parents map[int64]int64, err error) {
	rows, err := d.fast.Query(ctx, branching+", '{}'::text[], coalesce(a.parent_id, 0) from accounts a order by a.name, a.id limit "+strconv.Itoa(limit+1), fixed)
	if err != nil {
		return nil, nil, fmt.Errorf("read the tree of accounts: %w", err)
	}
	var b Branching
	var parent int64
	parents = map[int64]int64{}
	if _, err := pgx.ForEachRow(rows, []any{&b.ID, &b.Name, &b.ClientNumber, &b.Tier, &b.TimeZone, &b.Children, &b.Above, &parent}, func() error {
		list, parents[b.ID] = append(list, b), parent
		return nil
	}); err != nil {
		return nil, nil, fmt.Errorf("read the tree of accounts: %w", err)
	}
	if len(list) > limit {
		return nil, nil, nil
	}
	return list, parents, nil
}

// SearchAccounts lists accounts in whose names or client numbers all words stand, or begin so, with what they hang below;
// by name, at most limit of them.
func (d *DB) SearchAccounts(ctx context.Context, words string, limit int) ([]Branching, error) {
	rows, err := d.fast.Query(ctx, `
		with found as materialized (
		  select * from accounts where words @@ words_query($1) order by name, id limit $2)
		`+branching+`, array(select p.name from accounts p where p.id = any (a.path) and p.id <> a.id order by cardinality(p.path))
		  from found a order by a.name, a.id`, planned, words, limit)
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Branching])
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	return list, nil
}

// AccountCount is how many accounts there are.
func (d *DB) AccountCount(ctx context.Context) (n int, err error) {
	if err := d.fast.QueryRow(ctx, `select count(*) from accounts`, fixed).Scan(&n); err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// AccountRecord is an account with the names of those that it hangs below, and how much it holds.
type AccountRecord struct {
	Account
	Above []AccountLine // from the root to its parent
	// What stands in figures. Cases are counted up to CountedCases.
	Children, Contacts, Customers, Cases, Below, CasesBelow, Products, Grants int
}

// Belongings is what stands in the way of its removal.
func (a AccountRecord) Belongings() Belongings {
	return Belongings{Children: a.Children, Contacts: a.Contacts, Cases: a.Cases, Products: a.Products, Grants: a.Grants}
}

// CountedCases is up to where cases are counted that only show how many there are.
const CountedCases = 10_000

// AccountRecord reads an account, whoever asks: the caller judges.
func (d *DB) AccountRecord(ctx context.Context, id int64) (AccountRecord, error) {
	var a AccountRecord
	err := d.fast.QueryRow(ctx, `
		select a.id, coalesce(a.parent_id, 0), a.name, a.client_number, a.tier, a.time_zone, a.contacts_see, a.path, a.created_at, a.updated_at,
		       a.revision, a.cc_outsiders, coalesce(a.registration_code, ''),
		       coalesce((select json_agg(json_build_object('ID', p.id, 'Name', p.name, 'ClientNumber', p.client_number) order by cardinality(p.path))
		                   from accounts p where p.id = any (a.path) and p.id <> a.id), '[]'),
		       (select count(*) from accounts k where k.parent_id = a.id),
		       (select count(*) from people p where p.account_id = a.id and p.email <> $2),
		       (select count(distinct p.id) from people p join grants g on g.person_id = p.id and g.role = 'customer'
		         where p.account_id = a.id and p.disabled_at is null),
		       (select count(*) from accounts b where b.path @> array[a.id] and b.id <> a.id),
		       (select count(*) from products p where p.account_id = a.id and p.removed_at is null),
		       (select count(*) from grants g where g.account_id = a.id)
		  from accounts a where a.id = $1`, fixed, id, NobodyEmail).Scan(
		&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier, &a.TimeZone, &a.ContactsSee, &a.Path, &a.CreatedAt, &a.UpdatedAt,
		&a.Revision, &a.CCOutsiders, &a.RegistrationCode, &a.Above, &a.Children, &a.Contacts, &a.Customers, &a.Below, &a.Products, &a.Grants)
	if err == nil {
		err = d.walled.QueryRow(ctx, fmt.Sprintf(`
			select (select count(*) from (select from cases where account_id = $1 limit %[1]d) c),
			       (select count(*) from (select from cases where a%[2]d = $1 limit %[1]d) c)`, CountedCases+1, len(a.Path)), fixed, id).
			Scan(&a.Cases, &a.CasesBelow)
	}
	if err != nil {
		return AccountRecord{}, fmt.Errorf("read account %d: %w", id, notFound(err))
	}
	return a, nil
}

// AccountPath names an account and all that it hangs below, from the root to itself.
func (d *DB) AccountPath(ctx context.Context, id int64) ([]AccountLine, error) {
	list, err := d.accountLines(ctx, accountLine+`accounts a where a.id = any ((select path from accounts where id = $1)::bigint[])
		order by cardinality(a.path)`, []any{fixed, id})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("read account %d: %w", id, ErrNotFound)
	}
	return list, err
}
