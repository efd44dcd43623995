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

// AllItems lists all that can be asked for, in order: what stands alone, then category by category.
func (d *DB) AllItems(ctx context.Context) ([]Item, error) {
	var list []Item
	err := d.bun.NewSelect().Model(&list).Join("left join categories as category on category.key = item.category").
		OrderExpr("category.key is not null, category.position, category.key, item.position, item.key").Scan(ctx)
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

// FormVersion reads one version of a form. Versions never change: what was made of one holds for good, and one that was
// read is kept. It is shared: nobody may change it.
func (d *DB) FormVersion(ctx context.Context, id int64) (FormVersion, error) {
	if kept, ok := d.forms.Load(id); ok {
		return kept.(FormVersion), nil
	}
	v := FormVersion{ID: id}
	if err := d.bun.NewSelect().Model(&v).WherePK().Scan(ctx); err != nil {
		return FormVersion{}, fmt.Errorf("read form version %d: %w", id, notFound(err))
	}
	if d.tx == nil { // else it may be one that is not there yet, and never will be
		d.forms.Store(id, v)
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
