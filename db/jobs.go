package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// SendMail is the job of delivering one promised mail.
type SendMail struct {
	MailID int64 `json:"mail_id"`
}

// Kind names the job in the queue.
func (SendMail) Kind() string { return "send_mail" }

// InsertOpts have mail wait in a queue of its own, so that a slow server keeps nothing else waiting, and have it tried for
// more than a day.
func (SendMail) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: MailQueue, MaxAttempts: mailTries}
}

// The queues of mail: of what tells of cases, and of letters, which somebody waits for in front of a page.
const (
	MailQueue   = "mail"
	LetterQueue = "letters"
)

// mailTries is how often mail is tried, with pauses that grow from a second to eight hours: about a day in all.
const mailTries = 14

// SendLetter is the job of writing and delivering one letter: a mail that tells of no case's event.
type SendLetter struct {
	MailID int64 `json:"mail_id"`
}

// Kind names the job in the queue.
func (SendLetter) Kind() string { return "send_letter" }

// InsertOpts are as SendMail's, in a queue that no notices stand in.
func (SendLetter) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: LetterQueue, MaxAttempts: mailTries}
}

// jobQueue only puts jobs in; package jobs works them.
type jobQueue struct{ river *river.Client[pgx.Tx] }

func newJobQueue(pool *pgxpool.Pool) (*jobQueue, error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return &jobQueue{river: client}, nil
}

// PublishDrafts is the job of publishing the drafts that are planned for a time.
type PublishDrafts struct {
	At time.Time `json:"at"`
}

// Kind names the job in the queue.
func (PublishDrafts) Kind() string { return "publish_drafts" }

// EnqueueFor promises background work for a time, as Enqueue does for at once. The queue looks every few seconds for what
// has come due: who wants to be punctual asks for it a little early, and waits.
func (d *DB) EnqueueFor(ctx context.Context, job river.JobArgs, at time.Time) error {
	return d.enqueue(ctx, job, &river.InsertOpts{ScheduledAt: at})
}

// Enqueue promises background work. It needs a transaction: the job exists if and only if what asked for it does.
func (d *DB) Enqueue(ctx context.Context, job river.JobArgs) error { return d.enqueue(ctx, job, nil) }

func (d *DB) enqueue(ctx context.Context, job river.JobArgs, opts *river.InsertOpts) error {
	if d.tx == nil {
		return errors.New("a job is promised inside of a transaction")
	}
	if _, err := d.jobs.river.InsertTx(ctx, d.tx, job, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	return nil
}

// EnqueueMails promises to send mails, as Enqueue does one job, but all by one statement; none is nothing.
func (d *DB) EnqueueMails(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if d.tx == nil {
		return errors.New("jobs are promised inside of a transaction")
	}
	jobs := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		jobs[i].Args = SendMail{MailID: id}
	}
	if _, err := d.jobs.river.InsertManyTx(ctx, d.tx, jobs); err != nil {
		return fmt.Errorf("enqueue %d mails: %w", len(ids), err)
	}
	return nil
}

// pgxTx shows a transaction that bun began to river as one of pgx's own. Beginning within it makes a savepoint; it
// never ends the transaction itself: InTx does.
type pgxTx struct {
	conn      *pgx.Conn
	savepoint string
	depth     int
}

func (t *pgxTx) Begin(ctx context.Context) (pgx.Tx, error) {
	inner := &pgxTx{conn: t.conn, depth: t.depth + 1, savepoint: fmt.Sprintf("portico_%d", t.depth+1)}
	if _, err := t.conn.Exec(ctx, "savepoint "+inner.savepoint); err != nil {
		return nil, err
	}
	return inner, nil
}

func (t *pgxTx) Commit(ctx context.Context) error {
	if t.savepoint == "" {
		return errors.New("the transaction is ended by who began it")
	}
	_, err := t.conn.Exec(ctx, "release savepoint "+t.savepoint)
	t.savepoint = ""
	return err
}

func (t *pgxTx) Rollback(ctx context.Context) error {
	if t.savepoint == "" {
		return pgx.ErrTxClosed
	}
	_, err := t.conn.Exec(ctx, "rollback to savepoint "+t.savepoint)
	t.savepoint = ""
	return err
}

func (t *pgxTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return t.conn.CopyFrom(ctx, table, columns, rows)
}
func (t *pgxTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.conn.SendBatch(ctx, b)
}
func (t *pgxTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }
func (t *pgxTx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return t.conn.Prepare(ctx, name, sql)
}

// River has few statements, all with arguments: they are prepared, as ours are.

func (t *pgxTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.conn.Exec(ctx, sql, slices.Insert(args, 0, any(fixed))...)
}
func (t *pgxTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.conn.Query(ctx, sql, slices.Insert(args, 0, any(fixed))...)
}
func (t *pgxTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.conn.QueryRow(ctx, sql, slices.Insert(args, 0, any(fixed))...)
}
func (t *pgxTx) Conn() *pgx.Conn { return t.conn }
