package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"
)

// granting is the demo with what tests of grants ask for again and again.
type granting struct {
	*handlertest.Site
	t        *testing.T
	accounts map[string]db.Account
}

func newGranting(t *testing.T) *granting {
	g := &granting{Site: handlertest.New(t), t: t, accounts: map[string]db.Account{}}
	list, err := g.DB.AccountsWithin(t.Context(), db.AccountScope{All: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		g.accounts[a.ClientNumber] = a
	}
	return g
}

func (g *granting) person(email string) int64 {
	g.t.Helper()
	p, err := g.DB.PersonByEmail(g.t.Context(), email)
	if err != nil {
		g.t.Fatal(err)
	}
	return p.ID
}

// at is a grant at an account that is named by its client number.
func (g *granting) at(role db.Role, number string, reach db.Reach) db.Grant {
	a, ok := g.accounts[number]
	if !ok {
		return db.Grant{Role: role, AccountID: 1 << 40, Reach: reach} // there is none
	}
	return db.Grant{Role: role, AccountID: a.ID, Reach: reach, Path: a.Path}
}

// held are somebody's grants; none of staff.
func (g *granting) held(email string) []db.Grant {
	g.t.Helper()
	them, err := g.DB.ContactRecord(g.t.Context(), g.person(email))
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		g.t.Fatal(err)
	}
	return them.Grants
}

// restore gives a contact back what they had, whoever may do that.
func (g *granting) restore(email string, to []db.Grant) {
	g.t.Helper()
	var take []int64
	for _, has := range g.held(email) {
		take = append(take, has.ID)
	}
	if err := g.DB.ChangeGrants(g.t.Context(), g.person(email), take, to, dbtest.Now); err != nil {
		g.t.Fatal(err)
	}
}

// give has somebody give a contact one grant more, beside all that they see.
func (g *granting) give(by, to string, more db.Grant) error {
	g.t.Helper()
	who, id := g.Actor(by), g.person(to)
	held, err := g.Desk.Grants(g.t.Context(), who, id)
	if err != nil {
		return err
	}
	_, err = g.Desk.Regrant(g.t.Context(), who, id, desk.Regrant{Was: slices.Concat(held.Own, held.Fixed), Want: append(slices.Clone(held.Own), more)})
	return err
}

// take has somebody take from a contact all of a role that they may take.
func (g *granting) take(by, from string, role db.Role) error {
	g.t.Helper()
	who, id := g.Actor(by), g.person(from)
	held, err := g.Desk.Grants(g.t.Context(), who, id)
	if err != nil {
		return err
	}
	want := slices.DeleteFunc(slices.Clone(held.Own), func(g db.Grant) bool { return g.Role == role })
	_, err = g.Desk.Regrant(g.t.Context(), who, id, desk.Regrant{Was: slices.Concat(held.Own, held.Fixed), Want: want})
	return err
}

const harbour, harbourNorth = "200300", "200310"

// TestWhoMayGrantWhatToWhom holds, for each kind of person of the demo, what they can give to whom, at which account and
// how far.
func TestWhoMayGrantWhatToWhom(t *testing.T) {
	g := newGranting(t)
	refused := errors.New("refused") // beside a field of the form
	forbidden := policy.Forbidden{Action: policy.ManageContacts}
	for _, test := range []struct {
		by, to string
		role   db.Role
		at     string
		reach  db.Reach
		want   error
	}{
		{"admin@maple.test", "colleague@maple.test", db.CaseManager, mapleEast, db.ThisAccount, nil},
		{"admin@maple.test", "colleague@maple.test", db.CaseManager, mapleEast, db.AndBelow, nil},
		{"admin@maple.test", "colleague@maple.test", db.CaseManager, maple, db.AndBelow, nil},
		{"admin@maple.test", "colleague@maple.test", db.CustomerAdministrator, maple, db.AndBelow, nil},
		{"admin@maple.test", "plant@maple.test", db.Reports, mapleWest, db.ThisAccount, nil},
		{"admin@maple.test", "admin@maple.test", db.CaseManager, mapleWest, db.AndBelow, nil}, // oneself
		{"admin@maple.test", "colleague@maple.test", db.CaseManager, harbour, db.ThisAccount, refused},
		{"admin@maple.test", "colleague@maple.test", db.CaseManager, "none", db.ThisAccount, refused},
		{"admin@maple.test", "colleague@maple.test", db.Agent, mapleEast, db.ThisAccount, refused},
		{"admin@maple.test", "colleague@maple.test", db.PlatformAdministrator, mapleEast, db.ThisAccount, refused},
		{"admin@maple.test", "colleague@maple.test", "king", mapleEast, db.ThisAccount, refused},
		{"admin@maple.test", "colleague@maple.test", db.CaseManager, mapleEast, "everywhere", refused},
		{"admin@maple.test", "colleague@maple.test", db.Customer, mapleEast, db.ThisAccount, refused}, // has it already
		{"admin@maple.test", "customer@harbour.test", db.CaseManager, mapleEast, db.ThisAccount, db.ErrNotFound},
		{"admin@maple.test", "agent@boreal.test", db.CaseManager, mapleEast, db.ThisAccount, db.ErrNotFound},

		{"site-admin@maple.test", "colleague@maple.test", db.CaseManager, mapleEast, db.ThisAccount, nil},
		{"site-admin@maple.test", "colleague@maple.test", db.CustomerAdministrator, mapleEast, db.ThisAccount, nil},
		{"site-admin@maple.test", "colleague@maple.test", db.CaseManager, mapleEast, db.AndBelow, refused},
		{"site-admin@maple.test", "colleague@maple.test", db.CaseManager, mapleHalifax, db.ThisAccount, refused},
		{"site-admin@maple.test", "colleague@maple.test", db.CaseManager, maple, db.ThisAccount, refused},
		{"site-admin@maple.test", "site-admin@maple.test", db.CustomerAdministrator, mapleHalifax, db.ThisAccount, refused},
		{"site-admin@maple.test", "manager@maple.test", db.CaseManager, mapleEast, db.ThisAccount, refused}, // theirs reaches further
		{"site-admin@maple.test", "manager@maple.test", db.Reports, mapleEast, db.ThisAccount, nil},
		{"site-admin@maple.test", "plant@maple.test", db.CaseManager, mapleEast, db.ThisAccount, db.ErrNotFound},
		{"site-admin@maple.test", "admin@maple.test", db.CaseManager, mapleEast, db.ThisAccount, db.ErrNotFound},

		{"platform@boreal.test", "colleague@maple.test", db.CaseManager, harbour, db.AndBelow, nil},
		{"platform@boreal.test", "customer@harbour.test", db.CustomerAdministrator, harbour, db.AndBelow, nil},
		{"platform@boreal.test", "customer@harbour.test", db.TeamLead, harbour, db.AndBelow, refused},
		{"platform@boreal.test", "customer@harbour.test", db.CaseManager, "none", db.AndBelow, refused},
		{"platform@boreal.test", "agent@boreal.test", db.CaseManager, harbour, db.AndBelow, db.ErrNotFound},

		{"agent@boreal.test", "colleague@maple.test", db.CaseManager, mapleEast, db.ThisAccount, forbidden},
		{"lead@boreal.test", "colleague@maple.test", db.CaseManager, mapleEast, db.ThisAccount, forbidden},
		{"manager@maple.test", "colleague@maple.test", db.CaseManager, mapleEast, db.ThisAccount, db.ErrNotFound},
		{"reports@maple.test", "colleague@maple.test", db.Reports, maple, db.AndBelow, db.ErrNotFound},
		{"customer@maple.test", "customer@maple.test", db.CaseManager, mapleEast, db.ThisAccount, db.ErrNotFound},
	} {
		t.Run(fmt.Sprintf("%s gives %s %s at %s, %s", test.by, test.to, test.role, test.at, test.reach), func(t *testing.T) {
			g.t = t
			more := g.at(test.role, test.at, test.reach)
			before := g.held(test.to)
			err := g.give(test.by, test.to, more)
			var invalid desk.Invalid
			switch {
			case errors.Is(test.want, refused):
				if !errors.As(err, &invalid) {
					t.Errorf("%v, want it to be refused", err)
				}
			case !errors.Is(err, test.want):
				t.Errorf("%v, want %v", err, test.want)
			}
			after := g.held(test.to)
			if want := len(before) + map[bool]int{true: 1}[test.want == nil]; len(after) != want {
				t.Errorf("they have %d grants, want %d", len(after), want)
			}
			g.restore(test.to, before)
		})
	}
}

func TestWhatIsNotSeenStays(t *testing.T) {
	g := newGranting(t)
	const them = "manager@maple.test" // case manager at East and below
	for _, more := range []db.Grant{g.at(db.Reports, mapleWest, db.ThisAccount), g.at(db.CaseManager, harbour, db.AndBelow), g.at(db.Reports, mapleEast, db.ThisAccount)} {
		if err := g.give("platform@boreal.test", them, more); err != nil {
			t.Fatal(err)
		}
	}
	held, err := g.Desk.Grants(t.Context(), g.Actor("site-admin@maple.test"), g.person(them))
	if err != nil {
		t.Fatal(err)
	}
	names := func(list []db.Grant) (out []string) {
		for _, g := range list {
			out = append(out, fmt.Sprint(g.Role, " ", g.Reach))
		}
		slices.Sort(out)
		return out
	}
	if got := names(held.Own); !slices.Equal(got, []string{"customer account", "reports account"}) {
		t.Errorf("an administrator of East alone may change %q", got)
	}
	if got := names(held.Fixed); !slices.Equal(got, []string{"case-manager below"}) || !held.Elsewhere {
		t.Errorf("they see %q besides, and that there is more elsewhere: %t", got, held.Elsewhere)
	}
	// They empty the list.
	if _, err := g.Desk.Regrant(t.Context(), g.Actor("site-admin@maple.test"), g.person(them), desk.Regrant{Was: slices.Concat(held.Own, held.Fixed)}); err != nil {
		t.Fatal(err)
	}
	if got, want := names(g.held(them)), []string{"case-manager below", "case-manager below", "reports account"}; !slices.Equal(got, want) {
		t.Errorf("they are left with %q, want %q", got, want)
	}
}

func TestGrantsAreTold(t *testing.T) {
	g := newGranting(t)
	const them = "colleague@maple.test"
	if err := g.give("admin@maple.test", them, g.at(db.CaseManager, mapleEast, db.ThisAccount)); err != nil {
		t.Fatal(err)
	}
	who, id := g.Actor("admin@maple.test"), g.person(them)
	was := g.held(them)
	want := slices.Clone(was)
	for i := range want {
		if want[i].Role == db.CaseManager {
			want[i].Reach = db.AndBelow
		}
	}
	for range 2 { // the second is the same form sent twice
		if _, err := g.Desk.Regrant(t.Context(), who, id, desk.Regrant{Was: was, Want: want}); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.take("admin@maple.test", them, db.CaseManager); err != nil {
		t.Fatal(err)
	}
	rows, err := g.DB.Pool().Query(t.Context(), `select action, actor_id, subject, subject_id, account_id, detail::text from audit where action like 'grant.%' order by id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var action, subject, detail string
		var actor, about, account int64
		if err := rows.Scan(&action, &actor, &subject, &about, &account, &detail); err != nil {
			t.Fatal(err)
		}
		if actor != who.Person.ID || subject != "person" || about != id || account != g.accounts[mapleEast].ID {
			t.Errorf("%s by %d of %s %d at %d", action, actor, subject, about, account)
		}
		lines = append(lines, action+" "+detail)
	}
	if want := []string{
		`grant.give {"role": "case-manager", "reach": "account"}`,
		`grant.reach {"to": "below", "from": "account", "role": "case-manager"}`,
		`grant.take {"role": "case-manager", "reach": "below"}`,
	}; !slices.Equal(lines, want) {
		t.Errorf("the log says %q, want %q", lines, want)
	}
}

func TestTwoWhoGrantAtOnce(t *testing.T) {
	g := newGranting(t)
	const them = "colleague@maple.test"
	who, id, was := g.Actor("admin@maple.test"), g.person(them), g.held(them)
	if err := g.give("site-admin@maple.test", them, g.at(db.Reports, mapleEast, db.ThisAccount)); err != nil {
		t.Fatal(err)
	}
	more := append(slices.Clone(was), g.at(db.CaseManager, mapleEast, db.ThisAccount))
	if _, err := g.Desk.Regrant(t.Context(), who, id, desk.Regrant{Was: was, Want: more}); !errors.Is(err, db.ErrStale) {
		t.Errorf("who saves second is told: %v", err)
	}
	// Of one mind: the same is wanted that is there by now.
	if _, err := g.Desk.Regrant(t.Context(), who, id, desk.Regrant{Was: was, Want: g.held(them)}); err != nil {
		t.Errorf("who wants what is there already: %v", err)
	}
}

// TestTheLastAdministratorStays holds it however one tries.
func TestTheLastAdministratorStays(t *testing.T) {
	g := newGranting(t)
	admins := func() (n int) {
		for _, email := range []string{"admin@maple.test", "site-admin@maple.test", "colleague@maple.test"} {
			for _, has := range g.held(email) {
				if has.Role == db.CustomerAdministrator {
					n++
				}
			}
		}
		return n
	}
	if err := g.take("admin@maple.test", "site-admin@maple.test", db.CustomerAdministrator); err != nil {
		t.Fatalf("one of two: %v", err)
	}
	for _, by := range []string{"admin@maple.test", "platform@boreal.test"} {
		if err := g.take(by, "admin@maple.test", db.CustomerAdministrator); !errors.Is(err, desk.ErrLastAdministrator) {
			t.Errorf("the last one, by %s: %v", by, err)
		}
	}
	if admins() != 1 {
		t.Errorf("%d administrators are left", admins())
	}
	t.Run("their grant may reach less far, or be at another account of the customer", func(t *testing.T) {
		was := g.held("admin@maple.test")
		want := slices.Clone(was)
		i := slices.IndexFunc(want, func(g db.Grant) bool { return g.Role == db.CustomerAdministrator })
		want[i] = g.at(db.CustomerAdministrator, mapleWest, db.ThisAccount)
		if _, err := g.Desk.Regrant(t.Context(), g.Actor("platform@boreal.test"), g.person("admin@maple.test"), desk.Regrant{Was: was, Want: want}); err != nil {
			t.Error(err)
		}
		g.restore("admin@maple.test", was)
	})
	t.Run("one whose login is disabled doesn't count", func(t *testing.T) {
		if err := g.give("admin@maple.test", "colleague@maple.test", g.at(db.CustomerAdministrator, maple, db.AndBelow)); err != nil {
			t.Fatal(err)
		}
		if _, err := g.DB.Pool().Exec(t.Context(), `update people set disabled_at = now() where email = 'colleague@maple.test'`); err != nil {
			t.Fatal(err)
		}
		if err := g.take("platform@boreal.test", "admin@maple.test", db.CustomerAdministrator); !errors.Is(err, desk.ErrLastAdministrator) {
			t.Errorf("the last who may sign in: %v", err)
		}
		if err := g.take("admin@maple.test", "colleague@maple.test", db.CustomerAdministrator); err != nil {
			t.Errorf("who doesn't count may go: %v", err)
		}
	})
	t.Run("a customer that has none may change", func(t *testing.T) {
		if err := g.take("platform@boreal.test", "manager@harbour.test", db.CaseManager); err != nil {
			t.Error(err)
		}
	})
}

// TestTwoAdministratorsTakeEachOther has the two of a customer take each other's role at once, many times.
func TestTwoAdministratorsTakeEachOther(t *testing.T) {
	g := newGranting(t)
	first, second := "admin@maple.test", "colleague@maple.test"
	if err := g.take(first, "site-admin@maple.test", db.CustomerAdministrator); err != nil {
		t.Fatal(err)
	}
	if err := g.give(first, second, g.at(db.CustomerAdministrator, maple, db.AndBelow)); err != nil {
		t.Fatal(err)
	}
	were := map[string][]db.Grant{first: g.held(first), second: g.held(second)}
	for range 12 {
		var wg sync.WaitGroup
		errs := make([]error, 2)
		try := func(i int, by, from string) {
			who, id := g.Actor(by), g.person(from)
			want := slices.DeleteFunc(slices.Clone(were[from]), func(g db.Grant) bool { return g.Role == db.CustomerAdministrator })
			wg.Go(func() {
				_, errs[i] = g.Desk.Regrant(t.Context(), who, id, desk.Regrant{Was: were[from], Want: want})
			})
		}
		try(0, first, second)
		try(1, second, first)
		wg.Wait()
		refused := 0
		for _, err := range errs {
			switch {
			case err == nil:
			// Whoever comes second has been taken the right by the first, or would be the last.
			case errors.Is(err, desk.ErrLastAdministrator), errors.Is(err, db.ErrNotFound), errors.Is(err, policy.Forbidden{Action: policy.ManageContacts}):
				refused++
			default:
				t.Fatal(err)
			}
		}
		if refused != 1 {
			t.Fatalf("%d of two were refused: %v", refused, errs)
		}
		for email, had := range were {
			g.restore(email, had)
		}
	}
}
