package e2e

import (
	"strings"
	"testing"
)

// Whom to copy is looked for by keyboard: who is ticked stays so while one looks for others, and nothing is sent by Enter.
func TestPeopleAreLookedFor(t *testing.T) {
	b := open(t, desktop)
	b.signIn(manager)
	b.visit("/cases?state=open")
	b.see("h1", "Cases")
	b.visit(tell[string](b, `document.querySelector("td.c-main a").getAttribute("href")`))
	at := b.path()
	b.press("Edit")
	b.see("#details-title", "Edit the case")
	b.do("look for a colleague", sendKeys("#q-copies", "morgan"))
	b.see("#found-copies", "1 person was found.")
	b.see("#found-copies", "Morgan") // whose last name another test changes
	b.key("\r")
	b.key("\t")
	b.key(" ")
	b.until("them to be ticked", `document.querySelector("#found-copies :checked")`)
	b.do("look for another", sendKeys("#q-copies", "\b\b\b\b\b\bluc"))
	b.see("#found-copies", "Luc Arsenault")
	b.until("the ticked one to stay", `document.querySelector("#found-copies :checked")?.closest("label").textContent.includes("Morgan")`)
	b.do("name an address", sendKeys("#q-copies", "\b\b\blandlord@elsewhere.test"))
	b.see("#found-copies [role=status]", "landlord@elsewhere.test is added when you save.")
	b.press("Save") // which the account does not let them
	b.see("#details-errors", "landlord@elsewhere.test can’t be copied.")
	if focus := tell[string](b, `document.activeElement.id`); focus != "details-errors" || b.path() != at {
		t.Errorf("the focus is at %q, on %s", focus, b.path())
	}
	b.press("Cancel")
	b.until("the form to be gone", `!document.querySelector("#details") && document.activeElement.id == "facts-edit"`)
	if told := tell[string](b, `document.querySelector("#letters").textContent`); strings.Contains(told, "Morgan") {
		t.Error("something was saved")
	}
}
