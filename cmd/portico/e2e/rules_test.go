package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The rules are changed while all goes on: the next case is decided differently, and as before once that is rolled back.
func TestRules(t *testing.T) { rulesStory(t, false) }

// The same with JavaScript switched off.
func TestRulesWithoutScripts(t *testing.T) { rulesStory(t, true) }

func rulesStory(t *testing.T, plain bool) {
	reporter, admin := open(t, desktop), open(t, desktop)
	name := "Cancellations are not billing"
	if plain {
		name += ", by hand"
		reporter.withoutScripts()
		admin.withoutScripts()
	}
	reporter.signIn(customer)
	reporter.cancel()
	reporter.see("#opened", "4 - Low")

	admin.signIn(platform)
	admin.visit("/rules")
	live := tell[string](admin, `document.querySelector("#versions + ol a").getAttribute("href")`)
	admin.write("Name of a new draft", name)
	admin.turn("Begin a draft")
	admin.see("h1", name)
	admin.do("open the rule", chromedp.Click(chromedp.JSPath(`[...document.querySelectorAll(".rule-list a")].find(a => a.innerText.includes("Billing"))`)))
	admin.until("the rule to be open", `document.querySelector("#rule-name")?.value == "Billing"`)

	admin.condition(`item == "billing-inquiry" and answers.topc != "Cancellation"`)
	admin.see("#rule-checked", "topic")
	admin.see("#rule-checked pre", "^")
	admin.condition(`item == "billing-inquiry" and answers.topic != "Cancellation"`)
	admin.until("no complaint", `!document.querySelector("#rule-checked .caret-error")`)
	admin.press("Save")
	admin.see("#draft-bar", "One difference")

	admin.press("Try")
	admin.until("the trial", `document.querySelector("#trial")`)
	admin.pick("Form", "Billing Inquiry")
	admin.try()
	admin.until("its questions", string(labelled("What is it related to?", "Cancellation")))
	admin.choose("What is it related to?", "Cancellation")
	admin.try()
	admin.see(".trace ins", "3 - Moderate")
	admin.see(".trace del", "4 - Low")

	admin.press("Review and publish")
	admin.write("What changes, and why", "Cancellations go to the service desk")
	admin.do("publish", chromedpClick("#publish-do"))
	admin.until("the new version to be live", `location.pathname == "/rules"`)
	admin.see(".lead", "Alex Kowalczyk")

	reporter.cancel()
	reporter.see("#opened", "3 - Moderate")

	admin.visit(live)
	admin.write("What changes, and why", "Not agreed yet")
	admin.do("roll back", chromedpClick("#rollback .button"))
	admin.until("the old rules to be live", `location.pathname == "/rules"`)
	reporter.cancel()
	reporter.see("#opened", "4 - Low")
}

// try asks what the draft decides, where the page doesn't by itself.
func (b *tab) try() {
	b.t.Helper()
	if b.plain {
		turnBy(b, chromedp.CSS("#trial .actions .button"))
	}
}

// cancel asks for a cancellation.
func (b *tab) cancel() {
	b.t.Helper()
	b.visit("/items/billing-inquiry")
	b.answer("What is it related to?", "Cancellation")
	b.answer("How would you like us to contact you?", "E-mail")
	b.write("Describe", "Please end the line of the old warehouse.")
	b.submit("Submit inquiry")
}

// condition writes a rule's condition, and has it checked: as one types, or without scripts by the button.
func (b *tab) condition(text string) {
	b.t.Helper()
	if !b.plain {
		b.until("the editor", inEditor(".cm-content"))
		b.rewrite(text)
		b.key(kb.Escape) // no completion, thank you
		b.holds(text)
		return
	}
	tell[bool](b, `(document.querySelector("#rule-when").select(), true)`)
	b.do("write a condition", sendKeys("#rule-when", text))
	b.until("the condition to stand", `document.querySelector("#rule-when").value == `+quote(text))
	turnBy(b, chromedp.CSS("#rule-form button.no-js"))
}
