package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// AccountMove is an account that is to be hung below another parent with all below it, or was.
type AccountMove struct {
	ID        int64
	AccountID int64
	FromID    int64 // its parent when that was asked for; 0: it was a root
	ParentID  int64 // the parent it is to have; 0: it becomes a root
	PersonID  int64 // who asked
	Accounts  int   // how much goes along, when that was asked for
	Cases     int
	Moved     int // cases so far, while it is under way
	AskedAt   time.Time
	EndedAt   time.Time   // zero until it is done, or refused
	Refused   MoveRefusal // why it was not done after all
	Request   string      // the id of the request that asked
}

// MoveRefusal is why an account can't hang where it was to hang. Its words are in the catalogues, under "accounts.move.".
type MoveRefusal string

// Why an account can't be moved.
const (
	MoveCircle    MoveRefusal = "circle"        // it would hang below itself
	MoveDepth     MoveRefusal = "depth"         // accounts would be more than eight deep
	MoveStale     MoveRefusal = "stale"         // it hangs elsewhere by now
	MoveGone      MoveRefusal = "gone"          // it or its new parent is not there any more
	MoveReception MoveRefusal = "reception"     // the provider's own account for requests of strangers stays by itself
	MoveLast      MoveRefusal = "administrator" // the customer that it leaves would be left without an administrator
)

func (r MoveRefusal) Error() string { return "the account can't be moved: " + string(r) }

const moveColumns = `id, account_id, coalesce(from_id, 0), coalesce(parent_id, 0), person_id, accounts, cases, moved, asked_at,
	coalesce(ended_at, '0001-01-01Z'), refused, request`

func (m *AccountMove) fields() []any {
	return []any{&m.ID, &m.AccountID, &m.FromID, &m.ParentID, &m.PersonID, &m.Accounts, &m.Cases, &m.Moved, &m.AskedAt, &m.EndedAt, &m.Refused, &m.Request}
}

// AskMove keeps what is to be moved. ErrStale where the account is being moved already.
func (d *DB) AskMove(ctx context.Context, m *AccountMove) error {
	err := d.fast.QueryRow(ctx, `
		insert into account_moves (account_id, from_id, parent_id, person_id, accounts, cases, asked_at, request)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (account_id) where ended_at is null do nothing returning id`, fixed,
		m.AccountID, some(m.FromID), some(m.ParentID), m.PersonID, m.Accounts, m.Cases, m.AskedAt, m.Request).Scan(&m.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrStale
	}
	if err != nil {
		return fmt.Errorf("ask for a move: %w", err)
	}
	return nil
}

// AccountMove reads a move.
func (d *DB) AccountMove(ctx context.Context, id int64) (AccountMove, error) {
	return d.move(ctx, "id = $1", id)
}

// LastMove reads the last move of an account; ErrNotFound where it was never moved.
func (d *DB) LastMove(ctx context.Context, account int64) (AccountMove, error) {
	return d.move(ctx, "account_id = $1 order by id desc limit 1", account)
}

// NextMove reads the move that has waited longest, or is under way; ErrNotFound where there is none.
func (d *DB) NextMove(ctx context.Context) (AccountMove, error) {
	return d.move(ctx, "ended_at is null order by id limit 1")
}

func (d *DB) move(ctx context.Context, where string, args ...any) (m AccountMove, err error) {
	err = d.fast.QueryRow(ctx, "select "+moveColumns+" from account_moves where "+where, append([]any{fixed}, args...)...).Scan(m.fields()...)
	if err != nil {
		return AccountMove{}, fmt.Errorf("read a move: %w", notFound(err))
	}
	return m, nil
}

// EndMove says that a move is done or, with a reason, that it is not.
func (d *DB) EndMove(ctx context.Context, id int64, at time.Time, refused MoveRefusal) error {
	if _, err := d.fast.Exec(ctx, `update account_moves set ended_at = $2, refused = $3, moved = case when $3 = '' then cases else 0 end where id = $1`,
		fixed, id, at, string(refused)); err != nil {
		return fmt.Errorf("end move %d: %w", id, err)
	}
	return nil
}

// TryLock takes the lock of that name for the transaction; false if another holds it.
func (d *DB) TryLock(ctx context.Context, name string) (held bool, err error) {
	if d.tx == nil {
		return false, errors.New("a lock is held by a transaction")
	}
	if err := d.fast.QueryRow(ctx, `select pg_try_advisory_xact_lock(hashtext($1))`, fixed, "portico."+name).Scan(&held); err != nil {
		return false, fmt.Errorf("lock %s: %w", name, err)
	}
	return held, nil
}

// casesAtOnce is about how many cases one statement moves: so many that it is quick, so few that it ends soon.
const casesAtOnce = 4000

const moveCasesSQL = `
update cases c
   set a1 = n.path[1], a2 = n.path[2], a3 = n.path[3], a4 = n.path[4], a5 = n.path[5], a6 = n.path[6], a7 = n.path[7], a8 = n.path[8]
  from (select id, $2::bigint[] || path[$3::int:] as path from accounts where id = any ($1::bigint[])) n
 where c.account_id = n.id
   and (c.a1, c.a2, c.a3, c.a4, c.a5, c.a6, c.a7, c.a8) is distinct from
       (n.path[1], n.path[2], n.path[3], n.path[4], n.path[5], n.path[6], n.path[7], n.path[8])`

// MoveCases hangs the cases of an account and of all below it where they belong once the account hangs below parent (0: as
// a root), some at a time, within the transaction that then moves the accounts. Nobody sees any of it before that is
// committed. What comes to these accounts meanwhile is left to MoveAccount.
//
// The cases come first as they take long: whoever opens a case at one of the accounts must not wait for all of it, only
// for the accounts. Who changes one of the cases does wait: so nothing may hold an account and then ask for a case.
//
// It tells how many cases it has moved, again and again, also where nobody would see it in the database: others do.
func (d *DB) MoveCases(ctx context.Context, account, parent int64, moved func(cases int)) error {
	if d.tx == nil {
		return errors.New("cases move within a transaction")
	}
	// Words of cases are taken into their index in fewer and larger parts.
	if _, err := d.fast.Exec(ctx, `set local gin_pending_list_limit = '64MB'`); err != nil {
		return fmt.Errorf("move cases: %w", err)
	}
	if _, err := d.fast.Exec(ctx, `set local work_mem = '128MB'`); err != nil {
		return fmt.Errorf("move cases: %w", err)
	}
	var old, under []int64
	err := d.fast.QueryRow(ctx, `select path, coalesce((select p.path from accounts p where p.id = $2), '{}') from accounts where id = $1`,
		fixed, account, parent).Scan(&old, &under)
	if err != nil {
		return fmt.Errorf("move cases: %w", notFound(err))
	}
	rows, err := d.walled.Query(ctx, fmt.Sprintf(`select account_id, count(*) from cases where a%d = $1 group by 1 order by 1`, len(old)), fixed, account)
	if err != nil {
		return fmt.Errorf("move cases: %w", err)
	}
	type has struct {
		Account int64
		Cases   int
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[has])
	if err != nil {
		return fmt.Errorf("move cases: %w", err)
	}
	var some []int64
	done, count := 0, 0
	for i, one := range all {
		some, count = append(some, one.Account), count+one.Cases
		if count < casesAtOnce && i < len(all)-1 {
			continue
		}
		if _, err := d.walled.Exec(ctx, moveCasesSQL, fixed, some, under, len(old)); err != nil {
			return fmt.Errorf("move cases: %w", err)
		}
		done, count, some = done+count, 0, nil
		moved(done)
	}
	return nil
}

// SayMoved notes how far a move is, for those who wait for it.
func (d *DB) SayMoved(ctx context.Context, id int64, cases int) error {
	if _, err := d.pool.Exec(ctx, `update account_moves set moved = $2 where id = $1 and ended_at is null`, id, cases); err != nil {
		return fmt.Errorf("say how far move %d is: %w", id, err)
	}
	return nil
}

// MoveAccount hangs an account with all below it under a parent, or makes it a root where that is 0, and brings all their
// cases where they belong then: see move_account. What stands in the way is a MoveRefusal, and ends the transaction.
func (d *DB) MoveAccount(ctx context.Context, account, parent int64) error {
	_, err := d.walled.Exec(ctx, `select move_account($1, $2)`, fixed, account, some(parent))
	switch {
	case Violates(err, "accounts_no_circle"):
		return MoveCircle
	case Violates(err, "accounts_depth"):
		return MoveDepth
	case hasCode(err, "P0002"): // no such row
		return MoveGone
	case err != nil:
		return fmt.Errorf("move account %d: %w", account, err)
	}
	return nil
}

// Deadlocked tells whether two transactions waited for each other, and err is what the one hears that was given up: it may
// try again.
func Deadlocked(err error) bool { return hasCode(err, "40P01") }

// MoveAccounts is the job of doing the moves that were asked for.
type MoveAccounts struct{}

// Kind names the job in the queue.
func (MoveAccounts) Kind() string { return "move_accounts" }
