package desk

import (
	"context"

	"portico/db"
	"portico/policy"
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
		if published, err = d.renameInRules(ctx, tx, who, "name", queueRenamed(q.Name, in.Name)); err != nil {
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
