package e2e

import (
	"testing"

	"portico/db/demo"

	"github.com/chromedp/chromedp"
)

// Who forgot their password gets in by a mail, which a platform administrator reads where no mail server is set.
func TestForgottenPassword(t *testing.T) {
	const reports, chosen = "reports@maple.test", "three quiet herons"
	reader, person := open(t, desktop), open(t, phone)
	person.visit("/sign-in")
	person.turn("Forgot your password?")
	person.write("E-mail", reports)
	person.turn("Send the link")
	person.see("h1", "Look into your mailbox")

	reader.signIn(platform)
	reader.until("the mail", `fetch("/mail").then(r => r.text()).then(page => page.includes("`+reports+`"))`)
	reader.visit("/mail")
	reader.turn("Choose a new password")
	link := tell[string](reader, `document.querySelector(".mail-body").innerText.match(/\/links\/\S+/)[0]`)

	person.visit(link)
	person.see(".facts", reports)
	person.usable()
	person.write("New password", "reports")
	person.see("#requirements li:not([data-done])", "Not your name or address")
	tell[string](person, `document.querySelector("#password").value = ""`)
	person.write("New password", chosen)
	person.until("all to be ticked off", `document.querySelectorAll("#requirements li[data-done]").length == 3`)
	person.see("#requirements", "12 characters or more")
	person.until("it to be announced", `document.querySelector("#password-said").textContent.includes("3 of 3")`)
	person.turn("Save and sign in")
	person.see(".notice", "you are signed in")
	person.visit("/password")

	// Others of these tests sign in as they are.
	person.write("Current password", chosen)
	person.write("New password", demo.Password)
	turnBy(person, chromedp.CSS("#password-form .button"))
	person.see(".notice", "Your password was changed")

	person.visit(link)
	person.see("h1", "This link was used already")
}

// usable is that the page as it stands can be used by all, in light and dark.
func (b *tab) usable() {
	b.t.Helper()
	source, err := axe()
	if err != nil {
		b.t.Fatal(err)
	}
	tell[bool](b, source+"; true")
	for _, theme := range []string{"light", "dark"} {
		b.prefer(theme, false)
		for _, found := range tell[[]string](b, violations) {
			b.t.Errorf("%s, %s: %s", b.path(), theme, found)
		}
	}
}

// A form whose token holds no more keeps what was typed: within the page, and without scripts on a page of its own.
func TestWhatWasTypedOutlivesItsToken(t *testing.T) {
	const token = `document.querySelector("input[name='csrf']").value`
	for name, plain := range map[string]bool{"with scripts": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			b := open(t, desktop)
			b.signIn(customer)
			b.visit("/cases?state=open")
			b.turn(tell[string](b, `document.querySelector("td.c-main a").innerText.trim()`))
			at, old := b.path(), tell[string](b, token)
			b.visit("/")
			tell[bool](b, `(document.querySelector("form[action='/sign-out']").requestSubmit(), true)`)
			b.until("to be signed out", `location.pathname == "/sign-in"`)
			b.signIn(customer)
			if plain {
				b.withoutScripts()
			}
			b.visit(at)
			tell[bool](b, `(document.querySelectorAll("input[name='csrf']").forEach(f => f.value = `+quote(old)+`), true)`)
			words := "What took me an hour, " + name
			b.do("write", sendKeys("#reply textarea", words))
			send := `document.querySelector("#reply button:not([type=button])").click()`
			tell[bool](b, "("+send+", true)")
			if plain {
				b.see("h1", "Send it once more")
				b.see("blockquote", words)
				b.turn("Send again")
			} else {
				b.see("#alert", "What you typed is still here")
				tell[bool](b, "("+send+", true)")
			}
			b.see("#letters", words)
		})
	}
}
