package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// RepairState is how far a repair is.
type RepairState string

// Cases are chosen first: nothing is changed then. Who chose them asks for it, and it is done case by case.
const (
	RepairChosen RepairState = "chosen"
	RepairAsked  RepairState = "asked"
	RepairDone   RepairState = "done"
)

// RepairResult is what became of a case that was to be decided anew.
type RepairResult string

// What becomes of cases.
const (
	RepairDecided RepairResult = "decided"
	RepairSame    RepairResult = "same"    // nothing of it would become otherwise
	RepairChanged RepairResult = "changed" // somebody changed it since it was chosen: left as it is
	RepairOver    RepairResult = "over"    // it is solved, or decided by another version by now
)

// Repair is a choice of open cases that one version of the rules decided, to be decided anew by another.
type Repair struct {
	ID         int64
	Version    int
	By         int
	PersonID   int64
	Submission uuid.UUID
	State      RepairState
	Request    string // the id of the request that asked
	At         time.Time
	EndedAt    time.Time
	Counts     map[RepairResult]int // under "" those that are still to be done
}

// Chosen is how many cases it has.
func (r Repair) Chosen() (n int) {
	for _, some := range r.Counts {
		n += some
	}
	return n
}

// Done is how many of them it has come past.
func (r Repair) Done() int { return r.Chosen() - r.Counts[""] }

// Picked is a case as somebody saw it when they chose it.
type Picked struct {
	Case     Number
	Revision int
}

// DecidedCase is a case that is to be decided anew perhaps, with which of its outcomes people have set by hand.
type DecidedCase struct {
	Case
	Hand    []string
	Account string
	Result  RepairResult // of one that was chosen
}

// decidedSQL is what a person did themselves of what rules can set. What is of nobody's, rules did.
const decidedSQL = `select ` + caseColumns + `,
       array(select distinct e.change ->> 'Field' from events e
              where e.case_id = c.id and e.kind = 'changed' and e.person_id is not null and e.change is not null), a.name`

func scanDecided(row pgx.CollectableRow) (c DecidedCase, err error) {
	return c, row.Scan(append(c.fields(), &c.Hand, &c.Account, &c.Result)...)
}

// DecidedBy reads cases that a version of the rules decided and that are not over, behind a case in the order of their
// numbers: it is for who judges what would become of them.
func (d *DB) DecidedBy(ctx context.Context, in Scope, version int, after Number, limit int) ([]DecidedCase, error) {
	q := caseQuery{}
	rows, err := d.walled.Query(ctx, decidedSQL+`, '' from cases c join accounts a on a.id = c.account_id
		 where c.state in ('new', 'open', 'awaiting') and c.rule_version = `+q.arg(version)+` and c.id > `+q.arg(after)+` and `+q.holds(in)+`
		 order by c.id limit `+q.arg(limit), append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list cases of version %d: %w", version, err)
	}
	list, err := pgx.CollectRows(rows, scanDecided)
	if err != nil {
		return nil, fmt.Errorf("list cases of version %d: %w", version, err)
	}
	return list, nil
}

// CountDecidedBy counts the cases that a version of the rules decided and that are not over.
func (d *DB) CountDecidedBy(ctx context.Context, version int) (n int, err error) {
	err = d.walled.QueryRow(ctx, `select count(*) from cases where rule_version = $1 and state in ('new', 'open', 'awaiting')`, fixed, version).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count cases of version %d: %w", version, err)
	}
	return n, nil
}

// AddRepair keeps a choice of cases: of all that the version decided and that are not over, where picks is nil. Of the same
// submission it keeps one.
func (d *DB) AddRepair(ctx context.Context, r *Repair, picks []Picked) error {
	fail := func(err error) error { return fmt.Errorf("keep a repair: %w", err) }
	err := d.fast.QueryRow(ctx, `
		insert into repairs (version, by_version, person_id, submission, state, at) values ($1, $2, $3, $4, 'chosen', $5)
		on conflict (submission) do nothing returning id`, fixed, r.Version, r.By, r.PersonID, r.Submission, r.At).Scan(&r.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		err = d.fast.QueryRow(ctx, `select id from repairs where submission = $1 and person_id = $2`, fixed, r.Submission, r.PersonID).Scan(&r.ID)
		if err != nil {
			return fail(notFound(err))
		}
		return nil
	}
	if err != nil {
		return fail(err)
	}
	if picks == nil {
		_, err = d.walled.Exec(ctx, `insert into repair_cases (repair_id, case_id, revision)
			select $1, id, revision from cases where rule_version = $2 and state in ('new', 'open', 'awaiting')`, fixed, r.ID, r.Version)
	} else {
		ids, revisions := make([]int64, len(picks)), make([]int32, len(picks))
		for i, p := range picks {
			ids[i], revisions[i] = int64(p.Case), int32(min(p.Revision, 1<<30))
		}
		_, err = d.walled.Exec(ctx, `insert into repair_cases (repair_id, case_id, revision)
			select $1, c.id, p.revision from cases c join (select distinct on (id) * from unnest($3::bigint[], $4::int[]) as p (id, revision)) p on p.id = c.id
			 where c.rule_version = $2 and c.state in ('new', 'open', 'awaiting')`, fixed, r.ID, r.Version, ids, revisions)
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

// Repair reads a repair with how far it is.
func (d *DB) Repair(ctx context.Context, id int64) (Repair, error) {
	r := Repair{ID: id}
	err := d.fast.QueryRow(ctx, `
		select version, by_version, person_id, submission, state, request, at, coalesce(ended_at, '0001-01-01Z'),
		       coalesce((select json_object_agg(result, n) from (select coalesce(result, '') as result, count(*) as n from repair_cases where repair_id = $1 group by 1) c), '{}')
		  from repairs where id = $1`, fixed, id).
		Scan(&r.Version, &r.By, &r.PersonID, &r.Submission, &r.State, &r.Request, &r.At, &r.EndedAt, &r.Counts)
	if err != nil {
		return Repair{}, fmt.Errorf("read repair %d: %w", id, notFound(err))
	}
	return r, nil
}

// RepairCases reads cases of a repair as they are now, with what became of them: what needs a look first.
func (d *DB) RepairCases(ctx context.Context, in Scope, id int64, limit int) ([]DecidedCase, error) {
	q := caseQuery{}
	rows, err := d.walled.Query(ctx, decidedSQL+`, coalesce(r.result, '')
		  from repair_cases r join cases c on c.id = r.case_id join accounts a on a.id = c.account_id
		 where r.repair_id = `+q.arg(id)+` and `+q.holds(in)+`
		 order by r.result is distinct from 'changed', r.result is distinct from 'decided', c.id limit `+q.arg(limit), append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list cases of repair %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, scanDecided)
	if err != nil {
		return nil, fmt.Errorf("list cases of repair %d: %w", id, err)
	}
	return list, nil
}

// AskRepair has the chosen cases be decided anew. asked is false where that was asked before.
func (d *DB) AskRepair(ctx context.Context, id int64) (asked bool, err error) {
	tag, err := d.fast.Exec(ctx, `update repairs set state = 'asked', request = $2 where id = $1 and state = 'chosen'`, fixed, id, RequestOf(ctx))
	if err != nil {
		return false, fmt.Errorf("ask for repair %d: %w", id, err)
	}
	return tag.RowsAffected() > 0, nil
}

// AskedRepairs lists the repairs that are to be done, the oldest first.
func (d *DB) AskedRepairs(ctx context.Context) ([]int64, error) {
	rows, err := d.fast.Query(ctx, `select id from repairs where state = 'asked' order by id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list repairs: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list repairs: %w", err)
	}
	return list, nil
}

// NextToRepair locks the next case of a repair for the transaction, which decides it anew; cases that another transaction is
// just at are passed over. ErrNotFound where there is none.
func (d *DB) NextToRepair(ctx context.Context, id int64) (p Picked, err error) {
	err = d.fast.QueryRow(ctx, `select case_id, revision from repair_cases where repair_id = $1 and result is null
		order by case_id limit 1 for update skip locked`, fixed, id).Scan(&p.Case, &p.Revision)
	if err != nil {
		return p, fmt.Errorf("find the next case of repair %d: %w", id, notFound(err))
	}
	return p, nil
}

// SayRepaired notes what became of a case.
func (d *DB) SayRepaired(ctx context.Context, id int64, n Number, result RepairResult) error {
	if _, err := d.fast.Exec(ctx, `update repair_cases set result = $3 where repair_id = $1 and case_id = $2`, fixed, id, n, result); err != nil {
		return fmt.Errorf("say what became of %s: %w", n, err)
	}
	return nil
}

// EndRepair says that a repair is done, once no case is left.
func (d *DB) EndRepair(ctx context.Context, id int64, at time.Time) error {
	_, err := d.fast.Exec(ctx, `update repairs set state = 'done', ended_at = $2 where id = $1 and state = 'asked'
		and not exists (select from repair_cases where repair_id = $1 and result is null)`, fixed, id, at)
	if err != nil {
		return fmt.Errorf("end repair %d: %w", id, err)
	}
	return nil
}

// Hand tells which outcomes of a case people have set by hand.
func (d *DB) Hand(ctx context.Context, n Number) (fields []string, err error) {
	err = d.walled.QueryRow(ctx, `select array(select distinct change ->> 'Field' from events
		where case_id = $1 and kind = 'changed' and person_id is not null and change is not null)`, fixed, n).Scan(&fields)
	if err != nil {
		return nil, fmt.Errorf("read what was set by hand in %s: %w", n, err)
	}
	return fields, nil
}

// Redecided keeps of a case that another version of the rules decides it now. The transaction has locked it, and has the
// event of it.
func (d *DB) Redecided(ctx context.Context, c Case) error {
	_, err := d.walled.Exec(ctx, `update cases set decision = $2, rule_version = $3, lexicon = $4 where id = $1`, fixed, c.ID, c.Decision.Kept(), c.RuleVersion, some(c.Lexicon))
	if err != nil {
		return fmt.Errorf("keep the decision of %s: %w", c.ID, err)
	}
	return nil
}

// SweepRepairs forgets choices of cases that nobody asked to be decided anew.
func (d *DB) SweepRepairs(ctx context.Context, before time.Time) error {
	if _, err := d.fast.Exec(ctx, `delete from repairs where at < $1 and state = 'chosen'`, fixed, before); err != nil {
		return fmt.Errorf("sweep repairs: %w", err)
	}
	return nil
}

// Worker is one of the provider's people who may sign in, with the queues that they work in.
type Worker struct {
	ID     int64
	Email  string
	First  string
	Last   string
	Queues []int64
}

// Workers reads all of the provider's people who may sign in.
func (d *DB) Workers(ctx context.Context) ([]Worker, error) {
	rows, err := d.fast.Query(ctx, `select p.id, p.email, p.first_name, p.last_name, coalesce(array_agg(g.queue_id) filter (where g.queue_id is not null), '{}')
		from people p left join grants g on g.person_id = p.id where p.staff and p.disabled_at is null group by p.id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list workers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Worker])
	if err != nil {
		return nil, fmt.Errorf("list workers: %w", err)
	}
	return list, nil
}

// RepairCasesJob is the job of deciding cases anew that were asked for.
type RepairCasesJob struct{}

// Kind names the job in the queue.
func (RepairCasesJob) Kind() string { return "repair_cases" }
