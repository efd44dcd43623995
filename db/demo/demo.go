// Package demo fills an empty database with a world to look around in: a telecom provider, two of its customers, and a
// year of their cases. All of it is data that an administrator could have entered; nothing else knows of it.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/db"
	"portico/db/standard"

	"github.com/alexedwards/argon2id"
)

// State tells what a database holds, as far as the demo is concerned.
type State string

// What a database may hold: nothing, the demo, or somebody's own data, which the demo must not touch.
const (
	Empty   State = "empty"
	Filled  State = "filled"
	Foreign State = "foreign"
)

// mark is the setting by which the demo knows its own database again.
const mark = "demo"

// ErrForeign refuses to fill a database that holds something else.
var ErrForeign = errors.New("the database holds data that is not the demo's: start without the demo, or with another database")

// StateOf looks what a database holds.
func StateOf(ctx context.Context, d *db.DB) (State, error) {
	filled, err := d.Setting(ctx, mark, "")
	if err != nil {
		return "", err
	}
	if filled != "" {
		return Filled, nil
	}
	untouched, err := d.Untouched(ctx)
	if err != nil {
		return "", err
	}
	if untouched {
		return Empty, nil
	}
	return Foreign, nil
}

// Fill puts the demo into an empty database, all or nothing, as if now were the end of a year of work. A database that
// it filled before is left as it is; any other is refused with ErrForeign.
func Fill(ctx context.Context, d *db.DB, now time.Time) error {
	return d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Lock(ctx, "demo"); err != nil { // copies that start at once
			return err
		}
		state, err := StateOf(ctx, tx)
		switch {
		case err != nil:
			return err
		case state == Filled:
			return nil
		case state == Foreign:
			return ErrForeign
		}
		if err := fill(ctx, tx, now.UTC().Truncate(time.Second)); err != nil {
			return fmt.Errorf("fill the demo: %w", err)
		}
		return errors.Join(
			tx.Set(ctx, "provider", "Boreal Telecom"),
			tx.Set(ctx, "time_zone", "America/Moncton"),
			tx.Set(ctx, mark, now.UTC().Format(time.RFC3339)),
		)
	})
}

// filler carries what has been put in, by name, to what refers to it. After a failure it puts nothing in any more.
type filler struct {
	tx       *db.DB
	began    time.Time // when the provider started to use the portal
	account  map[string]int64
	service  map[string]int64
	queue    map[string]int64
	platform int64 // the platform administrator
	err      error // the first failure
}

func fill(ctx context.Context, tx *db.DB, now time.Time) error {
	f := &filler{
		tx: tx, began: now.AddDate(-1, -2, 0),
		account: map[string]int64{}, service: map[string]int64{}, queue: map[string]int64{},
	}
	f.catalog(ctx)
	f.customers(ctx)
	f.people(ctx)
	f.publish(ctx)
	f.provider(ctx, now)
	if f.err != nil {
		return f.err
	}
	return fillPast(ctx, tx, now)
}

// add puts rows in and returns them with their ids; what was given stays as it is.
func add[N db.Noun](ctx context.Context, f *filler, rows ...N) []N {
	rows = slices.Clone(rows)
	if f.err == nil {
		f.err = db.Add(ctx, f.tx, rows)
	}
	return rows
}

// placed is a copy of the rows, each told its place in the list.
func placed[N any](rows []N, place func(row *N, position int)) []N {
	rows = slices.Clone(rows)
	for i := range rows {
		place(&rows[i], i)
	}
	return rows
}

func (f *filler) catalog(ctx context.Context) {
	add(ctx, f, families...)
	for _, s := range add(ctx, f, placed(services, func(s *db.Service, i int) {
		s.Position, s.State = i, cmp.Or(s.State, db.Running)
	})...) {
		f.service[s.Value] = s.ID
	}
	for i, name := range queues {
		f.queue[name] = add(ctx, f, db.Queue{Name: name, Position: i})[0].ID
	}
	add(ctx, f, placed(standard.Categories, func(c *db.Category, i int) { c.Position = i })...)
	add(ctx, f, placed(standard.Items, func(item *db.Item, i int) { item.Position = i })...)
}

func (f *filler) customers(ctx context.Context) {
	for _, a := range accounts {
		id := add(ctx, f, db.Account{
			Name: a.name, ParentID: f.account[a.parent], ClientNumber: a.number, Tier: a.tier, TimeZone: a.zone,
			ContactsSee: cmp.Or(a.see, db.SeeOwn), CreatedAt: f.began, UpdatedAt: f.began, RegistrationCode: registrationCodes[a.number],
		})[0].ID
		f.account[a.name] = id
		for _, s := range a.sites {
			site := add(ctx, f, db.Location{AccountID: id, Name: s.name})[0].ID
			var products []db.Product
			for _, p := range s.products {
				products = append(products, db.Product{AccountID: id, ServiceID: f.service[p], LocationID: site})
			}
			add(ctx, f, products...)
		}
	}
}

// hashing is what the demo's one hash costs. A hash says itself how it was made: sign-in may ask for more of others.
var hashing = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// PasswordHash is a hash of Password, for as many people as like.
func PasswordHash() (string, error) {
	hash, err := argon2id.CreateHash(Password, &hashing)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return hash, nil
}

func (f *filler) people(ctx context.Context) {
	hash, err := PasswordHash()
	if err != nil {
		f.err = errors.Join(f.err, err)
		return
	}
	for _, s := range SignIns {
		p := db.Person{
			Staff: s.Home == "", AccountID: f.account[s.Home], FirstName: s.First, LastName: s.Last, Email: s.Email,
			Phone: s.Phone, Language: s.Language, Theme: "auto", PasswordHash: hash, CreatedAt: f.began, UpdatedAt: f.began,
		}
		if p.Staff {
			p.TimeZone = "America/Toronto"
		}
		p = add(ctx, f, p)[0]
		var grants []db.Grant
		for _, g := range s.Grants {
			grants = append(grants, db.Grant{
				PersonID: p.ID, Role: g.Role, AccountID: f.account[g.At], Reach: g.Reach, QueueID: f.queue[g.Queue],
			})
			if g.Role == db.PlatformAdministrator {
				f.platform = p.ID
			}
		}
		add(ctx, f, grants...)
	}
}

func (f *filler) publish(ctx context.Context) {
	for _, i := range standard.Items {
		questions, err := standard.Form(i.Key)
		f.err = errors.Join(f.err, err)
		add(ctx, f, db.FormVersion{Item: i.Key, Form: questions, PublishedAt: f.began})
	}
	source, err := RuleSet()
	f.err = errors.Join(f.err, err)
	add(ctx, f, db.RuleVersion{
		Version: 1, Source: source, Note: "The first rule set", PublishedBy: f.platform, PublishedAt: f.began,
	})
}

func (f *filler) provider(ctx context.Context, now time.Time) {
	written, err := articles(now)
	f.err = errors.Join(f.err, err)
	add(ctx, f, written...)
	add(ctx, f, businessHours()...)
	add(ctx, f, holidays(now)...)
	add(ctx, f, responseTargets...)
	add(ctx, f, placed(contactWays, func(w *db.ContactWay, i int) { w.Position = i })...)
	add(ctx, f, incidents(now, f.service)...)
}
