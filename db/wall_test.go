package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"portico/db"
	"portico/db/dbtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestWallStands(t *testing.T) {
	ctx := context.Background()
	urls := dbtest.Blank(t)
	stands := func(address string) bool {
		t.Helper()
		ok, err := dbtest.Open(t, address).WallStands(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	migrate := func() {
		t.Helper()
		if err := db.Migrate(ctx, urls.Owner, db.RoleOf(urls.Program)); err != nil {
			t.Fatal(err)
		}
	}
	older, err := pgx.Connect(ctx, urls.Program+"&application_name=portico")
	if err != nil {
		t.Fatal(err)
	}
	migrate()
	if stands(urls.Program) {
		t.Error("it is up while a copy is connected that would see nothing any more")
	}
	if err := older.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for deadline := 0; !stands(urls.Program); deadline++ { // the connection's end takes PostgreSQL a moment
		if deadline > 100 {
			t.Fatal("it does not go up when that is gone")
		}
		migrate()
	}
	if stands(urls.Owner) {
		t.Error("the owner takes itself to be held by it")
	}
}

// refused tells whether PostgreSQL itself refused something.
func refused(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

func TestWallHoldsForOneTransaction(t *testing.T) {
	w := newCaseWorld(t)
	w.open("ann", "east")
	w.open("eve", "harbour")
	d := dbtest.Walled(t, dbtest.Open(t, w.Pool().Config().ConnString()+"&pool_max_conns=1")) // one connection: what stays on it shows
	ann := db.Behind(t.Context(), db.Wall{Cases: w.own("ann", "east"), Person: w.ids["ann"]})
	const count = `select count(*) from cases`
	sees := func(ctx context.Context, d *db.DB, want int, args ...any) {
		t.Helper()
		var n int
		if err := d.Walled().QueryRow(ctx, count, args...).Scan(&n); err != nil || n != want {
			t.Errorf("%d, want %d: %v", n, want, err)
		}
	}
	nothing := func() {
		t.Helper()
		var wall, planning string
		var n int
		err := d.Pool().QueryRow(t.Context(), `select coalesce(current_setting('portico.wall', true), ''), current_setting('plan_cache_mode'), (select count(*) from cases)`).
			Scan(&wall, &planning, &n)
		if err != nil || wall != "" || planning != "auto" || n != 0 {
			t.Errorf("afterwards the connection has the wall %q, plans %s and sees %d: %v", wall, planning, n, err)
		}
		sees(t.Context(), d, 0)
	}
	t.Run("a statement alone, prepared or planned", func(t *testing.T) {
		for range 7 { // PostgreSQL keeps a plan after five
			sees(ann, d, 1, db.Fixed)
			nothing()
			sees(ann, d, 1, db.Planned)
			nothing()
		}
		sees(db.AsSystem(t.Context(), "test"), d, 2, db.Fixed)
		nothing()
	})
	t.Run("one that fails", func(t *testing.T) {
		for _, sql := range []string{`select 1 / (count(*) - 1) from cases`, `select nonsense`, `select id from cases where id = $1`} {
			var n int
			if err := d.Walled().QueryRow(ann, sql, db.Fixed).Scan(&n); err == nil {
				t.Errorf("%s does not fail", sql)
			}
			nothing()
		}
		if _, err := d.Walled().Exec(ann, `update cases set id = id`, db.Fixed); err != nil {
			t.Error(err)
		}
		gone, end := context.WithCancel(ann)
		end()
		if _, err := d.Walled().Exec(gone, count); !errors.Is(err, context.Canceled) {
			t.Errorf("for who is gone: %v", err)
		}
		nothing()
	})
	t.Run("one whose rows are not read to the end", func(t *testing.T) {
		rows, err := d.Walled().Query(ann, `select n from cases, generate_series(1, 10000) n`, db.Fixed)
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		rows.Close()
		if rows.Next() || rows.Err() != nil {
			t.Error(rows.Err())
		}
		nothing()
	})
	t.Run("more statements than stay prepared", func(t *testing.T) {
		for i := range db.StatementsKept + 20 {
			var n int
			if err := d.Walled().QueryRow(ann, fmt.Sprintf(`select count(*) + %d from cases`, i), db.Fixed).Scan(&n); err != nil || n != i+1 {
				t.Fatalf("%d: %v", n, err)
			}
		}
		var kept int
		if err := d.Pool().QueryRow(t.Context(), `select count(*) from pg_prepared_statements where name like 'walled%'`).Scan(&kept); err != nil || kept > db.StatementsKept {
			t.Errorf("%d are kept: %v", kept, err)
		}
	})
	t.Run("a statement whose columns changed", func(t *testing.T) {
		ask := func() error { _, err := d.Walled().Exec(ann, `select * from queues`, db.Fixed); return err }
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		owner := dbtest.Open(t, dbtest.OwnerOf(t, w.DB))
		if _, err := owner.Pool().Exec(t.Context(), `alter table queues add column more int`); err != nil {
			t.Fatal(err)
		}
		_ = ask() // PostgreSQL refuses it once
		if err := ask(); err != nil {
			t.Error(err)
		}
	})
	t.Run("a transaction, and in it each statement by its context", func(t *testing.T) {
		err := d.InTx(ann, func(ctx context.Context, tx *db.DB) error {
			sees(ctx, tx, 1)
			sees(db.AsSystem(ctx, "test"), tx, 2)
			sees(ctx, tx, 1, db.Fixed)
			sees(t.Context(), tx, 0)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		nothing()
	})
}

// TestWallHoldsWrites: what somebody does to cases stays within their wall too, whatever the verb is told.
func TestWallHoldsWrites(t *testing.T) {
	w := newCaseWorld(t)
	mine, theirs := w.open("ann", "east"), w.open("eve", "harbour")
	d := dbtest.Walled(t, w.DB)
	ann := db.Behind(t.Context(), db.Wall{Cases: w.own("ann", "east"), Person: w.ids["ann"]})
	add := func(ctx context.Context, c db.Case, kind db.EventKind) error {
		return d.AddEvent(ctx, &c, &db.Event{At: w.at, PersonID: w.ids["ann"], Kind: kind, Internal: kind == db.Note, Body: "x"}, "")
	}
	if err := add(ann, *theirs, db.Comment); !errors.Is(err, db.ErrStale) {
		t.Errorf("a word into a foreign case: %v", err)
	}
	if err := add(ann, *mine, db.Note); !refused(err) {
		t.Errorf("a note by a customer: %v", err)
	}
	if err := add(ann, *mine, db.Comment); err != nil {
		t.Errorf("a word into one's own: %v", err)
	}
	file := func(who string) error {
		return d.BeginFile(ann, &db.File{ID: uuid.New(), PersonID: w.ids[who], Name: "f", MediaType: "text/plain", Key: uuid.NewString(), CreatedAt: w.at})
	}
	if err := errors.Join(file("ann")); err != nil {
		t.Errorf("an upload: %v", err)
	}
	if err := file("eve"); !refused(err) {
		t.Errorf("an upload in somebody else's name: %v", err)
	}
	for name, sql := range map[string]string{
		"copied on a foreign case": fmt.Sprintf(`insert into case_copies values (%d, %d)`, theirs.ID, w.ids["ann"]),
		"somebody from elsewhere copied on one": fmt.Sprintf(`insert into case_outsiders (case_id, email, language, added_by, added_at) values (%d, 'x@x.test', 'en', %d, now())`,
			theirs.ID, w.ids["ann"]),
		"mail of a foreign case": fmt.Sprintf(`insert into mails (case_id, "to") values (%d, 'x')`, theirs.ID),
		"mail of nothing":        `insert into mails ("to") values ('x')`,
		"one's case given away":  fmt.Sprintf(`update cases set account_id = %d where id = %d`, w.last("harbour"), mine.ID),
	} {
		if _, err := d.Walled().Exec(ann, sql, db.Fixed); !refused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Run("who is copied from elsewhere is seen with the case", func(t *testing.T) {
		for _, c := range []*db.Case{mine, theirs} {
			w.exec(`insert into case_outsiders (case_id, email, language, added_by, added_at) values ($1, 'x@x.test', 'en', $2, now())`, c.ID, w.ids["ann"])
			there, _, err := d.Outsiders(ann, c.ID)
			if err != nil || len(there) != map[*db.Case]int{mine: 1}[c] {
				t.Errorf("%s: %v, %v", c.ID, there, err)
			}
		}
	})
	t.Run("but a case that is held stays so when it is moved out of sight", func(t *testing.T) {
		agent := db.Behind(t.Context(), db.Wall{Cases: db.Scope{Queues: []int64{w.ids["Voice"]}}, Notes: true, Person: w.ids["agent"]})
		err := d.InTx(agent, func(ctx context.Context, tx *db.DB) error {
			c, err := tx.LockCase(ctx, db.Scope{Queues: []int64{w.ids["Voice"]}}, theirs.ID)
			if err != nil {
				return err
			}
			c.QueueID = w.ids["Billing"]
			e := db.Event{At: w.at, PersonID: w.ids["agent"], Kind: db.Changed}
			return errors.Join(tx.AddEvent(ctx, &c, &e, ""), tx.AddEvent(ctx, &c, &e, ""))
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := d.FindCase(agent, db.Scope{All: true}, theirs.ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("afterwards: %v", err)
		}
	})
}
