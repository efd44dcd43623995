package handlers

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// backtestCases lists cases that a draft would decide otherwise: all, or those of a cell of a matrix.
func (a *App) backtestCases(c *fiber.Ctx, who policy.Actor) error {
	d, b, err := a.backtested(c, who)
	if err != nil {
		return err
	}
	cell, path := backtestCell(c), views.BacktestPath(b.ID)
	before := db.Number(0)
	if n, ok := db.ParseNumber(c.Query("before")); ok {
		before = n
	}
	list, more, err := a.DB.BacktestCases(c.UserContext(), b.ID, cell, before)
	if err != nil {
		return err
	}
	p := &views.BacktestCases{Shell: d.shell("backtest"), Bar: d.bar("backtest"), Back: path, Title: d.cellTitle(cell), All: cellCases(&b.Tally, cell)}
	q := cellQuery(cell)
	p.CSV = path + "/cases.csv?" + q.Encode()
	p.Capped = p.All > cappedAt && b.Listed < b.Changed
	if before != 0 {
		p.First = path + "/cases?" + q.Encode()
	}
	for _, l := range list {
		row := views.BacktestCaseRow{Number: l.Number.String(), Href: path + "/cases/" + l.Number.String() + "?" + q.Encode(), Title: l.ShortDescription,
			Account: l.Account, Opened: l.OpenedAt.In(a.zone(who)), Old: db.Priority(l.FromPriority), New: db.Priority(l.ToPriority),
			From: l.FromQueue, To: l.ToQueue, SameQueue: l.FromQueue == l.ToQueue}
		for _, name := range l.Differs.Names() {
			if name != rules.OutcomePriority && name != rules.OutcomeQueue {
				row.Others = append(row.Others, views.Say("backtest.also", "Outcome", outcomeName(name).In(d.g.Lang)))
			}
		}
		p.Rows = append(p.Rows, row)
	}
	if more {
		q.Set("before", list[len(list)-1].Number.String())
		p.Next = path + "/cases?" + q.Encode()
	}
	return a.page(c, who, p)
}

// cappedAt is how many cases of one way to change are listed at least.
const cappedAt = 1000

// cellQuery is how an address names a cell.
func cellQuery(cell db.BacktestCell) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	set("from-priority", strconv.Itoa(cell.FromPriority))
	set("to-priority", strconv.Itoa(cell.ToPriority))
	set("from-queue", cell.FromQueue)
	set("to-queue", cell.ToQueue)
	for _, name := range cell.Differs.Names() {
		q.Set("outcome", name)
	}
	return q
}

func (d *drafted) cellTitle(cell db.BacktestCell) views.Message {
	switch {
	case cell.FromPriority != 0 && cell.ToPriority != 0:
		return views.Say("backtest.cases.priority", "From", views.AnyPriority(cell.FromPriority).In(d.g.Lang), "To", views.AnyPriority(cell.ToPriority).In(d.g.Lang))
	case cell.FromQueue != "" && cell.ToQueue != "":
		return views.Say("backtest.cases.queue", "From", cell.FromQueue, "To", cell.ToQueue)
	case cell.Differs != 0:
		return views.Say("backtest.cases.outcome", "Outcome", outcomeName(cell.Differs.Names()[0]).In(d.g.Lang))
	}
	return views.Say("backtest.cases.title")
}

// cellCases counts the cases of a cell.
func cellCases(t *rules.Tally, cell db.BacktestCell) (n int) {
	fits := func(want, has int) bool { return want == 0 || want == has }
	for m, cases := range t.Moves {
		if m.Differs != 0 && fits(cell.FromPriority, m.FromPriority) && fits(cell.ToPriority, m.ToPriority) &&
			(cell.FromQueue == "" || cell.FromQueue == m.FromQueue) && (cell.ToQueue == "" || cell.ToQueue == m.ToQueue) &&
			(cell.Differs == 0 || cell.Differs&m.Differs != 0) {
			n += cases
		}
	}
	return n
}

// backtestCase shows a case with both decisions, and why each came about.
func (a *App) backtestCase(c *fiber.Ctx, who policy.Actor) error {
	d, b, err := a.backtested(c, who)
	if err != nil {
		return err
	}
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	kase, err := a.DB.FindCase(c.UserContext(), a.Judge.Scope(who, policy.See), n)
	if err != nil {
		return err
	}
	before, after, err := a.Desk.BothTraces(c.UserContext(), b, kase)
	if err != nil {
		return err
	}
	p := &views.BacktestCase{Bar: d.bar("backtest"), Back: views.BacktestPath(b.ID) + "/cases?" + cellQuery(backtestCell(c)).Encode(),
		Number: n.String(), Case: kase.Path(), Heading: kase.ShortDescription, Before: views.Say("backtest.case.live", "Live", b.Live)}
	p.Shell = views.Shell{Title: views.T(d.g.Lang, "backtest.case.title", "Number", p.Number), Here: "rules"}
	if b.Shadow {
		p.Before = views.Say("backtest.case.decided", "Live", kase.RuleVersion)
	}
	for _, name := range rules.OutcomeNames {
		if !before.Outcomes.Gives(name) && !after.Outcomes.Gives(name) {
			continue
		}
		p.Rows = append(p.Rows, views.TracedOutcome{Name: outcomeName(name), Differs: !before.Outcomes.Same(name, after.Outcomes),
			Old: d.traced(name, before), New: d.traced(name, after)})
	}
	return a.page(c, who, p)
}

// traced is an outcome of a decision, with the rules that set it.
func (d *drafted) traced(name string, by rules.Decision) views.TriedSide {
	side := views.TriedSide{Value: d.g.Outcome(name, by.Outcomes.Value(name))}
	for _, step := range by.Trace.Steps {
		if step.Outcome == name {
			side.By = append(side.By, views.TriedRule{Name: step.Rule, When: step.When, Used: d.g.Used(step.Used), Default: step.Rule == rules.ByDefault})
		}
	}
	return side
}

// backtestTable gives one of the tables of a backtest as a file.
func (a *App) backtestTable(c *fiber.Ctx, who policy.Actor) error {
	_, b, err := a.backtested(c, who)
	if err != nil {
		return err
	}
	t := &b.Tally
	figure := strconv.Itoa
	file := func(head []string, all lines) error {
		return a.export(c, "backtest-"+strconv.FormatInt(b.ID, 10)+"-"+c.Params("table")+".csv", head, all)
	}
	rows := func(list [][]string) lines {
		return func(_ context.Context, write func(...string) error) error {
			for _, row := range list {
				if err := write(row...); err != nil {
					return err
				}
			}
			return nil
		}
	}
	var list [][]string
	switch c.Params("table") {
	case "priority":
		return file([]string{"from", "to", "cases"}, rows(cells(t.Priorities(), figure)))
	case "queue":
		return file([]string{"from", "to", "cases"}, rows(cells(t.Queues(), func(q string) string { return q })))
	case "load":
		for at, n := range t.Load {
			list = append(list, []string{weekName(at.Week), at.Queue, figure(n.Old), figure(n.New)})
		}
		slices.SortFunc(list, slices.Compare[[]string])
		return file([]string{"week", "queue", "before", "after"}, rows(list))
	case "items":
		for _, s := range mostChanged(t.Items, cmp.Compare[string]) {
			list = append(list, []string{s.key, figure(s.Changed), figure(s.Cases)})
		}
		return file([]string{"item", "changed", "cases"}, rows(list))
	case "accounts", "locations":
		return a.backtestPlaces(c, t, file)
	case "promises":
		for kept, n := range t.Promises {
			list = append(list, []string{string(kept.Old), string(kept.New), figure(n)})
		}
		slices.SortFunc(list, slices.Compare[[]string])
		return file([]string{"before", "after", "cases"}, rows(list))
	case "agreement":
		for i, agreed := range agreements(t) {
			list = append(list, []string{rules.OutcomeNames[i], figure(agreed.Corrected), figure(agreed.Old), figure(agreed.New)})
		}
		return file([]string{"outcome", "set_by_hand", "before", "after"}, rows(list))
	case "cases":
		return file([]string{"case", "short_description", "account", "priority", "new_priority", "queue", "new_queue", "differs"}, a.changedLines(b.ID, backtestCell(c)))
	}
	return db.ErrNotFound
}

func cells[K cmp.Ordered](m rules.Matrix[K], name func(K) string) (list [][]string) {
	for _, from := range m.Values {
		for _, to := range m.Values {
			if n := m.Cells[[2]K{from, to}]; n > 0 {
				list = append(list, []string{name(from), name(to), strconv.Itoa(n)})
			}
		}
	}
	return list
}

// backtestPlaces gives all accounts, or all locations.
func (a *App) backtestPlaces(c *fiber.Ctx, t *rules.Tally, file func([]string, lines) error) error {
	ids := make([]int64, 0, len(t.Accounts))
	for id := range t.Accounts {
		ids = append(ids, id)
	}
	names, err := a.DB.AccountNames(c.UserContext(), ids)
	if err != nil {
		return err
	}
	if c.Params("table") == "accounts" {
		return file([]string{"account", "changed", "cases"}, func(_ context.Context, write func(...string) error) error {
			for _, s := range mostChanged(t.Accounts, cmp.Compare[int64]) {
				if err := write(names[s.key], strconv.Itoa(s.Changed), strconv.Itoa(s.Cases)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return file([]string{"location", "account", "changed", "cases"}, func(_ context.Context, write func(...string) error) error {
		for _, s := range mostChanged(t.Locations, byPlace) {
			if err := write(s.key.Name, names[s.key.Account], strconv.Itoa(s.Changed), strconv.Itoa(s.Cases)); err != nil {
				return err
			}
		}
		return nil
	})
}

// changedLines are the listed cases of a cell, page by page.
func (a *App) changedLines(id int64, cell db.BacktestCell) lines {
	return func(ctx context.Context, write func(...string) error) error {
		for before, more := db.Number(0), true; more; {
			list, further, err := a.DB.BacktestCases(ctx, id, cell, before)
			if err != nil {
				return err
			}
			for _, l := range list {
				before = l.Number
				var differs string
				for i, name := range l.Differs.Names() {
					if i > 0 {
						differs += " "
					}
					differs += name
				}
				if err := write(l.Number.String(), l.ShortDescription, l.Account, strconv.Itoa(l.FromPriority), strconv.Itoa(l.ToPriority), l.FromQueue, l.ToQueue, differs); err != nil {
					return err
				}
			}
			more = further
		}
		return nil
	}
}
