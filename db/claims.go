package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Claim is who says that a case is theirs which was sent in without signing in. Until they have used the link in their mail,
// the case's requester is nobody (see NobodyEmail), so that only staff see it.
type Claim struct {
	CaseID      Number
	Name        string // as they typed it
	Email       string
	Language    string
	AccountID   int64 // whose contact they shall be once they use the link; 0: the reception's
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero until then
	ConfirmedBy int64     // who they turned out to be
}

// AddClaim keeps a new claim.
func (d *DB) AddClaim(ctx context.Context, c Claim) error {
	_, err := d.fast.Exec(ctx, `insert into claims (case_id, name, email, language, created_at) values ($1, $2, $3, $4, $5)`,
		fixed, c.CaseID, c.Name, c.Email, c.Language, c.CreatedAt)
	if err != nil {
		return fmt.Errorf("keep a claim: %w", err)
	}
	return nil
}

// Claim reads who claims a case, whoever asks; ErrNotFound where it was opened by somebody who was signed in.
func (d *DB) Claim(ctx context.Context, n Number) (Claim, error) {
	var c Claim
	err := d.fast.QueryRow(ctx, `
		select case_id, name, email, language, coalesce(account_id, 0), created_at, coalesce(confirmed_at, '0001-01-01Z'), coalesce(confirmed_by, 0)
		  from claims where case_id = $1`, fixed, n).
		Scan(&c.CaseID, &c.Name, &c.Email, &c.Language, &c.AccountID, &c.CreatedAt, &c.ConfirmedAt, &c.ConfirmedBy)
	if err != nil {
		return Claim{}, fmt.Errorf("read the claim on %s: %w", n, notFound(err))
	}
	return c, nil
}

// Intake is what is known of how a case came in: who claims it, if anybody, and by the settings of these names which account
// is the reception and which person nobody; empty where there is none yet. It is one look for each case that staff read.
func (d *DB) Intake(ctx context.Context, n Number, receptionKey, nobodyKey string) (c Claim, reception, nobody string, err error) {
	err = d.fast.QueryRow(ctx, `
		select coalesce(c.case_id, 0), coalesce(c.name, ''), coalesce(c.email, ''), coalesce(c.language, ''), coalesce(c.account_id, 0),
		       coalesce(c.created_at, '0001-01-01Z'), coalesce(c.confirmed_at, '0001-01-01Z'), coalesce(c.confirmed_by, 0),
		       coalesce((select value from settings where key = $2), ''), coalesce((select value from settings where key = $3), '')
		  from (values ($1::bigint)) v (n) left join claims c on c.case_id = v.n`, fixed, n, receptionKey, nobodyKey).
		Scan(&c.CaseID, &c.Name, &c.Email, &c.Language, &c.AccountID, &c.CreatedAt, &c.ConfirmedAt, &c.ConfirmedBy, &reception, &nobody)
	if err != nil {
		return Claim{}, "", "", fmt.Errorf("read how %s came in: %w", n, err)
	}
	return c, reception, nobody, nil
}

// ConfirmClaim makes a case the person's who claimed it: they are its requester, as if they had been signed in. The case was
// locked.
func (d *DB) ConfirmClaim(ctx context.Context, n Number, person int64, now time.Time) error {
	_, err := d.walled.Exec(ctx, `
		with claim as (update claims set confirmed_at = $3, confirmed_by = $2 where case_id = $1)
		update cases set requester_id = $2, opened_by = $2 where id = $1`, fixed, n, person, now)
	if err != nil {
		return fmt.Errorf("confirm the claim on %s: %w", n, err)
	}
	return nil
}

// FileUnder gives a case to another account: its place in the tree follows. The case was locked.
func (d *DB) FileUnder(ctx context.Context, n Number, account int64) error {
	if _, err := d.walled.Exec(ctx, `update cases set account_id = $2 where id = $1`, fixed, n, account); err != nil {
		return fmt.Errorf("file %s under account %d: %w", n, account, err)
	}
	return nil
}

// CasesAt lists the cases of a requester at one account, the oldest first; at most limit.
func (d *DB) CasesAt(ctx context.Context, requester, account int64, limit int) ([]Number, error) {
	rows, err := d.walled.Query(ctx, `select id from cases where requester_id = $1 and account_id = $2 order by id limit $3`, fixed, requester, account, limit)
	if err != nil {
		return nil, fmt.Errorf("list a requester's cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[Number])
	if err != nil {
		return nil, fmt.Errorf("list a requester's cases: %w", err)
	}
	return list, nil
}

// ClaimFor keeps at which account somebody shall be a contact who has not used their link yet.
func (d *DB) ClaimFor(ctx context.Context, n Number, account int64) error {
	if _, err := d.fast.Exec(ctx, `update claims set account_id = $2 where case_id = $1`, fixed, n, account); err != nil {
		return fmt.Errorf("keep the account of the claim on %s: %w", n, err)
	}
	return nil
}

// MoveHome makes somebody a contact of another account, with the role of a customer there instead of at the old one.
func (d *DB) MoveHome(ctx context.Context, person, from, to int64, now time.Time) error {
	_, err := d.fast.Exec(ctx, `update people set account_id = $2, location_id = null, revision = revision + 1, updated_at = $3 where id = $1`,
		fixed, person, to, now)
	if err == nil {
		_, err = d.fast.Exec(ctx, `delete from grants where person_id = $1 and account_id = $2`, fixed, person, from)
	}
	if err == nil {
		_, err = d.fast.Exec(ctx, `insert into grants (person_id, role, account_id, reach) values ($1, $2, $3, $4) on conflict do nothing`,
			fixed, person, Customer, to, ThisAccount)
	}
	if err != nil {
		return fmt.Errorf("make person %d a contact of account %d: %w", person, to, err)
	}
	return nil
}

// AccountsOfDomain lists accounts of whose contacts' addresses most are of a domain, which is written in small letters; at
// most limit of them. It leaves some out.
func (d *DB) AccountsOfDomain(ctx context.Context, in AccountScope, domain string, except []int64, limit int) ([]AccountLine, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	// The domain of a great company has tens of thousands of contacts: some of them tell enough.
	sql := accountLine + `(select account_id from people where not staff and lower(substring(email from '[^@]*$')) = ` + q.arg(domain) + ` limit 1000) p
		join accounts a on a.id = p.account_id where a.id <> all(` + q.arg(except) + "::bigint[]) and " + q.accounts(in) +
		" group by a.id order by count(*) desc, a.name, a.id limit " + fmt.Sprint(limit)
	return d.accountLines(ctx, sql, append([]any{planned}, q.args...))
}

// AccountByID reads an account, whoever asks: the caller judges.
func (d *DB) AccountByID(ctx context.Context, id int64) (Account, error) {
	var a Account
	err := d.fast.QueryRow(ctx, `
		select id, coalesce(parent_id, 0), name, client_number, tier, time_zone, contacts_see, path, revision from accounts where id = $1`, fixed, id).
		Scan(&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier, &a.TimeZone, &a.ContactsSee, &a.Path, &a.Revision)
	if err != nil {
		return Account{}, fmt.Errorf("read account %d: %w", id, notFound(err))
	}
	return a, nil
}

// FreeNumber is the first of the client numbers that no account has; empty where all are taken.
func (d *DB) FreeNumber(ctx context.Context, numbers []string) (string, error) {
	var free string
	err := d.fast.QueryRow(ctx, `
		select n from unnest($1::text[]) with ordinality u (n, place)
		 where not exists (select from accounts where client_number = n) order by place limit 1`, numbers).Scan(&free)
	if err != nil {
		return "", fmt.Errorf("find a free client number: %w", notFound(err))
	}
	return free, nil
}
