package handlers

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// draftBacktest holds a draft against what is live: it is begun here, and shows what the last one found.
func (a *App) draftBacktest(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	p, err := d.backtestPage(uuid.New())
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (d *drafted) backtestPage(submission uuid.UUID) (*views.BacktestPage, error) {
	ctx := d.c.UserContext()
	p := &views.BacktestPage{Shell: d.shell("backtest"), Bar: d.bar("backtest")}
	p.Begin = views.BacktestForm{Post: d.app.post(d.c, d.path()+"/backtests"), Submission: submission.String()}
	for _, i := range d.Vocabulary.Items() {
		p.Begin.Items = append(p.Begin.Items, views.ItemChoice{Key: i.Key, Name: d.g.Items[i.Key]})
	}
	p.Shadow = views.ShadowBox{Post: d.app.post(d.c, d.path()+"/shadow"), Submission: uuid.NewString()}
	list, err := d.app.DB.Backtests(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for _, l := range list {
		line := d.app.backtestLine(l, d.app.zone(d.who))
		line.Draft = ""
		switch {
		case l.Shadow && p.Shadow.Run == nil:
			p.Shadow.Run, p.Shadow.Running, p.Shadow.End = &line, l.State == db.BacktestRuns, line.Href+"/end"
		case !l.Shadow && last == 0:
			last = l.ID
		default:
			p.Earlier = append(p.Earlier, line)
		}
	}
	if last == 0 {
		return p, nil
	}
	b, err := d.app.DB.Backtest(ctx, last)
	if err != nil {
		return nil, err
	}
	p.Run, err = d.run(b)
	if p.Run != nil && p.Run.Running && !isPartial(d.c) {
		p.Refresh = 2 // where there are no scripts
	}
	return p, err
}

func (a *App) backtestLine(l db.BacktestLine, zone *time.Location) views.BacktestLine {
	return views.BacktestLine{Href: views.BacktestPath(l.ID), Draft: l.Draft, Shadow: l.Shadow, At: l.AskedAt.In(zone), By: l.By.Name(),
		State: string(l.State), Cases: l.Cases, Changed: l.Changed}
}

// createBacktest begins a backtest.
func (a *App) createBacktest(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	in := desk.NewBacktest{Draft: id, Account: clean(c.FormValue("account")), Submission: uuid.New()}
	if token, err := uuid.Parse(c.FormValue("submission")); err == nil {
		in.Submission = token
	}
	in.Filter = a.backtestFilter(c, who)
	_, err = a.Desk.BeginBacktest(c.UserContext(), who, in)
	var invalid desk.Invalid
	if !errors.As(err, &invalid) && !errors.Is(err, desk.ErrUnderWay) && !errors.Is(err, desk.ErrUnreadable) {
		if err != nil {
			return err
		}
		return a.done(c, views.DraftPath(id)+"/backtest")
	}
	d, shown := a.draft(c, who)
	if shown != nil {
		return shown
	}
	p, shown := d.backtestPage(uuid.New())
	if shown != nil {
		return shown
	}
	f := &p.Begin
	f.From, f.To, f.Item, f.Account = clean(c.FormValue("from")), clean(c.FormValue("to")), c.FormValue("item"), in.Account
	f.Priority, f.State = c.FormValue("priority"), c.FormValue("state")
	f.WrongUntil, f.WrongAccount = complaintOf(invalid, "until"), complaintOf(invalid, "account")
	switch {
	case errors.Is(err, desk.ErrUnderWay):
		f.Blocked = views.Say("backtest.under-way")
	case errors.Is(err, desk.ErrUnreadable):
		f.Blocked = views.Say("backtest.broken")
	}
	return a.refuse(c, who, p, f)
}

// backtestFilter reads what cases are narrowed by; what can't be read doesn't.
func (a *App) backtestFilter(c *fiber.Ctx, who policy.Actor) (f db.BacktestFilter) {
	zone := a.zone(who)
	if from, err := time.ParseInLocation(time.DateOnly, clean(c.FormValue("from")), zone); err == nil {
		f.From = from
	}
	if to, err := time.ParseInLocation(time.DateOnly, clean(c.FormValue("to")), zone); err == nil {
		f.Until = to.AddDate(0, 0, 1)
	}
	f.Item = clean(c.FormValue("item"))
	if n, err := strconv.Atoi(c.FormValue("priority")); err == nil && n >= int(db.Critical) && n <= int(db.Low) {
		f.Priority = db.Priority(n)
	}
	f.States = backtestStates[c.FormValue("state")]
	return f
}

// backtestStates are the states of a case, as lists of cases filter by them.
var backtestStates = map[string][]db.State{"open": {db.New, db.Open}, "awaiting": {db.Awaiting}, "solved": {db.Solved, db.Closed}}

// backtested reads the backtest that the address names, with its draft.
func (a *App) backtested(c *fiber.Ctx, who policy.Actor) (*drafted, db.Backtest, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return nil, db.Backtest{}, db.ErrNotFound
	}
	b, err := a.Desk.Backtest(c.UserContext(), who, id)
	if err != nil {
		return nil, b, err
	}
	d := &drafted{app: a, c: c, who: who}
	if d.Draft, err = a.Desk.Draft(c.UserContext(), who, b.DraftID); err != nil {
		return nil, b, err
	}
	d.g, err = a.glossary(c)
	return d, b, err
}

// showBacktest shows a backtest or a shadow: how far it is, and what it found.
func (a *App) showBacktest(c *fiber.Ctx, who policy.Actor) error {
	d, b, err := a.backtested(c, who)
	if err != nil {
		return err
	}
	run, err := d.run(b)
	if err != nil {
		return err
	}
	if isPartial(c) {
		return a.partial(c, run)
	}
	p := &views.BacktestOne{Shell: d.shell("backtest"), Bar: d.bar("backtest"), Run: *run}
	if run.Running {
		p.Refresh = 5
	}
	return a.page(c, who, p)
}

// endBacktest cancels a backtest, or ends a shadow.
func (a *App) endBacktest(c *fiber.Ctx, who policy.Actor) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return db.ErrNotFound
	}
	b, err := a.Desk.EndBacktest(c.UserContext(), who, id)
	if err != nil {
		return err
	}
	return a.done(c, views.DraftPath(b.DraftID)+"/backtest")
}

// run is a backtest as it is shown.
func (d *drafted) run(b db.Backtest) (*views.BacktestRun, error) {
	zone := d.app.zone(d.who)
	path := views.BacktestPath(b.ID)
	v := &views.BacktestRun{ID: b.ID, Shadow: b.Shadow, State: string(b.State), Running: b.Running(), Again: path, Progress: b.Progress(),
		At: b.AskedAt.In(zone), Live: b.Live, Cases: b.Cases, Changed: b.Changed}
	if v.Running {
		v.End = d.app.post(d.c, path+"/end")
	}
	var err error
	if v.Filter, err = d.filterWords(b.Filter, zone); err != nil {
		return nil, err
	}
	if b.Revision != d.Revision {
		v.Stale = append(v.Stale, views.Say(map[bool]string{true: "backtest.shadow.stale.draft", false: "backtest.stale.draft"}[b.Shadow]))
	}
	if b.Live != d.Live && !b.Shadow {
		v.Stale = append(v.Stale, views.Say("backtest.stale.live", "Live", d.Live, "Was", b.Live))
	}
	if b.Tally.Cases > 0 {
		v.Report, err = d.report(b)
	}
	return v, err
}

// filterWords says what the cases were narrowed by.
func (d *drafted) filterWords(f db.BacktestFilter, zone *time.Location) (list []views.NamedValue, err error) {
	add := func(key, value string) {
		list = append(list, views.NamedValue{Name: views.T(d.g.Lang, key), Value: value})
	}
	if !f.From.IsZero() {
		add("cases.filter.from", views.Day(d.g.Lang, f.From.In(zone)))
	}
	if !f.Until.IsZero() {
		add("cases.filter.to", views.Day(d.g.Lang, f.Until.In(zone).AddDate(0, 0, -1)))
	}
	if f.Item != "" {
		add("backtest.item", d.itemName(f.Item))
	}
	if f.Account != 0 {
		names, err := d.app.DB.AccountNames(d.c.UserContext(), []int64{f.Account})
		if err != nil {
			return nil, err
		}
		add("backtest.account", names[f.Account])
	}
	if f.Priority != 0 {
		add("backtest.priority", views.PriorityName(f.Priority).In(d.g.Lang))
	}
	for name, states := range backtestStates {
		if slices.Equal(states, f.States) && len(states) > 0 {
			add("cases.filter.state", views.T(d.g.Lang, "cases.state."+name))
		}
	}
	return list, nil
}

func (d *drafted) itemName(key string) string {
	if name := d.g.Items[key].In(d.g.Lang); name != "" {
		return name
	}
	return key
}

// outcomeName is an outcome in the reader's words.
func outcomeName(name string) views.Message {
	return views.Say("backtest.outcome." + name)
}

// backtestCell reads which cell of a matrix is asked for.
func backtestCell(c *fiber.Ctx) (cell db.BacktestCell) {
	cell.FromPriority, cell.ToPriority = c.QueryInt("from-priority"), c.QueryInt("to-priority")
	cell.FromQueue, cell.ToQueue = clean(c.Query("from-queue")), clean(c.Query("to-queue"))
	if i := slices.Index(rules.OutcomeNames, c.Query("outcome")); i >= 0 {
		cell.Differs = 1 << i
	}
	return cell
}
