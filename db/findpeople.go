package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// FoundPerson is somebody as they are found among all people.
type FoundPerson struct {
	ID        int64
	FirstName string
	LastName  string
	Email     string
	Account   string // a contact's; empty for staff
	Disabled  bool
}

// Name is the person's full name.
func (p FoundPerson) Name() string {
	return Person{FirstName: p.FirstName, LastName: p.LastName}.Name()
}

// FindPeople lists people, contacts and staff, also those whose login is disabled, in whose name, address or account all
// words stand, or begin so; by name, at most limit of them. Of no words there are none. It asks for no scope: it is for
// who administers the platform.
func (d *DB) FindPeople(ctx context.Context, words string, limit int) ([]FoundPerson, error) {
	rows, err := d.fast.Query(ctx, `
		select p.id, p.first_name, p.last_name, p.email, coalesce(a.name, ''), p.disabled_at is not null
		  from people p left join accounts a on a.id = p.account_id
		 where p.words @@ words_query($1)
		 order by p.last_name, p.first_name, p.id limit $2`, planned, words, limit)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[FoundPerson])
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	return list, nil
}
