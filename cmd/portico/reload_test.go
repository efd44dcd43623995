package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"portico/policy"

	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
)

// faltering fails as often as told, as connections do that were open when the database went away.
type faltering struct {
	persist.Adapter
	fails int
}

func (f *faltering) LoadPolicy(m model.Model) error {
	if f.fails > 0 {
		f.fails--
		return errors.New("broken pipe")
	}
	return f.Adapter.LoadPolicy(m)
}

func TestPolicyIsReadAgainUntilThatSucceeds(t *testing.T) {
	lines := &faltering{Adapter: policy.First()}
	judge, err := policy.NewJudge(lines)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	lines.fails = 3
	if s.reload(t.Context(), judge); lines.fails != 0 {
		t.Errorf("given up, %d failures early", lines.fails)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	lines.fails = 1000
	if s.reload(stopped, judge); lines.fails != 999 {
		t.Errorf("tried on while the portal stops, %d times", 1000-lines.fails)
	}
}
