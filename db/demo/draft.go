package demo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"portico/db"
	"portico/rules"

	"github.com/google/uuid"
)

// draft is one case in the making.
type draft struct {
	*World
	now  time.Time
	rng  *rand.Rand
	deal func(rng *rand.Rand, fits func(story) bool) (story, bool)
	busy bool // the provider has a great many agents and cases

	who     db.SignedIn // the requester
	account db.Account
	place   place
	story   story
	fill    *strings.Replacer
	turns   int           // how far the conversation gets
	pace    time.Duration // between turns; 0: as it comes
	moved   string        // the queue it is moved to

	kase   db.Case
	events []db.Event
}

// errNoStory says that nothing of what can happen fits.
var errNoStory = errors.New("no story fits")

// wanted makes a case that must be there.
func (d *draft) wanted(want wanted, story story) error {
	i := slices.IndexFunc(d.contacts, func(s db.SignedIn) bool { return s.Person.Email == want.email })
	if i < 0 {
		return fmt.Errorf("%s: %w", want.email, db.ErrNotFound)
	}
	d.story, d.who, d.turns, d.moved = story, d.contacts[i], want.turns, want.moved
	d.pace = want.ago / time.Duration(want.turns+2) // so that it gets that far, whatever the day and hour
	d.account, d.place = d.who.Home, d.places[d.who.Home.ID]
	return d.open(d.now.Add(-want.ago))
}

// any makes a case as it comes.
func (d *draft) any() error {
	at := moment(d.rng, d.now, 9)
	if !d.plot(8) {
		return nil // a world this small has fewer cases
	}
	d.turns = d.progress(at)
	return d.open(at)
}

// plot draws who it happens to, where, and what. Not every account has what every story needs, so it tries some times.
func (d *draft) plot(tries int) bool {
	for range tries {
		i := d.contact(d.rng)
		d.who = d.contacts[i]
		d.account = d.accounts[d.reach[i][d.rng.IntN(len(d.reach[i]))]]
		d.place = d.places[d.account.ID]
		item := pick(d.rng, "report-issue", "report-issue", "report-issue", "technical-change-request", "billing-inquiry")
		var ok bool
		d.story, ok = d.deal(d.rng, func(s story) bool {
			return s.Item == item && s.Lang == d.who.Person.Language &&
				(len(s.Services) == 0 || slices.ContainsFunc(s.Services, d.has))
		})
		if ok {
			return true
		}
	}
	return false
}

func (d *draft) has(service string) bool {
	return slices.ContainsFunc(d.place.installed, func(i db.Installed) bool { return i.Service == service })
}

// progress draws how many turns the conversation has taken by now: of old cases all, of new ones often fewer.
func (d *draft) progress(at time.Time) int {
	all := len(d.story.Talk) + 1 // with the last word
	ask := slices.IndexFunc(d.story.Talk, func(t turn) bool { return t.Ask != "" }) + 1
	age := d.now.Sub(at)
	switch {
	case age < 14*time.Hour && d.rng.IntN(3) > 0:
		return 0
	case ask > 0 && age < 70*24*time.Hour && d.rng.IntN(4) == 0: // some wait long for their customer
		return ask
	case age < 14*24*time.Hour && d.rng.IntN(2) > 0:
		return 1 + d.rng.IntN(all-1)
	}
	return all
}

// open opens the case and lets happen what happens.
func (d *draft) open(at time.Time) error {
	item, ok := d.items[d.story.Item]
	if !ok {
		return fmt.Errorf("item %s: %w", d.story.Item, db.ErrNotFound)
	}
	answers := item.form.Settle(d.answers(item))
	zone := d.zones[d.account.TimeZone]
	lang := d.who.Person.Language

	d.kase = db.Case{
		Item: item.Key, FormVersion: item.version, Type: item.Type, Origin: "portal", State: db.New,
		RequesterID: d.who.Person.ID, OpenedBy: d.who.Person.ID, AccountID: d.account.ID, Ancestors: d.account.Path,
		ProductID:        productFor(item.form.Case, answers, d.place.installed),
		ShortDescription: item.form.ShortDescription(answers, d.place.offers, lang),
		Description:      answers.Text(item.form.Case.Description),
		Answers:          answers, RuleVersion: d.version, Lexicon: d.lexicon, CreatedAt: at, UpdatedAt: at, Revision: 1, Submission: d.token(),
	}
	if d.rng.IntN(8) == 0 {
		d.kase.Origin, d.kase.OpenedBy = "phone", d.callers[d.rng.IntN(len(d.callers))].ID
	}
	names := make([]string, len(d.account.Path))
	for i, id := range d.account.Path {
		names[i] = d.accounts[d.position[id]].Name
	}
	contact := rules.ContactFacts{Language: lang, Roles: []string{}}
	for _, role := range db.Roles {
		if slices.ContainsFunc(d.who.Grants, func(g db.Grant) bool { return g.Role == role }) {
			contact.Roles = append(contact.Roles, string(role))
		}
	}
	d.kase.Facts = d.World.words.NewFacts(item.Key, answers, rules.AccountFacts{
		Name: d.account.Name, ClientNumber: d.account.ClientNumber, Tier: d.account.Tier, Depth: d.account.Depth(), Path: names,
	}, contact, d.calendar.Facts(at, zone))
	d.kase.Decision = d.rules.Decide(d.kase.Facts)

	outcomes := d.kase.Decision.Outcomes
	d.kase.Priority, d.kase.Tags = db.Priority(outcomes.Priority), append([]string{}, outcomes.Tags...)
	if d.kase.QueueID, ok = d.queues[outcomes.Queue]; !ok {
		return fmt.Errorf("queue %q: %w", outcomes.Queue, db.ErrNotFound)
	}
	d.events = []db.Event{
		{At: at, PersonID: d.kase.OpenedBy, Kind: db.Opened, Body: d.kase.Description},
		{At: at, Kind: db.Decided, Internal: true},
	}
	if d.kase.Asked = outcomes.Request; len(d.kase.Asked) > 0 {
		asked := d.kase.Asked
		d.events = append(d.events, db.Event{At: at, Kind: db.Requested, Body: asked.In(lang), Change: &db.Change{Field: "request", Asked: &asked}})
	}
	if d.moved == "" && d.story.Choice == "Other" && d.rng.IntN(3) == 0 {
		d.moved = d.fallback
	}
	d.live(zone)
	return nil
}

// answers answers the form as the story goes.
func (d *draft) answers(item item) rules.Answers {
	a := rules.Answers{"account": d.account.ClientNumber}
	services := slices.DeleteFunc(slices.Clone(d.story.Services), func(s string) bool { return !d.has(s) })
	service, sites := "", []string{}
	if len(services) > 0 {
		service = services[d.rng.IntN(len(services))]
		for _, i := range d.place.installed {
			if i.Service == service {
				sites = append(sites, i.Location)
			}
		}
	}
	site := d.account.Name
	if len(sites) > 0 {
		site = sites[d.rng.IntN(len(sites))]
	}
	d.fill = words(d.rng, d.who.Person.Language, d.who.Person.FirstName, site)
	a["description"] = d.say(d.story.Text)

	switch item.Key {
	case "report-issue":
		a["service"], a["issue_type"] = service, d.story.Choice
		everywhere, intermittent := d.rng.IntN(3) == 0, d.rng.IntN(3) == 0
		if d.story.Everywhere != nil {
			everywhere = *d.story.Everywhere
		}
		if d.story.Intermittent != nil {
			intermittent = *d.story.Intermittent
		}
		a["all_locations"], a["intermittent"], a["locations"] = everywhere, intermittent, []string{site}
		if others := slices.DeleteFunc(slices.Clone(d.place.offers.Services), func(o rules.Option) bool { return o.Value == service }); len(others) > 0 && d.rng.IntN(14) == 0 {
			a["additional"], a["additional_services"] = true, []string{others[d.rng.IntN(len(others))].Value}
		}
		if d.story.Urgent != "" && d.rng.IntN(4) > 0 {
			a["urgent"], a["urgent_reason"] = true, d.say(d.story.Urgent)
		}
	case "technical-change-request":
		a["service"], a["change_type"] = service, d.story.Choice
	case "billing-inquiry":
		a["topic"], a["contact_by"] = d.story.Choice, "email"
		if d.who.Person.Phone != "" && d.rng.IntN(3) == 0 {
			a["contact_by"] = "phone"
		}
	}
	return a
}

func (d *draft) say(text string) string { return strings.TrimSpace(d.fill.Replace(text)) }

// token is a form's own token, as drawn as everything else.
func (d *draft) token() uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], d.rng.Uint64())
	binary.BigEndian.PutUint64(id[8:], d.rng.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// productFor is the product where exactly one fits the answers.
func productFor(m rules.Mapping, a rules.Answers, installed []db.Installed) int64 {
	services := append(slices.Clone(a.List(m.Service)), a.List(m.AdditionalServices)...)
	locations := a.List(m.Locations)
	var found []int64
	for _, p := range installed {
		if slices.Contains(services, p.Service) && (len(locations) == 0 || slices.Contains(locations, p.Location)) {
			found = append(found, p.ID)
		}
	}
	if len(found) != 1 {
		return 0
	}
	return found[0]
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }
