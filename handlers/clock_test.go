package handlers_test

import (
	"context"
	"regexp"
	"slices"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// TestClockPutBack puts the clock back by an hour in the middle of a conversation.
func TestClockPutBack(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	site := handlertest.New(t)
	customer, agent := site.As("customer@maple.test"), site.As("agent@boreal.test")
	kase := phonesAreDown(t, site)
	later := dbtest.Now.Add(20 * time.Minute)
	site.SetClock(later)
	say := func(v *handlertest.Visitor, words string) {
		t.Helper()
		if a := v.Post(kase.Path()+"/replies", reply(words)); a.Status != 303 {
			t.Fatalf("%q: %d %s", words, a.Status, a.Body)
		}
	}
	say(agent, "Which phones?")
	upload := idIn(customer.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: "log.txt", Body: []byte("a log")}).Body)
	before := everyCase(customer)

	back := later.Add(-time.Hour)
	site.SetClock(back)
	if a := customer.Get("/cases"); a.Status != 200 {
		t.Fatalf("who was signed in is so no more: %d", a.Status)
	}
	if after := everyCase(customer); !slices.Equal(before, after) {
		t.Errorf("the list was %v, and is %v", before, after)
	}
	if n, err := site.Desk.DiscardUploads(ctx); n != 0 || err != nil {
		t.Errorf("%d uploads are thrown away: %v", n, err)
	}
	answer := reply("All of them.")
	answer.Set("files", upload)
	for range 2 { // the second is the same
		if a := customer.Post(kase.Path()+"/replies", answer); a.Status != 303 {
			t.Fatalf("an answer: %d %s", a.Status, a.Body)
		}
	}
	say(agent, "We are on it.")

	events, err := site.DB.Events(ctx, db.Scope{All: true}, kase.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(events); i++ {
		if events[i].At.Before(events[i-1].At) {
			t.Errorf("%s at %v stands after %s at %v", events[i].Kind, events[i].At, events[i-1].Kind, events[i-1].At)
		}
	}
	if n := len(events); n < 3 || events[n-1].Body != "We are on it." || events[n-2].Body != "All of them." || events[n-3].Body != "Which phones?" || len(events[n-2].Files) != 1 {
		t.Errorf("the conversation is %+v", events)
	}
	now, err := site.DB.FindCase(ctx, db.Scope{All: true}, kase.ID)
	if err != nil || now.AnsweredAt.Before(now.CreatedAt) || !now.UpdatedAt.Equal(events[len(events)-1].At) {
		t.Errorf("opened %v, answered %v, updated %v: %v", now.CreatedAt, now.AnsweredAt, now.UpdatedAt, err)
	}
	if list := everyCase(customer); list[0] != kase.ID.String() || len(list) != len(before) {
		t.Errorf("what happened last stands not first: %v", list)
	}

	// Another case is opened, once, solved, reopened, and everybody goes on as ever.
	form := answers()
	to := customer.Post(issueCases, form).Location()
	if again := customer.Post(issueCases, form).Location(); again != to {
		t.Errorf("opened twice: %s, %s", to, again)
	}
	if list := everyCase(customer); len(list) != len(before)+1 {
		t.Errorf("the list has %d, after %d", len(list), len(before))
	}
	for _, step := range []string{"solution", "reopening"} {
		if a := customer.Post(kase.Path()+"/"+step, reply(step)); a.Status != 303 {
			t.Errorf("%s: %d", step, a.Status)
		}
	}
	if n, err := site.Desk.CloseSolved(ctx); n != 0 || err != nil {
		t.Errorf("%d are closed: %v", n, err)
	}
}

var numbers = regexp.MustCompile(`/cases/(CS\d+)"`)

// everyCase reads somebody's list to its end, page by page.
func everyCase(v *handlertest.Visitor) (list []string) {
	for next := "/cases?list=all"; next != ""; {
		a := v.Get(next)
		var page []string
		for _, row := range numbers.FindAllStringSubmatch(a.Body, -1) {
			if !slices.Contains(page, row[1]) {
				page = append(page, row[1])
			}
		}
		list = append(list, page...)
		next, _ = a.Page().Find(`a[rel=next]`).Attr("href")
	}
	return list
}

// TestClockPutForward has the clock jump a month ahead, and back again.
func TestClockPutForward(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	site := handlertest.New(t)
	kase := phonesAreDown(t, site)
	if a := site.As("customer@maple.test").Post(kase.Path()+"/solution", reply("It works.")); a.Status != 303 {
		t.Fatalf("%d", a.Status)
	}
	ahead := dbtest.Now.AddDate(1, 0, 0)
	site.SetClock(ahead)
	v := site.As("colleague@maple.test")
	if a := v.Get("/cases"); a.Status != 303 {
		t.Errorf("after a year somebody is signed in: %d", a.Status)
	}
	v = site.Nobody()
	if a := signIn(v, "colleague@maple.test", demoPassword, ""); a.Status != 303 {
		t.Fatalf("sign in: %d", a.Status)
	}
	closed, err := site.Desk.CloseSolved(ctx)
	if again, err2 := site.Desk.CloseSolved(ctx); closed == 0 || again != 0 || err != nil || err2 != nil {
		t.Errorf("%d are closed, and then %d: %v %v", closed, again, err, err2)
	}
	if _, _, err := site.Desk.Reply(ctx, site.Actor("lead@boreal.test"), aCase(t, site, "colleague@maple.test", db.Open, db.New, db.Awaiting), desk.Reply{Body: "from the future", Submission: uuid.New()}); err != nil {
		t.Error(err)
	}

	site.SetClock(dbtest.Now.Add(time.Minute))
	if a := v.Get("/cases"); a.Status != 200 {
		t.Errorf("who signed in meanwhile is signed out: %d", a.Status)
	}
	sessions, err := site.DB.Sessions(ctx, personID(t, site, "colleague@maple.test"), dbtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sessions {
		if s.ExpiresAt.After(dbtest.Now.Add(db.SessionLife+time.Hour)) || s.CreatedAt.After(dbtest.Now.Add(time.Hour)) {
			t.Errorf("a session of the future lasts from %v to %v", s.CreatedAt, s.ExpiresAt)
		}
	}
	if list := everyCase(v); len(list) == 0 {
		t.Error("there is no list")
	}
}

// The database's clock can't be put back in a test: what it would have written is.
func TestNobodyIsThrottledByAClockPutBack(t *testing.T) {
	d := dbtest.New(t)
	ctx := context.Background()
	for range 3 {
		if _, _, err := d.Throttle(ctx, "door", 2, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if ok, after, err := d.Throttle(ctx, "door", 2, time.Minute); ok || after <= 0 || after > time.Minute || err != nil {
		t.Errorf("the fourth: %v %v %v", ok, after, err)
	}
	if _, err := d.Pool().Exec(ctx, `update throttles set until_at = until_at + interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	if ok, after, err := d.Throttle(ctx, "door", 2, time.Minute); !ok || err != nil {
		t.Errorf("after an hour back: %v, again in %v, %v", ok, after, err)
	}
}
