package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
)

// How a copy goes: with a drain, so that those who send requests hear of it before, and without.
func TestGoing(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.start(1, "--drain", "5m")
	c.start(1)
	in := c.as("customer@maple.test")
	t.Run("while it drains it serves, but is not ready", func(t *testing.T) { c.drains(t, c.running[0], in[0]) })
	t.Run("what is under way is finished", func(t *testing.T) { c.finishes(t, c.running[1], in[1]) })
}

func (c *copies) drains(t *testing.T, p *programtest.Program, v *programtest.Visitor) {
	before := v.Hear("/live?on=cases")
	if got := closes(t, v, "/cases"); got {
		t.Error("connections end with an answer though nothing was said of stopping")
	}
	if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	got := v.Until("/readyz", http.StatusServiceUnavailable)
	if !strings.Contains(got.Text, "stopping") || got.Header.Get("Retry-After") == "" {
		t.Errorf("it does not say why it is not ready, or when to come back: %s", got.Text)
	}
	if got := v.Get("/healthz"); got.Status != http.StatusOK {
		t.Errorf("it is not alive while it drains: %d", got.Status)
	}
	for _, path := range []string{"/cases", "/healthz", "/nowhere"} {
		if !closes(t, v, path) {
			t.Errorf("the connection stays on this copy after %s", path)
		}
	}
	meanwhile := v.Hear("/live?on=cases")
	open(t, v, "while it drains")
	programtest.Await(t, before, "cases")
	programtest.Await(t, meanwhile, "cases")

	if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.End()
	if status, ok := p.Cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("the second signal does not end it at once: %v", p.Cmd.ProcessState)
	}
}

// closes tells whether an answer says that its connection ends with it.
func closes(t *testing.T, v *programtest.Visitor, path string) bool {
	t.Helper()
	got, err := v.Client.Get(v.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if _, err := io.Copy(io.Discard, got.Body); err != nil {
		t.Fatal(err)
	}
	return got.Close
}

// finishes stops a copy while a form is on its way, a page listens, and a connection is kept for later.
func (c *copies) finishes(t *testing.T, p *programtest.Program, v *programtest.Visitor) {
	number := open(t, v, "before it stops")
	at, err := url.Parse(v.URL)
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, k := range v.Client.Jar.Cookies(at) {
		cookies = append(cookies, k.Name+"="+k.Value)
	}
	head := func(method, path string, more ...string) string {
		lines := append([]string{method + " " + path + " HTTP/1.1", "Host: " + at.Host, "Cookie: " + strings.Join(cookies, "; ")}, more...)
		return strings.Join(lines, "\r\n") + "\r\n\r\n"
	}
	kept, sending, listening := dial(t, at.Host), dial(t, at.Host), v.Listen("/live?on=cases")
	if got := kept.says(t, head(http.MethodGet, "/sessions")); got.StatusCode != http.StatusOK || got.Close {
		t.Fatalf("%s, and the connection is closed: %t", got.Status, got.Close)
	}
	page := v.Get("/cases/" + number)
	form := url.Values{"csrf": {page.Field("csrf")}, "submission": {page.Field("submission")}, "body": {"Sent slowly."}}.Encode()
	_, err = io.WriteString(sending, head(http.MethodPost, "/cases/"+number+"/replies", "Content-Type: application/x-www-form-urlencoded",
		fmt.Sprintf("Content-Length: %d", len(form)))+form[:10])
	if err != nil {
		t.Fatal(err)
	}
	dial(t, at.Host).says(t, head(http.MethodGet, "/healthz")) // then what was dialled earlier has been accepted too
	if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	programtest.Until(t, func() bool {
		conn, err := net.DialTimeout("tcp", at.Host, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	}, "it listens no more")
	<-listening
	if _, err := kept.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a connection without a request is not closed: %v", err)
	}
	if got := sending.says(t, form[10:]); got.StatusCode != http.StatusSeeOther || !got.Close {
		t.Errorf("%s, and the connection is closed: %t", got.Status, got.Close)
	}
	p.End()
	if p.Err != nil {
		t.Errorf("it does not end well: %v\n%s", p.Err, &p.Stderr)
	}
	var found int
	if c.ask(&found, `select count(*) from events where case_id = $1 and body = 'Sent slowly.'`, id(t, number)); found != 1 {
		t.Errorf("the reply stands there %d times", found)
	}
}

// wire is a connection on which requests are written by hand.
type wire struct {
	net.Conn
	answers *bufio.Reader
}

func dial(t *testing.T, address string) wire {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, programtest.Patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(programtest.Patience)); err != nil {
		t.Fatal(err)
	}
	return wire{conn, bufio.NewReader(conn)}
}

// says sends the rest of a request, and reads its answer.
func (w wire) says(t *testing.T, text string) *http.Response {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadResponse(w.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if _, err := io.Copy(io.Discard, got.Body); err != nil {
		t.Fatal(err)
	}
	return got
}
