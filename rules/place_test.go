package rules

import (
	"fmt"
	"testing"
)

func TestProblemsKnowTheirPlaceInTheFile(t *testing.T) {
	const start = "# a comment\nlet:\n  everywhere: answers.all_locations\nrules:\n"
	for _, test := range []struct{ name, source, want string }{
		{"in a condition", start + "  - name: A\n    when: item == \"report-issue\" and answers.urgnt\n    then: {priority: 1}\n", "6:46 unknown_fact"},
		{"in a condition on the rule's first line", start + "  - when: answers.urgnt\n    name: A\n    then: {priority: 1}\n", "5:19 unknown_fact"},
		{"in a condition in quotes", start + "  - name: A\n    when: 'answers.urgnt'\n    then: {priority: 1}\n", "6:20 unknown_fact"},
		{"in a condition over several lines", start + "  - name: A\n    when: |\n      answers.urgent and\n      answers.urgnt\n    then: {priority: 1}\n", "8:15 unknown_fact"},
		{"in a rule on one line", start + "  - {name: A, when: answers.urgnt, then: {priority: 1}}\n", "5:29 unknown_fact"},
		{"after letters of two bytes", start + "  - name: A\n    when: topic == \"é\" and answers.urgnt\n    then: {priority: 1}\n", "6:11 unknown_fact"},
		{"in a shared name", "let:\n  everywhere: answers.everywhere\ndefault: {priority: 3, queue: Voice}\n", "2:23 unknown_fact"},
		{"of a queue", start + "  - name: A\n    when: \"true\"\n    then: {priority: 1, queue: Voise}\n", "7:32 unknown_queue"},
		{"of a key", start + "  - name: A\n    wen: \"true\"\n", "6:5 unknown_key"},
		{"of a type", start + "  - name: 12\n", "5:11 expected"},
		{"of text that is no YAML", "rules: [\n", "1:8 syntax"},
	} {
		set, problems := Parse(test.source)
		if len(problems) == 0 {
			_, problems = Compile(set, demoVocabulary(t))
		}
		if len(problems) == 0 {
			t.Errorf("%s: no problem", test.name)
			continue
		}
		line, column := problems[0].Place(test.source)
		if got := fmt.Sprintf("%d:%d %s", line, column, problems[0].Code); got != test.want {
			t.Errorf("%s: %s, want %s (%v)", test.name, got, test.want, problems[0])
		}
	}
}
