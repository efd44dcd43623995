package desk

import (
	"errors"
	"testing"
	"time"

	"portico/db"
)

// TestStates holds each cell of the table of states.
func TestStates(t *testing.T) {
	now := time.Date(2026, 6, 15, 14, 0, 0, 0, time.UTC)
	order := []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed}
	for _, row := range []struct {
		name string
		act  act
		to   [5]db.State // from each in order; empty: it is not possible
	}{
		{"staff takes or replies", staffActs, [5]db.State{db.Open, db.Open, db.Open, db.Open, ""}},
		{"staff requests information", staffRequests, [5]db.State{db.Awaiting, db.Awaiting, db.Awaiting, "", ""}},
		{"customer comments", customerComments, [5]db.State{db.New, db.Open, db.Open, "", ""}},
		{"customer reopens, in the period", customerReopens, [5]db.State{"", "", "", db.Open, ""}},
		{"solved, by customer or staff", solved, [5]db.State{db.Solved, db.Solved, db.Solved, "", ""}},
		{"the period ends", periodEnds, [5]db.State{"", "", "", db.Closed, ""}},
		{"follow-up", followedUp, [5]db.State{"", "", "", db.Solved, db.Closed}},
	} {
		for i, from := range order {
			c := db.Case{State: from, Awaited: "a photo"}
			if from == db.Solved || from == db.Closed {
				c.SolvedAt = now.Add(-time.Hour)
			}
			err := row.act.move(&c, now)
			switch {
			case row.to[i] == "" && (!errors.Is(err, ErrState) || c.State != from):
				t.Errorf("%s, %s: it is %s now, %v", row.name, from, c.State, err)
			case row.to[i] != "" && (err != nil || c.State != row.to[i]):
				t.Errorf("%s, %s: it is %s now, not %s; %v", row.name, from, c.State, row.to[i], err)
			}
			if row.act.allows(from) != (row.to[i] != "") {
				t.Errorf("%s, %s: allowed %v", row.name, from, row.act.allows(from))
			}
			if err == nil && (c.State == db.Awaiting) != (c.Awaited != "") {
				t.Errorf("%s, %s: what is awaited is %q", row.name, from, c.Awaited)
			}
			if err == nil && (c.State == db.Solved || c.State == db.Closed) == c.SolvedAt.IsZero() {
				t.Errorf("%s, %s: solved at %v", row.name, from, c.SolvedAt)
			}
		}
	}
	const period = 7 * 24 * time.Hour
	for ago, want := range map[time.Duration]bool{0: true, period - 1: true, period: false} {
		if got := Reopenable(db.Case{State: db.Solved, SolvedAt: now.Add(-ago)}, now, period); got != want {
			t.Errorf("solved %v ago it can be reopened: %v", ago, got)
		}
	}
}
