package rules

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Finding is one thing that the check has to say of a rule set that compiles. Code and Args are for a catalogue, Message
// is plain English.
type Finding struct {
	Code     string
	Severity Severity
	Proved   bool     // false: that it is so, or that it is not, could not be proved
	Rules    []string // by name: the one it is about, then others it speaks of; none where it is about the default or a form
	Field    string   // of the first rule: when, then.priority …
	Args     map[string]string
	Witness  *Example // answers that show it; what is expected is what the set decides now. Nil where there is nothing to show
}

// Severity says how much a finding matters.
type Severity string

// The severities, the gravest first.
const (
	Warning  Severity = "warning"  // hardly what anybody meant
	Notice   Severity = "notice"   // worth a look
	Unproved Severity = "unproved" // may be so
	Info     Severity = "info"     // how it is, and likely meant so
)

// Severities are all, the gravest first.
var Severities = []Severity{Warning, Notice, Unproved, Info}

// Limits bound a check. What is zero is as DefaultLimits have it.
type Limits struct {
	Time      time.Duration // for all of it
	Conflicts int           // wrong turns of the solver for each question
	Refine    int           // times that a question is asked again with what the last answer taught
	Listed    int           // of combinations that only the default serves, for each item and outcome
}

// DefaultLimits are enough for hundreds of rules.
var DefaultLimits = Limits{Time: 10 * time.Second, Conflicts: 20_000, Refine: 200, Listed: 5}

// Checked is what a check found.
type Checked struct {
	Findings     []Finding // the gravest first, then in the order of the rules
	Rules        int       // that were looked at
	Facts        []string  // that conditions speak of
	Combinations string    // of the values of these facts, written out: 12,288
	Complete     bool      // nothing was left unproved
	InTime       bool      // nothing was left unproved for want of time
}

// Level is how grave the gravest finding about a rule is; empty where there is none.
func (c Checked) Level(rule string) Severity {
	for _, s := range Severities {
		if slices.ContainsFunc(c.Findings, func(f Finding) bool {
			return f.Severity == s && len(f.Rules) > 0 && f.Rules[0] == rule
		}) {
			return s
		}
	}
	return ""
}

// Of are the findings about a rule.
func (c Checked) Of(rule string) []Finding {
	var out []Finding
	for _, f := range c.Findings {
		if len(f.Rules) > 0 && f.Rules[0] == rule {
			out = append(out, f)
		}
	}
	return out
}

// Findings checks the rules against all forms that can be filled in. Results are how the set's examples fared, from Test:
// what an example settles is no longer asked about; they may be nil.
func (c *Compiled) Findings(ctx context.Context, limits Limits, results []Result) Checked {
	return Checked{Rules: len(c.rules), Facts: c.Reads(), Complete: true, InTime: true}
}

// The codes of findings, with the names of their arguments.
const (
	FindNeverHolds  = "never_holds"       //
	FindAlwaysHolds = "always_holds"      //
	FindNeverWins   = "never_wins"        // outcomes
	FindNeverSets   = "never_sets"        // outcome
	FindAddsNothing = "adds_nothing"      // outcome
	FindSame        = "same_condition"    //
	FindRepeats     = "repeats"           //
	FindOrder       = "order_decides"     // outcome
	FindSettled     = "order_settled"     // outcome
	FindException   = "exception"         // outcome
	FindUrgentFirst = "urgent_first"      //
	FindDefault     = "only_default"      // item, outcome
	FindUnserved    = "item_unserved"     // item, outcome
	FindUnspoken    = "question_unspoken" // fact
	FindChoices     = "choices_unspoken"  // fact, choices
	FindMissing     = "missing_decides"   // fact
)

// findings are the codes in English.
var findings = map[string]string{}

// FindingCodes are all codes a finding can have, sorted; what is not proved has ".unproved" after it.
func FindingCodes() []string { return slices.Sorted(maps.Keys(findings)) }

// Message says in English what was found.
func (f Finding) Message() string {
	s := findings[f.Code]
	for name, value := range f.Args {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	return s
}
