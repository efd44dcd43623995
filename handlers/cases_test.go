package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// aCase finds a case of the demo in a state, whose requester has the address.
func aCase(t testing.TB, site *handlertest.Site, requester string, states ...db.State) db.Number {
	t.Helper()
	p, err := site.DB.PersonByEmail(context.Background(), requester)
	if err != nil {
		t.Fatal(err)
	}
	for p := (db.CasePaging{}); ; {
		list, err := site.DB.Cases(context.Background(), db.Scope{All: true}, db.CaseFilter{Requester: personID(t, site, requester)}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Rows {
			for _, s := range states {
				if r.State == s {
					return r.ID
				}
			}
		}
		if p.After = list.Next; p.After == "" {
			break
		}
	}
	t.Fatalf("%s has no case that is %v (%d)", requester, states, p.ID)
	return 0
}

func personID(t testing.TB, site *handlertest.Site, email string) int64 {
	t.Helper()
	p, err := site.DB.PersonByEmail(context.Background(), email)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func reply(body string) url.Values {
	return url.Values{"body": {body}, "submission": {uuid.NewString()}}
}

func TestCaseList(t *testing.T) {
	site := handlertest.New(t)
	customer, manager, agent := site.As("customer@maple.test"), site.As("manager@maple.test"), site.As("agent@boreal.test")

	t.Run("whole and in part", func(t *testing.T) {
		whole, part := customer.Get("/cases"), customer.Partial("/cases")
		if whole.Status != 200 || !whole.Has("main h1") || !whole.Has("#list table.cases tbody tr") {
			t.Fatalf("%d %s", whole.Status, whole.Body)
		}
		if part.Status != 200 || part.Has("h1") || !part.Has("table.cases tbody tr") || part.Header.Get("HX-Push-Url") != "/cases" {
			t.Errorf("part: %d %v", part.Status, part.Header)
		}
		refresh, _ := whole.Page().Find("#list [hx-get][hidden]").Attr("hx-get")
		if again := customer.Partial(refresh); again.Status != 200 || again.Header.Get("HX-Push-Url") != "" || !again.Has("tbody tr") {
			t.Errorf("%s: %d %v", refresh, again.Status, again.Header)
		}
		if !strings.Contains(whole.Header.Get("Vary"), "HX-Request-Type") || !strings.Contains(whole.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("headers: %v", whole.Header)
		}
	})
	t.Run("signed out", func(t *testing.T) {
		if got := site.Nobody().Get("/cases?state=open"); got.Status != 303 || got.Location() != "/sign-in?next=%2Fcases%3Fstate%3Dopen" {
			t.Errorf("page: %d %s", got.Status, got.Location())
		}
		if got := site.Nobody().Partial("/cases"); got.Status != 401 {
			t.Errorf("part: %d", got.Status)
		}
	})
	t.Run("tabs are what makes sense for the reader", func(t *testing.T) {
		if got := customer.Get("/cases").Text(".tabs"); strings.Contains(got, "Organization") {
			t.Errorf("a customer: %s", got)
		}
		if got := customer.Get("/cases?list=organization").Status; got != 404 {
			t.Errorf("a customer asks for the organization's: %d", got)
		}
		if got := manager.Get("/cases?list=organization"); got.Status != 200 || !got.Has("table.cases tbody tr") {
			t.Errorf("a case manager: %d", got.Status)
		}
	})
	t.Run("each list holds its own", func(t *testing.T) {
		for _, list := range []string{"mine", "requests"} {
			got := customer.Get("/cases?list=" + list).Page()
			for _, typ := range got.Find("td.c-type").EachIter() {
				if isIssue := typ.Text() == "Issue"; isIssue != (list == "mine") {
					t.Errorf("%s holds a %q", list, typ.Text())
				}
			}
		}
		for _, row := range customer.Get("/cases?list=action").Page().Find("tbody tr").EachIter() {
			if _, waits := row.Attr("data-waiting"); !waits {
				t.Errorf("action needed: %s", row.Text())
			}
		}
	})
	t.Run("foreign accounts and products are not found", func(t *testing.T) {
		if got := customer.Get("/cases?account=200300").Status; got != 404 {
			t.Errorf("account: %d", got)
		}
		if got := manager.Get("/cases?account=100220").Status; got != 404 {
			t.Errorf("a sister's: %d", got)
		}
		if got := manager.Get("/cases?account=100211").Status; got != 200 {
			t.Errorf("a child's: %d", got)
		}
		if got := customer.Get("/cases?product=999999").Status; got != 404 {
			t.Errorf("product: %d", got)
		}
		for _, option := range customer.Get("/cases").Page().Find("#filters option").EachIter() {
			if strings.Contains(option.Text(), "Harbour") || strings.Contains(option.Text(), "Calgary") {
				t.Errorf("an option leaks: %s", option.Text())
			}
		}
	})
	t.Run("what makes no sense counts as not said", func(t *testing.T) {
		for _, query := range []string{"sort=secret", "state=x", "priority=9", "from=yesterday", "page=-1", "page=4000", "after=%00", "list=x", "type=%ff",
			"product=x", "q=%27%3A%2A%20%26", "q=%00"} {
			if got := customer.Get("/cases?" + query).Status; got != 200 {
				t.Errorf("%s: %d", query, got)
			}
		}
	})
	t.Run("filters narrow, and chips take them away", func(t *testing.T) {
		got := agent.Get("/cases?state=solved&priority=2&from=2026-01-01")
		if got.Status != 200 || len(got.Page().Find(".chip").Nodes) != 3 {
			t.Fatalf("%d: %s", got.Status, got.Text(".chips"))
		}
		for _, row := range got.Page().Find("tbody tr").EachIter() {
			text := row.Text()
			if !strings.Contains(text, "2 - High") || !strings.Contains(text, "Solved") && !strings.Contains(text, "Closed") {
				t.Errorf("row: %s", text)
			}
		}
		if href, _ := got.Page().Find(".chip").First().Attr("href"); href != "/cases?from=2026-01-01&priority=2" {
			t.Errorf("first chip leads to %s", href)
		}
	})
	t.Run("search finds numbers and words", func(t *testing.T) {
		n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Solved, db.Closed, db.Awaiting)
		got := customer.Get("/cases?q=" + strings.ToLower(n.String()))
		if len(got.Page().Find("tbody tr").Nodes) != 1 || !got.Has("#row-"+n.String()) {
			t.Errorf("number: %s", got.Text("tbody"))
		}
		if got := site.As("customer@harbour.test").Get("/cases?q=" + n.String()); got.Has("tbody tr") {
			t.Error("a stranger finds it")
		}
		if got := customer.Get("/cases?q=qwertyuiop"); !got.Has(".empty") {
			t.Error("nothing is found, and the page does not say so")
		}
	})
	t.Run("pages lead through all of it", func(t *testing.T) {
		seen := map[string]bool{}
		for path, n := "/cases?sort=priority", 0; path != "" && n < 40; n++ {
			got := agent.Get(path)
			for _, row := range got.Page().Find("tbody tr").EachIter() {
				id, _ := row.Attr("id")
				if seen[id] {
					t.Errorf("%s stands on two pages", id)
				}
				seen[id] = true
			}
			path, _ = got.Page().Find(`.pages a[rel=next]`).Attr("href")
		}
		total, _ := site.DB.CountCases(context.Background(), db.Scope{All: true}, db.CaseFilter{}, 1000)
		if len(seen) != total {
			t.Errorf("walked %d of %d", len(seen), total)
		}
	})
	t.Run("the order can be turned around", func(t *testing.T) {
		got := agent.Get("/cases?sort=number")
		if sort, _ := got.Page().Find("th.c-number").Attr("aria-sort"); sort != "descending" {
			t.Errorf("sorted %q", sort)
		}
		if href, _ := got.Page().Find("th.c-number a").Attr("href"); href != "/cases?sort=-number" {
			t.Errorf("its head leads to %s", href)
		}
	})
}

func TestWhoReadsACase(t *testing.T) {
	site := handlertest.New(t)
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	path := "/cases/" + n.String()
	if _, _, err := site.Desk.Note(context.Background(), site.Actor("agent2@boreal.test"), n, desk.Words{Body: "zanzibar is what we think", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	for email, want := range map[string]int{
		"customer@maple.test": 200, "manager@maple.test": 200, "admin@maple.test": 200, "site-admin@maple.test": 200,
		"colleague@maple.test": 404, "plant@maple.test": 404, "west@maple.test": 404, "reports@maple.test": 404,
		"customer@harbour.test": 404, "manager@harbour.test": 404,
		"agent@boreal.test": 200, "agent2@boreal.test": 200, "lead@boreal.test": 200, "platform@boreal.test": 200,
	} {
		v := site.As(email)
		staff := strings.HasSuffix(email, "@boreal.test")
		for _, got := range []*handlertest.Answer{v.Get(path), v.Partial(path + "/live?was=open")} {
			if got.Status != want {
				t.Errorf("%s: %d, not %d", email, got.Status, want)
			}
			if knows := strings.Contains(got.Body, "zanzibar"); knows != staff {
				t.Errorf("%s reads the note: %v", email, knows)
			}
		}
		if got := v.Post(path+"/replies", reply("hello")); want == 404 && got.Status != 404 {
			t.Errorf("%s replies: %d", email, got.Status)
		}
	}
	if got := site.As("platform@boreal.test").Post(path+"/replies", reply("hello")); got.Status != 403 {
		t.Errorf("who may see but not reply: %d", got.Status)
	}
	if got := site.Nobody().Get(path); got.Status != 303 {
		t.Errorf("nobody: %d", got.Status)
	}
	if got := site.Nobody().Partial(path + "/live"); got.Status != 401 {
		t.Errorf("nobody, a part: %d", got.Status)
	}
	for _, odd := range []string{"CS0", "CS9999999", "CS99999999999999999999", "x", "1", "CS0000000"} {
		if got := site.As("platform@boreal.test").Get("/cases/" + odd); got.Status != 404 {
			t.Errorf("%s: %d", odd, got.Status)
		}
	}
	if got := site.As("customer@maple.test").Get("/cases?q=zanzibar"); got.Has("tbody tr") {
		t.Error("a search finds a note")
	}
}

func TestReplies(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	customer := site.As("customer@maple.test")
	n := aCase(t, site, "customer@maple.test", db.Open, db.Awaiting)
	path := "/cases/" + n.String()

	t.Run("without scripts", func(t *testing.T) {
		got := customer.Post(path+"/replies", reply("It happens **again**"))
		if got.Status != 303 || !strings.HasPrefix(got.Location(), path+"?done=replied#event-") {
			t.Fatalf("%d %s %s", got.Status, got.Location(), got.Body)
		}
		if page := customer.Get(path + "?done=replied"); !strings.Contains(page.Body, "It happens <strong>again</strong>") || !page.Has(".notice[data-kind=good]") {
			t.Error("it does not stand on the page")
		}
	})
	t.Run("by htmx, with the conversation as it is now", func(t *testing.T) {
		got := customer.PostPartial(path+"/replies", reply("And again"))
		if got.Status != 200 || got.Has("h1.title") || !strings.Contains(got.Body, "And again") || !got.Has("#reply") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	})
	t.Run("with files, by multipart", func(t *testing.T) {
		got := customer.Upload(path+"/replies", reply("see the picture"), false,
			handlertest.File{Field: "upload", Name: "trace.txt", Body: []byte("hop 1")},
			handlertest.File{Field: "upload", Name: "dot.png", Body: dot})
		if got.Status != 303 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		page := customer.Get(path)
		picture, _ := page.Page().Find(".letter-picture img").First().Attr("src")
		text, _ := page.Page().Find(".letter .attachments a").First().Attr("href")
		shown, saved := customer.Get(picture), customer.Get(text)
		whole, _ := page.Page().Find("a.letter-picture").First().Attr("href")
		if got := customer.Get(whole); got.Status != 200 || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "inline") || got.Body != string(dot) {
			t.Errorf("the picture itself: %d %v", got.Status, got.Header)
		}
		if shown.Status != 200 || shown.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(shown.Header.Get("Content-Disposition"), "inline") {
			t.Errorf("picture: %d %v", shown.Status, shown.Header)
		}
		if saved.Status != 200 || !strings.HasPrefix(saved.Header.Get("Content-Disposition"), "attachment") || saved.Body != "hop 1" ||
			saved.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(saved.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("text: %d %v", saved.Status, saved.Header)
		}
		if got := site.As("colleague@maple.test").Get(text).Status; got != 404 {
			t.Errorf("a colleague reads the file: %d", got)
		}
		if got := site.Nobody().Get(text).Status; got != 303 {
			t.Errorf("nobody reads the file: %d", got)
		}
	})
	t.Run("what can't be accepted comes back as it was", func(t *testing.T) {
		long := strings.Repeat("é", desk.DefaultLimits.BodyRunes+1)
		for _, got := range []*handlertest.Answer{customer.Post(path+"/replies", reply(long)), customer.PostPartial(path+"/replies", reply(long))} {
			if got.Status != 422 || !got.Has("#reply-body[aria-invalid]") || !strings.Contains(got.Body, long) {
				t.Errorf("%d", got.Status)
			}
		}
		if got := customer.Post(path+"/replies", reply(" \x00\n")); got.Status != 422 || !got.Has(".complaint") {
			t.Errorf("an empty one: %d", got.Status)
		}
	})
	t.Run("a repeated submit is said once", func(t *testing.T) {
		form := reply("only once, please")
		for range 3 {
			if got := customer.Post(path+"/replies", form); got.Status != 303 {
				t.Fatalf("%d", got.Status)
			}
		}
		if got := strings.Count(customer.Get(path).Body, "only once, please"); got != 1 {
			t.Errorf("it was said %d times", got)
		}
	})
	t.Run("a case that was solved meanwhile keeps the text", func(t *testing.T) {
		if _, _, err := site.Desk.Solve(ctx, site.Actor("manager@maple.test"), n, desk.Solve{Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		for _, got := range []*handlertest.Answer{customer.Post(path+"/replies", reply("one more thing")), customer.PostPartial(path+"/replies", reply("one more thing"))} {
			if got.Status != 409 || got.Text("#reopen-body") != "one more thing" || !strings.Contains(got.Text("#over"), "solved") || !got.Has("#over[autofocus]") {
				t.Errorf("%d %s", got.Status, got.Text("#actions"))
			}
		}
	})
	t.Run("it is opened again", func(t *testing.T) {
		if page := customer.Get(path); page.Has("#reply") || !page.Has("#reopen") {
			t.Error("a solved case can be replied to, or not be opened again")
		}
		if got := customer.Post(path+"/reopening", reply("one more thing")); got.Status != 303 {
			t.Fatalf("%d", got.Status)
		}
		if got := customer.PostPartial(path+"/reopening", reply("twice")); got.Status != 409 {
			t.Errorf("twice: %d", got.Status)
		}
		if page := customer.Get(path); !page.Has("#reply") || !strings.Contains(page.Text("#letters"), "one more thing") {
			t.Error("it is not open again")
		}
	})
	t.Run("sent and solved at once", func(t *testing.T) {
		form := reply("works now, thank you")
		form.Set("solve", "yes")
		if got := customer.PostPartial(path+"/replies", form); got.Status != 200 || got.Has("#reply") || !got.Has("#reopen") || !got.Has("#over[autofocus]") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		kase, err := site.DB.FindCase(ctx, db.Scope{All: true}, n)
		if err != nil || kase.State != db.Solved {
			t.Errorf("it is %s, %v", kase.State, err)
		}
	})
}

func TestStream(t *testing.T) {
	site := handlertest.New(t)
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	for _, test := range []struct {
		email, query string
		want         int
	}{
		{"colleague@maple.test", "on=case-" + id(n), 404},
		{"customer@maple.test", "on=queue-1", 404},
		{"manager@maple.test", "on=queue-1", 404},
		{"customer@maple.test", "on=note-" + id(n), 404},
		{"agent@boreal.test", "on=note-" + id(n), 404},
		{"customer@maple.test", "on=person-1", 404},
		{"customer@maple.test", "on=*", 404},
		{"customer@maple.test", "", 404},
		{"customer@maple.test", "on=case-999999999", 404},
	} {
		if got := site.As(test.email).Get("/live?" + test.query).Status; got != test.want {
			t.Errorf("%s, %s: %d", test.email, test.query, got)
		}
	}
	if got := site.Nobody().Partial("/live?on=cases").Status; got != 401 {
		t.Errorf("nobody: %d", got)
	}
}

func id(n db.Number) string { return fmt.Sprint(int64(n)) }

// dot is a small picture.
var dot = picture(1, 1)

func picture(w, h int) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err) // into memory it can't fail
	}
	return out.Bytes()
}
