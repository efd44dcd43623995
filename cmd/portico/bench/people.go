package bench

import (
	"context"
	"errors"
	"fmt"

	"portico/db"
)

// people are those whom the bench acts as. They are found by what they may see, not by their names, so that any
// database will do that was filled for load tests.
type people struct {
	customer, manager, administrator, agent *visitor

	opener *visitor // a customer too, who opens cases: so the list of the other stays as it is from run to run

	under map[*visitor]string // what each of them stands over, in words
}

// branch is how many accounts the case manager's branch should have.
const branch = 1000

func (b *bench) findPeople(ctx context.Context) error {
	p := &b.people
	p.under = map[*visitor]string{}
	customers, err := b.db.BusiestCustomers(ctx, b.last, 2)
	if err == nil && len(customers) < 2 {
		err = db.ErrNotFound
	}
	if err != nil {
		return lacking(err, "two customers who have cases and may open some")
	}
	manager, managed, err := b.db.ManagerOf(ctx, branch)
	if err != nil {
		return lacking(err, "a case manager of an account and those below")
	}
	admin, administered, err := b.db.AdministratorOfLargest(ctx)
	if err != nil {
		return lacking(err, "a customer administrator")
	}
	agents, err := b.db.Agents(ctx, 1)
	if err != nil {
		return err
	}
	if len(agents) == 0 {
		return lacking(db.ErrNotFound, "an agent")
	}
	for _, one := range []struct {
		is     **visitor
		person int64
		over   string
	}{
		{&p.customer, customers[0], "one customer"},
		{&p.opener, customers[1], "one customer"},
		{&p.manager, manager, fmt.Sprintf("%d accounts", managed)},
		{&p.administrator, admin, fmt.Sprintf("%d accounts", administered)},
		{&p.agent, agents[0], "all accounts"},
	} {
		if *one.is, err = b.signIn(ctx, one.person); err != nil {
			return err
		}
		p.under[*one.is] = one.over
	}
	return nil
}

// lacking says in a sentence what a database doesn't have.
func lacking(err error, what string) error {
	if errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("there is nobody in this database to measure as: it lacks %s", what)
	}
	return err
}
