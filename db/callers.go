package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Caller is a contact as somebody looks for them who opens a case for them.
type Caller struct {
	ID        int64
	FirstName string
	LastName  string
	Email     string
	Phone     string
	Account   string
}

// Callers are contacts who may sign in, at accounts of the scope, in whose name, address or account all words stand, or
// begin so; by name, at most limit of them. Of no words they are the first of all.
func (d *DB) Callers(ctx context.Context, in AccountScope, words string, limit int) ([]Caller, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	sql := `select p.id, p.first_name, p.last_name, p.email, p.phone, a.name
		from people p join accounts a on a.id = p.account_id
		where not p.staff and p.disabled_at is null and ` + q.accounts(in)
	if strings.TrimSpace(words) != "" {
		sql += " and p.words @@ words_query(" + q.arg(words) + ")"
	}
	sql += " order by p.last_name, p.first_name, p.id limit " + strconv.Itoa(limit)
	rows, err := d.fast.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("find callers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Caller])
	if err != nil {
		return nil, fmt.Errorf("find callers: %w", err)
	}
	return list, nil
}
