package db_test

import (
	"context"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/rules"

	"github.com/google/uuid"
)

// caseWorld is a small tree of accounts with people, and what a case needs to stand on.
type caseWorld struct {
	*db.DB
	t     testing.TB
	paths map[string][]int64 // by the account's name
	ids   map[string]int64   // people by first name, queues by name
	at    time.Time
}

func newCaseWorld(t testing.TB) *caseWorld {
	t.Helper()
	return newCaseWorldIn(t, dbtest.New(t))
}

func newCaseWorldIn(t testing.TB, d *db.DB) *caseWorld {
	t.Helper()
	w := &caseWorld{DB: d, t: t, paths: map[string][]int64{}, ids: map[string]int64{}, at: dbtest.Now}
	w.exec(`insert into items (key, type, type_name, name, purpose, submit) values
		('issue', 'Issue', '{"en":"Issue"}', '{"en":"Report"}', '{}', '{}'),
		('change', 'Change Request', '{"en":"Change"}', '{"en":"Change"}', '{}', '{}')`)
	w.exec(`insert into form_versions (id, item, form) values (1, 'issue', '{}'), (2, 'change', '{}')`)
	w.exec(`insert into rule_versions (version, source, note) values (1, '', ''), (2, '', '')`)
	for _, q := range []string{"Voice", "Billing"} {
		w.ids[q] = w.id(`insert into queues (name) values ($1) returning id`, q)
	}
	w.account("maple", "")
	w.account("east", "maple")
	w.account("plant", "east")
	w.account("west", "maple")
	w.account("harbour", "")
	for name, home := range map[string]string{"ann": "east", "bob": "east", "carl": "plant", "dora": "west", "eve": "harbour"} {
		w.ids[name] = w.id(`insert into people (account_id, first_name, last_name, email) values ($1, $2, 'X', $2 || '@x.test') returning id`,
			w.last(home), name)
	}
	w.ids["agent"] = w.id(`insert into people (staff, first_name, last_name, email) values (true, 'agent', 'X', 'agent@x.test') returning id`)
	return w
}

func (w *caseWorld) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.Pool().Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *caseWorld) id(sql string, args ...any) (id int64) {
	w.t.Helper()
	if err := w.Pool().QueryRow(context.Background(), sql, args...).Scan(&id); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return id
}

func (w *caseWorld) account(name, parent string) {
	w.t.Helper()
	var above any
	if parent != "" {
		above = w.last(parent)
	}
	id := w.id(`insert into accounts (name, client_number, parent_id) values ($1, $1, $2) returning id`, name, above)
	w.paths[name] = append(append([]int64{}, w.paths[parent]...), id)
}

// last is an account's own id.
func (w *caseWorld) last(name string) int64 { return w.paths[name][len(w.paths[name])-1] }

// open opens a case for somebody at an account, a minute after the one before.
func (w *caseWorld) open(requester, account string, with ...func(*db.Case)) *db.Case {
	w.t.Helper()
	ctx := context.Background()
	w.at = w.at.Add(time.Minute)
	c := &db.Case{Item: "issue", FormVersion: 1, Type: db.TypeIssue, Origin: "portal", State: db.New, Priority: db.Moderate,
		QueueID: w.ids["Voice"], RequesterID: w.ids[requester], OpenedBy: w.ids[requester], AccountID: w.last(account), Tags: []string{},
		ShortDescription: "No dial tone", Description: "Nobody can call", RuleVersion: 1, Answers: rules.Answers{}, CreatedAt: w.at, UpdatedAt: w.at, Submission: uuid.New()}
	for _, change := range with {
		change(c)
	}
	err := w.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Pool().QueryRow(ctx, `select nextval('cases_id_seq')`).Scan(&c.ID); err != nil {
			return err
		}
		c.Revision = 1
		return tx.AddPast(ctx, []db.PastCase{{Case: *c}})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	c.Ancestors = w.paths[account]
	return c
}

func (w *caseWorld) say(c *db.Case, kind db.EventKind, internal bool, body string) *db.Event {
	w.t.Helper()
	e := &db.Event{CaseID: c.ID, At: w.at, PersonID: w.ids["agent"], Kind: kind, Internal: internal, Body: body}
	words := body
	if internal {
		words = ""
	}
	if err := w.AddEvent(context.Background(), c, e, words); err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *caseWorld) list(in db.Scope, f db.CaseFilter, p db.CasePaging) db.CaseList {
	w.t.Helper()
	list, err := w.Cases(context.Background(), in, f, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *caseWorld) branch(account string) db.Scope {
	return db.Scope{Branches: []db.Branch{{AccountID: w.last(account), Depth: len(w.paths[account]) - 1}}}
}

func (w *caseWorld) own(who, home string) db.Scope {
	return db.Scope{Own: db.Own{Root: w.paths[home][0], Requester: w.ids[who], Copied: w.ids[who]}}
}
