package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrAddressTaken says that somebody else has the e-mail address already.
var ErrAddressTaken = errors.New("the e-mail address is somebody else's")

// HoldLogin reads a person, for the transaction to change their login: others wait. ErrNotFound if there is nobody.
func (d *DB) HoldLogin(ctx context.Context, id int64) (Person, error) {
	var p Person
	err := d.bun.NewSelect().Model(&p).Where("id = ?", id).For("update").Scan(ctx)
	return p, notFound(err)
}

// SetPassword keeps the hash of a new password. It lifts a lock-out: who may choose it is who they say they are.
func (d *DB) SetPassword(ctx context.Context, person int64, hash string) error {
	_, err := d.fast.Exec(ctx, `update people set password_hash = $2, locked_until = null where id = $1`, fixed, person, hash)
	if err != nil {
		return fmt.Errorf("set a password: %w", err)
	}
	return nil
}

// SetEmail keeps a person's new e-mail address; ErrAddressTaken if somebody else has it.
func (d *DB) SetEmail(ctx context.Context, person int64, email string, now time.Time) error {
	_, err := d.fast.Exec(ctx, `update people set email = $2, updated_at = $3, revision = revision + 1 where id = $1`, fixed, person, email, now)
	if Violates(err, "people_email") {
		return ErrAddressTaken
	}
	if err != nil {
		return fmt.Errorf("set an e-mail address: %w", err)
	}
	return nil
}

// LockOut keeps a person from signing in until then; the zero time lets them again. For nobody it does nothing, in the
// same time.
func (d *DB) LockOut(ctx context.Context, person int64, until time.Time) error {
	if _, err := d.fast.Exec(ctx, `update people set locked_until = $2 where id = $1`, fixed, person, moment(until)); err != nil {
		return fmt.Errorf("lock out: %w", err)
	}
	return nil
}
