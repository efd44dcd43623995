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
