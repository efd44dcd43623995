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

// inserts is the floor of opening a case: the rows that one left behind, put in again under new numbers by bare pgx, and
// committed.
type inserts struct {
	workers []*pgx.Conn
	rows    []row // the case's own first
	says    string
}

// row is one that opening a case left, its values as PostgreSQL writes them.
type row struct {
	table   string
	sql     string
	columns []string
	values  []any
}

// insertsOf reads what a case left behind.
func (b *bench) insertsOf(ctx context.Context, n db.Number) (*inserts, error) {
	f := &inserts{}
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
		f.rows = append(f.rows, found...)
		if len(found) > 0 {
			counted = append(counted, fmt.Sprintf("%d %s", len(found), t.table))
		}
	}
	f.says = strings.Join(counted, ", ") + ", notify, commit"
	return f, nil
}

func (f *inserts) close(ctx context.Context) {
	for _, conn := range f.workers {
		_ = conn.Close(ctx)
	}
}

// rowsOf reads rows of a table with the statements that would put them in.
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
	var read, names, places []string
	for i, c := range columns {
		quoted := pgx.Identifier{c}.Sanitize()
		names = append(names, quoted)
		place := fmt.Sprintf("$%d", i+1)
		if table == "cases" && c == "words" { // made of the words again, as the portal has them made
			read = append(read, "t.short_description || ' ' || t.description")
			place = "strip(to_tsvector('simple', " + place + "))"
		} else {
			read = append(read, "t."+quoted+"::text")
		}
		places = append(places, place)
	}
	sql := fmt.Sprintf("insert into %s (%s) values (%s) returning id", table, strings.Join(names, ", "), strings.Join(places, ", "))
	found, err = conn.Query(ctx, "select "+strings.Join(read, ", ")+" from "+table+" t where "+where+" order by t.id", n)
	if err != nil {
		return nil, fmt.Errorf("read the rows of %s: %w", table, err)
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (row, error) {
		values, err := r.Values()
		return row{table: table, sql: sql, columns: columns, values: values}, err
	})
}

// load puts all of it in once, in one transaction.
func (f *inserts) load(ctx context.Context, worker int) error {
	conn := f.workers[worker]
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit it does nothing
	now := time.Now().UTC().Format(time.RFC3339Nano)
	var kase, event, mail int64
	for _, r := range f.rows {
		args := make([]any, len(r.values))
		for i, c := range r.columns {
			args[i] = r.values[i]
			switch {
			case c == "submission" && args[i] != nil:
				args[i] = uuid.NewString()
			case c == "created_at" || c == "updated_at" || c == "at":
				args[i] = now
			case c == "case_id":
				args[i] = fmt.Sprint(kase)
			case c == "event_id":
				args[i] = fmt.Sprint(event)
			case c == "args":
				args[i] = fmt.Sprintf(`{"mail_id": %d}`, mail)
			}
		}
		var id int64
		if err := tx.QueryRow(ctx, r.sql, args...).Scan(&id); err != nil {
			return fmt.Errorf("floor: insert into %s: %w", r.table, err)
		}
		switch r.table {
		case "cases":
			kase = id
		case "events":
			if event == 0 {
				event = id
			}
		case "mails":
			mail = id
		}
	}
	_, err = tx.Exec(ctx, `select pg_notify('portico', t) from unnest($1::text[]) t`, []string{string(db.CaseChanged(db.Number(kase))), "queue-0"})
	if err != nil {
		return fmt.Errorf("floor: notify: %w", err)
	}
	return tx.Commit(ctx)
}
