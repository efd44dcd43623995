package db

import (
	"context"
	"fmt"
	"time"
)

// LinkedCase is a case that has to do with another one.
type LinkedCase struct {
	ID       Number
	Title    string // its short description
	State    State
	FollowUp bool // it follows the other one up; else the other one follows it up
}

// Path is where the case is seen.
func (l LinkedCase) Path() string { return "/cases/" + l.ID.String() }

// CaseTies is what ties a case to other cases, and to who reads it.
type CaseTies struct {
	Linked    []LinkedCase // that its reader sees, the oldest first
	Following bool         // its reader does
}

// CaseTies reads what ties a case within the scope to others within it, and whether the person follows it.
func (d *DB) CaseTies(ctx context.Context, in Scope, n Number, person int64) (CaseTies, error) {
	q := caseQuery{}
	of := q.arg(n)
	sql := `select exists (select from case_follows f where f.case_id = ` + of + " and f.person_id = " + q.arg(person) + `),
       coalesce((select json_agg(json_build_object('ID', c.id, 'Title', c.short_description, 'State', c.state, 'FollowUp', l.up) order by c.id)
         from (select k.of_id as id, false as up from case_links k where k.case_id = ` + of + `
               union all select k.case_id, true from case_links k where k.of_id = ` + of + `) l
         join cases c on c.id = l.id where ` + q.holds(in) + `), '[]')`
	var t CaseTies
	if err := d.walled.QueryRow(ctx, sql, append([]any{fixed}, q.args...)...).Scan(&t.Following, &t.Linked); err != nil {
		return CaseTies{}, fmt.Errorf("read what %s is tied to: %w", n, err)
	}
	return t, nil
}

// LinkCases notes that a case follows up another one. It needs the transaction that opens it.
func (d *DB) LinkCases(ctx context.Context, n, of Number, now time.Time) error {
	if _, err := d.walled.Exec(ctx, `insert into case_links (case_id, of_id, created_at) values ($1, $2, $3)`, fixed, n, of, now); err != nil {
		return fmt.Errorf("link %s to %s: %w", n, of, err)
	}
	return nil
}
