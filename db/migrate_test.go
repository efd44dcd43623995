package db_test

import (
	"context"
	"errors"
	"testing"

	"portico/db"
	"portico/db/dbtest"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestMigrate(t *testing.T) {
	ctx := context.Background()
	urls := dbtest.Blank(t)
	owner, program := dbtest.Open(t, urls.Owner), dbtest.Open(t, urls.Program)

	if ok, err := owner.Migrated(ctx); err == nil && ok {
		t.Fatal("an empty database calls itself migrated")
	}
	for range 2 {
		if err := db.Migrate(ctx, urls.Owner, db.RoleOf(urls.Program)); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := program.Migrated(ctx); err != nil || !ok {
		t.Fatalf("after migrating twice: %v %v", ok, err)
	}

	t.Run("copies that start at once wait for one another", func(t *testing.T) {
		urls := dbtest.Blank(t)
		failed := make(chan error)
		for range 3 {
			go func() { failed <- db.Migrate(ctx, urls.Owner, db.RoleOf(urls.Program)) }()
		}
		for range 3 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
	})

	t.Run("a migration that this program does not know means a newer one", func(t *testing.T) {
		_, err := owner.Pool().Exec(ctx, `insert into bun_migrations (name, group_id, migrated_at) values ('29990101000000', 99, now())`)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, urls.Owner, db.RoleOf(urls.Program)); !errors.Is(err, db.ErrNewer) {
			t.Errorf("migrating: %v", err)
		}
		if _, err := program.Migrated(ctx); !errors.Is(err, db.ErrNewer) {
			t.Errorf("looking: %v", err)
		}
	})
}

func TestProgramsRole(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Demo(t)
	for _, test := range []struct{ fact, sql string }{
		{"does not make tables", `create table mine (id int)`},
		{"does not change tables", `alter table cases add column mine int`},
		{"does not drop tables", `drop table throttles`},
		{"does not rewrite a case's history", `update events set body = ''`},
		{"does not shorten a case's history", `delete from events`},
		{"does not rewrite published rules", `update rule_versions set note = ''`},
		{"does not remove published rules", `delete from rule_versions`},
		{"does not rewrite what rules were compiled against", `update rule_lexicons set content = '{}'`},
		{"does not remove what rules were compiled against", `delete from rule_lexicons`},
		{"does not empty tables", `truncate sessions`},
		{"does not pretend to be migrated", `insert into bun_migrations (name) values ('x')`},
		{"does not change cases through a door", `update door_all set state = 'closed'`},
		{"does not remove cases through a door", `delete from door_queue`},
		{"does not take the wall down", `alter table cases disable row level security`},
		{"does not change what the wall lets through", `drop policy wall on cases`},
		{"does not give case numbers again", `select setval('cases_id_seq', 1)`},
	} {
		t.Run(test.fact, func(t *testing.T) {
			_, err := d.Pool().Exec(ctx, test.sql)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "42501" { // insufficient_privilege
				t.Errorf("%s: %v", test.sql, err)
			}
		})
	}
}
