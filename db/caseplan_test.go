package db_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"portico/db"
	"portico/db/dbtest"

	"github.com/jackc/pgx/v5"
)

var sorted = regexp.MustCompile(`Sort Key[^\n]*\n *->  [^\n]* on cases`)

// behindWall connects to a test's database as the program, whom the wall holds, with statistics up to date.
func behindWall(t testing.TB, urls dbtest.URLs, settings string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	if _, err := dbtest.Open(t, urls.Owner).Pool().Exec(ctx, "analyze"); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, urls.Program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	if _, err := conn.Exec(ctx, settings); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestListsAreReadInOrder looks at PostgreSQL's plans, behind the wall, for the lists that may be long: their arms come from
// an index in the list's order, and begin where the page does.
func TestListsAreReadInOrder(t *testing.T) {
	urls := dbtest.Fresh(t)
	w := newCaseWorldIn(t, dbtest.Open(t, urls.Program))
	w.exec(`insert into cases (item, form_version, type, state, priority, queue_id, requester_id, opened_by, account_id,
			short_description, answers, facts, decision, rule_version, created_at, updated_at, submission)
		select 'issue', 1, 'Issue', (array['new','open','awaiting','solved','closed'])[1 + n % 17 % 5], 1 + n % 4, $1,
			case when n % 80 = 0 then $2::bigint else $3 end, $3, case when n % 40 = 0 then $4::bigint when n % 40 = 1 then $5 else $6 end,
			'x', '{}', '{}', '{}', 1 + (n % 10)::int / 9, timestamptz '2026-06-20' - n * interval '1 minute', timestamptz '2026-06-20' - n * 7 % 5000 * interval '1 minute', gen_random_uuid()
		from generate_series(1, 8000) n`, w.ids["Voice"], w.ids["ann"], w.ids["eve"], w.last("maple"), w.last("east"), w.last("harbour"))
	// What is small is cheap to read whole and to sort: here it matters that the order is to be had.
	conn := behindWall(t, urls, "set enable_bitmapscan = off")

	all, maple, east := db.Scope{All: true}, w.branch("maple"), w.branch("east")
	own := db.Scope{Own: db.Own{Root: w.last("maple"), Requester: w.ids["ann"]}}
	none, awaiting := db.CaseFilter{}, db.CaseFilter{State: db.AwaitingState}
	keys := map[db.Sort]string{db.ByUpdated: "2026-06-18 14:00:00+00", db.ByCreated: "2026-06-18 14:00:00+00", db.ByNumber: "4000", db.ByPriority: "2", db.ByState: "2"}
	for _, test := range []struct {
		name   string
		in     db.Scope
		filter db.CaseFilter
		by     db.Sort
		index  string
	}{
		{"all", all, none, db.ByUpdated, "cases_activity"},
		{"all", all, none, db.ByNumber, "cases_pkey"},
		{"all", all, none, db.ByCreated, "cases_created"},
		{"all", all, none, db.ByPriority, "cases_priority"},
		{"all", all, none, db.ByState, "cases_state"},
		{"a customer", maple, none, db.ByUpdated, "cases_a1"},
		{"a customer", maple, none, db.ByNumber, ""}, // by its own index, or by the cases' numbers where these are few,
		{"a customer", maple, none, db.ByCreated, "cases_a1_created"},
		{"a customer", maple, none, db.ByPriority, "cases_a1_priority"},
		{"a customer", maple, none, db.ByState, "cases_a1_state"},
		{"a branch", east, none, db.ByUpdated, "cases_a2"},
		{"one's own", own, none, db.ByUpdated, "cases_requester"},
		{"a branch, waiting", east, awaiting, db.ByUpdated, "cases_unfinished_a2"},
		{"what a version decided", all, db.CaseFilter{Version: 2}, db.ByUpdated, "cases_of_version"},
		{"a queue, waiting", db.Scope{Queues: []int64{w.ids["Voice"]}}, awaiting, db.ByUpdated, "cases_awaiting_queue"},
	} {
		for _, from := range []string{"", keys[test.by]} {
			t.Run(fmt.Sprint(test.name, " by ", test.by, ", from ", from), func(t *testing.T) {
				sql, args := db.ListSQL(test.in, test.filter, test.by, from)
				plan := explain(t, conn, sql, args)
				if test.index != "" && !strings.Contains(plan, "using "+test.index+" on cases") {
					t.Errorf("it is not read by %s:\n%s", test.index, plan)
				}
				// Pages, of 26 rows, may well be sorted: where they are merged, and when all else has been looked up.
				if strings.Contains(plan, "Seq Scan on cases") || sorted.MatchString(plan) {
					t.Errorf("all of it is read and sorted:\n%s", plan)
				}
				if from != "" && !strings.Contains(plan, "ROW(") && !strings.Contains(plan, "id <") {
					t.Errorf("it begins at the start:\n%s", plan)
				}
			})
		}
	}
}

// TestWordsAreLookedUpByTheirIndex: a search reads no more cases than have its words, however common PostgreSQL takes
// them to be, and the rest of the list is made of those.
func TestWordsAreLookedUpByTheirIndex(t *testing.T) {
	urls := dbtest.Fresh(t)
	w := newCaseWorldIn(t, dbtest.Open(t, urls.Program))
	manyCases(t, w, 300)
	conn := behindWall(t, urls, "set enable_seqscan = off") // so few cases are soon read one by one
	for name, in := range map[string]db.Scope{"all": {All: true}, "a branch": w.branch("maple"), "one's own": w.own("ann", "east")} {
		for what, query := range map[string]func(db.Scope, db.CaseFilter) (string, []any){"rows": db.SearchSQL, "total": db.SearchCountSQL} {
			sql, args := query(in, db.CaseFilter{Search: "dial tone", State: db.OpenStates})
			plan := explain(t, conn, sql, args)
			if !strings.Contains(plan, "Bitmap Index Scan on cases_words") || strings.Contains(plan, "Seq Scan on cases") {
				t.Errorf("%s of %s are not found by their words:\n%s", what, name, plan)
			}
		}
	}
}
