package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestSearchByKeyboard looks for something from the bar, without a mouse: misspelt, chosen with arrows, closed with Escape.
func TestSearchByKeyboard(t *testing.T) {
	t.Parallel()
	b := open(t, desktop)
	b.signIn(manager)
	b.visit("/products")
	const box, list = "#search", "#suggestions"
	is := func(expanded string) {
		t.Helper()
		b.until("the list to be "+expanded, `document.querySelector("#search").getAttribute("aria-expanded") == "`+expanded+`"`)
	}
	b.do("go to the search", chromedp.Focus(box))
	b.do("look for something misspelt", sendKeys(box, "invioce"))
	b.see(list+" [role=group]", "Nothing has “invioce”. These have “invoice”.")
	is("true")
	b.see(list, "Billing Inquiry")
	b.until("how many there are to be said", `/^\d+ results$/.test(document.querySelector("#search-said").textContent)`)
	source, err := axe()
	if err != nil {
		t.Fatalf("the checker comes with the front end (task bundle): %v", err)
	}
	tell[bool](b, source+"; true")
	for _, found := range tell[[]string](b, violations) {
		t.Error(found)
	}

	b.key(kb.ArrowDown + kb.ArrowDown)
	b.until("the second to be chosen", `document.querySelector("[aria-selected=true]") == document.getElementById(document.querySelector("#search").getAttribute("aria-activedescendant"))
		&& document.querySelector("[aria-selected=true]").id == "suggestion-2" && document.activeElement.id == "search"`)
	b.key(kb.ArrowUp + kb.ArrowUp)
	b.gone("[aria-selected=true]") // what was typed is chosen again
	b.key(kb.Escape)
	is("false")
	if !tell[bool](b, `document.querySelector("#suggestions").hidden && document.activeElement.id == "search" && document.activeElement.value == "invioce"`) {
		t.Error("Escape does more than to close the list")
	}
	b.key(kb.ArrowDown)
	is("true")
	b.key(kb.ArrowUp + kb.ArrowUp) // the last, which leads to all
	b.key("\r")
	b.see("h1", "Search")
	b.see("#found-cases", "Cases & requests")
	if at := tell[string](b, "location.search"); at != "?q=invioce" {
		t.Errorf("it leads to %q", at)
	}

	anew := func(words string) {
		t.Helper()
		tell[bool](b, `(document.querySelector("#search-words").focus(), document.querySelector("#search-words").select(), true)`)
		b.key(words)
	}
	anew("zzqq")
	b.see(".empty", "We found nothing for “zzqq”.")
	b.until("the address to follow", `location.search == "?q=zzqq"`)
	anew("phone")
	b.see("h2", "Articles")
	b.do("articles alone", chromedpClick("#source-articles"))
	b.gone("#found-cases")
	b.until("the address to say so", `location.search.includes("source=articles")`)
	b.do("go back to the bar", chromedp.Focus(box), sendKeys(box, "phone\r"))
	b.until("Enter to lead to all that is found", `location.search == "?q=phone" && document.querySelector("#found-cases")`)
}

func TestSearchWithoutScripts(t *testing.T) {
	t.Parallel()
	b := open(t, phone)
	b.withoutScripts()
	b.signIn(customer)
	b.do("look for something from the bar", chromedp.Focus("#search"), sendKeys("#search", "invioce\r"))
	b.see("main", "These have “invoice”.")
	b.do("look in one source", chromedpClick("#source-articles"))
	b.press("Search")
	b.see("h2", "Articles")
	b.gone("#found-cases")
}

// TestHomeFollows: what comes to wait for somebody, or is opened by them elsewhere, is on their home page at once.
func TestHomeFollows(t *testing.T) {
	t.Parallel()
	home := open(t, desktop)
	home.signIn("customer@harbour.test")
	home.visit("/")
	other := home.twin("/items/report-issue")
	number := other.report("The freezer hall has no telephones.", "")
	home.see("#home-"+number, "No dial tone")
	home.until("its window to be the same", `document.querySelectorAll("#home").length == 1 && document.querySelectorAll("h1").length == 1`)
}
