package db

import "time"

// ListSQL is the query of one page of a list, for tests of its plan. key is where the page begins, if not empty.
func ListSQL(in Scope, f CaseFilter, by Sort, key string) (sql string, args []any) {
	q := caseQuery{filter: f, sort: by, descend: by.Descends(), limit: PageSize + 1}
	if key != "" {
		q.from = &cursor{Sort: by, Key: key, ID: 50}
	}
	sql = q.rows(in, 0)
	return sql, q.args
}

// SearchSQL is the query of the first page of what a search for few cases finds, and SearchCountSQL that of how many.
func SearchSQL(in Scope, f CaseFilter) (sql string, args []any) {
	q := caseQuery{filter: f, sort: ByUpdated, descend: true, limit: PageSize + 1, hits: true}
	sql = q.rows(in, CountCap+1)
	return sql, q.args
}

func SearchCountSQL(in Scope, f CaseFilter) (sql string, args []any) {
	q := caseQuery{filter: f, hits: true}
	sql = q.count(in, CountCap+1)
	return sql, q.args
}

// WorkSQL is the query of one page of work, and NextSQL that of what is taken next.
func WorkSQL(in Scope, f QueueFilter) (sql string, args []any) {
	q := caseQuery{}
	sql = q.work(in, f)
	return sql, q.args
}

var NextSQL = nextOfFew

// CountedListSQL is the query of the first page of a list, with how many there are.
func CountedListSQL(in Scope, f CaseFilter, by Sort) (sql string, args []any) {
	q := caseQuery{filter: f, sort: by, descend: by.Descends(), limit: PageSize + 1}
	sql = q.rows(in, CountCap+1)
	return sql, q.args
}

// ContactsSQL is what a list of contacts asks for its first page.
func ContactsSQL(in AccountScope, by ContactSort, now time.Time) (string, []any) {
	return contactSelect(in, ContactFilter{}, contactPage{sort: by, descend: by.Descends(), limit: PageSize + 1}, now, false)
}

// Walled sends statements that a wall stands before.
func (d *DB) Walled() querier { return d.walled }

// Modes of sending them, and how many stay prepared.
const (
	Fixed          = fixed
	Planned        = planned
	StatementsKept = statementsKept
)
