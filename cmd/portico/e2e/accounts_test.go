package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestAccounts adds an account below another, gives it a location and products, and hangs it elsewhere.
func TestAccounts(t *testing.T) {
	b := open(t, desktop)
	b.signIn(platform)
	b.visit("/accounts")
	b.see("#tree", "Maple Foods Halifax Plant")

	// By keys alone: the second customer is closed, opened again, and shown.
	b.tabTo("the first account", "#tree .tree-row a")
	b.key(kb.ArrowDown)
	b.key(kb.ArrowDown)
	b.until("the second customer to be reached", `document.activeElement.textContent == "Maple Foods"`)
	b.key(kb.ArrowLeft)
	b.until("its branch to be closed", `!document.activeElement.closest("li").querySelector(".tree-fold").open`)
	b.key(kb.ArrowRight)
	b.until("its branch to be open", `document.activeElement.closest("li").querySelector(".tree-fold").open`)
	b.key(kb.ArrowRight)
	b.until("the first below it to be reached", `document.activeElement.textContent == "Maple Foods East"`)
	b.key("\r")
	b.see("h1", "Maple Foods East")

	b.turn("Add an account below")
	b.write("Name", "Maple Foods Truro")
	b.write("Client number", "100219")
	b.turn("Add account")
	b.see("h1", "Maple Foods Truro")
	b.write("A new location", "Truro Bakery")
	b.turn("Add location")
	for _, service := range []string{"Hosted Voice", "SD-WAN"} {
		b.until("to tick "+service, `(document.querySelector('[aria-label="`+service+` at Truro Bakery"]').click(), true)`)
	}
	b.turn("Save products")
	b.see(".account-figures", "2 products")

	b.turn("Hang it elsewhere")
	b.write("Below which account?", "harbour north")
	b.turn("Find")
	b.turn("Harbour Clinics North")
	b.see(".move-effects", "It becomes part of another customer.")
	b.turn("Move it now")
	// Now and then a background job is quicker to begin it than who asked: then a page tells of it, and leads there.
	b.until("the account to be moved", `document.querySelector('.crumbs')?.textContent.includes('Harbour Clinics North') ||
		document.querySelector('main').textContent.includes('It is done') &&
		(([...document.querySelectorAll('main a')].find(a => a.textContent.includes('Look at the account'))?.click()), true)`)
	b.see(".crumbs", "Harbour Clinics North")
}
