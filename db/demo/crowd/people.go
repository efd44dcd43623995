package crowd

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"portico/db"
	"portico/db/demo"
)

// The largest customer's domain, and its people who are always there, to be signed in as.
const (
	largest  = "largest.test"
	Admin    = "admin@" + largest    // customer administrator at the root and below
	Manager  = "manager@" + largest  // case manager at an account with a tenth of all accounts below it, but at most 1,000
	Customer = "customer@" + largest // sees the own cases
)

var known = []string{Admin, Manager, Customer}

// Agents is how many agents there are beside the demo's, each of two or three queues.
const Agents = 64

// Agent is the address of one of them, counted from 1.
func Agent(n int) string { return fmt.Sprintf("agent-%02d@boreal.test", n) }

func (m *maker) populate(queues []db.Queue) error {
	hash, err := demo.PasswordHash()
	if err != nil {
		return err
	}
	for n := 1; n <= Agents; n++ {
		m.agent(n, queues, hash)
	}
	shares := m.shares()
	for _, k := range m.customers {
		for i := range k.parents {
			for nth := range shares[k.first+i] {
				m.contact(k, i, nth, hash)
			}
		}
	}
	return nil
}

func (m *maker) agent(n int, queues []db.Queue, hash string) {
	person := m.person(db.Person{Staff: true, Language: pick(m.rng, languages), TimeZone: "America/Toronto", Email: Agent(n)}, nil, hash)
	count := 2 + m.rng.IntN(2)
	for i := range min(count, len(queues)) {
		m.grant(db.Grant{PersonID: person.ID, Role: db.Agent, QueueID: queues[(n+i)%len(queues)].ID})
	}
}

// shares draws how many contacts each account has: one at least, some a great many. The known ones find their places.
func (m *maker) shares() []int {
	shares, weights, sum := make([]int, len(m.accounts)), make([]float64, len(m.accounts)), 0.0
	for i := range weights {
		weights[i] = math.Pow(m.rng.ExpFloat64(), 1.5)
		sum += weights[i]
	}
	left, passed, given := float64(m.contacts()-len(m.accounts)), 0.0, 0
	for i, weight := range weights {
		passed += weight
		upTo := int(math.Round(left * passed / sum))
		shares[i] = 1 + upTo - given
		given = upTo
	}
	manager := m.customers[0].manager
	for shares[manager] < 2 { // the known manager and customer
		i := slices.Index(shares, slices.Max(shares))
		shares[i]--
		shares[manager]++
	}
	return shares
}

// contact makes the nth contact of an account up, with what they may do.
func (m *maker) contact(k *customer, i, nth int, hash string) {
	account := m.accounts[k.first+i]
	p := db.Person{AccountID: account.ID, Language: pick(m.rng, languages)}
	if m.rng.IntN(5) > 0 {
		p.Phone = fmt.Sprintf("+1 %s 555 01%02d", k.cities[i].code, m.rng.IntN(100))
	}
	big := k == m.customers[0]
	switch {
	case big && i == 0 && nth == 0:
		p.Email, p.Language = Admin, "en"
	case big && i == k.manager && nth == 0:
		p.Email, p.Language = Manager, "en"
	case big && i == k.manager && nth == 1:
		p.Email, p.Language = Customer, "en"
	}
	p = m.person(p, k, hash)
	m.grant(db.Grant{PersonID: p.ID, Role: db.Customer, AccountID: account.ID, Reach: db.ThisAccount})
	more := db.Grant{PersonID: p.ID, AccountID: account.ID, Reach: db.AndBelow}
	switch draw := m.rng.IntN(240); {
	case p.Email == Customer:
		return
	case p.Email == Manager:
		more.Role = db.CaseManager
	case i == 0 && nth == 0: // each customer has an administrator
		more.Role = db.CustomerAdministrator
	case draw < 30:
		more.Role = db.CaseManager
		if draw < 9 {
			more.Reach = db.ThisAccount
		}
	case draw < 38:
		more.Role, more.Reach = db.CustomerAdministrator, db.ThisAccount
	case draw < 42:
		more.Role = db.Reports
	default:
		return
	}
	m.grant(more)
}

// person gives somebody a name in their language, an id and, where there is none yet, an address at their customer's.
func (m *maker) person(p db.Person, k *customer, hash string) db.Person {
	m.next.person++
	p.ID, p.FirstName, p.LastName = m.next.person, pick(m.rng, firstNames[p.Language]), pick(m.rng, lastNames)
	if p.Email == "" {
		p.Email = k.address(p.FirstName, p.LastName)
	}
	p.Theme, p.PasswordHash, p.CreatedAt, p.UpdatedAt = "auto", hash, m.began, m.began
	m.people = append(m.people, p)
	return p
}

func (m *maker) grant(g db.Grant) {
	m.next.grant++
	g.ID = m.next.grant
	m.grants = append(m.grants, g)
}

// address makes a contact's address, as nobody else has.
func (k *customer) address(first, last string) string {
	name := plain.Replace(strings.ToLower(first + "." + last))
	k.addresses[name]++
	if n := k.addresses[name]; n > 1 {
		name = fmt.Sprintf("%s%d", name, n)
	}
	return name + "@" + k.domain
}
