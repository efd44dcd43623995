package handlers_test

import (
	"syscall"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/handlertest"
)

// BenchmarkCases measures a request through the whole portal; cpu-µs is what this process spends on it, the database
// apart.
func BenchmarkCases(b *testing.B) {
	site := handlertest.New(b)
	manager, agent := site.As("manager@maple.test"), site.As("agent@boreal.test")
	n := aCase(b, site, "customer@maple.test", db.Open, db.Awaiting)
	for _, page := range []struct {
		name string
		ask  func() *handlertest.Answer
	}{
		{"list", func() *handlertest.Answer { return manager.Get("/cases") }},
		{"list partial", func() *handlertest.Answer { return manager.Partial("/cases?state=open") }},
		{"list partial of all", func() *handlertest.Answer { return agent.Partial("/cases") }},
		{"list of all", func() *handlertest.Answer { return agent.Get("/cases") }},
		{"case", func() *handlertest.Answer { return manager.Get("/cases/" + n.String()) }},
		{"case for staff", func() *handlertest.Answer { return agent.Get("/cases/" + n.String()) }},
	} {
		b.Run(page.name, func(b *testing.B) {
			page.ask()
			before, asked := cpu(b), site.App.DB.Statements()
			size := 0
			for b.Loop() {
				answer := page.ask()
				if answer.Status != 200 {
					b.Fatal(answer.Status)
				}
				size = len(answer.Body)
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
			b.ReportMetric(float64(site.App.DB.Statements()-asked)/float64(b.N), "queries/op")
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
