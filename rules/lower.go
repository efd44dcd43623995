package rules

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// lowering checks a condition and rewrites it so that it is total: each comparison is guarded by the presence of the
// facts it compares, != is the opposite of ==, and shared names are written out. What it does not know it refuses, so
// everything expr can do beyond the language of conditions stays out.
type lowering struct {
	scope     *scope
	problems  Problems
	mentioned []string
	leans     []Lean
	size      int
	big       bool           // and it was said
	within    *file.Location // of the shared name whose expression is being written out
	fails     bool           // something in it can fail at run time
}

// term is a part of a condition, checked and rewritten.
type term struct {
	typ     Type
	node    ast.Node
	needs   []string // facts that must be there for the value to be
	fact    *Fact    // it is just this fact
	literal any      // it is just this value
	atom    bool     // a comparison or a bare fact: what a missing fact makes of it is known on the spot
	formula *formula // of a yes or no: what it is made of
}

var refused = term{}

// lower checks a part of a condition and rewrites it.
func (l *lowering) lower(n ast.Node) (term, bool) {
	t, ok := l.rewrite(n)
	if ok && t.formula != nil && t.formula.to == 0 {
		from, to := l.extent(n)
		t.formula = t.formula.placed(from, to)
	}
	return t, ok
}

func (l *lowering) rewrite(n ast.Node) (term, bool) {
	l.size++
	l.scope.parts++
	if l.size > maxSize || l.scope.parts > maxParts {
		if !l.big {
			l.big = true
			l.complain(n, CodeTooBig, args("max", fmt.Sprint(maxSize)), "")
		}
		return refused, false
	}
	switch n := n.(type) {
	case *ast.BoolNode:
		return term{typ: Bool, node: &ast.BoolNode{Value: n.Value}, literal: n.Value, formula: always(n.Value)}, true
	case *ast.IntegerNode:
		return term{typ: Int, node: &ast.IntegerNode{Value: n.Value}, literal: n.Value}, true
	case *ast.FloatNode:
		return term{typ: Float, node: &ast.FloatNode{Value: n.Value}, literal: n.Value}, true
	case *ast.StringNode:
		return term{typ: Str, node: &ast.StringNode{Value: n.Value}, literal: n.Value}, true
	case *ast.ArrayNode:
		return l.list(n)
	case *ast.IdentifierNode:
		return l.name(n)
	case *ast.MemberNode:
		return l.member(n)
	case *ast.UnaryNode:
		return l.unary(n)
	case *ast.BinaryNode:
		return l.binary(n)
	case *ast.CallNode:
		return l.call(n)
	case *ast.BuiltinNode:
		return l.function(n, n.Name, n.Arguments)
	}
	return l.refuse(n, CodeNotAllowed, args("what", construct(n)), "")
}

// list is a list of literals: only these have a meaning that does not depend on what is missing.
func (l *lowering) list(n *ast.ArrayNode) (term, bool) {
	values := make([]string, 0, len(n.Nodes))
	nodes := make([]ast.Node, 0, len(n.Nodes))
	for _, item := range n.Nodes {
		s, ok := item.(*ast.StringNode)
		if !ok {
			return l.refuse(item, CodeListLiterals, nil, "")
		}
		values = append(values, s.Value)
		nodes = append(nodes, &ast.StringNode{Value: s.Value})
	}
	return term{typ: List, node: &ast.ArrayNode{Nodes: nodes}, literal: values}, true
}

func (l *lowering) name(n *ast.IdentifierNode) (term, bool) {
	if l.scope.later[n.Value] {
		return l.refuse(n, CodeLater, args("name", n.Value), "")
	}
	if tree, ok := l.scope.lets[n.Value]; ok {
		if tree == nil {
			return refused, false
		}
		outer := l.within
		if outer == nil {
			at := n.Location()
			l.within = &at
		}
		defer func() { l.within = outer }()
		return l.lower(tree)
	}
	return l.read(n, n.Value)
}

func (l *lowering) member(n *ast.MemberNode) (term, bool) {
	root, isName := n.Node.(*ast.IdentifierNode)
	key, isKey := n.Property.(*ast.StringNode)
	if !isName || !isKey || n.Optional {
		return l.refuse(n, CodeNotAllowed, args("what", "member"), "")
	}
	return l.read(n, root.Value+"."+key.Value)
}

// read is a fact.
func (l *lowering) read(n ast.Node, path string) (term, bool) {
	f, ok := l.scope.facts[path]
	if !ok {
		return l.refuse(n, CodeUnknownFact, args("fact", path), l.scope.suggestFact(path))
	}
	if !slices.Contains(l.mentioned, path) {
		l.mentioned = append(l.mentioned, path)
	}
	t := term{typ: f.Type, node: &ast.IdentifierNode{Value: path}, fact: &f, atom: true}
	if l.scope.maybe(path) {
		t.needs = []string{path}
		from, to := l.span(n)
		l.leans = append(l.leans, Lean{Fact: path, From: from, To: to})
	}
	if f.Type == Bool {
		t.formula = atomic(&atom{key: path, kind: atomBare, fact: path, facts: []string{path}, node: t.node})
	}
	return t, true
}

func (l *lowering) unary(n *ast.UnaryNode) (term, bool) {
	lean := len(l.leans)
	t, ok := l.lower(n.Node)
	if !ok {
		return refused, false
	}
	switch n.Operator {
	case "not", "!":
		if t.typ != Bool {
			return l.refuse(n.Node, CodeNotBool, args("operator", "not", "type", string(t.typ)), "")
		}
		l.flip(t, lean)
		return term{typ: Bool, node: not(t.node), atom: t.atom, formula: negated(t.formula)}, true
	case "-", "+":
		if !number(t.typ) {
			return l.refuse(n.Node, CodeNotNumber, args("operator", n.Operator, "type", string(t.typ)), "")
		}
		return term{typ: t.typ, node: &ast.UnaryNode{Operator: n.Operator, Node: t.node}, needs: t.needs, literal: signed(n.Operator, t.literal)}, true
	}
	return l.refuse(n, CodeNotAllowed, args("what", n.Operator), "")
}

// signed is a literal number with its sign; nil for what is none.
func signed(sign string, literal any) any {
	switch v := literal.(type) {
	case int:
		if sign == "-" {
			return -v
		}
		return v
	case float64:
		if sign == "-" {
			return -v
		}
		return v
	}
	return nil
}

// flip turns round what the facts just read make of the part around them.
func (l *lowering) flip(t term, from int) {
	if !t.atom {
		return
	}
	for i := from; i < len(l.leans); i++ {
		l.leans[i].Holds = !l.leans[i].Holds
	}
}

func (l *lowering) binary(n *ast.BinaryNode) (term, bool) {
	lean := len(l.leans)
	left, ok := l.lower(n.Left)
	right, ok2 := l.lower(n.Right)
	if !ok || !ok2 {
		return refused, false
	}
	switch n.Operator {
	case "and", "&&", "or", "||":
		for _, side := range []struct {
			term
			node ast.Node
		}{{left, n.Left}, {right, n.Right}} {
			if side.typ != Bool {
				return l.refuse(side.node, CodeNotBool, args("operator", n.Operator, "type", string(side.typ)), "")
			}
		}
		by := opAnd
		if n.Operator == "or" || n.Operator == "||" {
			by = opOr
		}
		return term{typ: Bool, node: binary(n.Operator, left.node, right.node), formula: join(by, left.formula, right.formula)}, true
	case "==", "!=":
		if !l.comparable(n, left, right) {
			return refused, false
		}
		t := compared("==", left, right)
		if n.Operator == "!=" {
			l.flip(t, lean)
			t.node, t.formula = not(t.node), negated(t.formula)
		}
		return t, true
	case "<", "<=", ">", ">=":
		if left.typ == Bool || left.typ == List {
			return l.refuse(n, CodeNoOrder, args("operator", n.Operator, "type", string(left.typ)), "")
		}
		if !l.comparable(n, left, right) {
			return refused, false
		}
		return compared(n.Operator, left, right), true
	case "in":
		return l.in(n, left, right)
	case "contains", "startsWith", "endsWith", "matches":
		return l.textual(n, left, right)
	case "+", "-", "*", "/", "%":
		return l.arithmetic(n, left, right)
	}
	return l.refuse(n, CodeNotAllowed, args("what", n.Operator), "")
}

// comparable checks the types and, where one side is a fact with known choices, the value on the other.
func (l *lowering) comparable(n *ast.BinaryNode, left, right term) bool {
	for _, side := range []struct {
		fact, value term
		node        ast.Node
	}{{left, right, n.Right}, {right, left, n.Left}} {
		s, isText := side.value.literal.(string)
		if side.fact.typ == Day && isText {
			if _, err := time.Parse(time.DateOnly, s); err != nil {
				l.complain(side.node, CodeNotDate, args("value", s), "")
				return false
			}
			return true
		}
		if isText && !l.choice(side.node, side.fact.fact, s) {
			return false
		}
	}
	if left.typ == List || right.typ == List || left.typ != right.typ && !(number(left.typ) && number(right.typ)) {
		l.complain(n, CodeMismatch, args("operator", n.Operator, "left", string(left.typ), "right", string(right.typ)), "")
		return false
	}
	return true
}

func (l *lowering) in(n *ast.BinaryNode, left, right term) (term, bool) {
	if right.typ != List {
		return l.refuse(n.Right, CodeNotList, args("type", string(right.typ)), "")
	}
	if left.typ != Str && left.typ != Day {
		return l.refuse(n.Left, CodeMismatch, args("operator", "in", "left", string(left.typ), "right", string(List)), "")
	}
	fine := true
	if s, ok := left.literal.(string); ok {
		fine = l.choice(n.Left, right.fact, s)
	}
	if values, ok := right.literal.([]string); ok {
		items, _ := n.Right.(*ast.ArrayNode)
		for i, s := range values {
			at := n.Right
			if items != nil {
				at = items.Nodes[i]
			}
			fine = l.choice(at, left.fact, s) && fine
		}
	}
	return compared("in", left, right), fine
}

// choice checks a value against the choices of a fact.
func (l *lowering) choice(n ast.Node, f *Fact, value string) bool {
	if f == nil || f.Choices == nil || slices.Contains(f.Choices, value) {
		return true
	}
	l.complain(n, CodeUnknownChoice, args("fact", f.Path, "value", value), nearest(value, f.Choices))
	return false
}

func (l *lowering) textual(n *ast.BinaryNode, left, right term) (term, bool) {
	for _, side := range []struct {
		term
		node ast.Node
	}{{left, n.Left}, {right, n.Right}} {
		if side.typ == List && n.Operator == "contains" {
			return l.refuse(side.node, CodeUseIn, nil, "")
		}
		if side.typ != Str {
			return l.refuse(side.node, CodeNotTextual, args("operator", n.Operator, "type", string(side.typ)), "")
		}
	}
	if n.Operator == "matches" {
		pattern, ok := right.literal.(string)
		if !ok {
			return l.refuse(n.Right, CodePatternFixed, nil, "")
		}
		switch size, err := patternSize(pattern); {
		case err != nil:
			return l.refuse(n.Right, CodeBadPattern, args("message", err.Error()), "")
		case size > maxPattern:
			return l.refuse(n.Right, CodePatternBig, args("max", fmt.Sprint(maxPattern)), "")
		}
		if _, err := regexp.Compile(pattern); err != nil {
			return l.refuse(n.Right, CodeBadPattern, args("message", err.Error()), "")
		}
	}
	return compared(n.Operator, left, right), true
}

func (l *lowering) arithmetic(n *ast.BinaryNode, left, right term) (term, bool) {
	typ := Int
	if left.typ == Float || right.typ == Float || n.Operator == "/" {
		typ = Float
	}
	for _, side := range []struct {
		term
		node ast.Node
	}{{left, n.Left}, {right, n.Right}} {
		if !number(side.typ) || n.Operator == "%" && side.typ != Int {
			return l.refuse(side.node, CodeNotNumber, args("operator", n.Operator, "type", string(side.typ)), "")
		}
	}
	if by, fixed := right.literal.(int); n.Operator == "%" && (!fixed || by == 0) {
		l.fails = true // nothing else fails: / is that of fractions
	}
	return term{typ: typ, node: binary(n.Operator, left.node, right.node), needs: union(left.needs, right.needs)}, true
}

func (l *lowering) call(n *ast.CallNode) (term, bool) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return l.refuse(n, CodeNotAllowed, args("what", "call"), "")
	}
	return l.function(callee, callee.Value, n.Arguments)
}

// functions are all that conditions can call.
var functions = []string{"answered", "len", "lower", "upper"}

func (l *lowering) function(n ast.Node, name string, arguments []ast.Node) (term, bool) {
	if !slices.Contains(functions, name) {
		return l.refuse(n, CodeUnknownFunction, args("function", name), nearest(name, functions))
	}
	if len(arguments) != 1 {
		return l.refuse(n, CodeOneArgument, args("function", name), "")
	}
	lean := len(l.leans)
	t, ok := l.lower(arguments[0])
	if !ok {
		return refused, false
	}
	switch {
	case name == "answered" && t.fact != nil:
		if len(t.needs) == 0 {
			return term{typ: Bool, node: &ast.BoolNode{Value: true}, atom: true, formula: always(true)}, true
		}
		l.leans = l.leans[:lean] // it asks, so it does not lean
		asked := &ast.IdentifierNode{Value: has(t.fact.Path)}
		whether := &atom{key: "answered(" + t.fact.Path + ")", kind: atomHas, fact: t.fact.Path, facts: []string{t.fact.Path}, node: asked}
		return term{typ: Bool, node: asked, formula: atomic(whether)}, true
	case name == "answered":
		return l.refuse(arguments[0], CodeNotFact, nil, "")
	case name == "len" && (t.typ == Str || t.typ == List):
		return term{typ: Int, node: callOf(name, t.node), needs: t.needs}, true
	case name != "len" && t.typ == Str:
		return term{typ: Str, node: callOf(name, t.node), needs: t.needs}, true
	}
	return l.refuse(arguments[0], CodeArgument, args("function", name, "type", string(t.typ)), "")
}

// compared is a comparison of two terms.
func compared(operator string, left, right term) term {
	t := guarded(binary(operator, left.node, right.node), left, right)
	t.formula = compareAtoms(operator, left, right, t.node)
	return t
}

// guarded is a comparison that is false where something it needs is missing.
func guarded(comparison ast.Node, sides ...term) term {
	var needs []string
	for _, side := range sides {
		needs = union(needs, side.needs)
	}
	for _, path := range slices.Backward(needs) {
		comparison = binary("and", &ast.IdentifierNode{Value: has(path)}, comparison)
	}
	return term{typ: Bool, node: comparison, atom: true}
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func number(t Type) bool { return t == Int || t == Float }

func not(n ast.Node) ast.Node { return &ast.UnaryNode{Operator: "not", Node: n} }

func binary(operator string, left, right ast.Node) ast.Node {
	return &ast.BinaryNode{Operator: operator, Left: left, Right: right}
}

func callOf(name string, argument ast.Node) ast.Node {
	return &ast.BuiltinNode{Name: name, Arguments: []ast.Node{argument}}
}

func (l *lowering) refuse(n ast.Node, code string, a map[string]string, suggestion string) (term, bool) {
	l.complain(n, code, a, suggestion)
	return refused, false
}

func (l *lowering) complain(n ast.Node, code string, a map[string]string, suggestion string) {
	from, to := l.span(n)
	l.problems = append(l.problems, Problem{Index: -1, From: from, To: to, Line: 1, Code: code, Args: a, Suggestion: suggestion})
}

// span is where a part stands in the condition at hand: inside a shared name, where that name stands.
func (l *lowering) span(n ast.Node) (from, to int) {
	at := n.Location()
	if l.within != nil {
		at = *l.within
	}
	return at.From, max(at.To, at.From)
}

// extent is from where to where a part reaches in the condition at hand, its operands included.
func (l *lowering) extent(n ast.Node) (from, to int) {
	if l.within != nil {
		return l.span(n)
	}
	v := &extentVisitor{from: -1}
	ast.Walk(&n, v)
	return max(v.from, 0), v.to
}

type extentVisitor struct{ from, to int }

// Visit widens the extent by a node.
func (v *extentVisitor) Visit(n *ast.Node) {
	at := (*n).Location()
	if v.from < 0 || at.From < v.from {
		v.from = at.From
	}
	v.to = max(v.to, at.From, at.To)
}
