package demo

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"portico/db"
	"portico/rules"

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
	w, err := readWorld(ctx, tx)
	if err != nil {
		return err
	}
	cases, err := p.draw(ctx, w)
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

// draw makes cases up, oldest first.
func (p Past) draw(ctx context.Context, w *world) ([]db.PastCase, error) {
	var cases []db.PastCase
	draw := func(i int, make func(*draft) error) error {
		d := &draft{
			world: w, now: p.Now, rng: rand.New(rand.NewPCG(p.Seed, uint64(i))),
		}
		if err := make(d); err != nil {
			return err
		}
		if len(d.events) > 0 {
			cases = append(cases, db.PastCase{Case: d.kase, Events: d.events})
		}
		return nil
	}
	for i, want := range p.wanted {
		err := draw(i, func(d *draft) error { return d.wanted(ctx, want) })
		if err != nil {
			return nil, fmt.Errorf("case of %s, %s: %w", want.email, want.story, err)
		}
	}
	var anchor uuid.UUID
	if len(cases) > 0 {
		anchor = cases[0].Case.Submission
	}
	for i := len(p.wanted); i < p.Cases; i++ {
		if err := draw(i, func(d *draft) error { return d.any(ctx) }); err != nil {
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

// world is what the past happens in.
type world struct {
	tx       *db.DB
	stories  deck
	items    map[string]item
	rules    *rules.Compiled
	words    *rules.Vocabulary
	version  int
	accounts map[int64]db.Account
	contacts []db.SignedIn
	reach    map[int64][]db.Account // at which accounts a contact opens cases
	chances  []int                  // of each contact to be the next requester, added up
	desks    map[int64][]db.Person  // who works a queue
	callers  []db.Person            // staff who take calls
	queues   map[string]int64
	fallback string // the queue of what no rule sends anywhere
	calendar db.Calendar
	targets  []db.ResponseTarget
	places   map[int64]place
}

type item struct {
	db.Item
	version int64
	form    *rules.CompiledForm
}

// place is what an account has.
type place struct {
	installed []db.Installed
	offers    rules.Offers
}

func readWorld(ctx context.Context, tx *db.DB) (*world, error) {
	w := &world{
		tx: tx, items: map[string]item{}, accounts: map[int64]db.Account{}, reach: map[int64][]db.Account{},
		desks: map[int64][]db.Person{}, queues: map[string]int64{}, places: map[int64]place{},
	}
	stories, err := readStories()
	if err != nil {
		return nil, err
	}
	w.stories = deck{stories: stories, told: make([]int, len(stories))}
	if err := w.readRules(ctx); err != nil {
		return nil, err
	}
	if err := w.readPeople(ctx); err != nil {
		return nil, err
	}
	if w.calendar, err = tx.ReadCalendar(ctx); err != nil {
		return nil, err
	}
	w.targets, err = tx.ResponseTargets(ctx)
	return w, err
}

func (w *world) readRules(ctx context.Context) error {
	published, err := w.tx.Published(ctx)
	if err != nil {
		return err
	}
	known := rules.World{Tiers: published.Tiers}
	for _, i := range published.Items {
		row := item{Item: i}
		for _, f := range published.Forms {
			if f.Item != i.Key {
				continue
			}
			form, problems := f.Form.Compile()
			if len(problems) > 0 {
				return fmt.Errorf("form of %s: %w", i.Key, problems)
			}
			row.version, row.form = f.ID, form
			w.items[i.Key] = row
		}
		known.Items = append(known.Items, rules.Item{Key: i.Key, Type: i.Type, Form: row.form})
	}
	for _, s := range published.Services {
		known.Services = append(known.Services, rules.Service{Name: s.Value, Family: s.Family})
	}
	for _, f := range published.Families {
		known.Families = append(known.Families, rules.Family{Key: f.Key, IssueTypes: f.IssueTypes})
	}
	for _, q := range published.Queues {
		known.Queues = append(known.Queues, q.Name)
		w.queues[q.Name] = q.ID
	}
	var problems rules.Problems
	if w.words, problems = rules.NewVocabulary(known); len(problems) > 0 {
		return fmt.Errorf("published forms: %w", problems)
	}
	edition, err := w.tx.Edition(ctx)
	if err != nil {
		return err
	}
	w.version = edition.Rules
	live, err := w.tx.RuleVersion(ctx, edition.Rules)
	if err != nil {
		return err
	}
	set, problems := rules.Parse(live.Source)
	if len(problems) > 0 {
		return fmt.Errorf("rule version %d: %w", live.Version, problems)
	}
	w.fallback = set.Default.Queue
	if w.rules, problems = rules.Compile(set, w.words); len(problems) > 0 {
		return fmt.Errorf("rule version %d: %w", live.Version, problems)
	}
	return nil
}

func (w *world) readPeople(ctx context.Context) error {
	accounts, err := w.tx.AccountsWithin(ctx, db.AccountScope{All: true})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		w.accounts[a.ID] = a
	}
	everybody, err := w.tx.Everybody(ctx)
	if err != nil {
		return err
	}
	total := 0
	for _, who := range everybody {
		opens := db.AccountScope{}
		for _, g := range who.Grants {
			switch {
			case g.Role == db.Agent || g.Role == db.TeamLead:
				w.desks[g.QueueID] = append(w.desks[g.QueueID], who.Person)
			case g.Role == db.Customer, g.Role.Staff(), g.Role == db.Reports:
			case g.Reach == db.AndBelow:
				opens.Branches = append(opens.Branches, db.Branch{AccountID: g.AccountID, Depth: len(g.Path) - 1})
			default:
				opens.Accounts = append(opens.Accounts, g.AccountID)
			}
		}
		if who.Person.Staff {
			if slices.ContainsFunc(who.Grants, func(g db.Grant) bool { return g.Role == db.Agent }) {
				w.callers = append(w.callers, who.Person)
			}
			continue
		}
		chance := 3
		if len(who.Grants) > 1 {
			chance = 1 // those who look after others ask less for themselves
		}
		opens.Accounts = append(opens.Accounts, who.Home.ID)
		for _, a := range accounts {
			if opens.Holds(a.Path) {
				w.reach[who.Person.ID] = append(w.reach[who.Person.ID], a)
			}
		}
		total += chance
		w.contacts, w.chances = append(w.contacts, who), append(w.chances, total)
	}
	if len(w.contacts) == 0 || len(w.callers) == 0 {
		return fmt.Errorf("a past needs contacts and agents: there are %d and %d", len(w.contacts), len(w.callers))
	}
	return nil
}

// contact draws who opens the next case.
func (w *world) contact(rng *rand.Rand) db.SignedIn {
	i, found := slices.BinarySearchFunc(w.chances, rng.IntN(w.chances[len(w.chances)-1]), cmp.Compare[int])
	if found {
		i++
	}
	return w.contacts[i]
}

// place reads what an account has, once.
func (w *world) place(ctx context.Context, account int64) (place, error) {
	if p, ok := w.places[account]; ok {
		return p, nil
	}
	has, err := w.tx.AccountOffers(ctx, account)
	if err != nil {
		return place{}, err
	}
	p := place{installed: has.Installed, offers: has.Offers()}
	w.places[account] = p
	return p, nil
}
