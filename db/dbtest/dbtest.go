// Package dbtest gives each test a PostgreSQL database of its own: a real one, migrated, and cheap, as it is copied from
// a template that is made once per test process.
package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/db"
	"portico/db/demo"

	"github.com/jackc/pgx/v5"
)

// Now is when tests take place, unless they say otherwise: an ordinary Monday, 14:00 UTC, which is 10:00 in Toronto and
// 11:00 in Moncton and Halifax, all of them business hours.
var Now = time.Date(2026, time.June, 15, 14, 0, 0, 0, time.UTC)

// patience bounds each step of setting a database up: a test that can't have one fails rather than hangs.
const patience = 2 * time.Minute

// URLs are where one test's database is reached: by the role that owns it, and by the one the program works as, which
// owns nothing.
type URLs struct{ Owner, Program string }

// New gives a fresh, migrated database, as the program's role sees it. It is gone after the test.
func New(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, Fresh(t).Program)
}

// Fresh gives the addresses of a fresh, migrated database, for tests that start whole programs. It is gone after the
// test, whoever is still connected.
func Fresh(t testing.TB) URLs {
	t.Helper()
	return copied(t, migrated)
}

// Demo gives a database filled with the demo's world, as it is at Now.
func Demo(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, FreshDemo(t).Program)
}

// FreshDemo is Fresh with the demo's world in it, as it is at Now.
func FreshDemo(t testing.TB) URLs {
	t.Helper()
	return copied(t, demonstrated)
}

// Blank gives the addresses of a database in which there is nothing at all, for tests of migrating.
func Blank(t testing.TB) URLs {
	t.Helper()
	return copied(t, func() (string, error) { return "template1", nil })
}

// Open connects to a database until the test ends. Where a context has no wall the test sees everything; see Walled.
func Open(t testing.TB, address string) *db.DB {
	t.Helper()
	return open(t, db.Unwalled(address, "test"))
}

// Walled connects to the same database as a portal does: where a context has no wall, nothing of a customer's is there.
func Walled(t testing.TB, d *db.DB) *db.DB {
	t.Helper()
	u, err := url.Parse(d.Pool().Config().ConnString())
	if err != nil {
		t.Fatalf("the test's database: %v", err)
	}
	q := u.Query()
	q.Del("portico.wall")
	u.RawQuery = q.Encode()
	return open(t, u.String())
}

// OwnerOf is the address of the same database as the role that owns it.
func OwnerOf(t testing.TB, d *db.DB) string {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("no PostgreSQL for tests: %v", err)
	}
	return s.reach(s.owner, d.Pool().Config().ConnConfig.Database)
}

func open(t testing.TB, address string) *db.DB {
	t.Helper()
	d, err := db.Connect(context.Background(), address)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(d.Close)
	return d
}

// server is where this process makes its databases.
type server struct {
	mark    string                             // begins the names of this process's databases
	reach   func(role, database string) string // the address of a database
	owner   string                             // the role that makes databases
	role    string                             // the role the program works as
	admin   string                             // the address of a database that is always there, as the owner
	copying string                             // how databases are copied
	count   atomic.Int64
}

// theServer starts the server with the first test that asks for a database: one that is thrown away, or the one that
// PORTICO_TEST_DATABASE_URL names.
var theServer = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s := &server{mark: "portico_test_" + strings.ToLower(rand.Text()[:8])}
	if address := os.Getenv("PORTICO_TEST_DATABASE_URL"); address != "" {
		return s, s.borrow(ctx, address)
	}
	return s, s.start(ctx)
})

// migrated is the template of migrated databases, demonstrated the one with the demo in it.
var (
	migrated = sync.OnceValues(func() (string, error) {
		return prepared("migrated", func() (string, error) { return "template1", nil },
			func(ctx context.Context, s *server, name string) error {
				return db.Migrate(ctx, s.reach(s.owner, name), s.role)
			})
	})
	demonstrated = sync.OnceValues(func() (string, error) {
		return prepared("demo", migrated, func(ctx context.Context, s *server, name string) error {
			d, err := db.Connect(ctx, db.Unwalled(s.reach(s.role, name), "demo"))
			if err != nil {
				return err
			}
			defer d.Close()
			return demo.Fill(ctx, d, Now)
		})
	})
)

// prepared makes a template from another.
func prepared(name string, template func() (string, error), prepare func(context.Context, *server, string) error) (string, error) {
	from, err := template()
	if err != nil {
		return "", err
	}
	s, err := theServer()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name = s.mark + "_" + name
	if err := s.create(ctx, name, from); err != nil {
		return "", err
	}
	return name, prepare(ctx, s, name)
}

// copied makes one test's database from a template.
func copied(t testing.TB, template func() (string, error)) URLs {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("no PostgreSQL for tests: %v", err)
	}
	from, err := template()
	if err != nil {
		t.Fatalf("no database for tests: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name := fmt.Sprintf("%s_%d", s.mark, s.count.Add(1))
	if err := s.create(ctx, name, from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.run(ctx, "drop database if exists "+quoted(name)+" with (force)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return URLs{Owner: s.reach(s.owner, name), Program: s.reach(s.role, name)}
}

func (s *server) create(ctx context.Context, name, template string) error {
	return s.run(ctx, "create database "+quoted(name)+" template "+quoted(template)+s.copying)
}

// run runs one statement as the owner, beside all databases of tests.
func (s *server) run(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL for tests: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// with is an address with another role or database in it.
func with(address url.URL, user *url.Userinfo, database string) string {
	address.User, address.Path = user, "/"+database
	return address.String()
}
