package desk

import (
	"context"
	"errors"

	"portico/db"
)

// obey makes the case what the rules decided, but for what only who writes it can do. followed is what stands in the case's
// history of it.
func (d *Desk) obey(ctx context.Context, kase *db.Case, s asked) (followed []db.Followed, err error) {
	outcomes := kase.Decision.Outcomes
	if kase.Priority = db.Priority(outcomes.Priority); kase.Priority == 0 { // nobody can publish such a set
		kase.Priority = db.Moderate
		d.Log.ErrorContext(ctx, "rules without a default set no priority", "version", kase.RuleVersion, "instead", int(kase.Priority))
	}
	kase.Tags = append([]string{}, outcomes.Tags...)
	queue, found := s.edition.queueNamed(outcomes.Queue)
	if !found {
		d.Log.ErrorContext(ctx, "rules name a queue that is not there", "queue", outcomes.Queue, "instead", queue.Name)
	}
	kase.QueueID = queue.ID
	s.edition.promise(kase, s.Account)
	if outcomes.Assignee != "" {
		to, err := d.assignable(ctx, d.DB, outcomes.Assignee, queue)
		if err != nil {
			return nil, err
		}
		if kase.AssigneeID = to.ID; to.ID != 0 {
			followed = append(followed, db.Followed{Kind: db.Changed, Change: &db.Change{Field: "assignee", To: to.Name()}})
		}
	}
	if kase.Asked = outcomes.Request; len(kase.Asked) > 0 {
		followed = append(followed, requested(kase.Asked, s.Requester.Person.Language))
	}
	return followed, nil
}

// requested is what the customer is asked for by the rules: in their language, and for who reads it in another.
func requested(what db.Texts, lang string) db.Followed {
	return db.Followed{Kind: db.Requested, Body: what.In(lang), Change: &db.Change{Field: "request", Asked: &what}}
}

// assignable is whom rules assign a case of a queue to: somebody who may sign in and works there. Where they do not, it is
// nobody, which the log tells, and the case waits in its queue for who takes it.
func (d *Desk) assignable(ctx context.Context, tx *db.DB, email string, queue db.Queue) (db.Named, error) {
	to, err := tx.Colleague(ctx, email, queue.ID)
	if errors.Is(err, db.ErrNotFound) {
		d.Log.WarnContext(ctx, "rules assign a case to somebody who does not work in its queue, or may not sign in", "queue", queue.Name)
		return db.Named{}, nil
	}
	return to, err
}

// writeCase writes a case that was decided, and has those told whom rules name. It gives the opening; ErrStale of what is
// published is errRepublished. Where rules have nobody told, it is one statement.
func (d *Desk) writeCase(ctx context.Context, tx *db.DB, kase *db.Case, s asked) (db.Event, error) {
	if err := d.keepLexicon(ctx, tx, s.edition); err != nil {
		return db.Event{}, err
	}
	opened, err := tx.OpenCase(ctx, kase, s.edition.Revision, s.followed...)
	switch {
	case errors.Is(err, db.ErrStale):
		return opened, errRepublished
	case err != nil:
		return opened, err
	}
	return opened, d.notify(ctx, tx, *kase, opened, kase.Decision.Outcomes.Notify)
}

// notify has colleagues told of a case by mail, as rules name them: those who may sign in and want to be told, but for who
// did what they would be told of. Nobody is told twice of the same event.
func (d *Desk) notify(ctx context.Context, tx *db.DB, kase db.Case, event db.Event, who []string) error {
	if len(who) == 0 {
		return nil
	}
	mails, err := tx.PromiseNotices(ctx, kase, event, who, d.Clock())
	if err != nil {
		return err
	}
	return tx.EnqueueMails(ctx, mails)
}
