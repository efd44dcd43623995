package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/valyala/fasthttp"
)

// portal is the one that is measured, as a browser reaches it.
type portal struct {
	url    *url.URL
	client *fasthttp.HostClient
	accept string // Accept-Encoding
}

func newPortal(at *url.URL, accept string) *portal {
	return &portal{url: at, accept: accept, client: &fasthttp.HostClient{
		Addr: hostPort(at), IsTLS: at.Scheme == "https",
		MaxConns: 4096, MaxIdleConnDuration: time.Minute, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		ReadBufferSize: 16 << 10, NoDefaultUserAgentHeader: true, MaxIdemponentCallAttempts: 1,
	}}
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "https" {
		return u.Host + ":443"
	}
	return u.Host + ":80"
}

// visitor is somebody who is signed in.
type visitor struct {
	portal  *portal
	who     policy.Actor
	session db.Session
	cookie  string
	csrf    string // of the visitor's forms, once a page was seen
}

// signIn begins a session of somebody as the portal would, without asking for their password.
func (b *bench) signIn(ctx context.Context, person int64) (*visitor, error) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // it never fails
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	hash := sha256.Sum256([]byte(token))
	now := time.Now()
	s := db.Session{TokenHash: hash[:], PersonID: person, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(db.SessionLife), Device: "portico bench"}
	if err := b.db.BeginSession(ctx, &s); err != nil {
		return nil, err
	}
	b.sessions = append(b.sessions, s)
	in, err := b.db.Session(ctx, hash[:], now)
	if err != nil {
		return nil, fmt.Errorf("sign in person %d: %w", person, err)
	}
	name := "portico="
	if b.portal.url.Scheme == "https" {
		name = "__Host-portico="
	}
	return &visitor{portal: b.portal, session: s, cookie: name + token,
		who: policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}}, nil
}

// signOut ends all sessions that this run began.
func (b *bench) signOut(ctx context.Context) error {
	var failed error
	for _, s := range b.sessions {
		if err := b.db.EndSession(ctx, s.PersonID, s.ID); err != nil && !errors.Is(err, db.ErrNotFound) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// answer is what the portal answered; it holds until the next request of the same asker.
type answer struct {
	status   int
	location string
	body     []byte
}

// asker sends one request after the other, in the same memory.
type asker struct {
	*visitor
	request  fasthttp.Request
	response fasthttp.Response
	form     fasthttp.Args
}

func (v *visitor) asker() *asker { return &asker{visitor: v} }

// get asks for a page, or for a part of one as htmx does.
func (a *asker) get(path string, partial bool) (answer, error) {
	a.prepare(fasthttp.MethodGet, path, partial)
	return a.send(path)
}

// post sends a form, with its token.
func (a *asker) post(path string, partial bool, form url.Values) (answer, error) {
	a.prepare(fasthttp.MethodPost, path, partial)
	a.form.Reset()
	for key, values := range form {
		for _, v := range values {
			a.form.Add(key, v)
		}
	}
	a.form.Set("csrf", a.csrf)
	a.request.Header.SetContentType("application/x-www-form-urlencoded")
	a.request.SetBody(a.form.QueryString())
	return a.send(path)
}

func (a *asker) prepare(method, path string, partial bool) {
	r := &a.request
	r.Reset()
	r.Header.SetMethod(method)
	r.SetRequestURI(a.portal.url.Scheme + "://" + a.portal.url.Host + path)
	r.Header.Set("Cookie", a.cookie)
	r.Header.Set("User-Agent", "portico bench")
	if a.portal.accept != "" {
		r.Header.Set("Accept-Encoding", a.portal.accept)
	}
	if partial {
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Request-Type", "partial")
	}
}

func (a *asker) send(path string) (answer, error) {
	a.response.Reset()
	if err := a.portal.client.Do(&a.request, &a.response); err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", a.request.Header.Method(), path, err)
	}
	got := answer{status: a.response.StatusCode(), body: a.response.Body()}
	got.location = string(a.response.Header.Peek("HX-Redirect"))
	if got.location == "" {
		got.location = string(a.response.Header.Peek("Location"))
	}
	return got, nil
}

// ok is what an answer must be.
func ok(got answer, err error) error {
	if err == nil && got.status != fasthttp.StatusOK {
		err = fmt.Errorf("the portal answered %d, not 200: %.300s", got.status, got.body)
	}
	return err
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// see reads a page as text, and remembers the token of its forms.
func (v *visitor) see(path string, partial bool) (string, error) {
	a := v.asker()
	a.prepare(fasthttp.MethodGet, path, partial)
	a.request.Header.Del("Accept-Encoding")
	got, err := a.send(path)
	if err := ok(got, err); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if found := csrfField.FindSubmatch(got.body); found != nil {
		v.csrf = string(bytes.Clone(found[1]))
	}
	return string(got.body), nil
}
