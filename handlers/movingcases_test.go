package handlers_test

import (
	"context"
	"sync"
	"testing"

	"portico/db"
	"portico/handlers/desk"

	"github.com/google/uuid"
)

// TestCasesAreWrittenToWhileTheirAccountsMove has an agent and a customer write to cases, and administrators save their
// accounts, while these are hung here and there: nobody is refused, nothing waits for ever, and in the end all stands
// where it belongs.
func TestCasesAreWrittenToWhileTheirAccountsMove(t *testing.T) {
	r := newRegistry(t)
	east, maple, harbour := r.id("Maple Foods East"), r.id("Maple Foods"), r.id("Harbour Clinics")
	admin, agent := r.site.Actor(administrator), r.site.Actor("lead@boreal.test")
	found, err := r.site.DB.Cases(t.Context(), db.Scope{Branches: []db.Branch{{AccountID: east, Depth: 1}}}, db.CaseFilter{State: db.OpenStates}, db.CasePaging{})
	if err != nil || len(found.Rows) < 4 {
		t.Fatalf("%d cases, %v", len(found.Rows), err)
	}
	// Harbour Clinics has an administrator of its own, so that what comes to it can leave again.
	at := db.Grant{PersonID: personID(t, r.site, "manager@harbour.test"), Role: db.CustomerAdministrator, AccountID: harbour, Reach: db.AndBelow}
	if err := db.Add(t.Context(), r.site.DB, []db.Grant{at}); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	over := make(chan struct{})
	again := func(do func(i int) error) {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-over:
					return
				default:
				}
				if err := do(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	ctx := context.Background()
	for w := range 3 {
		again(func(i int) error {
			_, _, err := r.site.Desk.Reply(ctx, agent, found.Rows[(i+w)%len(found.Rows)].ID, desk.Reply{Body: "We are at it.", Submission: uuid.New()})
			return err
		})
	}
	again(func(i int) error {
		_, err := r.site.Desk.SetProducts(ctx, admin, east, nil, []db.Installation{{LocationID: 1, ServiceID: 1}})
		return err
	})
	for i, to := range []int64{0, harbour, maple, 0, maple, harbour} {
		from, err := r.site.DB.AccountByID(ctx, east)
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.site.Desk.MoveAccount(ctx, admin, east, from.ParentID, to)
		if err == nil && m.EndedAt.IsZero() {
			err = r.site.Desk.WorkMoves(ctx)
		}
		if err != nil {
			t.Errorf("move %d: %v", i, err)
		}
	}
	close(over)
	writers.Wait()
	var astray int
	if err := r.site.DB.Pool().QueryRow(ctx, `select count(*) from cases c join accounts a on a.id = c.account_id
		where array_remove(array[a1, a2, a3, a4, a5, a6, a7, a8], null) <> a.path`).Scan(&astray); err != nil || astray != 0 {
		t.Errorf("%d cases stand elsewhere than their accounts (%v)", astray, err)
	}
	if a, err := r.site.DB.AccountByID(ctx, east); err != nil || a.ParentID != harbour || r.audited(db.AccountMoved) != 6 {
		t.Errorf("it hangs below %d, moved %d times (%v)", a.ParentID, r.audited(db.AccountMoved), err)
	}
}
