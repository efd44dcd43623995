package rules

import (
	"strings"
	"testing"
)

// testScope has one fact of each type under answers, all of which may be missing, and two that are always there.
func testScope() *scope {
	s := newScope([]Fact{
		{Path: "answers.urgent", Type: Bool}, {Path: "answers.everywhere", Type: Bool},
		{Path: "answers.service", Type: Str, Choices: []string{"SD-WAN", "Hosted Voice"}}, {Path: "answers.note", Type: Str},
		{Path: "answers.n", Type: Int}, {Path: "answers.m", Type: Int}, {Path: "answers.day", Type: Day},
		{Path: "answers.sites", Type: List, Choices: []string{"a", "b", "SD-WAN"}}, {Path: "item", Type: Str}, {Path: "families", Type: List},
	}, maybeMissing)
	return s
}

// testEnv are variables for the scope; what is not given is missing.
func testEnv(s *scope, values map[string]any) map[string]any {
	env := map[string]any{}
	for path, f := range s.facts {
		value := values[path]
		ok := fits(f.Type, value)
		if !ok {
			value = zero[f.Type]
		}
		env[path], env[has(path)] = value, ok
	}
	return env
}

func ask(t *testing.T, s *scope, source string, values map[string]any) bool {
	t.Helper()
	c, problems := s.compile(source)
	if problems.Err() != nil || c == nil {
		t.Fatalf("%s: %v", source, problems)
	}
	got, err := c.holds(testEnv(s, values))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return got
}

func TestAMissingAnswerReads(t *testing.T) {
	s := testScope()
	if p := s.define("all", `true`); p.Err() != nil {
		t.Fatal(p)
	}
	for _, l := range []Let{{"everywhere", "answers.everywhere"}, {"both", "everywhere and answers.urgent"}, {"next", "answers.n + 1"}, {"voice", `"Hosted Voice"`}} {
		if p := s.define(l.Name, l.Expr); p.Err() != nil {
			t.Fatal(p)
		}
	}
	for source, want := range map[string]bool{
		// as true or false
		`answers.urgent`:                            false,
		`not answers.urgent`:                        true,
		`!answers.urgent`:                           true,
		`not not answers.urgent`:                    false,
		`answers.urgent or true`:                    true,
		`not (answers.urgent and true)`:             true,
		`not (answers.urgent or false)`:             true,
		`not answers.urgent and not answers.urgent`: true,
		// comparisons
		`answers.service == "SD-WAN"`:      false,
		`"SD-WAN" == answers.service`:      false,
		`answers.urgent == true`:           false,
		`answers.urgent == false`:          false,
		`answers.n < 5`:                    false,
		`answers.n <= 0`:                   false,
		`answers.n > -1`:                   false,
		`answers.n >= 0`:                   false,
		`answers.n == 0`:                   false,
		`-1 < answers.n < 5`:               false,
		`answers.service in ["SD-WAN"]`:    false,
		`answers.service in answers.sites`: false,
		`answers.service in families`:      false,
		`"a" in answers.sites`:             false,
		`answers.note contains ""`:         false,
		`answers.note startsWith ""`:       false,
		`answers.note endsWith ""`:         false,
		`answers.note matches ".*"`:        false,
		`answers.day < "2030-01-01"`:       false,
		`answers.note == answers.service`:  false,
		`answers.n == answers.m`:           false,
		`answers.urgent == answers.urgent`: false,
		`"x" contains answers.note`:        false,
		// opposites
		`answers.service != "SD-WAN"`:           true,
		`answers.urgent != true`:                true,
		`answers.urgent != false`:               true,
		`answers.n != 0`:                        true,
		`answers.n != answers.n`:                true,
		`answers.service not in ["SD-WAN"]`:     true,
		`"a" not in answers.sites`:              true,
		`answers.note not contains ""`:          true,
		`not (answers.service == "SD-WAN")`:     true,
		`not (answers.service != "SD-WAN")`:     false,
		`not ("a" in answers.sites)`:            true,
		`(answers.service != "SD-WAN") == true`: true,
		`(not answers.urgent) == true`:          true,
		`(answers.urgent or false) == false`:    true,
		`(answers.n > 1) != true`:               true,
		// arithmetic and arguments
		`answers.n + 1 > 0`:           false,
		`answers.n * 0 == 0`:          false,
		`-answers.n <= 0`:             false,
		`1 - answers.n != 1`:          true,
		`len(answers.note) == 0`:      false,
		`len(answers.sites) < 1`:      false,
		`len(answers.sites) + 1 == 1`: false,
		`lower(answers.note) == ""`:   false,
		`upper(answers.note) != ""`:   true,
		`10 % answers.n == 0`:         false, // and does not divide by nothing
		`answers.n / answers.n == 1`:  false,
		// asking
		`answered(answers.sites)`:                    false,
		`not answered(answers.sites)`:                true,
		`answered(answers.urgent) or answers.urgent`: false,
		`answered(answers.urgent) == false`:          true,
		`answered(item)`:                             true,
		`answered(everywhere)`:                       false,
		// shared names read as what they stand for
		`everywhere`:               false,
		`not everywhere`:           true,
		`everywhere != true`:       true,
		`everywhere == false`:      false,
		`not both`:                 true,
		`both == false`:            true,
		`next > 0`:                 false,
		`not (next > 0)`:           true,
		`next != 1`:                true,
		`answers.service == voice`: false,
		`answers.service != voice`: true,
	} {
		if got := ask(t, s, source, nil); got != want {
			t.Errorf("%s reads %t, want %t", source, got, want)
		}
	}
}

func TestAGivenAnswerReads(t *testing.T) {
	s := testScope()
	values := map[string]any{"answers.urgent": true, "answers.everywhere": false, "answers.service": "SD-WAN", "answers.n": 3,
		"answers.m": 2, "answers.day": "2026-03-01", "answers.sites": []string{"a"}, "item": "x", "families": []string{"voice"}, "answers.note": "Été 2026"}
	for source, want := range map[string]bool{
		`answers.urgent and not answers.everywhere`:         true,
		`answers.everywhere == false`:                       true,
		`answers.service == "SD-WAN" && item == "x"`:        true,
		`answers.service != "SD-WAN"`:                       false,
		`answers.n % answers.m == 1`:                        true,
		`answers.n / answers.m > 1.4`:                       true,
		`1 < answers.n < 3`:                                 false,
		`answers.day >= "2026-03-01"`:                       true,
		`"a" in answers.sites and "b" not in answers.sites`: true,
		`"voice" in families`:                               true,
		`lower(answers.note) startsWith "été"`:              true,
		`answers.note matches "[0-9]{4}$"`:                  true,
		`len(answers.note) == 8`:                            true,
		`answered(answers.sites)`:                           true,
		`answers["n"] == 3`:                                 true,
	} {
		if got := ask(t, s, source, values); got != want {
			t.Errorf("%s reads %t, want %t", source, got, want)
		}
	}
}

func TestWhatIsWrongIsSaidWhereItIs(t *testing.T) {
	s := testScope()
	_ = s.define("mine", "answers.urgent")
	for _, test := range []struct{ source, code, at, suggestion string }{
		{`answers.urgnt`, CodeUnknownFact, "urgnt", "answers.urgent"},
		{`urgent and true`, CodeUnknownFact, "urgent", "answers.urgent"},
		{`Item == "x"`, CodeUnknownFact, "Item", "item"},
		{`mien`, CodeUnknownFact, "mien", "mine"},
		{`answers == 1`, CodeUnknownFact, "answers", "answers.m"},
		{"true and\nanswers.service == \"sd wan\"", CodeUnknownChoice, `"sd wan"`, "SD-WAN"},
		{`"SD_WAN" != answers.service`, CodeUnknownChoice, `"SD_WAN"`, "SD-WAN"},
		{`answers.service in ["SD-WAN", "Hosted Voise"]`, CodeUnknownChoice, `"Hosted Voise"`, "Hosted Voice"},
		{`"c" not in answers.sites`, CodeUnknownChoice, `"c"`, ""},
		{`answers.n == "3"`, CodeMismatch, "==", ""},
		{`answers.n in answers.sites`, CodeMismatch, "n", ""},
		{`answers.sites == answers.sites`, CodeMismatch, "==", ""},
		{`answers.service in "SD-WAN"`, CodeNotList, `"SD-WAN"`, ""},
		{`answers.service and true`, CodeNotBool, "service", ""},
		{`not answers.service == "SD-WAN"`, CodeNotBool, "service", ""},
		{`answers.urgent > true`, CodeNoOrder, ">", ""},
		{`answers.service + 1 == 2`, CodeNotNumber, "service", ""},
		{`1.5 % 2 == 0`, CodeNotNumber, "1.5", ""},
		{`answers.sites contains "a"`, CodeUseIn, "sites", ""},
		{`answers.n contains "a"`, CodeNotTextual, "n", ""},
		{`answers.note matches answers.service`, CodePatternFixed, "service", ""},
		{`answers.note matches "("`, CodeBadPattern, `"("`, ""},
		{`answers.day == "tomorrow"`, CodeNotDate, `"tomorrow"`, ""},
		{`answers.service`, CodeNotCondition, "service", ""},
		{`1 + 1`, CodeNotCondition, "+", ""},
		{`item in [item]`, CodeListLiterals, "item", ""},
		{`lne(answers.note) == 1`, CodeUnknownFunction, "lne", "len"},
		{`now() == now()`, CodeUnknownFunction, "now", ""},
		{`len() == 1`, CodeOneArgument, "len", ""},
		{`len(answers.n) == 1`, CodeArgument, "n", ""},
		{`answered(answers.n + 1)`, CodeNotFact, "+", ""},
		{`all(families, # == "a")`, CodeUnknownFunction, "all", ""},
		{`families | len() == 1`, CodeNotAllowed, "|", ""},
		{`let x = 1; x == 1`, CodeNotAllowed, "let", ""},
		{`true; true`, CodeNotAllowed, ";", ""},
		{`answers.urgent ? true : false`, CodeNotAllowed, "", ""},
		{`answers?.urgent`, CodeNotAllowed, "", ""},
		{`answers.note.x == 1`, CodeNotAllowed, "x", ""},
		{`answers.sites[0] == "a"`, CodeNotAllowed, "", ""},
		{`answers.note[0:1] == "a"`, CodeNotAllowed, "", ""},
		{`answers.urgent == nil`, CodeNotAllowed, "nil", ""},
		{`{"a": 1} == 1`, CodeNotAllowed, "", ""},
		{`1..3 == 1`, CodeNotAllowed, "..", ""},
		{`(answers.note ?? "") == ""`, CodeNotAllowed, "??", ""},
		{`answers.urgent = true`, CodeSingleEquals, "=", ""},
		{`answers.urgent and`, CodeUnexpectedEnd, "", ""},
		{`answers.urgent answers.n`, CodeUnexpected, "answers", ""},
		{`answers.note == "open`, CodeSyntax, "", ""},
		{`   `, CodeEmpty, "", ""},
		{strings.Repeat("(", 5000), CodeConditionLong, "", ""},
		{strings.Repeat("true or ", 510) + "true", CodeTooBig, "", ""},
	} {
		c, problems := s.compile(test.source)
		if len(problems) == 0 || c != nil {
			t.Errorf("%.60s: no complaint", test.source)
			continue
		}
		p := problems[0]
		if p.Code != test.code || p.Suggestion != test.suggestion {
			t.Errorf("%.60s: %s (%q), want %s (%q)", test.source, p.Code, p.Suggestion, test.code, test.suggestion)
		}
		if test.at == "" {
			continue
		}
		text := []rune(test.source)
		if got := string(text[p.From:min(p.To, len(text))]); got != test.at {
			t.Errorf("%s: points at %q, want %q", test.source, got, test.at)
		}
		before := string(text[:p.From])
		if line := 1 + strings.Count(before, "\n"); p.Line != line || p.Column != len([]rune(before[strings.LastIndex(before, "\n")+1:]))+1 {
			t.Errorf("%s: at %d:%d", test.source, p.Line, p.Column)
		}
		if strings.ContainsAny(p.Message(), "{}") {
			t.Errorf("%s: %s", test.source, p.Message())
		}
	}
}

func TestAConditionTellsAllThatIsWrong(t *testing.T) {
	_, problems := testScope().compile(`answers.urgnt and answers.service == "x"`)
	if len(problems) != 2 {
		t.Errorf("%d problems, want 2: %v", len(problems), problems)
	}
}

func TestSharedNamesCannotMultiplyWithoutEnd(t *testing.T) {
	s := testScope()
	_ = s.define("a0", "answers.urgent")
	var last Problems
	for i := range 40 {
		name, before := string(rune('b'+i%20))+strings.Repeat("x", i/20), "a0"
		if i > 0 {
			before = string(rune('b'+(i-1)%20)) + strings.Repeat("x", (i-1)/20)
		}
		if last = s.define(name, before+" or "+before); len(last) > 0 {
			break
		}
	}
	if len(last) != 1 || last[0].Code != CodeTooBig {
		t.Errorf("got %v, want one complaint of its size", last)
	}
}

func TestWhereAConditionLeansOnWhatIsMissing(t *testing.T) {
	s := testScope()
	c, problems := s.compile(`answers.urgent and not answers.everywhere and answers.n != 1 and "a" not in answers.sites and answered(answers.m) and item == "x"`)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	want := []Lean{{Fact: "answers.urgent"}, {Fact: "answers.everywhere", Holds: true}, {Fact: "answers.n", Holds: true}, {Fact: "answers.sites", Holds: true}}
	if len(c.leans) != len(want) {
		t.Fatalf("leans on %v", c.leans)
	}
	for i, l := range c.leans {
		if l.Fact != want[i].Fact || l.Holds != want[i].Holds {
			t.Errorf("leans on %v, want %v", l, want[i])
		}
	}
}

func TestWhatFailsAtRunTimeIsAnError(t *testing.T) {
	s := testScope()
	c, problems := s.compile(`10 % answers.n == 0`)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	if _, err := c.holds(testEnv(s, map[string]any{"answers.n": 0})); err == nil {
		t.Error("a remainder by zero is no error")
	}
}

// variables are facts as expr's machine reads them.
func variables(of []readable, f *Facts) map[string]any {
	env := make(map[string]any, 2*len(of))
	for _, r := range of {
		value := r.read(f)
		if ok := fits(r.Type, value); ok {
			env[r.Path], env[r.has] = value, true
		} else {
			env[r.Path], env[r.has] = zero[r.Type], false
		}
	}
	return env
}
