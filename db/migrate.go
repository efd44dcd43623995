package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrNewer says that the database was migrated by a newer version of Portico.
var ErrNewer = errors.New("the database belongs to a newer version of Portico: start that one")

// Migrate brings the schema up to date, as the owner of it, and lets role use it (the program's own role; "" when
// that is the owner too). Copies that start at once wait for one another. It is all or nothing per migration.
func Migrate(ctx context.Context, ownerURL, role string) error {
	d, err := Connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer d.Close()

	// One connection holds the lock while others do the work: it ends with the session, however that ends.
	lock, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer lock.Release()
	if _, err := lock.Exec(ctx, `select pg_advisory_lock(hashtext('portico.migrate'))`); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	defer func() {
		_, _ = lock.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock(hashtext('portico.migrate'))`)
	}()

	migrator, err := d.migrator()
	if err != nil {
		return err
	}
	if err := migrator.Init(ctx); err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if err := checkNotNewer(ctx, migrator); err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := migrateRiver(ctx, d.pool); err != nil {
		return err
	}
	if role == "" {
		return nil
	}
	if err := d.allow(ctx, role); err != nil {
		return err
	}
	return d.raiseWall(ctx, role)
}

// Migrated tells whether the schema is the one this program was built with; it changes nothing.
func (d *DB) Migrated(ctx context.Context) (bool, error) {
	migrator, err := d.migrator()
	if err != nil {
		return false, err
	}
	if err := checkNotNewer(ctx, migrator); err != nil {
		return false, err
	}
	list, err := migrator.MigrationsWithStatus(ctx)
	if err != nil {
		return false, fmt.Errorf("read migrations: %w", err)
	}
	return len(list.Unapplied()) == 0, nil
}

func (d *DB) migrator() (*migrate.Migrator, error) {
	migrations := migrate.NewMigrations()
	if err := migrations.Discover(migrationFiles); err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	// Without this bun remembers a migration that failed as done.
	return migrate.NewMigrator(d.bun.(*bun.DB), migrations, migrate.WithMarkAppliedOnSuccess(true)), nil
}

func checkNotNewer(ctx context.Context, m *migrate.Migrator) error {
	missing, err := m.MissingMigrations(ctx)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if len(missing) > 0 {
		return ErrNewer
	}
	return nil
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("job queue's migrations: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}

// doors are the views that lists of cases are read through.
var doors = []string{"door_all", "door_a1", "door_a2", "door_a3", "door_a4", "door_a5", "door_a6", "door_a7", "door_a8", "door_account",
	"door_queue", "door_words"}

// allow grants the program's role what it needs and no more: it can't change the schema, it only ever adds to the
// history of cases and of rules, and through doors it only reads.
func (d *DB) allow(ctx context.Context, role string) error {
	name := pgx.Identifier{role}.Sanitize()
	for _, statement := range []string{
		"grant usage on schema public to " + name,
		"grant select, insert, update, delete on all tables in schema public to " + name,
		"grant usage, select on all sequences in schema public to " + name,
		"revoke update, delete on events, rule_versions, rule_lexicons, rule_version_lexicons, audit from " + name,
		"revoke insert, update, delete on bun_migrations, bun_migration_locks from " + name,
		"revoke insert, update, delete on " + strings.Join(doors, ", ") + " from " + name, // or it would write as their owner
		"revoke all on search_words, search_learnt from " + name,                          // it asks by near_words, and learns by learn_words
		"grant execute on function wall_copies(), wall_common(tsquery, int), near_words(text[], int), learn_words(timestamptz) to " + name,
	} {
		if _, err := d.pool.Exec(ctx, statement); err != nil {
			return fmt.Errorf("let %s use the schema: %w", role, err)
		}
	}
	return nil
}

// RoleOf is the role that a database URL signs in as; "" if it names none.
func RoleOf(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil || u.User == nil {
		return ""
	}
	return u.User.Username()
}
