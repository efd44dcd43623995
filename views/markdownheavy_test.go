package views

import (
	"strings"
	"testing"
)

// What is short to send must not be long to show: whoever opens the case pays for it.
func TestMarkdownStaysInProportion(t *testing.T) {
	of := strings.Repeat
	for name, text := range map[string]string{
		"a table without end":          of("|a", 2500) + "\n" + of("|-", 2500) + "\n" + of("a\n", 5000),
		"one in a quote":               "> " + of("|a", 2500) + "\n> " + of("|-", 2500) + "\n" + of("> a\n", 2000),
		"one with room in it":          of("| a ", 1000) + "\n" + of("| :-: ", 1000) + "\n" + of("|\n", 5000),
		"quotes 10,000 deep":           of(">", 10_000) + " a",
		"lists in lists":               of("1. ", 6000) + "a",
		"links that never end":         of("[a](", 5000),
		"words set apart in words":     of("*a_ ", 5000),
		"lists in quotes, among words": "Hello,\n\n" + of("> - ", 4000) + "a\n\nand more",
	} {
		if html := string(Markdown(text)); !heavy(text) || len(html) > 8*len(text) || strings.Contains(html, "<table") || strings.Contains(html, "<blockquote") {
			t.Errorf("%s: %d characters come to %d", name, len(text), len(html))
		}
	}
	for name, text := range map[string]struct{ text, has string }{
		"a table of a hundred rows":      {"| Site | Loss |\n|---|---|\n" + of("| North | 3 % |\n", 100), "<td>North</td>"},
		"a log with bars":                {of("10:02 | gateway | down | since | 3 | min\n", 400), "gateway | down"},
		"a conversation quoted in turn":  {of("> ", 12) + "first\n\nmine", "<blockquote>"},
		"what is heavy is still escaped": {of(">", 100) + "<script>alert('x')</script>\nand \"more\"", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;<br>\nand &#34;more&#34;"},
	} {
		if html := string(Markdown(text.text)); !strings.Contains(html, text.has) {
			t.Errorf("%s: %.300s", name, html)
		}
	}
}
