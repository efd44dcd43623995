package handlers

import (
	"errors"
	"fmt"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// shownAtHome is how many cases the home page shows of each kind; the lists have the rest.
const shownAtHome = 5

// countedAtHome is how far the home page counts what waits for its reader.
const countedAtHome = 99

// home shows contacts what waits for them and what they can ask for; staff begin at their queues, and who sets up a new
// portal at that.
func (a *App) home(c *fiber.Ctx, who policy.Actor) error {
	ctx := c.UserContext()
	if a.Judge.May(who, policy.Configure) {
		have, err := a.DB.SetUpProgress(ctx)
		if err != nil {
			return err
		}
		if have.Accounts == 0 { // a new portal: there is nothing in its queues, and much to be set up
			return c.Redirect("/setup", fiber.StatusFound)
		}
	}
	if who.Staff() {
		return c.Redirect("/queues", fiber.StatusFound)
	}
	see, comment := a.Judge.Scope(who, policy.See), a.Judge.Scope(who, policy.Comment)
	accounts := a.Judge.Accounts(who, policy.SeeProducts)
	p := &views.Home{}
	p.Title, p.Here = views.T(a.lang(c), "home.title"), "home"

	awaiting := db.CaseFilter{State: db.AwaitingState, Within: &comment}
	waiting, total, err := a.DB.FirstCases(ctx, see, awaiting, shownAtHome, countedAtHome+1)
	if err != nil {
		return err
	}
	p.Waiting, p.Count, p.MoreWait = a.here(who, waiting), min(total, countedAtHome), total > countedAtHome
	pending, total, err := a.DB.FirstCases(ctx, see, db.CaseFilter{State: db.OpenStates}, shownAtHome, countedAtHome+1)
	if err != nil {
		return err
	}
	p.Pending, p.Working, p.MoreWork = a.here(who, pending), min(total, countedAtHome), total > countedAtHome
	if !see.Empty() {
		p.Live = liveFor(casesChanged, ownChanged, db.SetUpChanged)
	}

	if p.Drafts, err = a.formDrafts(c, who, "home"); err != nil {
		return err
	}
	services, err := a.DB.ServicesOf(ctx, accounts)
	if err != nil {
		return err
	}
	p.Running = true
	for _, s := range services {
		p.Services = append(p.Services, views.ServiceLine{Name: s.Name, State: s.State})
		if s.State != db.Running {
			p.Running, p.Disturbed = false, append(p.Disturbed, s.Name)
		}
	}
	front, err := a.DB.Front(ctx)
	if err != nil {
		return err
	}
	p.Unplaced = !who.Staff() && desk.InventedNumber(who.Home.ClientNumber)
	p.Shortcuts, p.Ways = a.shortcuts(who, front), front.Ways
	return a.page(c, who, p)
}

// here puts the times of rows in the reader's zone.
func (a *App) here(who policy.Actor, rows []db.CaseRow) []db.CaseRow {
	for i := range rows {
		rows[i].UpdatedAt = rows[i].UpdatedAt.In(a.zone(who))
	}
	return rows
}

// shelves are the icons of categories, in their order, so that no two neighbours look alike.
var shelves = []string{"wrench", "receipt", "life-buoy", "layers"}

// shortcuts are the items that stand alone, the categories, and the knowledge base.
func (a *App) shortcuts(who policy.Actor, front *db.Front) (list []views.Shortcut) {
	if a.Judge.May(who, policy.Open) {
		for _, item := range front.Alone {
			list = append(list, views.Shortcut{Href: "/items/" + item.Key, Icon: "triangle-alert", Name: item.Name, Purpose: item.Purpose})
		}
		for i, category := range front.Categories {
			list = append(list, views.Shortcut{Href: "/catalog/" + category.Key, Icon: shelves[i%len(shelves)], Name: category.Name, Purpose: category.Purpose})
		}
	}
	return append(list, views.Shortcut{Href: "/knowledge", Icon: "book-open", Label: views.Say("home.knowledge"), Line: views.Say("home.knowledge.line")})
}

// status tells how services do: all that the provider sells, as anybody may know.
func (a *App) status(c *fiber.Ctx, who policy.Actor) error {
	services, err := a.DB.Services(c.UserContext())
	if err != nil {
		return err
	}
	incidents, err := a.DB.Incidents(c.UserContext())
	if err != nil {
		return err
	}
	p := &views.Status{}
	p.Title, p.Here = views.T(a.lang(c), "status.title"), "status"
	known := map[int64]db.Service{}
	for _, s := range services {
		known[s.ID] = s
		p.Services = append(p.Services, views.ServiceLine{Name: s.Name, State: s.State})
	}
	for _, i := range incidents {
		story := a.story(who, i, known)
		if i.EndedAt.IsZero() {
			p.Current = append(p.Current, story)
		} else {
			p.Past = append(p.Past, story)
		}
	}
	return a.page(c, who, p)
}

func (a *App) story(who policy.Actor, i db.Incident, known map[int64]db.Service) views.IncidentStory {
	zone := a.zone(who)
	story := views.IncidentStory{ID: i.ID, Title: i.Title, State: db.Running, Started: i.StartedAt.In(zone)}
	if !i.EndedAt.IsZero() {
		story.Ended = i.EndedAt.In(zone)
	}
	for _, id := range i.ServiceIDs {
		s := known[id]
		story.Services = append(story.Services, s.Name)
		story.State = worse(story.State, s.State)
	}
	for n := len(i.Updates) - 1; n >= 0; n-- {
		u := i.Updates[n]
		story.Updates = append(story.Updates, views.IncidentWord{At: u.At.In(zone), Stage: views.Say("incident.stage." + u.Stage), Body: u.Body})
	}
	return story
}

// worse is the one of two states that is further from running.
func worse(x, y db.ServiceState) db.ServiceState {
	rank := map[db.ServiceState]int{db.Running: 0, db.Maintenance: 1, db.Degraded: 2, db.Down: 3}
	if rank[y] > rank[x] {
		return y
	}
	return x
}

// banner tells on every page of an incident that touches the reader's products.
func (a *App) banner(c *fiber.Ctx, who policy.Actor) (*views.Banner, error) {
	if who.Staff() {
		return nil, nil
	}
	incident, state, err := a.DB.IncidentFor(c.UserContext(), a.Judge.Accounts(who, policy.SeeProducts))
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &views.Banner{Level: views.ServiceLine{State: state}.Status(), Title: incident.Title.In(a.lang(c)),
		Href: fmt.Sprintf("/status#incident-%d", incident.ID)}, nil
}
