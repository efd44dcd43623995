package bench

import (
	"context"
	"testing"
	"time"
)

func TestALoadIsDone(t *testing.T) {
	nothing := func(context.Context, int) error { return nil }
	if s, err := closed(t.Context(), 3, time.Nanosecond, 0, nothing); err != nil || len(s.took) < 3 {
		t.Errorf("by each worker, even when there is no time: %d times, %v", len(s.took), err)
	}
	if s, err := closed(t.Context(), 3, 0, 10, nothing); err != nil || len(s.took) != 10 {
		t.Errorf("so many times in all: %d, %v", len(s.took), err)
	}
	done := func(context.Context, int) error { return errDone }
	if s, err := closed(t.Context(), 3, time.Minute, 0, done); err != nil || len(s.took) != 0 {
		t.Errorf("until nothing is left: %d, %v", len(s.took), err)
	}
}
