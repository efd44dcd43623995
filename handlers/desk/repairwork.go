package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// workRepair decides the cases of one repair anew, each in a transaction of its own: what is killed goes on where it was.
func (d *Desk) workRepair(ctx context.Context, id int64) error {
	repair, err := d.DB.Repair(ctx, id)
	if err != nil {
		return err
	}
	r, err := d.repairer(ctx, repair.By)
	if err != nil {
		return err
	}
	if err := d.keepLexicon(ctx, d.DB, r.edition); err != nil {
		return err
	}
	ctx = db.WithRequest(ctx, repair.Request)
	for {
		err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			picked, err := tx.NextToRepair(ctx, id)
			if err != nil {
				return err
			}
			result, err := d.redecide(ctx, tx, r, repair, picked)
			if err != nil {
				return fmt.Errorf("decide %s anew: %w", picked.Case, err)
			}
			return tx.SayRepaired(ctx, id, picked.Case, result)
		})
		if errors.Is(err, db.ErrNotFound) {
			return d.DB.EndRepair(ctx, id, d.Clock())
		}
		if err != nil {
			return err
		}
	}
}

// redecide decides one case anew, if it still is as it was seen.
func (d *Desk) redecide(ctx context.Context, tx *db.DB, r *repairer, repair db.Repair, picked db.Picked) (db.RepairResult, error) {
	kase, err := tx.LockCase(ctx, db.Scope{All: true}, picked.Case)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return db.RepairOver, nil
	case err != nil:
		return "", err
	case kase.RuleVersion != repair.Version || !Solvable(kase.State):
		return db.RepairOver, nil
	case kase.Revision != picked.Revision:
		return db.RepairChanged, nil
	}
	hand, err := tx.Hand(ctx, kase.ID)
	if err != nil {
		return "", err
	}
	re := r.judge(db.DecidedCase{Case: kase, Hand: hand})
	if !re.Acts() {
		return db.RepairSame, nil
	}
	account, err := tx.AccountByID(ctx, kase.AccountID)
	if err != nil {
		return "", err
	}
	return db.RepairDecided, d.become(ctx, tx, r, re, account, policy.Actor{Person: db.Person{ID: repair.PersonID}})
}

// become makes a case what was decided anew, but for what is left alone. Its history tells who had it decided, and keeps the
// decision of before; what follows is nobody's deed.
func (d *Desk) become(ctx context.Context, tx *db.DB, r *repairer, re Redecision, account db.Account, who policy.Actor) error {
	kase, before := re.Case.Case, re.Case.Decision.Kept()
	told := db.Change{Field: "decision", From: strconv.Itoa(kase.RuleVersion), To: strconv.Itoa(r.edition.Rules), Decision: &before, Lexicon: kase.Lexicon}
	topics := []db.Topic{db.CaseChanged(kase.ID), db.QueueChanged(kase.QueueID)}
	asked := re.to(rules.OutcomeRequest)
	events := d.rewrite(ctx, &kase, r, re)
	kase.Decision, kase.RuleVersion, kase.Lexicon = re.Decided, r.edition.Rules, r.edition.LexiconID
	if slices.ContainsFunc([]string{rules.OutcomePriority, rules.OutcomeAnswerWithin, rules.OutcomeSolveWithin}, re.changes) {
		r.edition.promise(&kase, account)
	}
	decided := db.Event{PersonID: who.Person.ID, Kind: db.Decided, Internal: true, Change: &told}
	if err := d.record(ctx, tx, &decided, &kase, topics...); err != nil {
		return err
	}
	for i := range events {
		if err := d.record(ctx, tx, &events[i], &kase); err != nil {
			return err
		}
	}
	if what, ok := asked.([]rules.Text); ok && len(what) > 0 {
		if err := d.askAnew(ctx, tx, &kase, what); err != nil {
			return err
		}
	}
	if err := tx.Redecided(ctx, kase); err != nil {
		return err
	}
	more, _ := re.to(rules.OutcomeNotify).([]string)
	return d.notify(ctx, tx, kase, decided, more)
}

// to is what an outcome becomes; nil where it is left alone.
func (r Redecision) to(outcome string) any {
	for _, c := range r.Changes {
		if c.Outcome == outcome && c.Left == LeftNot {
			return c.To
		}
	}
	return nil
}

// rewrite sets what becomes otherwise, and gives the lines of the history that tell of it.
func (d *Desk) rewrite(ctx context.Context, kase *db.Case, r *repairer, re Redecision) (events []db.Event) {
	line := func(internal bool, c db.Change) {
		events = append(events, db.Event{Kind: db.Changed, Internal: internal, Change: &c})
	}
	now := re.Decided.Outcomes
	if re.changes(rules.OutcomePriority) {
		line(false, db.Change{Field: "priority", From: strconv.Itoa(int(kase.Priority)), To: strconv.Itoa(now.Priority)})
		kase.Priority = db.Priority(now.Priority)
	}
	if re.changes(rules.OutcomeQueue) {
		to, _ := r.edition.queueNamed(now.Queue)
		line(true, db.Change{Field: "queue", From: r.queue(kase.QueueID), To: to.Name})
		kase.QueueID = to.ID
	}
	d.reassign(ctx, kase, r, re, line)
	if re.changes(rules.OutcomeTags) {
		was := strings.Join(kase.Tags, ", ")
		own := missing(kase.Tags, re.Case.Decision.Outcomes.Tags) // nobody's but a person's
		kase.Tags = append(slices.Clone(now.Tags), missing(own, now.Tags)...)
		line(true, db.Change{Field: "tags", From: was, To: strings.Join(kase.Tags, ", ")})
	}
	if len(kase.Asked) > 0 { // what is not asked for any more need not be answered
		kase.Asked = slices.DeleteFunc(slices.Clone(kase.Asked), func(t rules.Text) bool {
			return len(newRequests(db.Case{Decision: rules.Decision{Outcomes: now}}, []rules.Text{t})) > 0
		})
	}
	return events
}

// reassign gives the case to whom the rules name, or takes it from whom they named. Who has it without having taken it, and
// does not work in its queue any more, has it no longer.
func (d *Desk) reassign(ctx context.Context, kase *db.Case, r *repairer, re Redecision, line func(bool, db.Change)) {
	to := kase.AssigneeID
	if re.changes(rules.OutcomeAssignee) {
		w, found := r.worker(re.Decided.Outcomes.Assignee, kase.QueueID)
		if to = w.ID; !found && re.Decided.Outcomes.Assignee != "" {
			d.Log.WarnContext(ctx, "rules assign a case to somebody who does not work in its queue, or may not sign in", "case", kase.ID.String())
		}
	}
	if to != 0 && re.changes(rules.OutcomeQueue) && !r.works(to, kase.QueueID) {
		to = 0
	}
	if to == kase.AssigneeID {
		return
	}
	line(false, db.Change{Field: "assignee", From: r.name(kase.AssigneeID), To: r.name(to)})
	kase.AssigneeID = to
}

func (r *repairer) name(person int64) string {
	for _, w := range r.crew {
		if w.ID == person {
			return db.Person{FirstName: w.First, LastName: w.Last}.Name()
		}
	}
	return ""
}

// askAnew asks the customer for what the case was not opened with, who hears of it by mail.
func (d *Desk) askAnew(ctx context.Context, tx *db.DB, kase *db.Case, what db.Texts) error {
	requester, err := tx.Person(ctx, kase.RequesterID)
	if err != nil {
		return err
	}
	kase.Asked = append(slices.Clone(kase.Asked), what...)
	f := requested(what, requester.Language)
	event := db.Event{Kind: f.Kind, Body: f.Body, Change: f.Change}
	if err := d.record(ctx, tx, &event, kase); err != nil {
		return err
	}
	return d.promise(ctx, tx, *kase, event)
}
