package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// An administrator finds a contact by keys, and changes them beside the list, which stays where it was.
func TestContactBesideTheList(t *testing.T) {
	b := open(t, desktop)
	b.signIn("admin@maple.test")
	b.visit("/contacts")
	b.key("/")
	b.until("the list's own search to have the focus", `document.activeElement.dataset.search == "list"`)
	b.key("maple foods")
	b.see("#contacts-total", "8 contacts")
	b.key("east")
	b.see("#contacts-total", "0 contacts")
	for range len("east") {
		b.key(kb.Backspace)
	}
	b.see("#contacts-total", "8 contacts")
	b.until("the address to say so", `location.search.endsWith("maple+foods")`) // the browser of tests types the key, too

	b.press("MF Fraser")
	b.see("#contact", "Maple Foods Halifax Plant · 100211")
	b.until("the form to have the focus", `document.activeElement.id == "contact-title"`)
	b.until("the row to be marked", `document.querySelector("a[data-current][aria-current]")?.innerText.includes("Fraser")`)
	b.until("the address to lead there", `/^\/contacts\/\d+$/.test(location.pathname)`)
	b.see("#contacts-total", "8 contacts")

	b.pick("Account", "Maple Foods West")
	b.until("the locations to follow", `document.querySelector("#contact-location").innerText.includes("Calgary")`)
	b.pick("Account", "Maple Foods Halifax")
	b.until("the locations to follow", `document.querySelector("#contact-location").innerText.includes("Halifax Plant 2")`)
	b.pick("Location", "Halifax Plant 2")
	b.write("Last name", "Roy-")
	b.do("save by keys", chromedp.KeyEvent("s", chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.see("#contact .notice", "Saved.")
	b.see(".contacts-table", "Roy-Fraser, Morgan")

	other := open(t, desktop)
	other.signIn("platform@boreal.test")
	other.visit(b.path())
	other.pick("Language", "Français")
	other.press("Save")
	other.see("#contact .notice", "Saved.")
	b.write("Last name", "Le ")
	b.press("Save")
	b.see("#contact-conflict", "Language")
	b.see("#contact-conflict", "taken over")
	b.press("Save mine")
	b.see("#contact .notice", "Saved.")
	b.see(".contacts-table", "Le ") // wherever in the name the caret stood

	b.press("Disable login")
	b.see("#contact .contact-login", "Login disabled")
	b.see(".contacts-table", "Disabled")
	b.press("Enable login")
	b.see("#contact .contact-login", "May sign in")
}

// Without JavaScript the same takes a page each.
func TestContactWithoutScripts(t *testing.T) {
	b := open(t, desktop)
	b.withoutScripts()
	b.signIn("admin@maple.test")
	b.visit("/contacts")
	b.turn("New contact")
	b.do("fill in", chromedp.SendKeys(labelled("First name"), "Noor"), chromedp.SendKeys(labelled("Last name"), "Haddad"),
		chromedp.SendKeys(labelled("E-mail"), "noor.haddad@maple.test"), chromedp.SetValue(labelled("Account"), "100220"))
	b.turn("Show the locations of this account")
	b.see("#contact-location", "Calgary")
	b.turn("Create and invite")
	b.see(".notice", "The contact was created and invited.")
	b.see("#contact .contact-login", "Invited")
	b.turn("Invite again")
	b.see(".notice", "Another invitation is on its way.")
}
