package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"portico/db"
)

// spent is CPU time, by who spent it.
type spent struct {
	portal   time.Duration
	postgres time.Duration
	own      time.Duration // this process
}

func (s spent) since(before spent) spent {
	return spent{s.portal - before.portal, s.postgres - before.postgres, s.own - before.own}
}

func (s spent) plus(more spent) spent {
	return spent{s.portal + more.portal, s.postgres + more.postgres, s.own + more.own}
}

// meters read what portal, PostgreSQL and this process have spent. The portal's come from its own /metrics, so that a
// portal is measured alike whoever started it, on whatever machine.
type meters struct {
	metrics string
	client  http.Client

	postmaster int // 0: PostgreSQL does not run on this machine
}

func newMeters(ctx context.Context, d *db.DB, metrics string) (*meters, string, error) {
	version, process, err := d.ServerProcess(ctx)
	if err != nil {
		return nil, "", err
	}
	m := &meters{metrics: metrics, client: http.Client{Timeout: 30 * time.Second}}
	m.postmaster = parentOfBackend("/proc", process)
	if _, err := m.scrape(ctx); err != nil {
		return nil, "", err
	}
	return m, version, nil
}

// begin reads what was spent before something is measured, and end afterwards. Asking the portal has a cost of its own:
// the order keeps it out.
func (m *meters) begin(ctx context.Context) (s spent, err error) {
	if s.portal, err = m.portal(ctx); err != nil {
		return s, err
	}
	s.postgres = m.server()
	s.own = self()
	return s, nil
}

func (m *meters) end(ctx context.Context) (s spent, err error) {
	s.own = self()
	s.postgres = m.server()
	s.portal, err = m.portal(ctx)
	return s, err
}

func (m *meters) portal(ctx context.Context) (time.Duration, error) {
	found, err := m.scrape(ctx)
	return time.Duration(found["process_cpu_seconds_total"] * float64(time.Second)), err
}

// memory is what the portal occupies, in bytes.
func (m *meters) memory(ctx context.Context) (int64, error) {
	found, err := m.scrape(ctx)
	return int64(found["process_resident_memory_bytes"]), err
}

// scrape reads the portal's metrics that have no labels.
func (m *meters) scrape(ctx context.Context) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.metrics, nil)
	if err != nil {
		return nil, fmt.Errorf("the address of the metrics: %w", err)
	}
	r, err := m.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the portal's metrics can't be read: %w", err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = errors.New(r.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("the portal's metrics can't be read: %w", err)
	}
	found := plainMetrics(text)
	if found["process_cpu_seconds_total"] == 0 {
		return nil, fmt.Errorf("%s does not tell what CPU the portal has used: it runs on a system that doesn't say", m.metrics)
	}
	return found, nil
}

// plainMetrics reads the figures without labels from what Prometheus reads.
func plainMetrics(text []byte) map[string]float64 {
	found := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(name, "#") || strings.Contains(name, "{") {
			continue
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			found[name] = v
		}
	}
	return found
}

func self() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// server is what PostgreSQL has spent: its postmaster, all processes below it, and those that have ended.
func (m *meters) server() time.Duration {
	if m.postmaster == 0 {
		return 0
	}
	return treeCPU("/proc", m.postmaster)
}

// tick is the unit in which Linux tells of CPU time, on every machine that Go runs on.
const tick = 10 * time.Millisecond

// process is what /proc tells of one.
type process struct {
	parent int
	name   string
	used   time.Duration // itself
	reaped time.Duration // by children that have ended
}

// parseStat reads /proc/<number>/stat. The name stands in brackets, and may hold brackets and spaces itself.
func parseStat(text []byte) (p process, ok bool) {
	from, to := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if from < 0 || to < from {
		return p, false
	}
	p.name = string(text[from+1 : to])
	fields := strings.Fields(string(text[to+1:]))
	if len(fields) < 15 {
		return p, false
	}
	ticks := func(i int) time.Duration {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		ok = ok && err == nil
		return time.Duration(n) * tick
	}
	ok = true
	p.used = ticks(11) + ticks(12)
	p.reaped = ticks(13) + ticks(14)
	parent, err := strconv.Atoi(fields[1])
	p.parent = parent
	return p, ok && err == nil
}

// readProcess prefers what the scheduler counted to the nanosecond: PostgreSQL's processes have one thread, of which
// alone that tells.
func readProcess(proc string, pid int) (process, bool) {
	folder := filepath.Join(proc, strconv.Itoa(pid))
	text, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil {
		return process{}, false
	}
	p, ok := parseStat(text)
	if !ok {
		return p, false
	}
	if text, err := os.ReadFile(filepath.Join(folder, "schedstat")); err == nil {
		first, _, _ := strings.Cut(string(text), " ")
		if n, err := strconv.ParseInt(first, 10, 64); err == nil && n > 0 {
			p.used = time.Duration(n)
		}
	}
	return p, true
}

// parentOfBackend is the postmaster above a backend of that number; 0 if it isn't a process of this machine.
func parentOfBackend(proc string, backend int) int {
	p, ok := readProcess(proc, backend)
	if !ok || !strings.HasPrefix(p.name, "postgres") {
		return 0
	}
	if p, ok := readProcess(proc, p.parent); !ok || !strings.HasPrefix(p.name, "postgres") {
		return 0
	}
	return p.parent
}

// looks is how often treeCPU looks again when children end under its eyes.
const looks = 20

// treeCPU is what a process, its children, and its children that have ended have spent. What a child spent goes over to
// its parent when that one sees it end, so all are read between two looks at the parent, and again if it has seen one end
// in between: a child counts once. Where children end all the time, the last look counts: one that ended during it then
// counts twice, and none is lost.
func treeCPU(proc string, root int) time.Duration {
	before, ok := readProcess(proc, root)
	if !ok {
		return 0
	}
	for look := 1; ; look++ {
		sum := childrenCPU(proc, root)
		after, ok := readProcess(proc, root)
		if !ok {
			return 0
		}
		if after.reaped == before.reaped || look == looks {
			return sum + after.used + after.reaped
		}
		before = after
	}
}

// childrenCPU is what the children that are there have spent.
func childrenCPU(proc string, parent int) (sum time.Duration) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == parent {
			continue
		}
		if p, ok := readProcess(proc, pid); ok && p.parent == parent {
			sum += p.used + p.reaped
		}
	}
	return sum
}
