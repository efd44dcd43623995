package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
)

// siege is a portal under attack, visited meanwhile by somebody who means no harm.
type siege struct {
	t      *testing.T
	p      *programtest.Program
	db     *db.DB // as the owner
	host   string
	gauges string // where /metrics is
	cookie string // of an attacker who is signed in
	csrf   string // the token of their forms
	home   *programtest.Visitor

	rest    int64 // memory before anybody attacked
	peak    atomic.Int64
	served  atomic.Int64 // visits that were answered as usual
	slowest atomic.Int64 // of them
}

// besiege starts a demo, without the race detector, and has it visited and weighed until the test ends.
func besiege(t *testing.T) *siege {
	t.Helper()
	urls := dbtest.FreshDemo(t)
	s := &siege{t: t, db: dbtest.Open(t, urls.Owner), gauges: programtest.Address(t)}
	s.p = programtest.Serve(t, []string{programtest.Plain, "PORTICO_DEMO=1", "PORTICO_METRICS_ADDR=" + s.gauges, "PORTICO_SECRET=0123456789abcdef0123456789abcdef",
		"DATABASE_URL=" + urls.Program, "PORTICO_OWNER_URL=" + urls.Owner, "PORTICO_FILES=" + filepath.Join(programtest.Folder(t), "files")})
	v := s.p.Ready()
	at, err := url.Parse(v.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.host = "127.0.0.1:" + at.Port()
	v.SignIn("customer@maple.test", demo.Password)
	s.csrf = v.Get("/preferences").Field("csrf")
	for _, c := range v.Client.Jar.Cookies(at) {
		s.cookie = strings.TrimPrefix(s.cookie+"; "+c.Name+"="+c.Value, "; ")
	}
	s.home = programtest.NewVisitor(t, v.URL)
	s.home.SignIn("agent@boreal.test", demo.Password)
	s.rest = s.p.Memory()
	s.accompany()
	return s
}

// accompany visits and weighs until the test ends. Every visit has to be answered as if there were no attack.
func (s *siege) accompany() {
	ctx, cancel := context.WithCancel(context.Background())
	var both sync.WaitGroup
	s.t.Cleanup(func() {
		cancel()
		both.Wait()
		s.t.Logf("%d visits were answered meanwhile, the slowest after %v", s.served.Load(), time.Duration(s.slowest.Load()).Round(time.Millisecond))
		if s.served.Load() == 0 {
			s.t.Error("nobody was served meanwhile")
		}
		s.quietLog()
	})
	every := func(pause time.Duration, do func()) {
		both.Go(func() {
			for tick := time.NewTicker(pause); ctx.Err() == nil; {
				do()
				select {
				case <-tick.C:
				case <-ctx.Done():
				}
			}
		})
	}
	every(20*time.Millisecond, func() { s.peak.Store(max(s.peak.Load(), s.p.Memory())) })
	pages := []string{"/queues", "/cases", "/healthz", "/sign-in"}
	every(50*time.Millisecond, func() {
		page := pages[int(s.served.Load())%len(pages)]
		began := time.Now()
		r, err := s.home.Client.Get(s.home.URL + page)
		if err != nil {
			s.t.Errorf("a visitor of %s: %v", page, err)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		if r.StatusCode != http.StatusOK {
			s.t.Errorf("a visitor of %s: %s", page, r.Status)
		}
		s.served.Add(1)
		s.slowest.Store(max(s.slowest.Load(), int64(time.Since(began))))
	})
}

// quietLog looks at what the portal said: no accident, and not more than a line for a request.
func (s *siege) quietLog() {
	for line := range strings.Lines(s.p.Stderr.String()) {
		if len(line) > 2000 || strings.Contains(line, `"msg":"panic"`) || strings.Contains(line, `"status":500`) || strings.HasPrefix(line, "goroutine ") {
			s.t.Errorf("the log has %.2000s", line)
		}
	}
}

// megabytes is a size in bytes.
func megabytes(n int64) int64 { return n << 20 }

// within runs an attack, and fails if the portal takes more memory for it than so much beyond what it had at rest.
func (s *siege) within(most int64, attack func()) {
	s.t.Helper()
	s.peak.Store(0)
	before := s.p.Memory()
	attack()
	s.emptied()
	after := s.p.Memory()
	peak := max(s.peak.Load(), after)
	s.t.Logf("memory: %d MB at rest, %d before, at most %d, %d after", s.rest>>20, before>>20, peak>>20, after>>20)
	if peak-s.rest > most {
		s.t.Errorf("it took %d MB more than at rest; at most %d", (peak-s.rest)>>20, most>>20)
	}
}

// emptied waits until the portal has let go of all connections but a visitor's few.
func (s *siege) emptied() {
	s.t.Helper()
	const few = 20
	v := programtest.NewVisitor(s.t, "http://"+s.gauges)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(programtest.Patience); ; {
		_, after, _ := strings.Cut(v.Get("/metrics").Text, "\nportico_connections ")
		word, _, _ := strings.Cut(after, "\n")
		if held, err := strconv.ParseFloat(word, 64); err == nil && held <= few {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			s.t.Errorf("the portal still holds %s connections", word)
			return
		}
	}
}

// enemy is one connection that means harm.
type enemy struct {
	net.Conn
	answers *bufio.Reader
}

// enemy connects. Nothing that it waits for lasts for ever.
func (s *siege) enemy() *enemy {
	s.t.Helper()
	for {
		c, err := net.Dial("tcp", s.host)
		if err == nil {
			s.t.Cleanup(func() { _ = c.Close() })
			_ = c.SetDeadline(time.Now().Add(programtest.Patience))
			return &enemy{c, bufio.NewReaderSize(c, 512)}
		}
		s.t.Fatal(err)
	}
}

// enemies has so many connections do the same at once, each in its own way.
func (s *siege) enemies(n int, do func(i int, e *enemy)) {
	s.t.Helper()
	var all sync.WaitGroup
	for i := range n {
		e := s.enemy()
		all.Go(func() {
			do(i, e)
			_ = e.Close()
		})
	}
	all.Wait()
}

// says sends what it can of a text: the portal may have heard enough before its end.
func (e *enemy) says(format string, args ...any) { _, _ = fmt.Fprintf(e, format, args...) }

// hears reads an answer; 0 is a connection that was closed without one.
func (e *enemy) hears() (status int, text string) {
	r, err := http.ReadResponse(e.answers, nil)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = r.Body.Close() }()
	body, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(body)
}

// letGo reads until the portal closes the connection, and tells what the first answer was.
func (e *enemy) letGo(t *testing.T, what string) int {
	status, _ := e.hears()
	if _, err := io.Copy(io.Discard, e.answers); os.IsTimeout(err) {
		t.Errorf("%s is not let go", what)
	}
	return status
}

// is fails unless the answer is one of those, without a word of what is inside.
func (s *siege) is(what string, status int, text string, wants ...int) {
	s.t.Helper()
	if !slices.Contains(wants, status) {
		s.t.Errorf("%s: %d, not %v: %.200s", what, status, wants, text)
	}
	for _, inner := range []string{"multipart:", "fasthttp", "error when", "goroutine", "bufio", "EOF"} {
		if status != 0 && strings.Contains(text, inner) {
			s.t.Errorf("%s is told of %q: %.300s", what, inner, text)
		}
	}
}

// post is the head of a form that an attacker who is signed in sends.
func (s *siege) post(path, kind string, length int) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: %s\r\n%s\r\n\r\n", path, s.host, s.cookie, kind, map[bool]string{
		true: "Transfer-Encoding: chunked", false: fmt.Sprint("Content-Length: ", length)}[length < 0])
}

const (
	urlencoded = "application/x-www-form-urlencoded"
	inParts    = "multipart/form-data; boundary=b"
)

// part is a part of a form that comes in parts.
func part(headers, body string) string { return "--b\r\n" + headers + "\r\n\r\n" + body + "\r\n" }

func field(name, value string) string {
	return part(fmt.Sprintf(`Content-Disposition: form-data; name=%q`, name), value)
}

// descriptors is how many files and connections this process may have open.
func descriptors(t *testing.T) int {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	return int(min(limit.Cur, 1<<20)) //nolint:gosec // it is small
}

// TestSlowClients: thousands who say nothing, and hundreds who say or read a byte at a time. All of them are let go, and
// nobody else notices.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	const each = 100
	idle := min(10_000, descriptors(t)-12*each-500)
	t.Logf("%d idle connections", idle)

	// What all may take: of each idle connection a goroutine and half a kilobyte; of each slow one that got in, the
	// server's buffers of 20 KB, a stack, and what it asked for; twice, as the garbage collector waits for as much again.
	s.within(2*(int64(idle)*(8<<10)+12*each*(64<<10))+megabytes(40), func() {
		silent := make([]*enemy, idle)
		for i := range silent {
			silent[i] = s.enemy()
		}
		t.Logf("with them %d MB", s.p.Memory()>>20)
		var all sync.WaitGroup
		slowly := func(what string, head string, then byte, wants ...int) {
			all.Go(func() {
				s.enemies(each, func(_ int, e *enemy) {
					e.says("%s", head)
					over := make(chan struct{})
					go func() {
						defer close(over)
						for tick := time.NewTicker(time.Second); ; <-tick.C {
							if _, err := e.Write([]byte{then}); err != nil {
								return
							}
						}
					}()
					status := e.letGo(t, what)
					s.is(what, status, "", append(wants, 0)...) // what still came may have undone the answer
					_ = e.Close()
					<-over
				})
			})
		}
		slowly("a slow header", "GET / HTTP/1.1\r\nX: ", 'x', 408)
		slowly("a slow form", s.post("/preferences", urlencoded, 1000), 'x', 408)
		slowly("a slow long form", s.post("/sign-in", urlencoded, 100_000)+strings.Repeat("x", 9000), 'x', 408)
		slowly("a slow form in chunks", s.post("/preferences", urlencoded, -1)+"5\r\nabcde\r\nfffff\r\n", 'x', 408, 400)
		slowly("a slow upload", s.post("/uploads", inParts, 20<<20)+field("csrf", s.csrf)+
			strings.TrimSuffix(part(`Content-Disposition: form-data; name="file"; filename="a.txt"`, strings.Repeat("words ", 1500)), "\r\n"), 'x', 408, 400)

		// Who doesn't read, and who reads a byte a second.
		asset := s.asset()
		for name, ask := range map[string]string{"an asset": asset, "a page": "/cases?list=all", "a stream": "/live?on=cases"} {
			request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", ask, s.cookie)
			all.Go(func() {
				s.enemies(each/2, func(i int, e *enemy) {
					_ = e.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
					// It goes on asking until nothing more is taken: by then an answer waits to be read.
					for e.SetWriteDeadline(time.Now().Add(2*time.Second)) == nil {
						if _, err := io.WriteString(e, strings.Repeat(request, 20)); err != nil || name == "a stream" {
							break
						}
					}
					if name == "a stream" {
						return
					}
					// What has arrived can be read after the portal has let go; that it has shows in writing.
					var one [1]byte
					tick, deadline := time.NewTicker(time.Second), time.Now().Add(programtest.Patience)
					for ; ; <-tick.C {
						if i%2 == 0 {
							_, _ = e.Read(one[:])
						}
						_ = e.SetWriteDeadline(time.Now().Add(time.Millisecond))
						if _, err := io.WriteString(e, "G"); err != nil && !os.IsTimeout(err) {
							return
						}
						if time.Now().After(deadline) {
							t.Errorf("who reads %s too slowly is not let go", name)
							return
						}
					}
				})
			})
		}
		all.Wait()
		for _, e := range silent { // until here they were open
			_ = e.Close()
		}
	})
}

// asset is the address of something large that everybody may ask for.
func (s *siege) asset() string {
	s.t.Helper()
	_, after, ok := strings.Cut(s.home.Get("/sign-in").Text, `src="/static/`)
	name, _, _ := strings.Cut(after, `"`)
	if !ok {
		s.t.Fatal("the sign-in page has no script")
	}
	return "/static/" + name
}

// TestMalformedRequests: what can't be read is answered with a status and nothing else, and what is too much is not
// taken.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	const at = 20 // once
	long := strings.Repeat("x", 1<<20)
	get := "GET /sign-in HTTP/1.1\r\nHost: x\r\n"
	csrf := field("csrf", s.csrf)
	for _, c := range []struct {
		name  string
		says  func(e *enemy)
		wants []int // 0 where what is still being sent may undo the answer
	}{
		{"one huge header", func(e *enemy) { e.says("%sX-Y: %s\r\n\r\n", get, long) }, []int{431, 0}},
		{"many small headers", func(e *enemy) { e.says("%s%s\r\n", get, strings.Repeat("X-Y: z\r\n", 50_000)) }, []int{431, 0}},
		{"a huge cookie", func(e *enemy) { e.says("%sCookie: portico=%s\r\n\r\n", get, long[:100_000]) }, []int{431, 0}},
		{"a huge address", func(e *enemy) { e.says("GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", long) }, []int{431, 0}},
		{"headers that just fit", func(e *enemy) { e.says("%sX-Y: %s\r\n\r\n", get, long[:12_000]) }, []int{200}},
		{"no HTTP at all", func(e *enemy) { e.says("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n") }, []int{400, 0}},
		{"both a length and chunks", func(e *enemy) {
			e.says("POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		}, []int{400}},
		{"two lengths", func(e *enemy) {
			e.says("POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 38\r\n\r\nabcdGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		}, []int{400}},
		{"a body where there should be none", func(e *enemy) {
			e.says("%sTransfer-Encoding: chunked\r\n\r\n2d\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\r\n0\r\n\r\n", get)
		}, []int{400}},
		{"chunks that are none", func(e *enemy) { e.says("%szz\r\nabc\r\n", s.post("/preferences", urlencoded, -1)) }, []int{400}},
		{"a chunk longer than its length", func(e *enemy) { e.says("%s2\r\nabcdef\r\n0\r\n\r\n", s.post("/preferences", urlencoded, -1)) }, []int{400}},
		{"a chunk of nearly all there is", func(e *enemy) { e.says("%s7fffffffffffffff\r\nabc", s.post("/preferences", urlencoded, -1)); e.done() }, []int{400, 413, 408}},
		{"a length that is too large", func(e *enemy) { e.says("%sabc", s.post("/preferences", urlencoded, 1<<40)); e.done() }, []int{413}},
		{"a form that turns out too large", func(e *enemy) {
			e.says("%s%x\r\n%s%s", s.post("/preferences", urlencoded, -1), 3<<20, long, long[:1<<19])
			e.done()
		}, []int{413}},
		{"a form that ends early", func(e *enemy) { e.says("%sabc", s.post("/preferences", urlencoded, 100)); e.done() }, []int{400, 0}},
		{"parts without a boundary", func(e *enemy) { e.says("%sabcd", s.post("/uploads", "multipart/form-data", 4)) }, []int{400}},
		{"parts that are none", func(e *enemy) { e.says("%sabcd", s.post("/uploads", inParts, 4)) }, []int{400}},
		{"parts that don't end", func(e *enemy) { e.says("%s%s%s", s.post("/uploads", inParts, 1<<20), csrf, field("a", "b")); e.done() }, []int{400}},
		{"parts in parts", func(e *enemy) {
			body := csrf + part("Content-Type: multipart/mixed; boundary=c\r\nContent-Disposition: form-data; name=file; filename=x", "--c\r\n\r\nx\r\n--c--") + "--b--\r\n"
			e.says("%s%s", s.post("/uploads", inParts, len(body)), body)
		}, []int{201, 422}},
		{"a name that never ends", func(e *enemy) {
			e.says("%s%s--b\r\nContent-Disposition: form-data; name=\"%s", s.post("/uploads", inParts, 4<<20), csrf, long)
			e.done()
		}, []int{413, 400}},
		{"headers of a part that never end", func(e *enemy) {
			e.says("%s%s--b\r\n%s", s.post("/uploads", inParts, 4<<20), csrf, strings.Repeat("X-Y: z\r\n", 100_000))
			e.done()
		}, []int{413, 400}},
		{"a great many tiny parts", func(e *enemy) {
			tiny := strings.Repeat("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", 150_000)
			e.says("%s%s%s", s.post("/uploads", inParts, len(csrf)+len(tiny)), csrf, tiny)
		}, []int{413, 503}},
		{"a file before its token", func(e *enemy) {
			e.says("%s%s", s.post("/uploads", inParts, 1<<20), part(`Content-Disposition: form-data; name=file; filename=x`, long[:1<<19]))
			e.done()
		}, []int{403}},
	} {
		// Of each, a form's fields are kept while it is read: all together never more than bodyRoom, and what is made of
		// them. The portal's own figures are those of handlers/body.go.
		t.Run(c.name, func(t *testing.T) {
			s := s.in(t)
			s.within(megabytes(32*6), func() {
				s.enemies(at, func(_ int, e *enemy) {
					c.says(e)
					status, text := e.hears()
					s.is(c.name, status, text, c.wants...)
					e.done()
					if e.letGo(t, c.name) != 0 {
						t.Error("what was left over is answered as a request of its own")
					}
				})
			})
		})
	}

	t.Run("a thousand requests at once", func(t *testing.T) {
		s := s.in(t)
		s.within(megabytes(64), func() {
			s.enemies(at, func(_ int, e *enemy) {
				go e.says("%s", strings.Repeat("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 1000))
				for n := range 1000 {
					if status, text := e.hears(); status != 200 {
						t.Errorf("answer %d: %d %s", n, status, text)
						return
					}
				}
			})
		})
	})
	t.Run("HTTP/1.0", func(t *testing.T) {
		s := s.in(t)
		s.enemies(at, func(_ int, e *enemy) {
			e.says("GET /healthz HTTP/1.0\r\n\r\n")
			if status, _ := e.hears(); status != 200 || e.letGo(t, "it") != 0 {
				t.Errorf("%d", status)
			}
		})
	})
	t.Run("bodies that nobody finishes", func(t *testing.T) {
		s := s.in(t)
		s.within(megabytes(32*6), func() {
			var full atomic.Int64
			held := make([]*enemy, 200)
			for i := range held {
				held[i] = s.enemy()
				held[i].says("%s%s", s.post("/preferences", urlencoded, 1<<20), long[:1<<20-10])
			}
			for _, e := range held {
				e.done()
				if status, text := e.hears(); status == 503 {
					full.Add(1)
				} else {
					s.is("a body", status, text, 400, 0)
				}
			}
			t.Logf("%d of %d found no room", full.Load(), len(held))
			if full.Load() == 0 {
				t.Error("all found room")
			}
		})
	})
}

// in is the same siege for a part of its test.
func (s *siege) in(t *testing.T) *siege {
	part := &siege{t: t, p: s.p, db: s.db, host: s.host, gauges: s.gauges, cookie: s.cookie, csrf: s.csrf, home: s.home, rest: s.rest}
	part.accompany()
	return part
}

// done sends no more.
func (e *enemy) done() { _ = e.Conn.(*net.TCPConn).CloseWrite() }

// TestStreamsLeftOpen: a thousand pages that listen cost little and are told soon; one person has but a few; and who
// leaves without a word is forgotten.
func TestStreamsLeftOpen(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	if s.rest > megabytes(100) {
		t.Errorf("%d MB at rest", s.rest>>20)
	}
	t.Run("a thousand", func(t *testing.T) {
		s := s.in(t)
		cookies := s.crowd(50)
		const streams = 1000
		s.within(megabytes(60), func() {
			listening := make([]*enemy, streams)
			for i := range listening {
				listening[i] = s.listener(cookies[i%len(cookies)])
			}
			t.Logf("%d KB each", (s.p.Memory()-s.rest)>>10/streams)
			began := time.Now()
			if err := s.db.Notify(t.Context(), db.CaseChanged(1883)); err != nil {
				t.Fatal(err)
			}
			for _, e := range listening {
				if !e.tells("event: cases") {
					t.Fatal("somebody is not told")
				}
			}
			t.Logf("from commit to the last of %d told: %v", streams, time.Since(began).Round(time.Millisecond))
		})
	})
	t.Run("more than one may have", func(t *testing.T) {
		s := s.in(t)
		s.within(megabytes(60+32), func() {
			all := make([]*enemy, 2000)
			for i := range all {
				all[i] = s.listener(s.cookie)
				if i%2 == 1 { // gone, without a word
					_ = all[i].Conn.(*net.TCPConn).SetLinger(0)
					_ = all[i].Close()
				}
			}
			for i := 0; i < len(all)-30; i += 2 {
				if _, err := io.Copy(io.Discard, all[i].answers); err != nil {
					t.Fatalf("stream %d does not end: %v", i, err)
				}
			}
		})
	})
}

// listener opens a stream and waits until it has begun. From then on its answers are what the stream says.
func (s *siege) listener(cookie string) *enemy {
	s.t.Helper()
	e := s.enemy()
	e.says("GET /live?on=cases HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", cookie)
	r, err := http.ReadResponse(e.answers, nil)
	if err != nil || r.StatusCode != http.StatusOK {
		s.t.Fatalf("no stream: %v %v", r, err)
	}
	e.answers = bufio.NewReaderSize(r.Body, 64)
	if !e.tells(": here") {
		s.t.Fatal("the stream does not begin")
	}
	return e
}

// tells reads a stream until a line; false if it ends before.
func (e *enemy) tells(want string) bool {
	for {
		line, err := e.answers.ReadString('\n')
		if strings.TrimSpace(line) == want {
			return true
		}
		if err != nil {
			return false
		}
	}
}

// crowd makes so many team leads, and gives the cookies of a session of each.
func (s *siege) crowd(n int) []string {
	s.t.Helper()
	cookies := make([]string, n)
	for i := range cookies {
		token := fmt.Sprint("one-of-the-crowd-", i)
		hash := sha256.Sum256([]byte(token))
		cookies[i] = "portico=" + token
		if _, err := s.db.Pool().Exec(s.t.Context(), `
			with lead as (select * from people where email = 'lead@boreal.test'),
			one as (insert into people (staff, first_name, last_name, email, language)
				select true, 'One', 'Of Many', $1, 'en' from lead returning id),
			allowed as (insert into grants (person_id, role, queue_id)
				select one.id, g.role, g.queue_id from one, grants g join lead on lead.id = g.person_id returning 1)
			insert into sessions (token_hash, person_id, created_at, seen_at, expires_at)
			select $2, id, now(), now(), now() + interval '1 day' from one`, fmt.Sprintf("lead-%d@boreal.test", i), hash[:]); err != nil {
			s.t.Fatal(err)
		}
	}
	return cookies
}
