package policy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"portico/db"

	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

// TestScopesAndSingleAnswersAgree holds, over generated trees, people, cases and policies, that a list shows exactly
// what a single look allows.
func TestScopesAndSingleAnswersAgree(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := generate(rand.New(rand.NewPCG(seed, 7)))
			j := firstJudge(t)
			if seed%2 == 1 { // half of them under a policy that nobody would write
				var err error
				if j, err = NewJudge(stringadapter.NewAdapter(w.anyPolicy())); err != nil {
					t.Fatal(err)
				}
			}
			yes := 0
			for _, who := range w.people {
				for _, action := range Actions {
					yes += w.agree(t, j, who, action)
				}
			}
			if yes == 0 {
				t.Error("nobody may do anything: the world tests nothing")
			}
		})
	}
}

// agree compares all answers about one person and action, and counts the cases that it is allowed for.
func (w world) agree(t *testing.T, j *Judge, who Actor, action Action) (yes int) {
	t.Helper()
	scope, within := j.Scope(who, action), j.Accounts(who, action)
	for _, c := range w.cases {
		can := j.Can(who, action, c)
		if can != scope.Holds(c) {
			t.Fatalf("%s %+v\nby %+v\nCan says %t, the scope not: %+v", action, c, who, can, scope)
		}
		if can {
			yes++
		}
	}
	for _, path := range w.paths {
		if can := j.Can(who, action, Account(path)); can != within.Holds(path) || can != scope.Holds(Account(path)) {
			t.Fatalf("%s at %v\nby %+v\nCan says %t, a scope not: %+v, %+v", action, path, who, can, within, scope)
		}
	}
	other := w.people[w.IntN(len(w.people))]
	also := Actions[w.IntN(len(Actions))]
	both := j.AccountsOfBoth(who, action, other, also)
	for _, path := range w.paths {
		if want := within.Holds(path) && j.Accounts(other, also).Holds(path); both.Holds(path) != want {
			t.Fatalf("%s by %+v and %s by %+v, at %v: %t, want %t", action, who, also, other, path, both.Holds(path), want)
		}
	}
	if may := j.May(who, action); may == scope.Empty() {
		t.Fatalf("%s by %+v: May says %t, the scope is %+v", action, who, may, scope)
	}
	if !who.SignedIn() && !scope.Empty() {
		t.Fatalf("somebody disabled may %s: %+v", action, scope)
	}
	return yes
}

type world struct {
	*rand.Rand
	paths  [][]int64
	people []Actor
	cases  []db.CaseRef
}

func generate(r *rand.Rand) world {
	w := world{Rand: r}
	for id := int64(1); id <= 40; id++ {
		var parent []int64
		if id > 1 && r.IntN(8) > 0 { // often the newest: deep trees
			parent = w.paths[max(0, len(w.paths)-1-r.IntN(6))]
		}
		if len(parent) == db.MaxDepth {
			parent = nil
		}
		w.paths = append(w.paths, append(append([]int64{}, parent...), id))
	}
	for id := int64(1); id <= 30; id++ {
		w.people = append(w.people, w.person(id))
	}
	for range 150 {
		c := db.CaseRef{RequesterID: w.personID(), Path: w.path(), QueueID: 1 + r.Int64N(4)}
		for range r.IntN(3) {
			c.CopiedIDs = append(c.CopiedIDs, w.personID())
		}
		w.cases = append(w.cases, c)
	}
	return w
}

func (w world) path() []int64   { return w.paths[w.IntN(len(w.paths))] }
func (w world) personID() int64 { return 1 + w.Int64N(30) }

func (w world) person(id int64) Actor {
	who := Actor{Person: db.Person{ID: id, Staff: w.IntN(4) == 0}}
	if w.IntN(12) == 0 {
		who.Person.DisabledAt = time.Unix(1, 0)
	}
	if !who.Person.Staff {
		who.Home = account(w.path())
		who.Home.ContactsSee = []string{db.SeeOwn, db.SeeAccount, db.SeeBelow}[w.IntN(3)]
	}
	for range w.IntN(5) {
		g := db.Grant{PersonID: id, Role: db.Roles[w.IntN(len(db.Roles))]}
		switch {
		case !g.Role.Staff():
			g = grantAt(g.Role, w.path(), []db.Reach{db.ThisAccount, db.AndBelow}[w.IntN(2)])
		case g.Role != db.PlatformAdministrator:
			g.QueueID = 1 + w.Int64N(4)
		}
		who.Grants = append(who.Grants, g)
	}
	return who
}

// anyPolicy allows about a sixth of everything that a policy can say.
func (w world) anyPolicy() string {
	var lines []string
	for _, role := range db.Roles {
		for _, action := range Actions {
			for _, reach := range Reaches {
				if w.IntN(6) == 0 {
					lines = append(lines, fmt.Sprintf("p, %s, %s, %s", role, action, reach))
				}
			}
		}
	}
	return strings.Join(lines, "\n")
}
