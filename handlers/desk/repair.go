package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// Left says why an outcome stays as it is, although another version decides it otherwise.
type Left string

// Why outcomes stay.
const (
	LeftNot    Left = ""         // it becomes what is decided
	LeftHand   Left = "hand"     // a person has set it
	LeftHolder Left = "holder"   // who took the case does not work in the queue it would come to
	LeftDone   Left = "answered" // the first answer is given
)

// Rechange is one outcome of a case that another version decides otherwise.
type Rechange struct {
	Outcome  string
	From, To any // as rules.Outcomes.Value has them: of what adds up, From is nil, and To what comes to it
	Left     Left
}

// Redecision is what would become of a case.
type Redecision struct {
	Case    db.DecidedCase
	Decided rules.Decision
	Changes []Rechange
}

// Acts tells whether anything of the case would become otherwise.
func (r Redecision) Acts() bool {
	return slices.ContainsFunc(r.Changes, func(c Rechange) bool { return c.Left == LeftNot })
}

func (r Redecision) changes(outcome string) bool {
	return slices.ContainsFunc(r.Changes, func(c Rechange) bool { return c.Outcome == outcome && c.Left == LeftNot })
}

// RepairPage is a part of the open cases that a version decided, with what another version would make of them.
type RepairPage struct {
	Version, Live, By int
	Open              int // how many cases there are in all
	Looked            int // how many were judged for this page
	List              []Redecision
	Next              db.Number // behind which the next page begins; 0 where this is the last
}

const (
	repairPageSize = 50
	repairAtOnce   = 500  // cases that are read at a time
	repairLooks    = 5000 // cases that are judged for a page at most
	repairedAtOnce = 20   // up to how many are decided anew while whoever asked for it waits
)

// Repairable lists the open cases that a version decided and that another one, the live one where by is 0, decides otherwise:
// behind a case, in the order of their numbers. With all, those of which nothing would change are among them.
func (d *Desk) Repairable(ctx context.Context, who policy.Actor, version, by int, after db.Number, all bool) (RepairPage, error) {
	p := RepairPage{Version: version}
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return p, err
	}
	r, err := d.repairer(ctx, by)
	if err != nil {
		return p, err
	}
	if p.By, p.Live = r.edition.Rules, r.live; version < 1 || version > p.Live {
		return p, db.ErrNotFound
	}
	if p.Open, err = d.DB.CountDecidedBy(ctx, version); err != nil {
		return p, err
	}
	in := d.Judge.Scope(who, policy.See)
	for p.Looked < repairLooks {
		list, err := d.DB.DecidedBy(ctx, in, version, after, repairAtOnce)
		if err != nil {
			return p, err
		}
		for _, c := range list {
			after = c.ID
			p.Looked++
			if re := r.judge(c); all || re.Acts() {
				p.List = append(p.List, re)
			}
			if len(p.List) == repairPageSize {
				p.Next = after
				return p, nil
			}
		}
		if len(list) < repairAtOnce {
			return p, nil
		}
	}
	p.Next = after
	return p, nil
}

// ChooseRepair keeps a choice of those cases, as they were seen: all that are open, where picks is nil. Nothing is changed.
func (d *Desk) ChooseRepair(ctx context.Context, who policy.Actor, version, by int, picks []db.Picked, submission uuid.UUID) (id int64, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return 0, err
	}
	if picks != nil && len(picks) == 0 {
		return 0, Invalid{"case": {Code: "repair.none"}}
	}
	r, err := d.repairer(ctx, by)
	if err != nil {
		return 0, err
	}
	if version < 1 || version > r.live {
		return 0, db.ErrNotFound
	}
	if submission == uuid.Nil {
		submission = uuid.New()
	}
	repair := db.Repair{Version: version, By: r.edition.Rules, PersonID: who.Person.ID, Submission: submission, At: d.Clock()}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error { return tx.AddRepair(ctx, &repair, picks) })
	return repair.ID, err
}

// Repair reads a choice of cases with what would become of the first of them, or what became of them.
func (d *Desk) Repair(ctx context.Context, who policy.Actor, id int64, most int) (db.Repair, []Redecision, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.Repair{}, nil, err
	}
	repair, err := d.DB.Repair(ctx, id)
	if err != nil {
		return repair, nil, err
	}
	r, err := d.repairer(ctx, repair.By)
	if err != nil {
		return repair, nil, err
	}
	cases, err := d.DB.RepairCases(ctx, d.Judge.Scope(who, policy.See), id, most)
	if err != nil {
		return repair, nil, err
	}
	list := make([]Redecision, len(cases))
	for i, c := range cases {
		if list[i] = (Redecision{Case: c}); c.Result == "" {
			list[i] = r.judge(c)
		}
	}
	return repair, list, nil
}

// StartRepair has the chosen cases decided anew: a few of them at once, more in the background. Asked for twice, it is done
// once.
func (d *Desk) StartRepair(ctx context.Context, who policy.Actor, id int64) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	repair, err := d.DB.Repair(ctx, id)
	if err != nil {
		return err
	}
	asked := false
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) (err error) {
		if asked, err = tx.AskRepair(ctx, id); err != nil || !asked {
			return err
		}
		detail := map[string]any{"version": repair.Version, "by": repair.By, "cases": repair.Chosen(), "repair": id}
		if err := d.audit(ctx, tx, who, db.AuditEntry{Action: db.CasesRepaired, Subject: "rules", SubjectID: int64(repair.Version), Detail: detail}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, db.RepairCasesJob{})
	})
	if err != nil || !asked || repair.Chosen() > repairedAtOnce {
		return err
	}
	if err := d.workRepair(db.AsSystem(ctx, "repair"), id); err != nil {
		d.Log.WarnContext(ctx, "a repair is left to the background", "repair", id, "error", err) // it is promised
	}
	return nil
}

// ForgetRepairs forgets choices that nobody came back to for a day.
func (d *Desk) ForgetRepairs(ctx context.Context) error {
	return d.DB.SweepRepairs(ctx, d.Clock().AddDate(0, 0, -1))
}

// repairer is what cases are decided anew by: a version of the rules, and who works where.
type repairer struct {
	edition *edition
	live    int
	crew    []db.Worker
}

// repairer makes one of a version; of the live one, where it is 0. A version that names what is not there any more decides
// nothing anew.
func (d *Desk) repairer(ctx context.Context, by int) (*repairer, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	r := &repairer{edition: e, live: e.Rules}
	if by != 0 && by != e.Rules {
		if by < 0 || by > e.Rules {
			return nil, db.ErrNotFound
		}
		r.edition = &edition{Edition: db.Edition{Rules: by, Revision: e.Revision}, World: e.World, Vocabulary: e.Vocabulary, Queues: e.Queues,
			Calendar: e.Calendar, Targets: e.Targets}
		if err := d.compileRules(ctx, d.DB, r.edition); err != nil {
			return nil, err
		}
	}
	switch {
	case r.edition.Set == nil:
		return nil, errNoRules
	case slices.ContainsFunc(r.edition.Problems, func(p rules.Problem) bool { return !p.Aside() }):
		return nil, Invalid{"by": {Code: "repair.by.broken", Args: map[string]any{"N": by}}}
	}
	r.crew, err = d.DB.Workers(ctx)
	return r, err
}

// judge tells what would become of a case.
func (r *repairer) judge(c db.DecidedCase) Redecision {
	re := Redecision{Case: c, Decided: r.edition.Set.Decide(c.Facts)}
	was, now := c.Decision.Outcomes, re.Decided.Outcomes
	for _, name := range rules.OutcomeNames {
		if was.Same(name, now) {
			continue
		}
		change := Rechange{Outcome: name, From: was.Value(name), To: now.Value(name)}
		if slices.Contains(c.Hand, name) {
			change.Left = LeftHand
		}
		switch name {
		case rules.OutcomePriority:
			change.From = int(c.Priority)
		case rules.OutcomeQueue:
			change.From = r.queue(c.QueueID)
			if to, _ := r.edition.queueNamed(now.Queue); slices.Contains(c.Hand, rules.OutcomeAssignee) && c.AssigneeID != 0 && !r.works(c.AssigneeID, to.ID) {
				change.Left = LeftHolder
			}
		case rules.OutcomeAssignee:
			change.From = r.address(c.AssigneeID)
		case rules.OutcomeAnswerWithin:
			if !c.AnsweredAt.IsZero() {
				change.Left = LeftDone
			}
		case rules.OutcomeNotify:
			change.From, change.To = nil, missing(now.Notify, was.Notify)
		case rules.OutcomeRequest:
			change.From, change.To = nil, newRequests(c.Case, now.Request)
		}
		if same(change) {
			continue
		}
		re.Changes = append(re.Changes, change)
	}
	return re
}

// same tells that nothing would change after all: the case is so already, or nobody is to be told who was not.
func same(c Rechange) bool {
	switch to := c.To.(type) {
	case nil:
		return c.From == nil || c.From == ""
	case []string:
		return c.Outcome == rules.OutcomeNotify && len(to) == 0
	case []rules.Text:
		return len(to) == 0
	default:
		return c.From == c.To
	}
}

// newRequests are what the customer is asked for now, and was not.
func newRequests(c db.Case, now []rules.Text) []rules.Text {
	was := rules.Outcomes{Request: slices.Clone(c.Decision.Outcomes.Request)}
	n := len(was.Request)
	was.Take(rules.OutcomeRequest, rules.Outcomes{Request: now})
	return was.Request[n:]
}

// missing are those of a list that another does not have.
func missing(list, from []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(from, s) })
}

func (r *repairer) queue(id int64) string {
	for _, q := range r.edition.Queues {
		if q.ID == id {
			return q.Name
		}
	}
	return ""
}

func (r *repairer) works(person, queue int64) bool {
	return slices.ContainsFunc(r.crew, func(w db.Worker) bool { return w.ID == person && slices.Contains(w.Queues, queue) })
}

func (r *repairer) address(person int64) string {
	for _, w := range r.crew {
		if w.ID == person {
			return w.Email
		}
	}
	return ""
}

// worker is whom rules name by an address, if they work in a queue.
func (r *repairer) worker(email string, queue int64) (db.Worker, bool) {
	for _, w := range r.crew {
		if strings.EqualFold(w.Email, email) && slices.Contains(w.Queues, queue) {
			return w, true
		}
	}
	return db.Worker{}, false
}

// WorkRepairs decides anew what was asked for. Other copies may be at the same: each case is one copy's.
func (d *Desk) WorkRepairs(ctx context.Context) error {
	ctx = db.AsSystem(ctx, "repairs")
	list, err := d.DB.AskedRepairs(ctx)
	for _, id := range list {
		err = errors.Join(err, d.workRepair(ctx, id))
	}
	return err
}
