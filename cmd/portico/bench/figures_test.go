package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/db"
)

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, test := range []struct {
		took []time.Duration
		part float64
		want time.Duration
	}{
		{nil, .5, 0}, {hundred[:1], .5, 1}, {hundred[:1], .99, 1}, {hundred[:2], .5, 1},
		{hundred, .5, 50}, {hundred, .99, 99}, {hundred, 1, 100}, {hundred, 0, 1},
	} {
		if got := percentile(test.took, test.part); got != test.want {
			t.Errorf("%g of %d: %d, want %d", test.part, len(test.took), got, test.want)
		}
	}
}

// stat is a line as Linux writes it of a process.
func stat(pid int, name string, parent int, used ...int) string {
	return fmt.Sprintf("%d (%s) S %d 1 1 0 -1 4194560 2345 0 10 0 %d %d %d %d 20 0 1 0 4711 222 333\n", pid, name, parent, used[0], used[1], used[2], used[3])
}

func TestCPUOfPostgreSQL(t *testing.T) {
	proc := t.TempDir()
	put := func(pid int, file, text string) {
		folder := filepath.Join(proc, fmt.Sprint(pid))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(10, "stat", stat(10, "postgres", 1, 3, 4, 100, 50))
	put(11, "stat", stat(11, "postgres: a) b (c", 10, 5, 6, 0, 0))
	put(12, "stat", stat(12, "postgres", 10, 700, 0, 0, 0))
	put(12, "schedstat", "1234567 89 10\n") // to the nanosecond, so it counts
	put(20, "stat", stat(20, "another", 1, 1000, 1000, 0, 0))
	put(30, "stat", "30 (cut o")
	if got, want := treeCPU(proc, 10), 1680*time.Millisecond+1234567; got != want {
		t.Errorf("PostgreSQL used %s, want %s", got, want)
	}
	for backend, want := range map[int]int{11: 10, 12: 10, 10: 0, 20: 0, 30: 0, 99: 0} {
		if got := parentOfBackend(proc, backend); got != want {
			t.Errorf("the postmaster of %d is %d, want %d", backend, got, want)
		}
	}
	if got := treeCPU(proc, 99); got != 0 {
		t.Errorf("a server that is not here used %s", got)
	}
}

func TestPlainMetrics(t *testing.T) {
	got := plainMetrics([]byte("# HELP x y\n# TYPE x counter\nprocess_cpu_seconds_total 1.25\nportico_jobs{state=\"a b\"} 3\nprocess_resident_memory_bytes 5.5e+07\nbroken\n"))
	if len(got) != 2 || got["process_cpu_seconds_total"] != 1.25 || got["process_resident_memory_bytes"] != 5.5e7 {
		t.Errorf("read %v", got)
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", .00004: "0.00004", .0123: "0.0123", 1.234: "1.23", 12.34: "12.34", 1234: "1,234", 1234567: "1,234,567", 999.6: "999.60", -1234: "-1,234"} {
		if got := number(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

func TestRowsOfAPage(t *testing.T) {
	page := []int64{9, 7, 5}
	for _, test := range []struct {
		name string
		got  []int64
		same bool
	}{
		{"the page", []int64{9, 7, 5}, true},
		{"with the first of the next", []int64{9, 7, 5, 3}, true},
		{"read backward", []int64{5, 7, 9}, true},
		{"backward, with one more", []int64{5, 7, 9, 11}, true},
		{"in another order", []int64{7, 9, 5}, false},
		{"with too many", []int64{9, 7, 5, 3, 1}, false},
		{"with too few", []int64{9, 7}, false},
		{"a count", []int64{3}, false},
	} {
		if sameRows(test.got, page) != test.same {
			t.Errorf("%s: the same is %t", test.name, !test.same)
		}
	}
}

func TestTakenInOrder(t *testing.T) {
	before := map[int64][]db.Number{1: {10, 11, 12}, 2: {20, 21}}
	for _, test := range []struct {
		name  string
		got   []db.Number
		empty int64
		says  string
	}{
		{"the first of each", []db.Number{10, 11, 20}, 0, ""},
		{"all of one", []db.Number{20, 21}, 2, ""},
		{"one is skipped", []db.Number{10, 12}, 0, "CS0000011 was skipped"},
		{"the first is skipped", []db.Number{21}, 0, "CS0000020 was skipped"},
		{"something was left", []db.Number{20}, 2, "CS0000021 was"},
		{"what never waited", []db.Number{10, 99}, 0, "only 1 of them"},
	} {
		got := map[db.Number]int64{}
		for _, n := range test.got {
			got[n] = 7
		}
		err := inOrder(before, got, map[int64]bool{test.empty: test.empty != 0})
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestTable(t *testing.T) {
	figures := func(scale float64) []*Figure {
		return []*Figure{
			{Group: "Lists", Name: "first page", Cost: Cost{Times: 10, P50: 1.5, P99: 12, PerSecond: 1234, CPU: .75 * scale, PostgresCPU: .25 * scale},
				Floor: &Cost{P50: .5, CPU: .2, PostgresCPU: .2}, Ratio: 2.5 * scale, Aim: &Aim{Limit: 2, Unit: "×", Value: 2.5 * scale}},
			{Group: "Memory", Name: "at rest", Value: &Value{61.25 * scale, "MB"}, Aim: &Aim{Limit: 100, Unit: "MB", Met: true}, Note: "a note"},
		}
	}
	at := Report{Cases: 1_000_000, Accounts: 10_000, Portico: "v1", PostgreSQL: "15.18", Go: "go1.26", Cores: 4, Clients: 8, Seconds: 3, MeasuresPostgres: true, Figures: figures(1)}
	before := at
	before.Cases, before.Figures = 100_000, figures(.5)
	var alone, compared bytes.Buffer
	if err := errors.Join(at.Write(&alone, nil), at.Write(&compared, &before)); err != nil {
		t.Fatal(err)
	}
	if got := alone.String(); got != table {
		t.Errorf("the table is\n%s\nwant\n%s", got, table)
	}
	if got := compared.String(); !strings.Contains(got, "in what it cost with 100,000 cases") || strings.Count(got, " 2.00 ×") != 2 {
		t.Errorf("what has grown does not stand in\n%s", got)
	}
}

func TestListsDoNotGrow(t *testing.T) {
	of := func(cases int, cpu float64, over string) *Report {
		return &Report{Cases: cases, MeasuresPostgres: true, Figures: []*Figure{
			{Group: listGroup, Name: "first page", Cost: Cost{Times: 10, CPU: cpu}, Over: over, Note: over},
			{Group: pageGroup, Name: "home", Cost: Cost{Times: 10, CPU: cpu}},
		}}
	}
	for _, test := range []struct {
		name string
		now  *Report
		mark string
	}{
		{"as before", of(1_000_000, 1.2, "100 accounts"), "✓ 1.20 ×  100 accounts"},
		{"dearer", of(1_000_000, 1.6, "1000 accounts"), "✗ 1.60 ×  1000 accounts; then 100 accounts"},
		{"of as many cases", of(100_000, 1.6, "100 accounts"), "  1.60 ×  100 accounts"},
	} {
		before := of(100_000, 1, "100 accounts")
		test.now.Compare(before)
		var text bytes.Buffer
		if err := test.now.Write(&text, before); err != nil || !strings.Contains(text.String(), test.mark) {
			t.Errorf("%s: %v, and %q does not stand in\n%s", test.name, err, test.mark, &text)
		}
		if test.now.Figures[1].Grown != nil {
			t.Errorf("%s: a page is held against what only lists are", test.name)
		}
	}
}

const table = `Portico v1: 1,000,000 cases of 10,000 accounts
PostgreSQL 15.18, go1.26, 4 cores; 8 clients, 3 s for each figure and as much for its floor, by turns

              ── took, ms ───            ──── CPU each, ms ────   floor, ms
                   p50    p99  a second  portal  postgres  both   p50   CPU   ratio  aim

Lists
  first page      1.50  12.00     1,234    0.75      0.25  1.00  0.50  0.40  2.50 ×  ✗ ≤ 2 ×

Memory
  at rest     61.25 MB                                                               ✓ ≤ 100 MB  a note

1 of 2 aims are met. CPU of a floor is that of PostgreSQL and of the client that asks it.
`
