package policy

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"portico/db"
	"portico/db/dbtest"

	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
	"github.com/jackc/pgx/v5"
)

// TestWallAndJudgeAgree holds, over generated trees, people, cases and policies, that PostgreSQL itself shows the program's
// role exactly the cases that a single look allows, to a query that names no scope at all; and of what belongs to them no more.
func TestWallAndJudgeAgree(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := generate(rand.New(rand.NewPCG(seed, 11)))
			j := firstJudge(t)
			if seed%2 == 1 { // half of them under a policy that nobody would write
				var err error
				if j, err = NewJudge(stringadapter.NewAdapter(w.anyPolicy())); err != nil {
					t.Fatal(err)
				}
			}
			b := w.build(t)
			b.sees(db.Wall{}.String(), "a wall that holds nothing", nil, false, false, 0)
			b.sees("", "no wall", nil, false, false, 0)
			yes := 0
			for _, who := range w.people {
				wall, scope := j.Wall(who), j.Scope(who, See)
				var may []int64
				for i, c := range w.cases {
					can := j.Can(who, See, c)
					if can != scope.Holds(c) {
						t.Fatalf("%+v by %+v\nCan says %t, the scope not", c, who, can)
					}
					if can {
						may = append(may, int64(i+1))
					}
				}
				b.sees(wall.String(), fmt.Sprintf("%+v", who), may, wall.Notes, wall.Provider, who.Person.ID)
				b.lists(j, who, may)
				yes += len(may)
			}
			if yes == 0 {
				t.Error("nobody sees anything: the world tests nothing")
			}
		})
	}
}

// built is a world in PostgreSQL: case number i is the world's case i-1, and each has a comment and a note, with a file, a
// mail of the comment, and an upload that its requester did not send.
type built struct {
	t    *testing.T
	conn *pgx.Conn // as the program
	d    *db.DB
}

func (w world) build(t *testing.T) built {
	t.Helper()
	ctx := t.Context()
	urls := dbtest.Fresh(t)
	owner, err := pgx.Connect(ctx, urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(ctx) }()
	batch := &pgx.Batch{}
	for _, path := range w.paths {
		var parent any
		if len(path) > 1 {
			parent = path[len(path)-2]
		}
		batch.Queue(`insert into accounts (id, name, client_number, parent_id) values ($1::bigint, 'a', ($1::bigint)::text, $2)`, path[len(path)-1], parent)
	}
	for _, who := range w.people {
		var home any
		if !who.Person.Staff {
			home = who.Home.Path[len(who.Home.Path)-1]
		}
		batch.Queue(`insert into people (id, staff, account_id, first_name, last_name, email) values ($1::bigint, $2, $3, 'x', 'y', ($1::bigint)::text)`, who.Person.ID, who.Person.Staff, home)
	}
	batch.Queue(`insert into queues (id, name) select n, n::text from generate_series(1, 4) n`)
	batch.Queue(`insert into items (key, type, type_name, name, purpose, submit) values ('issue', 'Issue', '{}', '{}', '{}', '{}')`)
	batch.Queue(`insert into form_versions (id, item, form) values (1, 'issue', '{}')`)
	batch.Queue(`insert into rule_versions (version, source, note) values (1, '', '')`)
	for i, c := range w.cases {
		id := int64(i + 1)
		batch.Queue(`insert into cases (id, item, form_version, type, state, priority, queue_id, requester_id, opened_by, account_id, short_description, words,
				answers, facts, decision, rule_version, created_at, updated_at, submission)
			values ($1, 'issue', 1, 'Issue', 'new', 3, $2, $3, $3, $4, 'dial tone', to_tsvector('simple', 'dial tone'), '{}', '{}', '{}', 1, now(), now(), gen_random_uuid())`,
			id, c.QueueID, c.RequesterID, c.Path[len(c.Path)-1])
		for _, copied := range c.CopiedIDs {
			batch.Queue(`insert into case_copies values ($1, $2) on conflict do nothing`, id, copied)
		}
	}
	batch.Queue(`insert into events (case_id, at, kind, internal) select id, now(), k, k = 'note' from cases, unnest('{comment,note}'::text[]) k order by 1`)
	batch.Queue(`insert into files (id, person_id, case_id, event_id, name, media_type, size, key) select gen_random_uuid(), 1, case_id, id, 'f', 'text/plain', 1, id::text from events`)
	batch.Queue(`insert into files (id, person_id, name, media_type, size, key) select gen_random_uuid(), requester_id, 'f', 'text/plain', 1, 'left ' || id from cases`)
	batch.Queue(`insert into mails (case_id, event_id, "to") select case_id, id, 'x' from events where not internal`)
	batch.Queue(`insert into audit (at, actor_id, action) select now(), id, 'case.look' from people`)
	if err := owner.SendBatch(ctx, batch).Close(); err != nil {
		t.Fatal(err)
	}
	b := built{t: t, d: dbtest.Walled(t, dbtest.Open(t, urls.Program))}
	if b.conn, err = pgx.Connect(ctx, urls.Program); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.conn.Close(context.Background()) })
	return b
}

const seenSQL = `select array(select id from cases order by 1), array(select id from door_words order by 1),
	array(select id from door_all union select id from door_account union select id from door_queue
	 union select id from door_a1 union select id from door_a2 union select id from door_a3 union select id from door_a4
	 union select id from door_a5 union select id from door_a6 union select id from door_a7 union select id from door_a8 order by 1),
	array(select case_id from events where not internal order by 1), array(select case_id from events where internal order by 1),
	array(select e.case_id from files f join events e on e.id = f.event_id where not e.internal order by 1),
	array(select f.case_id from files f join events e on e.id = f.event_id where e.internal order by 1),
	array(select distinct case_id from case_copies where person_id <> $1), array(select distinct person_id from case_copies),
	array(select distinct person_id from files where case_id is null), array(select case_id from mails order by 1), array(select actor_id from audit order by 1)`

// sees holds what a wall lets through against the cases that it should.
func (b built) sees(wall, whose string, may []int64, notes, provider bool, person int64) {
	b.t.Helper()
	ctx := b.t.Context()
	tx, err := b.conn.Begin(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if wall != "" {
		if _, err := tx.Exec(ctx, `select set_config('portico.wall', $1, true)`, wall); err != nil {
			b.t.Fatal(err)
		}
	}
	var cases, found, doors, events, noted, files, internal, copies, copied, uploads, mails, audit []int64
	if err := tx.QueryRow(ctx, seenSQL, person).Scan(&cases, &found, &doors, &events, &noted, &files, &internal, &copies, &copied, &uploads, &mails, &audit); err != nil {
		b.t.Fatal(err)
	}
	ofNotes := []int64(nil)
	if notes {
		ofNotes = may
	}
	for what, got := range map[string][2][]int64{"cases": {cases, may}, "what searches find": {found, may}, "events": {events, may}, "notes": {noted, ofNotes},
		"files": {files, may}, "files of notes": {internal, ofNotes}} {
		if !slices.Equal(got[0], got[1]) {
			b.t.Fatalf("%s\nbehind %s: %s are %v, want %v", whose, wall, what, got[0], got[1])
		}
	}
	beyond := func(list []int64, of []int64) bool {
		return slices.ContainsFunc(list, func(id int64) bool { return !slices.Contains(of, id) })
	}
	switch {
	case beyond(doors, may):
		b.t.Fatalf("%s\nbehind %s: doors show %v, beyond %v", whose, wall, doors, may)
	case beyond(copies, may), person == 0 && len(copied) > 0, beyond(uploads, []int64{person}):
		b.t.Fatalf("%s\nbehind %s: copies on %v, uploads of %v", whose, wall, copies, uploads)
	case !provider && (len(mails) > 0 || beyond(audit, []int64{person})), provider && (len(mails) == 0 || len(audit) < 2):
		b.t.Fatalf("%s\nbehind %s: mails %v, audit %v", whose, wall, mails, audit)
	}
}

// lists holds what lists, searches and counts show behind the person's wall against the same cases: with the person's own
// scope it is these, and with one that is far too wide it is none but these.
func (b built) lists(j *Judge, who Actor, may []int64) {
	b.t.Helper()
	ctx := db.Behind(b.t.Context(), j.Wall(who))
	scope := j.Scope(who, See)
	for _, f := range []db.CaseFilter{{}, {Search: "dial tone"}, {State: db.OpenStates}} {
		n, err := b.d.CountCases(ctx, scope, f, 1000)
		if err != nil || n != len(may) {
			b.t.Fatalf("%+v\n%+v counts %d, want %d: %v", who, f, n, len(may), err)
		}
		got := map[int64]bool{}
		for page := (db.CasePaging{}); ; {
			list, err := b.d.Cases(ctx, scope, f, page)
			if err != nil {
				b.t.Fatal(err)
			}
			for _, r := range list.Rows {
				got[int64(r.ID)] = true
			}
			if page.After = list.Next; list.Next == "" {
				break
			}
		}
		if list := slices.Sorted(maps.Keys(got)); !slices.Equal(list, may) {
			b.t.Fatalf("%+v\n%+v lists %v, want %v", who, f, list, may)
		}
		for _, wrong := range []db.Scope{{All: true}, {Queues: []int64{1, 2, 3, 4}}, {Branches: []db.Branch{{AccountID: 1}}}} {
			list, err := b.d.Cases(ctx, wrong, f, db.CasePaging{})
			if err != nil {
				b.t.Fatal(err)
			}
			for _, r := range list.Rows {
				if !slices.Contains(may, int64(r.ID)) {
					b.t.Fatalf("%+v\na scope that is too wide lists %s", who, r.ID)
				}
			}
		}
	}
}
