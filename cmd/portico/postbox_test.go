package main

import (
	"bufio"
	"maps"
	"net"
	"strings"
	"sync"
	"testing"
)

// postbox is a mail server that takes all that comes, and counts it.
type postbox struct {
	url string

	mu    sync.Mutex
	taken map[string]int // by Message-ID
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	p := &postbox{url: "smtp://" + socket.Addr().String() + "?from=care@provider.test", taken: map[string]int{}}
	go func() {
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	return p
}

// serve speaks as much of SMTP as it takes.
func (p *postbox) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 here")
	id, inMail := "", false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		line := lines.Text()
		switch {
		case inMail && line == ".":
			inMail = false
			p.mu.Lock()
			p.taken[id]++
			p.mu.Unlock()
			say("250 taken")
		case inMail:
			if value, found := strings.CutPrefix(line, "Message-ID: "); found {
				id = value
			}
		case strings.HasPrefix(line, "DATA"):
			id, inMail = "", true
			say("354 go on")
		case strings.HasPrefix(line, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// got is how often each mail came, by its id.
func (p *postbox) got() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.taken)
}
