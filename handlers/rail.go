package handlers

import (
	"slices"
	"strconv"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// rail is what stands to the left of the staff's pages: their queues with what waits there, their work, and what they
// administer.
func (a *App) rail(c *fiber.Ctx, who policy.Actor, here string) ([]views.RailGroup, error) {
	if !who.Staff() {
		return nil, nil
	}
	work := a.Judge.Scope(who, policy.Work)
	administers := a.Judge.May(who, policy.Configure)
	var groups []views.RailGroup
	if !work.Empty() || administers {
		loads, err := a.DB.QueueLoads(c.UserContext())
		if err != nil {
			return nil, err
		}
		label := "rail.all"
		if work.All || administers {
			label = "rail.all-queues"
		}
		all := views.RailEntry{ID: "rail-queues", Href: "/queues", Icon: "layers", Label: views.Say(label), Counted: true, Current: here == "queues"}
		queues := views.RailGroup{Key: "queues"}
		for _, q := range loads {
			if !administers && !work.All && !slices.Contains(work.Queues, q.ID) {
				continue
			}
			key := string(db.QueueChanged(q.ID))
			all.Count += q.Waiting
			queues.Entries = append(queues.Entries, views.RailEntry{ID: "rail-" + key, Href: "/queues/" + strconv.FormatInt(q.ID, 10),
				Icon: "inbox", Name: q.Name, Count: q.Waiting, Counted: true, Current: here == key})
		}
		queues.Entries = append([]views.RailEntry{all}, queues.Entries...)
		groups = append(groups, queues)
	}
	own := views.RailGroup{Key: "work"}
	if !work.Empty() {
		n, err := a.DB.Assigned(c.UserContext(), who.Person.ID)
		if err != nil {
			return nil, err
		}
		own.Entries = append(own.Entries, views.RailEntry{ID: "rail-mine", Href: "/queues/mine", Icon: "user-check",
			Label: views.Say("rail.mine"), Count: n, Counted: true, Current: here == "mine"})
	}
	link := func(key, href, icon string) views.RailEntry {
		return views.RailEntry{ID: "rail-" + key, Href: href, Icon: icon, Label: views.Say("rail." + key), Current: here == key}
	}
	if a.Judge.May(who, policy.OpenFor) {
		own.Entries = append(own.Entries, link("caller", "/callers", "headphones"))
	}
	own.Entries = append(own.Entries, link("cases", "/cases", "list-filter"))
	if a.Judge.May(who, policy.SeeContacts) {
		own.Entries = append(own.Entries, link("contacts", "/contacts", "users"))
	}
	if a.Judge.May(who, policy.ManageContacts) {
		own.Entries = append(own.Entries, link("registrations", "/registrations", "user-check"))
	}
	groups = append(groups, own)
	if administers {
		groups = append(groups, views.RailGroup{Key: "admin", Entries: []views.RailEntry{
			link("setup", "/setup", "settings"), link("accounts", "/accounts", "building-2"), link("rules", "/rules", "list-ordered"), link("policy", "/policy", "shield"), link("mail", "/mail", "mail"), link("audit", "/audit", "history"), link("components", "/components", "columns-3"),
		}})
	}
	return groups, nil
}
