package db

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun/schema"
)

// Copy puts rows of one kind in that have their ids already, by COPY: for a great many. Ids that it takes are not given
// again. The rows of a parent have to stand before.
func Copy[N Account | Location | Product | Person | Grant](ctx context.Context, d *DB, rows []N) error {
	table := d.bun.Dialect().Tables().Get(reflect.TypeFor[N]())
	fail := func(err error) error { return fmt.Errorf("copy %s: %w", table.Name, err) }
	if d.tx == nil {
		return fail(errors.New("it is done inside of a transaction"))
	}
	if len(rows) == 0 {
		return nil
	}
	// What has a default, and is said of none of them, the database says.
	said := slices.DeleteFunc(slices.Clone(table.Fields), func(f *schema.Field) bool {
		return f.SQLDefault != "" && !slices.ContainsFunc(rows, func(n N) bool { return !reflect.ValueOf(n).FieldByIndex(f.Index).IsZero() })
	})
	columns := make([]string, len(said))
	for i, f := range said {
		columns[i] = f.Name
	}
	var last int64
	_, err := d.tx.CopyFrom(ctx, pgx.Identifier{table.Name}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		row := reflect.ValueOf(&rows[i]).Elem()
		last = max(last, row.FieldByIndex(table.PKs[0].Index).Int())
		return values(said, row), nil
	}))
	if err != nil {
		return fail(err)
	}
	return d.reserve(ctx, table.Name, last)
}

// values are a row's, as COPY takes them.
func values(fields []*schema.Field, row reflect.Value) []any {
	all := make([]any, len(fields))
	for i, f := range fields {
		if v := row.FieldByIndex(f.Index); !f.NullZero || !v.IsZero() {
			all[i] = v.Interface()
		}
	}
	return all
}

// HighestID is the highest id in the table of a noun, or 0.
func HighestID[N Noun | Case](ctx context.Context, d *DB) (int64, error) {
	var highest int64
	table := d.bun.Dialect().Tables().Get(reflect.TypeFor[N]()).Name
	if err := d.walled.QueryRow(ctx, "select coalesce(max(id), 0) from "+pgx.Identifier{table}.Sanitize(), fixed).Scan(&highest); err != nil {
		return 0, fmt.Errorf("read the highest id: %w", err)
	}
	return highest, nil
}

// ReserveNumbers gives case numbers up and including last away: they will not be given to cases that are opened.
func (d *DB) ReserveNumbers(ctx context.Context, last Number) error {
	return d.reserve(ctx, "cases", int64(last))
}

// reserve gives the ids of a table away.
func (d *DB) reserve(ctx context.Context, table string, last int64) error {
	counter := pgx.Identifier{table + "_id_seq"}.Sanitize()
	// The program's role may draw ids, but not set the counter back or forth. That is as it should be.
	_, err := d.fast.Exec(ctx, fmt.Sprintf(`
		select max(nextval('%[1]s'))
		  from generate_series(1, $1::bigint - (select case when is_called then last_value else 0 end from %[1]s))`, counter), last)
	if err != nil {
		return fmt.Errorf("reserve ids of %s: %w", table, err)
	}
	return nil
}

// Given tells which of the numbers cases have.
func (d *DB) Given(ctx context.Context, numbers []Number) ([]Number, error) {
	ids := make([]int64, len(numbers))
	for i, n := range numbers {
		ids[i] = int64(n)
	}
	rows, err := d.walled.Query(ctx, `select id from cases where id = any ($1::bigint[])`, ids)
	if err != nil {
		return nil, fmt.Errorf("read case numbers: %w", err)
	}
	given, err := pgx.CollectRows(rows, pgx.RowTo[Number])
	if err != nil {
		return nil, fmt.Errorf("read case numbers: %w", err)
	}
	return given, nil
}

// PastCase is a case with its history, to be put in as it happened.
type PastCase struct {
	Case   Case
	Events []Event // in their order; CaseID is filled in
}

// pastColumns are those of a case that its past tells; the database adds the ancestors and the words.
var pastColumns = []string{
	"id", "item", "form_version", "type", "origin", "state", "priority", "queue_id", "assignee_id", "requester_id",
	"opened_by", "account_id", "a1", "product_id", "short_description", "description", "tags", "awaited", "answers",
	"facts", "decision", "rule_version", "due_at", "solve_by", "asked", "answered_at", "solved_at", "closed_at", "created_at",
	"updated_at", "revision", "submission", "lexicon",
}

// AddPast puts cases with their numbers and histories in, as they happened: nobody is notified, no mail is promised.
// Events of all of them are kept in the order of time.
func (d *DB) AddPast(ctx context.Context, past []PastCase) error {
	if d.tx == nil {
		return errors.New("past cases are added inside of a transaction")
	}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"cases", func() error { return d.addPastCases(ctx, past) }},
		{"copies", func() error { return d.addPastCopies(ctx, past) }},
		{"events", func() error { return d.addPastEvents(ctx, past) }},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("add past %s: %w", step.what, err)
		}
	}
	return nil
}

// addPastCases writes each row once, with its words.
func (d *DB) addPastCases(ctx context.Context, past []PastCase) error {
	columns := strings.Join(pastColumns, ", ")
	return d.copyIn(ctx, "cases", columns+", '' as said", append(slices.Clone(pastColumns), "said"),
		pgx.CopyFromSlice(len(past), func(i int) ([]any, error) {
			c := past[i].Case
			if c.Tags == nil {
				c.Tags = []string{}
			}
			return []any{
				int64(c.ID), c.Item, c.FormVersion, c.Type, c.Origin, string(c.State), int32(c.Priority), c.QueueID, some(c.AssigneeID), c.RequesterID,
				c.OpenedBy, c.AccountID, c.AccountID, some(c.ProductID), c.ShortDescription, c.Description, c.Tags, c.Awaited, c.Answers,
				c.Facts, c.Decision.Kept(), int32(c.RuleVersion), moment(c.DueAt), moment(c.SolveBy), c.Asked, moment(c.AnsweredAt), moment(c.SolvedAt), moment(c.ClosedAt), c.CreatedAt,
				c.UpdatedAt, int32(c.Revision), c.Submission, some(c.Lexicon), past[i].said(),
			}, nil
		}),
		"insert into cases ("+columns+", words) select "+columns+", strip(to_tsvector('simple', said)) from past_rows order by id")
}

// copyIn puts rows into a table that stands behind the wall, where there is no COPY: they take the way over a table beside.
func (d *DB) copyIn(ctx context.Context, table, like string, columns []string, rows pgx.CopyFromSource, insert string) error {
	_, err := d.fast.Exec(ctx, "create temp table past_rows on commit drop as select "+like+" from "+table+" with no data")
	if err == nil {
		_, err = d.tx.CopyFrom(ctx, pgx.Identifier{"past_rows"}, columns, rows)
	}
	if err == nil {
		_, err = d.walled.Exec(ctx, insert)
	}
	if err == nil {
		_, err = d.fast.Exec(ctx, "drop table past_rows")
	}
	return err
}

// said is what the case's customer may read, and find it by.
func (p PastCase) said() string {
	said := []string{p.Case.ShortDescription}
	for _, e := range p.Events {
		if !e.Internal {
			said = append(said, e.Body)
		}
	}
	return strings.Join(said, " ")
}

func (d *DB) addPastCopies(ctx context.Context, past []PastCase) error {
	var copies [][]any
	for _, p := range past {
		for _, person := range p.Case.CopiedIDs {
			copies = append(copies, []any{int64(p.Case.ID), person})
		}
	}
	if len(copies) == 0 {
		return nil
	}
	return d.copyIn(ctx, "case_copies", "case_id, person_id", []string{"case_id", "person_id"}, pgx.CopyFromRows(copies),
		"insert into case_copies (case_id, person_id) select case_id, person_id from past_rows")
}

// addPastEvents puts all events in by the order of time: ids then ascend with it, as they do for what really happened.
func (d *DB) addPastEvents(ctx context.Context, past []PastCase) error {
	var events []Event
	for _, p := range past {
		for _, e := range p.Events {
			e.CaseID = p.Case.ID
			events = append(events, e)
		}
	}
	if len(events) == 0 {
		return nil
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	columns := []string{"case_id", "at", "person_id", "kind", "internal", "body", "change"}
	list := strings.Join(columns, ", ")
	return d.copyIn(ctx, "events", list, columns, pgx.CopyFromSlice(len(events), func(i int) ([]any, error) {
		e := events[i]
		var change any
		if e.Change != nil {
			change = e.Change
		}
		return []any{int64(e.CaseID), e.At, some(e.PersonID), string(e.Kind), e.Internal, e.Body, change}, nil
	}), "insert into events ("+list+") select "+list+" from past_rows")
}

// some is an optional reference as the database knows it.
func some(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// moment is an optional instant as the database knows it.
func moment(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}
