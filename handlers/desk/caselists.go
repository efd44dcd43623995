package desk

import (
	"reflect"

	"portico/db"
	"portico/policy"
)

// CaseList is one of the lists of cases: what lies within its scope and its filter.
type CaseList struct {
	Key    string // empty: all that one may see
	Scope  db.Scope
	Filter db.CaseFilter
}

// CaseLists are the lists that make sense for somebody, all that they may see before the others. What one is copied on is of
// every type: whoever was put in copy looks for it in one place.
func (d *Desk) CaseLists(who policy.Actor) []CaseList {
	see := d.Judge.Scope(who, policy.See)
	action := CaseList{Key: "action", Scope: d.Judge.Scope(who, policy.Comment), Filter: db.CaseFilter{State: db.AwaitingState}}
	if !reflect.DeepEqual(action.Scope, see) {
		action.Filter.Within = &see
	}
	lists := []CaseList{{Scope: see}, action}
	if who.Staff() {
		return lists
	}
	mine := ownCases(who, see)
	mine.Key, mine.Filter.Requester, mine.Filter.Matter = "mine", who.Person.ID, db.CasesOnly
	requests := mine
	requests.Key, requests.Filter.Matter = "requests", db.RequestsOnly
	lists = append(lists, mine, requests)
	if len(who.Home.Path) > 0 {
		lists = append(lists, CaseList{Key: "copied", Filter: db.CaseFilter{Within: &see},
			Scope: db.Scope{Own: db.Own{Root: who.Home.Path[0], Copied: who.Person.ID}}})
	}
	if around := (db.Scope{All: see.All, Branches: see.Branches, Accounts: see.Accounts}); !around.Empty() {
		lists = append(lists, CaseList{Key: "organization", Scope: around, Filter: db.CaseFilter{Matter: db.RequestsOnly}})
	}
	return lists
}

// ownCases is where somebody's own cases are looked for: among those that they are the requester of, rather than among all
// that they see, which may be a great many. Who was granted something at another customer may have cases there too.
func ownCases(who policy.Actor, see db.Scope) CaseList {
	if len(who.Home.Path) == 0 {
		return CaseList{Scope: see}
	}
	root := who.Home.Path[0]
	for _, g := range who.Grants {
		if len(g.Path) > 0 && g.Path[0] != root {
			return CaseList{Scope: see}
		}
	}
	list := CaseList{Scope: db.Scope{Own: db.Own{Root: root, Requester: who.Person.ID}}}
	if see.Own.Root != root || see.Own.Requester != who.Person.ID {
		list.Filter.Within = &see
	}
	return list
}
