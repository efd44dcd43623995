package demo

import (
	"slices"
	"strconv"
	"time"

	"portico/db"
)

// live lets happen what happens to an open case, up to now: staff take it, both sides talk, it is solved, perhaps
// reopened, and in the end closed.
func (d *draft) live(zone *time.Location) {
	at := d.kase.CreatedAt
	target, promised := db.TargetOf(d.kase.Decision.Outcomes.AnswerWithin)
	if !promised {
		target, promised = db.TargetFor(d.targets, d.kase.Priority, d.account.Tier)
	}
	if promised {
		d.kase.DueAt = target.Due(d.calendar, at, zone)
	}
	if solution, promised := db.TargetOf(d.kase.Decision.Outcomes.SolveWithin); promised {
		d.kase.SolveBy = solution.Due(d.calendar, at, zone)
	}
	if d.moved != "" {
		d.move(at.Add(time.Duration(5+d.rng.IntN(20))*time.Minute), d.moved)
	}
	if d.turns == 0 {
		return
	}
	at = d.first(target, promised, zone)
	staff := d.desks[d.kase.QueueID]
	if len(staff) == 0 {
		return
	}
	agent := d.agent(staff)
	if !d.take(at.Add(-time.Duration(60+d.rng.IntN(540))*time.Second), agent) {
		return
	}
	for i, t := range d.story.Talk {
		if i == d.turns || !d.turn(at, t, agent) {
			return
		}
		if i == 0 && d.rng.IntN(14) == 0 {
			d.correct(at.Add(3*time.Minute), agent)
		}
		customer := i+1 < len(d.story.Talk) && d.story.Talk[i+1].Customer != ""
		at = d.pause(at, customer, zone)
	}
	if d.turns <= len(d.story.Talk) || !d.solve(at, d.story.By == "customer", d.say(d.story.Done), agent) {
		return
	}
	if d.rng.IntN(16) == 0 && d.story.By != "customer" {
		if at = at.Add(time.Duration(6+d.rng.IntN(90)) * time.Hour); !d.reopen(at, agent, zone) {
			return
		}
	}
	d.close(d.kase.SolvedAt.Add(7*24*time.Hour + 5*time.Minute))
}

// agent draws who of a queue's staff takes it: in a small team mostly the first.
func (d *draft) agent(staff []db.Person) db.Person {
	switch {
	case d.busy:
		return staff[d.rng.IntN(len(staff))]
	case len(staff) > 1 && d.rng.IntN(7) == 0:
		return staff[1+d.rng.IntN(len(staff)-1)]
	}
	return staff[0]
}

// first draws when staff answer first: mostly in time, sometimes not.
func (d *draft) first(target db.ResponseTarget, promised bool, zone *time.Location) time.Time {
	share := 0.15 + 0.75*d.rng.Float64()
	if d.rng.IntN(9) == 0 {
		share = 1.05 + d.rng.Float64()
	}
	switch {
	case d.pace > 0:
		return d.kase.CreatedAt.Add(d.pace)
	case !promised:
		return d.calendar.Add(d.kase.CreatedAt, int(share*480), zone)
	}
	target.Minutes = max(3, int(share*float64(target.Minutes)))
	return target.Due(d.calendar, d.kase.CreatedAt, zone)
}

// pause draws how long the other side takes.
func (d *draft) pause(at time.Time, customer bool, zone *time.Location) time.Time {
	if d.pace > 0 {
		return at.Add(d.pace)
	}
	if customer {
		return at.Add(time.Duration(8+d.rng.ExpFloat64()*200) * time.Minute)
	}
	minutes := 6 + int(d.rng.ExpFloat64()*110)
	if d.kase.Priority == db.Critical {
		return at.Add(time.Duration(minutes/3+2) * time.Minute)
	}
	return d.calendar.Add(at, minutes, zone)
}

// happen adds to the history, unless that is still to come.
func (d *draft) happen(e db.Event) bool {
	last := d.events[len(d.events)-1].At
	if e.At = e.At.Truncate(time.Second); !e.At.After(last) {
		e.At = last.Add(time.Second)
	}
	if e.At.After(d.now) {
		return false
	}
	d.events = append(d.events, e)
	d.kase.Revision++
	if !e.Internal {
		d.kase.UpdatedAt = e.At
	}
	return true
}

// become moves the case to a state, as the event that is about to happen will tell; nil where it is there already.
func (d *draft) become(to db.State) *db.Change {
	if d.kase.State == to {
		return nil
	}
	return &db.Change{Field: "state", From: string(d.kase.State), To: string(to)}
}

func (d *draft) take(at time.Time, agent db.Person) bool {
	taken := db.Event{At: at, PersonID: agent.ID, Kind: db.Changed, Change: &db.Change{Field: "assignee", To: agent.Name()}}
	if !d.happen(taken) {
		return false
	}
	d.kase.AssigneeID, d.kase.State = agent.ID, db.Open
	return true
}

func (d *draft) turn(at time.Time, t turn, agent db.Person) bool {
	e := db.Event{At: at, PersonID: agent.ID, Kind: db.Comment, Body: d.say(t.text())}
	to := db.Open
	switch {
	case t.Note != "":
		e.Kind, e.Internal, to = db.Note, true, d.kase.State
	case t.Customer != "":
		e.PersonID, d.kase.Asked = d.kase.RequesterID, nil
	case t.Ask != "":
		e.Kind, to = db.Requested, db.Awaiting
	}
	e.Change = d.become(to)
	if !d.happen(e) {
		return false
	}
	d.kase.State, d.kase.Awaited = to, ""
	if t.Ask != "" {
		d.kase.Awaited = e.Body
	}
	if t.Staff != "" || t.Ask != "" {
		d.answered()
		d.kase.Tags = slices.Concat(d.kase.Decision.Outcomes.Tags, d.story.Tags)
	}
	return true
}

func (d *draft) answered() {
	if d.kase.AnsweredAt.IsZero() {
		d.kase.AnsweredAt = d.events[len(d.events)-1].At
	}
	d.kase.DueAt = time.Time{}
}

// correct overrules the priority that the rules decided.
func (d *draft) correct(at time.Time, by db.Person) {
	to := d.kase.Priority + 1
	if d.kase.Priority == db.Low || d.kase.Priority == db.Moderate && d.rng.IntN(2) == 0 {
		to = d.kase.Priority - 1
	}
	changed := db.Event{At: at, PersonID: by.ID, Kind: db.Changed, Change: &db.Change{
		Field: "priority", From: strconv.Itoa(int(d.kase.Priority)), To: strconv.Itoa(int(to)), Correction: true,
	}}
	if d.happen(changed) {
		d.kase.Priority = to
	}
}

// move hands the case to another queue, where it waits.
func (d *draft) move(at time.Time, queue string) {
	id, ok := d.queues[queue]
	staff := d.desks[d.kase.QueueID]
	if !ok || len(staff) == 0 {
		return
	}
	moved := db.Event{At: at, PersonID: staff[0].ID, Kind: db.Changed, Internal: true, Change: &db.Change{
		Field: "queue", From: d.kase.Decision.Outcomes.Queue, To: queue, Correction: true,
	}}
	if d.happen(moved) {
		d.kase.QueueID = id
	}
}

func (d *draft) solve(at time.Time, byCustomer bool, word string, agent db.Person) bool {
	e := db.Event{At: at, PersonID: agent.ID, Kind: db.Resolved, Body: word, Change: d.become(db.Solved)}
	if byCustomer {
		e.PersonID = d.kase.RequesterID
	}
	if !d.happen(e) {
		return false
	}
	d.kase.State, d.kase.Awaited, d.kase.SolvedAt = db.Solved, "", d.kase.UpdatedAt
	if !byCustomer {
		d.answered()
	}
	return true
}

// again is what is said when a solution did not hold, by language: the customer's word, staff's, and the last.
var again = map[string][3]string{
	"en": {
		"It happened again this morning, just as before. Could you have another look?",
		"I am sorry. It came back for a reason that I had missed; this is put right now, and I will watch it until tomorrow.",
		"It has been quiet for a day, so I mark this as solved. Should it come back, just reopen it.",
	},
	"fr": {
		"Le problème est revenu ce matin, exactement comme avant. Pourriez-vous regarder de nouveau ?",
		"Toutes mes excuses : une cause m’avait échappé ; c’est corrigé, et je surveille jusqu’à demain.",
		"Tout est calme depuis un jour ; je marque donc ce dossier comme résolu. Si le problème revient, rouvrez-le.",
	},
}

func (d *draft) reopen(at time.Time, agent db.Person, zone *time.Location) bool {
	said := again[d.who.Person.Language]
	e := db.Event{At: at, PersonID: d.kase.RequesterID, Kind: db.Reopened, Body: said[0], Change: d.become(db.Open)}
	if !d.happen(e) {
		return true // nothing speaks against closing it
	}
	d.kase.State, d.kase.SolvedAt = db.Open, time.Time{}
	at = d.pause(at, false, zone)
	if !d.turn(at, turn{Staff: said[1]}, agent) {
		return false
	}
	return d.solve(d.calendar.Add(at, 600, zone), false, said[2], agent)
}

func (d *draft) close(at time.Time) {
	e := db.Event{At: at, Kind: db.AutoClosed, Change: d.become(db.Closed)}
	if d.happen(e) {
		d.kase.State, d.kase.ClosedAt = db.Closed, d.kase.UpdatedAt
	}
}
