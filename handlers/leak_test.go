package handlers_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

// TestSeeingIsOneThing: for each person and case, the list has it, its address opens it, and its file has it, and a search
// finds it by number and by words, all of that exactly where policy says that the person may see it.
func TestSeeingIsOneThing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	refs := map[db.Number]db.CaseRef{}
	var sample []db.Number
	for p := (db.CasePaging{Sort: db.ByNumber}); ; {
		list, err := site.DB.Cases(ctx, db.Scope{All: true}, db.CaseFilter{}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Rows {
			if refs[r.ID], err = site.DB.CaseRef(ctx, r.ID); err != nil {
				t.Fatal(err)
			}
			if len(refs)%17 == 0 {
				sample = append(sample, r.ID)
			}
		}
		if p.After = list.Next; p.After == "" {
			break
		}
	}
	word := func(n db.Number) string { return fmt.Sprintf("needle%dx", int64(n)) }
	for _, n := range sample {
		if _, err := site.DB.Pool().Exec(ctx, `update cases set words = words || to_tsvector('simple', $2) where id = $1`, n, word(n)); err != nil {
			t.Fatal(err)
		}
	}
	for who, email := range everyone {
		if who == "nobody" {
			continue
		}
		v, actor := site.As(email), site.Actor(email)
		listed := map[db.Number]bool{}
		for path := "/cases?sort=-number"; path != ""; {
			page := v.Partial(path)
			for _, n := range numbersIn(page) {
				listed[n] = true
			}
			path = page.Page().Find("a[rel=next]").AttrOr("href", "")
		}
		exported := map[db.Number]bool{}
		_, rows := export(t, v, "/cases.csv")
		for _, row := range rows {
			if n, ok := db.ParseNumber(row[0]); ok {
				exported[n] = true
			}
		}
		if !maps.Equal(exported, listed) {
			t.Errorf("%s is listed %d cases and exports %d", who, len(listed), len(exported))
		}
		for n, ref := range refs {
			if sees := site.Desk.Judge.Can(actor, policy.See, ref); sees != listed[n] {
				t.Errorf("%s sees %s: %v, and it is listed: %v", who, n, sees, listed[n])
			}
		}
		for _, n := range sample {
			sees := site.Desk.Judge.Can(actor, policy.See, refs[n])
			if opens := v.Partial(pathOf(n)).Status == 200; opens != sees {
				t.Errorf("%s sees %s: %v, and it opens: %v", who, n, sees, opens)
			}
			for _, words := range []string{n.String(), word(n)} {
				if found := numbersIn(v.Partial("/cases?q=" + words)); (len(found) == 1) != sees || len(found) > 1 {
					t.Errorf("%s sees %s: %v, and %q finds %v", who, n, sees, words, found)
				}
			}
		}
	}
}

// numbersIn are the cases that a list shows.
func numbersIn(a *handlertest.Answer) (list []db.Number) {
	for _, link := range a.Page().Find("table a[href^='/cases/CS']").EachIter() {
		if n, ok := db.ParseNumber(strings.TrimPrefix(link.AttrOr("href", ""), "/cases/")); ok {
			list = append(list, n)
		}
	}
	return list
}

var (
	ofMaple   = regexp.MustCompile(`Maple Foods|maple\.test|Moncton Office|Halifax Plant|1002[012][01]`)
	ofHarbour = regexp.MustCompile(`Harbour Clinics|harbour\.test|Corner Brook Clinic|2003[01]0`)
	// What a page leads to: addresses of links and of parts that it fetches.
	links = regexp.MustCompile(`(?:href|src|hx-get)="(/[^"]*)"`)
)

// crawl follows all that a person's pages lead to, from where they begin, and gives each answer once: of pages that
// differ only in their case, or in how a list is filtered, a few.
func crawl(t *testing.T, v *handlertest.Visitor, look func(path string, a *handlertest.Answer)) {
	t.Helper()
	kinds := map[string]int{}
	digits := regexp.MustCompile(`[0-9]+`)
	seen := map[string]bool{"/": true}
	for queue := []string{"/"}; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		for _, a := range []*handlertest.Answer{v.Get(path), v.Partial(path)} {
			look(path, a)
			if to := a.Location(); strings.HasPrefix(to, "/") {
				a.Body += ` href="` + to + `"`
			}
			for _, m := range links.FindAllStringSubmatch(a.Body, -1) {
				to, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
				u, err := url.Parse(to)
				if err != nil || seen[to] || strings.HasPrefix(to, "/static/") || strings.HasPrefix(to, "/live") {
					continue
				}
				seen[to] = true
				kind := digits.ReplaceAllString(u.Path, "0")
				if strings.HasPrefix(kind, "/files/") {
					kind = "/files/"
				}
				if kinds[kind]++; kinds[kind] <= 8 && kinds[kind+keysOf(u)] < 2 {
					kinds[kind+keysOf(u)]++
					queue = append(queue, to)
				}
			}
		}
	}
}

func keysOf(u *url.URL) string {
	return "?" + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&")
}

// TestPagesLeadOnlyWhereTheirReaderMayGo follows every link of every page of everybody: each is answered, and no page
// tells one customer of another.
func TestPagesLeadOnlyWhereTheirReaderMayGo(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	for _, who := range []string{"customer", "manager", "reports", "harbour-manager", "agent2", "platform"} {
		n := 0
		crawl(t, site.As(everyone[who]), func(path string, a *handlertest.Answer) {
			n++
			if a.Status >= 400 {
				t.Errorf("%s is led to %s: %d", who, path, a.Status)
			}
			other := ofHarbour
			if strings.HasPrefix(who, "harbour") {
				other = ofMaple
			}
			if strings.HasPrefix(who, "harbour") || strings.HasSuffix(everyone[who], "@maple.test") {
				if told := other.FindString(a.Body); told != "" {
					t.Errorf("%s reads %q at %s", who, told, path)
				}
			}
		})
		if n < 30 {
			t.Errorf("%s was led to %d pages only", who, n)
		}
	}
}

// TestNotesStayBetweenStaff: a word of a note and a file of one are nowhere that a contact can look, and leave no trace.
func TestNotesStayBetweenStaff(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	if _, err := site.DB.Pool().Exec(ctx, `insert into case_copies (case_id, person_id) values ($1, $2) on conflict do nothing`,
		n, personID(t, site, "colleague@maple.test")); err != nil {
		t.Fatal(err)
	}
	pages := []string{"/", "/cases", "/cases?q=xyzzynote", "/cases?q=plugh", pathOf(n), pathOf(n) + "/live?was=open"}
	readers := []string{"customer", "colleague", "manager", "admin", "site-admin", "plant", "harbour-manager"}
	form := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|name="csrf" value="[^"]*"`)
	read := func() map[string]string {
		read := map[string]string{}
		for _, who := range readers {
			v := site.As(everyone[who])
			for _, page := range pages {
				for name, a := range map[string]*handlertest.Answer{"whole": v.Get(page), "in part": v.Partial(page)} {
					read[who+" "+page+name] = form.ReplaceAllString(a.Body, "")
				}
			}
		}
		return read
	}
	before := read()
	agent := site.Actor("lead@boreal.test")
	file, err := site.Desk.Upload(ctx, agent, "plugh-internal.txt", strings.NewReader("plughwords"))
	if err != nil {
		t.Fatal(err)
	}
	_, note, err := site.Desk.Note(ctx, agent, n, desk.Words{Body: "xyzzynote, between us", Files: []uuid.UUID{file.ID}, Submission: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	for where, body := range read() {
		if body != before[where] {
			t.Errorf("%s differs since there is a note", where)
		}
	}
	address := "/files/" + file.ID.String()
	for who, email := range everyone {
		v := site.Nobody()
		if who != "nobody" {
			v = site.As(email)
		}
		want := 404
		switch {
		case who == "nobody":
			want = 303
		case site.Actor(email).Staff():
			want = 200
		}
		if got := v.Get(address); got.Status != want {
			t.Errorf("%s, the note's file: %d, want %d", who, got.Status, want)
		}
	}
	for _, who := range []string{"customer", "colleague", "admin"} {
		crawl(t, site.As(everyone[who]), func(path string, a *handlertest.Answer) {
			if !strings.Contains(path, "q=") && (strings.Contains(a.Body, "xyzzynote") || strings.Contains(a.Body, "plugh") || strings.Contains(a.Body, file.ID.String())) {
				t.Errorf("%s reads of the note at %s", who, path)
			}
		})
	}
	var mails int
	if err := site.DB.Pool().QueryRow(ctx, `select count(*) from mails where event_id = $1 or body like '%xyzzynote%'`, note.ID).Scan(&mails); err != nil || mails != 0 {
		t.Errorf("%d mails tell of it, %v", mails, err)
	}
	if page := site.As("agent2@boreal.test").Get(pathOf(n)); !strings.Contains(page.Body, "xyzzynote") || !strings.Contains(page.Body, "plugh-internal.txt") {
		t.Error("staff do not read it either")
	}
}

func pathOf(n db.Number) string { return "/cases/" + n.String() }
