package handlers_test

import (
	"fmt"
	"net/url"

	"portico/db"

	"github.com/google/uuid"
)

// accounts are the routes of the tree of accounts: they are there for platform administrators alone.
func (s *sweep) accounts(get getter, post poster, to adder, with giver) {
	const administered = "contacts 404, agents 403, platform "
	list, err := s.DB.AccountsCalled(s.t.Context(), "Maple Foods East")
	if err != nil || len(list) != 1 {
		s.t.Fatal(list, err)
	}
	east := fmt.Sprintf("/accounts/%d", list[0].ID)
	// fresh is an account of nothing, for one step.
	fresh := func(then string) func(string) string {
		return func(string) string {
			a := db.Account{ParentID: list[0].ID, Name: uuid.NewString(), ClientNumber: uuid.NewString(), Tier: "gold", TimeZone: "UTC", ContactsSee: db.SeeOwn}
			if err := s.DB.AddAccount(s.t.Context(), &a); err != nil {
				s.t.Fatal(err)
			}
			return fmt.Sprintf("/accounts/%d%s", a.ID, then)
		}
	}
	fields := func(string) url.Values {
		return form("name", "Another", "client_number", uuid.NewString(), "tier", "gold", "time_zone", "UTC", "contacts_see", "own", "revision", "1")
	}
	get("/accounts", "/accounts", administered+"ok")
	get("/accounts", fmt.Sprintf("/accounts?in=%d", list[0].ID), administered+"ok")
	get("/accounts", "/accounts?q=maple", administered+"ok")
	post("/accounts", to("/accounts"), fields, administered+"ok")
	post("/accounts", to("/accounts?parent=999999"), fields, administered+"404")
	get("/accounts/new", "/accounts/new", administered+"ok")
	get("/accounts/:id<int>", east, administered+"ok")
	get("/accounts/:id<int>", "/accounts/999999", administered+"404")
	post("/accounts/:id<int>", fresh(""), fields, administered+"ok")
	post("/accounts/:id<int>", to(east), func(string) url.Values { return form("name", "Maple") }, administered+"409")
	post("/accounts/:id<int>/removal", fresh("/removal"), with(), administered+"ok")
	post("/accounts/:id<int>/removal", to(east+"/removal"), with(), administered+"422")
	post("/accounts/:id<int>/registration-code", fresh("/registration-code"), with("revision", "1"), administered+"ok")
	post("/accounts/:id<int>/products", fresh("/products"), with("was", "", "product", "1.1"), administered+"ok")
	post("/accounts/:id<int>/locations", fresh("/locations"), with("location", "Here"), administered+"ok")
	post("/accounts/:id<int>/locations/:location<int>", fresh("/locations/999999"), with("location", "There"), administered+"404")
	post("/accounts/:id<int>/locations/:location<int>/removal", fresh("/locations/999999/removal"), with(), administered+"404")
	get("/accounts/:id<int>/parent", east+"/parent?to=root", administered+"ok")
	get("/accounts/:id<int>/move", east+"/move", administered+"404")
	post("/accounts/:id<int>/parent", fresh("/parent"), func(string) url.Values { return form("to", "root", "from", fmt.Sprint(list[0].ID)) }, administered+"ok")
}
