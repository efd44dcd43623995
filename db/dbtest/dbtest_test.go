package dbtest_test

import (
	"context"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
)

func TestNew(t *testing.T) {
	ctx := context.Background()
	d := dbtest.New(t)
	if ok, err := d.Migrated(ctx); err != nil || !ok {
		t.Fatalf("migrated: %v %v", ok, err)
	}

	t.Run("each test has its own", func(t *testing.T) {
		other := dbtest.New(t)
		if _, err := d.Pool().Exec(ctx, `insert into settings values ('mine', '1')`); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := other.Pool().QueryRow(ctx, `select count(*) from settings`).Scan(&n); err != nil || n != 0 {
			t.Fatalf("the other database has %d settings (%v)", n, err)
		}
	})

	t.Run("as the program's role, which owns nothing", func(t *testing.T) {
		urls := dbtest.Fresh(t)
		if db.RoleOf(urls.Owner) == db.RoleOf(urls.Program) {
			t.Error("owner and program are the same role")
		}
		var owned int
		err := dbtest.Open(t, urls.Program).Pool().QueryRow(ctx, `
			select count(*) from pg_class where relowner = current_user::regrole and relnamespace = 'public'::regnamespace`).Scan(&owned)
		if err != nil || owned != 0 {
			t.Errorf("it owns %d relations (%v)", owned, err)
		}
	})
}

func TestDemo(t *testing.T) {
	state, err := demo.StateOf(context.Background(), dbtest.Demo(t))
	if err != nil || state != demo.Filled {
		t.Fatalf("got %q %v", state, err)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		dbtest.New(b)
	}
}
