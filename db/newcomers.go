package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// NobodyEmail is the address of the one person whose requests are those that nobody has confirmed to be theirs yet. It is
// not an address that anybody can have: nobody can sign in with it, nor get mail there.
const NobodyEmail = "nobody@unconfirmed.invalid"

// RegistrationState is how far somebody has come who asked to sign up.
type RegistrationState string

// How far a registration may be.
const (
	Registered    RegistrationState = "new"     // nobody has looked yet whether the address is known
	NeedsLink     RegistrationState = "mailed"  // the link in their mail is all they need
	NeedsApproval RegistrationState = "waiting" // by an administrator of the account
	Approved      RegistrationState = "approved"
	Refused       RegistrationState = "refused"
	Joined        RegistrationState = "joined" // the link was used
)

// Registration is somebody who asked to sign up, before the portal knows them.
type Registration struct {
	ID         int64
	Name       string // as they typed it
	Email      string
	Language   string
	AccountID  int64  // whose registration code they had; 0: anybody may sign up
	CaseID     Number // the request of theirs that staff have filed under the account; 0: they asked to be let in themselves
	State      RegistrationState
	Submission uuid.UUID // the form's own token
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

const registrationColumns = `r.id, r.name, r.email, r.language, coalesce(r.account_id, 0), coalesce(r.case_id, 0), r.state, r.submission, r.created_at, r.expires_at`

func (r *Registration) fields() []any {
	return []any{&r.ID, &r.Name, &r.Email, &r.Language, &r.AccountID, &r.CaseID, &r.State, &r.Submission, &r.CreatedAt, &r.ExpiresAt}
}

// AddRegistration keeps a new registration. Where the same form was sent before it does nothing, and added is false.
func (d *DB) AddRegistration(ctx context.Context, r *Registration) (added bool, err error) {
	err = d.fast.QueryRow(ctx, `
		insert into registrations (name, email, language, account_id, case_id, state, submission, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (submission) do nothing returning id`,
		fixed, r.Name, r.Email, r.Language, some(r.AccountID), some(int64(r.CaseID)), r.State, r.Submission, r.CreatedAt, r.ExpiresAt).Scan(&r.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("keep a registration: %w", err)
	}
	return true, nil
}

// Registration reads a registration, whoever asks.
func (d *DB) Registration(ctx context.Context, id int64) (Registration, error) {
	return d.registration(ctx, id, "")
}

// LockRegistration is Registration for who is going to decide it: of two who do so at once the second sees what the first
// one made of it.
func (d *DB) LockRegistration(ctx context.Context, id int64) (Registration, error) {
	return d.registration(ctx, id, " for update")
}

func (d *DB) registration(ctx context.Context, id int64, lock string) (Registration, error) {
	var r Registration
	err := d.fast.QueryRow(ctx, "select "+registrationColumns+" from registrations r where r.id = $1"+lock, fixed, id).Scan(r.fields()...)
	if err != nil {
		return Registration{}, fmt.Errorf("read registration %d: %w", id, notFound(err))
	}
	return r, nil
}

// SetRegistration keeps how far a registration has come, and who decided that; nobody where by is 0.
func (d *DB) SetRegistration(ctx context.Context, id int64, to RegistrationState, by int64, now time.Time) error {
	_, err := d.fast.Exec(ctx, `update registrations set state = $2, decided_by = $3, decided_at = case when $3::bigint is null then decided_at else $4 end where id = $1`,
		fixed, id, to, some(by), now)
	if err != nil {
		return fmt.Errorf("keep what became of registration %d: %w", id, err)
	}
	return nil
}

// MootRegistrations ends what waits because of a case: it was filed elsewhere since.
func (d *DB) MootRegistrations(ctx context.Context, n Number) error {
	if _, err := d.fast.Exec(ctx, `update registrations set state = 'joined' where case_id = $1 and state in ('new', 'waiting')`, fixed, n); err != nil {
		return fmt.Errorf("end the registrations because of %s: %w", n, err)
	}
	return nil
}

// WaitsAlready tells whether somebody with that address waits at the account already, in another registration.
func (d *DB) WaitsAlready(ctx context.Context, r Registration, now time.Time) (bool, error) {
	var waits bool
	err := d.fast.QueryRow(ctx, `
		select exists (select from registrations where account_id = $1 and state = 'waiting' and lower(email) = lower($2) and id <> $3 and expires_at > $4)`,
		fixed, r.AccountID, r.Email, r.ID, now).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("look who waits: %w", err)
	}
	return waits, nil
}

// WaitingRegistration is a registration that waits for an administrator, with the account that it is for.
type WaitingRegistration struct {
	Registration
	Account      string
	ClientNumber string
}

// WaitingRegistrations lists who waits for approval at accounts of a scope, first come first: limit of them that came
// after one of them, or the first where after is 0. more tells whether there are still more.
func (d *DB) WaitingRegistrations(ctx context.Context, in AccountScope, after int64, limit int, now time.Time) (list []WaitingRegistration, more bool, err error) {
	if in.Empty() {
		return nil, false, nil
	}
	q := caseQuery{}
	sql := "select " + registrationColumns + `, a.name, a.client_number
		from registrations r join accounts a on a.id = r.account_id
		where r.state = 'waiting' and r.expires_at > ` + q.arg(now) + " and r.id > " + q.arg(after) + " and " + q.accounts(in) +
		" order by r.id limit " + fmt.Sprint(limit+1)
	rows, err := d.fast.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, false, fmt.Errorf("list registrations: %w", err)
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w WaitingRegistration, err error) {
		return w, row.Scan(append(w.fields(), &w.Account, &w.ClientNumber)...)
	})
	if err != nil {
		return nil, false, fmt.Errorf("list registrations: %w", err)
	}
	return list[:min(limit, len(list))], len(list) > limit, nil
}

// ExpireRegistrations removes the registrations that are over, with all that was typed, and notes in the audit log those
// that nobody had decided. It gives their number.
func (d *DB) ExpireRegistrations(ctx context.Context, now time.Time) (int, error) {
	var undecided int
	err := d.walled.QueryRow(ctx, `
		with gone as (delete from registrations where expires_at <= $1 returning id, account_id, state),
		noted as (insert into audit (at, action, subject, subject_id, account_id)
			select $1, $2, 'registration', id, account_id from gone where state = 'waiting' returning id)
		select count(*) from noted`, fixed, now, RegistrationExpired).Scan(&undecided)
	if err != nil {
		return 0, fmt.Errorf("remove registrations: %w", err)
	}
	return undecided, nil
}

// Code is an account's registration code.
type Code struct {
	Account      int64
	Name         string
	ClientNumber string
	Code         string
	Revision     int // of the account
}

// Codes lists the registration codes of accounts in a scope, by the accounts' names; at most limit. Words narrow it to
// accounts in whose name or client number all of them stand.
func (d *DB) Codes(ctx context.Context, in AccountScope, words string, limit int) ([]Code, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	sql := "select a.id, a.name, a.client_number, a.registration_code, a.revision from accounts a where a.registration_code is not null and " + q.accounts(in)
	if words != "" {
		sql += " and a.words @@ words_query(" + q.arg(words) + ")"
	}
	sql += " order by a.name, a.id limit " + fmt.Sprint(limit)
	rows, err := d.fast.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list registration codes: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Code])
	if err != nil {
		return nil, fmt.Errorf("list registration codes: %w", err)
	}
	return list, nil
}

// AccountByCode finds the account that a registration code is for.
func (d *DB) AccountByCode(ctx context.Context, code string) (id int64, err error) {
	if err := d.fast.QueryRow(ctx, `select id from accounts where registration_code = $1`, fixed, code).Scan(&id); err != nil {
		return 0, fmt.Errorf("find an account by its code: %w", notFound(err))
	}
	return id, nil
}

// RenewCode gives an account that has a registration code another one. ErrStale says that it has not the old one any more.
func (d *DB) RenewCode(ctx context.Context, account int64, old, code string, now time.Time) error {
	tag, err := d.fast.Exec(ctx, `update accounts set registration_code = $3, revision = revision + 1, updated_at = $4
		where id = $1 and registration_code = $2`, fixed, account, old, code, now)
	switch {
	case err != nil:
		return fmt.Errorf("renew a registration code: %w", err)
	case tag.RowsAffected() == 0:
		return ErrStale
	}
	return nil
}

// AdministratorsOf lists who was granted one of the roles at an account, or at one above it with all below: the nearest
// first, at most limit. Of each it gives what a letter to them needs.
func (d *DB) AdministratorsOf(ctx context.Context, account int64, roles []Role, limit int) ([]Person, error) {
	rows, err := d.fast.Query(ctx, `
		select p.id, p.first_name, p.last_name, p.email, p.language
		  from accounts a
		  join grants g on g.account_id = any(a.path) and (g.account_id = a.id or g.reach = 'below') and g.role = any($2)
		  join accounts at on at.id = g.account_id
		  join people p on p.id = g.person_id and p.disabled_at is null and not p.staff
		 where a.id = $1
		 group by p.id order by max(cardinality(at.path)) desc, p.id limit $3`, fixed, account, roles, limit)
	if err != nil {
		return nil, fmt.Errorf("find an account's administrators: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Person, err error) {
		return p, row.Scan(&p.ID, &p.FirstName, &p.LastName, &p.Email, &p.Language)
	})
	if err != nil {
		return nil, fmt.Errorf("find an account's administrators: %w", err)
	}
	return list, nil
}

// PlatformAdministrators lists those of the provider's people who let in whom nobody else does; at most limit.
func (d *DB) PlatformAdministrators(ctx context.Context, limit int) ([]Person, error) {
	var list []Person
	err := d.bun.NewSelect().Model(&list).Where("disabled_at is null and id in (select person_id from grants where role = ?)", PlatformAdministrator).
		Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the platform's administrators: %w", err)
	}
	return list, nil
}
