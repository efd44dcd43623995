package db

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// tracer counts statements, whoever sends them: bun, fixed SQL or the job queue. It writes them down where the context
// asks for that.
type tracer struct{ count atomic.Int64 }

func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	t.count.Add(1)
	if r, ok := ctx.Value(recordingKey{}).(*Recording); ok {
		r.add(data)
	}
	return ctx
}

func (t *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Statements is how many statements were sent to the database since it was opened, those that begin and end
// transactions included: for metrics, and for tests that know how many a page may take.
func (d *DB) Statements() int64 { return d.traced.count.Load() }

// Statement is one that was sent, as it was sent.
type Statement struct {
	SQL  string
	Args []any
}

// Recording is a list of statements in the making.
type Recording struct {
	mu         sync.Mutex
	statements []Statement
}

type recordingKey struct{}

// Record gives a context for queries whose statements are to be written down: whoever measures a query can then send
// the very same by other means, and see what those would cost.
func Record(ctx context.Context) (context.Context, *Recording) {
	r := &Recording{}
	return context.WithValue(ctx, recordingKey{}, r), r
}

// Statements lists what was sent so far, in order.
func (r *Recording) Statements() []Statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.statements)
}

// add leaves out those of pgx's arguments that are no values but say how to send them.
func (r *Recording) add(data pgx.TraceQueryStartData) {
	s := Statement{SQL: data.SQL}
	for _, arg := range data.Args {
		switch arg.(type) {
		case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
		default:
			s.Args = append(s.Args, arg)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, s)
}
