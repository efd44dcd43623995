package db

import (
	"context"
	"fmt"
	"time"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// catalogNames are the names that nearly every row of a list shows and that hardly ever change: kept, rather than joined
// to and decoded for each row. A new name is seen after namesLife at the latest, a new item or service at once.
type catalogNames struct {
	types    map[string]rules.Text // of cases, by item
	services map[int64]rules.Text
	kinds    []CaseType // as filters offer them
	read     time.Time
}

const namesLife = time.Minute

// nameRows fills in the names of types and products.
func (d *DB) nameRows(ctx context.Context, rows []CaseRow) error {
	if len(rows) == 0 {
		return nil
	}
	names := d.names.Load()
	if names == nil || time.Since(names.read) > namesLife || !names.know(rows) {
		var err error
		if names, err = d.readNames(ctx); err != nil {
			return err
		}
		d.names.Store(names)
	}
	for i := range rows {
		rows[i].TypeName, rows[i].Product = names.types[rows[i].item], names.services[rows[i].service]
	}
	return nil
}

func (n *catalogNames) know(rows []CaseRow) bool {
	for i := range rows {
		if n.types[rows[i].item] == nil || rows[i].service != 0 && n.services[rows[i].service] == nil {
			return false
		}
	}
	return true
}

func (d *DB) readNames(ctx context.Context) (*catalogNames, error) {
	names := &catalogNames{types: map[string]rules.Text{}, services: map[int64]rules.Text{}, read: time.Now()}
	found, err := d.fast.Query(ctx, `select key, 0::bigint, type_name from items union all select '', id, name from services`, fixed)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	var item string
	var service int64
	var name rules.Text
	_, err = pgx.ForEachRow(found, []any{&item, &service, &name}, func() error {
		if service == 0 {
			names.types[item] = name
		} else {
			names.services[service] = name
		}
		name = nil // the next one is not to be read into this map
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	names.kinds, err = d.readCaseTypes(ctx)
	return names, err
}

// CaseTypes lists the types of case that the catalog gives: what it gave a minute ago at the most.
func (d *DB) CaseTypes(ctx context.Context) ([]CaseType, error) {
	names := d.names.Load()
	if names == nil || time.Since(names.read) > namesLife {
		var err error
		if names, err = d.readNames(ctx); err != nil {
			return nil, err
		}
		d.names.Store(names)
	}
	return names.kinds, nil
}
