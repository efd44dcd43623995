package rules

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestASetIsReadStrictly(t *testing.T) {
	const head = "rules:\n  - name: A\n    when: answers.urgent\n    then: {priority: 1}\n"
	const tail = "default: {priority: 3, queue: Service Desk}\n"
	for _, test := range []struct {
		name, source, code string
		line               int
		field, suggestion  string
	}{
		{"an unknown key", "rulez: []\n" + tail, CodeUnknownKey, 1, "", "rules"},
		{"an unknown key of a rule", head + "    whn: x\n" + tail, CodeUnknownKey, 5, "rules.0", "when"},
		{"an unknown outcome", head + "  - name: B\n    when: 'true'\n    then: {prio: 1}\n" + tail, CodeUnknownKey, 7, "rules.1.then", ""},
		{"an unknown language", head + "    customer: {de: x}\n" + tail, CodeUnknownKey, 5, "rules.0.customer", ""},
		{"a priority in words", "default:\n  priority: high\n  queue: x\n", CodeExpected, 2, "default.priority", ""},
		{"a broken priority", "default: {priority: 1.5}\n", CodeExpected, 1, "default.priority", ""},
		{"a queue that is a number", "default:\n  priority: 1\n  queue: 7\n", CodeExpected, 3, "default.queue", ""},
		{"a name that is a list", "rules:\n  - name: [a]\n", CodeExpected, 2, "rules.0.name", ""},
		{"a name left empty", "rules:\n  - name:\n", CodeExpected, 2, "rules.0.name", ""},
		{"a client number without quotes", "examples:\n  - name: a\n    account: 100210\n", CodeExpected, 3, "examples.0.account", ""},
		{"an answer that is a mapping", "examples:\n  - name: a\n    answers: {x: {y: 1}}\n", CodeExpected, 3, "examples.0.answers.x", ""},
		{"a condition that is a word of YAML", "rules:\n  - when: true\n", CodeExpected, 2, "rules.0.when", ""},
		{"off by word", head + "    off: x\n", CodeExpected, 5, "rules.0.off", ""},
		{"rules that are no list", "rules: {a: 1}\n", CodeExpected, 1, "rules", ""},
		{"tags that are no list", "default: {tags: voice}\n", CodeExpected, 1, "default.tags", ""},
		{"a rule that is text", "rules:\n  - A\n", CodeExpected, 2, "rules.0", ""},
		{"a text for a set", "hello\n", CodeExpected, 1, "", ""},
		{"two documents", "rules: []\n---\nrules: []\n", CodeExpected, 0, "", ""},
		{"an alias", "let: {a: &x b}\nrules: *x\n", CodeExpected, 1, "let.a", ""},
		{"two rules of one name", head + "  - name: A\n    when: answers.urgent\n    then: {priority: 2}\n" + tail, CodeDuplicate, 5, "name", ""},
		{"two examples of one name", "examples:\n  - name: A\n  - name: A\n", CodeDuplicate, 3, "name", ""},
	} {
		_, problems := Parse(test.source)
		if len(problems) == 0 {
			t.Errorf("%s: no complaint", test.name)
			continue
		}
		p := problems[0]
		if p.Code != test.code || p.FileLine != test.line || p.Field != test.field || p.Suggestion != test.suggestion {
			t.Errorf("%s: %+v", test.name, p)
		}
	}
	for name, source := range map[string]string{
		"a key twice":      "default: {priority: 1}\ndefault: {priority: 2}\n",
		"a name twice":     "let:\n  a: item\n  a: type\n",
		"not YAML":         "rules: [\n",
		"deep brackets":    strings.Repeat("[", 100_000),
		"deep lists":       strings.Repeat("- ", 100_000),
		"deep lines":       strings.Repeat("[\n", 100_000),
		"deep keys":        strings.Repeat("a: ", 100_000),
		"NUL":              "rules: \x00",
		"not UTF-8":        "rules: \xff",
		"too much of it":   strings.Repeat("# nothing\n", 200_000),
		"an unclosed text": "rules: \"",
		"tabs":             "rules:\n\t- name: A\n",
	} {
		if _, problems := Parse(source); len(problems) == 0 {
			t.Errorf("%s: no complaint", name)
		}
	}
}

func TestASetFromAnyEditorIsRead(t *testing.T) {
	want := parsed(t, asAFile)
	for name, source := range map[string]string{
		"with a byte order mark": "\ufeff" + asAFile,
		"with carriage returns":  strings.ReplaceAll(asAFile, "\n", "\r\n"),
		"with comments":          "# ours\n" + strings.ReplaceAll(asAFile, "rules:\n", "rules: # in order\n"),
	} {
		got := parsed(t, source)
		if changes := Diff(want, got); len(changes) > 0 {
			t.Errorf("%s: %v\n%s", name, changes, got.Format())
		}
	}
	if set := parsed(t, ""); len(set.Rules) != 0 {
		t.Errorf("nothing is read as %+v", set)
	}
	long := parsed(t, "rules:\n  - name: A\n    when: >-\n      answers.urgent\n      and true\n    then: {}\n")
	if long.Rules[0].When != "answers.urgent and true" {
		t.Errorf("a folded condition is read as %q", long.Rules[0].When)
	}
}

// same compares sets without where they came from.
func same(a, b RuleSet) bool {
	a.lines, b.lines = nil, nil
	return reflect.DeepEqual(a, b)
}

func TestASetSurvivesBeingWritten(t *testing.T) {
	texts := []string{"plain", "true", "no", "12", "a: b", "a # b", "- a", "'", `"`, `a "b" c`, `"x" in services`, "two\nlines", "two\n  lines\nmore",
		"ends\n", "\nbegins", " spaces ", "a  b", "tab\there", "é – ’", "\u00a0:", "a\\b", "null", "~", "{a}", "[a]", "a, b", "a: ", "x:", "#", "%a", "@", "&a", "*a",
		"!a", "|", ">", "? a", "\u2028", "\u0085", "a\rb", "=", "<<", "2026-01-01", "0x1", "1e3", "a\n\nb", "\ufeff", "---", "...", "a\n- b", "a\n# b", "😀", "a 😀", "-", "a -", "a \\", "'a' == \"b\"",
		"Data & Network", "x'y\n\"z\"", "back\bspace", "\x7f", "a\n---\nb", "a:b", "a :b", "// x", "`x`"}
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		s := texts[random.IntN(len(texts))]
		if random.IntN(3) == 0 {
			s += texts[random.IntN(len(texts))]
		}
		return s
	}
	outcomes := func() Outcomes {
		o := Outcomes{Priority: 1, Queue: text(), Assignee: text(), AnswerWithin: Within{Minutes: 90}, SolveWithin: Within{480, true}, Tags: []string{text(), text()}, Notify: []string{text()}}
		if random.IntN(2) == 0 {
			o.Request = []Text{{"en": text(), "fr": text()}, {"fr": text()}}
		}
		return o
	}
	for range rounds(3000) {
		set := RuleSet{
			Let:     []Let{{Name: "a", Expr: text()}, {Name: "b b", Expr: text()}},
			Rules:   []Rule{{Name: text(), When: text(), Then: outcomes(), Customer: Text{"en": text(), "fr": text()}, Note: text(), Off: true}},
			Default: Default{Outcomes: outcomes(), Customer: Text{"fr": text()}},
			Examples: []Example{{Name: text(), Item: text(), Account: text(), Contact: text(), Now: &NowFacts{Hour: 3, Weekday: text()},
				Answers: Answers{text(): text(), "b": true, "i": 7, "l": []string{text()}}, Expect: Outcomes{Tags: []string{text()}}}},
		}
		source := set.Format()
		got, problems := Parse(source)
		if problems.Err() != nil || !same(got, set) {
			t.Fatalf("%v\n%s\n got %#v\nwant %#v", problems, source, got, set)
		}
		if again := got.Format(); again != source {
			t.Fatalf("written differently the second time:\n%s\n%s", source, again)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(asAFile)
	f.Add(commented)
	f.Add("rules:\n  - name: A\n    when: |\n      a\n       b\n    then: {}\ndefault:\n  customer: {en: \"x\"}\n")
	f.Add("let: {a: 'b'}\nexamples:\n- name: \"\\u0085\"\n  answers: {a: [b, \"c\"], d: 1, e: true}\n")
	f.Fuzz(func(t *testing.T, source string) {
		set, problems := Parse(source)
		if problems.Err() != nil {
			_ = problems.Error()
			return
		}
		written := set.Format()
		again, problems := Parse(written)
		if problems.Err() != nil || again.Format() != written {
			t.Errorf("%v: %q is written as %q", problems, source, written)
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`item == "report-issue" and "911 service" in services`, `not (answers.urgent or now.hour % 2 == 1)`, `lower(account.name) matches "^a"`,
		`all(services, # == "x")`, `a | b`, `let x = 1; x`, `1..2`, `"\u{1}" in ["a"]`, `9223372036854775807 + 1 > 0`, `1 % 0 == 0`, `-1 ** 2`} {
		f.Add(s)
	}
	vocabulary := demoVocabulary(f)
	facts := vocabulary.NewFacts("report-issue", Answers{"urgent": true, "service": "SD-WAN"}, AccountFacts{}, ContactFacts{}, NowFacts{})
	f.Fuzz(func(t *testing.T, source string) {
		set := RuleSet{Let: []Let{{"x", source}}, Rules: []Rule{{Name: "A", When: source, Then: Outcomes{Priority: 1}}}, Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Voice"}}}
		c, problems := Compile(set, vocabulary)
		for _, p := range problems {
			if _, known := sentences[p.Code]; !known || p.From < 0 || p.To < p.From {
				t.Errorf("%q: %+v", source, p)
			}
		}
		if d := c.Decide(facts); d.Outcomes.Queue != "Voice" {
			t.Errorf("%q: decides %+v", source, d)
		}
	})
}
