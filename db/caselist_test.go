package db_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"

	"github.com/google/uuid"
)

func TestWhoFindsACase(t *testing.T) {
	ctx := context.Background()
	w := newCaseWorld(t)
	c := w.open("carl", "plant")
	w.exec(`insert into case_copies (case_id, person_id) values ($1, $2)`, c.ID, w.ids["ann"])

	for fact, test := range map[string]struct {
		in    db.Scope
		finds bool
	}{
		"its requester finds it":                           {w.own("carl", "plant"), true},
		"who is copied on it finds it":                     {w.own("ann", "east"), true},
		"a colleague does not find it":                     {w.own("bob", "east"), false},
		"its account's own list holds it":                  {db.Scope{Accounts: []int64{w.last("plant")}}, true},
		"a parent's branch holds it":                       {w.branch("east"), true},
		"the customer's branch holds it":                   {w.branch("maple"), true},
		"a sister account's case manager does not find it": {w.branch("west"), false},
		"another customer does not find it":                {w.branch("harbour"), false},
		"its parent account alone does not hold it":        {db.Scope{Accounts: []int64{w.last("east")}}, false},
		"its queue holds it":                               {db.Scope{Queues: []int64{w.ids["Voice"]}}, true},
		"another queue does not":                           {db.Scope{Queues: []int64{w.ids["Billing"]}}, false},
		"all hold it":                                      {db.Scope{All: true}, true},
		"the zero scope finds nothing":                     {db.Scope{}, false},
		"its requester, of another customer now, does not": {w.own("carl", "harbour"), false},
		"a branch at the wrong depth does not":             {db.Scope{Branches: []db.Branch{{AccountID: w.last("plant"), Depth: 0}}}, false},
	} {
		t.Run(fact, func(t *testing.T) {
			found, err := w.FindCase(ctx, test.in, c.ID)
			if (err == nil) != test.finds || err != nil && !errors.Is(err, db.ErrNotFound) {
				t.Errorf("FindCase: %v", err)
			}
			if err == nil && !test.in.Holds(found.Ref()) {
				t.Error("it was found, but the scope does not hold it")
			}
			if rows := w.list(test.in, db.CaseFilter{}, db.CasePaging{}).Rows; (len(rows) == 1) != test.finds {
				t.Errorf("the list has %d rows", len(rows))
			}
			if _, err := w.CaseDetails(ctx, test.in, c.ID); (err == nil) != test.finds {
				t.Errorf("CaseDetails: %v", err)
			}
			events, err := w.Events(ctx, test.in, c.ID, true)
			if err != nil || len(events) != 0 && !test.finds {
				t.Errorf("Events: %d, %v", len(events), err)
			}
		})
	}
}

func TestNotesStayInside(t *testing.T) {
	ctx := context.Background()
	w := newCaseWorld(t)
	c := w.open("ann", "east")
	said := w.say(c, db.Comment, false, "We replaced the gateway, see Inv-210345")
	note := w.say(c, db.Note, true, "the customer's zephyr is broken")
	for _, e := range []*db.Event{said, note} {
		w.exec(`insert into files (id, person_id, case_id, event_id, name, media_type, size, key) values ($1, $2, $3, $4, 'a', 'text/plain', 1, gen_random_uuid()::text)`,
			uuid.New(), w.ids["agent"], c.ID, e.ID)
	}
	own, all := w.own("ann", "east"), db.Scope{All: true}

	kinds := func(in db.Scope, internal bool) (kinds []db.EventKind) {
		list, err := w.Events(ctx, in, c.ID, internal)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			kinds = append(kinds, e.Kind)
			if len(e.Files) != 1 {
				t.Errorf("%s has %d files", e.Kind, len(e.Files))
			}
		}
		return kinds
	}
	if got := kinds(own, false); !slices.Equal(got, []db.EventKind{db.Comment}) {
		t.Errorf("its customer reads %v", got)
	}
	if got := kinds(all, true); !slices.Equal(got, []db.EventKind{db.Comment, db.Note}) {
		t.Errorf("staff read %v", got)
	}
	if n := len(w.list(all, db.CaseFilter{Search: "zephyr"}, db.CasePaging{}).Rows); n != 0 {
		t.Error("a search matches a note's word")
	}
	for _, typed := range []string{"gateway", "replaced gate", "GATEWAY", "no dial", "INV-210345", "inv-2103", "see inv-210345", "INV-210345 gateway", c.ID.String(), strings.ToLower(c.ID.String()), c.ID.String()[2:]} {
		if n := len(w.list(own, db.CaseFilter{Search: typed}, db.CasePaging{}).Rows); n != 1 {
			t.Errorf("a search for %q finds %d", typed, n)
		}
	}
	for _, typed := range []string{"gatewayx", "'", `\`, "a & | ! <-> (b", "it's:*", "\x00", "!", strings.Repeat("x ", 500), "CS0000000", "CS9999999"} {
		w.list(own, db.CaseFilter{Search: typed}, db.CasePaging{})
	}

	files := map[db.EventKind]uuid.UUID{}
	list, _ := w.Events(ctx, all, c.ID, true)
	for _, e := range list {
		files[e.Kind] = e.Files[0].ID
	}
	if _, err := w.FindFile(ctx, own, false, w.ids["ann"], files[db.Comment]); err != nil {
		t.Errorf("its customer reads a comment's file: %v", err)
	}
	if _, err := w.FindFile(ctx, own, false, w.ids["ann"], files[db.Note]); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("its customer asks for a note's file: %v", err)
	}
	if _, err := w.FindFile(ctx, w.own("eve", "harbour"), false, w.ids["eve"], files[db.Comment]); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a stranger asks for a file: %v", err)
	}
	if _, err := w.FindFile(ctx, all, true, w.ids["agent"], files[db.Note]); err != nil {
		t.Errorf("staff read a note's file: %v", err)
	}
	upload := uuid.New()
	w.exec(`insert into files (id, person_id, name, media_type, size, key) values ($1, $2, 'a', 'text/plain', 1, gen_random_uuid()::text)`, upload, w.ids["ann"])
	if _, err := w.FindFile(ctx, own, false, w.ids["ann"], upload); err != nil {
		t.Errorf("who uploaded a file reads it: %v", err)
	}
	if _, err := w.FindFile(ctx, all, true, w.ids["agent"], upload); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("staff ask for what nobody sent yet: %v", err)
	}
}

// TestPages walks lists in each order, in both directions, forwards and backwards: every row once, in the same order.
func TestPages(t *testing.T) {
	w := newCaseWorld(t)
	manyCases(t, w, 160)
	for name, in := range map[string]db.Scope{
		"all":           {All: true},
		"one branch":    w.branch("maple"),
		"several parts": {Branches: []db.Branch{{AccountID: w.last("east"), Depth: 1}, {AccountID: w.last("west"), Depth: 1}}, Accounts: []int64{w.last("harbour")}, Own: w.own("ann", "east").Own},
	} {
		for _, by := range db.Sorts {
			for _, reverse := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " ", by, " ", reverse), func(t *testing.T) {
					total, err := w.CountCases(context.Background(), in, db.CaseFilter{}, 1000)
					if err != nil {
						t.Fatal(err)
					}
					p := db.CasePaging{Sort: by, Reverse: reverse}
					first := w.list(in, db.CaseFilter{}, p)
					var forwards []db.Number
					last := first
					for page := 1; ; page++ {
						if last.Page != page || last.Total != total || last.More {
							t.Errorf("page %d says it is %d of %d", page, last.Page, last.Total)
						}
						forwards = append(forwards, numbers(last)...)
						if numbered := w.list(in, db.CaseFilter{}, db.CasePaging{Sort: by, Reverse: reverse, Page: page}); !slices.Equal(numbers(numbered), numbers(last)) {
							t.Errorf("page %d by number is another", page)
						}
						if last.Next == "" {
							break
						}
						last = w.list(in, db.CaseFilter{}, db.CasePaging{Sort: by, Reverse: reverse, After: last.Next})
					}
					if distinct := slices.Compact(slices.Sorted(slices.Values(forwards))); len(forwards) != total || len(distinct) != total {
						t.Fatalf("walked %d rows, %d cases, of %d", len(forwards), len(distinct), total)
					}
					end := w.list(in, db.CaseFilter{}, db.CasePaging{Sort: by, Reverse: reverse, Last: true})
					if !slices.Equal(numbers(end), numbers(last)) || end.Page != last.Page {
						t.Errorf("the last page is another: %d, %d", end.Page, last.Page)
					}
					var backwards []db.Number
					for page := end; ; page = w.list(in, db.CaseFilter{}, db.CasePaging{Sort: by, Reverse: reverse, Before: page.Previous}) {
						backwards = append(numbers(page), backwards...)
						if page.Previous == "" {
							break
						}
					}
					if !slices.Equal(forwards, backwards) {
						t.Error("backwards it is another order")
					}
				})
			}
		}
	}
}

func TestPagesThatMakeNoSense(t *testing.T) {
	w := newCaseWorld(t)
	manyCases(t, w, 30)
	all := db.Scope{All: true}
	first := numbers(w.list(all, db.CaseFilter{}, db.CasePaging{}))
	other := w.list(all, db.CaseFilter{}, db.CasePaging{Sort: db.ByNumber}).Next
	for _, p := range []db.CasePaging{
		{Sort: "secret; drop table cases"}, {Page: -3}, {Page: 99}, {After: "x"}, {Before: "%%"}, {After: strings.Repeat("A", 5000)},
		{After: other}, {After: "eyJzIjoidXBkYXRlZCIsImsiOiJ4IiwiaSI6MX0"}, // a key that is no time
	} {
		if got := numbers(w.list(all, db.CaseFilter{}, p)); !slices.Equal(got, first) {
			t.Errorf("%+v: %v", p, got)
		}
	}
}

// TestListsAgreeWithScopes asks for random scopes of random cases: a list holds just what the scope holds.
func TestListsAgreeWithScopes(t *testing.T) {
	w := newCaseWorld(t)
	cases := manyCases(t, w, 120)
	random := rand.New(rand.NewPCG(1, 2))
	accounts := []string{"maple", "east", "plant", "west", "harbour"}
	people := []string{"ann", "bob", "carl", "dora", "eve"}
	for range 300 {
		var in db.Scope
		for _, a := range accounts {
			switch random.IntN(8) {
			case 0:
				in.Branches = append(in.Branches, w.branch(a).Branches...)
			case 1:
				in.Accounts = append(in.Accounts, w.last(a))
			}
		}
		if random.IntN(4) == 0 {
			in.Queues = []int64{w.ids["Billing"]}
		}
		if random.IntN(2) == 0 {
			in.Own = w.own(people[random.IntN(len(people))], accounts[random.IntN(len(accounts))]).Own
		}
		var want, got []db.Number
		for _, c := range cases {
			if in.Holds(c.Ref()) {
				want = append(want, c.ID)
			}
		}
		for p := (db.CasePaging{Sort: db.ByNumber, Reverse: true}); ; {
			list := w.list(in, db.CaseFilter{}, p)
			got = append(got, numbers(list)...)
			if p.After = list.Next; p.After == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v: the list has %v, the scope %v", in, got, want)
		}
		narrow := db.CaseFilter{Within: &in}
		if n, err := w.CountCases(context.Background(), db.Scope{All: true}, narrow, 1000); err != nil || n != len(want) {
			t.Fatalf("%+v: within it are %d, not %d (%v)", in, n, len(want), err)
		}
	}
}

// manyCases opens n cases of all kinds; the same each time.
func manyCases(t testing.TB, w *caseWorld, n int) []*db.Case {
	t.Helper()
	random := rand.New(rand.NewPCG(7, uint64(n)))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var cases []*db.Case
	for i := range n {
		c := w.open(pick("ann", "bob", "carl", "dora", "eve"), pick("maple", "east", "plant", "west", "harbour"), func(c *db.Case) {
			c.State = db.State(pick("new", "open", "awaiting", "solved", "closed"))
			c.Priority = db.Priority(1 + random.IntN(4))
			c.QueueID = w.ids[pick("Voice", "Billing")]
			c.RuleVersion = 1 + i%7%2
			c.ShortDescription = pick("No dial tone", "Éclair", "Zoo", "")
			c.UpdatedAt = c.CreatedAt.Add(time.Duration(random.IntN(3)) * time.Hour).Truncate(time.Hour)
			if i%3 == 0 {
				c.Item, c.FormVersion, c.Type = "change", 2, "Change Request"
			}
		})
		if random.IntN(4) == 0 {
			copied := w.ids[pick("ann", "bob")]
			w.exec(`insert into case_copies (case_id, person_id) values ($1, $2)`, c.ID, copied)
			c.CopiedIDs = []int64{copied}
		}
		cases = append(cases, c)
	}
	return cases
}

func numbers(l db.CaseList) (list []db.Number) {
	for _, r := range l.Rows {
		list = append(list, r.ID)
	}
	return list
}
