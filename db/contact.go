package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ContactRecord is a contact as who manages contacts finds them: disabled ones too.
type ContactRecord struct {
	SignedIn        // without a session
	Location string // the name of where they work; empty where it isn't known
}

const contactRecordSQL = `
select p.id, p.account_id, coalesce(p.location_id, 0), p.first_name, p.last_name, p.email, p.phone, p.title, p.about, p.picture,
       p.language, p.time_zone, p.unmailed, p.monitoring, coalesce(p.password_hash, ''), p.locked_until, p.disabled_at,
       p.created_at, p.updated_at, p.revision, coalesce((select l.name from locations l where l.id = p.location_id), ''),
       a.id, coalesce(a.parent_id, 0), a.name, a.client_number, a.tier, a.time_zone, a.contacts_see, a.path,
       coalesce((select json_agg(json_build_object('ID', g.id, 'PersonID', g.person_id, 'Role', g.role, 'AccountID', coalesce(g.account_id, 0),
                                                   'Reach', coalesce(g.reach, ''), 'QueueID', coalesce(g.queue_id, 0), 'Path', ga.path) order by g.id)
                   from grants g left join accounts ga on ga.id = g.account_id where g.person_id = p.id), '[]')
  from people p join accounts a on a.id = p.account_id
 where p.id = $1 and not p.staff and p.email <> '` + NobodyEmail + `'`

// ContactRecord reads a contact, whoever asks: the caller judges. ErrNotFound where there is none, or it is one of the staff.
func (d *DB) ContactRecord(ctx context.Context, id int64) (ContactRecord, error) {
	var r ContactRecord
	p, a := &r.Person, &r.Home
	var locked, disabled sql.NullTime
	err := d.fast.QueryRow(ctx, contactRecordSQL, fixed, id).Scan(
		&p.ID, &p.AccountID, &p.LocationID, &p.FirstName, &p.LastName, &p.Email, &p.Phone, &p.Title, &p.About, &p.Picture,
		&p.Language, &p.TimeZone, &p.Unmailed, &p.Monitoring, &p.PasswordHash, &locked, &disabled,
		&p.CreatedAt, &p.UpdatedAt, &p.Revision, &r.Location,
		&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier, &a.TimeZone, &a.ContactsSee, &a.Path, &r.Grants)
	if err != nil {
		return ContactRecord{}, fmt.Errorf("read contact %d: %w", id, notFound(err))
	}
	p.LockedUntil, p.DisabledAt = locked.Time, disabled.Time
	return r, nil
}

// AccountByClient finds an account of a scope by its client number; ErrNotFound if there is none within it.
func (d *DB) AccountByClient(ctx context.Context, in AccountScope, client string) (Account, error) {
	var a Account
	err := d.fast.QueryRow(ctx, `select id, coalesce(parent_id, 0), name, client_number, tier, time_zone, contacts_see, path from accounts where client_number = $1`,
		fixed, client).Scan(&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier, &a.TimeZone, &a.ContactsSee, &a.Path)
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", notFound(err))
	}
	if !in.Holds(a.Path) {
		return Account{}, ErrNotFound
	}
	return a, nil
}

// Sites lists the locations of an account by name, at most limit of them.
func (d *DB) Sites(ctx context.Context, account int64, limit int) ([]Location, error) {
	var list []Location
	err := d.bun.NewSelect().Model(&list).Where("account_id = ? and removed_at is null", account).Order("name", "id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list locations: %w", err)
	}
	return list, nil
}

// IsSite tells whether a location is one of an account's: ErrNotFound if it isn't.
func (d *DB) IsSite(ctx context.Context, account, location int64) error {
	var found int64
	err := d.fast.QueryRow(ctx, `select id from locations where id = $2 and account_id = $1 and removed_at is null`, fixed, account, location).Scan(&found)
	return notFound(err)
}

// AddContact inserts a contact, and writes the id that the database gives into it. The submission is that of the form.
func (d *DB) AddContact(ctx context.Context, p *Person, submission uuid.UUID) error {
	if _, err := d.bun.NewInsert().Model(p).Exec(ctx); err != nil {
		return fmt.Errorf("add a contact: %w", err)
	}
	if _, err := d.fast.Exec(ctx, `update people set submission = $2 where id = $1`, fixed, p.ID, submission); err != nil {
		return fmt.Errorf("add a contact: %w", err)
	}
	return nil
}

// ContactOfSubmission is the contact whom a form made; 0 if it made none yet.
func (d *DB) ContactOfSubmission(ctx context.Context, submission uuid.UUID) (id int64, err error) {
	err = d.fast.QueryRow(ctx, `select coalesce(max(id), 0) from people where submission = $1`, fixed, submission).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("find the contact of a form: %w", err)
	}
	return id, nil
}

// SetDisabled keeps since when somebody may not sign in; the zero time lets them.
func (d *DB) SetDisabled(ctx context.Context, person int64, since time.Time) error {
	if _, err := d.fast.Exec(ctx, `update people set disabled_at = $2 where id = $1`, fixed, person, moment(since)); err != nil {
		return fmt.Errorf("disable a login: %w", err)
	}
	return nil
}

// MoveCustomerGrant has a contact's role of customer follow them from one home account to another. Of the two they keep
// one where they were granted it at both.
func (d *DB) MoveCustomerGrant(ctx context.Context, person, from, to int64) error {
	_, err := d.fast.Exec(ctx, `
		with gone as (delete from grants where person_id = $1 and role = 'customer' and account_id = $2 and reach = 'account' returning person_id)
		insert into grants (person_id, role, account_id, reach) select person_id, 'customer', $3::bigint, 'account' from gone
		on conflict do nothing`, fixed, person, from, to)
	if err != nil {
		return fmt.Errorf("move a grant: %w", err)
	}
	return nil
}

// SiteNames gives the names of locations of an account, by their ids as text.
func (d *DB) SiteNames(ctx context.Context, account int64, ids []int64) (map[string]string, error) {
	names := map[string]string{}
	rows, err := d.fast.Query(ctx, `select id::text, name from locations where account_id = $1 and id = any ($2)`, fixed, account, ids)
	if err != nil {
		return nil, fmt.Errorf("name locations: %w", err)
	}
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("name locations: %w", err)
	}
	return names, nil
}

// Login is how the contact's login stands at a time.
func (r ContactRecord) Login(now time.Time) Login {
	switch p := r.Person; {
	case !p.DisabledAt.IsZero():
		return LoginDisabled
	case p.LockedUntil.After(now):
		return LoginLocked
	case p.PasswordHash == "":
		return LoginInvited
	}
	return LoginActive
}
