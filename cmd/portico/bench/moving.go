package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/db"
	"portico/policy"
)

// movedAccounts is how many accounts the part of a customer has that is moved, or as near to that as there is one.
const movedAccounts = 1000

// moving measures how long it takes until a part of a customer, that is hung elsewhere with all its cases, is there; and
// back. There is no floor: of the time, nearly all is PostgreSQL's, which puts each case into all its indexes again.
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
	var s sample
	var cases int
	began := time.Now()
	for _, to := range [][2]int64{{part.ParentID, 0}, {0, part.ParentID}} {
		asked := time.Now()
		m, err := b.desk.MoveAccount(ctx, who, part.ID, to[0], to[1])
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
		if err != nil {
			return wrong(openGroup, name, err)
		}
		s.took, cases = append(s.took, time.Since(asked)), m.Cases
	}
	s.wall = time.Since(began)
	f := b.report.add(openGroup, name, s)
	f.Note = fmt.Sprintf("%d accounts with %d cases, there and back", has, cases)
	return nil
}
