package db

import (
	"context"
	"time"
)

// Front is what the provider shows to everybody who comes: what can be asked for, and how else it is reached.
type Front struct {
	Alone      []Item // what stands alone, outside of the categories
	Categories []Category
	Ways       []ContactWay

	read  time.Time
	shelf []Offer // all that can be asked for: what SearchCatalog looks through
}

// Front reads what the provider shows to everybody. As it hardly ever changes, it is kept for a while: see namesLife. It
// is shared: nobody may change it.
func (d *DB) Front(ctx context.Context) (*Front, error) {
	if kept := d.front.Load(); kept != nil && time.Since(kept.read) < namesLife {
		return kept, nil
	}
	f := &Front{read: time.Now()}
	var err error
	if f.Alone, err = d.Items(ctx, ""); err != nil {
		return nil, err
	}
	if f.Categories, err = d.Categories(ctx); err != nil {
		return nil, err
	}
	if f.Ways, err = d.ContactWays(ctx); err != nil {
		return nil, err
	}
	if f.shelf, err = d.shelf(ctx, f.Categories); err != nil {
		return nil, err
	}
	d.front.Store(f)
	return f, nil
}
