package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
)

// How many lists somebody may keep, and how long what they are called, and what they are of, may be.
const (
	mostCaseViews    = 100
	longestViewName  = 60
	longestCaseQuery = 4000
)

// KeepCaseView keeps a list of cases for somebody by a name. Where they have one of that name, it is Invalid, unless it is
// just the same: then that one is given, so that a second click does nothing. With instead it takes that one's place.
func (d *Desk) KeepCaseView(ctx context.Context, who policy.Actor, in db.CaseView, instead bool) (kept db.CaseView, err error) {
	in.Name = strings.Join(strings.Fields(in.Name), " ")
	if err := viewName(in.Name); err != nil {
		return db.CaseView{}, err
	}
	if len(in.Address) > longestCaseQuery {
		return db.CaseView{}, Invalid{"name": {Code: "lists.view.too-much"}}
	}
	err = d.ownViews(ctx, who, func(ctx context.Context, tx *db.DB, views []db.CaseView) (bool, error) {
		if at := named(views, in.Name); at >= 0 {
			in.ID, kept = views[at].ID, views[at]
			switch {
			case kept.Address == in.Address:
				return false, nil
			case !instead:
				return false, Invalid{"name": {Code: "lists.view.taken", Args: map[string]any{"Name": kept.Name}}}
			}
			kept.Address = in.Address
			return true, tx.SaveCaseView(ctx, who.Person.ID, kept)
		}
		if len(views) >= mostCaseViews {
			return false, Invalid{"name": {Code: "lists.view.many", Args: map[string]any{"Max": mostCaseViews}}}
		}
		kept = in
		return true, tx.AddCaseView(ctx, who.Person.ID, &kept, d.Clock())
	})
	return kept, err
}

// RenameCaseView gives one of somebody's own lists another name.
func (d *Desk) RenameCaseView(ctx context.Context, who policy.Actor, id int64, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	if err := viewName(name); err != nil {
		return err
	}
	return d.ownViews(ctx, who, func(ctx context.Context, tx *db.DB, views []db.CaseView) (bool, error) {
		at := slices.IndexFunc(views, func(v db.CaseView) bool { return v.ID == id })
		if at < 0 {
			return false, db.ErrNotFound
		}
		if other := named(views, name); other >= 0 && other != at {
			return false, Invalid{"name": {Code: "lists.view.taken", Args: map[string]any{"Name": views[other].Name}}}
		}
		if views[at].Name == name {
			return false, nil
		}
		views[at].Name = name
		return true, tx.SaveCaseView(ctx, who.Person.ID, views[at])
	})
}

// RemoveCaseView takes one of somebody's own lists away. The cases in it are none the wiser.
func (d *Desk) RemoveCaseView(ctx context.Context, who policy.Actor, id int64) error {
	return d.ownViews(ctx, who, func(ctx context.Context, tx *db.DB, _ []db.CaseView) (bool, error) {
		return true, tx.RemoveCaseView(ctx, who.Person.ID, id)
	})
}

// OrderCaseViews puts somebody's own lists in order; ErrStale where one came or went meanwhile.
func (d *Desk) OrderCaseViews(ctx context.Context, who policy.Actor, order Order[int64]) error {
	return d.ownViews(ctx, who, func(ctx context.Context, tx *db.DB, views []db.CaseView) (bool, error) {
		ids := make([]int64, len(views))
		for i, v := range views {
			ids[i] = v.ID
		}
		ids, err := order.of(ids)
		if err != nil {
			return false, err
		}
		return true, tx.OrderCaseViews(ctx, ids)
	})
}

// ChooseCaseColumns keeps which columns somebody's lists of cases have, in the lists' own order; none: the usual ones. What a
// case is about is always shown, so it need not be chosen. What is no column is left out.
func (d *Desk) ChooseCaseColumns(ctx context.Context, who policy.Actor, chosen []db.Sort) error {
	columns := []string{}
	for _, c := range db.Sorts {
		if c == db.ByTitle && len(chosen) > 0 || slices.Contains(chosen, c) {
			columns = append(columns, string(c))
		}
	}
	if !who.SignedIn() {
		return db.ErrNotFound
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.ChooseCaseColumns(ctx, who.Person.ID, columns); err != nil {
			return err
		}
		return d.preferred(ctx, tx, who, "case_columns")
	})
}

// ownViews has somebody change the lists that they keep, which do not change meanwhile. The change tells whether it did
// anything.
func (d *Desk) ownViews(ctx context.Context, who policy.Actor, change func(ctx context.Context, tx *db.DB, views []db.CaseView) (bool, error)) error {
	if !who.SignedIn() {
		return db.ErrNotFound
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if _, err := tx.LockPerson(ctx, who.Person.ID); err != nil {
			return err
		}
		views, err := tx.CaseViews(ctx, who.Person.ID)
		if err != nil {
			return err
		}
		if did, err := change(ctx, tx, views); err != nil || !did {
			return err
		}
		return d.preferred(ctx, tx, who, "case_views")
	})
}

func (d *Desk) preferred(ctx context.Context, tx *db.DB, who policy.Actor, field string) error {
	return d.audit(ctx, tx, who, db.AuditEntry{Action: db.PersonPreferred, Subject: "person", SubjectID: who.Person.ID, AccountID: who.Person.AccountID,
		Detail: map[string]any{"fields": []string{field}}})
}

func named(views []db.CaseView, name string) int {
	return slices.IndexFunc(views, func(v db.CaseView) bool { return strings.EqualFold(v.Name, name) })
}

func viewName(name string) error {
	switch {
	case name == "":
		return Invalid{"name": {Code: "lists.view.nameless"}}
	case !oneLine(name) || utf8.RuneCountInString(name) > longestViewName:
		return Invalid{"name": {Code: "lists.view.long", Args: map[string]any{"Max": longestViewName}}}
	}
	return nil
}
