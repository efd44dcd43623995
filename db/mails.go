package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// The ids are drawn beforehand, as who promises a mail need not be one who could read it.
var promiseSQL = `
with told as (
  select distinct on (person) person, kind
    from (select $5::bigint as person, $3::text as kind, 1 as place
          union all select person_id, $3, 1 from case_copies where case_id = $1
          union all select person_id, '` + string(FollowsCase) + `', 2 from case_follows where case_id = $1
          union all select person_id, '` + string(FollowsAccount) + `', 3 from account_follows where $3 = '` + string(Opened) + `' and account_id = any ($8::bigint[])) t
   order by person, place),
promised as materialized (
  select nextval('mails_id_seq') as id, p.id as person, p.email, t.kind
    from told t join people p on p.id = t.person
   where p.id <> $6 and p.disabled_at is null and lower(p.email) <> all ($9::text[]) and ` + wants("t.kind", "$7") + `),
kept as (
  insert into mails (id, person_id, case_id, event_id, kind, "to", created_at)
  select id, person, $1, $2, kind, email, $4 from promised),
outside as materialized (
  select nextval('mails_id_seq') as id, o.id as outsider, o.email, o.language
    from case_outsiders o where o.case_id = $1 and ` + outsiderTold + `
     and not exists (select from promised p where lower(p.email) = lower(o.email))),
sent_out as (
  insert into mails (id, outsider_id, case_id, event_id, kind, "to", language, created_at)
  select id, outsider, $1, $2, $3, email, language, $4 from outside)
select id from promised union all select id from outside`

// outsiderTold is whether somebody from elsewhere "o" is to be mailed: as long as they have not left, the case's account
// lets such people be copied, and the address is not that of somebody who was barred, or wants no mail. That last nobody
// is told who names the address.
const outsiderTold = `o.left_at is null
     and exists (select from cases c join accounts a on a.id = c.account_id where c.id = o.case_id and a.cc_outsiders)
     and not exists (select from people b where lower(b.email) = lower(o.email) and (b.disabled_at is not null or b.unmailed))`

// PromiseMails notes that an event is to be told to the case's requester and to those copied on it, and to people from
// elsewhere who are copied; to who follows the case; and, of its opening, to who follows its account or one above it: to each
// once, but for who did it and who does not want to be told of such. It gives the mails' ids.
func (d *DB) PromiseMails(ctx context.Context, c Case, e Event, now time.Time) ([]int64, error) {
	noticed := []string{} // they are told of it by their address, see PromiseNotices
	if e.Kind == Opened {
		noticed = lower(c.Decision.Outcomes.Notify)
	}
	rows, err := d.walled.Query(ctx, promiseSQL, fixed, c.ID, e.ID, e.Kind, now, c.RequesterID, e.PersonID, c.Origin, c.Ancestors, noticed)
	if err != nil {
		return nil, fmt.Errorf("promise mail: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("promise mail: %w", err)
	}
	return ids, nil
}

// PromiseOldMails notes that so many events of the past are to be told to whose case it is, and gives the mails' ids: to
// measure with, in a world that is nobody's own.
func (d *DB) PromiseOldMails(ctx context.Context, n int, now time.Time) ([]int64, error) {
	rows, err := d.walled.Query(ctx, `
insert into mails (person_id, case_id, event_id, kind, "to", created_at)
select p.id, c.id, e.id, e.kind, p.email, $2
  from events e join cases c on c.id = e.case_id join people p on p.id = c.requester_id and p.disabled_at is null and p.account_id = c.account_id
 where e.kind in ('comment', 'opened', 'solved') and not e.internal and not p.unmailed and p.muted = '{}'
   and not exists (select from mails m where m.event_id = e.id and m.person_id = p.id)
 limit $1 returning id`, fixed, n, now)
	if err != nil {
		return nil, fmt.Errorf("promise mail of the past: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("promise mail of the past: %w", err)
	}
	return ids, nil
}

var noticeSQL = `
with promised as materialized (
  select nextval('mails_id_seq') as id, p.id as person, p.email
    from people p
   where lower(p.email) = any ($5::text[]) and p.staff
     and p.id <> $6 and p.disabled_at is null and ` + wants("$3", "$7") + `),
kept as (
  insert into mails (id, person_id, case_id, event_id, kind, "to", created_at)
  select id, person, $1, $2, $3, email, $4 from promised)
select id from promised`

var involvedSQL = `
with promised as materialized (
  select nextval('mails_id_seq') as id, p.id as person, p.email
    from people p
   where p.id = any ($5::bigint[]) and p.id <> $6 and p.disabled_at is null and ` + wants("$3", "$7") + `),
kept as (
  insert into mails (id, person_id, case_id, event_id, kind, "to", created_at)
  select id, person, $1, $2, $3, email, $4 from promised),
outside as materialized (
  select nextval('mails_id_seq') as id, o.id as outsider, o.email, o.language
    from case_outsiders o where o.case_id = $1 and o.id = any ($8::bigint[]) and ` + outsiderTold + `),
sent_out as (
  insert into mails (id, outsider_id, case_id, event_id, kind, "to", language, created_at)
  select id, outsider, $1, $2, $3, email, language, $4 from outside)
select id from promised union all select id from outside`

// PromiseInvolved notes that people are to be told that an event had them to do with a case: as its contact, or copied on
// it; but for who did it. It gives the mails' ids.
func (d *DB) PromiseInvolved(ctx context.Context, c Case, e Event, people, outsiders []int64, now time.Time) ([]int64, error) {
	rows, err := d.walled.Query(ctx, involvedSQL, fixed, c.ID, e.ID, Involved, now, people, e.PersonID, c.Origin, outsiders)
	if err != nil {
		return nil, fmt.Errorf("promise mail to who was involved: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("promise mail to who was involved: %w", err)
	}
	return ids, nil
}

// PromiseNotices notes that colleagues with these addresses are to be told of a case, but for who did what happened. It
// gives the mails' ids.
func (d *DB) PromiseNotices(ctx context.Context, c Case, e Event, addresses []string, now time.Time) ([]int64, error) {
	rows, err := d.walled.Query(ctx, noticeSQL, fixed, c.ID, e.ID, Notified, now, lower(addresses), e.PersonID, c.Origin)
	if err != nil {
		return nil, fmt.Errorf("promise notices: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("promise notices: %w", err)
	}
	return ids, nil
}

// lower are addresses as they are compared.
func lower(addresses []string) []string {
	out := make([]string, len(addresses))
	for i, a := range addresses {
		out[i] = strings.ToLower(a)
	}
	return out
}

// Letter is a promised mail with all that its words are made of.
type Letter struct {
	Mail
	Reader  SignedIn // without a session
	Case    CaseDetails
	Event   Event
	Author  Named // zero: Portico itself
	HasCase bool
	Files   []File // that hang on the event
	Draft   string // the name of the draft of rules that it is about

	OutsiderID   int64 // of who is copied from elsewhere, and nobody to the portal; 0: its reader is a person
	OutsiderTold bool  // they are to be told still

	Unfollowed bool // it was promised to a follower, who is none any more
}

const letterSQL = `
select m.id, coalesce(m.person_id, 0), coalesce(m.case_id, 0), coalesce(m.event_id, 0), coalesce(m.about, 0), m.kind,
       case when m.event_id is null then m."to" else coalesce(p.email, m."to") end, m.subject, m.body, m.created_at,
       coalesce(m.sent_at, '0001-01-01Z'),
       coalesce(p.id, 0), coalesce(p.staff, false), coalesce(p.first_name, m.name), coalesce(p.last_name, ''),
       coalesce(p.language, nullif(m.language, ''), 'en'),
       coalesce(p.time_zone, ''), coalesce(p.disabled_at, '0001-01-01Z'),
       coalesce(p.unmailed, false), coalesce(p.monitoring, false), coalesce(p.muted, '{}'),
       coalesce(a.id, 0), coalesce(a.time_zone, ''), coalesce(a.contacts_see, ''), coalesce(a.path, '{}'),
       coalesce((select json_agg(json_build_object('ID', g.id, 'PersonID', g.person_id, 'Role', g.role, 'AccountID', coalesce(g.account_id, 0),
                                                   'Reach', coalesce(g.reach, ''), 'QueueID', coalesce(g.queue_id, 0), 'Path', ga.path))
                   from grants g left join accounts ga on ga.id = g.account_id where g.person_id = p.id), '[]'),
       coalesce((select d.name from rule_drafts d where d.id = m.about and m.kind like 'draft-%'), ''),
       coalesce(e.body, ''), coalesce(e.at, m.created_at), coalesce(e.internal, true),
       coalesce(w.id, 0), coalesce(w.first_name, ''), coalesce(w.last_name, ''), coalesce(w.staff, false),
       m.outcome, coalesce(m.handed_at, '0001-01-01Z'), m.tries, m.failure, coalesce((select json_agg(` + fileJSON + ` order by f.created_at, f.id)
                   from files f where f.case_id = m.case_id and f.event_id = m.event_id), '[]'),
       coalesce(m.outsider_id, 0), coalesce((select ` + outsiderTold + ` from case_outsiders o where o.id = m.outsider_id), false),
       case m.kind when '` + string(FollowsCase) + `' then not exists (select from case_follows f where f.case_id = m.case_id and f.person_id = m.person_id)
                   when '` + string(FollowsAccount) + `' then not exists (
                     select from cases c join accounts ca on ca.id = c.account_id join account_follows f on f.account_id = any (ca.path)
                      where c.id = m.case_id and f.person_id = m.person_id)
                   else false end,
       coalesce(e.kind, '')
  from mails m
  left join people p on p.id = m.person_id
  left join accounts a on a.id = p.account_id
  left join events e on e.id = m.event_id
  left join people w on w.id = coalesce(e.person_id, m.by_id)
 where m.id = $1`

// Letter reads a promised mail, whoever asks: it is for the job that sends it, which judges whether its reader may. What is
// told of a case goes to the address that its reader has by now: the one that it was promised to may be somebody else's.
func (d *DB) Letter(ctx context.Context, id int64) (Letter, error) {
	var l Letter
	var grants []byte
	var event EventKind
	p, home, e, w := &l.Reader.Person, &l.Reader.Home, &l.Event, &l.Author
	err := d.walled.QueryRow(ctx, letterSQL, fixed, id).Scan(
		&l.ID, &l.PersonID, &l.CaseID, &l.EventID, &l.About, &l.Kind, &l.To, &l.Subject, &l.Body, &l.CreatedAt, &l.SentAt,
		&p.ID, &p.Staff, &p.FirstName, &p.LastName, &p.Language, &p.TimeZone, &p.DisabledAt,
		&p.Unmailed, &p.Monitoring, &p.Muted,
		&home.ID, &home.TimeZone, &home.ContactsSee, &home.Path, &grants, &l.Draft,
		&e.Body, &e.At, &e.Internal, &w.ID, &w.First, &w.Last, &w.Staff, &l.Outcome, &l.HandedAt, &l.Tries, &l.Failure, &l.Files, &l.OutsiderID, &l.OutsiderTold, &l.Unfollowed, &event)
	if err != nil {
		return Letter{}, fmt.Errorf("read mail %d: %w", id, notFound(err))
	}
	if err := json.Unmarshal(grants, &l.Reader.Grants); err != nil {
		return Letter{}, fmt.Errorf("read grants: %w", err)
	}
	p.Email, e.ID, e.CaseID, e.Kind = l.To, l.EventID, l.CaseID, EventKind(l.Kind)
	if e.Kind == FollowsCase || e.Kind == FollowsAccount {
		e.Kind = event // followers are told of all that happens
	}
	if l.HasCase = l.CaseID != 0; l.HasCase {
		l.Case, err = d.CaseDetails(ctx, Scope{All: true}, l.CaseID)
	}
	return l, err
}

// SaveMail keeps what was written of a mail, to which address, and what became of it.
func (d *DB) SaveMail(ctx context.Context, m Mail) error {
	_, err := d.walled.Exec(ctx, `update mails set subject = $2, body = $3, sent_at = $4, failure = $5, "to" = $6,
		outcome = $7, handed_at = $8, tries = $9, next_at = $10 where id = $1`,
		fixed, m.ID, m.Subject, m.Body, moment(m.SentAt), m.Failure, m.To, m.Outcome, moment(m.HandedAt), m.Tries, moment(m.NextAt))
	if err != nil {
		return fmt.Errorf("save mail: %w", err)
	}
	return nil
}

// HandOver notes that all of a mail lies with the server but for the last dot. ErrStale if somebody else has got that far
// with it, or further: then the dot must not follow.
func (d *DB) HandOver(ctx context.Context, id int64, now time.Time) error {
	done, err := d.walled.Exec(ctx, `update mails set handed_at = $2 where id = $1 and `+became[MailWaiting], fixed, id, now)
	switch {
	case err != nil:
		return fmt.Errorf("hand mail over: %w", err)
	case done.RowsAffected() == 0:
		return fmt.Errorf("mail %d is handed over already: %w", id, ErrStale)
	}
	return nil
}
