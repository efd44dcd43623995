package bench

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load is something that is done again and again: once by worker number so and so.
type load func(ctx context.Context, worker int) error

// errDone is what a load returns when there is nothing left for that worker to do.
var errDone = errors.New("nothing left to do")

// sample is what was seen of a load.
type sample struct {
	took  []time.Duration // each time it was done
	wall  time.Duration
	spent spent
}

func (s *sample) add(more sample) {
	s.took = append(s.took, more.took...)
	s.wall += more.wall
	s.spent = s.spent.plus(more.spent)
}

// percentile is the time within which that part of them were done; took must be sorted.
func percentile(took []time.Duration, part float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	i := int(part*float64(len(took))+0.5) - 1
	return took[min(max(i, 0), len(took)-1)]
}

// closed runs a load by so many workers, each beginning anew when it is done, until the time is over or it was done so many
// times in all, whichever comes first; 0 sets no limit.
func closed(ctx context.Context, workers int, until time.Duration, times int, do load) (sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	took := make([][]time.Duration, workers)
	began := time.Now()
	var left atomic.Int64
	left.Store(int64(times))
	var all sync.WaitGroup
	for w := range workers {
		took[w] = make([]time.Duration, 0, 1024)
		all.Go(func() {
			// Once at least, however little time there is: a worker may get a core only when it is over.
			for first := true; ctx.Err() == nil && (first || until == 0 || time.Since(began) < until); first = false {
				if times > 0 && left.Add(-1) < 0 {
					return
				}
				at := time.Now()
				if err := do(ctx, w); errors.Is(err, errDone) {
					return
				} else if err != nil {
					cancel(err)
					return
				}
				took[w] = append(took[w], time.Since(at))
			}
		})
	}
	all.Wait()
	s := sample{took: slices.Concat(took...), wall: time.Since(began)}
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	return s, nil
}

// rounds is how often portal and floor take turns in one figure, so that the noise of the machine hits both: less often
// where there is little time, as the portal tells its CPU by the hundredth of a second.
func (b *bench) rounds() int {
	if b.Duration < time.Second {
		return 2
	}
	return 4
}

// slice is for how long each turn lasts.
func (b *bench) slice() time.Duration { return b.Duration / time.Duration(b.rounds()) }

// warm is how often a load is done before it is measured, by each worker: PostgreSQL settles on a plan after five.
const warm = 24

// duel measures the portal and its floor by turns. The portal is asked as often as time allows or, where that isn't 0, so
// many times in all.
func (b *bench) duel(ctx context.Context, portal, floor load, times int) (of, under sample, err error) {
	before, each := warm*b.Clients, 0
	if times > 0 {
		each = max(times/(b.rounds()+1), 1)
		before = min(before, each)
	}
	if _, err := closed(ctx, b.Clients, b.Duration, before, portal); err != nil {
		return of, under, err
	}
	if _, err := closed(ctx, b.Clients, b.Duration, warm*b.Clients, floor); err != nil {
		return of, under, err
	}
	for range b.rounds() {
		if err := b.turn(ctx, &of, portal, each); err != nil {
			return of, under, err
		}
		if err := b.turn(ctx, &under, floor, 0); err != nil {
			return of, under, err
		}
	}
	return of, under, nil
}

func (b *bench) turn(ctx context.Context, into *sample, do load, times int) error {
	s, err := b.metered(ctx, func() (sample, error) { return closed(ctx, b.Clients, b.slice(), times, do) })
	if err != nil {
		return err
	}
	into.add(s)
	return nil
}

// metered tells what CPU was spent while something was done.
func (b *bench) metered(ctx context.Context, do func() (sample, error)) (sample, error) {
	before, err := b.meters.begin(ctx)
	if err != nil {
		return sample{}, err
	}
	s, err := do()
	after, metersErr := b.meters.end(ctx)
	if err := errors.Join(err, metersErr); err != nil {
		return sample{}, err
	}
	s.spent = after.since(before)
	return s, nil
}
