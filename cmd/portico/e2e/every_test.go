package e2e

import (
	"os"
	"strings"
	"sync"
	"testing"
)

// axe is the accessibility checker; it is put into pages by the browser's own hand, which their policy lets do that.
var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("../../../static/node_modules/axe-core/axe.min.js")
	return string(source), err
})

// What only a browser can tell of every page: that all can use it, that nothing moves while it loads, that it fits a
// phone. That it loads without complaint, and nothing from elsewhere, each tab sees to itself.
func TestEveryPage(t *testing.T) {
	source, err := axe()
	if err != nil {
		t.Fatalf("the checker comes with the front end (task bundle): %v", err)
	}
	for who, theirs := range byPerson() {
		t.Run(nameOf(who), func(t *testing.T) {
			t.Parallel()
			b := open(t, desktop)
			if who != "" {
				b.signIn(who)
			}
			if who == platform {
				b.furnish()
			}
			if who == beginner {
				b.begin()
			}
			if who == administrator {
				b.bring()
			}
			for _, p := range theirs {
				for _, at := range []size{desktop, phone} {
					b.resize(at)
					b.prefer("light", false)
					if !b.shown(p) {
						t.Errorf("%s: there is none in the demo", p.Name)
						break
					}
					where := p.Name + " " + at.String()
					if moved := tell[float64](b, layoutShift); moved > mayMove && p.Open == "" {
						t.Errorf("%s: moves by %.3f while it loads", where, moved)
					}
					if wide := tell[string](b, tooWide); wide != "" {
						t.Errorf("%s: scrolls sideways, for %s", where, wide)
					}
					tell[bool](b, source+"; true")
					for _, theme := range []string{"light", "dark"} {
						b.prefer(theme, false)
						for _, found := range tell[[]string](b, violations) {
							t.Errorf("%s %s: %s", where, theme, found)
						}
					}
				}
			}
		})
	}
}

const (
	// On a busy machine a long list has been seen to move by 0.014 as it loads, most likely as the font comes after the
	// first picture and words wrap elsewhere; which one moves is not known. 0.1 is the bound of what is called good.
	mayMove = 0.05
	// What moves later is news: a case that came, in a list that follows its cases.
	layoutShift = `new Promise(done => {
		let sum = 0;
		const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd;
		new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput && e.startTime <= loaded) sum += e.value; }).observe({type: "layout-shift", buffered: true});
		requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
	})`
	tooWide = `(() => {
		if (document.documentElement.scrollWidth <= innerWidth) return "";
		const wide = [...document.querySelectorAll("main *, .shell > *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).pop();
		return (wide?.outerHTML ?? "what cannot be told").slice(0, 200);
	})()`
	violations = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v =>
		v.nodes.map(n => v.id + ": " + v.help + ": " + n.html.slice(0, 200) + " " + n.any.concat(n.all, n.none).map(c => c.message).join("; ").slice(0, 200))))`
)

func byPerson() map[string][]page {
	all := map[string][]page{}
	for _, p := range pages {
		all[p.Who] = append(all[p.Who], p)
	}
	return all
}

func nameOf(email string) string {
	if email == "" {
		return "nobody"
	}
	name, _, _ := strings.Cut(email, "@")
	return name
}
