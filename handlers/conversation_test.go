package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
)

// lengthen has so many replies come to a case, every tenth of them followed by a note, and lists all its
// events that customers may read.
func lengthen(t testing.TB, site *handlertest.Site, n db.Number, replies int) []db.Entry {
	t.Helper()
	customer, agent := site.Actor("customer@maple.test").Person.ID, site.Actor("agent@boreal.test").Person.ID
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var happened []db.Event
	for i := range replies {
		e := db.Event{CaseID: n, At: at.Add(time.Duration(i) * time.Minute), PersonID: []int64{customer, agent}[i%2], Kind: db.Comment,
			Body: fmt.Sprintf("Reply %d: it is **as before**.", i+1), Submission: uuid.New()}
		happened = append(happened, e)
		if i%10 == 9 {
			e.Kind, e.Internal, e.PersonID, e.Body, e.Submission = db.Note, true, agent, "between us", uuid.New()
			happened = append(happened, e)
		}
	}
	if err := site.DB.Lengthen(t.Context(), happened...); err != nil {
		t.Fatal(err)
	}
	all, err := site.DB.Events(t.Context(), db.Scope{All: true}, n, false)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// shown is what a page shows of a conversation.
type shown struct {
	replies []string // "Reply 1", in order
	ids     int      // of events
	first   string
	earlier string
}

func conversation(page *goquery.Document) (s shown) {
	for _, letter := range page.Find("#letters .letter-body").EachIter() {
		if words, _, is := strings.Cut(letter.Text(), ":"); is && strings.HasPrefix(words, "Reply ") {
			s.replies = append(s.replies, words)
		}
	}
	s.ids = page.Find(`#letters > [id^="event-"]`).Length()
	s.first, _ = page.Find(`#letters > [id^="event-"]`).First().Attr("id")
	s.earlier = strings.TrimSpace(page.Find("#earlier > span").Text())
	return s
}

func TestLongConversation(t *testing.T) {
	site := handlertest.New(t)
	customer, agent := site.As("customer@maple.test"), site.As("agent@boreal.test")
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	path := "/cases/" + n.String()
	before, err := site.DB.Events(t.Context(), db.Scope{All: true}, n, false)
	if err != nil {
		t.Fatal(err)
	}
	events := lengthen(t, site, n, 120)
	left := len(before) - 1 + 70 // of what customers may read, the opening apart

	page := customer.Get(path).Page()
	t.Run("it shows how it began and the newest part", func(t *testing.T) {
		got := conversation(page)
		if len(got.replies) != 50 || got.replies[0] != "Reply 71" || got.replies[49] != "Reply 120" || got.first != fmt.Sprintf("event-%d", events[0].ID) {
			t.Errorf("shows %v after %s", got.replies, got.first)
		}
		if want := fmt.Sprintf("%d earlier entries are not shown.", left); got.earlier != want {
			t.Errorf("says %q, want %q", got.earlier, want)
		}
	})
	t.Run("links lead to more, and to all", func(t *testing.T) {
		link := page.Find("#earlier-part")
		href, _ := link.Attr("href")
		if want := fmt.Sprintf("Show 50 earlier of %d", left); link.Text() != want {
			t.Errorf("says %q, want %q", link.Text(), want)
		}
		more := customer.Get(href).Page()
		if got := conversation(more); len(got.replies) != 100 || got.replies[0] != "Reply 21" {
			t.Errorf("%s shows %v", href, got.replies)
		}
		if _, anchor, _ := strings.Cut(href, "#"); !more.Find("#" + anchor + ":contains('Reply 71')").Is("li") {
			t.Errorf("%s leads to no entry", href)
		}
		if more.Find("#earlier-part").Length() != 0 {
			t.Error("it offers a part where only one is left")
		}
		href, _ = more.Find("#earlier-all").Attr("href")
		if got := conversation(customer.Get(href).Page()); len(got.replies) != 120 || got.earlier != "" {
			t.Errorf("%s shows %d, and %q", href, len(got.replies), got.earlier)
		}
	})
	t.Run("in part too, and says so", func(t *testing.T) {
		ask, _ := page.Find("#earlier-part").Attr("hx-get")
		got := customer.Partial(ask)
		if said := got.Text(`hx-partial[hx-target="#status"]`); got.Status != 200 || said != fmt.Sprintf("Earlier entries are shown above. %d are left.", left-50) {
			t.Errorf("%d, says %q", got.Status, said)
		}
		if replies := conversation(got.Page()).replies; len(replies) != 100 {
			t.Errorf("shows %v", replies)
		}
		ask, _ = page.Find("#earlier-all").Attr("hx-get")
		if got := customer.Partial(ask); got.Text(`hx-partial[hx-target="#status"]`) != "The whole conversation is shown." || len(conversation(got.Page()).replies) != 120 {
			t.Errorf("%d: %s", got.Status, got.Body)
		}
	})
	t.Run("an address that names an event leads to it", func(t *testing.T) {
		before, e := events[len(events)-101].ID, events[len(events)-100].ID
		got := customer.Get(fmt.Sprintf("%s?from=%d#event-%d", path, e, e))
		if !got.Has(fmt.Sprintf("#event-%d", e)) || got.Has(fmt.Sprintf("#event-%d", before)) {
			t.Error("it is not where what is shown begins")
		}
		for _, from := range []string{"x", "-1", "0", "99999999999999999999", "9223372036854775807", fmt.Sprint(events[len(events)-1].ID)} {
			if got := conversation(customer.Get(path + "?from=" + from).Page()); len(got.replies) != 50 {
				t.Errorf("from %s: shows %d", from, len(got.replies))
			}
		}
	})
	t.Run("what was opened stays so", func(t *testing.T) {
		opened := customer.Get(fmt.Sprintf("%s?from=%d", path, events[len(events)-100].ID)).Page()
		had := conversation(opened)
		from, _ := opened.Find("#thread-from").Attr("value")
		if got := conversation(customer.Get(path + "?from=" + from).Page()); fmt.Sprint(got) != fmt.Sprint(had) {
			t.Errorf("shown again it is %v, not %v", got, had)
		}
		form := reply("One more thing")
		form.Set("from", from)
		if got := conversation(customer.PostPartial(path+"/replies", form).Page()); got.ids != had.ids+1 {
			t.Errorf("after a reply %d events are shown of %d", got.ids, had.ids+1)
		}
	})
	t.Run("notes count for staff alone", func(t *testing.T) {
		got := agent.Get(path).Page()
		if notes := got.Find("#letters .note").Length(); notes == 0 || page.Find("#letters .note").Length() != 0 {
			t.Errorf("staff see %d notes", notes)
		}
		if count := conversation(got).ids; count != 51 {
			t.Errorf("staff see %d events", count)
		}
	})
	t.Run("files of what is left out are listed", func(t *testing.T) {
		form := reply("With a file")
		uploaded := customer.Upload(path+"/replies", form, false, handlertest.File{Field: "upload", Name: "trace.txt", Body: []byte("dial tone: none")})
		if uploaded.Status != 303 {
			t.Fatalf("upload: %d %s", uploaded.Status, uploaded.Body)
		}
		lengthen(t, site, n, 60)
		if got := customer.Get(path); !strings.Contains(got.Text("#case-panel .files"), "trace.txt") || got.Has("#letters .attachments") {
			t.Errorf("files: %s", got.Text("#case-panel"))
		}
	})
}

// What an open page asks for is what it lacks: nothing that it shows is sent again.
func TestAnOpenConversationIsSentWhatIsNew(t *testing.T) {
	site := handlertest.New(t)
	customer, colleague, agent := site.As("customer@maple.test"), site.Actor("customer@maple.test"), site.Actor("agent@boreal.test")
	n := aCase(t, site, "customer@maple.test", db.Open)
	path := "/cases/" + n.String()
	page := customer.Get(path).Page()
	last := page.Find("#thread-last").AttrOr("value", "")
	if seen := page.Find("#thread-seen").AttrOr("value", ""); last == "" || seen != last {
		t.Fatalf("the last is %q, seen %q", last, seen)
	}
	live := func(query string) *goquery.Document { return customer.Partial(path + "/live?was=open&" + query).Page() }
	said := func(d *goquery.Document) (list []string) {
		for _, letter := range d.Find(".letter-body").EachIter() {
			list = append(list, strings.TrimSpace(letter.Text()))
		}
		return list
	}
	say := func(who policy.Actor, text string) string {
		t.Helper()
		_, e, err := site.Desk.Reply(t.Context(), who, n, desk.Reply{Body: text, Submission: uuid.New()})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(e.ID)
	}
	if d := live("after=" + last + "&seen=" + last); d.Find("li[id^=event-], li.day").Length() != 0 || d.Find("#arrived").Length() != 0 || d.Find("#letters").Length() != 0 {
		t.Error("something is sent where nothing is new")
	}

	first := say(agent, "one")
	second := say(colleague, "two")
	third := say(agent, "three")
	if _, _, err := site.Desk.Note(t.Context(), agent, n, desk.Words{Body: "zanzibar", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, query, said, arrived, leads, last string }{
		{"both that came, and one's own that is no news", "after=" + last + "&seen=" + last, "one two three", "2 new messages", first, third},
		{"what came since, with what is still unseen", "after=" + first + "&seen=" + last, "two three", "2 new messages", first, third},
		{"what came since, when the rest was seen", "after=" + second + "&seen=" + second, "three", "1 new message", third, third},
		{"a page that doesn't say what was seen", "after=" + second, "three", "", "", third},
		{"nothing more", "after=" + third + "&seen=" + third, "", "", "", ""},
		{"what will never be", "after=9223372036854775807&seen=9223372036854775807", "", "", "", ""},
	} {
		d := live(test.query)
		if got := strings.Join(said(d), " "); got != test.said {
			t.Errorf("%s: %q, want %q", test.name, got, test.said)
		}
		if got := strings.TrimSpace(d.Find("#arrived").Text()); got != test.arrived {
			t.Errorf("%s: announces %q, want %q", test.name, got, test.arrived)
		}
		if got := d.Find("#arrived").AttrOr("href", ""); test.leads != "" && got != "#event-"+test.leads {
			t.Errorf("%s: leads to %s", test.name, got)
		}
		if got := d.Find("#thread-last").AttrOr("value", ""); got != test.last {
			t.Errorf("%s: the last is %q, want %q", test.name, got, test.last)
		}
	}
	t.Run("a day is told where it begins", func(t *testing.T) {
		if days := live("after=" + second).Find("li.day").Length(); days != 0 {
			t.Errorf("%d days before the second of a day", days)
		}
	})
	t.Run("a page of before asks for all, and gets it", func(t *testing.T) {
		if d := live("from=" + page.Find("#thread-from").AttrOr("value", "")); d.Find("#letters").Length() != 1 || len(said(d)) < 3 {
			t.Error("it is not the conversation")
		}
	})
	t.Run("a reply brings what came before it, too", func(t *testing.T) {
		form := reply("four")
		form.Set("after", first)
		form.Set("seen", first)
		d := customer.PostPartial(path+"/replies", form).Page()
		if got := strings.Join(said(d), " "); got != "two three four" || strings.TrimSpace(d.Find("#arrived").Text()) != "1 new message" {
			t.Errorf("%s, %s", got, d.Find("#arrived").Text())
		}
	})
	t.Run("forms as they fit now, to who asks", func(t *testing.T) {
		if _, _, err := site.Desk.Solve(t.Context(), colleague, n, desk.Solve{Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		if d := live("after=" + third); d.Find("#outdated[data-was=open] #outdated-reload").Length() != 1 || d.Find("#actions").Length() != 0 {
			t.Error("it does not say that the forms are outdated")
		}
		if d := live("actions=yes&after=" + third); d.Find("#actions #reopen").Length() != 1 || d.Find("#outdated-reload").Length() != 0 {
			t.Error("they are not sent")
		}
	})
}
