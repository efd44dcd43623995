package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// StaffLine is one of the provider's people as their list shows them.
type StaffLine struct {
	ID            int64
	First, Last   string
	Email         string
	Picture       string
	Disabled      bool
	Invited       bool // has not chosen a password yet
	LockedUntil   time.Time
	Administrator bool
	Agent, Lead   []string // names of queues, in their order
}

// StaffList lists all of the provider's people by their names; who is disabled comes last.
func (d *DB) StaffList(ctx context.Context) ([]StaffLine, error) {
	rows, err := d.fast.Query(ctx, `
		select p.id, p.first_name, p.last_name, p.email, p.picture, p.disabled_at is not null, p.password_hash is null,
		       coalesce(p.locked_until, '0001-01-01Z'), coalesce(bool_or(g.role = 'platform-administrator'), false),
		       coalesce(array_agg(q.name order by q.position, q.id) filter (where g.role = 'agent'), '{}'),
		       coalesce(array_agg(q.name order by q.position, q.id) filter (where g.role = 'team-lead'), '{}')
		  from people p
		  left join grants g on g.person_id = p.id
		  left join queues q on q.id = g.queue_id
		 where p.staff group by p.id
		 order by p.disabled_at is not null, lower(p.last_name), lower(p.first_name), p.id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[StaffLine])
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return list, nil
}

// StaffName is one of the provider's people as rules name them.
type StaffName struct {
	Email string
	First string `bun:"first_name"`
	Last  string `bun:"last_name"`
}

// Name is their full name.
func (s StaffName) Name() string { return Person{FirstName: s.First, LastName: s.Last}.Name() }

// StaffNames lists the colleagues who may sign in, by their names.
func (d *DB) StaffNames(ctx context.Context) (list []StaffName, err error) {
	if err := d.staffNames(ctx, &list); err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	return list, nil
}

func (d *DB) staffNames(ctx context.Context, into *[]StaffName) error {
	return d.bun.NewSelect().Model((*Person)(nil)).Column("email", "first_name", "last_name").Where("staff and disabled_at is null").
		OrderExpr("lower(last_name), lower(first_name), id").Scan(ctx, into)
}

// StaffRecord reads one of the provider's people with their grants, disabled or not; ErrNotFound if there is none by that
// id. Within a transaction nobody else changes them before it ends.
func (d *DB) StaffRecord(ctx context.Context, id int64) (SignedIn, error) {
	var in SignedIn
	q := d.bun.NewSelect().Model(&in.Person).Where("id = ? and staff", id)
	if d.tx != nil {
		q = q.For("no key update")
	}
	if err := q.Scan(ctx); err != nil {
		return SignedIn{}, fmt.Errorf("read staff: %w", notFound(err))
	}
	if err := d.bun.NewSelect().Model(&in.Grants).Where("person_id = ?", id).Order("id").Scan(ctx); err != nil {
		return SignedIn{}, fmt.Errorf("read grants: %w", err)
	}
	return in, nil
}

// SaveStaff changes who one of the provider's people is, and counts that as another revision.
func (d *DB) SaveStaff(ctx context.Context, p Person) error {
	_, err := d.fast.Exec(ctx, `update people set first_name = $2, last_name = $3, email = $4, language = $5, updated_at = $6, revision = revision + 1
		where id = $1 and staff`, p.ID, p.FirstName, p.LastName, p.Email, p.Language, p.UpdatedAt)
	if err != nil {
		return fmt.Errorf("save staff: %w", err)
	}
	return nil
}

// SetStaffGrants replaces what one of the provider's people is granted.
func (d *DB) SetStaffGrants(ctx context.Context, person int64, grants []Grant) error {
	if _, err := d.fast.Exec(ctx, `delete from grants where person_id = $1`, person); err != nil {
		return fmt.Errorf("take grants: %w", err)
	}
	return Add(ctx, d, grants)
}

// DisableStaff takes the login of one of the provider's people, or with a zero time gives it back. All of their sessions
// end.
func (d *DB) DisableStaff(ctx context.Context, person int64, at, now time.Time) error {
	_, err := d.fast.Exec(ctx, `update people set disabled_at = $2, updated_at = $3, revision = revision + 1 where id = $1 and staff`,
		person, someTime(at), now)
	if err != nil {
		return fmt.Errorf("disable staff: %w", err)
	}
	return d.EndOtherSessions(ctx, person, 0)
}

func someTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// OtherPlatformAdministrator tells whether somebody else than a person is a platform administrator who may sign in.
func (d *DB) OtherPlatformAdministrator(ctx context.Context, person int64) (bool, error) {
	var other bool
	err := d.fast.QueryRow(ctx, `select exists (select from grants g join people p on p.id = g.person_id
		where g.role = 'platform-administrator' and p.disabled_at is null and p.id <> $1)`, person).Scan(&other)
	if err != nil {
		return false, fmt.Errorf("look for other platform administrators: %w", err)
	}
	return other, nil
}
