package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
)

// two is a draft that one platform administrator edits, and another one.
type two struct {
	*shelf
	other *handlertest.Visitor
}

func newTwo(t *testing.T) *two {
	t.Helper()
	s := newShelf(t)
	if _, err := s.site.Desk.AddStaff(context.Background(), s.site.Actor(administrator), desk.StaffContent{First: "Blair", Last: "Roy", Email: "blair@boreal.test",
		Language: "en", Administrator: true}); err != nil {
		t.Fatal(err)
	}
	s.v.Post(s.path+"/rules/3", s.form("3", "name", "Urgent anywhere"))
	return &two{s, s.site.As("blair@boreal.test")}
}

// publication is the form of one, with something more.
func (s *shelf) publication(more ...string) url.Values {
	form := url.Values{"revision": {s.revision()}, "note": {"Said so"}, "when": {"now"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestAPublicationIsPlannedByTheProvidersClock(t *testing.T) {
	s := newTwo(t)
	for at, want := range map[string]string{"": "Choose date and time.", "soon": "Choose date and time.", "2020-01-01T08:00": "That time is over.",
		"2199-01-01T08:00": "Choose a time within a year.", "2027-03-14T02:30": "That hour doesn’t exist"} {
		form := s.publication("when", "later", "at", at)
		s.has(s.v.Post(s.path+"/publication", form), 422, "#at-wrong", want)
		s.has(s.v.PostPartial(s.path+"/publication", form), 422, "#at-wrong", want)
	}
	answer := s.v.Post(s.path+"/publication", s.publication("when", "later", "at", "2027-01-04T08:00"))
	if answer.Status != http.StatusSeeOther || answer.Location() != s.path+"/changes?done=draft-planned" {
		t.Fatalf("%d to %q: %s", answer.Status, answer.Location(), answer.Text("main"))
	}
	page := s.v.Get(s.path + "/changes")
	s.has(page, 200, "#proposal-title", "Planned for Monday, 4 January 2027, 08:00 AST")
	if at := page.Page().Find("#at").AttrOr("value", ""); at != "2027-01-04T08:00" {
		t.Errorf("the form says %q", at)
	}
	s.has(s.v.Get("/rules"), 200, "#waiting-title + ul", "Planned for Monday, 4 January 2027, 08:00 AST")
	s.has(s.v.Get(s.path), 200, "#draft-bar", "Planned for")

	theirs := s.form("3", "name", "Pressing")
	theirs.Del("csrf")
	s.other.Post(s.path+"/rules/3", theirs)
	s.has(s.v.Get(s.path+"/changes"), 200, ".notice", "It is not planned for Monday, 4 January 2027, 08:00 AST any more")
	s.has(s.v.Get(s.path), 200, "#draft-bar", "No plan any more: Blair Roy changed it")
	if s.v.Get("/rules").Has("#waiting-title") {
		t.Error("what lapsed is said to wait")
	}

	s.v.Post(s.path+"/publication", s.publication("when", "later", "at", "2027-01-04T08:00"))
	if answer := s.v.Post(s.path+"/publication/removal", nil); answer.Location() != s.path+"/changes?done=draft-withdrawn" || s.v.Get(s.path+"/changes").Has("#proposal-title") {
		t.Errorf("taken back: %d to %q", answer.Status, answer.Location())
	}
	s.v.Post(s.path+"/publication", s.publication("when", "later", "at", "2027-01-04T08:00"))
	phones := strings.Replace(s.live(), "- name: Voice\n", "- name: Phones\n", 1)
	if _, err := s.site.Desk.Publish(context.Background(), s.site.Actor(administrator), desk.Publication{Source: phones, Note: "Theirs", Base: 1}); err != nil {
		t.Fatal(err)
	}
	s.site.SetClock(dbtest.Now.Add(300 * 24 * time.Hour))
	if err := s.site.Desk.PublishPlanned(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.site.SetClock(dbtest.Now)
	s.has(s.v.Get(s.path+"/changes"), 200, ".notice[data-kind=critical]", "Somebody else published meanwhile.")
	s.has(s.v.Get("/rules"), 200, "#waiting-title + ul", "Could not be published at its time")
}

func (s *shelf) live() string {
	s.t.Helper()
	n, err := s.site.DB.LiveVersion(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := s.site.DB.RuleVersion(context.Background(), n)
	if err != nil {
		s.t.Fatal(err)
	}
	return v.Source
}

func TestASecondPersonApproves(t *testing.T) {
	s := newTwo(t)
	portal := s.v.Get("/setup/portal").Form("#portal-form")
	portal.Set("second_person", "yes")
	if answer := s.v.Post("/setup/portal", portal.Values); answer.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Status, answer.Text("main"))
	}
	s.has(s.v.Get(s.path+"/changes"), 200, "#publish-do", "Ask for approval")
	if answer := s.v.Post(s.path+"/publication", s.publication()); answer.Location() != s.path+"/changes?done=draft-asked" {
		t.Fatalf("%d to %q: %s", answer.Status, answer.Location(), answer.Text("main"))
	}
	mine := s.v.Get(s.path + "/changes")
	s.has(mine, 200, ".notice", "Somebody else has to approve it")
	if mine.Has("#approve") {
		t.Error("who asked may approve")
	}
	s.has(s.v.Post(s.path+"/approval", url.Values{"revision": {s.revision()}}), 403, ".notice", "Somebody else has to approve it")
	s.has(s.other.Get("/rules"), 200, "a[data-waiting]", "Waits for approval, asked by Alex Kowalczyk")
	s.has(s.other.Get(s.path+"/changes"), 200, ".compare", "Renamed, was “Urgent”")

	revision := s.revision()
	for _, post := range []func(string, url.Values) *handlertest.Answer{s.other.Post, s.other.PostPartial} {
		s.has(post(s.path+"/return", url.Values{"revision": {revision}, "word": {""}}), 422, "#word-wrong", "Say in a few words")
	}
	if answer := s.other.Post(s.path+"/return", url.Values{"revision": {revision}, "word": {"Shorter, please"}}); answer.Location() != s.path+"/changes?done=draft-returned" {
		t.Fatalf("%d to %q", answer.Status, answer.Location())
	}
	s.has(s.v.Get(s.path+"/changes"), 200, ".notice", "Blair Roy sent it backShorter, please")
	s.v.Post(s.path+"/rules/3", s.form("3", "name", "Urgently"))
	s.v.Post(s.path+"/publication", s.publication())
	s.has(s.other.Post(s.path+"/approval", url.Values{"revision": {revision}}), 409, "[role=alert]", "Alex Kowalczyk saved this draft before you did")
	answer := s.other.Post(s.path+"/approval", url.Values{"revision": {s.revision()}})
	if answer.Status != http.StatusSeeOther || !strings.HasPrefix(answer.Location(), "/rules?done=rules-published") {
		t.Fatalf("%d to %q: %s", answer.Status, answer.Location(), answer.Text("main"))
	}
	s.has(s.v.Get("/rules/versions/2"), 200, ".facts", "by Blair Roy")
	if again := s.other.Post(s.path+"/approval", url.Values{"revision": {"1"}}); again.Location() != "/rules/versions/2" {
		t.Errorf("approved twice: %d to %q", again.Status, again.Location())
	}
	s.has(s.v.Get("/rules/versions/1"), 200, "#rollback", "nobody waits for one to undo harm")
	s.v.Post("/rules/versions/1/restoration", url.Values{"note": {"Back"}})
	s.has(s.v.Get("/rules"), 200, "#version-3", "rolled back without a second person")
}

func TestNobodyIsTheSecondPersonAlone(t *testing.T) {
	s := newShelf(t)
	portal := s.v.Get("/setup/portal").Form("#portal-form")
	portal.Set("second_person", "yes")
	s.has(s.v.Post("/setup/portal", portal.Values), 422, "#portal-form", "There is nobody else")
}

func TestConflictsAreChosen(t *testing.T) {
	s := newTwo(t)
	s.v.Post(s.path+"/rules/3", s.form("3", "when", "answers.urgent and true"))
	theirs := strings.Replace(strings.Replace(s.live(), "when: answers.urgent\n", "when: answers.urgent and item == \"report-issue\"\n", 1), "- name: Voice\n", "- name: Phones\n", 1)
	if _, err := s.site.Desk.Publish(context.Background(), s.site.Actor("blair@boreal.test"), desk.Publication{Source: theirs, Note: "Theirs", Base: 1}); err != nil {
		t.Fatal(err)
	}
	page := s.v.Get(s.path + "/changes")
	s.has(page, 200, "#merge legend", "Urgent Condition")
	s.has(page, 200, "#merge .conflict", `answers.urgent and item == "report-issue"`)
	form := page.Form("#merge").Values
	form.Del("keep")
	for _, post := range []func(string, url.Values) *handlertest.Answer{s.v.Post, s.v.PostPartial} {
		s.has(post(s.path+"/base", form), 422, "#conflict-0-wrong", "Choose which counts.")
	}
	form.Set("side-0", "edit")
	form.Set("text-0", `answers.urgent and item != "billing-inquiry"`)
	if answer := s.v.Post(s.path+"/base", form); answer.Location() != s.path+"/changes?done=draft-joined" {
		t.Fatalf("%d to %q: %s", answer.Status, answer.Location(), answer.Text("#merge"))
	}
	set := s.set()
	if set.Rules[2].Name != "Urgent anywhere" || set.Rules[2].When != `answers.urgent and item != "billing-inquiry"` || set.Rules[5].Name != "Phones" {
		t.Errorf("%+v", set.Rules)
	}
	if answer := s.v.Post(s.path+"/base", form); answer.Status != 409 {
		t.Errorf("joined twice: %d", answer.Status)
	}
}

func TestAnyTwoVersionsAreCompared(t *testing.T) {
	s := newShelf(t)
	for i, name := range []string{"Phones", "Telephones"} {
		set := strings.Replace(s.live(), "- name: "+[]string{"Voice", "Phones"}[i]+"\n", "- name: "+name+"\n", 1)
		if _, err := s.site.Desk.Publish(context.Background(), s.site.Actor(administrator), desk.Publication{Source: set, Note: name, Base: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	s.has(s.v.Get("/rules/versions/3"), 200, ".compare", "Renamed, was “Phones”")
	s.has(s.v.Get("/rules/versions/3?against=1"), 200, ".compare", "Renamed, was “Voice”")
	s.has(s.v.Get("/rules/versions/1?against=3"), 200, ".compare", "Renamed, was “Telephones”")
	s.has(s.v.Get("/rules/versions/3?against=3"), 200, "#changes ~ p", "Nothing changes in meaning.")
	s.has(s.v.Get("/rules/versions/3?against=1&as=text"), 200, ".compare-text .compare-old", "- name: Voice")
	s.has(s.v.Get("/rules/versions/3?against=1&as=text&view=unified"), 200, ".compare-text[data-unified] [data-diff=added]", "+ - name: Telephones")
	s.has(s.v.Get("/rules/versions/2"), 200, "#rollback", "One difference to version 3, which is live")
	if note := s.v.Get("/rules/versions/2").Page().Find("#note").Text(); strings.TrimSpace(note) != "Back to version 2: Phones" {
		t.Errorf("the note begins as %q", note)
	}
	for _, n := range []string{"0", "4", "-1", "x", "99999999999999999999"} {
		if answer := s.v.Get("/rules/versions/3?against=" + n); answer.Status != 404 {
			t.Errorf("against %s: %d", n, answer.Status)
		}
	}
	id := s.path[strings.LastIndex(s.path, "/")+1:]
	if answer := s.v.Post("/rules/drafts", url.Values{"name": {"A copy"}, "from-draft": {id}}); answer.Status != 303 {
		t.Errorf("a copy: %d", answer.Status)
	}
	s.has(s.v.Post("/rules/drafts", url.Values{"name": {"A copy"}, "from-version": {"1"}}), 422, "#draft-name-wrong", "There is a draft of this name.")
	if answer := s.v.Post(s.path+"/name", url.Values{"was": {"Autumn review"}, "name": {"Winter"}}); answer.Location() != s.path+"/changes?done=draft-renamed" {
		t.Errorf("renamed: %d", answer.Status)
	}
	s.has(s.v.Post(s.path+"/name", url.Values{"was": {"Winter"}, "name": {"A copy"}}), 422, "#rename-name-wrong", "There is a draft of this name.")
	s.has(s.v.Get(s.path), 200, "h1", "Winter")
}

func TestTheCasesThatAVersionDecided(t *testing.T) {
	s := newShelf(t)
	version := s.v.Get("/rules/versions/1")
	href := version.Page().Find(`.facts a[href^="/cases"]`).AttrOr("href", "")
	if href != "/cases?list=all&version=1" {
		t.Fatalf("the version leads to %q", href)
	}
	count, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(version.Text(`.facts a[href^="/cases"]`)), " cases"))
	if err != nil || count < 100 {
		t.Fatalf("%d cases, %v", count, err)
	}
	list := s.v.Get(href)
	s.has(list, 200, ".chips", "Decided by version 1")
	s.has(s.site.As("lead@boreal.test").Get("/cases?version=2"), 200, "main", "Decided by version 2")
	if mine := s.site.As("manager@maple.test").Get("/cases?version=2"); mine.Has(".chips") || !mine.Has(".cases tbody tr, table tbody tr") {
		t.Error("a customer's list goes by versions of the rules")
	}
}
