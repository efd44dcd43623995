package handlers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/views"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"
)

const hasty = 50 * time.Millisecond

// doored is a server behind a door, whose answers to /held wait until they are let go, and those to /hasty have little
// time to be read.
type doored struct {
	t      *testing.T
	door   *Door
	held   chan struct{} // one for each request that has come to be held
	letGo  chan struct{}
	served chan error
}

func behindDoor(t *testing.T, places int, wrap func(net.Listener) net.Listener) *doored {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &doored{t: t, held: make(chan struct{}, 100), letGo: make(chan struct{}), served: make(chan error, 1)}
	d.door = newDoor(wrap(l), places, slog.New(slog.DiscardHandler), prometheus.NewGauge(prometheus.GaugeOpts{}), prometheus.NewCounter(prometheus.CounterOpts{}))
	server := &fasthttp.Server{ConnState: noteState, ReadBufferSize: headerRoom, IdleTimeout: time.Minute, Handler: func(c *fasthttp.RequestCtx) {
		if string(c.Path()) == "/held" {
			d.held <- struct{}{}
			<-d.letGo
		}
		c.SetBodyString("here")
	}}
	server.HeaderReceived = func(h *fasthttp.RequestHeader) (its fasthttp.RequestConfig) {
		if string(h.RequestURI()) == "/hasty" {
			its.WriteTimeout = hasty
		}
		return its
	}
	go func() { d.served <- server.Serve(d.door) }()
	t.Cleanup(func() { _ = d.door.Close() })
	return d
}

func asIs(l net.Listener) net.Listener { return l }

// caller is one connection to it.
type caller struct {
	net.Conn
	answers *bufio.Reader
	t       *testing.T
}

func (d *doored) call() *caller {
	d.t.Helper()
	c, err := net.Dial("tcp", d.door.Addr().String())
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	return &caller{c, bufio.NewReader(c), d.t}
}

func (c *caller) asks(path string) *caller {
	_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	return c
}

func (c *caller) hears(status int) (string, http.Header) {
	c.t.Helper()
	r, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil || r.StatusCode != status {
		c.t.Errorf("%d %q, %v; want %d", r.StatusCode, body, err, status)
	}
	return string(body), r.Header
}

func (c *caller) closed() {
	c.t.Helper()
	if n, err := io.Copy(io.Discard, c.answers); n > 0 || errors.Is(err, fasthttp.ErrTimeout) {
		c.t.Errorf("not closed: %d bytes, %v", n, err)
	}
}

func TestIdleConnectionsMakeRoom(t *testing.T) {
	d := behindDoor(t, 2, asIs)
	kept := d.call().asks("/")
	kept.hears(200) // and idle from then on
	silent := d.call()
	for range 3 {
		d.call().asks("/").hears(200)
	}
	kept.closed()
	silent.closed()
}

func TestWhoFindsNoRoomIsTold(t *testing.T) {
	d := behindDoor(t, 2, asIs)
	first, second := d.call().asks("/held"), d.call().asks("/held")
	<-d.held
	<-d.held
	words, header := d.call().asks("/").hears(503)
	for _, lang := range views.Languages {
		if !strings.Contains(words, views.T(lang, "error.full.text")) {
			t.Errorf("it says %q", words)
		}
	}
	if header.Get("Retry-After") == "" || !d.door.crowded() {
		t.Errorf("%v", header)
	}
	close(d.letGo)
	first.hears(200)
	second.hears(200)
	d.call().asks("/").hears(200)
}

// short is a listener whose system runs short of something, now and then.
type short struct {
	net.Listener
	failures atomic.Int32
}

func (s *short) Accept() (net.Conn, error) {
	if n := s.failures.Add(1); n%2 == 1 && n < 9 {
		return nil, &net.OpError{Op: "accept", Err: []error{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, syscall.ENOBUFS}[n/2]}
	}
	return s.Listener.Accept()
}

func TestTheDoorOutlastsAShortage(t *testing.T) {
	d := behindDoor(t, 10, func(l net.Listener) net.Listener { return &short{Listener: l} })
	for range 8 {
		d.call().asks("/").hears(200)
	}
	select {
	case err := <-d.served:
		t.Errorf("the server has ended: %v", err)
	default:
	}
}

// A request that is being sent when the portal stops is answered; who only waits is let go.
func TestClosingTheDoor(t *testing.T) {
	d := behindDoor(t, 10, asIs)
	silent, asking := d.call(), d.call()
	_, _ = io.WriteString(asking, "GET / HTTP/1.1\r\nHo")
	for d.standing() < 2 { // both are at the door
		d.call().asks("/").hears(200)
	}
	if err := d.door.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(asking, "st: x\r\n\r\n")
	asking.hears(200)
	silent.closed()
	if err := <-d.served; err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

// standing counts the connections that have not asked anything yet.
func (d *doored) standing() (n int) {
	d.door.mu.Lock()
	defer d.door.mu.Unlock()
	for e := d.door.waiting.Front(); e != nil; e = e.Next() {
		if e.Value.(*guest).outside {
			n++
		}
	}
	return n
}

// attentive is a listener that tells when what came on a connection has been looked at, and more is asked for.
type attentive struct {
	net.Listener
	more chan struct{}
}

func (a *attentive) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	return &listenedTo{Conn: c, more: a.more}, err
}

type listenedTo struct {
	net.Conn
	more chan struct{}
	has  bool // something came
}

func (c *listenedTo) Read(p []byte) (int, error) {
	if c.has {
		c.more <- struct{}{}
	}
	n, err := c.Conn.Read(p)
	c.has = n > 0
	return n, err
}

func TestEmptyLinesAskNothing(t *testing.T) {
	more := make(chan struct{}, 100)
	d := behindDoor(t, 2, func(l net.Listener) net.Listener { return &attentive{l, more} })
	var silent []*caller
	for range 2 {
		c := d.call()
		_, _ = fmt.Fprint(c, "\r\n\r\n")
		<-more
		silent = append(silent, c)
	}
	for range 3 {
		d.call().asks("/").hears(200)
		<-more // it is waited for the next request
	}
	silent[0].closed()
	late := d.call()
	_, _ = fmt.Fprint(late, "\r\n\r\n\n")
	<-more
	late.asks("/").hears(200)
}

func TestAnAnswersTimeIsNotTheNextOnes(t *testing.T) {
	d := behindDoor(t, 2, asIs)
	kept := d.call().asks("/hasty")
	kept.hears(200)
	<-time.After(2 * hasty) // that answer's time is over
	_, _ = fmt.Fprint(kept, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
	kept.hears(100)
	_, _ = fmt.Fprint(kept, "x")
	kept.hears(200)
}

func TestHowLongReadersMayTake(t *testing.T) {
	for address, want := range map[string]time.Duration{
		"/cases?list=mine": answerWait, "/cases?q=.csv": answerWait, "/cases.csv": exportTime + answerWait, "/cases.csv?q=voice": exportTime + answerWait,
		"/files/5": uploadWait, "/live?on=own": streamLife + answerWait,
	} {
		var h fasthttp.RequestHeader
		h.SetRequestURI(address)
		if got := readersWait(&h); got != want {
			t.Errorf("%s: %s, not %s", address, got, want)
		}
	}
}
