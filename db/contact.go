package db

import (
	"context"
	"database/sql"
	"fmt"
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
 where p.id = $1 and not p.staff`

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
