package desk_test

import (
	"strings"
	"testing"

	"portico/handlers/desk"
)

func TestEmailAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"ann@maple.test":                        "ann@maple.test",
		"  Ann@Maple.TEST ":                     "Ann@maple.test",
		"ａｎｎ@maple.test":                        "ann@maple.test", // as wide letters
		"ann@ｍａｐｌｅ。test":                        "ann@maple.test",
		"ann+cases@maple.test":                  "ann+cases@maple.test",
		"o'brien@maple.test":                    "o'brien@maple.test",
		"ann@bücher.test":                       "ann@xn--bcher-kva.test",
		"ann@BU\u0308CHER.test":                 "ann@xn--bcher-kva.test", // the same letter, made of two
		"ann@xn--bcher-kva.test":                "ann@xn--bcher-kva.test",
		"ann@例え.test":                           "ann@xn--r8jz45g.test",
		"аnn@maple.test":                        "person.email.letters", // the first letter is Cyrillic
		"ann@mаple.test":                        "person.email.letters",
		"ann@xn--mple-53d.test":                 "person.email.letters", // the same, as mail servers write it
		"zoé@maple.test":                        "person.email.letters",
		"zoe\u0301@maple.test":                  "person.email.letters",
		"adm\u0131n@maple.test":                 "person.email.letters", // a dotless i
		"":                                      "person.email.wrong",
		"ann":                                   "person.email.wrong",
		"ann@maple":                             "person.email.wrong",
		"@maple.test":                           "person.email.wrong",
		"ann@@maple.test":                       "person.email.wrong",
		"ann@maple..test":                       "person.email.wrong",
		"ann@.test":                             "person.email.wrong",
		"ann@maple.test.":                       "person.email.wrong",
		"ann@-maple.test":                       "person.email.wrong",
		"Nobody@Unconfirmed.invalid":            "person.email.wrong", // whose requests are nobody's yet
		"ann@[127.0.0.1]":                       "person.email.wrong",
		"ann @maple.test":                       "person.email.wrong",
		`"ann b"@maple.test`:                    "person.email.wrong",
		"Ann <ann@maple.test>":                  "person.email.wrong",
		"ann@maple.test, b@c.test":              "person.email.wrong",
		"ann@maple.test\r\nBcc: x":              "person.email.wrong",
		"ann@maple.test\x00":                    "person.email.wrong",
		"ann\u200b@maple.test":                  "person.email.letters", // a space without width
		"\xff\xfe@maple.test":                   "person.email.wrong",
		strings.Repeat("a", 65) + "@maple.test": "person.email.long",
		"ann@" + strings.Repeat("maple.", 50) + "test":                    "person.email.long",
		strings.Repeat("x", 100_000) + "@maple.test":                      "person.email.long",
		strings.Repeat("a", 64) + "@" + strings.Repeat("m", 63) + ".test": strings.Repeat("a", 64) + "@" + strings.Repeat("m", 63) + ".test",
	} {
		address, wrong := desk.EmailAddress(typed)
		if got := address + wrong.Code; got != want {
			t.Errorf("%.60q: %.80q, want %.80q", typed, got, want)
		}
	}
}

func FuzzEmailAddress(f *testing.F) {
	f.Add("ann@maple.test")
	f.Add("ａｎｎ@bücher.test")
	f.Fuzz(func(t *testing.T, typed string) {
		address, wrong := desk.EmailAddress(typed)
		if wrong.Code != "" {
			return
		}
		if again, wrong := desk.EmailAddress(address); again != address || wrong.Code != "" {
			t.Errorf("%q is kept as %q, and that as %q %s", typed, address, again, wrong.Code)
		}
		if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) || len(address) > 254 {
			t.Errorf("%q is kept as %q", typed, address)
		}
	})
}
