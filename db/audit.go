package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// AuditEntry is one line of the audit log: somebody did something, or one of the provider's people looked at what is a
// customer's. It is never changed. What is a person's own (names, addresses, what they wrote) does not stand in it, but their
// ids do: once they are erased elsewhere, they are erased.
type AuditEntry struct {
	ID        int64
	At        time.Time
	ActorID   int64       // 0: the portal itself, or somebody who is not signed in
	Action    AuditAction // what was done
	Subject   string      // what kind of thing it was done to: "person", "account", "case" …; empty where it is none
	SubjectID int64
	AccountID int64          // the account that it concerns; 0 where it concerns none
	Detail    map[string]any // of plain values: which fields were changed, and from what to what where that is nobody's own
	Request   string         // the id of the request that did it, as in the log; see WithRequest
}

// AuditAction names what was done, as "subject.verb". It is kept: it never changes.
type AuditAction string

type requestKey struct{}

// WithRequest gives the context the id of the request that it belongs to: what is audited in it says so.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestOf is the id of the request that the context belongs to; empty outside of one.
func RequestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Audit adds a line to the audit log. Inside of a transaction it is there if and only if what it tells of is.
func (d *DB) Audit(ctx context.Context, e AuditEntry) error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	_, err := d.fast.Exec(ctx, `
		insert into audit (at, actor_id, action, subject, subject_id, account_id, detail, request) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		fixed, e.At, some(e.ActorID), e.Action, e.Subject, some(e.SubjectID), some(e.AccountID), e.Detail, RequestOf(ctx))
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

// lookAgain is after what time it counts as another look when somebody looks at the same thing again: pages refresh in
// parts, and are gone back to.
const lookAgain = 5 * time.Minute

const lookSQL = `
insert into audit (at, actor_id, action, subject, subject_id, account_id, detail, request)
select $1::timestamptz, $2::bigint, $3::text, $4::text, $5::bigint, $6::bigint, $7::jsonb, $8::text
 where not exists (select from audit a where a.actor_id = $2::bigint and a.action = $3::text and a.subject = $4::text
                      and a.subject_id is not distinct from $5::bigint and a.detail = $7::jsonb and a.at > $9::timestamptz)`

// Look adds to the audit log that somebody looked at something, unless they did so just before. It does not wait for the
// disk, as there is nothing that it must not be lost without: the answer is only read. What a crash of the database takes of
// it is the last moment.
func (d *DB) Look(ctx context.Context, e AuditEntry) error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	// Most looks are at what was just looked at: this copy remembers those, the database knows what others saw.
	name := fmt.Sprint(e.ActorID, " ", e.Action, " ", e.Subject, " ", e.SubjectID, " ", string(detail))
	if d.looks.again(name, e.At) {
		return nil
	}
	batch := &pgx.Batch{}
	// The portal itself looks for what was looked at before: who looks need not be one who reads the log.
	batch.Queue(`select set_config('synchronous_commit', 'off', true), set_config('portico.wall', $1, true)`, wallOf(AsSystem(ctx, "audit")))
	batch.Queue(lookSQL, e.At, e.ActorID, string(e.Action), e.Subject, some(e.SubjectID), some(e.AccountID), string(detail), RequestOf(ctx),
		e.At.Add(-lookAgain))
	if err := d.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	d.looks.noted(name, e.At)
	return nil
}

// looks are the last ones that one copy has noted: in a map, by what was looked at by whom.
type looks struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// looksKept is how many looks are remembered: of some hundred people, in the time that they count as one.
const looksKept = 10_000

// again tells whether the same look was noted so short a time ago that it is still the same one.
func (l *looks) again(name string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, known := l.last[name]
	return known && now.Sub(at).Abs() < lookAgain
}

func (l *looks) noted(name string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || len(l.last) >= looksKept {
		l.last = map[string]time.Time{}
	}
	l.last[name] = now
}

// AuditFilter narrows the audit log. The zero filter narrows nothing.
type AuditFilter struct {
	ActorID   int64
	Actions   []AuditAction // one of these; none: all
	Subject   string
	SubjectID int64
	AccountID int64 // what concerns this account, or one below it
	From, To  time.Time
	Changes   bool // leaves looks out
}

// AuditLine is an entry of the audit log with the names that it refers to, as they are now: empty for whoever was erased.
type AuditLine struct {
	AuditEntry
	Actor      Named
	Person     Named // where the subject is a person
	Account    string
	ActorEmail string
	Email      string // of the subject
}

// AuditPage is how many entries of the audit log a page holds.
const AuditPage = 50

// AuditLog reads the audit log, newest first: limit entries older than one of them, or the newest where before is 0. older
// tells whether there are still more.
func (d *DB) AuditLog(ctx context.Context, f AuditFilter, before int64, limit int) (list []AuditLine, older bool, err error) {
	q := caseQuery{}
	where, err := f.where(&q)
	if err != nil {
		return nil, false, err
	}
	if before != 0 {
		where += " and l.id < " + q.arg(before)
	}
	sql := `
with page as (select l.* from audit l where ` + where + fmt.Sprintf(" order by l.id desc limit %d)", limit+1) + `
select l.id, l.at, coalesce(l.actor_id, 0), l.action, l.subject, coalesce(l.subject_id, 0), coalesce(l.account_id, 0), l.detail, l.request,
       case when w.id is null then '{}' else ` + fmt.Sprintf(named, "w") + ` end, coalesce(w.email, ''),
       case when p.id is null then '{}' else ` + fmt.Sprintf(named, "p") + ` end, coalesce(p.email, ''),
       coalesce(a.name, '')
  from page l
  left join people w on w.id = l.actor_id
  left join people p on l.subject = 'person' and p.id = l.subject_id
  left join accounts a on a.id = coalesce(case when l.subject = 'account' then l.subject_id end, l.account_id)
 order by l.id desc`
	rows, err := d.walled.Query(ctx, sql, append([]any{planned}, q.args...)...)
	if err != nil {
		return nil, false, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l AuditLine
		if err := rows.Scan(&l.ID, &l.At, &l.ActorID, &l.Action, &l.Subject, &l.SubjectID, &l.AccountID, &l.Detail, &l.Request,
			&l.Actor, &l.ActorEmail, &l.Person, &l.Email, &l.Account); err != nil {
			return nil, false, fmt.Errorf("read the audit log: %w", err)
		}
		list = append(list, l)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("read the audit log: %w", err)
	}
	return list[:min(limit, len(list))], len(list) > limit, nil
}

func (f AuditFilter) where(q *caseQuery) (string, error) {
	where := "true"
	and := func(condition string) { where += " and " + condition }
	if f.ActorID != 0 {
		and("l.actor_id = " + q.arg(f.ActorID))
	}
	if len(f.Actions) > 0 {
		and("l.action = any (" + q.arg(f.Actions) + "::text[])")
	}
	if f.Subject != "" {
		and("l.subject = " + q.arg(f.Subject) + " and l.subject_id = " + q.arg(f.SubjectID))
	} else if f.SubjectID != 0 {
		return "", errors.New("the id of no subject")
	}
	if f.AccountID != 0 {
		and("l.account_id in (select id from accounts where path @> array[" + q.arg(f.AccountID) + "::bigint])")
	}
	if !f.From.IsZero() {
		and("l.at >= " + q.arg(f.From))
	}
	if !f.To.IsZero() {
		and("l.at < " + q.arg(f.To))
	}
	if f.Changes {
		and(`l.action not like '%.look' and l.action not like '%.search'`)
	}
	return where, nil
}

// AuditActions lists the actions that the log tells of so far.
func (d *DB) AuditActions(ctx context.Context) ([]AuditAction, error) {
	// One look at the index for each action there is, however long the log.
	rows, err := d.walled.Query(ctx, `
		with recursive one as (
		  (select action from audit order by action limit 1)
		  union all
		  select (select a.action from audit a where a.action > one.action order by a.action limit 1) from one where one.action is not null)
		select action from one where action is not null`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list what was audited: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[AuditAction])
	if err != nil {
		return nil, fmt.Errorf("list what was audited: %w", err)
	}
	return list, nil
}
