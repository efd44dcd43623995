package handlers_test

import (
	"context"
	"net/url"

	"portico/db"
)

// following are the routes of what people follow, of what they have done, and of going on with what is over.
func (s *sweep) following(get getter, post poster, to adder, with giver) {
	get("/activities", "/activities", "all ok")
	for _, tab := range []string{"requests", "following", "contributions&what=cases", "following&what=articles", "nonsense&after=nonsense"} {
		get("/activities", "/activities?tab="+tab, "all ok")
	}
	follow := func(client string) func(string) url.Values { return with("account", client, "follow", "yes") }
	post("/activities/accounts", to("/activities/accounts"), follow("100210"), "all 422, manager ok, admin ok, site-admin ok, staff ok")
	post("/activities/accounts", to("/activities/accounts"), follow("200310"), "all 422, harbour-manager ok, staff ok")
	post("/activities/accounts", to("/activities/accounts"), follow("999999"), "all 422")

	maple, harbour := "/cases/"+s.maple.String()+"/following", "/cases/"+s.harbour.String()+"/following"
	post("/cases/:number/following", to(maple), with("follow", "yes"), "all 404, in-reach ok, staff ok")
	post("/cases/:number/following", to(harbour), with("follow", "no"), "all 404, harbours ok, staff ok")
	post("/cases/:number/following", to("/cases/CS9999999/following"), with("follow", "yes"), "all 404")

	over := aCase(s.t, s.Site, "customer@maple.test", db.Closed)
	var item string
	if err := s.DB.Pool().QueryRow(context.Background(), `update cases set queue_id = $2 where id = $1 returning item`, over, s.voice).Scan(&item); err != nil {
		s.t.Fatal(err)
	}
	get("/items/:item", "/items/"+item+"?follows="+over.String(), "all 404, in-reach ok, agent ok, lead ok, agent2 403, platform 403")
	get("/items/:item", "/items/"+item+"?follows=nonsense", "all 404")
}
