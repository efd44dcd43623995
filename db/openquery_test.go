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

func TestListsOfAccountsReadNoMoreThanTheyShow(t *testing.T) {
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
	scopes := map[string]db.AccountScope{
		"the zero scope":                    {},
		"all":                               {All: true},
		"one account":                       {Accounts: []int64{number["100210"].ID}},
		"a branch":                          {Branches: []db.Branch{branch("100210")}},
		"the last branch":                   {Branches: []db.Branch{branch("200310")}},
		"two branches, one account between": {Branches: []db.Branch{branch("200310"), branch("100210")}, Accounts: []int64{number["100220"].ID}},
	}
	for name, in := range scopes {
		for limit := 1; limit <= 7; limit++ {
			var want []string
			within, err := d.AccountsWithin(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range within[:min(limit, len(within))] {
				want = append(want, a.ClientNumber)
			}
			got, err := d.AccountLines(t.Context(), in, limit)
			if err != nil {
				t.Fatal(err)
			}
			if list := clients(got); !slices.Equal(list, want) {
				t.Errorf("%s, %d of them: %v, want %v", name, limit, list, want)
			}
		}
	}
}

func TestAccountsAndCallersAreFoundByTheBeginningsOfWords(t *testing.T) {
	d := dbtest.Demo(t)
	for _, c := range []struct {
		words            string
		accounts, people int
	}{
		{"", 0, 10}, {"  ", 0, 10}, {"%", 0, 0}, {"'", 0, 0}, {"maple", 4, 8}, {"MAP fo", 4, 8}, {"foods", 4, 8}, {"aple", 0, 0},
		{"100211", 1, 1}, {"1002", 4, 8}, {"halifax 100211", 1, 1}, {"halifax 100210", 0, 0}, {"Hàlifâx", 1, 1},
		{"customer@harbour.test", 0, 1}, {"boreal", 0, 0}, {"clinics & !north", 1, 0}, {`a\':*(|`, 0, -1},
	} {
		accounts, err := d.FindAccounts(t.Context(), db.AccountScope{All: true}, c.words, 100)
		if err != nil || len(accounts) != c.accounts {
			t.Errorf("%q: %d accounts, want %d (%v)", c.words, len(accounts), c.accounts, err)
		}
		people, err := d.Callers(t.Context(), db.AccountScope{All: true}, c.words, 100)
		if err != nil || c.people >= 0 && len(people) != c.people {
			t.Errorf("%q: %d people, want %d (%v)", c.words, len(people), c.people, err)
		}
	}
	if none, err := d.FindAccounts(t.Context(), db.AccountScope{}, "maple", 100); err != nil || len(none) > 0 {
		t.Errorf("the zero scope finds %v, %v", none, err)
	}
}

func TestACallerIsFoundByTheNewNameOfTheirAccount(t *testing.T) {
	urls := dbtest.FreshDemo(t)
	d := dbtest.Open(t, urls.Program)
	if _, err := d.Pool().Exec(t.Context(), `update accounts set name = 'Érable Alimentation' where client_number = '100211'`); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]int{"erable": 1, "halifax": 0} {
		found, err := d.Callers(t.Context(), db.AccountScope{All: true}, words, 10)
		if err != nil || len(found) != want {
			t.Errorf("by %q: %+v, %v", words, found, err)
		}
	}
}

func clients(list []db.AccountLine) (out []string) {
	for _, a := range list {
		out = append(out, a.ClientNumber)
	}
	return out
}
