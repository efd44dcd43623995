package desk

import (
	"context"
	"errors"
	"slices"

	"portico/db"
	"portico/policy"
)

// WhyMay is what is asked of the policy: whether somebody may do something to a case or an account, and why.
type WhyMay struct {
	Person  int64
	Action  policy.Action
	Case    string // a number; or
	Account string // a client number or a name
}

// WhyAnswer is what the policy says, with all that is named in it.
type WhyAnswer struct {
	policy.Explanation
	Who      policy.Actor
	Disabled bool
	Unseen   bool                 // they may not see the case at all: so it is not found for them, whatever else they might do
	Case     db.Case              // zero where an account was asked about
	Account  db.Account           // the case's, or the one that was asked about
	Accounts map[int64]db.Account // all that are on the way to what is named
	Queues   map[int64]db.Queue
	Holders  []db.Role // that allow the action to some extent, to people of this kind
}

// WhyMay answers the platform's administrators why somebody may do something, or what is missing. Invalid names what can't
// be found: "person", "action", "case" or "account".
func (d *Desk) WhyMay(ctx context.Context, who policy.Actor, in WhyMay) (WhyAnswer, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return WhyAnswer{}, err
	}
	var a WhyAnswer
	invalid := Invalid{}
	var err error
	if a.Who, err = d.anybody(ctx, in.Person); errors.Is(err, db.ErrNotFound) {
		invalid["person"] = Complaint{Code: "why.person.missing"}
	} else if err != nil {
		return a, err
	}
	if !slices.Contains(policy.Actions, in.Action) {
		invalid["action"] = Complaint{Code: "why.action.missing"}
	}
	object, err := d.objectOf(ctx, who, in, &a, invalid)
	switch {
	case err != nil:
		return a, err
	case len(invalid) > 0:
		return a, invalid
	}
	a.Explanation = d.Judge.Why(a.Who, in.Action, object)
	a.Disabled = !a.Who.Person.DisabledAt.IsZero()
	a.Unseen = a.Case.ID != 0 && !d.Judge.Can(a.Who, policy.See, object)
	a.Holders = d.Judge.Holders(in.Action, a.Who.Person.Staff)
	return a, d.nameOfWhy(ctx, &a)
}

// anybody is a contact or one of the staff, whether they may sign in or not.
func (d *Desk) anybody(ctx context.Context, id int64) (policy.Actor, error) {
	them, err := d.DB.ContactRecord(ctx, id)
	in := them.SignedIn
	if errors.Is(err, db.ErrNotFound) {
		in, err = d.DB.StaffRecord(ctx, id)
	}
	return policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}, err
}

// objectOf finds the case or the account that is asked about.
func (d *Desk) objectOf(ctx context.Context, who policy.Actor, in WhyMay, a *WhyAnswer, invalid Invalid) (policy.Object, error) {
	if in.Case != "" || in.Account == "" {
		number, ok := db.ParseNumber(in.Case)
		if !ok {
			invalid["case"] = Complaint{Code: "why.case.missing"}
			return policy.Object{}, nil
		}
		kase, err := d.DB.FindCase(ctx, d.Judge.Scope(who, policy.See), number)
		if errors.Is(err, db.ErrNotFound) {
			invalid["case"] = Complaint{Code: "why.case.unknown"}
			return policy.Object{}, nil
		}
		a.Case, a.Account.ID = kase, kase.AccountID
		return kase.Ref(), err
	}
	list, err := d.DB.AccountsCalled(ctx, in.Account)
	switch {
	case err != nil:
		return policy.Object{}, err
	case len(list) == 0:
		invalid["account"] = Complaint{Code: "why.account.unknown"}
	case len(list) > 1:
		invalid["account"] = Complaint{Code: "why.account.several"}
	default:
		a.Account = list[0]
		return policy.Account(list[0].Path), nil
	}
	return policy.Object{}, nil
}

// nameOfWhy reads what is named in the answer: the accounts on the ways to the person's home, to their grants and to what
// is asked about, and the queues.
func (d *Desk) nameOfWhy(ctx context.Context, a *WhyAnswer) error {
	ids := slices.Concat(a.Case.Ancestors, a.Account.Path, a.Who.Home.Path)
	for _, g := range a.Who.Grants {
		ids = append(ids, g.Path...)
	}
	slices.Sort(ids)
	accounts, err := d.DB.AccountsWithin(ctx, db.AccountScope{Accounts: slices.Compact(ids)})
	if err != nil {
		return err
	}
	a.Accounts = map[int64]db.Account{}
	for _, account := range accounts {
		a.Accounts[account.ID] = account
	}
	a.Account = a.Accounts[a.Account.ID]
	queues, err := d.DB.Queues(ctx)
	a.Queues = map[int64]db.Queue{}
	for _, q := range queues {
		a.Queues[q.ID] = q
	}
	return err
}
