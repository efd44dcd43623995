package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

func emailsOf(list []db.SignedIn) (out []string) {
	for _, p := range list {
		out = append(out, p.Person.Email)
	}
	slices.Sort(out)
	return out
}

// Who is suggested for a case's copies is at the accounts that one reaches, and of the case's customer: nobody else is told of.
func TestWhomToCopy(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	n := fresh(t, site)
	everybody := func(who string) (all []string) {
		t.Helper()
		for _, words := range []string{"", "maple", "harbour", "test", "a", "b", "c", "d", "e", "f", "h", "k", "l", "m", "n", "p", "r", "s", "t", "w"} {
			list, _, err := site.Desk.WhomToCopy(ctx, site.Actor(who), find(t, site, n), words)
			if err != nil {
				t.Fatal(err)
			}
			for _, email := range emailsOf(list) {
				if !slices.Contains(all, email) {
					all = append(all, email)
				}
			}
		}
		slices.Sort(all)
		return all
	}
	east := []string{"colleague@maple.test", "manager@maple.test", "site-admin@maple.test"}
	below := append(slices.Clone(east), "plant@maple.test")
	whole := append(slices.Clone(below), "admin@maple.test", "west@maple.test", "reports@maple.test")
	for who, want := range map[string][]string{
		"customer@maple.test": east, "site-admin@maple.test": east, "manager@maple.test": below, "admin@maple.test": whole, "agent@boreal.test": whole,
	} {
		slices.Sort(want)
		if got := everybody(who); !slices.Equal(got, want) {
			t.Errorf("%s is told of %v, want %v", who, got, want)
		}
	}
	for who, want := range map[string]error{"plant@maple.test": db.ErrNotFound, "platform@boreal.test": policy.Forbidden{Action: policy.Change}} {
		if list, _, err := site.Desk.WhomToCopy(ctx, site.Actor(who), find(t, site, n), "m"); !errors.Is(err, want) || list != nil {
			t.Errorf("%s: %v, %v", who, list, err)
		}
	}
}

func TestCopying(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	n := fresh(t, site)
	customer := site.Actor("customer@maple.test")
	colleague, west := site.Actor("colleague@maple.test"), site.Actor("west@maple.test")

	t.Run("by their address those whom one is not told of", func(t *testing.T) {
		_, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) { in.Copy = []string{idText(site, "west@maple.test")} })
		wrong(t, err, "copies", "people.copies.gone")
		_, err = changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) { in.Copy = []string{"West@Maple.test", "colleague@maple.test"} })
		if err != nil || !slices.Contains(find(t, site, n).CopiedIDs, west.Person.ID) {
			t.Error(err)
		}
		if !site.Desk.Judge.Can(west, policy.See, find(t, site, n).Ref()) || !site.Desk.Judge.Can(west, policy.Comment, find(t, site, n).Ref()) {
			t.Error("they don't see it, or can't answer")
		}
	})
	t.Run("who is unticked is gone, and who is there already stays", func(t *testing.T) {
		events, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) {
			in.Drop, in.Copy = []int64{west.Person.ID, site.Actor("admin@maple.test").Person.ID}, []string{idText(site, "colleague@maple.test")}
		})
		if err != nil || len(events) != 1 || events[0].Change.From != west.Person.Name() || events[0].Change.To != "" {
			t.Errorf("%+v, %v", events, err)
		}
		if site.Desk.Judge.Can(west, policy.See, find(t, site, n).Ref()) {
			t.Error("they see it still")
		}
	})
	t.Run("one leaves by oneself, nobody else does so for them", func(t *testing.T) {
		for _, who := range []policy.Actor{customer, site.Actor("manager@maple.test"), west} {
			if err := site.Desk.LeaveCase(ctx, who, n); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s, who is not copied: %v", who.Person.Email, err)
			}
		}
		if err := site.Desk.LeaveCase(ctx, colleague, n); err != nil {
			t.Fatal(err)
		}
		if err := site.Desk.LeaveCase(ctx, colleague, n); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
		if got := find(t, site, n); len(got.CopiedIDs) != 0 {
			t.Errorf("still copied: %v", got.CopiedIDs)
		}
	})
	t.Run("the requester, and who is named twice, are no more than once", func(t *testing.T) {
		if _, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) {
			in.Copy = []string{"customer@maple.test", idText(site, "colleague@maple.test"), "COLLEAGUE@maple.test"}
		}); err != nil || !slices.Equal(find(t, site, n).CopiedIDs, []int64{colleague.Person.ID}) {
			t.Errorf("%v, %v", find(t, site, n).CopiedIDs, err)
		}
	})
}

// Addresses of strangers, of other customers' contacts, of staff and of people who are barred are all the same to who names them.
func TestAddressesFromElsewhereTellNothing(t *testing.T) {
	site := handlertest.New(t)
	n := fresh(t, site)
	exec(t, site, `update people set disabled_at = now() where email = 'site-admin@maple.test'`)
	addresses := []string{"nobody@elsewhere.test", "customer@harbour.test", "agent@boreal.test", "site-admin@maple.test"}
	say := func(email string, err error) string { return strings.ReplaceAll(fmt.Sprint(err), email, "EMAIL") }
	for _, who := range []string{"customer@maple.test", "manager@maple.test", "agent@boreal.test"} {
		var first string
		for i, email := range addresses {
			_, err := changed(site, who, n, func(in *desk.ChangeDetails) { in.Copy = []string{email} })
			wrong(t, err, "copies", "people.copies.not-allowed")
			if said := say(email, err); i == 0 {
				first = said
			} else if said != first {
				t.Errorf("%s hears of %s: %s, and of a stranger: %s", who, email, said, first)
			}
		}
	}
	exec(t, site, `update accounts set cc_outsiders = true where client_number = '100210'`)
	events, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) { in.Copy = addresses })
	if err != nil || len(events) != 1 || events[0].Change.To != strings.Join(addresses, ", ") {
		t.Fatalf("%+v, %v", events, err)
	}
	// Who was barred gets no mail of it, by whatever way.
	if to := mailed(t, site, n, db.Involved); !slices.Equal(to, []string{"agent@boreal.test", "customer@harbour.test", "nobody@elsewhere.test"}) {
		t.Errorf("mail goes to %v", to)
	}
	if kase := find(t, site, n); len(kase.CopiedIDs) != 0 || site.Desk.Judge.Can(site.Actor("customer@harbour.test"), policy.See, kase.Ref()) {
		t.Error("somebody from elsewhere sees the case")
	}
}

// Mail goes to each address that is named, and whether it is a colleague's shows: one form may not name more than many forms.
func TestAddressesAreCountedOneByOne(t *testing.T) {
	site := handlertest.New(t)
	n := fresh(t, site)
	var addresses []string
	for i := range 61 {
		addresses = append(addresses, fmt.Sprintf("someone-%d@elsewhere.test", i))
	}
	var late desk.Throttled
	if _, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) { in.Copy = addresses }); !errors.As(err, &late) {
		t.Errorf("61 at once: %v", err)
	}
	if _, err := changed(site, "agent@boreal.test", n, func(in *desk.ChangeDetails) { in.Copy = addresses }); errors.As(err, &late) {
		t.Errorf("the provider's own: %v", err)
	}
}

func TestOutsiders(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	n := fresh(t, site)
	exec(t, site, `update accounts set cc_outsiders = true where client_number = '100210'`)
	add := func(emails ...string) error {
		_, err := changed(site, "customer@maple.test", n, func(in *desk.ChangeDetails) { in.Copy = emails })
		return err
	}
	told := func() []string {
		t.Helper()
		exec(t, site, `delete from mails where case_id = $1`, n)
		if _, _, err := site.Desk.Reply(ctx, site.Actor("agent@boreal.test"), n, desk.Reply{Body: "a word", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		return mailed(t, site, n, db.Comment)
	}
	if err := add("landlord@elsewhere.test", "Supplier@elsewhere.test"); err != nil {
		t.Fatal(err)
	}
	all := []string{"customer@maple.test", "landlord@elsewhere.test", "Supplier@elsewhere.test"}
	slices.Sort(all)
	if to := told(); !slices.Equal(to, all) {
		t.Errorf("told: %v", to)
	}
	there, _, err := site.DB.Outsiders(ctx, n)
	if err != nil || len(there) != 2 {
		t.Fatal(there, err)
	}
	t.Run("named again they are there once", func(t *testing.T) {
		if err := add("LANDLORD@elsewhere.test"); err != nil || counted(t, site, `select count(*) from case_outsiders where case_id = $1`, n) != 2 {
			t.Error(err)
		}
	})
	t.Run("they are told while the account lets them be copied", func(t *testing.T) {
		exec(t, site, `update accounts set cc_outsiders = false where client_number = '100210'`)
		if to := told(); !slices.Equal(to, []string{"customer@maple.test"}) {
			t.Errorf("told: %v", to)
		}
		exec(t, site, `update accounts set cc_outsiders = true where client_number = '100210'`)
	})
	t.Run("one leaves by the link of a mail, for good", func(t *testing.T) {
		token := site.Desk.OutsiderToken(there[0].ID)
		for _, broken := range []string{token + "x", token[:len(token)-2], "outsider-999999." + strings.SplitN(token, ".", 2)[1], "outsider-1.", "outsider-"} {
			if err := site.Desk.OutsiderLeaves(ctx, broken); !errors.Is(err, desk.ErrBrokenLink) {
				t.Errorf("%s: %v", broken, err)
			}
		}
		before := find(t, site, n).Revision
		for range 2 {
			if err := site.Desk.OutsiderLeaves(ctx, token); err != nil {
				t.Error(err)
			}
		}
		if got := find(t, site, n).Revision; got != before+1 {
			t.Errorf("the history has %d lines of it", got-before)
		}
		wrong(t, add("landlord@elsewhere.test"), "copies", "people.copies.left")
		if to := told(); slices.Contains(to, "landlord@elsewhere.test") {
			t.Errorf("told: %v", to)
		}
	})
	t.Run("removed, they get no mail that was promised, and their link is broken", func(t *testing.T) {
		if _, err := changed(site, "manager@maple.test", n, func(in *desk.ChangeDetails) { in.DropOutsiders = []int64{there[1].ID} }); err != nil {
			t.Fatal(err)
		}
		if err := site.Desk.OutsiderLeaves(ctx, site.Desk.OutsiderToken(there[1].ID)); !errors.Is(err, desk.ErrBrokenLink) {
			t.Error(err)
		}
		if to := told(); !slices.Equal(to, []string{"customer@maple.test"}) {
			t.Errorf("told: %v", to)
		}
	})
	t.Run("there is an end to them", func(t *testing.T) {
		var many []string
		for i := range 21 {
			many = append(many, fmt.Sprintf("one-%d@elsewhere.test", i))
		}
		wrong(t, add(many...), "copies", "people.copies.too-many-outsiders")
	})
}
