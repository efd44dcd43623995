package main

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
)

func TestRulesBacktest(t *testing.T) {
	s := newShelf(t)
	code, live, errs := s.rules("", "export")
	if code != 0 {
		t.Fatal(errs)
	}
	same := s.file("same.yaml", live)
	other := s.file("other.yaml", strings.Replace(live, "{priority: 4, queue: Billing}", "{priority: 3, queue: Service Desk}", 1))

	t.Run("of what is live nothing changes", func(t *testing.T) {
		code, out, errs := s.rules("", "backtest", "--file", same, "--fail-on-change")
		if code != 0 || !strings.HasPrefix(out, "0 of 400 cases would be decided otherwise than by version 1") {
			t.Errorf("status %d: %s%s", code, out, errs)
		}
	})
	t.Run("what changes is told, and is no failure", func(t *testing.T) {
		code, out, errs := s.rules("", "backtest", "--file", other)
		if code != 0 || !strings.Contains(out, "priority, from ↓ to →") || !strings.Contains(out, "Service Desk") {
			t.Errorf("status %d: %s%s", code, out, errs)
		}
	})
	t.Run("but where that is asked for", func(t *testing.T) {
		if code, _, _ := s.rules("", "backtest", "--file", other, "--fail-on-change"); code != 1 {
			t.Errorf("status %d", code)
		}
	})
	var all backtestLines
	t.Run("as JSON", func(t *testing.T) {
		_, out, errs := s.rules("", "backtest", "--file", other, "--json")
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			t.Fatal(err, errs)
		}
		if all.Cases != 400 || all.Changed == 0 || all.Outcomes["queue"] != all.Changed || len(all.Load) == 0 || len(all.Queues) == 0 {
			t.Errorf("%+v", all)
		}
	})
	t.Run("as a table of cases", func(t *testing.T) {
		_, out, _ := s.rules("", "backtest", "--file", other, "--csv")
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) != all.Changed+1 || rows[1][3] != "Billing" || rows[1][4] != "Service Desk" || rows[1][5] != "priority queue" {
			t.Errorf("%d rows, %v: %v", len(rows), err, rows[:min(2, len(rows))])
		}
	})
	t.Run("of some cases", func(t *testing.T) {
		for _, some := range [][]string{{"--item", "report-issue"}, {"--until", "2020-01-01"}} {
			code, out, _ := s.rules("", append([]string{"backtest", "--file", other, "--fail-on-change"}, some...)...)
			if code != 0 || !strings.HasPrefix(out, "0 of ") {
				t.Errorf("%v: status %d: %s", some, code, out)
			}
		}
		_, out, _ := s.rules("", "backtest", "--file", other, "--account", "100200", "--json")
		var maple backtestLines
		if err := json.Unmarshal([]byte(out), &maple); err != nil || maple.Cases == 0 || maple.Cases >= all.Cases {
			t.Errorf("%d cases of an account, %v", maple.Cases, err)
		}
	})
	t.Run("what is not understood", func(t *testing.T) {
		for _, args := range [][]string{{}, {"--file", other, "--since", "yesterday"}, {"--file", other, "--account", "nobody"},
			{"--file", other, "--since", "2026-02-01", "--until", "2026-01-01"}} {
			if code, _, errs := s.rules("", append([]string{"backtest"}, args...)...); code != 2 || errs == "" {
				t.Errorf("%v: status %d, %q", args, code, errs)
			}
		}
		if code, _, errs := s.rules("", "backtest", "--file", s.file("broken.yaml", strings.Replace(live, "answers.urgent", "answers.urgnet", 1))); code != 1 || !strings.Contains(errs, "answers.urgnet") {
			t.Errorf("status %d: %s", code, errs)
		}
	})
}
