package db_test

import (
	"testing"
	"time"

	"portico/db"
)

func TestCalendar(t *testing.T) {
	var c db.Calendar
	for day := time.Monday; day <= time.Friday; day++ {
		c.Hours = append(c.Hours, db.BusinessHours{Weekday: day, Opens: 8 * 60, Closes: 18 * 60})
	}
	c.Holidays = []db.Holiday{{Day: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}}

	for _, test := range []struct {
		fact, zone, start string
		minutes           int
		want              string
	}{
		{"within a day", "America/Toronto", "2026-06-15 10:00", 240, "2026-06-15 14:00"},
		{"to the very end of a day", "America/Toronto", "2026-06-15 14:00", 240, "2026-06-15 18:00"},
		{"over night", "America/Toronto", "2026-06-15 16:00", 240, "2026-06-16 10:00"},
		{"over a weekend", "America/Moncton", "2026-06-19 17:00", 240, "2026-06-22 11:00"},
		{"from a weekend", "America/Halifax", "2026-06-20 12:00", 480, "2026-06-22 16:00"},
		{"from before opening", "America/Edmonton", "2026-06-15 05:30", 60, "2026-06-15 09:00"},
		{"from after closing", "America/Edmonton", "2026-06-15 21:00", 60, "2026-06-16 09:00"},
		{"around a holiday", "America/St_Johns", "2026-06-30 17:30", 60, "2026-07-02 08:30"},
		{"on a holiday", "America/Goose_Bay", "2026-07-01 11:00", 30, "2026-07-02 08:30"},
		{"more than a day", "America/Toronto", "2026-06-15 09:00", 960, "2026-06-16 15:00"},
		{"clocks go forward over the weekend", "America/Toronto", "2026-03-06 17:00", 120, "2026-03-09 09:00"},
		{"clocks go back over the weekend", "America/Toronto", "2026-10-30 17:00", 120, "2026-11-02 09:00"},
		{"nothing to add", "America/Toronto", "2026-06-20 12:00", 0, "2026-06-20 12:00"},
	} {
		t.Run(test.fact, func(t *testing.T) {
			zone := load(t, test.zone)
			got := c.Add(wall(t, test.start, zone).UTC(), test.minutes, zone).In(zone)
			if want := wall(t, test.want, zone); !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}

	t.Run("is open", func(t *testing.T) {
		zone := load(t, "America/St_Johns")
		for at, want := range map[string]bool{
			"2026-06-15 07:59": false, "2026-06-15 08:00": true, "2026-06-15 17:59": true, "2026-06-15 18:00": false,
			"2026-06-20 10:00": false, "2026-07-01 10:00": false,
		} {
			if got := c.Open(wall(t, at, zone).UTC(), zone); got != want {
				t.Errorf("at %s: open is %v", at, got)
			}
		}
	})

	t.Run("a stretch across the change of clocks counts real time", func(t *testing.T) {
		night := db.Calendar{Hours: []db.BusinessHours{{Weekday: time.Sunday, Opens: 0, Closes: 6 * 60}}}
		zone := load(t, "America/Toronto")
		got := night.Add(wall(t, "2026-03-08 00:00", zone), 5*60, zone) // from 2 to 3 there is no time
		if want := wall(t, "2026-03-08 06:00", zone); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})

	t.Run("a lunch break is not counted", func(t *testing.T) {
		lunch := db.Calendar{Hours: []db.BusinessHours{
			{Weekday: time.Monday, Opens: 13 * 60, Closes: 17 * 60}, {Weekday: time.Monday, Opens: 8 * 60, Closes: 12 * 60},
		}}
		zone := load(t, "America/Toronto")
		got := lunch.Add(wall(t, "2026-06-15 11:00", zone), 120, zone)
		if want := wall(t, "2026-06-15 14:00", zone); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})

	t.Run("without hours it is always open", func(t *testing.T) {
		var always db.Calendar
		at := wall(t, "2026-06-20 03:00", time.UTC)
		if !always.Open(at, time.UTC) || !always.Add(at, 30, time.UTC).Equal(at.Add(30*time.Minute)) {
			t.Error("it is not")
		}
	})

	t.Run("as rules see it", func(t *testing.T) {
		at := time.Date(2026, 6, 15, 14, 0, 0, 0, time.UTC)
		f := c.Facts(at, load(t, "America/Toronto"))
		if f.Hour != 10 || f.Weekday != "Monday" || !f.BusinessHours {
			t.Errorf("got %+v", f)
		}
	})
}

func TestTargetFor(t *testing.T) {
	all := []db.ResponseTarget{
		{Priority: 2, Tier: "gold", Minutes: 120}, {Priority: 2, Minutes: 240}, {Priority: 3, Minutes: 480},
	}
	for _, test := range []struct {
		fact     string
		priority db.Priority
		tier     string
		minutes  int
		ok       bool
	}{
		{"a tier's own target comes first", 2, "gold", 120, true},
		{"a tier without one has that of all", 2, "standard", 240, true},
		{"the same for its other priorities", 3, "gold", 480, true},
		{"without a target nothing is promised", 4, "gold", 0, false},
	} {
		t.Run(test.fact, func(t *testing.T) {
			if got, ok := db.TargetFor(all, test.priority, test.tier); got.Minutes != test.minutes || ok != test.ok {
				t.Errorf("got %v %v", got, ok)
			}
		})
	}
}

func load(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func wall(t *testing.T, s string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
