package desk

import (
	"context"
	"errors"
	"maps"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// FollowUp is the form by which somebody follows up a case that is solved or closed: as its own was filled in, but for the
// description, which is to say what it is about now. Staff fill it in for who the case was for, as far as they may.
//
// ErrNotFound and Forbidden are as with solving a case; ErrState says that it is neither solved nor closed.
func (d *Desk) FollowUp(ctx context.Context, who policy.Actor, n db.Number) (Ask, error) {
	old, err := d.followable(ctx, d.DB, who, n)
	if err != nil {
		return Ask{}, err
	}
	in := Ask{Item: old.Item, Follows: n, Raw: map[string][]string{}}
	if old.RequesterID != who.Person.ID {
		_, err := d.requester(ctx, who, old.RequesterID)
		switch {
		case err == nil:
			in.For = old.RequesterID
		case !errors.Is(err, db.ErrNotFound):
			return Ask{}, err
		}
	}
	now, err := d.latest(ctx, d.DB)
	if err != nil {
		return Ask{}, err
	}
	for key, value := range old.Answers {
		in.Raw[key] = rules.Posted(value)
	}
	if form := now.Items[old.Item].Form; form != nil {
		maps.DeleteFunc(in.Raw, func(key string, _ []string) bool { return key == form.Case.Description || filed(form, key) })
	}
	return in, nil
}

// filed tells whether a question is answered by files: they are the other case's.
func filed(form *rules.CompiledForm, key string) bool {
	for _, q := range form.Questions {
		if q.Key == key {
			return q.Kind == rules.KindFiles
		}
	}
	return false
}

// followable finds a case that somebody may follow up.
func (d *Desk) followable(ctx context.Context, tx *db.DB, who policy.Actor, n db.Number) (db.Case, error) {
	old, err := tx.FindCase(ctx, d.Judge.Scope(who, policy.See), n)
	if err != nil {
		return db.Case{}, err
	}
	if err := d.Judge.Check(who, policy.Solve, old.Ref()); err != nil {
		return db.Case{}, err
	}
	if !Followable(old.State) {
		return db.Case{}, ErrState
	}
	return old, nil
}

// follows is the case that a form follows up; zero where it follows up none. A case is followed up by the form of its own item.
func (d *Desk) follows(ctx context.Context, tx *db.DB, who policy.Actor, in Ask) (db.Case, error) {
	if in.Follows == 0 {
		return db.Case{}, nil
	}
	old, err := d.followable(ctx, tx, who, in.Follows)
	if err == nil && old.Item != in.Item {
		err = db.ErrNotFound
	}
	return old, err
}

// heldToFollow holds on to the case that is followed up, until its follow-up is written: whoever reopens it is quicker, or
// later. It stays in the state in which it is.
func (d *Desk) heldToFollow(ctx context.Context, tx *db.DB, s asked) (old db.Case, err error) {
	if s.Follows.ID == 0 {
		return db.Case{}, nil
	}
	if old, err = tx.LockCase(ctx, db.Scope{All: true}, s.Follows.ID); err != nil {
		return db.Case{}, err
	}
	return old, followedUp.move(&old, d.now(&old))
}

// link ties a case to the one that it follows up, whose history tells of it: that there is one, as not all who read the one
// see the other.
func (d *Desk) link(ctx context.Context, tx *db.DB, kase, old db.Case) error {
	if old.ID == 0 {
		return nil
	}
	if err := tx.LinkCases(ctx, kase.ID, old.ID, kase.CreatedAt); err != nil {
		return err
	}
	event := db.Event{PersonID: kase.OpenedBy, Kind: db.Changed, Change: &db.Change{Field: "follow-up"}}
	return d.record(ctx, tx, &event, &old)
}
