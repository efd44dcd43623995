package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// walledMark ends the name of connections that know of the second wall.
const walledMark = " (walled)"

// behindWall are the tables that the second wall stands before.
var behindWall = []string{"cases", "case_copies", "case_outsiders", "case_links", "case_follows", "events", "files", "mails", "audit",
	"reply_drafts", "form_drafts",
}

// raiseWall has the policies of the second wall be in force from now on. It leaves that to the next one who starts while
// copies of an older version are connected, as they would see nothing any more, and where it can't be done at once: the
// tables have to be nobody's for a moment.
func (d *DB) raiseWall(ctx context.Context, role string) error {
	up, older := false, 0
	err := d.pool.QueryRow(ctx, `
		select (select bool_and(relrowsecurity) from pg_class where oid = any ($1::text[]::regclass[])),
		       (select count(*) from pg_stat_activity
		         where datname = current_database() and usename = $2 and application_name not like '%' || $3)`,
		behindWall, role, walledMark).Scan(&up, &older)
	if err != nil {
		return fmt.Errorf("look at the second wall: %w", err)
	}
	if up || older > 0 {
		return nil
	}
	err = d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		statements := "set local lock_timeout = '2s'"
		for _, table := range behindWall {
			statements += "; alter table " + table + " enable row level security"
		}
		_, err := tx.fast.Exec(ctx, statements)
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "55P03" || pg.Code == "40P01") { // somebody is reading, or waits for us
		return nil
	}
	if err != nil {
		return fmt.Errorf("raise the second wall: %w", err)
	}
	return nil
}

// WallStands tells whether the second wall holds this connection's role. It does not hold the role that owns the tables, a
// superuser, or anybody as long as copies of an older version were connected whenever one of this version started.
func (d *DB) WallStands(ctx context.Context) (bool, error) {
	var stands bool
	err := d.pool.QueryRow(ctx, `select bool_and(row_security_active(t)) from unnest($1::text[]) t`, pgx.QueryExecModeExec, behindWall).Scan(&stands)
	if err != nil {
		return false, fmt.Errorf("look at the second wall: %w", err)
	}
	return stands, nil
}

// Unwalled is an address whose connections see everything that no wall hides from them, as the portal itself does at work
// named so: for tests, and for whoever measures.
func Unwalled(address, name string) string {
	sign := "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	wall := wallOf(AsSystem(context.Background(), name))
	return address + sign + "portico.wall=" + strings.ReplaceAll(url.QueryEscape(wall), "+", "%20")
}
