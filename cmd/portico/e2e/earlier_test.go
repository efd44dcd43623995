package e2e

import (
	"strings"
	"testing"
)

// sendReplies answers the case on the page so often, in order, and loads it again.
const sendReplies = `(async () => {
  const form = document.querySelector("#reply");
  for (let i = 1; i <= %n; i++) {
    const data = new FormData(form);
    data.set("body", "Reply " + i + " of many.");
    data.set("submission", crypto.randomUUID());
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok) return answer.status;
  }
  return 200;
})()`

func TestEarlierEntriesComeAboveWhatOneReads(t *testing.T) {
	b := open(t, desktop)
	b.signIn(customer)
	path := "/cases/" + b.report("It is about many things.", "")
	b.visit(path)
	if status := tell[int](b, strings.ReplaceAll(sendReplies, "%n", "112")); status != 200 {
		t.Fatalf("a reply: %d", status)
	}
	b.visit(path)
	b.see("#earlier", "62 earlier entries are not shown.")
	source, err := axe()
	if err != nil {
		t.Fatalf("the checker comes with the front end (task bundle): %v", err)
	}
	tell[bool](b, source+"; true")
	for _, theme := range []string{"dark", "light"} {
		b.prefer(theme, false)
		for _, found := range tell[[]string](b, violations) {
			t.Errorf("%s: %s", theme, found)
		}
	}

	const reading = `[...document.querySelectorAll(".letter")].find(l => l.innerText.includes("Reply 63 of many."))`
	top := func() int { return tell[int](b, "Math.round("+reading+".getBoundingClientRect().top)") }
	focus := func() string { return tell[string](b, "document.activeElement.id") }
	tell[bool](b, `(document.getElementById("earlier-part").focus(), true)`)
	at := top()
	b.key("\r")
	b.see(".letter", "Reply 13 of many.")
	b.see("#status", "Earlier entries are shown above. 12 are left.")
	if now := top(); at-now > 2 || now-at > 2 {
		t.Errorf("what was read has gone from %d to %d", at, now)
	}
	if on := focus(); !strings.HasPrefix(on, "event-") {
		t.Errorf("the focus is on %q: there is no such part any more", on)
	}
	b.arrivesFromElsewhere(path, "And one more.")
	b.see(".letter", "Reply 13 of many.")

	at = top()
	tell[bool](b, `(document.getElementById("earlier-all").focus({preventScroll: true}), true)`)
	b.key("\r")
	b.see(".letter", "Reply 1 of many.")
	b.gone("#earlier")
	if now := top(); at-now > 2 || now-at > 2 {
		t.Errorf("then from %d to %d", at, now)
	}
	event := tell[string](b, `[...document.querySelectorAll(".letter")].find(l => l.innerText.includes("Reply 5 of many.")).id`)
	b.visit("/cases")
	b.visit(path + "#" + event)
	b.until("to be led to the event", "document.getElementById("+quote(event)+") && location.search.includes('from=')")
}

// arrivesFromElsewhere has the same person answer the case in another window, and waits for that to come.
func (b *tab) arrivesFromElsewhere(path, text string) {
	b.t.Helper()
	other := open(b.t, desktop)
	other.signIn(customer)
	other.visit(path)
	other.reply(text)
	b.arrives(".letter", text)
}
