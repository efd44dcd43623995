package policy

import (
	"slices"

	"portico/db"
)

// arm is where one cell of the matrix leads for one grant of one person. Can, Scope and Accounts all ask arms, so that
// they cannot disagree about what a grant means. At most one of its fields is set; the zero arm leads nowhere.
type arm struct {
	all   bool
	part  part
	queue int64
	own   db.Own
}

// part is a piece of the account tree: the account at the end of the path, alone or with all below it.
type part struct {
	path  []int64
	below bool
}

// armOf is the only place that says what a reach means.
func armOf(reach Reach, who *Actor, g *db.Grant) arm {
	switch reach {
	case All:
		return arm{all: true}
	case Queues:
		return arm{queue: g.QueueID}
	case Granted:
		if g.Reach == db.ThisAccount || g.Reach == db.AndBelow {
			return arm{part: part{g.Path, g.Reach == db.AndBelow}}
		}
	case Home:
		return arm{part: part{path: who.Home.Path}}
	case Shared:
		if see := who.Home.ContactsSee; see == db.SeeAccount || see == db.SeeBelow {
			return arm{part: part{who.Home.Path, see == db.SeeBelow}}
		}
	case Own:
		if len(who.Home.Path) > 0 {
			return arm{own: db.Own{Root: who.Home.Path[0], Requester: who.Person.ID}}
		}
	case Copied:
		if len(who.Home.Path) > 0 {
			return arm{own: db.Own{Root: who.Home.Path[0], Copied: who.Person.ID}}
		}
	}
	return arm{}
}

// leads tells whether there can be anything at the end of the arm.
func (a arm) leads() bool {
	return a.all || len(a.part.path) > 0 || a.queue != 0 || a.own != db.Own{}
}

// holds tells whether the object lies at the end of the arm.
func (a arm) holds(o Object) bool {
	switch {
	case a.all:
		return true
	case len(a.part.path) > 0:
		return a.part.holds(o.Path)
	case a.queue != 0:
		return o.QueueID == a.queue
	case len(o.Path) > 0 && o.Path[0] == a.own.Root:
		return a.own.Requester != 0 && o.RequesterID == a.own.Requester ||
			a.own.Copied != 0 && slices.Contains(o.CopiedIDs, a.own.Copied)
	}
	return false
}

// holds tells whether an account lies within the part.
func (p part) holds(path []int64) bool {
	last := len(p.path) - 1
	return last >= 0 && len(path) > last && path[last] == p.path[last] && (p.below || len(path) == len(p.path))
}

// within tells whether all of the part lies within the other.
func (p part) within(q part) bool {
	return q.holds(p.path) && (q.below || !p.below)
}

// widest leaves out what lies within another part: a list asks the database once for every part that is left.
func widest(parts []part) []part {
	var kept []part
	for _, p := range parts {
		if slices.ContainsFunc(kept, p.within) {
			continue
		}
		kept = append(slices.DeleteFunc(kept, func(k part) bool { return k.within(p) }), p)
	}
	return kept
}

// split writes parts as scopes do.
func split(parts []part) (branches []db.Branch, accounts []int64) {
	for _, p := range widest(parts) {
		last := len(p.path) - 1
		if p.below {
			branches = append(branches, db.Branch{AccountID: p.path[last], Depth: last})
		} else {
			accounts = append(accounts, p.path[last])
		}
	}
	return branches, accounts
}

// area is some of all accounts: of parts that may overlap.
type area struct {
	all   bool
	parts []part
}

// and is what lies in both. In a tree two parts have nothing in common, or one of them lies within the other.
func (r area) and(other area) area {
	switch {
	case r.all:
		return other
	case other.all:
		return r
	}
	var in area
	for _, p := range r.parts {
		for _, q := range other.parts {
			switch {
			case p.within(q):
				in.parts = append(in.parts, p)
			case q.within(p):
				in.parts = append(in.parts, q)
			}
		}
	}
	return in
}

func (r area) scope() (s db.AccountScope) {
	if r.all {
		return db.AccountScope{All: true}
	}
	s.Branches, s.Accounts = split(r.parts)
	return s
}
