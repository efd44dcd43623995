package handlers_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/rules"

	"github.com/google/uuid"
)

// setUp are the routes of what the provider sets up: for its platform administrators alone.
func (s *sweep) setUp(get getter, post poster, to adder, with giver) {
	const theirs, none, refused = "contacts 404, agents 403, platform ok", "contacts 404, agents 403, platform 404", "contacts 404, agents 403, platform 422"
	ctx, platform := context.Background(), s.Actor("platform@boreal.test")
	for _, page := range []string{"", "/portal", "/staff", "/staff/new", "/queues", "/services", "/services/new", "/families/new", "/catalog",
		"/targets", "/calendar", "/contact", "/contact/new"} {
		get("/setup"+page, "/setup"+page, theirs)
	}
	one := func(kind, id string) {
		get("/setup/"+kind, "/setup/"+id, theirs)
	}
	gone := func(kind string) string { return "/setup/" + kind + "/999999" }
	services, err := s.DB.Services(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	ways, err := s.DB.ContactWays(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	staff, queue := fmt.Sprintf("staff/%d", s.agentID), fmt.Sprintf("queues/%d", s.voice)
	service, way := fmt.Sprintf("services/%d", services[0].ID), fmt.Sprintf("contact/%d", ways[0].ID)
	one("staff/:id<int>", staff)
	get("/setup/staff/:id<int>", gone("staff"), none)
	get("/setup/staff/:id<int>", fmt.Sprintf("/setup/staff/%d", personID(s.t, s.Site, "customer@maple.test")), none)
	one("queues/:id<int>", queue)
	get("/setup/queues/:id<int>", gone("queues"), none)
	one("services/:id<int>", service)
	get("/setup/services/:id<int>", gone("services"), none)
	one("families/:key", "families/voice")
	get("/setup/families/:key", gone("families"), none)
	one("categories/:key", "categories/customer-service")
	get("/setup/categories/:key", gone("categories"), none)
	one("items/:key", "items/billing-inquiry")
	get("/setup/items/:key", gone("items"), none)
	one("contact/:id<int>", way)
	get("/setup/contact/:id<int>", gone("contact"), none)

	post("/setup/portal", to("/setup/portal"), with("name", ""), refused)
	post("/setup/staff", to("/setup/staff"), func(string) url.Values {
		return form("first", "New", "last", "One", "email", uuid.NewString()+"@boreal.test", "language", "en", "administrator", "yes")
	}, theirs)
	post("/setup/staff/:id<int>", to("/setup/"+staff), with("first", ""), refused)
	post("/setup/staff/:id<int>", to(gone("staff")), with(), none)
	newcomer := func(verb string) func(string) string {
		return func(string) string {
			p, err := s.Desk.AddStaff(ctx, platform, desk.StaffContent{First: "New", Last: "One", Email: uuid.NewString() + "@boreal.test", Language: "en", Agent: []int64{s.voice}})
			if err != nil {
				s.t.Fatal(err)
			}
			return "/setup/staff/" + strconv.FormatInt(p.ID, 10) + verb
		}
	}
	for _, verb := range []string{"/login", "/invitation", "/lock"} {
		post("/setup/staff/:id<int>"+verb, newcomer(verb), with("login", "off"), theirs)
		post("/setup/staff/:id<int>"+verb, to(gone("staff")+verb), with("login", "off"), none)
	}
	post("/setup/queues", to("/setup/queues"), func(string) url.Values { return form("name", uuid.NewString()) }, theirs)
	post("/setup/queues/order", to("/setup/queues/order"), with("move", fmt.Sprintf("%d:down", s.voice)), "contacts 404, agents 403, platform 303/200")
	post("/setup/queues/order", to("/setup/queues/order"), with("move", "999999:down"), none)
	post("/setup/queues/:id<int>", to("/setup/"+queue), with("name", ""), refused)
	post("/setup/queues/:id<int>", to(gone("queues")), with("name", "x"), none)
	post("/setup/queues/:id<int>/removal", to("/setup/"+queue+"/removal"), with(), refused)
	post("/setup/queues/:id<int>/removal", to(gone("queues")+"/removal"), with(), none)
	post("/setup/services", to("/setup/services"), func(string) url.Values {
		return form("name-en", uuid.NewString(), "name-fr", "Un service", "family", "voice", "state", "running")
	}, theirs)
	post("/setup/services/order", to("/setup/services/order"), with("move", fmt.Sprintf("%d:down", services[0].ID)), "contacts 404, agents 403, platform 303/200")
	post("/setup/services/:id<int>", to("/setup/"+service), with("family", "nothing"), refused)
	post("/setup/services/:id<int>", to(gone("services")), with(), none)
	post("/setup/services/:id<int>/removal", to("/setup/"+service+"/removal"), with(), refused)
	post("/setup/services/:id<int>/removal", to(gone("services")+"/removal"), with(), none)
	post("/setup/families", to("/setup/families"), func(string) url.Values { return form("name-en", uuid.NewString(), "name-fr", "Une famille") }, theirs)
	post("/setup/families/:key", to("/setup/families/voice"), with("name-en", ""), refused)
	post("/setup/families/:key", to(gone("families")), with(), none)
	post("/setup/families/:key/removal", to("/setup/families/voice/removal"), with(), refused)
	post("/setup/families/:key/removal", to(gone("families")+"/removal"), with(), none)
	post("/setup/catalog", to("/setup/catalog"), with("item", "report-issue"), theirs)
	post("/setup/catalog", to("/setup/catalog"), with("item", "nothing"), none)
	post("/setup/categories/order", to("/setup/categories/order"), with("move", "customer-service:up"), "contacts 404, agents 403, platform 303/200")
	post("/setup/categories/:key", to("/setup/categories/customer-service"), with("name-en", ""), refused)
	post("/setup/categories/:key", to(gone("categories")), with(), none)
	post("/setup/items/order", to("/setup/items/order"), with("move", "billing-inquiry:down", "in", "customer-service"), "contacts 404, agents 403, platform 303/200")
	post("/setup/items/:key", to("/setup/items/billing-inquiry"), with("name-en", ""), refused)
	post("/setup/items/:key", to(gone("items")), with(), none)
	post("/setup/targets", to("/setup/targets"), with("target-1-0", "soon"), refused)
	post("/setup/hours", to("/setup/hours"), with("opens-1", "18:00", "closes-1", "08:00"), refused)
	post("/setup/holidays", to("/setup/holidays"), with("day", "never"), refused)
	post("/setup/holidays/federal", to("/setup/holidays/federal"), with("year", "2031"), theirs)
	holiday := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	post("/setup/holidays/:day/removal", func(string) string {
		holiday = holiday.AddDate(0, 0, 1)
		if err := s.Desk.AddHoliday(ctx, platform, db.Holiday{Day: holiday, Name: rules.Text{"en": "A day", "fr": "Un jour"}}); err != nil {
			s.t.Fatal(err)
		}
		return "/setup/holidays/" + holiday.Format(time.DateOnly) + "/removal"
	}, with(), theirs)
	post("/setup/holidays/:day/removal", to("/setup/holidays/2039-01-01/removal"), with(), none)
	post("/setup/contact", to("/setup/contact"), func(string) url.Values {
		return form("kind", "address", "value", uuid.NewString(), "label-en", "Here", "label-fr", "Ici")
	}, theirs)
	post("/setup/contact/order", to("/setup/contact/order"), with("move", fmt.Sprintf("%d:down", ways[0].ID)), "contacts 404, agents 403, platform 303/200")
	post("/setup/contact/:id<int>", to("/setup/"+way), with("kind", "smoke"), refused)
	post("/setup/contact/:id<int>", to(gone("contact")), with(), none)
	added := func(string) string {
		value := uuid.NewString()
		in := desk.ContactWayContent{Kind: "address", Value: value, Label: rules.Text{"en": "Here", "fr": "Ici"}}
		if err := s.Desk.AddContactWay(ctx, platform, in); err != nil {
			s.t.Fatal(err)
		}
		all, err := s.DB.ContactWays(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		return fmt.Sprintf("/setup/contact/%d/removal", all[len(all)-1].ID)
	}
	post("/setup/contact/:id<int>/removal", added, with(), theirs)
	post("/setup/contact/:id<int>/removal", to(gone("contact")+"/removal"), with(), none)
}
