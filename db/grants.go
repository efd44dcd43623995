package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ChangeGrants takes grants from a contact and gives them others, and notes the time. Of each role and account there is
// one grant at most: to change its reach, take it and give it again.
func (d *DB) ChangeGrants(ctx context.Context, person int64, take []int64, give []Grant, now time.Time) error {
	_, err := d.fast.Exec(ctx, `delete from grants where person_id = $1 and id = any ($2)`, person, take)
	if err == nil {
		_, err = d.fast.Exec(ctx, `update people set updated_at = $2 where id = $1`, person, now)
	}
	if err != nil {
		return fmt.Errorf("change grants: %w", err)
	}
	if len(give) == 0 {
		return nil
	}
	for i := range give {
		give[i].ID, give[i].PersonID = 0, person
	}
	return Add(ctx, d, give)
}

// Resight is a change of what a contact sees: by grants that are given or taken.
type Resight struct{ Before, After Scope }

// Sight is how much somebody sees more: cases, and accounts that they saw nothing of as a whole.
type Sight struct{ Cases, Accounts int }

// SeenMore counts, for each change, what is seen after it and was not before, as far as it lies within the scope of who
// asks, up to one more than limit of each. It is for scopes of contacts: of accounts and of their own cases.
//
// What is new is looked for account by account: so it is as quick where next to nothing is new among a great many cases.
func (d *DB) SeenMore(ctx context.Context, in Scope, changes []Resight, limit int) ([]Sight, error) {
	if len(changes) == 0 || in.Empty() {
		return make([]Sight, len(changes)), nil
	}
	var q caseQuery
	counts := make([]string, len(changes))
	for i, change := range changes {
		counts[i] = q.seenMore(in, change, " limit "+strconv.Itoa(limit+1))
	}
	sights := make([]Sight, len(changes))
	into := make([]any, 0, 2*len(changes))
	for i := range sights {
		into = append(into, &sights[i].Cases, &sights[i].Accounts)
	}
	sql := "select " + strings.Join(counts, ",\n")
	if err := d.walled.QueryRow(ctx, sql, append([]any{planned}, q.args...)...).Scan(into...); err != nil {
		return nil, fmt.Errorf("count what is seen more: %w", err)
	}
	return sights, nil
}

func (q *caseQuery) seenMore(in Scope, c Resight, limit string) string {
	if c.Before.All {
		return "0, 0"
	}
	asked := q.holds(in)
	was := "not " + q.holds(Scope{Own: c.Before.Own})
	accounts := "select a.id from accounts a where " + q.place(c.After) + " and not " + q.place(c.Before) + " and " + q.place(in)
	arms := []string{"(select c.id from (" + accounts + ") more cross join lateral (select c.id from cases c where c.account_id = more.id and " +
		was + " and " + asked + limit + ") c" + limit + ")"}
	if own := c.After.Own; own.Root != 0 && own != c.Before.Own {
		for _, a := range q.arms(Scope{Own: own}) {
			arms = append(arms, "(select c.id from cases c where "+a.where+" and not "+q.holds(c.Before)+" and "+asked+limit+")")
		}
	}
	return "(select count(*) from (select distinct id from (" + strings.Join(arms, " union all ") + ") seen" + limit + ") cases), " +
		"(select count(*) from (" + accounts + limit + ") accounts)"
}

// place is the part of a scope that is of accounts, as a condition on the table "a".
func (q *caseQuery) place(in Scope) string {
	accounts := AccountScope{All: in.All || len(in.Queues) > 0, Branches: in.Branches, Accounts: in.Accounts}
	if accounts.Empty() {
		return "false"
	}
	return q.accounts(accounts)
}
