package programtest

import (
	"bufio"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Mood is how a mail server is today.
type Mood string

// The moods there are.
const (
	Well   Mood = "well"
	Absent Mood = "absent" // hangs up on everybody
	Mute   Mood = "mute"   // takes a mail, and hangs up before it says so
	Silent Mood = "silent" // takes a mail, and never says so
)

// Post is a mail server that counts what it takes. It is well until it is told otherwise.
type Post struct {
	URL string // as PORTICO_SMTP_URL has it

	mu    sync.Mutex
	mood  Mood
	taken map[string]int // by Message-ID
	texts []string       // of all that was taken
}

// NewPost starts one that listens until the test ends.
func NewPost(t testing.TB) *Post {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	p := &Post{URL: "smtp://" + socket.Addr().String() + "?from=care@boreal.test", mood: Well, taken: map[string]int{}}
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

// Become changes its mood.
func (p *Post) Become(m Mood) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mood = m
}

// Taken is how often each mail came, by its Message-ID.
func (p *Post) Taken() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.taken)
}

// Texts are the plain texts of all mails that came, in turn, whether they were acknowledged or not.
func (p *Post) Texts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.texts)
}

func (p *Post) is(m Mood) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mood == m
}

func (p *Post) take(id, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken[id]++
	p.texts = append(p.texts, text)
}

// plainText is what a mail says as plain text, whether it says it in colours too; empty if it can't be read.
func plainText(written string) string {
	m, err := mail.ReadMessage(strings.NewReader(written))
	if err != nil {
		return ""
	}
	body := m.Body
	if kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err == nil && strings.HasPrefix(kind, "multipart/") {
		part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
		if err != nil {
			return ""
		}
		body = part
	}
	text, err := io.ReadAll(quotedprintable.NewReader(body))
	if err != nil {
		return ""
	}
	return string(text)
}

var messageID = regexp.MustCompile(`(?m)^Message-ID:\s+<([^>]+)>`)

// serve speaks as much of SMTP as it takes.
func (p *Post) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	if p.is(Absent) {
		return
	}
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 here")
	var letter strings.Builder
	reading := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		line := lines.Text()
		switch {
		case reading && line == ".":
			reading = false
			id := "" // that of all that have none: tests find it
			if found := messageID.FindStringSubmatch(letter.String()); found != nil {
				id = found[1]
			}
			p.take(id, plainText(letter.String()))
			switch {
			case p.is(Silent):
				_, _ = io.Copy(io.Discard, c)
				return
			case p.is(Mute):
				return
			}
			say("250 taken")
		case reading:
			letter.WriteString(line + "\n")
		case strings.HasPrefix(line, "DATA"):
			letter.Reset()
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
