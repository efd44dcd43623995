package crowd_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
	"portico/db/demo/crowd"
	"portico/db/demo/demotest"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
)

// small has thirty parts.
var small = crowd.Crowd{Cases: 1500, Seed: 5, Now: dbtest.Now}

// lines reads a query's single column.
func lines(t testing.TB, d *db.DB, sql string) []string {
	t.Helper()
	rows, err := d.Pool().Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}

var silent = crowd.Watcher{Step: func(string) {}, Done: func(int, int) {}}

// filled gives a database with a crowd in it, as the program's role sees it.
func filled(t testing.TB) *db.DB {
	t.Helper()
	urls := dbtest.Fresh(t)
	d := dbtest.Open(t, urls.Program)
	settle := func(ctx context.Context) error { return db.Settle(ctx, urls.Owner) }
	if done, err := small.Fill(t.Context(), d, settle, silent); !done || err != nil {
		t.Fatalf("filled: %v, %v", done, err)
	}
	return d
}

func TestCrowd(t *testing.T) {
	d := filled(t)
	if err := crowd.Whole(t.Context(), d); err != nil {
		t.Errorf("whole: %v", err)
	}
	t.Run("in proportion", func(t *testing.T) {
		for _, test := range []struct{ what, sql, want string }{
			{"cases", `select count(*)::text from cases c join state s on c.id >= s.first`, "1500"},
			{"accounts", `select count(*)::text from accounts where client_number like '3______'`, "24"},
			{"of the largest customer", `select count(distinct account_id)::text from people where email like '%@largest.test'`, "12"},
			{"as deep as can be", `select max(cardinality(path))::text from accounts`, "8"},
			{"contacts", `select count(*)::text from people p join accounts a on a.id = p.account_id where client_number like '3______'`, "150"},
			{"accounts below the known manager", `select count(*)::text from accounts a join people p on a.path @> array[p.account_id]
				where email = 'manager@largest.test' and a.id <> p.account_id`, "2"},
			{"agents", `select count(*)::text from people where email like 'agent-__@boreal.test'`, "64"},
			{"what the known may", `select string_agg(concat_ws(' ', split_part(email, '@', 1), role, reach, nullif(cardinality(path), 1)), ', ' order by email, g.id)
				from people p join grants g on g.person_id = p.id join accounts a on a.id = g.account_id where email in ('admin@largest.test', 'manager@largest.test', 'customer@largest.test')`,
				"admin customer account, admin customer-administrator below, customer customer account 2, manager customer account 2, manager case-manager below 2"},
			{"long conversations", `select count(*)::text from (select from events group by case_id having count(*) >= 500) long`, "5"},
			{"next number", `select (nextval('cases_id_seq') > (select max(id) from cases))::text`, "true"},
			{"next person", `select (nextval('people_id_seq') > (select max(id) from people))::text`, "true"},
			{"next account", `select (nextval('accounts_id_seq') > (select max(id) from accounts))::text`, "true"},
		} {
			if got := lines(t, d, `with state as (select (value::jsonb ->> 'first')::bigint as first from settings where key = 'seed') `+test.sql); got[0] != test.want {
				t.Errorf("%s: %s, not %s", test.what, got[0], test.want)
			}
		}
		work := lines(t, d, `select count(*) filter (where state <> 'closed' and state <> 'solved') * 1000 / count(*) || '' from cases where requester_id > 14`)
		if len(work[0]) > 2 || work[0] < "10" {
			t.Errorf("%s of 1000 cases are not solved yet", work[0])
		}
	})

	t.Run("nothing is left out, and nothing impossible", func(t *testing.T) {
		for what, sql := range map[string]string{
			"customers without cases": `select name from accounts a where parent_id is null and not exists (select from cases where a1 = a.id)`,
			"accounts without contacts, locations or products": `select name from accounts where client_number like '3______' and id not in (select account_id from people where not staff)
				or id not in (select account_id from locations) or id not in (select account_id from products)`,
			"customers without administrators": `select name from accounts a where parent_id is null and name <> 'Harbour Clinics' and not exists (
				select from grants g where g.account_id = a.id and role = 'customer-administrator' and reach = 'below')`,
			"contacts who are no customers at home": `select email from people p where not staff and not exists (
				select from grants g where g.person_id = p.id and role = 'customer' and g.account_id = p.account_id)`,
			"queues with too few agents": `select name from queues q where (select count(*) from grants where role = 'agent' and queue_id = q.id) < 10`,
			"items, queues, priorities, states, origins and languages": `
				select key from items where key not in (select item from cases)
				union all select name from queues where id not in (select queue_id from cases)
				union all select p::text from generate_series(1, 4) p where p not in (select priority from cases)
				union all select s from unnest('{new,open,awaiting,solved,closed}'::text[]) s where s not in (select state from cases)
				union all select o from unnest('{portal,phone}'::text[]) o where o not in (select origin from cases)
				union all select l from unnest('{en,fr}'::text[]) l where l not in (select language from cases join people p on p.id = requester_id)`,
			"addresses of nobody's domain":            `select email from people where email !~ '^[a-z0-9.-]+@[a-z0-9.-]+\.test$'`,
			"numbers against time":                    `select id::text from (select id, created_at < lag(created_at) over (order by id) as wrong from cases where id >= (select (value::jsonb ->> 'first')::bigint from settings where key = 'seed')) c where wrong`,
			"what was before its account, or will be": `select c.id::text from cases c join accounts a on a.id = account_id join events e on e.case_id = c.id where e.at < a.created_at or e.at > '2026-06-15 14:00Z'`,
			"ancestors that aren't":                   `select c.id::text from cases c join accounts a on a.id = account_id where array_remove(array[a1, a2, a3, a4, a5, a6, a7, a8], null) <> path`,
			"cases that their words don't find":       `select id::text from cases c where not words @@ plainto_tsquery('simple', short_description) or exists (select from events e where e.case_id = c.id and e.kind = 'comment' and not words @@ plainto_tsquery('simple', body))`,
			"notes that are found":                    `select c.id::text from cases c join events e on e.case_id = c.id where e.kind = 'note' and c.words @@ plainto_tsquery('simple', e.body)`,
			"requesters who may not open it there": `select c.id::text from cases c join people p on p.id = requester_id where c.account_id <> p.account_id and not exists (
				select from grants g join accounts a on a.id = c.account_id where g.person_id = p.id and role in ('case-manager', 'customer-administrator')
				   and (g.account_id = c.account_id or reach = 'below' and a.path @> array[g.account_id]))`,
			"agents of other queues":        `select c.id::text from cases c where assignee_id is not null and queue_id not in (select queue_id from grants g where g.person_id = assignee_id and queue_id is not null)`,
			"copies of the requester's own": `select case_id::text from case_copies k join cases c on c.id = case_id where k.person_id = requester_id`,
			"words in braces":               `select case_id::text from events where body ~ '[{}]'`,
		} {
			if found := lines(t, d, sql); len(found) > 0 {
				t.Errorf("%s: %d, such as %q", what, len(found), found[:min(len(found), 5)])
			}
		}
		if n := lines(t, d, `select count(*)::text from case_copies`); n[0] == "0" {
			t.Error("nobody is copied on anything")
		}
	})

	t.Run("histories end where cases stand", func(t *testing.T) { demotest.Histories(t, d) })
	t.Run("the kept facts and version decide the same again", func(t *testing.T) { demotest.Replay(t, d) })
	t.Run("everybody has the demo's password", func(t *testing.T) {
		hashes := lines(t, d, `select distinct password_hash from people where email like '%@largest.test' or email like 'agent-%@boreal.test'`)
		if same, err := argon2id.ComparePasswordAndHash(demo.Password, hashes[0]); len(hashes) != 1 || !same || err != nil {
			t.Errorf("%d hashes; same: %v, %v", len(hashes), same, err)
		}
	})
	t.Run("a second time there is nothing to do", func(t *testing.T) {
		if done, err := small.Fill(t.Context(), d, nil, silent); done || err != nil {
			t.Errorf("done: %v, %v", done, err)
		}
	})
}

// dump is all that makes the world, but what may differ.
func dump(t *testing.T, d *db.DB) string {
	t.Helper()
	var all []string
	for _, sql := range []string{
		`select to_jsonb(a)::text from accounts a order by id`,
		`select to_jsonb(l)::text from locations l order by id`,
		`select to_jsonb(p)::text from products p order by id`,
		`select (to_jsonb(p) - 'password_hash')::text from people p order by id`,
		`select to_jsonb(g)::text from grants g order by id`,
		`select to_jsonb(c)::text from cases c order by id`,
		`select to_jsonb(k)::text from case_copies k order by case_id, person_id`,
		`select (to_jsonb(e) - 'id')::text from events e order by case_id, id`,
		`select value from settings where key = 'seed'`,
	} {
		all = append(all, lines(t, d, sql)...)
	}
	return strings.Join(all, "\n")
}

func TestCrowdBrokenOff(t *testing.T) {
	unbroken := dump(t, filled(t))

	d := dbtest.New(t)
	fine := func(context.Context) error { return nil }
	ctx, stop := context.WithCancel(t.Context())
	_, err := small.Fill(ctx, d, fine, crowd.Watcher{Step: silent.Step, Done: func(cases, _ int) {
		if cases > 0 {
			stop()
		}
	}})
	if err == nil {
		t.Fatal("it was stopped after the first part, but says nothing")
	}
	some := lines(t, d, `select count(*)::text from cases`)[0]
	if len(some) > 3 && some >= "1900" || some == "400" {
		t.Fatalf("it was stopped, but there are %s cases", some)
	}
	if err := crowd.Whole(t.Context(), d); !errors.Is(err, crowd.ErrUnfinished) {
		t.Errorf("with a part: %v", err)
	}

	worn := errors.New("worn out")
	if _, err := small.Fill(t.Context(), d, func(context.Context) error { return worn }, silent); !errors.Is(err, worn) {
		t.Errorf("settling failed, but: %v", err)
	}
	if err := crowd.Whole(t.Context(), d); !errors.Is(err, crowd.ErrUnfinished) {
		t.Errorf("not settled: %v", err)
	}
	counts := []int{}
	done, err := small.Fill(t.Context(), d, fine, crowd.Watcher{Step: silent.Step, Done: func(cases, _ int) { counts = append(counts, cases) }})
	if !done || err != nil || !slices.IsSorted(counts) || counts[len(counts)-1] != small.Cases {
		t.Errorf("in the end: %v, %v, told of %v", done, err, counts)
	}
	if broken := dump(t, d); broken != unbroken {
		t.Error("what was broken off and continued is another world:\n" + difference(unbroken, broken))
	}
}

// difference is the first line of each that the other has not in its place.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return fmt.Sprintf("%d lines and %d", len(x), len(y))
}

func TestCrowdElsewhere(t *testing.T) {
	never := func(context.Context) error { return errors.New("there was nothing to settle") }
	t.Run("somebody's own data", func(t *testing.T) {
		d := dbtest.New(t)
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.DB) error {
			return db.Add(ctx, tx, []db.Account{{Name: "Own", ClientNumber: "1", Tier: "standard", TimeZone: "UTC", ContactsSee: db.SeeOwn}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := small.Fill(t.Context(), d, never, silent); !errors.Is(err, demo.ErrForeign) {
			t.Errorf("filled: %v", err)
		}
		if n := lines(t, d, `select count(*)::text from people`); n[0] != "0" {
			t.Errorf("%s people came", n[0])
		}
	})
	t.Run("another seed's", func(t *testing.T) {
		d := dbtest.Demo(t)
		tiny := crowd.Crowd{Cases: 40, Seed: 1, Now: dbtest.Now}
		if done, err := tiny.Fill(t.Context(), d, func(context.Context) error { return nil }, silent); !done || err != nil {
			t.Fatalf("a demo is a good beginning, but: %v, %v", done, err)
		}
		for _, other := range []crowd.Crowd{{Cases: 41, Seed: 1, Now: dbtest.Now}, {Cases: 40, Seed: 2, Now: dbtest.Now}, {Cases: 40, Seed: 1, Now: dbtest.Now.AddDate(0, 0, 1)}} {
			if _, err := other.Fill(t.Context(), d, never, silent); !errors.Is(err, crowd.ErrOther) || !strings.Contains(err.Error(), "--cases 40 --seed 1 --now 2026-06-15") {
				t.Errorf("%+v: %v", other, err)
			}
		}
	})
	t.Run("one that is just being filled", func(t *testing.T) {
		d := dbtest.New(t)
		release, held, err := d.Hold(t.Context(), "seed")
		if !held || err != nil {
			t.Fatal(held, err)
		}
		if _, err := small.Fill(t.Context(), d, never, silent); !errors.Is(err, crowd.ErrUnderWay) {
			t.Errorf("filled: %v", err)
		}
		release()
		if release, held, err = d.Hold(t.Context(), "seed"); !held || err != nil {
			t.Fatalf("it was released, but: %v, %v", held, err)
		}
		release()
	})
}
