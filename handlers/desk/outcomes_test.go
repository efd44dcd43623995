package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/rules"

	"github.com/google/uuid"
)

// withRule publishes what is live with one more rule in front of all, without its examples, and gives its version.
func withRule(t testing.TB, site *handlertest.Site, rule string) int {
	t.Helper()
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
	version, err := site.Desk.Publish(t.Context(), site.Actor(administrator), desk.Publication{Source: head + "rules:\n" + rule + tail + "\n", Note: "A test", Base: live})
	if err != nil {
		t.Fatalf("%v\n%+v", err, err)
	}
	return version
}

const everything = `  - name: Everything
    when: item == "report-issue"
    then:
      assignee: agent@boreal.test
      answer_within: 30 minutes
      solve_within: 8 business hours
      notify: [lead@boreal.test, agent2@boreal.test]
      request:
        - en: A photo of the phone, please.
          fr: Une photo du téléphone, s’il vous plaît.
        - {en: "When it began.", fr: "Depuis quand."}
`

// mailsTo lists whom mails of a kind were promised to for a case.
func mailsTo(t testing.TB, site *handlertest.Site, n db.Number, kind db.EventKind) (to []string) {
	t.Helper()
	rows, err := site.DB.Pool().Query(t.Context(), `select "to" from mails where case_id = $1 and kind = $2 order by 1`, n, kind)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		to = append(to, one)
	}
	return to
}

func TestWhatADecisionMeansForACase(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("colleague@maple.test") // reads French
	withRule(t, site, everything)
	kase, err := site.Desk.Open(t.Context(), who, issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	kase = find(t, site, kase.ID)

	t.Run("it is assigned to who is named", func(t *testing.T) {
		if want := site.Actor("agent@boreal.test").Person.ID; kase.AssigneeID != want || kase.State != db.New {
			t.Errorf("assigned to %d and %s, want %d and new", kase.AssigneeID, kase.State, want)
		}
	})
	t.Run("the rule's time for an answer counts, and a solution is promised", func(t *testing.T) {
		if want := kase.CreatedAt.Add(30 * time.Minute); !kase.DueAt.Equal(want) {
			t.Errorf("due at %s, want %s", kase.DueAt, want)
		}
		calendar, err := site.DB.ReadCalendar(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		moncton, err := time.LoadLocation("America/Moncton")
		if err != nil {
			t.Fatal(err)
		}
		if want := calendar.Add(kase.CreatedAt, 8*60, moncton); !kase.SolveBy.Equal(want) {
			t.Errorf("to be solved by %s, want %s", kase.SolveBy, want)
		}
	})
	t.Run("who is named is told, once each", func(t *testing.T) {
		if got := mailsTo(t, site, kase.ID, db.Notified); !slices.Equal(got, []string{"agent2@boreal.test", "lead@boreal.test"}) {
			t.Errorf("%v are told", got)
		}
	})
	t.Run("the history tells of it in order, and the customer reads what is asked", func(t *testing.T) {
		var kinds []db.EventKind
		for _, e := range events(t, site, kase.ID, true) {
			kinds = append(kinds, e.Kind)
		}
		if want := []db.EventKind{db.Opened, db.Decided, db.Changed, db.Requested}; !slices.Equal(kinds, want) {
			t.Errorf("%v, want %v", kinds, want)
		}
		list := events(t, site, kase.ID, false)
		last := list[len(list)-1]
		if last.Kind != db.Requested || last.PersonID != 0 || !strings.Contains(last.Body, "Une photo") || last.Change == nil || len(*last.Change.Asked) != 2 {
			t.Errorf("%+v", last)
		}
	})
	t.Run("setting a priority by hand leaves what a rule promised", func(t *testing.T) {
		after, err := site.Desk.SetPriority(t.Context(), site.Actor("lead@boreal.test"), kase.ID, db.Low, desk.Edit{})
		if err != nil || !after.DueAt.Equal(kase.DueAt) || !after.SolveBy.Equal(kase.SolveBy) {
			t.Errorf("due at %s, to be solved by %s: %v", after.DueAt, after.SolveBy, err)
		}
	})
	t.Run("staff's words do not answer what is asked; the customer's do, and the case stays new", func(t *testing.T) {
		if _, _, err := site.Desk.Note(t.Context(), site.Actor("agent@boreal.test"), kase.ID, desk.Words{Body: "Let us see.", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		if got := find(t, site, kase.ID); len(got.Asked) != 2 {
			t.Errorf("asked for %v", got.Asked)
		}
		if _, _, err := site.Desk.Reply(t.Context(), who, kase.ID, desk.Reply{Body: "La voici.", Submission: uuid.New()}); err != nil {
			t.Fatal(err)
		}
		if got := find(t, site, kase.ID); len(got.Asked) != 0 || got.State != db.New {
			t.Errorf("asked for %v, %s", got.Asked, got.State)
		}
	})
	t.Run("it is found by the words of what is asked", func(t *testing.T) {
		var found bool
		if err := site.DB.Pool().QueryRow(t.Context(), `select words @@ to_tsquery('simple', 'téléphone') from cases where id = $1`, kase.ID).Scan(&found); err != nil || !found {
			t.Errorf("%t, %v", found, err)
		}
	})
}

func TestWhomRulesCannotNameToAnyEffect(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	withRule(t, site, `  - {name: To another desk, when: item == "report-issue", then: {assignee: agent2@boreal.test, notify: [agent2@boreal.test]}}
`)
	open := func() db.Case {
		t.Helper()
		kase, err := site.Desk.Open(t.Context(), who, issue(mapleEast, "Hosted Voice"))
		if err != nil {
			t.Fatal(err)
		}
		return kase
	}
	t.Run("who does not work in the queue is not assigned", func(t *testing.T) {
		if kase := open(); kase.AssigneeID != 0 {
			t.Errorf("assigned to %d", kase.AssigneeID)
		}
	})
	t.Run("who does not want such mail is not told", func(t *testing.T) {
		exec(t, site, `update people set muted = '{notified}' where email = 'agent2@boreal.test'`)
		if got := mailsTo(t, site, open().ID, db.Notified); got != nil {
			t.Errorf("%v are told", got)
		}
		exec(t, site, `update people set muted = '{}' where email = 'agent2@boreal.test'`)
	})
	t.Run("who may not sign in is neither, and cases are opened all the same", func(t *testing.T) {
		lead := site.Actor(administrator)
		if err := site.Desk.DisableStaff(t.Context(), lead, site.Actor("agent2@boreal.test").Person.ID); err != nil {
			t.Fatal(err)
		}
		if got := mailsTo(t, site, open().ID, db.Notified); got != nil {
			t.Errorf("%v are told", got)
		}
		names, err := site.Desk.RulesNaming(t.Context(), "agent2@boreal.test")
		if err != nil || !slices.Equal(names, []string{"To another desk"}) {
			t.Errorf("%v, %v", names, err)
		}
	})
}

func TestRulesFollowAColleaguesAddress(t *testing.T) {
	site := handlertest.New(t)
	who, agent := site.Actor(administrator), site.Actor("agent@boreal.test")
	version := withRule(t, site, everything)
	draft := draftOf(t, site, "Before the address changed")
	them, err := site.DB.StaffRecord(t.Context(), agent.Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	in := desk.StaffAsContent(them)
	marks := desk.Marks(in)
	in.Email = "ada@boreal.test"
	if err := site.Desk.SaveStaff(t.Context(), who, agent.Person.ID, in, marks); err != nil {
		t.Fatal(err)
	}
	live, set, err := site.Desk.Live(t.Context())
	if err != nil || live != version+1 || !slices.Equal(set.Naming("ada@boreal.test"), []string{"Everything"}) {
		t.Errorf("version %d names them in %v: %v", live, set.Naming("ada@boreal.test"), err)
	}
	kept, err := site.DB.RuleDraft(t.Context(), draft.ID)
	if err != nil || !strings.Contains(kept.Source, "ada@boreal.test") || kept.BaseVersion != live {
		t.Errorf("the draft is of version %d: %v\n%s", kept.BaseVersion, err, kept.Source)
	}
	kase, err := site.Desk.Open(t.Context(), site.Actor("customer@maple.test"), issue(mapleEast, "Hosted Voice"))
	if err != nil || kase.AssigneeID != agent.Person.ID {
		t.Errorf("assigned to %d: %v", kase.AssigneeID, err)
	}
}

func TestWhatChangesTheEdition(t *testing.T) {
	site := handlertest.New(t)
	revision := func() int64 {
		t.Helper()
		e, err := site.DB.Edition(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return e.Revision
	}
	agent := site.Actor("agent@boreal.test").Person
	for _, test := range []struct {
		what, sql string
		changes   bool
	}{
		{"a sign-in", `update people set password_hash = password_hash, locked_until = null where id = $1`, false},
		{"a name", `update people set first_name = 'Ada', updated_at = now() where id = $1`, false},
		{"the same address again", `update people set email = email where id = $1`, false},
		{"another address", `update people set email = 'x' || email where id = $1`, true},
		{"a login that is disabled", `update people set disabled_at = now() where id = $1`, true},
		{"a contact's address", `update people set email = 'y' || email where not staff and $1::bigint > 0`, false},
	} {
		before := revision()
		exec(t, site, test.sql, agent.ID)
		if changed := revision() != before; changed != test.changes {
			t.Errorf("%s: the edition changes: %t", test.what, changed)
		}
	}
}

func TestRepair(t *testing.T) {
	site := handlertest.New(t)
	who, customer, lead := site.Actor(administrator), site.Actor("colleague@maple.test"), site.Actor("lead@boreal.test")
	bad := withRule(t, site, `  - {name: Everything to billing, when: item == "report-issue", then: {priority: 4, queue: Billing, tags: [bad, both]}}
`)
	open := func() db.Case {
		t.Helper()
		kase, err := site.Desk.Open(t.Context(), customer, issue(mapleEast, "Hosted Voice"))
		if err != nil {
			t.Fatal(err)
		}
		return kase
	}
	plain, byHand, taken, solved, meanwhile := open(), open(), open(), open(), open()
	if _, err := site.Desk.SetPriority(t.Context(), lead, byHand.ID, db.Critical, desk.Edit{}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Desk.Take(t.Context(), site.Actor("agent2@boreal.test"), taken.ID, desk.Edit{}); err != nil { // of Billing, but not of Voice
		t.Fatal(err)
	}
	put(t, site, solved.ID, db.Solved)
	if _, err := site.Desk.RollBack(t.Context(), who, 1, "It was wrong"); err != nil {
		t.Fatal(err)
	}
	good := withRule(t, site, `  - name: Voices
    when: item == "report-issue"
    then: {tags: [both, voice], notify: [lead@boreal.test], solve_within: 2 hours}
  - name: Ask
    when: item == "report-issue"
    then:
      request:
        - {en: A photo, fr: Une photo}
`)

	page, err := site.Desk.Repairable(t.Context(), who, bad, 0, 0, false)
	if err != nil || page.Open != 4 || len(page.List) != 4 || page.By != good || page.Next != 0 {
		t.Fatalf("%d of %d cases by version %d: %v", len(page.List), page.Open, page.By, err)
	}
	left := map[db.Number]map[string]desk.Left{}
	var picks []db.Picked
	for _, re := range page.List {
		left[re.Case.ID] = map[string]desk.Left{}
		for _, c := range re.Changes {
			left[re.Case.ID][c.Outcome] = c.Left
		}
		picks = append(picks, db.Picked{Case: re.Case.ID, Revision: re.Case.Revision})
	}
	if left[byHand.ID]["priority"] != desk.LeftHand || left[taken.ID]["queue"] != desk.LeftHolder || left[plain.ID]["priority"] != desk.LeftNot {
		t.Errorf("left alone: %v", left)
	}
	if _, _, err := site.Desk.Reply(t.Context(), customer, meanwhile.ID, desk.Reply{Body: "Hello?", Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	token := uuid.New()
	id, err := site.Desk.ChooseRepair(t.Context(), who, bad, 0, picks, token)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := site.Desk.ChooseRepair(t.Context(), who, bad, 0, picks, token); err != nil || again != id {
		t.Errorf("the same form makes repair %d beside %d: %v", again, id, err)
	}
	for range 2 { // asked twice, done once
		if err := site.Desk.StartRepair(t.Context(), who, id); err != nil {
			t.Fatal(err)
		}
	}
	repair, list, err := site.Desk.Repair(t.Context(), who, id, 10)
	if err != nil || repair.State != db.RepairDone || repair.Counts[db.RepairDecided] != 3 || repair.Counts[db.RepairChanged] != 1 {
		t.Fatalf("%+v: %v", repair, err)
	}
	if list[0].Case.ID != meanwhile.ID {
		t.Errorf("first is %s, not the one that somebody changed", list[0].Case.ID)
	}

	t.Run("a case becomes what is decided now", func(t *testing.T) {
		got := find(t, site, plain.ID)
		if got.Priority != db.High || got.QueueID != queueNamed(t, site, "Voice") || !slices.Equal(got.Tags, []string{"both", "voice"}) {
			t.Errorf("priority %d, queue %d, tags %v", got.Priority, got.QueueID, got.Tags)
		}
		if got.RuleVersion != good || got.Decision.By.Priority != "Everywhere, all the time" || !got.SolveBy.Equal(plain.CreatedAt.Add(2*time.Hour)) || len(got.Asked) != 1 {
			t.Errorf("by version %d, %s; to be solved by %s; asked for %v", got.RuleVersion, got.Decision.By.Priority, got.SolveBy, got.Asked)
		}
		if got.DueAt.Equal(plain.DueAt) {
			t.Error("the first answer is due when it was before")
		}
		again, err := site.Desk.Deciding(t.Context(), got)
		if err != nil {
			t.Fatal(err)
		}
		if differs := again.Decide(got.Facts).Differs(got.Decision); len(differs) > 0 {
			t.Errorf("decided again, it differs in %v", differs)
		}
	})
	t.Run("its history keeps what was decided before", func(t *testing.T) {
		var kept *rules.Decision
		for _, e := range events(t, site, plain.ID, true) {
			if e.Kind == db.Decided && e.Change != nil {
				kept = e.Change.Decision
			}
		}
		if kept == nil || kept.By.Priority != "Everything to billing" {
			t.Errorf("%+v", kept)
		}
		for _, e := range events(t, site, plain.ID, false) {
			if e.Kind == db.Decided || e.Change != nil && (e.Change.Field == "queue" || e.Change.Field == "tags") {
				t.Errorf("the customer reads %+v", e)
			}
		}
	})
	t.Run("what a person set stays, and so does the queue of who took it", func(t *testing.T) {
		if got := find(t, site, byHand.ID); got.Priority != db.Critical || got.QueueID != queueNamed(t, site, "Voice") {
			t.Errorf("priority %d, queue %d", got.Priority, got.QueueID)
		}
		if got := find(t, site, taken.ID); got.Priority != db.High || got.QueueID != queueNamed(t, site, "Billing") || got.AssigneeID == 0 {
			t.Errorf("priority %d, queue %d, assigned to %d", got.Priority, got.QueueID, got.AssigneeID)
		}
	})
	t.Run("what somebody changed meanwhile, and what is solved, is left", func(t *testing.T) {
		for _, n := range []db.Number{meanwhile.ID, solved.ID} {
			if got := find(t, site, n); got.RuleVersion != bad || got.QueueID != queueNamed(t, site, "Billing") && n == meanwhile.ID {
				t.Errorf("%s has priority %d by version %d", n, got.Priority, got.RuleVersion)
			}
		}
	})
	t.Run("who is newly named is told, and the customer of what is asked", func(t *testing.T) {
		if got := mailsTo(t, site, plain.ID, db.Notified); !slices.Equal(got, []string{"lead@boreal.test"}) {
			t.Errorf("%v are told", got)
		}
		if got := mailsTo(t, site, plain.ID, db.Requested); !slices.Equal(got, []string{"colleague@maple.test"}) {
			t.Errorf("%v are asked", got)
		}
	})
	t.Run("a second time nothing is left to do but for what was left", func(t *testing.T) {
		page, err := site.Desk.Repairable(t.Context(), who, bad, 0, 0, false)
		if err != nil || len(page.List) != 1 || page.List[0].Case.ID != meanwhile.ID {
			t.Errorf("%d cases: %v", len(page.List), err)
		}
		revision := find(t, site, plain.ID).Revision
		if err := site.Desk.WorkRepairs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := find(t, site, plain.ID).Revision; got != revision {
			t.Errorf("revision %d became %d", revision, got)
		}
	})
	t.Run("all of them, in the background", func(t *testing.T) {
		for range 25 {
			exec(t, site, `update cases set rule_version = $2 where id = $1`, open().ID, bad)
		}
		id, err := site.Desk.ChooseRepair(t.Context(), who, bad, 0, nil, uuid.New())
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Desk.StartRepair(t.Context(), who, id); err != nil {
			t.Fatal(err)
		}
		if repair, _, err := site.Desk.Repair(t.Context(), who, id, 1); err != nil || repair.State != db.RepairAsked || repair.Chosen() != 26 {
			t.Fatalf("%+v: %v", repair, err)
		}
		if err := site.Desk.WorkRepairs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if repair, _, err := site.Desk.Repair(t.Context(), who, id, 1); err != nil || repair.State != db.RepairDone || repair.Counts[db.RepairDecided] != 1 || repair.Counts[db.RepairSame] != 25 {
			t.Errorf("%+v: %v", repair, err)
		}
	})
	t.Run("nobody else may", func(t *testing.T) {
		if _, err := site.Desk.Repairable(t.Context(), lead, bad, 0, 0, false); outcome(err) != "forbidden" {
			t.Error(err)
		}
		if err := site.Desk.StartRepair(t.Context(), lead, id); outcome(err) != "forbidden" {
			t.Error(err)
		}
	})
}
