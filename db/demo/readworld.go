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
)

// World is what cases happen in, as it is set up: accounts and what they have, people, forms, rules, queues, calendar.
// Once read it never changes: many may draw cases in it at once.
type World struct {
	stories  []story
	items    map[string]item
	rules    *rules.Compiled
	words    *rules.Vocabulary
	version  int
	lexicon  int64
	accounts []db.Account
	position map[int64]int // of an account, by id
	zones    map[string]*time.Location
	places   map[int64]place
	contacts []db.SignedIn
	reach    [][]int               // at which accounts a contact opens cases, by their positions
	chances  []int                 // of each contact to be the next requester, added up
	home     map[int64][]int       // whose home an account is, by their positions
	desks    map[int64][]db.Person // who works a queue
	callers  []db.Person           // staff who take calls
	queues   map[string]int64
	fallback string // the queue of what no rule sends anywhere
	calendar db.Calendar
	targets  []db.ResponseTarget
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

// ReadWorld reads the world as it is now. The chance of a contact is how many cases they open, against others.
func ReadWorld(ctx context.Context, d *db.DB, chance func(db.SignedIn) int) (*World, error) {
	w := &World{
		items: map[string]item{}, position: map[int64]int{}, zones: map[string]*time.Location{}, places: map[int64]place{},
		home: map[int64][]int{}, desks: map[int64][]db.Person{}, queues: map[string]int64{},
	}
	var err error
	if w.stories, err = readStories(); err != nil {
		return nil, err
	}
	if err := w.readRules(ctx, d); err != nil {
		return nil, err
	}
	if err := w.readAccounts(ctx, d); err != nil {
		return nil, err
	}
	if err := w.readPeople(ctx, d, chance); err != nil {
		return nil, err
	}
	if w.calendar, err = d.ReadCalendar(ctx); err != nil {
		return nil, err
	}
	w.targets, err = d.ResponseTargets(ctx)
	return w, err
}

func (w *World) readRules(ctx context.Context, d *db.DB) error {
	published, err := d.Published(ctx)
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
	for _, s := range published.Staff {
		known.Staff = append(known.Staff, s.Email)
	}
	for _, q := range published.Queues {
		known.Queues = append(known.Queues, q.Name)
		w.queues[q.Name] = q.ID
	}
	var problems rules.Problems
	if w.words, problems = rules.NewVocabulary(known); len(problems) > 0 {
		return fmt.Errorf("published forms: %w", problems)
	}
	edition, err := d.Edition(ctx)
	if err != nil {
		return err
	}
	w.version = edition.Rules
	live, err := d.RuleVersion(ctx, edition.Rules)
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
	lexicon := w.words.Lexicon()
	w.lexicon = lexicon.ID()
	return d.KeepVersionLexicon(ctx, w.version, lexicon)
}

func (w *World) readAccounts(ctx context.Context, d *db.DB) error {
	var err error
	if w.accounts, err = d.AccountsWithin(ctx, db.AccountScope{All: true}); err != nil {
		return err
	}
	has, err := d.EveryAccountsOffers(ctx)
	if err != nil {
		return err
	}
	for i, a := range w.accounts {
		w.position[a.ID] = i
		if w.zones[a.TimeZone] == nil {
			w.zones[a.TimeZone] = a.Zone()
		}
		w.places[a.ID] = place{installed: has[a.ID].Installed, offers: has[a.ID].Offers()}
	}
	return nil
}

func (w *World) readPeople(ctx context.Context, d *db.DB, chance func(db.SignedIn) int) error {
	everybody, err := d.Everybody(ctx)
	if err != nil {
		return err
	}
	total := 0
	for _, who := range everybody {
		if who.Person.Staff {
			w.hire(who)
			continue
		}
		w.home[who.Home.ID] = append(w.home[who.Home.ID], len(w.contacts))
		total += chance(who)
		w.contacts, w.chances = append(w.contacts, who), append(w.chances, total)
		w.reach = append(w.reach, w.opensAt(who))
	}
	if len(w.contacts) == 0 || len(w.callers) == 0 {
		return fmt.Errorf("a past needs contacts and agents: there are %d and %d", len(w.contacts), len(w.callers))
	}
	return nil
}

// hire gives staff their places.
func (w *World) hire(who db.SignedIn) {
	for _, g := range who.Grants {
		if g.Role == db.Agent || g.Role == db.TeamLead {
			w.desks[g.QueueID] = append(w.desks[g.QueueID], who.Person)
		}
	}
	if slices.ContainsFunc(who.Grants, func(g db.Grant) bool { return g.Role == db.Agent }) {
		w.callers = append(w.callers, who.Person)
	}
}

// opensAt finds the accounts at which a contact opens cases: home, and where they look after others.
func (w *World) opensAt(who db.SignedIn) []int {
	at := []int{w.position[who.Home.ID]}
	for _, g := range who.Grants {
		if g.Role == db.Customer || g.Role == db.Reports {
			continue
		}
		here := w.position[g.AccountID]
		at = append(at, here)
		// In the order of paths, those below follow at once.
		for i := here + 1; g.Reach == db.AndBelow && i < len(w.accounts) && slices.Contains(w.accounts[i].Path, g.AccountID); i++ {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// contact draws who opens the next case, by position.
func (w *World) contact(rng *rand.Rand) int {
	i, found := slices.BinarySearchFunc(w.chances, rng.IntN(w.chances[len(w.chances)-1]), cmp.Compare[int])
	if found {
		i++
	}
	return i
}
