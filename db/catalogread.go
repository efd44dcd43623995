package db

import (
	"context"
	"fmt"
)

// Categories lists the catalog's categories in their order.
func (d *DB) Categories(ctx context.Context) ([]Category, error) {
	var list []Category
	if err := d.bun.NewSelect().Model(&list).Order("position", "key").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	return list, nil
}

// Category finds a category by its key.
func (d *DB) Category(ctx context.Context, key string) (Category, error) {
	var c Category
	if err := d.bun.NewSelect().Model(&c).Where("key = ?", key).Scan(ctx); err != nil {
		return Category{}, fmt.Errorf("read category %q: %w", key, notFound(err))
	}
	return c, nil
}

// Items lists what can be asked for in a category, in order; in the empty one, what stands alone on the home page.
func (d *DB) Items(ctx context.Context, category string) ([]Item, error) {
	var list []Item
	err := d.bun.NewSelect().Model(&list).
		Where("coalesce(category, '') = ?", category).Order("position", "key").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	return list, nil
}

const itemSQL = `
select i.key, coalesce(i.category, ''), i.type, i.type_name, i.name, i.purpose, i.submit, i.position,
       coalesce((select max(v.id) from form_versions v where v.item = i.key), 0)
  from items i where i.key = $1`

// Item finds an item by its key, and the id of the form version that it asks now (0: it has none yet).
func (d *DB) Item(ctx context.Context, key string) (Item, int64, error) {
	var i Item
	var form int64
	err := d.fast.QueryRow(ctx, itemSQL, fixed, key).
		Scan(&i.Key, &i.Category, &i.Type, &i.TypeName, &i.Name, &i.Purpose, &i.Submit, &i.Position, &form)
	if err != nil {
		return Item{}, 0, fmt.Errorf("read item %q: %w", key, notFound(err))
	}
	return i, form, nil
}

// FormVersion reads one version of a form. Versions never change: what was made of one holds for good.
func (d *DB) FormVersion(ctx context.Context, id int64) (FormVersion, error) {
	v := FormVersion{ID: id}
	if err := d.bun.NewSelect().Model(&v).WherePK().Scan(ctx); err != nil {
		return FormVersion{}, fmt.Errorf("read form version %d: %w", id, notFound(err))
	}
	return v, nil
}

// RuleVersion reads one published version of the rule set.
func (d *DB) RuleVersion(ctx context.Context, version int) (RuleVersion, error) {
	v := RuleVersion{Version: version}
	if err := d.bun.NewSelect().Model(&v).WherePK().Scan(ctx); err != nil {
		return RuleVersion{}, fmt.Errorf("read rule version %d: %w", version, notFound(err))
	}
	return v, nil
}

// Published is all that rules can speak of, as it is published now.
type Published struct {
	Items    []Item
	Forms    []FormVersion // one of each item that has any: the one it asks now
	Services []Service
	Families []Family
	Queues   []Queue
	Tiers    []string // that accounts have
}

// Published reads all that rules can speak of.
func (d *DB) Published(ctx context.Context) (Published, error) {
	var p Published
	read := func(what string, err error) error {
		if err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
		return nil
	}
	newest := d.bun.NewSelect().Model((*FormVersion)(nil)).ColumnExpr("max(id)").Group("item")
	for _, err := range []error{
		read("items", d.bun.NewSelect().Model(&p.Items).Order("position", "key").Scan(ctx)),
		read("forms", d.bun.NewSelect().Model(&p.Forms).Where("id in (?)", newest).Order("item").Scan(ctx)),
		read("services", d.bun.NewSelect().Model(&p.Services).Order("position", "id").Scan(ctx)),
		read("families", d.bun.NewSelect().Model(&p.Families).Order("key").Scan(ctx)),
		read("queues", d.bun.NewSelect().Model(&p.Queues).Order("position", "id").Scan(ctx)),
		read("tiers", d.bun.NewSelect().Model((*Account)(nil)).ColumnExpr("distinct tier").Order("tier").Scan(ctx, &p.Tiers)),
	} {
		if err != nil {
			return Published{}, err
		}
	}
	return p, nil
}

// Edition tells which rules are live, and of which world: as long as it stays the same, so does all that is compiled.
type Edition struct {
	Rules int    // the live version of the rule set; 0: none was ever published
	World string // changes with the forms, services, families and queues that rules can speak of
}

// One statement, so that a transaction sees rules and world of the same instant.
const editionSQL = `
select coalesce((select max(version) from rule_versions), 0),
       md5(concat_ws('|',
         (select string_agg(newest.id::text, ',' order by newest.id) from (select max(id) id from form_versions group by item) newest),
         (select string_agg(key || type, ',' order by key) from items),
         (select string_agg(value || ':' || family, ',' order by value) from services),
         (select string_agg(key || issue_types, ',' order by key) from families),
         (select string_agg(name, ',' order by name) from queues)))`

// Edition asks what is live.
func (d *DB) Edition(ctx context.Context) (Edition, error) {
	var e Edition
	if err := d.fast.QueryRow(ctx, editionSQL, fixed).Scan(&e.Rules, &e.World); err != nil {
		return Edition{}, fmt.Errorf("read what is live: %w", err)
	}
	return e, nil
}
