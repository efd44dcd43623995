package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// formula is a condition as what it is made of: atoms, joined by and, or, not. Lowering makes it beside the tree that is
// compiled, and both mean the same. All that reasons about conditions (deciding, checking, explaining) reads formulas.
// They never change.
type formula struct {
	op       op
	atom     *atom      // of opAtom
	subs     []*formula // of opNot one, of opAnd and opOr two or more
	from, to int        // what it is of the condition's source, in characters; of a shared name, where that name stands
}

type op int

const (
	opFalse op = iota
	opTrue
	opAtom
	opNot
	opAnd
	opOr
)

// atom is a question about facts that is answered yes or no, always no where a fact that it needs is missing. Atoms with
// the same key are the same question.
type atom struct {
	key   string // in one spelling: answers.urgent, "voice" in families, now.hour >= 8
	kind  atomKind
	fact  string   // of all kinds but atomOther
	op    string   // of atomOrder: < <= > >=
	value any      // of atomEquals a bool, int, float64 or string; of atomMember a string; of atomOrder an int, float64 or date
	facts []string // all that it reads
	look  *look    // of some of atomOther
	node  ast.Node // the same as an expression in expr, guarded
}

// look is the question whether a text that is there has a fixed one in it.
type look struct {
	fact string
	op   string // contains, startsWith, endsWith, matches
	text string
}

type atomKind int

const (
	atomBare   atomKind = iota // the fact, a yes or no, is there and yes
	atomHas                    // the fact is there
	atomEquals                 // the fact is there and equals the value
	atomMember                 // the list is there and has the value in it
	atomOrder                  // the fact is there and stands in that order to the value
	atomOther                  // anything else: see node
)

func always(holds bool) *formula {
	if holds {
		return &formula{op: opTrue}
	}
	return &formula{op: opFalse}
}

func atomic(a *atom) *formula { return &formula{op: opAtom, atom: a} }

func negated(f *formula) *formula {
	switch f.op {
	case opFalse, opTrue:
		return always(f.op == opFalse)
	case opNot:
		return f.subs[0]
	}
	return &formula{op: opNot, subs: []*formula{f}}
}

// placed is the formula with its place, for those of its parts, too, that have none of their own. It is another one: what
// stands elsewhere too keeps its place there.
func (f *formula) placed(from, to int) *formula {
	if f.to != 0 {
		return f
	}
	out := *f
	out.from, out.to, out.subs = from, to, make([]*formula, len(f.subs))
	for i, sub := range f.subs {
		out.subs[i] = sub.placed(from, to)
	}
	return &out
}

// join is and, or: of parts that are joined the same way, one list.
func join(by op, parts ...*formula) *formula {
	out := &formula{op: by}
	for _, p := range parts {
		switch {
		case p.op == by:
			out.subs = append(out.subs, p.subs...)
		case p.op == opTrue && by == opAnd, p.op == opFalse && by == opOr:
		case p.op == opTrue, p.op == opFalse:
			return always(p.op == opTrue)
		default:
			out.subs = append(out.subs, p)
		}
	}
	switch len(out.subs) {
	case 0:
		return always(by == opAnd)
	case 1:
		return out.subs[0]
	}
	return out
}

// String writes a formula as a condition.
func (f *formula) String() string {
	switch f.op {
	case opTrue:
		return "true"
	case opFalse:
		return "false"
	case opAtom:
		return f.atom.key
	case opNot:
		return "not (" + f.subs[0].String() + ")"
	}
	parts := make([]string, len(f.subs))
	for i, s := range f.subs {
		parts[i] = s.String()
	}
	word := " and "
	if f.op == opOr {
		word = " or "
	}
	return "(" + strings.Join(parts, word) + ")"
}

// atoms calls do for each mention of an atom.
func (f *formula) atoms(do func(*atom)) {
	if f.op == opAtom {
		do(f.atom)
	}
	for _, s := range f.subs {
		s.atoms(do)
	}
}

// compareAtoms is the formula of two terms that are compared; node is the same, guarded.
func compareAtoms(operator string, left, right term, node ast.Node) *formula {
	a := &atom{kind: atomOther, facts: factsOf(node), node: node}
	switch {
	case operator == "in" && left.fact != nil && right.literal != nil: // one of some values: it equals one of them
		values, _ := right.literal.([]string)
		parts := make([]*formula, len(values))
		for i, v := range values {
			parts[i] = compareAtoms("==", left, term{typ: Str, literal: v, node: &ast.StringNode{Value: v}},
				guarded(binary("==", left.node, &ast.StringNode{Value: v}), left).node)
		}
		return join(opOr, parts...)
	case operator == "in" && right.fact != nil && left.literal != nil:
		a.kind, a.fact, a.value = atomMember, right.fact.Path, left.literal
		a.key = fmt.Sprintf("%s in %s", spelt(a.value), a.fact)
		return atomic(a)
	case left.literal != nil && right.fact != nil:
		flipped := map[string]string{"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]
		if flipped != "" {
			return compareAtoms(flipped, right, left, node)
		}
	case left.fact != nil && right.literal != nil && operator == "==":
		a.kind, a.fact, a.value = atomEquals, left.fact.Path, right.literal
	case left.fact != nil && right.literal != nil && slices.Contains([]string{"<", "<=", ">", ">="}, operator) && left.typ != Str:
		a.kind, a.fact, a.op, a.value = atomOrder, left.fact.Path, operator, right.literal
	}
	if text, fixed := right.literal.(string); fixed && left.fact != nil && slices.Contains(textual, operator) {
		a.look = &look{fact: left.fact.Path, op: operator, text: text}
	}
	if a.kind == atomOther {
		a.key = binary(operator, left.node, right.node).String()
	} else {
		a.key = fmt.Sprintf("%s %s %s", a.fact, operator, spelt(a.value))
	}
	return atomic(a)
}

// textual are the operators that look into a text.
var textual = []string{"contains", "startsWith", "endsWith", "matches"}

func spelt(value any) string {
	if s, ok := value.(string); ok {
		return (&ast.StringNode{Value: s}).String()
	}
	return fmt.Sprint(value)
}

// factsOf lists the facts that a lowered expression reads.
func factsOf(node ast.Node) []string {
	v := &factVisitor{}
	ast.Walk(&node, v)
	return v.found
}

type factVisitor struct{ found []string }

// Visit notes an identifier: in lowered expressions these are facts and what tells whether they are there.
func (v *factVisitor) Visit(n *ast.Node) {
	if i, ok := (*n).(*ast.IdentifierNode); ok {
		v.found = appendNew(v.found, strings.TrimPrefix(i.Value, has("")))
	}
}
