package db

import (
	"context"
	"fmt"
)

// StaffByEmail finds somebody of the provider who may sign in, with all that is to be known to judge what they may do;
// ErrNotFound if there is nobody.
func (d *DB) StaffByEmail(ctx context.Context, email string) (SignedIn, error) {
	var in SignedIn
	err := d.bun.NewSelect().Model(&in.Person).Where("lower(email) = lower(?) and staff and disabled_at is null", email).Scan(ctx)
	if err != nil {
		return SignedIn{}, fmt.Errorf("find staff: %w", notFound(err))
	}
	err = d.bun.NewSelect().Model(&in.Grants).Where("person_id = ?", in.Person.ID).Order("id").Scan(ctx)
	if err != nil {
		return SignedIn{}, fmt.Errorf("read grants: %w", err)
	}
	return in, nil
}
