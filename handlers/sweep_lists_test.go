package handlers_test

import (
	"fmt"
	"net/url"

	"portico/db"

	"github.com/google/uuid"
)

// caseLists are the lists of cases beside the one that opens first, as files, and as people keep them.
func (s *sweep) caseLists(get getter, post poster, to adder, with giver) {
	for _, list := range []string{"mine", "requests", "copied"} {
		get("/cases", "/cases?list="+list, "contacts ok, staff 404")
	}
	get("/cases", "/cases?list=organization&account=100210&below=yes", "all 404, manager ok, admin ok, site-admin ok")
	get("/cases", "/cases?list=organization&account=foods", "all 404, manager ok, admin ok, site-admin ok")
	get("/cases.csv", "/cases.csv?state=open&sort=title", "all ok")
	get("/cases.csv", "/cases.csv?list=nonsense&account=200300", "all 404, harbours ok, staff ok")
	post("/cases/columns", to("/cases/columns"), with("column", "number", "column", "nonsense", "query", "state=open"), "all ok")
	post("/cases/columns", to("/cases/columns"), with("usual", "yes"), "all ok")
	get("/cases/views", "/cases/views", "all ok")
	post("/cases/views", to("/cases/views"), func(string) url.Values { return form("name", uuid.NewString(), "query", "state=open") }, "all ok")
	post("/cases/views", to("/cases/views"), with("name", " "), "all 422")
	post("/cases/views/order", to("/cases/views/order"), with("order", "999999"), "all 409")
	post("/cases/views/order", to("/cases/views/order"), with("order", "x"), "all 404")
	mine := func(then string) func(string) string {
		return func(who string) string {
			if who == "nobody" {
				return "/cases/views/1" + then
			}
			v, err := s.Desk.KeepCaseView(s.t.Context(), s.Actor(everyone[who]), db.CaseView{Name: uuid.NewString()}, false)
			if err != nil {
				s.t.Fatal(err)
			}
			return fmt.Sprintf("/cases/views/%d%s", v.ID, then)
		}
	}
	others := func(then string) func(string) string {
		return func(who string) string {
			if who == "customer" {
				return mine(then)("west")
			}
			return mine(then)("customer")
		}
	}
	named := func(string) url.Values { return form("name", uuid.NewString()) }
	post("/cases/views/:id<int>", mine(""), named, "all ok")
	post("/cases/views/:id<int>", mine(""), with(), "all 422")
	post("/cases/views/:id<int>", others(""), named, "all 404")
	post("/cases/views/:id<int>/removal", others("/removal"), with(), "all 404")
	post("/cases/views/:id<int>/removal", mine("/removal"), with(), "all ok")
}
