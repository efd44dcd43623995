package db

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
)

const mailColumns = `id, coalesce(person_id, 0), coalesce(case_id, 0), coalesce(event_id, 0), kind, "to", subject, body, created_at,
       coalesce(sent_at, '0001-01-01Z'), failure, coalesce(by_id, 0), coalesce(about, 0), name, language`

func (m *Mail) fields() []any {
	return []any{&m.ID, &m.PersonID, &m.CaseID, &m.EventID, &m.Kind, &m.To, &m.Subject, &m.Body, &m.CreatedAt,
		&m.SentAt, &m.Failure, &m.ByID, &m.About, &m.Name, &m.Language}
}

// Mails lists promised mail, newest first, 50 at a time: what is older than one of them, or the newest. older tells
// whether there is still more.
func (d *DB) Mails(ctx context.Context, before int64) (list []Mail, older bool, err error) {
	const size = 50
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := d.walled.Query(ctx, `select `+mailColumns+` from mails where id < $1 order by id desc limit $2`, fixed, before, size+1)
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Mail, err error) { return m, row.Scan(m.fields()...) })
	}
	if err != nil {
		return nil, false, fmt.Errorf("list mail: %w", err)
	}
	return list[:min(size, len(list))], len(list) > size, nil
}

// Mail reads one mail; ErrNotFound if there is none.
func (d *DB) Mail(ctx context.Context, id int64) (Mail, error) {
	var m Mail
	err := d.walled.QueryRow(ctx, `select `+mailColumns+` from mails where id = $1`, fixed, id).Scan(m.fields()...)
	return m, notFound(err)
}
