package rules

import (
	"regexp"
	"slices"
)

// CompiledForm is a form whose conditions are compiled. It never changes and may be used by many at once.
type CompiledForm struct {
	Form
	asked []compiledQuestion
}

type compiledQuestion struct {
	when    *condition   // nil: always
	options []*condition // beside Options; nil: always
	needs   string       // key of the question that its source waits for
}

// Lengths that hold where a question names none, in characters.
const (
	defaultTextLength      = 200
	defaultParagraphLength = 10_000
)

var (
	questionKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
)

// Compile checks a form and makes it ready to be filled in. Problems name the question in Rule and its place in Index.
// With problems the compiled form is nil.
func (f Form) Compile() (*CompiledForm, Problems) {
	c := &formCompiler{form: f, scope: newScope(nil, func(string) bool { return true })}
	out := &CompiledForm{Form: f}
	for i, q := range f.Questions {
		out.asked = append(out.asked, c.question(i, q))
	}
	c.mapping()
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return out, nil
}

type formCompiler struct {
	form     Form
	scope    *scope // grows by each question
	problems Problems
}

func (c *formCompiler) complain(i int, field, code string, a map[string]string, suggestion string) {
	p := Problem{Index: i, Field: field, Code: code, Args: a, Suggestion: suggestion}
	if i >= 0 {
		p.Rule = c.form.Questions[i].Key
	}
	c.problems = append(c.problems, p)
}

func (c *formCompiler) question(i int, q Question) compiledQuestion {
	var out compiledQuestion
	if !questionKey.MatchString(q.Key) {
		c.complain(i, "key", CodeBadName, args("name", q.Key), "")
	} else if _, twice := c.earlier(i, q.Key); twice {
		c.complain(i, "key", CodeDuplicate, args("name", q.Key), "")
	}
	if q.Label.In("en") == "" {
		c.complain(i, "label", CodeRequired, args("key", "label.en"), "")
	}
	if q.Kind.Type() == "" && q.Kind != KindFiles {
		kinds := []string{"yes_no", "tick", "choice", "choices", "text", "paragraph", "number", "date", "files"}
		c.complain(i, "kind", CodeUnknownKind, args("kind", string(q.Kind)), nearest(string(q.Kind), kinds))
	}
	if q.Min != nil && q.Max != nil && *q.Min > *q.Max {
		c.complain(i, "min", CodeRange, nil, "")
	}
	out.when = c.condition(i, "when", q.When)
	out.needs = c.source(i, q)
	out.options = c.options(i, q)
	if q.Kind.Type() != "" {
		path := "answers." + q.Key
		c.scope.facts[path] = Fact{Path: path, Type: q.Kind.Type(), Choices: c.choices(q)}
		c.scope.env = nil
	}
	return out
}

// choices are checked in conditions only where the form itself lists them.
func (c *formCompiler) choices(q Question) []string {
	if len(q.Options) == 0 {
		return nil
	}
	return values(q.Options)
}

func (c *formCompiler) earlier(i int, key string) (Question, bool) {
	for _, q := range c.form.Questions[:i] {
		if q.Key == key {
			return q, true
		}
	}
	return Question{}, false
}

func (c *formCompiler) condition(i int, field, source string) *condition {
	if source == "" {
		return nil
	}
	out, problems := c.scope.compile(source)
	c.problems = append(c.problems, problems.in(c.form.Questions[i].Key, i, field, 0)...)
	return out
}

// source checks where the options come from, and gives the question that must be answered before there are any.
func (c *formCompiler) source(i int, q Question) (needs string) {
	choice := q.Kind == KindChoice || q.Kind == KindChoices
	switch {
	case q.Source == "":
	case !choice:
		c.complain(i, "source", CodeUnknownSource, args("source", q.Source), "")
	case q.Source == FromLocations, q.Source == FromServices:
		needs = c.form.Case.Account
	case q.Source == FromIssueTypes:
		needs = c.form.Case.Service
	case q.Source == FromAccounts, q.Source == FromContact:
	default:
		c.complain(i, "source", CodeUnknownSource, args("source", q.Source),
			nearest(q.Source, []string{FromAccounts, FromLocations, FromServices, FromIssueTypes, FromContact}))
	}
	if needs != "" {
		if _, ok := c.earlier(i, needs); !ok {
			c.complain(i, "source", CodeUnknownQuestion, args("question", needs), "")
		}
	}
	if q.Except != "" {
		if e, ok := c.earlier(i, q.Except); !ok || e.Kind != KindChoice && e.Kind != KindChoices {
			c.complain(i, "except", CodeUnknownQuestion, args("question", q.Except), "")
		}
	}
	return needs
}

func (c *formCompiler) options(i int, q Question) []*condition {
	listed := (q.Kind == KindChoice || q.Kind == KindChoices) && (q.Source == "" || q.Source == FromContact)
	if listed && len(q.Options) == 0 {
		c.complain(i, "options", CodeNoOptions, nil, "")
	}
	if !listed && len(q.Options) > 0 {
		c.complain(i, "options", CodeNotAllowed, args("what", "options"), "")
	}
	seen := map[string]bool{}
	out := make([]*condition, len(q.Options))
	for n, o := range q.Options {
		switch {
		case o.Value == "":
			c.complain(i, "options", CodeRequired, args("key", "value"), "")
		case seen[o.Value]:
			c.complain(i, "options", CodeDuplicate, args("name", o.Value), "")
		}
		seen[o.Value] = true
		out[n] = c.condition(i, "options", o.When)
	}
	return out
}

// mapping checks that what becomes of the answers names questions of a kind that fits.
func (c *formCompiler) mapping() {
	m := c.form.Case
	for _, to := range []struct {
		field, key string
		kinds      []Kind
	}{
		{"case.account", m.Account, []Kind{KindChoice}},
		{"case.service", m.Service, []Kind{KindChoice}},
		{"case.additional_services", m.AdditionalServices, []Kind{KindChoices}},
		{"case.locations", m.Locations, []Kind{KindChoice, KindChoices}},
		{"case.description", m.Description, []Kind{KindParagraph, KindText}},
	} {
		if to.key == "" {
			continue
		}
		if q, ok := c.earlier(len(c.form.Questions), to.key); !ok || !slices.Contains(to.kinds, q.Kind) {
			c.complain(-1, to.field, CodeUnknownQuestion, args("question", to.key), "")
		}
	}
	for _, template := range m.ShortDescription {
		for _, p := range placeholder.FindAllStringSubmatch(template, -1) {
			if q, ok := c.earlier(len(c.form.Questions), p[1]); !ok || q.Kind == KindFiles {
				c.complain(-1, "case.short_description", CodeUnknownQuestion, args("question", p[1]), "")
			}
		}
	}
}

// Question finds a question by its key.
func (f *CompiledForm) Question(key string) (Question, bool) {
	for _, q := range f.Questions {
		if q.Key == key {
			return q, true
		}
	}
	return Question{}, false
}
