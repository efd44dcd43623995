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

	"github.com/gofiber/fiber/v2"
)

// bodyServer listens as the portal does, with one route that reads small bodies and one that reads none.
func bodyServer(t *testing.T) string {
	t.Helper()
	app := fiber.New(fiber.Config{StreamRequestBody: true, DisablePreParseMultipartForm: true, BodyLimit: 1 << 20, DisableStartupMessage: true})
	app.Use(finishBody)
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
	b := &body{from: strings.NewReader("0123456789"), left: 10}
	if all, err := io.ReadAll(b); len(all) != 10 || !errors.Is(err, fiber.ErrRequestEntityTooLarge) && err != nil {
		t.Errorf("as much as fits: %d, %v", len(all), err)
	}
	b = &body{from: strings.NewReader("0123456789"), left: 9}
	if _, err := io.ReadAll(b); !errors.Is(err, fiber.ErrRequestEntityTooLarge) {
		t.Errorf("one more than fits: %v", err)
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
