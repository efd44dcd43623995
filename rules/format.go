package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Format writes a rule set as YAML, always the same for the same set. Parse reads back an equal one; comments are not
// kept, notes are.
func (s RuleSet) Format() string {
	w := &yamlWriter{}
	if len(s.Let) > 0 {
		w.line(0, "let:")
		for _, l := range s.Let {
			w.pair(1, scalar(l.Name), l.Expr)
		}
	}
	if len(s.Rules) > 0 {
		w.line(0, "rules:")
		for _, r := range s.Rules {
			w.rule(r)
		}
	}
	w.defaults(s.Default)
	if len(s.Examples) > 0 {
		w.line(0, "examples:")
		for _, e := range s.Examples {
			w.example(e)
		}
	}
	return w.String()
}

type yamlWriter struct{ strings.Builder }

func (w *yamlWriter) line(depth int, format string, a ...any) {
	w.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(w, format, a...)
	w.WriteByte('\n')
}

// pair writes a text under its key: on its line if it has one, below it if it has several.
func (w *yamlWriter) pair(depth int, key, text string) {
	if !literal.MatchString(text) {
		w.line(depth, "%s: %s", key, blockScalar(text))
		return
	}
	w.line(depth, "%s: |-", key)
	for l := range strings.SplitSeq(text, "\n") {
		w.line(depth+1, "%s", l)
	}
}

func (w *yamlWriter) rule(r Rule) {
	w.WriteString("  - ")
	w.line(0, "name: %s", blockScalar(r.Name))
	w.pair(2, "when", r.When)
	w.line(2, "then: %s", r.Then.yaml())
	w.text(2, "customer", r.Customer)
	if r.Note != "" {
		w.pair(2, "note", r.Note)
	}
	if r.Off {
		w.line(2, "off: true")
	}
}

func (w *yamlWriter) defaults(d Default) {
	if len(d.Customer) == 0 {
		w.line(0, "default: %s", d.Outcomes.yaml())
		return
	}
	w.line(0, "default:")
	for _, p := range d.Outcomes.pairs() {
		w.line(1, "%s", p)
	}
	w.text(1, "customer", d.Customer)
}

func (w *yamlWriter) text(depth int, key string, t Text) {
	if len(t) == 0 {
		return
	}
	w.line(depth, "%s:", key)
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		w.pair(depth+1, scalar(lang), t[lang])
	}
}

func (w *yamlWriter) example(e Example) {
	w.WriteString("  - ")
	w.line(0, "name: %s", blockScalar(e.Name))
	w.line(2, "item: %s", scalar(e.Item))
	if e.Account != "" {
		w.line(2, "account: %s", scalar(e.Account))
	}
	if e.Contact != "" {
		w.line(2, "contact: %s", scalar(e.Contact))
	}
	if n := e.Now; n != nil {
		w.line(2, "now: {hour: %d, weekday: %s, business_hours: %t}", n.Hour, scalar(n.Weekday), n.BusinessHours)
	}
	var answers []string
	for _, key := range slices.Sorted(maps.Keys(e.Answers)) {
		answers = append(answers, scalar(key)+": "+flow(e.Answers[key]))
	}
	w.line(2, "answers: {%s}", strings.Join(answers, ", "))
	w.line(2, "expect: %s", e.Expect.yaml())
}

func (o Outcomes) yaml() string { return "{" + strings.Join(o.pairs(), ", ") + "}" }

func (o Outcomes) pairs() []string {
	var out []string
	for _, name := range OutcomeNames {
		if v := o.Value(name); v != nil {
			out = append(out, name+": "+flow(v))
		}
	}
	return out
}

// flowText is a text in all its languages, within brackets.
func flowText(t Text) string {
	var pairs []string
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		pairs = append(pairs, scalar(lang)+": "+scalar(t[lang]))
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

func flow(value any) string {
	switch v := value.(type) {
	case string:
		return scalar(v)
	case []string:
		items := make([]string, len(v))
		for i, s := range v {
			items[i] = scalar(s)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case []Text:
		items := make([]string, len(v))
		for i, t := range v {
			items[i] = flowText(t)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case Within:
		return scalar(v.String())
	}
	return fmt.Sprint(value) // true, false and whole numbers
}

var (
	// plainFlow and plainBlock are what surely needs no quotes, within brackets and on a line of its own; literal is
	// what can stand below its key, line for line.
	plainFlow  = regexp.MustCompile(`^\p{L}[\p{L}\p{N}_./&+'’-]*( [\p{L}\p{N}_./&+'’-]+)*$`)
	plainBlock = regexp.MustCompile(`^\p{L}[\p{L}\p{N}\p{P}\p{S}]*( [\p{L}\p{N}\p{P}\p{S}]+)*$`)
	literal    = regexp.MustCompile(`^[\p{L}\p{N}\p{P}\p{S}]+([ ]+[\p{L}\p{N}\p{P}\p{S}]+)*(\n *[\p{L}\p{N}\p{P}\p{S}]+([ ]+[\p{L}\p{N}\p{P}\p{S}]+)*)+$`)
	// word is what YAML, old or new, reads as something other than text.
	word = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|nan|inf|infinity)$`)
)

func scalar(s string) string {
	if plainFlow.MatchString(s) && !word.MatchString(s) {
		return s
	}
	return quoted(s)
}

func blockScalar(s string) string {
	if plainBlock.MatchString(s) && !word.MatchString(s) && !strings.Contains(s, ": ") && !strings.HasSuffix(s, ":") && !strings.Contains(s, " #") {
		return s
	}
	if strings.ContainsRune(s, '"') && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'" // easier to read than a condition full of backslashes
	}
	return quoted(s)
}

// quoted writes text in double quotes, with escapes only where they are needed.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f || r == 0x85 || r == 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
