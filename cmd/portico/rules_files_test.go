package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRulesFmtKeepsComments(t *testing.T) {
	s := newShelf(t)
	untidy := "# ours\nrules:\n- {name: A, when: 'answers.urgent', then: {priority: 1}} # soon\ndefault:\n  queue: Voice\n  priority: 3\n"
	const tidy = "# ours\nrules:\n  # soon\n  - name: A\n    when: answers.urgent\n    then: {priority: 1}\ndefault: {priority: 3, queue: Voice}\n"
	file := s.file("rules.yaml", untidy)
	if code, _, errs := s.rules("", "fmt", "--file", file, "--check"); code != 1 || !strings.Contains(errs, "not as fmt writes it") {
		t.Errorf("check of an untidy file: %d %s", code, errs)
	}
	if code, out, errs := s.rules(untidy, "fmt", "--file", "-"); code != 0 || !strings.Contains(out, "# soon") {
		t.Errorf("standard input: %d %s%s", code, out, errs)
	}
	if code, _, errs := s.rules("", "fmt", "--file", file); code != 0 {
		t.Fatalf("fmt: %d %s", code, errs)
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != tidy {
		t.Errorf("written: %v\n%s", err, got)
	}
	if code, _, errs := s.rules("", "fmt", "--file", file, "--check"); code != 0 {
		t.Errorf("check of a tidy file: %d %s", code, errs)
	}
	broken := s.file("broken.yaml", "rules: {")
	if code, _, errs := s.rules("", "fmt", "--file", broken); code != 1 || !strings.Contains(errs, "broken.yaml:1") {
		t.Errorf("a broken file: %d %s", code, errs)
	}
	if left, err := os.ReadFile(broken); err != nil || string(left) != "rules: {" {
		t.Errorf("a broken file is written over: %s", left)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "rules.yaml.new")); err == nil {
		t.Error("something is left beside the file")
	}
}

func TestRulesDiffTellsMeaning(t *testing.T) {
	s := newShelf(t)
	_, source, _ := s.rules("", "export")
	same := s.file("same.yaml", "# with a comment\n"+source)
	if code, out, errs := s.rules("", "diff", "--file", same); code != 0 || out != filepath.Join(s.dir, "same.yaml")+" means the same as version 1\n" {
		t.Errorf("the same: %d %s%s", code, out, errs)
	}
	changed := s.file("changed.yaml", strings.Replace(source, "when: answers.urgent\n", "when: answers.urgent and answered(answers.service)\n", 1))
	code, out, errs := s.rules("", "diff", "--file", changed)
	for _, part := range []string{`changed  "Urgent": when`, "  - answers.urgent\n", "  + answers.urgent and answered(answers.service)\n"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is missing in: %d %s%s", part, code, out, errs)
		}
	}
	if code != 1 {
		t.Errorf("different: %d", code)
	}
	var lines struct{ Changes []changeLine }
	_, out, _ = s.rules("", "diff", "--file", changed, "--against", same, "--json")
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines.Changes) != 1 || lines.Changes[0].Field != "when" {
		t.Errorf("for programs: %v %s", err, out)
	}
	if code, _, errs := s.rules("", "diff", "--file", same, "--version", "7"); code != 1 || !strings.Contains(errs, "no version 7") {
		t.Errorf("a version that is not there: %d %s", code, errs)
	}
}

func TestRulesImportNamesWhatIsMissing(t *testing.T) {
	s := newShelf(t)
	_, source, _ := s.rules("", "export")
	foreign := strings.Replace(source, "queue: Voice}", "queue: Telephony}", 1)
	foreign = strings.Replace(foreign, "when: answers.urgent\n", "when: answers.urgent and answers.severity\n", 1)
	file := s.file("rules.yaml", "# from elsewhere\n"+foreign)
	arguments := []string{"import", "--file", file, "--draft", "From elsewhere", "--as", "platform@boreal.test"}
	code, out, errs := s.rules("", arguments...)
	for _, part := range []string{`missing here: the queue "Telephony"`, `missing here: the question "severity"`} {
		if !strings.Contains(errs, part) {
			t.Errorf("%q is missing in: %s", part, errs)
		}
	}
	if code != 1 || !strings.Contains(out, "can't be published as it stands") {
		t.Errorf("import: %d %s", code, out)
	}
	if _, kept, _ := s.rules("", "export", "--draft", "From elsewhere"); kept != "# from elsewhere\n"+foreign {
		t.Errorf("the draft is kept as\n%s", kept)
	}
	s.file("rules.yaml", source)
	if code, out, errs := s.rules("", arguments...); code != 0 || !strings.Contains(out, "It can be published.") {
		t.Errorf("import again, mended: %d %s%s", code, out, errs)
	}
	s.file("rules.yaml", "rules: 7\n")
	if code, _, errs := s.rules("", arguments...); code != 1 || !strings.Contains(errs, "nothing was imported") {
		t.Errorf("what is no rule set: %d %s", code, errs)
	}
	if _, kept, _ := s.rules("", "export", "--draft", "From elsewhere"); kept != source {
		t.Error("what was imported before is gone")
	}
	s.file("rules.yaml", source)
	if code, _, errs := s.rules("", "import", "--file", file, "--draft", "x", "--as", "agent@boreal.test"); code != 1 || !strings.Contains(errs, "no platform administrator") {
		t.Errorf("by an agent: %d %s", code, errs)
	}
}

func TestRulesLogAndRollback(t *testing.T) {
	s := newShelf(t)
	_, source, _ := s.rules("", "export")
	file := s.file("rules.yaml", strings.Replace(source, "- name: Urgent\n", "- name: In a hurry\n", 1))
	if code, _, errs := s.rules("", "publish", "--file", file, "--as", "platform@boreal.test", "--note", "Plainer words"); code != 0 {
		t.Fatalf("publish: %s", errs)
	}
	if code, out, errs := s.rules("", "rollback", "--to", "1", "--as", "platform@boreal.test", "--note", "Not so fast"); code != 0 || !strings.Contains(out, "Version 3 is live: it says what version 1 said.") {
		t.Fatalf("rollback: %d %s%s", code, out, errs)
	}
	_, out, _ := s.rules("", "log", "--last", "2")
	if !strings.Contains(out, "version 3 (live), version 1 again\n") || !strings.Contains(out, "\nversion 2\n") || !strings.Contains(out, "  Plainer words\n") || strings.Contains(out, "version 1\n") {
		t.Errorf("log:\n%s", out)
	}
	var listed struct{ Versions []versionLine }
	_, out, _ = s.rules("", "log", "--json")
	if err := json.Unmarshal([]byte(out), &listed); err != nil || len(listed.Versions) != 3 || listed.Versions[0].Restored != 1 || !listed.Versions[0].Live {
		t.Errorf("log for programs: %v %s", err, out)
	}
	if code, _, errs := s.rules("", "rollback", "--to", "3", "--as", "platform@boreal.test", "--note", "x"); code != 1 || !strings.Contains(errs, "live already") {
		t.Errorf("to what is live: %d %s", code, errs)
	}
	if code, _, errs := s.rules("", "rollback", "--to", "9", "--as", "platform@boreal.test", "--note", "x"); code != 1 || !strings.Contains(errs, "no version 9") {
		t.Errorf("to nothing: %d %s", code, errs)
	}
}
