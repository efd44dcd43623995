package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"portico/db"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// floor is the least that an answer could cost: the statements that it needs, sent by bare pgx with their arguments as
// $n, prepared, and their rows scanned. There is no HTTP, no page, no permission, no wall and nobody signed in.
type floor struct {
	statements []db.Statement
	turns      []db.Statement // of these, one is sent beside them each time, by turns
	next       atomic.Int64
	workers    []*reader
	mode       string // how settle had them planned
	planned    string // that, in words
}

// reader is one worker of a floor, with a connection of its own as a pool would give it.
type reader struct {
	conn *pgx.Conn
	into map[string][]any // by statement what its rows are scanned into
	wall string           // that each statement is sent with; empty: none
}

// connect opens a bare connection, with the settings of the portal's but as the role that owns everything, so that no
// wall holds it.
func (b *bench) connect(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(b.Owner)
	if err != nil {
		return nil, errors.New("connect for a floor: the owner's address is no PostgreSQL URL")
	}
	return b.connectAs(ctx, config)
}

// connectWalled does so as the portal's own role.
func (b *bench) connectWalled(ctx context.Context) (*pgx.Conn, error) {
	return b.connectAs(ctx, b.db.Pool().Config().ConnConfig.Copy())
}

func (b *bench) connectAs(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	config.RuntimeParams = maps.Clone(b.db.Pool().Config().ConnConfig.RuntimeParams)
	config.Tracer = nil
	config.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect for a floor: %w", err)
	}
	return conn, nil
}

// bare makes a floor of statements: it needs to be closed.
func (b *bench) bare(ctx context.Context, statements []db.Statement) (*floor, error) {
	return b.floorOver(ctx, b.connect, open(statements))
}

func (b *bench) floorOver(ctx context.Context, connect func(context.Context) (*pgx.Conn, error), statements []db.Statement) (*floor, error) {
	f := &floor{statements: statements}
	for range b.Clients {
		conn, err := connect(ctx)
		if err != nil {
			f.close(ctx)
			return nil, err
		}
		f.workers = append(f.workers, &reader{conn: conn, into: map[string][]any{}})
	}
	return f, nil
}

// doors are what the portal reads cases through where its wall stands; see migrations.
var doors = regexp.MustCompile(`\bdoor_[a-z0-9]+\b`)

// open are the same statements as they would be without a wall.
func open(statements []db.Statement) []db.Statement {
	list := slices.Clone(statements)
	for i := range list {
		list[i].SQL = doors.ReplaceAllString(list[i].SQL, "cases")
	}
	return list
}

// How PostgreSQL may plan a prepared statement.
const (
	once     = "force_generic_plan"
	eachTime = "force_custom_plan"
)

// settle has PostgreSQL plan the statements once for all arguments, or each time for those at hand, whichever is quicker:
// which of the two it chooses by itself depends on what a connection was asked before.
func (f *floor) settle(ctx context.Context) error {
	const tries = 4
	best, quickest := "", time.Duration(0)
	for _, mode := range []string{once, eachTime} {
		if err := f.plan(ctx, f.workers[:1], mode); err != nil {
			return err
		}
		took := time.Duration(0)
		for try := range tries {
			f.next.Store(0)
			began := time.Now()
			for range min(max(len(f.turns), 1), tries) {
				if err := f.load(ctx, 0); err != nil {
					return err
				}
			}
			if this := time.Since(began); try > 0 && (took == 0 || this < took) {
				took = this
			}
		}
		if best == "" || took < quickest {
			best, quickest = mode, took
		}
	}
	return f.settleOn(ctx, best)
}

// settleOn has PostgreSQL plan the statements in that way.
func (f *floor) settleOn(ctx context.Context, mode string) error {
	f.mode, f.planned = mode, map[string]string{once: "planned once", eachTime: "planned each time"}[mode]
	return f.plan(ctx, f.workers, mode)
}

func (f *floor) plan(ctx context.Context, workers []*reader, mode string) error {
	for _, w := range workers {
		if _, err := w.conn.Exec(ctx, "set plan_cache_mode = "+mode); err != nil {
			return fmt.Errorf("floor: %w", err)
		}
	}
	return nil
}

func (f *floor) close(ctx context.Context) {
	for _, w := range f.workers {
		_ = w.conn.Close(ctx)
	}
}

func (f *floor) load(ctx context.Context, worker int) error {
	for _, s := range f.statements {
		if err := f.workers[worker].read(ctx, s, nil); err != nil {
			return err
		}
	}
	if n := int64(len(f.turns)); n > 0 {
		return f.workers[worker].read(ctx, f.turns[(f.next.Add(1)-1)%n], nil)
	}
	return nil
}

// read sends a statement and scans its rows; each sees them.
func (r *reader) read(ctx context.Context, s db.Statement, each func(row []any)) error {
	rows, done, err := r.query(ctx, s)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	defer done()
	for rows.Next() {
		into := r.into[s.SQL]
		if into == nil {
			for _, f := range rows.FieldDescriptions() {
				into = append(into, target(f.DataTypeOID))
			}
			r.into[s.SQL] = into
		}
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("floor: %w", err)
		}
		if each != nil {
			each(into)
		}
	}
	return rows.Err()
}

// query sends a statement, and its wall in the same go.
func (r *reader) query(ctx context.Context, s db.Statement) (rows pgx.Rows, done func(), err error) {
	if r.wall == "" {
		if rows, err = r.conn.Query(ctx, s.SQL, s.Args...); err != nil {
			return nil, nil, err
		}
		return rows, rows.Close, nil
	}
	batch := &pgx.Batch{}
	batch.Queue(`select set_config('portico.wall', $1, true)`, r.wall)
	batch.Queue(s.SQL, s.Args...)
	answers := r.conn.SendBatch(ctx, batch)
	if _, err = answers.Exec(); err == nil {
		rows, err = answers.Query()
	}
	if err != nil {
		return nil, nil, errors.Join(err, answers.Close())
	}
	return rows, func() { rows.Close(); _ = answers.Close() }, nil
}

// target is what a column is scanned into: a Go value of its kind. JSON and lists stay as they came.
func target(oid uint32) any {
	switch oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return new(pgtype.Int8)
	case pgtype.TextOID, pgtype.VarcharOID:
		return new(pgtype.Text)
	case pgtype.TimestamptzOID:
		return new(pgtype.Timestamptz)
	case pgtype.BoolOID:
		return new(pgtype.Bool)
	}
	return new(pgtype.UndecodedBytes)
}

// recorded is what db sends while it does something, when it has done so before: what it keeps is no cost any more.
func recorded(ctx context.Context, do func(ctx context.Context) error) ([]db.Statement, error) {
	if err := do(ctx); err != nil {
		return nil, err
	}
	ctx, r := db.Record(ctx)
	err := do(ctx)
	return r.Statements(), err
}

// sessionOf is the statement that finds whose a request is: it belongs to the floor of every page.
func (b *bench) sessionOf(ctx context.Context, v *visitor) ([]db.Statement, error) {
	return recorded(ctx, func(ctx context.Context) error {
		_, err := b.db.Session(ctx, v.session.TokenHash, time.Now())
		return err
	})
}

// onlyRows finds, of what was sent for a page of a list, the statement that gives its rows: what is counted beside it, or
// looked up to choose a way, is no part of the floor. It is known by what it gives: the page's cases in the page's order,
// or against it, and the first of what lies beyond, at most.
func (f *floor) onlyRows(ctx context.Context, sent []db.Statement, page []db.CaseRow) (which int, err error) {
	var numbers []int64
	for _, row := range page {
		numbers = append(numbers, int64(row.ID))
	}
	which = -1
	widest := 1
	for i, s := range sent {
		var ids []int64
		width := 0
		err := f.workers[0].read(ctx, s, func(row []any) {
			width = len(row)
			if id, isInt := row[0].(*pgtype.Int8); isInt {
				ids = append(ids, id.Int64)
			}
		})
		if err != nil {
			return -1, err
		}
		if width > widest && sameRows(ids, numbers) {
			which, widest = i, width
		}
	}
	if which < 0 {
		return -1, errors.New("none of the statements that were sent gives the rows of the page: floor and page disagree")
	}
	return which, nil
}

func sameRows(got, page []int64) bool {
	beyond := len(got) - len(page)
	if beyond < 0 || beyond > 1 || len(page) == 0 {
		return false
	}
	if slices.Equal(got[:len(page)], page) {
		return true
	}
	backward := slices.Clone(got[:len(page)])
	slices.Reverse(backward)
	return slices.Equal(backward, page)
}
