package rules

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// refusedToken finds what the tree would no longer show, and the commonest slip: one equals sign.
func refusedToken(source string) *Problem {
	tokens, err := lexer.Lex(file.NewSource(source))
	if err != nil {
		return syntaxProblem(source, err)
	}
	for _, t := range tokens {
		switch {
		case t.Is(lexer.Operator, "|", ";", "let"):
			return point(source, t.Location, CodeNotAllowed, args("what", t.Value))
		case t.Is(lexer.Operator, "="):
			return point(source, t.Location, CodeSingleEquals, nil)
		}
	}
	return nil
}

func point(source string, at file.Location, code string, a map[string]string) *Problem {
	p := Problems{{Index: -1, From: at.From, To: max(at.To, at.From), Code: code, Args: a}}.at(source)
	return &p[0]
}

var unexpectedToken = regexp.MustCompile(`^unexpected token \w+\((".*")\)$`)

// syntaxProblem turns what expr says of a text it cannot read into a code; whatever it says is English.
func syntaxProblem(source string, err error) *Problem {
	var e *file.Error
	if !errors.As(err, &e) {
		return &Problem{Index: -1, Code: CodeSyntax, Args: args("message", err.Error())}
	}
	if e.Message == "unexpected token EOF" || e.Message == "unexpected end of expression" {
		end := utf8.RuneCountInString(source)
		return point(source, file.Location{From: end, To: end}, CodeUnexpectedEnd, nil)
	}
	if strings.Contains(e.Message, "maximum allowed nodes") {
		return &Problem{Index: -1, Code: CodeTooBig, Args: args("max", strconv.Itoa(maxNodes))}
	}
	if m := unexpectedToken.FindStringSubmatch(e.Message); m != nil {
		if token, err := strconv.Unquote(m[1]); err == nil {
			return point(source, e.Location, CodeUnexpected, args("token", token))
		}
	}
	return point(source, e.Location, CodeSyntax, args("message", e.Message))
}

// construct names a part of expr's language that conditions don't have.
func construct(n ast.Node) string {
	switch n.(type) {
	case *ast.NilNode:
		return "nil"
	case *ast.ConditionalNode:
		return "? :"
	case *ast.MapNode, *ast.PairNode:
		return "{ }"
	case *ast.SliceNode:
		return "[ : ]"
	case *ast.ChainNode:
		return "?."
	case *ast.PredicateNode, *ast.PointerNode:
		return "#"
	case *ast.BytesNode:
		return "b\"\""
	}
	return "this"
}
