package torture

import (
	"net/http"
	"time"

	"portico/cmd/portico/programtest"
)

// measures are what must not pile up.
type measures struct{ goroutines, connections, memory float64 }

// measure asks the portal.
func (w *world) measure() measures {
	w.t.Helper()
	values := w.portal.Metrics()
	return measures{values["go_goroutines"], values["portico_database_connections_open"], values["process_resident_memory_bytes"]}
}

// bounded tells of what has piled up since before.
func (w *world) bounded(before, now measures) {
	w.t.Helper()
	if now.goroutines > before.goroutines+200 || now.connections > before.connections+20 || now.memory > 2*before.memory+100e6 {
		w.t.Errorf("it piles up: %+v, before %+v", now, before)
	}
}

// stream is a page that listens, again whenever it was cut off.
type stream struct{ names chan string }

// listens opens a stream for as long as the test lasts.
func (c *client) listens(path string) *stream {
	s := &stream{names: make(chan string, 1000)}
	listener := &http.Client{Jar: c.http.Jar}
	c.w.listening.Go(func() {
		for {
			c.hear(listener, path, s.names)
			if !pause(c.w.t.Context(), 100*time.Millisecond) {
				return
			}
		}
	})
	return s
}

func (c *client) hear(listener *http.Client, path string, names chan<- string) {
	request, err := http.NewRequestWithContext(c.w.t.Context(), http.MethodGet, *c.w.address.Load()+path, nil)
	if err != nil {
		c.w.fail("%v", err)
		return
	}
	request.Header.Set("Accept", "text/event-stream")
	r, err := listener.Do(request)
	if err != nil {
		return
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK && (r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "") {
		c.w.fail("a stream: %d", r.StatusCode)
	}
	_ = programtest.Names(r.Body, func(name string) {
		select {
		case names <- name:
		default: // nobody asks for so many
		}
	})
}

// within makes a change, and tells whether the stream tells of it in some time.
func (s *stream) within(d time.Duration, change func()) bool {
	for len(s.names) > 0 {
		<-s.names
	}
	change()
	select {
	case <-s.names:
		return true
	case <-time.After(d):
		return false
	}
}
