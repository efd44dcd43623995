package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

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
	IssueTypes map[string][]rules.Option // by family, of all families; not of one FormAccount
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

// FormAccount is an account with all that forms and facts need of it.
type FormAccount struct {
	Account
	Names    []string // of the accounts from the root to it
	Followed bool     // somebody follows it, or one of those above it
	AccountOffers
}

const formAccountSQL = `
select e.revision, coalesce(a.id, 0), coalesce(a.parent_id, 0), coalesce(a.name, ''), coalesce(a.client_number, ''), coalesce(a.tier, ''),
       coalesce(a.time_zone, ''), coalesce(a.contacts_see, ''), coalesce(a.path, '{}'),
       array(select p.name from accounts p where p.id = any (a.path) order by cardinality(p.path)),
       array(select l.name from locations l where l.account_id = a.id and l.removed_at is null order by l.id),
       coalesce((select json_agg(json_build_object('ID', p.id, 'Service', s.value, 'Name', s.name, 'Family', s.family, 'Location', l.name)
                                 order by s.position, s.id, p.id)
                   from products p join services s on s.id = p.service_id join locations l on l.id = p.location_id
                  where p.account_id = a.id and p.removed_at is null), '[]'),
       exists (select from account_follows f where f.account_id = any (a.path))
  from edition e left join accounts a on a.client_number = $1`

// FormAccount reads an account by its client number, whoever asks: the caller judges. It is zero where there is none.
// Revision is that of what is published just now, see Edition.
func (d *DB) FormAccount(ctx context.Context, client string) (a FormAccount, revision int64, err error) {
	err = d.fast.QueryRow(ctx, formAccountSQL, fixed, client).Scan(&revision, &a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier,
		&a.TimeZone, &a.ContactsSee, &a.Path, &a.Names, &a.Locations, &a.Installed, &a.Followed)
	if err != nil {
		return FormAccount{}, 0, fmt.Errorf("read account %q: %w", client, err)
	}
	return a, revision, nil
}

// AccountLine is an account as it is chosen from a list.
type AccountLine struct {
	ID           int64
	Name         string
	ClientNumber string
}

const accountLine = "select a.id, a.name, a.client_number from "

// AccountLines lists accounts of a scope, each customer's together and parents before their children, at most limit of
// them: it reads no more than that of each part of the scope, however large they are.
func (d *DB) AccountLines(ctx context.Context, in AccountScope, limit int) ([]AccountLine, error) {
	q := caseQuery{}
	tail := " order by a.path limit " + strconv.Itoa(limit)
	var parts []string
	if in.All {
		parts = append(parts, "(select a.id, a.name, a.client_number, a.path from accounts a"+tail+")")
	}
	if len(in.Accounts) > 0 {
		parts = append(parts, "(select a.id, a.name, a.client_number, a.path from accounts a where a.id = any("+q.arg(in.Accounts)+")"+tail+")")
	}
	for _, b := range in.Branches {
		// A branch is one stretch of all accounts: it is read from its beginning on, and what lies beyond its end is dropped.
		top := "(select path from accounts where id = " + q.arg(b.AccountID) + ")"
		parts = append(parts, "(select a.id, a.name, a.client_number, a.path from (select a.id, a.name, a.client_number, a.path from accounts a where a.path >= "+top+tail+") a where a.path < "+top+" || 9223372036854775807)")
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return d.accountLines(ctx, accountLine+"("+strings.Join(parts, " union all ")+") a"+tail, append([]any{fixed}, q.args...))
}

// FindAccounts lists accounts of a scope in whose names or client numbers all words stand, or begin so; by name, at most
// limit of them. Of no words there are none.
func (d *DB) FindAccounts(ctx context.Context, in AccountScope, words string, limit int) ([]AccountLine, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	sql := accountLine + "accounts a where " + q.accounts(in) + " and a.words @@ words_query(" + q.arg(words) + ")" +
		" order by a.name, a.id limit " + strconv.Itoa(limit)
	return d.accountLines(ctx, sql, append([]any{planned}, q.args...))
}

func (d *DB) accountLines(ctx context.Context, sql string, args []any) ([]AccountLine, error) {
	rows, err := d.fast.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AccountLine])
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}
