package rules

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The reference reads conditions as the table of missing answers does, word by word, over a tree of its own: a value or
// nothing, and nothing else. What it does not share with the engine is the parser, the guards and the machine.

type expression interface {
	String() string
	value(values map[string]any, lets map[string]expression) any // nil: missing
}

type (
	fact     struct{ path string }
	letRef   struct{ name string }
	constant struct{ v any }
	negation struct{ of expression }
	joined   struct {
		op          string
		left, right expression
	}
	comparison struct {
		op          string
		left, right expression
	}
	sum struct {
		op          string
		left, right expression
	}
	remainder  struct{ left, right expression }
	length     struct{ of expression }
	isAnswered struct{ path string }
)

func truth(e expression, values map[string]any, lets map[string]expression) bool {
	return e.value(values, lets) == true // missing is not true
}

func (e fact) String() string                                           { return e.path }
func (e fact) value(values map[string]any, _ map[string]expression) any { return values[e.path] }
func (e letRef) String() string                                         { return e.name }
func (e letRef) value(v map[string]any, lets map[string]expression) any {
	return lets[e.name].value(v, lets)
}
func (e constant) value(map[string]any, map[string]expression) any { return e.v }
func (e negation) String() string                                  { return "not (" + e.of.String() + ")" }
func (e negation) value(v map[string]any, lets map[string]expression) any {
	return !truth(e.of, v, lets)
}
func (e joined) String() string {
	return "(" + e.left.String() + " " + e.op + " " + e.right.String() + ")"
}
func (e comparison) String() string {
	return "(" + e.left.String() + " " + e.op + " " + e.right.String() + ")"
}
func (e sum) String() string {
	return "(" + e.left.String() + " " + e.op + " " + e.right.String() + ")"
}
func (e length) String() string                                          { return "len(" + e.of.String() + ")" }
func (e isAnswered) String() string                                      { return "answered(" + e.path + ")" }
func (e isAnswered) value(v map[string]any, _ map[string]expression) any { return v[e.path] != nil }

func (e constant) String() string {
	if list, ok := e.v.([]string); ok {
		quoted := make([]string, len(list))
		for i, s := range list {
			quoted[i] = fmt.Sprintf("%q", s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return fmt.Sprintf("%#v", e.v)
}

// remainderByZero is what a remainder by zero panics with: the rule fails.
const remainderByZero = "integer divide by zero"

func (e remainder) String() string { return "(" + e.left.String() + " % " + e.right.String() + ")" }
func (e remainder) value(v map[string]any, lets map[string]expression) any {
	l, r := e.left.value(v, lets), e.right.value(v, lets)
	switch {
	case l == nil || r == nil:
		return nil
	case r == 0:
		panic(remainderByZero)
	}
	return l.(int) % r.(int)
}

// whatever is the value that a part has whatever the facts are; nil: it depends on them. Such a part is read first, and
// what it decides is decided without asking the rest.
func whatever(e expression, lets map[string]expression) any {
	switch e := e.(type) {
	case constant:
		return e.v
	case letRef:
		return whatever(lets[e.name], lets)
	case negation:
		if of := whatever(e.of, lets); of != nil {
			return of == false
		}
	case sum:
		if l, r := whatever(e.left, lets), whatever(e.right, lets); l != nil && r != nil {
			return e.value(nil, lets)
		}
	case joined:
		l, r := whatever(e.left, lets), whatever(e.right, lets)
		if deciding := e.op == "or"; l == deciding || r == deciding {
			return deciding
		}
		if l != nil && r != nil {
			return l
		}
	case comparison:
		if e.op == "==" || e.op == "!=" {
			if l, r := whatever(e.left, lets), whatever(e.right, lets); l != nil && r != nil {
				return (l == r) == (e.op == "==")
			}
		}
	}
	return nil
}

func (e joined) value(v map[string]any, lets map[string]expression) any {
	if fixed := whatever(e, lets); fixed != nil {
		return fixed
	}
	if e.op == "and" {
		return truth(e.left, v, lets) && truth(e.right, v, lets)
	}
	return truth(e.left, v, lets) || truth(e.right, v, lets)
}

func (e comparison) value(v map[string]any, lets map[string]expression) any {
	switch e.op {
	case "!=":
		return !truth(comparison{"==", e.left, e.right}, v, lets)
	case "not in":
		return !truth(comparison{"in", e.left, e.right}, v, lets)
	}
	l, r := e.left.value(v, lets), e.right.value(v, lets)
	if l == nil || r == nil {
		return false
	}
	switch e.op {
	case "==":
		return l == r
	case "in":
		return slices.Contains(r.([]string), l.(string))
	case "contains":
		return strings.Contains(l.(string), r.(string))
	case "startsWith":
		return strings.HasPrefix(l.(string), r.(string))
	case "matches":
		return regexp.MustCompile(r.(string)).MatchString(l.(string))
	case "endsWith":
		return strings.HasSuffix(l.(string), r.(string))
	case "<":
		return order(l, r) < 0
	case ">":
		return order(l, r) > 0
	case "<=":
		return order(l, r) <= 0
	}
	return order(l, r) >= 0
}

func order(l, r any) int {
	if day, ok := l.(string); ok {
		return strings.Compare(day, r.(string))
	}
	return l.(int) - r.(int)
}

func (e sum) value(v map[string]any, lets map[string]expression) any {
	l, r := e.left.value(v, lets), e.right.value(v, lets)
	switch {
	case l == nil || r == nil:
		return nil
	case e.op == "+":
		return l.(int) + r.(int)
	case e.op == "*":
		return l.(int) * r.(int)
	}
	return l.(int) - r.(int)
}

func (e length) value(v map[string]any, lets map[string]expression) any {
	switch of := e.of.value(v, lets).(type) {
	case string:
		return len(of)
	case []string:
		return len(of)
	}
	return nil
}

// generator makes conditions and answers.
type generator struct {
	*rand.Rand
	lets map[Type][]string
}

func oneOf[T any](g *generator, choices ...T) T { return choices[g.IntN(len(choices))] }

func (g *generator) make(typ Type, depth int) expression {
	if names := g.lets[typ]; len(names) > 0 && g.IntN(6) == 0 {
		return letRef{oneOf(g, names...)}
	}
	if depth <= 0 || g.IntN(5) == 0 {
		return g.leaf(typ)
	}
	switch typ {
	case Bool:
		return g.condition(depth - 1)
	case Int:
		if g.IntN(4) == 0 {
			return length{g.make(oneOf(g, Str, List), depth-1)}
		}
		return sum{oneOf(g, "+", "-", "*"), g.make(Int, depth-1), g.make(Int, depth-1)}
	}
	return g.leaf(typ)
}

func (g *generator) leaf(typ Type) expression {
	switch typ {
	case Bool:
		return oneOf[expression](g, fact{"answers.urgent"}, fact{"answers.everywhere"}, fact{"answers.urgent"}, constant{true}, constant{false},
			isAnswered{oneOf(g, "answers.urgent", "answers.n", "answers.sites")})
	case Int:
		return oneOf[expression](g, fact{"answers.n"}, fact{"answers.m"}, constant{g.IntN(4)})
	case Str:
		return oneOf[expression](g, fact{"answers.note"}, fact{"item"}, constant{oneOf(g, "", "a", "ab")})
	}
	return oneOf[expression](g, fact{"answers.sites"}, fact{"families"}, constant{oneOf(g, []string{"a"}, []string{"a", "b"}, []string{})})
}

func (g *generator) condition(depth int) expression {
	switch g.IntN(7) {
	case 0:
		return negation{g.make(Bool, depth)}
	case 1, 2:
		return joined{oneOf(g, "and", "or"), g.make(Bool, depth), g.make(Bool, depth)}
	case 3:
		return comparison{oneOf(g, "<", ">=", "==", "!="), g.make(Int, depth), g.make(Int, depth)}
	case 4:
		return comparison{oneOf(g, "==", "!=", "contains", "startsWith"), g.make(Str, depth), g.make(Str, depth)}
	case 5:
		return comparison{oneOf(g, "in", "not in"), g.make(Str, depth), g.make(List, depth)}
	}
	return comparison{oneOf(g, "==", "!="), g.make(Bool, depth), g.make(Bool, depth)}
}

func (g *generator) answers() map[string]any {
	all := map[string]any{
		"answers.urgent": g.IntN(2) == 0, "answers.everywhere": g.IntN(2) == 0, "answers.n": g.IntN(4), "answers.m": g.IntN(4),
		"answers.note": oneOf(g, "", "a", "ab", "b"), "answers.sites": oneOf(g, []string{}, []string{"a"}, []string{"a", "b"}),
	}
	for key := range all {
		if g.IntN(2) == 0 {
			delete(all, key)
		}
	}
	all["item"], all["families"] = oneOf(g, "a", "b"), oneOf(g, []string{}, []string{"a"})
	return all
}

// referenceScope is testScope without choices, which literals made at random would offend.
func referenceScope() *scope {
	s := testScope()
	for path, f := range s.facts {
		f.Choices = nil
		s.facts[path] = f
	}
	return s
}

func TestTheEngineReadsAsTheReferenceDoes(t *testing.T) {
	for seed := range rounds(3000) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), lets: map[Type][]string{}}
		s, lets := referenceScope(), map[string]expression{}
		for i, typ := range []Type{Bool, Int, Bool, Str, List} {
			name := fmt.Sprintf("shared%d", i)
			e := g.make(typ, 2)
			if p := s.define(name, e.String()); p.Err() != nil {
				t.Fatalf("seed %d: let %s: %v", seed, e, p)
			}
			lets[name], g.lets[typ] = e, append(g.lets[typ], name)
		}
		e := g.make(Bool, 4)
		c, problems := s.compile(e.String())
		if problems.Err() != nil {
			t.Fatalf("seed %d: %s: %v", seed, e, problems)
		}
		for range 20 {
			values := g.answers()
			got, err := c.holds(testEnv(s, values))
			if err != nil {
				t.Fatalf("seed %d: %s over %v: %v", seed, e, values, err)
			}
			if want := truth(e, values, lets); got != want {
				t.Fatalf("seed %d: %s with %v over %v reads %t, want %t", seed, e, lets, values, got, want)
			}
			if as := formulaHolds(t, s, c.formula, testEnv(s, values)); as != got {
				t.Fatalf("seed %d: %s over %v reads %t as the formula %s", seed, e, values, as, c.formula)
			}
		}
	}
}

// formulaHolds reads a formula by what its atoms are as expressions.
func formulaHolds(t *testing.T, s *scope, f *formula, env map[string]any) bool {
	t.Helper()
	switch f.op {
	case opAtom:
		program, err := s.program(f.atom.node)
		if err != nil {
			t.Fatalf("%s: %v", f.atom.key, err)
		}
		holds, err := (&condition{source: f.atom.key, program: program}).holds(env)
		if err != nil {
			t.Fatal(err)
		}
		return holds
	case opNot:
		return !formulaHolds(t, s, f.subs[0], env)
	case opAnd, opOr:
		for _, sub := range f.subs {
			if formulaHolds(t, s, sub, env) == (f.op == opOr) {
				return f.op == opOr
			}
		}
		return f.op == opAnd
	}
	return f.op == opTrue
}
