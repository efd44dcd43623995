package views

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"portico/db"
	"portico/rules"
)

// Glossary is how conditions are said in words: what facts are called.
type Glossary struct {
	Lang  string
	Facts map[string]rules.Fact
	Items map[string]rules.Text // names of items by key
	Staff []db.StaffName        // whom outcomes can name
}

// NewGlossary makes one of what conditions can speak of.
func NewGlossary(lang string, facts []rules.Fact, items []db.Item) Glossary {
	g := Glossary{Lang: lang, Facts: map[string]rules.Fact{}, Items: map[string]rules.Text{}}
	for _, f := range facts {
		g.Facts[f.Path] = f
	}
	for _, i := range items {
		g.Items[i.Key] = i.Name
	}
	return g
}

// Fact is what people call a fact: the question, or what the catalogue says.
func (g Glossary) Fact(path string) string {
	if label := g.Facts[path].Label.In(g.Lang); label != "" {
		return strings.TrimRight(label, " ?\u00a0\u202f")
	}
	if f, known := g.Facts[path]; known && f.Label == nil {
		return T(g.Lang, "rules.fact."+path)
	}
	return path
}

// tokens of a condition: texts in quotes, names with dots, figures, operators.
var tokens = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`|[\\p{L}_][\\p{L}\\p{N}_.]*|[0-9][0-9.]*|==|!=|<=|>=|&&|\\|\\||[^\\s]")

// spoken are the words of operators, by how they are written; the catalogue's keys end so.
var spoken = map[string]string{
	"and": "and", "&&": "and", "or": "or", "||": "or", "not": "not", "!": "not", "==": "is", "!=": "is-not", "in": "in",
	"<": "less", "<=": "at-most", ">": "more", ">=": "at-least", "contains": "contains", "startsWith": "starts",
	"endsWith": "ends", "matches": "matches", "answered": "answered", "true": "true", "false": "false",
}

// Condition says a condition in words. It reads along, without understanding: what it doesn't know stays as it is.
func (g Glossary) Condition(when string) []Words {
	var out []Words
	opened := false // a bracket, to which the next part is glued
	add := func(w Words) {
		w.Glued = opened || w.Text == ")" || w.Text == "]" || w.Text == ","
		opened = w.Text == "(" || w.Text == "["
		if n := len(out); n > 0 && !w.Fact && !w.Value && !out[n-1].Fact && !out[n-1].Value {
			if !w.Glued {
				out[n-1].Text += " "
			}
			out[n-1].Text += w.Text
			return
		}
		out = append(out, w)
	}
	list := tokens.FindAllString(when, -1)
	subject := ""
	for i := 0; i < len(list); i++ {
		token := list[i]
		if token == "not" && i+1 < len(list) && list[i+1] == "in" {
			add(Words{Text: T(g.Lang, "rules.word.not-in")})
			i++
			continue
		}
		switch word, known := spoken[token]; {
		case known:
			add(Words{Text: T(g.Lang, "rules.word."+word)})
		case len(token) > 1 && strings.ContainsAny(token[:1], "\"'`"):
			add(Words{Text: g.value(subject, strings.Trim(token, token[:1])), Value: true})
		case g.Facts[token].Path != "":
			subject = token
			add(Words{Text: g.Fact(token), Fact: true})
		default:
			add(Words{Text: token, Fact: isName(token)})
		}
	}
	return out
}

// Word is what people say for an operator; empty where they say the operator itself.
func (g Glossary) Word(operator string) string {
	if operator == "not in" {
		return T(g.Lang, "rules.word.not-in")
	}
	if word, known := spoken[operator]; known {
		return T(g.Lang, "rules.word."+word)
	}
	return ""
}

func isName(token string) bool {
	return token[0] == '_' || token[0] >= 'a' && token[0] <= 'z' || token[0] >= 'A' && token[0] <= 'Z'
}

// value is what people call a value of a fact.
func (g Glossary) value(fact, value string) string {
	if name := g.Items[value].In(g.Lang); fact == "item" && name != "" {
		return name
	}
	return value
}

// Problem is a problem in words. The source is the text of the field it is in; empty where that isn't shown.
func (g Glossary) Problem(p rules.Problem, source string) RuleProblem {
	args := map[string]any{}
	for name, value := range p.Args {
		if name == "type" || name == "left" || name == "right" || name == "kind" || name == "other" {
			value = g.typeName(value)
		}
		if name == "want" || name == "key" && p.Code == rules.CodeRequired {
			value = g.named("rules."+name+".", value)
		}
		args[strings.ToUpper(name[:1])+name[1:]] = value
	}
	out := RuleProblem{Text: Message{Key: "rules.problem." + p.Code, Args: args}.In(g.Lang)}
	if p.Suggestion != "" {
		out.Hint = p.Suggestion
	}
	if p.Line > 0 && source != "" {
		out.Source, out.Carets = caret(source, p)
	}
	return out
}

func (g Glossary) typeName(name string) string { return g.named("rules.type.", name) }

// named is what the catalogue calls something, or its own name where it doesn't.
func (g Glossary) named(prefix, name string) string {
	key := prefix + strings.NewReplacer(" ", "-", ",", "").Replace(name)
	if text := T(g.Lang, key); text != key {
		return text
	}
	return name
}

// caret gives the line of a text that has the problem, and carets to stand below its characters.
func caret(source string, p rules.Problem) (line, carets string) {
	lines := strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
	if p.Line > len(lines) {
		return "", ""
	}
	text := []rune(strings.ReplaceAll(lines[p.Line-1], "\t", " "))
	at := min(max(p.Column-1, 0), len(text))
	width := min(max(p.To-p.From, 1), max(len(text)-at, 1))
	return string(text), strings.Repeat(" ", at) + strings.Repeat("^", width)
}

// Place is where a problem stands, as a person finds it: the rule and the field.
func (g Glossary) Place(set rules.RuleSet, p rules.Problem) string {
	field, rest, _ := strings.Cut(p.Field, ".")
	switch {
	case field == "let":
		return T(g.Lang, "rules.place.name", "Name", rest)
	case field == "default":
		return T(g.Lang, "rules.place.default")
	case p.Index >= 0 && p.Index < len(set.Rules):
		name := set.Rules[p.Index].Name
		if name == "" {
			name = T(g.Lang, "rules.unnamed")
		}
		return fmt.Sprintf("%d · %s", p.Index+1, name)
	}
	return ""
}

// Changes are differences in words.
func (g Glossary) Changes(list []rules.Change) []RuleChange {
	out := make([]RuleChange, 0, len(list))
	for _, c := range list {
		out = append(out, g.change(c))
	}
	return out
}

func (g Glossary) change(c rules.Change) RuleChange {
	kind := c.Kind
	if kind == rules.ChangeRenamed {
		kind = rules.ChangeChanged
	}
	out := RuleChange{Kind: kind, Mark: Say("rules.change." + c.Kind), Subject: c.Rule, Old: c.Old, New: c.New}
	field, rest, _ := strings.Cut(c.Field, ".")
	switch {
	case field == "let" || field == "examples":
		out.Subject, out.What = rest, Say("rules.change."+field)
	case field == "default":
		out.Subject, field = T(g.Lang, "rules.default"), rest
	}
	switch field {
	case "when", "let", "examples":
		out.Code = true
	case "":
		out.Code = c.Kind == rules.ChangeAdded || c.Kind == rules.ChangeRemoved
	}
	if field, language, found := strings.Cut(field, "."); found || field == "customer" {
		if !found {
			language = rest
		}
		out.What = Say("rules.field."+field, "Language", T(g.Lang, "rules.language."+language))
	} else if field != "" && out.What.Empty() {
		out.What = Say("rules.field." + field)
	}
	switch {
	case field == "priority":
		out.Old, out.New = g.priority(c.Old), g.priority(c.New)
	case field == "off":
		out.Old, out.New = T(g.Lang, "rules.off."+c.Old), T(g.Lang, "rules.off."+c.New)
	case c.Kind == rules.ChangeMoved:
		out.Old, out.New = T(g.Lang, "rules.change.place", "N", c.Old), T(g.Lang, "rules.change.place", "N", c.New)
	}
	return out
}

func (g Glossary) priority(s string) string {
	n, err := strconv.Atoi(s)
	if err != nil {
		return s
	}
	return AnyPriority(n).In(g.Lang)
}

// Value is a fact's value as people read it; a missing one says so.
func (g Glossary) Value(v any) string {
	switch v := v.(type) {
	case nil:
		return T(g.Lang, "rules.missing")
	case bool:
		return T(g.Lang, map[bool]string{true: "form.yes", false: "form.no"}[v])
	case []string:
		if len(v) == 0 {
			return T(g.Lang, "rules.none")
		}
		return strings.Join(v, ", ")
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// Used are the facts that a condition looked at, with their values.
func (g Glossary) Used(list []rules.Used) []NamedValue {
	out := make([]NamedValue, len(list))
	for i, u := range list {
		value := g.Value(u.Value)
		if s, ok := u.Value.(string); ok {
			value = g.value(u.Fact, s)
		}
		out[i] = NamedValue{Name: g.Fact(u.Fact), Value: value}
	}
	return out
}

// FactLines are what conditions can speak of, for a list to look things up in.
func (g Glossary) FactLines(facts []rules.Fact) []FactLine {
	out := make([]FactLine, len(facts))
	for i, f := range facts {
		out[i] = FactLine{Path: f.Path, Label: g.Fact(f.Path), Type: Say("rules.type." + string(f.Type)), Choices: f.Choices}
	}
	return out
}
