package db_test

import (
	"slices"
	"testing"

	"portico/db"
	"portico/db/dbtest"
)

func TestAccountsWithinAScope(t *testing.T) {
	d := dbtest.Demo(t)
	all, err := d.AccountsWithin(t.Context(), db.AccountScope{All: true})
	if err != nil {
		t.Fatal(err)
	}
	number := map[string]db.Account{}
	for _, a := range all {
		number[a.ClientNumber] = a
	}
	branch := func(n string) db.Branch { return db.Branch{AccountID: number[n].ID, Depth: number[n].Depth()} }
	for _, c := range []struct {
		name string
		in   db.AccountScope
		want []string
	}{
		{"the zero scope", db.AccountScope{}, nil},
		{"all, parents before their children", db.AccountScope{All: true}, []string{"100200", "100210", "100211", "100220", "200300", "200310"}},
		{"one account", db.AccountScope{Accounts: []int64{number["100210"].ID}}, []string{"100210"}},
		{"a branch", db.AccountScope{Branches: []db.Branch{branch("100210")}}, []string{"100210", "100211"}},
		{"a branch and an account elsewhere", db.AccountScope{Branches: []db.Branch{branch("100210")}, Accounts: []int64{number["200310"].ID}},
			[]string{"100210", "100211", "200310"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := d.AccountsWithin(t.Context(), c.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range found {
				got = append(got, a.ClientNumber)
				if !c.in.Holds(a.Path) {
					t.Errorf("%s is listed, and the scope does not hold it", a.Name)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestAnEditionIsAnotherWhenWhatRulesSpeakOfIs(t *testing.T) {
	d := dbtest.Demo(t)
	edition := func() db.Edition {
		e, err := d.Edition(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	before := edition()
	if again := edition(); again != before || before.Rules == 0 {
		t.Fatalf("%+v, then %+v", before, again)
	}
	published, err := d.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(published.Forms) != len(published.Items) {
		t.Errorf("%d items with %d forms", len(published.Items), len(published.Forms))
	}
	for _, change := range []struct {
		name string
		do   func() error
	}{
		{"a queue is added", func() error { return db.Add(t.Context(), d, []db.Queue{{Name: "Wireless", Position: 9}}) }},
		{"a service is added", func() error {
			return db.Add(t.Context(), d, []db.Service{{Value: "Paging", Name: published.Services[0].Name, Family: "voice", State: db.Running}})
		}},
		{"a form is published", func() error {
			return db.Add(t.Context(), d, []db.FormVersion{{Item: published.Forms[0].Item, Form: published.Forms[0].Form}})
		}},
	} {
		if err := change.do(); err != nil {
			t.Fatal(err)
		}
		after := edition()
		if after == before || after.Rules != before.Rules {
			t.Errorf("%s: %+v, then %+v", change.name, before, after)
		}
		before = after
	}
}
