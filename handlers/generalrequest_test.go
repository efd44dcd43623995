package handlers_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

func requestOf(name, email, subject, description string) url.Values {
	return url.Values{"name": {name}, "email": {email}, "subject": {subject}, "description": {description}, "submission": {uuid.NewString()}}
}

// lastCase is the case that was opened last.
func lastCase(t *testing.T, site *handlertest.Site) db.Case {
	t.Helper()
	n := db.Number(count(t, site, `select coalesce(max(id), 0) from cases`))
	kase, err := site.DB.FindCase(context.Background(), db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	return kase
}

func TestRequestWithoutAnAccount(t *testing.T) {
	site := handlertest.New(t)
	v := site.Nobody()
	page := v.Get("/general-request")
	if page.Status != 200 || !page.Has("#q-subject") || !page.Has("#q-description") || page.Has("#q-account") || page.Has("input[type=file]") {
		t.Fatalf("%d: the form asks for the wrong things", page.Status)
	}
	form := requestOf("Ana Novak", "ana@novak.test", "Do you <b>deliver</b> to Prince Edward Island?", "We open a shop <script>alert(1)</script> there.")
	cases := count(t, site, `select count(*) from cases`)
	sent := v.Post("/general-request", form)
	if sent.Status != 303 || sent.Location() != "/general-request?done=sent" {
		t.Fatalf("%d: %s", sent.Status, sent.Text(".complaint"))
	}
	if again := v.Post("/general-request", form); again.Location() != sent.Location() || letters(t, site, "ana@novak.test") != 1 {
		t.Error("a double click is answered, or written, twice")
	}
	if page := v.Get(sent.Location()); page.Status != 200 || page.Has("form") {
		t.Errorf("%d", page.Status)
	}
	if n := count(t, site, `select count(*) from cases`); n != cases+1 {
		t.Fatalf("%d cases more", n-cases)
	}
	kase := lastCase(t, site)
	at, err := site.Desk.Reception(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if kase.AccountID != at.Account.ID || kase.RequesterID != at.Nobody || kase.QueueID != site.Queue("Service Desk").ID || kase.Priority != db.Moderate || kase.Type != "General Request" {
		t.Errorf("%+v", kase)
	}
	if at.Account.Name != "Boreal Telecom" || at.Account.ClientNumber != "0" || at.Account.ParentID != 0 {
		t.Errorf("the reception is %+v", at.Account)
	}

	t.Run("staff see it, and from whom it came", func(t *testing.T) {
		for _, email := range []string{"agent@boreal.test", "agent2@boreal.test", "platform@boreal.test"} {
			page := site.As(email).Get(kase.Path())
			if page.Status != 200 || page.Text("h1") != "Do you <b>deliver</b> to Prince Edward Island?" || page.Has("h1 b, .letter-body script") {
				t.Errorf("%s: %d %q", email, page.Status, page.Text("h1"))
			}
			if said := page.Text("#unproven"); !strings.Contains(said, "Ana Novak (ana@novak.test)") {
				t.Errorf("%s: %q", email, said)
			}
		}
		if !site.As("agent@boreal.test").Get("/queues/" + itoa(int(kase.QueueID))).Has(`a[href*="` + kase.ID.String() + `"]`) {
			t.Error("it does not wait in its queue")
		}
	})
	t.Run("customers don't", func(t *testing.T) {
		for _, email := range []string{"admin@maple.test", "manager@harbour.test", "customer@maple.test"} {
			if got := site.As(email).Get(kase.Path()).Status; got != 404 {
				t.Errorf("%s: %d", email, got)
			}
		}
	})

	kind, secret := latestLetter(t, site, "ana@novak.test")
	if kind != string(db.LetterFirstRequest) {
		t.Fatalf("the letter is %q", kind)
	}
	n := site.Nobody()
	if page := n.Get("/links/" + secret); page.Status != 200 || !page.Has("#password") {
		t.Fatalf("%d", page.Status)
	}
	in := n.Post("/links/"+secret, url.Values{"password": {password}})
	if in.Status != 303 || in.Location() != kase.Path() {
		t.Fatalf("%d to %q: %s", in.Status, in.Location(), in.Text("main"))
	}
	own := n.Get(kase.Path())
	if own.Status != 200 || !strings.Contains(own.Text(".letter"), "Ana Novak") || own.Has("#unproven") || own.Has(".letter .tag") {
		t.Errorf("%d: %s", own.Status, own.Text(".letter"))
	}
	if !n.Get("/cases").Has(`a[href^="` + kase.Path() + `"]`) {
		t.Error("it is not in their list")
	}
	if page := site.As("agent@boreal.test").Get(kase.Path()); page.Has("#unproven") || !strings.Contains(page.Text("main"), "Ana Novak confirmed") {
		t.Error("staff don't hear that they confirmed it")
	}
	if got := site.Nobody().Post("/links/"+secret, url.Values{"password": {password}}); got.Status != 410 {
		t.Errorf("the link is good twice: %d", got.Status)
	}
	if again := v.Post("/general-request", form); again.Location() != sent.Location() || count(t, site, `select count(*) from cases`) != cases+1 {
		t.Error("sent once more later, it opens another case")
	}
	for _, action := range []db.AuditAction{db.RequestSent, db.RequestConfirmed, db.PersonJoined, db.ReceptionMade} {
		if n := count(t, site, `select count(*) from audit where action = $1`, action); n != 1 {
			t.Errorf("%d lines of %s in the audit log", n, action)
		}
	}
	if n := count(t, site, `select count(*) from audit where detail::text ilike '%novak%' or detail::text ilike '%deliver%'`); n != 0 {
		t.Error("the audit log holds what somebody wrote")
	}
}

func TestRequestFromAKnownAddress(t *testing.T) {
	site := handlertest.New(t)
	v := site.Nobody()
	v.Post("/general-request", requestOf("Somebody First", "first@novak.test", "Prices", "Please."))
	before := site.DB.Statements()
	stranger := v.Post("/general-request", requestOf("Ana Novak", "ana@novak.test", "Prices", "Please."))
	between := site.DB.Statements()
	sent := v.Post("/general-request", requestOf("Somebody Else", "Customer@Maple.test", "Cancel everything", "At once."))
	if sent.Location() != "/general-request?done=sent" || stranger.Location() != sent.Location() || stranger.Body != sent.Body {
		t.Fatalf("%d, and %d to a stranger", sent.Status, stranger.Status)
	}
	if ofStranger, ofKnown := between-before, site.DB.Statements()-between; ofStranger != ofKnown {
		t.Errorf("%d statements for a stranger, and %d for who is known: time tells them apart", ofStranger, ofKnown)
	}
	kase := lastCase(t, site)
	chris := site.As("customer@maple.test")
	if got := chris.Get(kase.Path()).Status; got != 404 {
		t.Errorf("a stranger's words stand among the cases of who has the address: %d", got)
	}
	kind, secret := latestLetter(t, site, "Customer@maple.test")
	if kind != string(db.LetterConfirmRequest) {
		t.Fatalf("the letter is %q", kind)
	}
	n := site.Nobody()
	if page := n.Get("/links/" + secret); page.Status != 200 || page.Has("#password") || !strings.Contains(page.Text("main"), "Cancel everythingAt once.") {
		t.Errorf("%d: they are not told what it is about: %s", page.Status, page.Text("main"))
	}
	if got := chris.Get(kase.Path()).Status; got != 404 {
		t.Errorf("to look at the link is to use it: %d", got)
	}
	if got := n.Post("/links/"+secret, nil); got.Status != 303 || got.Location() != kase.Path() {
		t.Fatalf("%d to %q", got.Status, got.Location())
	}
	if got := n.Get(kase.Path()); got.Status != 303 || !strings.HasPrefix(got.Location(), "/sign-in") {
		t.Errorf("the link signs in: %d to %q", got.Status, got.Location())
	}
	page := chris.Get(kase.Path())
	if page.Status != 200 || !strings.Contains(page.Text(".facts"), "Maple Foods East") {
		t.Errorf("%d: %s", page.Status, page.Text(".facts"))
	}
	if got := site.As("manager@maple.test").Get(kase.Path()).Status; got != 200 {
		t.Errorf("it is no ordinary case of the home account: %d", got)
	}
	if got := site.As("manager@harbour.test").Get(kase.Path()).Status; got != 404 {
		t.Errorf("others see it: %d", got)
	}
	if chris.Get("/cases").Status != 200 || !strings.Contains(chris.Get("/cases").Text("table.cases"), "Cancel everything") {
		t.Error("it is not in their list")
	}

	t.Run("staff's own address makes it nobody's", func(t *testing.T) {
		v.Post("/general-request", requestOf("Sam Okafor", "agent@boreal.test", "Free calls for all", "Please."))
		kase := lastCase(t, site)
		_, secret := latestLetter(t, site, "agent@boreal.test")
		site.Nobody().Post("/links/"+secret, nil)
		if now := lastCase(t, site); now.RequesterID != kase.RequesterID {
			t.Error("it is theirs")
		}
	})
}

func TestRequestIsGuarded(t *testing.T) {
	site := handlertest.New(t)
	v := site.Nobody()
	cases := count(t, site, `select count(*) from cases`)
	for _, bad := range []struct {
		field string
		form  url.Values
	}{
		{"name", requestOf("", "ana@novak.test", "Hello", "There")},
		{"name", requestOf("Ana\r\nBcc: all@novak.test", "ana@novak.test", "Hello", "There")},
		{"email", requestOf("Ana Novak", "ana@novak", "Hello", "There")},
		{"email", requestOf("Ana Novak", "ana@novak.test\nCc: b@novak.test", "Hello", "There")},
		{"email", requestOf("Ana Novak", "", "Hello", "There")},
		{"subject", requestOf("Ana Novak", "ana@novak.test", "", "There")},
		{"subject", requestOf("Ana Novak", "ana@novak.test", strings.Repeat("long ", 100), "There")},
		{"description", requestOf("Ana Novak", "ana@novak.test", "Hello", " \x00\r\n ")},
		{"description", requestOf("Ana Novak", "ana@novak.test", "Hello", strings.Repeat("long ", 5000))},
	} {
		page := v.Post("/general-request", bad.form)
		if page.Status != 422 || !page.Has("#q-"+bad.field+"[aria-invalid=true]") || page.Page().Find("[aria-invalid]").Length() != 1 {
			t.Errorf("%s %.30q: %d, %q", bad.field, bad.form.Get(bad.field), page.Status, page.Text(".errors"))
		}
		if page.Text(".errors li") == "" || page.Text("#q-description") != strings.Join(strings.Fields(strings.ReplaceAll(bad.form.Get("description"), "\x00", "")), " ") {
			t.Errorf("%s: nothing says so, or what was typed is lost", bad.field)
		}
	}
	all := v.Post("/general-request", url.Values{"submission": {uuid.NewString()}})
	if got := all.Page().Find(".errors li").Length(); all.Status != 422 || got != 4 {
		t.Errorf("an empty form: %d with %d complaints", all.Status, got)
	}
	if got := v.Post("/general-request", url.Values{"name": {"A"}}).Status; got != 422 {
		t.Errorf("a form without a token of its own: %d", got)
	}
	for _, odd := range []string{"Hello\x00", "Hello\xff\xfe"} {
		if got := v.Post("/general-request", requestOf("Ana Novak", "ana@novak.test", odd, "There")); got.Status != 422 || got.Text("#wrong-subject") == "" {
			t.Errorf("%q in the subject: %d", odd, got.Status)
		}
	}
	odd := requestOf("Ana Novak", "ana@novak.test", "Hello\r\nSubject: Other", "There")
	odd.Set("account", "100210")
	odd.Set("queue", "1")
	if got := v.Post("/general-request", odd); got.Status != 303 {
		t.Errorf("fields that nobody asked for: %d %s", got.Status, got.Text(".errors"))
	}
	if kase := lastCase(t, site); kase.Ancestors[0] == 1 || len(kase.Ancestors) != 1 || strings.ContainsAny(kase.ShortDescription, "\r\n") {
		t.Errorf("a field that nobody asked for counts: %+v", kase)
	}
	trap := requestOf("Program", "program@bots.test", "Buy", "Now")
	trap.Set("topic_url", "http://bots.test")
	if got := v.Post("/general-request", trap); got.Location() != "/general-request?done=sent" {
		t.Errorf("a program is told that it is one: %d", got.Status)
	}
	if n := count(t, site, `select count(*) from cases`); n != cases+1 {
		t.Errorf("%d cases", n-cases)
	}
	for i := range 6 {
		got := v.Post("/general-request", requestOf("Bo Novak", "bo@novak.test", "Hello "+itoa(i), "There"))
		if want := map[bool]int{true: 303, false: 429}[i < 5]; got.Status != want {
			t.Errorf("%d. request: %d, not %d", i+1, got.Status, want)
		}
		if got.Status == 429 && (got.Text("#q-description") != "There" || got.Text(".errors") == "") {
			t.Error("what was typed is lost, or nothing says why")
		}
	}
	if got := site.As("customer@maple.test").Get("/general-request"); got.Location() != "/items/general-request" {
		t.Errorf("who is signed in is sent to %q", got.Location())
	}
	foreign := v.Do("POST", "/general-request", strings.NewReader(requestOf("A", "a@b.test", "c", "d").Encode()), "application/x-www-form-urlencoded", false)
	if foreign.Status != 403 {
		t.Errorf("a form from elsewhere: %d", foreign.Status)
	}
	provide(t, site, desk.SettingGeneralRequest, "off")
	if a, b := v.Get("/general-request").Status, v.Post("/general-request", requestOf("A", "a@b.test", "c", "d")).Status; a != 404 || b != 404 {
		t.Errorf("closed: %d, %d", a, b)
	}
	if v.Get("/sign-in").Has(`a[href="/general-request"]`) {
		t.Error("the sign-in page leads there")
	}
}

func TestRequestSignedIn(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	if page := v.Get("/items/general-request"); page.Status != 200 || page.Has("#q-name, #q-email") || !page.Has("#q-subject") {
		t.Fatalf("%d", page.Status)
	}
	form := url.Values{"account": {"100210"}, "subject": {"A new site"}, "description": {"In Charlottetown."}, "submission": {uuid.NewString()}}
	if got := v.Post("/items/general-request/cases", form); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text(".errors"))
	}
	if kase := lastCase(t, site); kase.ShortDescription != "A new site" || kase.QueueID != site.Queue("Service Desk").ID || kase.Priority != db.Moderate {
		t.Errorf("%+v", kase)
	}
	if page := v.Get("/catalog"); !page.Has(`a[href="/items/general-request"]`) {
		t.Error("it is not in the catalog")
	}
	agent := site.As("agent@boreal.test")
	kase := lastCase(t, site)
	if page := agent.Get(kase.Path()); page.Has(".filing") || page.Has("#unproven") {
		t.Error("a customer's case can be filed elsewhere")
	}
	if got := agent.Post(kase.Path()+"/account", url.Values{"to": {"200300"}, "submission": {uuid.NewString()}}).Status; got != 403 {
		t.Errorf("it is: %d", got)
	}
}

func TestRequestIsFiled(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	site.Nobody().Post("/general-request", requestOf("Nell Power", "nell@harbour.test", "A line for St. Anthony", "Next month."))
	kase := lastCase(t, site)
	agent := site.As("agent@boreal.test")
	page := agent.Get(kase.Path())
	if got := page.Text(".filing-choice"); !strings.Contains(got, "Harbour Clinics") || strings.Contains(got, "Maple") || page.Has("input[name=joins]") {
		t.Errorf("the domain suggests %q", got)
	}
	found := agent.Partial(kase.Path() + "/tools?account=maple+halifax")
	if got := found.Text(".filing-choice"); !strings.Contains(got, "Maple Foods Halifax Plant") {
		t.Errorf("words find %q", got)
	}
	if got := agent.Get(kase.Path() + "?account=maple+halifax").Text(".filing-choice"); !strings.Contains(got, "Maple Foods Halifax Plant") {
		t.Errorf("without scripts they find %q", got)
	}
	post := func(v *handlertest.Visitor, to string, more ...string) *handlertest.Answer {
		form := url.Values{"to": {to}, "was": {itoa(int(lastCase(t, site).AccountID))}, "submission": {uuid.NewString()}}
		for _, field := range more {
			form.Set(field, "yes")
		}
		return v.Post(kase.Path()+"/account", form)
	}
	for email, want := range map[string]int{"agent2@boreal.test": 403, "platform@boreal.test": 403, "admin@maple.test": 404} {
		if got := post(site.As(email), "200300").Status; got != want {
			t.Errorf("%s: %d", email, got)
		}
	}
	if got := post(agent, "nowhere"); got.Status != 422 || got.Text("#e-filing") == "" {
		t.Errorf("no account: %d", got.Status)
	}
	if got := post(agent, "200300", "joins"); got.Status != 403 {
		t.Errorf("an agent makes a contact: %d", got.Status)
	}
	stale := agent.Post(kase.Path()+"/account", url.Values{"to": {"200300"}, "was": {"4711"}, "submission": {uuid.NewString()}})
	if stale.Status != 409 || stale.Text("#e-filing") == "" {
		t.Errorf("somebody was quicker: %d", stale.Status)
	}
	if got := post(agent, "200300", "asks"); got.Status != 303 {
		t.Fatalf("%d: %s", got.Status, got.Text("main"))
	}
	now := lastCase(t, site)
	home, err := site.DB.AccountByID(ctx, now.AccountID)
	if err != nil || home.ClientNumber != "200300" || len(now.Ancestors) != 1 || now.Ancestors[0] != home.ID {
		t.Fatalf("%+v, %v", now, err)
	}
	if page := site.As("manager@harbour.test").Get(kase.Path()); page.Status != 200 || strings.Contains(page.Text("main"), "filed the case") {
		t.Errorf("its case manager: %d", page.Status)
	}
	if page := agent.Get(kase.Path()); !strings.Contains(page.Text("main"), "filed the case under Harbour Clinics") {
		t.Error("its history does not tell")
	}
	if n := count(t, site, `select count(*) from audit where action = $1 and subject_id = $2`, db.CaseFiled, int64(kase.ID)); n != 1 {
		t.Errorf("%d lines in the audit log", n)
	}

	t.Run("its sender sees it once the account's administrator has let them in", func(t *testing.T) {
		greet(t, site)
		_, secret := latestLetter(t, site, "nell@harbour.test")
		nell := site.Nobody()
		if in := nell.Post("/links/"+secret, url.Values{"password": {password}}); in.Location() != "/?done=request-waits" {
			t.Fatalf("%d to %q: %s", in.Status, in.Location(), in.Text("main"))
		}
		if page := nell.Get("/?done=request-waits"); page.Status != 200 || page.Text(".notice") == "" {
			t.Errorf("nothing tells them: %d", page.Status)
		}
		if now := lastCase(t, site); now.AccountID != home.ID {
			t.Error("where staff filed it counts no more")
		}
		if got := nell.Get(kase.Path()).Status; got != 404 {
			t.Errorf("they see what is another account's: %d", got)
		}
		platform := site.As("platform@boreal.test")
		if page := platform.Get("/registrations"); !strings.Contains(page.Text("#waiting"), kase.ID.String()) {
			t.Fatalf("nobody is asked: %s", page.Text("#waiting"))
		}
		id := count(t, site, `select id from registrations where state = 'waiting'`)
		if got := platform.Post("/registrations/"+itoa(id)+"/approval", nil); got.Location() != "/registrations?done=registration-approved" {
			t.Fatalf("%d", got.Status)
		}
		if got := nell.Get(kase.Path()).Status; got != 200 {
			t.Errorf("let in, they still don't see it: %d", got)
		}
		if n := count(t, site, `select count(*) from people p join grants g on g.person_id = p.id where p.email = 'nell@harbour.test' and p.account_id = $1 and g.account_id = $1`, home.ID); n != 1 {
			t.Errorf("%d grants", n)
		}
	})
}
