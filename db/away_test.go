package db_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"testing"

	"portico/db"
	"portico/db/dbtest"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestAway(t *testing.T) {
	for name, err := range map[string]error{
		"a connection that is found broken by database/sql": driver.ErrBadConn,
		"one that is cut off":                               io.ErrUnexpectedEOF,
		"a transaction that ended with its connection":      sql.ErrTxDone,
		"no answer in time":                                 context.DeadlineExceeded,
		"a statement that took too long":                    &pgconn.PgError{Code: "57014"},
		"a database that starts":                            &pgconn.PgError{Code: "57P03"},
		"two transactions that wait for one another":        &pgconn.PgError{Code: "40P01"},
		"one that has crashed":                              &pgconn.PgError{Code: "57P02"},
	} {
		if !db.Away(fmt.Errorf("wrapped: %w", err)) {
			t.Errorf("%s is not told as the database being away", name)
		}
	}
	for name, err := range map[string]error{
		"nothing":              nil,
		"a row that is twice":  &pgconn.PgError{Code: "23505"},
		"what is not there":    db.ErrNotFound,
		"anything else at all": errors.New("else"),
	} {
		if db.Away(err) {
			t.Errorf("%s is told as the database being away", name)
		}
	}
}

// TestConnectionKilledInATransaction kills the connection that a transaction works on, before each of its faces is used.
func TestConnectionKilledInATransaction(t *testing.T) {
	d := dbtest.New(t)
	for name, next := range map[string]func(context.Context, *db.DB) error{
		"before it commits": func(context.Context, *db.DB) error { return nil },
		"before fixed SQL":  func(ctx context.Context, tx *db.DB) error { _, err := tx.LiveVersion(ctx); return err },
		"before bun writes": func(ctx context.Context, tx *db.DB) error {
			return db.Add(ctx, tx, []db.Queue{{Name: "Wireless"}})
		},
		"before it goes on after a failure": func(ctx context.Context, tx *db.DB) error {
			_ = db.Add(ctx, tx, []db.Queue{{Name: "Wireless"}})
			return db.Add(ctx, tx, []db.Queue{{Name: "Wireless"}})
		},
	} {
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.DB) error {
			if err := tx.Notify(ctx, "x"); err != nil {
				return err
			}
			if _, err := d.Pool().Exec(ctx, `select pg_terminate_backend(pid, 10000) from pg_stat_activity
				where datname = current_database() and state = 'idle in transaction'`); err != nil {
				return err
			}
			return next(ctx, tx)
		})
		if !db.Away(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
