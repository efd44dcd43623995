package db

import (
	"context"
	"fmt"
	"time"
)

// LockPerson finds somebody by id and has others who would change them wait for this transaction; ErrNotFound if there is
// nobody.
func (d *DB) LockPerson(ctx context.Context, id int64) (Person, error) {
	var p Person
	err := d.bun.NewSelect().Model(&p).Where("id = ?", id).For("no key update").Scan(ctx)
	return p, notFound(err)
}

// SavePerson keeps some columns of somebody, counts it, and notes the time. It is ErrStale, and nothing is kept, if they
// were saved since p was read.
func (d *DB) SavePerson(ctx context.Context, p *Person, now time.Time, columns ...string) error {
	read := p.Revision
	p.Revision, p.UpdatedAt = read+1, now
	if p.Muted == nil {
		p.Muted = []string{}
	}
	result, err := d.bun.NewUpdate().Model(p).Column(append(columns, "revision", "updated_at")...).
		WherePK().Where("revision = ?", read).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save person: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("save person: %w", ErrStale)
	}
	return nil
}

// Named is the person as others see them.
func (p Person) Named() Named {
	return Named{ID: p.ID, First: p.FirstName, Last: p.LastName, Staff: p.Staff, Picture: p.Picture}
}

// A picture is known before its bytes are stored, and until after they are deleted, as files are: see BeginFile.

// Picture is what somebody has their picture kept as.
type Picture struct {
	Key      string // where files are kept
	PersonID int64
}

// BeginPicture notes that a picture of somebody is about to be stored.
func (d *DB) BeginPicture(ctx context.Context, p Picture, now time.Time) error {
	if _, err := d.fast.Exec(ctx, `insert into pictures (key, person_id, created_at) values ($1, $2, $3)`, fixed, p.Key, p.PersonID, now); err != nil {
		return fmt.Errorf("begin picture: %w", err)
	}
	return nil
}

// ShowPicture makes a picture that was stored the one that somebody has, or has them have none where the key is empty. It
// gives the key of the one before.
func (d *DB) ShowPicture(ctx context.Context, p Picture, now time.Time) (before string, err error) {
	err = d.fast.QueryRow(ctx, `
		update people p set picture = $2, updated_at = $3 from people was where p.id = $1 and was.id = p.id returning was.picture`,
		fixed, p.PersonID, p.Key, now).Scan(&before)
	if err != nil {
		return "", fmt.Errorf("show picture: %w", notFound(err))
	}
	return before, nil
}

// PictureOf is where somebody's picture is kept; empty for none, and where there is nobody.
func (d *DB) PictureOf(ctx context.Context, person int64) (key string, err error) {
	err = d.fast.QueryRow(ctx, `select coalesce(max(picture), '') from people where id = $1`, fixed, person).Scan(&key)
	if err != nil {
		return "", fmt.Errorf("find picture: %w", err)
	}
	return key, nil
}

// ForgetPicture forgets a picture whose bytes are gone.
func (d *DB) ForgetPicture(ctx context.Context, key string) error {
	if _, err := d.fast.Exec(ctx, `delete from pictures where key = $1`, fixed, key); err != nil {
		return fmt.Errorf("forget picture: %w", err)
	}
	return nil
}

// LeftPictures lists pictures from before a time that nobody has, at most limit of them.
func (d *DB) LeftPictures(ctx context.Context, before time.Time, limit int) ([]string, error) {
	var keys []string
	err := d.fast.QueryRow(ctx, `
		select coalesce(array_agg(key), '{}')
		  from (select x.key from pictures x
		         where x.created_at < $1 and not exists (select 1 from people p where p.id = x.person_id and p.picture = x.key)
		         limit $2) left_over`, fixed, before, limit).Scan(&keys)
	if err != nil {
		return nil, fmt.Errorf("find left pictures: %w", err)
	}
	return keys, nil
}
