package bench

import (
	"context"

	"portico/db"
)

const wallGroup = "The second wall, on the rows of a list"

// walls measures what it costs to have PostgreSQL hold to who sees what: the statement of each list, as the portal sends it
// behind its reader's wall, beside the same without any, as the owner. Neither has the portal before it.
func (b *bench) walls(ctx context.Context) error {
	for _, one := range []struct {
		name string
		who  *visitor
	}{
		{"customer", b.people.customer}, {"case manager", b.people.manager},
		{"customer administrator", b.people.administrator}, {"agent", b.people.agent},
	} {
		if !b.wants(wallGroup, one.name) {
			continue
		}
		views, err := b.viewsOf(ctx, one.who)
		if err != nil {
			return wrong(wallGroup, one.name, err)
		}
		for _, w := range views {
			if err := b.wall(ctx, one.who, one.name+", "+w.name, w); err != nil {
				return wrong(wallGroup, one.name+", "+w.name, err)
			}
		}
	}
	return nil
}

func (b *bench) wall(ctx context.Context, v *visitor, name string, w view) error {
	without, err := b.bare(ctx, nil)
	if err != nil {
		return err
	}
	defer without.close(ctx)
	with, err := b.floorOver(ctx, b.connectWalled, nil)
	if err != nil {
		return err
	}
	defer with.close(ctx)
	for _, r := range with.workers {
		r.wall = b.judge.Wall(v.who).String()
	}
	known := map[string]bool{}
	for _, l := range w.pages[:min(len(w.pages), manyWords)] {
		rows, err := b.rowsFor(ctx, without, v, l, known)
		if err != nil {
			return err
		}
		with.turns, without.turns = append(with.turns, rows), append(without.turns, open([]db.Statement{rows})...)
	}
	if err := without.settle(ctx); err != nil {
		return err
	}
	if err := with.settleOn(ctx, without.mode); err != nil { // so that it is the wall that differs
		return err
	}
	b.now(wallGroup, name)
	behind, bare, err := b.duel(ctx, with.load, without.load, 0)
	if err != nil {
		return err
	}
	f := b.report.floors(wallGroup, name, behind)
	f.under(bare)
	f.Over, f.Note = b.people.under[v], with.planned
	return nil
}
