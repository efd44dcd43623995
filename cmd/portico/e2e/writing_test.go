package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// writer is somebody of whom no other test begins to write anything.
const writer = "manager@harbour.test"

// aCaseOf goes to a case of the writer's that can be replied to, and gives its address.
func (b *tab) caseToWriteTo() string {
	b.t.Helper()
	b.visit("/cases?state=open")
	path := tell[string](b, `document.querySelector("td.c-main a").getAttribute("href")`)
	b.visit(path)
	return path
}

// online cuts the connection, or gives it back. The browser itself hears of it.
func (b *tab) online(is bool) {
	b.t.Helper()
	b.cut.Store(true)
	if is {
		b.network()
	} else {
		b.network(&network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	if _, err := chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !is, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		b.fail("say so", err)
	}
}

// network has what the tab sends and gets go as slowly as that; of nothing, as fast as it can.
func (b *tab) network(as ...*network.Conditions) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: append([]*network.Conditions{}, as...)})
	if err != nil {
		b.fail("change the connection", err)
	}
}

// filled waits for a field to hold a text, as a whole.
func (b *tab) filled(css, text string) {
	b.t.Helper()
	b.until("the field to hold "+text, fmt.Sprintf(`document.querySelector(%s)?.value == %s`, quote(css), quote(text)))
}

const keptDraft = "#reply-draft .draft-kept"

func TestAReplyIsKeptWhereverOneGoesOn(t *testing.T) {
	here, there := open(t, desktop), open(t, phone)
	here.signIn(writer)
	there.signIn(writer)
	path := here.caseToWriteTo()

	here.do("write", sendKeys("#reply-body", "The **router** was changed"))
	here.see(keptDraft, "Draft saved")
	there.visit(path)
	there.filled("#reply-body", "The **router** was changed")
	there.see(keptDraft, "Draft saved")

	there.do("go on", sendKeys("#reply-body", kb.End+" yesterday."))
	there.until("that to be kept", `fetch(location.href).then(r => r.text()).then(page => page.includes("changed yesterday."))`)
	here.do("go on in the other window", sendKeys("#reply-body", " twice."))
	here.see(".draft-other", "You wrote something else meanwhile")
	here.filled("#draft-other", "The **router** was changed yesterday.")
	here.filled("#reply-body", "The **router** was changed twice.")
	here.press("Put it below mine")
	const both = "The **router** was changed twice.\n\nThe **router** was changed yesterday."
	here.filled("#reply-body", both)
	here.see(keptDraft, "Draft saved")
	there.visit(path)
	there.filled("#reply-body", both)

	here.press("Preview")
	here.see("#reply-preview strong", "router")
	here.do("go on under the preview", sendKeys("#reply-body", "\n\n- one"))
	here.see("#reply-preview li", "one")
	here.press("Close the preview")
	here.gone("#reply-preview section")
	here.until("the focus to be where it was asked for", `document.activeElement.id == "reply-show"`)

	here.see(keptDraft, "Draft saved")
	here.press("Discard")
	here.press("Discard this draft")
	here.filled("#reply-body", "")
	here.gone(keptDraft)
	there.visit(path)
	there.filled("#reply-body", "")
}

func TestWhatIsTypedWithoutAConnectionIsKeptLater(t *testing.T) {
	b := open(t, desktop)
	b.signIn(writer)
	b.visit("/cases?list=organization&state=open")
	path := tell[string](b, `[...document.querySelectorAll("td.c-main a")].at(-1).getAttribute("href")`)
	b.visit(path)
	b.online(false)
	b.do("write", sendKeys("#reply-body", "From the cellar"))
	b.see("#reply-draft", "Not saved: there is no connection.")
	b.online(true)
	b.see(keptDraft, "Draft saved")
	b.do("go on", sendKeys("#reply-body", ", again"))
	b.visit("/") // at once: what is not kept yet is so as one leaves, or stays in the tab
	b.visit(path)
	b.filled("#reply-body", "From the cellar, again")
	b.until("it to be kept", `fetch(location.href).then(r => r.text()).then(page => page.includes("From the cellar, again"))`)
	b.press("Discard")
	b.press("Discard this draft")
	b.filled("#reply-body", "")
}

func TestFilesGoUpAndCanBeTriedAgain(t *testing.T) {
	b := open(t, desktop)
	b.signIn(writer)
	b.visit("/items/report-issue")
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const up = `.upload-file:has(input[type="hidden"])`
	b.attach(`#form input[type="file"]`, file("one.txt", "one"), file("two.txt", "two"))
	b.until("both to be up", `document.querySelectorAll('`+up+`').length == 2`)
	tell[bool](b, `(() => {
		const files = new DataTransfer()
		files.items.add(new File(["12:00 lights off"], "dropped.log", {type: "text/plain"}))
		const at = document.querySelector("#q-description")
		at.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: files}))
		const clip = new DataTransfer()
		clip.items.add(new File(["12:01 lights on"], "pasted.log", {type: "text/plain"}))
		at.dispatchEvent(new ClipboardEvent("paste", {bubbles: true, cancelable: true, clipboardData: clip}))
		return true
	})()`)
	b.until("what was dropped and pasted to be up", `document.querySelectorAll('`+up+`').length == 4`)

	b.attach(`#form input[type="file"]`, file("evil.html", "<!doctype html><script>alert(1)</script>"))
	b.see(".upload-file[data-failed]", "We don’t take files like evil.html")
	if tell[bool](b, `document.querySelector("[data-failed] [data-upload-retry]").checkVisibility()`) {
		t.Error("what is refused is offered to be tried again")
	}
	b.press("Submit issue")
	b.see("#alert", "evil.html is not there yet.")
	b.press("Remove evil.html")
	b.gone(".upload-file[data-failed]")

	b.network(&network.Conditions{DownloadThroughput: -1, UploadThroughput: 20_000})
	b.attach(`#form input[type="file"]`, file("slow.txt", strings.Repeat("slow ", 200_000)))
	b.until("its progress to show", `document.querySelector(".upload-file[data-underway] progress")?.value > 0`)
	b.press("Cancel slow.txt")
	b.gone(".upload-file[data-underway]")
	b.see("#status", "slow.txt is not attached.")

	b.online(false)
	b.attach(`#form input[type="file"]`, file("later.txt", "later"))
	b.see(".upload-file[data-failed]", "later.txt could not be uploaded.")
	b.online(true)
	b.press("Try later.txt again")
	b.until("it to be up at last", `document.querySelectorAll('`+up+`').length == 5 && !document.querySelector("[data-failed]")`)
	b.see(".draft-kept", "Draft saved")
	b.press("Remove one.txt")
	b.visit("/")
	b.see("#drafts", "Report an Issue")
	b.visit("/items/report-issue")
	b.until("the files to be there", `[...document.querySelectorAll(".upload-name")].map(n => n.textContent).join() == "two.txt,dropped.log,pasted.log,later.txt"`)
	b.press("Start over")
	b.press("Discard all answers")
	b.until("a fresh form", `document.readyState == "complete" && !document.querySelector(".upload-name") && !document.querySelector("#resumed")`)
}

func TestAFormIsKept(t *testing.T)               { aFormIsKept(t, false) }
func TestAFormIsKeptWithoutScripts(t *testing.T) { aFormIsKept(t, true) }

func aFormIsKept(t *testing.T, plain bool) {
	item, button := "billing-inquiry", "Billing Inquiry"
	if plain {
		item, button = "technical-change-request", "Technical Change Request"
	}
	b := open(t, desktop)
	if plain {
		b.withoutScripts()
	}
	b.signIn(writer)
	b.visit("/items/" + item)
	b.do("begin to write", sendKeys("#q-description", "Two lines\nso far"))
	if plain {
		b.turn("Save draft")
		b.see(".notice", "Your draft is saved.")
	} else {
		b.see(".draft-kept", "Draft saved")
	}
	b.visit("/")
	b.see("#drafts", button)
	turnBy(b, chromedp.CSS(`#drafts a[href="/items/`+item+`"]`))
	b.see("#resumed", "This is what you left here on")
	b.filled("#q-description", "Two lines\nso far")
	if plain {
		b.press("Start over")
		b.turn("Discard all answers")
	} else {
		b.visit("/")
		b.do("discard it from home", chromedpClick(`#drafts li:has(a[href="/items/`+item+`"]) summary`))
		turnBy(b, chromedp.CSS(`#drafts li:has(a[href="/items/`+item+`"]) button`))
		b.see(".notice", "The draft is discarded.")
		b.visit("/items/" + item)
	}
	b.filled("#q-description", "")
}

func TestAReplyIsKeptWithoutScripts(t *testing.T) {
	b := open(t, phone)
	b.withoutScripts()
	b.signIn(writer)
	b.visit("/cases?sort=-number&state=open")
	b.visit(tell[string](b, `document.querySelector("td.c-main a").getAttribute("href")`))
	b.do("write", sendKeys("#reply-body", "It is *back*"))
	b.attach(`#reply input[type="file"]`, fileToSend(t))
	b.turn("Preview")
	b.see("#reply-preview em", "back")
	b.filled("#reply-body", "It is *back*")
	b.see("#reply .upload-name", "trace.txt")
	b.turn("Save draft")
	b.see(".notice", "Your draft is saved.")
	b.filled("#reply-body", "It is *back*")
	b.see("#reply .upload-name", "trace.txt")
	b.do("remove the file", chromedpClick("#reply [data-upload-remove]"))
	b.gone("#reply .upload-name")
	b.filled("#reply-body", "It is *back*")
	b.press("Discard")
	b.turn("Discard this draft")
	b.see(".notice", "The draft is discarded.")
	b.filled("#reply-body", "")
}
