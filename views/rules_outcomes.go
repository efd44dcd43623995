package views

import (
	"strings"

	"portico/rules"
)

// RuleOutcomes are what follows where a rule holds, part by part; empty where nothing does.
type RuleOutcomes []RuleOutcome

// RuleOutcome is one part of it, as it stands in a sentence.
type RuleOutcome struct {
	Name string // as rules.OutcomeNames have it
	Say  Message
	Tags []string // which stand behind it
}

// Empty tells whether nothing follows.
func (o RuleOutcomes) Empty() bool { return len(o) == 0 }

// Outcomes are outcomes as a sentence has them, in the order in which they are told.
func (g Glossary) Outcomes(o rules.Outcomes) RuleOutcomes {
	var list RuleOutcomes
	for _, name := range rules.OutcomeNames {
		if !o.Gives(name) {
			continue
		}
		part := RuleOutcome{Name: name, Say: Say("rules.then."+name, "Value", g.Outcome(name, o.Value(name)))}
		if name == rules.OutcomeTags {
			part.Tags = o.Tags
		}
		list = append(list, part)
	}
	return list
}

// OutcomeName is what people call an outcome: "Priority".
func OutcomeName(name string) Message { return Say("rules.field." + name) }

// Outcome is the value of an outcome as OutcomeValue has it, with colleagues by their names.
func (g Glossary) Outcome(name string, value any) string {
	colleague := func(email string) string {
		for _, s := range g.Staff {
			if s.Email == email {
				return s.Name()
			}
		}
		return email
	}
	switch v := value.(type) {
	case string:
		if name == rules.OutcomeAssignee {
			value = colleague(v)
		}
	case []string:
		if name == rules.OutcomeNotify {
			names := make([]string, len(v))
			for i, email := range v {
				names[i] = colleague(email)
			}
			value = names
		}
	}
	return OutcomeValue(g.Lang, name, value)
}

// OutcomeValue is the value of an outcome as people read it, whatever Outcomes.Value gives; where it is not set, it says so.
func OutcomeValue(lang, name string, value any) string {
	switch v := value.(type) {
	case int:
		if v != 0 && name == rules.OutcomePriority {
			return AnyPriority(v).In(lang)
		}
	case string:
		if v != "" {
			return v
		}
	case rules.Within:
		if v.Minutes != 0 {
			return Within(v).In(lang)
		}
	case []string:
		if len(v) > 0 {
			return strings.Join(v, ", ")
		}
	case []rules.Text:
		if len(v) > 0 {
			lines := make([]string, len(v))
			for i, t := range v {
				lines[i] = T(lang, "rules.quote", "Text", t.In(lang))
			}
			return strings.Join(lines, ", ")
		}
	}
	return T(lang, "rules.none")
}

// Within is a time in which something is promised, in words: "8 business hours".
func Within(w rules.Within) Message {
	n, unit := w.Minutes, "minutes"
	if n%60 == 0 {
		n, unit = n/60, "hours"
	}
	if w.Business {
		unit = "business-" + unit
	}
	return Count("outcomes.within."+unit, n)
}

// Short tells whether it is a few words, which stay on one line.
func (o RuleOutcome) Short() bool {
	return o.Name != rules.OutcomeRequest && o.Name != rules.OutcomeNotify
}

// OutcomeFields are the fields of the outcomes that are set less often.
type OutcomeFields struct {
	Assignee []StaffChoice
	Within   []WithinField
	Notify   []StaffChoice
	Request  []RequestRow // with an empty one behind
	More     bool         // one of them is set, or wrong: they stand open
}

// Open has the fields stand open where one of them is wrong.
func (f *OutcomeFields) Open(wrong map[string]*RuleProblem) {
	for _, name := range rules.OutcomeNames {
		if name != rules.OutcomePriority && name != rules.OutcomeQueue && name != rules.OutcomeTags && wrong[name] != nil {
			f.More = true
		}
	}
}

// StaffChoice is a colleague whom a rule can name.
type StaffChoice struct {
	Email, Name string
	Chosen      bool
	Gone        bool // the rule names somebody who can't sign in
}

// WithinField is a time in which something is promised, as a figure and its unit.
type WithinField struct {
	Name   string // answer_within
	Figure string
	Units  []WithinUnit
}

// Label is what the field is called.
func (f WithinField) Label() Message { return OutcomeName(f.Name) }

// WithinUnit is what the figure counts.
type WithinUnit struct {
	Value  string // as rule files write it
	Label  Message
	Chosen bool
}

// RequestRow is one thing that the customer is asked for.
type RequestRow struct {
	N               int
	English, French string
}
