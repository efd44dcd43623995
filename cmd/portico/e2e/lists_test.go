package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestAListOfOnesOwn: somebody searches, goes through the rows and opens one by the keyboard alone, chooses columns, keeps the
// list by a name, and puts their views in order: at a desk, and on a phone, where the rows are cards.
func TestAListOfOnesOwn(t *testing.T) {
	t.Parallel()
	b := open(t, desktop)
	b.signIn("west@maple.test")
	b.visit("/cases?sort=number")
	b.until("rows", `document.querySelectorAll("#list tbody tr").length > 2`)
	focus := func(what, expression string) {
		t.Helper()
		b.until(what, `(a => a && (`+expression+`))(document.activeElement)`)
	}

	rows := `[...document.querySelectorAll("#list td.c-main > a")]`
	b.key("j")
	focus("the first row", rows+`.indexOf(a) == 0`)
	b.key("j")
	focus("the second row", rows+`.indexOf(a) == 1`)
	b.key("k")
	focus("the first row again", rows+`.indexOf(a) == 0`)
	b.stroke("/", "Slash", 191)
	focus("the list's own search", `a.name == "q" && a.closest("#filters")`)
	number := tell[string](b, `document.querySelector("#list tbody .c-number").textContent`)
	b.key(number)
	b.until("what was searched for", `document.querySelectorAll("#list tbody tr").length == 1 && location.search.includes("q=")`)
	focus("the search, still", `a.name == "q" && a.value == `+quote(number))
	b.see("#list-total", "1 case")
	b.key(kb.Escape)
	b.key("j")
	focus("the row that was found", rows+`[0] == a`)
	b.key(kb.Enter)
	b.until("its case", `location.pathname == "/cases/`+number+`"`)

	b.visit("/cases?list=requests&sort=-created")
	b.press("Columns")
	b.until("the columns to choose", `document.querySelector("#column-priority").checkVisibility()`)
	for _, column := range []string{"priority", "created", "contact", "account"} {
		tell[bool](b, `(document.querySelector("#column-`+column+`").click(), true)`)
	}
	b.accessible()
	b.turn("Show these")
	b.see(".notice", "Your lists have these columns now.")
	if heads := tell[int](b, `document.querySelectorAll("table.cases th").length`); heads != 6 || !tell[bool](b, `document.querySelector("td.c-type").checkVisibility()`) {
		t.Errorf("there are %d columns, the type among them", heads)
	}

	keep := func(name string) {
		t.Helper()
		b.press("Save this view")
		b.write("What is it called?", name)
		turnBy(b, chromedp.CSS("#keep-save"))
		b.see(".kept [aria-current]", name)
	}
	keep("Oldest requests")
	b.pick("State", "Solved")
	b.until("the filter", `location.search.includes("state=solved") && document.querySelector("#keep-query").value.includes("state=solved") && document.querySelector("#list-export").href.includes("state=solved")`)
	b.press("Save this view")
	b.write("What is it called?", "oldest REQUESTS"+kb.Enter)
	b.see("#keep", "You already have a view called “Oldest requests”.")
	focus("the name that is taken", `a.id == "keep-name"`)
	b.accessible()
	tell[bool](b, `(document.querySelector("#keep-name").value = "", true)`)
	b.write("What is it called?", "Solved requests")
	turnBy(b, chromedp.CSS("#keep-save"))
	b.see(".kept [aria-current]", "Solved requests")

	b.turn("Edit")
	b.accessible()
	names := `[...document.querySelectorAll(".kept-what > a")].map(a => a.textContent).join()`
	tell[bool](b, "("+string(named("Move Solved requests up"))+").focus() || true")
	b.press("Move Solved requests up")
	b.until("the new order", names+` == "Solved requests,Oldest requests"`)
	b.see("#status", "Your views are in this order now.")
	focus("the button that was pressed", `a.id.endsWith("-up") && a.ariaDisabled == "true"`)
	b.press("Remove Oldest requests")
	b.until("one view", names+` == "Solved requests"`)

	b.resize(phone)
	b.visit("/cases")
	b.until("cards", `getComputedStyle(document.querySelector("#list tbody tr")).display == "flex"`)
	if wide := tell[string](b, tooWide); wide != "" {
		t.Errorf("on a phone it scrolls sideways, for %s", wide)
	}
	b.press("Save this view")
	b.see("#keep", "What is it called?")
	if wide := tell[string](b, tooWide); wide != "" {
		t.Errorf("with its form open it scrolls sideways, for %s", wide)
	}
	b.accessible()
}
