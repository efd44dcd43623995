package db

import "testing"

func TestScopeHolds(t *testing.T) {
	ofPlant := CaseRef{RequesterID: 7, CopiedIDs: []int64{8, 9}, Path: []int64{1, 2, 3}, QueueID: 4}
	for name, test := range map[string]struct {
		scope Scope
		of    CaseRef
		want  bool
	}{
		"the zero scope finds nothing":          {Scope{}, ofPlant, false},
		"the zero scope finds no zero case":     {Scope{}, CaseRef{}, false},
		"all finds it":                          {Scope{All: true}, ofPlant, true},
		"the root's branch finds it":            {Scope{Branches: []Branch{{1, 0}}}, ofPlant, true},
		"its parent's branch finds it":          {Scope{Branches: []Branch{{9, 0}, {2, 1}}}, ofPlant, true},
		"its own branch finds it":               {Scope{Branches: []Branch{{3, 2}}}, ofPlant, true},
		"a branch below it does not":            {Scope{Branches: []Branch{{5, 3}}}, ofPlant, false},
		"a sister's branch does not":            {Scope{Branches: []Branch{{6, 2}}}, ofPlant, false},
		"an account finds its own":              {Scope{Accounts: []int64{9, 3}}, ofPlant, true},
		"its parent alone does not":             {Scope{Accounts: []int64{1, 2}}, ofPlant, false},
		"its queue finds it":                    {Scope{Queues: []int64{5, 4}}, ofPlant, true},
		"another queue does not":                {Scope{Queues: []int64{5}}, ofPlant, false},
		"its requester finds it":                {Scope{Own: Own{Root: 1, Requester: 7}}, ofPlant, true},
		"its requester of elsewhere does not":   {Scope{Own: Own{Root: 2, Requester: 7}}, ofPlant, false},
		"a requester without a root does not":   {Scope{Own: Own{Requester: 7}}, ofPlant, false},
		"who is copied finds it":                {Scope{Own: Own{Root: 1, Copied: 9}}, ofPlant, true},
		"who is copied elsewhere does not":      {Scope{Own: Own{Root: 5, Copied: 9}}, ofPlant, false},
		"somebody else of the customer doesn't": {Scope{Own: Own{Root: 1, Requester: 9, Copied: 7}}, ofPlant, false},
		"a root alone finds nothing":            {Scope{Own: Own{Root: 1}}, CaseRef{Path: []int64{1}, CopiedIDs: []int64{0}}, false},
		"one field that holds it is enough":     {Scope{Accounts: []int64{1}, Queues: []int64{4}}, ofPlant, true},
		"a case without an account is in none":  {Scope{Accounts: []int64{0}, Branches: []Branch{{0, 0}}}, CaseRef{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.scope.Holds(test.of); got != test.want {
				t.Errorf("%+v holds %+v: %t", test.scope, test.of, got)
			}
			if test.scope.Empty() && test.want {
				t.Errorf("%+v is said to be empty", test.scope)
			}
		})
	}
}

func TestScopeEmpty(t *testing.T) {
	for _, s := range []Scope{{}, {Own: Own{Root: 1}}, {Own: Own{Requester: 1, Copied: 2}}} {
		if !s.Empty() {
			t.Errorf("%+v holds something", s)
		}
	}
	for _, s := range []Scope{
		{All: true}, {Branches: []Branch{{1, 0}}}, {Accounts: []int64{1}}, {Queues: []int64{1}},
		{Own: Own{Root: 1, Requester: 1}}, {Own: Own{Root: 1, Copied: 1}},
	} {
		if s.Empty() {
			t.Errorf("%+v is said to be empty", s)
		}
	}
}

func TestAccountScopeHolds(t *testing.T) {
	plant := []int64{1, 2, 3}
	for name, test := range map[string]struct {
		scope AccountScope
		path  []int64
		want  bool
	}{
		"the zero scope finds nothing": {AccountScope{}, plant, false},
		"all finds it":                 {AccountScope{All: true}, plant, true},
		"an account finds itself":      {AccountScope{Accounts: []int64{3}}, plant, true},
		"its parent alone does not":    {AccountScope{Accounts: []int64{2}}, plant, false},
		"its parent's branch finds it": {AccountScope{Branches: []Branch{{2, 1}}}, plant, true},
		"a branch below does not":      {AccountScope{Branches: []Branch{{4, 3}}}, plant, false},
		"no account is in none":        {AccountScope{Accounts: []int64{0}, Branches: []Branch{{0, 0}}}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.scope.Holds(test.path); got != test.want {
				t.Errorf("%+v holds %v: %t", test.scope, test.path, got)
			}
			if empty := test.scope.Empty(); empty != (name == "the zero scope finds nothing") {
				t.Errorf("%+v empty: %t", test.scope, empty)
			}
		})
	}
}
