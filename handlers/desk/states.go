package desk

import (
	"time"

	"portico/db"
)

// ReopenPeriod is how long a solved case can be reopened, after which it is closed.
const ReopenPeriod = 7 * 24 * time.Hour

// act is what happens to a case, as far as its state minds.
type act int

const (
	staffActs     act = iota // staff takes the case or replies
	staffRequests            // staff requests information of the customer
	customerComments
	customerReopens // within ReopenPeriod
	solved          // by customer or staff
	periodEnds
	customerFollows // a new case, linked: this one stays as it is
)

// states is the one table of what moves a case from which state to which. What has no entry is not possible.
var states = map[act]map[db.State]db.State{
	staffActs:        {db.New: db.Open, db.Open: db.Open, db.Awaiting: db.Open, db.Solved: db.Open},
	staffRequests:    {db.New: db.Awaiting, db.Open: db.Awaiting, db.Awaiting: db.Awaiting},
	customerComments: {db.New: db.New, db.Open: db.Open, db.Awaiting: db.Open},
	customerReopens:  {db.Solved: db.Open},
	solved:           {db.New: db.Solved, db.Open: db.Solved, db.Awaiting: db.Solved},
	periodEnds:       {db.Solved: db.Closed},
	customerFollows:  {db.Solved: db.Solved, db.Closed: db.Closed},
}

// allows tells whether the act is possible in the state.
func (a act) allows(in db.State) bool {
	_, ok := states[a][in]
	return ok
}

// move lets the act happen to the case: its new state, and what follows from that. ErrState if it is not possible.
func (a act) move(c *db.Case, now time.Time) error {
	to, ok := states[a][c.State]
	if !ok || a == customerReopens && !Reopenable(*c, now) {
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

// Reopenable tells whether the case is solved, and not for so long that it can't be reopened any more.
func Reopenable(c db.Case, now time.Time) bool {
	return c.State == db.Solved && now.Before(c.SolvedAt.Add(ReopenPeriod))
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
