package handlers_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"portico/db"
	"portico/handlers"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// nonsense is what nobody types by accident.
var nonsense = []string{
	"\x00", "a\x00b", "\xff\xfe", "-1", "0", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e9", "NaN",
	`'`, `"`, `\`, `\'`, `';--`, `' | '`, "a & !b | (c", ":*", "<->", "%", "_", "null", "[]", "2026-13-45", "0000-01-01", "10000-01-01",
	"<script>alert(1)</script>", "\r\nX-Injected: 1", "../../etc/passwd", "//elsewhere.test", strings.Repeat("x", 5000),
	"CS0000000", "CS999999999999999999", "1-9007199254740992-1", "4-0-9007199254740992",
	forged(`{"s":"updated","k":"0000-01-01 00:00:00+00","i":1}`), forged(`{"s":"updated","k":"2026-01-01 00:00:00+20","i":1}`),
	forged(`{"s":"updated","k":"2026-01-01 00:00:00,5+00","i":1}`), forged(`{"s":"updated","k":"2026-01-01 00:00:00+00","i":-9223372036854775808}`),
	forged(`{"s":"title","k":"\u0000","i":1}`), forged(`{"s":"title","k":"' \\","i":1,"p":9223372036854775807}`), forged(`null`), forged(`{"s":1}`),
}

// typed is what of that a field of a form is tried with.
var typed = []string{"\x00", "a\x00b", "\xff\xfe", "-1", "0", "9223372036854775807", "-9223372036854775808", "99999999999999999999", `\'`,
	"<script>alert(1)</script>", "//elsewhere.test", "\r\nX-Injected: 1", strings.Repeat("x", 25_000)}

func forged(cursor string) string { return base64.RawURLEncoding.EncodeToString([]byte(cursor)) }

// TestNonsenseInAddresses asks every page for every kind of nonsense: it is read over, or not found, and never more.
func TestNonsenseInAddresses(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	draft, backtest := (&sweep{Site: site, t: t}).backtested()
	check := func(a *handlertest.Answer, what, value string) {
		t.Helper()
		if a.Status >= 500 || a.Header.Get("X-Injected") != "" || strings.Contains(a.Body, "<script>alert") || strings.HasPrefix(a.Location(), "//") {
			t.Errorf("%s with %.60q: %d %s", what, value, a.Status, a.Location())
		}
	}
	for who, pages := range map[string]map[string]string{
		"": {"/sign-in": "next email done lang"},
		"customer": {
			"/cases": "q state type priority account product from to sort page after before list", "/cases?sort=title": "after before",
			"/cases/CS0001883": "done", "/cases/CS0001883/live": "was", "/items/report-issue": "for account service locations files",
			"/products": "account after q", "/knowledge": "q", "/live": "on",
		},
		"manager": {"/items/report-issue/requesters": "q"},
		"agent":   {"/queues": "after show case part", "/queues/mine": "after case", "/callers": "q", "/cases/CS0001883/tools": "back"},
		"platform": {"/mail": "before", "/rules": "before", draft: "rule after", draft + "/try": "try-item try-contact try-account service",
			draft + "/try?try-case=CS0001883": "try-item try-contact try-account try-example assume-now.hour assume-account.depth assume-nothing shown service carry-service example-name example-draft",
			"/rules/try":                      "try-item try-case try-contact try-account assume-now.weekday assume-contact.roles assume-answers.urgent additional_services try-contact.words try-account.words",
			"/rules/try/contacts":             "try-contact try-contact.words", "/rules/try/accounts": "try-item account.words try-account.words",
			draft + "/examples": "example item", draft + "/changes": "against as view", "/rules/versions/1": "against as view after", draft + "/words": "word q",
			backtest: "x", backtest + "/cases": "from-priority to-priority from-queue to-queue outcome before", backtest + "/cases.csv": "from-priority to-priority from-queue to-queue outcome",
			backtest + "/cases/CS0001883": "from-priority from-queue", "/rules/versions/1/repair": "by after show", "/rules/replay": "day after", "/cases?list=all": "version",
			"/rules/check": "rule", draft + "/check": "rule", "/cases/CS0001883/why": "at version"},
	} {
		v := site.Nobody()
		if who != "" {
			v = site.As(everyone[who])
		}
		for page, params := range pages {
			join := "?"
			if strings.Contains(page, "?") {
				join = "&"
			}
			for param := range strings.FieldsSeq(params) {
				for _, value := range nonsense {
					check(v.Get(page+join+param+"="+url.QueryEscape(value)), who+" "+page+" "+param, value)
				}
			}
		}
	}
	v := site.As("platform@boreal.test")
	for _, page := range []string{"/cases/", "/cases/%s/live", "/files/", "/knowledge/", "/catalog/", "/items/", "/mail/", "/rules/versions/",
		"/rules/drafts/", "/rules/versions/%s/repair", "/rules/drafts/%s/try", "/rules/drafts/%s/backtest", "/rules/drafts/%s/changes", "/rules/backtests/",
		"/rules/backtests/%s/end", backtest + "/cases/", backtest + "/%s.csv", "/rules/repairs/", draft + "/examples/", "/rules/drafts/%s/approval", "/cases/%s/why", "/queues/", "/static/", "/static/../", "/"} {
		if !strings.Contains(page, "%s") {
			page += "%s"
		}
		for _, value := range nonsense {
			check(v.Get(fmt.Sprintf(page, url.PathEscape(value))), page, value)
			check(v.Post(fmt.Sprintf(page, url.PathEscape(value)), form()), "POST "+page, value)
		}
	}
}

// TestNothingIsDoneWithoutItsToken posts to every route without a token, with a wrong one, and with two.
func TestNothingIsDoneWithoutItsToken(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("platform@boreal.test")
	token := v.Token()
	fill := strings.NewReplacer(":id<int>", "1", ":version<int>", "1", ":id", uuid.NewString(), ":number", "CS0001883", ":item", "report-issue", ":place<int>", "1", ":place", "1", ":location<int>", "1")
	for _, r := range handlers.Routes() {
		if r.Method != http.MethodPost || r.Path == "/unsubscribe/:token" { // mail programs post there: its secret is what counts
			continue
		}
		for name, body := range map[string]string{"none": "a=b", "a wrong one": "csrf=wrong", "a wrong one first": "csrf=wrong&csrf=" + token} {
			for _, part := range []bool{false, true} {
				a := v.Do(http.MethodPost, fill.Replace(r.Path), strings.NewReader(body), "application/x-www-form-urlencoded", part)
				if a.Status != http.StatusForbidden || len(a.Body) == 0 {
					t.Errorf("%s with %s: %d %.80q", r.Path, name, a.Status, a.Body)
				}
			}
		}
		if a := v.Do(http.MethodPost, fill.Replace(r.Path), strings.NewReader(`{"csrf":"`+token+`"}`), "application/json", false); a.Status != http.StatusForbidden {
			t.Errorf("%s with JSON: %d", r.Path, a.Status)
		}
	}
}

func TestOddMethods(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	for method, want := range map[string]int{"HEAD": 200, "OPTIONS": 404, "PUT": 404, "DELETE": 404, "PATCH": 404, "TRACE": 404} {
		a := v.Do(method, "/cases", nil, "", false)
		if a.Status != want || a.Header.Get("Content-Security-Policy") == "" || method == "HEAD" && a.Body != "" {
			t.Errorf("%s: %d, %d bytes, %v", method, a.Status, len(a.Body), a.Header)
		}
	}
	if a := v.Do("POST", "/cases", strings.NewReader("csrf="+v.Token()), "application/x-www-form-urlencoded", false); a.Status != 404 {
		t.Errorf("POST where there is only a page: %d", a.Status)
	}
}

// A connection that a balancer shares must hold nothing after an answer that has no body.
func TestTheHeadOfAStreamEndsWithItself(t *testing.T) {
	l := listen(t)
	l.As("customer@maple.test")
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprint(conn, "HEAD /live?on=cases HTTP/1.1\r\nHost: x\r\nCookie: portico=session of customer@maple.test\r\n\r\n"+
		"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	head, next, _ := strings.Cut(string(all), "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 200") || !strings.Contains(head, "text/event-stream") || !strings.HasPrefix(next, "HTTP/1.1 200") {
		t.Errorf("after %.80q comes %.40q", head, next)
	}
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	site := handlertest.New(t)
	for _, next := range []string{"//elsewhere.test", "https://elsewhere.test", `/\elsewhere.test`, `\\elsewhere.test`, "/\t/elsewhere.test", "javascript:alert(1)",
		"///elsewhere.test", "/\r\nLocation: https://elsewhere.test", "elsewhere.test", "%2f%2felsewhere.test", "/%0d%0aX-Injected:1", "http:elsewhere.test"} {
		in := site.Nobody()
		for what, a := range map[string]*handlertest.Answer{
			"signed in already": site.As("customer@maple.test").Get("/sign-in?next=" + url.QueryEscape(next)),
			"on signing in":     signIn(in, "colleague@maple.test", demoPassword, next),
			"from the tools":    site.As("agent@boreal.test").Get("/cases/CS0001883/tools?back=" + url.QueryEscape(next)),
		} {
			to := a.Location()
			if a.Status != 303 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") || a.Header.Get("X-Injected") != "" {
				t.Errorf("%s, %q: %d to %q", what, next, a.Status, to)
			}
		}
	}
}

// TestSigningInWithNonsense: bytes that are no text are no address and no password that anybody has.
func TestSigningInWithNonsense(t *testing.T) {
	site := handlertest.New(t)
	v := site.Nobody()
	for _, value := range []string{"\x00", "\xff\xfe@maple.test", "customer@maple.test\x00", strings.Repeat("a", 100_000), "' or 1=1 --", "customer@maple.test\r\nBcc: x@x.test"} {
		if a := signIn(v, value, demoPassword, ""); a.Status != 422 {
			t.Errorf("as %.40q: %d", value, a.Status)
		}
		if a := signIn(v, "west@maple.test", value, ""); a.Status != 422 {
			t.Errorf("with %.40q: %d", value, a.Status)
		}
	}
	body := url.Values{"csrf": {v.Token()}, "email": {"plant@maple.test"}, "password": {demoPassword}}.Encode()
	a := v.Do("POST", "/sign-in", strings.NewReader(body), "application/x-www-form-urlencoded", false, "User-Agent", "odd \xff\xfe")
	if a.Status != 303 {
		t.Errorf("with an odd browser: %d", a.Status)
	}
	if a := v.Get("/sessions"); a.Status != 200 {
		t.Errorf("the sessions then: %d", a.Status)
	}
}

// TestNonsenseInForms sends nonsense as each field of what changes a case, a draft and oneself.
func TestNonsenseInForms(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	draft := (&sweep{Site: site, t: t}).draft()
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	path := "/cases/" + n.String()
	for who, forms := range map[string]map[string]string{
		"customer": {"/preferences": "language theme zone contrast other-zone text was_zone", "/profile": "first_name last_name title about phone was_about", "/notifications": "mail-comment unmailed was_unmailed", path + "/replies": "body submission files remove solve", issueFollow: "account service files shown remove",
			issueCases: "account service locations issue_type description submission for"},
		"lead": {path + "/assignment": "to was submission back", path + "/queue": "to was", path + "/priority": "to was", path + "/notes": "body back submission",
			path + "/information-requests": "body", "/queues/next": "submission", path + "/solution": "body", path + "/reopening": "body"},
		"platform": {
			draft + "/examples": "try-item try-contact try-account try-case assume-now.hour assume-account.depth service example-name example-expect example-was revision", "/rules/examples": "example-draft example-fresh example-name try-item",
			draft + "/examples/expectations": "revision example", draft + "/examples/1": "revision name item account contact answers", draft + "/examples/1/removal": "revision",
			draft + "/backtests": "from to item account priority state submission", draft + "/shadow": "submission", draft + "/order": "from to revision place after",
			draft + "/name": "was name", draft + "/approval": "revision", draft + "/return": "revision word", "/rules/versions/1/repair": "by what case submission",
			draft + "/rules/1": "name when move assignee answer-within solve-within notify request-en tags priority revision", draft + "/rules/default": "priority queue revision",
			"/rules/try": "try-item try-case try-begun shown assume-now.hour account", draft + "/try": "try-item try-case shown",
			"/rules/drafts": "name version draft", draft + "/text": "revision source", draft + "/text/check": "source revision", draft + "/check": "name when queue tags place after priority",
			draft + "/rules": "name when revision after customer-en", draft + "/rules/names": "shared-name shared-expr revision", draft + "/publication": "note revision when at", draft + "/base": "revision live keep key-0 side-0 text-0",
			"/rules/versions/1/restoration": "note"},
	} {
		v := site.As(everyone[who])
		for path, fields := range forms {
			for field := range strings.FieldsSeq(fields) {
				for i, value := range typed {
					values := form("revision", "1", "to", "1", "name", uuid.NewString(), field, value)
					if strings.HasPrefix(path, "/items/") {
						values = answers()
						values.Set(field, value)
					}
					post := v.Post
					if i%2 == 1 {
						post = v.PostPartial
					}
					a := post(path, values)
					if a.Status >= 500 || a.Header.Get("X-Injected") != "" || strings.Contains(a.Body, "<script>alert") || strings.HasPrefix(a.Location(), "//") {
						t.Errorf("%s %s, %s=%.50q: %d %s", who, path, field, value, a.Status, a.Location())
					}
				}
			}
		}
	}
}

// TestEightAtOnce sends the same form eight times at once: it is done once, and each gets a proper answer.
func TestEightAtOnce(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	count := func(sql string, args ...any) (n int) {
		t.Helper()
		if err := site.DB.Pool().QueryRow(ctx, sql, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	atOnce := func(email, path string, values url.Values) (answers []*handlertest.Answer) {
		token := site.As(email).Token()
		list := make([]*handlertest.Answer, 8)
		var all sync.WaitGroup
		for i := range list {
			v := site.As(email)
			all.Go(func() {
				body := url.Values{"csrf": {token}}
				for key, value := range values {
					body[key] = value
				}
				list[i] = v.Do(http.MethodPost, path, strings.NewReader(body.Encode()), "application/x-www-form-urlencoded", false)
			})
		}
		all.Wait()
		return list
	}
	same := func(what string, list []*handlertest.Answer) {
		t.Helper()
		for _, a := range list {
			if a.Status != 303 || a.Location() != list[0].Location() {
				t.Errorf("%s: %d to %q, the first to %q", what, a.Status, a.Location(), list[0].Location())
			}
		}
	}

	cases := count("select count(*) from cases")
	same("open", atOnce("customer@maple.test", issueCases, answers()))
	if n := count("select count(*) from cases") - cases; n != 1 {
		t.Errorf("%d cases were opened", n)
	}
	n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	same("reply", atOnce("customer@maple.test", "/cases/"+n.String()+"/replies", form("body", "eight of one")))
	if n := count("select count(*) from events where body = 'eight of one'"); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	agent := personID(t, site, "agent@boreal.test")
	mine := count("select count(*) from cases where assignee_id = $1", agent)
	same("take next", atOnce("agent@boreal.test", "/queues/next", form()))
	if n := count("select count(*) from cases where assignee_id = $1", agent) - mine; n != 1 {
		t.Errorf("%d cases were taken", n)
	}
	draft := (&sweep{Site: site, t: t}).draft()
	versions := count("select count(*) from rule_versions")
	published := 0
	for _, a := range atOnce("platform@boreal.test", draft+"/publication", form("revision", "1", "note", "all at once")) {
		switch a.Status {
		case 303:
			if strings.HasPrefix(a.Location(), "/rules?done=rules-published") {
				published++ // others are led to the version that the draft became
			}
		case 409: // somebody was quicker
		default:
			t.Errorf("publish: %d", a.Status)
		}
	}
	if n := count("select count(*) from rule_versions") - versions; n != 1 || published != 1 {
		t.Errorf("%d versions published, %d told so", n, published)
	}
}

// TestHostileFiles: files and what they are called stay files and words.
func TestHostileFiles(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	const script = "<script>alert(1)</script>"
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"page.html":     {"<!doctype html>" + script, 422},
		"page.txt":      {"<html>" + script, 422},
		"drawing.svg":   {`<svg xmlns="http://www.w3.org/2000/svg">` + script + `</svg>`, 201},
		"drawing.xml":   {`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">` + script + `</svg>`, 201},
		"picture.png":   {"no picture at all " + script, 201},
		"program.exe":   {"MZ\x90\x00\x03\x00\x00\x00", 422},
		"archive.zip":   {"PK\x03\x04\x14\x00\x00\x00\x08\x00aaaaaaaaaaaaaaaaaaaax.txt", 422},
		"nothing.txt":   {"", 422},
		"gif.html":      {"GIF89a" + script, 201},
		"../../etc/x":   {"path", 201},
		"a\"; x=\"b.ht": {"quotes", 201},
		"\u202egpj.exe": {"turned round", 201},
		script + ".txt": {"named so", 201},
		"naïve – é.txt": {"far from ASCII", 201},
	} {
		a := v.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: name, Body: []byte(c.body)})
		if a.Status != c.status {
			t.Errorf("%q: %d %s", name, a.Status, a.Body)
			continue
		}
		if a.Status != 201 {
			continue
		}
		got := v.Get("/files/" + idIn(a.Body))
		kind, disposition := got.Header.Get("Content-Type"), got.Header.Get("Content-Disposition")
		if got.Status != 200 || got.Body != c.body || strings.Contains(kind, "svg") || strings.Contains(kind, "html") || strings.Contains(kind, "xml") {
			t.Errorf("%q comes back as %q: %d", name, kind, got.Status)
		}
		if !strings.HasPrefix(kind, "image/") && !strings.HasPrefix(disposition, "attachment; filename") {
			t.Errorf("%q: %q", name, disposition)
		}
		if strings.ContainsAny(disposition, "\r\n/\u202e") || got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q: %v", name, got.Header)
		}
	}
	for _, path := range []string{"/static/..%2f..%2fgo.mod", "/static/../../go.mod", "/static/%2e%2e/manifest.json", "/static/manifest.json", "/files/..%2f..%2fgo.mod", "/static//etc/passwd"} {
		if a := v.Get(path); a.Status != 404 {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
}

// TestHostileWords: what people write is shown, and does nothing.
func TestHostileWords(t *testing.T) {
	site := handlertest.New(t)
	kase := phonesAreDown(t, site)
	customer := site.As("customer@maple.test")
	words := `<script>alert(1)</script> <img src=x onerror=alert(1)> [here](javascript:alert(1)) [there](data:text/html,x) <javascript:alert(1)>
![pixel](https://elsewhere.test/x.png) <a href="https://elsewhere.test" onclick="x()">x</a> {{.CSRF}} <style>*{display:none}</style> <iframe src=/></iframe>`
	if a := customer.Post(kase.Path()+"/replies", reply(words)); a.Status != 303 {
		t.Fatalf("%d", a.Status)
	}
	if a := customer.Post(issueCases, answers("description", words, "urgent", "yes", "urgent_reason", words)); a.Status != 303 {
		t.Fatalf("%d", a.Status)
	}
	for _, a := range []*handlertest.Answer{customer.Get(kase.Path()), site.As("agent@boreal.test").Get(kase.Path()), site.As("agent@boreal.test").Get("/queues"),
		customer.Get("/cases?q=" + url.QueryEscape(words)), site.As("agent@boreal.test").Get("/callers?q=" + url.QueryEscape(words)),
		customer.Get("/knowledge?q=" + url.QueryEscape(words)), customer.Get(issueForm + "?description=" + url.QueryEscape(words))} {
		if a.Status != 200 || a.Has("main script, main iframe, main style, [onerror], [onclick], [style], a[href^='javascript'], a[href^='data:'], img[src*='elsewhere']") {
			t.Errorf("%d: it does something", a.Status)
		}
	}
}

// TestTheLogKeepsSecrets signs in rightly and wrongly, posts and fails: no password, token or word of anybody is logged.
func TestTheLogKeepsSecrets(t *testing.T) {
	site := handlertest.New(t)
	var log written
	site.App.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	site.App.Desk.Log = site.App.Log
	v := site.Nobody()
	signIn(v, "customer@maple.test", "not-the-"+demoPassword, "")
	signIn(v, "customer@maple.test", demoPassword, "")
	kase, token := phonesAreDown(t, site), v.Token()
	v.Post(kase.Path()+"/replies", reply("a word of theirs"))
	site.App.DB.Pool().Close()
	if a := v.Post(kase.Path()+"/replies", url.Values{"csrf": {token}, "body": {"a word of theirs"}}); a.Status != 503 || a.Header.Get("Retry-After") == "" || strings.Contains(a.Body, "pool") ||
		!strings.Contains(a.Text("main"), "reload this page") || a.Has("main a") {
		t.Errorf("with the database away: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/cases?q=words+of+theirs"); a.Status != 503 || !strings.Contains(a.Text("main"), "by itself") || !a.Has(`main a[href="/cases?q=words+of+theirs"]`) {
		t.Errorf("with the database away: %d %s", a.Status, a.Text("main"))
	}
	text := log.String()
	if !strings.Contains(text, "request failed") {
		t.Error("nothing is logged")
	}
	for _, secret := range []string{demoPassword, token, "a word of theirs", "words+of+theirs"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// written is a log that is read in the end.
type written struct {
	sync.Mutex
	strings.Builder
}

func (w *written) Write(line []byte) (int, error) {
	w.Lock()
	defer w.Unlock()
	return w.Builder.Write(line)
}
