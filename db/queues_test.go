package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"

	"github.com/jackc/pgx/v5"
)

func (w *caseWorld) work(in db.Scope, f db.QueueFilter) []db.Number {
	w.t.Helper()
	var all []db.Number
	for {
		page, err := w.Work(context.Background(), in, f)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, r := range page.Rows {
			all = append(all, r.ID)
		}
		if f.After = page.Next; f.After == "" {
			return all
		}
	}
}

func TestWorkStandsInOrder(t *testing.T) {
	w := newCaseWorld(t)
	voice, billing := w.ids["Voice"], w.ids["Billing"]
	set := func(p db.Priority, due time.Duration, queue int64) func(*db.Case) {
		return func(c *db.Case) {
			c.Priority, c.QueueID = p, queue
			if due != 0 {
				c.DueAt = w.at.Add(due)
			}
		}
	}
	state := func(s db.State) func(*db.Case) { return func(c *db.Case) { c.State = s } }
	low := w.open("ann", "east", set(db.Low, time.Hour, voice))
	never := w.open("ann", "east", set(db.High, 0, voice))
	later := w.open("ann", "east", set(db.High, 5*time.Hour, voice))
	sooner := w.open("ann", "east", set(db.High, time.Hour, billing))
	alsoNever := w.open("eve", "harbour", set(db.High, 0, voice))
	critical := w.open("eve", "harbour", set(db.Critical, 9*time.Hour, voice), state(db.Open))
	mine := w.open("eve", "harbour", set(db.Low, 0, billing), func(c *db.Case) { c.AssigneeID = w.ids["agent"] })
	awaiting := w.open("ann", "east", set(db.Critical, 0, voice), state(db.Awaiting), func(c *db.Case) { c.AssigneeID = w.ids["agent"] })
	w.open("ann", "east", state(db.Solved))
	w.open("ann", "east", state(db.Closed))

	both := db.Scope{Queues: []int64{voice, billing}}
	for _, test := range []struct {
		name string
		in   db.Scope
		f    db.QueueFilter
		want []*db.Case
	}{
		{"by priority, then due, those never due last, then the oldest", both, db.QueueFilter{},
			[]*db.Case{critical, sooner, later, never, alsoNever, low, mine}},
		{"one queue", both, db.QueueFilter{Queues: []int64{voice}}, []*db.Case{critical, later, never, alsoNever, low}},
		{"a queue out of reach holds nothing", db.Scope{Queues: []int64{billing}}, db.QueueFilter{Queues: []int64{voice}}, nil},
		{"who may see all may look at all", db.Scope{All: true}, db.QueueFilter{}, []*db.Case{critical, sooner, later, never, alsoNever, low, mine}},
		{"who may see all may look at one", db.Scope{All: true}, db.QueueFilter{Queues: []int64{billing}}, []*db.Case{sooner, mine}},
		{"what nobody has", both, db.QueueFilter{Queues: []int64{billing}, Waiting: db.Unassigned}, []*db.Case{sooner}},
		{"what the customer was asked for", both, db.QueueFilter{Waiting: db.ForCustomer}, []*db.Case{awaiting}},
		{"what somebody has, awaiting too", db.Scope{All: true}, db.QueueFilter{Assignee: w.ids["agent"]}, []*db.Case{awaiting, mine}},
		{"the zero scope holds nothing", db.Scope{}, db.QueueFilter{}, nil},
		{"the zero scope holds nothing of somebody's either", db.Scope{}, db.QueueFilter{Assignee: w.ids["agent"]}, nil},
		{"a place that makes no sense is the beginning", both, db.QueueFilter{Queues: []int64{billing}, After: "9-x-'"}, []*db.Case{sooner, mine}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want []db.Number
			for _, c := range test.want {
				want = append(want, c.ID)
			}
			if got := w.work(test.in, test.f); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}

	t.Run("each says its last word, and whose", func(t *testing.T) {
		w.say(later, db.Comment, false, "we look at it")
		w.say(later, db.Note, true, "the switch is broken")
		page, err := w.Work(context.Background(), both, db.QueueFilter{Queues: []int64{voice}})
		if err != nil {
			t.Fatal(err)
		}
		noted, said := page.Rows[1], page.Rows[2]
		if noted.LastWord != "the switch is broken" || !noted.LastInternal || noted.LastBy.First != "agent" || !noted.LastBy.Staff {
			t.Errorf("the note: %+v", noted)
		}
		if said.LastWord != "Nobody can call" || said.LastInternal || said.LastBy.First != "ann" || said.LastBy.Staff {
			t.Errorf("what it was opened with: %+v", said)
		}
	})
}

func TestWorkIsRead(t *testing.T) {
	urls := dbtest.Fresh(t)
	w := newCaseWorldIn(t, dbtest.Open(t, urls.Program))
	w.exec(`insert into cases (item, form_version, type, state, priority, queue_id, requester_id, opened_by, account_id, assignee_id,
			short_description, answers, facts, decision, rule_version, created_at, updated_at, submission, due_at)
		select 'issue', 1, 'Issue', (array['new','open','awaiting','solved','closed'])[1 + n % 5], 1 + n % 4,
			case when n % 7 = 0 then $2::bigint else $1 end, $3, $3, $4, case when n % 3 = 0 then $5::bigint end,
			'x', '{}', '{}', '{}', 1, now(), now(), gen_random_uuid(),
			case when n % 11 > 0 then timestamptz '2026-06-20 10:00:00.123456Z' + n % 500 * interval '1 minute' end
		from generate_series(1, 10000) n`, w.ids["Voice"], w.ids["Billing"], w.ids["ann"], w.last("east"), w.ids["agent"])
	both := db.Scope{Queues: []int64{w.ids["Voice"], w.ids["Billing"]}}

	for _, test := range []struct{ name, where, index string }{
		{"", "state in ('new', 'open')", "cases_queue_due"},
		{"unassigned", "state in ('new', 'open') and assignee_id is null", "cases_take_due"},
		{"awaiting", "state = 'awaiting'", ""},
		{"mine", "state in ('new', 'open', 'awaiting') and assignee_id is not null", "cases_assignee_due"},
	} {
		t.Run("page after page: "+test.name, func(t *testing.T) {
			f := db.QueueFilter{Waiting: db.Waiting(test.name)}
			if test.name == "mine" {
				f = db.QueueFilter{Assignee: w.ids["agent"]}
			}
			rows, err := w.Pool().Query(context.Background(), "select id from cases where "+test.where+" order by priority, least(due_at, solve_by) nulls last, id")
			if err != nil {
				t.Fatal(err)
			}
			want, err := pgx.CollectRows(rows, pgx.RowTo[db.Number])
			if err != nil {
				t.Fatal(err)
			}
			if got := w.work(both, f); !slices.Equal(got, want) {
				t.Errorf("%d cases in another order than the %d there are", len(got), len(want))
			}
			if test.index == "" {
				return
			}
			for _, after := range []string{"", "2-1781949600123456-700", "3-0-10"} {
				f.After = after
				sql, args := db.WorkSQL(both, f)
				if plan := w.plan(urls, sql, args); !strings.Contains(plan, "using "+test.index+" on cases") || strings.Contains(plan, "Seq Scan on cases") {
					t.Errorf("after %q it is not read by %s:\n%s", after, test.index, plan)
				}
			}
		})
	}
	t.Run("the next one is found by its index", func(t *testing.T) {
		plan := w.plan(urls, db.NextSQL, []any{both.Queues})
		if !strings.Contains(plan, "using cases_take_due on cases") || !strings.Contains(plan, "using cases_pkey on cases") {
			t.Error(plan)
		}
	})
}

func (w *caseWorld) plan(urls dbtest.URLs, sql string, args []any) string {
	w.t.Helper()
	return explain(w.t, behindWall(w.t, urls, "set jit = off"), sql, args)
}

// TestNextCaseIsNobodyElses has many take at once what is there, less than they are.
func TestNextCaseIsNobodyElses(t *testing.T) {
	const people, cases = 64, 50
	ctx := context.Background()
	w := newCaseWorld(t)
	var queues []int64
	for i := range 5 {
		queues = append(queues, w.id(`insert into queues (name) values ($1) returning id`, fmt.Sprint("queue ", i)))
	}
	w.exec(`insert into cases (item, form_version, type, state, priority, queue_id, requester_id, opened_by, account_id,
			short_description, answers, facts, decision, rule_version, created_at, updated_at, submission)
		select 'issue', 1, 'Issue', 'new', 1 + n % 4, ($1::bigint[])[1 + n % 5], $2, $2, $3, 'x', '{}', '{}', '{}', 1, now(), now(), gen_random_uuid()
		from generate_series(1, $4::int) n`, queues, w.ids["ann"], w.last("east"), cases)

	var mu sync.Mutex
	taken := map[db.Number]int{}
	none := 0
	var wait sync.WaitGroup
	for range people {
		wait.Go(func() {
			err := w.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
				id, err := tx.NextCase(ctx, queues)
				if err != nil {
					return err
				}
				c, err := tx.LockCase(ctx, db.Scope{All: true}, id)
				if err != nil {
					return err
				}
				c.AssigneeID, c.State = w.ids["agent"], db.Open
				if err := tx.AddEvent(ctx, &c, &db.Event{At: w.at, PersonID: w.ids["agent"], Kind: db.Changed}, ""); err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				taken[id]++
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, db.ErrNotFound):
				none++
			case err != nil:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(taken) != cases || none != people-cases {
		t.Errorf("%d cases were taken by %d people and %d got none, want %d, %d and %d", len(taken), people, none, cases, people, people-cases)
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
}

// TestNextCaseWaits holds that a case which somebody is merely writing to is not overlooked.
func TestNextCaseWaits(t *testing.T) {
	ctx := context.Background()
	w := newCaseWorld(t)
	c := w.open("ann", "east")
	got := make(chan db.Number, 1)
	err := w.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if _, err := tx.LockCase(ctx, db.Scope{All: true}, c.ID); err != nil {
			return err
		}
		go func() {
			defer close(got)
			err := w.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.DB) error {
				id, err := tx.NextCase(ctx, []int64{w.ids["Voice"]})
				got <- id
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}()
		// It must be seen waiting before the other one is done.
		for waiting := false; !waiting && len(got) == 0; {
			err := w.Pool().QueryRow(ctx, `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waiting)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if id := <-got; id != c.ID {
		t.Errorf("got %v, want %v", id, c.ID)
	}
}

func BenchmarkNextCase(b *testing.B) {
	w := newCaseWorld(b)
	w.backlog(20_000)
	queues := []int64{w.ids["Voice"], w.ids["Billing"]}
	for b.Loop() {
		err := w.InTx(context.Background(), func(ctx context.Context, tx *db.DB) error {
			_, err := tx.NextCase(ctx, queues)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWork(b *testing.B) {
	w := newCaseWorld(b)
	w.backlog(20_000)
	in := db.Scope{Queues: []int64{w.ids["Voice"], w.ids["Billing"]}}
	for b.Loop() {
		if _, err := w.Work(context.Background(), in, db.QueueFilter{}); err != nil {
			b.Fatal(err)
		}
	}
}

// backlog opens that many cases in two queues, half of them unassigned.
func (w *caseWorld) backlog(n int) {
	w.t.Helper()
	w.exec(`insert into cases (item, form_version, type, state, priority, queue_id, requester_id, opened_by, account_id, assignee_id,
			short_description, answers, facts, decision, rule_version, created_at, updated_at, submission, due_at)
		select 'issue', 1, 'Issue', 'open', 1 + n % 4, case when n % 3 = 0 then $2::bigint else $1 end, $3, $3, $4,
			case when n % 2 = 0 then $5::bigint end, 'x', '{}', '{}', '{}', 1, now(), now(), gen_random_uuid(), now() + n * interval '1 second'
		from generate_series(1, $6::int) n`, w.ids["Voice"], w.ids["Billing"], w.ids["ann"], w.last("east"), w.ids["agent"], n)
	w.exec("analyze cases")
}
