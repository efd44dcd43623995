package rules

import (
	"cmp"
	"math"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// A fact is made finite by what conditions say of it. Of text that is compared with some words, only these and one other
// need to be told apart; of numbers and dates, the literals, their neighbours and one of each stretch between them. What
// the language can say beyond that (contains, len, arithmetic, one fact beside another) may tell more apart than was
// thought of: the fact then also has open values, which stand for all others, and of which such a condition may be
// either true or false.

// domain is all that a fact can be.
type domain struct {
	Fact
	there  lit     // the fact is there
	values []value // of a list, what can stand in it; else exactly one holds where the fact is there
}

// value is one that a fact can have, or a list can hold.
type value struct {
	is   any
	lit  lit
	open bool // it stands for all that no other value stands for
}

// mention is what conditions say of a fact.
type mention struct {
	literals []any    // it is compared with
	opaque   bool     // something is said that literals don't tell apart
	starts   []string // of text, what it begins with, …
	parts    []string
	ends     []string
	patterns []string
	cases    bool // its case is changed
	lengths  []int
}

// sayings gathers what all conditions say, by fact.
type sayings map[string]*mention

func (m sayings) of(path string) *mention {
	if m[path] == nil {
		m[path] = &mention{}
	}
	return m[path]
}

func (m sayings) formula(f *formula) {
	f.atoms(func(a *atom) {
		switch a.kind {
		case atomEquals, atomMember, atomOrder:
			of := m.of(a.fact)
			of.literals = append(of.literals, a.value)
		case atomBare, atomHas:
			m.of(a.fact)
		case atomOther:
			v := &hintVisitor{}
			ast.Walk(&a.node, v)
			for _, path := range a.facts {
				of := m.of(path)
				of.opaque, of.cases = true, of.cases || v.cases
				of.literals = append(of.literals, v.literals...)
				of.starts, of.parts = append(of.starts, v.starts...), append(of.parts, v.parts...)
				of.ends, of.patterns = append(of.ends, v.ends...), append(of.patterns, v.patterns...)
				of.lengths = append(of.lengths, v.lengths...)
			}
		}
	})
}

// hintVisitor finds what in an expression may tell values apart.
type hintVisitor struct{ mention }

// Visit notes a node.
func (v *hintVisitor) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.BinaryNode:
		s, ok := n.Right.(*ast.StringNode)
		if !ok {
			return
		}
		switch n.Operator {
		case "startsWith":
			v.starts = append(v.starts, s.Value)
		case "endsWith":
			v.ends = append(v.ends, s.Value)
		case "contains":
			v.parts = append(v.parts, s.Value)
		case "matches":
			v.patterns = append(v.patterns, s.Value)
		}
	case *ast.StringNode:
		v.literals = append(v.literals, n.Value)
	case *ast.IntegerNode:
		v.literals, v.lengths = append(v.literals, n.Value), append(v.lengths, n.Value)
	case *ast.FloatNode:
		v.literals = append(v.literals, n.Value)
	case *ast.CallNode:
		if c, ok := n.Callee.(*ast.IdentifierNode); ok {
			v.cases = v.cases || c.Value == "lower" || c.Value == "upper"
		}
	case *ast.BuiltinNode:
		v.cases = v.cases || n.Name == "lower" || n.Name == "upper"
	}
}

// anything are words that stand for whatever else may be written; unknown for all that could not be thought of.
var anything = []string{"something", "something else"}

const unknown = "something else altogether"

const mostTexts = 80

// texts are the texts that are worth telling apart, with so many others.
func (m *mention) texts(others int) []value {
	var all []string
	whole := func(s string) {
		if s = strings.TrimSpace(s); s != "" && len(all) < mostTexts {
			all = appendNew(all, s)
		}
	}
	for _, l := range m.literals {
		if s, ok := l.(string); ok {
			all = appendNew(all, s)
			if m.cases {
				whole(strings.ToLower(s))
				whole(strings.ToUpper(s))
			}
		}
	}
	if m.opaque {
		m.spell(whole)
		others = len(anything)
	}
	for _, s := range anything[:others] {
		all = append(all, unlike(s, all))
	}
	out := make([]value, len(all))
	for i, s := range all {
		out[i] = value{is: s}
	}
	if m.opaque {
		out = append(out, value{is: unlike(unknown, all), open: true})
	}
	return out
}

// unlike is a text that is none of those.
func unlike(s string, all []string) string {
	for slices.Contains(all, s) {
		s += " again"
	}
	return s
}

// spell makes texts of what they may begin with, end with, have in them, match, and of how long they may be.
func (m *mention) spell(whole func(string)) {
	for _, p := range m.patterns {
		if re, err := syntax.Parse(p, syntax.Perl); err == nil {
			whole(sampleOf(re.Simplify(), false))
			whole(sampleOf(re.Simplify(), true))
		}
	}
	middle := strings.Join(m.parts, " ")
	for _, start := range append([]string{""}, m.starts...) {
		for _, end := range append([]string{""}, m.ends...) {
			whole(start + end)
			whole(start + " " + middle + " " + end)
		}
	}
	for i, a := range m.parts {
		whole(a)
		for _, b := range m.parts[:i] {
			whole(a + " " + b)
		}
	}
	for _, n := range m.lengths {
		for _, n := range []int{n - 1, n, n + 1} {
			if n > 0 && n <= defaultParagraphLength {
				whole(strings.Repeat("x", n))
			}
		}
	}
}

// sampleOf is a short text that a pattern matches, most often; last takes the last of alternatives.
func sampleOf(re *syntax.Regexp, last bool) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i+1] >= ' ' {
				return string(max(re.Rune[i], min(re.Rune[i+1], '!')))
			}
		}
		return ""
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture, syntax.OpPlus:
		return sampleOf(re.Sub[0], last)
	case syntax.OpRepeat:
		return strings.Repeat(sampleOf(re.Sub[0], last), min(re.Min, 100))
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(sampleOf(sub, last))
		}
		return b.String()
	case syntax.OpAlternate:
		if last {
			return sampleOf(re.Sub[len(re.Sub)-1], last)
		}
		return sampleOf(re.Sub[0], last)
	}
	return ""
}

// mostNumbers is how many numbers are told apart one by one where conditions calculate.
const mostNumbers = 400

// numbers are the numbers that are worth telling apart, of those from low to high, where some forms begin or end at bounds.
func (m *mention) numbers(low, high int, bounds []int) []value {
	points := []int{}
	put := func(ns ...int) {
		for _, n := range ns {
			if n >= low && n <= high && !slices.Contains(points, n) {
				points = append(points, n)
			}
		}
	}
	put(0, 1)
	put(bounds...)
	opaque := m.opaque
	for _, l := range m.literals {
		switch l := l.(type) {
		case int:
			put(max(l, math.MinInt+1)-1, l, min(l, math.MaxInt-1)+1)
		case float64:
			if math.Abs(l) > 1<<52 { // where not every whole number has a float of its own
				opaque = true
				continue
			}
			down, up := int(math.Floor(l)), int(math.Ceil(l))
			put(down-1, down, up, up+1)
		}
	}
	if opaque && low != math.MinInt && high != math.MaxInt && high-low < mostNumbers {
		for n := low; n <= high; n++ {
			put(n)
		}
	}
	slices.Sort(points)
	var out []value
	for i, n := range points {
		if opaque && i == 0 && n > low {
			out = append(out, value{is: n - 1, open: true})
		}
		out = append(out, value{is: n})
		if opaque && n < high && (i+1 == len(points) || points[i+1] > n+1) {
			out = append(out, value{is: n + 1, open: true})
		}
	}
	return out
}

// days are the dates that are worth telling apart.
func (m *mention) days() []value {
	var points []string
	for _, l := range m.literals {
		s, _ := l.(string)
		if day, err := time.Parse(time.DateOnly, s); err == nil {
			for _, d := range []int{-1, 0, 1} {
				if near := day.AddDate(0, 0, d).Format(time.DateOnly); len(near) == len(time.DateOnly) {
					points = appendNew(points, near)
				}
			}
		}
	}
	if len(points) == 0 || m.opaque {
		points = appendNew(points, "2026-01-15", "2026-06-15")
	}
	slices.Sort(points)
	var out []value
	for i, s := range points {
		if m.opaque && i == 0 {
			out = append(out, value{is: dayAfter(s, -1), open: true})
		}
		out = append(out, value{is: s})
		if after := dayAfter(s, 1); m.opaque && (i+1 == len(points) || after != points[i+1]) {
			out = append(out, value{is: after, open: true})
		}
	}
	return out
}

func dayAfter(s string, days int) string {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return day.AddDate(0, 0, days).Format(time.DateOnly)
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// equalValues compares a fact with a literal as conditions do.
func equalValues(is, want any) bool {
	if is == want {
		return true
	}
	_, whole := want.(int)
	a, number := asFloat(is)
	b, number2 := asFloat(want)
	return number && number2 && !whole && a == b
}

// inOrder tells whether a fact stands in an order to a literal.
func inOrder(is any, operator string, than any) bool {
	var order int
	switch b := than.(type) {
	case string:
		a, _ := is.(string)
		order = cmp.Compare(a, b)
	case int:
		a, _ := is.(int)
		order = cmp.Compare(a, b)
	case float64:
		a, _ := asFloat(is)
		order = cmp.Compare(a, b)
	}
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}
