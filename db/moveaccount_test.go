package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"

	"github.com/google/uuid"
)

func TestMoveAccount(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Demo(t)
	id := func(t *testing.T, name string) (id int64) {
		t.Helper()
		if err := d.Pool().QueryRow(ctx, `select id from accounts where name = $1`, name).Scan(&id); err != nil {
			t.Fatalf("account %s: %v", name, err)
		}
		return id
	}
	move := func(t *testing.T, moved string, parent any) error {
		t.Helper()
		if name, ok := parent.(string); ok {
			parent = id(t, name)
		}
		_, err := d.Pool().Exec(ctx, `select move_account($1, $2)`, id(t, moved), parent)
		return err
	}
	path := func(t *testing.T, name string) (path []string) {
		t.Helper()
		err := d.Pool().QueryRow(ctx, `
			select array_agg(p.name order by n) from accounts a, unnest(a.path) with ordinality u(id, n) join accounts p using (id)
			 where a.name = $1`, name).Scan(&path)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	// Every case stands below exactly the accounts of its own account's path.
	checkCases := func(t *testing.T) {
		t.Helper()
		var astray int
		err := d.Pool().QueryRow(ctx, `select count(*) from cases c join accounts a on a.id = c.account_id
			where array_remove(array[a1, a2, a3, a4, a5, a6, a7, a8], null) <> a.path`).Scan(&astray)
		if err != nil || astray != 0 {
			t.Errorf("%d cases stand elsewhere than their accounts (%v)", astray, err)
		}
	}
	checkCases(t)

	t.Run("what is below follows, and so do the cases", func(t *testing.T) {
		if err := move(t, "Maple Foods East", "Maple Foods West"); err != nil {
			t.Fatal(err)
		}
		want := []string{"Maple Foods", "Maple Foods West", "Maple Foods East", "Maple Foods Halifax Plant"}
		if got := path(t, "Maple Foods Halifax Plant"); !slices.Equal(got, want) {
			t.Errorf("the plant's path is %q", got)
		}
		checkCases(t)
	})
	t.Run("it can become a root", func(t *testing.T) {
		if err := move(t, "Maple Foods East", nil); err != nil {
			t.Fatal(err)
		}
		if got := path(t, "Maple Foods Halifax Plant"); !slices.Equal(got, []string{"Maple Foods East", "Maple Foods Halifax Plant"}) {
			t.Errorf("the plant's path is %q", got)
		}
		checkCases(t)
	})
	t.Run("not below itself", func(t *testing.T) {
		for _, below := range []string{"Maple Foods East", "Maple Foods Halifax Plant"} {
			if err := move(t, "Maple Foods East", below); !db.Violates(err, "accounts_no_circle") {
				t.Errorf("below %s: %v", below, err)
			}
		}
		checkCases(t)
	})
	t.Run("not to a ninth level", func(t *testing.T) {
		parent := "Harbour Clinics North" // the second level
		for level := 3; level <= 7; level++ {
			name := fmt.Sprintf("level %d", level)
			if _, err := d.Pool().Exec(ctx, `insert into accounts (name, client_number, parent_id) values ($1, $1, $2)`, name, id(t, parent)); err != nil {
				t.Fatal(err)
			}
			parent = name
		}
		if err := move(t, "Maple Foods East", parent); !db.Violates(err, "accounts_depth") { // it would be the eighth, its plant the ninth
			t.Errorf("got %v", err)
		}
		if err := move(t, "Maple Foods Halifax Plant", parent); err != nil {
			t.Errorf("the eighth level: %v", err)
		}
		checkCases(t)
	})
	t.Run("a ninth level is not entered either", func(t *testing.T) {
		_, err := d.Pool().Exec(ctx, `insert into accounts (name, client_number, parent_id) values ('nine', 'nine', $1)`, id(t, "Maple Foods Halifax Plant"))
		if err == nil {
			t.Error("it was")
		}
	})
}

func TestACaseThatIsOpenedWhileItsAccountMovesGoesWithIt(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	d := dbtest.Demo(t)
	like, err := d.CaseBySubmission(ctx, submissionOf(t, d, "Maple Foods East"))
	if err != nil {
		t.Fatal(err)
	}
	edition, err := d.Edition(ctx)
	if err != nil {
		t.Fatal(err)
	}
	moved := make(chan error, 1)
	err = d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		like.ID, like.Submission = 0, uuid.New()
		if _, err := tx.OpenCase(ctx, &like, edition.Revision); err != nil {
			return err
		}
		go func() {
			_, err := d.Pool().Exec(context.WithoutCancel(ctx), `select move_account((select id from accounts where name = 'Maple Foods East'), null)`)
			moved <- err
		}()
		for waits := false; !waits; { // it waits for the case
			select {
			case err := <-moved:
				return errors.Join(errors.New("the account moved before the case was there"), err)
			default:
			}
			err := d.Pool().QueryRow(ctx, `select exists (select from pg_stat_activity
				where datname = current_database() and query like 'select move_account%' and wait_event_type = 'Lock')`).Scan(&waits)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	var path []int64
	if err := d.Pool().QueryRow(ctx, `select path from accounts where id = $1`, like.AccountID).Scan(&path); err != nil {
		t.Fatal(err)
	}
	if got, err := d.FindCase(ctx, db.Scope{All: true}, like.ID); err != nil || !slices.Equal(got.Ancestors, path) {
		t.Errorf("the case stands below %v, its account at %v (%v)", got.Ancestors, path, err)
	}
}

// submissionOf is the form's token of some case of an account.
func submissionOf(t *testing.T, d *db.DB, account string) (token uuid.UUID) {
	t.Helper()
	err := d.Pool().QueryRow(context.Background(), `select c.submission from cases c join accounts a on a.id = c.account_id
		where a.name = $1 order by c.id limit 1`, account).Scan(&token)
	if err != nil {
		t.Fatal(err)
	}
	return token
}
