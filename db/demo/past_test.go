package demo_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
	"portico/db/demo/demotest"
)

func TestPast(t *testing.T) {
	d := dbtest.Demo(t)
	checkPast(t, d, dbtest.Now)

	t.Run("all accounts, contacts, items, states and priorities have their part", func(t *testing.T) {
		for _, sql := range []string{
			`select name from accounts where id not in (select account_id from cases)`,
			`select email from people where not staff and id not in (select requester_id from cases)`,
			`select email from people where staff and id not in (select assignee_id from cases where assignee_id is not null)
				and id in (select person_id from grants where role <> 'platform-administrator')`,
			`select key from items where key not in (select item from cases)`,
			`select name from queues where id not in (select queue_id from cases)`,
			`select s from unnest('{new,open,awaiting,solved,closed}'::text[]) s where s not in (select state from cases)`,
			`select p::text from generate_series(1, 4) p where p not in (select priority from cases)`,
			`select k from unnest('{comment,note,requested,changed,solved,reopened,closed}'::text[]) k where k not in (select kind from events)`,
			`select o from unnest('{portal,phone}'::text[]) o where o not in (select origin from cases)`,
		} {
			if left := lines(t, d, sql); len(left) > 0 {
				t.Errorf("left out: %q", left)
			}
		}
	})

	t.Run("the kept facts and version decide the same again", func(t *testing.T) { demotest.Replay(t, d) })
}

// checkPast holds what is true of the demo's past whenever it is filled.
func checkPast(t *testing.T, d *db.DB, now time.Time) {
	t.Helper()
	none := func(fact, sql string, args ...any) {
		t.Helper()
		if found := lines(t, d, sql, args...); len(found) > 0 {
			t.Errorf("at %v: %s: %q", now, fact, found[:min(len(found), 5)])
		}
	}
	if n := len(lines(t, d, `select id::text from cases`)); n != 400 {
		t.Errorf("there are %d cases", n)
	}
	none("in the future", `select id::text from events where at > $1`, now)
	none("older than a year", `select id::text from cases where created_at < $1`, now.AddDate(-1, 0, 0))
	none("nothing but text", `select case_id::text from events where body ~ '[{}]' or body <> btrim(body)`)
	none("history that goes backwards", `
		select case_id::text from (select case_id, at, lag(at) over (partition by case_id order by id) as before from events) e where before > at`)
	none("a queue in which nothing waits to be taken", `
		select name from queues q where not exists (select from cases c where c.queue_id = q.id and state = 'new' and assignee_id is null)`)
	none("people who act beyond their queues", `
		select distinct p.email || ' ' || c.id from events e join cases c on c.id = e.case_id join people p on p.id = e.person_id
		 where p.staff and e.kind in ('comment', 'requested', 'solved', 'note') and c.queue_id not in (select queue_id from grants g where g.person_id = p.id and queue_id is not null)`)
	none("a product of another account or service", `
		select c.id::text from cases c join products p on p.id = c.product_id join services s on s.id = p.service_id
		 where p.account_id <> c.account_id or not c.facts -> 'services' ? s.value`)
	none("words that are not found", `
		select id::text from cases where not words @@ plainto_tsquery('simple', short_description)
		   or exists (select from events e where e.case_id = cases.id and e.kind = 'comment' and not words @@ plainto_tsquery('simple', e.body))`)
	none("a note that is found", `
		select c.id::text from cases c join events e on e.case_id = c.id where e.kind = 'note' and c.words @@ plainto_tsquery('simple', e.body)`)

	waiting := lines(t, d, `select c.id::text from cases c join people p on p.id = c.requester_id where p.email = 'customer@maple.test' and state = 'awaiting' and awaited <> ''`)
	if len(waiting) < 2 {
		t.Errorf("at %v: %d cases wait for customer@maple.test", now, len(waiting))
	}
	example := lines(t, d, `select concat_ws(' ', type, email, (select count(*) from events where case_id = c.id and kind in ('comment', 'requested')))
		from cases c join people p on p.id = c.requester_id where c.id = 1883`)
	if !slices.Equal(example, []string{"Issue customer@maple.test 3"}) {
		t.Errorf("at %v: the case to look at first is %q", now, example)
	}
	demotest.Histories(t, d)
}

func TestPastOfAnySize(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Demo(t)
	before := len(lines(t, d, `select id::text from cases`))
	err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		return demo.Past{Cases: 1000, Seed: 7, Now: dbtest.Now, First: 5000}.Add(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := lines(t, d, `select id::text from cases where id >= 5000`)
	if len(ids) != 1000 || before != 400 {
		t.Errorf("there are %d more than %d", len(ids), before)
	}
	if next := lines(t, d, `select nextval('cases_id_seq')::text`); strings.Compare(next[0], slices.Max(ids)) <= 0 {
		t.Errorf("the next number is %s, after %s", next[0], slices.Max(ids))
	}
}
