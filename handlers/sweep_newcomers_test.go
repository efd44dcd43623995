package handlers_test

import (
	"context"
	"net/url"
	"strconv"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"

	"github.com/google/uuid"
)

// newcomers are the routes of who is not known yet, and of who lets them in.
func (s *sweep) newcomers(get getter, post poster, to adder, with giver) {
	get("/sign-up", "/sign-up", "all 303, nobody 200")
	post("/sign-up", to("/sign-up"), with("name", "Some Body"), "all 303, nobody 422")
	get("/general-request", "/general-request", "all 303, nobody 200")
	post("/general-request", to("/general-request"), with("name", "Some Body", "submission", uuid.NewString()), "all 303, nobody 422")
	get("/registrations", "/registrations", "contacts 404, agents 403, admin ok, site-admin ok, platform ok")

	const decides = "contacts 404, agents 403, admin ok, site-admin ok, platform ok"
	for _, verb := range []string{"approval", "refusal"} {
		post("/registrations/:id<int>/"+verb, func(string) string { return "/registrations/" + s.registration("100210") + "/" + verb }, with(), decides)
		post("/registrations/:id<int>/"+verb, func(string) string { return "/registrations/" + s.registration("200300") + "/" + verb }, with(),
			"contacts 404, agents 403, platform ok")
		post("/registrations/:id<int>/"+verb, to("/registrations/999999/"+verb), with(), "all 404")
	}
	code := desk.NewRegistrationCode()
	renew := func(client string) func(string) string {
		return func(string) string {
			var id int64
			err := s.DB.Pool().QueryRow(context.Background(), `update accounts set registration_code = $2 where client_number = $1 returning id`, client, code).Scan(&id)
			if err != nil {
				s.t.Fatal(err)
			}
			return "/registrations/codes/" + strconv.FormatInt(id, 10)
		}
	}
	was := func(string) url.Values { return form("was", code) }
	post("/registrations/codes/:id<int>", renew("100210"), was, decides)
	post("/registrations/codes/:id<int>", renew("100210"), with("was", "another"), decides) // it tells how the code is now
	post("/registrations/codes/:id<int>", to("/registrations/codes/999999"), was, "all 404")

	files := func(string) url.Values { return form("to", "200300", "submission", uuid.NewString()) }
	post("/cases/:number/account", func(string) string { return s.firstRequest().Path() + "/account" }, files,
		"contacts 404, staff 403, agent ok, lead ok")
	post("/cases/:number/account", to("/cases/"+s.maple.String()+"/account"), files, "contacts 404, in-reach 403, staff 403")
}

// registration is somebody who waits for an administrator of an account, for one step.
func (s *sweep) registration(client string) string {
	s.t.Helper()
	ctx := context.Background()
	r := db.Registration{Name: "Some Body", Email: uuid.NewString() + "@nowhere.test", Language: "en", State: db.NeedsApproval, Submission: uuid.New(),
		CreatedAt: dbtest.Now, ExpiresAt: dbtest.Now.AddDate(0, 0, 14)}
	if err := s.DB.Pool().QueryRow(ctx, `select id from accounts where client_number = $1`, client).Scan(&r.AccountID); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.DB.AddRegistration(ctx, &r); err != nil {
		s.t.Fatal(err)
	}
	return strconv.FormatInt(r.ID, 10)
}

// firstRequest is a case that somebody sent in who was not signed in, for one step.
func (s *sweep) firstRequest() db.Case {
	s.t.Helper()
	kase, err := s.Desk.SendRequest(context.Background(), desk.FirstRequest{Name: "Some Body", Email: uuid.NewString() + "@nowhere.test", Language: "en",
		Client: uuid.NewString(), Submission: uuid.New(), Raw: map[string][]string{"subject": {"Hello"}, "description": {"There."}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return kase
}
