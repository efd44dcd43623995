package handlers

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/riverqueue/river"
)

// Metrics counts what goes on, for Prometheus. Its labels name routes, states and kinds: never a person, an account or
// a case.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	streams  prometheus.Gauge
	jobs     *prometheus.HistogramVec

	connections prometheus.Gauge
	turned      prometheus.Counter
}

// NewMetrics makes the metrics of one running portal.
func NewMetrics(d *db.DB) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "portico_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "portico_request_seconds", Help: "Time until a request was answered, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "portico_streams", Help: "Pages that listen for changes.",
		}),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "portico_connections", Help: "Connections of clients that are open.",
		}),
		turned: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "portico_connections_turned_away_total", Help: "Connections closed or refused to make room, as too many were open.",
		}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "portico_job_seconds", Help: "Time that background jobs took, by kind and how they ended.",
			Buckets: []float64{.005, .025, .1, .5, 2.5, 10, 60},
		}, []string{"kind", "outcome"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.streams, m.jobs, m.connections, m.turned,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), queue{d}, mailed{d}, replayed{d})
	m.registry.MustRegister(desk.Metrics()...)
	m.registry.MustRegister(poolMetrics(d.Pool())...)
	return m
}

// Handler answers /metrics, on a listener of its own.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 10 * time.Second})
}

// Stream counts one page that listens for changes, until done is called.
func (m *Metrics) Stream() (done func()) {
	m.streams.Inc()
	return m.streams.Dec
}

// Jobs counts the jobs that this copy works, until the channel is closed.
func (m *Metrics) Jobs(events <-chan *river.Event) {
	for e := range events {
		if e.Job != nil && e.JobStats != nil {
			m.jobs.WithLabelValues(e.Job.Kind, string(e.Kind)).Observe(e.JobStats.RunDuration.Seconds())
		}
	}
}

func (m *Metrics) request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(method, route).Observe(took.Seconds())
}

func poolMetrics(pool *pgxpool.Pool) []prometheus.Collector {
	gauge := func(name, help string, value func(*pgxpool.Stat) int32) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "portico_database_connections_" + name, Help: help},
			func() float64 { return float64(value(pool.Stat())) })
	}
	return []prometheus.Collector{
		gauge("open", "Connections to the database.", (*pgxpool.Stat).TotalConns),
		gauge("used", "Connections to the database that are in use.", (*pgxpool.Stat).AcquiredConns),
		gauge("limit", "Connections to the database that this copy may have.", (*pgxpool.Stat).MaxConns),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "portico_database_waits_total", Help: "Times that somebody had to wait for a connection.",
		}, func() float64 { return float64(pool.Stat().EmptyAcquireCount()) }),
	}
}

// queue counts all jobs in the database, worked by whichever copy, when it is asked.
type queue struct{ db *db.DB }

var queued = prometheus.NewDesc("portico_jobs", "Background jobs of all copies, by state.", []string{"state"}, nil)

// Describe tells what is collected.
func (q queue) Describe(to chan<- *prometheus.Desc) { to <- queued }

// Collect asks the database. When it is away there is no number, and the rest is told all the same.
func (q queue) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	counts, err := q.db.JobCounts(ctx)
	if err != nil {
		return
	}
	for state, n := range counts {
		to <- prometheus.MustNewConstMetric(queued, prometheus.GaugeValue, float64(n), state)
	}
}
