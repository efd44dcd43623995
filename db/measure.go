package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// What follows is for whoever measures the portal: it finds the people, words and cases of a database that make the
// most, or the least, of a page. Nothing that is served asks any of it, and some of it reads whole tables.

// BusiestCustomers finds the contacts with the most cases among those who are customers and nothing else, and whose
// account has products, so that they can open cases too. Only cases up to a number count: later ones may be the doing of
// whoever measures.
func (d *DB) BusiestCustomers(ctx context.Context, last Number, limit int) ([]int64, error) {
	return d.many(ctx, "find the busiest customers", `
		select p.id from people p
		  join (select requester_id, count(*) as n from cases where id <= $1 group by 1) asked on asked.requester_id = p.id
		 where p.disabled_at is null and not p.staff
		   and exists (select from products where account_id = p.account_id)
		   and not exists (select from grants where person_id = p.id and role <> 'customer')
		   and exists (select from grants where person_id = p.id)
		 order by asked.n desc, p.id limit $2`, last, limit)
}

// ManagerOf finds the case manager of the branch whose number of accounts is nearest to what is asked for, and tells how
// many accounts it has.
func (d *DB) ManagerOf(ctx context.Context, accounts int) (person int64, has int, err error) {
	return d.overBranch(ctx, CaseManager, "abs(b.n - "+fmt.Sprint(accounts)+")")
}

// AdministratorOfLargest finds a customer administrator of the customer with the most accounts, and tells how many.
func (d *DB) AdministratorOfLargest(ctx context.Context) (person int64, has int, err error) {
	return d.overBranch(ctx, CustomerAdministrator, "b.n desc")
}

func (d *DB) overBranch(ctx context.Context, role Role, order string) (person int64, has int, err error) {
	err = d.walled.QueryRow(ctx, `
		with b as (select up.id, count(*) as n from accounts, unnest(path) as up (id) group by 1)
		select p.id, b.n from grants g join b on b.id = g.account_id join people p on p.id = g.person_id
		 where g.role = $1 and g.reach = 'below' and p.disabled_at is null
		 order by `+order+`, p.id limit 1`, role).Scan(&person, &has)
	if err != nil {
		return 0, 0, fmt.Errorf("find a %s: %w", role, notFound(err))
	}
	return person, has, nil
}

// PartOf finds the account below another that has, with all below it, nearest to so many accounts; and tells how many.
func (d *DB) PartOf(ctx context.Context, accounts int) (part Account, has int, err error) {
	err = d.fast.QueryRow(ctx, `
		with b as (select up.id, count(*) as n from accounts, unnest(path) as up (id) group by 1)
		select a.id, a.parent_id, a.path, b.n from b join accounts a using (id) where a.parent_id is not null
		 order by abs(b.n - $1), a.id limit 1`, accounts).Scan(&part.ID, &part.ParentID, &part.Path, &has)
	if err != nil {
		return Account{}, 0, fmt.Errorf("find a part of a customer: %w", notFound(err))
	}
	return part, has, nil
}

// Agents lists the agents of some queue who may sign in, at most limit of them.
func (d *DB) Agents(ctx context.Context, limit int) ([]int64, error) {
	return d.many(ctx, "list agents", `
		select p.id from people p where p.staff and p.disabled_at is null
		   and exists (select from grants g where g.person_id = p.id and g.role = 'agent' and g.queue_id is not null)
		 order by p.id limit $1`, limit)
}

// Staff lists everybody of the provider's who may sign in.
func (d *DB) Staff(ctx context.Context) ([]int64, error) {
	return d.many(ctx, "list staff", `select id from people where staff and disabled_at is null order by id`)
}

// Administrator finds somebody who may publish rules.
func (d *DB) Administrator(ctx context.Context) (person int64, err error) {
	return d.one(ctx, "find a platform administrator", `
		select p.id from people p join grants g on g.person_id = p.id
		 where p.disabled_at is null and g.role = 'platform-administrator' order by p.id limit 1`)
}

// CommonWords finds the words that stand in more cases than any other, as far as a sample of those up to a number tells:
// the most common, and those that are at least half as common.
func (d *DB) CommonWords(ctx context.Context, last Number, limit int) ([]string, error) {
	return d.words(ctx, "find common words", `
		select word from (select word, ndoc, max(ndoc) over () as most
		  from ts_stat(format('select words from cases where id <= %s order by id desc limit 2000', $1::bigint))
		 where word ~ '^[a-z]{4,}$') counted
		 where ndoc * 2 >= most order by ndoc desc, word limit $2`, last, limit)
}

// RareWords finds, of the words of these cases, the rarest of all, and those that stand in twice as many cases at most, or
// in ten.
func (d *DB) RareWords(ctx context.Context, of []Number, limit int) ([]string, error) {
	return d.words(ctx, "find rare words", `
		select word from (select w.word, seen.n, min(seen.n) over () as least from (
		  select word from cases c, unnest(tsvector_to_array(c.words)) as word
		   where c.id = any ($1) and word ~ '^[a-z0-9]{4,}$' group by word order by count(*), md5(word) limit 400) w
		 cross join lateral (select count(*) as n from (
		   select from door_all where words @@ (quote_literal(w.word) || ':*')::tsquery limit 200) found) seen) counted
		 where n <= greatest(2 * least, 10) order by n, length(word) desc, word limit $2`, fixed, of, limit)
}

// WordsBeside makes searches of each of some words and another that stands in the same of these cases: there are a great
// many of them, so each can be one that nobody has asked for yet.
func (d *DB) WordsBeside(ctx context.Context, words []string, of []Number, limit int) ([]string, error) {
	return d.words(ctx, "find words that stand together", `
		select pair.words from (
		  select distinct case when swapped then beside || ' ' || one else one || ' ' || beside end as words
		    from cases c, unnest(tsvector_to_array(c.words)) as one, unnest(tsvector_to_array(c.words)) as beside,
		         (values (true), (false)) as way (swapped)
		   where c.id = any ($1) and one = any ($2) and beside <> one and beside ~ '^[a-z0-9]{4,}$') pair
		 order by md5(pair.words) limit $3`, fixed, of, words, limit)
}

// CasesThere is how many cases there are, as far as PostgreSQL knows without counting them where they are many.
func (d *DB) CasesThere(ctx context.Context) (cases, accounts int, err error) {
	err = d.walled.QueryRow(ctx, `
		select case when few.n < 100000 then few.n else greatest(few.n, (select reltuples::bigint from pg_class where oid = 'cases'::regclass)) end,
		       (select count(*) from accounts)
		  from (select count(*) as n from (select from cases limit 100000) c) few`).Scan(&cases, &accounts)
	if err != nil {
		return 0, 0, fmt.Errorf("count cases: %w", err)
	}
	return cases, accounts, nil
}

// WaitingByQueue lists by queue the cases that nobody has, in the order in which they are to be taken.
func (d *DB) WaitingByQueue(ctx context.Context) (map[int64][]Number, error) {
	rows, err := d.walled.Query(ctx, `
		select c.queue_id, c.id from cases c where c.state in ('new', 'open') and c.assignee_id is null
		 order by c.queue_id, `+place)
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	var queue int64
	var id Number
	waiting := map[int64][]Number{}
	_, err = pgx.ForEachRow(rows, []any{&queue, &id}, func() error {
		waiting[queue] = append(waiting[queue], id)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	return waiting, nil
}

// Taken tells of cases who has each and how many times its history says, after an event, that it was given to somebody.
func (d *DB) Taken(ctx context.Context, cases []Number, after int64) (map[Number]Taking, error) {
	rows, err := d.walled.Query(ctx, `
		select c.id, coalesce(c.assignee_id, 0),
		       (select count(*) from events e where e.case_id = c.id and e.id > $2 and e.change ->> 'Field' = 'assignee')
		  from cases c where c.id = any ($1)`, fixed, cases, after)
	if err != nil {
		return nil, fmt.Errorf("read who has what: %w", err)
	}
	var id Number
	var t Taking
	taken := map[Number]Taking{}
	if _, err := pgx.ForEachRow(rows, []any{&id, &t.Assignee, &t.Times}, func() error { taken[id] = t; return nil }); err != nil {
		return nil, fmt.Errorf("read who has what: %w", err)
	}
	return taken, nil
}

// Taking is who has a case, and how often it was given to somebody.
type Taking struct {
	Assignee int64
	Times    int
}

// PageRows reads the rows of a page of a list as Cases does, and the first beyond it, but counts nothing beside them: the
// least that has to be read for the page.
func (d *DB) PageRows(ctx context.Context, in Scope, f CaseFilter, p CasePaging) ([]CaseRow, error) {
	if p.Sort == "" {
		p.Sort = ByUpdated
	}
	q := caseQuery{filter: f, sort: p.Sort, descend: p.Sort.Descends() != p.Reverse, limit: PageSize + 1}
	if after, ok := parseCursor(p.After, p.Sort); ok {
		q.from = &after
	} else if p.Last {
		n, err := d.countCases(ctx, in, f, CountCap+1)
		if err != nil {
			return nil, err
		}
		if n > 0 && n <= CountCap {
			q.limit = (n-1)%PageSize + 2
		}
		q.descend = !q.descend
	}
	rows, _, err := d.caseRows(ctx, &q, in, 0)
	return rows, err
}

// Lengthen adds to histories what happened, and changes nothing else: a long one has to come from somewhere.
func (d *DB) Lengthen(ctx context.Context, events ...Event) error {
	err := d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		_, err := tx.bun.NewInsert().Model(&events).Exec(ctx)
		return err
	})
	return wrap(err, "add events")
}

// LastEvent is the highest id of an event.
func (d *DB) LastEvent(ctx context.Context) (int64, error) {
	return d.one(ctx, "find the last event", `select coalesce(max(id), 0) from events`)
}

// ServerProcess tells the version of the server, and the process that serves a connection of this pool: its number, as the
// server's machine counts them.
func (d *DB) ServerProcess(ctx context.Context) (version string, process int, err error) {
	err = d.walled.QueryRow(ctx, `select current_setting('server_version'), pg_backend_pid()`).Scan(&version, &process)
	if err != nil {
		return "", 0, fmt.Errorf("ask the server for its process: %w", err)
	}
	version, _, _ = strings.Cut(version, " ")
	return version, process, nil
}

func (d *DB) one(ctx context.Context, doing, sql string, args ...any) (id int64, err error) {
	return id, wrap(notFound(d.walled.QueryRow(ctx, sql, args...).Scan(&id)), doing)
}

// words has all the time that it takes: each word of some thousands of cases may have to be looked for.
func (d *DB) words(ctx context.Context, doing, sql string, args ...any) (words []string, err error) {
	err = d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		if _, err := tx.walled.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		rows, err := tx.walled.Query(ctx, sql, args...)
		if err == nil {
			words, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	return words, wrap(err, doing)
}

func (d *DB) many(ctx context.Context, doing, sql string, args ...any) ([]int64, error) {
	rows, err := d.walled.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, doing)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, wrap(err, doing)
}
