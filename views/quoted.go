package views

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Passage is a part of what somebody wrote: their own words, or what they quoted.
type Passage struct {
	Text   string
	Quoted bool // long enough to be folded
	Lines  int  // of a quote
}

// Quotes up to this size are left open: they are what an answer is about, rather than all that was said before.
const (
	quotedLines = 3
	quotedRunes = 280
)

var (
	// What mail programs put before what they quote.
	quoteMark = regexp.MustCompile(`(?i)^[-_*\s]{2,}(original message|forwarded message|message d['’]origine|message original|message transféré)[-_*\s]{2,}$`)
	quoteHead = regexp.MustCompile(`(?is)^[*_ ]*(from|de)[*_]*\s?:.+\n[*_]*(sent|date|envoyé)[*_]*\s?:.+\n[*_]*(to|à|subject|objet)[*_]*\s?:`)
	attribute = regexp.MustCompile(`(?i)(wrote|writes|a écrit|schrieb)\s?:$`)
	fence     = regexp.MustCompile("^ {0,3}(```|~~~)")
)

// Passages tells apart what somebody wrote and what they quoted of others, as Markdown and mail programs mark it. A text
// that is nothing but a quote, and quotes that are short, are left as they are.
func Passages(text string) []Passage {
	if !mayQuote(text) {
		return []Passage{{Text: text}}
	}
	lines := strings.Split(text, "\n")
	var list []Passage
	own := 0 // where the words begin that belong to nothing yet
	add := func(from, to int, quoted bool) {
		p := Passage{Text: strings.Trim(strings.Join(lines[from:to], "\n"), "\n"), Quoted: quoted}
		if strings.TrimSpace(p.Text) == "" {
			return
		}
		if quoted {
			p.Lines = 1 + strings.Count(p.Text, "\n")
		}
		list = append(list, p)
	}
	fenced := false
	for i := 0; i < len(lines); {
		line := strings.TrimSpace(lines[i])
		switch {
		case fence.MatchString(lines[i]):
			fenced = !fenced
			i++
		case fenced:
			i++
		case quoteMark.MatchString(line), headed(lines[i:min(i+5, len(lines))]):
			add(own, i, false)
			add(i, len(lines), true)
			own, i = len(lines), len(lines)
		case strings.HasPrefix(line, ">"):
			from, to := attributed(lines, own, i), endOfQuote(lines, i)
			if from < i || long(lines[i:to]) {
				add(own, from, false)
				add(from, to, true)
				own = to
			}
			i = to
		default:
			i++
		}
	}
	add(own, len(lines), false)
	for _, p := range list {
		if !p.Quoted {
			return list
		}
	}
	return []Passage{{Text: text}}
}

// mayQuote is quick to say that a text quotes nothing, as most do.
func mayQuote(text string) bool {
	return strings.Contains(text, ">") || strings.Contains(text, "--") || strings.Contains(text, "__") ||
		strings.Contains(text, "\nDe") || strings.Contains(text, "\nFrom") || strings.Contains(text, "\n*")
}

// headed tells whether lines begin with the head of a mail.
func headed(lines []string) bool {
	first := strings.TrimLeft(lines[0], "*_ ")
	return (strings.HasPrefix(first, "From") || strings.HasPrefix(first, "De")) && quoteHead.MatchString(strings.Join(lines, "\n"))
}

// endOfQuote is where a quote ends that begins at a line; an empty line within it is part of it.
func endOfQuote(lines []string, at int) int {
	end := at
	for i := at; i < len(lines); i++ {
		switch line := strings.TrimSpace(lines[i]); {
		case strings.HasPrefix(line, ">"):
			end = i + 1
		case line != "":
			return end
		}
	}
	return end
}

// attributed is where "On Monday, Ann wrote:" begins that stands before a quote; where the quote itself does if it doesn't.
func attributed(lines []string, own, quote int) int {
	last := quote - 1
	for last >= own && strings.TrimSpace(lines[last]) == "" {
		last--
	}
	if last < own || !attribute.MatchString(strings.TrimSpace(lines[last])) {
		return quote
	}
	first := last
	for first > own && last-first < 2 && strings.TrimSpace(lines[first-1]) != "" && !begins.MatchString(lines[first]) {
		first--
	}
	if !begins.MatchString(lines[first]) { // one line only, with whatever it begins with
		first = last
	}
	return first
}

var begins = regexp.MustCompile(`^(On|Le) `)

func long(quote []string) bool {
	n, runes := 0, 0
	for _, line := range quote {
		if strings.Trim(line, "> \t") != "" {
			n++
			runes += utf8.RuneCountInString(line)
		}
	}
	return n > quotedLines || runes > quotedRunes
}
