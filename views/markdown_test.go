package views

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzMarkdown holds the short way of plain texts to the long one.
func FuzzMarkdown(f *testing.F) {
	for _, text := range []string{
		"We look into it.", "Since 8 o'clock, nobody can \"call\" (all sites).\nPlease hurry.\n\nThank you!", "a\n\n\nb", "a \nb", "a  \nb", " a", "a ",
		"1. first", "a\n1. first", "a\n- b", "a\n---", "a\n===", "see www.example.com", "WwW.example.com", "me@example.com", "http://example.com",
		"a/b -- c", "a\\b", "a_b_c", "2*3*4", "&amp;", "<b>", "# a", "> a", "~a~", "`a`", "a|b\n-|-\n1|2", "[a](b)", "![a](b)", "é’“”…–—", "",
		"\u00a0a", "a\u2028b", "ſ\u0130", "a\tb", "a\r\nb", "a\nb\nc\n\nd\ne", "a\n", "a\n\n", "mailto:a", "a:b", "\x00", "a\xffb", "a\n b", "ﬀ.www",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if heavy(text) { // and is not read as Markdown
			return
		}
		var out bytes.Buffer
		if err := markdown().Convert([]byte(text), &out); err != nil {
			return // nobody knows of any such text
		}
		if want, got := string(sanitizer().SanitizeBytes(out.Bytes())), string(Markdown(text)); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	})
}

func BenchmarkMarkdown(b *testing.B) {
	for name, text := range map[string]string{
		"plain":      strings.Repeat("We look into it, and come back to you before noon. ", 4) + "Sam",
		"emphasized": strings.Repeat("It is as before on our side: **line 2** drops, the others hold. ", 3),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Markdown(text)
			}
		})
	}
}
