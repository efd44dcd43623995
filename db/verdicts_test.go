package db

import "testing"

// Types are whatever an address says: joined to an account's number, they must not make another account's list.
func TestListsOfTwoCustomersHaveTwoNames(t *testing.T) {
	mine := listName(Scope{Branches: []Branch{{AccountID: 1}}}, CaseFilter{Type: "2Issue"})
	theirs := listName(Scope{Branches: []Branch{{AccountID: 12}}}, CaseFilter{Type: "Issue"})
	if mine == theirs {
		t.Errorf("%s", mine)
	}
}
