package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// examplesShown is how many examples stand on a page.
const examplesShown = 25

// draftExamples shows how the draft's examples fare, those that fail first, and what none of them exercises.
func (a *App) draftExamples(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, d.examples())
}

func (d *drafted) examples() *views.DraftExamples {
	p := &views.DraftExamples{Shell: d.shell("examples"), Bar: d.bar("examples"), Red: d.c.Query("show") == "red", Words: clean(d.c.Query("q")),
		Take: d.app.post(d.c, d.path()+"/examples/expectations")}
	lines := exampleLines(d.g, d.Report.Results)
	for i := range lines {
		e := d.Report.Results[i].Example
		lines[i].Place, lines[i].Edit = i+1, fmt.Sprintf("%s/examples/%d", d.path(), i+1)
		if item, known := d.Vocabulary.Item(e.Item); known && item.Form != nil {
			lines[i].Try = views.TryPath(d.ID, e) + "&try-example=" + strconv.Itoa(i+1)
		}
		if !lines[i].Passed && lines[i].Problem == "" {
			p.RedOnes = append(p.RedOnes, i+1)
		}
	}
	words := strings.ToLower(p.Words)
	lines = slices.DeleteFunc(lines, func(l views.ExampleLine) bool {
		return p.Red && l.Passed || !strings.Contains(strings.ToLower(l.Name), words)
	})
	slices.SortStableFunc(lines, func(x, y views.ExampleLine) int { // what fails comes first
		return map[bool]int{true: 1}[x.Passed] - map[bool]int{true: 1}[y.Passed]
	})
	p.Found = len(lines)
	p.Examples, p.Previous, p.Next = d.pageOf(lines)
	d.cover(p)
	return p
}

// pageOf is the part of the list that the address names: by its page, or by an example that stands on it.
func (d *drafted) pageOf(lines []views.ExampleLine) (shown []views.ExampleLine, previous, next string) {
	page := max(d.c.QueryInt("page"), 1) - 1
	if at := d.c.QueryInt("at"); at > 0 {
		if i := slices.IndexFunc(lines, func(l views.ExampleLine) bool { return l.Place == at }); i >= 0 {
			page = i / examplesShown
		}
	}
	from := min(page, len(lines)/examplesShown) * examplesShown
	to := min(from+examplesShown, len(lines))
	address := func(n int) string {
		q := url.Values{"page": {strconv.Itoa(n)}}
		for _, name := range []string{"show", "q"} {
			if s := clean(d.c.Query(name)); s != "" {
				q.Set(name, s)
			}
		}
		return d.path() + "/examples?" + q.Encode()
	}
	if from > 0 {
		previous = address(from / examplesShown)
	}
	if to < len(lines) {
		next = address(from/examplesShown + 2)
	}
	return lines[from:to], previous, next
}

// cover tells what no example exercises.
func (d *drafted) cover(p *views.DraftExamples) {
	if d.Compiled == nil {
		return
	}
	all := d.Compiled.Coverage(d.Report.Results)
	p.Rules = len(all)
	left := rules.Uncovered(all)
	p.Full = p.Rules - len(left)
	for _, covered := range left {
		line := views.CoveredLine{Name: covered.Rule, Default: covered.Place == rules.AtDefault, Held: covered.Held > 0}
		line.Href = fmt.Sprintf("%s?rule=%d#editor", d.path(), covered.Place+1)
		if line.Default {
			line.Href = d.path() + "?rule=default#editor"
		}
		for _, outcome := range covered.Open {
			line.Open = append(line.Open, views.OutcomeName(outcome))
		}
		p.Covered = append(p.Covered, line)
	}
}

func failedExamples(results []rules.Result) []rules.Result {
	return slices.DeleteFunc(slices.Clone(results), rules.Result.Passed)
}

func exampleLines(g views.Glossary, results []rules.Result) []views.ExampleLine {
	out := make([]views.ExampleLine, 0, len(results))
	for _, r := range results {
		out = append(out, exampleLine(g, r))
	}
	return out
}

func exampleLine(g views.Glossary, r rules.Result) views.ExampleLine {
	e := r.Example
	line := views.ExampleLine{Name: e.Name, Item: g.Items[e.Item].In(g.Lang), Want: g.Outcomes(e.Expect),
		Got: g.Outcomes(r.Decision.Outcomes), Passed: r.Passed()}
	if line.Item == "" {
		line.Item = e.Item
	}
	if r.Err != nil {
		line.Problem = r.Err.Error()
	} else {
		line.By = deciders(g, r)
	}
	for _, f := range []struct{ name, value string }{{"account.name", e.Account}, {"contact", e.Contact}} {
		if f.value != "" {
			line.Facts = append(line.Facts, views.NamedValue{Name: views.T(g.Lang, "rules.fact."+f.name), Value: f.value})
		}
	}
	for _, f := range views.TryFields(rules.Example{Assume: e.Assume, Now: e.Now}) {
		if path, assumed := strings.CutPrefix(f.Name, "assume-"); assumed {
			line.Facts = append(line.Facts, views.NamedValue{Name: g.Fact(path), Value: f.Value})
		}
	}
	line.Facts = append(line.Facts, answersGiven(g, e.Answers)...)
	for _, d := range r.Differences {
		line.Wrong = append(line.Wrong, views.T(g.Lang, "rules.example.wrong", "Outcome", views.OutcomeName(d.Outcome).In(g.Lang),
			"Want", g.Outcome(d.Outcome, d.Want), "Got", g.Outcome(d.Outcome, d.Got)))
	}
	return line
}

// answersGiven are answers in the order of their keys.
func answersGiven(g views.Glossary, answers rules.Answers) []views.NamedValue {
	var keys []string
	for key := range answers {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var out []views.NamedValue
	for _, key := range keys {
		out = append(out, views.NamedValue{Name: g.Fact("answers." + key), Value: g.Value(answers[key])})
	}
	return out
}

// deciders names each rule that decided something of what is expected, once.
func deciders(g views.Glossary, r rules.Result) []string {
	var out []string
	for _, outcome := range rules.OutcomeNames {
		if r.Example.Expect.Value(outcome) == nil {
			continue
		}
		for _, name := range r.Decision.By.Rules(outcome) {
			if name == rules.ByDefault {
				name = views.T(g.Lang, "rules.default")
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// draftExample shows one example of a draft, to be changed.
func (a *App) draftExample(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	e, err := d.exampleEditor()
	if err != nil {
		return err
	}
	return a.page(c, who, e)
}

func (d *drafted) exampleEditor() (*views.ExampleEditor, error) {
	n, err := d.c.ParamsInt("place")
	if err != nil || d.Broken || n < 1 || n > len(d.Report.Results) {
		return nil, db.ErrNotFound
	}
	r := d.Report.Results[n-1]
	at := fmt.Sprintf("%s/examples/%d", d.path(), n)
	e := &views.ExampleEditor{Shell: d.shell("examples"), Bar: d.bar("examples"), Save: d.app.post(d.c, at), Revision: d.Revision, Place: n,
		Name: r.Example.Name, Line: exampleLine(d.g, r), Removal: at + "/removal"}
	if !r.Passed() && r.Err == nil {
		e.Take = d.path() + "/examples/expectations"
	}
	if item, known := d.Vocabulary.Item(r.Example.Item); known && item.Form != nil {
		e.Line.Try = views.TryPath(d.ID, r.Example) + "&try-example=" + strconv.Itoa(n)
	}
	d.expect(e, r.Example.Expect)
	return e, nil
}

// expect fills in the fields of what is expected.
func (d *drafted) expect(e *views.ExampleEditor, want rules.Outcomes) {
	e.Then = &views.RuleEditor{Queues: d.Vocabulary.Queues(), Priority: want.Priority, Queue: want.Queue, Tags: strings.Join(want.Tags, ", "),
		Fields: outcomeFields(want, d.g.Staff), Wrong: map[string]*views.RuleProblem{}}
}

// saveExample keeps the name of an example, and what is expected of it.
func (a *App) saveExample(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	e, err := d.exampleEditor()
	if err != nil {
		return err
	}
	was := d.Report.Results[e.Place-1].Example
	now := was
	now.Name, now.Expect = clean(c.FormValue("name")), outcomesTyped(c)
	for _, name := range rules.AddingOutcomes { // that nothing adds up is expected still
		if was.Expect.Value(name) != nil && !was.Expect.Gives(name) && now.Expect.Value(name) == nil {
			now.Expect.None(name)
		}
	}
	if wrong := d.wrongExpectation(now.Expect); len(wrong) > 0 {
		e.Name = now.Name
		d.expect(e, now.Expect)
		e.Then.Wrong = wrong
		e.Then.Fields.Open(wrong)
		c.Status(fiber.StatusUnprocessableEntity)
		return a.page(c, who, e)
	}
	_, err = a.Desk.KeepExample(c.UserContext(), who, d.ID, revision(c), was.Name, now)
	var invalid desk.Invalid
	switch {
	case errors.Is(err, db.ErrStale):
		if e.Conflict, _, err = d.conflictSince(revision(c)); err != nil {
			return err
		}
		e.Conflict.Kept = true
		e.Name = now.Name
		d.expect(e, now.Expect)
		c.Status(fiber.StatusConflict)
		return a.page(c, who, e)
	case errors.As(err, &invalid):
		e.Name, e.NameWrong = now.Name, complaintOf(invalid, "name")
		d.expect(e, now.Expect)
		c.Status(fiber.StatusUnprocessableEntity)
		return a.page(c, who, e)
	case err != nil:
		return err
	}
	return a.done(c, examplePath(d.ID, e.Place, "examples-changed"))
}

// wrongExpectation is what no rule could decide: a rule that did would not compile.
func (d *drafted) wrongExpectation(want rules.Outcomes) map[string]*views.RuleProblem {
	wrong := map[string]*views.RuleProblem{}
	set := rules.RuleSet{Rules: []rules.Rule{{Name: "expected", When: "true", Then: want}}, Default: d.Set.Default}
	_, problems := rules.Compile(set, d.Vocabulary)
	for _, p := range problems {
		if concerns(p, 0, false) && p.Code != rules.CodeNothingDecided {
			said := d.g.Problem(p, "")
			wrong[fieldOf(p)] = &said
		}
	}
	return wrong
}

// removeExample takes an example out of the draft.
func (a *App) removeExample(c *fiber.Ctx, who policy.Actor) error {
	n, err := c.ParamsInt("place")
	if err != nil {
		return db.ErrNotFound
	}
	return a.changeExamples(c, who, []int{n}, func(_ *drafted, e *rules.Example) error {
		e.Name = ""
		return nil
	})
}

// takeExpectations has examples expect what comes out now.
func (a *App) takeExpectations(c *fiber.Ctx, who policy.Actor) error {
	var places []int
	for _, s := range c.Request().PostArgs().PeekMulti("place") {
		if n, err := strconv.Atoi(string(s)); err == nil && !slices.Contains(places, n) {
			places = append(places, n)
		}
	}
	return a.changeExamples(c, who, places, func(d *drafted, e *rules.Example) error {
		r := d.Compiled.Ask(*e, d.app.Desk.Lookup(c.UserContext()))
		var outcomes []string
		for _, name := range rules.OutcomeNames {
			if e.Expect.Value(name) != nil {
				outcomes = append(outcomes, name)
			}
		}
		if r.Err == nil { // else it can't be asked, and nothing comes out
			e.Expect = desk.Expecting(r.Decision, outcomes)
		}
		return nil
	})
}

func (a *App) changeExamples(c *fiber.Ctx, who policy.Actor, places []int, change func(*drafted, *rules.Example) error) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	err = a.Desk.ChangeExamples(c.UserContext(), who, d.ID, revision(c), places, func(e *rules.Example) error { return change(d, e) })
	if errors.Is(err, db.ErrStale) {
		p := d.examples()
		if p.Conflict, _, err = d.conflictSince(revision(c)); err != nil {
			return err
		}
		c.Status(fiber.StatusConflict)
		return a.page(c, who, p)
	} else if err != nil {
		return err
	}
	return a.done(c, d.path()+"/examples?done=examples-changed")
}
