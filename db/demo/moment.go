package demo

import (
	"math/rand/v2"
	"slices"
	"time"
)

// moment draws when a case is opened: within a year, mostly when people work. One in so many is of late; 0: none is
// more than others.
func moment(rng *rand.Rand, now time.Time, late int) time.Time {
	for {
		days := rng.Float64() * 365
		if late > 0 && rng.IntN(late) == 0 {
			days = rng.Float64() * 12
		}
		day := now.Add(-time.Duration(days * 24 * float64(time.Hour)))
		if wd := day.Weekday(); (wd == time.Saturday || wd == time.Sunday) && rng.IntN(6) != 0 {
			continue
		}
		hour := 11 + int(rng.NormFloat64()*3) // in UTC-3 or so this is what people call a day
		if rng.IntN(12) == 0 {
			hour = rng.IntN(24)
		}
		year, month, date := day.Date()
		at := time.Date(year, month, date, hour+3, rng.IntN(60), rng.IntN(60), 0, time.UTC)
		if at.Before(now.Add(-2*time.Minute)) && at.After(now.AddDate(-1, 0, 0)) {
			return at
		}
	}
}

// Moments draws when a great many cases were opened, in their order: all over the year before now.
func Moments(rng *rand.Rand, now time.Time, n int) []time.Time {
	all := make([]time.Time, n)
	for i := range all {
		all[i] = moment(rng, now, 0)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}
