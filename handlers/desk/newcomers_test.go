package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
)

func number(t testing.TB, site *handlertest.Site, sql string, args ...any) (n int64) {
	t.Helper()
	if err := site.DB.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// atOnce does something in many places at the same time.
func atOnce(times int, do func() error) []error {
	results := make([]error, times)
	var wait sync.WaitGroup
	begin := make(chan struct{})
	for i := range results {
		wait.Go(func() {
			<-begin
			results[i] = do()
		})
	}
	close(begin)
	wait.Wait()
	return results
}

func firstRequest(email string) desk.FirstRequest {
	return desk.FirstRequest{Name: "Ana Novak", Email: email, Language: "fr", Client: "203.0.113.7", Submission: uuid.New(),
		Raw: map[string][]string{"subject": {"Une question"}, "description": {"La voici."}}}
}

func TestARequestThatIsSentAtOnceOpensOneCase(t *testing.T) {
	site := handlertest.New(t)
	before := number(t, site, `select count(*) from cases`)
	in := firstRequest("ana@novak.test")
	for _, err := range atOnce(6, func() error { _, err := site.Desk.SendRequest(context.Background(), in); return err }) {
		var throttled desk.Throttled
		if err != nil && !errors.As(err, &throttled) {
			t.Error(err)
		}
	}
	if n := number(t, site, `select count(*) from cases`) - before; n != 1 {
		t.Errorf("%d cases", n)
	}
	if n := number(t, site, `select count(*) from mails where "to" = 'ana@novak.test'`); n != 1 {
		t.Errorf("%d letters", n)
	}
	if n := number(t, site, `select count(*) from accounts where client_number = '0'`); n != 1 {
		t.Errorf("%d receptions", n)
	}
}

func TestFirstRequestsAtOnceMakeOneReception(t *testing.T) {
	site := handlertest.New(t)
	for _, err := range atOnce(5, func() error {
		_, err := site.Desk.SendRequest(context.Background(), firstRequest(uuid.NewString()+"@novak.test"))
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := number(t, site, `select count(*) from accounts where parent_id is null and name = 'Boreal Telecom'`); n != 1 {
		t.Errorf("%d receptions", n)
	}
	if n := number(t, site, `select count(*) from people where email = $1 and disabled_at is not null and password_hash is null`, db.NobodyEmail); n != 1 {
		t.Errorf("%d nobodies", n)
	}
}

// waits is a registration that waits for an administrator of Maple Foods East.
func waits(t *testing.T, site *handlertest.Site) int64 {
	t.Helper()
	ctx := context.Background()
	code := desk.NewRegistrationCode()
	exec(t, site, `update accounts set registration_code = $1 where client_number = '100210'`, code)
	in := desk.SignUp{Name: "Ana Novak", Email: "ana@maple.test", Code: code, Language: "en", Client: "203.0.113.7", Submission: uuid.New()}
	if err := site.Desk.SignUp(ctx, in); err != nil {
		t.Fatal(err)
	}
	id := number(t, site, `select id from registrations`)
	if err := site.Desk.Greet(ctx, id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestARegistrationIsDecidedOnce(t *testing.T) {
	ctx := context.Background()
	site := handlertest.New(t)
	id := waits(t, site)
	who := []policy.Actor{site.Actor("admin@maple.test"), site.Actor("site-admin@maple.test"), site.Actor("platform@boreal.test")}
	var mu sync.Mutex
	turn, done := 0, 0
	for _, err := range atOnce(6, func() error {
		mu.Lock()
		turn++
		by, approves := who[turn%len(who)], turn%2 == 0
		mu.Unlock()
		if approves {
			return site.Desk.Approve(ctx, by, id)
		}
		return site.Desk.Refuse(ctx, by, id)
	}) {
		var decided desk.Decided
		switch {
		case err == nil:
			done++
		case !errors.As(err, &decided):
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%d decisions", done)
	}
	if n := number(t, site, `select count(*) from mails where "to" = 'ana@maple.test' and kind in ('welcome', 'refused')`); n != 1 {
		t.Errorf("%d letters", n)
	}
	if err := site.Desk.Greet(ctx, id); err != nil {
		t.Error(err)
	}
	if n := number(t, site, `select count(*) from mails where kind = 'registration'`); n != 2 {
		t.Errorf("the administrators hear %d times", n)
	}
}

func TestAnAdministratorWhoIsOneNoMoreApprovesNobody(t *testing.T) {
	site := handlertest.New(t)
	id := waits(t, site)
	who := site.Actor("site-admin@maple.test")
	exec(t, site, `delete from grants where person_id = $1 and role = 'customer-administrator'`, who.Person.ID)
	if err := site.Desk.Approve(context.Background(), who, id); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestRegistrationCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := desk.NewRegistrationCode()
		if len(code) != 17 || strings.ContainsAny(code, "0O1IL2Z5S8BUV") || seen[code] {
			t.Fatalf("%q", code)
		}
		seen[code] = true
	}
}

func TestFullNames(t *testing.T) {
	for typed, kept := range map[string]string{
		"  Ana   Novak ": "Ana Novak", "O’Brien, Zoë (she)": "O’Brien, Zoë (she)", "ابن سينا": "ابن سينا", "李小龙": "李小龙", "Jean-Luc d'Arc Jr.": "Jean-Luc d'Arc Jr.",
		"Ana\nNovak": "Ana Novak", "": "", "---": "", "a@b.test": "", "http://a.test": "", "Ana\u200bNovak": "", "Ana\u202e": "", "\x00": "", "<b>": "", "\xff\xfe": "",
		"José": "José", strings.Repeat("a", 101): "",
	} {
		if name, wrong := desk.FullName(typed); name != kept || (wrong.Code == "") != (kept != "") {
			t.Errorf("%q is kept as %q, %v", typed, name, wrong)
		}
	}
}

func FuzzFullName(f *testing.F) {
	f.Add("Ana Novak")
	f.Add("Ana\r\nBcc: all@novak.test")
	f.Fuzz(func(t *testing.T, typed string) {
		name, wrong := desk.FullName(typed)
		if wrong.Code != "" {
			return
		}
		if strings.ContainsAny(name, "\r\n\t\x00@<>:/") || name == "" || len([]rune(name)) > 100 {
			t.Errorf("%q is kept as %q", typed, name)
		}
		if again, _ := desk.FullName(name); again != name {
			t.Errorf("%q becomes %q", name, again)
		}
	})
}
