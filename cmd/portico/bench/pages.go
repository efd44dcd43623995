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
		if err := b.casePages(ctx, n); err != nil {
			return err
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
	return b.part(ctx, v, pageGroup, name, path, false, needs)
}

// part measures a page or, as htmx asks for it, a part of one.
func (b *bench) part(ctx context.Context, v *visitor, group, name, path string, partial bool, needs func(context.Context) error) error {
	floor, err := b.floorOf(ctx, v, needs)
	if err != nil {
		return wrong(group, name, err)
	}
	defer floor.close(ctx)
	askers := make([]*asker, b.Clients)
	for i := range askers {
		askers[i] = v.asker()
	}
	_, err = b.versus(ctx, group, name, nil, func(_ context.Context, worker int) error {
		return ok(askers[worker].get(path, partial))
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

// casePages measures a case with so many events: its page, the page with all of them, and what a page that is open asks for when
// something was said.
func (b *bench) casePages(ctx context.Context, events int) error {
	name := fmt.Sprintf("a case with %d events", events)
	var number db.Number
	var last int64
	for _, who := range []struct {
		name string
		*visitor
	}{{"customer, ", b.people.opener}, {"agent, ", b.people.agent}} {
		for _, part := range []struct {
			name, query string
			partial     bool
		}{{"", "", false}, {", all of them", "?from=all", false}, {", what is new", "/live?after=%d&seen=%[1]d", true}} {
			if !b.wants(pageGroup, who.name+name+part.name) || events == shortHistory && part.query != "" {
				continue
			}
			if number == 0 {
				var err error
				if number, last, err = b.caseWith(ctx, events); err != nil {
					return wrong(pageGroup, name, err)
				}
			}
			query, since := part.query, int64(0)
			if part.partial {
				query, since = fmt.Sprintf(query, last-1), last-1
			} else if query != "" {
				since = 1
			}
			needs := b.caseStatements(who.visitor, number, part.partial, since)
			if err := b.part(ctx, who.visitor, pageGroup, who.name+name+part.name, "/cases/"+number.String()+query, part.partial, needs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) caseStatements(v *visitor, n db.Number, onlyNew bool, since int64) func(context.Context) error {
	return func(ctx context.Context) error {
		see := b.judge.Scope(v.who, policy.See)
		kase, err := b.db.CaseDetails(ctx, see, n)
		if err != nil {
			return err
		}
		internal := b.judge.Can(v.who, policy.Note, kase.Ref())
		if onlyNew {
			_, err = b.db.EventsSince(ctx, see, n, internal, since)
		} else {
			_, err = b.db.Conversation(ctx, see, n, internal, since)
		}
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

// caseWith opens a case of the customer and has so many events happen in it that they may read, the last of which it names.
// The portal is not asked for that.
func (b *bench) caseWith(ctx context.Context, events int) (number db.Number, last int64, err error) {
	opener := b.people.opener.who
	answers, err := b.answers(ctx, opener, 0)
	if err != nil {
		return 0, 0, err
	}
	kase, err := b.desk.Open(ctx, opener, desk.Open{Ask: desk.Ask{Item: item, Raw: answers}, Submission: uuid.New()})
	if err != nil {
		return 0, 0, fmt.Errorf("open a case: %w", err)
	}
	number = kase.ID
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
	if err != nil {
		return 0, 0, err
	}
	all, err := b.db.Events(ctx, db.Scope{All: true}, number, false)
	if err != nil {
		return 0, 0, err
	}
	return number, all[len(all)-1].ID, nil
}
