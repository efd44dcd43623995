package desk

import (
	"strconv"

	"portico/rules"

	"github.com/prometheus/client_golang/prometheus"
)

// What this process decided. They are counted here, as every way of opening a case comes through this package.
var (
	decisions = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "portico_decisions_total", Help: "Cases decided by rules, by item and priority.",
	}, []string{"item", "priority"})
	failures = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "portico_rule_failures_total", Help: "Rules that failed on a case and were passed over.",
	})
)

// Metrics are what this package counts, for Prometheus.
func Metrics() []prometheus.Collector { return []prometheus.Collector{decisions, failures} }

// countDecision counts one case that was decided, after its transaction.
func countDecision(item string, d rules.Decision) {
	decisions.WithLabelValues(item, strconv.Itoa(d.Outcomes.Priority)).Inc()
	failures.Add(float64(len(d.Trace.Failed)))
}
