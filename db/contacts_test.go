package db_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"

	"github.com/jackc/pgx/v5"
)

// TestContactsArePagedInEachOrder walks through a list forward and back: each contact stands on one page, in order, however
// many have the same name or were changed at the same time.
func TestContactsArePagedInEachOrder(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Demo(t)
	_, err := d.Pool().Exec(ctx, `
		insert into people (account_id, first_name, last_name, email, updated_at)
		select a.id, (array['Anne', 'Émile', 'zoe'])[1 + n % 3], 'Roy' || n % 4, 'person' || n || '@' || a.client_number || '.test', timestamptz '2026-06-01' + n % 5 * interval '1 microsecond'
		  from accounts a, generate_series(1, 14) n`)
	if err != nil {
		t.Fatal(err)
	}
	maple, err := d.AccountByClient(ctx, db.AccountScope{All: true}, "100200")
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]db.AccountScope{"all": {All: true}, "a branch": {Branches: []db.Branch{{AccountID: maple.ID}}}, "an account": {Accounts: []int64{maple.ID}}} {
		whole, err := d.Contacts(ctx, in, db.ContactFilter{}, db.ContactPaging{Limit: 1000}, dbtest.Now)
		if err != nil || len(whole.Rows) == 0 || whole.Next != "" {
			t.Fatal(err, len(whole.Rows))
		}
		for _, sort := range db.ContactSorts {
			for _, reverse := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " by ", sort, ", reverse: ", reverse), func(t *testing.T) {
					p := db.ContactPaging{Sort: sort, Reverse: reverse}
					var pages [][]int64
					var list db.ContactList
					for len(pages) == 0 || list.Next != "" {
						p.After = list.Next
						if list, err = d.Contacts(ctx, in, db.ContactFilter{}, p, dbtest.Now); err != nil {
							t.Fatal(err)
						}
						if list.Total != len(whole.Rows) || len(pages) > 10 {
							t.Fatalf("%d in all, want %d", list.Total, len(whole.Rows))
						}
						pages = append(pages, ids(list.Rows))
					}
					all := slices.Concat(pages...)
					if got := slices.Compact(slices.Sorted(slices.Values(all))); len(all) != len(whole.Rows) || len(got) != len(all) {
						t.Errorf("%d stand on %d pages, %d of them once, want %d", len(all), len(pages), len(got), len(whole.Rows))
					}
					one, err := d.Contacts(ctx, in, db.ContactFilter{}, db.ContactPaging{Sort: sort, Reverse: reverse, Limit: 1000}, dbtest.Now)
					if err != nil || !slices.Equal(ids(one.Rows), all) {
						t.Errorf("the pages are not in order: %v, %v", all, err)
					}
					for i := len(pages) - 2; i >= 0; i-- {
						if list, err = d.Contacts(ctx, in, db.ContactFilter{}, db.ContactPaging{Sort: sort, Reverse: reverse, Before: list.Previous}, dbtest.Now); err != nil {
							t.Fatal(err)
						}
						if !slices.Equal(ids(list.Rows), pages[i]) {
							t.Errorf("back on page %d stand %v, before %v", i, ids(list.Rows), pages[i])
						}
					}
				})
			}
		}
	}
	for _, cursor := range []string{"x", "e30", strings.Repeat("A", 3000), "eyJzIjoibmFtZSIsImsiOlsiYSJdfQ"} {
		list, err := d.Contacts(ctx, db.AccountScope{All: true}, db.ContactFilter{}, db.ContactPaging{After: cursor}, dbtest.Now)
		if err != nil || list.Previous != "" || len(list.Rows) != db.PageSize {
			t.Errorf("a cursor %.20s… that makes no sense: %d rows, %v", cursor, len(list.Rows), err)
		}
	}
	if list, err := d.Contacts(ctx, db.AccountScope{}, db.ContactFilter{}, db.ContactPaging{}, dbtest.Now); err != nil || len(list.Rows) > 0 {
		t.Errorf("the empty scope holds %d contacts, %v", len(list.Rows), err)
	}
}

func ids(rows []db.ContactRow) (list []int64) {
	for _, r := range rows {
		list = append(list, r.ID)
	}
	return list
}

// TestContactsAreReadInOrder looks at the plans for long lists: they come from an index in the list's order, and begin
// where the page does.
func TestContactsAreReadInOrder(t *testing.T) {
	ctx := context.Background()
	urls := dbtest.FreshDemo(t)
	d := dbtest.Open(t, urls.Program)
	_, err := d.Pool().Exec(ctx, `
		insert into people (account_id, first_name, last_name, email, updated_at, password_hash)
		select a.id, 'First' || n % 97, 'Last' || n % 113, n || '@' || a.client_number || '.test', timestamptz '2026-06-01' + n * interval '1 minute', 'x'
		  from accounts a, generate_series(1, 1500) n`)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "analyze"); err != nil {
		t.Fatal(err)
	}
	for by, index := range map[db.ContactSort]string{db.ContactsByName: "people_names", db.ContactsByEmail: "people_emails", db.ContactsByUpdated: "people_updated", db.ContactsByAccount: "accounts_names"} {
		sql, args := db.ContactsSQL(db.AccountScope{All: true}, by, time.Now())
		rows, err := conn.Query(ctx, "explain "+sql, append([]any{pgx.QueryExecModeExec}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		plan := strings.Join(lines, "\n")
		if by != db.ContactsByAccount && (!strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan on people")) {
			t.Errorf("by %s all contacts are read and sorted:\n%s", by, plan)
		}
	}
}
