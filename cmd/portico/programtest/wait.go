package programtest

import (
	"testing"
	"time"
)

// Until waits until something is so, asking again and again, and gives up after Patience. What is said of it then may
// have what only then is known: the arguments are written out when the wait was in vain.
func Until(t testing.TB, so func() bool, what string, args ...any) {
	t.Helper()
	if so() {
		return
	}
	deadline, again := time.After(Patience), time.NewTicker(50*time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if so() {
				return
			}
		case <-deadline:
			t.Fatalf("waited in vain until "+what, args...)
		}
	}
}
