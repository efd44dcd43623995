package views

import (
	"strings"
	"testing"

	"portico/db"
	"portico/rules"
)

func TestConditionsInWords(t *testing.T) {
	facts := []rules.Fact{
		{Path: "item", Type: rules.Str}, {Path: "services", Type: rules.List}, {Path: "now.hour", Type: rules.Int},
		{Path: "answers.urgent", Type: rules.Bool, Label: rules.Text{"en": "Urgent issue", "fr": "Problème urgent"}},
		{Path: "answers.all", Type: rules.Bool, Label: rules.Text{"en": "Is it everywhere?", "fr": "Est-ce partout\u00a0?"}},
	}
	items := []db.Item{{Key: "report-issue", Name: rules.Text{"en": "Report an Issue", "fr": "Signaler un problème"}}}
	say := func(lang, when string) string {
		var out strings.Builder
		for _, w := range NewGlossary(lang, facts, items).Condition(when) {
			text := w.Text
			if w.Fact {
				text = "*" + text + "*"
			} else if w.Value {
				text = "“" + text + "”"
			}
			if !w.Glued && out.Len() > 0 {
				out.WriteByte(' ')
			}
			out.WriteString(text)
		}
		return out.String()
	}
	for _, test := range []struct{ lang, when, want string }{
		{"en", "answers.urgent and not answers.all", "*Urgent issue* and not *Is it everywhere*"},
		{"fr", "answers.urgent && !answers.all", "*Problème urgent* et pas *Est-ce partout*"},
		{"en", `item == "report-issue" and "911 service" not in services`, "*the form* is “Report an Issue” and “911 service” is not among *the services*"},
		{"en", "(answers.urgent or everywhere) and now.hour >= 8", "(*Urgent issue* or *everywhere*) and *the hour* is at least 8"},
		{"en", `item in ['report-issue', "x"]`, "*the form* is among [“Report an Issue”, “x”]"},
		{"en", "answered(answers.all)", "there is an answer to (*Is it everywhere*)"},
		{"en", `answers.urgnt and "open`, "*answers.urgnt* and \" *open*"},
		{"en", "", ""},
	} {
		if got := say(test.lang, test.when); got != test.want {
			t.Errorf("%s: %s\n got %s\nwant %s", test.lang, test.when, got, test.want)
		}
	}
}

func TestCaretsStandUnderTheCharacters(t *testing.T) {
	for _, test := range []struct {
		name, source string
		p            rules.Problem
		line, carets string
	}{
		{"on the second line", "a and\nbad", rules.Problem{Line: 2, Column: 1, From: 6, To: 9}, "bad", "^^^"},
		{"after the end", "a and", rules.Problem{Line: 1, Column: 6, From: 5, To: 5}, "a and", "     ^"},
		{"over the line's end", "bad\nworse", rules.Problem{Line: 1, Column: 2, From: 1, To: 9}, "bad", " ^^"},
		{"after a tab", "\tbad", rules.Problem{Line: 1, Column: 2, From: 1, To: 4}, " bad", " ^^^"},
		{"beyond the text", "a", rules.Problem{Line: 7, Column: 1, From: 0, To: 1}, "", ""},
	} {
		if line, carets := caret(test.source, test.p); line != test.line || carets != test.carets {
			t.Errorf("%s: %q %q, want %q %q", test.name, line, carets, test.line, test.carets)
		}
	}
}
