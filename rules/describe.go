package rules

import (
	"strings"
)

// Described is an answer as people read it.
type Described struct {
	Question
	Values []Text // of choices their labels, else what was typed; empty for yes or no
	Yes    *bool  // of yes/no and ticks
}

// Describe lists the answers in the order of the questions. Labels of options that came from offers are found only as
// far as these are given; elsewhere the value stands for its label.
func (f *CompiledForm) Describe(a Answers, offers Offers) []Described {
	var out []Described
	for _, q := range f.Questions {
		value, ok := a[q.Key]
		if !ok {
			continue
		}
		d := Described{Question: q}
		if yes, isBool := value.(bool); isBool {
			d.Yes = &yes
		} else {
			d.Values = f.labels(q, a, offers)
		}
		out = append(out, d)
	}
	return out
}

// labels are the texts of an answer.
func (f *CompiledForm) labels(q Question, a Answers, offers Offers) []Text {
	var out []Text
	options := f.options(q, a, offers)
	for _, s := range texts(a[q.Key]) {
		label := Text{"en": s}
		for _, o := range options {
			if o.Value == s && o.Label.In("en") != "" {
				label = o.Label
				break
			}
		}
		out = append(out, label)
	}
	return out
}

// options are all that a question may have offered, as far as they are known.
func (f *CompiledForm) options(q Question, a Answers, offers Offers) []Option {
	switch q.Source {
	case FromAccounts:
		return offers.Accounts
	case FromLocations:
		return offers.Locations
	case FromServices:
		return offers.Services
	case FromIssueTypes:
		return offers.IssueTypes[offers.Families[a.Text(f.Case.Service)]]
	}
	return q.Options
}

// ShortDescription makes a case's short description of its answers. What the template puts between answers goes where
// one of them is missing; it is empty if the form doesn't say how, or all are missing.
func (f *CompiledForm) ShortDescription(a Answers, offers Offers, lang string) string {
	template := f.Case.ShortDescription.In(lang)
	answered := false
	out := placeholder.ReplaceAllStringFunc(template, func(p string) string {
		q, _ := f.Question(strings.Trim(p, "{}"))
		var texts []string
		for _, t := range f.labels(q, a, offers) {
			texts = append(texts, t.In(lang))
		}
		answered = answered || len(texts) > 0
		return strings.Join(texts, ", ")
	})
	if !answered && placeholder.MatchString(template) {
		return ""
	}
	return strings.Trim(out, " \u00a0\u202f:,–—-")
}
