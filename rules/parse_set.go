package rules

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

func (r *yamlReader) set(set *RuleSet, n ast.Node) {
	r.entries(n, "", map[string]func(ast.Node, string){
		"let": func(n ast.Node, field string) {
			r.each(n, field, func(key string, at, value ast.Node, path string) {
				if len(set.Let) == maxNames {
					r.complain(at, field, CodeSyntax, args("message", fmt.Sprintf("more than %d shared names", maxNames)), "")
				}
				l := Let{Name: key}
				r.text(&l.Expr)(value, path)
				set.Let = append(set.Let, l)
			})
		},
		"rules": func(n ast.Node, field string) {
			r.list(n, field, func(_ int, item ast.Node, path string) {
				set.Rules = append(set.Rules, r.rule(item, path))
			})
		},
		"default": func(n ast.Node, field string) {
			keys := r.outcomeKeys(&set.Default.Outcomes)
			keys["customer"] = r.sentence(&set.Default.Customer)
			r.entries(n, field, keys)
		},
		"examples": func(n ast.Node, field string) {
			r.list(n, field, func(_ int, item ast.Node, path string) {
				set.Examples = append(set.Examples, r.example(item, path))
			})
		},
	})
}

func (r *yamlReader) rule(n ast.Node, field string) Rule {
	var rule Rule
	r.entries(n, field, map[string]func(ast.Node, string){
		"name":     r.text(&rule.Name),
		"when":     r.text(&rule.When),
		"then":     r.outcomes(&rule.Then),
		"customer": r.sentence(&rule.Customer),
		"note":     r.text(&rule.Note),
		"off":      r.bool(&rule.Off),
	})
	return rule
}

func (r *yamlReader) outcomes(to *Outcomes) func(ast.Node, string) {
	return func(n ast.Node, field string) { r.entries(n, field, r.outcomeKeys(to)) }
}

func (r *yamlReader) outcomeKeys(to *Outcomes) map[string]func(ast.Node, string) {
	return map[string]func(ast.Node, string){
		OutcomePriority:     r.number(&to.Priority),
		OutcomeQueue:        r.text(&to.Queue),
		OutcomeAssignee:     r.text(&to.Assignee),
		OutcomeAnswerWithin: r.within(&to.AnswerWithin),
		OutcomeSolveWithin:  r.within(&to.SolveWithin),
		OutcomeTags:         r.texts(&to.Tags),
		OutcomeNotify:       r.texts(&to.Notify),
		OutcomeRequest: func(n ast.Node, field string) {
			to.Request = []Text{}
			r.list(n, field, func(_ int, item ast.Node, path string) {
				var t Text
				r.sentence(&t)(item, path)
				to.Request = append(to.Request, t)
			})
		},
	}
}

func (r *yamlReader) within(to *Within) func(ast.Node, string) {
	return func(n ast.Node, field string) {
		var s string
		before := len(r.problems)
		r.text(&s)(n, field)
		w, ok := ParseWithin(s)
		if !ok && len(r.problems) == before {
			r.expected(n, field, "a time such as 30 minutes or 8 business hours")
		}
		*to = w
	}
}

func (r *yamlReader) sentence(to *Text) func(ast.Node, string) {
	return func(n ast.Node, field string) {
		*to = Text{}
		read := map[string]func(ast.Node, string){}
		for _, lang := range languages {
			read[lang] = func(n ast.Node, path string) {
				var s string
				r.text(&s)(n, path)
				(*to)[lang] = s
			}
		}
		r.entries(n, field, read)
	}
}

func (r *yamlReader) example(n ast.Node, field string) Example {
	e := Example{Answers: Answers{}}
	r.entries(n, field, map[string]func(ast.Node, string){
		"name":    r.text(&e.Name),
		"item":    r.text(&e.Item),
		"account": r.text(&e.Account),
		"contact": r.text(&e.Contact),
		"now": func(n ast.Node, field string) {
			e.Now = &NowFacts{}
			r.entries(n, field, map[string]func(ast.Node, string){
				"hour":           r.number(&e.Now.Hour),
				"weekday":        r.text(&e.Now.Weekday),
				"business_hours": r.bool(&e.Now.BusinessHours),
			})
		},
		"assume": func(n ast.Node, field string) {
			e.Assume = map[string]any{}
			r.each(n, field, func(key string, _, value ast.Node, path string) {
				e.Assume[key] = r.answer(value, path)
			})
		},
		"answers": func(n ast.Node, field string) {
			r.each(n, field, func(key string, _, value ast.Node, path string) {
				e.Answers[key] = r.answer(value, path)
			})
		},
		"expect": r.outcomes(&e.Expect),
	})
	return e
}

func (r *yamlReader) answer(n ast.Node, field string) any {
	switch n := n.(type) {
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode:
		var i int
		r.number(&i)(n, field)
		return i
	case *ast.SequenceNode:
		var list []string
		r.texts(&list)(n, field)
		return list
	}
	var s string
	r.text(&s)(n, field)
	return s
}

// duplicates finds names that stand for two things.
func (s RuleSet) duplicates() Problems {
	var out Problems
	check := func(kind string, n int, name func(int) string) {
		seen := map[string]bool{}
		for i := range n {
			if field := kind + "." + strconv.Itoa(i); name(i) != "" && seen[name(i)] {
				p := Problem{Index: i, Field: "name", Code: CodeDuplicate, Args: args("name", name(i)), FileLine: s.line(field+".name", field)}
				if kind == "rules" {
					p.Rule = name(i)
				}
				out = append(out, p)
			}
			seen[name(i)] = true
		}
	}
	check("let", len(s.Let), func(i int) string { return s.Let[i].Name })
	check("rules", len(s.Rules), func(i int) string { return s.Rules[i].Name })
	check("examples", len(s.Examples), func(i int) string { return s.Examples[i].Name })
	return out
}

// line is where the first of the fields that is known stands in the file.
func (s RuleSet) line(fields ...string) int {
	for _, f := range fields {
		if n := s.lines[f]; n > 0 {
			return n
		}
	}
	return 0
}
