package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// lookout is where somebody stands at the desk: what they look at, and which case is open beside it.
type lookout struct {
	path   string // "/queues/3"
	here   string // its entry in the rail
	queue  db.Queue
	filter db.QueueFilter
	in     db.Scope
	open   db.Number // 0: none
}

// href is the lookout's address on the page it shows, with a case beside it.
func (l lookout) href(after string, open db.Number) string {
	q := url.Values{}
	if l.filter.Waiting != db.ForStaff {
		q.Set("show", string(l.filter.Waiting))
	}
	if after != "" {
		q.Set("after", after)
	}
	if open != 0 {
		q.Set("case", open.String())
	}
	if len(q) == 0 {
		return l.path
	}
	return l.path + "?" + q.Encode()
}

// deskScope is the work that somebody may look at: of the queues they work in, or of all for who sets them up. For
// others there are no queues.
func (a *App) deskScope(who policy.Actor) (db.Scope, error) {
	in := a.Judge.Scope(who, policy.Work)
	if a.Judge.May(who, policy.Configure) {
		in = a.Judge.Scope(who, policy.See)
	}
	if in.Empty() {
		return db.Scope{}, db.ErrNotFound
	}
	return in, nil
}

// look reads where the request wants to stand.
func (a *App) look(c *fiber.Ctx, who policy.Actor) (l lookout, err error) {
	if l.in, err = a.deskScope(who); err != nil {
		return l, err
	}
	l.path, l.here = "/queues", "queues"
	l.filter.After = c.Query("after")
	if show := db.Waiting(c.Query("show")); show == db.Unassigned || show == db.ForCustomer {
		l.filter.Waiting = show
	}
	if open := c.Query("case"); open != "" {
		ok := false
		if l.open, ok = db.ParseNumber(open); !ok {
			return l, db.ErrNotFound
		}
	}
	return l, nil
}

// allQueues shows what waits in all queues in which somebody works, the most important first.
func (a *App) allQueues(c *fiber.Ctx, who policy.Actor) error {
	l, err := a.look(c, who)
	if err != nil {
		return err
	}
	return a.stand(c, who, l)
}

// mine shows what is assigned to somebody.
func (a *App) mine(c *fiber.Ctx, who policy.Actor) error {
	l, err := a.look(c, who)
	if err != nil {
		return err
	}
	l.path, l.here = "/queues/mine", "mine"
	l.filter.Assignee, l.filter.Waiting = who.Person.ID, db.ForStaff
	l.in = a.Judge.Scope(who, policy.See)
	return a.stand(c, who, l)
}

// oneQueue shows what waits in one queue.
func (a *App) oneQueue(c *fiber.Ctx, who policy.Actor) error {
	l, err := a.look(c, who)
	if err != nil {
		return err
	}
	if l.queue, err = a.queueAt(c, l.in); err != nil {
		return err
	}
	l.here = string(db.QueueChanged(l.queue.ID))
	l.path = "/queues/" + strconv.FormatInt(l.queue.ID, 10)
	l.filter.Queues = []int64{l.queue.ID}
	return a.stand(c, who, l)
}

// queueAt is the queue that the address names, if it lies within the scope.
func (a *App) queueAt(c *fiber.Ctx, in db.Scope) (db.Queue, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || !in.All && !slices.Contains(in.Queues, id) {
		return db.Queue{}, db.ErrNotFound
	}
	return a.DB.Queue(c.UserContext(), id)
}

// stand answers with the desk, or with its rows alone where they ask for themselves.
func (a *App) stand(c *fiber.Ctx, who policy.Actor, l lookout) error {
	rows, err := a.rowsOf(c, who, l)
	if err != nil {
		return err
	}
	if isPartial(c) && c.Query("part") == "rows" {
		groups, err := a.rail(c, who, l.here)
		if err != nil {
			return err
		}
		for _, group := range groups {
			for _, e := range group.Entries {
				if e.Counted {
					rows.Rail = append(rows.Rail, e)
				}
			}
		}
		return a.partial(c, rows)
	}
	p := &views.Desk{Queue: l.queue.Name, Label: views.Say("agent.all"), Rows: rows}
	switch {
	case l.here == "mine":
		p.Label = views.Say("agent.mine")
	case l.in.All:
		p.Label = views.Say("agent.all-queues")
	}
	if p.Title = l.queue.Name; p.Title == "" {
		p.Title = p.Label.In(a.lang(c))
	}
	p.Here, p.Layout = l.here, "desk"
	if l.here != "mine" {
		p.Tabs = tabs(l)
	}
	if a.mayTake(who, l.queue.ID) {
		action := "/queues/next"
		if l.queue.ID != 0 {
			action = l.path + "/next"
		}
		p.Next = &views.NextForm{Post: views.Post{Action: action, CSRF: a.csrf(c)}, Submission: uuid.NewString()}
	}
	topics := asTopics(rows.Topics)
	if l.open != 0 {
		if p.Case, err = a.pageOf(c, who, l.open); err != nil {
			return err
		}
		p.Title = p.Case.Live.Head.Number + " · " + p.Title
		topics = append(topics, db.CaseChanged(l.open))
	}
	p.Live = liveFor(topics...)
	return a.page(c, who, p)
}

// pageOf is a case's page, to stand beside the rows.
func (a *App) pageOf(c *fiber.Ctx, who policy.Actor, n db.Number) (*views.CasePage, error) {
	r, err := a.readCaseOf(c, who, n, part{from: since(c.Query("from"))})
	if err != nil {
		return nil, err
	}
	return a.casePage(c, who, r)
}

func asTopics(names []string) []db.Topic {
	list := make([]db.Topic, len(names))
	for i, n := range names {
		list[i] = db.Topic(n)
	}
	return list
}

// mayTake tells whether somebody may take cases of a queue; of any, where none is named.
func (a *App) mayTake(who policy.Actor, queue int64) bool {
	if queue == 0 {
		return a.Judge.May(who, policy.Work)
	}
	return a.Judge.Can(who, policy.Work, policy.Object{QueueID: queue})
}

func tabs(l lookout) []views.DeskTab {
	list := []views.DeskTab{}
	for _, w := range []struct {
		show db.Waiting
		key  string
	}{{db.ForStaff, "waiting"}, {db.Unassigned, "unassigned"}, {db.ForCustomer, "awaiting"}} {
		to := l
		to.filter.Waiting = w.show
		list = append(list, views.DeskTab{Href: to.href("", 0), Label: views.Say("agent.tab." + w.key), Current: l.filter.Waiting == w.show})
	}
	return list
}

// rowsOf reads the rows that are looked at.
func (a *App) rowsOf(c *fiber.Ctx, who policy.Actor, l lookout) (*views.DeskRows, error) {
	page, err := a.DB.Work(c.UserContext(), l.in, l.filter)
	if err != nil {
		return nil, err
	}
	rows := &views.DeskRows{Empty: views.Say("agent.empty"), Close: l.href(l.filter.After, 0)}
	switch {
	case l.filter.Assignee != 0:
		rows.Empty = views.Say("agent.empty.mine")
	case l.filter.Waiting != db.ForStaff:
		rows.Empty = views.Say("agent.empty." + string(l.filter.Waiting))
	}
	now, zone := a.Clock(), a.zone(who)
	for _, r := range page.Rows {
		row := views.DeskRow{QueueRow: r, Href: l.href(l.filter.After, r.ID), Current: r.ID == l.open, Focus: r.ID == l.open && !isPartial(c),
			Mine: r.Assignee.ID == who.Person.ID, ShowQueue: l.queue.ID == 0}
		if !r.DueAt.IsZero() {
			pace, left := desk.PaceOf(r.CreatedAt, r.DueAt, now)
			row.Due = &views.Due{Pace: string(pace), Left: left, Text: views.DueText(r.DueAt.Sub(now)), At: r.DueAt.In(zone),
				Solution: r.Solution}
		}
		rows.Rows = append(rows.Rows, row)
	}
	self := l.href(l.filter.After, l.open)
	rows.Href = self + map[bool]string{true: "&", false: "?"}[strings.Contains(self, "?")] + "part=rows"
	if l.filter.After != "" {
		rows.First = l.href("", l.open)
	}
	if page.Next != "" {
		rows.Next = l.href(page.Next, l.open)
	}
	queues := l.in.Queues
	if l.in.All {
		all, err := a.DB.Queues(c.UserContext())
		if err != nil {
			return nil, err
		}
		for _, q := range all {
			queues = append(queues, q.ID)
		}
	}
	for _, id := range queues[:min(len(queues), streamTopics-1)] {
		rows.Topics = append(rows.Topics, string(db.QueueChanged(id)))
	}
	return rows, nil
}

// takeNext gives somebody the most important case of a queue, or of all they work in, and opens it beside the rows.
func (a *App) takeNext(c *fiber.Ctx, who policy.Actor) error {
	in, err := a.deskScope(who)
	if err != nil {
		return err
	}
	path := "/queues"
	var queues []int64
	if c.Params("id") != "" {
		queue, err := a.queueAt(c, in)
		if err != nil {
			return err
		}
		queues = []int64{queue.ID}
		path += "/" + strconv.FormatInt(queue.ID, 10)
	}
	kase, err := a.Desk.TakeNext(c.UserContext(), who, queues, submission(c))
	switch {
	case errors.Is(err, desk.ErrNothingLeft):
		return a.done(c, path+"?done=nothing-left")
	case err != nil:
		return err
	}
	return a.done(c, path+"?case="+kase.ID.String())
}

// submission is a form's own token; one that makes no sense is as good as none.
func submission(c *fiber.Ctx) uuid.UUID {
	id, err := uuid.Parse(c.FormValue("submission"))
	if err != nil {
		return uuid.Nil
	}
	return id
}
