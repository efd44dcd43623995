package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile bounds a rule set's source: a thousand rules with sentences in two languages take a third of it.
const maxFile = 1 << 20

// maxNesting bounds how deep things may stand in one another, of which a rule set needs two or three.
const maxNesting = 16

// Parse reads a rule set from YAML. It is strict: unknown keys, wrong types and duplicate names are problems with their
// line and column in the file. Whether conditions make sense is for Compile to say.
func Parse(source string) (RuleSet, Problems) {
	source = strings.TrimPrefix(source, "\ufeff")
	source = strings.ReplaceAll(source, "\r\n", "\n")
	set := RuleSet{lines: map[string]int{}}
	r := &yamlReader{lines: set.lines}
	switch {
	case len(source) > maxFile:
		return set, Problems{{Index: -1, Code: CodeSyntax, Args: args("message", fmt.Sprintf("longer than %d bytes", maxFile))}}
	case !utf8.ValidString(source) || strings.ContainsRune(source, 0):
		return set, Problems{{Index: -1, Code: CodeSyntax, Args: args("message", "not UTF-8 text")}}
	}
	body, p := yamlBody(source)
	if p != nil {
		return set, Problems{*p}
	}
	if body != nil {
		r.set(&set, body)
	}
	if len(r.problems) == 0 {
		r.problems = set.duplicates()
	}
	if len(r.problems) == 0 {
		set.addComments(source)
	}
	return set, r.problems
}

// maxEmpty bounds how many entries have no value. The parser puts each in afterwards, at the cost of all that follows.
const maxEmpty = 1000

// tooEmpty finds the entry at which there are too many without a value: "-" or "a:" with nothing behind it, "{a, b}".
func tooEmpty(tokens token.Tokens) *token.Token {
	empty, column := 0, 0
	var open *token.Token                    // has no value yet
	var within []struct{ list, valued bool } // the brackets that are open, and whether the entry there has a value
	for _, t := range tokens {
		if t.Type == token.CommentType {
			continue
		}
		ends := t.Type == token.CollectEntryType || t.Type == token.MappingEndType || t.Type == token.SequenceEndType
		if open != nil && (ends || t.Position.Line > open.Position.Line && t.Position.Column <= column) {
			empty++
		}
		open = nil
		in := len(within) - 1
		if ends && in >= 0 {
			if !within[in].list && !within[in].valued {
				empty++
			}
			within[in].valued = false
		}
		switch t.Type {
		case token.SequenceEntryType, token.MappingKeyType:
			open, column = t, t.Position.Column
		case token.MappingValueType:
			if open = t; t.Prev != nil {
				column = t.Prev.Position.Column
			}
			if in >= 0 {
				within[in].valued = true
			}
		case token.MappingStartType, token.SequenceStartType:
			within = append(within, struct{ list, valued bool }{list: t.Type == token.SequenceStartType})
		case token.MappingEndType, token.SequenceEndType:
			within = within[:max(0, in)]
		}
		if empty > maxEmpty {
			return t
		}
	}
	return nil
}

// tooDeep finds nesting that would only make reading slow: brackets within brackets, and "- - -" or "a: b: c" on a line.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, marks, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			marks, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(0, brackets-1)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.TagType:
			if brackets == 0 {
				marks++
			}
		}
		if brackets > maxNesting || marks > maxNesting {
			return t
		}
	}
	return nil
}

// yamlBody parses the one document of a file; nil if it is empty.
func yamlBody(source string) (body ast.Node, p *Problem) {
	defer func() { // the parser is not ours, and what it reads may come from anybody
		if r := recover(); r != nil {
			body, p = nil, &Problem{Index: -1, Code: CodeSyntax, Args: args("message", "not YAML")}
		}
	}()
	tokens := lexer.Tokenize(source)
	if t := tooDeep(tokens); t != nil {
		return nil, &Problem{Index: -1, Line: t.Position.Line, Column: t.Position.Column, Code: CodeSyntax, Args: args("message", "nested too deeply")}
	}
	if t := tooEmpty(tokens); t != nil {
		return nil, &Problem{Index: -1, Line: t.Position.Line, Column: t.Position.Column, Code: CodeSyntax, Args: args("message", "too many entries without a value")}
	}
	file, err := parser.Parse(tokens, 0)
	var e yaml.Error
	switch {
	case errors.As(err, &e):
		p := &Problem{Index: -1, Code: CodeSyntax, Args: args("message", e.GetMessage())}
		if t := e.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
		return nil, p
	case err != nil:
		return nil, &Problem{Index: -1, Code: CodeSyntax, Args: args("message", err.Error())}
	case len(file.Docs) > 1:
		return nil, &Problem{Index: -1, Code: CodeExpected, Args: args("want", "one document")}
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		return nil, nil
	}
	switch file.Docs[0].Body.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
		return nil, nil
	}
	return file.Docs[0].Body, nil
}

// yamlReader reads the parts of a rule set and gathers what is wrong with them.
type yamlReader struct {
	lines    map[string]int
	problems Problems
}

func (r *yamlReader) complain(n ast.Node, field, code string, a map[string]string, suggestion string) {
	p := Problem{Index: -1, Field: field, Code: code, Args: a, Suggestion: suggestion}
	p.FileLine, p.Column = position(n)
	r.problems = append(r.problems, p)
}

func position(n ast.Node) (line, column int) {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 0, 0
}

func (r *yamlReader) expected(n ast.Node, field, want string) {
	r.complain(n, field, CodeExpected, args("want", want), "")
}

// entries walks a mapping: each key is read by the function that stands for it, and any other key is a problem.
func (r *yamlReader) entries(n ast.Node, field string, read map[string]func(ast.Node, string)) {
	known := make([]string, 0, len(read))
	for k := range read {
		known = append(known, k)
	}
	slices.Sort(known)
	r.each(n, field, func(key string, at, value ast.Node, path string) {
		if f, ok := read[key]; ok {
			f(value, path)
			return
		}
		r.complain(at, field, CodeUnknownKey, args("key", key), nearest(key, known))
	})
}

// each walks a mapping in its order, refusing a key that stands there twice.
func (r *yamlReader) each(n ast.Node, field string, do func(key string, at, value ast.Node, path string)) {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		r.expected(n, field, "keys with values")
		return
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		key, ok := pair.Key.(*ast.StringNode)
		if !ok {
			r.expected(pair.Key, field, "a key of letters")
			continue
		}
		if seen[key.Value] {
			r.complain(key, field, CodeDuplicate, args("name", key.Value), "")
			continue
		}
		seen[key.Value] = true
		path := key.Value
		if field != "" {
			path = field + "." + key.Value
		}
		r.lines[path], _ = position(key)
		do(key.Value, key, pair.Value, path)
	}
}

func (r *yamlReader) list(n ast.Node, field string, do func(i int, item ast.Node, path string)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.expected(n, field, "a list")
		return
	}
	for i, item := range s.Values {
		path := field + "." + strconv.Itoa(i)
		r.lines[path], _ = position(item)
		do(i, item, path)
	}
}

func (r *yamlReader) text(to *string) func(ast.Node, string) {
	return func(n ast.Node, field string) {
		switch n := n.(type) {
		case *ast.StringNode:
			*to = n.Value
		case *ast.LiteralNode:
			*to = n.Value.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			r.expected(n, field, "text, so in quotes")
		default:
			r.expected(n, field, "text")
		}
	}
}

func (r *yamlReader) number(to *int) func(ast.Node, string) {
	return func(n ast.Node, field string) {
		if i, ok := n.(*ast.IntegerNode); ok {
			if v, err := strconv.Atoi(fmt.Sprint(i.Value)); err == nil {
				*to = v
				return
			}
		}
		r.expected(n, field, "a whole number")
	}
}

func (r *yamlReader) bool(to *bool) func(ast.Node, string) {
	return func(n ast.Node, field string) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.expected(n, field, "true or false")
			return
		}
		*to = b.Value
	}
}

func (r *yamlReader) texts(to *[]string) func(ast.Node, string) {
	return func(n ast.Node, field string) {
		*to = []string{}
		r.list(n, field, func(_ int, item ast.Node, path string) {
			var s string
			r.text(&s)(item, path)
			*to = append(*to, s)
		})
	}
}
