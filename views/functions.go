package views

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/rules"
)

// functions are what templates may call, bound to one language.
func (e *Engine) functions(lang string) template.FuncMap {
	marks := newMarks(lang)
	return template.FuncMap{
		"t": func(key string, pairs ...any) (string, error) { return Say(key, pairs...).in(lang) },
		"tn": func(key string, n int, pairs ...any) (string, error) {
			return Count(key, n, pairs...).in(lang)
		},
		"say":      func(m Message) (string, error) { return m.in(lang) },
		"text":     func(t rules.Text) string { return t.In(lang) },
		"option":   func(o rules.Option) string { return o.Text(lang) },
		"lang":     func() string { return lang },
		"icon":     e.assets.Icon,
		"asset":    e.assets.Path,
		"priority": marks.priority,
		"state":    marks.state,
		"when":     func(t time.Time) template.HTML { return e.when(lang, t) },
		"day":      func(t time.Time) string { return Day(lang, t) },
		"clock":    func(t time.Time) string { return Clock(lang, t) },
		"moment":   func(t time.Time) string { return Moment(lang, t) },
		"iso":      func(t time.Time) string { return t.Format(time.RFC3339) },
		"bytes":    func(n int64) string { return Bytes(lang, n) },
		"markdown": Markdown,
		"number":   func(n int) string { return Number(lang, n) },
		"each":     func(values any) (template.HTML, error) { return e.each(lang, values) },
	}
}

// marks are the shapes with words for priorities and states, made once a language: lists show many of them.
type marks struct {
	priorities map[db.Priority]template.HTML
	states     map[db.State]template.HTML
}

func newMarks(lang string) marks {
	m := marks{priorities: map[db.Priority]template.HTML{}, states: map[db.State]template.HTML{}}
	for p := db.Critical; p <= db.Low; p++ {
		m.priorities[p] = mark("priority", strconv.Itoa(int(p)), PriorityName(p).In(lang))
	}
	for _, s := range []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed} {
		m.states[s] = mark("state", string(s), StateName(s).In(lang))
	}
	return m
}

func mark(kind, name, words string) template.HTML {
	return template.HTML(`<span class="` + kind + `" data-` + kind + `="` + name + `">` + template.HTMLEscapeString(words) + `</span>`)
}

func (m marks) priority(p db.Priority) template.HTML { return m.priorities[p] }
func (m marks) state(s db.State) template.HTML       { return m.states[s] }

// PriorityName is a priority as people read it: "1 - Critical".
func PriorityName(p db.Priority) Message { return Say("priority." + strconv.Itoa(int(p))) }

// StateName is a state as people read it: "Awaiting your reply".
func StateName(s db.State) Message { return Say("state." + string(s)) }

// when is how long ago something was, or how far ahead; on hover and for readers the full date in t's own zone.
func (e *Engine) when(lang string, t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	b := append(make([]byte, 0, 192), `<time datetime="`...)
	b = append(t.AppendFormat(b, time.RFC3339), `" title="`...)
	b = append(append(b, template.HTMLEscapeString(Moment(lang, t))...), `" data-relative>`...)
	b = append(append(b, template.HTMLEscapeString(Relative(lang, e.clock(), t))...), `</time>`...)
	return template.HTML(b)
}

// Relative says how far t is from now, in words: "2 h ago", "in 3 days".
func Relative(lang string, now, t time.Time) string {
	d := now.Sub(t)
	direction := "ago"
	if d < 0 {
		d, direction = -d, "ahead"
	}
	switch {
	case d < time.Minute:
		return T(lang, "time.now")
	case d < time.Hour:
		return put(lang, "time."+direction+".minutes", "N", strconv.Itoa(int(d/time.Minute)))
	case d < 24*time.Hour:
		return put(lang, "time."+direction+".hours", "N", strconv.Itoa(int(d/time.Hour)))
	case d < 14*24*time.Hour:
		return Count("time."+direction+".days", int(d/(24*time.Hour))).In(lang)
	}
	return Day(lang, t)
}

// Day is a date in t's own zone: "22 November 2026".
func Day(lang string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	day := strconv.Itoa(t.Day())
	if lang == "fr" && t.Day() == 1 {
		day = "1er"
	}
	return day + " " + put(lang, "month."+strconv.Itoa(int(t.Month()))) + " " + strconv.Itoa(t.Year())
}

// Clock is the time of day in t's own zone: "14:05", "14 h 05", and "14 h" on the hour.
func Clock(lang string, t time.Time) string {
	if lang == "fr" && t.Minute() == 0 {
		return strconv.Itoa(t.Hour()) + "\u00a0h"
	}
	if lang == "fr" {
		return fmt.Sprintf("%d\u00a0h\u00a0%02d", t.Hour(), t.Minute())
	}
	return t.Format("15:04")
}

// Moment is date and time in t's own zone, which it names.
func Moment(lang string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return put(lang, "time.moment", "Weekday", put(lang, "weekday."+strconv.Itoa(int(t.Weekday()))), "Day", Day(lang, t),
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
	if french, known := zonesInFrench[name]; known && lang == "fr" {
		return french
	}
	if strings.ContainsAny(name, "+-") {
		return "UTC" + t.Format("-07:00")
	}
	return name
}

// Bytes is a file's size in words.
func Bytes(lang string, n int64) string {
	units := []string{"bytes.b", "bytes.kb", "bytes.mb", "bytes.gb"}
	size, unit := float64(n), 0
	for size >= 1000 && unit < len(units)-1 {
		size /= 1000
		unit++
	}
	figure := strconv.FormatFloat(size, 'f', 0, 64)
	if unit > 0 && size < 10 {
		figure = strconv.FormatFloat(size, 'f', 1, 64)
	}
	if lang == "fr" {
		figure = strings.Replace(figure, ".", ",", 1)
	}
	return figure + "\u00a0" + T(lang, units[unit])
}

// Number is a whole number with its thousands set apart as the language does.
func Number(lang string, n int) string {
	digits := strconv.Itoa(n)
	separator := ","
	if lang == "fr" {
		separator = "\u202f"
	}
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return digits
}
