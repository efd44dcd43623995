package rules

import (
	"fmt"
	"testing"
)

func TestCoverageTellsWhatNoExampleExercises(t *testing.T) {
	set := parsed(t, `rules:
  - name: Urgent
    when: answers.urgent
    then: {priority: 1, tags: [urgent]}
  - name: Also urgent
    when: answers.urgent
    then: {priority: 2, tags: [also]}
  - name: Off
    when: answers.urgent
    then: {queue: Voice}
    off: true
  - name: Never
    when: item == "billing-inquiry"
    then: {queue: Billing}
default: {priority: 3, queue: Service Desk, tags: [plain]}
examples:
  - name: urgent, and expected otherwise
    item: report-issue
    answers: {urgent: true}
    expect: {priority: 4}
  - name: what can't be asked shows nothing
    item: no-such-item
    expect: {priority: 4}
`)
	c := compiled(t, set)
	covered := c.Coverage(c.Test(Lookup{}))
	want := `[{Urgent 0 1 [priority tags] []} {Also urgent 1 1 [tags] [priority]} {Never 3 0 [] [queue]} {default -1 1 [queue] [priority tags]}]`
	if got := fmt.Sprint(covered); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := Uncovered(covered); len(got) != 3 || len(covered) != 4 {
		t.Errorf("uncovered are %v of %v", got, covered)
	}
}

func TestTheDemosExamplesExerciseAllOfItsRules(t *testing.T) {
	c := compiled(t, demoSet(t))
	if left := Uncovered(c.Coverage(c.Test(demoLookup()))); len(left) != 1 || left[0].Rule != "Urgent" && left[0].Rule != ByDefault {
		t.Errorf("left are %v", left)
	}
}
