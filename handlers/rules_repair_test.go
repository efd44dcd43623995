package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
)

// badVersion publishes a version that sends all issues to Billing, has cases opened under it, and rolls it back.
func badVersion(t *testing.T, site *handlertest.Site, cases int) (version int, opened []db.Case) {
	t.Helper()
	who := site.Actor("platform@boreal.test")
	live, err := site.DB.LiveVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := site.DB.RuleVersion(t.Context(), live)
	if err != nil {
		t.Fatal(err)
	}
	head, tail, _ := strings.Cut(v.Source, "rules:\n")
	tail, _, _ = strings.Cut(tail, "\nexamples:")
	bad := "rules:\n  - {name: Everything to billing, when: item == \"report-issue\", then: {priority: 4, queue: Billing}}\n"
	if version, err = site.Desk.Publish(t.Context(), who, desk.Publication{Source: head + bad + tail + "\n", Note: "A mistake", Base: live}); err != nil {
		t.Fatal(err)
	}
	for range cases {
		opened = append(opened, phonesAreDown(t, site))
	}
	if _, err := site.Desk.RollBack(t.Context(), who, live, "It was wrong"); err != nil {
		t.Fatal(err)
	}
	return version, opened
}

func TestCasesOfABadVersionAreDecidedAnewOnThePages(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	version, opened := badVersion(t, site, 3)
	plain, meanwhile, left := opened[0], opened[1], opened[2]
	v := site.As("platform@boreal.test")
	path := "/rules/versions/" + itoa(version) + "/repair"
	says(t, "the page of the rules, after the roll back", v.Get("/rules"), "3 open cases were decided by version "+itoa(version)+": review them")
	if to, _ := v.Get("/rules").Page().Find("#rules-away a").Attr("href"); to != path {
		t.Errorf("which leads to %q, not %s", to, path)
	}

	list := v.Get(path)
	says(t, "the list", list, plain.ID.String(), meanwhile.ID.String(), left.ID.String(), "2 - High", "Voice")
	sent := list.Form("#repair")
	picks := sent.Values["case"]
	if len(picks) != 3 {
		t.Fatalf("chosen are %v", picks)
	}
	sent.Values["what"] = []string{"picked"}

	sent.Values["case"] = nil
	if none := v.Submit(sent); none.Status != http.StatusUnprocessableEntity || !strings.Contains(none.Text("#repair .errors"), "Choose at least one case.") {
		t.Errorf("none: %d %s", none.Status, none.Text("#repair .errors"))
	}
	for _, pick := range picks {
		if !strings.HasPrefix(pick, left.ID.String()) {
			sent.Values["case"] = append(sent.Values["case"], pick)
		}
	}
	chosen := v.Submit(sent)
	if chosen.Status != http.StatusSeeOther || !strings.HasPrefix(chosen.Location(), "/rules/repairs/") {
		t.Fatalf("chosen: %d %s", chosen.Status, chosen.Location())
	}
	if twice := v.Submit(sent); twice.Location() != chosen.Location() {
		t.Errorf("the form sent twice makes %s beside %s", twice.Location(), chosen.Location())
	}
	confirm := v.Get(chosen.Location())
	says(t, "what is confirmed", confirm, "2 cases will be decided anew by version", plain.ID.String(), meanwhile.ID.String())
	if strings.Contains(confirm.Text("main"), left.ID.String()) {
		t.Error("a case that was not chosen is among them")
	}
	if again := findCase(t, site, plain.ID.String()); again.RuleVersion != version {
		t.Errorf("before it is confirmed, version %d decided the case", again.RuleVersion)
	}

	if _, err := site.Desk.SetPriority(t.Context(), site.Actor("lead@boreal.test"), meanwhile.ID, db.Critical, desk.Edit{}); err != nil {
		t.Fatal(err)
	}
	start := confirm.Form("#repair-go")
	var revision int
	for i := range 2 { // pressed twice, done once
		if got := v.Submit(start); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location(), chosen.Location()) {
			t.Fatalf("start: %d %s", got.Status, got.Location())
		}
		now := findCase(t, site, plain.ID.String())
		if i == 0 {
			revision = now.Revision
		} else if now.Revision != revision {
			t.Errorf("the case was changed twice: revision %d after %d", now.Revision, revision)
		}
	}
	done := v.Get(chosen.Location())
	if !done.Has("#repair-done") || done.Has("#repair-go") || v.Partial(chosen.Location()).Has("[hx-get]") {
		t.Errorf("it is not done: %s", done.Text("main"))
	}
	for result, want := range map[string]string{"decided": "1", "changed": "1", "same": "0", "over": "0"} {
		if got := done.Text(`.repair-sum [data-result="` + result + `"] dd`); got != want {
			t.Errorf("%s: %q, not %s", result, got, want)
		}
	}
	if row := done.Text(`tr[data-result="changed"]`); !strings.Contains(row, meanwhile.ID.String()) || !strings.Contains(row, "Changed by somebody meanwhile: left alone") {
		t.Errorf("who looks is not told of the case that somebody changed: %s", row)
	}

	voice := site.Queue("Voice").ID
	if got := findCase(t, site, plain.ID.String()); got.Priority != db.High || got.QueueID != voice || got.RuleVersion == version {
		t.Errorf("decided anew: priority %d, queue %d, by version %d", got.Priority, got.QueueID, got.RuleVersion)
	}
	if got := findCase(t, site, meanwhile.ID.String()); got.Priority != db.Critical || got.QueueID == voice || got.RuleVersion != version {
		t.Errorf("changed meanwhile: priority %d, queue %d, by version %d", got.Priority, got.QueueID, got.RuleVersion)
	}
	if got := findCase(t, site, left.ID.String()); got.RuleVersion != version || got.Revision != left.Revision {
		t.Errorf("not chosen, and decided by version %d", got.RuleVersion)
	}
	if rest := v.Get(path).Form("#repair"); len(rest.Values["case"]) != 2 {
		t.Errorf("left to choose are %v", rest.Values["case"])
	}
}
