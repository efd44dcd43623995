package rules

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchmarkSets are the demo's rules, and as many as a large provider would have.
func benchmarkSets(t testing.TB) map[string]*Compiled {
	return map[string]*Compiled{"demo": compiled(t, demoSet(t)), "100": compiled(t, manyRules(100)), "1000": compiled(t, manyRules(1000))}
}

// manyRules are rules of four conditions each.
func manyRules(n int) RuleSet {
	set := RuleSet{Default: Default{Outcomes: Outcomes{Priority: 3, Queue: "Service Desk"}}}
	for i := range n {
		o := Outcomes{Priority: 1 + i%4}
		if i%2 == 1 {
			o = Outcomes{Queue: "Voice", Tags: []string{fmt.Sprint("tag ", i%30)}}
		}
		set.Rules = append(set.Rules, Rule{Name: fmt.Sprint("Rule ", i), Then: o, When: fmt.Sprintf(
			"answers.service == %q and answers.issue_type == %q and account.tier == %q and now.hour < %d",
			[]string{"Hosted Voice", "SD-WAN", "911 service", "Fibre Internet"}[i%4], []string{"Other", "Calls drop", "Packet loss"}[i%3],
			[]string{"gold", "standard"}[i%2], 1+i%24)})
	}
	return set
}

func benchmarkFacts(dice *rand.Rand) []Facts {
	all := make([]Facts, 500)
	pick := func(list ...string) string { return list[dice.IntN(len(list))] }
	for i := range all {
		a := Answers{"service": pick("Hosted Voice", "SD-WAN", "911 service", "Fibre Internet", "Cable Internet"), "issue_type": pick("Other", "Calls drop", "No dial tone")}
		for _, key := range []string{"urgent", "all_locations", "intermittent"} {
			if dice.IntN(4) > 0 {
				a[key] = dice.IntN(2) == 0
			}
		}
		all[i] = Facts{Item: pick("report-issue", "technical-change-request"), Type: "Issue", Answers: a,
			Services: []string{a["service"].(string)}, Families: []string{pick("voice", "data")},
			Account: AccountFacts{Name: "An account", ClientNumber: "1", Tier: pick("gold", "standard")},
			Contact: ContactFacts{Language: "en"}, Now: NowFacts{Hour: dice.IntN(24), Weekday: "Monday"}}
	}
	return all
}

func BenchmarkDecide(b *testing.B) {
	for name, c := range benchmarkSets(b) {
		all := benchmarkFacts(rand.New(rand.NewPCG(3, 4)))
		b.Run(name+"/bare", func(b *testing.B) {
			decider := c.NewDecider()
			b.ReportAllocs()
			for i := range b.N {
				decider.Decide(&all[i%len(all)])
			}
		})
		b.Run(name+"/traced", func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				c.Decide(all[i%len(all)])
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	v := demoVocabulary(b)
	for _, n := range []int{100, 1000} {
		set := manyRules(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				_, _ = Compile(set, v)
			}
		})
	}
}
