package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// inEditor is what stands in the shadow root of a condition's editor.
func inEditor(css string) string {
	return `document.querySelector(".condition")?.shadowRoot?.querySelector(` + quote(css) + `)`
}

// draft begins a draft and opens one of its rules.
func (b *tab) draft(name, rule string) {
	b.t.Helper()
	b.signIn(platform)
	b.visit("/rules")
	b.write("Name of a new draft", name)
	b.turn("Begin a draft")
	b.visit(b.path() + "?rule=" + rule)
	if !b.plain {
		b.until("the editor", inEditor(".cm-content"))
	}
}

// rewrite puts the focus into the condition's editor, by its label, and types another condition.
func (b *tab) rewrite(text string) {
	b.t.Helper()
	b.do("go to the condition", chromedpClick(`label[for="rule-when"]`))
	b.until("the editor to have the focus", `document.activeElement.id == "rule-when-editor"`)
	b.do("select all", chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(kb.Delete))
	b.key(text)
}

func (b *tab) holds(want string) {
	b.t.Helper()
	b.until("the condition to be "+want, `document.querySelector("#rule-when").value == `+quote(want))
}

func TestAConditionIsWrittenWithHelp(t *testing.T) {
	b := open(t, desktop)
	b.draft("Written with help", "3")

	b.rewrite("answers.urgnt")
	b.key(kb.Escape)
	b.until("what is wrong to be marked", inEditor(".cm-lintRange-error")+`?.textContent == "urgnt"`)
	b.see("#rule-checked", "There is no fact answers.urgnt")
	b.until("the field to be told", `document.querySelector("#rule-when").ariaInvalid == "true"`)
	b.press("Write answers.urgent")
	b.holds("answers.urgent")
	b.until("nothing wrong", "!"+inEditor(".cm-lintRange-error"))
	b.see("#examples-now", "11 of 11 examples pass")

	t.Run("values are completed", func(t *testing.T) {
		b.key(" and answers.service == ")
		b.key(`"`)
		b.until("the services", inEditor(".cm-completionLabel")+`?.textContent == "911 service"`)
		b.key("SD")
		b.until("one service", `document.querySelector(".condition").shadowRoot.querySelectorAll("li[role=option]").length == 1`)
		b.until("it to stand long enough to be meant", `performance.now() - (document.stood ??= performance.now()) > 100`)
		b.enter()
		b.holds(`answers.urgent and answers.service == "SD-WAN"`)
		b.see("#rule-checked", "This condition can be read")
	})
	t.Run("so are texts that begin a comparison", func(t *testing.T) {
		b.key(" and ")
		b.key(`"voi`)
		b.until("a family", inEditor("li[role=option][aria-selected]")+`?.textContent == "voice in families"`)
		b.until("it to stand long enough to be meant", `performance.now() - (document.stoodAgain ??= performance.now()) > 100`)
		b.enter()
		b.holds(`answers.urgent and answers.service == "SD-WAN" and "voice" in families`)
		b.do("undo", chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		b.rewrite(`answers.urgent and answers.service == "SD-WAN"`)
		b.key(kb.Escape)
		b.see("#rule-checked", "This condition can be read")
	})
	t.Run("examples follow what is typed", func(t *testing.T) {
		b.see("#examples-now", "1 of 11 examples would fail")
		b.see("#rule-default-marks", "1")
		b.until("a red mark", `document.querySelector("#rule-default-marks [data-mark=red], #rule-4-marks [data-mark=red], #rule-5-marks [data-mark=red]")`)
		b.until("the focus to be where it was", `document.activeElement.id == "rule-when-editor"`)
	})
	t.Run("it is saved by Ctrl+S, and the focus stays", func(t *testing.T) {
		b.do("save", chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		b.see("#draft-bar", "One difference")
		b.until("the focus to be where it was", `document.activeElement.id == "rule-when-editor"`)
		b.key(kb.Tab)
		b.until("the focus to be beyond", `document.activeElement.id != "rule-when-editor"`)
	})
	t.Run("another rule, another condition", func(t *testing.T) {
		b.do("go to rule 10", chromedpClick("#rule-10-link"))
		b.holds(`item == "billing-inquiry"`)
		b.until("the editor to follow", inEditor(".cm-content")+`.textContent == 'item == "billing-inquiry"'`)
	})
	b.accessible()
}

// Whatever comes between, what somebody typed is still in the editor.
func TestWhatIsTypedOfARuleIsKept(t *testing.T) {
	b, other := open(t, desktop), open(t, desktop)
	b.draft("Kept", "3")
	b.rewrite("answers.urgent and true")
	b.key(kb.Escape)
	save := chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl))

	other.signIn(platform)
	other.visit(b.path() + "?rule=3")
	other.until("the editor", inEditor(".cm-content"))
	other.rewrite("answers.urgent and not false")
	other.key(kb.Escape)
	other.do("save", save)
	other.see("#draft-bar", "One difference")

	b.do("save", save)
	b.see(".notice", "saved this draft before you did")
	b.holds("answers.urgent and true")
	b.until("the editor to have it", inEditor(".cm-content")+`.textContent == "answers.urgent and true"`)

	token := tell[string](b, `document.querySelector("#rule-form [name=csrf]").value`)
	tell[bool](b, `(document.querySelector("#rule-form [name=csrf]").value = "of another time", true)`)
	b.do("save", save)
	b.see("#alert", "once more")
	b.until("the answer to be done with", `!document.querySelector("#rule-form.htmx-request")`)
	b.holds("answers.urgent and true")
	tell[bool](b, `(document.querySelector("#rule-form [name=csrf]").value = `+quote(token)+`, true)`)
	b.do("save again", save)
	b.see("#status", "Saved.")
	b.holds("answers.urgent and true")
}

func TestRulesArePutElsewhere(t *testing.T) {
	b := open(t, desktop)
	b.draft("Put elsewhere", "3")
	b.do("focus", chromedp.Focus(chromedp.CSS("#rule-3-link")))
	up := chromedp.KeyEvent(kb.ArrowUp, chromedp.KeyModifiers(chromedp.ModifierAlt))
	b.do("move up twice", up, up)
	b.see("#status", "Urgent now stands at place 1 of 10")
	b.see("#rule-1", "Urgent")
	b.until("the focus to stay with the rule", `document.activeElement.id == "rule-1-link"`)
	b.see("#editor h2", "Rule 1")

	b.rewrite("answers.urgent and true")
	b.do("drag", drag(b, "#rule-2", "#rule-5")...)
	b.see("#status", "Emergency calling now stands at place 5 of 10")
	b.holds("answers.urgent and true") // what is typed is neither saved nor lost
	b.see("#rule-5", "Emergency calling")
	b.see("#draft-bar", "2 differences")
	b.accessible()
}

// A finger drags a rule by its grip; without one it scrolls.
func TestRulesArePutElsewhereByTouch(t *testing.T) {
	b := open(t, phone)
	b.draft("Put elsewhere by touch", "1")
	b.until("a grip that a finger can take", `document.querySelector("#rule-2 .rule-grip").getBoundingClientRect().width >= 44`)
	tell[bool](b, `(document.querySelector("#rule-2").scrollIntoView({block: "center"}), true)`)
	start, end := b.at("#rule-2 .rule-grip", 0.5), b.at("#rule-3", 0.9)
	for _, step := range []struct {
		kind input.DispatchTouchEventType
		at   []*input.TouchPoint
	}{
		{input.DispatchTouchEventTypeTouchStart, []*input.TouchPoint{&start}},
		{input.DispatchTouchEventTypeTouchMove, []*input.TouchPoint{&end}},
		{input.DispatchTouchEventTypeTouchEnd, []*input.TouchPoint{}},
	} {
		if _, err := chromedp.Call(b.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: step.kind, TouchPoints: step.at}); err != nil {
			b.fail("touch", err)
		}
	}
	b.see("#rule-3", "Urgent and everywhere")
	b.see("#draft-bar", "One difference")
}

// at is a point of an element, near its left edge and as far down as that part of its height.
func (b *tab) at(css string, part float64) input.TouchPoint {
	b.t.Helper()
	return tell[input.TouchPoint](b, fmt.Sprintf(`(r => ({x: r.x + 8, y: r.y + r.height * %v}))(document.querySelector(%s).getBoundingClientRect())`, part, quote(css)))
}

// drag takes a rule by its grip to where another one is.
func drag(b *tab, from, to string) []chromedp.Action[chromedp.Void] {
	b.t.Helper()
	start, end := b.at(from+" .rule-grip", 0.5), b.at(to, 0.9)
	mouse := func(kind input.DispatchMouseEventType, p input.TouchPoint) chromedp.Action[chromedp.Void] {
		return chromedp.MouseEvent(kind, p.X, p.Y, chromedp.ButtonLeft)
	}
	return []chromedp.Action[chromedp.Void]{mouse(input.DispatchMouseEventTypeMousePressed, start), mouse(input.DispatchMouseEventTypeMouseMoved, end), mouse(input.DispatchMouseEventTypeMouseReleased, end)}
}

// accessible has the checker look at the page as it is.
func (b *tab) accessible() {
	b.t.Helper()
	source, err := axe()
	if err != nil {
		b.t.Fatal(err)
	}
	tell[bool](b, source+"; true")
	for _, found := range tell[[]string](b, violations) {
		b.t.Error(found)
	}
}

// enter presses Enter as a keyboard does: where a script takes the key, no character comes after it.
func (b *tab) enter() {
	b.t.Helper()
	b.stroke("Enter", "Enter", 13)
}

// stroke presses a key of which a script takes hold, so that it writes nothing.
func (b *tab) stroke(key, code string, number int64) {
	b.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: key, Code: code, WindowsVirtualKeyCode: number})
		if err != nil {
			b.fail("press "+key, err)
		}
	}
}
