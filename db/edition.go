package db

import (
	"context"
	"fmt"
)

// Edition tells which rules are live, and in which revision of all that is published beside them: as long as it stays
// the same, so does everything that is compiled or kept of Published.
type Edition struct {
	Rules    int   // the live version of the rule set; 0: none was ever published
	Revision int64 // changes with everything that is Published, the rules among it; never comes again
}

// Edition asks what is live.
func (d *DB) Edition(ctx context.Context) (Edition, error) {
	var e Edition
	err := d.fast.QueryRow(ctx, `select (select coalesce(max(version), 0) from rule_versions), revision from edition`, fixed).
		Scan(&e.Rules, &e.Revision)
	if err != nil {
		return Edition{}, fmt.Errorf("read what is live: %w", err)
	}
	return e, nil
}

// Published is all that forms are made of and rules can speak of, and what follows from a decision, as it is published
// now.
type Published struct {
	Items    []Item
	Forms    []FormVersion // one of each item that has any: the one it asks now
	Services []Service
	Families []Family
	Queues   []Queue  // in their order
	Tiers    []string // that accounts have; another one is no other edition
	Calendar Calendar
	Targets  []ResponseTarget
	Staff    []StaffName // colleagues who may sign in; a name that changes is no other edition
}

// Published reads all that is published. What changes meanwhile belongs to a later Edition than one that was asked
// before.
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
		read("staff", d.staffNames(ctx, &p.Staff)),
	} {
		if err != nil {
			return Published{}, err
		}
	}
	var err error
	if p.Calendar, err = d.ReadCalendar(ctx); err != nil {
		return Published{}, err
	}
	p.Targets, err = d.ResponseTargets(ctx)
	return p, err
}
