package db

import (
	"context"
	"fmt"
)

// Mails lists promised mail, newest first, 50 at a time: what is older than one of them, or the newest. older tells
// whether there is still more.
func (d *DB) Mails(ctx context.Context, before int64) (list []Mail, older bool, err error) {
	const size = 50
	q := d.bun.NewSelect().Model(&list).OrderExpr("id desc").Limit(size + 1)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, false, fmt.Errorf("list mail: %w", err)
	}
	return list[:min(size, len(list))], len(list) > size, nil
}

// Mail reads one mail; ErrNotFound if there is none.
func (d *DB) Mail(ctx context.Context, id int64) (Mail, error) {
	var m Mail
	err := d.bun.NewSelect().Model(&m).Where("id = ?", id).Scan(ctx)
	return m, notFound(err)
}
