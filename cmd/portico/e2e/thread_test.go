package e2e

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// conversed opens a case with a conversation that is longer than a window, and gives its path.
func (b *tab) conversed(description string, replies int) string {
	b.t.Helper()
	path := "/cases/" + b.report(description, "")
	b.visit(path)
	if status := tell[int](b, strings.ReplaceAll(sendReplies, "%n", fmt.Sprint(replies))); status != 200 {
		b.t.Fatalf("a reply: %d", status)
	}
	b.visit(path)
	return path
}

// answers has the agent say something in a window of their own, and leaves that open.
func answersFrom(t *testing.T, path, text string) *tab {
	t.Helper()
	b := open(t, desktop)
	b.signIn(agent)
	b.visit(path)
	b.reply(text)
	return b
}

// What comes while one reads is told of, and moves nothing; what comes while one types leaves that where it is.
func TestNewMessagesAreAnnouncedNotForced(t *testing.T) {
	b := open(t, size{1000, 480})
	b.signIn(customer)
	path := b.conversed("It is about what comes meanwhile.", 7)
	at := func(expression string) int {
		return tell[int](b, "Math.round(("+expression+").getBoundingClientRect().top)")
	}
	const reading = `[...document.querySelectorAll(".letter")].find(l => l.innerText.includes("Reply 2 of many."))`
	const bar = `#case-arrived:not([data-met])`
	tell[bool](b, "("+reading+".scrollIntoView({block: 'start'}), true)")
	was := at(reading)

	other := answersFrom(t, path, "We look into it now.")
	b.see(bar, "1 new message")
	other.reply("It is the line to Moncton.")
	b.see(bar, "2 new messages")
	if now := at(reading); now != was {
		t.Errorf("what is read went from %d to %d", was, now)
	}
	tell[bool](b, `(document.getElementById("arrived").focus(), true)`)
	b.key("\r")
	b.until("the first of them to be looked at", `[...document.querySelectorAll(".letter")].some(l => l.innerText.includes("We look into it now.") && l.getBoundingClientRect().top >= 0 && l.getBoundingClientRect().bottom < innerHeight)`)
	b.until("the news to be known", `document.querySelector("#case-arrived[data-met]")`)

	// Then one types, and the field stays where it is.
	tell[bool](b, `(document.querySelector("#reply-body").focus(), scrollTo(0, document.body.scrollHeight), true)`)
	b.key("Half a sen")
	was = at(`document.querySelector("#reply-body")`)
	other.reply("A technician is on the way.")
	b.see(".letter", "A technician is on the way.")
	b.key("tence")
	if now, typed := at(`document.querySelector("#reply-body")`), tell[string](b, `document.querySelector("#reply-body").value`); now-was > 1 || was-now > 1 || typed != "Half a sentence" {
		t.Errorf("the field went from %d to %d, with %q", was, now, typed)
	}
	b.until("it to be seen, or told of where it is out of sight", `document.querySelector("#case-arrived[data-met]") || document.querySelector("#status").innerText.includes("1 new message")`)

	// One's own reply, and what is told of it, is there once.
	b.do("send it", chromedpClick("#reply-send"))
	b.see(".letter", "Half a sentence")
	other.arrives(".letter", "Half a sentence")
	other.reply("Well noted.")
	for _, one := range []*tab{b, other} {
		one.see(".letter", "Well noted.")
		twice := tell[[]string](one, `[...document.querySelectorAll("#letters > li")].filter((e, i, all) => all.findIndex(o => o.id == e.id) != i).map(e => e.id)`)
		texts := tell[[]string](one, `[...document.querySelectorAll(".letter-body")].map(e => e.innerText.trim()).filter((e, i, all) => all.indexOf(e) != i)`)
		if len(twice)+len(texts) > 0 {
			t.Errorf("twice there: %q, %q", twice, texts)
		}
	}
}

// Forms that don't fit any more are replaced, unless somebody is at them.
func TestFormsFollowTheCase(t *testing.T) {
	b := open(t, desktop)
	b.signIn(customer)
	path := "/cases/" + b.report("It is about its own end.", "")
	b.visit(path)
	other := open(t, desktop)
	other.signIn(customer)
	other.visit(path)
	other.do("begin to write", sendKeys("#reply-body", "I was just about to"))
	b.do("solve it", sendKeys("#reply-body", "It works again."), chromedpClick("#reply-solve"))
	b.see("#actions", "Open it again")
	b.until("the focus to be on what takes the form's place", `document.activeElement.id == "over"`)
	other.see("#case-outdated", "The case was marked as solved meanwhile.")
	if typed := tell[string](other, `document.querySelector("#reply-body").value`); typed != "I was just about to" {
		t.Errorf("%q is left of what was typed", typed)
	}
	third := open(t, desktop)
	third.signIn(customer)
	third.visit(path)
	third.see("#actions", "Open it again")
	b.do("open it again", sendKeys("#reopen-body", "Not yet."), chromedpClick("#reopen-send"))
	third.until("its reply to be there by itself", `document.querySelector("#reply-body") && !document.querySelector("#reopen")`)
}

func TestPicturesStandInTheConversation(t *testing.T) {
	name := filepath.Join(t.TempDir(), "screen.png")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 2000, 1000))); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	b := open(t, phone)
	b.signIn(customer)
	b.visit("/cases/" + b.report("See the picture.", name))
	b.until("the picture to be there", `(i => i?.complete && i.naturalWidth == 1280)(document.querySelector(".letter-picture img"))`)
	if wide := tell[bool](b, "document.documentElement.scrollWidth > innerWidth"); wide {
		t.Error("it is wider than the window")
	}
}
