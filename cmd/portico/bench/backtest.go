package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/google/uuid"
)

const backtestGroup = "Drafts held against past cases"

// backtests measures what it takes to decide all cases again, beside merely reading their facts; and what who asks for a list
// notices of it.
func (b *bench) backtests(ctx context.Context) error {
	world, _, err := b.desk.World(ctx)
	if err != nil {
		return wrong(backtestGroup, "the world", err)
	}
	if len(choicesOf(world)) == 0 || len(world.Tiers) == 0 || len(world.Queues) == 0 {
		return wrong(backtestGroup, "the world", errors.New("there is nothing in it to make rules of"))
	}
	set, _ := manyRules(world, 200)
	for _, one := range []struct {
		name    string
		measure func(ctx context.Context, name, source string) error
	}{
		{"200 rules over all cases", b.backtest},
		{"a list while a backtest is running", b.beside},
	} {
		if !b.wants(backtestGroup, one.name) {
			continue
		}
		b.now(backtestGroup, one.name)
		if err := one.measure(ctx, one.name, set.Format()); err != nil {
			return wrong(backtestGroup, one.name, err)
		}
	}
	return nil
}

// backtestTurns is how often all cases are read, by turns with the floor.
const backtestTurns = 2

// backtest counts a case as once. Its floor reads the same facts by the same statement, over as many connections at once, and
// throws them away.
func (b *bench) backtest(ctx context.Context, name, source string) error {
	var of, under sample
	all := 0
	for range backtestTurns {
		found, err := b.meteredCases(ctx, &of, func() (int, error) {
			done, _, err := b.desk.CompareCases(ctx, source, desk.NewBacktest{}, func(int, int, int) {})
			return done.Tally.Cases, err
		})
		if err != nil {
			return err
		}
		read, err := b.meteredCases(ctx, &under, func() (int, error) { return b.readFacts(ctx) })
		if err != nil {
			return err
		}
		if found != read {
			return fmt.Errorf("%d cases were decided, and %d are there", found, read)
		}
		all = found
	}
	f := b.report.add(backtestGroup, name, of)
	c := cost(of, of.spent.own)
	f.Cost = c
	f.under(under)
	f.P50, f.P99, f.Max, f.Floor.P50, f.Floor.P99, f.Floor.Max = 0, 0, 0, 0, 0, 0 // a case has no time of its own
	f.Note = fmt.Sprintf("%s cases, against what is live; floor: their facts read and thrown away, %s a second over as many connections",
		thousands(float64(all)), thousands(f.Floor.PerSecond))
	if b.report.MeasuresPostgres {
		f.Aim = timesFloor(2)
		f.Aim.judge(f.Ratio)
	}
	return nil
}

// meteredCases takes what goes through cases for so many times that something was done.
func (b *bench) meteredCases(ctx context.Context, into *sample, do func() (int, error)) (cases int, err error) {
	s, err := b.metered(ctx, func() (sample, error) {
		began := time.Now()
		var err error
		cases, err = do()
		wall := time.Since(began)
		return sample{took: slices.Repeat([]time.Duration{wall / time.Duration(max(cases, 1))}, cases), wall: wall}, err
	})
	into.add(s)
	return cases, err
}

// readFacts reads the facts of all cases, some at a time over several connections.
func (b *bench) readFacts(ctx context.Context) (int, error) {
	first, last, err := b.db.CaseNumbers(db.AsSystem(ctx, "bench"))
	if err != nil {
		return 0, err
	}
	const part = 4000
	workers := max(1, runtime.GOMAXPROCS(0)-1)
	parts := make(chan db.Number)
	counts, failed := make([]int, workers), make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		conn, err := b.connect(ctx)
		if err != nil {
			return 0, err
		}
		all.Go(func() {
			defer func() { _ = conn.Close(ctx) }()
			for from := range parts {
				if failed[w] != nil {
					continue
				}
				rows, err := conn.Query(ctx, db.PastCaseSQL+" order by c.id desc", from, from+part-1)
				if err != nil {
					failed[w] = err
					continue
				}
				for rows.Next() {
					rows.RawValues()
					counts[w]++
				}
				failed[w] = rows.Err()
			}
		})
	}
	for from := first; from <= last; from += part {
		parts <- from
	}
	close(parts)
	all.Wait()
	cases := 0
	for _, n := range counts {
		cases += n
	}
	return cases, errors.Join(failed...)
}

// beside asks for the list of an agent, by one client after each answer, while the portal holds a draft against all cases; its
// floor is the same while nothing else goes on.
func (b *bench) beside(ctx context.Context, name, source string) error {
	who, err := b.db.Administrator(ctx)
	if err != nil {
		return lacking(err, "a platform administrator")
	}
	admin, err := b.signIn(ctx, who)
	if err != nil {
		return err
	}
	draft, err := b.desk.BeginDraft(ctx, admin.who, "Measured "+uuid.NewString())
	if err != nil {
		return err
	}
	if draft, err = b.desk.SaveDraft(ctx, admin.who, draft.ID, draft.Revision, source); err != nil {
		return err
	}
	defer func() { _ = b.desk.DropDraft(context.WithoutCancel(ctx), admin.who, draft.ID, draft.Revision) }()
	a := b.people.agent.asker()
	list := func(context.Context, int) error {
		_, err := a.get("/cases", true)
		return err
	}
	alone := func() (sample, error) { return closed(ctx, 1, b.Duration, 0, list) }
	if _, err := closed(ctx, 1, b.Duration, warm, list); err != nil {
		return err
	}
	under, err := b.metered(ctx, alone)
	if err != nil {
		return err
	}
	asked, err := b.desk.BeginBacktest(ctx, admin.who, desk.NewBacktest{Draft: draft.ID, Submission: uuid.New()})
	if err != nil {
		return err
	}
	if err := b.backtestIs(ctx, asked.ID, func(now db.Backtest) bool { return now.Cases > 0 || !now.Running() }); err != nil {
		return err
	}
	before, began := b.counted(ctx, asked.ID), time.Now()
	of, err := b.metered(ctx, alone)
	if err != nil {
		return err
	}
	during, took := b.counted(ctx, asked.ID)-before, time.Since(began)
	if _, err := b.desk.EndBacktest(ctx, admin.who, asked.ID); err != nil {
		return err
	}
	f := b.report.add(backtestGroup, name, of)
	f.under(under)
	f.Ratio, f.CPU, f.PostgresCPU, f.Floor.CPU, f.Floor.PostgresCPU = 0, 0, 0, 0, 0 // of the list and of the backtest together
	f.Note = fmt.Sprintf("an agent's first page, by one client; floor: the same while none is running. Meanwhile the backtest went through %s cases a second",
		thousands(float64(during)/took.Seconds()))
	return nil
}

func (b *bench) counted(ctx context.Context, id int64) int {
	now, err := b.db.Backtest(ctx, id)
	if err != nil {
		return 0
	}
	return now.Cases
}

// backtestIs waits until a backtest is as wanted.
func (b *bench) backtestIs(ctx context.Context, id int64, wanted func(db.Backtest) bool) error {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		now, err := b.db.Backtest(ctx, id)
		if err != nil || wanted(now) {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
