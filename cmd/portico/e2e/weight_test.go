package e2e

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// What goes over the wire, headers included: portals are opened on phones, in cellars.
const (
	firstVisit  = 100_000 // of a customer who signs in, with all that the pages load
	listPartial = 10_000
	draftVisit  = 290_000 // of an administrator who goes to a draft: with the editor of conditions, which no other page has
)

func TestWeight(t *testing.T) {
	b := open(t, phone)
	b.signIn(customer)
	b.until("all to be loaded", `document.readyState == "complete"`)
	b.within("a first visit, sign-in page and home", b.loaded(), firstVisit)

	b.visit("/cases")
	b.loaded()
	tell[string](b, `fetch("/cases", {headers: {"HX-Request": "true", "HX-Request-Type": "partial"}}).then(r => r.text())`)
	b.within("a list as a partial", b.loaded(), listPartial)
}

// within adds up what was loaded and tells it; more than the limit is an error.
func (b *tab) within(what string, all []answer, limit float64) {
	b.t.Helper()
	slices.SortFunc(all, func(x, y answer) int { return cmp.Compare(y.bytes, x.bytes) })
	sum := 0.0
	for _, a := range all {
		sum += a.bytes
		b.t.Logf("%8.0f  %d  %s", a.bytes, a.status, strings.TrimPrefix(a.url, b.address))
	}
	b.t.Logf("%8.0f  %s", sum, what)
	if sum > limit || sum == 0 {
		b.t.Errorf("%s: %.0f bytes, at most %.0f", what, sum, limit)
	}
}

func TestTheEditorIsLoadedWhereItIsUsed(t *testing.T) {
	b := open(t, desktop)
	b.draft("Weighed", "1")
	b.within("a visit to a draft, sign-in and list of rules included", b.loaded(), draftVisit)
	b.visit("/rules")
	for _, a := range b.loaded() {
		if strings.Contains(a.url, "/static/rules-") {
			t.Errorf("%s is loaded where nothing is edited", a.url)
		}
	}
}
