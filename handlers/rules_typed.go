package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// checkRule tells what is to say of a rule, of the default or of the shared names as somebody types, and how the examples
// would fare. A button without scripts may also have the suggestion of a problem taken.
func (a *App) checkRule(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	at := placeNamed(c.FormValue("place"), c.FormValue("after"), len(d.Set.Rules))
	in := typedIn(c)
	set := cloneSet(d.Set)
	in.apply(&set, at)
	j := d.judge(set)
	if problem := c.FormValue("fix"); problem != "" {
		j = d.mended(j, problem)
	}
	d.Revision = revision(c) // nothing was read anew: what others saved is found when it is saved
	if !isPartial(c) {
		return d.show(at, j, nil)
	}
	t := &views.Typed{Examples: d.examplesNow(at, j)}
	if at.names {
		t.Checked = d.nameChecked(in.nameAt(c.QueryInt("row")), j)
	} else {
		t.Checked = d.checked(at, j)
	}
	marks := marksOf(at, j)
	for _, line := range slices.Compact(slices.Sorted(slices.Values(append(strings.Fields(t.Examples.Marked), strings.Fields(c.FormValue("marked"))...)))) {
		if !isLine(line) {
			continue
		}
		m := marks[line]
		m.ID = line + "-marks"
		t.Marks = append(t.Marks, m)
	}
	return a.partial(c, t)
}

// mended is the set with the suggestion of the named problem taken.
func (d *drafted) mended(j judged, problem string) judged {
	for _, p := range j.Problems {
		var source *string
		switch {
		case p.Field == "when" && ofRule(p):
			source = &j.set.Rules[p.Index].When
		case ofName(p):
			source = &j.set.Let[p.Index].Expr
		default:
			continue
		}
		if fix, ok := p.Fix(*source); ok && problemName(p) == problem {
			*source = fix.Apply(*source)
			return d.judge(j.set)
		}
	}
	return j
}

// problemName tells a problem of a condition from all others of the same set.
func problemName(p rules.Problem) string {
	field, _, _ := strings.Cut(p.Field, ".")
	return fmt.Sprintf("%s.%d.%d", field, p.Index, p.From)
}

// checked is what is to say of the condition of a rule.
func (d *drafted) checked(at place, j judged) views.Checked {
	out := views.Checked{Fine: !at.fallback}
	if at.fallback {
		return out
	}
	when := j.set.Rules[at.index()].When
	for _, p := range j.Problems {
		if p.Field == "when" && concerns(p, at.index(), false) {
			said := d.problemIn(p, when)
			out.Problems, out.Fine = append(out.Problems, said), false
		}
	}
	if out.Fine {
		out.Words, out.Leans = d.g.Condition(when), d.leans(j.compiled.Leans(at.index()), when)
	}
	return out
}

// problemIn is a problem of a condition, with the place that an editor marks and the step that puts it right.
func (d *drafted) problemIn(p rules.Problem, source string) views.RuleProblem {
	said := d.g.Problem(p, source)
	said.At = span(source, p.From, p.To)
	if p.Line == 0 { // all of it
		said.At = span(source, 0, len([]rune(source)))
	}
	if fix, ok := p.Fix(source); ok {
		said.Fix = &views.FixLine{Name: problemName(p), Check: d.path() + "/check", At: span(source, fix.From, fix.To), Text: fix.Text}
	}
	return said
}

// span is a part of a text as scripts count: in UTF-16, where some characters count twice.
func span(text string, from, to int) string {
	units, begin, end, n := 0, 0, 0, 0
	for _, r := range text {
		if n == from {
			begin = units
		}
		if n == to {
			end = units
		}
		units++
		if r > 0xFFFF {
			units++
		}
		n++
	}
	if from >= n {
		begin = units
	}
	if to >= n {
		end = units
	}
	return strconv.Itoa(begin) + "-" + strconv.Itoa(max(begin, end))
}

// leans are where a condition leans on something that may be missing, each once, with all its places.
func (d *drafted) leans(list []rules.Lean, source string) []views.LeanLine {
	var out []views.LeanLine
	for _, l := range list {
		at := span(source, l.From, l.To)
		if i := slices.IndexFunc(out, func(o views.LeanLine) bool { return o.Fact == l.Fact && o.Holds == l.Holds }); i >= 0 {
			out[i].At += " " + at
			continue
		}
		out = append(out, views.LeanLine{Fact: l.Fact, Label: d.g.Fact(l.Fact), Holds: l.Holds, At: at})
	}
	return out
}

// examplesNow is how the examples come out with what is typed.
func (d *drafted) examplesNow(at place, j judged) views.ExamplesNow {
	now := views.ExamplesNow{All: len(j.Results), Href: d.path() + "/examples"}
	now.Red = exampleLines(d.g, failedExamples(j.Results))
	now.Green = now.All - len(now.Red)
	var marked []string
	for line := range marksOf(at, j) {
		marked = append(marked, line)
	}
	slices.Sort(marked)
	now.Marked = strings.Join(marked, " ")
	return now
}

// marksOf counts, by the line of the list that shows it, the examples that each rule decides.
func marksOf(at place, j judged) map[string]views.RuleMarks {
	byName := map[string]views.RuleMarks{}
	for _, r := range j.Results {
		var names []string
		for _, outcome := range rules.OutcomeNames {
			names = append(names, r.Decision.By.Rules(outcome)...)
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			m := byName[name]
			if r.Passed() {
				m.Green++
			} else {
				m.Red++
			}
			byName[name] = m
		}
	}
	out := map[string]views.RuleMarks{}
	if m, found := byName[rules.ByDefault]; found {
		out["rule-default"] = m
	}
	for i, r := range j.set.Rules {
		line := i + 1
		if at.fresh && i == at.after && r.Name != "" { // it stands in the editor only
			continue
		} else if at.fresh && i > at.after {
			line = i
		}
		if m, found := byName[r.Name]; found {
			out["rule-"+strconv.Itoa(line)] = m
		}
	}
	return out
}

// isLine tells whether a form names a line of the list.
func isLine(id string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "rule-"))
	return id == "rule-default" || err == nil && n > 0 && id == "rule-"+strconv.Itoa(n)
}
