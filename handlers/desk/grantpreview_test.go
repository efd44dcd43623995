package desk_test

import (
	"fmt"
	"slices"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
)

// TestWhatAGrantWouldAdd holds the preview to what is seen after it: the cases that are in the new scope and were not in
// the old one, as far as who asks sees them.
func TestWhatAGrantWouldAdd(t *testing.T) {
	g := newGranting(t)
	counted := 0
	for _, test := range []struct {
		by, to   string
		give     []db.Grant
		take     db.Role
		accounts []int // more, less
	}{
		{"admin@maple.test", "colleague@maple.test", []db.Grant{g.at(db.CaseManager, mapleEast, db.ThisAccount)}, "", []int{1, 0}},
		{"admin@maple.test", "colleague@maple.test", []db.Grant{g.at(db.CaseManager, maple, db.AndBelow)}, "", []int{4, 0}},
		{"admin@maple.test", "manager@maple.test", []db.Grant{g.at(db.CustomerAdministrator, maple, db.AndBelow)}, db.CaseManager, []int{2, 0}},
		{"admin@maple.test", "manager@maple.test", []db.Grant{g.at(db.CustomerAdministrator, mapleHalifax, db.AndBelow)}, db.CaseManager, []int{0, 1}},
		{"admin@maple.test", "manager@maple.test", []db.Grant{g.at(db.Reports, maple, db.AndBelow)}, "", []int{0, 0}},
		{"admin@maple.test", "manager@maple.test", nil, db.CaseManager, []int{0, 2}},
		{"site-admin@maple.test", "colleague@maple.test", []db.Grant{g.at(db.CaseManager, mapleEast, db.ThisAccount)}, db.Customer, []int{1, 0}},
		{"admin@maple.test", "colleague@maple.test", nil, db.Customer, []int{0, 0}},
		{"platform@boreal.test", "customer@harbour.test", []db.Grant{g.at(db.CaseManager, maple, db.AndBelow)}, "", []int{4, 0}},
	} {
		t.Run(fmt.Sprintf("%s gives %s %d and takes %q", test.by, test.to, len(test.give), test.take), func(t *testing.T) {
			who := g.Actor(test.by)
			ctx := db.Behind(t.Context(), g.Desk.Judge.Wall(who))
			held, err := g.Desk.Grants(ctx, who, g.person(test.to))
			if err != nil {
				t.Fatal(err)
			}
			want := slices.DeleteFunc(slices.Clone(held.Own), func(g db.Grant) bool { return g.Role == test.take })
			changes, err := g.Desk.Weigh(ctx, held, append(want, test.give...))
			if err != nil {
				t.Fatal(err)
			}
			p, err := g.Desk.PreviewGrants(ctx, who, held, changes)
			if err != nil {
				t.Fatal(err)
			}
			them := policy.Actor{Person: held.Them.Person, Home: held.Them.Home, Grants: held.Them.Grants}
			after := them
			after.Grants = slices.DeleteFunc(append(slices.Clone(them.Grants), test.give...), func(g db.Grant) bool { return g.Role == test.take && g.ID != 0 })
			more, less := g.difference(who, them, after), g.difference(who, after, them)
			counted += more + less
			if p.More.Cases != min(more, desk.SightCap+1) || p.Less.Cases != min(less, desk.SightCap+1) {
				t.Errorf("%+v more and %+v less, want %d and %d cases", p.More, p.Less, more, less)
			}
			if p.More.Accounts != test.accounts[0] || p.Less.Accounts != test.accounts[1] {
				t.Errorf("%+v more and %+v less, want accounts %v", p.More, p.Less, test.accounts)
			}
		})
	}
	if counted < 100 {
		t.Errorf("only %d cases came and went: the demo tests nothing", counted)
	}
}

// difference counts one by one what the second sees and the first doesn't, of what somebody else sees.
func (g *granting) difference(who, before, after policy.Actor) (n int) {
	g.t.Helper()
	rows, err := g.DB.Pool().Query(g.t.Context(), `
		select c.requester_id, coalesce((select array_agg(k.person_id) from case_copies k where k.case_id = c.id), '{}'), a.path, c.queue_id
		  from cases c join accounts a on a.id = c.account_id`)
	if err != nil {
		g.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c db.CaseRef
		if err := rows.Scan(&c.RequesterID, &c.CopiedIDs, &c.Path, &c.QueueID); err != nil {
			g.t.Fatal(err)
		}
		sees := func(a policy.Actor) bool { return g.Desk.Judge.Can(a, policy.See, c) }
		if sees(who) && sees(after) && !sees(before) {
			n++
		}
	}
	return n
}
