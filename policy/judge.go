package policy

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"portico/db"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/persist"
)

// Object is what something is done to: a case, or an account. An account is judged as a case of it that nobody asked for
// and that waits nowhere; see Account.
type Object = db.CaseRef

// Account is the account at the end of the path, as an Object: to open a case at it, see its products, its contacts.
func Account(path []int64) Object { return Object{Path: path} }

// Judge answers who may do what. It asks casbin only when the policy is loaded, and answers from an immutable matrix
// after that, so it is quick and may be asked by many at once, while Reload runs too.
type Judge struct {
	enforcer *casbin.SyncedEnforcer
	matrix   atomic.Pointer[matrix]
	loading  sync.Mutex // keeps an older policy from replacing a newer one
}

// NewJudge reads the policy from its lines. Lines with words that this version does not know allow nothing: another
// version may have written them.
func NewJudge(lines persist.Adapter) (*Judge, error) {
	m, err := newModel()
	if err != nil {
		return nil, err
	}
	enforcer, err := casbin.NewSyncedEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	enforcer.SetAdapter(lines)
	j := &Judge{enforcer: enforcer}
	if err := j.Reload(); err != nil {
		return nil, err
	}
	return j, nil
}

// Reload reads the policy again; call it when its lines may have changed. When it fails the old policy stays in force.
func (j *Judge) Reload() error {
	j.loading.Lock()
	defer j.loading.Unlock()
	if err := j.enforcer.LoadPolicy(); err != nil {
		return fmt.Errorf("policy: load: %w", err)
	}
	m, err := ask(j.enforcer)
	if err != nil {
		return err
	}
	j.matrix.Store(&m)
	return nil
}

// Can tells whether the person may do this to that case or account.
func (j *Judge) Can(who Actor, may Action, what Object) bool {
	return j.some(&who, may, func(a arm) bool { return a.holds(what) })
}

// May tells whether there may be anything that the person can do this to: what menus ask.
func (j *Judge) May(who Actor, may Action) bool {
	return j.some(&who, may, arm.leads)
}

// Check is Can as an error: nil; Forbidden; or db.ErrNotFound for what the person may not even see: a case out of their
// reach or, for contacts, the provider's set-up.
func (j *Judge) Check(who Actor, may Action, what Object) error {
	isCase := what.RequesterID != 0
	switch {
	case may == Configure && who.SignedIn() && !who.Staff():
		return db.ErrNotFound // what the provider sets up is not there for its customers, as little as a foreign case
	case isCase && !j.Can(who, See, what):
		return db.ErrNotFound
	case !j.Can(who, may, what):
		return Forbidden{may}
	}
	return nil
}

// Scope is all cases to which the person may do this. It holds a case exactly when Can says so.
func (j *Judge) Scope(who Actor, may Action) db.Scope {
	var s db.Scope
	var parts []part
	j.some(&who, may, func(a arm) bool {
		switch {
		case a.all:
			s = db.Scope{All: true}
		case a.queue != 0:
			s.Queues = append(s.Queues, a.queue)
		case a.own.Root != 0: // always the root of the one home account
			s.Own.Root = a.own.Root
			s.Own.Requester = max(s.Own.Requester, a.own.Requester)
			s.Own.Copied = max(s.Own.Copied, a.own.Copied)
		case len(a.part.path) > 0:
			parts = append(parts, a.part)
		}
		return a.all
	})
	if !s.All {
		slices.Sort(s.Queues)
		s.Queues = slices.Compact(s.Queues)
		s.Branches, s.Accounts = split(parts)
	}
	return s
}

// Accounts is all accounts at which the person may do this: what lists of accounts, products and contacts ask for.
func (j *Judge) Accounts(who Actor, may Action) db.AccountScope {
	return j.area(who, may).scope()
}

// AccountsOfBoth is all accounts at which one person may do one thing and another person another: where a case can be
// opened for somebody by somebody else, say.
func (j *Judge) AccountsOfBoth(one Actor, may Action, other Actor, also Action) db.AccountScope {
	return j.area(one, may).and(j.area(other, also)).scope()
}

// area is what a person's grants reach of the tree of accounts.
func (j *Judge) area(who Actor, may Action) (r area) {
	j.some(&who, may, func(a arm) bool {
		r.all = a.all
		if len(a.part.path) > 0 {
			r.parts = append(r.parts, a.part)
		}
		return a.all
	})
	return r
}

// some asks about each arm that the person's grants have for the action, until one is found.
func (j *Judge) some(who *Actor, may Action, found func(arm) bool) bool {
	m := *j.matrix.Load()
	for i := range who.Grants {
		g := &who.Grants[i]
		if !who.counts(*g) {
			continue
		}
		for _, reach := range m[cell{g.Role, may}] {
			if found(armOf(reach, who, g)) {
				return true
			}
		}
	}
	return false
}
