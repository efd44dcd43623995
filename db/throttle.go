package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Throttle counts one more try of key, and tells whether it is within the limit of a window of time, which begins with
// the first try. If it isn't, after tells when the next window opens. Call it outside of the transaction of what is tried:
// a rollback would forget the try.
func (d *DB) Throttle(ctx context.Context, key string, limit int, window time.Duration) (ok bool, after time.Duration, err error) {
	count, left, err := d.Try(ctx, key, window)
	if err != nil || count <= limit {
		return err == nil, 0, err
	}
	return false, left, nil
}

// Try counts one more try of key, and gives how many there were in its window of time, and how long that still lasts. All
// running copies count together, by the database's clock: a window that would last more than twice as long as one can was
// begun before that was put back, and is over.
func (d *DB) Try(ctx context.Context, key string, window time.Duration) (count int, left time.Duration, err error) {
	var seconds float64
	err = d.fast.QueryRow(ctx, `
		insert into throttles as t (key, count, until_at) values ($1, 1, now() + make_interval(secs => $2))
		on conflict (key) do update set
			count    = case when t.until_at > now() and t.until_at <= excluded.until_at + make_interval(secs => $2) then least(t.count, 1000000) + 1 else 1 end,
			until_at = case when t.until_at > now() and t.until_at <= excluded.until_at + make_interval(secs => $2) then t.until_at else excluded.until_at end
		returning count, extract(epoch from until_at - now())::float8`,
		fixed, throttleKey(key), window.Seconds()).Scan(&count, &seconds)
	if err != nil {
		return 0, 0, fmt.Errorf("throttle: %w", err)
	}
	return count, time.Duration(seconds * float64(time.Second)), nil
}

// Unthrottle forgets the tries of key: they led somewhere.
func (d *DB) Unthrottle(ctx context.Context, key string) error {
	if _, err := d.fast.Exec(ctx, `delete from throttles where key = $1`, fixed, throttleKey(key)); err != nil {
		return fmt.Errorf("unthrottle: %w", err)
	}
	return nil
}

// Untry takes one try of key back: it was none of those that are counted.
func (d *DB) Untry(ctx context.Context, key string) error {
	if _, err := d.fast.Exec(ctx, `update throttles set count = count - 1 where key = $1 and count > 0`, fixed, throttleKey(key)); err != nil {
		return fmt.Errorf("take back a try: %w", err)
	}
	return nil
}

// SweepThrottles removes what windows that have ended left behind.
func (d *DB) SweepThrottles(ctx context.Context) error {
	if _, err := d.fast.Exec(ctx, `delete from throttles where until_at < now()`, fixed); err != nil {
		return fmt.Errorf("sweep throttles: %w", err)
	}
	return nil
}

// throttleKey keeps what people type, of whatever length, out of the table: some type their password as their address.
func throttleKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
