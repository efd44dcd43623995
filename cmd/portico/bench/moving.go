package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/jackc/pgx/v5"
)

// movedAccounts is how many accounts the part of a customer has that is moved, or as near to that as there is one.
const movedAccounts = 1000

// moving measures how long it takes until a part of a customer, that is hung elsewhere with all its cases, is there; and
// back. The floor is one statement that says of the same cases where they would hang. Nearly all of both is
// PostgreSQL's, which puts each case into all its indexes again.
func (b *bench) moving(ctx context.Context) error {
	name := "a part of a customer, hung elsewhere"
	if !b.wants(openGroup, name) {
		return nil
	}
	b.now(openGroup, name)
	part, has, err := b.db.PartOf(ctx, movedAccounts)
	if errors.Is(err, db.ErrNotFound) {
		return nil // no customer has parts
	}
	if err != nil {
		return wrong(openGroup, name, err)
	}
	admins, err := b.db.PlatformAdministrators(ctx, 1)
	if err != nil || len(admins) == 0 {
		return wrong(openGroup, name, errors.Join(err, errors.New("nobody may move accounts")))
	}
	who := policy.Actor{Person: admins[0], Grants: []db.Grant{{PersonID: admins[0].ID, Role: db.PlatformAdministrator}}}
	floor, err := b.bare(ctx, nil)
	if err != nil {
		return wrong(openGroup, name, err)
	}
	defer floor.close(ctx)
	var of, under sample
	var cases int
	for _, turn := range []struct {
		into *sample
		do   load
	}{
		{&of, func(ctx context.Context, _ int) (err error) {
			cases, err = b.move(ctx, who, part.ID, part.ParentID, 0)
			return err
		}},
		{&of, func(ctx context.Context, _ int) (err error) {
			cases, err = b.move(ctx, who, part.ID, 0, part.ParentID)
			return err
		}},
		{&under, func(ctx context.Context, _ int) error {
			return rehang(ctx, floor.workers[0].conn, part.ID, len(part.Path))
		}},
	} {
		s, err := b.metered(ctx, func() (sample, error) { return closed(ctx, 1, 0, 1, turn.do) })
		if err != nil {
			return wrong(openGroup, name, err)
		}
		turn.into.add(s)
	}
	of.spent.portal += of.spent.own // a few cases are moved by whoever asks
	f := b.report.add(openGroup, name, of)
	f.under(under)
	f.Note = fmt.Sprintf("%d accounts with %d cases, there and back", has, cases)
	return nil
}

// move hangs an account elsewhere, and tells how many cases went along once they are there.
func (b *bench) move(ctx context.Context, who policy.Actor, account, from, to int64) (cases int, err error) {
	m, err := b.desk.MoveAccount(ctx, who, account, from, to)
	for err == nil && m.EndedAt.IsZero() {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(20 * time.Millisecond):
			m, err = b.db.AccountMove(ctx, m.ID)
		}
	}
	if err == nil && m.Refused != "" {
		err = m.Refused
	}
	return m.Cases, err
}

// rehang says of all cases of an account, and of those below it, that they hang one level higher, and takes it back.
func rehang(ctx context.Context, conn *pgx.Conn, account int64, level int) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`
		update cases set a1 = a2, a2 = a3, a3 = a4, a4 = a5, a5 = a6, a6 = a7, a7 = a8, a8 = null where a%d = $1`, level), account)
	if err := errors.Join(err, tx.Rollback(ctx)); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	return nil
}
