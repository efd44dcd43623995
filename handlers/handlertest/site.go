// Package handlertest runs the whole portal over the demo world, for tests that come in by HTTP: a real database, real
// templates and routes, a frozen clock; only the listening socket is missing.
package handlertest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/standard"
	"portico/handlers"
	"portico/handlers/desk"
	"portico/policy"
	"portico/static"
	"portico/views"

	"github.com/PuerkitoBio/goquery"
	"gocloud.dev/blob/memblob"
)

// Site is a whole portal over a database of its own, filled with the demo world. Its clock stands still at dbtest.Now,
// until it is set.
type Site struct {
	App   *handlers.App // behind the wall of whoever visits
	Desk  *desk.Desk    // for asking directly: of a connection of its own, which sees everything where a context has no wall
	DB    *db.DB        // that connection
	t     testing.TB
	clock *atomic.Pointer[time.Time]
}

// SetClock sets the clock by which the portal lives. That of its database goes on as ever.
func (s *Site) SetClock(to time.Time) { s.clock.Store(&to) }

// New makes a portal that is gone after the test. Its log goes to the test's.
func New(t testing.TB) *Site {
	t.Helper()
	return Over(t, dbtest.Demo(t))
}

// pages are the templates of all sites, read once: that takes longer than most tests. "2 hours ago" counts from
// dbtest.Now in them, whatever clock a site is given.
var pages = sync.OnceValue(func() *views.Engine {
	return views.New(static.Empty(), func() time.Time { return dbtest.Now })
})

// Over makes a portal over a database that is there already: a second copy of a site's, say.
func Over(t testing.TB, d *db.DB) *Site {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if err := policy.Establish(d.PolicyLines()); err != nil {
		t.Fatal(err)
	}
	if err := standard.Establish(ctx, d, dbtest.Now); err != nil {
		t.Fatal(err)
	}
	judge, err := policy.NewJudge(d.PolicyLines())
	if err != nil {
		t.Fatal(err)
	}
	files := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = files.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var set atomic.Pointer[time.Time]
	set.Store(&dbtest.Now)
	clock := func() time.Time { return *set.Load() }
	address := &url.URL{Scheme: "http", Host: "portico.test"}
	secret := []byte("a secret of this test and nobody else's")
	verbs := func(d *db.DB) *desk.Desk {
		return &desk.Desk{DB: d, Judge: judge, Files: files, Clock: clock, Log: log, Secret: secret, URL: address.String(), Limit: desk.DefaultLimits}
	}
	walled := dbtest.Walled(t, d)
	app, err := handlers.New(ctx, handlers.App{
		Config: handlers.Config{URL: address, Secret: secret},
		DB:     walled, Desk: verbs(walled), Judge: judge, Bundle: static.Empty(), Log: log, Clock: clock,
		Health: &handlers.Health{}, Metrics: handlers.NewMetrics(walled), Views: pages(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Site{App: app, Desk: verbs(d), DB: d, t: t, clock: &set}
}

// Visitor is one browser.
type Visitor struct {
	site    *Site
	cookies map[string]string
	token   string
}

// Nobody is a browser in which nobody is signed in.
func (s *Site) Nobody() *Visitor { return &Visitor{site: s, cookies: map[string]string{}} }

// As is a browser in which somebody of the demo is signed in.
func (s *Site) As(email string) *Visitor {
	s.t.Helper()
	ctx := context.Background()
	p, err := s.DB.PersonByEmail(ctx, email)
	if err != nil {
		s.t.Fatalf("sign in as %s: %v", email, err)
	}
	v := s.Nobody()
	token := "session of " + email
	sum := sha256.Sum256([]byte(token))
	at := dbtest.Now
	if _, err := s.DB.Session(ctx, sum[:], at); err != nil { // a second visitor of the same person shares it
		if err := s.DB.BeginSession(ctx, &db.Session{TokenHash: sum[:], PersonID: p.ID, CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(db.SessionLife)}); err != nil {
			s.t.Fatal(err)
		}
	}
	v.cookies["portico"] = token
	return v
}

// Actor is who somebody of the demo is to policy, for asking desk directly.
func (s *Site) Actor(email string) policy.Actor {
	s.t.Helper()
	v := s.As(email)
	sum := sha256.Sum256([]byte(v.cookies["portico"]))
	in, err := s.DB.Session(context.Background(), sum[:], dbtest.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	return policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}
}

// Queue is a queue of the demo, by its name.
func (s *Site) Queue(name string) db.Queue {
	s.t.Helper()
	all, err := s.DB.Queues(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, q := range all {
		if q.Name == name {
			return q
		}
	}
	s.t.Fatalf("there is no queue %q", name)
	return db.Queue{}
}

// Answer is what the portal answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Page is the answer as a document to look things up in.
func (a *Answer) Page() *goquery.Document {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		return &goquery.Document{Selection: &goquery.Selection{}}
	}
	return doc
}

// Has tells whether some element matches the selector.
func (a *Answer) Has(selector string) bool { return a.Page().Find(selector).Length() > 0 }

// Text is the text of what matches the selector, with white space made single.
func (a *Answer) Text(selector string) string {
	return strings.Join(strings.Fields(a.Page().Find(selector).Text()), " ")
}

// Location is where the answer sends the browser, by redirect or by htmx; empty for nowhere.
func (a *Answer) Location() string {
	if to := a.Header.Get("HX-Redirect"); to != "" {
		return to
	}
	return a.Header.Get("Location")
}

// Get asks for a whole page.
func (v *Visitor) Get(path string) *Answer { return v.Do(http.MethodGet, path, nil, "", false) }

// Partial asks for a part of a page, as htmx does.
func (v *Visitor) Partial(path string) *Answer { return v.Do(http.MethodGet, path, nil, "", true) }

// Post sends a form as a browser without scripts does. It adds the token.
func (v *Visitor) Post(path string, form url.Values) *Answer { return v.post(path, form, false) }

// PostPartial sends a form as htmx does. It adds the token.
func (v *Visitor) PostPartial(path string, form url.Values) *Answer { return v.post(path, form, true) }

func (v *Visitor) post(path string, form url.Values, partial bool) *Answer {
	v.site.t.Helper()
	values := url.Values{}
	for k, list := range form {
		values[k] = list
	}
	if !values.Has("csrf") {
		values.Set("csrf", v.Token())
	}
	return v.Do(http.MethodPost, path, strings.NewReader(values.Encode()), "application/x-www-form-urlencoded", partial)
}

// File is one file of a form.
type File struct {
	Field, Name string
	Body        []byte
}

// Upload sends a form with files. It adds the token, first.
func (v *Visitor) Upload(path string, form url.Values, partial bool, files ...File) *Answer {
	v.site.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("csrf", v.Token())
	for k, list := range form {
		for _, value := range list {
			_ = w.WriteField(k, value)
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.Field, f.Name)
		if err != nil {
			v.site.t.Fatal(err)
		}
		_, _ = part.Write(f.Body)
	}
	_ = w.Close()
	return v.Do(http.MethodPost, path, &body, w.FormDataContentType(), partial)
}

// Token is the one that this visitor's forms carry, fetched from a page once.
func (v *Visitor) Token() string {
	v.site.t.Helper()
	if v.token != "" {
		return v.token
	}
	page := "/preferences"
	if v.cookies["portico"] == "" {
		page = "/sign-in"
	}
	answer := v.Get(page)
	token, ok := answer.Page().Find(`input[name=csrf]`).First().Attr("value")
	if !ok {
		v.site.t.Fatalf("%s has no token: %d %s", page, answer.Status, answer.Body)
	}
	v.token = token
	return token
}

// Do sends any request. Headers come in pairs of name and value.
func (v *Visitor) Do(method, path string, body io.Reader, contentType string, partial bool, headers ...string) *Answer {
	v.site.t.Helper()
	r := httptest.NewRequest(method, "http://portico.test"+path, body)
	r.RequestURI = path
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if partial {
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Request-Type", "partial")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := v.site.App.Fiber().Test(r, -1)
	if err != nil {
		v.site.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.site.t.Fatalf("%s %s: %v", method, path, err)
	}
	for _, c := range resp.Cookies() {
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
		v.token = "" // it is bound to a cookie
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
}
