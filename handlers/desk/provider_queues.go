package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// QueueContent is what a queue is made of.
type QueueContent struct {
	Name string `json:"name"`
}

func (q QueueContent) check() (QueueContent, error) {
	invalid := Invalid{}
	q.Name = tidyLine(q.Name)
	invalid.need("name", q.Name, longestLabel)
	return q, invalid.err()
}

var errQueueTaken = Invalid{"name": {Code: "setup.queue.taken"}}

// AddQueue makes a queue, last in the order.
func (d *Desk) AddQueue(ctx context.Context, who policy.Actor, in QueueContent) (q db.Queue, err error) {
	err = d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		if in, err = in.check(); err != nil {
			return err
		}
		q.Name = in.Name
		if err := tx.AddQueue(ctx, &q); err != nil {
			if db.Violates(err, "queues_name_key") {
				return errQueueTaken
			}
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.QueueCreated, Subject: "queue", SubjectID: q.ID, Detail: map[string]any{"name": q.Name}})
	})
	return q, err
}

// RenameQueue gives a queue another name, if it still has the one that the marks are of. Rules call queues by their names:
// where the live ones name it, they are published again with the new name, and drafts are changed likewise. published is
// the version that came of it, 0 where none did.
func (d *Desk) RenameQueue(ctx context.Context, who policy.Actor, id int64, in QueueContent, marks string) (published int, err error) {
	err = d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		q, err := tx.Queue(ctx, id)
		if err != nil {
			return err
		}
		if in, err = in.check(); err != nil {
			return err
		}
		if q.Name == in.Name { // sent twice
			return nil
		}
		if err := unchanged(marks, QueueContent{Name: q.Name}); err != nil {
			return err
		}
		if err := tx.RenameQueue(ctx, id, in.Name); err != nil {
			if db.Violates(err, "queues_name_key") {
				return errQueueTaken
			}
			return err
		}
		if published, err = d.renameInRules(ctx, tx, who, q.Name, in.Name); err != nil {
			return err
		}
		detail := map[string]any{"from": q.Name, "to": in.Name}
		if published > 0 {
			detail["rules"] = published
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.QueueRenamed, Subject: "queue", SubjectID: id, Detail: detail})
	})
	return published, err
}

// renameInRules has the live rules and all drafts call a queue by its new name. A draft that can't be read is left as it
// is: its check will say that the queue is unknown.
func (d *Desk) renameInRules(ctx context.Context, tx *db.DB, who policy.Actor, from, to string) (published int, err error) {
	base, err := tx.LiveVersion(ctx)
	if err != nil || base == 0 {
		return 0, err
	}
	live, err := tx.RuleVersion(ctx, base)
	if err != nil {
		return 0, err
	}
	if source, named := withQueue(live.Source, from, to); named {
		note := fmt.Sprintf("%s → %s", from, to)
		published, err = d.publishIn(ctx, tx, who, Publication{Source: source, Note: note, Base: base}, 0)
		var unpublishable Unpublishable
		if errors.As(err, &unpublishable) {
			return 0, Invalid{"name": {Code: "setup.queue.rules-broken", Args: map[string]any{"Version": base}}}
		}
		if err != nil {
			return 0, err
		}
	}
	drafts, err := tx.RuleDrafts(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range drafts { // a handful
		draft, err := tx.RuleDraft(ctx, l.ID)
		if err != nil {
			return 0, err
		}
		source, named := withQueue(draft.Source, from, to)
		if !named {
			continue
		}
		draft.Source, draft.AuthorID, draft.UpdatedAt = source, who.Person.ID, d.Clock()
		if published > 0 && draft.BaseVersion == base {
			draft.BaseVersion = published // all that was published since is this name, which it has as well
		}
		if err := tx.SaveRuleDraft(ctx, &draft); err != nil {
			return 0, err
		}
	}
	return published, nil
}

// withQueue is a rule set that calls a queue by its new name; named tells whether it calls it at all.
func withQueue(source, from, to string) (out string, named bool) {
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		return source, false
	}
	rename := func(o *rules.Outcomes) {
		if o.Queue == from {
			o.Queue, named = to, true
		}
	}
	set.Rules, set.Examples = slices.Clone(set.Rules), slices.Clone(set.Examples)
	for i := range set.Rules {
		rename(&set.Rules[i].Then)
	}
	for i := range set.Examples {
		rename(&set.Examples[i].Expect)
	}
	rename(&set.Default.Outcomes)
	if !named {
		return source, false
	}
	return set.Format(), true
}

// OrderQueues puts the queues in order. The last one takes what no rule's queue is there for.
func (d *Desk) OrderQueues(ctx context.Context, who policy.Actor, order Order[int64]) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		all, err := tx.Queues(ctx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(all))
		for i, q := range all {
			ids[i] = q.ID
		}
		if ids, err = order.of(ids); err != nil {
			return err
		}
		if err := tx.OrderQueues(ctx, ids); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.QueuesOrdered, Subject: "queue", Detail: map[string]any{"order": ids}})
	})
}

// RemoveQueue removes a queue in which there never was a case, in which nobody works, and which no rule names.
func (d *Desk) RemoveQueue(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		q, err := tx.Queue(ctx, id)
		if err != nil {
			return err
		}
		use, err := tx.QueueUse(ctx, id)
		switch {
		case err != nil:
			return err
		case use.Cases:
			return Invalid{"remove": {Code: "setup.queue.has-cases"}}
		case use.People > 0:
			return Invalid{"remove": {Code: "setup.queue.has-people", Args: map[string]any{"N": use.People}}}
		}
		if err := d.rulesHold(ctx, tx, "remove", func() error { return tx.RemoveQueue(ctx, id) }); err != nil {
			if db.Violates(err, "cases_queue_id_fkey") { // one came in just now
				return Invalid{"remove": {Code: "setup.queue.has-cases"}}
			}
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.QueueRemoved, Subject: "queue", SubjectID: id, Detail: map[string]any{"name": q.Name}})
	})
}
