package desk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
)

// TestNobodyGrantsBeyondTheirReach draws account trees, people and what they were granted, and lets one customer
// administrator and all whom they make one do whatever they can think of. In the end nobody has gained or lost a right at
// an account out of that administrator's reach.
func TestNobodyGrantsBeyondTheirReach(t *testing.T) {
	site := newGranting(t)
	changed := 0
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := &reachWorld{granting: site, Rand: rand.New(rand.NewPCG(seed, 97)), t: t}
			w.make(fmt.Sprint("w", seed, "-"))
			before := w.everybody()
			reach := w.Desk.Judge.Accounts(before[w.people[0]], policy.ManageContacts)
			for range 120 {
				if w.act() {
					changed++
				}
			}
			after := w.everybody()
			for _, id := range w.people {
				for _, g := range after[id].Grants {
					if g.Role.Staff() {
						t.Errorf("a contact has become %s", g.Role)
					}
				}
				for _, path := range w.paths {
					for _, may := range policy.Actions {
						had, has := w.Desk.Judge.Can(before[id], may, policy.Account(path)), w.Desk.Judge.Can(after[id], may, policy.Account(path))
						// What every contact of their home account may do follows from being one, which takes any role there.
						home := after[id]
						home.Grants = []db.Grant{{Role: db.Customer, AccountID: home.Home.ID, Reach: db.ThisAccount, Path: home.Home.Path}}
						if had != has && !reach.Holds(path) && !w.Desk.Judge.Can(home, may, policy.Account(path)) {
							t.Fatalf("%d may %s at %v: it was %t, and is %t, but that is out of reach: %+v", id, may, path, had, has, reach)
						}
					}
				}
			}
		})
	}
	if changed < 20 {
		t.Errorf("only %d changes could be made: the worlds test nothing", changed)
	}
}

type reachWorld struct {
	*granting
	*rand.Rand
	t      *testing.T
	ids    []int64
	paths  [][]int64
	people []int64 // the first is the one administrator
}

// make puts two customers with their contacts beside the demo.
func (w *reachWorld) make(prefix string) {
	ctx := w.t.Context()
	check := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for n := range 14 {
		a := db.Account{Name: fmt.Sprint(prefix, n), ClientNumber: fmt.Sprint(prefix, n), Tier: "standard", TimeZone: "UTC",
			ContactsSee: []string{db.SeeOwn, db.SeeAccount, db.SeeBelow}[w.IntN(3)]}
		if n > 1 {
			a.ParentID = w.ids[max(0, len(w.ids)-1-w.IntN(5))]
		}
		rows := []db.Account{a}
		check(db.Add(ctx, w.DB, rows))
		w.ids = append(w.ids, rows[0].ID)
	}
	list, err := w.DB.AccountsWithin(ctx, db.AccountScope{Accounts: w.ids})
	check(err)
	for _, a := range list {
		w.paths = append(w.paths, a.Path)
	}
	var grants []db.Grant
	for n := range 10 {
		path := w.paths[w.IntN(len(w.paths))]
		if n == 0 { // somewhere with accounts below it
			path = w.paths[w.IntN(4)]
		}
		home := path[len(path)-1]
		rows := []db.Person{{AccountID: home, FirstName: "P", LastName: fmt.Sprint(n), Email: fmt.Sprint(prefix, n, "@example.test"), Language: "en", Theme: "auto"}}
		check(db.Add(ctx, w.DB, rows))
		w.people = append(w.people, rows[0].ID)
		if n == 0 {
			grants = append(grants, db.Grant{PersonID: rows[0].ID, Role: db.CustomerAdministrator, AccountID: home, Reach: []db.Reach{db.AndBelow, db.ThisAccount}[w.IntN(4)/3]})
			continue
		}
		for _, role := range []db.Role{db.Customer, db.CaseManager, db.Reports} {
			if w.IntN(2) == 0 {
				grants = append(grants, db.Grant{PersonID: rows[0].ID, Role: role, AccountID: w.ids[w.IntN(len(w.ids))], Reach: w.reach()})
			}
		}
	}
	check(db.Add(ctx, w.DB, grants))
}

func (w *reachWorld) reach() db.Reach { return []db.Reach{db.ThisAccount, db.AndBelow}[w.IntN(2)] }

// act has somebody try to change somebody's grants in any way, and tells whether something came of it.
func (w *reachWorld) act() bool {
	by, to := w.people[w.IntN(len(w.people))], w.people[w.IntN(len(w.people))]
	if w.IntN(2) == 0 {
		by = w.people[0]
	}
	ctx := w.t.Context()
	who := w.actor(by)
	in := desk.Regrant{}
	if held, err := w.Desk.Grants(ctx, who, to); err == nil {
		in.Was = slices.Concat(held.Own, held.Fixed)
		in.Want = slices.Clone(held.Own)
	}
	for range w.IntN(3) {
		if len(in.Want) > 0 {
			i := w.IntN(len(in.Want))
			if w.IntN(2) == 0 {
				in.Want = slices.Delete(in.Want, i, i+1)
			} else {
				in.Want[i].Reach = w.reach()
			}
		}
	}
	for range w.IntN(3) {
		roles := db.Roles
		if w.IntN(3) > 0 {
			roles = roles[:4] // of contacts
		}
		in.Want = append(in.Want, db.Grant{Role: roles[w.IntN(len(roles))], AccountID: w.ids[w.IntN(len(w.ids))], Reach: w.reach()})
	}
	if w.IntN(10) == 0 { // a tampered form
		in.Was = in.Want
	}
	changes, err := w.Desk.Regrant(ctx, who, to, in)
	var invalid desk.Invalid
	switch {
	case err == nil:
		return len(changes) > 0
	case errors.As(err, &invalid), errors.Is(err, db.ErrNotFound), errors.Is(err, db.ErrStale), errors.Is(err, desk.ErrLastAdministrator),
		errors.Is(err, policy.Forbidden{Action: policy.ManageContacts}):
		return false
	}
	w.t.Fatalf("%d changes %d to %+v: %v", by, to, in, err)
	return false
}

func (w *reachWorld) actor(id int64) policy.Actor {
	w.t.Helper()
	them, err := w.DB.ContactRecord(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return policy.Actor{Person: them.Person, Home: them.Home, Grants: them.Grants}
}

func (w *reachWorld) everybody() map[int64]policy.Actor {
	all := map[int64]policy.Actor{}
	for _, id := range w.people {
		all[id] = w.actor(id)
	}
	return all
}
