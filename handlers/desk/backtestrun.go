package desk

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"portico/db"
	"portico/rules"
)

// How a backtest goes through cases, and lets others go first. It has a few connections of the pool's sixteen, reads with a core
// less than there are, and before each pace of cases waits while a request is under way, but no longer than its patience.
const (
	backtestPart     = 4000 // cases that one worker reads at once
	backtestPace     = 64
	backtestPatience = 100 * time.Millisecond
	backtestWorkers  = 8 // at most
)

// Of each way in which cases change, and of all, so many are listed at most; all are counted.
const (
	listedOfMove = 1000
	listedMost   = 100_000
)

// Comparing is two rule sets on their way through past cases.
type Comparing struct {
	desk     *Desk
	edition  *edition
	old, new *rules.Compiled
	filter   db.BacktestFilter
	now      time.Time
	zones    map[int64]*time.Location
	workers  int
	part     int // cases at once; a test's are few
}

// compared is what came of some cases: those from a number on, up to where the part before begins.
type compared struct {
	From    db.Number
	Tally   rules.Tally
	Changed []db.BacktestCase // newest first; of each way no more than are listed
	err     error
}

// comparing makes both sets ready.
func (d *Desk) comparing(ctx context.Context, source string, version int, filter db.BacktestFilter) (*Comparing, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, problems)
	}
	c := &Comparing{desk: d, edition: e, filter: filter, now: d.Clock(), part: backtestPart,
		workers: min(max(1, runtime.GOMAXPROCS(0)-1), backtestWorkers)}
	c.new, _ = rules.Compile(set, e.Vocabulary)
	if c.old, err = d.version(ctx, e, version); err != nil {
		return nil, err
	}
	c.zones, err = d.DB.AccountZones(ctx)
	return c, err
}

// version is a published version, compiled against what is published now.
func (d *Desk) version(ctx context.Context, e *edition, version int) (*rules.Compiled, error) {
	if version == e.Rules && e.Set != nil {
		return e.Set, nil
	}
	v, err := d.DB.RuleVersion(ctx, version)
	if err != nil {
		return nil, err
	}
	set, problems := rules.Parse(v.Source)
	if len(problems) > 0 {
		return nil, fmt.Errorf("rule version %d: %w", version, problems)
	}
	compiled, _ := rules.Compile(set, e.Vocabulary)
	return compiled, nil
}

// run goes down from below a number to the lowest, some cases at a time by several workers at once, and hands over what came of
// them in order: after each part, all cases above it are in.
func (c *Comparing) run(ctx context.Context, below, lowest db.Number, take func(compared) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()

	type task struct {
		from, to db.Number
		done     chan compared
	}
	tasks, order := make(chan task), make(chan chan compared, 2*c.workers)
	all.Go(func() {
		defer close(order)
		defer close(tasks)
		for last := false; !last && below > lowest; {
			next := task{to: below - 1, done: make(chan compared, 1)}
			var err error
			if next.from, last, err = c.desk.DB.CasesDown(ctx, c.filter, below, lowest, c.part); err != nil {
				next.done <- compared{err: err}
			}
			select {
			case order <- next.done:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			select {
			case tasks <- next:
			case <-ctx.Done():
				return
			}
			below = next.from
		}
	})
	for range c.workers {
		all.Go(func() {
			w := c.worker()
			for t := range tasks {
				t.done <- w.read(ctx, t.from, t.to)
			}
		})
	}
	for done := range order {
		select {
		case part := <-done:
			if part.err != nil {
				return part.err
			}
			if err := take(part); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// reader is one of the workers.
type reader struct {
	*Comparing
	comparer *rules.Comparer
	promises *promises
}

func (c *Comparing) worker() *reader {
	return &reader{Comparing: c, comparer: rules.NewComparer(c.old, c.new), promises: newPromises(c.edition)}
}

// read compares the cases from one number to another.
func (r *reader) read(ctx context.Context, from, to db.Number) compared {
	out := compared{From: from}
	byHand, err := r.desk.DB.CasesByHand(ctx, from, to)
	if err != nil {
		return compared{err: err}
	}
	n := 0
	out.err = r.desk.DB.EachCase(ctx, r.filter, from, to, func(p *db.PastFacts) error {
		if n++; n%backtestPace == 0 {
			if err := r.desk.Traffic.yield(ctx, backtestPatience); err != nil {
				return err
			}
		}
		both, err := r.comparer.Compare(p.Facts)
		if err != nil {
			return unreadableFacts{p.Number, err}
		}
		hand := byHand[p.Number]
		counted := rules.Counted{Compared: both, Account: p.Account, Opened: p.Opened, Priority: hand.Priority, Queue: hand.Queue,
			Promises: r.promised(both, p)}
		move := out.Tally.Add(counted)
		if move.Differs != 0 && out.Tally.Moves[move] <= listedOfMove {
			out.Changed = append(out.Changed, db.BacktestCase{Number: p.Number, Move: move})
		}
		return nil
	})
	return out
}

func (r *reader) promised(both rules.Compared, p *db.PastFacts) rules.Kept {
	zone := r.zones[p.Account]
	if zone == nil {
		zone = time.UTC
	}
	of := func(o *rules.Outcomes) rules.Promise {
		return r.promises.judge(o, both.Tier, zone, p.Opened, p.Answered, r.now)
	}
	kept := rules.Kept{Old: of(&both.Old)}
	if both.Old.Priority == both.New.Priority && both.Old.AnswerWithin == both.New.AnswerWithin {
		kept.New = kept.Old
	} else {
		kept.New = of(&both.New)
	}
	return kept
}

// unreadableFacts says that the facts of a case can't be read.
type unreadableFacts struct {
	Number db.Number
	Err    error
}

func (u unreadableFacts) Error() string { return fmt.Sprintf("%s: %v", u.Number, u.Err) }
func (u unreadableFacts) Unwrap() error { return u.Err }

// into adds a part to what a backtest has counted, and gives the cases of it that are listed.
func (p compared) into(b *db.Backtest) []db.BacktestCase {
	var listed []db.BacktestCase
	of := map[rules.Move]int{}
	for _, c := range p.Changed {
		if b.Tally.Moves[c.Move]+of[c.Move] < listedOfMove && b.Listed+len(listed) < listedMost {
			listed = append(listed, c)
			of[c.Move]++
		}
	}
	b.Tally.Merge(&p.Tally)
	b.Reached = p.From
	b.Listed += len(listed)
	return listed
}
