package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"
	"portico/rules"
)

// pair is a portal with two platform administrators, and a draft of the first.
type pair struct {
	*testing.T
	*handlertest.Site
	alex, blair policy.Actor
	draft       db.RuleDraft
}

const second = "blair@boreal.test"

func newPair(t *testing.T, twoAreNeeded bool) *pair {
	t.Helper()
	site, ctx := handlertest.New(t), context.Background()
	alex := site.Actor(administrator)
	p, err := site.Desk.AddStaff(ctx, alex, desk.StaffContent{First: "Blair", Last: "Roy", Email: second, Language: "en", Administrator: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.DB.Set(ctx, desk.SettingSecondPerson, map[bool]string{true: "on", false: "off"}[twoAreNeeded]); err != nil {
		t.Fatal(err)
	}
	s := &pair{T: t, Site: site, alex: alex, blair: site.Actor(second)}
	if p.ID != s.blair.Person.ID {
		t.Fatal("Blair is somebody else")
	}
	s.draft = s.changed("Autumn", s.alex, "- name: Urgent\n", "- name: Urgent anywhere\n")
	return s
}

// changed is a draft of somebody with one part of what is live replaced.
func (s *pair) changed(name string, who policy.Actor, from, to string) db.RuleDraft {
	s.Helper()
	draft, err := s.Desk.BeginDraft(context.Background(), who, name)
	if err == nil {
		draft, err = s.Desk.SaveDraft(context.Background(), who, draft.ID, draft.Revision, source(s.T, s.Site, from, to))
	}
	if err != nil {
		s.Fatal(err)
	}
	return draft
}

func (s *pair) live() db.RuleVersion {
	s.Helper()
	n, err := s.DB.LiveVersion(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	v, err := s.DB.RuleVersion(context.Background(), n)
	if err != nil {
		s.Fatal(err)
	}
	return v
}

func (s *pair) submit(who policy.Actor, draft db.RuleDraft, at time.Time) (desk.Granted, error) {
	return s.Desk.SubmitDraft(context.Background(), who, draft.ID, draft.Revision, desk.Wish{Note: "Said so", At: at})
}

// letters counts the letters of a kind to somebody.
func (s *pair) letters(kind db.LetterKind, to string) (n int) {
	s.Helper()
	if err := s.DB.Pool().QueryRow(context.Background(), `select count(*) from mails where kind = $1 and "to" = $2`, string(kind), to).Scan(&n); err != nil {
		s.Fatal(err)
	}
	return n
}

func (s *pair) due(at time.Time) {
	s.Helper()
	s.SetClock(at)
	if err := s.Desk.PublishPlanned(db.AsSystem(context.Background(), "test")); err != nil {
		s.Fatal(err)
	}
}

func (s *pair) state(draft db.RuleDraft) (db.ProposalState, string) {
	s.Helper()
	p, err := s.DB.Proposal(context.Background(), draft.ID)
	if err != nil {
		s.Fatal(err)
	}
	return p.State, p.Word
}

func TestAPlannedDraftIsPublishedAtItsTimeOnce(t *testing.T) {
	s := newPair(t, false)
	at := s.Desk.Clock().Add(time.Hour)
	if done, err := s.submit(s.alex, s.draft, at); err != nil || !done.At.Equal(at) || done.Version != 0 || done.Asked {
		t.Fatalf("%+v, %v", done, err)
	}
	s.due(at.Add(-time.Second))
	if s.live().Version != 1 {
		t.Fatal("it was published before its time")
	}
	s.SetClock(at)
	var all sync.WaitGroup
	for range 6 { // copies
		all.Go(func() {
			if err := s.Desk.PublishPlanned(db.AsSystem(context.Background(), "test")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	v := s.live()
	if v.Version != 2 || v.Note != "Said so" || v.PublishedBy != s.alex.Person.ID || !v.PlannedFor.Equal(at) || v.Draft != "Autumn" || v.DraftID != s.draft.ID {
		t.Errorf("%+v", v)
	}
	if n, err := s.DB.VersionOfDraft(context.Background(), s.draft.ID); n != 2 || err != nil {
		t.Errorf("the draft became version %d, %v", n, err)
	}
	if _, err := s.DB.RuleDraft(context.Background(), s.draft.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the draft is still there: %v", err)
	}
}

func TestWhenADraftCanBePlanned(t *testing.T) {
	s := newPair(t, false)
	now := s.Desk.Clock()
	for name, at := range map[string]time.Time{"now": now, "past": now.Add(-time.Hour), "far": now.AddDate(2, 0, 0)} {
		if _, err := s.submit(s.alex, s.draft, at); !errors.As(err, new(desk.Invalid)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	red := s.changed("Red", s.alex, "when: answers.urgent\n", "when: answers.urgnt\n")
	if _, err := s.submit(s.alex, red, now.Add(time.Hour)); !errors.As(err, new(desk.Unpublishable)) {
		t.Errorf("what can't be published is planned: %v", err)
	}
	if _, err := s.submit(s.alex, s.draft, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.submit(s.blair, s.draft, now.Add(2*time.Hour)); err != nil { // another time
		t.Fatal(err)
	}
	s.due(now.Add(time.Hour))
	if s.live().Version != 1 {
		t.Error("it was published at the time that was changed")
	}
	if err := s.Desk.WithdrawDraft(context.Background(), s.alex, s.draft.ID); err != nil {
		t.Fatal(err)
	}
	s.due(now.Add(3 * time.Hour))
	if s.live().Version != 1 {
		t.Error("it was published though it was taken back")
	}
}

func TestADraftThatIsChangedLosesItsPlan(t *testing.T) {
	s := newPair(t, false)
	at := s.Desk.Clock().Add(time.Hour)
	if _, err := s.submit(s.alex, s.draft, at); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Desk.SaveDraft(context.Background(), s.blair, s.draft.ID, s.draft.Revision, source(t, s.Site, "- name: Urgent\n", "- name: Pressing\n")); err != nil {
		t.Fatal(err)
	}
	if p, err := s.DB.Proposal(context.Background(), s.draft.ID); err != nil || !p.Lapsed() || p.Waits() || p.ChangedBy.ID != s.blair.Person.ID {
		t.Errorf("%+v, %v", p, err)
	}
	s.due(at)
	if s.live().Version != 1 {
		t.Error("it was published")
	}
	if err := s.Desk.RenameDraft(context.Background(), s.alex, s.draft.ID, "Autumn", "Winter"); err != nil {
		t.Fatal(err)
	}
	if err := s.Desk.RenameDraft(context.Background(), s.alex, s.draft.ID, "Autumn", "Spring"); !errors.Is(err, db.ErrStale) {
		t.Errorf("renamed by two: %v", err)
	}
}

func TestAPlanThatCannotBeKeptIsTold(t *testing.T) {
	ctx := context.Background()
	for why, spoil := range map[string]func(s *pair){
		desk.FailedOvertaken: func(s *pair) {
			if _, err := s.Desk.Publish(ctx, s.blair, desk.Publication{Source: source(s.T, s.Site, "- name: Voice\n", "- name: Phones\n"), Note: "First", Base: 1}); err != nil {
				s.Fatal(err)
			}
		},
		desk.FailedProblems: func(s *pair) {
			if _, err := s.DB.Pool().Exec(ctx, `update queues set name = 'Safety' where name = 'Security'`); err != nil {
				s.Fatal(err)
			}
			if _, err := s.DB.Pool().Exec(ctx, `update edition set revision = revision + 1`); err != nil {
				s.Fatal(err)
			}
		},
		desk.FailedAlone: func(s *pair) {
			if err := s.DB.Set(ctx, desk.SettingSecondPerson, "on"); err != nil {
				s.Fatal(err)
			}
		},
		desk.FailedPerson: func(s *pair) {
			if err := s.Desk.DisableStaff(ctx, s.blair, s.alex.Person.ID); err != nil {
				s.Fatal(err)
			}
		},
	} {
		t.Run(why, func(t *testing.T) {
			s := newPair(t, false)
			at := s.Desk.Clock().Add(time.Hour)
			if _, err := s.submit(s.alex, s.draft, at); err != nil {
				t.Fatal(err)
			}
			spoil(s)
			before := s.live().Version
			for range 2 {
				s.due(at)
			}
			if state, word := s.state(s.draft); state != db.Failed || word != why {
				t.Errorf("%s as %q", state, word)
			}
			if s.live().Version != before || s.letters(db.LetterDraftFailed, administrator) != 1 {
				t.Errorf("version %d comes after %d; %d letters", s.live().Version, before, s.letters(db.LetterDraftFailed, administrator))
			}
		})
	}
}

func TestRulesThatNeedASecondPerson(t *testing.T) {
	s, ctx := newPair(t, true), context.Background()
	if _, err := s.Desk.Publish(ctx, s.alex, desk.Publication{Source: s.draft.Source, Note: "Alone", Base: 1}); !errors.Is(err, desk.ErrSecondPerson) {
		t.Errorf("published alone: %v", err)
	}
	if _, err := s.Desk.PublishDraft(ctx, s.alex, s.draft.ID, s.draft.Revision, "Alone"); !errors.Is(err, desk.ErrSecondPerson) {
		t.Errorf("published alone: %v", err)
	}
	if _, err := s.Desk.ApproveDraft(ctx, s.blair, s.draft.ID, s.draft.Revision); !errors.Is(err, db.ErrStale) {
		t.Errorf("approved what nobody asked for: %v", err)
	}
	if done, err := s.submit(s.alex, s.draft, time.Time{}); err != nil || !done.Asked {
		t.Fatalf("%+v, %v", done, err)
	}
	if s.letters(db.LetterDraftAsked, second) != 1 || s.letters(db.LetterDraftAsked, administrator) != 0 {
		t.Error("it is not told to the other, or to who asked")
	}
	if _, err := s.Desk.ApproveDraft(ctx, s.alex, s.draft.ID, s.draft.Revision); !errors.Is(err, desk.ErrOwnWork) {
		t.Errorf("approved by who asked: %v", err)
	}
	if err := s.Desk.ReturnDraft(ctx, s.blair, s.draft.ID, s.draft.Revision, " "); !errors.As(err, new(desk.Invalid)) {
		t.Errorf("sent back without a word: %v", err)
	}
	if err := s.Desk.ReturnDraft(ctx, s.blair, s.draft.ID, s.draft.Revision, "The name is too long"); err != nil {
		t.Fatal(err)
	}
	if state, word := s.state(s.draft); state != db.Returned || word != "The name is too long" || s.letters(db.LetterDraftReturned, administrator) != 1 {
		t.Errorf("%s: %q", state, word)
	}
	if _, err := s.Desk.ApproveDraft(ctx, s.blair, s.draft.ID, s.draft.Revision); !errors.Is(err, db.ErrStale) {
		t.Errorf("approved after it was sent back: %v", err)
	}
	if _, err := s.submit(s.alex, s.draft, time.Time{}); err != nil {
		t.Fatal(err)
	}
	mended, err := s.Desk.SaveDraft(ctx, s.blair, s.draft.ID, s.draft.Revision, source(t, s.Site, "- name: Urgent\n", "- name: Pressing\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, revision := range []int{s.draft.Revision, mended.Revision} { // what was asked for is not what there is
		if _, err := s.Desk.ApproveDraft(ctx, s.blair, s.draft.ID, revision); !errors.Is(err, db.ErrStale) {
			t.Errorf("approved after it was changed: %v", err)
		}
	}
	if _, err := s.submit(s.alex, mended, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []policy.Actor{s.alex, s.blair} { // one asked, the other changed it last
		if _, err := s.Desk.ApproveDraft(ctx, who, mended.ID, mended.Revision); !errors.Is(err, desk.ErrOwnWork) {
			t.Errorf("%s approves their own: %v", who.Person.Email, err)
		}
	}
	if _, err := s.submit(s.blair, mended, time.Time{}); err != nil {
		t.Fatal(err)
	}
	done, err := s.Desk.ApproveDraft(ctx, s.alex, mended.ID, mended.Revision)
	if v := s.live(); err != nil || done.Version != 2 || v.PublishedBy != s.blair.Person.ID || v.ApprovedBy != s.alex.Person.ID || v.Alone {
		t.Errorf("%+v, %v: %+v", done, err, v)
	}

	if _, err := s.Desk.RollBack(ctx, s.blair, 1, "Back"); err != nil {
		t.Fatalf("a roll back waits for somebody: %v", err)
	}
	if v := s.live(); !v.Alone || v.RestoredFrom != 1 || v.ApprovedBy != 0 {
		t.Errorf("%+v", v)
	}
}

func TestAnApprovedPlanWaitsForItsTime(t *testing.T) {
	s, ctx := newPair(t, true), context.Background()
	at := s.Desk.Clock().Add(time.Hour)
	if done, err := s.submit(s.alex, s.draft, at); err != nil || !done.Asked {
		t.Fatalf("%+v, %v", done, err)
	}
	s.due(at.Add(-time.Minute))
	if done, err := s.Desk.ApproveDraft(ctx, s.blair, s.draft.ID, s.draft.Revision); err != nil || !done.At.Equal(at) {
		t.Fatalf("%+v, %v", done, err)
	}
	s.due(at)
	if v := s.live(); v.Version != 2 || v.PublishedBy != s.alex.Person.ID || v.ApprovedBy != s.blair.Person.ID || !v.PlannedFor.Equal(at) {
		t.Errorf("%+v", v)
	}

	late := s.changed("Late", s.alex, "- name: Voice\n", "- name: Phones\n")
	at = at.Add(time.Hour)
	if _, err := s.submit(s.alex, late, at); err != nil {
		t.Fatal(err)
	}
	s.due(at.Add(time.Minute))
	if s.live().Version != 2 {
		t.Error("what nobody approved was published at its time")
	}
	if done, err := s.Desk.ApproveDraft(ctx, s.blair, late.ID, late.Revision); err != nil || done.Version != 3 {
		t.Errorf("approved after its time: %+v, %v", done, err)
	}
}

func TestADraftIsJoinedWithWhatWasPublishedMeanwhile(t *testing.T) {
	s, ctx := newPair(t, false), context.Background()
	draft := s.changed("Both", s.alex, "when: answers.urgent\n", "when: answers.urgent and true\n")
	theirs := strings.Replace(source(t, s.Site, "when: answers.urgent\n", "when: answers.urgent and item == \"report-issue\"\n"), "- name: Voice\n", "- name: Phones\n", 1)
	if _, err := s.Desk.Publish(ctx, s.blair, desk.Publication{Source: theirs, Note: "Meanwhile", Base: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Desk.Rebase(ctx, s.alex, s.draft.ID, s.draft.Revision, 1, nil); !errors.As(err, new(desk.Overtaken)) {
		t.Errorf("joined with a version that is not live: %v", err)
	}
	joined, err := s.Desk.Rebase(ctx, s.alex, s.draft.ID, s.draft.Revision, 2, nil)
	if err != nil || joined.BaseVersion != 2 || !strings.Contains(joined.Source, "Phones") || !strings.Contains(joined.Source, "Urgent anywhere") {
		t.Fatalf("%v\n%s", err, joined.Source)
	}
	var unsettled desk.Unsettled
	if _, err := s.Desk.Rebase(ctx, s.alex, draft.ID, draft.Revision, 2, nil); !errors.As(err, &unsettled) || len(unsettled.Conflicts) != 1 || unsettled.Conflicts[0].Field != "when" {
		t.Fatalf("%v", err)
	}
	choices := map[string]rules.Choice{unsettled.Conflicts[0].Key(): {Side: rules.Theirs}}
	if _, err := s.Desk.Rebase(ctx, s.alex, draft.ID, draft.Revision-1, 2, choices); !errors.Is(err, db.ErrStale) {
		t.Errorf("joined what somebody changed: %v", err)
	}
	if joined, err = s.Desk.Rebase(ctx, s.alex, draft.ID, draft.Revision, 2, choices); err != nil || joined.Source != s.live().Source {
		t.Errorf("%v\n%s", err, joined.Source)
	}
}

func TestDraftsBeginFromAnything(t *testing.T) {
	s, ctx := newPair(t, false), context.Background()
	if _, err := s.submit(s.alex, s.changed("Live", s.alex, "- name: Voice\n", "- name: Phones\n"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	first, err := s.Desk.BeginDraftFrom(ctx, s.alex, "As it was", desk.Origin{Version: 1})
	if err != nil || first.BaseVersion != 2 || strings.Contains(first.Source, "Phones") {
		t.Errorf("%+v, %v", first, err)
	}
	copied, err := s.Desk.BeginDraftFrom(ctx, s.blair, "A copy", desk.Origin{Draft: s.draft.ID})
	if err != nil || copied.BaseVersion != 1 || copied.Source != s.draft.Source || copied.AuthorID != s.blair.Person.ID {
		t.Errorf("%+v, %v", copied, err)
	}
	for _, from := range []desk.Origin{{Version: 99}, {Draft: 99}} {
		if _, err := s.Desk.BeginDraftFrom(ctx, s.alex, "Nothing", from); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%+v: %v", from, err)
		}
	}
}
