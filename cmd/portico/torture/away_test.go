package torture

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/db/embedded"
)

// readers look at pages all the time, besides those who do something.
const readers = 8

// limits are how long a portal may let its visitors wait, with some time for a machine that is busy with other things.
const (
	atOnce = 10 * time.Second // no request's limit is as short
	inTime = 45 * time.Second // the longest is that of sending a form: half a minute
)

// TestAway takes the database away while clients work, and gives it back.
func TestAway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		take  func(*provided) (back func())
		limit time.Duration
	}{
		"gone":   {(*provided).leave, atOnce},
		"frozen": {(*provided).freeze, inTime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := provide(t)
			p.start()
			k := p.checker(p.people)
			for range readers {
				c := k.clients[0].beside()
				c.works(func() { c.sees("/cases") })
			}
			heard := k.clients[0].listens("/live?on=cases")
			for range max(1, *rounds/4) {
				p.wait()
				before, refused := p.measure(), p.refusals.Load()
				back := test.take(p)
				p.until("somebody is told that the database is away", func() bool { return p.refusals.Load() > refused })
				pause(t.Context(), *away)
				p.bounded(before, p.measure())
				back()
				told := k.ledger.told()
				p.until("something is acknowledged again", func() bool { return k.ledger.told() > told+5 })
				p.hold(k.check)
				if slowest := time.Duration(p.slowest.Load()); slowest > test.limit {
					t.Errorf("it took %s to say that the database is away", slowest)
				}
				if t.Failed() {
					t.FailNow()
				}
			}
			p.finish()
			p.recovered()
			c := k.clients[0]
			for range 2 { // once might be what every page is told when listening begins again
				p.until("a stream is told of a change", func() bool { return heard.within(time.Second, func() { c.reply(c.cases[0]) }) })
			}
			k.check()
			if n := p.cut.Load(); n > 0 {
				t.Errorf("%d requests were not answered at all, though nobody touched the portal", n)
			}
			t.Logf("%d things acknowledged, %d answers that the database is away, the slowest after %s",
				k.ledger.told(), p.refusals.Load(), time.Duration(p.slowest.Load()))
			p.stop()
		})
	}
}

// provided is a world whose database is not the portal's to start again.
type provided struct {
	*world
	server *embedded.Server
}

func provide(t *testing.T) *provided {
	t.Helper()
	p := &provided{world: newWorld(t)}
	p.serve()
	p.args = append(p.args, "--metrics-addr", "127.0.0.1:0")
	p.environment = []string{
		"DATABASE_URL=" + p.server.URL(embedded.Program, embedded.Database),
		"PORTICO_OWNER_URL=" + p.server.URL(embedded.Owner, embedded.Database),
		"PORTICO_SECRET=" + strings.TrimSpace(begun.secret), "PORTICO_FILES=" + filepath.Join(p.data, "files"),
	}
	return p
}

func (p *provided) serve() {
	p.t.Helper()
	server, err := embedded.Start(p.t.Context(), embedded.Options{Dir: p.data})
	if err != nil {
		p.t.Fatal(err)
	}
	p.server = server
	p.t.Cleanup(func() { _ = server.Stop(context.Background()) })
}

// leave stops the database: whoever wants to connect is refused.
func (p *provided) leave() (back func()) {
	p.t.Helper()
	if err := p.server.Stop(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	return p.serve
}

// freeze stops all of the database's processes in the middle of what they do: whoever connects is let in, and waits.
func (p *provided) freeze() (back func()) {
	p.t.Helper()
	c := p.database()
	stopped := []int{p.postmaster()} // first, so that there are no new ones
	p.signal(stopped, syscall.SIGSTOP)
	others := ask[int](p.world, c, `select pid from pg_stat_activity where pid <> pg_backend_pid()`)
	p.signal(others, syscall.SIGSTOP)
	_ = c.Close(p.t.Context())
	stopped = append(others, stopped...)
	thaw := func() { p.signal(stopped, syscall.SIGCONT); stopped = nil }
	p.t.Cleanup(thaw)
	return thaw
}

func (p *provided) signal(pids []int, s syscall.Signal) {
	for _, pid := range pids {
		if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			p.t.Errorf("%s to process %d: %v", s, pid, err)
		}
	}
}
