package e2e

import "testing"

// What is put in order: dragged, by the buttons with the keyboard, and with JavaScript switched off. A form's lines go their
// way before anything is saved.
func TestSetUpInOrder(t *testing.T) {
	b := open(t, desktop)
	b.signIn(platform)
	b.visit("/setup/contact")
	const order = `[...document.querySelectorAll("#ways .setup-name a")].map(a => a.innerText).join(" / ")`
	was := tell[string](b, order)
	const saved = `fetch("/setup/contact").then(r => r.text()).then(text => [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("#ways .setup-name a")].map(a => a.textContent).join(" / "))`

	tell[bool](b, `(() => {
		const [first, , last] = document.querySelectorAll("#ways [data-sort-item]");
		const carry = new DataTransfer();
		const over = last.getBoundingClientRect();
		const at = {bubbles: true, cancelable: true, dataTransfer: carry, clientX: over.left + 5, clientY: over.bottom - 2};
		first.querySelector(".setup-name").dispatchEvent(new PointerEvent("pointerdown", {bubbles: true}));
		first.dispatchEvent(new DragEvent("dragstart", at));
		last.dispatchEvent(new DragEvent("dragover", at));
		last.dispatchEvent(new DragEvent("drop", at));
		first.dispatchEvent(new DragEvent("dragend", at));
		return true;
	})()`)
	b.until("the dragged order to be saved", saved+`.then(now => now == "Customer care / By mail / Support by phone")`)

	up := `[...document.querySelectorAll("#ways [data-sort-item]")].find(li => li.innerText.includes("Support by phone")).querySelector("[id$=-up]")`
	tell[bool](b, `(`+up+`.focus(), true)`)
	b.key("\r")
	b.until("a step up", saved+`.then(now => now == "Customer care / Support by phone / By mail")`)
	b.until("the focus to stay on the button", `document.activeElement == `+up)
	b.key("\r")
	b.until("the order as it was", saved+`.then(now => now == `+quote(was)+`)`)

	b.visit("/setup/families/data")
	b.do("move a line", chromedpClick("#types-2-up"))
	b.until("the line in its new place", `document.querySelector("#types-0-en").value == "Slow connection" && document.querySelector("#types-1-en").value == "No connection"`)
	b.visit("/setup/families/data")
	if got := tell[string](b, `document.querySelector("#types-0-en").value`); got != "No connection" {
		t.Errorf("it was saved all the same: %q comes first", got)
	}
}
