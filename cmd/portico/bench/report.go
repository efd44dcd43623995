package bench

import (
	"slices"
	"time"
)

// Report is all that was measured, as --json writes it. Times are milliseconds, memory is megabytes (1,000,000 bytes).
type Report struct {
	At               time.Time `json:"at"`
	Cases            int       `json:"cases"` // in the database, when it began
	Accounts         int       `json:"accounts"`
	Portico          string    `json:"portico"`
	PostgreSQL       string    `json:"postgresql"`
	Go               string    `json:"go"`
	Cores            int       `json:"cores"`
	Clients          int       `json:"clients"`
	Seconds          float64   `json:"seconds"` // for which each figure was measured
	Encoding         string    `json:"accept_encoding"`
	MeasuresPostgres bool      `json:"measures_postgres"` // its CPU; it can't where it runs elsewhere
	Figures          []*Figure `json:"figures"`
}

// Figure is one thing that was measured.
type Figure struct {
	Group string `json:"group"`
	Name  string `json:"name"`
	Cost
	Floor *Cost   `json:"floor,omitempty"`
	Ratio float64 `json:"ratio,omitempty"` // CPU of portal and PostgreSQL for one, over that of the floor
	Value *Value  `json:"value,omitempty"` // of what is no request
	Aim   *Aim    `json:"aim,omitempty"`
	Grown *Aim    `json:"grown,omitempty"` // since an earlier report of fewer cases, where it is not to grow with them
	Over  string  `json:"over,omitempty"`  // what stands below whose list it is, in words
	Note  string  `json:"note,omitempty"`  // what was measured, where the name doesn't say it
}

// Cost is what something took each time it was done. Of a floor, CPU is that of the client that sent the statements.
type Cost struct {
	Times       int     `json:"times,omitempty"`
	P50         float64 `json:"p50_ms,omitempty"`
	P99         float64 `json:"p99_ms,omitempty"`
	Max         float64 `json:"max_ms,omitempty"`
	PerSecond   float64 `json:"per_second,omitempty"`
	CPU         float64 `json:"cpu_ms,omitempty"`
	PostgresCPU float64 `json:"postgres_cpu_ms,omitempty"`
}

// Value is a measure that is no time, or not of one request.
type Value struct {
	Number float64 `json:"number"`
	Unit   string  `json:"unit"`
}

// Aim is what a figure should reach: at most so much.
type Aim struct {
	Of    string  `json:"of"` // what is held against it
	Limit float64 `json:"limit"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	Met   bool    `json:"met"`
}

func (a *Aim) judge(value float64) { a.Value, a.Met = value, value <= a.Limit }

func timesFloor(limit float64) *Aim {
	return &Aim{Of: "CPU, in that of the floor", Limit: limit, Unit: "×"}
}
func withinMilliseconds(limit float64) *Aim {
	return &Aim{Of: "CPU", Limit: limit, Unit: "ms"}
}
func withinMegabytes(limit float64) *Aim { return &Aim{Of: "memory", Limit: limit, Unit: "MB"} }

const megabyte = 1_000_000

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// cost is what a sample tells of one time that it was done; cpu is who did it.
func cost(s sample, cpu time.Duration) Cost {
	n := len(s.took)
	if n == 0 {
		return Cost{}
	}
	slices.Sort(s.took)
	return Cost{
		Times: n, P50: milliseconds(percentile(s.took, .5)), P99: milliseconds(percentile(s.took, .99)), Max: milliseconds(s.took[n-1]),
		PerSecond: float64(n) / s.wall.Seconds(), CPU: milliseconds(cpu) / float64(n), PostgresCPU: milliseconds(s.spent.postgres) / float64(n),
	}
}

// all is what it took of both.
func (c Cost) all() float64 { return c.CPU + c.PostgresCPU }

// steady is how much a list may cost of what it cost with fewer cases, and count as not growing with them: two runs differ
// by a fifth either way.
const steady = 1.5

// Compare holds the lists against those of an earlier report of fewer cases.
func (r *Report) Compare(before *Report) {
	if before.Cases >= r.Cases || !before.MeasuresPostgres || !r.MeasuresPostgres {
		return
	}
	for _, f := range r.Figures {
		then := before.find(f.Group, f.Name)
		if f.Group != listGroup || then == nil || then.all() == 0 {
			continue
		}
		f.Grown = &Aim{Of: "CPU, in that with " + thousands(float64(before.Cases)) + " cases", Limit: steady, Unit: "×"}
		f.Grown.judge(f.all() / then.all())
		if f.Over != then.Over && then.Over != "" {
			f.Note += "; then " + then.Over
		}
	}
}

func (r *Report) add(group, name string, s sample) *Figure {
	f := &Figure{Group: group, Name: name, Cost: cost(s, s.spent.portal)}
	r.Figures = append(r.Figures, f)
	return f
}

// floors adds a figure of statements alone, whose CPU is that of the client that sent them.
func (r *Report) floors(group, name string, s sample) *Figure {
	f := &Figure{Group: group, Name: name, Cost: cost(s, s.spent.own)}
	r.Figures = append(r.Figures, f)
	return f
}

func (r *Report) value(group, name string, number float64, unit string) *Figure {
	f := &Figure{Group: group, Name: name, Value: &Value{number, unit}}
	r.Figures = append(r.Figures, f)
	return f
}

// under puts the floor beside a figure.
func (f *Figure) under(s sample) {
	if len(s.took) == 0 {
		return
	}
	c := cost(s, s.spent.own)
	f.Floor = &c
	if c.all() > 0 {
		f.Ratio = f.all() / c.all()
	}
}
