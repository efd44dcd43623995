package db

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"portico/rules"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// BacktestState is how far a backtest, or a shadow, is.
type BacktestState string

// The states of a backtest. A shadow runs until it is ended, and is done then.
const (
	BacktestWaits     BacktestState = "waiting"
	BacktestRuns      BacktestState = "running"
	BacktestDone      BacktestState = "done"
	BacktestCancelled BacktestState = "cancelled"
	BacktestFailed    BacktestState = "failed"
)

// Backtest is a draft of the rules held against what is live, over cases that are there: of the past, or as a shadow over
// those that come.
type Backtest struct {
	ID         int64
	Shadow     bool
	DraftID    int64 // 0: the draft is gone
	Revision   int   // of the draft
	Source     string
	Live       int // the version that it is held against; of a shadow, the one that was live when it began
	PersonID   int64
	Submission uuid.UUID
	Filter     BacktestFilter
	State      BacktestState
	First      Number // see the migration
	Last       Number
	Reached    Number
	Tally      rules.Tally
	Cases      int
	Changed    int
	Listed     int
	Error      string
	Request    string
	AskedAt    time.Time
	StartedAt  time.Time
	EndedAt    time.Time
}

// BacktestFilter narrows the cases of a backtest; a zero field doesn't.
type BacktestFilter struct {
	From     time.Time `json:"from,omitzero"`  // opened at that time or later
	Until    time.Time `json:"until,omitzero"` // opened before it
	Item     string    `json:"item,omitempty"`
	Account  int64     `json:"account,omitempty"` // with all below it
	Depth    int       `json:"depth,omitempty"`   // the account's
	Priority Priority  `json:"priority,omitempty"`
	States   []State   `json:"states,omitempty"` // of these
}

// where is the filter as conditions on cases c, with its arguments after those that there are.
func (f BacktestFilter) where(args ...any) (string, []any) {
	sql := ""
	and := func(condition string, value any) {
		args = append(args, value)
		sql += " and " + condition + " $" + strconv.Itoa(len(args))
	}
	if !f.From.IsZero() {
		and("c.created_at >=", f.From)
	}
	if !f.Until.IsZero() {
		and("c.created_at <", f.Until)
	}
	if f.Item != "" {
		and("c.item =", f.Item)
	}
	if f.Account != 0 {
		and("c.a"+strconv.Itoa(min(max(f.Depth, 0), MaxDepth-1)+1)+" =", f.Account)
	}
	if f.Priority != 0 {
		and("c.priority =", f.Priority)
	}
	if len(f.States) > 0 {
		args = append(args, f.States)
		sql += " and c.state = any ($" + strconv.Itoa(len(args)) + ")"
	}
	return sql, args
}

// Running tells whether it goes on, or waits to begin.
func (b Backtest) Running() bool { return b.State == BacktestWaits || b.State == BacktestRuns }

// Progress is how far it is, in percent of the numbers that it goes through.
func (b Backtest) Progress() int {
	switch {
	case b.State == BacktestDone:
		return 100
	case b.Last <= b.First:
		return 0
	}
	return int(100 * (b.Last + 1 - min(b.Reached, b.Last+1)) / (b.Last + 1 - b.First))
}

const backtestColumns = `b.id, b.shadow, coalesce(b.draft_id, 0), b.draft_revision, b.source, b.live, b.person_id, b.submission, b.filter, b.state,
	b.first_case, b.last_case, b.reached, b.tally, b.cases, b.changed, b.listed, b.error, b.request, b.asked_at,
	coalesce(b.started_at, '0001-01-01Z'), coalesce(b.ended_at, '0001-01-01Z')`

var backtestSums = strings.Replace(backtestColumns, "b.tally", "case when b.shadow or b.state not in ('waiting', 'running') then b.tally else '{}' end", 1)

func (b *Backtest) fields() []any {
	return []any{&b.ID, &b.Shadow, &b.DraftID, &b.Revision, &b.Source, &b.Live, &b.PersonID, &b.Submission, &b.Filter, &b.State,
		&b.First, &b.Last, &b.Reached, &b.Tally, &b.Cases, &b.Changed, &b.Listed, &b.Error, &b.Request, &b.AskedAt, &b.StartedAt, &b.EndedAt}
}

// backtestsKept is how many of a draft's backtests are kept beside one that is under way.
const backtestsKept = 5

// AskBacktest keeps a backtest, or a shadow, that is to be done, over the cases that there are now or come from now on. Of
// the same submission it keeps one. ErrStale where one of that draft is under way already. The oldest of the draft make room.
func (d *DB) AskBacktest(ctx context.Context, b *Backtest) error {
	err := d.walled.QueryRow(ctx, `
		with numbers as (select coalesce(min(id), 1) as lowest, coalesce(max(id), 0) as highest from cases)
		insert into backtests (shadow, draft_id, draft_revision, source, live, person_id, submission, filter, state, first_case, last_case, reached,
		       request, asked_at, started_at)
		select $1, $2, $3, $4, $5, $6, $7, $8, $9, case when $1 then highest else lowest end, highest, case when $1 then highest else highest + 1 end,
		       $10, $11, case when $1 then $11::timestamptz end
		  from numbers
		on conflict do nothing
		returning id, first_case, last_case, reached`, fixed,
		b.Shadow, b.DraftID, b.Revision, b.Source, b.Live, b.PersonID, b.Submission, b.Filter, b.State, RequestOf(ctx), b.AskedAt).
		Scan(&b.ID, &b.First, &b.Last, &b.Reached)
	if errors.Is(err, pgx.ErrNoRows) {
		err = d.fast.QueryRow(ctx, `select id from backtests where submission = $1 and draft_id = $2`, fixed, b.Submission, b.DraftID).Scan(&b.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrStale
		}
	}
	if err != nil {
		return fmt.Errorf("ask for a backtest: %w", err)
	}
	_, err = d.fast.Exec(ctx, `
		delete from backtests where id in (
		  select id from backtests where draft_id = $1 and shadow = $2 and state not in ('waiting', 'running') order by id desc offset $3)`, fixed,
		b.DraftID, b.Shadow, backtestsKept)
	if err != nil {
		return fmt.Errorf("forget backtests: %w", err)
	}
	return nil
}

// Backtest reads a backtest or a shadow. Of a backtest that goes on only the sums are read, not what it has counted so far:
// that may be much, and whoever waits for it asks every second.
func (d *DB) Backtest(ctx context.Context, id int64) (Backtest, error) {
	var b Backtest
	err := d.fast.QueryRow(ctx, `select `+backtestSums+` from backtests b where b.id = $1`, fixed, id).Scan(b.fields()...)
	return b, notFound(err)
}

// BacktestLine is a backtest, or a shadow, as a list shows it.
type BacktestLine struct {
	ID       int64
	Shadow   bool
	DraftID  int64
	Draft    string
	Revision int
	Live     int
	State    BacktestState
	Cases    int
	Changed  int
	By       Named
	AskedAt  time.Time
	EndedAt  time.Time
}

// Backtests lists those of a draft, the last first; of draft 0 all shadows.
func (d *DB) Backtests(ctx context.Context, draft int64) (list []BacktestLine, err error) {
	rows, err := d.fast.Query(ctx, `
		select b.id, b.shadow, b.draft_id, r.name, b.draft_revision, b.live, b.state, b.cases, b.changed, p.id, p.first_name, p.last_name, b.asked_at,
		       coalesce(b.ended_at, '0001-01-01Z')
		  from backtests b join rule_drafts r on r.id = b.draft_id join people p on p.id = b.person_id
		 where b.draft_id = $1 or $1 = 0 and b.shadow
		 order by b.id desc limit 100`, fixed, draft)
	if err != nil {
		return nil, fmt.Errorf("list backtests: %w", err)
	}
	var l BacktestLine
	_, err = pgx.ForEachRow(rows, []any{&l.ID, &l.Shadow, &l.DraftID, &l.Draft, &l.Revision, &l.Live, &l.State, &l.Cases, &l.Changed,
		&l.By.ID, &l.By.First, &l.By.Last, &l.AskedAt, &l.EndedAt}, func() error {
		list = append(list, l)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list backtests: %w", err)
	}
	return list, nil
}

// EndBacktest cancels a backtest, or ends a shadow; what it has counted so far stays. ended is false where it was over.
func (d *DB) EndBacktest(ctx context.Context, id int64, at time.Time) (ended bool, err error) {
	tag, err := d.fast.Exec(ctx, `
		update backtests set state = case when shadow then 'done' else 'cancelled' end, ended_at = $2, held_by = null, held_until = null
		 where id = $1 and state in ('waiting', 'running')`, fixed, id, at)
	if err != nil {
		return false, fmt.Errorf("end backtest %d: %w", id, err)
	}
	return tag.RowsAffected() > 0, nil
}

// SweepBacktests forgets those whose draft is gone.
func (d *DB) SweepBacktests(ctx context.Context) error {
	if _, err := d.fast.Exec(ctx, `delete from backtests where draft_id is null`, fixed); err != nil {
		return fmt.Errorf("sweep backtests: %w", err)
	}
	return nil
}

// Hold is a copy's word that it is at a backtest. Others leave it alone for that long.
type Hold struct {
	By    uuid.UUID
	Now   time.Time
	Until time.Time
}

// HoldBacktest takes the backtest that has waited longest, or was left by a copy that is gone; ErrNotFound where none waits,
// or another is under way: one at a time is enough for all copies, as what it takes is the database.
func (d *DB) HoldBacktest(ctx context.Context, h Hold) (Backtest, error) {
	var b Backtest
	err := d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		if err := tx.Lock(ctx, "backtests"); err != nil {
			return err
		}
		return tx.fast.QueryRow(ctx, `
			update backtests b set state = 'running', held_by = $1, held_until = $3, started_at = coalesce(b.started_at, $2)
			 where b.id = (select id from backtests where state in ('waiting', 'running') and not shadow and draft_id is not null order by id limit 1)
			   and (b.held_until is null or b.held_until <= $2)
			returning `+backtestColumns, fixed, h.By, h.Now, h.Until).Scan(b.fields()...)
	})
	return b, notFound(err)
}

// BacktestCase is a case that a draft would have decided otherwise.
type BacktestCase struct {
	Number Number
	rules.Move
}

// SaveBacktest keeps what a backtest has counted, in one transaction with how far it is: from where it was to where it is
// now. ErrStale where it is over, its draft is gone, or another copy is further: then nothing is kept.
func (d *DB) SaveBacktest(ctx context.Context, b Backtest, was Number, listed []BacktestCase, h Hold) error {
	return d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		tag, err := tx.fast.Exec(ctx, `
			update backtests set reached = $3, tally = $4, cases = $5, changed = $6, listed = $7, state = $8, ended_at = $9, held_until = $10
			 where id = $1 and reached = $2 and state = 'running' and held_by = $11 and draft_id is not null`, fixed,
			b.ID, was, b.Reached, &b.Tally, b.Tally.Cases, b.Tally.Changed, b.Listed, b.State, moment(b.EndedAt), h.Until, h.By)
		if err != nil {
			return fmt.Errorf("save backtest %d: %w", b.ID, err)
		}
		if tag.RowsAffected() == 0 {
			return ErrStale
		}
		return tx.listCases(ctx, b.ID, listed)
	})
}

func (d *DB) listCases(ctx context.Context, backtest int64, listed []BacktestCase) error {
	if len(listed) == 0 {
		return nil
	}
	_, err := d.tx.CopyFrom(ctx, pgx.Identifier{"backtest_cases"},
		[]string{"backtest_id", "case_id", "from_priority", "to_priority", "from_queue", "to_queue", "differs"},
		pgx.CopyFromSlice(len(listed), func(i int) ([]any, error) {
			c := listed[i]
			return []any{backtest, int64(c.Number), int16(c.FromPriority), int16(c.ToPriority), c.FromQueue, c.ToQueue, int16(c.Differs)}, nil
		}))
	if err != nil {
		return fmt.Errorf("list cases of backtest %d: %w", backtest, err)
	}
	return nil
}

// LeaveBacktest lets go of a backtest that a copy was at, so that the next goes on at once. Of one that failed it says why.
func (d *DB) LeaveBacktest(ctx context.Context, id int64, h Hold, failed string) error {
	_, err := d.fast.Exec(ctx, `
		update backtests set held_by = null, held_until = null, error = $3,
		       state = case when $3 = '' then state else 'failed' end, ended_at = case when $3 = '' then ended_at else $4 end
		 where id = $1 and held_by = $2 and state = 'running'`, fixed, id, h.By, failed, h.Now)
	if err != nil {
		return fmt.Errorf("leave backtest %d: %w", id, err)
	}
	return nil
}

// RunBacktests is the job of doing the backtests that were asked for.
type RunBacktests struct{}

// Kind names the job in the queue.
func (RunBacktests) Kind() string { return "run_backtests" }
