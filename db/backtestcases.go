package db

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"portico/rules"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// CasesDown finds where a part of a backtest begins that lies below a number, newest first: with so many cases that fit.
// last tells that there are no more below it.
func (d *DB) CasesDown(ctx context.Context, f BacktestFilter, below, lowest Number, size int) (from Number, last bool, err error) {
	where, args := f.where(below, lowest)
	err = d.walled.QueryRow(ctx, "select c.id from cases c where c.id < $1 and c.id >= $2"+where+" order by c.id desc offset "+strconv.Itoa(size-1)+" limit 1",
		append([]any{planned}, args...)...).Scan(&from)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return lowest, true, nil
	case err != nil:
		return 0, false, fmt.Errorf("part a backtest: %w", err)
	}
	return from, from <= lowest, nil
}

// CaseNumbers are the lowest and the highest number that a case has; 1 and 0 where there is none.
func (d *DB) CaseNumbers(ctx context.Context) (lowest, highest Number, err error) {
	err = d.walled.QueryRow(ctx, `select coalesce(min(id), 1), coalesce(max(id), 0) from cases`, fixed).Scan(&lowest, &highest)
	if err != nil {
		return 0, 0, fmt.Errorf("read case numbers: %w", err)
	}
	return lowest, highest, nil
}

// PastFacts is a case as a backtest reads it.
type PastFacts struct {
	Number   Number
	Account  int64
	Opened   time.Time
	Answered time.Time          // zero: it is not
	Facts    pgtype.DriverBytes // JSON; the connection's own, until the next case
}

// PastCaseSQL is what reads the cases of a backtest, before what narrows them: for who measures it too.
const PastCaseSQL = `select c.id, c.account_id, c.created_at, c.answered_at, c.facts from cases c where c.id >= $1 and c.id <= $2`

// EachCase reads the cases that fit from one number to another, newest first.
func (d *DB) EachCase(ctx context.Context, f BacktestFilter, from, to Number, each func(*PastFacts) error) error {
	where, args := f.where(from, to)
	rows, err := d.walled.Query(ctx, PastCaseSQL+where+" order by c.id desc", append([]any{planned}, args...)...)
	if err != nil {
		return fmt.Errorf("read past cases: %w", err)
	}
	defer rows.Close()
	var c PastFacts
	var answered pgtype.Timestamptz
	into := []any{&c.Number, &c.Account, &c.Opened, &answered, &c.Facts}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("read past cases: %w", err)
		}
		c.Answered = answered.Time
		if err := each(&c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read past cases: %w", err)
	}
	return nil
}

// ByHand is what people set last, by hand, of a case that rules had decided otherwise; a zero field nobody did.
type ByHand struct {
	Priority int
	Queue    string
}

// CasesByHand reads what people set of the cases from one number to another.
func (d *DB) CasesByHand(ctx context.Context, from, to Number) (map[Number]ByHand, error) {
	rows, err := d.walled.Query(ctx, `
		select e.case_id, e.change ->> 'Field', e.change ->> 'To' from events e
		 where e.kind = 'changed' and e.change ->> 'Correction' = 'true' and e.case_id >= $1 and e.case_id <= $2
		 order by e.case_id, e.id`, planned, from, to)
	if err != nil {
		return nil, fmt.Errorf("read what people set: %w", err)
	}
	all := map[Number]ByHand{}
	var n Number
	var field, value string
	_, err = pgx.ForEachRow(rows, []any{&n, &field, &value}, func() error {
		c := all[n]
		switch field {
		case "queue":
			c.Queue = value
		case "priority":
			c.Priority, _ = strconv.Atoi(value) // what is no figure is none
		}
		all[n] = c
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what people set: %w", err)
	}
	return all, nil
}

// AccountZones reads the time zones of all accounts.
func (d *DB) AccountZones(ctx context.Context) (map[int64]*time.Location, error) {
	rows, err := d.fast.Query(ctx, `select id, time_zone from accounts`, fixed)
	if err != nil {
		return nil, fmt.Errorf("read time zones: %w", err)
	}
	all := map[int64]*time.Location{}
	var a Account
	_, err = pgx.ForEachRow(rows, []any{&a.ID, &a.TimeZone}, func() error {
		all[a.ID] = a.Zone()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read time zones: %w", err)
	}
	return all, nil
}

// AccountNames reads what accounts are called; those that are gone have no name.
func (d *DB) AccountNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	rows, err := d.fast.Query(ctx, `select id, name from accounts where id = any ($1)`, fixed, ids)
	if err != nil {
		return nil, fmt.Errorf("read names of accounts: %w", err)
	}
	names := map[int64]string{}
	var id int64
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read names of accounts: %w", err)
	}
	return names, nil
}

// BacktestCell narrows the cases of a backtest to one cell of a matrix: of priorities, or of queues; or to those that differ
// in one outcome.
type BacktestCell struct {
	FromPriority, ToPriority int    // 0: any
	FromQueue, ToQueue       string // empty: any
	Differs                  rules.Differing
}

// BacktestListed is a case of a backtest as it is listed.
type BacktestListed struct {
	BacktestCase
	ShortDescription string
	Account          string
	OpenedAt         time.Time
}

// backtestPage is how many cases a page lists.
const backtestPage = 50

// BacktestCases lists cases that a backtest found to change, newest first: those before a number, or the newest (0). Cases
// that are gone since are left out. It shows the wall's.
func (d *DB) BacktestCases(ctx context.Context, id int64, cell BacktestCell, before Number) (list []BacktestListed, more bool, err error) {
	rows, err := d.walled.Query(ctx, `
		select l.case_id, l.from_priority, l.to_priority, l.from_queue, l.to_queue, l.differs, c.short_description, a.name, c.created_at
		  from backtest_cases l join cases c on c.id = l.case_id join accounts a on a.id = c.account_id
		 where l.backtest_id = $1 and ($2::bigint = 0 or l.case_id < $2)
		   and ($3::bigint = 0 or l.from_priority = $3) and ($4::bigint = 0 or l.to_priority = $4)
		   and ($5 = '' or l.from_queue = $5) and ($6 = '' or l.to_queue = $6)
		   and ($7 = 0 or l.differs & $7 <> 0)
		 order by l.case_id desc limit $8`, planned, id, int64(before), cell.FromPriority, cell.ToPriority, cell.FromQueue, cell.ToQueue,
		int(cell.Differs), backtestPage+1)
	if err != nil {
		return nil, false, fmt.Errorf("list the cases of a backtest: %w", err)
	}
	var c BacktestListed
	_, err = pgx.ForEachRow(rows, []any{&c.Number, &c.FromPriority, &c.ToPriority, &c.FromQueue, &c.ToQueue, &c.Differs,
		&c.ShortDescription, &c.Account, &c.OpenedAt}, func() error {
		list = append(list, c)
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list the cases of a backtest: %w", err)
	}
	return list[:min(backtestPage, len(list))], len(list) > backtestPage, nil
}
