package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const shadowed = `rules:
  - name: Urgent
    when: answers.urgent
    then: {priority: 2}
  - name: Urgent and everywhere
    when: answers.urgent and answers.all_locations
    then: {priority: 1}
default: {priority: 3, queue: Service Desk}
`

func TestRulesCheckTellsWhatRulesCanDo(t *testing.T) {
	s := newShelf(t)
	file := s.file("rules.yaml", shadowed)
	const want = `rules.yaml:5: warning: "Urgent and everywhere" can never win: wherever it holds, everything it decides is decided before it, by "Urgent".`
	code, out, errs := s.rules("", "check", "--file", file)
	if code != 0 || !strings.Contains(out, want) || errs != "" {
		t.Errorf("a warning fails, or is not told: status %d\n%s%s", code, out, errs)
	}
	if !strings.Contains(out, "All of it is proved.") {
		t.Errorf("it does not say how far it went:\n%s", out)
	}
	if code, _, _ := s.rules("", "check", "--strict", "--file", file); code != 1 {
		t.Errorf("a strict check lets a warning pass: status %d", code)
	}
	var answer struct {
		Findings []findingLine
		Complete bool
	}
	code, out, _ = s.rules("", "check", "--json", "--file", file)
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 0 || !answer.Complete || len(answer.Findings) == 0 {
		t.Fatalf("in JSON: status %d, %v\n%s", code, err, out)
	}
	first := answer.Findings[0]
	if !strings.HasSuffix(want, first.Message) || first.Witness == nil {
		t.Fatalf("in JSON: %+v", first)
	}
	shown, err := json.Marshal(first.Witness)
	if err != nil {
		t.Fatal(err)
	}
	if _, out, _ := s.rules(string(shown)+"\n", "decide", "--file", file); !strings.Contains(out, `"priority": "Urgent"`) {
		t.Errorf("deciding the witness gives %s", out)
	}
}
