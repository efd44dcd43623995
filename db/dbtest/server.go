package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"

	"portico/db/embedded"

	"github.com/jackc/pgx/v5"
)

// start starts a server of this process's own. It dies with the process, and its folder is removed then: test binaries
// end by os.Exit, without a last word.
func (s *server) start(ctx context.Context) error {
	dir, err := os.MkdirTemp(memory(), "portico-test-")
	if err != nil {
		return fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	if err := removeAfterwards(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // as root, the server's user has to pass
		return fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	running, err := embedded.Start(ctx, embedded.Options{Dir: dir, Throwaway: true})
	if err != nil {
		return err
	}
	s.reach, s.owner, s.role = running.URL, embedded.Owner, embedded.Program
	s.admin = running.URL(embedded.Owner, embedded.Database)

	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL for tests: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var version int
	if err := conn.QueryRow(ctx, `select current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return fmt.Errorf("ask PostgreSQL's version: %w", err)
	}
	if version >= 150000 {
		s.copying = " strategy file_copy" // without durability the quicker one, and it writes no log; before 15 the only one
	}
	return nil
}

// memory is a folder in memory, if there is one with room for several servers; else empty, which means the usual folder.
// A database is a thousand small files: to copy them takes 20 ms there, and half a second on some disks.
func memory() string {
	const shared, room = "/dev/shm", 4 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(shared, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < room {
		return ""
	}
	return shared
}

// removeAfterwards has a folder removed once this process is gone, however it went: a shell waits for the end of a pipe
// that only this process can write to.
func removeAfterwards(dir string) error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("watch over %s: %w", dir, err)
	}
	defer func() { _ = read.Close() }()
	// The server ends at the same time, and takes a moment.
	shell := exec.Command("sh", "-c", `cat; for try in 1 2 3 4 5; do sleep 1; rm -rf "$1" && exit; done`, "sh", dir)
	shell.Stdin = read
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl+C is not for it
	if err := shell.Start(); err != nil {
		return fmt.Errorf("watch over %s: %w", dir, err)
	}
	watched.Store(write)
	return nil
}

// watched is never closed, nor written to: the system closes it when the process ends. It stands here so that it is not
// collected before, which would close it.
var watched atomic.Pointer[os.File]

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

// keeper tells other processes that this one's databases are in use. It is never closed, as that pipe is not.
var keeper *pgx.Conn
