package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Shadows are those that run.
func (d *DB) Shadows(ctx context.Context) ([]int64, error) {
	return d.many(ctx, "list shadows", `select id from backtests where shadow and state = 'running' and draft_id is not null order by id`)
}

// HoldShadow reads a shadow that runs, for the transaction to go on with it; ErrNotFound where another is at it.
func (d *DB) HoldShadow(ctx context.Context, id int64) (Backtest, error) {
	var b Backtest
	err := d.fast.QueryRow(ctx, `select `+backtestColumns+` from backtests b where b.id = $1 and b.shadow and b.state = 'running' and b.draft_id is not null
		for update skip locked`, fixed, id).Scan(b.fields()...)
	return b, notFound(err)
}

// ShadowedCase is a case as a shadow reads it.
type ShadowedCase struct {
	Number  Number
	Account int64
	Opened  time.Time
	Facts   []byte // JSON
	Decided []byte // the outcomes that it was opened with, likewise
}

// CasesShadowed reads cases that a shadow has not counted yet. A case that was given a lower number, and came to be later, is
// among them: what is counted above the number up to which nothing can come any more is known one by one.
func (d *DB) CasesShadowed(ctx context.Context, b Backtest, limit int) ([]ShadowedCase, error) {
	rows, err := d.walled.Query(ctx, `
		select c.id, c.account_id, c.created_at, c.facts, c.decision -> 'outcomes' from cases c
		 where c.id > $1 and not exists (select from shadowed s where s.backtest_id = $2 and s.case_id = c.id)
		 order by c.id limit $3`, fixed, b.Reached, b.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read new cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ShadowedCase])
	if err != nil {
		return nil, fmt.Errorf("read new cases: %w", err)
	}
	return list, nil
}

// SaveShadow keeps what a shadow has counted, with which cases those were.
func (d *DB) SaveShadow(ctx context.Context, b Backtest, counted []ShadowedCase, listed []BacktestCase) error {
	numbers := make([]int64, len(counted))
	for i, c := range counted {
		numbers[i] = int64(c.Number)
	}
	if _, err := d.fast.Exec(ctx, `insert into shadowed select $1, unnest($2::bigint[])`, fixed, b.ID, numbers); err != nil {
		return fmt.Errorf("save shadow %d: %w", b.ID, err)
	}
	if _, err := d.fast.Exec(ctx, `update backtests set tally = $2, cases = $3, changed = $4, listed = $5 where id = $1`, fixed,
		b.ID, &b.Tally, b.Tally.Cases, b.Tally.Changed, b.Listed); err != nil {
		return fmt.Errorf("save shadow %d: %w", b.ID, err)
	}
	if err := d.listCases(ctx, b.ID, listed); err != nil {
		return err
	}
	return d.SettleShadow(ctx, b.ID)
}

// SettleShadow finds out up to which number no case can come any more, and forgets which of those were counted: all were.
// Numbers are given in order. So when a case with the mark's number was there, every lower one had been given to a transaction
// that had begun by then; once none of those is left, nothing below the mark can come.
func (d *DB) SettleShadow(ctx context.Context, id int64) error {
	// Who is left is asked before it is looked whether all is counted: what ends in between is seen then.
	var over bool
	err := d.fast.QueryRow(ctx, `
		select not exists (
		         select from pg_stat_activity a
		          where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start <= b.marked_at)
		  from backtests b where b.id = $1`, fixed, id).Scan(&over)
	if err != nil {
		return fmt.Errorf("settle shadow %d: %w", id, err)
	}
	if !over {
		return nil
	}
	_, err = d.walled.Exec(ctx, `
		with settled as (
		  update backtests b
		     set reached = greatest(b.reached, b.mark), mark = (select coalesce(max(id), 0) from cases), marked_at = clock_timestamp()
		   where b.id = $1 and not exists (
		     select from cases c where c.id > b.reached and c.id <= b.mark
		      and not exists (select from shadowed s where s.backtest_id = b.id and s.case_id = c.id))
		  returning reached)
		delete from shadowed s using settled where s.backtest_id = $1 and s.case_id <= settled.reached`, fixed, id)
	if err != nil {
		return fmt.Errorf("settle shadow %d: %w", id, err)
	}
	return nil
}

// FollowShadows is the job of counting, for all shadows, the cases that were opened.
type FollowShadows struct{}

// Kind names the job in the queue.
func (FollowShadows) Kind() string { return "follow_shadows" }
