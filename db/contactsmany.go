package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Many contacts at once: each of these is one statement, or a few, however many there are.

// HoldContacts holds the contacts who have these addresses (in small letters) until the transaction ends, each as
// LockPerson does, in the order of their ids.
func (d *DB) HoldContacts(ctx context.Context, emails []string) error {
	_, err := d.many(ctx, "hold contacts", `
		select id from people where lower(email) = any ($1) and not staff order by id for no key update`, fixed, emails)
	return err
}

const contactsByEmailSQL = `
select p.id, p.staff or p.email = '` + NobodyEmail + `', coalesce(p.account_id, 0), coalesce(p.location_id, 0), p.first_name, p.last_name, p.email, p.phone,
       p.language, p.time_zone, p.unmailed, p.monitoring, coalesce(p.password_hash, ''), p.disabled_at, p.revision, coalesce(l.name, ''),
       coalesce(a.id, 0), coalesce(a.parent_id, 0), coalesce(a.name, ''), coalesce(a.client_number, ''), coalesce(a.path, '{}'),
       coalesce((select json_agg(json_build_object('ID', g.id, 'PersonID', g.person_id, 'Role', g.role, 'AccountID', coalesce(g.account_id, 0),
                                                   'Reach', coalesce(g.reach, ''), 'QueueID', coalesce(g.queue_id, 0), 'Path', ga.path) order by g.id)
                   from grants g left join accounts ga on ga.id = g.account_id where g.person_id = p.id), '[]')
  from people p left join accounts a on a.id = p.account_id left join locations l on l.id = p.location_id
 where lower(p.email) = any ($1)`

// PeopleByEmail finds everybody who has one of these addresses (in small letters), by it, whoever asks: the caller judges.
// Who is no contact is there as one of the staff, and no more is told of them.
func (d *DB) PeopleByEmail(ctx context.Context, emails []string) (map[string]ContactRecord, error) {
	rows, err := d.fast.Query(ctx, contactsByEmailSQL, planned, emails)
	if err != nil {
		return nil, fmt.Errorf("find contacts: %w", err)
	}
	defer rows.Close()
	all := make(map[string]ContactRecord, len(emails))
	for rows.Next() {
		var r ContactRecord
		p, a := &r.Person, &r.Home
		var disabled sql.NullTime
		if err := rows.Scan(&p.ID, &p.Staff, &p.AccountID, &p.LocationID, &p.FirstName, &p.LastName, &p.Email, &p.Phone,
			&p.Language, &p.TimeZone, &p.Unmailed, &p.Monitoring, &p.PasswordHash, &disabled, &p.Revision, &r.Location,
			&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Path, &r.Grants); err != nil {
			return nil, fmt.Errorf("find contacts: %w", err)
		}
		p.DisabledAt = disabled.Time
		all[strings.ToLower(p.Email)] = r
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find contacts: %w", err)
	}
	return all, nil
}

// AccountsByClient finds accounts by their client numbers, whoever asks: the caller judges.
func (d *DB) AccountsByClient(ctx context.Context, clients []string) (map[string]Account, error) {
	rows, err := d.fast.Query(ctx, `select id, coalesce(parent_id, 0), name, client_number, path from accounts where client_number = any ($1)`, fixed, clients)
	if err != nil {
		return nil, fmt.Errorf("find accounts: %w", err)
	}
	all := map[string]Account{}
	var a Account
	_, err = pgx.ForEachRow(rows, []any{&a.ID, &a.ParentID, &a.Name, &a.ClientNumber, &a.Path}, func() error {
		all[a.ClientNumber] = a
		a = Account{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find accounts: %w", err)
	}
	return all, nil
}

// Site is a location of an account, by its name.
type Site struct {
	AccountID int64
	Name      string
}

// SitesNamed finds locations that accounts have, by their names.
func (d *DB) SitesNamed(ctx context.Context, wanted []Site) (map[Site]int64, error) {
	accounts, names := make([]int64, len(wanted)), make([]string, len(wanted))
	for i, w := range wanted {
		accounts[i], names[i] = w.AccountID, w.Name
	}
	rows, err := d.fast.Query(ctx, `
		select l.account_id, l.name, l.id from locations l
		 where (l.account_id, l.name) in (select * from unnest($1::bigint[], $2::text[])) and l.removed_at is null`, planned, accounts, names)
	if err != nil {
		return nil, fmt.Errorf("find locations: %w", err)
	}
	all := map[Site]int64{}
	var s Site
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&s.AccountID, &s.Name, &id}, func() error {
		all[s] = id
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find locations: %w", err)
	}
	return all, nil
}

// peopleColumns are what contacts of a file are written by, column by column.
type peopleColumns struct {
	ids, accounts, locations                      []int64
	first, last, email, phone, language, timeZone []string
	unmailed, monitoring                          []bool
	disabled                                      []*time.Time
}

func columnsOf(people []*Person) (c peopleColumns) {
	for _, p := range people {
		c.ids, c.accounts, c.locations = append(c.ids, p.ID), append(c.accounts, p.AccountID), append(c.locations, p.LocationID)
		c.first, c.last, c.email, c.phone = append(c.first, p.FirstName), append(c.last, p.LastName), append(c.email, p.Email), append(c.phone, p.Phone)
		c.language, c.timeZone = append(c.language, p.Language), append(c.timeZone, p.TimeZone)
		c.unmailed, c.monitoring = append(c.unmailed, p.Unmailed), append(c.monitoring, p.Monitoring)
		var disabled *time.Time
		if !p.DisabledAt.IsZero() {
			disabled = &p.DisabledAt
		}
		c.disabled = append(c.disabled, disabled)
	}
	return c
}

// AddContacts inserts contacts, and writes the ids that the database gives into them.
func (d *DB) AddContacts(ctx context.Context, people []*Person, now time.Time) error {
	c := columnsOf(people)
	rows, err := d.fast.Query(ctx, `
		insert into people (account_id, location_id, first_name, last_name, email, phone, language, time_zone, unmailed, monitoring, disabled_at, created_at, updated_at)
		select account_id, nullif(location_id, 0), first_name, last_name, email, phone, language, time_zone, unmailed, monitoring, disabled_at, $12, $12
		  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::boolean[], $11::timestamptz[])
		       u (account_id, location_id, first_name, last_name, email, phone, language, time_zone, unmailed, monitoring, disabled_at)
		returning id, lower(email)`, fixed, c.accounts, c.locations, c.first, c.last, c.email, c.phone, c.language, c.timeZone, c.unmailed, c.monitoring, c.disabled, now)
	if err != nil {
		return fmt.Errorf("add contacts: %w", err)
	}
	ids := make(map[string]int64, len(people))
	var id int64
	var email string
	if _, err := pgx.ForEachRow(rows, []any{&id, &email}, func() error {
		ids[email] = id
		return nil
	}); err != nil {
		return fmt.Errorf("add contacts: %w", err)
	}
	for _, p := range people {
		p.ID = ids[strings.ToLower(p.Email)]
	}
	return nil
}

// SaveContacts keeps what is kept of contacts, who are held, counts it, and notes the time.
func (d *DB) SaveContacts(ctx context.Context, people []*Person, now time.Time) error {
	c := columnsOf(people)
	_, err := d.fast.Exec(ctx, `
		update people p set account_id = u.account_id, location_id = nullif(u.location_id, 0), first_name = u.first_name, last_name = u.last_name, email = u.email,
		       phone = u.phone, language = u.language, time_zone = u.time_zone, unmailed = u.unmailed, monitoring = u.monitoring, disabled_at = u.disabled_at,
		       revision = p.revision + 1, updated_at = $13
		  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[], $11::boolean[], $12::timestamptz[])
		       u (id, account_id, location_id, first_name, last_name, email, phone, language, time_zone, unmailed, monitoring, disabled_at)
		 where p.id = u.id`, fixed, c.ids, c.accounts, c.locations, c.first, c.last, c.email, c.phone, c.language, c.timeZone, c.unmailed, c.monitoring, c.disabled, now)
	if err != nil {
		return fmt.Errorf("save contacts: %w", err)
	}
	return nil
}

// SwapGrants takes grants of contacts by their ids, and gives others.
func (d *DB) SwapGrants(ctx context.Context, take []int64, give []Grant) error {
	if len(take) > 0 {
		if _, err := d.fast.Exec(ctx, `delete from grants where id = any ($1)`, fixed, take); err != nil {
			return fmt.Errorf("take grants: %w", err)
		}
	}
	if len(give) == 0 {
		return nil
	}
	people, roles, accounts, reaches := make([]int64, len(give)), make([]string, len(give)), make([]int64, len(give)), make([]string, len(give))
	for i, g := range give {
		people[i], roles[i], accounts[i], reaches[i] = g.PersonID, string(g.Role), g.AccountID, string(g.Reach)
	}
	_, err := d.fast.Exec(ctx, `
		insert into grants (person_id, role, account_id, reach) select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])`,
		fixed, people, roles, accounts, reaches)
	if err != nil {
		return fmt.Errorf("give grants: %w", err)
	}
	return nil
}

// EndLoginsOf signs people out everywhere, and takes back the links in mails that they were sent.
func (d *DB) EndLoginsOf(ctx context.Context, people []int64, now time.Time) error {
	_, err := d.fast.Exec(ctx, `delete from sessions where person_id = any ($1)`, fixed, people)
	if err == nil {
		_, err = d.walled.Exec(asPostman(ctx), endedLettersSQL, fixed, people, endedLetters)
	}
	if err == nil {
		_, err = d.fast.Exec(ctx, `update links set used_at = $2 where person_id = any ($1) and used_at is null`, fixed, people, now)
	}
	if err != nil {
		return fmt.Errorf("end logins: %w", err)
	}
	return nil
}

// AuditAll adds lines to the audit log, in their order.
func (d *DB) AuditAll(ctx context.Context, entries []AuditEntry) error {
	n := len(entries)
	at, actors, actions, subjects := make([]time.Time, n), make([]int64, n), make([]string, n), make([]string, n)
	ids, accounts, details := make([]int64, n), make([]int64, n), make([]string, n)
	for i, e := range entries {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		if e.Detail == nil {
			detail = []byte("{}")
		}
		at[i], actors[i], actions[i], subjects[i], ids[i], accounts[i], details[i] = e.At, e.ActorID, string(e.Action), e.Subject, e.SubjectID, e.AccountID, string(detail)
	}
	_, err := d.fast.Exec(ctx, `
		insert into audit (at, actor_id, action, subject, subject_id, account_id, detail, request)
		select at, nullif(actor_id, 0), action, subject, nullif(subject_id, 0), nullif(account_id, 0), detail::jsonb, $8
		  from unnest($1::timestamptz[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) with ordinality
		       u (at, actor_id, action, subject, subject_id, account_id, detail, n) order by n`,
		fixed, at, actors, actions, subjects, ids, accounts, details, RequestOf(ctx))
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// SendInvitations promises letters to people whom somebody lets in, and the jobs of sending them.
func (d *DB) SendInvitations(ctx context.Context, by int64, people []*Person, now time.Time) error {
	ids, to := make([]int64, len(people)), make([]string, len(people))
	for i, p := range people {
		ids[i], to[i] = p.ID, p.Email
	}
	letters, err := d.many(asPostman(ctx), "promise letters", `
		insert into mails (person_id, kind, "to", created_at, by_id) select person_id, $3, "to", $4, $5
		  from unnest($1::bigint[], $2::text[]) u (person_id, "to") returning id`, fixed, ids, to, string(LetterInvitation), now, by)
	if err != nil {
		return err
	}
	jobs := make([]river.InsertManyParams, len(letters))
	for i, id := range letters {
		jobs[i] = river.InsertManyParams{Args: SendLetter{MailID: id}}
	}
	if _, err := d.jobs.river.InsertManyFastTx(ctx, d.tx, jobs); err != nil {
		return fmt.Errorf("enqueue letters: %w", err)
	}
	return nil
}
