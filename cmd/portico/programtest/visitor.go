package programtest

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Visitor is a browser's worth of a client.
type Visitor struct {
	URL    string
	Client *http.Client

	t testing.TB
}

// NewVisitor is one to whom nothing has happened yet.
func NewVisitor(t testing.TB, address string) *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Visitor{address, &http.Client{Jar: jar, Timeout: Patience}, t}
}

// At is the same visitor, cookies and all, after the portal moved.
func (v *Visitor) At(other *Visitor) *Visitor {
	here, _ := url.Parse(v.URL)
	there, _ := url.Parse(other.URL)
	other.Client.Jar.SetCookies(there, v.Client.Jar.Cookies(here))
	return other
}

// Answer is what came back, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Text   string
	Path   string // where redirects led
}

// String is what to say of an answer that was not expected.
func (a *Answer) String() string { return fmt.Sprintf("%d:\n%s", a.Status, a.Text) }

// Get asks for a page, and goes where it is sent.
func (v *Visitor) Get(path string) Answer {
	v.t.Helper()
	return v.Ask(http.MethodGet, path, nil)
}

// Ask asks for anything. A form that is given is sent; nobody adds a token to it.
func (v *Visitor) Ask(method, path string, form url.Values) Answer {
	v.t.Helper()
	kind := ""
	if form != nil {
		kind = "application/x-www-form-urlencoded"
	}
	return v.do(method, path, strings.NewReader(form.Encode()), kind)
}

func (v *Visitor) do(method, path string, body io.Reader, kind string) Answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, v.URL+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	r, err := v.Client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return Answer{r.StatusCode, r.Header, string(text), r.Request.URL.Path}
}

// Field is the value of the first field of that name in the answer's forms; "" if there is none.
func (a Answer) Field(name string) string {
	found := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(a.Text)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// Send sends a form with the token of the page it stands on.
func (v *Visitor) Send(page, to string, form url.Values) Answer {
	v.t.Helper()
	form = maps.Clone(form)
	shown := v.Get(page)
	if form.Set("csrf", shown.Field("csrf")); form.Get("csrf") == "" {
		v.t.Fatalf("%s has no token:\n%s", page, shown.Text)
	}
	return v.Ask(http.MethodPost, to, form)
}

// Upload sends a form with a file, with the token of the page it stands on.
func (v *Visitor) Upload(page, to string, form url.Values, name, content string) Answer {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("csrf", v.Get(page).Field("csrf")) // it must be known before a file is taken
	for field, values := range form {
		for _, value := range values {
			_ = w.WriteField(field, value)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	_ = w.Close() // a buffer takes everything
	return v.do(http.MethodPost, to, &body, w.FormDataContentType())
}

// SignIn signs in through the form, as anybody would.
func (v *Visitor) SignIn(email, password string) {
	v.t.Helper()
	got := v.Send("/sign-in", "/sign-in", url.Values{"email": {email}, "password": {password}})
	if !v.SignedIn() {
		v.t.Fatalf("%s can't sign in: %d\n%s", email, got.Status, got.Text)
	}
}

// SignedIn tells whether a page for people who are signed in shows.
func (v *Visitor) SignedIn() bool {
	v.t.Helper()
	got := v.Get("/sessions")
	return got.Status == http.StatusOK && got.Path == "/sessions"
}

// Until asks for a page again and again until it answers as wanted.
func (v *Visitor) Until(path string, status int) Answer {
	v.t.Helper()
	var got Answer
	Until(v.t, func() bool {
		got = v.Get(path)
		return got.Status == status
	}, "%s answers %d; last it was %s", path, status, &got)
	return got
}
