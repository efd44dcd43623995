package handlers_test

import (
	"testing"

	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/jackc/pgx/v5"
)

// The audit log can't be changed, and people can be erased: so what is personal stands in it by reference alone.
func TestAuditNamesNobody(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	provide(t, site, desk.SettingSignUp, string(desk.SignUpOpen))
	// All that is personal below has “zyxxy” in it, or is one of two telephone numbers.
	admin, nobody := site.As("admin@maple.test"), site.Nobody()
	want := func(what string, status int, got *handlertest.Answer) {
		t.Helper()
		if got.Status != status {
			t.Fatalf("%s: %d %s %s", what, got.Status, got.Text(".errors"), got.Text(".complaint"))
		}
	}
	want("make", 303, admin.Post("/contacts", typedInto(t, admin.Get("/contacts/new"), "first_name", "Zyxxy", "last_name", "Zyxxyson",
		"email", "zyxxy@maple.test", "phone", "+1 506 555 0191", "account", "100210")))
	path := contactPath(t, site, "zyxxy@maple.test")
	want("change", 303, admin.Post(path, typedInto(t, admin.Get(path), "last_name", "Zyxxyova", "email", "other.zyxxy@maple.test", "phone", "+1 506 555 0192")))
	want("find", 200, admin.Get("/contacts?q=zyxxy"))
	want("export", 200, admin.Get("/contacts/export.csv?q=zyxxy"))
	want("look as staff", 200, site.As("agent@boreal.test").Get("/contacts?q=zyxxy"))
	want("look at one as staff", 200, site.As("agent@boreal.test").Get(path))
	want("look for cases as staff", 200, site.As("agent@boreal.test").Get("/cases?q=zyxxy"))
	want("guess", 422, signIn(nobody, "other.zyxxy@maple.test", "zyxxy", ""))
	want("guess at nobody", 422, signIn(nobody, "zyxxy@nowhere.test", "zyxxy", ""))
	want("forget", 303, nobody.Post("/forgotten-password", form("email", "other.zyxxy@maple.test")))
	want("sign up", 303, nobody.Post("/sign-up", signUpForm("Zyxxy Newcomer", "zyxxy@novak.test", "")))
	want("ask", 303, nobody.Post("/general-request", requestOf("Zyxxy Stranger", "zyxxy.stranger@novak.test", "About zyxxy", "From zyxxy")))
	customer := site.As("customer@maple.test")
	want("move", 303, customer.Post("/email", form("email", "zyxxy.own@maple.test", "current", demoPassword)))
	greet(t, site)
	if n := count(t, site, `select count(*) from audit where action in ('contact.create', 'contact.change', 'sign-in.fail')`); n < 3 {
		t.Fatalf("only %d entries tell of it", n)
	}
	rows, err := site.DB.Pool().Query(t.Context(), `select a::text from audit a where a::text ~* 'zyxxy|555.?019[12]'`)
	if err != nil {
		t.Fatal(err)
	}
	told, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(told) > 0 {
		t.Errorf("it stands in the log, or %v: %q", err, told)
	}
}
