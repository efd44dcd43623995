package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/expr-lang/expr/builtin"
)

// What is said of bounds holds whatever is written: each of these is refused, or decided like anything else.

func TestHostileConditionsAreRefused(t *testing.T) {
	s := testScope()
	_ = s.define("pair", "answers.urgent or answers.everywhere")
	for name, source := range map[string]string{
		"a megabyte":                      strings.Repeat("answers.urgent or ", 60_000) + "true",
		"a megabyte of space":             strings.Repeat(" ", 1<<20) + "true",
		"ten thousand brackets":           strings.Repeat("(", 10_000) + "true" + strings.Repeat(")", 10_000),
		"ten thousand brackets, left":     strings.Repeat("[", 10_000),
		"ten thousand times not":          strings.Repeat("not ", 10_000) + "true",
		"as many parts as fit":            strings.Repeat("1<2or ", 600) + "true",
		"a long list":                     "item in [" + strings.Repeat(`"a",`, 1_020) + `"a"]`,
		"a list of computed things":       "item in [lower(item)]",
		"a variable":                      "let x = 1; x == 1",
		"a chain":                         "families | count(# == \"a\") == 1",
		"a predicate":                     "any(families, # == item)",
		"a closure":                       "any(families, {# == item})",
		"a pointer":                       "# == 1",
		"a range":                         "1..1000000000 == 1",
		"a range in a list":               "1 in 1..1000000000",
		"texts that grow":                 "answers.note + answers.note == item",
		"texts that repeat":               `answers.note * 1000000 == item`,
		"powers":                          "2 ** 1000000 > 1",
		"powers, as others write them":    "2 ^ 1000000 > 1",
		"the clock":                       "now() > 1",
		"the clock, as a date":            `date("2026-01-01") < now()`,
		"the environment":                 `$env["answers.urgent"]`,
		"all of it":                       "$env == $env",
		"a condition in a condition":      "answers.urgent ? true : false",
		"a condition in words":            "if answers.urgent { true } else { false }",
		"a member that may be missing":    "answers?.urgent",
		"a value in place of a missing":   `(answers.note ?? "") == ""`,
		"a map":                           `{"a": 1}.a == 1`,
		"a part of a text":                `answers.note[0:1] == "a"`,
		"two conditions":                  "true; true",
		"an assignment":                   "answers.urgent = true",
		"no end to a comment":             "true /* ",
		"no end to a text":                `item == "`,
		"a byte of nothing":               "item == \"a\" \x00",
		"half a letter":                   "answers.urgent \xff",
		"a mark before it":                "\ufeffanswers.urgent",
		"numbers beyond all":              "answers.n == 99999999999999999999",
		"a remainder by zero, beforehand": "1 % 0 == 1",
		"a pattern that repeats itself":   `answers.note matches "(x{1000}){1000}"`,
		"a pattern that repeats others":   `answers.note matches "(a|b|c){900}"`,
		"a long pattern":                  `answers.note matches "` + strings.Repeat("a?", 300) + `"`,
		"a pattern of classes":            `answers.note matches "` + strings.Repeat(`\\pL`, 400) + `"`,
		"a pattern that is a fact":        "answers.note matches answers.note",
	} {
		c, problems := s.compile(source)
		if c != nil || len(problems) == 0 {
			t.Errorf("%s is let through", name)
		}
		for _, p := range problems {
			if len(p.Message()) > 2000 {
				t.Errorf("%s: the complaint has %d bytes", name, len(p.Message()))
			}
		}
	}
}

func TestNoFunctionOfExprCanBeCalledButOurs(t *testing.T) {
	s := testScope()
	if len(builtin.Names) < 60 {
		t.Fatalf("expr has %d functions: is this all of them?", len(builtin.Names))
	}
	for _, name := range builtin.Names {
		if slices.Contains(functions, name) {
			continue
		}
		for _, arguments := range []string{"", "answers.n", "answers.note", "families", `"a", 1000000000`, "families, # == item", "families, true", "1, 2, 3"} {
			for _, call := range []string{name + "(" + arguments + ")", name + "(" + arguments + ") == 1", "(" + arguments + " | " + name + "()) == 1"} {
				if c, problems := s.compile(call); c != nil || len(problems) == 0 {
					t.Errorf("%s is let through", call)
				}
			}
		}
		if p := s.define("mine", name+"(families)"); len(p) == 0 {
			t.Errorf("%s can be shared", name)
		}
	}
}

func TestWhatIsLetThroughEnds(t *testing.T) {
	v := setWorld(t)
	long := strings.Repeat("a", 1<<20)
	for source, want := range map[string]bool{
		strings.Repeat("(", 1_900) + "answers.urgent" + strings.Repeat(")", 1_900):           true,
		strings.Repeat("not ", 800) + "answers.urgent":                                       true,
		"answers.n + 9223372036854775807 < 0":                                                true, // it goes round, and ends
		"answers.n * 9223372036854775807 * answers.n != 0":                                   true,
		"(0 - 9223372036854775807 - answers.m) % (answers.m - 2) == 0":                       true, // the smallest by -1
		"answers.n / (answers.m - answers.m) > 1000":                                         true, // endless, no failure
		"answers.n / (answers.m - 1) / 0 == answers.n / 0":                                   true,
		"len(answers.note) > 1000":                                                           true,
		"len(answers.note) == 65536":                                                         true, // more conditions don't see
		`upper(answers.note) startsWith "AAAA"`:                                              true,
		`answers.note endsWith "a"`:                                                          true,
		`answers.note matches "^(a+)+$"`:                                                     true,
		`answers.note matches "(a*)*b"`:                                                      false,
		`answers.note matches "(x+x+)+y"`:                                                    false,
		`answers.note matches "` + strings.Repeat("a?", 120) + strings.Repeat("a", 40) + `"`: true,
	} {
		set := RuleSet{Rules: []Rule{{Name: "one", When: source, Then: Outcomes{Priority: 1}}}, Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "one"}}}
		c, problems := Compile(set, v)
		if problems.Err() != nil {
			t.Errorf("%.60s: %v", source, problems)
			continue
		}
		d := c.Decide(Facts{Answers: Answers{"urgent": true, "n": 3, "m": 1, "note": long}})
		if got := d.By.Priority == "one"; got != want || len(d.Trace.Failed) > 0 {
			t.Errorf("%.60s: holds %t, want %t; failed %v", source, got, want, d.Trace.Failed)
		}
	}
}

func TestASetCannotMultiplyWithoutEnd(t *testing.T) {
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "one"}}}
	set.Let = append(set.Let, Let{"a", strings.TrimSuffix(strings.Repeat("answers.urgent or ", 200), " or ")})
	set.Let = append(set.Let, Let{"b", "a or a or a or a or a or a or a or a"})
	for i := range 10_000 { // a file of half a megabyte
		set.Rules = append(set.Rules, Rule{Name: fmt.Sprint(i), When: "b", Then: Outcomes{Priority: 1}})
	}
	c, problems := Compile(set, setWorld(t))
	if len(problems) == 0 || problems[0].Code != CodeTooBig {
		t.Fatalf("%d problems", len(problems))
	}
	if d := c.Decide(Facts{Answers: Answers{"urgent": true}}); d.By.Priority != "0" {
		t.Errorf("what there was room for does not decide: %v", d.By)
	}
}

func TestManyValuesDoNotMakeALargeIndex(t *testing.T) {
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "one"}}}
	for i := range 6_000 {
		set.Rules = append(set.Rules, Rule{Name: fmt.Sprint(i), When: fmt.Sprintf(`account.client_number == "%d" and answers.n > %d`, i, i), Then: Outcomes{Priority: 1}})
	}
	c, problems := Compile(set, setWorld(t))
	if problems.Err() != nil {
		t.Fatal(problems[0])
	}
	words := 0
	for _, d := range c.plan.index {
		words += len(d.possible) * len(c.plan.on)
	}
	if words > maxIndexWords {
		t.Errorf("the index takes %d words", words)
	}
	f := Facts{Account: AccountFacts{ClientNumber: "4321"}, Answers: Answers{"n": 5_000}}
	if d := c.Decide(f); d.By.Priority != "4321" || len(d.Trace.Held) != 1 {
		t.Errorf("decided by %v, held %d", d.By, len(d.Trace.Held))
	}
}

// FuzzCondition holds that whatever is written either is refused or can be asked, and that the two ways of asking agree.
func FuzzCondition(f *testing.F) {
	for _, w := range slices.Concat(Operators, Functions) {
		f.Add(w.Example)
	}
	for _, source := range []string{"answers.n % answers.m == 1", "not (answers.urgent and 1 < answers.n < 3)", "answers.day < \"2026-03-01\"", `answers.note matches "^a{2,5}$"`,
		"((((((((", "let x = 1; x", "all(families, #)", "1..2", "\"\\u", "answers.n / 0 > 1", "-answers.n ** 2"} {
		f.Add(source)
	}
	v := setWorld(f)
	all := []Facts{{}, {Item: "a", Answers: Answers{"urgent": true, "n": 0, "m": 0, "note": "ab", "day": "2026-03-01", "sites": []string{"a"}}, Families: []string{"a"},
		Account: AccountFacts{ClientNumber: "1", Tier: "gold"}, Now: NowFacts{Hour: 3, Weekday: "Monday"}}, {Item: "b", Answers: Answers{"everywhere": false, "n": -7, "m": 3}}}
	f.Fuzz(func(t *testing.T, source string) {
		scope := newScope(v.Facts(), maybeMissing)
		alone, problems := scope.compile(source)
		set := RuleSet{Rules: []Rule{{Name: "one", When: source, Then: Outcomes{Priority: 1}}}, Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "one"}}}
		c, _ := Compile(set, v)
		for _, facts := range all {
			d := c.Decide(facts)
			if len(problems) > 0 {
				if len(d.Trace.Failed) != 1 {
					t.Fatalf("%q is refused, and decides", source)
				}
				continue
			}
			holds, err := alone.holds(variables(v.facts, &facts))
			if (err != nil) != (len(d.Trace.Failed) > 0) || err == nil && holds != (d.By.Priority == "one") {
				t.Fatalf("%q over %+v: by itself %t (%v), in a set %v, failed %v", source, facts, holds, err, d.By, d.Trace.Failed)
			}
		}
	})
}

// The parser of files takes time with the square of how many entries have no value, so that a megabyte of them took half a
// minute.
func TestFilesOfEmptyEntriesAreRefused(t *testing.T) {
	for name, source := range map[string]string{
		"a list of nothing":               strings.Repeat("- \n", 340_000),
		"a list of comments":              strings.Repeat("- # a\n", 170_000),
		"keys without values":             strings.Repeat("x:\n", 340_000),
		"a list of keys":                  strings.Repeat("- a:\n", 200_000),
		"keys that are asked for":         strings.Repeat("? \n", 340_000),
		"names in brackets":               "rules: {" + strings.Repeat("a,", 500_000) + "}",
		"names among others in brackets":  "rules: {" + strings.Repeat("a: 1, b,", 120_000) + "}",
		"keys without values in brackets": "rules: {" + strings.Repeat("a:,", 340_000) + "}",
		"brackets in a list":              "rules: [" + strings.Repeat("{a},", 250_000) + "]",
	} {
		_, problems := Parse(source)
		if len(problems) != 1 || problems[0].Args["message"] != "too many entries without a value" {
			t.Errorf("%s: %.200v", name, problems)
		}
	}
	if set, problems := Parse("rules:\n  - {name: A, when: item == \"a\", then: {tags: [], priority: 1}, customer: {}}\nlet: {}\ndefault: {priority: 3, queue: Voice}\n"); len(problems) > 0 || len(set.Rules) != 1 {
		t.Errorf("some may be empty: %v", problems)
	}
}

func TestSharedNamesAreBounded(t *testing.T) {
	set := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  n%d: item == \"a\"\n", i)
		}
		return "let:\n" + b.String() + "default: {priority: 3, queue: Voice}\n"
	}
	if _, problems := Parse(set(maxNames)); len(problems) > 0 {
		t.Error(problems)
	}
	if _, problems := Parse(set(maxNames + 2)); len(problems) != 1 || !strings.Contains(problems[0].Message(), "more than 1000 shared names") {
		t.Error(problems)
	}
}

// Whatever the check was about when its time was up, it says so and stops.
func TestTheCheckOfVeryManyRulesStops(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "  - {name: r%d, when: answers.urgent and now.hour > %d, then: {priority: %d}}\n", i, i%24, 1+i%4)
	}
	set, problems := Parse("rules:\n" + b.String() + "default: {priority: 3, queue: Service Desk}\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	words, _ := NewVocabulary(demoWorld(t))
	c, _ := Compile(set, words)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	checked := c.Findings(over, Limits{}, nil)
	if checked.InTime || !slices.ContainsFunc(checked.Findings, func(f Finding) bool { return f.Code == FindLate }) {
		t.Errorf("it says that it is done: %d findings", len(checked.Findings))
	}
	if n := len(checked.Findings); n > 100 {
		t.Errorf("it went on: %d findings", n)
	}
}
