package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"

	"github.com/google/uuid"
)

// accountNamed is an account of the demo.
func accountNamed(t *testing.T, d *db.DB, name string) db.Account {
	t.Helper()
	list, err := d.AccountsCalled(t.Context(), name)
	if err != nil || len(list) != 1 {
		t.Fatalf("account %s: %v, %v", name, list, err)
	}
	return list[0]
}

// move moves an account as the portal does: cases first.
func move(ctx context.Context, d *db.DB, account, parent int64, said func(int)) error {
	return d.InTx(db.AsSystem(ctx, "a move"), func(ctx context.Context, tx *db.DB) error {
		if err := tx.MoveCases(ctx, account, parent, said); err != nil {
			return err
		}
		return tx.MoveAccount(ctx, account, parent)
	})
}

func astray(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Pool().QueryRow(t.Context(), `select count(*) from cases c join accounts a on a.id = c.account_id
		where array_remove(array[a1, a2, a3, a4, a5, a6, a7, a8], null) <> a.path`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheTreeIsReadBranchByBranch(t *testing.T) {
	d := dbtest.Demo(t)
	maple := accountNamed(t, d, "Maple Foods")
	names := func(list []db.Branching) (names []string) {
		for _, b := range list {
			names = append(names, b.Name)
		}
		return names
	}
	roots, more, err := d.AccountsBelow(t.Context(), 0, 0, 1)
	if err != nil || !more || !slices.Equal(names(roots), []string{"Harbour Clinics"}) || roots[0].Children != 1 {
		t.Errorf("%v, %v, %v", roots, more, err)
	}
	rest, more, err := d.AccountsBelow(t.Context(), 0, roots[0].ID, 10)
	if err != nil || more || !slices.Equal(names(rest), []string{"Maple Foods"}) || rest[0].Children != 2 {
		t.Errorf("after it %v, %v, %v", rest, more, err)
	}
	below, more, err := d.AccountsBelow(t.Context(), maple.ID, 0, 10)
	if err != nil || more || !slices.Equal(names(below), []string{"Maple Foods East", "Maple Foods West"}) {
		t.Errorf("below %v, %v, %v", below, more, err)
	}
	found, err := d.SearchAccounts(t.Context(), "hali maple", 10)
	if err != nil || len(found) != 1 || !slices.Equal(found[0].Above, []string{"Maple Foods", "Maple Foods East"}) {
		t.Errorf("found %v, %v", found, err)
	}
	if found, err := d.SearchAccounts(t.Context(), "1002", 2); err != nil || len(found) != 2 {
		t.Errorf("by number, two at most: %v, %v", found, err)
	}
}

func TestCasesMoveBeforeTheirAccounts(t *testing.T) {
	d := dbtest.Demo(t)
	east, harbour := accountNamed(t, d, "Maple Foods East"), accountNamed(t, d, "Harbour Clinics North")
	said := 0
	if err := move(t.Context(), d, east.ID, harbour.ID, func(n int) { said = n }); err != nil {
		t.Fatal(err)
	}
	if n := astray(t, d); n != 0 {
		t.Errorf("%d cases stand elsewhere than their accounts", n)
	}
	var cases int
	if err := d.Pool().QueryRow(t.Context(), `select count(*) from cases where a3 = $1`, east.ID).Scan(&cases); err != nil || cases == 0 || said != cases {
		t.Errorf("%d cases moved, it said %d (%v)", cases, said, err)
	}
	if err := move(t.Context(), d, harbour.ID, east.ID, func(int) {}); !errors.Is(err, db.MoveCircle) {
		t.Errorf("below itself: %v", err)
	}
	if n := astray(t, d); n != 0 {
		t.Errorf("what was refused left %d cases astray", n)
	}
}

// waitsFor returns once somebody waits for a lock with a statement that begins so.
func waitsFor(t *testing.T, d *db.DB, statement string, ended <-chan error) {
	t.Helper()
	for waits := false; !waits; {
		select {
		case err := <-ended:
			t.Fatalf("%q did not wait: %v", statement, err)
		default:
		}
		if err := d.Pool().QueryRow(t.Context(), `select exists (select from pg_stat_activity
			where datname = current_database() and query like $1 || '%' and wait_event_type = 'Lock')`, statement).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnAccountThatIsAddedWhileItsParentMovesGoesAlong(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d := dbtest.Demo(t)
	east := accountNamed(t, d, "Maple Foods East")
	moved := make(chan error, 1)
	added := db.Account{ParentID: east.ID, Name: "Maple Foods Saint John", ClientNumber: "100212", Tier: "gold", TimeZone: "UTC", ContactsSee: db.SeeOwn}
	below := added
	below.Name, below.ClientNumber = "Maple Foods Saint John Dock", "100213"
	err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.AddAccount(ctx, &added); err != nil {
			return err
		}
		below.ParentID = added.ID
		if err := tx.AddAccount(ctx, &below); err != nil {
			return err
		}
		go func() { moved <- move(context.WithoutCancel(ctx), d, east.ID, 0, func(int) {}) }()
		waitsFor(t, d, "select move_account", moved)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64][]int64{added.ID: {east.ID, added.ID}, below.ID: {east.ID, added.ID, below.ID}} {
		if a, err := d.AccountByID(ctx, id); err != nil || !slices.Equal(a.Path, want) {
			t.Errorf("account %d hangs at %v, want %v (%v)", id, a.Path, want, err)
		}
	}
}

func TestACaseIsOpenedWhileCasesMove(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d := dbtest.Demo(t)
	east := accountNamed(t, d, "Maple Foods East")
	like, err := d.CaseBySubmission(ctx, submissionOf(t, d, "Maple Foods East"))
	if err != nil {
		t.Fatal(err)
	}
	edition, err := d.Edition(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = d.InTx(db.AsSystem(ctx, "a move"), func(ctx context.Context, tx *db.DB) error {
		if err := tx.MoveCases(ctx, east.ID, 0, func(int) {}); err != nil {
			return err
		}
		like.ID, like.Submission = 0, uuid.New()
		if _, err := d.OpenCase(ctx, &like, edition.Revision); err != nil { // by somebody else: it does not wait
			return err
		}
		return tx.MoveAccount(ctx, east.ID, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := astray(t, d); n != 0 {
		t.Errorf("%d cases stand elsewhere than their accounts", n)
	}
}

func TestATierThatIsNewIsAnotherEdition(t *testing.T) {
	d := dbtest.Demo(t)
	west := accountNamed(t, d, "Maple Foods West")
	revision := func() int64 {
		t.Helper()
		e, err := d.Edition(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return e.Revision
	}
	set := func(tier string) (changed bool) {
		t.Helper()
		before := revision()
		if err := d.InTx(t.Context(), func(ctx context.Context, tx *db.DB) error {
			a, err := tx.LockAccount(ctx, west.ID)
			if err != nil {
				return err
			}
			a.Tier = tier
			return tx.SaveAccount(ctx, &a, dbtest.Now)
		}); err != nil {
			t.Fatal(err)
		}
		return revision() != before
	}
	if set("gold") {
		t.Error("a tier that others have is no other edition")
	}
	if !set("platinum") {
		t.Error("a new one is")
	}
	if p, err := d.Published(t.Context()); err != nil || !slices.Contains(p.Tiers, "platinum") {
		t.Errorf("tiers are %v (%v)", p.Tiers, err)
	}
	if !set("standard") {
		t.Error("and so is that nobody has it any more")
	}
}

func TestProductsStayWhileACaseIsOpen(t *testing.T) {
	d := dbtest.Demo(t)
	ctx := db.AsSystem(t.Context(), "a test")
	east := accountNamed(t, d, "Maple Foods East")
	sites, more, err := d.EquippedSites(ctx, east.ID, 0)
	if err != nil || more || len(sites) != 2 {
		t.Fatal(sites, more, err)
	}
	var busy, idle []db.Installation
	for _, s := range sites {
		for _, p := range s.Products {
			if at := (db.Installation{LocationID: s.ID, ServiceID: p.ServiceID}); p.Open > 0 {
				busy = append(busy, at)
			} else {
				idle = append(idle, at)
			}
		}
	}
	if len(busy) == 0 || len(idle) == 0 {
		t.Fatalf("busy %v, idle %v", busy, idle)
	}
	err = d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		gone, kept, err := tx.Uninstall(ctx, east.ID, append(slices.Clone(busy), idle...))
		if len(gone) != len(idle) || len(kept) != len(busy) {
			t.Errorf("gone %v, kept %v of %v and %v", gone, kept, idle, busy)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	offers, _, err := d.FormAccount(ctx, "100210")
	if err != nil || len(offers.Installed) != len(busy) {
		t.Errorf("forms offer %v (%v)", offers.Installed, err)
	}
	err = d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		back, err := tx.Install(ctx, east.ID, append(slices.Clone(busy), append(idle, idle...)...))
		if len(back) != len(idle) {
			t.Errorf("%v came back", back)
		}
		harbour := accountNamed(t, d, "Harbour Clinics")
		if foreign, err := tx.Install(ctx, harbour.ID, idle); err != nil || len(foreign) != 0 {
			t.Errorf("at another account's location: %v, %v", foreign, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := d.EquippedSites(ctx, east.ID, 0); err != nil || len(again[0].Products) != len(sites[0].Products) || again[0].Products[0].ID != sites[0].Products[0].ID {
		t.Errorf("it has %v, had %v (%v)", again, sites, err)
	}
}

func TestAMoveIsForeseen(t *testing.T) {
	d := dbtest.Demo(t)
	ctx := db.AsSystem(t.Context(), "a test")
	east, west, harbour := accountNamed(t, d, "Maple Foods East"), accountNamed(t, d, "Maple Foods West"), accountNamed(t, d, "Harbour Clinics")
	p, err := d.PreviewMove(ctx, east.ID, west.ID)
	if err != nil || p.OtherCustomer() || p.Accounts != 2 || p.Deepest != 2 || p.Cases == 0 || len(p.Granted) != 0 || len(p.Leaves) != 0 {
		t.Errorf("within the customer: %+v, %v", p, err)
	}
	p, err = d.PreviewMove(ctx, east.ID, harbour.ID)
	if err != nil || !p.OtherCustomer() || p.Had != 2 || p.Administrators != 1 || p.Brings != 1 {
		t.Errorf("to another: %+v, %v", p, err)
	}
	var lose, gain []string
	for _, g := range p.Granted {
		if slices.Contains(p.Leaves, g.AccountID) {
			lose = append(lose, g.Person.Name()+" "+string(g.Role))
		} else {
			gain = append(gain, g.Person.Name()+" "+string(g.Role))
		}
	}
	if len(lose) != 2 || len(gain) != 1 {
		t.Errorf("lose %v, gain %v", lose, gain)
	}
}
