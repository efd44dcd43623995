package db_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"

	"github.com/casbin/casbin/v2/model"
)

const anyModel = `
[request_definition]
r = role, action, reach
[policy_definition]
p = role, action, reach
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.role == p.role
`

func newModel(t *testing.T, rules ...[]string) model.Model {
	t.Helper()
	m, err := model.NewModelFromString(anyModel)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.AddPolicies("p", "p", rules); err != nil {
		t.Fatal(err)
	}
	return m
}

// stored reads the policy's lines, sorted.
func stored(t *testing.T, lines db.PolicyLines) [][]string {
	t.Helper()
	m := newModel(t)
	if err := lines.LoadPolicy(m); err != nil {
		t.Fatal(err)
	}
	rules, err := m.GetPolicy("p", "p")
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(rules, slices.Compare)
	return rules
}

func TestPolicyLines(t *testing.T) {
	lines := dbtest.New(t).PolicyLines()
	var (
		seeOwn   = []string{"customer", "see", "own"}
		seeAll   = []string{"agent", "see", "all"}
		work     = []string{"agent", "work", "queues"}
		leadWork = []string{"team-lead", "work", "queues"}
	)
	expect := func(step string, want ...[]string) {
		t.Helper()
		slices.SortFunc(want, slices.Compare)
		if got := stored(t, lines); !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%s: %q, want %q", step, got, want)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	do(lines.SavePolicy(newModel(t, seeOwn, seeAll)))
	expect("saved", seeOwn, seeAll)
	do(lines.AddPolicies("p", "p", [][]string{work, leadWork}))
	do(lines.AddPolicy("p", "p", seeAll))
	expect("added, one of them again", seeOwn, seeAll, work, leadWork)
	do(lines.RemovePolicy("p", "p", []string{"customer", "see"}))
	expect("a part of a line is not that line", seeOwn, seeAll, work, leadWork)
	do(lines.RemovePolicy("p", "p", seeOwn))
	expect("removed", seeAll, work, leadWork)
	do(lines.RemoveFilteredPolicy("p", "p", 1, "work", ""))
	expect("removed by a value", seeAll)
	do(lines.SavePolicy(newModel(t, leadWork)))
	expect("replaced", leadWork)
	do(lines.SavePolicy(newModel(t)))
	expect("emptied")

	if err := lines.AddPolicies("p", "p", [][]string{work, {"1", "2", "3", "4", "5", "6", "7"}}); err == nil {
		t.Error("a line of seven values is stored")
	}
	if err := lines.RemoveFilteredPolicy("p", "p", 5, "a", "b"); err == nil {
		t.Error("a seventh value is looked for")
	}
	expect("nothing of what was refused")
}

func TestPolicyLinesTellOfAChange(t *testing.T) {
	d := dbtest.New(t)
	ctx, cancel := context.WithCancel(context.Background())
	heard, ended := make(chan db.Topic, 10), make(chan struct{})
	go func() {
		defer close(ended)
		d.Listen(ctx, slog.New(slog.DiscardHandler), func(topic db.Topic) { heard <- topic })
	}()
	defer func() { cancel(); <-ended }()

	next := func() db.Topic {
		t.Helper()
		select {
		case topic := <-heard:
			return topic
		case <-time.After(10 * time.Second):
			t.Fatal("heard nothing")
			return ""
		}
	}
	if topic := next(); topic != db.Everything {
		t.Fatalf("heard %q first", topic)
	}
	if err := d.PolicyLines().AddPolicy("p", "p", []string{"agent", "see", "all"}); err != nil {
		t.Fatal(err)
	}
	if topic := next(); topic != db.PolicyChanged {
		t.Errorf("heard %q", topic)
	}
}
