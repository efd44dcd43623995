package desk

import (
	"time"

	"portico/db"
	"portico/rules"
)

// promises judges when first answers were due, of a great many cases: for one goroutine at a time.
type promises struct {
	edition *edition
	targets map[target]db.ResponseTarget
}

// target is who is promised what.
type target struct {
	priority int
	within   rules.Within
	tier     string
}

func newPromises(e *edition) *promises {
	return &promises{edition: e, targets: map[target]db.ResponseTarget{}}
}

// judge tells what became of the promise that a decision makes. Business hours are only counted where it matters: they never
// end sooner than as many minutes would by any hour.
func (p *promises) judge(o *rules.Outcomes, tier string, zone *time.Location, opened, answered, now time.Time) rules.Promise {
	t := p.target(target{o.Priority, o.AnswerWithin, tier})
	if t.Minutes == 0 {
		return rules.Unpromised
	}
	by := answered
	if by.IsZero() {
		by = now
	}
	due := opened.Add(time.Duration(t.Minutes) * time.Minute)
	if t.BusinessHours && by.After(due) {
		due = p.edition.Calendar.Add(opened, t.Minutes, zone)
	}
	return rules.PromiseOf(due, answered, now)
}

// target is the time that a decision promises: its own, or that for its priority.
func (p *promises) target(of target) db.ResponseTarget {
	if t, known := p.targets[of]; known {
		return t
	}
	t := db.ResponseTarget{Minutes: of.within.Minutes, BusinessHours: of.within.Business}
	if of.within == (rules.Within{}) {
		t, _ = db.TargetFor(p.edition.Targets, db.Priority(of.priority), of.tier)
	}
	p.targets[of] = t
	return t
}
