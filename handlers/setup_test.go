package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/rules"
)

// setUpOf is a portal with two platform administrators, each in a browser.
func setUpOf(t *testing.T) (site *handlertest.Site, alex, other *handlertest.Visitor) {
	t.Helper()
	site = handlertest.New(t)
	_, err := site.Desk.AddStaff(context.Background(), site.Actor("platform@boreal.test"), desk.StaffContent{First: "Bo", Last: "Tremblay",
		Email: "platform2@boreal.test", Language: "en", Administrator: true})
	if err != nil {
		t.Fatal(err)
	}
	return site, site.As("platform@boreal.test"), site.As("platform2@boreal.test")
}

func staffPath(t *testing.T, site *handlertest.Site, email string) string {
	return "/setup/staff/" + strconv.FormatInt(personID(t, site, email), 10)
}

func TestTwoAdministratorsLoseNothing(t *testing.T) {
	t.Parallel()
	site, alex, bo := setUpOf(t)
	service := "/setup/services/" + oneLine(t, site.DB, `select id::text from services where value = 'Hosted Voice'`)
	for name, c := range map[string]struct{ page, form, field, theirs, mine string }{
		"staff":   {staffPath(t, site, "agent@boreal.test"), "#staff-form", "last", "Theirs", "Mine"},
		"queue":   {fmt.Sprintf("/setup/queues/%d", site.Queue("Security").ID), "#queue-form", "name", "Theirs", "Mine"},
		"family":  {"/setup/families/security", "#family-form", "name-fr", "Les leurs", "Les miens"},
		"service": {service, "#service-form", "name-en", "Their Voice", "My Voice"},
		"item":    {"/setup/items/billing-inquiry", "#item-form", "submit-en", "Send theirs", "Send mine"},
		"way":     {"/setup/contact/" + oneLine(t, site.DB, `select id::text from contact_ways where kind = 'phone'`), "#way-form", "value", "+1 506 555 0001", "+1 506 555 0002"},
		"targets": {"/setup/targets", "#targets", "target-2-0", "5", "6"},
		"hours":   {"/setup/calendar", "#hours", "closes-5", "16:00", "15:00"},
		"portal":  {"/setup/portal", "#portal-form", "name", "Their Telecom", "My Telecom"},
	} {
		mine, theirs := alex.Get(c.page).Form(c.form), bo.Get(c.page).Form(c.form)
		if !mine.Found {
			t.Errorf("%s: no form", name)
			continue
		}
		set := func(f handlertest.Form, value string) handlertest.Form { // the first of several is meant
			f.Values.Set(c.field, value)
			if strings.HasPrefix(c.field, "closes-") {
				f.Set(c.field, value, "")
			}
			return f
		}
		if a := bo.Submit(set(theirs, c.theirs)); a.Status != http.StatusSeeOther {
			t.Errorf("%s: the first: %d %s", name, a.Status, a.Text(".errors, .complaint"))
			continue
		}
		refused := alex.Submit(set(mine, c.mine))
		again := refused.Form(c.form)
		if refused.Status != http.StatusUnprocessableEntity || again.Values.Get(c.field) != c.mine || !strings.Contains(refused.Text(".setup-meanwhile"), c.theirs) {
			t.Errorf("%s: the second: %d, typed %q, meanwhile %q", name, refused.Status, again.Values.Get(c.field), refused.Text(".setup-meanwhile"))
			continue
		}
		if n := refused.Page().Find(".setup-meanwhile").Length(); n != 1 {
			t.Errorf("%s: %d fields are said to have changed", name, n)
		}
		if a := alex.Submit(again); a.Status != http.StatusSeeOther {
			t.Errorf("%s: saved again: %d %s", name, a.Status, a.Text(".errors, .complaint"))
		}
		if a := alex.Submit(again); a.Status != http.StatusSeeOther {
			t.Errorf("%s: sent twice: %d", name, a.Status)
		}
		if got := alex.Get(c.page).Form(c.form).Values.Get(c.field); got != c.mine {
			t.Errorf("%s: %q is kept", name, got)
		}
	}
}

func oneLine(t *testing.T, d *db.DB, sql string) (text string) {
	t.Helper()
	if err := d.Pool().QueryRow(context.Background(), sql).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheLastPlatformAdministratorStays(t *testing.T) {
	t.Parallel()
	site, alex, bo := setUpOf(t)
	mine, theirs := staffPath(t, site, "platform@boreal.test"), staffPath(t, site, "platform2@boreal.test")
	if a := alex.Post(mine+"/login", form("login", "off")); a.Status != http.StatusUnprocessableEntity || !a.Has(".complaint") {
		t.Errorf("oneself: %d", a.Status)
	}
	// Two who disable each other at once: one of them is left, and can still sign in. Their tokens are had before,
	// for whoever is disabled first has no more pages to get one from.
	var both sync.WaitGroup
	answers := make([]int, 2)
	for i, one := range []struct {
		who   *handlertest.Visitor
		path  string
		token string
	}{{alex, theirs, alex.Token()}, {bo, mine, bo.Token()}} {
		both.Go(func() { answers[i] = one.who.Post(one.path+"/login", form("login", "off", "csrf", one.token)).Status })
	}
	both.Wait()
	if n := oneLine(t, site.DB, `select count(*)::text from people p join grants g on g.person_id = p.id where g.role = 'platform-administrator' and disabled_at is null`); n != "1" {
		t.Fatalf("%s administrators are left: %v", n, answers)
	}
	left, path := alex, mine
	if alex.Get("/setup").Status != http.StatusOK {
		left, path = bo, theirs
	}
	f := left.Get(path).Form("#staff-form")
	f.Values.Del("administrator")
	f.Set("agent", strconv.FormatInt(site.Queue("Voice").ID, 10))
	if a := left.Submit(f); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(".complaint"), "last platform administrator") {
		t.Errorf("the last one steps down: %d %s", a.Status, a.Text(".complaint"))
	}
}

func TestStaffWhoAreDisabledAreOutAtOnce(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	agent, path := site.As("agent@boreal.test"), staffPath(t, site, "agent@boreal.test")
	if a := alex.Post(path+"/login", form("login", "off")); a.Status != http.StatusSeeOther {
		t.Fatalf("disable: %d %s", a.Status, a.Text(".complaint"))
	}
	if a := agent.Get("/queues"); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/sign-in") {
		t.Errorf("a disabled agent: %d", a.Status)
	}
	if a := alex.Get("/setup/staff"); !strings.Contains(a.Text("[data-off]"), "Sam Okafor") {
		t.Error("the list does not say so")
	}
	if a := alex.Post(path+"/login", form("login", "on")); a.Status != http.StatusSeeOther {
		t.Fatalf("enable: %d", a.Status)
	}
	if a := alex.Post(path+"/invitation", nil); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an invitation for who has a password: %d", a.Status)
	}
}

func TestRenamingAQueuePublishesTheRulesThatNameIt(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	ctx, who := context.Background(), site.Actor("platform@boreal.test")
	draft, err := site.Desk.BeginDraft(ctx, who, "In the making")
	if err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/setup/queues/%d", site.Queue("Voice").ID)
	if a := alex.Submit(alex.Get(page).Form("#queue-form").Set("name", "Billing")); a.Status != http.StatusUnprocessableEntity || !a.Has("#name-wrong") && !a.Has(".complaint") {
		t.Errorf("a name that is taken: %d", a.Status)
	}
	if a := alex.Submit(alex.Get(page).Form("#queue-form").Set("name", "Telephony")); a.Location() != "/setup/queues?done=setup-renamed" {
		t.Fatalf("rename: %d %s", a.Status, a.Location())
	}
	live, err := site.DB.LiveVersion(ctx)
	if err != nil || live != 2 {
		t.Fatalf("version %d is live: %v", live, err)
	}
	version, err := site.DB.RuleVersion(ctx, live)
	if err != nil {
		t.Fatal(err)
	}
	now, err := site.DB.RuleDraft(ctx, draft.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]string{"what is live": version.Source, "the draft": now.Source} {
		if report, err := site.Desk.CheckRules(ctx, who, source); err != nil || !report.Publishable() || strings.Contains(source, "queue: Voice") {
			t.Errorf("%s: %v %v", name, report.Problems, err)
		}
	}
	if now.BaseVersion != live {
		t.Errorf("the draft is behind: made from %d", now.BaseVersion)
	}
	a := site.As("customer@maple.test").Post(issueCases, answers())
	path, _, _ := strings.Cut(a.Location(), "?")
	if a.Status != http.StatusSeeOther || !strings.Contains(site.As("lead@boreal.test").Get(path).Text("main"), "Telephony") {
		t.Errorf("the next case: %d %s", a.Status, path)
	}
}

func TestWhatIsInUseIsNotTakenAway(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	id := func(sql string) string { return oneLine(t, site.DB, sql) }
	ctx, who := context.Background(), site.Actor("platform@boreal.test")
	// A queue that only rules name, a service that only rules speak of.
	q, err := site.Desk.AddQueue(ctx, who, desk.QueueContent{Name: "Night"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.Desk.AddService(ctx, who, desk.ServiceContent{Name: rules.Text{"en": "Paging", "fr": "Téléavertisseur"}, Family: "voice", State: db.Running})
	if err != nil {
		t.Fatal(err)
	}
	version, err := site.DB.RuleVersion(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	set, _ := rules.Parse(version.Source)
	set.Rules = append(set.Rules, rules.Rule{Name: "Pagers", When: `"Paging" in services`, Then: rules.Outcomes{Queue: "Night"}})
	if _, err := site.Desk.Publish(ctx, who, desk.Publication{Source: set.Format(), Note: "Pagers", Base: 1}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, says string }{
		"a queue with cases":          {fmt.Sprintf("/setup/queues/%d", site.Queue("Voice").ID), "cases"},
		"a queue that a rule names":   {fmt.Sprintf("/setup/queues/%d", q.ID), "Pagers"},
		"a service that is installed": {"/setup/services/" + id(`select id::text from services where value = 'SD-WAN'`), "Accounts have"},
		"a service of a rule":         {fmt.Sprintf("/setup/services/%d", s.ID), "Pagers"},
		"a family with services":      {"/setup/families/security", "services"},
	} {
		if a := alex.Post(c.path+"/removal", nil); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(".complaint"), c.says) {
			t.Errorf("%s: %d %q", name, a.Status, a.Text(".complaint"))
		}
	}
	set.Rules = set.Rules[:len(set.Rules)-1]
	if _, err := site.Desk.Publish(ctx, who, desk.Publication{Source: set.Format(), Note: "No pagers", Base: 2}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fmt.Sprintf("/setup/queues/%d", q.ID), fmt.Sprintf("/setup/services/%d", s.ID)} {
		if a := alex.Post(path+"/removal", nil); a.Status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", path, a.Status, a.Text(".complaint"))
		}
		if a := alex.Post(path+"/removal", nil); a.Status != http.StatusNotFound {
			t.Errorf("%s, twice: %d", path, a.Status)
		}
	}
}

func TestChoicesOfAFormAreEdited(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	const page, list = "/setup/items/billing-inquiry", "choices-topic"
	f := alex.Get(page).Form("#item-form")
	// A line moves without anything being saved, a label changes, a choice comes, and one goes.
	moved := alex.Post(page, merged(f.Values, "move", list+":2:up"))
	if got := moved.Form("#item-form").Values[list+"-value"]; moved.Status != http.StatusOK || got[0] != "Payment" || got[1] != "Incorrect charge" {
		t.Fatalf("moved: %d %q", moved.Status, got)
	}
	f = moved.Form("#item-form")
	en, fr := f.Values[list+"-en"], f.Values[list+"-fr"]
	last := len(en) - 2 // the first of the empty lines
	en[0], en[2], fr[2], en[last], fr[last] = "A payment", "", "", "Refund", "Remboursement"
	if a := alex.Submit(f); a.Status != http.StatusSeeOther {
		t.Fatalf("save: %d %s", a.Status, a.Text(".complaint"))
	}
	got := oneLine(t, site.DB, `select string_agg(o->>'value', '|' order by n) from form_versions v, jsonb_array_elements(v.form->'questions') q,
		jsonb_array_elements(q->'options') with ordinality o(o, n) where q->>'key' = 'topic' and v.id = (select max(id) from form_versions where item = 'billing-inquiry')`)
	if got != "Payment|Incorrect charge|Contract|Cancellation|Other|Refund" {
		t.Errorf("the choices are %s", got)
	}
	if a := site.As("customer@maple.test").Get("/items/billing-inquiry"); !strings.Contains(a.Body, "A payment") || strings.Contains(a.Body, "Copy of an invoice") {
		t.Error("the form still asks as before")
	}
	// What an example of the live rules answers with can't go.
	f = alex.Get(page).Form("#item-form")
	f.Values[list+"-en"][1], f.Values[list+"-fr"][1] = "", ""
	if a := alex.Submit(f); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(".complaint"), "rules") {
		t.Errorf("a choice of an example: %d %s", a.Status, a.Text(".complaint"))
	}
}

func merged(values url.Values, key, value string) url.Values {
	out := url.Values{}
	for k, v := range values {
		out[k] = v
	}
	out.Set(key, value)
	return out
}

func TestBadInputOfTheSetUp(t *testing.T) {
	t.Parallel()
	_, alex, _ := setUpOf(t)
	for name, c := range map[string]struct {
		page, form string
		set        []string
		wrong      string
	}{
		"no name":                {"/setup/queues", "#queue-new", []string{"name", "  \t "}, "#name"},
		"a name that is there":   {"/setup/queues", "#queue-new", []string{"name", "Voice"}, "#name"},
		"a very long name":       {"/setup/queues", "#queue-new", []string{"name", strings.Repeat("long ", 100)}, "#name"},
		"one language only":      {"/setup/families/new", "#family-form", []string{"name-en", "Mobile"}, "#name-fr"},
		"a family that is there": {"/setup/families/new", "#family-form", []string{"name-en", "Voice", "name-fr", "Voix"}, "#name-en"},
		"a name of signs":        {"/setup/families/new", "#family-form", []string{"name-en", "☎☎", "name-fr", "☎☎"}, "#name-en"},
		"a service that is there": {"/setup/services/new", "#service-form",
			[]string{"name-en", "SD-WAN", "name-fr", "SD-WAN", "family", "data", "state", "running"}, "#name-en"},
		"a service of no family":     {"/setup/services/new", "#service-form", []string{"name-en", "X", "name-fr", "X", "family", "nothing"}, "#family"},
		"somebody without an e-mail": {"/setup/staff/new", "#staff-form", []string{"first", "A", "last", "B", "email", "nobody", "administrator", "yes"}, "#email"},
		"an address that is taken": {"/setup/staff/new", "#staff-form",
			[]string{"first", "A", "last", "B", "email", "Customer@Maple.test", "administrator", "yes"}, "#email"},
		"staff who may do nothing":      {"/setup/staff/new", "#staff-form", []string{"first", "A", "last", "B", "email", "a.b@boreal.test"}, "#administrator-1"},
		"staff of a queue that is gone": {"/setup/staff/new", "#staff-form", []string{"first", "A", "last", "B", "email", "a.b@boreal.test", "agent", "999999"}, "#agent-1"},
		"no phone number":               {"/setup/contact/new", "#way-form", []string{"kind", "phone", "value", "call us", "label-en", "A", "label-fr", "B"}, "#value"},
		"hours in one language":         {"/setup/contact/new", "#way-form", []string{"kind", "address", "value", "Here", "label-en", "A", "label-fr", "B", "hours-en", "Always"}, "#hours-fr"},
		"a day that is a holiday":       {"/setup/calendar", "#holiday-new", []string{"day", "2026-07-01", "name-en", "Mine", "name-fr", "À moi"}, "#day"},
		"a day that is none":            {"/setup/calendar", "#holiday-new", []string{"day", "2026-02-30", "name-en", "Mine", "name-fr", "À moi"}, "#day"},
		"hours that end before":         {"/setup/calendar", "#hours", []string{"opens-1", "18:00", "closes-1", "08:00"}, "#opens-1-1"},
		"a target that is no number":    {"/setup/targets", "#targets", []string{"target-1-0", "soon"}, "#target-1-0"},
		"a target of ten years":         {"/setup/targets", "#targets", []string{"target-1-0", "99999", "target-1-0-unit", "hours"}, "#target-1-0"},
		"a zone that is none":           {"/setup/portal", "#portal-form", []string{"zone", "Mars/Olympus"}, "#zone"},
		"a mode that is none":           {"/setup/portal", "#portal-form", []string{"sign_up", "everybody"}, "#sign_up-1"},
	} {
		f := alex.Get(c.page).Form(c.form)
		for i := 0; i+1 < len(c.set); i += 2 {
			f.Set(c.set[i], c.set[i+1])
		}
		a := alex.Submit(f)
		if a.Status != http.StatusUnprocessableEntity || !a.Has(c.wrong+`[aria-invalid="true"]`) || !a.Has(".complaint") {
			t.Errorf("%s: %d, complaint %q", name, a.Status, a.Text(".complaint"))
		}
		if c.set[0] != "zone" && c.set[0] != "sign_up" && a.Form(c.form).Values.Get(c.set[0]) != strings.TrimSpace(c.set[1]) && a.Form(c.form).Values.Get(c.set[0]) != c.set[1] {
			t.Errorf("%s: what was typed is gone: %q", name, a.Form(c.form).Values.Get(c.set[0]))
		}
	}
}

func TestSettingsCountInAllCopies(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	copied := handlertest.Over(t, site.DB)
	heard := make(chan db.Topic, 100)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ready := make(chan struct{})
	var once sync.Once
	go site.DB.Listen(ctx, copied.App.Log, func(topic db.Topic) {
		copied.App.Hear(topic)
		once.Do(func() { close(ready) })
		heard <- topic
	})
	<-ready
	if a := alex.Submit(alex.Get("/setup/portal").Form("#portal-form").Set("name", "Aurora Telecom")); a.Status != http.StatusSeeOther {
		t.Fatal(a.Status)
	}
	if got := alex.Get("/setup").Text(".logo"); got != "Aurora Telecom" {
		t.Errorf("here the next page is of %q", got)
	}
	timeout := time.After(20 * time.Second)
	for topic := range heard {
		if topic == db.SetUpChanged {
			break
		}
		select {
		case <-timeout:
			t.Fatal("no other copy hears of it")
		default:
		}
	}
	agent := copied.As("agent@boreal.test")
	for deadline := time.Now().Add(20 * time.Second); agent.Get("/queues").Text(".logo") != "Aurora Telecom"; {
		if time.Now().After(deadline) {
			t.Fatal("another copy still shows the old name")
		}
	}
}

func TestServiceStatesShowAtOnce(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	page := "/setup/services/" + oneLine(t, site.DB, `select id::text from services where value = 'SIP Trunking'`)
	customer := site.As("customer@maple.test")
	customer.Get("/") // fills what is remembered
	if a := alex.Submit(alex.Get(page).Form("#service-form").Set("state", "down")); a.Status != http.StatusSeeOther {
		t.Fatal(a.Status, a.Text(".complaint"))
	}
	if a := customer.Get("/status"); !a.Has(`.services li[data-status="outage"]`) {
		t.Error("the status page does not know")
	}
	way := "/setup/contact/" + oneLine(t, site.DB, `select id::text from contact_ways where kind = 'phone'`)
	if a := alex.Submit(alex.Get(way).Form("#way-form").Set("value", "+1 800 555 0111")); a.Status != http.StatusSeeOther {
		t.Fatal(a.Status)
	}
	if a := customer.Get("/"); !strings.Contains(a.Body, "0111") {
		t.Error("the home page shows the old number")
	}
}

func TestListsArePutInOrder(t *testing.T) {
	t.Parallel()
	site, alex, _ := setUpOf(t)
	names := func() string {
		return oneLine(t, site.DB, `select string_agg(name, ', ' order by position, id) from queues`)
	}
	f := alex.Get("/setup/queues").Form("#queues form[data-sort]")
	ids := f.Values["order"]
	ids[0], ids[5] = ids[5], ids[0]
	a := alex.PostPartial(f.Action, f.Values)
	if a.Status != http.StatusOK || names() != "Service Desk, Data & Network, Security, Change Desk, Billing, Voice" {
		t.Errorf("dragged: %d %s", a.Status, names())
	}
	if a := alex.Post(f.Action, form("move", ids[0]+":down", "csrf", f.Values.Get("csrf"))); a.Status != http.StatusSeeOther || !strings.HasPrefix(names(), "Data & Network, Service Desk") {
		t.Errorf("a step down: %d %s", a.Status, names())
	}
	f.Values["order"] = ids[1:] // one came meanwhile
	if a := alex.PostPartial(f.Action, f.Values); a.Status != http.StatusUnprocessableEntity || !a.Has(".errors") {
		t.Errorf("a list that changed: %d", a.Status)
	}
}
