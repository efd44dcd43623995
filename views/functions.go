package views

import (
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
		"when":     func(t time.Time) template.HTML { return template.HTML(e.appendWhen(nil, lang, t)) },
		"day":      func(t time.Time) string { return Day(lang, t) },
		"weekday":  func(t time.Time) string { return Weekday(lang, t) },
		"clock":    func(t time.Time) string { return Clock(lang, t) },
		"moment":   func(t time.Time) string { return Moment(lang, t) },
		"iso":      func(t time.Time) string { return t.Format(time.RFC3339) },
		"bytes":    func(n int64) string { return Bytes(lang, n) },
		"markdown": Markdown,
		"passages": Passages,
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
