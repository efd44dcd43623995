package rules

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Limits of a condition. The length is checked before parsing, because parsing is what deep nesting makes expensive;
// the size counts the parts of a condition with all shared names written out, because these can multiply.
const (
	maxSource = 4 << 10
	maxNodes  = 1_000
	maxSize   = 4_000
)

// condition is a compiled condition. It is total: whatever answers are missing, it holds or it does not.
type condition struct {
	source  string
	program *vm.Program // of a rule, only where it can fail: else its formula is asked
	formula *formula
	facts   []string // paths that it speaks of, in the order of first mention
	leans   []Lean
	fails   bool // it may, and then does not hold: a remainder by zero
}

// Lean is a place where a condition speaks of something that may be missing.
type Lean struct {
	Fact     string
	From, To int  // where the fact stands, in characters
	Holds    bool // what the part around it reads when the fact is missing
}

var machines = sync.Pool{New: func() any { return new(vm.VM) }}

// holds asks the condition. The few things that can still fail, such as a remainder by zero, are errors.
func (c *condition) holds(env map[string]any) (bool, error) {
	m := machines.Get().(*vm.VM)
	defer machines.Put(m)
	out, err := m.Run(c.program, env)
	if err != nil {
		return false, c.failure(err)
	}
	return out == true, nil
}

func (c *condition) failure(err error) error { return fmt.Errorf("condition %q: %w", c.source, err) }

// has names the variable that tells whether a fact is there.
func has(path string) string { return "has " + path }

// zero is what a missing fact is set to. No condition ever reads it but a bare yes or no, for which it is right.
var zero = map[Type]any{Bool: false, Int: 0, Float: 0.0, Str: "", Day: "", List: []string(nil)}

// fits tells whether a value is of the type; facts that were kept while a question had another kind read as missing.
func fits(typ Type, value any) bool {
	switch value.(type) {
	case bool:
		return typ == Bool
	case int:
		return typ == Int
	case string:
		return typ == Str || typ == Day
	case []string:
		return typ == List
	}
	return false
}

// scope is what a condition may speak of.
type scope struct {
	facts map[string]Fact
	maybe func(path string) bool // whether a fact may be missing
	lets  map[string]ast.Node    // shared names; nil: broken, which is said where it is defined
	later map[string]bool        // shared names that are not defined yet
	env   types.Map              // made of facts on first use
	parts int                    // of all that was lowered in it
}

func newScope(facts []Fact, maybe func(string) bool) *scope {
	s := &scope{facts: map[string]Fact{}, maybe: maybe, lets: map[string]ast.Node{}, later: map[string]bool{}}
	for _, f := range facts {
		s.facts[f.Path] = f
	}
	return s
}

func (s *scope) types() types.Map {
	if s.env == nil {
		s.env = types.Map{}
		for path, f := range s.facts {
			s.env[path], s.env[has(path)] = types.TypeOf(zero[f.Type]), types.Bool
		}
	}
	return s.env
}

// compile checks a condition and compiles it. It gives neither condition nor problem where a shared name is broken.
func (s *scope) compile(source string) (*condition, Problems) {
	c, l, problems := s.lower(source)
	if c == nil {
		return nil, problems
	}
	if problems = s.machine(c, l.node); problems != nil {
		return nil, problems
	}
	return c, nil
}

// machine compiles a condition for expr's machine.
func (s *scope) machine(c *condition, node ast.Node) Problems {
	program, err := s.program(node)
	if err != nil { // what lower lets through compiles; if it ever does not, refuse it rather than guess
		return Problems{{Index: -1, Code: CodeSyntax, Args: args("message", err.Error())}}
	}
	c.program = program
	return nil
}

// lower checks a condition. It gives neither condition nor problem where a shared name is broken.
func (s *scope) lower(source string) (*condition, lowered, Problems) {
	tree, p := parse(source)
	if p != nil {
		return nil, lowered{}, Problems{*p}
	}
	l := &lowering{scope: s}
	t, ok := l.lower(tree)
	if ok && t.typ != Bool {
		l.complain(tree, CodeNotCondition, args("type", string(t.typ)), "")
	}
	if len(l.problems) > 0 || !ok {
		return nil, lowered{}, l.problems.at(source)
	}
	return &condition{source: source, formula: t.formula, facts: l.mentioned, leans: l.leans, fails: l.fails}, lowered{t.node, l.fails}, nil
}

// lowered is a condition as expr's machine would take it.
type lowered struct {
	node  ast.Node
	fails bool // it may: a remainder by zero
}

// define checks a shared name's expression and makes it known to what is compiled afterwards.
func (s *scope) define(name, source string) Problems {
	s.later[name], s.lets[name] = true, nil // it is not known to itself
	defer delete(s.later, name)
	tree, p := parse(source)
	if p != nil {
		return Problems{*p}
	}
	l := &lowering{scope: s}
	if _, ok := l.lower(tree); ok && len(l.problems) == 0 {
		s.lets[name] = tree
	}
	return l.problems.at(source)
}

func (s *scope) program(node ast.Node) (*vm.Program, error) {
	config := conf.CreateNew()
	config.WithEnv(s.types())
	config.Expect = reflect.Bool
	tree := &parser.Tree{Node: node}
	if _, err := checker.Check(tree, config); err != nil {
		return nil, err
	}
	if err := optimizer.Optimize(&tree.Node, config); err != nil {
		return nil, err
	}
	return compiler.Compile(tree, config)
}

// parse reads a condition into a tree. Trees are never handed to expr's optimiser, which would change them: lowering
// makes new ones.
func parse(source string) (ast.Node, *Problem) {
	if len(source) > maxSource {
		return nil, &Problem{Index: -1, Code: CodeConditionLong, Args: args("max", fmt.Sprint(maxSource))}
	}
	if blank(source) {
		return nil, &Problem{Index: -1, Code: CodeEmpty}
	}
	if p := refusedToken(source); p != nil {
		return nil, p
	}
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	config.DisableIfOperator = true
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, syntaxProblem(source, err)
	}
	return tree.Node, nil
}
