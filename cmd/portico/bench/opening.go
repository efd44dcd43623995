package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/db"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const openGroup = "Verbs"

// opening measures a form being submitted, against the same rows being put in.
func (b *bench) opening(ctx context.Context) error {
	name := "customer, opens a case"
	if !b.wants(openGroup, name) {
		return nil
	}
	v := b.people.opener
	forms, err := b.filledForms(ctx, v, 8)
	if err != nil {
		return wrong(openGroup, name, err)
	}
	first, err := forms[0].open(v.asker())
	if err != nil {
		return wrong(openGroup, name, err)
	}
	floor, err := b.insertsOf(ctx, first)
	if err != nil {
		return wrong(openGroup, name, err)
	}
	defer floor.close(ctx)
	askers := make([]*asker, b.Clients)
	for i := range askers {
		askers[i] = v.asker()
	}
	opened := make([]int, b.Clients)
	f, err := b.versus(ctx, openGroup, name, timesFloor(3), func(_ context.Context, worker int) error {
		opened[worker]++
		_, err := forms[(opened[worker]+worker)%len(forms)].open(askers[worker])
		return err
	}, floor.load)
	if err != nil {
		return err
	}
	f.Note = "floor: " + floor.says
	return nil
}

// inserts is the floor of opening a case: the rows that one left behind, put in again under new numbers by bare pgx, in one
// statement that is its own transaction: there is no quicker way to have them committed.
type inserts struct {
	workers []*pgx.Conn
	sql     string
	args    []argument
	says    string
}

// row is one that opening a case left, its values as PostgreSQL writes them.
type row struct {
	table   string
	columns []string
	values  []any
}

// argument is one of the statement: what the row had, or what is new each time.
type argument struct {
	value any
	fresh func() any
}

// insertsOf reads what a case left behind.
func (b *bench) insertsOf(ctx context.Context, n db.Number) (*inserts, error) {
	f := &inserts{}
	var rows []row
	for range b.Clients {
		conn, err := b.connect(ctx)
		if err != nil {
			f.close(ctx)
			return nil, err
		}
		f.workers = append(f.workers, conn)
	}
	var counted []string
	for _, t := range []struct{ table, where string }{
		{"cases", "t.id = $1"},
		{"events", "t.case_id = $1"},
		{"mails", "t.case_id = $1"},
		{"river_job", "t.kind = 'send_mail' and t.args ->> 'mail_id' in (select id::text from mails where case_id = $1)"},
	} {
		found, err := rowsOf(ctx, f.workers[0], t.table, t.where, n)
		if err != nil {
			f.close(ctx)
			return nil, err
		}
		rows = append(rows, found...)
		if len(found) > 0 {
			counted = append(counted, fmt.Sprintf("%d %s", len(found), t.table))
		}
	}
	f.compose(rows)
	f.says = strings.Join(counted, ", ") + ", in one statement, committed"
	return f, nil
}

func (f *inserts) close(ctx context.Context) {
	for _, conn := range f.workers {
		_ = conn.Close(ctx)
	}
}

// rowsOf reads rows of a table, as far as they may be put in again.
func rowsOf(ctx context.Context, conn *pgx.Conn, table, where string, n db.Number) ([]row, error) {
	found, err := conn.Query(ctx, `
		select column_name from information_schema.columns
		 where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' and column_name <> 'id'
		   and has_column_privilege(table_name::regclass, column_name, 'insert')
		 order by ordinal_position`, table)
	if err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", table, err)
	}
	columns, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", table, err)
	}
	if table == "river_job" { // a job as it is promised; the rest tells what became of it
		columns = []string{"args", "kind", "max_attempts", "priority", "queue"}
	}
	var read []string
	for _, c := range columns {
		if table == "cases" && c == "words" { // they are made of these
			read = append(read, "t.short_description || ' ' || t.description")
		} else {
			read = append(read, "t."+pgx.Identifier{c}.Sanitize()+"::text")
		}
	}
	found, err = conn.Query(ctx, "select "+strings.Join(read, ", ")+" from "+table+" t where "+where+" order by t.id", n)
	if err != nil {
		return nil, fmt.Errorf("read the rows of %s: %w", table, err)
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (row, error) {
		values, err := r.Values()
		return row{table, columns, values}, err
	})
}

// load puts all of it in once.
func (f *inserts) load(ctx context.Context, worker int) error {
	args := make([]any, len(f.args))
	for i, a := range f.args {
		if args[i] = a.value; a.fresh != nil {
			args[i] = a.fresh()
		}
	}
	if _, err := f.workers[worker].Exec(ctx, f.sql, args...); err != nil {
		return fmt.Errorf("floor: insert: %w", err)
	}
	return nil
}

// compose makes one statement of the rows, of which the first is the case's. The others get the numbers of those before
// them.
func (f *inserts) compose(rows []row) {
	now := func() any { return time.Now().UTC().Format(time.RFC3339Nano) }
	token := func() any { return uuid.NewString() }
	var parts []string
	numbers := map[string]string{} // by table, of its first row
	for n, r := range rows {
		var names, values []string
		for i, c := range r.columns {
			names = append(names, pgx.Identifier{c}.Sanitize())
			a := argument{value: r.values[i]}
			switch {
			case c == "case_id":
				values = append(values, numbers["cases"])
				continue
			case c == "event_id" && a.value != nil:
				values = append(values, numbers["events"])
				continue
			case r.table == "river_job" && c == "args":
				values = append(values, "jsonb_build_object('mail_id', "+numbers["mails"]+")")
				continue
			case c == "submission" && a.value != nil:
				a.fresh = token
			case c == "created_at" || c == "updated_at" || c == "at":
				a.fresh = now
			}
			f.args = append(f.args, a)
			place := fmt.Sprintf("$%d", len(f.args))
			if r.table == "cases" && c == "words" { // made of the words again, as the portal has them made
				place = "strip(to_tsvector('simple', " + place + "))"
			}
			values = append(values, place)
		}
		parts = append(parts, fmt.Sprintf("row%d as (insert into %s (%s) values (%s) returning id)",
			n, r.table, strings.Join(names, ", "), strings.Join(values, ", ")))
		if numbers[r.table] == "" {
			numbers[r.table] = fmt.Sprintf("(select id from row%d)", n)
		}
	}
	f.sql = "with " + strings.Join(parts, ",\n") +
		"\nselect pg_notify('portico', 'case-' || id), pg_notify('portico', 'queue-0') from row0"
}
