package demo_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
	"portico/rules"

	"github.com/jackc/pgx/v5"
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

	t.Run("the kept facts and version decide the same again", func(t *testing.T) { checkReplay(t, d) })
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
	checkHistories(t, d, now)
}

// checkHistories follows the events of each case, and expects to end where the case stands.
func checkHistories(t *testing.T, d *db.DB, now time.Time) {
	t.Helper()
	rows, err := d.Pool().Query(context.Background(), `
		select to_jsonb(c) - 'words', (select jsonb_agg(to_jsonb(e) || jsonb_build_object('staff', coalesce(p.staff, false), 'name', p.first_name || ' ' || p.last_name) order by e.id)
		                       from events e left join people p on p.id = e.person_id where e.case_id = c.id),
		       (select name from queues q where q.id = c.queue_id), coalesce((select first_name || ' ' || last_name from people a where a.id = c.assignee_id), '')
		  from cases c order by id`)
	if err != nil {
		t.Fatal(err)
	}
	type moment = *time.Time
	var kase struct {
		ID                          int64
		State, Awaited, Description string
		Priority, Revision          int
		CreatedAt                   time.Time `json:"created_at"`
		UpdatedAt                   time.Time `json:"updated_at"`
		Due                         moment    `json:"due_at"`
		Answered                    moment    `json:"answered_at"`
		Solved                      moment    `json:"solved_at"`
		Closed                      moment    `json:"closed_at"`
		Decision                    rules.Decision
	}
	var events []struct {
		At       time.Time
		Kind     db.EventKind
		Internal bool
		Staff    bool
		Body     string
		Change   *db.Change
	}
	var queue, assignee string
	_, err = pgx.ForEachRow(rows, []any{&kase, &events, &queue, &assignee}, func() error {
		defer func() { events = nil; kase.Due, kase.Answered, kase.Solved, kase.Closed = nil, nil, nil, nil }()
		if len(events) < 2 || events[0].Kind != db.Opened || events[1].Kind != db.Decided || events[0].Body != kase.Description {
			t.Errorf("%v CS%07d does not begin with its opening and decision", now, kase.ID)
			return nil
		}
		state, priority, where, who, awaited := db.New, kase.Decision.Outcomes.Priority, kase.Decision.Outcomes.Queue, "", ""
		updated := events[0].At
		var answered, solved, closed moment
		for _, e := range events[2:] {
			if !e.Internal {
				updated = e.At
			}
			if e.Staff && answered == nil && (e.Kind == db.Comment || e.Kind == db.Requested) {
				answered = &e.At
			}
			if c := e.Change; c != nil {
				switch c.Field {
				case "assignee":
					who, state = c.To, db.Open
				case "queue":
					where = c.To
				case "priority":
					priority = int(c.To[0] - '0')
				case "state":
					if c.From != string(state) {
						t.Errorf("%v CS%07d goes from %s, but is %s", now, kase.ID, c.From, state)
					}
					state = db.State(c.To)
				}
			}
			switch {
			case e.Kind == db.Requested:
				awaited = e.Body
			case state != db.Awaiting:
				awaited = ""
			}
			if solved = nil; state == db.Solved || state == db.Closed {
				solved = &e.At
			}
			if e.Kind == db.AutoClosed {
				closed, solved = &e.At, kase.Solved
			}
		}
		same := func(a, b moment) bool { return (a == nil) == (b == nil) && (a == nil || a.Equal(*b)) }
		if string(state) != kase.State || priority != kase.Priority || where != queue || who != assignee || len(events)-1 != kase.Revision ||
			!updated.Equal(kase.UpdatedAt) || !same(answered, kase.Answered) || !same(solved, kase.Solved) || !same(closed, kase.Closed) ||
			awaited != kase.Awaited ||
			(kase.Due == nil) != (kase.Answered != nil) {
			t.Errorf("%v CS%07d is %+v, but its history says %s %d %s %s updated %v answered %v solved %v closed %v awaited %q",
				now, kase.ID, kase, state, priority, where, who, updated, answered, solved, closed, awaited)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkReplay decides every case again from its kept facts.
func checkReplay(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	published, err := d.Published(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w := rules.World{Tiers: published.Tiers}
	for i, item := range published.Items {
		form, problems := published.Forms[slices.IndexFunc(published.Forms, func(f db.FormVersion) bool { return f.Item == item.Key })].Form.Compile()
		if len(problems) > 0 {
			t.Fatal(i, problems)
		}
		w.Items = append(w.Items, rules.Item{Key: item.Key, Type: item.Type, Form: form})
	}
	for _, s := range published.Services {
		w.Services = append(w.Services, rules.Service{Name: s.Value, Family: s.Family})
	}
	for _, f := range published.Families {
		w.Families = append(w.Families, rules.Family{Key: f.Key, IssueTypes: f.IssueTypes})
	}
	for _, q := range published.Queues {
		w.Queues = append(w.Queues, q.Name)
	}
	vocabulary, problems := rules.NewVocabulary(w)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	version, err := d.RuleVersion(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	set, problems := rules.Parse(version.Source)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	compiled, problems := rules.Compile(set, vocabulary)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	plain := func(v any) (out any) {
		data, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(data, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	rows, err := d.Pool().Query(ctx, `select id, facts, decision, rule_version from cases`)
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	var facts rules.Facts
	var kept rules.Decision
	var by int
	_, err = pgx.ForEachRow(rows, []any{&id, &facts, &kept, &by}, func() error {
		if again := compiled.Decide(facts); by != 1 || !reflect.DeepEqual(plain(again), plain(kept)) {
			t.Errorf("CS%07d was decided %+v by version %d, and now %+v", id, kept, by, again)
		}
		facts, kept = rules.Facts{}, rules.Decision{}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
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
