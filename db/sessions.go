package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// SessionLife is how long a session lasts without being used, and LongestSession how long it lasts at most.
const (
	SessionLife    = 14 * 24 * time.Hour
	LongestSession = 90 * 24 * time.Hour
)

// SignedIn is a session with all that is to be known of its person to judge what they may do.
type SignedIn struct {
	Session Session
	Person  Person
	Home    Account // zero for staff
	Grants  []Grant // with their paths
}

// PersonByEmail finds somebody by e-mail address, without regard to case; ErrNotFound if there is nobody.
func (d *DB) PersonByEmail(ctx context.Context, email string) (Person, error) {
	var p Person
	err := d.bun.NewSelect().Model(&p).Where("lower(email) = lower(?)", email).Scan(ctx)
	return p, notFound(err)
}

// Person finds somebody by id; ErrNotFound if there is nobody.
func (d *DB) Person(ctx context.Context, id int64) (Person, error) {
	var p Person
	err := d.bun.NewSelect().Model(&p).Where("id = ?", id).Scan(ctx)
	return p, notFound(err)
}

// PersonCalled finds somebody by e-mail address, or by id with a # before it; ErrNotFound if there is nobody.
func (d *DB) PersonCalled(ctx context.Context, name string) (Person, error) {
	number, isID := strings.CutPrefix(name, "#")
	if !isID {
		return d.PersonByEmail(ctx, name)
	}
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return Person{}, ErrNotFound
	}
	return d.Person(ctx, id)
}

// BeginSession keeps a new session.
func (d *DB) BeginSession(ctx context.Context, s *Session) error {
	if _, err := d.bun.NewInsert().Model(s).Exec(ctx); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

// whoever reads sessions with their people in one go.
const whoever = `
select s.id, s.token_hash, s.created_at, s.seen_at, s.expires_at,
       p.id, p.staff, p.first_name, p.last_name, p.email, p.phone, p.language, p.time_zone, p.theme, p.contrast,
       p.text_size, p.still, p.underlined, p.picture, p.case_columns,
       coalesce(a.id, 0), coalesce(a.parent_id, 0), coalesce(a.name, ''), coalesce(a.client_number, ''), coalesce(a.tier, ''),
       coalesce(a.time_zone, ''), coalesce(a.contacts_see, ''), coalesce(a.path, '{}'),
       coalesce((select json_agg(json_build_object('ID', g.id, 'PersonID', g.person_id, 'Role', g.role, 'AccountID', coalesce(g.account_id, 0),
                                                   'Reach', coalesce(g.reach, ''), 'QueueID', coalesce(g.queue_id, 0), 'Path', ga.path) order by g.id)
                   from grants g left join accounts ga on ga.id = g.account_id where g.person_id = p.id), '[]')
  from sessions s
  join people p on p.id = s.person_id and p.disabled_at is null
  left join accounts a on a.id = p.account_id`

// who is asked with every request, and whoAll for many that stay open.
const (
	who    = whoever + ` where s.token_hash = $1 and s.expires_at > $2 and s.created_at > $3`
	whoAll = whoever + ` where s.token_hash = any($1) and s.expires_at > $2 and s.created_at > $3`
)

// Session finds who a session's token stands for; ErrNotFound if it is unknown or over, or its person is disabled.
func (d *DB) Session(ctx context.Context, tokenHash []byte, now time.Time) (SignedIn, error) {
	in, err := readSignedIn(d.fast.QueryRow(ctx, who, fixed, tokenHash, now, now.Add(-LongestSession)))
	return in, notFound(err)
}

// SignedInBy finds who sessions stand for, by the hashes of their tokens: those that Session would find.
func (d *DB) SignedInBy(ctx context.Context, tokenHashes [][]byte, now time.Time) (map[string]SignedIn, error) {
	rows, err := d.fast.Query(ctx, whoAll, fixed, tokenHashes, now, now.Add(-LongestSession))
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	defer rows.Close()
	all := map[string]SignedIn{}
	for rows.Next() {
		in, err := readSignedIn(rows)
		if err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		all[string(in.Session.TokenHash)] = in
	}
	return all, rows.Err()
}

func readSignedIn(row pgx.Row) (SignedIn, error) {
	var in SignedIn
	var grants []byte
	s, p, a := &in.Session, &in.Person, &in.Home
	err := row.Scan(&s.ID, &s.TokenHash, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt,
		&p.ID, &p.Staff, &p.FirstName, &p.LastName, &p.Email, &p.Phone, &p.Language, &p.TimeZone, &p.Theme, &p.Contrast,
		&p.TextSize, &p.Still, &p.Underlined, &p.Picture, &p.CaseColumns,
		&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Tier, &a.TimeZone, &a.ContactsSee, &a.Path, &grants)
	if err != nil {
		return SignedIn{}, err
	}
	if err := json.Unmarshal(grants, &in.Grants); err != nil {
		return SignedIn{}, fmt.Errorf("read grants: %w", err)
	}
	s.PersonID, p.AccountID = p.ID, a.ID
	return in, nil
}

// TouchSession notes that a session is in use and puts off its end. One that began later than now, before the clock was
// put back, begins now: it shall not last longer for that.
func (d *DB) TouchSession(ctx context.Context, id int64, now time.Time) error {
	_, err := d.fast.Exec(ctx, `update sessions set seen_at = $2, expires_at = $3, created_at = least(created_at, $2) where id = $1`, fixed, id, now, now.Add(SessionLife))
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// Sessions lists where a person is signed in, last used first.
func (d *DB) Sessions(ctx context.Context, person int64, now time.Time) ([]Session, error) {
	var list []Session
	err := d.bun.NewSelect().Model(&list).Where("person_id = ? and expires_at > ?", person, now).
		OrderExpr("seen_at desc, id desc").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// EndSession ends one session of a person; ErrNotFound if they have none by that id.
func (d *DB) EndSession(ctx context.Context, person, id int64) error {
	return d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		tag, err := tx.fast.Exec(ctx, `delete from sessions where id = $1 and person_id = $2`, id, person)
		if err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		return tx.Notify(ctx, PersonChanged(person))
	})
}

// EndOtherSessions ends all sessions of a person but one; 0 keeps none.
func (d *DB) EndOtherSessions(ctx context.Context, person, keep int64) error {
	return d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		if _, err := tx.fast.Exec(ctx, `delete from sessions where person_id = $1 and id <> $2`, person, keep); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return tx.Notify(ctx, PersonChanged(person))
	})
}

// SignInsOf lists people with their grants by the addresses given, in that order: whom a demo invites to sign in as.
func (d *DB) SignInsOf(ctx context.Context, emails []string) ([]SignedIn, error) {
	rows, err := d.fast.Query(ctx, `
		select p.id, p.staff, p.first_name, p.last_name, p.email, array_agg(distinct g.role)
		  from unnest($1::text[]) with ordinality e(email, n)
		  join people p on lower(p.email) = e.email
		  join grants g on g.person_id = p.id
		 group by p.id, e.n order by e.n`, emails)
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	defer rows.Close()
	var list []SignedIn
	for rows.Next() {
		var in SignedIn
		var roles []string
		if err := rows.Scan(&in.Person.ID, &in.Person.Staff, &in.Person.FirstName, &in.Person.LastName, &in.Person.Email, &roles); err != nil {
			return nil, fmt.Errorf("list sign-ins: %w", err)
		}
		for _, r := range roles {
			in.Grants = append(in.Grants, Grant{Role: Role(r)})
		}
		list = append(list, in)
	}
	return list, rows.Err()
}
