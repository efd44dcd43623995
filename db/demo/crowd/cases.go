package crowd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"portico/db"
	"portico/db/demo"

	"golang.org/x/sync/errgroup"
)

// part is how many cases come in one transaction: few enough to be made anew after a kill, and to be held by each
// connection; many enough that a transaction costs nothing beside them.
var part = 500

// connections are how many parts are on their way at once: while one is drawn, another's database works.
var connections = min(2*runtime.GOMAXPROCS(0), 12)

// plan is when all cases were opened, and their numbers, in the order of both.
type plan struct {
	at      []time.Time
	numbers []db.Number
}

func (s State) plan() plan {
	rng := rand.New(rand.NewPCG(s.Seed, 1))
	p := plan{at: demo.Moments(rng, s.Now, s.Cases), numbers: make([]db.Number, s.Cases)}
	next := s.First
	for i := range p.numbers {
		p.numbers[i] = next
		next++
		if rng.IntN(30) == 0 { // as rolled-back submissions leave gaps
			next++
		}
	}
	return p
}

// addCases adds the cases that are not there yet.
func (s State) addCases(ctx context.Context, d *db.DB, w Watcher) error {
	w.Step("Cases")
	world, err := demo.ReadWorld(ctx, d, s.chance)
	if err != nil {
		return err
	}
	p := s.plan()
	there, err := p.parts(ctx, d)
	if err != nil {
		return err
	}

	work, working := errgroup.WithContext(ctx)
	work.SetLimit(connections)
	count := counter{of: s.Cases, told: w.Done}
	count.add(0)
	for from := 0; from < s.Cases && working.Err() == nil; from += part {
		to := min(from+part, s.Cases)
		if there[p.numbers[from]] {
			count.add(to - from)
			continue
		}
		work.Go(func() error {
			if err := s.addPart(working, d, world, p, from, to); err != nil {
				return fmt.Errorf("cases %s to %s: %w", p.numbers[from], p.numbers[to-1], err)
			}
			count.add(to - from)
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	return d.ReserveNumbers(ctx, p.numbers[s.Cases-1])
}

// parts finds those that are there: each came in one transaction, so its first case tells of all.
func (p plan) parts(ctx context.Context, d *db.DB) (map[db.Number]bool, error) {
	var first []db.Number
	for from := 0; from < len(p.numbers); from += part {
		first = append(first, p.numbers[from])
	}
	found, err := d.Given(ctx, first)
	if err != nil {
		return nil, err
	}
	there := make(map[db.Number]bool, len(found))
	for _, n := range found {
		there[n] = true
	}
	return there, nil
}

func (s State) addPart(ctx context.Context, d *db.DB, world *demo.World, p plan, from, to int) error {
	cases, long := make([]db.PastCase, 0, to-from), s.long()
	for i := from; i < to; i++ {
		drawn := demo.Drawn{Number: p.numbers[i], At: p.at[i], Now: s.Now}
		if slices.Contains(long, i) {
			drawn.Turns = 500
		}
		c, err := world.Draw(rand.New(rand.NewPCG(s.Seed, uint64(i)+1<<32)), drawn)
		if err != nil {
			return err
		}
		cases = append(cases, c)
	}
	return d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Hurry(ctx); err != nil {
			return err
		}
		return tx.AddPast(ctx, cases)
	})
}

// long are the cases whose conversations went on for months, by position: a handful, long enough ago to be whole.
func (s State) long() []int {
	all := make([]int, 5)
	for i := range all {
		all[i] = s.Cases * (i + 1) / 20
	}
	return all
}

// chance is how many cases a contact opens: few of them most.
func (s State) chance(who db.SignedIn) int {
	rng := rand.New(rand.NewPCG(s.Seed, uint64(who.Person.ID)+1<<48))
	switch {
	case slices.Contains(known, who.Person.Email):
		return 60
	case rng.IntN(10) == 0:
		return 12
	case len(who.Grants) > 1:
		return 2
	}
	return 3
}
