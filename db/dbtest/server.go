package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"portico/db/embedded"

	"github.com/jackc/pgx/v5"
)

// start starts a server of this process's own. It dies with the process: test binaries that end by os.Exit have no
// chance to stop it. Its folder stays, and is removed by the next process that starts one.
func (s *server) start(ctx context.Context) error {
	dir, err := folder()
	if err != nil {
		return err
	}
	running, err := embedded.Start(ctx, embedded.Options{Dir: dir, Throwaway: true})
	if err != nil {
		return err
	}
	s.reach, s.owner, s.role = running.URL, embedded.Owner, embedded.Program
	s.admin = running.URL(embedded.Owner, embedded.Database)
	return nil
}

// folder makes a folder for a server, held by a lock for as long as this process lives, and sweeps away those whose
// processes are gone. The folder before this one is the most that is ever left, one for each process at a time.
func folder() (string, error) {
	const prefix = "portico-test-"
	old, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	if err != nil {
		return "", fmt.Errorf("look for old folders: %w", err)
	}
	for _, dir := range old {
		if held, err := hold(dir); err == nil {
			_ = os.RemoveAll(dir) // its server may be ending just now: then the next one sweeps again
			_ = held.Close()
		}
	}
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { // as root, the server's user has to pass
		return "", fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	if lock, err = hold(dir); err != nil {
		return "", fmt.Errorf("hold %s: %w", dir, err)
	}
	return dir, nil
}

// lock is never closed: the system does it when the process ends.
var lock *os.File

func hold(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// The program's role on a server that is given. Its databases are for tests only, so this may be known.
const givenRole, givenPassword = "portico_test", "portico_test"

// borrow uses a server that is given, as a role that may create databases and roles there. Databases of processes that
// are gone are dropped; this process is known by a connection that it keeps.
func (s *server) borrow(ctx context.Context, address string) error {
	given, err := url.Parse(address)
	if err != nil || given.User == nil || given.Path == "" {
		return errors.New("PORTICO_TEST_DATABASE_URL: a URL with role and database is needed")
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return errors.New("PORTICO_TEST_DATABASE_URL: it is not a PostgreSQL URL")
	}
	config.RuntimeParams["application_name"] = s.mark
	if keeper, err = pgx.ConnectConfig(ctx, config); err != nil {
		return fmt.Errorf("PORTICO_TEST_DATABASE_URL: %w", err)
	}
	// One process at a time: roles are shared by all.
	if _, err := keeper.Exec(ctx, `select pg_advisory_lock(hashtext('portico_test'))`); err != nil {
		return fmt.Errorf("wait for other tests: %w", err)
	}
	defer func() { _, _ = keeper.Exec(ctx, `select pg_advisory_unlock(hashtext('portico_test'))`) }()

	var missing bool
	err = keeper.QueryRow(ctx, `select not exists (select from pg_roles where rolname = $1)`, givenRole).Scan(&missing)
	if err == nil && missing {
		_, err = keeper.Exec(ctx, "create role "+givenRole+" login password '"+givenPassword+"'")
	}
	if err != nil {
		return fmt.Errorf("the program's role: %w", err)
	}
	rows, err := keeper.Query(ctx, `
		select datname from pg_database
		where datname ~ '^portico_test_[a-z0-9]{8}_'
		  and substr(datname, 1, 21) not in (select application_name from pg_stat_activity where application_name is not null)`)
	if err != nil {
		return fmt.Errorf("look for old databases: %w", err)
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for old databases: %w", err)
	}
	for _, name := range old {
		if _, err := keeper.Exec(ctx, "drop database if exists "+quoted(name)+" with (force)"); err != nil {
			return fmt.Errorf("drop old databases: %w", err)
		}
	}

	s.owner, s.role, s.admin = given.User.Username(), givenRole, address
	s.reach = func(role, database string) string {
		if role == givenRole {
			return with(*given, url.UserPassword(givenRole, givenPassword), database)
		}
		return with(*given, given.User, database)
	}
	return nil
}

// keeper tells other processes that this one's databases are in use. It is never closed, as the lock is.
var keeper *pgx.Conn
