// Package db holds the portal's nouns and every line of its SQL. It keeps them in PostgreSQL through bun, and where a
// query must be fast, through fixed SQL with arguments on the same pool. It knows no permission: who may see what comes
// in as a Scope, and nothing of a customer can be asked for without one.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// ErrNotFound says that there is no such row, or none within the scope: the two look alike from outside.
var ErrNotFound = errors.New("not found")

// ErrStale says that a row was changed by somebody else since the caller read it.
var ErrStale = errors.New("changed meanwhile")

// DB is the database, or one transaction on it: InTx hands out a DB whose every method runs inside. Safe for
// concurrent use outside of a transaction.
type DB struct {
	bun    bun.IDB
	fast   querier // for fixed SQL with arguments: the pool, or the transaction's own connection
	walled querier // the same, for what touches cases, events, files, copies or mail: behind the context's Wall
	pool   *pgxpool.Pool
	jobs   *jobQueue
	tx     *pgxTx // nil outside of a transaction
	traced *tracer
	*kept
}

// kept is what is remembered of the database between queries.
type kept struct {
	names    atomic.Pointer[catalogNames]
	front    atomic.Pointer[Front]
	forms    sync.Map // of FormVersion by id
	looks    looks    // of the provider's people
	lists    verdicts // whether they hold more than is counted
	searches verdicts // whether their words stand in a great many cases
	exports  chan struct{}
}

// querier is what pgx's pool, connection and transaction have in common.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Connect reaches the database at url, without touching its schema. Connections are made as they are needed: a
// database that is away is found out by the first query, or by Ping.
func Connect(ctx context.Context, url string) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", hideAddress(err))
	}
	params := config.ConnConfig.RuntimeParams
	if params["application_name"] == "" {
		params["application_name"] = "portico"
	}
	params["application_name"] += walledMark
	params["jit"] = "off" // it costs more than any of these queries
	params["timezone"] = "UTC"
	if params["work_mem"] == "" {
		params["work_mem"] = "32MB" // with less, a search for a common word reads whole pages again to find its rows
	}
	// bun writes arguments into the text: prepared, each connection would fill with statements never used again.
	// Fixed SQL asks for its own mode, see fixed.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.MaxConnIdleTime = 5 * time.Minute
	if config.MaxConns < 16 && !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = 16
	}
	config.ConnConfig.ConnectTimeout = 3 * time.Second

	traced := &tracer{}
	config.ConnConfig.Tracer = traced
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	queue, err := newJobQueue(pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &DB{
		bun:    bun.NewDB(stdlib.OpenDBFromPool(pool), pgdialect.New()),
		fast:   pool,
		walled: walledAlone{pool, traced},
		pool:   pool,
		jobs:   queue,
		traced: traced,
		kept:   &kept{exports: make(chan struct{}, exportsAtOnce)},
	}, nil
}

// hideAddress keeps a password that stands in a malformed address out of the error.
func hideAddress(err error) error {
	var parse *pgconn.ParseConfigError
	if errors.As(err, &parse) {
		return errors.New("it is not a PostgreSQL URL or connection string")
	}
	return err
}

// Close lets go of all connections. Queries under way end first.
func (d *DB) Close() {
	if b, ok := d.bun.(*bun.DB); ok {
		_ = b.Close()
	}
	d.pool.Close()
}

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.pool.Ping(ctx) }

// Pool is the pool below, for the workers of background jobs and the tests. Queries belong into this package.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// InTx runs do in one transaction, behind the wall of the context, and commits if it returns nil. Inside of a transaction
// it joins that.
func (d *DB) InTx(ctx context.Context, do func(ctx context.Context, tx *DB) error) error {
	if d.tx != nil {
		return do(ctx, d)
	}
	conn, err := d.bun.(*bun.DB).Conn(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer func() { _ = conn.Close() }()

	// The same connection under pgx's own face, so that fixed SQL and the job queue write in this transaction. It is
	// begun and ended by pgx: database/sql would roll back by itself when the context ends, at the same time as something
	// else may be on its way over the connection.
	var raw *pgx.Conn
	if err := conn.Raw(func(driver any) error {
		raw = driver.(*stdlib.Conn).Conn()
		return nil
	}); err != nil {
		return fmt.Errorf("reach the connection: %w", err)
	}
	wall := wallOf(ctx)
	tx, err := raw.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginning(wall)})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer rollBack(ctx, tx)

	// All fixed SQL goes by the wall of its context here: none is left standing behind another's.
	behind := walledInside{raw, &wall}
	inner := &DB{bun: conn, fast: behind, walled: behind, pool: d.pool, jobs: d.jobs, tx: &pgxTx{conn: raw}, traced: d.traced, kept: d.kept}
	if err := do(ctx, inner); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// rollBack undoes what was not committed, also for somebody who is gone. A connection that does not answer is closed,
// which undoes it too.
func rollBack(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx) // after a commit it does nothing
}

// fixed marks a query with $n arguments as one of the few that are worth a prepared statement on each connection.
const fixed = pgx.QueryExecModeCacheStatement

// planned marks a query with $n arguments that is planned anew each time, for the arguments that it has: what is found by
// rare words, say, is better read in another way than what is found by common ones.
const planned = pgx.QueryExecModeCacheDescribe

// notFound turns an empty answer into ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// Violates tells whether err is the refusal of a constraint by that name.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}
