package policy

import (
	"slices"

	"portico/db"
)

// Actor is the person who asks, with all that policy needs to know of them. The zero Actor is nobody.
type Actor struct {
	Person db.Person
	Home   db.Account // a contact's home account; zero for staff
	Grants []db.Grant // with their Path filled in: a contact's grant without one reaches nothing
}

// SignedIn tells whether the actor is somebody whose login is not disabled.
func (a Actor) SignedIn() bool { return a.Person.ID != 0 && a.Person.DisabledAt.IsZero() }

// Staff tells whether the actor is one of the provider's people.
func (a Actor) Staff() bool { return a.SignedIn() && a.Person.Staff }

// Is tells whether the actor holds the role, wherever that may be. For what somebody may do ask a Judge instead.
func (a Actor) Is(role db.Role) bool {
	return slices.ContainsFunc(a.Grants, func(g db.Grant) bool { return g.Role == role && a.counts(g) })
}

// Queues lists the queues that the actor belongs to, each once, in rising order of id.
func (a Actor) Queues() []int64 {
	var ids []int64
	for _, g := range a.Grants {
		if g.QueueID != 0 && a.counts(g) {
			ids = append(ids, g.QueueID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// counts tells whether a grant gives its holder anything. A disabled person has no rights, and a staff role on a contact
// (or the reverse) is a mistake that must not open a door.
func (a Actor) counts(g db.Grant) bool { return a.SignedIn() && g.Role.Staff() == a.Person.Staff }
