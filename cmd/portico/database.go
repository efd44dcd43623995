package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"portico/db"
	"portico/db/embedded"

	"github.com/jackc/pgx/v5/pgconn"
)

// store is where everything is kept, reached: the database, migrated, and what belongs to it.
type store struct {
	*db.DB
	owner  string           // the address as the role that owns the schema
	server *embedded.Server // nil when the database is not ours to run
	log    *slog.Logger
}

// openStore starts, or joins, the embedded database or reaches the configured one, and migrates it. It settles the
// data folder and the secret in the configuration.
func openStore(ctx context.Context, c *config, log *slog.Logger) (*store, error) {
	note, err := c.findData()
	if err != nil {
		return nil, err
	}
	if note != "" {
		fmt.Println(note)
	}
	s := &store{log: log}
	owner, program, role := c.OwnerURL, c.DatabaseURL, ""
	switch {
	case c.embedded():
		if s.server, err = embedded.Start(ctx, embedded.Options{Dir: c.Data, Log: log}); err != nil {
			return nil, err
		}
		owner, role = s.server.URL(embedded.Owner, embedded.Database), embedded.Program
		program = s.server.URL(embedded.Program, embedded.Database)
		err = c.keepSecret()
	case owner == "":
		owner = program
	default:
		role = db.RoleOf(program)
	}
	if err == nil {
		err = s.reach(ctx, owner, program, role)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// reach migrates and connects.
func (s *store) reach(ctx context.Context, owner, program, role string) error {
	s.owner = owner
	began := time.Now()
	refused := db.Migrate(ctx, owner, role)
	if refused != nil && !forbidden(refused) {
		return explain(refused)
	}
	s.log.Debug("migrated", "took", time.Since(began).Round(time.Millisecond))

	var err error
	if s.DB, err = db.Connect(ctx, bounded(program)); err != nil {
		return err
	}
	if err := s.Ping(ctx); err != nil {
		return explain(err)
	}
	if refused == nil {
		return nil
	}
	// The role may not migrate, and need not, if somebody else did.
	if migrated, err := s.Migrated(ctx); errors.Is(err, db.ErrNewer) {
		return err
	} else if err != nil || !migrated {
		return errors.New("the role of DATABASE_URL may not change the database's schema, which is not up to date: " +
			"set PORTICO_OWNER_URL to the same database as the role that owns it, or run portico migrate with that")
	}
	return nil
}

// close lets go of the database, and stops it where it is ours: last of all.
func (s *store) close() {
	if s.DB != nil {
		s.Close()
	}
	if s.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.server.Stop(ctx); err != nil {
		s.log.Error("PostgreSQL did not stop as it should", "error", err)
	}
}

// bounded lets the database itself end what takes too long: the request that asked has gone by then.
func bounded(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // connecting will tell
	}
	q := u.Query()
	for name, value := range map[string]string{"statement_timeout": "60000", "idle_in_transaction_session_timeout": "60000"} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func forbidden(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

// explain says what to do when a configured database can't be reached.
func explain(err error) error {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return fmt.Errorf("the database can't be reached: see that it runs, and that DATABASE_URL is right (%w)", err)
	}
	return err
}

// keepSecret makes the secret when none is configured, and keeps it in the data folder.
func (c *config) keepSecret() error {
	if c.Secret != "" {
		return nil
	}
	file := filepath.Join(c.Data, "secret")
	kept, err := os.ReadFile(file)
	switch {
	case err == nil:
		if c.Secret = string(bytes.TrimSpace(kept)); c.checkSecret() != nil {
			return fmt.Errorf("%s is damaged: bring it back from a backup, or remove it, which signs everybody out", file)
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the secret: %w", err)
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails
	// Two that start at once must not have two secrets: the first name counts, and it appears with all its content.
	fresh, err := os.CreateTemp(c.Data, "secret-*")
	if err != nil {
		return unwritable(c.Data, "PORTICO_DATA", err)
	}
	defer func() { _ = os.Remove(fresh.Name()) }()
	_, err = fmt.Fprintln(fresh, hex.EncodeToString(key[:]))
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		return unwritable(c.Data, "PORTICO_DATA", err)
	}
	if err := os.Link(fresh.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return unwritable(c.Data, "PORTICO_DATA", err)
	}
	return c.keepSecret()
}

// unwritable says in a sentence which folder can't be written to, and what to do.
func unwritable(folder, variable string, err error) error {
	reason := err
	var path *fs.PathError
	if errors.As(err, &path) {
		reason = path.Err
	}
	return fmt.Errorf("cannot write to the folder %s (%w): make it writable for you, or choose another one with %s", folder, reason, variable)
}
