// Package demotest holds what is true of every case that was made up, for tests of whoever makes them.
package demotest

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/db"
	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// Histories follows the events of each case, and expects to end where the case stands.
func Histories(t *testing.T, d *db.DB) {
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
			t.Errorf("CS%07d does not begin with its opening and decision", kase.ID)
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
						t.Errorf("CS%07d goes from %s, but is %s", kase.ID, c.From, state)
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
			t.Errorf("CS%07d is %+v, but its history says %s %d %s %s updated %v answered %v solved %v closed %v awaited %q",
				kase.ID, kase, state, priority, where, who, updated, answered, solved, closed, awaited)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Replay decides every case again from its kept facts.
func Replay(t *testing.T, d *db.DB) {
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
		if again := compiled.Decide(facts); by != 1 || !reflect.DeepEqual(plain(again.Kept()), plain(kept)) {
			t.Errorf("CS%07d was decided %+v by version %d, and now %+v", id, kept, by, again)
		}
		facts, kept = rules.Facts{}, rules.Decision{}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
