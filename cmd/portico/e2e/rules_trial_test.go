package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

func TestATrialFollowsEachAnswer(t *testing.T) {
	b := open(t, desktop)
	b.draft("Tried by hand", "3")
	b.rewrite("answers.urgent and now.hour < 6")
	b.holds("answers.urgent and now.hour < 6")
	b.do("save", chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.see("#draft-bar", "One difference")
	b.visit(b.path() + "/try")

	t.Run("somebody is found by words", func(t *testing.T) {
		b.write("Name, e-mail address or account", "doucet")
		b.see("#found-try-contact", "customer@maple.test")
		b.choose("As which contact", "Chris Doucet")
		b.until("it to stand in the address", `location.search.includes("try-contact=customer%40maple.test")`)
	})
	t.Run("what is folded out stays so", func(t *testing.T) {
		b.until("the pretences to be open", `(d => { d.open = true; return d.open })(document.querySelector("#trial-pretend"))`)
		b.choose("Additional services impacted")
		b.until("it to stand in the address", `location.search.includes("additional=yes")`)
		b.until("them to be open still", `document.querySelector("#trial-pretend").open`)
		b.pick("The contact’s language", "French")
		b.until("it alone to stand in the address", `location.search.includes("assume-contact.language=fr") && location.search.match(/assume/g).length == 1`)
	})
	t.Run("the decision follows", func(t *testing.T) {
		b.choose("Urgent issue")
		b.see("#trial-decision", "This is not what version")
		b.see("#trial-decision del", "2 - High")
		b.until("the focus to be where it was", `document.activeElement.id == "q-urgent"`)
	})
	t.Run("nothing is amiss for those who can't see it", func(t *testing.T) {
		b.until("the last part to be open", `(d => { d.open = true; return d.open })(document.querySelector("#trial-keep"))`)
		b.accessible()
	})
	t.Run("it becomes an example", func(t *testing.T) {
		b.do("name it", chromedp.SendKeys(chromedp.CSS("#example-name"), "urgent on Sundays"))
		b.turn("Keep as an example")
		b.see(".rule-example", "urgent on Sundays")
	})
}
