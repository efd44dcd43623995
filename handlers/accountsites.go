package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// productGrid shows which services an account has at which of its locations.
func (a *App) productGrid(c *fiber.Ctx, account desk.AccountDetails) (views.ProductGrid, error) {
	path := views.AccountPath(account.ID)
	g := views.ProductGrid{Post: a.post(c, path+"/products")}
	services, err := a.DB.Services(c.UserContext())
	if err != nil {
		return g, err
	}
	for i, s := range services {
		g.Services = append(g.Services, views.GridService{ID: s.ID, Name: s.Name, New: i > 0 && services[i-1].Family != s.Family})
	}
	var was []string
	for _, l := range account.Locations {
		here := fmt.Sprintf("%s/locations/%d", path, l.ID)
		row := views.GridRow{ID: l.ID, Name: l.Name, Typed: l.Name, Contacts: l.Contacts, Products: len(l.Products), Rename: here}
		if l.Contacts+len(l.Products) == 0 {
			row.Remove = here + "/removal"
		}
		for i, s := range services {
			cell := views.GridCell{Value: installation(db.Installation{LocationID: l.ID, ServiceID: s.ID}), Label: s.Name.In(a.lang(c)), Family: g.Services[i].New}
			for _, p := range l.Products {
				if p.ServiceID == s.ID {
					cell.Several, cell.Ticked = cell.Ticked, true
					cell.Open += p.Open
				}
			}
			if cell.Ticked {
				was = append(was, cell.Value)
			}
			row.Cells = append(row.Cells, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	g.Was = strings.Join(was, " ")
	if after := accountAsked(c, "after"); after != 0 {
		g.Action += fmt.Sprintf("?after=%d", after)
		g.First = path + "#products"
	}
	if account.MoreLocations {
		g.Next = fmt.Sprintf("%s?after=%d#products", path, account.Locations[len(account.Locations)-1].ID)
	}
	return g, nil
}

// installation is how a form calls a service at a location.
func installation(i db.Installation) string { return fmt.Sprintf("%d.%d", i.LocationID, i.ServiceID) }

// installations reads them; what is none is left out.
func installations(list []string) (out []db.Installation) {
	for _, text := range list {
		location, service, _ := strings.Cut(text, ".")
		l, err := strconv.ParseInt(location, 10, 64)
		s, worse := strconv.ParseInt(service, 10, 64)
		if err == nil && worse == nil && len(out) < mostInstallations {
			out = append(out, db.Installation{LocationID: l, ServiceID: s})
		}
	}
	return out
}

// mostInstallations is more than any form shows.
const mostInstallations = 20_000

// setProducts adds and removes the products whose ticks were changed.
func (a *App) setProducts(c *fiber.Ctx, who policy.Actor) error {
	id, err := accountID(c)
	if err != nil {
		return err
	}
	was, now := installations(strings.Fields(c.FormValue("was"))), installations(formValues(c, "product"))
	kept, err := a.Desk.SetProducts(c.UserContext(), who, id, less(now, was), less(was, now))
	if err != nil {
		return err
	}
	if len(kept) == 0 {
		back := views.AccountPath(id) + "?done=products-saved"
		if after := accountAsked(c, "after"); after != 0 {
			back += fmt.Sprintf("&after=%d", after)
		}
		return a.done(c, back+"#products")
	}
	p, err := a.accountPage(c, who, nil)
	if err != nil {
		return err
	}
	for _, k := range kept {
		one := views.KeptProduct{}
		for _, s := range p.Grid.Services {
			if s.ID == k.ServiceID {
				one.Service = s.Name
			}
		}
		for _, r := range p.Grid.Rows {
			if r.ID == k.LocationID {
				one.Location = r.Name
			}
		}
		p.Grid.Kept = append(p.Grid.Kept, one)
	}
	return a.refuse(c, who, p, p)
}

// formValues are all values that a form sends by one name.
func formValues(c *fiber.Ctx, name string) []string {
	var list []string
	for _, v := range c.Context().PostArgs().PeekMulti(name) {
		list = append(list, string(v))
	}
	return list
}

// less is what of a list does not stand in the other.
func less(list, other []db.Installation) (left []db.Installation) {
	there := map[db.Installation]bool{}
	for _, i := range other {
		there[i] = true
	}
	for _, i := range list {
		if !there[i] && !slices.Contains(left, i) {
			left = append(left, i)
		}
	}
	return left
}

// addLocation adds a location to an account.
func (a *App) addLocation(c *fiber.Ctx, who policy.Actor) error {
	id, err := accountID(c)
	if err != nil {
		return err
	}
	name := c.FormValue("location")
	_, err = a.Desk.AddLocation(c.UserContext(), who, id, clean(name))
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		p, err := a.accountPage(c, who, nil)
		if err != nil {
			return err
		}
		p.Sites.Name, p.Sites.Problem = clean(name), complaintOf(invalid, "location")
		return a.refuse(c, who, p, p)
	case err != nil:
		return err
	}
	return a.done(c, views.AccountPath(id)+"?done=location-added#products")
}

// renameLocation gives a location of an account another name.
func (a *App) renameLocation(c *fiber.Ctx, who policy.Actor) error {
	name := clean(c.FormValue("location"))
	return a.changeLocation(c, who, "location-renamed", name, func(account, location int64) error {
		return a.Desk.RenameLocation(c.UserContext(), who, account, location, name)
	})
}

// removeLocation takes a location away.
func (a *App) removeLocation(c *fiber.Ctx, who policy.Actor) error {
	return a.changeLocation(c, who, "location-removed", "", func(account, location int64) error {
		return a.Desk.RemoveLocation(c.UserContext(), who, account, location)
	})
}

func (a *App) changeLocation(c *fiber.Ctx, who policy.Actor, done, typed string, change func(account, location int64) error) error {
	id, err := accountID(c)
	if err != nil {
		return err
	}
	location, err := strconv.ParseInt(c.Params("location"), 10, 64)
	if err != nil {
		return db.ErrNotFound
	}
	err = change(id, location)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		p, err := a.accountPage(c, who, nil)
		if err != nil {
			return err
		}
		problem := complaintOf(invalid, "location")
		shown := false
		for i := range p.Grid.Rows {
			if r := &p.Grid.Rows[i]; r.ID == location {
				r.Problem, shown = problem, true
				if done == "location-renamed" {
					r.Typed = typed
				}
			}
		}
		if !shown { // it stands on another part of the list
			p.Sites.Problem = problem
		}
		return a.refuse(c, who, p, p)
	case err != nil:
		return err
	}
	return a.done(c, views.AccountPath(id)+"?done="+done+"#products")
}
