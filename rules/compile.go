package rules

import (
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm"
)

// Compiled is a rule set ready to decide. It never changes and may be used by many at once.
type Compiled struct {
	vocabulary *Vocabulary
	rules      []compiledRule
	fallback   Default
	examples   []Example
	reads      []readable // facts that some condition speaks of
	plan       *plan
	deciders   sync.Pool // for decisions with their traces
}

type compiledRule struct {
	Rule
	condition *condition // nil: broken
	broken    string     // why it cannot be asked
}

// Compile checks a rule set and makes it ready. It always gives one: a rule with a problem is passed over, and reported
// with each decision, so that one removed queue does not stop all deciding. A set with problems must not be published.
func Compile(set RuleSet, v *Vocabulary) (*Compiled, Problems) {
	c := &compiling{set: set, vocabulary: v, problems: set.duplicates(), machines: map[string]*vm.Program{}}
	c.lets()
	out := &Compiled{vocabulary: v, fallback: set.Default, examples: set.Examples}
	for i, r := range set.Rules {
		out.rules = append(out.rules, c.rule(i, r))
	}
	c.defaults()
	spoken := map[string]bool{}
	for _, r := range out.rules {
		if r.condition != nil {
			for _, path := range r.condition.facts {
				spoken[path] = true
			}
		}
	}
	for _, r := range v.facts {
		if spoken[r.Path] {
			out.reads = append(out.reads, r)
		}
	}
	c.plan(out)
	return out, c.problems
}

type compiling struct {
	set        RuleSet
	vocabulary *Vocabulary
	scope      *scope
	problems   Problems
	machines   map[string]*vm.Program // of atoms that expr's machine is asked for, by their keys
}

var letName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// keywords cannot be names of shared conditions, nor can the first parts of facts and functions.
var keywords = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "true", "false",
	"nil", "let", "if", "else", "item", "type", "answers", "services", "families", "account", "contact", "now", "answered"}

func (c *compiling) lets() {
	c.scope = newScope(c.vocabulary.Facts(), maybeMissing)
	for _, l := range c.set.Let {
		c.scope.later[l.Name] = true
	}
	for i, l := range c.set.Let {
		field := "let." + l.Name
		_, isBuiltin := builtin.Index[l.Name]
		var found Problems
		switch {
		case !letName.MatchString(l.Name):
			found = Problems{{Code: CodeBadName, Args: args("name", l.Name)}}
		case isBuiltin || slices.Contains(keywords, l.Name):
			found = Problems{{Code: CodeReserved, Args: args("name", l.Name)}}
		default:
			found = c.scope.define(l.Name, l.Expr)
		}
		c.problems = append(c.problems, found.in("", i, field, c.set.line(field))...)
	}
}

func (c *compiling) rule(i int, r Rule) compiledRule {
	path := "rules." + strconv.Itoa(i)
	var found Problems
	add := func(field, code string, a map[string]string, suggestion string) {
		found = append(found, Problem{Rule: r.Name, Index: i, Field: field, Code: code, Args: a, Suggestion: suggestion,
			FileLine: c.set.line(path+"."+field, path)})
	}
	switch {
	case blank(r.Name):
		add("name", CodeRequired, args("key", "name"), "")
	case r.Name == ByDefault:
		add("name", CodeReserved, args("name", r.Name), "")
	}
	condition, wrong := c.condition(r.When)
	found = append(found, wrong.in(r.Name, i, "when", c.set.line(path+".when", path))...)
	if !slices.ContainsFunc(OutcomeNames, r.Then.Gives) {
		add("then", CodeNothingDecided, nil, "")
	}
	c.outcomes(r.Then, "then", add)
	c.sentence(r.Customer, "customer", add)
	c.problems = append(c.problems, found...)
	out := compiledRule{Rule: r, condition: condition}
	switch {
	case found.barring() != nil:
		out.condition, out.broken = nil, found.barring().Message()
	case condition == nil:
		out.broken = "uses a shared name that is broken"
	}
	return out
}

// condition compiles a rule's condition: expr's machine is made only for what is not asked without it.
func (c *compiling) condition(source string) (*condition, Problems) {
	out, low, problems := c.scope.lower(source)
	switch {
	case out == nil:
	case low.fails:
		problems = c.scope.machine(out, low.node)
	default:
		out.formula.atoms(func(a *atom) {
			if a.kind != atomOther || a.look != nil || c.machines[a.key] != nil || problems != nil {
				return
			}
			program, err := c.scope.program(a.node)
			if err != nil {
				problems = Problems{{Index: -1, Code: CodeSyntax, Args: args("message", err.Error())}}
				return
			}
			c.machines[a.key] = program
		})
	}
	if problems != nil {
		return nil, problems
	}
	return out, nil
}

func (c *compiling) defaults() {
	add := func(field, code string, a map[string]string, suggestion string) {
		c.problems = append(c.problems, Problem{Index: -1, Field: field, Code: code, Args: a, Suggestion: suggestion,
			FileLine: c.set.line(field, "default")})
	}
	if c.set.Default.Priority == 0 {
		add("default", CodeRequired, args("key", "default.priority"), "")
	}
	if c.set.Default.Queue == "" {
		add("default", CodeRequired, args("key", "default.queue"), "")
	}
	c.outcomes(c.set.Default.Outcomes, "default", add)
	c.sentence(c.set.Default.Customer, "default.customer", add)
}

func (c *compiling) outcomes(o Outcomes, field string, add complain) {
	if o.Priority < 0 || o.Priority > 4 {
		add(field+".priority", CodePriority, nil, "")
	}
	if queues := c.vocabulary.world.Queues; o.Queue != "" && !slices.Contains(queues, o.Queue) {
		add(field+".queue", CodeUnknownQueue, args("queue", o.Queue), nearest(o.Queue, queues))
	}
	for _, t := range o.Tags {
		if blank(t) {
			add(field+".tags", CodeRequired, args("key", "tag"), "")
		}
	}
	c.colleague(field+".assignee", o.Assignee, add)
	for _, who := range o.Notify {
		c.colleague(field+".notify", who, add)
	}
	for _, t := range o.Request {
		if blank(t["en"]) || blank(t["fr"]) {
			add(field+".request", CodeBothLanguages, nil, "")
		}
		c.sentence(t, field+".request", add)
	}
}

// colleague checks who is named. One who left is no reason for a published rule to stop deciding all else: see
// Problem.Aside.
func (c *compiling) colleague(field, email string, add complain) {
	if staff := c.vocabulary.world.Staff; email != "" && !slices.Contains(staff, email) {
		add(field, CodeUnknownStaff, args("person", email), nearest(email, staff))
	}
}

func (c *compiling) sentence(t Text, field string, add complain) {
	for lang := range t {
		if !slices.Contains(languages, lang) {
			add(field, CodeUnknownLanguage, args("language", lang), "")
		}
	}
}

// complain says that a field is wrong.
type complain func(field, code string, a map[string]string, suggestion string)

// Naming are the rules that assign cases to a colleague, or have them told: those that are asked, by name, and ByDefault.
func (c *Compiled) Naming(email string) (names []string) {
	naming := func(o Outcomes) bool { return o.Assignee == email || slices.Contains(o.Notify, email) }
	for _, r := range c.rules {
		if !r.Off && naming(r.Then) {
			names = append(names, r.Name)
		}
	}
	if naming(c.fallback.Outcomes) {
		names = append(names, ByDefault)
	}
	return names
}

// Leans lists where the condition of a rule speaks of something that may be missing, and how it then reads.
func (c *Compiled) Leans(rule int) []Lean {
	if rule < 0 || rule >= len(c.rules) || c.rules[rule].condition == nil {
		return nil
	}
	return slices.Clone(c.rules[rule].condition.leans)
}
