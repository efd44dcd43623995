package db

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// tracer counts statements, whoever sends them: bun, fixed SQL or the job queue.
type tracer struct{ count atomic.Int64 }

func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	t.count.Add(1)
	return ctx
}

func (t *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Statements is how many statements were sent to the database since it was opened, those that begin and end
// transactions included: for metrics, and for tests that know how many a page may take.
func (d *DB) Statements() int64 { return d.traced.count.Load() }
