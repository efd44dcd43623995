package rules

import (
	"strconv"
	"strings"
)

// Place is where in the source that was parsed a problem stands: line and column, both from 1. The line is 0 where that
// is not known: of what is missing altogether, say.
func (p Problem) Place(source string) (line, column int) {
	if p.FileLine == 0 {
		return p.Line, p.Column // of a file that can't be read, or unknown
	}
	if p.Line == 0 && p.Column > 0 {
		return p.FileLine, p.Column // of the file already
	}
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(source, "\ufeff"), "\r\n", "\n"), "\n")
	if p.FileLine > len(lines) {
		return p.FileLine, 1
	}
	text := lines[p.FileLine-1]
	start, found := valueStart(text, p.Field[strings.LastIndexByte(p.Field, '.')+1:])
	switch {
	case !found:
		return p.FileLine, 1 + len([]rune(text)) - len([]rune(strings.TrimLeft(text, " -")))
	case p.Line == 0:
		return p.FileLine, runes(text[:start]) + 1
	}
	rest := text[start:]
	if strings.HasPrefix(rest, "|") || strings.HasPrefix(rest, ">") { // the text stands in lines of its own
		line := p.FileLine + p.Line
		if line > len(lines) {
			return p.FileLine, runes(text[:start]) + 1
		}
		first := lines[p.FileLine]
		return line, runes(first) - runes(strings.TrimLeft(first, " ")) + p.Column
	}
	if p.Line > 1 { // a plain text over several lines reads as one: the line is right enough
		return min(p.FileLine+p.Line-1, len(lines)), 1
	}
	if strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "'") {
		start++
	}
	return p.FileLine, runes(text[:start]) + p.Column
}

// LineOf is where a rule begins in the file that the set was parsed from; 0 where that is not known.
func (s RuleSet) LineOf(rule string) int {
	for i, r := range s.Rules {
		if r.Name == rule {
			return s.line("rules." + strconv.Itoa(i))
		}
	}
	return 0
}

// valueStart finds where the value of a key begins in a line.
func valueStart(line, key string) (int, bool) {
	for from := 0; ; {
		i := strings.Index(line[from:], key+":")
		if i < 0 {
			return 0, false
		}
		i += from
		if end := i + len(key) + 1; i == 0 || strings.ContainsRune(" -{,", rune(line[i-1])) {
			return end + len(line[end:]) - len(strings.TrimLeft(line[end:], " ")), true
		}
		from = i + 1
	}
}

func runes(s string) int { return len([]rune(s)) }
