package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/valyala/fasthttp"
)

// takers is how many agents take at once, and portion how many cases each of them takes, all in all.
const (
	takers  = 64
	portion = 16
)

// taking has agents take what waits, all at once, and sees that nobody got what another has, and that nothing was passed
// over.
func (b *bench) taking(ctx context.Context) error {
	name := fmt.Sprintf("%d agents take the next case", takers)
	if !b.wants(openGroup, name) {
		return nil
	}
	b.now(openGroup, name)
	agents, err := b.agents(ctx, takers)
	if err != nil {
		return wrong(openGroup, name, err)
	}
	queues := map[int64]bool{}
	for _, v := range agents {
		for _, q := range b.judge.Scope(v.who, policy.Work).Queues {
			queues[q] = true
		}
	}
	floor, err := b.takingFloor(ctx, agents)
	if err != nil {
		return wrong(openGroup, name, err)
	}
	defer floor.close(ctx)

	waiting, err := b.db.WaitingByQueue(ctx)
	if err != nil {
		return err
	}
	there := 0
	for q := range queues {
		there += len(waiting[q])
	}
	const turns = 2
	// The floor takes as many, and the last of all may run dry: that too is to be right.
	each := min(takers*portion/turns, max(there/(2*turns), 1))
	var of, under sample
	taken := 0
	for range turns {
		s, n, err := b.takeAll(ctx, agents, each)
		if err != nil {
			return wrong(openGroup, name, err)
		}
		of.add(s)
		taken += n
		s, err = b.metered(ctx, func() (sample, error) { return closed(ctx, len(floor.workers), 0, each, floor.load) })
		if err != nil {
			return wrong(openGroup, name, err)
		}
		under.add(s)
	}
	f := b.report.add(openGroup, name, of)
	f.under(under)
	f.Note = fmt.Sprintf("%d taken: none twice, none skipped; floor: one statement of bare pgx for each", taken)
	return nil
}

// agents are signed in; where there are fewer, some work in several browsers.
func (b *bench) agents(ctx context.Context, n int) ([]*visitor, error) {
	ids, err := b.db.Agents(ctx, n)
	if err != nil {
		return nil, err
	}
	var list []*visitor
	for i := range n {
		v, err := b.signIn(ctx, ids[i%len(ids)])
		if err != nil {
			return nil, err
		}
		if _, err := v.see("/queues", false); err != nil {
			return nil, err
		}
		if v.csrf == "" {
			return nil, errors.New("the page of the queues has no token")
		}
		list = append(list, v)
	}
	return list, nil
}

var takenCase = regexp.MustCompile(`[?&]case=(CS[0-9]+)`)

// takeAll has the agents take so many cases at once, and holds what they got against the database.
func (b *bench) takeAll(ctx context.Context, agents []*visitor, times int) (sample, int, error) {
	before, err := b.db.WaitingByQueue(ctx)
	if err != nil {
		return sample{}, 0, err
	}
	last, err := b.db.LastEvent(ctx)
	if err != nil {
		return sample{}, 0, err
	}
	askers := make([]*asker, len(agents))
	for i, v := range agents {
		askers[i] = v.asker()
	}
	var mu sync.Mutex
	got := map[db.Number]int64{} // who
	twice, empty := []db.Number{}, map[int64]bool{}
	s, err := b.metered(ctx, func() (sample, error) {
		return closed(ctx, len(agents), 0, times, func(_ context.Context, worker int) error {
			a := askers[worker]
			answer, err := a.post("/queues/next", false, url.Values{"submission": {uuid.NewString()}})
			if err != nil {
				return err
			}
			found := takenCase.FindStringSubmatch(answer.location)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case answer.status != fasthttp.StatusSeeOther:
				return fmt.Errorf("the portal answered %d, not 303", answer.status)
			case found == nil:
				for _, q := range b.judge.Scope(a.who, policy.Work).Queues {
					empty[q] = true
				}
				return errDone
			}
			n, _ := db.ParseNumber(found[1])
			if _, again := got[n]; again {
				twice = append(twice, n)
			}
			got[n] = a.who.Person.ID
			return nil
		})
	})
	if err != nil {
		return s, 0, err
	}
	if len(twice) > 0 {
		return s, 0, fmt.Errorf("taken twice: %v", twice)
	}
	return s, len(got), b.rightlyTaken(ctx, before, got, empty, last)
}

// rightlyTaken holds what was taken against the database: each case was given once, to who was told so, and in order.
func (b *bench) rightlyTaken(ctx context.Context, before map[int64][]db.Number, got map[db.Number]int64, empty map[int64]bool, last int64) error {
	numbers := make([]db.Number, 0, len(got))
	for n := range got {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	taken, err := b.db.Taken(ctx, numbers, last)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if t := taken[n]; t.Assignee != got[n] || t.Times != 1 {
			return fmt.Errorf("%s was taken wrongly: person %d was told that they have it, person %d has it, and it was given %d times",
				n, got[n], t.Assignee, t.Times)
		}
	}
	return inOrder(before, got, empty)
}

// inOrder tells whether what was taken of each queue is what stood first in it, and whether queues of which nothing was
// left, as somebody was told, had nothing left.
func inOrder(before map[int64][]db.Number, got map[db.Number]int64, empty map[int64]bool) error {
	of := 0
	for queue, order := range before {
		n := 0
		for n < len(order) && got[order[n]] != 0 {
			n++
		}
		of += n
		for _, later := range order[n:] {
			if got[later] != 0 {
				return fmt.Errorf("queue %d: %s was skipped: %s was taken, which stands after it", queue, order[n], later)
			}
		}
		if empty[queue] && n < len(order) {
			return fmt.Errorf("queue %d: nothing was left, it was said, but %s was", queue, order[n])
		}
	}
	if of != len(got) {
		return fmt.Errorf("%d cases were taken, but only %d of them had waited", len(got), of)
	}
	return nil
}

// floorTakers is how many take at the floor: as many as a portal's connections at most.
const floorTakers = 16

// takings is the floor of taking a case: by bare pgx, one statement finds and locks the first of a queue, gives it, writes
// that down and tells of it.
type takings struct {
	workers []*pgx.Conn
	agents  []*visitor
	queues  [][]int64
}

func (b *bench) takingFloor(ctx context.Context, agents []*visitor) (*takings, error) {
	f := &takings{agents: agents}
	for i := range floorTakers {
		conn, err := b.connect(ctx)
		if err != nil {
			f.close(ctx)
			return nil, err
		}
		f.workers = append(f.workers, conn)
		f.queues = append(f.queues, b.judge.Scope(agents[i].who, policy.Work).Queues)
	}
	return f, nil
}

func (f *takings) close(ctx context.Context) {
	for _, conn := range f.workers {
		_ = conn.Close(ctx)
	}
}

// load takes the first of the worker's queues in which something waits; one that is empty is not looked at again.
func (f *takings) load(ctx context.Context, worker int) error {
	for len(f.queues[worker]) > 0 {
		got, err := f.take(ctx, worker, f.queues[worker][0])
		if got || err != nil {
			return err
		}
		f.queues[worker] = f.queues[worker][1:]
	}
	return errDone
}

// takeSQL has the order of the index that the portal finds what waits by.
const takeSQL = `
with first as (
  select id from cases where queue_id = $1 and state in ('new', 'open') and assignee_id is null
   order by priority, least(due_at, solve_by, 'infinity'), id limit 1 for no key update skip locked),
given as (
  update cases c set assignee_id = $2, state = 'open', updated_at = $3, revision = revision + 1
    from first where c.id = first.id returning c.id),
noted as (
  insert into events (case_id, at, person_id, kind, change, submission)
  select id, $3, $2, 'changed', $4, $5 from given)
select pg_notify('portico', 'case-' || id), pg_notify('portico', 'queue-' || $1) from given`

func (f *takings) take(ctx context.Context, worker int, queue int64) (got bool, err error) {
	done, err := f.workers[worker].Exec(ctx, takeSQL, queue, f.agents[worker].who.Person.ID, time.Now(),
		`{"From": "", "To": "", "Field": "assignee"}`, uuid.New())
	if err != nil {
		return false, fmt.Errorf("floor: take: %w", err)
	}
	return done.RowsAffected() > 0, nil
}
