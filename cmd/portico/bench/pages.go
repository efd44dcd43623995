package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"

	"github.com/google/uuid"
)

const pageGroup = "Pages"

// Histories of the case pages that are measured, in events that customers may read.
const (
	shortHistory = 5
	longHistory  = 500
)

// pages measures whole pages, as a browser that follows a link asks for them.
func (b *bench) pages(ctx context.Context) error {
	for _, n := range []int{shortHistory, longHistory} {
		name := fmt.Sprintf("a case with %d events", n)
		var number db.Number
		for _, one := range []struct {
			name string
			who  *visitor
		}{{"customer, ", b.people.opener}, {"agent, ", b.people.agent}} {
			if !b.wants(pageGroup, one.name+name) {
				continue
			}
			if number == 0 {
				var err error
				if number, err = b.caseWith(ctx, n); err != nil {
					return wrong(pageGroup, name, err)
				}
			}
			if err := b.page(ctx, one.who, one.name+name, "/cases/"+number.String(), b.caseStatements(one.who, number)); err != nil {
				return err
			}
		}
	}
	for _, one := range []struct {
		name, path string
		who        *visitor
		needs      func(context.Context) error
	}{
		{"customer, home", "/", b.people.customer, b.homeStatements(b.people.customer)},
		{"customer administrator, home", "/", b.people.administrator, b.homeStatements(b.people.administrator)},
		{"agent, queues", "/queues", b.people.agent, func(ctx context.Context) error {
			_, err := b.db.Work(ctx, b.judge.Scope(b.people.agent.who, policy.Work), db.QueueFilter{})
			return err
		}},
	} {
		if !b.wants(pageGroup, one.name) {
			continue
		}
		if err := b.page(ctx, one.who, one.name, one.path, one.needs); err != nil {
			return err
		}
	}
	return nil
}

// page measures one page; needs asks db for what the page cannot do without, and so says what its floor is.
func (b *bench) page(ctx context.Context, v *visitor, name, path string, needs func(context.Context) error) error {
	floor, err := b.floorOf(ctx, v, needs)
	if err != nil {
		return wrong(pageGroup, name, err)
	}
	defer floor.close(ctx)
	askers := make([]*asker, b.Clients)
	for i := range askers {
		askers[i] = v.asker()
	}
	_, err = b.versus(ctx, pageGroup, name, nil, func(_ context.Context, worker int) error {
		return ok(askers[worker].get(path, false))
	}, floor.load)
	return err
}

// floorOf is the session's query and what is asked of db.
func (b *bench) floorOf(ctx context.Context, v *visitor, needs func(context.Context) error) (*floor, error) {
	sent, err := b.sessionOf(ctx, v)
	if err != nil {
		return nil, err
	}
	more, err := recorded(ctx, needs)
	if err != nil {
		return nil, err
	}
	f, err := b.bare(ctx, append(sent, more...))
	if err != nil {
		return nil, err
	}
	return f, f.settle(ctx)
}

func (b *bench) caseStatements(v *visitor, n db.Number) func(context.Context) error {
	return func(ctx context.Context) error {
		see := b.judge.Scope(v.who, policy.See)
		kase, err := b.db.CaseDetails(ctx, see, n)
		if err != nil {
			return err
		}
		_, err = b.db.Conversation(ctx, see, n, b.judge.Can(v.who, policy.Note, kase.Ref()), 0)
		return err
	}
}

// homeStatements ask for what a customer's home shows: what waits for them, what is under way, and how their services do.
func (b *bench) homeStatements(v *visitor) func(context.Context) error {
	return func(ctx context.Context) error {
		see, comment := b.judge.Scope(v.who, policy.See), b.judge.Scope(v.who, policy.Comment)
		for _, f := range []db.CaseFilter{{State: db.AwaitingState, Within: &comment}, {State: db.OpenStates}} {
			if _, _, err := b.db.FirstCases(ctx, see, f, 5, 0); err != nil {
				return err
			}
		}
		_, err := b.db.ServicesOf(ctx, b.judge.Accounts(v.who, policy.SeeProducts))
		return err
	}
}

// said is what people of the long history write.
var said = strings.Repeat("It is as before on our side: **line 2** drops, the others hold. ", 3)

// caseWith opens a case of the customer and has so many events happen in it that they may read. The portal is not asked
// for that.
func (b *bench) caseWith(ctx context.Context, events int) (db.Number, error) {
	opener := b.people.opener.who
	answers, err := b.answers(ctx, opener, 0)
	if err != nil {
		return 0, err
	}
	kase, err := b.desk.Open(ctx, opener, desk.Open{Ask: desk.Ask{Item: item, Raw: answers}, Submission: uuid.New()})
	if err != nil {
		return 0, fmt.Errorf("open a case: %w", err)
	}
	number := kase.ID
	var happened []db.Event
	for i := 1; i < events; i++ {
		e := db.Event{CaseID: number, At: time.Now(), PersonID: opener.Person.ID, Kind: db.Comment, Body: said}
		if i%2 == 1 {
			e.PersonID = b.people.agent.who.Person.ID
		}
		happened = append(happened, e)
	}
	if len(happened) > 0 {
		err = b.db.Lengthen(ctx, happened...)
	}
	return number, err
}
