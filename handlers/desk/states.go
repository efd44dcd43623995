package desk

import (
	"time"

	"portico/db"
)

// act is what happens to a case, as far as its state minds.
type act int

const (
	staffActs        act = iota // staff takes the case or replies
	staffRequests               // staff requests information of the customer
	customerComments            // or whoever else is no staff and may
	customerReopens             // in the period, see Reopenable
	solved                      // by customer or staff
	periodEnds                  // and the case closes by itself
	followedUp                  // by a new case, linked: this one stays as it is
)

// states is the one table of what moves a case from which state to which: a case is opened as New. What has no entry is not
// possible. The README shows it, and a test holds that it does.
var states = map[act]map[db.State]db.State{
	staffActs:        {db.New: db.Open, db.Open: db.Open, db.Awaiting: db.Open, db.Solved: db.Open},
	staffRequests:    {db.New: db.Awaiting, db.Open: db.Awaiting, db.Awaiting: db.Awaiting},
	customerComments: {db.New: db.New, db.Open: db.Open, db.Awaiting: db.Open},
	customerReopens:  {db.Solved: db.Open},
	solved:           {db.New: db.Solved, db.Open: db.Solved, db.Awaiting: db.Solved},
	periodEnds:       {db.Solved: db.Closed},
	followedUp:       {db.Solved: db.Solved, db.Closed: db.Closed},
}

// allows tells whether the act is possible in the state.
func (a act) allows(in db.State) bool {
	_, ok := states[a][in]
	return ok
}

// move lets the act happen to the case: its new state, and what follows from that. ErrState if it is not possible.
func (a act) move(c *db.Case, now time.Time) error {
	to, ok := states[a][c.State]
	if !ok {
		return ErrState
	}
	switch {
	case to == c.State:
	case to == db.Solved:
		c.SolvedAt = now
	case to == db.Closed:
		c.ClosedAt = now
	case c.State == db.Solved:
		c.SolvedAt = time.Time{}
	}
	if to != db.Awaiting {
		c.Awaited = ""
	}
	c.State = to
	return nil
}

// Reopenable tells whether the case is solved, and not for so long that it can't be reopened any more; the period is that of
// ReopenContent.
func Reopenable(c db.Case, now time.Time, period time.Duration) bool {
	return c.State == db.Solved && now.Before(c.SolvedAt.Add(period))
}

// Repliable tells whether the conversation of a case in this state goes on: for staff also where a reply reopens it.
func Repliable(in db.State, staff bool) bool {
	if staff {
		return staffActs.allows(in)
	}
	return customerComments.allows(in)
}

// Solvable tells whether a case in this state can be marked as solved.
func Solvable(in db.State) bool { return solved.allows(in) }

// Followable tells whether a case in this state can be followed up by a new one.
func Followable(in db.State) bool { return followedUp.allows(in) }

// SameForms tells whether the same can be done to a case in the one state as in the other.
func SameForms(one, other db.State, staff bool) bool {
	return Repliable(one, staff) == Repliable(other, staff) && Solvable(one) == Solvable(other) && Followable(one) == Followable(other) &&
		customerReopens.allows(one) == customerReopens.allows(other)
}
