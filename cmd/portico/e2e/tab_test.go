package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"portico/db/demo"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// do runs actions; what can't be done fails the test and tells where the tab was.
func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.fail(what, err)
	}
}

func (b *tab) fail(what string, err error) {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	shows, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + (document.querySelector(".desk-case") ?? document.querySelector("main") ?? document.body).innerText.slice(0, 5000) +
		[...document.querySelectorAll("textarea")].map(t => "\n" + t.id + ": " + t.value).join("") + "\n" + document.querySelector(".announce")?.innerText + "\nfocus: " + document.activeElement?.outerHTML.slice(0, 200)`))
	b.t.Fatalf("%s: %v\nthe page is %s", what, err, shows)
}

// tell evaluates an expression on a tab's page.
func tell[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.fail(expression, err)
	}
	return value
}

// until waits for an expression to hold, whatever pages come and go meanwhile.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(async () => document.readyState != "loading" && !!(await (`+expression+`)))()`, chromedp.EvalAwaitPromise))
		if err == nil && holds {
			return
		}
		select {
		case <-ctx.Done():
			if err == nil {
				err = fmt.Errorf("never came: %s", expression)
			}
			b.fail(what, err)
		case <-again.C:
		}
	}
}

// see waits for words to show within the element.
func (b *tab) see(css, words string) {
	b.t.Helper()
	b.until("to see "+words, fmt.Sprintf(`[...document.querySelectorAll(%s)].some(e => e.checkVisibility() && e.innerText.replace(/\s+/g, " ").includes(%s))`, quote(css), quote(words)))
}

// gone waits for there to be no such element.
func (b *tab) gone(css string) {
	b.t.Helper()
	b.until("to lose "+css, "!document.querySelector("+quote(css)+")")
}

// arrives waits for words that come to an open page by themselves; without scripts one has to reload it.
func (b *tab) arrives(css, words string) {
	b.t.Helper()
	b.look()
	b.see(css, words)
}

// look sees what is new on a page: without scripts by loading it again.
func (b *tab) look() {
	b.t.Helper()
	if b.plain {
		b.do("reload", chromedp.Navigate(tell[string](b, "location.href.split('#')[0]")))
	}
}

// says tells whether the page shows words anywhere, even hidden ones.
func (b *tab) says(words string) bool {
	b.t.Helper()
	return tell[bool](b, "document.documentElement.outerHTML.includes("+quote(words)+")")
}

func (b *tab) visit(path string) {
	b.t.Helper()
	b.do("visit "+path, chromedp.Navigate(b.address+path))
}

// path is where the tab is.
func (b *tab) path() string { return tell[string](b, "location.pathname") }

// named finds what one can press by the words on it.
func named(words string) chromedp.JSPath {
	return chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll("a, button, summary")].find(e => !e.closest("[aria-hidden]") && e.checkVisibility({visibilityProperty: true}) && (e.ariaLabel ?? e.innerText).replace(/\s+/g, " ").trim().startsWith(%s))`, quote(words)))
}

// labelled finds a field by its label; within a group of choices by its legend and label.
func labelled(words ...string) chromedp.JSPath {
	within, label := `document`, words[len(words)-1]
	if len(words) > 1 {
		within = fmt.Sprintf(`[...document.querySelectorAll("fieldset")].find(f => f.querySelector("legend")?.innerText.trim().startsWith(%s))`, quote(words[0]))
	}
	return chromedp.JSPath(fmt.Sprintf(`[...(%s)?.querySelectorAll("label") ?? []].find(l => l.innerText.replace(/\s+/g, " ").trim().startsWith(%s))?.control`, within, quote(label)))
}

// press presses what has these words on it, not what has come to stand where it was: pages follow what others do.
func (b *tab) press(words string) {
	b.t.Helper()
	b.until(words+" to be there to press", string(named(words)))
	tell[bool](b, "("+string(named(words))+").click() || true")
}

// turn presses what leads to another page, and waits for that.
func (b *tab) turn(words string) {
	b.t.Helper()
	turnBy(b, named(words))
}

func turnBy[S chromedp.Selectable](b *tab, what S) {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(cdppage.LoadEventFired, nil, chromedp.Click(what))); err != nil {
		b.fail(fmt.Sprint("press ", what), err)
	}
}

// choose clicks a choice of a question, or ticks one that stands alone.
func (b *tab) choose(words ...string) {
	b.t.Helper()
	b.do("choose "+strings.Join(words, ": "), chromedp.Click(labelled(words...)))
	b.until("the choice to hold", string(labelled(words...))+"?.checked")
}

// write types into a field.
func (b *tab) write(label, text string) {
	b.t.Helper()
	b.do("write into "+label, chromedp.SendKeys(labelled(label), text))
}

// pick chooses from a list.
func (b *tab) pick(label, option string) {
	b.t.Helper()
	field := string(labelled(label))
	b.until("a list "+label, field)
	value := tell[string](b, fmt.Sprintf(`[...%s.options].find(o => o.text.trim().startsWith(%s))?.value ?? ""`, field, quote(option)))
	if value == "" {
		b.t.Fatalf("%s offers no %s", label, option)
	}
	tell[bool](b, fmt.Sprintf(`(f => { f.value = %s; f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return true })(%s)`, quote(value), field))
}

// attach chooses files for a field, as the file dialog would.
func (b *tab) attach(css string, files ...string) {
	b.t.Helper()
	b.do("attach files", chromedp.SetUploadFiles(chromedp.CSS(css), files))
}

// key presses keys, wherever the focus is.
func (b *tab) key(keys string) {
	b.t.Helper()
	b.do("press a key", chromedp.KeyEvent(keys))
}

// signIn signs in through the form, as anybody would.
func (b *tab) signIn(email string) {
	b.t.Helper()
	b.visit("/sign-in")
	b.do("sign in as "+email,
		chromedp.SendKeys(chromedp.CSS("#email"), email),
		chromedp.SendKeys(chromedp.CSS("#password"), demo.Password+kb.Enter))
	b.until(email+" to be signed in", `location.pathname != "/sign-in" && document.querySelector(".person")`)
}

func (b *tab) resize(at size) {
	b.t.Helper()
	if at.Width < 600 {
		b.do("be a phone", chromedp.EmulateViewport(at.Width, at.Height, chromedp.EmulateMobile, chromedp.EmulateTouch))
		return
	}
	b.do("resize", chromedp.EmulateViewport(at.Width, at.Height))
}

// prefer says what the device asks for: "light" or "dark", and with more contrast. Nothing moves then.
func (b *tab) prefer(theme string, contrast bool) {
	b.t.Helper()
	more := "no-preference"
	if contrast {
		more = "more"
	}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-contrast", Value: more},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		b.fail("prefer "+theme, err)
	}
	tell[bool](b, `new Promise(requestAnimationFrame).then(() => Promise.allSettled(document.getAnimations().map(a => a.finished))).then(() => true)`)
}

// withoutScripts switches JavaScript off. It leaves the page that is open first: what its scripts wait for would have nobody
// to come to.
func (b *tab) withoutScripts() {
	b.t.Helper()
	b.plain = true
	b.do("leave the page", chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.fail("switch JavaScript off", err)
	}
}

func quote(s string) string {
	q, _ := json.Marshal(s) // strings always can be
	return string(q)
}

func chromedpClick(css string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(css))
}

// tabTo goes on by the tab key until the focus is where it should be.
func (b *tab) tabTo(what, css string) {
	b.t.Helper()
	for range 80 {
		b.key(kb.Tab)
		if tell[bool](b, "document.activeElement.matches("+quote(css)+")") {
			if !tell[bool](b, `(s => s.outlineStyle != "none" || s.boxShadow != "none")(getComputedStyle(document.activeElement.closest(".choice") ?? document.activeElement))`) {
				b.t.Errorf("%s: the focus doesn't show", what)
			}
			return
		}
	}
	b.t.Fatalf("%s is not reached by the tab key", what)
}

// choiceByKeys chooses a value by the arrow keys, the focus being on the choices already.
func (b *tab) choiceByKeys(name, value string) {
	b.t.Helper()
	chosen := fmt.Sprintf(`(document.querySelector('select[name="%[1]s"]') ?? document.querySelector('[name="%[1]s"]:checked'))?.value ?? ""`, name)
	for range 20 {
		b.key(kb.ArrowDown)
		if tell[string](b, chosen) == value {
			return
		}
	}
	b.t.Fatalf("%s: %s is not reached by the arrow keys", name, value)
}

func sendKeys(css, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(css), text)
}
