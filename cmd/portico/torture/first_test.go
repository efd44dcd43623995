package torture

import (
	"path/filepath"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
)

// TestFirstStart kills a portal while it makes its database, fills it, or finds what the last one left, until one is
// let live: then the demo is there as if nothing had been.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	folder := programtest.Folder(t)
	begin(t)
	w := &world{t: t, chance: chance(t), data: filepath.Join(folder, "data"), args: []string{"--demo"}, done: make(chan struct{})}
	for range max(2, *rounds) {
		w.serve()
		pause(t.Context(), time.Duration(w.chance.IntN(1500))*time.Millisecond)
		w.killPortal()
		w.buried()
	}
	w.start()
	w.recovered()
	c := w.database()
	for table, n := range map[string]int{"cases": 400, "people": 14, "rule_versions": 1} {
		if found := ask[int](w, c, `select count(*)::int from `+table)[0]; found != n {
			t.Errorf("%d %s are there, not %d", found, table, n)
		}
	}
	told := ask[int64](w, c, `select max(id) from events`)[0] // of what happened before, nobody was
	(&checker{w: w, begun: start{Event: told}}).half(c)
	w.stop()
}
