package views

import (
	"strconv"
	"strings"
	"time"
)

// Lists are full of times, so that they are written by appending: with a text made of each word they took an eighth of
// what the portal spends on a list.

// appendWhen writes how long ago something was, or how far ahead; on hover and for readers the full date in t's own zone.
func (e *Engine) appendWhen(b []byte, lang string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	var room [96]byte
	b = append(b, `<time datetime="`...)
	b = append(t.AppendFormat(b, time.RFC3339), `" title="`...)
	b = escape(b, appendMoment(room[:0], lang, t))
	b = append(b, `" data-relative>`...)
	b = escape(b, appendRelative(room[:0], lang, e.clock(), t))
	return append(b, `</time>`...)
}

// appendRelative says how far t is from now, in words: "2 h ago", "in 3 days".
func appendRelative(b []byte, lang string, now, t time.Time) []byte {
	d := now.Sub(t)
	minutes, hours, days := "time.ago.minutes", "time.ago.hours", "time.ago.days"
	if d < 0 {
		d, minutes, hours, days = -d, "time.ahead.minutes", "time.ahead.hours", "time.ahead.days"
	}
	switch {
	case d < time.Minute:
		return appendText(b, lang, "time.now")
	case d < time.Hour:
		return appendText(b, lang, minutes, "N", strconv.Itoa(int(d/time.Minute)))
	case d < 24*time.Hour:
		return appendText(b, lang, hours, "N", strconv.Itoa(int(d/time.Hour)))
	case d < 14*24*time.Hour:
		return appendCounted(b, lang, days, int(d/(24*time.Hour)))
	}
	return appendDay(b, lang, t)
}

// Day is a date in t's own zone: "22 November 2026".
func Day(lang string, t time.Time) string { return string(appendDay(nil, lang, t)) }

func appendDay(b []byte, lang string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	year, month, day := t.Date()
	b = strconv.AppendInt(b, int64(day), 10)
	if lang == "fr" && day == 1 {
		b = append(b, "er"...)
	}
	b = append(appendText(append(b, ' '), lang, months[month-1]), ' ')
	return strconv.AppendInt(b, int64(year), 10)
}

// Weekday is a date in t's own zone with its day of the week: "Sunday, 22 November 2026".
func Weekday(lang string, t time.Time) string {
	return string(appendText(nil, lang, "case.day", "Weekday", put(lang, weekdays[t.Weekday()]), "Day", Day(lang, t)))
}

// The keys of months and days of the week in the catalogues.
var (
	months = [...]string{"month.1", "month.2", "month.3", "month.4", "month.5", "month.6", "month.7", "month.8", "month.9",
		"month.10", "month.11", "month.12"}
	weekdays = [...]string{"weekday.0", "weekday.1", "weekday.2", "weekday.3", "weekday.4", "weekday.5", "weekday.6"}
)

// Clock is the time of day in t's own zone: "14:05", "14 h 05", and "14 h" on the hour.
func Clock(lang string, t time.Time) string { return string(appendClock(nil, lang, t)) }

func appendClock(b []byte, lang string, t time.Time) []byte {
	hour, minute, _ := t.Clock()
	if lang != "fr" {
		return append(b, byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10))
	}
	b = append(strconv.AppendInt(b, int64(hour), 10), "\u00a0h"...)
	if minute == 0 {
		return b
	}
	return append(append(b, "\u00a0"...), byte('0'+minute/10), byte('0'+minute%10))
}

// Moment is date and time in t's own zone, which it names.
func Moment(lang string, t time.Time) string { return string(appendMoment(nil, lang, t)) }

func appendMoment(b []byte, lang string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return appendText(b, lang, "time.moment", "Weekday", put(lang, weekdays[t.Weekday()]), "Day", Day(lang, t),
		"Clock", Clock(lang, t), "Zone", zoneName(lang, t))
}

// zonesInFrench are the zones of Canada as they are abbreviated in French.
var zonesInFrench = map[string]string{
	"NST": "HNT", "NDT": "HAT", "AST": "HNA", "ADT": "HAA", "EST": "HNE", "EDT": "HAE",
	"CST": "HNC", "CDT": "HAC", "MST": "HNR", "MDT": "HAR", "PST": "HNP", "PDT": "HAP",
}

// zoneName is the zone's abbreviation, or its distance from UTC where it has none.
func zoneName(lang string, t time.Time) string {
	name, _ := t.Zone()
	if lang == "fr" {
		if french, known := zonesInFrench[name]; known {
			return french
		}
	}
	if strings.ContainsAny(name, "+-") {
		return "UTC" + t.Format("-07:00")
	}
	return name
}
