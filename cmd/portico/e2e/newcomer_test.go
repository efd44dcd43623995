package e2e

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// Somebody whom the portal doesn't know asks for something, on a phone and in a hurry, and follows it from the link in the
// mail on.
func TestNewcomer(t *testing.T) { newcomer(t, false) }

// The same with JavaScript switched off.
func TestNewcomerWithoutScripts(t *testing.T) { newcomer(t, true) }

func newcomer(t *testing.T, plain bool) {
	ana, provider, sam := open(t, phone), open(t, desktop), open(t, desktop)
	if plain {
		ana.withoutScripts()
		sam.withoutScripts()
	}
	provider.signIn(platform)
	email := "ana-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "@novak.test"
	subject := "A line to " + email

	ana.visit("/sign-in")
	ana.press("Submit a request without an account")
	ana.see("h1", "Submit a request")
	ana.press("Send request")
	ana.see("#form-errors", "4 answers need your attention")
	ana.write("Full name", "Ana Novak")
	ana.write("E-mail", email)
	ana.write("Subject", subject)
	ana.write("What can we do for you?", "As soon as you can.")
	ana.press("Send request")
	ana.see("h1", "We have your request")

	sam.signIn(agent)
	sam.visit("/cases")
	sam.press(subject)
	sam.see("#unproven", "Ana Novak ("+email+")")

	ana.visit(provider.linkIn(email, "We have your request"))
	ana.see("h1", "Choose")
	ana.see(".facts", "Ana Novak")
	ana.do("choose a password", sendKeys("#password", "four words nobody guesses"))
	ana.press("Save")
	ana.see(".case-head", subject)
	ana.see(".letters", "As soon as you can.")
	sam.visit(ana.path())
	sam.see("#letters", "Ana Novak confirmed that the request is theirs")
	sam.reply("We are on our way.")
	ana.arrives("#letters", "We are on our way.")
}

// linkIn waits for a mail to somebody and gives the address of the link in it: the demo keeps all mail, for its platform
// administrator to read.
func (b *tab) linkIn(to, subject string) string {
	b.t.Helper()
	b.visit("/mail")
	row := fmt.Sprintf(`[...new DOMParser().parseFromString(await (await fetch("/mail")).text(), "text/html").querySelectorAll("tbody tr")]
		.find(r => r.cells[0].innerText == %s && r.cells[1].innerText.includes(%s))?.querySelector("a").getAttribute("href")`, quote(to), quote(subject))
	b.until("a mail to "+to, `(async () => `+row+`)()`)
	b.visit(tell[string](b, `(async () => `+row+`)()`))
	b.see(".mail-body", "/links/")
	return tell[string](b, `new URL(document.querySelector(".mail-body").innerText.match(/https?:\S+\/links\/\S+/)[0]).pathname`)
}
