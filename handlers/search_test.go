package handlers_test

import (
	"strings"
	"testing"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/handlertest"
)

// learnt is a portal that knows the words of its cases, as the background work has it after a minute.
func learnt(t *testing.T) *handlertest.Site {
	t.Helper()
	site := handlertest.New(t)
	if _, err := site.DB.LearnWords(db.AsSystem(t.Context(), "test"), dbtest.Now); err != nil {
		t.Fatal(err)
	}
	return site
}

func TestListsForgiveTypos(t *testing.T) {
	site := learnt(t)
	v := site.As("manager@maple.test")
	right := v.Get("/cases?q=invoice&sort=-number")
	wrong := v.Get("/cases?q=invioce&sort=-number")
	if len(numbersIn(right)) == 0 || strings.Join(cells(right), " ") != strings.Join(cells(wrong), " ") {
		t.Errorf("a typo finds %v, not %v", cells(wrong), cells(right))
	}
	if said := wrong.Text("#list-corrected"); !strings.Contains(said, "invioce") || !strings.Contains(said, "“invoice”") || right.Has("#list-corrected") {
		t.Errorf("it is said: %q", said)
	}
	if got := wrong.Page().Find("input[name=q]").Last().AttrOr("value", ""); got != "invioce" {
		t.Errorf("what was typed became %q", got)
	}
	for next, pages := v.Get("/cases?q=invioce"), 1; ; pages++ {
		href, more := next.Page().Find("a[rel=next]").Attr("href")
		if !more {
			break
		}
		if next = v.Partial(href); len(numbersIn(next)) == 0 || pages > 20 {
			t.Fatalf("page %d of what was put right has %v", pages, numbersIn(next))
		}
	}
	for _, q := range []string{"/cases?q=invioce&state=open&priority=4&type=Billing+Inquiry&from=2031-01-01", "/cases?q=qqqqzzzz", "/cases?q=CS9999999"} {
		if got := v.Get(q); len(numbersIn(got)) != 0 || got.Has("#list-corrected") || !got.Has(".empty") {
			t.Errorf("%s finds %v and says %q", q, numbersIn(got), got.Text("#list-corrected"))
		}
	}
}

func cells(a *handlertest.Answer) (list []string) {
	for _, n := range numbersIn(a) {
		list = append(list, n.String())
	}
	return list
}
