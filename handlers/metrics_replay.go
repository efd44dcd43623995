package handlers

import (
	"context"
	"time"

	"portico/db"

	"github.com/prometheus/client_golang/prometheus"
)

// replayed tells what the nightly replay found lately, whichever copy ran it: a restart does not silence it.
type replayed struct{ db *db.DB }

var replayedCases = prometheus.NewDesc("portico_replayed_cases",
	"Cases of the last seven days that were decided again by what decided them, by result: same, different.", []string{"result"}, nil)

// Describe tells what is collected.
func (r replayed) Describe(to chan<- *prometheus.Desc) { to <- replayedCases }

// Collect asks the database. When it is away there is no number, and the rest is told all the same.
func (r replayed) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	cases, differing, err := r.db.Replayed(ctx)
	if err != nil {
		return
	}
	for result, n := range map[string]int{"same": cases - differing, "different": differing} {
		to <- prometheus.MustNewConstMetric(replayedCases, prometheus.GaugeValue, float64(n), result)
	}
}
