package views

import (
	"fmt"
	"strings"

	"portico/rules"
)

// DraftCheck is what a draft's rules can and can't do.
type DraftCheck struct {
	Shell
	Bar   DraftBar
	Check CheckReport
}

// Template names views/rules/check.html.
func (*DraftCheck) Template() string { return "rules/check" }

// LiveCheck is what the rules can and can't do that are live.
type LiveCheck struct {
	Shell
	Tabs  []CompareLink
	Check CheckReport
}

// Template names views/rules/check_live.html.
func (*LiveCheck) Template() string { return "rules/check_live" }

// CheckReport is all that a check found.
type CheckReport struct {
	Problems []RuleProblem // of the set itself; a draft is checked once they are mended
	Mend     string        // where
	Asked    bool          // it was checked
	Complete bool          // all of it is proved
	Fine     bool          // and there is nothing but information
	Summary  string
	Groups   []FindingGroup
	Spoken   []SpokenLine
}

// FindingGroup are the findings of one severity.
type FindingGroup struct {
	Severity string
	Title    Message
	Help     Message
	Count    int
	Folded   bool
	Findings []FindingLine
	More     int // that are not listed
}

// FindingLine is one finding.
type FindingLine struct {
	ID      string // of the element
	Parts   []FindingPart
	Open    bool   // what shows it
	Item    string // of the witness: what is asked for
	Facts   []NamedValue
	Decides RuleOutcomes
	Try     string // where it can be tried; empty where there is nothing to show
	Keep    *FindingKeep
}

// FindingPart is a piece of a sentence; a rule's name leads to the rule.
type FindingPart struct {
	Text string
	Href string
}

// FindingKeep makes an example of what shows a finding.
type FindingKeep struct {
	Post
	Revision int
	Fields   []NamedValue
}

// SpokenLine is how far rules speak of a fact.
type SpokenLine struct {
	Name     string
	Path     string
	Rules    int
	Choices  []string
	Unspoken []string
}

// marker stands in a sentence where rules are named.
const marker = "\x00"

// Finding says a finding in words. Rules lead to where href says; nowhere where it says nothing.
func (g Glossary) Finding(f rules.Finding, href func(rule string) string) []FindingPart {
	args := []any{"Rule", marker + "rule" + marker, "Others", marker + "others" + marker}
	for name, value := range f.Args {
		switch name {
		case "outcome":
			value = T(g.Lang, "check.outcome."+value)
		case "choices":
			value = g.quoted(f.Choices)
		}
		args = append(args, strings.ToUpper(name[:1])+name[1:], value)
	}
	var out []FindingPart
	text := func(s string) {
		if n := len(out); n > 0 && out[n-1].Href == "" {
			out[n-1].Text += s
		} else if s != "" {
			out = append(out, FindingPart{Text: s})
		}
	}
	named := func(names []string) {
		for i, name := range names {
			if i > 0 {
				text(", ")
			}
			text(T(g.Lang, "check.quote.open"))
			if at := href(name); at != "" {
				out = append(out, FindingPart{Text: name, Href: at})
			} else {
				text(name)
			}
			text(T(g.Lang, "check.quote.close"))
		}
	}
	for i, s := range strings.Split(T(g.Lang, "check.find."+f.Code, args...), marker) {
		switch {
		case i%2 == 0:
			text(s)
		case s == "rule":
			named(f.Rules[:1])
		default:
			named(f.Rules[1:])
		}
	}
	return out
}

func (g Glossary) quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = T(g.Lang, "check.quote.open") + n + T(g.Lang, "check.quote.close")
	}
	return strings.Join(out, ", ")
}

// CheckSummary says how far a check went.
func CheckSummary(lang string, c rules.Checked) string {
	key := "check.summary"
	if !c.Complete {
		key += ".unproved"
	}
	return T(lang, key, "Rules", fmt.Sprint(c.Rules), "Facts", fmt.Sprint(len(c.Facts)), "Combinations", c.Combined(T(lang, "check.thousands")))
}
