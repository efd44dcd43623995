package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// twin is another window of the same person on another page.
func (b *tab) twin(path string) *tab {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	twin := &tab{t: b.t, ctx: ctx, address: b.address, answers: b.answers}
	b.t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatal(err)
	}
	twin.visit(path)
	return twin
}

// shows has the page be looked at, or not.
func (b *tab) shows(yes bool) {
	b.t.Helper()
	tell[bool](b, fmt.Sprintf(`(Object.defineProperty(document, "hidden", { value: %v, configurable: true }), document.dispatchEvent(new Event("visibilitychange")))`, !yes))
}

// say answers the case on the page, which stays as it is.
func (b *tab) say(text string) {
	b.t.Helper()
	if status := tell[int](b, strings.ReplaceAll(strings.ReplaceAll(sendReplies, "%n", "1"), `"Reply " + i + " of many."`, quote(text))); status != 200 {
		b.t.Fatalf("a reply: %d", status)
	}
}

// TestPagesFollowThroughProxies: whatever a proxy does to answers, what others write comes to an open page by itself; and
// where streams get through again, they are used again.
func TestPagesFollowThroughProxies(t *testing.T) {
	t.Parallel() // it waits more than it does
	teller := open(t, desktop)
	teller.signIn(customer)
	path := "/cases/" + teller.report("It follows what happens.", "")
	teller.visit(path)
	p := newProxy(t, passes)
	b := open(t, desktop)
	b.address = p.URL
	b.signIn(customer)
	for i, now := range []struct {
		habit habit
		way   string
	}{{passes, "stream"}, {collects, "wait"}, {holds, "wait"}, {strips, "wait"}, {cuts, "now"}, {passes, "stream"}} {
		t.Run(string(now.habit), func(t *testing.T) {
			p.become(now.habit)
			b.visit("/status")
			tell[bool](b, `(sessionStorage.removeItem("live"), true)`) // as if a while had passed
			b.visit(path)
			text := fmt.Sprintf("Said before it knows that a proxy %s (%d).", now.habit, i)
			teller.say(text)
			b.see(".letter", text)
			p.until(t, "it listens by "+now.way, func(open, _ map[string]int) bool { return open[now.way] > 0 })
			text = fmt.Sprintf("And said after (%d).", i)
			teller.say(text)
			b.see(".letter", text)
		})
	}

	p.CloseClientConnections() // as a copy does that stops
	teller.say("It has connected again.")
	b.see(".letter", "It has connected again.")

	p.become(drops)
	teller.say("What could not be fetched is fetched later.")
	p.until(t, "a part is not answered", func(_, asked map[string]int) bool { return asked[string(drops)] > 0 })
	p.become(passes)
	b.see(".letter", "What could not be fetched is fetched later.")

	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = slices.DeleteFunc(b.problems, func(said string) bool { // as it should
		return strings.Contains(said, "MIME type") || strings.Contains(said, "Failed to fetch")
	})
}

// TestManyWindows: however many are open, few wait for names, and all follow; those that nobody looks at rest, and know
// what they missed when somebody does.
func TestManyWindows(t *testing.T) {
	t.Parallel()
	p := newProxy(t, passes)
	first := open(t, desktop)
	first.address = p.URL
	first.signIn(customer)
	path := "/cases/" + first.report("It is looked at by many.", "")
	first.visit(path)
	windows := []*tab{first}
	for range 7 {
		windows = append(windows, first.twin(path))
	}
	p.until(t, "four wait, and others ask", func(open, asked map[string]int) bool { return open["stream"]+open["wait"] == 4 && asked["now"] > 4 })
	first.say("It comes to all windows.")
	for _, w := range windows {
		w.see(".letter", "It comes to all windows.")
	}
	for _, w := range windows {
		w.shows(false)
	}
	p.until(t, "all rest", func(open, _ map[string]int) bool { return open["stream"]+open["wait"]+open["now"] == 0 })
	first.say("Nobody looked.")
	for _, w := range windows {
		w.shows(true)
		w.see(".letter", "Nobody looked.")
		w.shows(false)
	}
	if p.most > 4 {
		t.Errorf("%d waited at once", p.most)
	}
}
