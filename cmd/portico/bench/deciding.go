package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"portico/db/demo"
	"portico/rules"
)

const decideGroup = "Deciding"

// asked is how many different sets of facts are decided, by turns.
const asked = 500

// deciding measures the function that decides cases, in this process: it is the same that the portal calls.
func (b *bench) deciding(ctx context.Context) error {
	world, vocabulary, err := b.desk.World(ctx)
	if err != nil {
		return wrong(decideGroup, "the world", err)
	}
	if len(choicesOf(world)) == 0 || len(world.Tiers) == 0 || len(world.Queues) == 0 {
		return wrong(decideGroup, "the world", errors.New("there is nothing in it to make rules of"))
	}
	facts := randomFacts(world, vocabulary)
	source, err := demo.RuleSet()
	if err != nil {
		return wrong(decideGroup, "the demo's rules", err)
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		return wrong(decideGroup, "the demo's rules", problems)
	}
	type one struct {
		name string
		set  rules.RuleSet
		hand func(*rules.Facts) verdict
		aim  *Aim
	}
	all := []one{{"the demo's rules", set, demoByHand, nil}}
	for _, n := range []int{100, 1000} {
		set, hand := manyRules(world, n)
		o := one{fmt.Sprintf("%d rules of four conditions", n), set, hand, nil}
		if n == 1000 {
			o.aim = withinMilliseconds(.3)
		}
		all = append(all, o)
	}
	for _, o := range all {
		if !b.wants(decideGroup, o.name) && !b.wants(decideGroup, o.name+", without a trace") && !b.wants(decideGroup, o.name+", read naively") {
			continue
		}
		b.now(decideGroup, o.name)
		if err := b.decide(ctx, o.name, o.set, vocabulary, o.hand, facts, o.aim); err != nil {
			return wrong(decideGroup, o.name, err)
		}
	}
	return nil
}

// decide measures a rule set in three ways, each beside the same rules by hand: with the trace, as cases are opened;
// without, as cases are compared by the million; and as the semantics read, one rule after the other.
func (b *bench) decide(ctx context.Context, name string, set rules.RuleSet, v *rules.Vocabulary, hand func(*rules.Facts) verdict,
	facts []rules.Facts, aim *Aim) error {
	began := time.Now()
	compiled, problems := rules.Compile(set, v)
	took := time.Since(began)
	if len(problems) > 0 {
		return problems
	}
	naive, err := newNaive(set)
	if err != nil {
		return err
	}
	bare := compiled.NewDecider()
	for i := range facts {
		want := hand(&facts[i])
		for how, got := range map[string]verdict{"the rules": verdictOf(compiled.Decide(facts[i])), "without a trace": bareVerdict(compiled, bare.Decide(&facts[i])), "read naively": naive.decide(&facts[i])} {
			if got != want {
				return fmt.Errorf("%s decide %+v, and by hand it is %+v, for %+v", how, got, want, facts[i])
			}
		}
	}
	for _, way := range []struct {
		name  string
		batch int
		do    func(i int)
		aim   *Aim
		note  string
	}{
		{name, 16, func(i int) { compiled.Decide(facts[i]) }, aim, fmt.Sprintf("compiled in %.1f ms", milliseconds(took))},
		{name + ", without a trace", 256, func(i int) { bare.Decide(&facts[i]) }, nil, ""},
		{name + ", read naively", 16, func(i int) { naive.decide(&facts[i]) }, nil, ""},
	} {
		var of, under sample
		for range b.rounds() {
			of.add(b.repeat(ctx, way.batch, len(facts), way.do))
			under.add(b.repeat(ctx, 256, len(facts), func(i int) { hand(&facts[i]) }))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		f := b.report.add(decideGroup, way.name, of)
		f.Cost = cost(of, of.spent.own)
		f.under(under)
		f.Note = fmt.Sprintf("%.3g allocations; floor: the same by hand in Go; they agree", allocations(len(facts), way.do))
		if way.note != "" {
			f.Note += "; " + way.note
		}
		if way.aim != nil {
			way.aim.judge(f.CPU)
			f.Aim = way.aim
		}
	}
	return nil
}

// bareVerdict is what was decided without a trace.
func bareVerdict(c *rules.Compiled, v *rules.Verdict) verdict {
	by := func(outcome string) string { return c.RuleAt(v.Rules(outcome)[0]).Name }
	return verdict{v.Outcomes.Priority, v.Outcomes.Queue, by(rules.OutcomePriority), by(rules.OutcomeQueue)}
}

// allocations counts them for one time: the fewest of some counts, as whatever else runs in this process counts too.
func allocations(n int, do func(i int)) float64 {
	fewest := math.Inf(1)
	for range 10 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range n {
			do(i)
		}
		runtime.ReadMemStats(&after)
		fewest = min(fewest, float64(after.Mallocs-before.Mallocs)/float64(n))
	}
	return math.Round(fewest*10) / 10
}

// repeat does something for a while, on one core. What takes less time than a look at the clock is timed by the batch.
func (b *bench) repeat(ctx context.Context, batch, n int, do func(i int)) sample {
	var s sample
	used, began := self(), time.Now()
	for i := 0; time.Since(began) < b.slice() && ctx.Err() == nil; {
		at := time.Now()
		for range batch {
			do(i)
			i = (i + 1) % n
		}
		s.took = append(s.took, time.Since(at)/time.Duration(batch))
	}
	s.wall = time.Since(began) / time.Duration(batch) // as if each batch were one
	s.spent.own = (self() - used) / time.Duration(batch)
	return s
}

// randomFacts are facts as forms give them, the same each time.
func randomFacts(w rules.World, v *rules.Vocabulary) []rules.Facts {
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // nothing here is a secret
	pick := func(list []string) string { return list[dice.IntN(len(list))] }
	choices := choicesOf(w)
	var items []string
	for _, i := range w.Items {
		items = append(items, i.Key)
	}
	list := make([]rules.Facts, asked)
	for n := range list {
		a := rules.Answers{}
		if dice.IntN(10) > 0 {
			c := choices[dice.IntN(len(choices))]
			a["service"], a["issue_type"] = c.service, c.issue
		}
		for _, key := range []string{"urgent", "all_locations", "intermittent"} {
			if dice.IntN(4) > 0 {
				a[key] = dice.IntN(2) == 0
			}
		}
		if dice.IntN(3) == 0 {
			a["additional"] = true
			a["additional_services"] = []string{choices[dice.IntN(len(choices))].service}
		}
		account := rules.AccountFacts{Name: "An account", ClientNumber: "100001", Tier: pick(w.Tiers), Depth: 1, Path: []string{"A customer", "An account"}}
		contact := rules.ContactFacts{Language: "en", Roles: []string{"customer"}}
		now := rules.NowFacts{Hour: dice.IntN(24), Weekday: "Monday", BusinessHours: dice.IntN(2) == 0}
		list[n] = v.NewFacts(pick(items), a, account, contact, now)
	}
	return list
}

// choice is a service with one of the types of issue that it may have.
type choice struct{ service, issue string }

func choicesOf(w rules.World) (list []choice) {
	for _, f := range w.Families {
		for _, s := range w.Services {
			if s.Family != f.Key {
				continue
			}
			for _, t := range f.IssueTypes {
				list = append(list, choice{s.Name, t.Value})
			}
		}
	}
	return list
}
