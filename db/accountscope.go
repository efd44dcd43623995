package db

import "slices"

// AccountScope is the part of the account tree at which somebody may do something: open cases, see products, manage
// contacts. Policy makes it; the zero AccountScope holds no account.
type AccountScope struct {
	All      bool
	Branches []Branch // these accounts and all below them
	Accounts []int64  // just these accounts
}

// Empty tells whether the scope holds no account whatever the accounts are.
func (s AccountScope) Empty() bool { return !s.All && len(s.Branches) == 0 && len(s.Accounts) == 0 }

// Holds tells whether the account at the end of the path lies within the scope.
func (s AccountScope) Holds(path []int64) bool {
	if s.All {
		return true
	}
	if len(path) == 0 {
		return false
	}
	return slices.Contains(s.Accounts, path[len(path)-1]) || slices.ContainsFunc(s.Branches, func(b Branch) bool {
		return b.Depth < len(path) && path[b.Depth] == b.AccountID
	})
}

// Covers tells whether all that a contact's grant reaches lies within the scope: the account at the end of the path and,
// where the reach says so, everything below it, also what will be made there later.
func (s AccountScope) Covers(path []int64, reach Reach) bool {
	if s.All {
		return true
	}
	if len(path) == 0 || reach != ThisAccount && reach != AndBelow {
		return false
	}
	return reach == ThisAccount && slices.Contains(s.Accounts, path[len(path)-1]) || slices.ContainsFunc(s.Branches, func(b Branch) bool {
		return b.Depth < len(path) && path[b.Depth] == b.AccountID
	})
}
