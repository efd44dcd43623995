package db

import "slices"

// Scope is the part of all cases that somebody may see, or act on. It is the union of its fields, made by policy from
// the matrix and a person's grants; the zero Scope holds no case at all. Queries of cases cannot be asked without one.
type Scope struct {
	All      bool
	Branches []Branch // cases of these accounts and all accounts below them
	Accounts []int64  // cases of just these accounts
	Queues   []int64  // cases in these queues
	Own      Own      // cases a person takes part in
}

// Branch is an account with all below it. Depth is the account's own (0 for a root): it picks the ancestor column.
type Branch struct {
	AccountID int64
	Depth     int
}

// Own is the part of a scope that follows a person through the accounts of one customer.
type Own struct {
	Root      int64 // the customer's root account: elsewhere the person's cases are not theirs to see any more
	Requester int64 // cases whose requester is this person; 0 for none
	Copied    int64 // cases on which this person is copied; 0 for none
}

// Empty tells whether the scope holds no case whatever the cases are.
func (s Scope) Empty() bool {
	return !s.All && len(s.Branches) == 0 && len(s.Accounts) == 0 && len(s.Queues) == 0 &&
		(s.Own.Root == 0 || s.Own.Requester == 0 && s.Own.Copied == 0)
}

// Holds tells whether a case lies within the scope: what the lists' SQL asks, asked of one case at hand.
func (s Scope) Holds(c CaseRef) bool {
	if s.All {
		return true
	}
	for _, b := range s.Branches {
		if b.Depth < len(c.Path) && c.Path[b.Depth] == b.AccountID {
			return true
		}
	}
	for _, id := range s.Accounts {
		if len(c.Path) > 0 && c.Path[len(c.Path)-1] == id {
			return true
		}
	}
	for _, id := range s.Queues {
		if c.QueueID == id {
			return true
		}
	}
	if s.Own.Root == 0 || len(c.Path) == 0 || c.Path[0] != s.Own.Root {
		return false
	}
	if s.Own.Requester != 0 && c.RequesterID == s.Own.Requester {
		return true
	}
	if s.Own.Copied == 0 {
		return false
	}
	for _, id := range c.CopiedIDs {
		if id == s.Own.Copied {
			return true
		}
	}
	return false
}

// At is one part of the scope that holds all cases of an account, whose path is given, and with below all that is below it
// too: what is narrowed to those need not be looked for in the other parts. ok is false where none does.
func (s Scope) At(path []int64, below bool) (part Scope, ok bool) {
	last := len(path) - 1
	if last < 0 {
		return Scope{}, false
	}
	if s.All {
		return Scope{All: true}, true
	}
	for _, b := range s.Branches {
		if b.Depth <= last && path[b.Depth] == b.AccountID {
			return Scope{Branches: []Branch{b}}, true
		}
	}
	if !below && slices.Contains(s.Accounts, path[last]) {
		return Scope{Accounts: []int64{path[last]}}, true
	}
	return Scope{}, false
}

// CaseRef is what decides who may see and act on a case.
type CaseRef struct {
	RequesterID int64
	CopiedIDs   []int64
	Path        []int64 // of its account, from the root to it
	QueueID     int64
}
