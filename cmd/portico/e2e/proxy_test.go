package e2e

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// habit is what a proxy does to answers on their way.
type habit string

const (
	passes   habit = "passes"
	collects habit = "collects" // gives on an answer when it is whole
	holds    habit = "holds"    // gives on its headers at once, and the rest when it is whole
	cuts     habit = "cuts"     // breaks off what takes longer than a moment
	drops    habit = "drops"    // hangs up, but on pages that listen
	strips   habit = "strips"   // says of streams that they are plain text
)

// moment is how long a proxy that cuts lets an answer take.
const moment = 700 * time.Millisecond

// proxy stands between browsers and the portal.
type proxy struct {
	*httptest.Server
	portal string

	mu    sync.Mutex
	habit habit
	open  map[string]int // answers to /live that are under way, by what was asked for
	most  int            // of them at once, those apart that don't wait
	asked map[string]int // so many so far
}

func newProxy(t *testing.T, h habit) *proxy {
	t.Helper()
	p := &proxy{portal: portal(t), habit: h, open: map[string]int{}, asked: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() { p.CloseClientConnections(); p.Close() })
	return p
}

// ServeHTTP passes a request on, and its answer as the habit is.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := p.begin(r)
	defer p.end(r)
	if h == drops && way(r) == "" {
		panic(http.ErrAbortHandler)
	}
	ctx := r.Context()
	if h == cuts {
		short, cut := context.WithTimeout(ctx, moment)
		defer cut()
		ctx = short
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, p.portal+r.URL.RequestURI(), r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header, out.Host, out.ContentLength = r.Header.Clone(), r.Host, r.ContentLength
	in, err := http.DefaultTransport.RoundTrip(out)
	if err != nil { // the browser has gone, or the portal
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = in.Body.Close() }()
	var whole []byte
	if h == collects {
		whole, err = io.ReadAll(in.Body)
	}
	for name, values := range in.Header {
		w.Header()[name] = values
	}
	if h == strips && way(r) == "stream" {
		w.Header().Set("Content-Type", "text/plain")
	}
	w.WriteHeader(in.StatusCode)
	switch h {
	case collects:
		_, _ = w.Write(whole)
	case holds:
		_ = http.NewResponseController(w).Flush()
		whole, err = io.ReadAll(in.Body)
		_, _ = w.Write(whole)
	default:
		err = give(w, in.Body)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// give gives on what comes as it comes.
func give(w http.ResponseWriter, from io.Reader) error {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		_, _ = w.Write(buffer[:n])
		_ = http.NewResponseController(w).Flush()
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return err
		}
	}
}

// way is by what a page listens: "stream", "wait", "now"; empty for what doesn't listen.
func way(r *http.Request) string {
	if r.URL.Path != "/live" {
		return ""
	}
	if poll := r.URL.Query().Get("poll"); poll != "" {
		return poll
	}
	return "stream"
}

func (p *proxy) begin(r *http.Request) habit {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[way(r)]++
	p.asked[way(r)]++
	if way(r) == "" {
		p.asked[string(p.habit)]++
	}
	p.most = max(p.most, p.open["stream"]+p.open["wait"])
	return p.habit
}

func (p *proxy) end(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[way(r)]--
}

// become changes the proxy's habit: of what is asked for from now on.
func (p *proxy) become(h habit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.habit = h
}

// until waits until it holds of how many listen and how often was asked.
func (p *proxy) until(t *testing.T, what string, holds func(open, asked map[string]int) bool) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	late := time.After(patience)
	for {
		p.mu.Lock()
		done := holds(p.open, p.asked)
		p.mu.Unlock()
		if done {
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("never: %s; under way are %v, of %v", what, p.open, p.asked)
		}
	}
}
