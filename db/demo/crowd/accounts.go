package crowd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"portico/db"
)

// maker makes a crowd's accounts and people up, and puts them in.
type maker struct {
	Crowd
	rng   *rand.Rand
	began time.Time // when everybody started to use the portal

	next      ids
	customers []*customer
	accounts  []db.Account
	locations []db.Location
	products  []db.Product
	people    []db.Person
	grants    []db.Grant
}

// ids are the last ones given.
type ids struct{ account, location, product, person, grant int64 }

// customer is a root account with all below it.
type customer struct {
	name, domain string
	tier         string
	parents      []int // of each of its accounts, by position; parents stand before their children
	depths       []int // a root's is 0
	cities       []city
	first        int // where its accounts begin among all
	names        map[string]int
	addresses    map[string]int
	manager      int // the account that the known case manager looks after, by position
}

// Depths that accounts reach: ordinary customers have few levels, some as many as there can be.
const ordinary, deepest = 4, db.MaxDepth

// How large a crowd is, beside its cases.
func (c Crowd) accounts() int { return max(24, c.Cases/100) }
func (c Crowd) contacts() int { return max(c.accounts(), c.Cases/10) }

// below is how many accounts the known case manager has below the own.
func (c Crowd) below() int { return max(1, min(1000, c.accounts()/10)) }

func (m *maker) make(ctx context.Context, tx *db.DB) error {
	var err error
	last := func(to *int64, highest func(context.Context, *db.DB) (int64, error)) {
		if err == nil {
			*to, err = highest(ctx, tx)
		}
	}
	last(&m.next.account, db.HighestID[db.Account])
	last(&m.next.location, db.HighestID[db.Location])
	last(&m.next.product, db.HighestID[db.Product])
	last(&m.next.person, db.HighestID[db.Person])
	last(&m.next.grant, db.HighestID[db.Grant])
	if err != nil {
		return err
	}
	services, err := tx.Services(ctx)
	if err != nil {
		return err
	}
	queues, err := tx.Queues(ctx)
	if err != nil {
		return err
	}
	m.draw(services)
	if err := m.populate(queues); err != nil {
		return err
	}
	for _, put := range []func() error{
		func() error { return db.Copy(ctx, tx, m.accounts) },
		func() error { return db.Copy(ctx, tx, m.locations) },
		func() error { return db.Copy(ctx, tx, m.products) },
		func() error { return db.Copy(ctx, tx, m.people) },
		func() error { return db.Copy(ctx, tx, m.grants) },
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// draw makes customers up, the largest first: it has a fifth of all accounts, and most have one or a few.
func (m *maker) draw(services []db.Service) {
	left, names := m.Crowd.accounts(), newNames(m.rng)
	for left > 0 {
		size := min(m.size(), left, max(1, m.Crowd.accounts()/10)) // none comes near the largest
		k := &customer{names: map[string]int{}, addresses: map[string]int{}, tier: "standard"}
		k.name, k.domain = names.company()
		if m.rng.IntN(7) == 0 {
			k.tier = "gold"
		}
		switch {
		case len(m.customers) == 0:
			size = max(12, left/5)
			m.giant(k, size)
		case size >= deepest && m.rng.IntN(10) == 0:
			k.grow(m.rng, size, 0, deepest)
		default:
			k.grow(m.rng, size, 0, ordinary)
		}
		left -= size
		k.first = len(m.accounts)
		m.customers = append(m.customers, k)
		for i := range k.parents {
			m.account(k, i, services)
		}
	}
}

// giant makes the largest customer of one. What its known case manager looks after comes last.
func (m *maker) giant(k *customer, size int) {
	k.domain, k.tier = largest, "gold"
	k.grow(m.rng, size-m.below()-1, 0, deepest)
	k.add(0)
	k.manager = len(k.parents) - 1
	k.grow(m.rng, m.below(), k.manager, ordinary)
}

// size draws how many accounts a customer has.
func (m *maker) size() int {
	switch p := m.rng.IntN(100); {
	case p < 60:
		return 1
	case p < 85:
		return 2 + m.rng.IntN(4)
	case p < 97:
		return 6 + m.rng.IntN(20)
	}
	return 26 + m.rng.IntN(150)
}

func (k *customer) add(parent int) {
	depth := 0
	if len(k.parents) == 0 {
		parent = -1
	} else {
		depth = k.depths[parent] + 1
	}
	k.parents, k.depths = append(k.parents, parent), append(k.depths, depth)
}

// grow adds n accounts below any of those from a position on. Where they may be as deep as can be, one branch is, and a
// few are on the way there.
func (k *customer) grow(rng *rand.Rand, n, from, limit int) {
	for i := range n {
		if len(k.parents) == from {
			k.add(-1)
			continue
		}
		deep := limit > ordinary
		if deep && i < limit {
			k.add(len(k.parents) - 1)
			continue
		}
		most := ordinary
		if deep && rng.IntN(8) == 0 {
			most = limit
		}
		parent := from + rng.IntN(len(k.parents)-from)
		for k.depths[parent]+1 >= most {
			parent = from + rng.IntN(len(k.parents)-from)
		}
		k.add(parent)
	}
}

// account makes up the account of a customer at a position, with what it has.
func (m *maker) account(k *customer, i int, services []db.Service) {
	m.next.account++
	a := db.Account{
		ID: m.next.account, ClientNumber: strconv.Itoa(3_000_000 + 7*len(m.accounts)), Tier: k.tier,
		ContactsSee: db.SeeOwn, CreatedAt: m.began, UpdatedAt: m.began,
	}
	here := pick(m.rng, cities)
	if i > 0 {
		a.ParentID = m.accounts[k.first+k.parents[i]].ID
		if k.depths[i] > 1 && m.rng.IntN(3) > 0 {
			here = k.cities[k.parents[i]]
		}
		switch p := m.rng.IntN(100); {
		case i == k.manager:
		case p < 13:
			a.ContactsSee = db.SeeAccount
		case p < 17:
			a.ContactsSee = db.SeeBelow
		}
	}
	k.cities = append(k.cities, here)
	a.Name, a.TimeZone = k.call(m.rng, i), here.zone
	m.accounts = append(m.accounts, a)

	sites := 1 + m.rng.IntN(2)
	for _, kind := range m.rng.Perm(len(siteKinds))[:sites] {
		m.next.location++
		m.locations = append(m.locations, db.Location{ID: m.next.location, AccountID: a.ID, Name: here.name + " " + siteKinds[kind]})
		for _, s := range m.rng.Perm(len(services))[:min(2+m.rng.IntN(3), len(services))] {
			m.next.product++
			m.products = append(m.products, db.Product{
				ID: m.next.product, AccountID: a.ID, ServiceID: services[s].ID, LocationID: m.next.location,
			})
		}
	}
}

// call names the account at a position, as no other of its customer.
func (k *customer) call(rng *rand.Rand, i int) string {
	name := k.name
	switch k.depths[i] {
	case 0:
	case 1:
		name += " " + k.cities[i].name
	default:
		name += " " + k.cities[i].name + " " + pick(rng, unitKinds)
	}
	k.names[name]++
	if n := k.names[name]; n > 1 {
		return fmt.Sprintf("%s %d", name, n)
	}
	return name
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }
