package handlers

import (
	"strconv"
	"time"

	"portico/db"
	"portico/views"
)

// hoursInWords says when the provider works: "Monday to Friday, 08:00 to 18:00". Days that follow one another with the
// same hours are one line; weeks begin on Monday.
func hoursInWords(lang string, c db.Calendar) []string {
	type line struct {
		first, last   int // days since Monday
		opens, closes int
	}
	var lines []line
	for day := range 7 {
		for _, h := range c.Hours {
			if (int(h.Weekday)+6)%7 != day {
				continue
			}
			joined := false
			for i := range lines {
				l := &lines[i]
				if l.last == day-1 && l.opens == h.Opens && l.closes == h.Closes {
					l.last, joined = day, true
				}
			}
			if !joined {
				lines = append(lines, line{day, day, h.Opens, h.Closes})
			}
		}
	}
	name := func(day int) string { return views.T(lang, "weekday."+strconv.Itoa((day+1)%7)) }
	at := func(minutes int) string {
		return views.Clock(lang, time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC))
	}
	var out []string
	for _, l := range lines {
		days := views.T(lang, "form.hours.day", "Day", name(l.first))
		if l.last > l.first {
			days = views.T(lang, "form.hours.days", "First", name(l.first), "Last", name(l.last))
		}
		out = append(out, views.T(lang, "form.hours.line", "Days", days, "Opens", at(l.opens), "Closes", at(l.closes)))
	}
	return out
}
