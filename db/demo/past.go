package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"portico/db"

	"github.com/google/uuid"
)

// Past says how much of a past to make up. The same past, made for the same world and the same instant, is always the
// same.
type Past struct {
	Cases int
	Seed  uint64
	Now   time.Time // the past ends here: what would have happened later has not
	First db.Number // numbers grow from this one on, with gaps

	wanted []wanted
	anchor db.Number // the number of the first of the wanted, instead of First
}

// wanted is a case that must be there.
type wanted struct {
	story string // its key
	email string // the requester's
	ago   time.Duration
	turns int    // how far it got; 0: nobody has looked at it yet
	moved string // to this queue
}

// Add makes the past up and puts it into the database that the transaction is on: accounts, people, products, forms and
// rules are those that are there. Nobody hears of it.
func (p Past) Add(ctx context.Context, tx *db.DB) error {
	w, err := ReadWorld(ctx, tx, chance)
	if err != nil {
		return err
	}
	cases, err := p.draw(w)
	if err != nil {
		return err
	}
	if len(cases) == 0 {
		return nil
	}
	if err := tx.AddPast(ctx, cases); err != nil {
		return err
	}
	return tx.ReserveNumbers(ctx, cases[len(cases)-1].Case.ID)
}

// chance is how often somebody opens a case, against others: who looks after others asks less for themselves.
func chance(who db.SignedIn) int {
	if len(who.Grants) > 1 {
		return 1
	}
	return 3
}

// draw makes cases up, oldest first.
func (p Past) draw(w *World) ([]db.PastCase, error) {
	var cases []db.PastCase
	stories := deck{stories: w.stories, told: make([]int, len(w.stories))}
	draw := func(i int, make func(*draft) error) error {
		d := &draft{World: w, now: p.Now, rng: rand.New(rand.NewPCG(p.Seed, uint64(i))), deal: stories.draw}
		if err := make(d); err != nil {
			return err
		}
		if len(d.events) > 0 {
			cases = append(cases, db.PastCase{Case: d.kase, Events: d.events})
		}
		return nil
	}
	for i, want := range p.wanted {
		story, ok := stories.named(want.story)
		if !ok {
			return nil, fmt.Errorf("%s: %w", want.story, errNoStory)
		}
		err := draw(i, func(d *draft) error { return d.wanted(want, story) })
		if err != nil {
			return nil, fmt.Errorf("case of %s, %s: %w", want.email, want.story, err)
		}
	}
	var anchor uuid.UUID
	if len(cases) > 0 {
		anchor = cases[0].Case.Submission
	}
	for i := len(p.wanted); i < p.Cases; i++ {
		if err := draw(i, (*draft).any); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(cases, func(a, b db.PastCase) int { return a.Case.CreatedAt.Compare(b.Case.CreatedAt) })
	p.number(cases, anchor)
	return cases, nil
}

// number gives numbers in the order of time, now and then leaving one out, as rolled-back submissions do.
func (p Past) number(cases []db.PastCase, anchor uuid.UUID) {
	rng := rand.New(rand.NewPCG(p.Seed, 0))
	n := max(p.First, 1)
	for i := range cases {
		cases[i].Case.ID = n
		n++
		if rng.IntN(30) == 0 {
			n++
		}
	}
	at := slices.IndexFunc(cases, func(c db.PastCase) bool { return c.Case.Submission == anchor })
	if p.anchor == 0 || at < 0 {
		return
	}
	shift := p.anchor - cases[at].Case.ID
	if cases[0].Case.ID+shift < 1 {
		return // there are more before it than numbers
	}
	for i := range cases {
		cases[i].Case.ID += shift
	}
}
