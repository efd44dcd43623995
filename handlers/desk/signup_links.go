package desk

import (
	"context"

	"portico/db"
)

// applicant is who a link is for that is for nobody yet.
func (d *Desk) applicant(context.Context, db.Link) (db.Person, error) {
	return db.Person{}, db.ErrNotFound
}

// welcomeNobody makes somebody of who holds a link that is for nobody yet, with the password that they chose. It gives the
// page to go on to.
func (d *Desk) welcomeNobody(context.Context, *db.DB, db.Link, string) (person int64, to string, err error) {
	return 0, "", db.ErrNotFound
}

// confirmRequest says that it was its reader who asked for what a link is about. It gives the page to go on to.
func (d *Desk) confirmRequest(context.Context, *db.DB, db.Link) (to string, err error) {
	return "", db.ErrNotFound
}
