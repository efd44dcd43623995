package rules

import (
	"regexp/syntax"
	"unicode/utf8"
)

// More limits, of what a condition may cost when it is asked, and a whole set when it is compiled. Patterns take time in
// proportion to their size and to the text, so both are bounded.
const (
	maxPattern = 500      // parts of a pattern, with what is repeated written out
	maxText    = 64 << 10 // bytes that conditions see of a text
	maxParts   = 400_000  // of all conditions of a set, with all shared names written out
	maxNames   = 1000     // shared names of a set: pages look for who uses each
)

// patternSize is how large a pattern is for the machine that looks for it: what is repeated counts as often as it is
// repeated. It is known before the pattern is compiled.
func patternSize(pattern string) (int, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	return sizeOf(parsed), nil
}

func sizeOf(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size += sizeOf(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Max, re.Min+1)
	}
	return min(size, maxPattern+1) // so that it can't overflow
}

// seen is what conditions see of a text.
func seen(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
