package torture

import (
	"context"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db/embedded"

	"github.com/jackc/pgx/v5"
)

// world is a portal with its database, which its clients visit and the test hurts.
type world struct {
	t      *testing.T
	chance *rand.Rand
	data   string // the folder of the database, and of the files

	environment []string
	args        []string
	portal      *programtest.Program
	address     atomic.Pointer[string] // where the portal is now

	// gate is held for reading while a client asks for something. Who holds it for writing has no client in between, and
	// keeps all of them waiting.
	gate    sync.RWMutex
	moments moments
	done    chan struct{} // closed when the clients have to finish
	working sync.WaitGroup

	listening sync.WaitGroup // to streams, until the test ends

	refusals atomic.Int64 // answers that the database is away
	slowest  atomic.Int64 // of them, in nanoseconds
	full     atomic.Int64 // answers that there is no room
	cut      atomic.Int64 // requests to which no whole answer came
}

// newWorld is a demo on a database of its own, as durable as it usually is. More environment makes it another one.
func newWorld(t *testing.T, environment ...string) *world {
	t.Helper()
	return newWorldIn(t, programtest.Folder(t), environment...)
}

// newWorldIn is one in a folder.
func newWorldIn(t *testing.T, folder string, environment ...string) *world {
	t.Helper()
	w := &world{t: t, chance: chance(t), data: copied(t, folder), environment: environment,
		args: []string{"--demo"}, done: make(chan struct{})}
	t.Cleanup(func() { w.finish(); w.listening.Wait() })
	return w
}

// start starts the portal on what is there, and waits until it is ready.
func (w *world) start() {
	w.t.Helper()
	w.serve()
	address := w.portal.Ready().URL
	w.address.Store(&address)
}

// serve starts the portal, and does not wait.
func (w *world) serve() {
	w.t.Helper()
	w.portal = programtest.Serve(w.t, w.environment, append([]string{"--data", w.data}, w.args...)...)
}

// falter starts the portal and kills it before it is ready, or just after.
func (w *world) falter() {
	w.t.Helper()
	w.serve()
	pause(w.t.Context(), time.Duration(w.chance.IntN(800))*time.Millisecond)
	w.killPortal()
	w.buried()
}

// stop stops the portal as one should.
func (w *world) stop() {
	w.t.Helper()
	w.portal.Stop(syscall.SIGTERM)
	w.sound()
}

// killPortal leaves the portal no time for anything. What it left behind is for the next start.
func (w *world) killPortal() {
	if err := w.portal.Cmd.Process.Kill(); err != nil {
		w.t.Errorf("kill the portal: %v\n%s%s", err, &w.portal.Out, &w.portal.Stderr)
	}
}

// buried waits until the portal is gone, and looks at what it said.
func (w *world) buried() {
	w.t.Helper()
	w.portal.End()
	w.sound()
}

// unsound is what no log of the portal may say.
var unsound = regexp.MustCompile(`"msg":"panic"|"status":500|DATA RACE|goroutine \d+ \[`)

// sound looks at what the portal said.
func (w *world) sound() {
	w.t.Helper()
	log := w.portal.Stderr.String()
	if at := unsound.FindStringIndex(log); at != nil {
		w.t.Errorf("the portal is not sound:\n%s", log[max(0, at[0]-2000):min(len(log), at[1]+2000)])
	}
}

// refused counts an answer that the database is away, and how long it took.
func (w *world) refused(took time.Duration) {
	w.refusals.Add(1)
	for {
		slowest := w.slowest.Load()
		if int64(took) <= slowest || w.slowest.CompareAndSwap(slowest, int64(took)) {
			return
		}
	}
}

// finish has the clients finish what they are at.
func (w *world) finish() {
	select {
	case <-w.done:
	default:
		close(w.done)
	}
	w.working.Wait()
}

// killPostgres kills the database's first process.
func (w *world) killPostgres() { w.kill(w.postmaster()) }

func (w *world) kill(pid int) {
	w.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		w.t.Errorf("kill process %d: %v", pid, err)
	}
}

func (w *world) postmaster() int {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.data, "postgres", "postmaster.pid"))
	if err != nil {
		w.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		w.t.Fatal(err)
	}
	return pid
}

// killBackend kills one of the database's processes that work for the portal.
func (w *world) killBackend(c *pgx.Conn) {
	w.t.Helper()
	pids := ask[int](w, c, `select pid from pg_stat_activity where application_name like 'portico%' order by pid`)
	if len(pids) == 0 {
		w.t.Error("the portal has no connection to kill")
		return
	}
	w.kill(pids[w.chance.IntN(len(pids))])
}

// database connects as the owner, as soon as the database lets one in.
func (w *world) database() *pgx.Conn {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), programtest.Patience)
	defer cancel()
	u := url.URL{Scheme: "postgres", User: url.User(embedded.Owner), Path: "/" + embedded.Database,
		RawQuery: url.Values{"host": {filepath.Join(w.data, "postgres.run")}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()}
	for {
		c, err := pgx.Connect(ctx, u.String())
		if err == nil {
			w.t.Cleanup(func() { _ = c.Close(context.Background()) })
			return c
		}
		if !pause(ctx, 20*time.Millisecond) {
			w.t.Fatalf("the database lets nobody in: %v\n%s", err, &w.portal.Stderr)
		}
	}
}

// broken waits until a connection is: then whatever the database was doing has ended.
func (w *world) broken(c *pgx.Conn) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), programtest.Patience)
	defer cancel()
	if _, err := c.WaitForNotification(ctx); ctx.Err() != nil {
		w.t.Fatalf("a connection outlives the database: %v", err)
	}
}

// recovered waits until the portal has its database again.
func (w *world) recovered() {
	w.t.Helper()
	programtest.NewVisitor(w.t, *w.address.Load()).Until("/readyz", 200)
}

// ask gives what a query finds, one column a row.
func ask[T any](w *world, c *pgx.Conn, sql string, args ...any) []T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), programtest.Patience)
	defer cancel()
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return list
}

func (w *world) exec(c *pgx.Conn, sql string) {
	w.t.Helper()
	if _, err := c.Exec(w.t.Context(), sql); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

// until waits for something that takes its time.
func (w *world) until(what string, so func() bool) {
	w.t.Helper()
	programtest.Until(w.t, so, "%s\n%s", what, &w.portal.Stderr)
}

// pause lets some time pass between two tries; false if there is none left.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// moments counts what clients ask for, so that a plug can be pulled in the middle of it.
type moments struct {
	mu   sync.Mutex
	left int
	come chan struct{}
}

// after is closed when n more requests have begun.
func (m *moments) after(n int) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left, m.come = n, make(chan struct{})
	return m.come
}

func (m *moments) pass() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left--; m.left == 0 {
		close(m.come)
	}
}

// wait waits for a moment in the middle of the clients' work, a random one.
func (w *world) wait() {
	w.t.Helper()
	select {
	case <-w.moments.after(10 + w.chance.IntN(80)):
	case <-time.After(programtest.Patience):
		w.t.Fatalf("the clients do nothing\n%s", &w.portal.Stderr)
	}
	pause(w.t.Context(), time.Duration(w.chance.IntN(10_000))*time.Microsecond) // and somewhere within a request
}

// fail tells of something that must never be, as a client saw it; the first few times.
func (w *world) fail(format string, args ...any) {
	if !w.t.Failed() {
		w.t.Errorf(format, args...)
	}
}
