package db_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"

	"github.com/jackc/pgx/v5"
)

// TestNarrowedLists holds lists that are narrowed, in each order, to what is left of the whole list in that order.
func TestNarrowedLists(t *testing.T) {
	w := newCaseWorld(t)
	cases := map[db.Number]*db.Case{}
	var opened []time.Time
	for _, c := range manyCases(t, w, 90) {
		cases[c.ID] = c
		opened = append(opened, c.CreatedAt)
	}
	slices.SortFunc(opened, time.Time.Compare)
	from, to := opened[20], opened[70]
	one := slices.Max(slices.Collect(func(yield func(db.Number) bool) {
		for id := range cases {
			if !yield(id) {
				return
			}
		}
	}))
	east := w.branch("east")

	scopes := map[string]db.Scope{
		"all":           {All: true},
		"one branch":    w.branch("maple"),
		"several parts": {Branches: []db.Branch{{AccountID: w.last("east"), Depth: 1}, {AccountID: w.last("west"), Depth: 1}}, Accounts: []int64{w.last("harbour")}, Own: w.own("ann", "east").Own},
	}
	filters := map[string]struct {
		filter db.CaseFilter
		holds  func(*db.Case) bool
	}{
		"open":   {db.CaseFilter{State: db.OpenStates}, func(c *db.Case) bool { return c.State == "new" || c.State == "open" }},
		"waits":  {db.CaseFilter{State: db.AwaitingState}, func(c *db.Case) bool { return c.State == "awaiting" }},
		"solved": {db.CaseFilter{State: db.SolvedStates}, func(c *db.Case) bool { return c.State == "solved" || c.State == "closed" }},
		"of a type and a priority": {db.CaseFilter{Type: "Change Request", Priority: 2},
			func(c *db.Case) bool { return c.Type == "Change Request" && c.Priority == 2 }},
		"of a priority": {db.CaseFilter{Priority: 3}, func(c *db.Case) bool { return c.Priority == 3 }},
		"requests":      {db.CaseFilter{Matter: db.RequestsOnly}, func(c *db.Case) bool { return c.Type != db.TypeIssue }},
		"of some days":  {db.CaseFilter{From: from, To: to}, func(c *db.Case) bool { return !c.CreatedAt.Before(from) && c.CreatedAt.Before(to) }},
		"open, of some days": {db.CaseFilter{From: from, State: db.OpenStates},
			func(c *db.Case) bool { return !c.CreatedAt.Before(from) && (c.State == "new" || c.State == "open") }},
		"of an account": {db.CaseFilter{AccountID: w.last("plant")}, func(c *db.Case) bool { return c.AccountID == w.last("plant") }},
		"of a person":   {db.CaseFilter{Requester: w.ids["ann"]}, func(c *db.Case) bool { return c.RequesterID == w.ids["ann"] }},
		"within a part": {db.CaseFilter{Within: &east}, func(c *db.Case) bool { return east.Holds(c.Ref()) }},
		"words":         {db.CaseFilter{Search: "dial"}, func(c *db.Case) bool { return strings.Contains(c.ShortDescription, "dial") }},
		"of a version":  {db.CaseFilter{Version: 1}, func(c *db.Case) bool { return c.RuleVersion == 1 }},
		"of another":    {db.CaseFilter{Version: 2}, func(c *db.Case) bool { return c.RuleVersion == 2 }},
		"a number":      {db.CaseFilter{Search: one.String()}, func(c *db.Case) bool { return c.ID == one }},
		"nothing":       {db.CaseFilter{Type: "Riddle"}, func(*db.Case) bool { return false }},
	}
	for name, in := range scopes {
		for _, by := range db.Sorts {
			for _, reverse := range []bool{false, true} {
				whole := walk(w, in, db.CaseFilter{}, by, reverse)
				for what, f := range filters {
					var want []db.Number
					for _, id := range whole {
						if f.holds(cases[id]) {
							want = append(want, id)
						}
					}
					if got := walk(w, in, f.filter, by, reverse); !slices.Equal(got, want) {
						t.Errorf("%s, %s, by %s (%t):\n%v, not\n%v", name, what, by, reverse, got, want)
					}
				}
			}
		}
	}
}

// walk reads all pages of a list, each from where the one before ends.
func walk(w *caseWorld, in db.Scope, f db.CaseFilter, by db.Sort, reverse bool) (all []db.Number) {
	for p := (db.CasePaging{Sort: by, Reverse: reverse}); ; {
		list := w.list(in, f, p)
		all = append(all, numbers(list)...)
		if p.After = list.Next; p.After == "" {
			return all
		}
	}
}

// TestListsTooLongToSort: what can't be sorted as it was asked for is sorted by activity, and says so; what an index holds
// in order is sorted at any length, whatever it is narrowed by.
func TestListsTooLongToSort(t *testing.T) {
	w := newCaseWorld(t)
	fill(w, db.SortCap+200)
	all := db.Scope{All: true}
	issues := db.CaseFilter{Type: db.TypeIssue}
	first := numbers(w.list(all, issues, db.CasePaging{}))
	for range 2 { // found out, and remembered
		for _, p := range []db.CasePaging{{Sort: db.ByAccount}, {Sort: db.ByAccount, Last: true}, {Sort: db.ByContact}, {Sort: db.ByTitle, Page: 3}} {
			list := w.list(all, issues, p)
			if !list.TooMany || list.Sort != db.ByUpdated || !list.More || list.Page != 1 || !slices.Equal(numbers(list), first) {
				t.Errorf("%+v: too many is %t, by %s, page %d of %v", p, list.TooMany, list.Sort, list.Page, numbers(list))
			}
		}
	}
	for _, by := range []db.Sort{db.ByNumber, db.ByCreated, db.ByPriority, db.ByState} {
		f := issues
		f.From, f.Matter = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), db.CasesOnly
		page := w.list(all, f, db.CasePaging{Sort: by})
		next := w.list(all, f, db.CasePaging{Sort: by, After: page.Next})
		fifth := w.list(all, f, db.CasePaging{Sort: by, Page: 5})
		end := w.list(all, f, db.CasePaging{Sort: by, Last: true})
		whole := w.list(all, db.CaseFilter{}, db.CasePaging{Sort: by})
		if page.TooMany || page.Sort != by || !page.More || page.Total != db.CountCap || !slices.Equal(numbers(page), numbers(whole)) {
			t.Errorf("by %s: too many is %t, %d, %v", by, page.TooMany, page.Total, numbers(page))
		}
		if len(next.Rows) != db.PageSize || next.Page != 2 || slices.Contains(numbers(page), next.Rows[0].ID) || len(fifth.Rows) != db.PageSize || fifth.Page != 5 || len(end.Rows) == 0 || end.Next != "" {
			t.Errorf("by %s: pages of %d, %d and %d", by, len(next.Rows), len(fifth.Rows), len(end.Rows))
		}
	}
	if list := w.list(all, db.CaseFilter{Search: "xylophone"}, db.CasePaging{Sort: db.ByNumber}); !list.TooMany || list.Sort != db.ByUpdated {
		t.Errorf("common words by number: too many is %t, by %s", list.TooMany, list.Sort)
	}
	few := db.CaseFilter{Search: "xylophone", State: db.OpenStates}
	if list := w.list(all, few, db.CasePaging{Sort: db.ByNumber}); list.TooMany || list.Total != (db.SortCap+200)/100 {
		t.Errorf("common words in open cases by number: too many is %t, %d", list.TooMany, list.Total)
	}
	for name, f := range map[string]db.CaseFilter{"all": {}, "solved": {State: db.SolvedStates}, "few": {Type: db.TypeIssue, State: db.OpenStates},
		"of a time": {From: time.Date(2026, 6, 19, 0, 0, 0, 0, time.UTC)}} {
		if list := w.list(all, f, db.CasePaging{Sort: db.ByNumber}); list.TooMany || list.Sort != db.ByNumber || !slices.IsSortedFunc(list.Rows, func(a, b db.CaseRow) int { return int(b.ID - a.ID) }) {
			t.Errorf("%s by number: too many is %t, %v", name, list.TooMany, numbers(list))
		}
	}
}

// TestOpenCasesComeFromTheirIndex: what is limited to open cases passes none of the others, whatever it is narrowed by
// besides and in whatever order, and neither does its count.
func TestOpenCasesComeFromTheirIndex(t *testing.T) {
	ctx := context.Background()
	urls := dbtest.Fresh(t)
	w := newCaseWorldIn(t, dbtest.Open(t, urls.Program))
	fill(w, 8000)
	if _, err := dbtest.Open(t, urls.Owner).Pool().Exec(ctx, "vacuum cases"); err != nil {
		t.Fatal(err)
	}
	conn := behindWall(t, urls, "set jit = off")
	for name, in := range map[string]db.Scope{"all": {All: true}, "a customer": w.branch("maple"), "a branch": w.branch("east")} {
		for _, by := range []db.Sort{db.ByUpdated, db.ByNumber, db.ByPriority, db.ByTitle, db.ByAccount} {
			for _, priority := range []db.Priority{0, 2} {
				sql, args := db.CountedListSQL(in, db.CaseFilter{State: db.OpenStates, Priority: priority}, by)
				plan := explain(t, conn, sql, args)
				if others := passed(plan); others != "" {
					t.Errorf("%s, open, priority %d, by %s, are found among %s:\n%s", name, priority, by, others, plan)
				}
			}
		}
	}
}

// passed is where a plan reads cases that may be finished, but for single ones; it is empty where none are.
func passed(plan string) string {
	if strings.Contains(plan, "Seq Scan on cases") {
		return "all of them"
	}
	for _, used := range indexed.FindAllStringSubmatch(plan, -1) {
		if index := used[1]; index != "cases_pkey" && index != "cases_queue_due" && index != "cases_assignee_due" && !strings.HasPrefix(index, "cases_unfinished") {
			return index
		}
	}
	return ""
}

var indexed = regexp.MustCompile(`(?:Index Scan|Index Only Scan)(?: Backward)?(?: using| on) (cases_\w+)`)

func explain(t testing.TB, conn *pgx.Conn, sql string, args []any) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), "explain "+sql, append([]any{pgx.QueryExecModeExec}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// fill opens n cases at once, Issues all; one in a hundred is open.
func fill(w *caseWorld, n int) {
	w.exec(fmt.Sprintf(`insert into cases (item, form_version, type, state, priority, queue_id, requester_id, opened_by, account_id,
			short_description, words, answers, facts, decision, rule_version, created_at, updated_at, submission)
		select 'issue', 1, 'Issue', case when n %% 100 = 0 then 'open' else 'closed' end, 1 + n %% 4, $1, $2, $2,
			case when n %% 3 = 0 then $3::bigint else $4 end,
			'x', to_tsvector('simple', 'a xylophone'), '{}', '{}', '{}', 1, timestamptz '2026-06-20' - n * interval '1 minute', timestamptz '2026-06-20' - n * 7 %% 5000 * interval '1 minute', gen_random_uuid()
		from generate_series(1, %d) n`, n), w.ids["Voice"], w.ids["ann"], w.last("maple"), w.last("east"))
}
