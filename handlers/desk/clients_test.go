package desk_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"portico/handlers/desk"
	"portico/handlers/handlertest"
)

// TestClientsAreCountedByTheirNetwork: whoever has a network of addresses to come from is one client all the same.
func TestClientsAreCountedByTheirNetwork(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	ask := func(i int, client string) bool {
		t.Helper()
		err := site.Desk.ForgotPassword(ctx, fmt.Sprintf("somebody%d@novak.test", i), client)
		var throttled desk.Throttled
		if err != nil && !errors.As(err, &throttled) {
			t.Fatal(err)
		}
		return err == nil
	}
	passed := 0
	for i := range 80 {
		if ask(i, fmt.Sprintf("2001:db8:1:2:%x::%x", i*7919%65536, i)) {
			passed++
		}
	}
	if passed != 60 {
		t.Errorf("of 80 from one network %d pass", passed)
	}
	for i, other := range []string{"2001:db8:1:3::1", "192.0.2.1", "192.0.2.2", "::ffff:192.0.2.3", "0.0.0.0"} {
		if !ask(100+i, other) {
			t.Errorf("%s pays for them", other)
		}
	}
}
