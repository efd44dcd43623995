package desk

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"portico/db"
	"portico/policy"
)

// SightCap is how far it is counted what a grant would let somebody see: beyond it there are "1,000+".
const SightCap = db.CountCap

// GrantEffect is what a change of a contact's grants means for them: what they see more, or less, and what else they may
// do there from then on, or no more.
type GrantEffect struct {
	GrantChange
	db.Sight
	Actions []policy.Action
}

// GrantPreview is what changes of a contact's grants mean, one after the other, and in all.
type GrantPreview struct {
	Effects    []GrantEffect
	More, Less db.Sight
}

// PreviewGrants tells what changes of a contact's grants would mean for them, before they are made: as it would be if their
// login were not disabled, and of cases only those that the asker sees too. Changes stand in the order of Weigh, so that
// what one grant gives and another takes is neither told as given nor as taken.
func (d *Desk) PreviewGrants(ctx context.Context, who policy.Actor, held GrantsHeld, changes []GrantChange) (GrantPreview, error) {
	var p GrantPreview
	if len(changes) == 0 {
		return p, nil
	}
	first := policy.Actor{Person: held.Them.Person, Home: held.Them.Home, Grants: held.Them.Grants}
	first.Person.DisabledAt = time.Time{}
	sees := func(them policy.Actor) db.Scope { return d.Judge.Scope(them, policy.See) }
	var sights []db.Resight
	before := first
	for _, c := range changes {
		after := before
		after.Grants = c.made(before.Grants)
		less, more := before, after
		if !c.Adds() {
			less, more = after, before
		}
		p.Effects = append(p.Effects, GrantEffect{GrantChange: c, Actions: d.mayMore(less, more)})
		sights = append(sights, db.Resight{Before: sees(less), After: sees(more)})
		before = after
	}
	last := before
	sights = append(sights, db.Resight{Before: sees(first), After: sees(last)}, db.Resight{Before: sees(last), After: sees(first)})
	counts, err := d.DB.SeenMore(ctx, sees(who), sights, SightCap)
	if err != nil {
		return p, err
	}
	for i := range p.Effects {
		p.Effects[i].Sight = counts[i]
	}
	p.More, p.Less = counts[len(changes)], counts[len(changes)+1]
	return p, nil
}

// made are the grants after the change.
func (c GrantChange) made(grants []db.Grant) []db.Grant {
	var out []db.Grant
	for _, g := range grants {
		if c.Took.Role == "" || g.Role != c.Took.Role || g.AccountID != c.Took.AccountID {
			out = append(out, g)
		}
	}
	if c.Gave.Role != "" {
		out = append(out, c.Gave)
	}
	return out
}

// mayMore lists what the second may do further than the first.
func (d *Desk) mayMore(less, more policy.Actor) (actions []policy.Action) {
	for _, may := range policy.Actions {
		if !reflect.DeepEqual(inOrder(d.Judge.Scope(less, may)), inOrder(d.Judge.Scope(more, may))) {
			actions = append(actions, may)
		}
	}
	return actions
}

// inOrder makes scopes of the same cases the same, however they came about.
func inOrder(s db.Scope) db.Scope {
	slices.Sort(s.Accounts)
	slices.SortFunc(s.Branches, func(a, b db.Branch) int { return cmp.Compare(a.AccountID, b.AccountID) })
	return s
}
