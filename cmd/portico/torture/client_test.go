package torture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/cmd/portico/programtest"
)

// client is somebody who works at the portal, and insists: what is not acknowledged is asked for again.
type client struct {
	w      *world
	ledger *ledger
	email  string
	http   *http.Client
	csrf   string
	chance *rand.Rand
	cases  []string // that they know of, to reply to
}

// client is somebody of the demo, who is signed in.
func (w *world) client(l *ledger, email string) *client {
	w.t.Helper()
	v := programtest.NewVisitor(w.t, *w.address.Load())
	address, err := url.Parse(v.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	v.Client.Jar.SetCookies(address, begun.cookies[email])
	csrf := v.Get("/preferences").Field("csrf")
	if csrf == "" {
		w.t.Fatalf("%s finds no form", email)
	}
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{w: w, ledger: l, email: email, http: v.Client, csrf: csrf,
		chance: rand.New(rand.NewPCG(w.chance.Uint64(), 1))}
}

// beside is somebody else in the same browser, signed in as the client is.
func (c *client) beside() *client {
	return &client{w: c.w, ledger: c.ledger, email: c.email, http: c.http, csrf: c.csrf, chance: rand.New(rand.NewPCG(c.w.chance.Uint64(), 1))}
}

// works has the client do one thing after the other until the world has them finish; each is done before the next.
func (c *client) works(do func()) {
	c.w.working.Go(func() {
		for {
			select {
			case <-c.w.done:
				return
			case <-c.w.t.Context().Done():
				return
			case <-time.After(time.Duration(c.chance.IntN(30)) * time.Millisecond):
				do()
			}
		}
	})
}

// request is what is sent, as often as it takes.
type request struct {
	method, path, kind string
	body               []byte
}

// answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// location is where the answer sends its reader.
func (a answer) location() *url.URL {
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return &url.URL{}
	}
	return u
}

// ask sends a request once. It is false where nobody can tell what became of it: no whole answer came, or one that the
// database is away.
func (c *client) ask(r request) (answer, bool) {
	c.w.gate.RLock()
	defer c.w.gate.RUnlock()
	c.w.moments.pass()
	return c.send(r)
}

func (c *client) send(r request) (answer, bool) {
	w := c.w
	ask, err := http.NewRequestWithContext(w.t.Context(), r.method, *w.address.Load()+r.path, bytes.NewReader(r.body))
	if err != nil {
		w.fail("%s %s: %v", r.method, r.path, err)
		return answer{}, false
	}
	if r.kind != "" {
		ask.Header.Set("Content-Type", r.kind)
	}
	began := time.Now()
	a, err := c.read(ask)
	if err != nil {
		w.cut.Add(1)
		var patience net.Error
		if errors.As(err, &patience) && patience.Timeout() {
			w.fail("%s %s is not answered: %v", r.method, r.path, err)
		}
		return answer{}, false
	}
	if a.status < 500 {
		return a, true
	}
	noRoom := a.status == http.StatusInsufficientStorage
	if noRoom {
		w.full.Add(1)
	} else {
		w.refused(time.Since(began))
	}
	if a.status != http.StatusServiceUnavailable && !noRoom || a.header.Get("Retry-After") == "" || programtest.Inner.Match(a.body) {
		w.fail("%s %s: %d, to come back after %q\n%s\n%s", r.method, r.path, a.status, a.header.Get("Retry-After"), a.body, &w.portal.Stderr)
	}
	return a, false
}

func (c *client) read(ask *http.Request) (answer, error) {
	r, err := c.http.Do(ask)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	return answer{r.StatusCode, r.Header, body}, err
}

// insist asks until there is an answer; false if the test is over before that.
func (c *client) insist(r request) (answer, bool) {
	for {
		if a, ok := c.ask(r); ok {
			return a, true
		}
		if !pause(c.w.t.Context(), 20*time.Millisecond) {
			return answer{}, false
		}
	}
}

// form is one that this client sends: one that was filled in, with or without parts, as browsers do either.
func (c *client) form(path string, fields url.Values) request {
	fields.Set("csrf", c.csrf)
	if c.chance.IntN(2) == 0 {
		return request{http.MethodPost, path, "application/x-www-form-urlencoded", []byte(fields.Encode())}
	}
	return c.parts(path, fields, "", nil)
}

// sees asks for a page.
func (c *client) sees(path string) {
	if a, ok := c.ask(request{method: http.MethodGet, path: path}); ok && a.status != http.StatusOK {
		c.unexpected(path, a)
	}
}

// unexpected tells of an answer that there should never be.
func (c *client) unexpected(what string, a answer) {
	c.w.fail("%s: %s: %d to %q\n%s", c.email, what, a.status, a.header.Get("Location"), strings.TrimSpace(string(a.body)))
}

// text is something that nobody said before.
func (c *client) text(what string) string {
	return fmt.Sprintf("%s by %s: %x, « çà et là »\nand a second line", what, c.email, c.chance.Uint64())
}
