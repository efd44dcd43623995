//go:build linux || darwin

package embedded

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// collations are tried in turn. Names sort as people sort them, the same on every machine (ICU's root collation), where
// the server knows ICU; else by code point.
var collations = [][]string{
	{"--locale-provider=icu", "--icu-locale=und", "--locale=C.UTF-8"},
	{"--locale-provider=icu", "--icu-locale=und", "--locale=en_US.UTF-8"}, // macOS before it had C.UTF-8
	{"--locale=C.UTF-8"},
	{"--locale=C"},
}

// settings are given at each start rather than written into the cluster, so that they follow the program's version.
func (s *Server) settings() []string {
	settings := []string{
		"listen_addresses=",
		`unix_socket_directories="` + strings.ReplaceAll(s.files.socket, `"`, `""`) + `"`,
		"unix_socket_permissions=0700",
		"port=5432",
		"cluster_name=portico",
		"max_connections=200",
		"shared_buffers=128MB",
		"wal_level=replica",
		"jit=off", // the portal's queries are short: compiling them costs more than running them
		"timezone=UTC",
		"log_timezone=UTC",
		"lc_messages=C",
		"logging_collector=off",
		"log_destination=stderr",
		"log_line_prefix=%m [%p] %q%u@%d ",
	}
	if s.opts.Throwaway {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"autovacuum_naptime=5min", "max_wal_size=4GB")
	}
	return settings
}

// initialise makes the cluster, whole or not at all: beside its place, in a folder of its own. The initdb of a start
// that was killed just before may still be at work, and clears its folder away as it ends.
func (s *Server) initialise(ctx context.Context, b binaries) error {
	began := time.Now()
	var failed error
	for _, collation := range collations {
		unborn, err := os.MkdirTemp(s.files.dir, s.files.unborn)
		if err != nil {
			return s.files.refused(err)
		}
		out, err := s.initdb(ctx, b, unborn, collation)
		if err == nil {
			if err := s.files.born(unborn); err != nil {
				return s.files.refused(err)
			}
			s.log.Info("made a PostgreSQL cluster", "folder", s.files.cluster, "version", b.major,
				"took", time.Since(began).Round(time.Millisecond))
			return nil
		}
		s.files.sweepUnborn()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed = fmt.Errorf("initdb: %w: %s", err, cmp.Or(lastComplaint(out), strings.TrimSpace(out)))
	}
	return fmt.Errorf("make a PostgreSQL cluster in %s: %w", s.files.cluster, failed)
}

// initdb makes a cluster in an empty folder, and gives what it says.
func (s *Server) initdb(ctx context.Context, b binaries, dir string, collation []string) (said string, err error) {
	if err := s.account.give(dir); err != nil {
		return "", err
	}
	args := append([]string{
		"--pgdata=" + dir, "--username=" + Owner, "--encoding=UTF8", "--auth-local=trust",
		"--auth-host=reject", "--no-instructions",
	}, collation...)
	if s.opts.Throwaway {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	var out bytes.Buffer
	cmd := s.account.command(b, dir, "initdb", args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err = run(ctx, cmd)
	return out.String(), err
}

// boot starts the cluster's server and waits until it answers. After a kill, the memory and the sockets of the last one
// may be there for a moment longer: then it tries again, for ten seconds.
func (s *Server) boot(ctx context.Context, b binaries) (*child, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		c, err := s.launch(ctx, b)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, errHeld) || time.Now().After(deadline) {
			return nil, err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
		if err := s.clear(ctx); err != nil {
			return nil, err
		}
	}
}

// errHeld means that an earlier server still holds what the new one needs.
var errHeld = errors.New("an earlier server still runs")

func (s *Server) launch(ctx context.Context, b binaries) (*child, error) {
	out, err := s.files.openLog(s.account)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }() // the child has its own
	args := []string{"-D", s.files.cluster}
	for _, setting := range s.settings() {
		args = append(args, "-c", setting)
	}
	c, err := spawn(s.account.command(b, s.files.cluster, "postgres", args...), out)
	if err != nil {
		return nil, err
	}
	for {
		if err := s.ping(ctx); err == nil {
			return c, nil
		}
		select {
		case <-c.gone:
			why := cmp.Or(s.files.complaint(c.since), fmt.Sprint(c.how))
			err := fmt.Errorf("PostgreSQL did not start: %s (more in %s)", why, s.files.log)
			if strings.Contains(why, "already exists") || strings.Contains(why, "still in use") {
				err = fmt.Errorf("%w: %w", errHeld, err)
			}
			return nil, err
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), c.end(ctx, true))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// ping tells whether the server answers queries.
func (s *Server) ping(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.files.socket, ".s.PGSQL.5432")); err != nil {
		return err
	}
	return s.with(ctx, func(ctx context.Context, db *pgx.Conn) error { return db.Ping(ctx) })
}

// furnish makes the roles and the database that are missing.
func (s *Server) furnish(ctx context.Context) error {
	err := s.with(ctx, func(ctx context.Context, db *pgx.Conn) error {
		for _, want := range []struct{ missing, make string }{
			{"select not exists (select from pg_roles where rolname = '" + Program + "')",
				"create role " + Program + " login nosuperuser nocreatedb nocreaterole"},
			{"select not exists (select from pg_database where datname = '" + Database + "')",
				"create database " + Database + " owner " + Owner},
		} {
			var missing bool
			if err := db.QueryRow(ctx, want.missing).Scan(&missing); err != nil {
				return err
			}
			if !missing {
				continue
			}
			if _, err := db.Exec(ctx, want.make); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set up the database in %s: %w", s.files.cluster, err)
	}
	return nil
}

func (s *Server) with(ctx context.Context, do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	db, err := pgx.Connect(ctx, address(s.files.socket, Owner, "postgres"))
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, db), db.Close(ctx))
}

// clear gets rid of what a killed owner left: its server, when that did not die with it, and its sockets. Only the
// owner of the folder may do this.
func (s *Server) clear(ctx context.Context) error {
	pidFile := filepath.Join(s.files.cluster, "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.files.refused(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 {
		return os.Remove(pidFile) // cut off while it was written
	}
	if serves(pid, s.files.cluster) {
		s.log.Info("stopping a PostgreSQL that was left over", "process", pid)
		if err := endLeftover(ctx, pid, s.files.cluster); err != nil {
			return err
		}
	}
	if !alive(pid) || busy(s.files.cluster) {
		return nil // the server itself judges what is stale
	}
	// The number went to another process since, which PostgreSQL would take for its predecessor.
	for _, stale := range []string{pidFile, filepath.Join(s.files.socket, ".s.PGSQL.5432.lock")} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, os.ErrNotExist) {
			return s.files.refused(err)
		}
	}
	return nil
}

func endLeftover(ctx context.Context, pid int, cluster string) error {
	for _, step := range escalation {
		if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the PostgreSQL that was left over (process %d): %w", pid, err)
		}
		for until := time.Now().Add(step.wait); time.Now().Before(until); {
			if !serves(pid, cluster) {
				return nil
			}
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("a PostgreSQL was left over (process %d) and does not end", pid)
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
