package bench

import (
	"fmt"
	"slices"

	"portico/rules"
)

// verdict is what a decision comes to, and by which rules.
type verdict struct {
	priority             int
	queue                string
	priorityBy, queuedBy string
}

// verdictOf is what rules decided.
func verdictOf(d rules.Decision) verdict {
	return verdict{d.Outcomes.Priority, d.Outcomes.Queue, d.By.Priority, d.By.Queue}
}

func (v *verdict) setPriority(rule string, to int) {
	if v.priorityBy == "" {
		v.priorityBy, v.priority = rule, to
	}
}

func (v *verdict) setQueue(rule, to string) {
	if v.queuedBy == "" {
		v.queuedBy, v.queue = rule, to
	}
}

// demoByHand is the demo's rule set as somebody would write it in Go who needs no administrator to change it, no trace
// and no explanation.
func demoByHand(f *rules.Facts) (v verdict) {
	yes := func(key string) bool { b, _ := f.Answers[key].(bool); return b }
	issue := f.Item == "report-issue"
	urgent, everywhere, intermittent := yes("urgent"), yes("all_locations"), yes("intermittent")
	if issue && slices.Contains(f.Services, "911 service") {
		v.setPriority("Emergency calling", 1)
		v.setQueue("Emergency calling", "Voice")
	}
	if urgent && everywhere {
		v.setPriority("Urgent and everywhere", 1)
	}
	if urgent {
		v.setPriority("Urgent", 2)
	}
	if everywhere && !intermittent {
		v.setPriority("Everywhere, all the time", 2)
	}
	if intermittent && !everywhere {
		v.setPriority("Comes and goes, in places", 4)
	}
	if issue {
		for _, q := range []struct{ family, rule, queue string }{
			{"voice", "Voice", "Voice"}, {"data", "Data", "Data & Network"}, {"security", "Security", "Security"},
		} {
			if slices.Contains(f.Families, q.family) {
				v.setQueue(q.rule, q.queue)
			}
		}
	}
	switch f.Item {
	case "technical-change-request":
		v.setPriority("Changes", 4)
		v.setQueue("Changes", "Change Desk")
	case "billing-inquiry":
		v.setPriority("Billing", 4)
		v.setQueue("Billing", "Billing")
	}
	v.setPriority(rules.ByDefault, 3)
	v.setQueue(rules.ByDefault, "Service Desk")
	return v
}

// manyRules makes a rule set of so many rules, and the same by hand.
func manyRules(w rules.World, n int) (rules.RuleSet, func(*rules.Facts) verdict) {
	type plain struct {
		choice
		name, tier string
		before     int
		priority   int
		queue      string
	}
	choices := choicesOf(w)
	fallback := rules.Outcomes{Priority: 3, Queue: w.Queues[0]}
	set := rules.RuleSet{Default: rules.Default{Outcomes: fallback}}
	var list []plain
	for i := range n {
		r := plain{choice: choices[i%len(choices)], name: fmt.Sprintf("Rule %d", i+1), tier: w.Tiers[i/len(choices)%len(w.Tiers)], before: 1 + i%24}
		if i%2 == 0 {
			r.priority = 1 + i/2%4
		} else {
			r.queue = w.Queues[i/2%len(w.Queues)]
		}
		list = append(list, r)
		set.Rules = append(set.Rules, rules.Rule{
			Name: r.name, Then: rules.Outcomes{Priority: r.priority, Queue: r.queue},
			When: fmt.Sprintf("answers.service == %q and answers.issue_type == %q and account.tier == %q and now.hour < %d", r.service, r.issue, r.tier, r.before),
		})
	}
	return set, func(f *rules.Facts) (v verdict) {
		service, issue := f.Answers.Text("service"), f.Answers.Text("issue_type")
		for i := range list {
			r := &list[i]
			if r.service != service || r.issue != issue || r.tier != f.Account.Tier || f.Now.Hour >= r.before {
				continue
			}
			if r.priority != 0 {
				v.setPriority(r.name, r.priority)
			} else {
				v.setQueue(r.name, r.queue)
			}
		}
		v.setPriority(rules.ByDefault, fallback.Priority)
		v.setQueue(rules.ByDefault, fallback.Queue)
		return v
	}
}
