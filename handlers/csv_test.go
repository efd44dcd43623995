package handlers

import "testing"

func FuzzTame(f *testing.F) {
	for _, field := range []string{"", "'", "=1+1", "'=1", "''-", "+1 506 555 0142", "@x", "\tx", "O’Neil", "'quoted'"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		safe := tame(field)
		if safe != "" && (safe[0] == '=' || safe[0] == '+' || safe[0] == '-' || safe[0] == '@' || safe[0] == '\t' || safe[0] == '\r') {
			t.Errorf("%q is a formula still", safe)
		}
		if got := plain(safe); got != field {
			t.Errorf("%q comes back as %q", field, got)
		}
	})
}
