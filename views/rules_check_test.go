package views

import (
	"strings"
	"testing"

	"portico/rules"
)

// TestFindingsReadAsOnTheCommandLine: word for word, in English; and in French all is said too.
func TestFindingsReadAsOnTheCommandLine(t *testing.T) {
	for _, code := range rules.FindingCodes() {
		if strings.HasPrefix(code, "summary") {
			continue
		}
		for _, outcome := range rules.OutcomeNames {
			f := rules.Finding{Code: code, Rules: []string{`First "one"`, "Second", "{{.Third}}"}, Choices: []string{"a", "b"}, Args: map[string]string{
				"outcome": outcome, "item": "report-issue", "fact": "answers.urgent", "facts": "services, answers.urgent", "choices": `"a", "b"`}}
			said := ""
			for _, p := range (Glossary{Lang: "en"}).Finding(f, func(rule string) string { return "/" + rule }) {
				said += p.Text
			}
			if said != f.Message() {
				t.Errorf("%s: the page says\n%s\nand the command line\n%s", code, said, f.Message())
			}
			french := Glossary{Lang: "fr"}.Finding(f, func(string) string { return "" })
			if len(french) != 1 || strings.ContainsAny(french[0].Text, marker+"<>") || strings.Contains(french[0].Text, "check.") || french[0].Text == said {
				t.Errorf("%s in French: %v", code, french)
			}
		}
	}
	for _, complete := range []bool{true, false} {
		c := rules.Checked{Rules: 10, Facts: []string{"a", "b"}, Combinations: "1234567", Complete: complete}
		if said := CheckSummary("en", c); said != c.Message() {
			t.Errorf("the page says\n%s\nand the command line\n%s", said, c.Message())
		}
	}
}
