package rules

import (
	"os"
	"strings"
	"testing"
)

const commented = `# Who may change this: the service desk.
# about let
let: # beside let
  # above everywhere
  everywhere: answers.all_locations # beside everywhere
# about rules
rules:
  # above first
  #twice
  - name: First # beside name
    # above when
    when: answers.urgent and everywhere
    then: {priority: 1} # beside then
    customer: # beside customer
      en: You told us # beside en
      # above fr
      fr: Vous
    # below first
  # above second
  - name: Voice
    when: |- # beside literal
      item == "report-issue" # a part of the condition
      and "voice" in families
    then:
      queue: Voice
      # above request
      request:
        - en: The lights
          # above French
          fr: Les voyants
    note: Ask Bo. # beside note
# above default
default: {priority: 3, queue: Service Desk} # beside default
examples:
  # an example
  - name: x
    item: report-issue
    answers: {urgent: true}
    # above expect
    expect: {priority: 1}
# the end
`

func TestCommentsStandWhereTheyStood(t *testing.T) {
	set, problems := Parse(commented)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	if got := set.Format(); got != commented {
		t.Errorf("written as\n%s", got)
	}
}

func TestNoCommentIsLost(t *testing.T) {
	source := `
rules:
  - name: First
    when: "true"
    then: # c1
      # c2
      priority: 1 # c3
      tags: # c4
        # c5
        - a # c6
    customer: {} # c7
    # c8
    off: false
default:
  # c9
  priority: 3
  queue: Voice # c10
examples: [] # c11
`
	set, problems := Parse(source)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	once := set.Format()
	for i := range 11 {
		if mark := "# c" + string(rune('1'+i)); i < 9 && !strings.Contains(once, mark) {
			t.Errorf("%s is gone:\n%s", mark, once)
		}
	}
	for _, mark := range []string{"# c10", "# c11"} {
		if !strings.Contains(once, mark) {
			t.Errorf("%s is gone:\n%s", mark, once)
		}
	}
	again, problems := Parse(once)
	if problems.Err() != nil {
		t.Fatalf("%v:\n%s", problems, once)
	}
	if twice := again.Format(); twice != once {
		t.Errorf("written again:\n%s\nafter\n%s", twice, once)
	}
}

func TestARuleTakesItsCommentsAlong(t *testing.T) {
	set, _ := Parse(commented)
	set.Rules[0], set.Rules[1] = set.Rules[1], set.Rules[0]
	out := set.Format()
	if a, b := strings.Index(out, "# above second\n  - name: Voice"), strings.Index(out, "# above first\n  #twice\n  - name: First"); a < 0 || b < a {
		t.Errorf("moved:\n%s", out)
	}
	if changes := Diff(set, set); len(changes) > 0 {
		t.Errorf("differs from itself: %v", changes)
	}
}

func TestTheReadmesRulesAreRight(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, source, _ := strings.Cut(string(readme), "```yaml\n")
	source, _, _ = strings.Cut(source, "```")
	w := demoWorld(t)
	w.Staff = []string{"agent@boreal.test", "lead@boreal.test"}
	vocabulary, problems := NewVocabulary(w)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	set := parsed(t, source)
	if _, report := Check(set, vocabulary, demoLookup()); len(report.Problems) > 0 {
		t.Error(report.Problems)
	}
	if got := set.Format(); got != source || len(set.Rules) != 1 {
		t.Errorf("fmt writes\n%s", got)
	}
}
