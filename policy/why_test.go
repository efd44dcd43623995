package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"portico/db"

	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

func TestWhy(t *testing.T) {
	j := firstJudge(t)
	manager := grantAt(db.CaseManager, mapleEast, db.AndBelow)
	site := grantAt(db.CustomerAdministrator, mapleEast, db.ThisAccount)
	for name, test := range map[string]struct {
		who     Actor
		may     Action
		what    Object
		because []string
		missing []string
	}{
		"the grant and the line that allow it": {
			contact(customer(), manager), See, cases["the child account's"],
			[]string{"case-manager reach"}, []string{"customer shared not-shared", "customer own not-requester", "customer copied not-copied"},
		},
		"all that allow it, each on its own": {
			contact(customer(), manager), Comment, cases["mine"],
			[]string{"customer own", "case-manager reach"}, []string{"customer copied not-copied"},
		},
		"a grant of the account alone": {
			contact(site), ManageContacts, Account(halifaxPlant), nil, []string{"customer-administrator reach only-this-account"},
		},
		"a grant in another branch": {
			contact(manager), See, cases["the sister account's"], nil, []string{"case-manager reach other-account"},
		},
		"a grant at another customer": {
			contact(manager), See, cases["another customer's"], nil, []string{"case-manager reach other-customer"},
		},
		"a role without a line for it": {
			contact(customer(), manager), Work, cases["mine"], nil, []string{"customer not-of-role", "case-manager not-of-role"},
		},
		"another queue, and the nearest miss stands first": {
			staff(db.Grant{Role: db.PlatformAdministrator}, db.Grant{Role: db.Agent, QueueID: voice}), Work, cases["mine in a sister account"],
			nil, []string{"agent queues other-queue", "platform-administrator not-of-role"},
		},
		"an account waits in no queue": {
			staff(db.Grant{Role: db.Agent, QueueID: voice}), Work, Account(maple), nil, []string{"agent queues cases-only"},
		},
		"a role of staff on a contact": {
			contact(db.Grant{Role: db.Agent, QueueID: voice}), See, cases["mine"], nil, []string{"agent wrong-kind"},
		},
		"a grant without its account": {
			contact(db.Grant{Role: db.CaseManager, Reach: db.AndBelow}), See, cases["mine"], nil, []string{"case-manager reach no-place"},
		},
		"the home account's own": {
			contact(customer()), Open, Account(mapleWest), nil, []string{"customer home other-home"},
		},
		"nothing at all": {contact(), See, cases["mine"], nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := j.Why(test.who, test.may, test.what)
			var because, missing []string
			for _, l := range e.Because {
				because = append(because, fmt.Sprint(l.Grant.Role, " ", l.Reach))
			}
			for _, m := range e.Missing {
				if m.Reach == "" {
					missing = append(missing, fmt.Sprint(m.Grant.Role, " ", m.Why))
				} else {
					missing = append(missing, fmt.Sprint(m.Grant.Role, " ", m.Reach, " ", m.Why))
				}
			}
			if !slices.Equal(because, test.because) {
				t.Errorf("because %q, want %q", because, test.because)
			}
			if !slices.Equal(missing, test.missing) {
				t.Errorf("missing %q, want %q", missing, test.missing)
			}
		})
	}
	t.Run("of somebody disabled it tells what is theirs, and allows nothing", func(t *testing.T) {
		e := j.Why(disabled(contact(manager)), See, cases["mine"])
		if e.Allowed() || e.SignedIn || len(e.Because) != 1 {
			t.Errorf("%+v", e)
		}
	})
}

// TestWhyAllowsWhatCanAllows holds it for people, actions, cases and accounts of generated worlds, under the first policy
// and under others; and that whatever isn't allowed by a line is missed for some reason.
func TestWhyAllowsWhatCanAllows(t *testing.T) {
	for seed := range uint64(24) {
		w := generate(rand.New(rand.NewPCG(seed, 11)))
		j := firstJudge(t)
		if seed%2 == 1 {
			var err error
			if j, err = NewJudge(stringadapter.NewAdapter(w.anyPolicy())); err != nil {
				t.Fatal(err)
			}
		}
		yes := 0
		for _, who := range w.people {
			for _, action := range Actions {
				objects := slices.Clone(w.cases)
				for _, path := range w.paths {
					objects = append(objects, Account(path))
				}
				for _, o := range objects {
					e := j.Why(who, action, o)
					if can := j.Can(who, action, o); e.Allowed() != can {
						t.Fatalf("%s %+v\nby %+v\nCan says %t, and Why %+v", action, o, who, can, e)
					}
					if e.Allowed() {
						yes++
					}
					lines := 0
					for _, g := range who.Grants {
						lines += max(1, len(j.Reaches(g.Role, action)))
						if g.Role.Staff() != who.Person.Staff {
							lines += 1 - max(1, len(j.Reaches(g.Role, action)))
						}
					}
					if len(e.Because)+len(e.Missing) != lines {
						t.Fatalf("%s by %+v: %d lines speak of it, and Why of others: %+v", action, who, lines, e)
					}
					for _, m := range e.Missing {
						if !slices.Contains(nearest, m.Why) {
							t.Fatalf("missed without a reason: %+v", m)
						}
					}
				}
			}
		}
		if yes == 0 {
			t.Error("nobody may do anything: the world tests nothing")
		}
	}
}
