package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
)

// problemLine is a problem as programs read it.
type problemLine struct {
	File       string `json:"file"`
	Line       int    `json:"line,omitempty"`
	Column     int    `json:"column,omitempty"`
	Rule       string `json:"rule,omitempty"`
	Field      string `json:"field,omitempty"`
	Code       string `json:"code"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

// exampleLine is how an example fared, as programs read it.
type exampleLine struct {
	Name        string           `json:"name"`
	Passed      bool             `json:"passed"`
	Error       string           `json:"error,omitempty"`
	Differences []differenceLine `json:"differences,omitempty"`
	Decision    *decisionLine    `json:"decision,omitempty"`
}

type differenceLine struct {
	Outcome string   `json:"outcome"`
	Want    any      `json:"want"`
	Got     any      `json:"got"`
	By      []string `json:"by"`
}

type decisionLine struct {
	Outcomes rules.Outcomes `json:"outcomes"`
	By       rules.By       `json:"by"`
}

func (b *ruleBook) problemLines(source string, problems rules.Problems) []problemLine {
	lines := make([]problemLine, len(problems))
	for i, p := range problems {
		line, column := p.Place(source)
		lines[i] = problemLine{File: b.name(), Line: line, Column: column, Rule: p.Rule, Field: p.Field, Code: p.Code,
			Message: p.Message(), Suggestion: p.Suggestion}
	}
	return lines
}

// String is the problem on a line, as compilers tell theirs.
func (p problemLine) String() string {
	where := p.File
	if p.Line > 0 {
		where += fmt.Sprintf(":%d", p.Line)
		if p.Column > 0 {
			where += fmt.Sprintf(":%d", p.Column)
		}
	}
	if p.Rule != "" {
		where += fmt.Sprintf(": %q", p.Rule)
	}
	if p.Field != "" {
		where += ": " + p.Field
	}
	return where + ": " + p.Message
}

func (b *ruleBook) tell(source string, problems rules.Problems) {
	for _, p := range b.problemLines(source, problems) {
		_, _ = fmt.Fprintln(b.errs, p) // nobody is left to be told that standard error is gone
	}
}

func (b *ruleBook) test(ctx context.Context) error {
	source, compiled, report, err := b.judged(ctx)
	if err != nil {
		return err
	}
	var covered []rules.Covered
	if compiled != nil {
		covered = compiled.Coverage(report.Results)
	}
	if b.json {
		err = b.write(map[string]any{"problems": b.problemLines(source, report.Problems), "examples": exampleLines(report.Results), "coverage": coverageLines(covered)})
	} else {
		b.tell(source, report.Problems)
		err = b.tellResults(report, covered)
	}
	if err == nil && !report.Publishable() {
		err = errTold
	}
	return err
}

func exampleLines(results []rules.Result) []exampleLine {
	lines := make([]exampleLine, len(results))
	for i, r := range results {
		lines[i] = exampleLine{Name: r.Example.Name, Passed: r.Passed()}
		if r.Err != nil {
			lines[i].Error = r.Err.Error()
			continue
		}
		lines[i].Decision = &decisionLine{r.Decision.Outcomes, r.Decision.By}
		for _, d := range r.Differences {
			lines[i].Differences = append(lines[i].Differences, differenceLine(d))
		}
	}
	return lines
}

// coverageLine is how much of a rule examples exercise, as programs read it.
type coverageLine struct {
	Rule  string   `json:"rule"`
	Held  int      `json:"held"`
	Shown []string `json:"shown"` // outcomes of it that came out in some example
	Open  []string `json:"open"`  // and those that came out in none
}

func coverageLines(covered []rules.Covered) []coverageLine {
	lines := make([]coverageLine, len(covered))
	for i, c := range covered {
		lines[i] = coverageLine{Rule: c.Rule, Held: c.Held, Shown: append([]string{}, c.Won...), Open: append([]string{}, c.Open...)}
	}
	return lines
}

func (b *ruleBook) tellResults(report rules.Report, covered []rules.Covered) error {
	var out strings.Builder
	passed := 0
	for _, r := range report.Results {
		switch {
		case r.Passed():
			passed++
			fmt.Fprintf(&out, "ok    %s\n", r.Example.Name)
		case r.Err != nil:
			fmt.Fprintf(&out, "FAIL  %s: %v\n", r.Example.Name, r.Err)
		default:
			fmt.Fprintf(&out, "FAIL  %s\n", r.Example.Name)
			for _, d := range r.Differences {
				fmt.Fprintf(&out, "      %s: expected %v, came out as %v, by %s\n", d.Outcome, d.Want, d.Got, strings.Join(d.By, ", "))
			}
		}
	}
	fmt.Fprintf(&out, "%d of %d examples pass\n", passed, len(report.Results))
	left := rules.Uncovered(covered)
	for _, c := range left {
		name := strconv.Quote(c.Rule)
		if c.Place == rules.AtDefault {
			name = "the default"
		}
		if c.Held == 0 {
			fmt.Fprintf(&out, "no example shows what %s does\n", name)
		} else {
			fmt.Fprintf(&out, "no example gets its %s from %s\n", strings.Join(c.Open, ", "), name)
		}
	}
	if len(covered) > 0 {
		fmt.Fprintf(&out, "they show all that %d of %d rules do\n", len(covered)-len(left), len(covered))
	}
	_, err := io.WriteString(b.out, out.String())
	return err
}

func (b *ruleBook) write(v any) error {
	e := json.NewEncoder(b.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// decide answers each line of facts by a line, as soon as it has come.
func (b *ruleBook) decide(ctx context.Context) error {
	_, compiled, err := b.desk.Live(ctx)
	if err != nil {
		return err
	}
	if b.file != "" {
		source, fromFile, report, err := b.judged(ctx)
		if err != nil {
			return err
		}
		if len(report.Problems) > 0 {
			b.tell(source, report.Problems)
			return errTold
		}
		compiled = fromFile
	}
	if compiled == nil {
		return errors.New("no rules were ever published here")
	}
	find, failed, in := b.desk.Lookup(ctx), false, bufio.NewReader(b.in)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the facts: %w", err)
		}
		if line := bytes.TrimSpace(line); len(line) > 0 {
			answer, ok := compiled.DecideLine(n, line, find)
			failed = failed || !ok
			if _, err := fmt.Fprintf(b.out, "%s\n", answer); err != nil {
				return err
			}
		}
		if err != nil {
			break
		}
	}
	if failed {
		return errTold
	}
	return nil
}

func (b *ruleBook) publish(ctx context.Context) error {
	source, _, report, err := b.judged(ctx)
	if err != nil {
		return err
	}
	who, err := b.administrator(ctx)
	if err != nil {
		return err
	}
	if !report.Publishable() {
		b.tell(source, report.Problems)
		if err := b.tellFailed(report); err != nil {
			return err
		}
		return errors.New("nothing was published")
	}
	live, err := b.desk.DB.LiveVersion(ctx)
	if err != nil {
		return err
	}
	version, err := b.desk.Publish(ctx, who, desk.Publication{Source: source, Note: b.note, Base: live})
	var overtaken desk.Overtaken
	var invalid desk.Invalid
	switch {
	case errors.Is(err, desk.ErrSecondPerson):
		return desk.ErrSecondPerson
	case errors.As(err, &overtaken):
		return errors.New("somebody else published just now: look at what they did, then publish again")
	case errors.As(err, &invalid):
		return errors.New("the note is too long, or not text: nothing was published")
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(b.out, "Version %d is live.\n", version)
	return err
}

func (b *ruleBook) tellFailed(report rules.Report) error {
	failed := rules.Report{}
	for _, r := range report.Results {
		if !r.Passed() {
			failed.Results = append(failed.Results, r)
		}
	}
	if len(failed.Results) == 0 {
		return nil
	}
	return b.tellResults(failed, nil)
}

// administrator is who publishes.
func (b *ruleBook) administrator(ctx context.Context) (policy.Actor, error) {
	found, err := b.desk.DB.StaffByEmail(ctx, strings.TrimSpace(b.as))
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return policy.Actor{}, err
	}
	who := policy.Actor{Person: found.Person, Grants: found.Grants}
	if err != nil || !b.desk.Judge.May(who, policy.Configure) {
		return policy.Actor{}, fmt.Errorf("%s is no platform administrator who may sign in, and only they publish rules", b.as)
	}
	return who, nil
}
