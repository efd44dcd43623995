package handlers

import (
	"bytes"
	"container/list"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"portico/views"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"
)

// What a connection may take before it has asked anything.
const (
	firstWait  = 30 * time.Second // to begin: browsers open connections to have them at hand
	headWait   = 10 * time.Second // to send a request's headers, once they have begun
	headerRoom = 16 << 10         // that headers fit in; those that don't are answered 431
	refuseWait = 5 * time.Second  // the same, to be told that there is no room
	refusals   = 64               // connections that are told so at once
)

// Door is a listener for a portal that anybody can reach. It holds a bounded number of connections and lets one in only
// when it has a request to make: until then it costs a few kilobytes, and when all places are taken, who has waited
// longest without asking makes room. Who finds none is told so, with 503. It goes on when descriptors run out.
type Door struct {
	net.Listener
	places int
	log    *slog.Logger
	asking chan *guest   // have sent a request's headers
	shut   chan struct{} // closed when nobody comes in any more
	failed error         // why; to be read after shut
	lobby  sync.WaitGroup

	mu      sync.Mutex
	closing bool
	guests  int
	waiting list.List // of *guest: who has no request under way, longest waiting first
	told    time.Time // when the log last heard that it is full

	refusing chan struct{}
	held     prometheus.Gauge
	turned   prometheus.Counter
}

// Door makes a door of a listener, for so many connections at once. The portal's server is to listen to it.
func (a *App) Door(l net.Listener, places int) *Door {
	return newDoor(l, places, a.Log, a.Metrics.connections, a.Metrics.turned)
}

func newDoor(l net.Listener, places int, log *slog.Logger, held prometheus.Gauge, turned prometheus.Counter) *Door {
	d := &Door{
		Listener: l, places: max(places, 1), log: log, asking: make(chan *guest), shut: make(chan struct{}),
		refusing: make(chan struct{}, refusals), held: held, turned: turned,
	}
	go d.open()
	return d
}

// Accept gives the next connection that has a request to make. After Close, those that were just making one still come.
func (d *Door) Accept() (net.Conn, error) {
	select {
	case g := <-d.asking:
		return g, nil
	case <-d.shut:
		return nil, d.failed
	}
}

// Close lets nobody in any more. Who is at the door gets a second to finish a request's headers.
func (d *Door) Close() error {
	d.mu.Lock()
	d.closing = true
	for e := d.waiting.Front(); e != nil; e = e.Next() {
		if g := e.Value.(*guest); g.outside {
			_ = g.SetReadDeadline(time.Now().Add(time.Second))
		}
	}
	d.mu.Unlock()
	return d.Listener.Close()
}

// open takes connections until the listener is closed.
func (d *Door) open() {
	defer close(d.shut)
	for pause := time.Millisecond; ; {
		conn, err := d.Listener.Accept()
		switch {
		case err == nil:
			pause = time.Millisecond
			d.receive(conn)
		case scarce(err):
			d.full("connections can't be taken", err)
			d.sendAway(time.Second)
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
		default:
			d.lobby.Wait()
			d.failed = err
			return
		}
	}
}

// scarce tells whether a connection could not be taken for reasons that pass.
func scarce(err error) bool {
	for _, passing := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

func (d *Door) receive(conn net.Conn) {
	g := &guest{Conn: conn, door: d, outside: true, since: time.Now()}
	if !d.enter(g) && (!d.sendAway(0) || !d.enter(g)) {
		d.full("no room for more connections", nil)
		d.turned.Inc()
		select {
		case d.refusing <- struct{}{}:
			go d.refuse(conn)
		default:
			_ = conn.Close()
		}
		return
	}
	d.lobby.Add(1)
	go g.begin()
}

func (d *Door) enter(g *guest) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.guests >= d.places {
		return false
	}
	d.guests++
	d.held.Inc()
	g.place = d.waiting.PushBack(g)
	return true
}

// sendAway closes the connection that has waited longest without a request, if it has for that long; false if there is
// none.
func (d *Door) sendAway(least time.Duration) bool {
	d.mu.Lock()
	first := d.waiting.Front()
	if first == nil || time.Since(first.Value.(*guest).since) < least {
		d.mu.Unlock()
		return false
	}
	g := first.Value.(*guest)
	g.leave()
	d.mu.Unlock()
	d.turned.Inc()
	_ = g.Conn.Close()
	return true
}

// refuse says that there is no room. It reads the request first: an answer to an unread one may get lost.
func (d *Door) refuse(conn net.Conn) {
	defer func() { <-d.refusing }()
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(refuseWait))
	g := &guest{Conn: conn, door: d}
	if g.readHead(func() {}) != nil {
		return
	}
	words := ""
	for _, lang := range views.Languages {
		words += views.T(lang, "error.full.text") + "\n"
	}
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"+
		"Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(words), words)
}

// full tells the log, once a minute.
func (d *Door) full(what string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Since(d.told) > time.Minute {
		d.told = time.Now()
		d.log.Warn(what, "connections", d.guests, "error", err)
	}
}

// crowded tells whether so many are in that nobody should stay without a reason.
func (d *Door) crowded() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return 2*d.guests > d.places
}

// guest is one connection.
type guest struct {
	net.Conn
	door *Door
	head []byte    // what it said at the door; to be read first
	ends time.Time // by when what is being written has to be

	outside bool // guarded by the door, as is all below
	gone    bool
	place   *list.Element // among those who wait; nil while it has a request under way
	since   time.Time     // when it began to
}

// begin waits for the first request's headers, and then comes in.
func (g *guest) begin() {
	defer g.door.lobby.Done()
	g.door.mu.Lock()
	wait := firstWait
	if g.door.closing {
		wait = time.Second
	}
	_ = g.SetReadDeadline(time.Now().Add(wait))
	g.door.mu.Unlock()

	err := g.readHead(g.hasBegun)
	var late net.Error
	if err != nil {
		if errors.As(err, &late) && late.Timeout() && len(g.head) > 0 {
			_, _ = fmt.Fprintf(g, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", http.StatusRequestTimeout, http.StatusText(http.StatusRequestTimeout))
		}
		_ = g.Close()
		return
	}
	g.door.mu.Lock()
	g.outside = false
	g.stand(false)
	g.door.mu.Unlock()
	_ = g.SetReadDeadline(time.Time{})
	g.door.asking <- g // a server that listens takes it; it does so until the door is shut, which waits for this
}

// hasBegun gives a request's headers their time.
func (g *guest) hasBegun() {
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	if !g.door.closing {
		_ = g.SetReadDeadline(time.Now().Add(headWait))
	}
}

// readHead reads until a request's headers have ended, or are too long. It tells when they have begun.
func (g *guest) readHead(begun func()) error {
	head := make([]byte, 0, 512)
	for len(head) < headerRoom {
		if len(head) == cap(head) {
			head = append(head, 0)[:len(head)]
		}
		n, err := g.Conn.Read(head[len(head):cap(head)])
		if len(head) == 0 && n > 0 {
			begun()
		}
		fresh := max(0, len(head)-3) // the end may have begun with what was there
		head = head[:len(head)+n]
		g.head = head
		if err != nil {
			return err
		}
		// Empty lines before a request are no headers: who sends only these has asked nothing.
		fresh = max(fresh, len(head)-len(bytes.TrimLeft(head, "\r\n")))
		if bytes.Contains(head[fresh:], []byte("\n\r\n")) || bytes.Contains(head[fresh:], []byte("\n\n")) {
			return nil
		}
	}
	return nil
}

// stand notes whether a connection waits, without a request under way. The door is locked.
func (g *guest) stand(waits bool) {
	switch {
	case waits && g.place == nil && !g.gone:
		g.place, g.since = g.door.waiting.PushBack(g), time.Now()
	case !waits && g.place != nil:
		g.door.waiting.Remove(g.place)
		g.place = nil
	}
}

// Read gives first what was said at the door.
func (g *guest) Read(p []byte) (int, error) {
	if len(g.head) > 0 {
		n := copy(p, g.head)
		if g.head = g.head[n:]; len(g.head) == 0 {
			g.head = nil
		}
		return n, nil
	}
	return g.Conn.Read(p)
}

// Write fails when a reader takes too little: what is written must go on all the time, and end in time.
func (g *guest) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		until := time.Now().Add(stall)
		if !g.ends.IsZero() && g.ends.Before(until) {
			until = g.ends
		}
		if err = g.Conn.SetWriteDeadline(until); err != nil {
			return n, err
		}
		var wrote int
		wrote, err = g.Conn.Write(p[:min(len(p), 32<<10)])
		n, p = n+wrote, p[wrote:]
	}
	if tcp, ok := g.Conn.(*net.TCPConn); ok && errors.Is(err, os.ErrDeadlineExceeded) {
		_ = tcp.SetLinger(0) // the system shall not go on for us
	}
	return n, err
}

// SetWriteDeadline says by when what is written has to be; the zero time leaves it to its going on.
func (g *guest) SetWriteDeadline(t time.Time) error {
	g.ends = t
	return nil
}

// SetDeadline bounds both directions.
func (g *guest) SetDeadline(t time.Time) error {
	g.ends = t
	return g.Conn.SetReadDeadline(t)
}

// Close makes room for somebody else. It may be called again.
func (g *guest) Close() error {
	g.door.mu.Lock()
	first := g.leave()
	g.door.mu.Unlock()
	if !first {
		return nil
	}
	return g.Conn.Close()
}

// leave gives a connection's place free; false if it has left already. The door is locked.
func (g *guest) leave() bool {
	g.stand(false)
	if g.gone {
		return false
	}
	g.gone = true
	g.door.guests--
	g.door.held.Dec()
	return true
}

// noteState hears from the server what its connections are about.
func noteState(c net.Conn, state fasthttp.ConnState) {
	g, ok := c.(*guest)
	if !ok || state != fasthttp.StateIdle && state != fasthttp.StateActive {
		return
	}
	g.ends = time.Time{} // it was the last answer's: what is written before the next one has its own time to go on
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.stand(state == fasthttp.StateIdle)
}
