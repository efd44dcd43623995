package policy

import "portico/db"

// Wall is what the database lets the actor see, whatever is asked of it: all that See allows.
func (j *Judge) Wall(who Actor) db.Wall {
	return db.Wall{
		Cases:    j.Scope(who, See),
		Person:   who.Person.ID,
		Notes:    j.May(who, Note),
		Provider: j.May(who, Configure),
	}
}
