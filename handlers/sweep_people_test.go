package handlers_test

import (
	"context"
	"net/url"

	"portico/db"

	"github.com/google/uuid"
)

// people are the routes by which a case's details are changed, and who has to do with it.
func (s *sweep) people(get getter, post poster, with giver) {
	maple, harbour := "/cases/"+s.maple.String(), "/cases/"+s.harbour.String()
	const change, changeOther = "all 404, in-reach ok, agent ok, lead ok, agent2 403, platform 403", "all 404, harbours ok, agent2 ok, lead ok, agent 403, platform 403"
	get("/cases/:number/details", maple+"/details", change)
	get("/cases/:number/details", harbour+"/details", changeOther)
	const people = "all 404, in-reach 303/200, agent 303/200, lead 303/200, agent2 403, platform 403"
	get("/cases/:number/people", maple+"/people?for=copies&copies_words=a", people)
	get("/cases/:number/people", maple+"/people?for=contact&contact_words=a", people+", customer 303/403")
	opened := func(path string) func(string) string {
		return func(string) string { s.reset(db.Open); return path }
	}
	titled := func(string) url.Values { return form("title", "Called "+uuid.NewString()) }
	post("/cases/:number/details", opened(maple+"/details"), titled, change)
	post("/cases/:number/details", opened(harbour+"/details"), titled, changeOther)
	colleague := personID(s.t, s.Site, "colleague@maple.test")
	post("/cases/:number/copies/removal", func(who string) string {
		if who == "colleague" { // who is gone again with it
			if _, err := s.DB.Pool().Exec(context.Background(), `insert into case_copies values ($1, $2) on conflict do nothing`, s.maple, colleague); err != nil {
				s.t.Fatal(err)
			}
		}
		return maple + "/copies/removal"
	}, with(), "all 404, colleague ok")
}
