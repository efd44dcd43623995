package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Format writes a rule set as YAML, always the same for the same set. Parse reads back an equal one: comments stand where
// they stood, those within what is written on one line above it.
func (s RuleSet) Format() string {
	w := &yamlWriter{comments: s.Comments}
	if len(s.Let) > 0 {
		w.head(0, "let", "let:")
		for _, l := range s.Let {
			w.pair(1, "let."+l.Name, scalar(l.Name), l.Expr)
		}
	}
	if len(s.Rules) > 0 {
		w.head(0, "rules", "rules:")
		for _, r := range s.Rules {
			w.within(r.Comments, func() { w.rule(r) })
		}
	}
	w.defaults(s.Default)
	if len(s.Examples) > 0 {
		w.head(0, "examples", "examples:")
		for _, e := range s.Examples {
			w.within(e.Comments, func() { w.example(e) })
		}
	}
	w.rest(0)
	return w.String()
}

// yamlWriter writes lines, each with the comments that belong to it.
type yamlWriter struct {
	strings.Builder
	comments Comments        // of the thing that is being written, by the key of the part
	told     map[string]bool // those that were written
}

func (w *yamlWriter) indent(depth int) { w.WriteString(strings.Repeat("  ", depth)) }

func (w *yamlWriter) remarks(depth int, lines []string) {
	for _, l := range lines {
		w.indent(depth)
		w.WriteString("#" + l + "\n")
	}
}

// head writes the first line of a part whose parts have lines of their own.
func (w *yamlWriter) head(depth int, key, line string) { w.put(depth, key, line, w.comments[key]) }

// line writes a part that has one line.
func (w *yamlWriter) line(depth int, key, line string) {
	for k := range w.comments {
		if strings.HasPrefix(k, key+".") || strings.HasPrefix(k, key+"[") {
			w.tell(k)
		}
	}
	w.put(depth, key, line, w.comments.of(key))
}

func (w *yamlWriter) put(depth int, key, line string, c Comment) {
	w.remarks(depth, c.Above)
	w.indent(depth)
	w.WriteString(line)
	if c.Beside != "" {
		w.WriteString(" #" + c.Beside)
	}
	w.WriteByte('\n')
	w.tell(key)
}

func (w *yamlWriter) tell(key string) {
	if w.told == nil {
		w.told = map[string]bool{}
	}
	w.told[key] = true
}

// pair writes a text under its key: on its line if it has one, below it if it has several.
func (w *yamlWriter) pair(depth int, about, key, text string) {
	if !literal.MatchString(text) {
		w.line(depth, about, key+": "+blockScalar(text))
		return
	}
	w.line(depth, about, key+": |-")
	for l := range strings.SplitSeq(text, "\n") {
		w.indent(depth + 1)
		w.WriteString(l + "\n")
	}
}

// within writes one of a list, with its comments.
func (w *yamlWriter) within(comments Comments, write func()) {
	outer, told := w.comments, w.told
	w.comments, w.told = comments, nil
	w.remarks(1, comments[""].Above)
	if beside := comments[""].Beside; beside != "" {
		w.remarks(1, []string{beside})
	}
	write()
	w.rest(2)
	w.comments, w.told = outer, told
}

// rest writes the comments of what Format leaves out, and those that stand below all.
func (w *yamlWriter) rest(depth int) {
	for _, key := range slices.Sorted(maps.Keys(w.comments)) {
		if c := w.comments[key]; key != "" && !w.told[key] {
			w.remarks(depth, c.Above)
			if c.Beside != "" {
				w.remarks(depth, []string{c.Beside})
			}
		}
	}
	w.remarks(depth, w.comments[""].Below)
}

// named is the line that a list's entry begins with.
func (w *yamlWriter) named(name string) {
	w.line(1, "name", "- name: "+blockScalar(name))
}

func (w *yamlWriter) rule(r Rule) {
	w.named(r.Name)
	w.pair(2, "when", "when", r.When)
	if len(r.Then.Request) == 0 {
		w.line(2, "then", "then: "+r.Then.yaml())
	} else {
		w.head(2, "then", "then:")
		w.outcomes(3, "then.", r.Then)
	}
	w.text(2, "customer", r.Customer)
	if r.Note != "" {
		w.pair(2, "note", "note", r.Note)
	}
	if r.Off {
		w.line(2, "off", "off: true")
	}
}

func (w *yamlWriter) defaults(d Default) {
	if len(d.Customer) == 0 && len(d.Request) == 0 {
		w.line(0, "default", "default: "+d.Outcomes.yaml())
		return
	}
	w.head(0, "default", "default:")
	w.outcomes(1, "default.", d.Outcomes)
	if len(d.Customer) > 0 {
		w.head(1, "default.customer", "customer:")
		w.languages(2, "default.customer.", d.Customer)
	}
}

// outcomes are one a line; what is asked for has a line in each language.
func (w *yamlWriter) outcomes(depth int, about string, o Outcomes) {
	for _, name := range OutcomeNames {
		switch v := o.Value(name).(type) {
		case nil:
		case []Text:
			if len(v) == 0 {
				w.line(depth, about+name, name+": []")
				continue
			}
			w.head(depth, about+name, name+":")
			for i, t := range v {
				w.asked(depth+1, fmt.Sprintf("%s%s[%d]", about, name, i), t)
			}
		default:
			w.line(depth, about+name, name+": "+flow(v))
		}
	}
}

func (w *yamlWriter) asked(depth int, about string, t Text) {
	if len(t) == 0 {
		w.line(depth, about, "- {}")
		return
	}
	for i, lang := range slices.Sorted(maps.Keys(t)) {
		key := scalar(lang)
		if i > 0 {
			w.pair(depth+1, about+"."+lang, key, t[lang])
			continue
		}
		c := w.comments[about] // what stands above the entry stands above its first line
		w.remarks(depth, c.Above)
		w.tell(about)
		w.indent(depth)
		w.WriteString("- " + key + ": " + blockScalar(t[lang]) + "\n")
	}
}

func (w *yamlWriter) text(depth int, key string, t Text) {
	if len(t) == 0 {
		return
	}
	w.head(depth, key, key+":")
	w.languages(depth+1, key+".", t)
}

func (w *yamlWriter) languages(depth int, about string, t Text) {
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		w.pair(depth, about+lang, scalar(lang), t[lang])
	}
}

func (w *yamlWriter) example(e Example) {
	w.named(e.Name)
	w.line(2, "item", "item: "+scalar(e.Item))
	if e.Account != "" {
		w.line(2, "account", "account: "+scalar(e.Account))
	}
	if e.Contact != "" {
		w.line(2, "contact", "contact: "+scalar(e.Contact))
	}
	if n := e.Now; n != nil {
		w.line(2, "now", fmt.Sprintf("now: {hour: %d, weekday: %s, business_hours: %t}", n.Hour, scalar(n.Weekday), n.BusinessHours))
	}
	if len(e.Assume) > 0 {
		w.line(2, "assume", "assume: "+flowAnswers(e.Assume))
	}
	w.line(2, "answers", "answers: "+flowAnswers(e.Answers))
	w.line(2, "expect", "expect: "+e.Expect.yaml())
}

func flowAnswers(answers map[string]any) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		pairs = append(pairs, scalar(key)+": "+flow(answers[key]))
	}
	return "{" + strings.Join(pairs, ", ") + "}"
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
		return v.String() // "8 business hours" is text to all that read YAML
	}
	return fmt.Sprint(value) // true, false and whole numbers
}

var (
	// plainFlow and plainBlock are what surely needs no quotes, within brackets and on a line of its own; literal is
	// what can stand below its key, line for line.
	plainFlow  = regexp.MustCompile(`^\p{L}[\p{L}\p{N}_./&+'’@-]*( [\p{L}\p{N}_./&+'’-]+)*$`)
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
