package db

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// MailState is what became of a mail.
type MailState string

// The states of mail.
const (
	MailWaiting  MailState = "waiting"  // to be sent, for the first time
	MailRetrying MailState = "retrying" // a try failed, another will come
	MailSent     MailState = "sent"
	MailPerhaps  MailState = "perhaps"  // it was handed over, and the server's word was never heard: not sent again by itself
	MailFailed   MailState = "failed"   // given up
	MailKept     MailState = "kept"     // there is no server: it is read here
	MailWithheld MailState = "withheld" // its reader may not see the case any more
	MailUnwanted MailState = "unwanted" // its reader doesn't want such mail any more
)

// Became tells what became of the mail.
func (m Mail) Became() MailState {
	switch {
	case !m.SentAt.IsZero():
		return MailSent
	case m.Outcome != "":
		return m.Outcome
	case !m.HandedAt.IsZero():
		return MailPerhaps
	case m.Failure != "":
		return MailRetrying
	}
	return MailWaiting
}

// Resendable tells whether the mail's state is one that somebody may send it again from: not while it waits anyway.
func (m Mail) Resendable() bool {
	switch m.Became() {
	case MailSent, MailPerhaps, MailFailed, MailKept:
		return true
	}
	return false
}

// became is each state as a condition, such that the partial index on what should be looked at answers it.
var became = map[MailState]string{
	MailWaiting: "sent_at is null and handed_at is null and outcome = ''", // and what is tried again
	MailPerhaps: "sent_at is null and handed_at is not null and outcome = ''",
	MailFailed:  "outcome = 'failed'",
	MailSent:    "sent_at is not null",
}

const mailColumns = `id, coalesce(person_id, 0), coalesce(case_id, 0), coalesce(event_id, 0), kind, "to", subject, body, created_at,
       coalesce(sent_at, '0001-01-01Z'), failure, coalesce(by_id, 0), coalesce(about, 0), name, language,
       outcome, coalesce(handed_at, '0001-01-01Z'), tries, coalesce(next_at, '0001-01-01Z')`

func (m *Mail) fields() []any {
	return []any{&m.ID, &m.PersonID, &m.CaseID, &m.EventID, &m.Kind, &m.To, &m.Subject, &m.Body, &m.CreatedAt,
		&m.SentAt, &m.Failure, &m.ByID, &m.About, &m.Name, &m.Language, &m.Outcome, &m.HandedAt, &m.Tries, &m.NextAt}
}

// MailFilter narrows the list of mail. The zero filter narrows nothing.
type MailFilter struct {
	State  MailState // one of MailWaiting (which has what is tried again too), MailPerhaps, MailFailed, MailSent
	Search string    // an address, whole, or a case's number
	Before int64     // only what is older than this one
}

// Mails lists promised mail, newest first, 50 at a time. older tells whether there is still more.
func (d *DB) Mails(ctx context.Context, f MailFilter) (list []Mail, older bool, err error) {
	const size = 50
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	where, args := "id < $1", []any{fixed, f.Before, size + 1}
	if condition, ok := became[f.State]; ok {
		where += " and " + condition
	}
	if search := strings.TrimSpace(f.Search); search != "" {
		if n, ok := ParseNumber(search); ok {
			where, args = where+" and case_id = $3", append(args, n)
		} else {
			where, args = where+` and lower("to") = lower($3)`, append(args, search)
		}
	}
	rows, err := d.walled.Query(ctx, `select `+mailColumns+` from mails where `+where+` order by id desc limit $2`, args...)
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Mail, err error) { return m, row.Scan(m.fields()...) })
	}
	if err != nil {
		return nil, false, fmt.Errorf("list mail: %w", err)
	}
	return list[:min(size, len(list))], len(list) > size, nil
}

// Mail reads one mail; ErrNotFound if there is none.
func (d *DB) Mail(ctx context.Context, id int64) (Mail, error) {
	return d.mail(ctx, id, "")
}

// LockMail is Mail for who is going to change it.
func (d *DB) LockMail(ctx context.Context, id int64) (Mail, error) {
	return d.mail(ctx, id, " for update")
}

func (d *DB) mail(ctx context.Context, id int64, lock string) (Mail, error) {
	var m Mail
	err := d.walled.QueryRow(ctx, `select `+mailColumns+` from mails where id = $1`+lock, fixed, id).Scan(m.fields()...)
	return m, notFound(err)
}

// FailedMails are the ids of mail that was given up, oldest first, at most limit of them.
func (d *DB) FailedMails(ctx context.Context, limit int) ([]int64, error) {
	rows, err := d.walled.Query(ctx, `select id from mails where `+became[MailFailed]+` order by id limit $1`, fixed, limit)
	if err != nil {
		return nil, fmt.Errorf("find failed mail: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("find failed mail: %w", err)
	}
	return ids, nil
}

// MailCounts counts the mail that waits, was perhaps sent and was given up, each up to a limit, and tells since when the
// oldest of what waits does so; zero where nothing waits.
func (d *DB) MailCounts(ctx context.Context, limit int) (counts map[MailState]int, since time.Time, err error) {
	var waiting, perhaps, failed int
	count := func(s MailState) string {
		return "(select count(*) from (select from mails where " + became[s] + " limit $1) n)"
	}
	err = d.walled.QueryRow(ctx, "select "+count(MailWaiting)+", "+count(MailPerhaps)+", "+count(MailFailed)+`,
		coalesce((select created_at from mails where `+became[MailWaiting]+` order by id limit 1), '0001-01-01Z')`, fixed, limit).
		Scan(&waiting, &perhaps, &failed, &since)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("count mail: %w", err)
	}
	return map[MailState]int{MailWaiting: waiting, MailPerhaps: perhaps, MailFailed: failed}, since, nil
}
