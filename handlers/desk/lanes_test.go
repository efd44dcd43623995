package desk

import (
	"context"
	"testing"
)

func TestLanes(t *testing.T) {
	var l lanes
	leave, err := l.enter(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := l.enter(t.Context(), 2)
	if err != nil {
		t.Fatal("somebody waits for somebody else")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.enter(gone, 1); err == nil {
		t.Fatal("somebody does two things at a time")
	}
	second := make(chan func())
	go func() {
		again, _ := l.enter(context.Background(), 1)
		second <- again
	}()
	leave()
	(<-second)()
	other()
	if len(l.of) != 0 {
		t.Errorf("%d lanes are left", len(l.of))
	}
}
