package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// CaseView is a list of cases that somebody keeps by a name: what it is narrowed to and how it is sorted, as its address says
// it. It holds what its owner may see when it is opened.
type CaseView struct {
	ID      int64
	Name    string
	Address string // what stands behind "/cases?"; empty for all cases
}

// CaseViewName is the constraint that nobody has two lists of one name.
const CaseViewName = "case_views_person"

// CaseViews lists the lists that somebody keeps, in their order.
func (d *DB) CaseViews(ctx context.Context, person int64) ([]CaseView, error) {
	rows, err := d.fast.Query(ctx, `select id, name, address from case_views where person_id = $1 order by position, id`, fixed, person)
	if err != nil {
		return nil, fmt.Errorf("read kept lists: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CaseView])
	return list, wrap(err, "read kept lists")
}

// AddCaseView keeps a list for somebody, after those that they have; Violates(err, CaseViewName) if they have one of its name.
func (d *DB) AddCaseView(ctx context.Context, person int64, v *CaseView, now time.Time) error {
	err := d.fast.QueryRow(ctx, `insert into case_views (person_id, name, address, position, created_at)
		select $1::bigint, $2::text, $3::text, coalesce(max(position), -1) + 1, $4::timestamptz from case_views where person_id = $1 returning id`,
		fixed, person, v.Name, v.Address, now).Scan(&v.ID)
	return wrap(err, "keep a list")
}

// SaveCaseView changes a list that somebody keeps; ErrNotFound where it isn't theirs, Violates(err, CaseViewName) if they have
// another of its name.
func (d *DB) SaveCaseView(ctx context.Context, person int64, v CaseView) error {
	tag, err := d.fast.Exec(ctx, `update case_views set name = $3, address = $4 where id = $2 and person_id = $1`, fixed, person, v.ID, v.Name, v.Address)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	return wrap(err, "change a kept list")
}

// RemoveCaseView removes a list that somebody keeps; ErrNotFound where it isn't theirs.
func (d *DB) RemoveCaseView(ctx context.Context, person, id int64) error {
	tag, err := d.fast.Exec(ctx, `delete from case_views where id = $2 and person_id = $1`, fixed, person, id)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	return wrap(err, "remove a kept list")
}

// OrderCaseViews puts the lists that somebody keeps in the order of their ids.
func (d *DB) OrderCaseViews(ctx context.Context, ids []int64) error {
	return d.place(ctx, "case_views", "id", ids)
}

// ChooseCaseColumns keeps the columns of somebody's lists. It counts as no change of the person: whoever edits them is not
// in its way.
func (d *DB) ChooseCaseColumns(ctx context.Context, person int64, columns []string) error {
	_, err := d.fast.Exec(ctx, `update people set case_columns = $2 where id = $1`, fixed, person, columns)
	return wrap(err, "choose columns")
}
