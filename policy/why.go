package policy

import (
	"slices"

	"portico/db"
)

// Explanation tells why somebody may do something to a case or an account, or why not.
type Explanation struct {
	SignedIn bool   // else nothing is allowed: there is nobody, or their login is disabled
	Because  []Line // each on its own allows it, to who may sign in
	Missing  []Miss // the other lines and grants that they have, the nearest misses first
}

// Allowed is what Can says.
func (e Explanation) Allowed() bool { return e.SignedIn && len(e.Because) > 0 }

// Line is a line of the matrix as it is for one of a person's grants.
type Line struct {
	Grant  db.Grant
	Action Action
	Reach  Reach
}

// Miss is a line that would allow the action, but not to this case or account; or a grant without any such line.
type Miss struct {
	Line
	Why Reason
}

// Reason is why a line of the matrix, or a grant, does not lead to something. Its string names a text of the catalogues.
type Reason string

// The reasons, the nearest misses first.
const (
	OnlyThisAccount Reason = "only-this-account" // the case is below the grant's account, which it reaches alone
	NotShared       Reason = "not-shared"        // the home account lets its contacts see less
	OtherQueue      Reason = "other-queue"       // the case waits in another queue
	NotRequester    Reason = "not-requester"     // the case is somebody else's
	NotCopied       Reason = "not-copied"        // they aren't copied on the case
	OtherAccount    Reason = "other-account"     // the grant is at another account, of the same customer
	OtherHome       Reason = "other-home"        // their home account is another one of the same customer
	OtherCustomer   Reason = "other-customer"    // it belongs to another customer
	CasesOnly       Reason = "cases-only"        // the line is about cases, and an account is asked about
	NoPlace         Reason = "no-place"          // the grant names no account or queue that is there
	NotOfRole       Reason = "not-of-role"       // the role has no line for the action
	WrongKind       Reason = "wrong-kind"        // a role for staff on a contact, or the reverse: it counts for nothing
)

var nearest = []Reason{OnlyThisAccount, NotShared, OtherQueue, NotRequester, NotCopied, OtherAccount, OtherHome, OtherCustomer,
	CasesOnly, NoPlace, NotOfRole, WrongKind}

// Why explains what Can answers: it asks the same lines of the matrix where they lead.
func (j *Judge) Why(who Actor, may Action, what Object) Explanation {
	e := Explanation{SignedIn: who.SignedIn()}
	m := *j.matrix.Load()
	for i := range who.Grants {
		g := &who.Grants[i]
		line := Line{Grant: *g, Action: may}
		reaches := m[cell{g.Role, may}]
		switch {
		case g.Role.Staff() != who.Person.Staff:
			e.Missing = append(e.Missing, Miss{line, WrongKind})
			continue
		case len(reaches) == 0:
			e.Missing = append(e.Missing, Miss{line, NotOfRole})
		}
		for _, line.Reach = range reaches {
			if armOf(line.Reach, &who, g).holds(what) {
				e.Because = append(e.Because, line)
			} else {
				e.Missing = append(e.Missing, Miss{line, missed(line.Reach, &who, g, what)})
			}
		}
	}
	slices.SortStableFunc(e.Missing, func(a, b Miss) int {
		return slices.Index(nearest, a.Why) - slices.Index(nearest, b.Why)
	})
	return e
}

// Holders lists the roles that allow the action to some extent, of staff or of contacts, in the order of the matrix.
func (j *Judge) Holders(may Action, staff bool) []db.Role {
	return slices.DeleteFunc(j.Roles(), func(r db.Role) bool { return r.Staff() != staff || len(j.Reaches(r, may)) == 0 })
}

// missed tells why a line does not lead to the object.
func missed(reach Reach, who *Actor, g *db.Grant, o Object) Reason {
	isCase, home := o.RequesterID != 0, who.Home.Path
	below := func(path []int64) bool { return part{path: path, below: true}.holds(o.Path) }
	place, sister := home, OtherHome
	if reach == Granted {
		place, sister = g.Path, OtherAccount
	}
	switch {
	case reach == Queues && g.QueueID == 0, reach != Queues && len(place) == 0:
		return NoPlace
	case reach == Queues && !isCase:
		return CasesOnly
	case reach == Queues:
		return OtherQueue
	case len(o.Path) == 0 || o.Path[0] != place[0]:
		return OtherCustomer
	case reach == Granted && below(g.Path):
		return OnlyThisAccount
	case reach == Shared && below(home):
		return NotShared
	case reach == Granted || reach == Shared || reach == Home:
		return sister
	case !isCase:
		return CasesOnly
	case reach == Own:
		return NotRequester
	}
	return NotCopied
}
