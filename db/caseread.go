package db

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"portico/rules"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// caseColumns is all of a case but its words, in the order in which fields names them.
const caseColumns = `
c.id, c.item, c.form_version, c.type, c.origin, c.state, c.priority, c.queue_id, coalesce(c.assignee_id, 0), c.requester_id,
c.opened_by, c.account_id, array_remove(array[c.a1, c.a2, c.a3, c.a4, c.a5, c.a6, c.a7, c.a8], null),
array(select k.person_id from case_copies k where k.case_id = c.id order by k.person_id), coalesce(c.product_id, 0),
c.short_description, c.description, c.tags, c.awaited, c.answers, c.facts, c.decision, c.rule_version,
coalesce(c.due_at, '0001-01-01Z'), coalesce(c.solve_by, '0001-01-01Z'), c.asked, coalesce(c.answered_at, '0001-01-01Z'), coalesce(c.solved_at, '0001-01-01Z'),
coalesce(c.closed_at, '0001-01-01Z'), c.created_at, c.updated_at, c.revision, c.submission, coalesce(c.lexicon, 0)`

func (c *Case) fields() []any {
	return []any{&c.ID, &c.Item, &c.FormVersion, &c.Type, &c.Origin, &c.State, &c.Priority, &c.QueueID, &c.AssigneeID, &c.RequesterID,
		&c.OpenedBy, &c.AccountID, &c.Ancestors, &c.CopiedIDs, &c.ProductID,
		&c.ShortDescription, &c.Description, &c.Tags, &c.Awaited, &c.Answers, &c.Facts, &c.Decision, &c.RuleVersion,
		&c.DueAt, &c.SolveBy, &c.Asked, &c.AnsweredAt, &c.SolvedAt, &c.ClosedAt, &c.CreatedAt, &c.UpdatedAt, &c.Revision, &c.Submission, &c.Lexicon}
}

// FindCase finds a case within the scope, with what decides who may act on it.
func (d *DB) FindCase(ctx context.Context, in Scope, n Number) (Case, error) {
	return d.findCase(ctx, in, n, "null", "")
}

// LockCase is FindCase for who is going to change the case: until the transaction ends nobody else can, and it stays
// within the transaction's wall wherever it is moved.
func (d *DB) LockCase(ctx context.Context, in Scope, n Number) (Case, error) {
	return d.findCase(ctx, in, n, "set_config('portico.held', c.id::text, true)", " for no key update of c")
}

func (d *DB) findCase(ctx context.Context, in Scope, n Number, hold, lock string) (Case, error) {
	q := caseQuery{}
	var c Case
	sql := "select " + caseColumns + ", " + hold + " from cases c where c.id = " + q.arg(n) + " and " + q.holds(in) + lock
	if err := d.walled.QueryRow(ctx, sql, append([]any{fixed}, q.args...)...).Scan(append(c.fields(), nil)...); err != nil {
		return Case{}, fmt.Errorf("find %s: %w", n, notFound(err))
	}
	return c, nil
}

// CaseDetails is a case with the names of what it belongs to, as its page shows it.
type CaseDetails struct {
	Case
	TypeName  rules.Text
	ItemName  rules.Text
	Requester Named
	Opener    Named // who opened it
	Assignee  Named
	Account   string
	Client    string // the account's client number
	Tier      string
	Queue     string
	Product   rules.Text // the service's name; nil without a product
	Location  string     // the product's
	Copied    []Named
	Outsiders []Outsider // copied by their address alone
	Files     []CaseFile // what was attached to it, oldest first
}

// CaseFile is an attachment of a case; Internal where it hangs on what only the provider's people read.
type CaseFile struct {
	File
	Internal bool
}

// Named is a person as others see them: never more than this reaches a page.
type Named struct {
	ID    int64  `json:"id"`
	First string `json:"first"`
	Last  string `json:"last"`
	Staff bool   `json:"staff"`

	Picture string `json:"picture"` // its key where files are kept; empty for none
}

// Name is the person's full name.
func (n Named) Name() string { return Person{FirstName: n.First, LastName: n.Last}.Name() }

// Initials are what stands in the picture's place.
func (n Named) Initials() string { return Person{FirstName: n.First, LastName: n.Last}.Initials() }

const named = `json_build_object('id', %[1]s.id, 'first', %[1]s.first_name, 'last', %[1]s.last_name, 'staff', %[1]s.staff, 'picture', %[1]s.picture)`

var detailsSQL = "select " + caseColumns + ", i.type_name, i.name, " +
	fmt.Sprintf(named, "r") + ", " + fmt.Sprintf(named, "o") + ", case when w.id is null then '{}' else " + fmt.Sprintf(named, "w") + ` end,
	a.name, a.client_number, a.tier, q.name, s.name, coalesce(l.name, ''),
	coalesce((select json_agg(` + fmt.Sprintf(named, "p") + ` order by p.last_name, p.first_name, p.id)
	            from case_copies k join people p on p.id = k.person_id where k.case_id = c.id), '[]'),
	coalesce((select json_agg(json_build_object('ID', x.id, 'Email', x.email) order by lower(x.email))
	            from case_outsiders x where x.case_id = c.id and x.left_at is null), '[]'),
	coalesce((select json_agg(` + fileJSON + `::jsonb || jsonb_build_object('Internal', e.internal) order by f.created_at, f.id)
	            from files f join events e on e.id = f.event_id where f.case_id = c.id), '[]')
  from cases c
  join items i on i.key = c.item
  join people r on r.id = c.requester_id
  join people o on o.id = c.opened_by
  join accounts a on a.id = c.account_id
  join queues q on q.id = c.queue_id
  left join people w on w.id = c.assignee_id
  left join products p on p.id = c.product_id
  left join services s on s.id = p.service_id
  left join locations l on l.id = p.location_id
 where c.id = `

// CaseDetails reads all of a case within the scope, but for its history.
func (d *DB) CaseDetails(ctx context.Context, in Scope, n Number) (CaseDetails, error) {
	q := caseQuery{}
	var c CaseDetails
	sql := detailsSQL + q.arg(n) + " and " + q.holds(in)
	err := d.walled.QueryRow(ctx, sql, append([]any{fixed}, q.args...)...).Scan(append(c.fields(), &c.TypeName, &c.ItemName,
		&c.Requester, &c.Opener, &c.Assignee, &c.Account, &c.Client, &c.Tier, &c.Queue, &c.Product, &c.Location, &c.Copied, &c.Outsiders, &c.Files)...)
	if err != nil {
		return CaseDetails{}, fmt.Errorf("read %s: %w", n, notFound(err))
	}
	return c, nil
}

// CaseRef reads what decides who may see a case, whoever asks: to judge with.
func (d *DB) CaseRef(ctx context.Context, n Number) (CaseRef, error) {
	refs, err := d.CaseRefs(ctx, []Number{n})
	ref, ok := refs[n]
	if err == nil && !ok {
		err = fmt.Errorf("find %s: %w", n, ErrNotFound)
	}
	return ref, err
}

// CaseRefs reads the same of many cases at once; one that the wall hides, or that isn't there, is left out.
func (d *DB) CaseRefs(ctx context.Context, numbers []Number) (map[Number]CaseRef, error) {
	rows, err := d.walled.Query(ctx, `
		select c.id, c.requester_id, array(select k.person_id from case_copies k where k.case_id = c.id order by k.person_id),
		       array_remove(array[c.a1, c.a2, c.a3, c.a4, c.a5, c.a6, c.a7, c.a8], null), c.queue_id
		  from cases c where c.id = any($1)`, fixed, numbers)
	if err != nil {
		return nil, fmt.Errorf("read who may see cases: %w", err)
	}
	defer rows.Close()
	refs := make(map[Number]CaseRef, len(numbers))
	for rows.Next() {
		var n Number
		var ref CaseRef
		if err := rows.Scan(&n, &ref.RequesterID, &ref.CopiedIDs, &ref.Path, &ref.QueueID); err != nil {
			return nil, fmt.Errorf("read who may see cases: %w", err)
		}
		refs[n] = ref
	}
	return refs, rows.Err()
}

// CaseAccount is an account to choose from in a list of cases.
type CaseAccount struct {
	ID     int64
	Name   string
	Client string
	Path   []int64
}

// CaseAccounts lists the accounts whose cases the scope can hold, each customer's together and parents before their
// children, at most limit of them. Where only a person's own cases are seen, it is the accounts of those.
func (d *DB) CaseAccounts(ctx context.Context, in Scope, limit int) ([]CaseAccount, error) {
	return d.caseAccounts(ctx, in, "", "", limit)
}

// CaseAccountsNamed lists those of CaseAccounts that have words in their names, at most limit of them.
func (d *DB) CaseAccountsNamed(ctx context.Context, in Scope, words string, limit int) ([]CaseAccount, error) {
	return d.caseAccounts(ctx, in, "a.words @@ words_query(%s)", words, limit)
}

// CaseAccountByClient finds one of CaseAccounts by its client number.
func (d *DB) CaseAccountByClient(ctx context.Context, in Scope, client string) (CaseAccount, error) {
	list, err := d.caseAccounts(ctx, in, "a.client_number = %s", client, 1)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return CaseAccount{}, err
	}
	return list[0], nil
}

func (d *DB) caseAccounts(ctx context.Context, in Scope, condition, value string, limit int) ([]CaseAccount, error) {
	if in.Empty() {
		return nil, nil
	}
	q := caseQuery{}
	where := "false"
	if in.All || len(in.Queues) > 0 { // a queue holds cases of any account
		where = "true"
	}
	for _, b := range in.Branches {
		where += " or a.path @> array[" + q.arg(b.AccountID) + "::bigint]"
	}
	if len(in.Accounts) > 0 {
		where += " or a.id = any (" + q.arg(in.Accounts) + "::bigint[])"
	}
	if in.Own.Root != 0 {
		where += " or a.id in (select c.account_id from cases c where " + q.holds(Scope{Own: in.Own}) + ")"
	}
	where = "(" + where + ")"
	if condition != "" {
		where += " and " + fmt.Sprintf(condition, q.arg(value))
	}
	rows, err := d.walled.Query(ctx, fmt.Sprintf("select a.id, a.name, a.client_number, a.path from accounts a where %s order by a.path limit %d", where, limit),
		append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list accounts of cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CaseAccount])
	if err != nil {
		return nil, fmt.Errorf("list accounts of cases: %w", err)
	}
	return list, nil
}

// CaseProduct is a product to choose from in a list of cases.
type CaseProduct struct {
	ID       int64
	Service  rules.Text
	Location string
	Account  string
}

// CaseProducts lists products of the accounts of the scope, at most limit of them: those of the accounts given, or the
// one with the id.
func (d *DB) CaseProducts(ctx context.Context, in AccountScope, accounts []int64, id int64, limit int) ([]CaseProduct, error) {
	if in.Empty() || len(accounts) == 0 && id == 0 {
		return nil, nil
	}
	q := caseQuery{}
	where := "true"
	if !in.All {
		where = "a.id = any (" + q.arg(in.Accounts) + "::bigint[])"
		for _, b := range in.Branches {
			where += " or a.path @> array[" + q.arg(b.AccountID) + "::bigint]"
		}
	}
	var which string
	if id != 0 {
		which = "p.id = " + q.arg(id)
	} else {
		which = "p.removed_at is null and p.account_id = any (" + q.arg(accounts) + "::bigint[])"
	}
	sql := `
select p.id, s.name, l.name, a.name
  from products p
  join services s on s.id = p.service_id
  join locations l on l.id = p.location_id
  join accounts a on a.id = p.account_id
 where ` + which + " and (" + where + `)
 order by a.path, s.position, s.id, l.name, p.id limit ` + strconv.Itoa(limit)
	rows, err := d.fast.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list products of cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CaseProduct])
	if err != nil {
		return nil, fmt.Errorf("list products of cases: %w", err)
	}
	return list, nil
}

// CaseType is a type of case that the catalog gives.
type CaseType struct {
	Type string
	Name rules.Text
}

func (d *DB) readCaseTypes(ctx context.Context) ([]CaseType, error) {
	rows, err := d.fast.Query(ctx, `select distinct on (position, type) type, type_name from items order by position, type, key`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list types of cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CaseType])
	if err != nil {
		return nil, fmt.Errorf("list types of cases: %w", err)
	}
	return list, nil
}

// SolvedBefore lists cases solved before a time that are not closed yet, longest ago first, at most limit of them: for
// the job that closes them.
func (d *DB) SolvedBefore(ctx context.Context, before time.Time, limit int) ([]Number, error) {
	rows, err := d.walled.Query(ctx, `select id from cases where state = 'solved' and solved_at < $1 order by solved_at, id limit $2`,
		fixed, before, limit)
	if err != nil {
		return nil, fmt.Errorf("find solved cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[Number])
	if err != nil {
		return nil, fmt.Errorf("find solved cases: %w", err)
	}
	return list, nil
}

// FindFile finds an attachment that the asker may read: of a case within the scope, where it belongs to something said
// that they may read (internal: to notes too), or one that person uploaded and has not sent yet.
func (d *DB) FindFile(ctx context.Context, in Scope, internal bool, person int64, id uuid.UUID) (File, error) {
	q := caseQuery{}
	var f File
	sql := `select f.id, f.person_id, coalesce(f.case_id, 0), coalesce(f.event_id, 0), f.name, f.media_type, f.size, f.key, f.created_at, f.preview_width, f.preview_height
  from files f left join events e on e.id = f.event_id left join cases c on c.id = f.case_id
 where f.id = ` + q.arg(id) + ` and case when f.case_id is null then f.size > 0 and f.person_id = ` + q.arg(person) + `
       else (not e.internal or ` + q.arg(internal) + `) and ` + q.holds(in) + ` end`
	err := d.walled.QueryRow(ctx, sql, append([]any{fixed}, q.args...)...).
		Scan(&f.ID, &f.PersonID, &f.CaseID, &f.EventID, &f.Name, &f.MediaType, &f.Size, &f.Key, &f.CreatedAt, &f.PreviewWidth, &f.PreviewHeight)
	if err != nil {
		return File{}, fmt.Errorf("find file: %w", notFound(err))
	}
	return f, nil
}
