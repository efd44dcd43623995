package torture

import (
	"bufio"
	"maps"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// mood is how a mail server is today.
type mood string

const (
	well   mood = "well"
	absent mood = "absent" // hangs up on everybody
	mute   mood = "mute"   // takes a mail, and hangs up before it says so
)

// post is a mail server of changing moods.
type post struct {
	url string

	mu    sync.Mutex
	mood  mood
	taken map[string]int // how often, by Message-ID
}

func newPost(t *testing.T) *post {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	p := &post{url: "smtp://" + socket.Addr().String() + "?from=care@boreal.test", mood: well, taken: map[string]int{}}
	go func() {
		for {
			c, err := socket.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

func (p *post) become(m mood) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mood = m
}

func (p *post) is(m mood) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mood == m
}

func (p *post) take(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken[id]++
}

func (p *post) all() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.taken)
}

var messageID = regexp.MustCompile(`(?m)^Message-ID: <([^>]+)>`)

// serve speaks as much of SMTP as it takes.
func (p *post) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	if p.is(absent) {
		return
	}
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 here")
	var mail strings.Builder
	reading := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		line := lines.Text()
		switch {
		case reading && line == ".":
			reading = false
			if found := messageID.FindStringSubmatch(mail.String()); found != nil {
				p.take(found[1])
			}
			if p.is(mute) {
				return
			}
			say("250 taken")
		case reading:
			mail.WriteString(line + "\n")
		case strings.HasPrefix(line, "DATA"):
			mail.Reset()
			reading = true
			say("354 go on")
		case strings.HasPrefix(line, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
