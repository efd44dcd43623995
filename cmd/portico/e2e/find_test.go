package e2e

import (
	"fmt"
	"path/filepath"
	"testing"

	"portico/db"
	"portico/db/embedded"
)

// crowded is a portal of its own, in which Maple Foods has more accounts than a form can list.
func crowded(t *testing.T) (address string) {
	t.Helper()
	dir, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	if address, err = serve(dir); err != nil {
		t.Fatal(err)
	}
	server, err := embedded.Start(t.Context(), embedded.Options{Dir: filepath.Join(dir, "data")}) // it runs already
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Connect(t.Context(), server.URL(embedded.Program, embedded.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	found, err := d.AccountsCalled(t.Context(), "Maple Foods")
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	var shops []db.Account
	for i := range 120 {
		shops = append(shops, db.Account{ParentID: found[0].ID, Name: fmt.Sprintf("Maple Store %d", i), ClientNumber: fmt.Sprint(500_000 + i),
			Tier: "gold", TimeZone: "America/Toronto", ContactsSee: db.SeeOwn})
	}
	if err := db.Add(t.Context(), d, shops); err != nil {
		t.Fatal(err)
	}
	return address
}

func TestAnAccountIsLookedFor(t *testing.T) {
	b := open(t, desktop)
	b.address = crowded(t)
	b.signIn("admin@maple.test")
	b.visit("/items/report-issue")

	const words = "Name or client number"
	b.see("#found-account", "Maple Foods")
	b.write(words, "store 119")
	b.see("#found-account", "Maple Store 119")
	b.key("\r")
	b.see("#found-account [role=status]", "One account found.")
	if b.path() != "/items/report-issue" || tell[bool](b, `!!document.querySelector("#form-errors")`) {
		t.Error("Enter sent the form")
	}
	source, err := axe()
	if err != nil {
		t.Fatalf("the checker comes with the front end (task bundle): %v", err)
	}
	tell[bool](b, source+"; true")
	for _, found := range tell[[]string](b, violations) {
		t.Error(found)
	}

	b.do("look for another", sendKeys("#q-account", "\b\b\b\b\b\b\b\b\b100210"))
	b.see("#found-account", "Maple Foods East")
	b.choose("Select account", "Maple Foods East")
	b.see("fieldset, select", "SIP Trunking")
	if !tell[bool](b, `document.querySelector("#q-account").value == "100210"`) {
		t.Error("what was typed is gone")
	}
	b.write(words, "0") // nothing is found by that
	b.see("#found-account [role=status]", "No account")
	b.until("the chosen one to stay", `document.querySelector('#found-account [value="100210"]:checked')`)
}
