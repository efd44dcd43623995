package db

import (
	"context"
	"fmt"
	"slices"
)

// exportsAtOnce is how many whole lists are read at once in one copy of the portal. Each keeps a connection for as long as
// somebody takes it in, and others need some too.
const exportsAtOnce = 4

// namedAtOnce is how many rows of a whole list are in memory at a time.
const namedAtOnce = 200

// WholeList gives every case of a list, in its order, one after the other, until each fails: all as they were at one moment.
// However long the list is, no more than some rows of it are in memory, and it is sorted by any column. The row that each is
// given is overwritten by a later one. It may have to wait until others have been read.
func (d *DB) WholeList(ctx context.Context, in Scope, f CaseFilter, by Sort, reverse bool, each func(*CaseRow) error) (err error) {
	if in.Empty() || f.Within != nil && f.Within.Empty() {
		return nil
	}
	if !slices.Contains(Sorts, by) {
		by, reverse = ByUpdated, false
	}
	q := caseQuery{filter: f, sort: by, descend: by.Descends() != reverse, whole: true}
	if q.hits, err = d.fewHits(ctx, f); err != nil {
		return err
	}
	select {
	case d.exports <- struct{}{}:
		defer func() { <-d.exports }()
	case <-ctx.Done():
		return fmt.Errorf("wait to read a whole list: %w", context.Cause(ctx))
	}
	ctx, leave := context.WithCancel(ctx)
	sql := q.all(in)
	found, err := d.walled.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		leave()
		return fmt.Errorf("read a whole list: %w", err)
	}
	defer found.Close()
	defer leave() // before that: what nobody takes in any more need not be read to its end
	rows, ignored := make([]CaseRow, 0, namedAtOnce), 0
	give := func() error {
		if err := d.nameRows(ctx, rows); err != nil {
			return err
		}
		for i := range rows {
			if err := each(&rows[i]); err != nil {
				return err
			}
		}
		rows = rows[:0]
		return nil
	}
	for found.Next() {
		rows = append(rows, CaseRow{})
		if err := rows[len(rows)-1].scan(found, &ignored); err != nil {
			return fmt.Errorf("read a whole list: %w", err)
		}
		if len(rows) == cap(rows) {
			if err := give(); err != nil {
				return err
			}
		}
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("read a whole list: %w", err)
	}
	return give()
}
