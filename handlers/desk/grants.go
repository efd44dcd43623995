package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"portico/db"
	"portico/policy"
)

// GrantsHeld is what somebody who administers a contact sees of the contact's grants.
type GrantsHeld struct {
	Them      db.ContactRecord
	Own       []db.Grant      // those that they may change
	Fixed     []db.Grant      // those at accounts that they administer, but which reach beyond
	Elsewhere bool            // there are others, of which they see nothing
	Manages   db.AccountScope // where they may grant
	reception int64           // where nobody is more than a customer; 0 where they can't grant anything there anyway
}

// Regrant is what a contact's grants shall be, as far as somebody sees them. Of a grant only role, account and reach
// count.
type Regrant struct {
	Was  []db.Grant // all they saw, those included that they can't change
	Want []db.Grant // of those that they can
}

// GrantChange is one change of a contact's grants. One that changes the reach has both; else Gave or Took is zero.
type GrantChange struct{ Gave, Took db.Grant }

// Grant is the grant that the change is about.
func (c GrantChange) Grant() db.Grant {
	if c.Gave.Role != "" {
		return c.Gave
	}
	return c.Took
}

// Adds tells whether the change gives something: one that changes the reach does where it reaches further then.
func (c GrantChange) Adds() bool {
	return c.Took.Role == "" || c.Gave.Reach == db.AndBelow
}

const grantsMost = 50 // that a form may ask for

// Grants tells what somebody sees of a contact's grants who may change them. ErrNotFound for a contact that they don't
// see, policy.Forbidden for who may but look.
func (d *Desk) Grants(ctx context.Context, who policy.Actor, id int64) (GrantsHeld, error) {
	return d.grantsHeld(ctx, d.DB, who, id)
}

func (d *Desk) grantsHeld(ctx context.Context, tx *db.DB, who policy.Actor, id int64) (GrantsHeld, error) {
	them, err := tx.ContactRecord(ctx, id)
	if err != nil {
		return GrantsHeld{}, err
	}
	// Who may do more than the administrator can be granted something all the same, so Manages does not judge this.
	home := policy.Account(them.Home.Path)
	switch {
	case !d.Judge.Can(who, policy.SeeContacts, home):
		return GrantsHeld{}, db.ErrNotFound
	case !d.Judge.Can(who, policy.ManageContacts, home):
		return GrantsHeld{}, policy.Forbidden{Action: policy.ManageContacts}
	}
	h := GrantsHeld{Them: them, Manages: d.Judge.Accounts(who, policy.ManageContacts)}
	if h.reception, err = receptionWithin(ctx, tx, h.Manages); err != nil {
		return GrantsHeld{}, err
	}
	for _, g := range them.Grants {
		switch {
		case g.Role.Staff() || !h.Manages.Holds(g.Path):
			h.Elsewhere = true
		case h.Manages.Covers(g.Path, g.Reach):
			h.Own = append(h.Own, g)
		default:
			h.Fixed = append(h.Fixed, g)
		}
	}
	return h, nil
}

// Regrant gives a contact grants and takes others, as somebody may who administers the accounts that they are at: any role
// of contacts, at accounts and with a reach inside of where they manage contacts. What they don't see stays.
//
// Invalid names what can't be granted by its place in Want: "role-0", "account-0", "reach-0", or "grants" for all of them.
// ErrStale says that the grants are not any more what was seen, ErrLastAdministrator that the customer would have no
// administrator left. Nothing is done then, nor where the grants are already as wanted.
func (d *Desk) Regrant(ctx context.Context, who policy.Actor, id int64, in Regrant) (changes []GrantChange, err error) {
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		// Whoever changes this contact, or administers the same customers, waits: so the administrator's own rights are
		// judged as they are by now, and two who take each other's role at once find out.
		if _, err := tx.LockPerson(ctx, id); err != nil {
			return err
		}
		accounts, err := tx.AccountsOf(ctx, id)
		if err != nil {
			return err
		}
		for _, g := range in.Want {
			accounts = append(accounts, g.AccountID)
		}
		return d.lastAdministrator(ctx, tx, accounts, func() (err error) {
			changes, err = d.regrant(ctx, tx, who, id, in)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return changes, nil
}

func (d *Desk) regrant(ctx context.Context, tx *db.DB, who policy.Actor, id int64, in Regrant) ([]GrantChange, error) {
	who, err := d.asNow(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	held, err := d.grantsHeld(ctx, tx, who, id)
	if err != nil {
		return nil, err
	}
	changes, err := d.weigh(ctx, tx, held, in.Want)
	var invalid Invalid
	switch {
	case err == nil && len(changes) == 0:
		return nil, nil // sent twice, or two of one mind
	case err != nil && !errors.As(err, &invalid):
		return nil, err
	case !sameGrants(in.Was, slices.Concat(held.Own, held.Fixed)):
		return nil, db.ErrStale
	case err != nil:
		return nil, err
	}
	var take []int64
	var give []db.Grant
	for _, c := range changes {
		if c.Took.Role != "" {
			take = append(take, c.Took.ID)
		}
		if c.Gave.Role != "" {
			give = append(give, c.Gave)
		}
	}
	if err := tx.ChangeGrants(ctx, id, take, give, d.Clock()); err != nil {
		return nil, err
	}
	for _, c := range changes {
		if err := d.audit(ctx, tx, who, c.entry(id)); err != nil {
			return nil, err
		}
	}
	return changes, tx.Notify(ctx, db.PersonChanged(id))
}

// entry is what the audit log says of the change.
func (c GrantChange) entry(person int64) db.AuditEntry {
	g := c.Grant()
	e := db.AuditEntry{Action: db.GrantGiven, Subject: "person", SubjectID: person, AccountID: g.AccountID,
		Detail: map[string]any{"role": g.Role, "reach": g.Reach}}
	switch {
	case c.Gave.Role == "":
		e.Action = db.GrantTaken
	case c.Took.Role != "":
		e.Action = db.GrantReached
		e.Detail = map[string]any{"role": g.Role, "from": c.Took.Reach, "to": c.Gave.Reach}
	}
	return e
}

// Weigh tells what would change if a contact's grants were as wanted: what is given first. Invalid is as of Regrant; what
// is acceptable is weighed all the same.
func (d *Desk) Weigh(ctx context.Context, held GrantsHeld, want []db.Grant) ([]GrantChange, error) {
	return d.weigh(ctx, d.DB, held, want)
}

func (d *Desk) weigh(ctx context.Context, tx *db.DB, held GrantsHeld, want []db.Grant) ([]GrantChange, error) {
	if len(want) > grantsMost {
		return nil, Invalid{"grants": {Code: "grants.many", Args: map[string]any{"most": grantsMost}}}
	}
	var ids []int64
	for _, g := range want {
		ids = append(ids, g.AccountID)
	}
	accounts, err := tx.AccountsWithin(ctx, db.AccountScope{Accounts: ids})
	if err != nil {
		return nil, err
	}
	paths := map[int64][]int64{}
	for _, a := range accounts {
		paths[a.ID] = a.Path
	}
	placed := slices.Clone(want)
	for i := range placed {
		placed[i].Path = paths[placed[i].AccountID]
	}
	return held.weigh(placed)
}

// weigh is Weigh for grants whose paths are known.
func (held GrantsHeld) weigh(want []db.Grant) ([]GrantChange, error) {
	if len(want) > grantsMost {
		return nil, Invalid{"grants": {Code: "grants.many", Args: map[string]any{"most": grantsMost}}}
	}
	invalid := Invalid{}
	var gave, took []GrantChange
	var kept []db.Grant
	for i, g := range want {
		if field, wrong := held.judge(g, want[:i]); field != "" {
			invalid[field+"-"+strconv.Itoa(i)] = wrong
			// What was there and is wanted otherwise is not taken for that.
			kept = append(kept, g)
			continue
		}
		kept = append(kept, g)
		has, there := find(held.Own, g)
		switch {
		case !there:
			gave = append(gave, GrantChange{Gave: g})
		case has.Reach == g.Reach:
		case g.Reach == db.AndBelow:
			gave = append(gave, GrantChange{Gave: g, Took: has})
		default:
			took = append(took, GrantChange{Gave: g, Took: has})
		}
	}
	for _, g := range held.Own {
		if _, wanted := find(kept, g); !wanted {
			took = append(took, GrantChange{Took: g})
		}
	}
	if len(invalid) > 0 {
		return append(gave, took...), invalid
	}
	return append(gave, took...), nil
}

// judge tells what is wrong with a grant that is wanted, beside those that are wanted before it. An account that isn't
// theirs looks the same as one that does not exist.
func (held GrantsHeld) judge(g db.Grant, before []db.Grant) (field string, wrong Complaint) {
	_, fixed := find(held.Fixed, g)
	_, twice := find(before, g)
	switch {
	case !slices.Contains(db.Roles, g.Role) || g.Role.Staff():
		return "role", Complaint{Code: "grants.role"}
	case g.AccountID == 0:
		return "account", Complaint{Code: "grants.account.missing"}
	case len(g.Path) == 0 || !held.Manages.Holds(g.Path):
		return "account", Complaint{Code: "grants.account.unknown"}
	case g.AccountID == held.reception && g.Role != db.Customer: // they would see what strangers asked for, or administer those
		return "account", Complaint{Code: "grants.reception"}
	case fixed:
		return "account", Complaint{Code: "grants.fixed"}
	case twice:
		return "account", Complaint{Code: "grants.twice"}
	case g.Reach != db.ThisAccount && g.Reach != db.AndBelow:
		return "reach", Complaint{Code: "grants.reach.missing"}
	case !held.Manages.Covers(g.Path, g.Reach):
		return "reach", Complaint{Code: "grants.reach.beyond"}
	}
	return "", Complaint{}
}

// find finds the grant of the same role and account.
func find(list []db.Grant, g db.Grant) (db.Grant, bool) {
	i := slices.IndexFunc(list, func(other db.Grant) bool { return other.Role == g.Role && other.AccountID == g.AccountID })
	if i < 0 {
		return db.Grant{}, false
	}
	return list[i], true
}

// sameGrants tells whether two lists hold the same, in whatever order.
func sameGrants(a, b []db.Grant) bool {
	if len(a) != len(b) {
		return false
	}
	for _, g := range a {
		if other, there := find(b, g); !there || other.Reach != g.Reach {
			return false
		}
	}
	return true
}

// GrantAccounts lists accounts at which somebody may grant: all of them where they are few, else those that have the words;
// many says that there are too many to list.
func (d *Desk) GrantAccounts(ctx context.Context, manages db.AccountScope, words string) (list []db.AccountLine, many bool, err error) {
	list, err = d.DB.AccountLines(ctx, manages, accountsListed+1)
	if err != nil || len(list) <= accountsListed {
		return list, false, err
	}
	list, err = d.DB.FindAccounts(ctx, manages, words, AccountsFound+1)
	return list, true, err
}
