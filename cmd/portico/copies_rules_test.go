package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db"
	"portico/handlers/desk"
	"portico/rules"
)

// marked is the live set with a rule in it that marks inquiries. Publishing it shows which version decided a case.
func (c *copies) marked(mark string) string {
	c.t.Helper()
	var source string
	c.ask(&source, `select source from rule_versions order by version desc limit 1`)
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		c.t.Fatal(problems)
	}
	set.Rules = slices.DeleteFunc(set.Rules, func(r rules.Rule) bool { return r.Name == "Marked" })
	set.Rules = append(set.Rules, rules.Rule{Name: "Marked", When: `item == "billing-inquiry"`, Then: rules.Outcomes{Tags: []string{mark}}})
	return set.Format()
}

// draft begins a draft of what is live now, which marks cases, and gives the address that publishes it.
func (c *copies) draft(mark string) (publication string) {
	c.t.Helper()
	draft := db.RuleDraft{Name: mark, BaseVersion: int(c.live()), Source: c.marked(mark), Revision: 1, UpdatedAt: time.Now()}
	c.ask(&draft.AuthorID, `select id from people where email = 'platform@boreal.test'`)
	if err := c.db.BeginRuleDraft(context.Background(), &draft); err != nil {
		c.t.Fatal(err)
	}
	return fmt.Sprintf("/rules/drafts/%d/publication", draft.ID)
}

// publication is the form that publishes a draft.
func publication(v *programtest.Visitor) url.Values {
	return url.Values{"csrf": {v.Get("/preferences").Field("csrf")}, "revision": {"1"}, "note": {"for a test"}}
}

func (c *copies) live() (version int64) {
	c.t.Helper()
	c.ask(&version, `select max(version) from rule_versions`)
	return version
}

// publications holds that of two who publish in the same instant, at two copies, one wins; that all copies agree which; and
// that no case that is opened meanwhile is decided by a mixture.
func (c *copies) publications(t *testing.T) {
	lead, customer, others := c.as("platform@boreal.test"), c.as("customer@maple.test"), c.as("manager@maple.test")
	form := publication(lead[0])
	meanwhile := make([][]string, len(others))
	enough, stop := context.WithCancel(t.Context())
	var opening sync.WaitGroup
	for i, v := range others {
		opening.Go(func() {
			for enough.Err() == nil {
				meanwhile[i] = append(meanwhile[i], submit(t, v, filled(t, v, "while two publish")))
			}
		})
	}
	defer opening.Wait()
	defer stop()
	var obeyed []time.Duration
	for round := range *rounds {
		before, here, there := c.live(), round%3, (round+1)%3
		at := []*programtest.Visitor{lead[here], lead[there]}
		var paths [2]string
		for i := range at {
			paths[i] = c.draft(fmt.Sprintf("race-%d-%d", round, i))
		}
		var answers [2]programtest.Answer
		start := make(chan struct{})
		var both sync.WaitGroup
		for i := range at {
			both.Go(func() {
				<-start
				answers[i] = at[i].Ask(http.MethodPost, paths[i], form)
			})
		}
		close(start)
		both.Wait()

		won := slices.IndexFunc(answers[:], func(a programtest.Answer) bool { return a.Status == http.StatusOK && a.Path == "/rules" })
		if won < 0 || answers[1-won].Status != http.StatusConflict {
			t.Fatalf("round %d: they are answered %d at %s and %d at %s", round, answers[0].Status, answers[0].Path, answers[1].Status, answers[1].Path)
		}
		if live := c.live(); live != before+1 {
			t.Fatalf("round %d: version %d comes after version %d", round, live, before)
		}
		numbers := make([]string, len(c.at))
		forms := make([]url.Values, len(c.at))
		for i := range c.at {
			forms[i] = filled(t, customer[i], "after a race")
		}
		began := time.Now()
		var each sync.WaitGroup
		for i := range c.at {
			each.Go(func() { numbers[i] = submit(t, customer[i], forms[i]) })
		}
		each.Wait()
		obeyed = append(obeyed, time.Since(began))
		for i := range c.at {
			version, mark := c.decided(t, numbers[i])
			if want := fmt.Sprintf("race-%d-%d", round, won); version != before+1 || mark != want {
				t.Errorf("round %d: copy %d decides by version %d as %q, not by %d as %q", round, i, version, mark, before+1, want)
			}
		}
	}
	stop()
	opening.Wait()
	slices.Sort(obeyed)
	t.Logf("from a publication to a case that the last of %d copies decides by it: %v at the median, %v at most, of %d", len(c.at),
		obeyed[len(obeyed)/2], obeyed[len(obeyed)-1], len(obeyed))
	for i, numbers := range meanwhile {
		c.unmixed(t, numbers)
		t.Logf("copy %d opened %d cases meanwhile", i, len(numbers))
	}
}

// planned holds that a draft that is planned for a time is published then, by one of all copies.
func (c *copies) planned(t *testing.T) {
	before, at := c.live(), time.Now().Add(2*time.Second).Truncate(time.Microsecond)
	draft, err := strconv.ParseInt(strings.Split(c.draft("race-planned"), "/")[3], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var administrator int64
	c.ask(&administrator, `select id from people where email = 'platform@boreal.test'`)
	err = c.db.InTx(context.Background(), func(ctx context.Context, tx *db.DB) error {
		p := db.Proposal{DraftID: draft, Revision: 1, State: db.Scheduled, Note: "at its time", PublishAt: at, By: db.Named{ID: administrator}, At: time.Now()}
		return errors.Join(tx.SaveProposal(ctx, p), tx.EnqueueFor(ctx, db.PublishDrafts{At: at}, at), tx.EnqueueFor(ctx, db.PublishDrafts{At: at}, at), tx.Enqueue(ctx, db.PublishDrafts{At: at}))
	})
	if err != nil {
		t.Fatal(err)
	}
	programtest.Until(t, func() bool { return c.live() > before }, "it is published")
	var published, plan time.Time
	var of int64
	c.ask(&published, `select published_at from rule_versions order by version desc limit 1`)
	c.ask(&plan, `select planned_for from rule_versions order by version desc limit 1`)
	c.ask(&of, `select count(*) from rule_versions where draft_id = $1`, draft)
	if published.Before(at) || !plan.Equal(at) || of != 1 || c.live() != before+1 {
		t.Errorf("planned for %v (%v) it was published at %v, %d times", at, plan, published, of)
	}
	t.Logf("published %v after its time", published.Sub(at))
}

// unmixed holds that what cases came to be is what the version that they name decides of their facts, all of it.
func (c *copies) unmixed(t *testing.T, numbers []string) {
	t.Helper()
	ctx := db.AsSystem(context.Background(), "test")
	verbs := &desk.Desk{DB: c.db, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
	for _, number := range numbers {
		kase, err := c.db.FindCase(ctx, db.Scope{All: true}, db.Number(id(t, number)))
		if err != nil {
			t.Fatal(err)
		}
		set, err := verbs.Deciding(ctx, kase)
		if err != nil {
			t.Fatal(err)
		}
		again := set.Decide(kase.Facts)
		if differs := again.Differs(kase.Decision); len(differs) > 0 {
			t.Errorf("%s has what version %d does not decide: %v", number, kase.RuleVersion, differs)
		}
		if !slices.Equal(kase.Tags, again.Outcomes.Tags) || int(kase.Priority) != again.Outcomes.Priority {
			t.Errorf("%s has %v and priority %d, and version %d decides %+v", number, kase.Tags, kase.Priority, kase.RuleVersion, again.Outcomes)
		}
	}
}

// obedience holds what is promised of publications: a case that is sent in, anywhere, after one was acknowledged is
// decided by it or by a later one, and no case by a mixture.
func (c *copies) obedience(t *testing.T) {
	lead, customer := c.as("platform@boreal.test"), c.as("customer@maple.test")
	type opened struct {
		number string
		after  int64 // the version that had been acknowledged before
	}
	var acknowledged atomic.Int64
	acknowledged.Store(c.live())
	seen := make([]atomic.Int64, len(customer)) // what each copy had cases to decide under
	cases := make([][]opened, len(customer))
	enough, stop := context.WithCancel(t.Context())
	var opening sync.WaitGroup
	for i, v := range customer {
		opening.Go(func() {
			for enough.Err() == nil {
				form, after := filled(t, v, "while rules change"), acknowledged.Load()
				cases[i] = append(cases[i], opened{submit(t, v, form), after})
				seen[i].Store(after)
			}
		})
	}
	defer opening.Wait()
	defer stop()
	form := publication(lead[0])
	for round := range *rounds {
		v := lead[round%len(lead)]
		if got := v.Ask(http.MethodPost, c.draft(fmt.Sprintf("mark-%d", c.live()+1)), form); got.Path != "/rules" {
			t.Fatalf("%d\n%s", got.Status, got.Text)
		}
		acknowledged.Store(c.live())
		for i := range seen {
			programtest.Until(t, func() bool { return t.Failed() || seen[i].Load() == acknowledged.Load() }, "every copy had a case since")
		}
	}
	stop()
	opening.Wait()
	for i := range cases {
		for _, k := range cases[i] {
			version, mark := c.decided(t, k.number)
			if version < k.after {
				t.Errorf("copy %d decided %s by version %d after version %d was acknowledged", i, k.number, version, k.after)
			}
			if !strings.HasPrefix(mark, "race-") && mark != fmt.Sprintf("mark-%d", version) {
				t.Errorf("copy %d decided %s by version %d as %q", i, k.number, version, mark)
			}
		}
		var numbers []string
		for _, k := range cases[i] {
			numbers = append(numbers, k.number)
		}
		c.unmixed(t, numbers)
		t.Logf("copy %d opened %d cases meanwhile", i, len(cases[i]))
	}
}

// decided is which version of the rules decided a case, and how it marked it.
func (c *copies) decided(t *testing.T, number string) (version int64, mark string) {
	t.Helper()
	c.ask(&version, `select rule_version from cases where id = $1`, id(t, number))
	c.ask(&mark, `select array_to_string(tags, ' ') from cases where id = $1`, id(t, number))
	return version, mark
}
