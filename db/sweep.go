package db

import (
	"context"
	"fmt"
)

// SweepSessions removes sessions that have expired: nobody can use them any more.
func (d *DB) SweepSessions(ctx context.Context) error {
	if _, err := d.fast.Exec(ctx, `delete from sessions where expires_at < now()`, fixed); err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	return nil
}
