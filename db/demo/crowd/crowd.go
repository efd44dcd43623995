// Package crowd makes the demo's world large: thousands of accounts with their people, and as many of their cases as
// asked for. It is for measuring, and for seeing what the portal is like at a big provider.
package crowd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"portico/db"
	"portico/db/demo"
)

// Crowd says how large a world to make. The same crowd is always the same, but for the ids of events and for what the
// database already held of the demo.
type Crowd struct {
	Cases int       `json:"cases"`
	Seed  uint64    `json:"seed"`
	Now   time.Time `json:"now"` // the world's past ends here
}

// mark is the setting by which a crowd is known again.
const mark = "seed"

// State is what the setting keeps: what was asked for, and how far it has come.
type State struct {
	Crowd
	First    db.Number `json:"first"`    // the number of the first case
	Finished bool      `json:"finished"` // all is there
}

// What can stand against making a crowd.
var (
	ErrOther      = errors.New("this database was filled with another seed")
	ErrUnfinished = errors.New("filling this database was broken off")
	ErrUnderWay   = errors.New("this database is just being filled by another portico seed")
)

// Read reads what the database keeps of a crowd; the zero State when there is none.
func Read(ctx context.Context, d *db.DB) (State, error) {
	var s State
	kept, err := d.Setting(ctx, mark, "")
	if err != nil || kept == "" {
		return s, err
	}
	if err := json.Unmarshal([]byte(kept), &s); err != nil {
		return s, fmt.Errorf("setting %s: %w", mark, err)
	}
	return s, nil
}

func (s State) keep(ctx context.Context, d *db.DB) error {
	kept, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("setting %s: %w", mark, err)
	}
	return d.Set(ctx, mark, string(kept))
}

// Whole refuses, with ErrUnfinished, a database in which a part of a crowd is missing.
func Whole(ctx context.Context, d *db.DB) error {
	s, err := Read(ctx, d)
	if err == nil && s.Cases > 0 && !s.Finished {
		err = ErrUnfinished
	}
	return err
}

// Watcher hears how far it is, one call after the other, though not always from the same goroutine.
type Watcher struct {
	Step func(sentence string) // what begins
	Done func(cases, of int)   // how many cases are there
}

// Fill puts the crowd into a database that is empty, or filled with the demo only, which comes first; any other is
// refused with demo.ErrForeign. What was broken off goes on where it was, and is the same in the end; another crowd
// is refused with ErrOther. It tells whether there was anything left to do.
//
// Nothing is promised before settle has been called, once all is there, and has returned.
func (c Crowd) Fill(ctx context.Context, d *db.DB, settle func(context.Context) error, w Watcher) (done bool, err error) {
	release, held, err := d.Hold(ctx, mark)
	if err != nil {
		return false, err
	}
	if !held {
		return false, ErrUnderWay
	}
	defer release()

	s, err := Read(ctx, d)
	switch {
	case err != nil:
		return false, err
	case s.Cases == 0:
		w.Step("Accounts, people and products")
		if s, err = c.begin(ctx, d); err != nil {
			return false, err
		}
	case s.Cases != c.Cases || s.Seed != c.Seed || !s.Now.Equal(c.Now):
		return false, fmt.Errorf("%w: --cases %d --seed %d --now %s", ErrOther, s.Cases, s.Seed, s.Now.Format(time.DateOnly))
	case s.Finished:
		return false, nil
	}
	if err := s.addCases(ctx, d, w); err != nil {
		return true, err
	}
	w.Step("Statistics")
	if err := settle(ctx); err != nil {
		return true, err
	}
	s.Finished = true
	return true, s.keep(ctx, d)
}

// begin puts all in but the cases, all or nothing.
func (c Crowd) begin(ctx context.Context, d *db.DB) (State, error) {
	c.Now = c.Now.UTC().Truncate(time.Second)
	s := State{Crowd: c}
	err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := demo.Fill(ctx, tx, c.Now); err != nil {
			return err
		}
		last, err := db.HighestID[db.Case](ctx, tx)
		if err != nil {
			return err
		}
		s.First = db.Number(last + 1)
		m := maker{Crowd: c, rng: rand.New(rand.NewPCG(c.Seed, 0)), began: c.Now.AddDate(-1, -2, 0)}
		if err := m.make(ctx, tx); err != nil {
			return fmt.Errorf("add accounts and people: %w", err)
		}
		return s.keep(ctx, tx)
	})
	return s, err
}
