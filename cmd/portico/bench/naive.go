package bench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"portico/rules"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// naive decides as the semantics of rule sets say it, one rule after the other: no index, nothing shared, each condition
// read part by part. It knows as much of conditions as the rules have that are measured here.
type naive struct {
	set  rules.RuleSet
	when []ast.Node
}

func newNaive(set rules.RuleSet) (*naive, error) {
	n := &naive{set: set}
	for _, r := range set.Rules {
		tree, err := parser.Parse(r.When)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		n.when = append(n.when, tree.Node)
	}
	return n, nil
}

func (n *naive) decide(f *rules.Facts) (v verdict) {
	for i, r := range n.set.Rules {
		if n.read(n.when[i], f) != true {
			continue
		}
		if r.Then.Priority != 0 {
			v.setPriority(r.Name, r.Then.Priority)
		}
		if r.Then.Queue != "" {
			v.setQueue(r.Name, r.Then.Queue)
		}
	}
	v.setPriority(rules.ByDefault, n.set.Default.Priority)
	v.setQueue(rules.ByDefault, n.set.Default.Queue)
	return v
}

// read is what a part of a condition reads; nil: it is missing.
func (n *naive) read(node ast.Node, f *rules.Facts) any {
	switch p := node.(type) {
	case *ast.StringNode:
		return p.Value
	case *ast.IntegerNode:
		return p.Value
	case *ast.IdentifierNode:
		return factOf(p.Value, "", f)
	case *ast.MemberNode:
		return factOf(p.Node.(*ast.IdentifierNode).Value, p.Property.(*ast.StringNode).Value, f)
	case *ast.UnaryNode:
		return n.read(p.Node, f) != true
	case *ast.BinaryNode:
		switch p.Operator {
		case "and":
			return n.read(p.Left, f) == true && n.read(p.Right, f) == true
		case "or":
			return n.read(p.Left, f) == true || n.read(p.Right, f) == true
		}
		return holdsBetween(p.Operator, n.read(p.Left, f), n.read(p.Right, f))
	}
	return nil
}

func holdsBetween(operator string, left, right any) bool {
	if left == nil || right == nil {
		return operator == "!="
	}
	switch operator {
	case "==":
		return left == right
	case "!=":
		return left != right
	case "in":
		list, _ := right.([]string)
		text, _ := left.(string)
		return slices.Contains(list, text)
	}
	a, _ := left.(int)
	b, _ := right.(int)
	return operator[0] == '<' && cmp.Compare(a, b) < 0 || operator[0] == '>' && cmp.Compare(a, b) > 0 || strings.HasSuffix(operator, "=") && a == b
}

func factOf(root, key string, f *rules.Facts) any {
	switch root {
	case "answers":
		return f.Answers[key]
	case "item":
		return f.Item
	case "services":
		return f.Services
	case "families":
		return f.Families
	case "account":
		if f.Account.ClientNumber != "" && key == "tier" {
			return f.Account.Tier
		}
	case "now":
		if f.Now.Weekday != "" && key == "hour" {
			return f.Now.Hour
		}
	}
	return nil
}
