package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
		if !b.wants(decideGroup, o.name) {
			continue
		}
		b.now(decideGroup, o.name)
		if err := b.decide(ctx, o.name, o.set, vocabulary, o.hand, facts, o.aim); err != nil {
			return wrong(decideGroup, o.name, err)
		}
	}
	return nil
}

func (b *bench) decide(ctx context.Context, name string, set rules.RuleSet, v *rules.Vocabulary, hand func(*rules.Facts) verdict,
	facts []rules.Facts, aim *Aim) error {
	compiled, problems := rules.Compile(set, v)
	if len(problems) > 0 {
		return problems
	}
	for i := range facts {
		if got, want := verdictOf(compiled.Decide(facts[i])), hand(&facts[i]); got != want {
			return fmt.Errorf("the rules decide %+v, and by hand it is %+v, for %+v", got, want, facts[i])
		}
	}
	var of, under sample
	for range b.rounds() {
		of.add(b.repeat(ctx, 1, len(facts), func(i int) { compiled.Decide(facts[i]) }))
		under.add(b.repeat(ctx, 256, len(facts), func(i int) { hand(&facts[i]) }))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	f := b.report.add(decideGroup, name, of)
	c := cost(of, of.spent.own)
	f.Cost = c
	f.under(under)
	f.Note = "floor: the same by hand in Go; they agree"
	if aim != nil {
		aim.judge(f.CPU)
		f.Aim = aim
	}
	return nil
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
