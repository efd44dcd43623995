package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/db/dbtest"
)

// asAFile is a rule set as somebody keeps it in a repository.
const asAFile = `let:
  everywhere: answers.all_locations
rules:
  - name: Urgent and everywhere
    when: answers.urgent and everywhere
    then: {priority: 1}
    customer:
      en: You told us that it is urgent and affects all your locations.
      fr: Vous nous avez signalé une urgence qui touche tous vos emplacements.
  - name: Voice
    when: item == "report-issue" and "voice" in families
    then: {queue: Voice, tags: [voice]}
default: {priority: 3, queue: Service Desk}
examples:
  - name: the phones are down everywhere
    item: report-issue
    account: "100210"
    answers: {service: Hosted Voice, all_locations: true, intermittent: false, urgent: true}
    expect: {priority: 1, queue: Voice}
`

// shelf is a demo's database with files of rules beside it.
type shelf struct {
	t   *testing.T
	db  dbtest.URLs
	dir string
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	for _, setting := range settings() {
		t.Setenv(setting.variable, "")
		if err := os.Unsetenv(setting.variable); err != nil {
			t.Fatal(err)
		}
	}
	return &shelf{t: t, db: dbtest.FreshDemo(t), dir: t.TempDir()}
}

func (s *shelf) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// rules runs portico rules …, and gives the exit status with what was written.
func (s *shelf) rules(in string, args ...string) (code int, out, errs string) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	b := ruleBook{in: strings.NewReader(in), out: &stdout, errs: &stderr}
	settings := []string{"--database-url", s.db.Program, "--owner-url", s.db.Owner, "--secret", "of this test, and of nobody else at all"}
	err := b.run(context.Background(), append(args[:1:1], append(settings, args[1:]...)...))
	var wrong usage
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		code = 2
	default:
		code = 1
	}
	if err != nil && !errors.Is(err, errTold) {
		stderr.WriteString(err.Error() + "\n")
	}
	return code, stdout.String(), strings.ReplaceAll(stderr.String(), s.dir+string(filepath.Separator), "")
}

func (s *shelf) version() int {
	s.t.Helper()
	n, err := dbtest.Open(s.t, s.db.Program).LiveVersion(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestRulesDecide(t *testing.T) {
	s := newShelf(t)
	const facts = `{"item": "report-issue", "account": "Maple Foods East", "answers": {"service": "SD-WAN", "urgent": true}}
{"item": "report-issue", "answers": {"service": "No such service"}}
`
	const want = `{"outcomes": {"priority": 3, "queue": "Service Desk", "tags": []}, "by": {"priority": "default", "queue": "default", "tags": []}}
{"error": "line 2: answers.service: \"No such service\" is not offered by any form", "field": "answers.service"}
`
	if code, out, errs := s.rules(facts, "decide", "--file", s.file("rules.yaml", asAFile)); code != 1 || out != want || errs != "" {
		t.Errorf("by the file: status %d\n%s%s", code, out, errs)
	}
	first, _, _ := strings.Cut(facts, "\n")
	const live = `{"outcomes": {"priority": 2, "queue": "Data & Network", "tags": []}, "by": {"priority": "Urgent", "queue": "Data", "tags": []}}` + "\n"
	if code, out, errs := s.rules("\n"+first, "decide"); code != 0 || out != live || errs != "" {
		t.Errorf("by what is live: status %d\n%s%s", code, out, errs)
	}
	if code, out, errs := s.rules(facts, "decide", "--file", s.file("broken.yaml", "rulez: []")); code != 1 || out != "" || !strings.HasPrefix(errs, "broken.yaml:1:1: ") {
		t.Errorf("by a broken file: status %d\n%s%s", code, out, errs)
	}
}

func TestRulesExportGivesWhatPublishTakes(t *testing.T) {
	s := newShelf(t)
	code, first, errs := s.rules("", "export")
	if code != 0 || !strings.HasPrefix(first, "rules:\n  - name: Emergency calling\n") {
		t.Fatalf("status %d\n%s%s", code, first, errs)
	}
	changed := s.file("rules.yaml", strings.Replace(first, "- name: Urgent\n", "- name: Urgent anywhere\n", 1))
	code, out, errs := s.rules("", "publish", "--file", changed, "--as", "Platform@boreal.test", "--note", "A clearer name")
	if code != 0 || out != "Version 2 is live.\n" {
		t.Fatalf("publish: status %d\n%s%s", code, out, errs)
	}
	v, err := dbtest.Open(t, s.db.Program).RuleVersion(context.Background(), 2)
	if err != nil || v.Note != "A clearer name" || v.PublishedBy == 0 || !strings.Contains(v.Source, "Urgent anywhere") {
		t.Errorf("%+v, %v", v, err)
	}
	target := filepath.Join(s.dir, "first.yaml")
	if code, _, errs := s.rules("", "export", "--version", "1", "--file", target); code != 0 {
		t.Errorf("export of the first: %s", errs)
	}
	if written, err := os.ReadFile(target); err != nil || string(written) != first {
		t.Errorf("the first version was not written as it is: %v", err)
	}
	if code, _, errs := s.rules("", "export", "--version", "9"); code != 1 || errs != "there is no version 9 of the rules\n" {
		t.Errorf("status %d: %s", code, errs)
	}
}

func TestRulesCheckNamesLineAndCharacter(t *testing.T) {
	s := newShelf(t)
	for name, test := range map[string]struct{ from, to, want string }{
		"a misspelt fact":      {"answers.urgent and everywhere", "answers.urgnt and everywhere", `rules.yaml:5:19: "Urgent and everywhere": when: there is no fact answers.urgnt (did you mean "answers.urgent"?)`},
		"a choice nobody has":  {`item == "report-issue"`, `item == "report-isue"`, `rules.yaml:11:19: "Voice": when: "report-isue" is not a choice of item (did you mean "report-issue"?)`},
		"an unknown key":       {"    when: answers", "    wen: answers", `rules.yaml:5:5: rules.0: there is no key "wen" here (did you mean "when"?)`},
		"a wrong type":         {"{priority: 1}", `{priority: high}`, `rules.yaml:6:22: rules.0.then.priority: should be a whole number`},
		"a name that is twice": {"- name: Voice", "- name: Urgent and everywhere", `rules.yaml:10:11: "Urgent and everywhere": name: "Urgent and everywhere" stands here twice`},
		"an unknown queue":     {"queue: Service Desk}", "queue: Service}", `rules.yaml:13:31: default.queue: there is no queue "Service"`},
		"no YAML":              {"rules:\n", "rules: [\n", `rules.yaml:`},
	} {
		file := s.file("rules.yaml", strings.Replace(asAFile, test.from, test.to, 1))
		if code, out, errs := s.rules("", "check", "--file", file); code != 1 || out != "" || !strings.HasPrefix(errs, test.want) {
			t.Errorf("%s: status %d\n%s%s\nwant %s", name, code, out, errs, test.want)
		}
	}
	if code, out, errs := s.rules(asAFile, "check", "--file", "-"); code != 0 || !strings.HasPrefix(out, "standard input: no problems\n") || errs != "" {
		t.Errorf("from standard input: status %d\n%s%s", code, out, errs)
	}
	var answer struct {
		Problems []problemLine
	}
	code, out, _ := s.rules("", "check", "--json", "--file", s.file("rules.yaml", strings.Replace(asAFile, "answers.urgent and", "answers.urgnt and", 1)))
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 1 || len(answer.Problems) != 1 || answer.Problems[0].Line != 5 ||
		answer.Problems[0].Column != 19 || answer.Problems[0].Suggestion != "answers.urgent" {
		t.Errorf("in JSON: status %d, %v\n%s", code, err, out)
	}
}

func TestRulesTestRunsTheExamples(t *testing.T) {
	s := newShelf(t)
	good := s.file("rules.yaml", asAFile)
	const covered = "no example shows what the default does\nthey show all that 2 of 3 rules do\n"
	if code, out, errs := s.rules("", "test", "--file", good); code != 0 || out != "ok    the phones are down everywhere\n1 of 1 examples pass\n"+covered || errs != "" {
		t.Errorf("status %d\n%s%s", code, out, errs)
	}
	red := s.file("red.yaml", strings.Replace(asAFile, "expect: {priority: 1,", "expect: {priority: 2,", 1))
	const want = `FAIL  the phones are down everywhere
      priority: expected 2, came out as 1, by Urgent and everywhere
0 of 1 examples pass
` + covered
	if code, out, errs := s.rules("", "test", "--file", red); code != 1 || out != want || errs != "" {
		t.Errorf("status %d\n%s%s", code, out, errs)
	}
	var answer struct {
		Examples []exampleLine
		Coverage []coverageLine
	}
	code, out, _ := s.rules("", "test", "--json", "--file", red)
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 1 || len(answer.Coverage) != 3 || answer.Coverage[2].Held != 0 || len(answer.Examples) != 1 || answer.Examples[0].Passed || len(answer.Examples[0].Differences) != 1 {
		t.Errorf("in JSON: status %d, %v\n%s", code, err, out)
	}
	if code, out, errs := s.rules("", "publish", "--file", red, "--as", "platform@boreal.test", "--note", "x"); code != 1 || !strings.Contains(out, "FAIL") || errs != "nothing was published\n" {
		t.Errorf("a red example was published: status %d\n%s%s", code, out, errs)
	}
	if v := s.version(); v != 1 {
		t.Errorf("version %d is live", v)
	}
}

func TestRulesPublishAsksWhoAndWhy(t *testing.T) {
	s := newShelf(t)
	file := s.file("rules.yaml", asAFile)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--note", "x"}, 2, "--as somebody@example.com"},
		{[]string{"--as", "platform@boreal.test"}, 2, "--note"},
		{[]string{"--as", "platform@boreal.test", "--note", " "}, 2, "--note"},
		{[]string{"--as", "agent@boreal.test", "--note", "x"}, 1, "agent@boreal.test is no platform administrator"},
		{[]string{"--as", "customer@maple.test", "--note", "x"}, 1, "is no platform administrator"},
		{[]string{"--as", "nobody@boreal.test", "--note", "x"}, 1, "is no platform administrator"},
		{[]string{"--as", "platform@boreal.test", "--note", strings.Repeat("x", 2001)}, 1, "note is too long"},
	} {
		if code, out, errs := s.rules("", append([]string{"publish", "--file", file}, test.args...)...); code != test.code || !strings.Contains(errs, test.want) {
			t.Errorf("%v: status %d\n%s%s", test.args, code, out, errs)
		}
	}
	if v := s.version(); v != 1 {
		t.Errorf("version %d is live", v)
	}
}

func TestRulesOnTheCommandLineAsksForWhatIsMissing(t *testing.T) {
	s := newShelf(t)
	for _, args := range [][]string{{"check"}, {"test"}, {"publish"}, {"decide", "--file", "-"}, {"forget"}, {"check", "--file", "x", "y"},
		{"check", "--wat"}, {"check", "--file", "no-such-file"}} {
		if code, _, errs := s.rules("", args...); code != 2 || errs == "" {
			t.Errorf("%v: status %d, %q", args, code, errs)
		}
	}
	b := ruleBook{}
	if err := b.run(context.Background(), nil); !errors.As(err, new(usage)) {
		t.Errorf("without a verb: %v", err)
	}
	dir := filepath.Join(s.dir, "nothing")
	if err := b.run(context.Background(), []string{"export", "--data", dir}); err == nil || !strings.Contains(err.Error(), "there is no portal's data in "+dir) {
		t.Errorf("without a portal: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder was made: %v", err)
	}
}

func TestRulesSayWhatEachDoes(t *testing.T) {
	s := newShelf(t)
	code, out, _ := s.rules("", "--help")
	for _, v := range ruleVerbs {
		if code != 0 || !strings.Contains(out, v.sentence) {
			t.Errorf("%s: status %d\n%s", v.name, code, out)
		}
	}
}
