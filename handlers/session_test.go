package handlers_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"portico/handlers/handlertest"
)

const demoPassword = "portico-demo"

func signIn(v *handlertest.Visitor, email, password, next string) *handlertest.Answer {
	return v.Post("/sign-in", url.Values{"email": {email}, "password": {password}, "next": {next}})
}

func TestSigningIn(t *testing.T) {
	site := handlertest.New(t)

	t.Run("leads to where one was going", func(t *testing.T) {
		v := site.Nobody()
		if got := v.Get("/products?account=1"); got.Status != 303 || got.Location() != "/sign-in?next=%2Fproducts%3Faccount%3D1" {
			t.Fatalf("signed out: %d to %q", got.Status, got.Location())
		}
		got := signIn(v, " Customer@Maple.test", demoPassword, "/products?account=1")
		if got.Status != 303 || got.Location() != "/products?account=1" {
			t.Fatalf("%d to %q: %s", got.Status, got.Location(), got.Body)
		}
		if got := v.Get("/products"); got.Status != 200 || !strings.Contains(got.Text(".person-name"), " ") {
			t.Errorf("%d, name %q", got.Status, got.Text(".person-name"))
		}
	})

	t.Run("leads nowhere else", func(t *testing.T) {
		for _, next := range []string{"https://elsewhere.test/", "//elsewhere.test", `/\elsewhere.test`, "/\r\nSet-Cookie: x=y", "javascript:alert(1)"} {
			if got := signIn(site.Nobody(), "customer@maple.test", demoPassword, next); got.Location() != "/" {
				t.Errorf("next %q leads to %q", next, got.Location())
			}
		}
	})

	t.Run("says the same of a wrong password and an unknown address", func(t *testing.T) {
		wrong := signIn(site.Nobody(), "customer@maple.test", "not the password", "")
		unknown := signIn(site.Nobody(), "nobody@maple.test", "not the password", "")
		if wrong.Status != 422 || unknown.Status != 422 {
			t.Fatalf("%d and %d, want 422", wrong.Status, unknown.Status)
		}
		if wrong.Text("#errors") == "" || wrong.Text("#errors") != unknown.Text("#errors") {
			t.Errorf("%q and %q", wrong.Text("#errors"), unknown.Text("#errors"))
		}
		if got := wrong.Page().Find("#email").AttrOr("value", ""); got != "customer@maple.test" {
			t.Errorf("the address typed was lost: %q", got)
		}
	})

	t.Run("is throttled by person", func(t *testing.T) {
		for range 10 {
			signIn(site.Nobody(), "west@maple.test", "not the password", "")
		}
		got := signIn(site.Nobody(), "west@maple.test", demoPassword, "")
		if got.Status != 429 || got.Header.Get("Retry-After") == "" || !strings.Contains(got.Text("#errors"), "min") {
			t.Errorf("%d, retry after %q: %s", got.Status, got.Header.Get("Retry-After"), got.Text("#errors"))
		}
	})

	t.Run("is not throttled by those who know the password", func(t *testing.T) {
		for range 12 {
			if got := signIn(site.Nobody(), "plant@maple.test", demoPassword, ""); got.Status != 303 {
				t.Fatalf("%d", got.Status)
			}
		}
	})

	t.Run("wants its token", func(t *testing.T) {
		got := site.Nobody().Post("/sign-in", url.Values{"email": {"customer@maple.test"}, "password": {demoPassword}, "csrf": {"made up"}})
		if got.Status != 403 || got.Text("h1") == "" {
			t.Errorf("%d %q", got.Status, got.Text("h1"))
		}
	})

	t.Run("speaks the browser's language", func(t *testing.T) {
		got := site.Nobody().Do("GET", "/sign-in", nil, "", false, "Accept-Language", "fr-CA,fr;q=0.9,en;q=0.5")
		if got.Page().Find("html").AttrOr("lang", "") != "fr" || got.Text("h1") != "Connexion" {
			t.Errorf("lang %q, h1 %q", got.Page().Find("html").AttrOr("lang", ""), got.Text("h1"))
		}
	})
}

func TestSessions(t *testing.T) {
	site := handlertest.New(t)
	here, there := site.Nobody(), site.Nobody()
	for _, v := range []*handlertest.Visitor{here, there} {
		if got := signIn(v, "customer@maple.test", demoPassword, ""); got.Status != 303 {
			t.Fatalf("sign in: %d", got.Status)
		}
	}
	page := here.Get("/sessions")
	if n := page.Page().Find("tbody tr").Length(); n != 2 {
		t.Fatalf("%d sessions listed, want 2", n)
	}
	action, _ := page.Page().Find(`form[action$="/end"]`).Attr("action")
	if got := site.As("colleague@maple.test").Post(action, nil); got.Status != 404 {
		t.Errorf("somebody else ends it: %d", got.Status)
	}
	if got := here.Post(action, nil); got.Status != 303 {
		t.Fatalf("end: %d %s", got.Status, got.Body)
	}
	if got := there.Get("/products"); got.Status != 303 || !strings.HasPrefix(got.Location(), "/sign-in") {
		t.Errorf("the ended session still works: %d", got.Status)
	}
	if got := here.Get("/products"); got.Status != 200 {
		t.Errorf("this session ended too: %d", got.Status)
	}
	if got := here.Post("/sign-out", nil); got.Status != 303 {
		t.Fatalf("sign out: %d", got.Status)
	}
	if got := here.Get("/products"); got.Status != 303 {
		t.Errorf("still signed in after signing out: %d", got.Status)
	}
}

func TestForeignPagesCannotPost(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	body := url.Values{"csrf": {v.Token()}, "language": {"fr"}}.Encode()
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.test"}, {"Origin", "null"}} {
		got := v.Do("POST", "/preferences", strings.NewReader(body), "application/x-www-form-urlencoded", false, header[0], header[1])
		if got.Status != 403 {
			t.Errorf("%s: %s: %d, want 403", header[0], header[1], got.Status)
		}
	}
	other := site.As("colleague@maple.test")
	if got := other.Post("/preferences", url.Values{"csrf": {v.Token()}, "language": {"en"}}); got.Status != 403 {
		t.Errorf("somebody else's token: %d, want 403", got.Status)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	site := handlertest.New(t)
	for _, path := range []string{"/sign-in", "/no-such-page", "/status"} {
		got := site.As("customer@maple.test").Get(path)
		policy := got.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: content policy %q", path, policy)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers %v", path, got.Header)
		}
	}
}

func TestWhatGoesWrongIsToldInWords(t *testing.T) {
	site := handlertest.New(t)
	for _, c := range []struct {
		who, path string
		status    int
	}{
		{"customer@maple.test", "/no-such-page", 404},
		{"customer@maple.test", "/cases/CS9999999", 404},
		{"customer@maple.test", "/cases/nonsense", 404},
		{"agent@boreal.test", "/mail", 403},
		{"customer@maple.test", "/static/app.css", 404},
	} {
		t.Run(fmt.Sprintf("%s for %s", c.path, c.who), func(t *testing.T) {
			got := site.As(c.who).Get(c.path)
			if got.Status != c.status || got.Text("h1") == "" || got.Text(".lead") == "" {
				t.Errorf("%d, %q, %q", got.Status, got.Text("h1"), got.Text(".lead"))
			}
			part := site.As(c.who).Partial(c.path)
			if part.Status != c.status || part.Header.Get("HX-Retarget") != "#alert" || strings.Contains(part.Body, "<html") {
				t.Errorf("as a part: %d, to %q: %s", part.Status, part.Header.Get("HX-Retarget"), part.Body)
			}
		})
	}
	if got := site.As("colleague@maple.test").Get("/no-such-page"); got.Page().Find("html").AttrOr("lang", "") != "fr" || !got.Has(".nav a") {
		t.Errorf("an unknown address is told in %q, menu %v", got.Page().Find("html").AttrOr("lang", ""), got.Has(".nav a"))
	}
	if got := site.Nobody().Partial("/products"); got.Status != 401 {
		t.Errorf("a part while signed out: %d, want 401", got.Status)
	}
}

func TestPagesAreCompressed(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	plain := v.Partial("/cases")
	got := v.Do("GET", "/cases", nil, "", true, "Accept-Encoding", "gzip, deflate, br, zstd")
	if got.Status != 200 || got.Header.Get("Content-Encoding") != "gzip" || len(got.Body)*3 > len(plain.Body) {
		t.Fatalf("%d, %q, %d bytes of %d", got.Status, got.Header.Get("Content-Encoding"), len(got.Body), len(plain.Body))
	}
	r, err := gzip.NewReader(strings.NewReader(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != plain.Body {
		t.Errorf("it holds %d bytes, %v; not compressed there are %d", len(text), err, len(plain.Body))
	}
	if got := v.Do("GET", "/cases", nil, "", true, "Accept-Encoding", "gzip;q=0"); got.Header.Get("Content-Encoding") != "" {
		t.Errorf("who doesn't take gzip gets %q", got.Header.Get("Content-Encoding"))
	}
}

func TestATokenDiffersFromPageToPage(t *testing.T) {
	site := handlertest.New(t)
	token := func(v *handlertest.Visitor) string {
		return v.Get("/preferences").Page().Find("input[name=csrf]").First().AttrOr("value", "")
	}
	v := site.As("customer@maple.test")
	first, second := token(v), token(v)
	if first == "" || first == second {
		t.Fatalf("tokens %q and %q", first, second)
	}
	for _, csrf := range []string{first, second} {
		if got := v.Post("/preferences", url.Values{"csrf": {csrf}, "language": {"en"}}); got.Status != 303 {
			t.Errorf("a token of an earlier page: %d", got.Status)
		}
	}
}
