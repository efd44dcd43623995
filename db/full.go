package db

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Full tells whether err means that the database has no room to write: what is there can be read, and nothing of what was
// to be written is.
func Full(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "53100"
}
