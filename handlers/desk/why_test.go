package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/rules"
)

func TestEveryCaseIsExplainedAsItWasDecided(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	agent := site.Actor("agent@boreal.test")
	told, unfit, near, otherwise, unproved := 0, 0, 0, 0, 0
	var spent, longest time.Duration
	for p := (db.CasePaging{Sort: db.ByNumber}); ; {
		list, err := site.DB.Cases(ctx, db.Scope{All: true}, db.CaseFilter{}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list.Rows {
			kase := find(t, site, row.ID)
			began := time.Now()
			story, err := site.Desk.Why(ctx, agent, kase)
			if err != nil {
				t.Fatalf("%s: %v", kase.ID, err)
			}
			took := time.Since(began)
			spent, longest = spent+took, max(longest, took)
			told++
			if !story.Agrees {
				t.Errorf("%s was decided as %+v, and would be as %+v", kase.ID, kase.Decision, story.Decision)
			}
			if !story.Fits {
				unfit++
				t.Errorf("%s can't be filled in again: %v", kase.ID, kase.Answers)
			}
			near += len(story.Near)
			for _, o := range story.Otherwise {
				if o.Found() {
					otherwise++
				} else if !o.Proved {
					unproved++
				}
			}
		}
		if p.After = list.Next; p.After == "" {
			break
		}
	}
	t.Logf("%d cases, %d unfit, %d near misses, %d changes, %d unproved; %v each, %v at most", told, unfit, near, otherwise, unproved, spent/time.Duration(told), longest)
	if told < 300 || near < told || otherwise < told {
		t.Error("there is too little to tell")
	}
}

func TestACaseThatWouldBeDecidedOtherwiseTodayIsSaidToBe(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	kase := inVoice(t, site)
	for what, change := range map[string]func(*rules.Decision){
		"another priority": func(d *rules.Decision) { d.Outcomes.Priority = 4 },
		"another rule":     func(d *rules.Decision) { d.By.Queue = "Data" },
		"another sentence": func(d *rules.Decision) { d.Customer = rules.Text{"en": "Because."} },
	} {
		other := kase
		change(&other.Decision)
		if story, err := site.Desk.Why(context.Background(), site.Actor("agent@boreal.test"), other); err != nil || story.Agrees {
			t.Errorf("%s: %t, %v", what, story.Agrees, err)
		}
	}
	if _, err := site.Desk.Why(context.Background(), site.Actor("customer@maple.test"), kase); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("its customer asks why: %v", err)
	}
}

func TestACaseIsExplainedByTheVersionThatDecidedIt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	kase := inVoice(t, site)
	if _, err := site.Desk.Publish(ctx, site.Actor(administrator), desk.Publication{Base: 1, Note: "Other rules",
		Source: "rules:\n  - name: Everything\n    when: item != \"billing-inquiry\"\n    then: {priority: 4, queue: Security}\ndefault: {priority: 4, queue: Security}\n"}); err != nil {
		t.Fatal(err)
	}
	exec(t, site, `update queues set name = 'Phones' where name = 'Voice'`)
	story, err := site.Desk.Why(ctx, site.Actor("agent@boreal.test"), find(t, site, kase.ID))
	if err != nil || !story.Agrees || !story.Fits || story.Decision.By.Queue != "Voice" || story.Decision.Outcomes.Queue != "Voice" {
		t.Errorf("%+v, %v", story.Decision, err)
	}
	if len(story.Decision.Trace.Steps) < 2 || len(story.Near) == 0 || len(story.Otherwise) == 0 {
		t.Errorf("there is nothing to tell: %+v", story)
	}
	live, err := site.Desk.Open(ctx, site.Actor("customer@maple.test"), issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	story, err = site.Desk.Why(ctx, site.Actor("agent@boreal.test"), live)
	if err != nil || !story.Agrees || story.Decision.By.Priority != "Everything" || len(story.Near) > 0 {
		t.Errorf("of the new version: %+v, %v", story, err)
	}
}
