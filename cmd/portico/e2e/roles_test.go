package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// rolesOf opens the page of a contact's roles.
func (b *tab) rolesOf(email string) {
	b.t.Helper()
	b.signIn("admin@maple.test")
	b.visit("/contacts?q=" + email)
	contact := tell[string](b, `new URL(document.querySelector("td.c-main a").href).pathname`)
	b.visit(contact + "/grants")
}

const selected = `[...document.querySelectorAll(".granted h3")].map(h => h.textContent).join(", ")`

func TestRolesByKeysAlone(t *testing.T) {
	b := open(t, desktop)
	b.rolesOf("west@maple.test")
	b.tabTo("the first role to add", "#add-customer")
	b.key(kb.ArrowDown)
	b.until("the next role to have the focus", `document.activeElement.id == "add-case-manager"`)
	b.key(kb.ArrowRight)
	b.until("the role to be added", selected+` == "Customer, Case manager"`)
	b.see("#status", "Case manager added")
	b.until("the focus to be in it", `document.activeElement.closest("#granted-2")`)
	b.tabTo("its account", "#account-2")
	b.key(kb.ArrowUp)
	b.until("the account above to be chosen", `document.querySelector("#account-2").selectedOptions[0].text.startsWith("Maple Foods Halifax")`)
	b.see(".effects", "at Maple Foods Halifax Plant only")
	b.see(".effect-sight", "in 1 account more")
	b.tabTo("to save", "#grants-save")
	b.key(kb.Enter)
	b.see("#status, .notice", "The roles are saved.")

	b.tabTo("to remove it", "#remove-2")
	b.key(kb.Delete)
	b.until("the role to be removed", selected+` == "Customer"`)
	b.until("the focus to be where one can go on", `document.activeElement.matches("[data-move]")`)
	b.see(".effect-sight", "Will no more see")
	b.tabTo("to save", "#grants-save")
	b.key(" ")
	b.see("#status, .notice", "The roles are saved.")
}

func TestRolesByDragging(t *testing.T) {
	b := open(t, desktop)
	b.rolesOf("plant@maple.test")
	b.do("drag a role across", chromedp.DragAndDrop(chromedp.CSS("#available-reports strong"), chromedp.CSS(".roles-selected")))
	b.until("the role to be added", selected+` == "Customer, Dashboards & reports"`)
	b.see(".effects", "see reports")
	b.do("drag it back", chromedp.DragAndDrop(chromedp.CSS("#granted-2 .grip"), chromedp.CSS(".roles-available")))
	b.until("the role to be removed", selected+` == "Customer"`)
}

func TestRolesWithoutScripts(t *testing.T) {
	b := open(t, desktop)
	b.rolesOf("west@maple.test")
	at := b.path()
	b.withoutScripts()
	b.visit(at)
	turnBy(b, chromedp.CSS("#add-reports"))
	b.see(".granted h3", "Dashboards & reports")
	turnBy(b, chromedp.CSS("#remove-2"))
	b.see(".grants-effects", "Nothing yet")
}
