package desk_test

import (
	"errors"
	"testing"

	"portico/handlers/desk"
)

func TestCheckPassword(t *testing.T) {
	hash, err := desk.HashPassword("un café à Moncton")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		hash, password string
		want           bool
	}{
		"the right one":                          {hash, "un café à Moncton", true},
		"the right one, from another keyboard":   {hash, "un cafe\u0301 a\u0300 Moncton", true},
		"a wrong one":                            {hash, "un cafe a Moncton", false},
		"nobody's":                               {"", "un café à Moncton", false},
		"the one that nobody is checked against": {"", "nobody's password", false},
		"megabytes":                              {hash, string(make([]byte, 2<<20)), false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := desk.CheckPassword(test.hash, test.password)
			if err != nil || got != test.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	if other, _ := desk.HashPassword("un café à Moncton"); other == hash {
		t.Error("two people with one password have one hash")
	}
	if _, err := desk.CheckPassword("not a hash", "un café à Moncton"); err == nil {
		t.Error("a damaged hash goes unnoticed")
	}
}

func TestJudgePassword(t *testing.T) {
	for password, code := range map[string]string{
		"three quiet herons":       "",
		"portico-demo":             "", // the demo's, and twelve characters
		"elevenchars":              "password.short",
		"héronhéronh":              "password.short",
		"aaaaaaaaaaaaaaa":          "password.weak",
		"abababababababab":         "password.weak",
		"123456789012":             "password.weak",
		"Password2026!":            "password.weak",
		"QWERTYUIOPASDF":           "password.weak",
		"P@ssw0rd1234":             "password.weak",
		"iloveyou1234":             "password.weak",
		"MotDePasse2026":           "password.weak",
		"azertyuiop12":             "password.weak",
		"monkeymonkey1":            "password.weak",
		"Summer-2026!":             "password.weak",
		"tulipe orage velo":        "",
		"Tremblay19991231":         "password.weak", // little more than a name and a date
		"pierre.tremblay1":         "password.own",
		"PierreTremblay":           "password.own",
		"customer@maple.test":      "password.own",
		"with\x00a nul byte in it": "password.unreadable",
		"\xff\xfe not text at all": "password.unreadable",
		string(make([]rune, 0)):    "password.short",
	} {
		err := desk.JudgePassword(password, "Pierre Tremblay", "customer@maple.test")
		var invalid desk.Invalid
		errors.As(err, &invalid)
		if got := invalid["password"].Code; got != code {
			t.Errorf("%q: got %q, want %q", password, got, code)
		}
	}
}

// Whatever somebody types is judged at once: it is, with every letter.
func FuzzJudgePassword(f *testing.F) {
	f.Add("4@8({[<369!1i|7l0$5+%2x4@8({[<369!1i|7l0$5+%2x4@8({[<369!1i|7l0$5+%2x")
	f.Add("1999123119991231")
	f.Add("\u00e9\u0301\u200d\U0001f600 and so on")
	f.Fuzz(func(t *testing.T, password string) {
		err := desk.JudgePassword(password, "Pierre Tremblay", "customer@maple.test")
		met := 0
		for _, r := range desk.Requirements(password, "Pierre Tremblay", "customer@maple.test") {
			if r.Met {
				met++
			}
		}
		if err == nil && met < 3 {
			t.Errorf("%q is taken with %d requirements met", password, met)
		}
	})
}
