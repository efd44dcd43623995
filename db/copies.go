package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Outsider is somebody from elsewhere who is copied on a case: by their address alone, for its mail alone.
type Outsider struct {
	ID    int64
	Email string
}

// Candidates are the contacts to look among for who can be copied on a case, or be its contact: those of one customer who
// may sign in. Of the fields but Root one is set.
type Candidates struct {
	Root    int64    // the customer's root account
	Words   string   // in whose name, address or account these stand, or begin so
	Account int64    // at home at this account
	Emails  []string // with these addresses, in either case of letters
	IDs     []int64  // just these
}

// Candidates lists contacts of a customer at accounts of the scope, by name and at most limit of them, with all that is to
// be known to judge what they may do.
func (d *DB) Candidates(ctx context.Context, in AccountScope, among Candidates, limit int) ([]SignedIn, error) {
	if in.Empty() || among.Root == 0 {
		return nil, nil
	}
	q := caseQuery{}
	where := "not p.staff and p.disabled_at is null and p.email <> '" + NobodyEmail + "' and a.path @> array[" + q.arg(among.Root) + "::bigint] and " + q.accounts(in)
	switch {
	case len(among.Emails) > 0:
		where += " and lower(p.email) = any (select lower(e) from unnest(" + q.arg(among.Emails) + "::text[]) e)"
	case len(among.IDs) > 0:
		where += " and p.id = any (" + q.arg(among.IDs) + "::bigint[])"
	case among.Account != 0:
		where += " and p.account_id = " + q.arg(among.Account)
	case strings.TrimSpace(among.Words) != "":
		where += " and p.words @@ words_query(" + q.arg(among.Words) + ")"
	default:
		return nil, nil
	}
	sql := `select p.id, p.account_id, p.first_name, p.last_name, p.email, p.phone, p.picture, p.language,
       a.id, a.name, a.client_number, a.contacts_see, a.path,
       coalesce((select json_agg(json_build_object('ID', g.id, 'PersonID', g.person_id, 'Role', g.role, 'AccountID', g.account_id,
                                                   'Reach', g.reach, 'Path', ga.path) order by g.id)
                   from grants g join accounts ga on ga.id = g.account_id where g.person_id = p.id), '[]')
  from people p join accounts a on a.id = p.account_id
 where ` + where + " order by p.last_name, p.first_name, p.id limit " + strconv.Itoa(limit)
	rows, err := d.fast.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("find people of a customer: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (in SignedIn, err error) {
		p, a := &in.Person, &in.Home
		return in, row.Scan(&p.ID, &p.AccountID, &p.FirstName, &p.LastName, &p.Email, &p.Phone, &p.Picture, &p.Language,
			&a.ID, &a.Name, &a.ClientNumber, &a.ContactsSee, &a.Path, &in.Grants)
	})
	if err != nil {
		return nil, fmt.Errorf("find people of a customer: %w", err)
	}
	return list, nil
}

// Copy puts people in copy of a case that is locked, and takes others out of it.
func (d *DB) Copy(ctx context.Context, c *Case, in, out []int64) error {
	_, err := d.walled.Exec(ctx, `
		with gone as (delete from case_copies where case_id = $1 and person_id = any ($3::bigint[]))
		insert into case_copies (case_id, person_id) select $1, unnest($2::bigint[]) on conflict do nothing`, fixed, c.ID, in, out)
	if err != nil {
		return fmt.Errorf("copy people on %s: %w", c.ID, err)
	}
	return d.walled.QueryRow(ctx, `select array(select person_id from case_copies where case_id = $1 order by person_id)`, fixed, c.ID).Scan(&c.CopiedIDs)
}

// NamedOf names people, by name: whoever asks has found their ids where they may.
func (d *DB) NamedOf(ctx context.Context, ids []int64) ([]Named, error) {
	rows, err := d.fast.Query(ctx, `select id, first_name, last_name, staff, picture from people where id = any ($1::bigint[]) order by last_name, first_name, id`, fixed, ids)
	if err != nil {
		return nil, fmt.Errorf("name people: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
	if err != nil {
		return nil, fmt.Errorf("name people: %w", err)
	}
	return list, nil
}

// Outsiders lists who is copied on a case from elsewhere, in the order of their addresses, and the addresses of those who
// were and have left.
func (d *DB) Outsiders(ctx context.Context, n Number) (there []Outsider, left []string, err error) {
	rows, err := d.walled.Query(ctx, `select id, email, left_at is not null from case_outsiders where case_id = $1 order by lower(email)`, fixed, n)
	if err != nil {
		return nil, nil, fmt.Errorf("list outsiders of %s: %w", n, err)
	}
	var o Outsider
	var gone bool
	if _, err := pgx.ForEachRow(rows, []any{&o.ID, &o.Email, &gone}, func() error {
		if gone {
			left = append(left, o.Email)
		} else {
			there = append(there, o)
		}
		return nil
	}); err != nil {
		return nil, nil, fmt.Errorf("list outsiders of %s: %w", n, err)
	}
	return there, left, nil
}

// AddOutsiders puts addresses in copy of a case, named by somebody, and gives their ids.
func (d *DB) AddOutsiders(ctx context.Context, n Number, emails []string, by int64, language string, at time.Time) ([]int64, error) {
	rows, err := d.walled.Query(ctx, `insert into case_outsiders (case_id, email, language, added_by, added_at)
		select $1, email, $4, $3, $5 from unnest($2::text[]) email on conflict do nothing returning id`, fixed, n, emails, by, language, at)
	if err != nil {
		return nil, fmt.Errorf("copy outsiders on %s: %w", n, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("copy outsiders on %s: %w", n, err)
	}
	return ids, nil
}

// RemoveOutsiders takes addresses out of a case's copies again. Their mail that was not sent yet is not sent.
func (d *DB) RemoveOutsiders(ctx context.Context, n Number, ids []int64) error {
	if _, err := d.walled.Exec(ctx, `delete from case_outsiders where case_id = $1 and id = any ($2::bigint[]) and left_at is null`, fixed, n, ids); err != nil {
		return fmt.Errorf("remove outsiders of %s: %w", n, err)
	}
	return nil
}

// Outsider finds somebody from elsewhere who is or was copied on a case; left tells that they don't want to be any more.
func (d *DB) Outsider(ctx context.Context, id int64) (n Number, o Outsider, left bool, err error) {
	err = d.walled.QueryRow(ctx, `select case_id, id, email, left_at is not null from case_outsiders where id = $1`, fixed, id).Scan(&n, &o.ID, &o.Email, &left)
	if err != nil {
		return 0, Outsider{}, false, fmt.Errorf("find outsider: %w", notFound(err))
	}
	return n, o, left, nil
}

// OutsiderLeft notes that somebody from elsewhere wants no more mail of their case.
func (d *DB) OutsiderLeft(ctx context.Context, id int64, at time.Time) error {
	if _, err := d.walled.Exec(ctx, `update case_outsiders set left_at = $2 where id = $1 and left_at is null`, fixed, id, at); err != nil {
		return fmt.Errorf("let an outsider go: %w", err)
	}
	return nil
}

// SetRequester makes a person the contact that a locked case is for.
func (d *DB) SetRequester(ctx context.Context, c *Case, person int64) error {
	if _, err := d.walled.Exec(ctx, `update cases set requester_id = $2 where id = $1`, fixed, c.ID, person); err != nil {
		return fmt.Errorf("set the contact of %s: %w", c.ID, err)
	}
	c.RequesterID = person
	return nil
}

// AllowsOutsiders tells whether people from elsewhere may be copied on an account's cases.
func (d *DB) AllowsOutsiders(ctx context.Context, account int64) (bool, error) {
	var yes bool
	err := d.fast.QueryRow(ctx, `select cc_outsiders from accounts where id = $1`, fixed, account).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("read account: %w", notFound(err))
	}
	return yes, nil
}
