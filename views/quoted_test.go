package views

import (
	"slices"
	"strings"
	"testing"
)

func TestPassages(t *testing.T) {
	quote := "> one\n> two\n>\n> three\n> four"
	for name, test := range map[string]struct {
		text string
		want []string // a quote begins with "Q:"
	}{
		"nothing is quoted":               {"It works > it did not\n-- \nAnn", []string{"It works > it did not\n-- \nAnn"}},
		"a long quote below an answer":    {"Thank you.\n\n" + quote, []string{"Thank you.", "Q:" + quote}},
		"above it":                        {quote + "\n\nThank you.", []string{"Q:" + quote, "Thank you."}},
		"between":                         {"See:\n\n" + quote + "\n\nThank you.", []string{"See:", "Q:" + quote, "Thank you."}},
		"a short one stays":               {"> Which?\n\nThe left one.\n\n> Since when?\n\nMonday.", []string{"> Which?\n\nThe left one.\n\n> Since when?\n\nMonday."}},
		"few lines, but long ones":        {"Yes.\n\n> " + strings.Repeat("word ", 70), []string{"Yes.", "Q:> " + strings.TrimSuffix(strings.Repeat("word ", 70), "")}},
		"a quote with who wrote it":       {"Yes.\n\nOn Monday, Ann wrote:\n> Which?", []string{"Yes.", "Q:On Monday, Ann wrote:\n> Which?"}},
		"which takes two lines":           {"Yes.\n\nOn Monday, Ann Example\n<ann@maple.test> wrote:\n\n> Which?", []string{"Yes.", "Q:On Monday, Ann Example\n<ann@maple.test> wrote:\n\n> Which?"}},
		"in French":                       {"Oui.\n\nLe 3 mars, Ann a écrit :\n> Lequel ?", []string{"Oui.", "Q:Le 3 mars, Ann a écrit :\n> Lequel ?"}},
		"an answer that ends with wrote:": {"That is what\nshe wrote:\n> Which?", []string{"That is what", "Q:she wrote:\n> Which?"}},
		"a mark of a mail program":        {"Yes.\n\n-----Original Message-----\nWhich?\n\nAnn", []string{"Yes.", "Q:-----Original Message-----\nWhich?\n\nAnn"}},
		"its mark in French":              {"Oui.\n\n----- Message d’origine -----\nLequel ?", []string{"Oui.", "Q:----- Message d’origine -----\nLequel ?"}},
		"the head of a mail":              {"Yes.\n\nFrom: Ann\nSent: Monday\nTo: us\n\nWhich?", []string{"Yes.", "Q:From: Ann\nSent: Monday\nTo: us\n\nWhich?"}},
		"a head in French":                {"Oui.\n\nDe : Ann\nEnvoyé : lundi\nÀ : nous\n\nLequel ?", []string{"Oui.", "Q:De : Ann\nEnvoyé : lundi\nÀ : nous\n\nLequel ?"}},
		"nothing but a quote":             {quote, []string{quote}},
		"in code":                         {"Log:\n```\n" + quote + "\n```\nThat is it.", []string{"Log:\n```\n" + quote + "\n```\nThat is it."}},
		"empty":                           {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range Passages(test.text) {
				if p.Quoted {
					p.Text = "Q:" + p.Text
				}
				got = append(got, p.Text)
			}
			if test.want == nil {
				test.want = []string{""}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// Whatever is written, nothing of it is lost, and no line stands in another order.
func FuzzPassages(f *testing.F) {
	for _, seed := range []string{"", ">", "a\n> b\n> c\n> d\n> e", "```\n> x", "-----Original Message-----\n", "x\nOn a\nb wrote:\n\n> c\n\n> d\ne"} {
		f.Add(seed)
	}
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	f.Fuzz(func(t *testing.T, text string) {
		var all []string
		for _, p := range Passages(text) {
			all = append(all, p.Text)
		}
		if got := words(strings.Join(all, "\n")); got != words(text) {
			t.Errorf("%q became %q", text, all)
		}
	})
}
