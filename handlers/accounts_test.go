package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// manyAccounts is a portal in which Maple Foods has more accounts than can be listed, and so has Harbour Clinics.
func manyAccounts(t *testing.T) *handlertest.Site {
	t.Helper()
	site := handlertest.New(t)
	parents := map[string]db.Account{}
	for _, name := range []string{"Maple Foods", "Harbour Clinics"} {
		found, err := site.DB.AccountsCalled(t.Context(), name)
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		parents[name] = found[0]
	}
	var shops []db.Account
	for i := range 130 {
		shops = append(shops,
			db.Account{ParentID: parents["Maple Foods"].ID, Name: fmt.Sprintf("Épicerie Store %d", i), ClientNumber: fmt.Sprint(500_000 + i), Tier: "gold", TimeZone: "UTC", ContactsSee: db.SeeOwn},
			db.Account{ParentID: parents["Harbour Clinics"].ID, Name: fmt.Sprintf("Clinic Store %d", i), ClientNumber: fmt.Sprint(600_000 + i), Tier: "gold", TimeZone: "UTC", ContactsSee: db.SeeOwn})
	}
	if err := db.Add(t.Context(), site.DB, shops); err != nil {
		t.Fatal(err)
	}
	return site
}

// offered are the client numbers of the accounts that a form or a part of it offers.
func offered(a *handlertest.Answer) (list []string) {
	for _, n := range a.Page().Find("input[type=radio][name=account]").EachIter() {
		list = append(list, n.AttrOr("value", ""))
	}
	return list
}

func TestAnAccountIsLookedForWhereThereAreMany(t *testing.T) {
	site := manyAccounts(t)
	admin := site.As("admin@maple.test")
	const form = "/items/report-issue"

	t.Run("the form offers one's own account and asks for words", func(t *testing.T) {
		page := admin.Get(form)
		if got := offered(page); len(got) != 1 || got[0] != "100200" || !page.Has(`#q-account[name="account.words"]`) || page.Has("option") {
			t.Errorf("offers %v", got)
		}
		if page.Has("input[name=account][checked]") || page.Has("#question-service input") {
			t.Error("an account is chosen that nobody chose")
		}
	})
	for name, c := range map[string]struct {
		words, hint string
		want        []string
	}{
		"by words":                        {"store 129", "One account found.", []string{"500129"}},
		"by the beginning of words":       {"sto 12", "There are more.", nil}, // 12 and 120 to 129
		"without accents":                 {"epicerie 7", "", nil},
		"with others":                     {"ÉPICERIE-STORE 130", "No account", []string{}},
		"by client number":                {"500007", "One account found.", []string{"500007"}},
		"not those of another customer":   {"clinic", "No account", []string{}},
		"not those numbers either":        {"600001", "No account", []string{}},
		"nothing but signs":               {"%_'\\:*&|!", "No account", []string{}},
		"no words":                        {" ", "too many", []string{"100200"}},
		"more words than anybody types":   {strings.Repeat("store ", 500), "There are more.", nil},
		"what is no text":                 {"a\x00b\xff", "No account", []string{}},
		"what looks like a query of text": {"store & !129 | <-> (", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := admin.Partial(form + "/accounts?" + url.Values{"account.words": {c.words}}.Encode())
			if got.Status != 200 || !strings.Contains(got.Text("[role=status]"), c.hint) {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			list := offered(got)
			if c.want != nil && fmt.Sprint(list) != fmt.Sprint(c.want) || len(list) > 10 {
				t.Errorf("%v, want %v", list, c.want)
			}
			if got.Has("[checked]") {
				t.Error("something is chosen while one types")
			}
		})
	}
	t.Run("what is chosen stays while others are looked for", func(t *testing.T) {
		got := admin.Partial(form + "/accounts?account=500001&account.words=129")
		if list := offered(got); fmt.Sprint(list) != "[500001 500129]" || got.Page().Find("[checked]").AttrOr("value", "") != "500001" {
			t.Errorf("%v: %s", list, got.Body)
		}
	})
	t.Run("an address with words leads to the form", func(t *testing.T) {
		got := admin.Get(form + "/accounts?account.words=129")
		if got.Status != 303 || got.Location() != form+"?account.words=129" {
			t.Fatalf("%d to %s", got.Status, got.Location())
		}
		if list := offered(admin.Get(got.Location())); fmt.Sprint(list) != "[500129]" {
			t.Errorf("which offers %v", list)
		}
	})
	t.Run("without scripts a button fills the list, and what was answered stays", func(t *testing.T) {
		got := admin.Post(form+"/questions", url.Values{"submission": {uuid.NewString()}, "account.words": {"store 55"}, "description": {"Tills are down."}})
		if list := offered(got); got.Status != 200 || fmt.Sprint(list) != "[500055]" || got.Text("#q-description") != "Tills are down." {
			t.Errorf("%d: %v", got.Status, list)
		}
	})
	t.Run("a client number typed as it is means that account", func(t *testing.T) {
		got := admin.PostPartial(form+"/questions", url.Values{"account.words": {" 100210 "}})
		if got.Page().Find("[name=account][checked]").AttrOr("value", "") != "100210" || !got.Has(`#question-service [value="SIP Trunking"]`) {
			t.Error(got.Body)
		}
	})
	t.Run("submitting without one is refused, and leads to the words", func(t *testing.T) {
		got := admin.PostPartial(form+"/cases", url.Values{"submission": {uuid.NewString()}, "account.words": {"store"}})
		if got.Status != 422 || got.Page().Find(`#form-errors a[href="#q-account"]`).Length() != 1 || got.Text("#wrong-account") != "Look for the account and choose it." ||
			got.Page().Find("#q-account").AttrOr("value", "") != "store" || len(offered(got)) != 10 {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	})
	answers := func(account string) url.Values {
		return url.Values{"submission": {uuid.NewString()}, "account": {account}, "topic": {"Payment"}, "contact_by": {"email"}, "description": {"We paid."}, "account.words": {"store"}}
	}
	t.Run("one that was found opens a case", func(t *testing.T) {
		if got := admin.PostPartial("/items/billing-inquiry/cases", answers("500129")); got.Location() == "" {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	})
	t.Run("one of another customer does not", func(t *testing.T) {
		got := admin.PostPartial("/items/billing-inquiry/cases", answers("600001"))
		if got.Status != 422 || !strings.Contains(got.Text("#wrong-account"), "You can’t open a case for that account") || strings.Contains(got.Body, "Clinic") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	})
	t.Run("for somebody else, only where both may", func(t *testing.T) {
		agent, harbour := site.As("agent@boreal.test"), personID(t, site, "manager@harbour.test")
		got := agent.Partial(fmt.Sprintf("%s/accounts?for=%d&account.words=store+129", form, harbour))
		if list := offered(got); fmt.Sprint(list) != "[600129]" {
			t.Errorf("%v", list)
		}
		if got := site.As("customer@maple.test").Get(form); got.Has("#q-account[type=search]") {
			t.Error("who has one account looks for it")
		}
	})
}
