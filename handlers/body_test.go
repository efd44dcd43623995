package handlers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// bodyServer listens as the portal does, with one route that reads small bodies and one that reads none.
func bodyServer(t *testing.T) string {
	t.Helper()
	app := fiber.New(fiber.Config{StreamRequestBody: true, DisablePreParseMultipartForm: true, BodyLimit: 1 << 20, DisableStartupMessage: true})
	app.Use(finishBody(&room{}))
	app.Post("/read", func(c *fiber.Ctx) error {
		if err := readBody(c, 100); err != nil {
			return err
		}
		return c.SendString(fmt.Sprint(len(c.Body())))
	})
	app.Post("/ignore", func(c *fiber.Ctx) error { return c.SendStatus(http.StatusNotFound) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	return l.Addr().String()
}

func TestWhatNobodyReadIsNotTheNextRequest(t *testing.T) {
	address := bodyServer(t)
	smuggled := "GET /ignore HTTP/1.1\r\nHost: x\r\n\r\n"
	filler := strings.Repeat(smuggled, 40_000) // more than is fetched beforehand
	chunked := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(s), s) }
	for _, c := range []struct {
		name, path, header, body string
		status                   int
	}{
		{"a body nobody reads", "/ignore", fmt.Sprintf("Content-Length: %d", len(filler)), filler, http.StatusNotFound},
		{"one that comes in chunks", "/ignore", "Transfer-Encoding: chunked", chunked(filler), http.StatusNotFound},
		{"one that is too large", "/read", fmt.Sprintf("Content-Length: %d", len(filler)), filler, http.StatusRequestEntityTooLarge},
		{"one that turns out too large", "/read", "Transfer-Encoding: chunked", chunked(filler), http.StatusRequestEntityTooLarge},
		{"one that fits", "/read", "Content-Length: 5", "hello", http.StatusOK},
		{"one that fits, in chunks", "/read", "Transfer-Encoding: chunked", chunked("hello"), http.StatusOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			request := func(path, header, body string) {
				_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n%s", path, header, body)
			}
			answers := bufio.NewReader(conn)
			status := func() int {
				a, err := http.ReadResponse(answers, nil)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, a.Body)
				_ = a.Body.Close()
				return a.StatusCode
			}
			request(c.path, c.header, c.body)
			if got := status(); got != c.status {
				t.Fatalf("%d, want %d", got, c.status)
			}
			request("/read", "Content-Length: 3", "abc")
			if got := status(); got != http.StatusOK {
				t.Errorf("the next request of the connection: %d", got)
			}
		})
	}
}

func TestBodiesAreCounted(t *testing.T) {
	conn, other := net.Pipe()
	defer func() { _, _ = conn.Close(), other.Close() }()
	of := func(left int64) *body {
		return &body{from: strings.NewReader("0123456789"), left: left, conn: conn, began: time.Now(), until: time.Now().Add(time.Minute)}
	}
	b := of(10)
	if all, err := io.ReadAll(b); len(all) != 10 || !errors.Is(err, fiber.ErrRequestEntityTooLarge) && err != nil {
		t.Errorf("as much as fits: %d, %v", len(all), err)
	}
	b = of(9)
	if _, err := io.ReadAll(b); !errors.Is(err, fiber.ErrRequestEntityTooLarge) {
		t.Errorf("one more than fits: %v", err)
	}
}

func TestNobodyReadsAwayForLong(t *testing.T) {
	conn, other := net.Pipe()
	defer func() { _, _ = conn.Close(), other.Close() }()
	go func() {
		for _, err := other.Write([]byte("x")); err == nil; _, err = other.Write([]byte("x")) { // for as long as it is read
		}
	}()
	began := time.Now()
	b := &body{from: conn, conn: conn, began: began, until: began.Add(time.Minute)}
	b.readAway(50 * time.Millisecond)
	if took := time.Since(began); !b.lost || b.came == 0 || took > 10*time.Second {
		t.Errorf("after %v and %d bytes, lost: %v", took, b.came, b.lost)
	}
}

func TestBodiesOfManyAskForRoom(t *testing.T) {
	var all room
	first, second := &body{room: &all}, &body{room: &all}
	if first.keep(freely) != nil || all.taken.Load() != 0 {
		t.Error("a small body asks for room")
	}
	if err := first.keep(bodyRoom); err != nil || all.taken.Load() != bodyRoom {
		t.Errorf("all the room: %v", err)
	}
	if second.keep(freely) != nil || second.keep(1) == nil {
		t.Error("beside one that has all the room, a small body is kept, and no larger one")
	}
}

func TestOddFramesAreRefused(t *testing.T) {
	for headers, want := range map[string]bool{
		"Host: x\r\nContent-Length: 5\r\n":          true,
		"Host: x\r\nTransfer-Encoding: Chunked\r\n": true,
		"Host: x\r\n": true,
		"Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n": false,
		"Host: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n":          false,
		"Host: x\r\nContent-Length: 5, 5\r\n":                            false,
		"Host: x\r\nContent-Length: +5\r\n":                              false,
		"Host: x\r\nContent-Length:\r\n":                                 false,
		"Host: x\r\nTransfer-Encoding: gzip, chunked\r\n":                false,
		"Host: x\r\nTransfer-Encoding: identity\r\n":                     false,
		"Host: x\r\nTransfer-Encoding: \x0bchunked\r\n":                  false,
		"Host: x\r\nTransfer-Encoding : chunked\r\n":                     false,
		"Host: x\r\nX: y\r\n Transfer-Encoding: chunked\r\n":             false,
		"Host: x\r\nX: a\rTransfer-Encoding: chunked\r\n":                false,
		"Host: x\r\nHost: y\r\n":                                         false,
	} {
		var h fasthttp.RequestHeader
		err := h.Read(bufio.NewReader(strings.NewReader("POST / HTTP/1.1\r\n" + headers + "\r\n")))
		if got := err == nil && plainlyFramed(&h); got != want {
			t.Errorf("%q: %v %v", headers, got, err)
		}
	}
	for first, want := range map[string]bool{"GET / HTTP/1.1\r\nContent-Length: 0": true, "GET / HTTP/1.1\r\nContent-Length: 1": false,
		"HEAD / HTTP/1.1\r\nTransfer-Encoding: chunked": false, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked": false} {
		var h fasthttp.RequestHeader
		if err := h.Read(bufio.NewReader(strings.NewReader(first + "\r\n\r\n"))); err != nil || plainlyFramed(&h) != want {
			t.Errorf("%q: %v %v", first, !want, err)
		}
	}
}

// The words of what the server says of a request that was cut off are those of a lost database connection.
func TestACutOffRequestIsNotTheDatabasesFault(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{fiber.NewError(http.StatusBadRequest, io.ErrUnexpectedEOF.Error()), http.StatusBadRequest},
		{fmt.Errorf("read the case: %w", io.ErrUnexpectedEOF), http.StatusServiceUnavailable},
	} {
		if got, _ := statusOf(c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}
