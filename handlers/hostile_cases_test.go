package handlers_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// TestNonsenseAboutCases tries all that belongs to cases' lists, their page and what people follow with nonsense: it is read
// over, refused or not found, and never more.
func TestNonsenseAboutCases(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	path := "/cases/" + n.String()
	check := func(a *handlertest.Answer, what, value string) {
		t.Helper()
		if a.Status >= 500 || a.Header.Get("X-Injected") != "" || strings.Contains(a.Body, "<script>alert") || strings.HasPrefix(a.Location(), "//") {
			t.Errorf("%s with %.60q: %d %s", what, value, a.Status, a.Location())
		}
	}
	for who, pages := range map[string]map[string]string{
		"customer": {"/search": "q source live", "/search/suggestions": "q", "/cases.csv": "q list account product from sort version", "/activities": "tab after account",
			"/activities?tab=following": "after what done", "/activities?tab=contributions": "after", "/cases?list=organization": "account below", "/live?on=own&poll=now": "since on",
			path: "from", path + "/live": "from after seen was opened actions", path + "/people": "for copies_words copy was_copy offered", "/items/report-issue": "follows draft",
			"/mail": "q state before"},
		"manager":  {path + "/people?for=contact": "contact contact_words"},
		"agent":    {"/items/report-issue/requesters": "follows from"},
		"platform": {"/mail": "q state before odd%00name"},
	} {
		v := site.As(everyone[who])
		for page, params := range pages {
			join := "?"
			if strings.Contains(page, "?") {
				join = "&"
			}
			for param := range strings.FieldsSeq(params) {
				for i, value := range typed {
					get := v.Get
					if i%2 == 0 || strings.Contains(page, "/people") {
						get = v.Partial
					}
					if len(value) > 5000 { // of an address more is not taken at all
						value = value[:5000]
					}
					check(get(page+join+param+"="+url.QueryEscape(value)), who+" "+page+" "+param, value)
				}
			}
		}
	}
	for who, forms := range map[string]map[string]string{
		"customer": {path + "/details": "title was_title product was_product copy was_copy copies_words offered find submission", path + "/following": "follow from",
			path + "/replies/draft": "body files draft over submission remove", path + "/replies/draft/removal": "draft submission", path + "/replies/preview": "body draft",
			"/items/report-issue/draft": "account description files draft over submission for follows odd\x00 back", "/items/report-issue/draft/removal": "draft submission for back",
			"/cases/views": "name query instead", "/cases/views/1": "name", "/cases/views/order": "move place order was", "/cases/columns": "column query",
			"/activities/accounts": "account follow", path + "/copies/removal": "back"},
		"manager": {path + "/details": "contact was_contact contact_words keep_contact"},
	} {
		v := site.As(everyone[who])
		for path, fields := range forms {
			for field := range strings.FieldsSeq(fields) {
				for i, value := range typed {
					post := v.Post
					if i%2 == 1 {
						post = v.PostPartial
					}
					check(post(path, form("name", uuid.NewString(), "body", "a word", field, value)), who+" "+path+" "+field, value)
					if i < 3 { // what is no text is looked at with each way of answering
						check(v.PostPartial(path, form("name", uuid.NewString(), "body", "a word", field, value)), who+" "+path+" "+field, value)
					}
				}
			}
		}
	}
	if _, err := site.DB.FindCase(context.Background(), db.Scope{All: true}, n); err != nil {
		t.Error(err)
	}
}

// TestEightAtOnceAboutCases sends forms of a case's page eight times at once, as TestEightAtOnce does.
func TestEightAtOnceAboutCases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	n := uncopied(t, site)
	path := pathOf(n)
	was, err := site.DB.FindCase(ctx, db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	atOnce := func(path string, values url.Values) {
		t.Helper()
		token := site.As("customer@maple.test").Token()
		var all sync.WaitGroup
		for range 8 {
			v := site.As("customer@maple.test")
			all.Go(func() {
				body := maps.Clone(values)
				body.Set("csrf", token)
				a := v.Do(http.MethodPost, path, strings.NewReader(body.Encode()), "application/x-www-form-urlencoded", false)
				if a.Status != 303 {
					t.Errorf("%s: %d %s", path, a.Status, a.Text("main"))
				}
			})
		}
		all.Wait()
	}
	once := func(what, sql string, args ...any) {
		t.Helper()
		var count int
		if err := site.DB.Pool().QueryRow(ctx, sql, args...).Scan(&count); err != nil || count != 1 {
			t.Errorf("%s: %d, %v", what, count, err)
		}
	}
	colleague := personText(t, site, "colleague@maple.test")
	atOnce(path+"/details", form("title", "Eight of one", "was_title", was.ShortDescription, "copy", colleague, "submission", uuid.NewString()))
	once("titles", `select count(*) from events where case_id = $1 and change->>'Field' = 'title'`, n)
	once("copies", `select count(*) from events where case_id = $1 and change->>'Field' = 'copies'`, n)
	once("mail to who is copied", `select count(*) from mails where case_id = $1 and kind = 'involved'`, n)
	atOnce(path+"/replies/draft", form("body", "eight of one", "submission", uuid.NewString()))
	once("drafts", `select count(*) from reply_drafts where case_id = $1 and body = 'eight of one'`, n)
	atOnce("/items/report-issue/draft", form("description", "eight of one", "submission", uuid.NewString()))
	once("forms", `select count(*) from form_drafts where answers::text like '%eight of one%'`)
	atOnce("/cases/views", form("name", "eight of one", "query", "state=open"))
	once("lists", `select count(*) from case_views where name = 'eight of one'`)
	atOnce(path+"/following", form("follow", "yes"))
	once("followers", `select count(*) from case_follows where case_id = $1`, n)
	atOnce(path+"/solution", form("body", "", "submission", uuid.NewString()))
	cases := count(t, site, `select count(*) from cases`)
	again := answers()
	again.Set("follows", n.String())
	if was.Item != "report-issue" {
		t.Fatalf("the case is of %s", was.Item)
	}
	atOnce("/items/"+was.Item+"/cases", again)
	once("follow-ups", `select count(*) from case_links where of_id = $1`, n)
	if now := count(t, site, `select count(*) from cases`); now != cases+1 {
		t.Errorf("%d cases were opened", now-cases)
	}
}

// What a case is called is read in lists of many: no sign in it turns around or hides what stands beside it, whoever sent it in.
func TestTitlesAreOnlyWhatIsRead(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	sent := site.Nobody().Post("/general-request", requestOf("Ana Novak", "ana@novak.test", "Invoice \u202efdp.exe\u2066 \x1b[2Jof June", "Please."))
	if sent.Status != 303 {
		t.Fatalf("%d: %s", sent.Status, sent.Text(".complaint"))
	}
	if title := lastCase(t, site).ShortDescription; !strings.HasSuffix(title, "Invoice fdp.exe [2Jof June") {
		t.Errorf("%q", title)
	}
}
