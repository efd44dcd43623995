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
