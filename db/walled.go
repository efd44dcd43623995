package db

import (
	"container/list"
	"context"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What puts a wall up until the transaction ends. Where a query is planned for the arguments that it has, the second has
// PostgreSQL do so.
const (
	wallSQL        = `select set_config('portico.wall', $1, true)`
	wallPlannedSQL = `select set_config('portico.wall', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)`
)

// walledAlone sends statements that stand alone, each behind the wall of its context. Wall and statement go in one go and are
// one transaction, so there is no way for the wall to stay, or for another's to be there.
type walledAlone struct {
	pool   *pgxpool.Pool
	traced *tracer
}

func (w walledAlone) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	rows, err := w.Query(ctx, sql, args...)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	rows.Close()
	return rows.CommandTag(), rows.Err()
}

func (w walledAlone) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := w.Query(ctx, sql, args...)
	return walledRow{rows, err}
}

// Query sends a statement. It counts as one, as it would without its wall.
func (w walledAlone) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if wallOf(ctx) == "" {
		return w.pool.Query(ctx, sql, args...) // nothing is there
	}
	w.traced.TraceQueryStart(ctx, nil, pgx.TraceQueryStartData{SQL: sql, Args: args})
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := sendWalled(ctx, conn, sql, args)
	if err != nil {
		conn.Release()
		return nil, err
	}
	return rows, nil
}

func sendWalled(ctx context.Context, conn *pgxpool.Conn, sql string, args []any) (*walledRows, error) {
	wall := wallPlannedSQL
	if len(args) > 0 {
		if mode, ok := args[0].(pgx.QueryExecMode); ok {
			if args = args[1:]; mode == fixed {
				wall = wallSQL
			}
		}
	}
	known := statementsOf(conn.Conn())
	up, err := known.prepare(ctx, wall)
	if err != nil {
		return nil, err
	}
	statement, err := known.prepare(ctx, sql)
	if err != nil {
		return nil, err
	}
	types := conn.Conn().TypeMap()
	var asked pgx.ExtendedQueryBuilder
	if err := asked.Build(types, statement, args); err != nil {
		return nil, err
	}
	pipeline := conn.Conn().PgConn().StartPipeline(ctx)
	pipeline.SendQueryStatement(up, [][]byte{[]byte(wallOf(ctx))}, nil, nil)
	pipeline.SendQueryStatement(statement, asked.ParamValues, asked.ParamFormats, asked.ResultFormats)
	err = pipeline.Sync()
	var answer any
	for range 2 { // of the wall, and of the statement
		if err == nil {
			answer, err = pipeline.GetResults()
		}
	}
	reader, ok := answer.(*pgconn.ResultReader)
	if err == nil && !ok {
		err = errors.New("the database did not answer")
	}
	if err != nil {
		err = errors.Join(err, ignored(pipeline.Close(), err))
		known.forget(ctx, sql, err)
		return nil, err
	}
	return &walledRows{Rows: pgx.RowsFromResultReader(types, reader), pipeline: pipeline, conn: conn, known: known, ctx: ctx, sql: sql}, nil
}

// ignored leaves out an error that says the same as one that is known.
func ignored(err, known error) error {
	if err == nil || errors.Is(known, err) {
		return nil
	}
	var pg *pgconn.PgError
	if errors.As(known, &pg) {
		return nil // the rest of what went was refused for it
	}
	return err
}

// walledRows are a statement's rows. Once they are closed the transaction is over: what the statement did is done then, or
// Err says that it is not.
type walledRows struct {
	pgx.Rows
	pipeline *pgconn.Pipeline
	conn     *pgxpool.Conn // nil when it was given back
	known    *statements
	ctx      context.Context
	sql      string
	err      error
}

func (r *walledRows) Next() bool {
	if r.conn != nil && r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *walledRows) Scan(to ...any) error {
	err := r.Rows.Scan(to...)
	if err != nil {
		r.Close()
	}
	return err
}

func (r *walledRows) Close() {
	if r.conn == nil {
		return
	}
	r.Rows.Close()
	r.err = r.Rows.Err()
	if err := r.pipeline.Close(); r.err == nil {
		r.err = err
	}
	r.known.forget(r.ctx, r.sql, r.err)
	r.conn.Release()
	r.conn = nil
}

func (r *walledRows) Err() error {
	if r.err != nil {
		return r.err
	}
	return r.Rows.Err()
}

// walledRow is the first of them.
type walledRow struct {
	rows pgx.Rows
	err  error
}

func (r walledRow) Scan(to ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(to...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// walledInside sends statements of a transaction. Its wall was put up as it began; where the context of a statement has another
// one, that is put up from there on.
type walledInside struct {
	*pgx.Conn
	wall *string // that stands now
}

func (w walledInside) up(ctx context.Context) error {
	want := wallOf(ctx)
	if want == *w.wall {
		return nil
	}
	var err error
	if want == "" {
		_, err = w.Conn.Exec(ctx, "set local portico.wall to default")
	} else {
		_, err = w.Conn.Exec(ctx, wallSQL, fixed, want)
	}
	if err != nil {
		return err
	}
	*w.wall = want
	return nil
}

func (w walledInside) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := w.up(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return w.Conn.Exec(ctx, sql, args...)
}

func (w walledInside) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := w.up(ctx); err != nil {
		return nil, err
	}
	return w.Conn.Query(ctx, sql, args...)
}

func (w walledInside) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := w.up(ctx); err != nil {
		return walledRow{err: err}
	}
	return w.Conn.QueryRow(ctx, sql, args...)
}

// beginning is what begins a transaction behind a wall. Of the wall's text nothing has to be quoted.
func beginning(wall string) string {
	if wall == "" {
		return "begin"
	}
	return "begin; set local portico.wall = '" + wall + "'"
}

// statements are those that a connection has prepared for statements that stand alone: pgx keeps its own to itself. The ones that
// were not used for longest make room.
type statements struct {
	conn   *pgx.Conn
	byText map[string]*list.Element
	used   *list.List // of *pgconn.StatementDescription, the last one used first
	names  int        // given so far
}

// statementsKept is how many: a list has a few dozens, by its scope and what it is narrowed by.
const statementsKept = 256

const statementsOnConnection = "portico.statements"

func statementsOf(conn *pgx.Conn) *statements {
	data := conn.PgConn().CustomData()
	s, ok := data[statementsOnConnection].(*statements)
	if !ok {
		s = &statements{conn: conn, byText: map[string]*list.Element{}, used: list.New()}
		data[statementsOnConnection] = s
	}
	return s
}

func (s *statements) prepare(ctx context.Context, sql string) (*pgconn.StatementDescription, error) {
	if e, ok := s.byText[sql]; ok {
		s.used.MoveToFront(e)
		return e.Value.(*pgconn.StatementDescription), nil
	}
	for s.used.Len() >= statementsKept {
		if err := s.drop(ctx, s.used.Back()); err != nil {
			return nil, err
		}
	}
	s.names++
	d, err := s.conn.Prepare(ctx, "walled_"+strconv.Itoa(s.names), sql)
	if err != nil {
		return nil, err
	}
	s.byText[sql] = s.used.PushFront(d)
	return d, nil
}

func (s *statements) drop(ctx context.Context, e *list.Element) error {
	d := s.used.Remove(e).(*pgconn.StatementDescription)
	delete(s.byText, d.SQL)
	return s.conn.Deallocate(ctx, d.Name)
}

// forget has a statement prepared anew the next time, after the schema changed beneath it.
func (s *statements) forget(ctx context.Context, sql string, err error) {
	var pg *pgconn.PgError
	if e, ok := s.byText[sql]; ok && errors.As(err, &pg) && (pg.Code == "0A000" || pg.Code == "26000") {
		_ = s.drop(ctx, e) // if it can't be, neither can the connection be used
	}
}
