package handlers_test

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// TestAFiledRequestIsNotTakenAlong: whoever sends a request and has staff file it under another customer must not take
// it home afterwards, with all that was said there.
func TestAFiledRequestIsNotTakenAlong(t *testing.T) {
	site := handlertest.New(t)
	site.Nobody().Post("/general-request", requestOf("Plant Manager", "customer@maple.test", "A line for St. Anthony", "We are Harbour Clinics."))
	kase := lastCase(t, site)
	agent := site.As("agent@boreal.test")
	form := url.Values{"to": {"200300"}, "was": {itoa(int(kase.AccountID))}, "submission": {uuid.NewString()}}
	if got := agent.Post(kase.Path()+"/account", form); got.Status != 303 {
		t.Fatalf("%d: %s", got.Status, got.Text("main"))
	}
	filed := lastCase(t, site)
	manager := site.As("manager@harbour.test")
	manager.Post(kase.Path()+"/replies", url.Values{"body": {"Our safe is behind the door."}, "submission": {uuid.NewString()}})
	if !strings.Contains(manager.Get(kase.Path()).Text("main"), "behind the door") {
		t.Fatal("the customer said nothing")
	}
	_, secret := latestLetter(t, site, "customer@maple.test")
	if got := site.Nobody().Post("/links/"+secret, nil); got.Status != 303 || got.Location() != "/?done=request-waits" {
		t.Errorf("%d to %q", got.Status, got.Location())
	}
	if now := lastCase(t, site); now.AccountID != filed.AccountID {
		t.Error("the case went to another customer, with what was said in it")
	}
	for _, email := range []string{"customer@maple.test", "admin@maple.test"} {
		v := site.As(email)
		if got := v.Get(kase.Path()).Status; got != 404 {
			t.Errorf("%s sees another customer's case: %d", email, got)
		}
		if strings.Contains(v.Get("/cases").Body, kase.ID.String()) {
			t.Errorf("%s has it in their list", email)
		}
	}
	if got := manager.Get(kase.Path()).Status; got != 200 {
		t.Errorf("the customer lost it: %d", got)
	}
}

// TestStrangersDoNotSeeEachOther: all who come by the reception are at home at one account, and must stay apart.
func TestStrangersDoNotSeeEachOther(t *testing.T) {
	site := handlertest.New(t)
	site.Nobody().Post("/general-request", requestOf("Ana Novak", "ana@novak.test", "Secret", "Mine."))
	reception := lastCase(t, site).AccountID
	platform := site.As("platform@boreal.test")
	path := "/accounts/" + strconv.FormatInt(reception, 10)
	page := platform.Get(path)
	for _, see := range []string{"account", "below"} {
		answer := platform.Submit(platform.Get(path).Form("#account-form").Set("contacts_see", see))
		if answer.Status != 422 || !strings.Contains(answer.Text("#account-form"), "strangers to each other") {
			t.Errorf("%s: %d %s", see, answer.Status, answer.Text("#account-form .complaint"))
		}
	}
	if n := count(t, site, `select count(*) from accounts where id = $1 and contacts_see = 'own'`, reception); n != 1 {
		t.Error("they see each other's")
	}
	if answer := platform.Submit(page.Form("#account-form").Set("name", "Boreal Reception")); answer.Status != 303 {
		t.Errorf("it can't be renamed: %d", answer.Status)
	}
}

// TestAStrangerIsNoManagerOfOthers: a role at the reception would let one of them see what all others asked for.
func TestAStrangerIsNoManagerOfOthers(t *testing.T) {
	site := handlertest.New(t)
	site.Nobody().Post("/general-request", requestOf("Ana Novak", "ana@novak.test", "Secret", "Mine."))
	_, secret := latestLetter(t, site, "ana@novak.test")
	site.Nobody().Post("/links/"+secret, url.Values{"password": {password}})
	ana, reception := personID(t, site, "ana@novak.test"), lastCase(t, site).AccountID
	who := site.Actor("platform@boreal.test")
	held, err := site.Desk.Grants(t.Context(), who, ana)
	if err != nil || len(held.Own) != 1 {
		t.Fatalf("%+v %v", held.Own, err)
	}
	for _, role := range []db.Role{db.CaseManager, db.CustomerAdministrator} {
		want := slices.Concat(held.Own[:1], []db.Grant{{Role: role, AccountID: reception, Reach: db.AndBelow}})
		_, err := site.Desk.Regrant(t.Context(), who, ana, desk.Regrant{Was: held.Own, Want: want})
		var invalid desk.Invalid
		if !errors.As(err, &invalid) || invalid["account-1"].Code != "grants.reception" {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// TestOnesOwnAddressIsConfirmed: an administrator's own address changes as everybody's does, by password and link, and
// not by the form in which they keep others.
func TestOnesOwnAddressIsConfirmed(t *testing.T) {
	site := handlertest.New(t)
	admin := site.As("admin@maple.test")
	form := admin.Get(contactPath(t, site, "admin@maple.test")).Form("#contact-form")
	if form.Values.Get("email") != "admin@maple.test" {
		t.Fatalf("%v", form.Values)
	}
	answer := admin.Submit(form.Set("email", "thief@evil.test"))
	if answer.Status != 422 || !answer.Has("[name=email][aria-invalid=true]") {
		t.Errorf("%d %s", answer.Status, answer.Text(".errors"))
	}
	if n := count(t, site, `select count(*) from people where email = 'admin@maple.test'`); n != 1 {
		t.Error("whoever found them signed in has their login for good")
	}
	if answer := admin.Submit(admin.Get(contactPath(t, site, "admin@maple.test")).Form("#contact-form").Set("phone", "+1 902 555 0199")); answer.Status != 303 {
		t.Errorf("%d", answer.Status)
	}
}

// TestTheOldAddressHearsOfAChange also while the login is disabled: else nobody would, who is enabled again afterwards.
func TestTheOldAddressHearsOfAChange(t *testing.T) {
	site := handlertest.New(t)
	admin := site.As("admin@maple.test")
	path := contactPath(t, site, "colleague@maple.test")
	admin.Post(path+"/login", url.Values{"enabled": {"no"}})
	if answer := admin.Submit(admin.Get(path).Form("#contact-form").Set("email", "new@maple.test")); answer.Status != 303 {
		t.Fatalf("%d %s", answer.Status, answer.Text(".errors"))
	}
	if kind, secret := latestLetter(t, site, "colleague@maple.test"); kind != string(db.LetterEmailChanged) || secret != "" {
		t.Errorf("%q", kind)
	}
}

// TestLooksByFormAreNoted: a page that is shown again by its form shows the same as when it is asked for.
func TestLooksByFormAreNoted(t *testing.T) {
	site := handlertest.New(t)
	agent, platform := site.As("agent@boreal.test"), site.As("platform@boreal.test")
	path := contactPath(t, site, "customer@maple.test")
	if got := agent.Post(path, url.Values{"refresh": {"yes"}}); got.Status != 200 || !strings.Contains(got.Body, "customer@maple.test") {
		t.Logf("the agent sees nothing: %d", got.Status)
	} else if n := count(t, site, `select count(*) from audit where action = 'contact.look' and subject_id = $1`, personID(t, site, "customer@maple.test")); n != 1 {
		t.Errorf("%d looks are noted", n)
	}
	if got := platform.Post(path+"/grants/preview", nil); got.Status != 200 {
		t.Fatalf("%d", got.Status)
	}
	if n := count(t, site, `select count(*) from audit where action = 'grants.look' and subject_id = $1`, personID(t, site, "customer@maple.test")); n != 1 {
		t.Errorf("%d looks at grants are noted", n)
	}
}
