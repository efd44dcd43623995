package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"

	"portico/rules"
)

// findingLine is what a check found, as programs read it.
type findingLine struct {
	File     string            `json:"file"`
	Line     int               `json:"line,omitempty"` // of the first rule
	Severity rules.Severity    `json:"severity"`
	Code     string            `json:"code"`
	Proved   bool              `json:"proved"`
	Rules    []string          `json:"rules,omitempty"`
	Field    string            `json:"field,omitempty"`
	Args     map[string]string `json:"args,omitempty"`
	Message  string            `json:"message"`
	Witness  *witnessLine      `json:"witness,omitempty"`
}

// witnessLine is a question as `portico rules decide` reads it.
type witnessLine struct {
	Item    string         `json:"item"`
	Answers rules.Answers  `json:"answers"`
	Assume  map[string]any `json:"assume,omitempty"`
}

func (b *ruleBook) checkFlags(fs *flag.FlagSet) {
	b.fileFlags(fs)
	fs.BoolVar(&b.strict, "strict", false, "fails for warnings too, and for what is unproved; else for problems only")
}

// check says what is wrong, which fails, and then what the rules can and can't do, which fails where that is asked for.
func (b *ruleBook) check(ctx context.Context) error {
	source, compiled, report, err := b.judged(ctx)
	if err != nil {
		return err
	}
	var checked rules.Checked
	if len(report.Problems) == 0 {
		checked = compiled.Findings(ctx, rules.Limits{}, report.Results)
	}
	lines := b.findingLines(source, checked.Findings)
	switch {
	case b.json:
		err = b.write(map[string]any{"problems": b.problemLines(source, report.Problems), "findings": lines,
			"rules": checked.Rules, "combinations": checked.Combinations, "complete": checked.Complete && len(report.Problems) == 0})
	case len(report.Problems) > 0:
		b.tell(source, report.Problems)
	default:
		err = b.tellFindings(lines, checked)
	}
	if err == nil && (len(report.Problems) > 0 || b.strict && slices.ContainsFunc(lines, findingLine.grave)) {
		err = errTold
	}
	return err
}

func (b *ruleBook) findingLines(source string, findings []rules.Finding) []findingLine {
	lines := make([]findingLine, len(findings))
	set, _ := rules.Parse(source)
	for i, f := range findings {
		lines[i] = findingLine{File: b.name(), Severity: f.Severity, Code: f.Code, Proved: f.Proved, Rules: f.Rules, Field: f.Field, Args: f.Args, Message: f.Message()}
		if len(f.Rules) > 0 {
			lines[i].Line = set.LineOf(f.Rules[0])
		}
		if f.Witness != nil {
			lines[i].Witness = &witnessLine{f.Witness.Item, f.Witness.Answers, f.Witness.Assume}
		}
	}
	return lines
}

// grave tells whether a finding fails a strict check.
func (f findingLine) grave() bool { return f.Severity == rules.Warning || f.Severity == rules.Unproved }

func (b *ruleBook) tellFindings(lines []findingLine, checked rules.Checked) error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: no problems\n", b.name())
	for _, f := range lines {
		out.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&out, ":%d", f.Line)
		}
		fmt.Fprintf(&out, ": %s: %s\n", f.Severity, f.Message)
		if f.Witness != nil {
			shown, err := json.Marshal(f.Witness)
			if err != nil {
				return fmt.Errorf("write a witness: %w", err)
			}
			fmt.Fprintf(&out, "    %s\n", shown)
		}
	}
	fmt.Fprintf(&out, "%s\n", checked.Message())
	_, err := b.out.Write([]byte(out.String()))
	return err
}
