package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// The kinds of change.
const (
	ChangeAdded   = "added"
	ChangeRemoved = "removed"
	ChangeRenamed = "renamed" // Old and New are names
	ChangeMoved   = "moved"   // Old and New are places in the list, from 1
	ChangeChanged = "changed" // Field tells what
)

// Change is a difference in meaning between two rule sets.
type Change struct {
	Kind     string
	Rule     string // the name in the new set, of a removed rule the old one; empty for default, let and examples
	Field    string // when, priority, queue, tags, customer.fr, note, off; default.queue, let.everywhere, examples.name
	Old, New string
}

// Diff tells what differs between two rule sets in meaning: not in spelling, comments or spaces. Shared names come first,
// then rules in their new order, those removed, the default and examples.
func Diff(old, new RuleSet) []Change {
	d := &differ{}
	d.lets(old.Let, new.Let)
	d.rules(old.Rules, new.Rules)
	d.outcomes("", "default.", old.Default.Outcomes, new.Default.Outcomes)
	d.sentence("", "default.customer", old.Default.Customer, new.Default.Customer)
	d.examples(old.Examples, new.Examples)
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) add(kind, rule, field, old, new string) {
	d.changes = append(d.changes, Change{Kind: kind, Rule: rule, Field: field, Old: old, New: new})
}

func (d *differ) changed(rule, field, old, new string) {
	if old != new {
		d.add(ChangeChanged, rule, field, old, new)
	}
}

func (d *differ) condition(rule, field, old, new string) {
	if meaning(old) != meaning(new) {
		d.add(ChangeChanged, rule, field, old, new)
	}
}

func (d *differ) lets(old, new []Let) {
	before := map[string]string{}
	for _, l := range old {
		before[l.Name] = l.Expr
	}
	for _, l := range new {
		if was, ok := before[l.Name]; ok {
			d.condition("", "let."+l.Name, was, l.Expr)
		} else {
			d.add(ChangeAdded, "", "let."+l.Name, "", l.Expr)
		}
		delete(before, l.Name)
	}
	for _, l := range old {
		if was, ok := before[l.Name]; ok {
			d.add(ChangeRemoved, "", "let."+l.Name, was, "")
		}
	}
}

func (d *differ) rules(old, new []Rule) {
	from := pair(old, new)
	stays := longestRun(from)
	gone := map[int]bool{}
	for i := range old {
		gone[i] = true
	}
	for i, r := range new {
		was := from[i]
		if was < 0 {
			d.add(ChangeAdded, r.Name, "", "", r.When)
			continue
		}
		delete(gone, was)
		o := old[was]
		if o.Name != r.Name {
			d.add(ChangeRenamed, r.Name, "", o.Name, r.Name)
		}
		if !stays[i] {
			d.add(ChangeMoved, r.Name, "", strconv.Itoa(was+1), strconv.Itoa(i+1))
		}
		d.condition(r.Name, "when", o.When, r.When)
		d.outcomes(r.Name, "", o.Then, r.Then)
		d.sentence(r.Name, "customer", o.Customer, r.Customer)
		d.changed(r.Name, "note", o.Note, r.Note)
		d.changed(r.Name, "off", strconv.FormatBool(o.Off), strconv.FormatBool(r.Off))
	}
	for _, i := range slices.Sorted(maps.Keys(gone)) {
		d.add(ChangeRemoved, old[i].Name, "", old[i].When, "")
	}
}

// pair finds for each new rule the place of the old one that it was: by name, else by condition and outcomes, else by one
// of the two where it stands between the same others; -1 if none.
func pair(old, new []Rule) []int {
	from, taken := make([]int, len(new)), map[int]bool{}
	find := func(key func(Rule) string) {
		places := map[string][]int{}
		for k, o := range old {
			if !taken[k] {
				places[key(o)] = append(places[key(o)], k)
			}
		}
		for i, n := range new {
			if from[i] >= 0 {
				continue
			}
			if at := places[key(n)]; len(at) > 0 {
				from[i], taken[at[0]], places[key(n)] = at[0], true, at[1:]
			}
		}
	}
	for i := range new {
		from[i] = -1
	}
	find(func(r Rule) string { return r.Name })
	find(func(r Rule) string { return meaning(r.When) + "\n" + r.Then.yaml() })
	stood := slices.Repeat([]int{-1}, len(old)+2) // which new rule an old one became, by its place counted from 1
	for i, k := range from {
		if k >= 0 {
			stood[k+1] = i
		}
	}
	stood[len(old)+1] = len(new)
	for i := range new {
		k := 0 // the place to look at
		if i > 0 {
			if k = from[i-1] + 1; k == 0 {
				continue
			}
		}
		if from[i] < 0 && k < len(old) && stood[k+1] < 0 && stood[k+2] == i+1 &&
			(meaning(old[k].When) == meaning(new[i].When) || slices.Equal(old[k].Then.pairs(), new[i].Then.pairs())) {
			from[i] = k
		}
	}
	return from
}

// longestRun marks the most rules that can be said to have stayed in order, so that the fewest moved.
func longestRun(from []int) []bool {
	length, before := make([]int, len(from)), make([]int, len(from))
	last := -1
	for i := range from {
		before[i] = -1
		if from[i] < 0 {
			continue
		}
		length[i] = 1
		for k := range i {
			if from[k] >= 0 && from[k] < from[i] && length[k]+1 > length[i] {
				length[i], before[i] = length[k]+1, k
			}
		}
		if last < 0 || length[i] > length[last] {
			last = i
		}
	}
	stays := make([]bool, len(from))
	for ; last >= 0; last = before[last] {
		stays[last] = true
	}
	return stays
}

func (d *differ) outcomes(rule, prefix string, old, new Outcomes) {
	for _, name := range OutcomeNames {
		d.changed(rule, prefix+name, old.text(name), new.text(name))
	}
}

func (d *differ) sentence(rule, field string, old, new Text) {
	for _, lang := range languages {
		d.changed(rule, field+"."+lang, old[lang], new[lang])
	}
}

func (d *differ) examples(old, new []Example) {
	before := map[string]string{}
	for _, e := range old {
		before[e.Name] = e.yaml()
	}
	for _, e := range new {
		if was, ok := before[e.Name]; ok {
			d.changed("", "examples."+e.Name, was, e.yaml())
		} else {
			d.add(ChangeAdded, "", "examples."+e.Name, "", e.yaml())
		}
		delete(before, e.Name)
	}
	for _, e := range old {
		if was, ok := before[e.Name]; ok {
			d.add(ChangeRemoved, "", "examples."+e.Name, was, "")
		}
	}
}

func (e Example) yaml() string {
	w := &yamlWriter{} // without comments, which mean nothing
	w.example(e)
	return w.String()
}

// meaning is a condition with one spelling for what can be spelt in several ways.
func meaning(source string) string {
	tree, p := parse(source)
	if p != nil {
		return fmt.Sprintf("unreadable: %s", strings.TrimSpace(source))
	}
	ast.Walk(&tree, spelling{})
	return tree.String()
}

type spelling struct{}

// Visit gives operators with two names the one that people read.
func (spelling) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&":
			n.Operator = "and"
		case "||":
			n.Operator = "or"
		}
	case *ast.UnaryNode:
		if n.Operator == "!" {
			n.Operator = "not"
		}
	}
}
