package handlers_test

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

const password = "four words nobody guesses"

// latestLetter is the last mail that was promised to an address: its kind, and the secret of its link, which is made as if
// it was being sent.
func latestLetter(t *testing.T, site *handlertest.Site, to string) (kind, secret string) {
	t.Helper()
	ctx := context.Background()
	var id int64
	if err := site.DB.Pool().QueryRow(ctx, `select id from mails where "to" = $1 order by id desc limit 1`, to).Scan(&id); err != nil {
		t.Fatalf("no letter to %s: %v", to, err)
	}
	secret, _, err := site.Desk.AddressLetter(ctx, id)
	if err != nil {
		t.Fatalf("letter to %s: %v", to, err)
	}
	if err := site.DB.Pool().QueryRow(ctx, `select kind from mails where id = $1`, id).Scan(&kind); err != nil {
		t.Fatal(err)
	}
	return kind, secret
}

func letters(t *testing.T, site *handlertest.Site, to string) int {
	t.Helper()
	return count(t, site, `select count(*) from mails where "to" = $1`, to)
}

func count(t *testing.T, site *handlertest.Site, sql string, args ...any) (n int) {
	t.Helper()
	if err := site.DB.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func provide(t *testing.T, site *handlertest.Site, key, value string) {
	t.Helper()
	if err := site.DB.Set(context.Background(), key, value); err != nil {
		t.Fatal(err)
	}
}

// withCode gives an account of the demo a registration code.
func withCode(t *testing.T, site *handlertest.Site, client string) string {
	t.Helper()
	code := desk.NewRegistrationCode()
	if _, err := site.DB.Pool().Exec(context.Background(), `update accounts set registration_code = $2 where client_number = $1`, client, code); err != nil {
		t.Fatal(err)
	}
	return code
}

// greet does the background work of all registrations.
func greet(t *testing.T, site *handlertest.Site) {
	t.Helper()
	rows, err := site.DB.Pool().Query(context.Background(), `select id from registrations where state = 'new' order by id`)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		if err := site.Desk.Greet(context.Background(), id); err != nil {
			t.Fatal(err)
		}
	}
}

func signUpForm(name, email, code string) url.Values {
	return url.Values{"name": {name}, "email": {email}, "code": {code}, "submission": {uuid.NewString()}}
}

func TestSignUpByCode(t *testing.T) {
	site := handlertest.New(t)
	code := withCode(t, site, "100210") // Maple Foods East
	v := site.Nobody()
	if page := v.Get("/sign-in"); !page.Has(`a[href="/sign-up"]`) || !page.Has(`a[href="/general-request"]`) {
		t.Error("the sign-in page does not lead there")
	}
	if page := v.Get("/sign-up"); page.Status != 200 || !page.Has(`#q-code`) || !page.Has(`#q-name[autocomplete=name]`) {
		t.Fatalf("%d: the form asks for no code", page.Status)
	}

	t.Run("what is wrong stands beside its field, with what was typed", func(t *testing.T) {
		for _, bad := range []struct{ name, email, code, field string }{
			{"", "new@maple.test", code, "name"},
			{"New\r\nBcc: all@maple.test", "new@maple.test", code, "name"},
			{"See http://evil.example/", "new@maple.test", code, "name"},
			{"Ever\u202eyone", "new@maple.test", code, "name"},
			{strings.Repeat("long ", 60), "new@maple.test", code, "name"},
			{"New Comer", "no address", code, "email"},
			{"New Comer", "new@maple.test\r\nBcc: all@maple.test", code, "email"},
			{"New Comer", strings.Repeat("x", 400) + "@maple.test", code, "email"},
			{"New Comer", "n\u0435w@maple.test", code, "email"}, // a Cyrillic letter
			{"New Comer", "new@maple.test", "", "code"},
			{"New Comer", "new@maple.test", desk.NewRegistrationCode(), "code"},
			{"New Comer", "new@maple.test", "'; drop table accounts; --", "code"},
		} {
			page := v.Post("/sign-up", signUpForm(bad.name, bad.email, bad.code))
			if page.Status != 422 || !page.Has("#q-"+bad.field+"[aria-invalid=true]") || page.Page().Find("[aria-invalid]").Length() != 1 {
				t.Errorf("%.20q, %.20q, %.20q: %d, complaints %q", bad.name, bad.email, bad.code, page.Status, page.Text(".complaint"))
			}
			if got, _ := page.Page().Find("#q-code").Attr("value"); got != bad.code {
				t.Errorf("the code %q came back as %q", bad.code, got)
			}
		}
		if n := count(t, site, `select count(*) from registrations`); n != 0 {
			t.Errorf("%d registrations", n)
		}
	})

	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	form := signUpForm("Robin de la Tour", "New@Maple.test", typed)
	sent := v.Post("/sign-up", form)
	if sent.Status != 303 || sent.Location() != "/sign-up?done=sent" {
		t.Fatalf("%d to %q: %s", sent.Status, sent.Location(), sent.Text(".complaint"))
	}
	if again := v.Post("/sign-up", form); again.Location() != sent.Location() || count(t, site, `select count(*) from registrations`) != 1 {
		t.Errorf("a double click is taken down twice")
	}
	known := v.Post("/sign-up", signUpForm("Chris Doucet", "customer@maple.test", code))
	if known.Status != sent.Status || known.Location() != sent.Location() || known.Body != sent.Body {
		t.Error("the answer tells that an address is known")
	}
	if page := v.Get("/sign-up?done=sent"); page.Status != 200 || page.Has("form") {
		t.Errorf("%d", page.Status)
	}
	greet(t, site)
	if kind, _ := latestLetter(t, site, "customer@maple.test"); kind != string(db.LetterKnown) {
		t.Errorf("who has a login already is sent %q", kind)
	}
	if kind, _ := latestLetter(t, site, "New@maple.test"); kind != string(db.LetterWaiting) {
		t.Errorf("who waits is sent %q", kind)
	}
	for _, administrator := range []string{"site-admin@maple.test", "admin@maple.test"} {
		if kind, _ := latestLetter(t, site, administrator); kind != string(db.LetterRegistration) || letters(t, site, administrator) != 1 {
			t.Errorf("%s is sent %q", administrator, kind)
		}
	}

	var id string
	if err := site.DB.Pool().QueryRow(context.Background(), `select id::text from registrations where state = 'waiting'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	t.Run("who may decide, and nobody else", func(t *testing.T) {
		for _, who := range []struct {
			email        string
			list, decide int
		}{
			{"manager@maple.test", 404, 404}, {"customer@maple.test", 404, 404}, {"manager@harbour.test", 404, 404},
			{"agent@boreal.test", 403, 403}, {"platform@boreal.test", 200, 0}, {"admin@maple.test", 200, 0}, {"site-admin@maple.test", 200, 0},
		} {
			v := site.As(who.email)
			page := v.Get("/registrations")
			if page.Status != who.list || page.Has("#registration-"+id) != (who.list == 200) {
				t.Errorf("%s: the list %d", who.email, page.Status)
			}
			if who.list == 200 && !strings.Contains(page.Text(".codes"), code) {
				t.Errorf("%s does not see the code", who.email)
			}
			if who.decide == 0 {
				continue
			}
			for _, verb := range []string{"approval", "refusal"} {
				if got := v.Post("/registrations/"+id+"/"+verb, nil).Status; got != who.decide {
					t.Errorf("%s: %s %d, not %d", who.email, verb, got, who.decide)
				}
			}
			if got := v.Post("/registrations/4711/approval", nil).Status; got != 404 {
				t.Errorf("%s: one that is none %d", who.email, got)
			}
		}
	})

	admin := site.As("site-admin@maple.test")
	if got := admin.Post("/registrations/"+id+"/approval", nil); got.Location() != "/registrations?done=registration-approved" {
		t.Fatalf("%d to %q", got.Status, got.Location())
	}
	if got := site.As("admin@maple.test").Post("/registrations/"+id+"/refusal", nil); got.Location() != "/registrations?done=registration-was-approved" {
		t.Errorf("a second administrator is sent to %q", got.Location())
	}
	kind, secret := latestLetter(t, site, "New@maple.test")
	if kind != string(db.LetterWelcome) {
		t.Fatalf("who was let in is sent %q", kind)
	}
	n := site.Nobody()
	if page := n.Get("/links/" + secret); page.Status != 200 || !strings.Contains(page.Text(".facts"), "Robin de la Tour") {
		t.Errorf("%d, the name is not filled in: %s", page.Status, page.Text(".facts"))
	}
	if in := n.Post("/links/"+secret, url.Values{"password": {password}}); in.Status != 303 {
		t.Fatalf("%d: %s", in.Status, in.Text("main"))
	}
	if page := n.Get("/profile"); page.Status != 200 {
		t.Errorf("not signed in then: %d", page.Status)
	}
	if got := count(t, site, `select count(*) from people p join grants g on g.person_id = p.id join accounts a on a.id = g.account_id and a.id = p.account_id
		where p.email = 'New@maple.test' and g.role = 'customer' and g.reach = 'account' and a.client_number = '100210'`); got != 1 {
		t.Errorf("%d grants", got)
	}
}

func TestRegistrationRefusedAndExpired(t *testing.T) {
	site := handlertest.New(t)
	code := withCode(t, site, "200300") // Harbour Clinics, which has no administrator
	v := site.Nobody()
	for _, email := range []string{"one@harbour.test", "two@harbour.test"} {
		if got := v.Post("/sign-up", signUpForm("Some Body", email, code)); got.Status != 303 {
			t.Fatal(got.Status)
		}
	}
	greet(t, site)
	if kind, _ := latestLetter(t, site, "platform@boreal.test"); kind != string(db.LetterRegistration) {
		t.Errorf("where nobody administers, the provider is sent %q", kind)
	}
	platform := site.As("platform@boreal.test")
	id := count(t, site, `select id from registrations where email = 'one@harbour.test'`)
	if got := platform.Post("/registrations/"+itoa(id)+"/refusal", nil); got.Location() != "/registrations?done=registration-refused" {
		t.Fatalf("%d", got.Status)
	}
	if kind, _ := latestLetter(t, site, "one@harbour.test"); kind != string(db.LetterRefused) {
		t.Errorf("who was refused is sent %q", kind)
	}
	if got := platform.Post("/registrations/"+itoa(id)+"/approval", nil); got.Location() != "/registrations?done=registration-was-refused" {
		t.Errorf("%q", got.Location())
	}

	later := site.Desk.Clock().AddDate(0, 0, 15)
	site.SetClock(later)
	platform = signedInAt(t, site, "platform@boreal.test")
	other := count(t, site, `select id from registrations where email = 'two@harbour.test'`)
	if page := platform.Get("/registrations"); page.Has("#registration-" + itoa(other)) {
		t.Error("one that nobody decided still stands there after a fortnight")
	}
	if got := platform.Post("/registrations/"+itoa(other)+"/approval", nil); got.Status != 404 {
		t.Errorf("it can still be approved: %d", got.Status)
	}
	if err := site.Desk.ExpireRegistrations(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, site, `select count(*) from registrations`); n != 0 {
		t.Errorf("%d are still kept", n)
	}
	if n := count(t, site, `select count(*) from audit where action = 'registration.expire'`); n != 1 {
		t.Errorf("%d are told of as expired", n)
	}
}

func TestCodeIsRenewed(t *testing.T) {
	site := handlertest.New(t)
	code := withCode(t, site, "100210")
	id := count(t, site, `select id from accounts where client_number = '100210'`)
	path := "/registrations/codes/" + itoa(id)
	for email, want := range map[string]int{"manager@maple.test": 404, "customer@harbour.test": 404, "agent@boreal.test": 403, "platform@boreal.test": 303} {
		if email != "platform@boreal.test" {
			if got := site.As(email).Post(path, url.Values{"was": {code}}).Status; got != want {
				t.Errorf("%s: %d", email, got)
			}
		}
	}
	admin := site.As("admin@maple.test")
	if got := admin.Post(path, url.Values{"was": {code}}); got.Location() != "/registrations?done=code-renewed" {
		t.Fatalf("%d to %q", got.Status, got.Location())
	}
	if got := admin.Post(path, url.Values{"was": {code}}); got.Location() != "/registrations?done=code-was-renewed" {
		t.Errorf("a double click renews it twice: %q", got.Location())
	}
	if got := site.Nobody().Post("/sign-up", signUpForm("Some Body", "some@body.test", code)); got.Status != 422 {
		t.Errorf("the old code is still good: %d", got.Status)
	}
	other := count(t, site, `select id from accounts where client_number = '200300'`)
	if got := admin.Post("/registrations/codes/"+itoa(other), url.Values{"was": {code}}).Status; got != 404 {
		t.Errorf("another customer's: %d", got)
	}
}

func TestSignUpOpen(t *testing.T) {
	site := handlertest.New(t)
	provide(t, site, desk.SettingSignUp, string(desk.SignUpOpen))
	v := site.Nobody()
	if page := v.Get("/sign-up"); page.Has("#q-code") {
		t.Error("it asks for a code")
	}
	v.Post("/sign-up", signUpForm("Somebody First", "first@novak.test", ""))
	before := site.DB.Statements()
	sent := v.Post("/sign-up", signUpForm("Ana Novak", "ana@novak.test", ""))
	between := site.DB.Statements()
	known := v.Post("/sign-up", signUpForm("Chris Doucet", "Customer@Maple.test", ""))
	if stranger, friend := between-before, site.DB.Statements()-between; stranger != friend {
		t.Errorf("%d statements for a stranger, and %d for who is known: time tells them apart", stranger, friend)
	}
	if sent.Status != 303 || known.Status != 303 || sent.Location() != known.Location() {
		t.Fatalf("%d %q, %d %q", sent.Status, sent.Location(), known.Status, known.Location())
	}
	if kind, secret := latestLetter(t, site, "Customer@maple.test"); kind != string(db.LetterKnown) || secret != "" {
		t.Errorf("who is known is sent %q", kind)
	}
	kind, secret := latestLetter(t, site, "ana@novak.test")
	if kind != string(db.LetterSignUp) {
		t.Fatalf("who is not is sent %q", kind)
	}
	if n := count(t, site, `select count(*) from people where email = 'ana@novak.test'`); n != 0 {
		t.Error("they are somebody before they used the link")
	}
	n := site.Nobody()
	if weak := n.Post("/links/"+secret, url.Values{"password": {"short"}}); weak.Status != 422 {
		t.Errorf("a short password: %d", weak.Status)
	}
	if in := n.Post("/links/"+secret, url.Values{"password": {password}}); in.Status != 303 {
		t.Fatalf("%d: %s", in.Status, in.Text("main"))
	}
	if page := n.Get("/"); page.Status != 200 || !strings.Contains(page.Text("main"), "You don’t belong to a company here yet") {
		t.Errorf("home: %d %q", page.Status, page.Text("main"))
	}
	agent := site.As("agent@boreal.test")
	if at, _ := site.As("platform@boreal.test").Get("/registrations").Page().Find("main .cluster a").Attr("href"); !strings.Contains(agent.Get(at).Text("main"), "novak.test") {
		t.Errorf("they are not found where the provider's people are led to: %q", at)
	}
	if page := n.Get("/cases"); page.Status != 200 || page.Has("table.cases tbody tr") {
		t.Errorf("their list: %d", page.Status)
	}
	if again := site.Nobody().Post("/links/"+secret, url.Values{"password": {password}}); again.Status != 410 {
		t.Errorf("the link is good twice: %d", again.Status)
	}

	t.Run("a link is no good any more once the provider closes that way in", func(t *testing.T) {
		v.Post("/sign-up", signUpForm("Too Late", "late@novak.test", ""))
		_, secret := latestLetter(t, site, "late@novak.test")
		provide(t, site, desk.SettingSignUp, string(desk.SignUpInvitation))
		if in := site.Nobody().Post("/links/"+secret, url.Values{"password": {password}}); in.Status != 410 {
			t.Errorf("%d", in.Status)
		}
		if got := v.Get(v.Get("/sign-up").Location()); !strings.Contains(got.Text("main"), "by invitation") {
			t.Errorf("the form: %d %q", got.Status, got.Text("main"))
		}
		if got := v.Post("/sign-up", signUpForm("Too Late", "later@novak.test", "")).Location(); got != "/sign-in?done=by-invitation" {
			t.Errorf("sent: to %q", got)
		}
		if v.Get("/sign-in").Has(`a[href="/sign-up"]`) {
			t.Error("the sign-in page leads there")
		}
	})
}

func TestSignUpIsGuarded(t *testing.T) {
	site := handlertest.New(t)
	provide(t, site, desk.SettingSignUp, string(desk.SignUpOpen))
	v := site.Nobody()
	trap := signUpForm("Program", "program@bots.test", "")
	trap.Set("topic_url", "http://bots.test")
	if got := v.Post("/sign-up", trap); got.Location() != "/sign-up?done=sent" || count(t, site, `select count(*) from registrations`) != 0 {
		t.Errorf("a program gets in: %d", got.Status)
	}
	for i := range 6 {
		got := v.Post("/sign-up", signUpForm("Ana Novak", "Ana@novak.test", ""))
		if want := map[bool]int{true: 303, false: 429}[i < 5]; got.Status != want {
			t.Errorf("%d. time: %d, not %d", i+1, got.Status, want)
		}
		if typed, _ := got.Page().Find("#q-name").Attr("value"); got.Status == 429 && typed != "Ana Novak" {
			t.Errorf("what was typed is lost: %q", typed)
		}
	}
	provide(t, site, desk.SettingSignUp, string(desk.SignUpByCode))
	code := withCode(t, site, "100210")
	last := 0
	for range 21 {
		last = v.Post("/sign-up", signUpForm("Some Body", "some@body.test", desk.NewRegistrationCode())).Status
	}
	if last != 429 {
		t.Errorf("codes can be tried for ever: %d", last)
	}
	if got := v.Post("/sign-up", signUpForm("Some Body", "some@body.test", code)).Status; got != 429 {
		t.Errorf("the right one is told from others: %d", got)
	}
}

// signedInAt signs somebody of the demo in by the clock as it stands.
func signedInAt(t *testing.T, site *handlertest.Site, email string) *handlertest.Visitor {
	t.Helper()
	v := site.Nobody()
	if got := v.Post("/sign-in", url.Values{"email": {email}, "password": {"portico-demo"}}); got.Status != 303 {
		t.Fatalf("sign in as %s: %d", email, got.Status)
	}
	return v
}

func itoa(n int) string { return strconv.Itoa(n) }
