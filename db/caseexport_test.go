package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"portico/db"
)

// TestWholeListsArePagesInARow: a list that is read as a whole has the same cases in the same order as its pages, for each
// order, and whatever it is narrowed by.
func TestWholeListsArePagesInARow(t *testing.T) {
	w := newCaseWorld(t)
	manyCases(t, w, 300)
	several := db.Scope{Branches: w.branch("east").Branches, Accounts: []int64{w.last("harbour")}, Own: w.own("ann", "east").Own}
	for name, test := range map[string]struct {
		in db.Scope
		f  db.CaseFilter
	}{
		"all":              {db.Scope{All: true}, db.CaseFilter{}},
		"a branch":         {w.branch("maple"), db.CaseFilter{Priority: db.High}},
		"several parts":    {several, db.CaseFilter{}},
		"one's own":        {w.own("ann", "east"), db.CaseFilter{Requester: w.ids["ann"]}},
		"copied":           {db.Scope{Own: db.Own{Root: w.paths["east"][0], Copied: w.ids["ann"]}}, db.CaseFilter{Within: &several}},
		"a number":         {several, db.CaseFilter{Search: "CS0000007"}},
		"words":            {several, db.CaseFilter{Search: "dial"}},
		"words of nothing": {several, db.CaseFilter{Search: "nothingofthekind"}},
		"nothing":          {db.Scope{}, db.CaseFilter{}},
		"below an account": {several, db.CaseFilter{Under: w.branch("maple").Branches[0]}},
	} {
		for i, by := range db.Sorts {
			reverse := i%2 == 1
			var pages, whole []db.Number
			for p := (db.CasePaging{Sort: by, Reverse: reverse}); ; {
				list := w.list(test.in, test.f, p)
				pages = append(pages, numbers(list)...)
				if p.After = list.Next; p.After == "" {
					break
				}
			}
			err := w.WholeList(context.Background(), test.in, test.f, by, reverse, func(r *db.CaseRow) error {
				whole = append(whole, r.ID)
				if r.Account == "" || r.Contact == "" {
					t.Errorf("%s has no account or no contact", r.ID)
				}
				return nil
			})
			if err != nil || !slices.Equal(pages, whole) {
				t.Errorf("%s by %s: %d on pages, %d as a whole (%v)", name, by, len(pages), len(whole), err)
			}
		}
	}
}

func TestWholeListsEndWhenTheirReaderLeaves(t *testing.T) {
	w := newCaseWorld(t)
	manyCases(t, w, 450)
	left := errors.New("left")
	for range 20 { // more often than can be read at once: each gives back what it held
		seen := 0
		err := w.WholeList(context.Background(), db.Scope{All: true}, db.CaseFilter{}, db.ByTitle, false, func(*db.CaseRow) error {
			if seen++; seen == 250 {
				return left
			}
			return nil
		})
		if !errors.Is(err, left) {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.WholeList(ctx, db.Scope{All: true}, db.CaseFilter{}, db.ByTitle, false, func(*db.CaseRow) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after its time was over: %v", err)
	}
}

// TestScopesAtAnAccount: the part of a scope by which an account is seen holds all that the scope holds there, for all scopes and accounts.
func TestScopesAtAnAccount(t *testing.T) {
	w := newCaseWorld(t)
	cases := manyCases(t, w, 120)
	scopes := map[string]db.Scope{
		"all": {All: true}, "nothing": {}, "a branch": w.branch("east"), "an account alone": {Accounts: []int64{w.last("east")}},
		"both": {Branches: w.branch("west").Branches, Accounts: []int64{w.last("maple")}}, "one's own": w.own("ann", "east"), "a queue": {Queues: []int64{w.ids["Voice"]}},
	}
	narrowed := 0
	for name, in := range scopes {
		for account, path := range w.paths {
			for _, below := range []bool{false, true} {
				part, ok := in.At(path, below)
				if !ok {
					continue
				}
				narrowed++
				there := db.Scope{Accounts: path[len(path)-1:]}
				if below {
					there = w.branch(account)
				}
				for _, c := range cases {
					if want := in.Holds(c.Ref()) && there.Holds(c.Ref()); (part.Holds(c.Ref()) && there.Holds(c.Ref())) != want || part.Holds(c.Ref()) && !in.Holds(c.Ref()) {
						t.Fatalf("%s at %s, below %t: %s is in it: %t", name, account, below, fmt.Sprint(c.ID), !want)
					}
				}
			}
		}
	}
	if narrowed < 15 {
		t.Errorf("only %d of them could be narrowed", narrowed)
	}
}
