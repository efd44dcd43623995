package rules

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/parser/lexer"
)

// Fix puts the suggestion of a problem in the place of what is wrong.
type Fix struct {
	From, To int // what to replace in the condition, in characters
	Text     string
}

// Fix is how the problem of a condition is put right in one step; ok is false where nothing is suggested. A text keeps
// its quotes, and of a fact the whole path is replaced.
func (p Problem) Fix(source string) (fix Fix, ok bool) {
	if p.Suggestion == "" || p.Line == 0 {
		return Fix{}, false
	}
	tokens := tokensOf(source)
	at := slices.IndexFunc(tokens, func(t lexer.Token) bool { return t.From <= p.From && p.From < t.To })
	if at < 0 {
		return Fix{}, false
	}
	first, last := tokens[at], tokens[at]
	switch {
	case first.Kind == lexer.String && p.Code == CodeUnknownChoice:
		return Fix{From: first.From, To: first.To, Text: strconv.Quote(p.Suggestion)}, true
	case first.Kind != lexer.Identifier && first.Value != ".":
		return Fix{}, false
	}
	for i := at - 1; i >= 0 && tokens[i].To == first.From && ofPath(tokens[i]); i-- {
		first = tokens[i]
	}
	for i := at + 1; i < len(tokens) && tokens[i].From == last.To && ofPath(tokens[i]); i++ {
		last = tokens[i]
	}
	return Fix{From: first.From, To: last.To, Text: p.Suggestion}, true
}

func ofPath(t lexer.Token) bool { return t.Kind == lexer.Identifier || t.Is(lexer.Operator, ".") }

// Apply is the condition put right.
func (f Fix) Apply(source string) string {
	text := []rune(source)
	if f.From < 0 || f.From > f.To || f.To > len(text) {
		return source
	}
	return string(slices.Replace(text, f.From, f.To, []rune(f.Text)...))
}
