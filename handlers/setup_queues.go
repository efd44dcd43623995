package handlers

import (
	"errors"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupQueues lists the queues in their order.
func (a *App) setupQueues(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.queuesPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) queuesPage(c *fiber.Ctx) (*views.SetupList, error) {
	loads, err := a.DB.QueueLoads(c.UserContext())
	if err != nil {
		return nil, err
	}
	people, err := a.DB.QueuePeople(c.UserContext())
	if err != nil {
		return nil, err
	}
	p := &views.SetupList{Title: views.Say("setup.queues.title"), Lead: views.Say("setup.queues.lead")}
	p.Tabs = setupFrame(&p.Shell, "queues", views.T(a.lang(c), "setup.queues.title"))
	g := views.SetupGroup{ID: "queues", Order: a.post(c, "/setup/queues/order")}
	for _, q := range loads {
		id := strconv.FormatInt(q.ID, 10)
		work := views.Say("setup.queue.people")
		if n := people[q.ID]; n > 0 {
			work = views.Count("setup.queue.working", n)
		}
		g.Rows = append(g.Rows, views.SetupRow{ID: "queue-" + id, Key: id, Href: "/setup/queues/" + id, Name: q.Name,
			Facts: []views.Message{work, views.Count("setup.queue.waiting", q.Waiting)}})
	}
	rowEnds(g.Rows)
	add := newQueue.form(a, c, desk.QueueContent{})
	g.Add = &add
	p.Groups = []views.SetupGroup{g}
	return p, nil
}

var newQueue = sheet[desk.QueueContent]{id: "queue-new", action: "/setup/queues", title: views.Say("setup.queue.new"), submit: views.Say("setup.add"), fields: queueFields}

func queueFields(in desk.QueueContent) []views.SetupField {
	return []views.SetupField{lineField("name", "setup.queue.name", in.Name, "text")}
}

// addQueue makes a queue.
func (a *App) addQueue(c *fiber.Ctx, who policy.Actor) error {
	in := desk.QueueContent{Name: c.FormValue("name")}
	_, err := a.Desk.AddQueue(c.UserContext(), who, in)
	if err == nil {
		return a.done(c, "/setup/queues?done=setup-added")
	}
	form, err := newQueue.refused(a, c, in, err, nil)
	if err != nil {
		return err
	}
	p, err := a.queuesPage(c)
	if err != nil {
		return err
	}
	p.Groups[0].Add = form
	return a.refuse(c, who, p, form)
}

// orderQueues puts the queues in order.
func (a *App) orderQueues(c *fiber.Ctx, who policy.Actor) error {
	order, err := orderOf(c, parseID)
	if err == nil {
		err = a.Desk.OrderQueues(c.UserContext(), who, order)
	}
	return a.ordered(c, who, err, "/setup/queues", 0, func() (*views.SetupList, error) { return a.queuesPage(c) })
}

// ordered is the answer to who puts a list in order: the list as it now stands.
func (a *App) ordered(c *fiber.Ctx, who policy.Actor, err error, path string, group int, page func() (*views.SetupList, error)) error {
	stale := errors.Is(err, db.ErrStale)
	if err != nil && !stale {
		return err
	}
	if !stale && !isPartial(c) {
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	p, err := page()
	if err != nil {
		return err
	}
	if stale {
		p.Groups[group].Problem = views.Say("setup.list-changed")
		return a.refuse(c, who, p, &p.Groups[group])
	}
	return a.partial(c, &p.Groups[group])
}

// oneSetUpQueue shows a queue to be renamed or removed.
func (a *App) oneSetUpQueue(c *fiber.Ctx, who policy.Actor) error {
	p, _, _, err := a.queuePage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) queuePage(c *fiber.Ctx) (*views.SetupPage, sheet[desk.QueueContent], int64, error) {
	path := "/setup/queues/" + c.Params("id")
	s := sheet[desk.QueueContent]{id: "queue-form", action: path, submit: views.Say("setup.save"), fields: func(in desk.QueueContent) []views.SetupField {
		fields := queueFields(in)
		fields[0].Help = views.Say("setup.queue.rename.rules")
		return fields
	}}
	id, err := idParam(c)
	if err != nil {
		return nil, s, 0, err
	}
	q, err := a.DB.Queue(c.UserContext(), id)
	if err != nil {
		return nil, s, 0, err
	}
	p := &views.SetupPage{Back: "/setup/queues", Up: views.Say("setup.queues.title"), Heading: q.Name, Form: s.form(a, c, desk.QueueContent{Name: q.Name})}
	p.Tabs = setupFrame(&p.Shell, "queues", q.Name)
	p.Actions = []views.SetupAction{{Post: a.post(c, path+"/removal"), ID: "remove", Danger: true, Label: views.Say("setup.queue.remove"), Help: views.Say("setup.queue.remove.help")}}
	return p, s, id, nil
}

// renameQueue gives a queue another name.
func (a *App) renameQueue(c *fiber.Ctx, who policy.Actor) error {
	p, s, id, err := a.queuePage(c)
	if err != nil {
		return err
	}
	in := desk.QueueContent{Name: c.FormValue("name")}
	published, err := a.Desk.RenameQueue(c.UserContext(), who, id, in, c.FormValue("marks"))
	switch {
	case err == nil && published > 0:
		return a.done(c, "/setup/queues?done=setup-renamed")
	case err == nil:
		return a.done(c, "/setup/queues?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.QueueContent, error) {
		q, err := a.DB.Queue(c.UserContext(), id)
		return desk.QueueContent{Name: q.Name}, err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// removeQueue takes a queue away that nobody needs.
func (a *App) removeQueue(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err == nil {
		err = a.Desk.RemoveQueue(c.UserContext(), who, id)
	}
	return a.removal(c, who, err, "/setup/queues", func() (*views.SetupPage, error) {
		p, _, _, err := a.queuePage(c)
		return p, err
	})
}
