package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// Replay is a day whose cases are decided again by what decided them.
type Replay struct {
	Day       time.Time // its beginning, in UTC
	Cases     int       // that were decided again
	Differing int       // of them that came out otherwise
	BeganAt   time.Time
	EndedAt   time.Time // zero: it is under way
	ReachedAt time.Time
	Reached   Number
}

// ReplayCase is a case that would be decided otherwise.
type ReplayCase struct {
	CaseID  Number
	Version int
	Differs []string // see rules.Decision.Differs
	Kept    rules.Outcomes
	Again   *rules.Outcomes // nil: it could not be decided again
}

// replayCasesKept is how many differing cases are kept of a day; all are counted.
const replayCasesKept = 1000

// BeginReplay has the cases of a day decided again. Once begun, a day is not begun again.
func (d *DB) BeginReplay(ctx context.Context, day, now time.Time) error {
	_, err := d.fast.Exec(ctx, `insert into replays (day, reached_at, began_at) values ($1::timestamptz at time zone 'UTC', $1, $2) on conflict do nothing`, fixed, day, now)
	if err != nil {
		return fmt.Errorf("begin a replay: %w", err)
	}
	return nil
}

const replayColumns = `r.day::timestamp at time zone 'UTC', r.cases, r.differing, r.began_at, coalesce(r.ended_at, '0001-01-01Z'), r.reached_at, r.reached`

func (r *Replay) fields() []any {
	return []any{&r.Day, &r.Cases, &r.Differing, &r.BeganAt, &r.EndedAt, &r.ReachedAt, &r.Reached}
}

// LockReplay is the oldest that is under way, held until the transaction ends; ErrNotFound if there is none, or another
// copy is at it.
func (d *DB) LockReplay(ctx context.Context) (Replay, error) {
	var r Replay
	err := d.fast.QueryRow(ctx, "select "+replayColumns+" from replays r where ended_at is null order by day limit 1 for update skip locked", fixed).Scan(r.fields()...)
	if err != nil {
		return Replay{}, fmt.Errorf("find a replay: %w", notFound(err))
	}
	return r, nil
}

// ReplayPart is the next cases of a replay, in the order in which they were opened. Cases that name no lexicon were decided
// before it was kept what decides, and are not among them.
func (d *DB) ReplayPart(ctx context.Context, r Replay, size int) (list []Case, err error) {
	rows, err := d.walled.Query(ctx, `
		select id, facts, decision, rule_version, lexicon, created_at from cases
		 where (created_at, id) > ($1, $2) and created_at < $3 and lexicon is not null
		 order by created_at, id limit $4`, fixed, r.ReachedAt, r.Reached, r.Day.AddDate(0, 0, 1), size)
	if err != nil {
		return nil, fmt.Errorf("read the cases of a replay: %w", err)
	}
	for rows.Next() {
		var c Case
		if err := rows.Scan(&c.ID, &c.Facts, &c.Decision, &c.RuleVersion, &c.Lexicon, &c.CreatedAt); err != nil {
			rows.Close()
			return nil, fmt.Errorf("read a case of a replay: %w", err)
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the cases of a replay: %w", err)
	}
	return list, nil
}

// SaveReplay keeps how far a replay is, and the differing cases that were found on the way.
func (d *DB) SaveReplay(ctx context.Context, r Replay, found []ReplayCase) error {
	if d.tx == nil {
		return errors.New("a replay is saved inside of a transaction")
	}
	for i, c := range found {
		if r.Differing-len(found)+i >= replayCasesKept {
			break
		}
		_, err := d.fast.Exec(ctx, `
			insert into replay_cases (day, case_id, version, differs, kept, again) values ($1::timestamptz at time zone 'UTC', $2, $3, $4, $5, $6)
			on conflict do nothing`, fixed, r.Day, c.CaseID, c.Version, c.Differs, c.Kept, c.Again)
		if err != nil {
			return fmt.Errorf("keep a case of a replay: %w", err)
		}
	}
	_, err := d.fast.Exec(ctx, `
		update replays set reached_at = $2, reached = $3, cases = $4, differing = $5, ended_at = $6
		 where day = $1::timestamptz at time zone 'UTC'`, fixed, r.Day, r.ReachedAt, r.Reached, r.Cases, r.Differing, moment(r.EndedAt))
	if err != nil {
		return fmt.Errorf("save a replay: %w", err)
	}
	return nil
}

// SweepReplays forgets the replays of days before one.
func (d *DB) SweepReplays(ctx context.Context, before time.Time) error {
	if _, err := d.fast.Exec(ctx, `delete from replays where day < $1::timestamptz at time zone 'UTC'`, fixed, before); err != nil {
		return fmt.Errorf("sweep replays: %w", err)
	}
	return nil
}

// Replays lists those of the last days, the newest first.
func (d *DB) Replays(ctx context.Context, most int) ([]Replay, error) {
	rows, err := d.fast.Query(ctx, "select "+replayColumns+" from replays r order by day desc limit $1", fixed, most)
	if err != nil {
		return nil, fmt.Errorf("list replays: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Replay, err error) {
		err = row.Scan(r.fields()...)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list replays: %w", err)
	}
	return list, nil
}

// ReplayCases lists the cases of a day that came out otherwise, the first thousand at most.
func (d *DB) ReplayCases(ctx context.Context, day time.Time) ([]ReplayCase, error) {
	rows, err := d.fast.Query(ctx, `
		select case_id, version, differs, kept, again from replay_cases where day = $1::timestamptz at time zone 'UTC' order by case_id`, fixed, day)
	if err != nil {
		return nil, fmt.Errorf("list the cases of a replay: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ReplayCase, err error) {
		err = row.Scan(&c.CaseID, &c.Version, &c.Differs, &c.Kept, &c.Again)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the cases of a replay: %w", err)
	}
	return list, nil
}

// Replayed counts the cases that were asked in the seven days up to the last replay, and those of them that came out
// otherwise: that long it goes on being told.
func (d *DB) Replayed(ctx context.Context) (cases, differing int, err error) {
	err = d.fast.QueryRow(ctx, `
		select coalesce(sum(cases), 0), coalesce(sum(differing), 0) from replays where day > (select max(day) from replays) - 7`, fixed).
		Scan(&cases, &differing)
	if err != nil {
		return 0, 0, fmt.Errorf("count what was replayed: %w", err)
	}
	return cases, differing, nil
}
