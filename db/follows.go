package db

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// FollowCase has somebody follow a case that they see, or no longer. changed tells whether that was otherwise before.
func (d *DB) FollowCase(ctx context.Context, person int64, n Number, on bool, now time.Time) (changed bool, err error) {
	sql, args := `delete from case_follows where case_id = $1 and person_id = $2`, []any{fixed, n, person}
	if on {
		sql, args = `insert into case_follows (case_id, person_id, created_at) values ($1, $2, $3) on conflict (case_id, person_id) do nothing`, append(args, now)
	}
	tag, err := d.walled.Exec(ctx, sql, args...)
	if err != nil {
		return false, fmt.Errorf("follow %s: %w", n, err)
	}
	return tag.RowsAffected() > 0, nil
}

// FollowAccount has somebody follow an account with all below it, or no longer; see FollowCase.
func (d *DB) FollowAccount(ctx context.Context, person, account int64, on bool, now time.Time) (changed bool, err error) {
	sql, args := `delete from account_follows where account_id = $1 and person_id = $2`, []any{fixed, account, person}
	if on {
		sql, args = `insert into account_follows (account_id, person_id, created_at) values ($1, $2, $3) on conflict do nothing`, append(args, now)
	}
	tag, err := d.fast.Exec(ctx, sql, args...)
	if err != nil {
		return false, fmt.Errorf("follow an account: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// FollowedCase is a case that somebody follows.
type FollowedCase struct {
	ID               Number
	ShortDescription string
	TypeName         rules.Text
	State            State
	Priority         Priority
	Account          string
	UpdatedAt        time.Time
	Mark             int64 // see FollowedCases
}

// FollowedCases lists the cases within the scope that a person follows, those followed last first, at most limit of them:
// beyond one with the mark, or from the first on where that is 0.
func (d *DB) FollowedCases(ctx context.Context, in Scope, person, beyond int64, limit int) ([]FollowedCase, error) {
	if in.Empty() {
		return nil, nil
	}
	if beyond == 0 {
		beyond = math.MaxInt64
	}
	q := caseQuery{}
	sql := `select c.id, c.short_description, i.type_name, c.state, c.priority, a.name, c.updated_at, f.id
  from case_follows f join cases c on c.id = f.case_id join items i on i.key = c.item join accounts a on a.id = c.account_id
 where f.person_id = ` + q.arg(person) + " and f.id < " + q.arg(beyond) + " and " + q.holds(in) + " order by f.id desc limit " + strconv.Itoa(limit)
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list followed cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[FollowedCase])
	if err != nil {
		return nil, fmt.Errorf("list followed cases: %w", err)
	}
	return list, nil
}

// FollowedAccounts lists the accounts of the scope that a person follows, by name.
func (d *DB) FollowedAccounts(ctx context.Context, in AccountScope, person int64) ([]AccountLine, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	sql := accountLine + "accounts a join account_follows f on f.account_id = a.id where f.person_id = " + q.arg(person) + " and " + q.accounts(in) +
		" order by a.name, a.id"
	return d.accountLines(ctx, sql, append([]any{fixed}, q.args...))
}

// Said is something that somebody said in a case.
type Said struct {
	EventID          int64
	CaseID           Number
	ShortDescription string
	State            State
	At               time.Time
	Body             string
}

// SaidBy lists what a person said in cases of the scope, newest first, at most limit of it: before an event, or up to now
// where that is 0.
func (d *DB) SaidBy(ctx context.Context, in Scope, person, before int64, limit int) ([]Said, error) {
	if in.Empty() {
		return nil, nil
	}
	if before == 0 {
		before = math.MaxInt64
	}
	q := caseQuery{}
	sql := `select e.id, c.id, c.short_description, c.state, e.at, left(e.body, 500)
  from events e join cases c on c.id = e.case_id
 where e.kind = 'comment' and not e.internal and e.person_id = ` + q.arg(person) + " and e.id < " + q.arg(before) + " and " + q.holds(in) +
		" order by e.id desc limit " + strconv.Itoa(limit)
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list what somebody said: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Said])
	if err != nil {
		return nil, fmt.Errorf("list what somebody said: %w", err)
	}
	return list, nil
}
