package e2e

import (
	"strings"
	"testing"
)

// The main job, end to end: a customer reports, the rules decide, an agent takes and answers it.
func TestStory(t *testing.T) { story(t, false) }

// The same with JavaScript switched off.
func TestStoryWithoutScripts(t *testing.T) { story(t, true) }

func story(t *testing.T, plain bool) {
	reporter, desk := open(t, desktop), open(t, desktop)
	if plain {
		reporter.withoutScripts()
		desk.withoutScripts()
	}
	desk.signIn(agent)
	desk.visit("/queues")
	desk.press("Voice")
	reporter.signIn(customer)

	number := reporter.report("Since eight o'clock nobody can call.", fileToSend(t))
	reporter.see("#opened", number)
	reporter.see("#opened", "1 - Critical")
	reporter.see("#opened", "You told us that it is urgent and affects all your locations.")
	reporter.see("#opened", "Expect our first answer by")
	reporter.see("#letters", "Since eight o'clock nobody can call.")
	reporter.see(".attachments", "trace.txt")

	desk.arrives("#rows", number)
	desk.takeNextUntil(number)
	desk.keepNote("The card in the cellar again.")
	desk.reply("A technician is on the way to you.")

	reporter.arrives("#letters", "A technician is on the way to you.")
	if reporter.says("The card in the cellar again.") {
		t.Error("the customer sees the internal note")
	}

	desk.press("Request information")
	desk.write("What do you need to know?", "Which floors are silent?")
	desk.press("Ask the customer")
	desk.see(".letters", "Which floors are silent?")
	reporter.visit("/")
	reporter.see(`section[aria-labelledby="waiting-title"]`, number)
	reporter.visit("/cases?list=action")
	reporter.see(".cases", number)
	reporter.press("No dial tone: Hosted Voice")
	reporter.see(".case-head", "Awaiting your reply")
	reporter.reply("The second and the third.")
	reporter.see(".case-head", "Open")

	desk.arrives(".letters", "The second and the third.")
	if desk.plain {
		desk.visit("/cases/" + number)
	}
	desk.see("#case-panel", "Sam Okafor")
	reporter.visit("/cases/" + number)
	if reporter.says("The card in the cellar again.") {
		t.Error("the customer sees the internal note")
	}
	reporter.press("Mark as solved")
	reporter.finish()
	reporter.see(".case-head", "Solved")
	desk.arrives(".case-head", "Solved")
}

// takeNextUntil takes what is next until that is the case; others that are as pressing may have waited for longer.
func (b *tab) takeNextUntil(number string) {
	b.t.Helper()
	queue := tell[string](b, `location.href.split("?")[0]`)
	for range 5 {
		b.press("Take next")
		b.until("a case to be taken", `document.querySelector(".case-head, .notice")`)
		b.see(".case-head", "CS")
		if tell[bool](b, `document.querySelector(".case-head").innerText.includes(`+quote(number)+`)`) {
			return
		}
		b.visit(strings.TrimPrefix(queue, b.address))
	}
	b.t.Fatalf("%s is not among the next five", number)
}

func (b *tab) keepNote(text string) {
	b.t.Helper()
	b.write("Internal note", text)
	b.press("Keep note")
	b.see(".letters .note", text)
}

// reply writes below the conversation, and sends it.
func (b *tab) reply(text string) {
	b.t.Helper()
	b.do("write a reply", sendKeys("#reply-body", text), chromedpClick("#reply-send"))
	b.see(".letters .letter:not(.note)", text)
	b.until("the form to be fresh", `!document.querySelector("#reply-body")?.value`) // the news may be there before the answer
}

// finish presses what the page asks for before the case is solved.
func (b *tab) finish() {
	b.t.Helper()
	if tell[bool](b, `!!document.querySelector("#solve[open] button, #solve button")?.checkVisibility()`) {
		b.do("mark as solved", chromedpClick("#solve button"))
	}
}
