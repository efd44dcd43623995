package policy

import (
	"slices"
	"testing"
	"time"

	"portico/db"
)

// The demo's accounts and two of its queues.
var (
	maple        = []int64{1}
	mapleEast    = []int64{1, 2}
	halifaxPlant = []int64{1, 2, 3}
	mapleWest    = []int64{1, 4}
	harbour      = []int64{5}
	harbourNorth = []int64{5, 6}
)

const (
	voice   = 11
	billing = 12

	me       = 21 // whoever asks
	somebody = 22
)

var accounts = map[string][]int64{
	"Maple Foods":               maple,
	"Maple Foods East":          mapleEast,
	"Maple Foods Halifax Plant": halifaxPlant,
	"Maple Foods West":          mapleWest,
	"Harbour Clinics":           harbour,
	"Harbour Clinics North":     harbourNorth,
}

var cases = map[string]db.CaseRef{
	"mine":                       {Path: mapleEast, RequesterID: me, QueueID: voice},
	"mine in a sister account":   {Path: mapleWest, RequesterID: me, QueueID: billing},
	"mine at another customer":   {Path: harbour, RequesterID: me, QueueID: billing},
	"copied":                     {Path: mapleEast, RequesterID: somebody, CopiedIDs: []int64{somebody, me}, QueueID: billing},
	"copied in a sister account": {Path: mapleWest, RequesterID: somebody, CopiedIDs: []int64{me}, QueueID: billing},
	"copied at another customer": {Path: harbour, RequesterID: somebody, CopiedIDs: []int64{me}, QueueID: voice},
	"a colleague's":              {Path: mapleEast, RequesterID: somebody, QueueID: billing},
	"the child account's":        {Path: halifaxPlant, RequesterID: somebody, QueueID: voice},
	"the parent account's":       {Path: maple, RequesterID: somebody, QueueID: billing},
	"the sister account's":       {Path: mapleWest, RequesterID: somebody, QueueID: voice},
	"another customer's":         {Path: harbour, RequesterID: somebody, QueueID: billing},
}

func account(path []int64) db.Account {
	return db.Account{ID: path[len(path)-1], Path: path, ContactsSee: db.SeeOwn}
}

// contact is somebody at Maple Foods East.
func contact(grants ...db.Grant) Actor {
	return Actor{Person: db.Person{ID: me, AccountID: 2}, Home: account(mapleEast), Grants: grants}
}

func staff(grants ...db.Grant) Actor {
	return Actor{Person: db.Person{ID: me, Staff: true}, Grants: grants}
}

func grantAt(role db.Role, path []int64, reach db.Reach) db.Grant {
	return db.Grant{Role: role, AccountID: path[len(path)-1], Reach: reach, Path: path}
}

func customer() db.Grant { return grantAt(db.Customer, mapleEast, db.ThisAccount) }

func firstJudge(t testing.TB) *Judge {
	t.Helper()
	j, err := NewJudge(First())
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// seen names the cases that the actor can do this to, and holds Can and Scope to the same answer.
func seen(t *testing.T, j *Judge, who Actor, may Action) []string {
	t.Helper()
	var names []string
	scope := j.Scope(who, may)
	for name, c := range cases {
		can := j.Can(who, may, c)
		if can != scope.Holds(c) {
			t.Errorf("%s, %q: Can says %t, the scope %t", may, name, can, !can)
		}
		if can {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// reached names the accounts at which the actor can do this, and holds Can and Accounts to the same answer.
func reached(t *testing.T, j *Judge, who Actor, may Action) []string {
	t.Helper()
	var names []string
	scope := j.Accounts(who, may)
	for name, path := range accounts {
		can := j.Can(who, may, Account(path))
		if can != scope.Holds(path) {
			t.Errorf("%s at %s: Can says %t, the scope %t", may, name, can, !can)
		}
		if can {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func sorted(names ...string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func disabled(who Actor) Actor {
	who.Person.DisabledAt = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	return who
}
