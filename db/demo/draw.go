package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"portico/db"
)

// Drawn is a case of a busy provider that is to be made up: when it was opened, and how far it may have got.
type Drawn struct {
	Number  db.Number
	At, Now time.Time
	Turns   int // that its conversation takes at least; 0: as the story goes
}

// Draw makes a case up, always the same with the same numbers from rng. Decided by the rules that are live, it goes the
// way of the demo's cases; but there are many agents, and nearly all cases are done with in time.
func (w *World) Draw(rng *rand.Rand, drawn Drawn) (db.PastCase, error) {
	d := &draft{World: w, now: drawn.Now, rng: rng, deal: w.deal, busy: true}
	if !d.plot(200) {
		return db.PastCase{}, fmt.Errorf("a case of %v: %w", drawn.At, errNoStory)
	}
	if drawn.Turns == 0 && rng.IntN(300) == 0 {
		drawn.Turns = 12 + rng.IntN(50)
	}
	if drawn.Turns > 0 {
		d.story.Talk = d.atLength(drawn.Turns)
	}
	d.turns = d.haste(drawn.At)
	if err := d.open(drawn.At); err != nil {
		return db.PastCase{}, err
	}
	d.kase.ID, d.kase.CopiedIDs = drawn.Number, d.copied()
	return db.PastCase{Case: d.kase, Events: d.events}, nil
}

// deal draws any of the stories that fit.
func (w *World) deal(rng *rand.Rand, fits func(story) bool) (story, bool) {
	var fit []int
	for i, s := range w.stories {
		if fits(s) {
			fit = append(fit, i)
		}
	}
	if len(fit) == 0 {
		return story{}, false
	}
	return w.stories[fit[rng.IntN(len(fit))]], true
}

// atLength goes over what is said again and again.
func (d *draft) atLength(turns int) []turn {
	talk := slices.DeleteFunc(slices.Clone(d.story.Talk), func(t turn) bool { return t.Ask != "" })
	said := again[d.who.Person.Language]
	talk = append(talk, turn{Customer: said[0]}, turn{Staff: said[1]})
	var long []turn
	for len(long) < turns {
		long = append(long, talk...)
	}
	return long
}

// haste draws how many turns the conversation has taken by now: mostly as many as there was time for.
func (d *draft) haste(at time.Time) int {
	const day = 24 * time.Hour
	all := len(d.story.Talk) + 1
	ask := slices.IndexFunc(d.story.Talk, func(t turn) bool { return t.Ask != "" }) + 1
	age := d.now.Sub(at)
	switch {
	case age < 14*time.Hour && d.rng.IntN(3) > 0, age < 5*day && d.rng.IntN(8) == 0:
		return 0
	case ask > 0 && age < 45*day && d.rng.IntN(6) == 0:
		return ask
	case age < 10*day && d.rng.IntN(4) == 0:
		return 1 + d.rng.IntN(all-1)
	}
	return all
}

// copied draws colleagues of the requester who read along.
func (d *draft) copied() []int64 {
	var ids []int64
	if colleagues := d.home[d.account.ID]; len(colleagues) > 0 && d.rng.IntN(10) == 0 {
		for range 1 + d.rng.IntN(3) {
			id := d.contacts[colleagues[d.rng.IntN(len(colleagues))]].Person.ID
			if id != d.kase.RequesterID && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
