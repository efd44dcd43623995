package desk

import (
	"errors"
	"maps"
	"os"
	"strings"
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

// TestReadmeShowsTheStates holds the table that people read against the one that the portal goes by.
func TestReadmeShowsTheStates(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]act{
		"staff takes it or replies": staffActs, "staff requests information": staffRequests, "the customer comments": customerComments,
		"it is reopened, in the period": customerReopens, "it is solved, by customer or staff": solved, "the period ends": periodEnds,
		"it is followed up, by a new case that is linked": followedUp,
	}
	columns := []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed}
	words := map[string]db.State{"New": db.New, "Open": db.Open, "Awaiting": db.Awaiting, "Solved": db.Solved, "Closed": db.Closed}
	found := map[act]bool{}
	for line := range strings.Lines(string(readme)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		does, known := rows[cells[0]]
		if !known {
			continue
		}
		found[does] = true
		told := map[db.State]db.State{}
		for i, cell := range cells[1:] {
			if to, ok := words[cell]; ok {
				told[columns[i]] = to
			}
		}
		if !maps.Equal(told, states[does]) {
			t.Errorf("%s: the README says %v, the table is %v", cells[0], told, states[does])
		}
	}
	if len(found) != len(states) {
		t.Errorf("the README has %d of %d rows", len(found), len(states))
	}
}
