package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// backtesting is a portal with a draft that decides some cases otherwise.
type backtesting struct {
	*handlertest.Site
	t     *testing.T
	who   policy.Actor
	draft db.RuleDraft
}

func newBacktesting(t *testing.T) *backtesting {
	t.Helper()
	site := handlertest.New(t)
	b := &backtesting{Site: site, t: t, who: site.Actor("platform@boreal.test")}
	var err error
	if b.draft, err = site.Desk.BeginDraft(t.Context(), b.who, "Friday afternoon"); err != nil {
		t.Fatal(err)
	}
	source := strings.NewReplacer("then: {priority: 2}", "then: {priority: 1, answer_within: 30 minutes}", "{priority: 4, queue: Billing}", "{priority: 3, queue: Service Desk, tags: [bill]}").
		Replace(b.draft.Source)
	if b.draft, err = site.Desk.SaveDraft(t.Context(), b.who, b.draft.ID, b.draft.Revision, source); err != nil {
		t.Fatal(err)
	}
	return b
}

// ask asks for a backtest.
func (b *backtesting) ask(filter db.BacktestFilter) db.Backtest {
	b.t.Helper()
	asked, err := b.Desk.BeginBacktest(b.t.Context(), b.who, desk.NewBacktest{Draft: b.draft.ID, Submission: uuid.New(), Filter: filter})
	if err != nil {
		b.t.Fatal(err)
	}
	return asked
}

func (b *backtesting) read(id int64) db.Backtest {
	b.t.Helper()
	found, err := b.DB.Backtest(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// done does what was asked for in one go, and reads it.
func (b *backtesting) done(id int64) db.Backtest {
	b.t.Helper()
	if err := b.Desk.WorkBacktests(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	found := b.read(id)
	if found.State != db.BacktestDone {
		b.t.Fatalf("it is %s: %s", found.State, found.Error)
	}
	return found
}

// listed are the cases that a backtest lists.
func (b *backtesting) listed(id int64) map[db.Number]rules.Move {
	b.t.Helper()
	all := map[db.Number]rules.Move{}
	for before, more := db.Number(0), true; more; {
		list, further, err := b.DB.BacktestCases(b.t.Context(), id, db.BacktestCell{}, before)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, l := range list {
			if _, twice := all[l.Number]; twice {
				b.t.Errorf("%s is listed twice", l.Number)
			}
			all[l.Number], before = l.Move, l.Number
		}
		more = further
	}
	return all
}

// byHand counts the same case by case, as the sets decide them.
func (b *backtesting) byHand(fits func(db.Case) bool) (cases int, changed map[db.Number]rules.Move) {
	b.t.Helper()
	_, live, err := b.Desk.Live(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	_, vocabulary, err := b.Desk.World(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	set, problems := rules.Parse(b.draft.Source)
	if len(problems) > 0 {
		b.t.Fatal(problems)
	}
	draft, problems := rules.Compile(set, vocabulary)
	if len(problems) > 0 {
		b.t.Fatal(problems)
	}
	rows, err := b.DB.Pool().Query(b.t.Context(), `select id, item, priority, state, a1, created_at, facts from cases`)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	changed = map[db.Number]rules.Move{}
	for rows.Next() {
		var c db.Case
		var root int64
		if err := rows.Scan(&c.ID, &c.Item, &c.Priority, &c.State, &root, &c.CreatedAt, &c.Facts); err != nil {
			b.t.Fatal(err)
		}
		c.Ancestors = []int64{root}
		if !fits(c) {
			continue
		}
		cases++
		o, n := live.Decide(c.Facts).Outcomes, draft.Decide(c.Facts).Outcomes
		if differs := rules.Differ(o, n); differs != 0 {
			changed[c.ID] = rules.Move{FromPriority: o.Priority, ToPriority: n.Priority, FromQueue: o.Queue, ToQueue: n.Queue, Differs: differs}
		}
	}
	return cases, changed
}

func (b *backtesting) holds(what string, id int64, cases int, changed map[db.Number]rules.Move) {
	b.t.Helper()
	found := b.read(id)
	if found.Cases != cases || found.Tally.Cases != cases || found.Changed != len(changed) || found.Tally.Changed != len(changed) || found.Listed != len(changed) {
		b.t.Errorf("%s: %d cases, %d change, %d listed; want %d and %d", what, found.Cases, found.Changed, found.Listed, cases, len(changed))
	}
	if got := b.listed(id); !reflect.DeepEqual(got, changed) {
		b.t.Errorf("%s: %d listed, want %d others", what, len(got), len(changed))
	}
}

func TestABacktestCountsWhatTheSetsDecide(t *testing.T) {
	b := newBacktesting(t)
	maple, err := b.DB.AccountsCalled(t.Context(), "100200")
	if err != nil || len(maple) != 1 {
		t.Fatal(maple, err)
	}
	month := dbtest.Now.AddDate(0, -1, 0)
	for what, test := range map[string]struct {
		filter db.BacktestFilter
		fits   func(db.Case) bool
	}{
		"all":                  {db.BacktestFilter{}, func(db.Case) bool { return true }},
		"of an item":           {db.BacktestFilter{Item: "billing-inquiry"}, func(c db.Case) bool { return c.Item == "billing-inquiry" }},
		"of a month":           {db.BacktestFilter{From: month}, func(c db.Case) bool { return !c.CreatedAt.Before(month) }},
		"before that":          {db.BacktestFilter{Until: month}, func(c db.Case) bool { return c.CreatedAt.Before(month) }},
		"of a priority":        {db.BacktestFilter{Priority: db.Low}, func(c db.Case) bool { return c.Priority == db.Low }},
		"of states":            {db.BacktestFilter{States: []db.State{db.New, db.Open}}, func(c db.Case) bool { return c.State == db.New || c.State == db.Open }},
		"of an account":        {db.BacktestFilter{Account: maple[0].ID}, func(c db.Case) bool { return c.Ancestors[0] == maple[0].ID }},
		"where there are none": {db.BacktestFilter{Item: "nothing"}, func(db.Case) bool { return false }},
	} {
		cases, changed := b.byHand(test.fits)
		asked := b.ask(test.filter)
		found := b.done(asked.ID)
		b.holds(what, asked.ID, cases, changed)
		if what != "all" {
			continue
		}
		if len(changed) == 0 || len(changed) == cases {
			t.Errorf("%d of %d change: that tests little", len(changed), cases)
		}
		sum, load := found.Tally.Promised(), 0
		for _, n := range found.Tally.Load {
			load += n.New
		}
		if load != cases || sum[rules.Met].Old == 0 || sum[rules.Met].Old == sum[rules.Met].New || found.Tally.Priority.Corrected == 0 || found.Tally.Queue.Corrected == 0 {
			t.Errorf("load %d, promises %v, by hand %v and %v", load, sum, found.Tally.Priority, found.Tally.Queue)
		}
	}
}

func TestABacktestGoesOnWhereItWasKilled(t *testing.T) {
	b := newBacktesting(t)
	cases, changed := b.byHand(func(db.Case) bool { return true })
	asked := b.ask(db.BacktestFilter{})
	clock := b.Desk.Clock
	var later atomic.Int64 // minutes: who was killed is not waited for
	for kills := 1; ; kills++ {
		ctx, kill := context.WithCancel(t.Context())
		var looks atomic.Int64
		b.Desk.Clock = func() time.Time { // each part that is kept looks at the clock
			if looks.Add(1) == 5 {
				kill()
			}
			return clock().Add(time.Duration(later.Load()) * time.Minute)
		}
		err := b.Desk.BacktestInParts(ctx, 20)
		kill()
		later.Add(2)
		if err == nil {
			if kills < 4 {
				t.Errorf("it was killed %d times only: that tests little", kills-1)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if found := b.read(asked.ID); found.State != db.BacktestRuns || found.Cases > cases {
			t.Fatalf("killed, it is %s with %d cases", found.State, found.Cases)
		}
	}
	b.Desk.Clock = clock
	b.holds("killed again and again", asked.ID, cases, changed)
}

func TestTwoCopiesAtOneBacktest(t *testing.T) {
	b := newBacktesting(t)
	cases, changed := b.byHand(func(db.Case) bool { return true })
	asked := b.ask(db.BacktestFilter{})
	second := handlertest.Over(t, b.DB)
	clock := b.Desk.Clock
	var later atomic.Int64
	ahead := func() time.Time { return clock().Add(time.Duration(later.Add(1)) * time.Hour) } // each believes that the other is long gone
	b.Desk.Clock, second.Desk.Clock = ahead, ahead
	var all sync.WaitGroup
	for _, copy := range []*desk.Desk{b.Desk, second.Desk} {
		all.Go(func() {
			for range 50 {
				err := copy.BacktestInParts(t.Context(), 30)
				if errors.Is(err, db.ErrNotFound) {
					return
				}
				if err != nil && !errors.Is(err, db.ErrStale) {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.Desk.Clock = clock
	if found := b.read(asked.ID); found.State != db.BacktestDone {
		if err := b.Desk.BacktestInParts(t.Context(), 1000); err != nil && !errors.Is(err, db.ErrNotFound) {
			t.Fatal(err)
		}
	}
	b.holds("two copies at once", asked.ID, cases, changed)
}

func TestABacktestIsCancelled(t *testing.T) {
	b := newBacktesting(t)
	asked := b.ask(db.BacktestFilter{})
	clock := b.Desk.Clock
	var looks atomic.Int64
	b.Desk.Clock = func() time.Time {
		if looks.Add(1) == 4 {
			if _, err := b.DB.EndBacktest(t.Context(), asked.ID, clock()); err != nil {
				t.Error(err)
			}
		}
		return clock()
	}
	if err := b.Desk.BacktestInParts(t.Context(), 20); !errors.Is(err, db.ErrStale) {
		t.Errorf("it ended with %v", err)
	}
	b.Desk.Clock = clock
	found := b.read(asked.ID)
	if found.State != db.BacktestCancelled || found.Cases == 0 || found.Cases >= 400 || len(b.listed(asked.ID)) != found.Changed {
		t.Errorf("it is %s with %d cases, %d listed", found.State, found.Cases, found.Listed)
	}
	t.Run("and another can begin", func(t *testing.T) { b.done(b.ask(db.BacktestFilter{}).ID) })
}

func TestAskingForABacktest(t *testing.T) {
	b := newBacktesting(t)
	in := desk.NewBacktest{Draft: b.draft.ID, Submission: uuid.New()}
	first, err := b.Desk.BeginBacktest(t.Context(), b.who, in)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("sent twice, a form begins one", func(t *testing.T) {
		if again, err := b.Desk.BeginBacktest(t.Context(), b.who, in); err != nil || again.ID != first.ID {
			t.Errorf("%d, %v", again.ID, err)
		}
	})
	t.Run("one of a draft at a time", func(t *testing.T) {
		_, err := b.Desk.BeginBacktest(t.Context(), b.who, desk.NewBacktest{Draft: b.draft.ID, Submission: uuid.New()})
		if !errors.Is(err, desk.ErrUnderWay) {
			t.Errorf("%v", err)
		}
	})
	t.Run("an agent may not", func(t *testing.T) {
		_, err := b.Desk.BeginBacktest(t.Context(), b.Actor("agent@boreal.test"), desk.NewBacktest{Draft: b.draft.ID, Submission: uuid.New()})
		if err == nil {
			t.Error("it began")
		}
	})
	t.Run("an account has to be there, and days in order", func(t *testing.T) {
		_, err := b.Desk.BeginBacktest(t.Context(), b.who, desk.NewBacktest{Draft: b.draft.ID, Submission: uuid.New(), Account: "nobody",
			Filter: db.BacktestFilter{From: dbtest.Now, Until: dbtest.Now}})
		var invalid desk.Invalid
		if !errors.As(err, &invalid) || len(invalid) != 2 {
			t.Errorf("%v", err)
		}
	})
	t.Run("the last ones of a draft are kept", func(t *testing.T) {
		for range 8 {
			b.done(first.ID)
			first = b.ask(db.BacktestFilter{Item: "billing-inquiry"})
		}
		if list, err := b.DB.Backtests(t.Context(), b.draft.ID); err != nil || len(list) != 6 {
			t.Errorf("%d, %v", len(list), err)
		}
	})
	t.Run("without its draft it is swept", func(t *testing.T) {
		if err := b.Desk.DropDraft(t.Context(), b.who, b.draft.ID, b.draft.Revision); err != nil {
			t.Fatal(err)
		}
		if err := b.Desk.ForgetBacktests(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.DB.Backtest(t.Context(), first.ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}

func TestAShadowCountsNewCasesOnce(t *testing.T) {
	b := newBacktesting(t)
	customer := b.Actor("customer@maple.test")
	open := func() db.Case {
		t.Helper()
		kase, err := b.Desk.Open(t.Context(), customer, issue(mapleEast, "Hosted Voice", "urgent", "yes", "urgent_reason", "Nobody can call.", "all_locations", "no", "locations", "Moncton Office"))
		if err != nil {
			t.Fatal(err)
		}
		return kase
	}
	open()
	shadow, err := b.Desk.BeginShadow(t.Context(), b.who, b.draft.ID, uuid.New())
	if err != nil {
		t.Fatal(err)
	}
	follow := func(d *desk.Desk) {
		t.Helper()
		if err := d.FollowShadows(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	counts := func(what string, cases, changed int) {
		t.Helper()
		if got := b.read(shadow.ID); got.Cases != cases || got.Changed != changed || got.Listed != changed || len(b.listed(shadow.ID)) != changed {
			t.Errorf("%s: %d cases, %d change, %d listed; want %d and %d", what, got.Cases, got.Changed, got.Listed, cases, changed)
		}
	}
	follow(b.Desk)
	counts("what was there before", 0, 0)

	kase := open()
	follow(b.Desk)
	counts("one case", 1, 1)
	follow(b.Desk)
	counts("looked at again", 1, 1)
	if after, err := b.DB.FindCase(t.Context(), db.Scope{All: true}, kase.ID); err != nil || after.Priority != 2 || after.Revision != kase.Revision || after.Decision.Outcomes.Priority != 2 {
		t.Errorf("the case has priority %d, revision %d: %v", after.Priority, after.Revision, err)
	}

	// A copy is killed before its count is kept.
	open()
	ctx, kill := context.WithCancel(t.Context())
	kill()
	if err := b.Desk.FollowShadows(ctx); err == nil {
		t.Error("it was not killed")
	}
	counts("killed", 1, 1)
	follow(b.Desk)
	counts("gone on with", 2, 2)

	// Two copies look at once, while cases come.
	second := handlertest.Over(t, b.DB)
	var all sync.WaitGroup
	for _, copy := range []*desk.Desk{b.Desk, second.Desk} {
		all.Go(func() {
			for range 10 {
				if err := copy.FollowShadows(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		open()
	}
	all.Wait()
	follow(b.Desk)
	counts("two copies at once", 12, 12)

	t.Run("a case that comes late, under a lower number", func(t *testing.T) {
		late, err := b.DB.Pool().Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = late.Rollback(context.Background()) }()
		_, err = late.Exec(t.Context(), `insert into cases select (jsonb_populate_record(c, jsonb_build_object(
			'id', nextval('cases_id_seq'), 'submission', gen_random_uuid()))).* from cases c where c.id = $1`, kase.ID)
		if err != nil {
			t.Fatal(err)
		}
		open()
		for range 4 { // however often it looks meanwhile
			follow(b.Desk)
		}
		counts("the later one", 13, 13)
		if err := late.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		follow(b.Desk)
		counts("the late one too", 14, 14)
	})
	t.Run("what is settled is forgotten one by one", func(t *testing.T) {
		for range 3 {
			follow(b.Desk)
		}
		var left int
		if err := b.DB.Pool().QueryRow(t.Context(), `select count(*) from shadowed`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d are left, %v", left, err)
		}
		counts("settled", 14, 14)
	})
	t.Run("ended, it counts no more", func(t *testing.T) {
		if _, err := b.Desk.EndBacktest(t.Context(), b.who, shadow.ID); err != nil {
			t.Fatal(err)
		}
		open()
		follow(b.Desk)
		counts("ended", 14, 14)
	})
	if _, err := json.Marshal(b.read(shadow.ID).Tally); err != nil {
		t.Error(err)
	}
}
