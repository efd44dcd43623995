package policy

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"portico/db"

	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

func TestWhoSeesWhat(t *testing.T) {
	j := firstJudge(t)
	homeShares := func(who Actor, see string) Actor {
		who.Home.ContactsSee = see
		return who
	}
	harbourManager := Actor{Person: db.Person{ID: me}, Home: account(harbour), Grants: []db.Grant{
		grantAt(db.CaseManager, harbour, db.AndBelow)}}
	everything := sorted(endsAt["all"]...)

	for name, test := range map[string]struct {
		who  Actor
		may  Action
		want []string
	}{
		"nobody sees nothing":                       {Actor{}, See, nil},
		"a person without grants sees nothing":      {contact(), See, nil},
		"a disabled contact sees nothing":           {disabled(contact(customer())), See, nil},
		"a disabled platform administrator neither": {disabled(staff(db.Grant{Role: db.PlatformAdministrator})), See, nil},
		"rights are the sum of the grants": {
			contact(customer(), grantAt(db.CaseManager, halifaxPlant, db.ThisAccount)), See,
			[]string{"mine", "mine in a sister account", "copied", "copied in a sister account", "the child account's"},
		},
		"roles do not nest: a case manager's own cases elsewhere are not theirs": {
			contact(grantAt(db.CaseManager, mapleEast, db.ThisAccount)), See, endsAt["reach this account"],
		},
		"a grant in a sister branch shows that branch alone": {
			contact(grantAt(db.CaseManager, mapleWest, db.AndBelow)), See,
			[]string{"mine in a sister account", "copied in a sister account", "the sister account's"},
		},
		"a grant at a child shows nothing of the parent": {
			contact(grantAt(db.CaseManager, halifaxPlant, db.AndBelow)), See, []string{"the child account's"},
		},
		"another customer's case manager sees that customer alone": {
			harbourManager, See,
			[]string{"another customer's", "mine at another customer", "copied at another customer"},
		},
		"a grant without its path reaches nothing": {
			contact(db.Grant{Role: db.CaseManager, AccountID: 2, Reach: db.AndBelow}), See, nil,
		},
		"a grant without its reach reaches nothing": {
			contact(grantAt(db.CaseManager, mapleEast, "")), See, nil,
		},
		"an agent's role on a contact is nothing": {contact(db.Grant{Role: db.Agent, QueueID: voice}), See, nil},
		"a contact's role on staff is nothing":    {staff(grantAt(db.CaseManager, maple, db.AndBelow)), See, nil},
		"an agent sees all":                       {staff(db.Grant{Role: db.Agent, QueueID: billing}), See, everything},
		"an agent of two queues works on both": {
			staff(db.Grant{Role: db.Agent, QueueID: billing}, db.Grant{Role: db.Agent, QueueID: voice}), Work, everything,
		},
		"an agent without a queue works on nothing": {staff(db.Grant{Role: db.Agent}), Work, nil},

		"where contacts see the account's cases, its customers see them": {
			homeShares(contact(customer()), db.SeeAccount), See,
			append([]string{"a colleague's"}, append(endsAt["own"], endsAt["copied"]...)...),
		},
		"where they see those below too, its customers see these": {
			homeShares(contact(customer()), db.SeeBelow), See,
			append([]string{"a colleague's", "the child account's"}, append(endsAt["own"], endsAt["copied"]...)...),
		},
		"they only see them": {
			homeShares(contact(customer()), db.SeeBelow), Comment, append(endsAt["own"], endsAt["copied"]...),
		},
		"who is not its customer does not see them": {
			homeShares(contact(grantAt(db.Reports, mapleEast, db.AndBelow)), db.SeeBelow), See, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := seen(t, j, test.who, test.may), sorted(test.want...); !slices.Equal(got, want) {
				t.Errorf("cases %q, want %q", got, want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	j := firstJudge(t)
	who := contact(customer())
	for name, test := range map[string]struct {
		may  Action
		what Object
		want error
	}{
		"what one may do is no error":                 {Solve, cases["mine"], nil},
		"what one sees but may not do is forbidden":   {Solve, cases["copied"], Forbidden{Solve}},
		"what one may not see is not found":           {Solve, cases["a colleague's"], db.ErrNotFound},
		"what one may not see can't be found to see":  {See, cases["a colleague's"], db.ErrNotFound},
		"opening a case elsewhere is forbidden":       {Open, Account(mapleWest), Forbidden{Open}},
		"opening a case at home is no error":          {Open, Account(mapleEast), nil},
		"set-up is not there for contacts":            {Configure, Object{}, db.ErrNotFound},
		"an account without a path is no way through": {Open, Account(nil), Forbidden{Open}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := j.Check(who, test.may, test.what); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
	if err := j.Check(staff(db.Grant{Role: db.TeamLead, QueueID: 1}), Configure, Object{}); !errors.Is(err, Forbidden{Configure}) {
		t.Errorf("a team lead configures: %v", err)
	}
	if err := j.Check(staff(db.Grant{Role: db.PlatformAdministrator}), Configure, Object{}); err != nil {
		t.Errorf("a platform administrator configures: %v", err)
	}
}

func TestActor(t *testing.T) {
	lead := staff(db.Grant{Role: db.TeamLead, QueueID: 12}, db.Grant{Role: db.Agent, QueueID: 11},
		db.Grant{Role: db.Agent, QueueID: 12})
	if !lead.SignedIn() || !lead.Staff() || !lead.Is(db.TeamLead) || lead.Is(db.PlatformAdministrator) {
		t.Error("a team lead is a team lead, and staff")
	}
	if got := lead.Queues(); !slices.Equal(got, []int64{11, 12}) {
		t.Errorf("queues %v", got)
	}
	for name, who := range map[string]Actor{"nobody": {}, "somebody disabled": disabled(lead)} {
		if who.SignedIn() || who.Staff() || who.Is(db.TeamLead) || len(who.Queues()) > 0 {
			t.Errorf("%s is somebody", name)
		}
	}
	if contact(customer()).Staff() {
		t.Error("a contact is staff")
	}
}

// A scope names each part of the tree once: a list asks the database for every part it names.
func TestScopesNameNothingTwice(t *testing.T) {
	j := firstJudge(t)
	who := contact(
		grantAt(db.CaseManager, halifaxPlant, db.ThisAccount),
		grantAt(db.CaseManager, mapleEast, db.ThisAccount),
		grantAt(db.CustomerAdministrator, mapleEast, db.AndBelow),
		grantAt(db.CaseManager, mapleEast, db.AndBelow),
		grantAt(db.CaseManager, mapleWest, db.ThisAccount),
		grantAt(db.CustomerAdministrator, mapleWest, db.ThisAccount),
	)
	s := j.Scope(who, See)
	if !slices.Equal(s.Branches, []db.Branch{{AccountID: 2, Depth: 1}}) || !slices.Equal(s.Accounts, []int64{4}) {
		t.Errorf("%+v", s)
	}
	all := j.Scope(staff(db.Grant{Role: db.Agent, QueueID: voice}, db.Grant{Role: db.PlatformAdministrator}), SeeReports)
	if !all.All || len(all.Queues) > 0 {
		t.Errorf("all and more: %+v", all)
	}
}

// changing is a policy whose lines can be changed, or be out of reach.
type changing struct {
	*stringadapter.Adapter
	away error
}

func (c *changing) LoadPolicy(m model.Model) error {
	if c.away != nil {
		return c.away
	}
	return c.Adapter.LoadPolicy(m)
}

var _ persist.Adapter = (*changing)(nil)

func TestReload(t *testing.T) {
	lines := &changing{Adapter: stringadapter.NewAdapter("p, customer, see, own")}
	j, err := NewJudge(lines)
	if err != nil {
		t.Fatal(err)
	}
	who := contact(customer())
	if j.Can(who, Comment, cases["mine"]) {
		t.Fatal("what no line allows is allowed")
	}

	lines.Line += "\np, customer, comment, own\np, customer, fly, all\np, customer, see, everywhere"
	if j.Can(who, Comment, cases["mine"]) {
		t.Error("a line counts before it is read")
	}
	if err := j.Reload(); err != nil {
		t.Fatal(err)
	}
	if !j.Can(who, Comment, cases["mine"]) {
		t.Error("a new line does not count")
	}
	if j.Can(who, See, cases["another customer's"]) || j.Can(who, "fly", cases["mine"]) {
		t.Error("a line with unknown words allows something")
	}

	lines.away = errors.New("the database is away")
	if err := j.Reload(); !errors.Is(err, lines.away) {
		t.Errorf("error %v", err)
	}
	if !j.Can(who, Comment, cases["mine"]) {
		t.Error("a failed reload forgot the policy")
	}

	lines.away, lines.Line = nil, "p, customer, comment, own"
	if err := j.Reload(); err != nil {
		t.Fatal(err)
	}
	if j.Can(who, See, cases["mine"]) {
		t.Error("a removed line still counts")
	}
}

func TestNewJudgeNeedsItsLines(t *testing.T) {
	away := errors.New("the database is away")
	if j, err := NewJudge(&changing{away: away}); !errors.Is(err, away) || j != nil {
		t.Errorf("judge %v, error %v", j, err)
	}
}

func TestManyAskWhileThePolicyIsRead(t *testing.T) {
	j := firstJudge(t)
	who := contact(customer())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if !j.Can(who, See, cases["mine"]) || !j.Scope(who, See).Holds(cases["mine"]) {
					t.Error("one's own case is lost for a moment")
					return
				}
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			if err := j.Reload(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestEstablish(t *testing.T) {
	none := stringadapter.NewAdapter("# none yet")
	if err := Establish(none); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(none.Line, "p,"), strings.Count(firstText, "\np,"); got != want {
		t.Errorf("%d lines stored, want %d", got, want)
	}
	own := stringadapter.NewAdapter("p, customer, see, own")
	if err := Establish(own); err != nil {
		t.Fatal(err)
	}
	if own.Line != "p, customer, see, own" {
		t.Errorf("a policy that stood was replaced: %q", own.Line)
	}
}
