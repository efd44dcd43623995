package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
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

	"github.com/jackc/pgx/v5"
)

// siege is a portal under attack, visited meanwhile by somebody who means no harm.
type siege struct {
	t      *testing.T
	p      *programtest.Program
	db     *db.DB // as the owner
	host   string
	cookie string // of an attacker who is signed in
	csrf   string // the token of their forms
	home   *programtest.Visitor

	idle int64 // memory before anybody came at all
	rest int64 // before anybody attacked: some have signed in
	*company
}

// company is who means no harm, and what they see.
type company struct {
	peak    atomic.Int64 // memory
	served  atomic.Int64 // visits that were answered as usual
	slowest atomic.Int64 // of them
}

// bearable is what a visit may take while others attack, on a machine that is busy with other things too. Nobody who is
// starved comes in by then.
const bearable = 20 * time.Second

// besiege starts a demo, without the race detector, and has it visited and weighed until the test ends.
func besiege(t *testing.T) *siege {
	t.Helper()
	urls := dbtest.FreshDemo(t)
	s := &siege{t: t, db: dbtest.Open(t, urls.Owner), company: &company{}}
	s.p = programtest.Serve(t, []string{programtest.Plain, "PORTICO_DEMO=1", "PORTICO_METRICS_ADDR=127.0.0.1:0", "PORTICO_SECRET=0123456789abcdef0123456789abcdef",
		"DATABASE_URL=" + urls.Program, "PORTICO_OWNER_URL=" + urls.Owner, "PORTICO_FILES=" + filepath.Join(programtest.Folder(t), "files")})
	v := s.p.Ready()
	at, err := url.Parse(v.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.host = "127.0.0.1:" + at.Port()
	s.idle = s.p.Memory()
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
		slowest := time.Duration(s.slowest.Load())
		s.t.Logf("%d visits were answered meanwhile, the slowest after %v", s.served.Load(), slowest.Round(time.Millisecond))
		if s.served.Load() == 0 || slowest > bearable {
			s.t.Error("others are not served meanwhile")
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
	every(50*time.Millisecond, func() { s.peak.Store(max(s.peak.Load(), s.p.Memory())) })
	pages := []string{"/queues", "/cases", "/healthz", "/sign-in"}
	every(200*time.Millisecond, func() {
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

// allAttacks is what one attack after another may take in all beyond what the portal has at rest: what the last one had is
// given back to the system after some minutes only.
const allAttacks = 400 << 20

// within runs an attack, and fails if the portal takes more memory for it than so much beyond what it had, at rest or left
// from the attack before.
func (s *siege) within(most int64, attack func()) {
	s.t.Helper()
	s.peak.Store(0)
	before := s.p.Memory()
	attack()
	after := s.p.Memory()
	peak := max(s.peak.Load(), after)
	s.t.Logf("memory: %d MB at rest, %d before, at most %d, %d after", s.rest>>20, before>>20, peak>>20, after>>20)
	if more := peak - max(s.rest, before); more > most {
		s.t.Errorf("it took %d MB more than it had; at most %d", more>>20, most>>20)
	}
	if more := peak - s.rest; more > max(most, allAttacks) {
		s.t.Errorf("it took %d MB more than at rest; at most %d", more>>20, max(most, allAttacks)>>20)
	}
}

// emptied waits until the portal has let go of all connections but a visitor's few.
func (s *siege) emptied() {
	s.t.Helper()
	const few = 20
	programtest.Until(s.t, func() bool { return s.p.Metrics()["portico_connections"] <= few }, "the portal lets go of connections")
}

// enemy is one connection that means harm.
type enemy struct {
	net.Conn
	answers *bufio.Reader
}

// enemy connects. Nothing that it waits for lasts for ever.
func (s *siege) enemy() *enemy {
	s.t.Helper()
	return s.dial(&net.Dialer{})
}

func (s *siege) dial(d *net.Dialer) *enemy {
	s.t.Helper()
	c, err := d.DialContext(context.Background(), "tcp", s.host)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(programtest.Patience))
	return &enemy{c, bufio.NewReaderSize(c, 512)}
}

// slowReader is one who takes little at a time, so that the system keeps little for it: what it doesn't read is soon
// the portal's to hold.
func (s *siege) slowReader() *enemy {
	s.t.Helper()
	return s.dial(&net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
		failed := c.Control(func(fd uintptr) {
			err = errors.Join(syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10),
				syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 536))
		})
		return errors.Join(err, failed)
	}})
}

// enemies has so many connections do the same at once, each in its own way.
func (s *siege) enemies(n int, do func(i int, e *enemy)) {
	s.t.Helper()
	s.gang(n, s.enemy, do)
}

// gang is enemies of a kind.
func (s *siege) gang(n int, one func() *enemy, do func(i int, e *enemy)) {
	s.t.Helper()
	var all sync.WaitGroup
	for i := range n {
		e := one()
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
	if inner := programtest.Inner.FindString(text); status != 0 && inner != "" {
		s.t.Errorf("%s is told of %q: %.300s", what, inner, text)
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

// in is the same siege for a part of its test.
func (s *siege) in(t *testing.T) *siege {
	part := *s
	part.t = t
	return &part
}

// done sends no more.
func (e *enemy) done() { _ = e.Conn.(*net.TCPConn).CloseWrite() }

// listener opens a stream and waits until it has begun. From then on its answers are what the stream says.
func (s *siege) listener(cookie string) *enemy {
	s.t.Helper()
	e := s.enemy()
	s.listen(e, cookie, "cases")
	return e
}

func (s *siege) listen(e *enemy, cookie string, topics ...string) {
	s.t.Helper()
	e.says("GET /live?on=%s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", strings.Join(topics, "&on="), cookie)
	r, err := http.ReadResponse(e.answers, nil)
	if err != nil || r.StatusCode != http.StatusOK {
		s.t.Fatalf("no stream: %v %v", r, err)
	}
	e.answers = bufio.NewReaderSize(r.Body, 64)
	if !e.tells(": here") {
		s.t.Fatal("the stream does not begin")
	}
}

// deaf opens streams that nobody reads, and has so much told that no buffer takes it. The portal lets go of them, and
// whoever reads is told all the while.
func (s *siege) deaf(n int) {
	s.t.Helper()
	lead := s.crowd(1)[0]
	var topics []string
	rows, err := s.db.Pool().Query(s.t.Context(), `select id from cases order by id limit 100`)
	if err == nil {
		topics, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
			var id int64
			err := row.Scan(&id)
			return string(db.CaseChanged(db.Number(id))), err
		})
	}
	if err != nil {
		s.t.Error(err)
		return
	}
	reader := s.listener(s.cookie)
	for range n {
		s.listen(s.slowReader(), lead, topics...)
	}
	_ = reader.SetDeadline(time.Now().Add(2 * programtest.Patience))
	const times = 200 // of 3 KB for each, where the system keeps some 50 KB
	for range times {
		if err := s.db.Notify(s.t.Context(), db.Everything); err != nil || !reader.tells("event: cases") {
			s.t.Errorf("who reads a stream is not told: %v", err)
			return
		}
	}
	programtest.Until(s.t, func() bool { return s.p.Metrics()["portico_streams"] == 1 }, "streams that nobody reads are let go")
	if err := s.db.Notify(s.t.Context(), db.Everything); err != nil || !reader.tells("event: cases") {
		s.t.Errorf("who reads a stream is let go too: %v", err)
	}
	_ = reader.Close()
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
