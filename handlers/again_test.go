package handlers_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"portico/handlers/handlertest"
)

const sameOrigin, typed21 = "same-origin", "What I wrote\nfor an hour"

// send posts a form as a browser does, which says where it came from.
func send(v *handlertest.Visitor, path string, values url.Values, partial bool) *handlertest.Answer {
	return v.Do("POST", path, strings.NewReader(values.Encode()), "application/x-www-form-urlencoded", partial, "Sec-Fetch-Site", sameOrigin)
}

// hidden are the fields of the page that a form can be sent from once more.
func hidden(a *handlertest.Answer) url.Values {
	values := url.Values{}
	for _, field := range a.Page().Find("form.form input").EachIter() {
		values.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	return values
}

func TestAFormThatWasOpenForTooLongIsSentAgain(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.Nobody()
	signIn(v, "customer@maple.test", demoPassword, "")
	old := v.Token()
	// They sign in anew in another tab: the session that the form was made for is over.
	signIn(v, "customer@maple.test", demoPassword, "")

	body := form("csrf", old, "language", "fr", "theme", "dark", "zone", "UTC", "note", typed21, "password", "hunter2hunter2")
	body["many"] = []string{"1", "2"}
	got := send(v, "/preferences", body, false)
	if got.Status != 403 || got.Text("h1") != "Send it once more" || !strings.Contains(got.Text("blockquote"), "for an hour") {
		t.Fatalf("%d %s", got.Status, got.Text("h1"))
	}
	if strings.Contains(got.Body, "hunter2") || !got.Has(`input[type=password][name=password]`) {
		t.Error("a secret comes back")
	}
	again := hidden(got)
	if again.Get("note") != typed21 || len(again["many"]) != 2 || again.Get("csrf") == old {
		t.Errorf("%v", again)
	}
	if got := send(v, got.Page().Find("form.form").AttrOr("action", ""), again, false); got.Status != 303 {
		t.Errorf("sent again: %d", got.Status)
	}

	part := send(v, "/preferences", body, true)
	if token := part.Header.Get("X-CSRF-Token"); part.Status != 403 || part.Header.Get("HX-Retarget") != "#alert" || token == "" ||
		send(v, "/preferences", form("csrf", token, "language", "en", "zone", "UTC"), false).Status != 303 {
		t.Errorf("as a part: %d, %v", part.Status, part.Header)
	}
	if got := send(v, "/preferences", form("language", "en", "zone", "UTC"), false); got.Status != 403 || hidden(got).Get("zone") != "UTC" {
		t.Errorf("without a token, from a page of ours: %d", got.Status)
	}
	for name, refused := range map[string]*handlertest.Answer{
		"by somebody else":    send(site.As("colleague@maple.test"), "/preferences", body, false),
		"with a made-up one":  send(v, "/preferences", form("csrf", "made up", "note", typed21), false),
		"without any, by who": v.Do("POST", "/preferences", strings.NewReader("note=for+an+hour"), "application/x-www-form-urlencoded", false),
		"from elsewhere":      v.Do("POST", "/preferences", strings.NewReader(body.Encode()), "application/x-www-form-urlencoded", false, "Sec-Fetch-Site", "cross-site"),
	} {
		if refused.Status != 403 || strings.Contains(refused.Body, "for an hour") || refused.Header.Get("X-CSRF-Token") != "" {
			t.Errorf("%s: %d %q", name, refused.Status, refused.Text("h1"))
		}
	}
}

// Forms with files come in parts, and are read in another way.
func TestAReplyThatWasOpenForTooLongIsSentAgain(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.Nobody()
	signIn(v, "agent@boreal.test", demoPassword, "")
	old := v.Token()
	signIn(v, "agent@boreal.test", demoPassword, "")
	body := "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + old +
		"\r\n--b\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a.txt\"\r\n\r\nin a file\r\n--b\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n" +
		typed21 + "\r\n--b--\r\n"
	got := v.Do("POST", "/cases/CS0001883/replies", strings.NewReader(body), "multipart/form-data; boundary=b", false, "Sec-Fetch-Site", sameOrigin)
	if got.Status != 403 || hidden(got).Get("body") != typed21 || !strings.Contains(got.Text(".lead"), "Files") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestWhoWasSignedOutMeanwhileLosesNothing(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.Nobody()
	signIn(v, "customer@maple.test", demoPassword, "")
	body := form("csrf", v.Token(), "language", "fr", "zone", "UTC", "note", typed21)
	if _, err := site.DB.Pool().Exec(context.Background(), `delete from sessions`); err != nil {
		t.Fatal(err)
	}
	if got := send(v, "/preferences", body, true); got.Status != 401 || got.Header.Get("HX-Retarget") != "#alert" {
		t.Errorf("as a part: %d", got.Status)
	}
	first := send(v, "/preferences", body, false)
	if first.Status != 401 || hidden(first).Get("note") != typed21 || !first.Has(`a[href="/sign-in"][target=_blank]`) {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	signIn(v, "colleague@maple.test", demoPassword, "")
	if got := send(v, "/preferences", hidden(first), false); got.Status != 403 || strings.Contains(got.Body, "for an hour") {
		t.Errorf("who signed in as somebody else: %d", got.Status)
	}
	signIn(v, "customer@maple.test", demoPassword, "")
	second := send(v, "/preferences", hidden(first), false)
	if second.Status != 403 || hidden(second).Get("note") != typed21 {
		t.Fatalf("signed in again: %d", second.Status)
	}
	if got := send(v, "/preferences", hidden(second), false); got.Status != 303 {
		t.Errorf("sent for the last time: %d", got.Status)
	}
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	for _, next := range []string{
		"https://elsewhere.test/", "//elsewhere.test", "///elsewhere.test", `/\elsewhere.test`, `\\elsewhere.test`, `/\/elsewhere.test`, "/\t/elsewhere.test",
		"/\n/elsewhere.test", "/\r\nSet-Cookie: x=y", "\t//elsewhere.test", " //elsewhere.test", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
		"data:text/html,x", "http://portico.test/", "//portico.test@elsewhere.test", "https:elsewhere.test", "elsewhere.test", "?next=//elsewhere.test",
		"/\x00/elsewhere.test", "/\x7f", "//user:pass@elsewhere.test/", "/%zz", "\u2028//elsewhere.test",
	} {
		if got := signIn(site.Nobody(), "customer@maple.test", demoPassword, next); got.Status != 303 || got.Location() != "/" {
			t.Errorf("next %q leads to %q", next, got.Location())
		}
		if got := site.As("customer@maple.test").Get("/sign-in?next=" + url.QueryEscape(next)); got.Location() != "/" {
			t.Errorf("signed in, next %q leads to %q", next, got.Location())
		}
	}
	for _, own := range []string{"/", "/cases?q=a%20b&page=2#list", "/items/report-issue", "/%2F/elsewhere.test", "/a@b"} {
		if got := signIn(site.Nobody(), "customer@maple.test", demoPassword, own); got.Location() != own {
			t.Errorf("next %q leads to %q", own, got.Location())
		}
	}
}
