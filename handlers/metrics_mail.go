package handlers

import (
	"context"
	"time"

	"portico/db"

	"github.com/prometheus/client_golang/prometheus"
)

// mailed counts the mail that somebody may have to look after, of all copies, when it is asked.
type mailed struct{ db *db.DB }

// countedMail is how far each state is counted: an alarm has rung long before.
const countedMail = 100_000

var (
	mails      = prometheus.NewDesc("portico_mails", "Mail that waits (what is tried again is part of it), was perhaps sent, or was given up.", []string{"state"}, nil)
	mailsSince = prometheus.NewDesc("portico_mail_waits_seconds", "For how long the oldest mail waits that does.", nil, nil)
)

// Describe tells what is collected.
func (m mailed) Describe(to chan<- *prometheus.Desc) {
	to <- mails
	to <- mailsSince
}

// Collect asks the database. When it is away there is no number.
func (m mailed) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(db.AsSystem(context.Background(), "metrics"), 2*time.Second)
	defer cancel()
	counts, since, err := m.db.MailCounts(ctx, countedMail)
	if err != nil {
		return
	}
	for state, n := range counts {
		to <- prometheus.MustNewConstMetric(mails, prometheus.GaugeValue, float64(n), string(state))
	}
	waits := 0.0
	if !since.IsZero() {
		waits = max(0, time.Since(since).Seconds())
	}
	to <- prometheus.MustNewConstMetric(mailsSince, prometheus.GaugeValue, waits)
}
