package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"
	"portico/rules"
)

const administrator = "platform@boreal.test"

// source is what is live, with one part replaced.
func source(t *testing.T, site *handlertest.Site, from, to string) string {
	t.Helper()
	live, err := site.DB.LiveVersion(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	v, err := site.DB.RuleVersion(context.Background(), live)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(v.Source, from) {
		t.Fatalf("what is live has no %q", from)
	}
	return strings.Replace(v.Source, from, to, 1)
}

func draftOf(t *testing.T, site *handlertest.Site, name string) db.RuleDraft {
	t.Helper()
	draft, err := site.Desk.BeginDraft(context.Background(), site.Actor(administrator), name)
	if err != nil {
		t.Fatal(err)
	}
	return draft
}

func TestOneOfEightPublishesAtOnce(t *testing.T) {
	site, ctx := handlertest.New(t), context.Background()
	who := site.Actor(administrator)
	text := source(t, site, "- name: Urgent\n", "- name: Urgent anywhere\n")
	var won, lost atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			version, err := site.Desk.Publish(ctx, who, desk.Publication{Source: text, Note: "At once", Base: 1})
			var overtaken desk.Overtaken
			switch {
			case err == nil && version == 2:
				won.Add(1)
			case errors.As(err, &overtaken) && errors.Is(err, db.ErrStale) && overtaken.Live == 2:
				lost.Add(1)
			default:
				t.Errorf("version %d, %v", version, err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || lost.Load() != 7 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

func TestWhatSpeaksAgainstPublishing(t *testing.T) {
	site, ctx := handlertest.New(t), context.Background()
	who := site.Actor(administrator)
	for name, change := range map[string][2]string{
		"a broken condition": {"when: answers.urgent\n", "when: answers.urgnt\n"},
		"an unknown queue":   {"then: {queue: Security}", "then: {queue: Safety}"},
		"no rule set":        {"rules:\n", "rulez:\n"},
		"a red example":      {"expect: {priority: 1, queue: Voice}", "expect: {priority: 4, queue: Voice}"},
	} {
		_, err := site.Desk.Publish(ctx, who, desk.Publication{Source: source(t, site, change[0], change[1]), Note: "x", Base: 1})
		var refused desk.Unpublishable
		if !errors.As(err, &refused) || refused.Publishable() {
			t.Errorf("%s was published: %v", name, err)
		}
	}
	good := source(t, site, "- name: Urgent\n", "- name: Urgent anywhere\n")
	for name, note := range map[string]string{"no note": " ", "a note too long": strings.Repeat("x", 2001), "a note that is no text": "a\x00b"} {
		_, err := site.Desk.Publish(ctx, who, desk.Publication{Source: good, Note: note, Base: 1})
		var invalid desk.Invalid
		if !errors.As(err, &invalid) || invalid["note"].Code == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for email, want := range map[string]error{"agent@boreal.test": policy.Forbidden{Action: policy.Configure},
		"lead@boreal.test": policy.Forbidden{Action: policy.Configure}, "admin@maple.test": db.ErrNotFound} {
		_, err := site.Desk.Publish(ctx, site.Actor(email), desk.Publication{Source: good, Note: "x", Base: 1})
		if !errors.Is(err, want) {
			t.Errorf("%s published: %v", email, err)
		}
	}
	if live, _ := site.DB.LiveVersion(ctx); live != 1 {
		t.Errorf("version %d is live", live)
	}
}

func TestEveryCopyObeysAPublication(t *testing.T) {
	here, ctx := handlertest.New(t), context.Background()
	there := handlertest.Over(t, here.DB)
	customer := there.Actor("customer@maple.test")
	before, err := there.Desk.Open(ctx, customer, issue(mapleEast, "Hosted Voice", "urgent", "yes", "urgent_reason", "All is quiet."))
	if err != nil {
		t.Fatal(err)
	}
	text := source(t, here, "then: {priority: 1}\n", "then: {priority: 4}\n")
	text = text[:strings.Index(text, "examples:")]
	if _, err := here.Desk.Publish(ctx, here.Actor(administrator), desk.Publication{Source: text, Note: "Calmer", Base: 1}); err != nil {
		t.Fatal(err)
	}
	after, err := there.Desk.Open(ctx, customer, issue(mapleEast, "Hosted Voice", "urgent", "yes", "urgent_reason", "All is quiet."))
	if err != nil {
		t.Fatal(err)
	}
	if before.Priority != db.Critical || before.RuleVersion != 1 || after.Priority != db.Low || after.RuleVersion != 2 {
		t.Errorf("before %d by version %d, after %d by version %d", before.Priority, before.RuleVersion, after.Priority, after.RuleVersion)
	}
}

func TestNoCaseIsDecidedByAMixture(t *testing.T) {
	here, ctx := handlertest.New(t), context.Background()
	sites := []*handlertest.Site{here, handlertest.Over(t, here.DB)}
	calm := strings.NewReplacer("then: {priority: 1}\n", "then: {priority: 4, queue: Billing}\n", "name: Urgent and everywhere", "name: Calm").
		Replace(source(t, here, "examples:", "examples:"))
	calm = calm[:strings.Index(calm, "examples:")]
	loud, err := here.DB.RuleVersion(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	who, customer := here.Actor(administrator), here.Actor("customer@maple.test")
	var cases []db.Case
	var mu sync.Mutex
	var opening, publishing sync.WaitGroup
	done := make(chan struct{})
	publishing.Go(func() {
		for version := 1; ; version++ {
			select {
			case <-done:
				return
			default:
			}
			text := map[bool]string{true: calm, false: loud.Source}[version%2 == 1]
			if _, err := here.Desk.Publish(ctx, who, desk.Publication{Source: text, Note: "Back and forth", Base: version}); err != nil {
				t.Errorf("publish after version %d: %v", version, err)
				return
			}
		}
	})
	var odd, even atomic.Bool // what decided some case already
	for i := range 6 {
		opening.Go(func() {
			for n := 0; n < 8 || n < 500 && !(odd.Load() && even.Load()); n++ {
				kase, err := sites[i%2].Desk.Open(ctx, customer, issue(mapleEast, "Hosted Voice", "urgent", "yes", "urgent_reason", "All is quiet."))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				cases = append(cases, kase)
				mu.Unlock()
				if kase.RuleVersion%2 == 0 {
					even.Store(true)
				} else {
					odd.Store(true)
				}
			}
		})
	}
	opening.Wait()
	close(done)
	publishing.Wait()

	_, vocabulary, err := here.Desk.World(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, kase := range cases {
		set, err := here.Desk.PublishedRules(ctx, who, kase.RuleVersion)
		if err != nil {
			t.Fatal(err)
		}
		compiled, problems := rules.Compile(set, vocabulary)
		if problems.Err() != nil {
			t.Fatal(problems)
		}
		want := compiled.Decide(kase.Facts)
		if kase.Decision.By.Priority != want.By.Priority || kase.Decision.By.Queue != want.By.Queue || kase.Decision.Outcomes.Priority != want.Outcomes.Priority ||
			kase.Priority != db.Priority(want.Outcomes.Priority) || kase.Decision.Outcomes.Queue != want.Outcomes.Queue {
			t.Errorf("%s, of version %d: decided %+v, that version decides %+v", kase.ID, kase.RuleVersion, kase.Decision.By, want.By)
		}
	}
	if !odd.Load() || !even.Load() {
		t.Errorf("one of the two rule sets decided none of %d cases", len(cases))
	}
}

func TestARuleThatFailsIsPassedOver(t *testing.T) {
	site, ctx := handlertest.New(t), context.Background()
	text := source(t, site, "rules:\n", "rules:\n  - name: Fails at noon\n    when: 1 % (account.depth - 1) == 0\n    then: {priority: 4}\n")
	if _, err := site.Desk.Publish(ctx, site.Actor(administrator), desk.Publication{Source: text, Note: "x", Base: 1}); err != nil {
		t.Fatal(err)
	}
	kase, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), issue(mapleEast, "Hosted Voice", "urgent", "yes", "urgent_reason", "All is quiet."))
	if err != nil {
		t.Fatal(err)
	}
	if f := kase.Decision.Trace.Failed; kase.Priority != db.Critical || len(f) != 1 || f[0].Rule != "Fails at noon" {
		t.Errorf("priority %d, failed %v", kase.Priority, f)
	}
}

func TestRollBackPublishesAnEarlierVersionAgain(t *testing.T) {
	site, ctx := handlertest.New(t), context.Background()
	who := site.Actor(administrator)
	if _, err := site.Desk.Publish(ctx, who, desk.Publication{Source: source(t, site, "- name: Urgent\n", "- name: Urgent anywhere\n"), Note: "x", Base: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Desk.RollBack(ctx, who, 2, "y"); !errors.As(err, new(desk.Invalid)) {
		t.Errorf("what is live was published again: %v", err)
	}
	if _, err := site.Desk.RollBack(ctx, who, 9, "y"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
	version, err := site.Desk.RollBack(ctx, who, 1, "It went too far")
	if err != nil || version != 3 {
		t.Fatalf("version %d, %v", version, err)
	}
	first, _ := site.DB.RuleVersion(ctx, 1)
	third, err := site.DB.RuleVersion(ctx, 3)
	if err != nil || third.Source != first.Source || third.RestoredFrom != 1 || third.Note != "It went too far" || third.PublishedBy != who.Person.ID {
		t.Errorf("%+v, %v", third, err)
	}
}

func TestDraftsThatWereOvertaken(t *testing.T) {
	site, ctx := handlertest.New(t), context.Background()
	who := site.Actor(administrator)
	draft := draftOf(t, site, "Mine")
	draft, err := site.Desk.EditDraft(ctx, who, draft.ID, draft.Revision, func(set *rules.RuleSet) error {
		set.Rules[2].Name = "Urgent, mine"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	theirs := source(t, site, "- name: Voice\n", "- name: Phones\n")
	if _, err := site.Desk.Publish(ctx, who, desk.Publication{Source: theirs, Note: "Theirs", Base: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Desk.PublishDraft(ctx, who, draft.ID, draft.Revision, "Mine"); !errors.As(err, new(desk.Overtaken)) {
		t.Fatalf("an overtaken draft was published: %v", err)
	}
	seen, err := site.Desk.Draft(ctx, who, draft.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !seen.Overtaken() || len(seen.Meanwhile) != 1 || seen.Meanwhile[0].Rule != "Phones" || len(seen.Changes) != 2 {
		t.Errorf("meanwhile %+v, changes %+v", seen.Meanwhile, seen.Changes)
	}
	draft, err = site.Desk.UpdateDraft(ctx, who, draft.ID, draft.Revision, 2)
	if err != nil {
		t.Fatal(err)
	}
	if version, err := site.Desk.PublishDraft(ctx, who, draft.ID, draft.Revision, "Mine, on top"); err != nil || version != 3 {
		t.Errorf("version %d, %v", version, err)
	}
	if _, err := site.DB.RuleDraft(ctx, draft.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the published draft is still there: %v", err)
	}
}

func TestTwoWhoEditADraftLoseNothing(t *testing.T) {
	site, ctx := handlertest.New(t), context.Background()
	who := site.Actor(administrator)
	draft := draftOf(t, site, "Ours")
	rename := func(name string) func(*rules.RuleSet) error {
		return func(set *rules.RuleSet) error { set.Rules[0].Name = name; return nil }
	}
	if _, err := site.Desk.EditDraft(ctx, who, draft.ID, draft.Revision, rename("First")); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Desk.EditDraft(ctx, who, draft.ID, draft.Revision, rename("Second")); !errors.Is(err, db.ErrStale) {
		t.Errorf("the second overwrote the first: %v", err)
	}
	now, err := site.Desk.Draft(ctx, who, draft.ID)
	if err != nil {
		t.Fatal(err)
	}
	was, changes, err := site.Desk.DraftSince(ctx, now, draft.Revision)
	if err != nil || len(was.Rules) != 10 || len(changes) != 1 || changes[0].Old != "Emergency calling" || changes[0].New != "First" {
		t.Errorf("since: %d rules, %+v, %v", len(was.Rules), changes, err)
	}
	if _, err := site.Desk.EditDraft(ctx, who, draft.ID, now.Revision, rename("Voice")); !errors.As(err, new(desk.Unpublishable)) {
		t.Errorf("two rules have one name: %v", err)
	}
	if _, err := site.Desk.BeginDraft(ctx, who, "Ours"); !errors.As(err, new(desk.Invalid)) {
		t.Errorf("two drafts have one name: %v", err)
	}
	if _, err := site.Desk.SaveDraft(ctx, who, draft.ID, now.Revision, "a\x00b"); !errors.As(err, new(desk.Invalid)) {
		t.Errorf("what is no text was kept: %v", err)
	}
	if _, err := site.Desk.SaveDraft(ctx, who, draft.ID, now.Revision, "rules: ["); err != nil {
		t.Errorf("a broken text was not kept: %v", err)
	}
	if _, err := site.Desk.EditDraft(ctx, who, draft.ID, now.Revision+1, rename("Third")); !errors.Is(err, desk.ErrUnreadable) {
		t.Errorf("rules of a broken text were edited: %v", err)
	}
}
