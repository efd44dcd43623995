package rules

import (
	"slices"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// Use is a place that speaks of a shared name: a rule's condition, or the expression of another shared name.
type Use struct {
	Rule int // its place, from 0; -1 where a shared name uses it
	Name string
}

// UsesOf lists who uses a shared name, other shared names first. What can't be read uses nothing.
func (s RuleSet) UsesOf(name string) []Use {
	var out []Use
	for _, l := range s.Let {
		if l.Name != name && len(mentions(l.Expr, name)) > 0 {
			out = append(out, Use{Rule: -1, Name: l.Name})
		}
	}
	for i, r := range s.Rules {
		if len(mentions(r.When, name)) > 0 {
			out = append(out, Use{Rule: i, Name: r.Name})
		}
	}
	return out
}

// Rename has all who use a shared name use another one; the name itself keeps what it is called. The lists of the set
// are replaced, not changed.
func (s *RuleSet) Rename(from, to string) {
	s.Let, s.Rules = slices.Clone(s.Let), slices.Clone(s.Rules)
	for i := range s.Let {
		s.Let[i].Expr = renamed(s.Let[i].Expr, from, to)
	}
	for i := range s.Rules {
		s.Rules[i].When = renamed(s.Rules[i].When, from, to)
	}
}

func renamed(source, from, to string) string {
	text := []rune(source)
	for _, at := range slices.Backward(mentions(source, from)) {
		text = slices.Replace(text, at.From, at.To, []rune(to)...)
	}
	return string(text)
}

// mentions are the places where a condition speaks of a name: not in a text, nor as a part of a fact's path.
func mentions(source, name string) []file.Location {
	tokens := tokensOf(source)
	var out []file.Location
	for i, t := range tokens {
		if t.Is(lexer.Identifier, name) && (i == 0 || !tokens[i-1].Is(lexer.Operator, ".")) {
			out = append(out, t.Location)
		}
	}
	return out
}

// tokensOf is what a condition is written with; none where it can't be told, or is longer than a condition may be.
func tokensOf(source string) []lexer.Token {
	if len(source) > maxSource {
		return nil
	}
	tokens, err := lexer.Lex(file.NewSource(source))
	if err != nil {
		return nil
	}
	return tokens
}
