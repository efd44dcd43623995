package desk

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// ContactWayContent is what a way to reach the provider is made of. Its hours may be left out, in both languages.
type ContactWayContent struct {
	Kind  string     `json:"kind"`
	Label rules.Text `json:"label"`
	Value string     `json:"value"`
	Hours rules.Text `json:"hours"`
}

// ContactWayKinds are the kinds of ways to reach the provider.
var ContactWayKinds = []string{"phone", "email", "address"}

// ContactWayAsContent is what a way to reach the provider is made of now.
func ContactWayAsContent(w db.ContactWay) ContactWayContent {
	hours := rules.Text{}
	for _, lang := range []string{"en", "fr"} {
		if w.Hours[lang] != "" {
			hours[lang] = w.Hours[lang]
		}
	}
	return ContactWayContent{Kind: w.Kind, Label: w.Label, Value: w.Value, Hours: hours}
}

// callable is a number as one would dial it.
var callable = regexp.MustCompile(`^\+?[0-9][0-9 ().-]{2,30}( ?(x|ext\.?|poste) ?[0-9]{1,6})?$`)

func (w ContactWayContent) check() (ContactWayContent, error) {
	invalid := Invalid{}
	if !slices.Contains(ContactWayKinds, w.Kind) {
		invalid["kind"] = Complaint{Code: "setup.choose"}
	}
	w.Label = invalid.both("label", w.Label, longestLabel)
	w.Value = tidyLine(w.Value)
	invalid.need("value", w.Value, longestPurpose)
	switch {
	case w.Value == "":
	case w.Kind == "phone" && !callable.MatchString(w.Value):
		invalid["value"] = Complaint{Code: "setup.way.phone"}
	case w.Kind == "email":
		address, wrong := EmailAddress(w.Value)
		if wrong.Code != "" {
			invalid["value"] = wrong
		}
		w.Value = address
	}
	if strings.TrimSpace(w.Hours["en"]+w.Hours["fr"]) == "" {
		w.Hours = rules.Text{}
	} else {
		w.Hours = invalid.both("hours", w.Hours, longestPurpose)
	}
	return w, invalid.err()
}

func (w ContactWayContent) row(id int64) db.ContactWay {
	return db.ContactWay{ID: id, Kind: w.Kind, Label: w.Label, Value: w.Value, Hours: w.Hours}
}

// AddContactWay makes a way to reach the provider, last in the order. One that is there already just so was sent twice.
func (d *Desk) AddContactWay(ctx context.Context, who policy.Actor, in ContactWayContent) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		in, err := in.check()
		if err != nil {
			return err
		}
		all, err := tx.ContactWays(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(w db.ContactWay) bool { return len(differing(ContactWayAsContent(w), in)) == 0 }) {
			return nil
		}
		w := in.row(0)
		if err := tx.AddContactWay(ctx, &w); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactWayCreated, Subject: "contact-way", SubjectID: w.ID, Detail: map[string]any{"kind": w.Kind}})
	})
}

// ContactWay finds a way to reach the provider by its id.
func (d *Desk) ContactWay(ctx context.Context, tx *db.DB, id int64) (db.ContactWay, error) {
	all, err := tx.ContactWays(ctx)
	if err != nil {
		return db.ContactWay{}, err
	}
	i := slices.IndexFunc(all, func(w db.ContactWay) bool { return w.ID == id })
	if i < 0 {
		return db.ContactWay{}, db.ErrNotFound
	}
	return all[i], nil
}

// SaveContactWay changes a way to reach the provider, if it still is as the marks say.
func (d *Desk) SaveContactWay(ctx context.Context, who policy.Actor, id int64, in ContactWayContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		w, err := d.ContactWay(ctx, tx, id)
		if err != nil {
			return err
		}
		if in, err = in.check(); err != nil {
			return err
		}
		was := ContactWayAsContent(w)
		if len(differing(was, in)) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		if err := tx.SaveContactWay(ctx, in.row(id)); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactWayChanged, Subject: "contact-way", SubjectID: id, Detail: changedFields(was, in)})
	})
}

// OrderContactWays puts the ways to reach the provider in order.
func (d *Desk) OrderContactWays(ctx context.Context, who policy.Actor, order Order[int64]) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		all, err := tx.ContactWays(ctx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(all))
		for i, w := range all {
			ids[i] = w.ID
		}
		if ids, err = order.of(ids); err != nil {
			return err
		}
		if err := tx.OrderContactWays(ctx, ids); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactWaysOrdered, Subject: "contact-way", Detail: map[string]any{"order": ids}})
	})
}

// RemoveContactWay removes a way to reach the provider.
func (d *Desk) RemoveContactWay(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		if err := tx.RemoveContactWay(ctx, id); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactWayRemoved, Subject: "contact-way", SubjectID: id})
	})
}
