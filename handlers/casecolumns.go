package handlers

import (
	"slices"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// caseColumns are those that a list of cases can have, in their order.
var caseColumns = []struct {
	sort  db.Sort
	class string
}{
	{db.ByNumber, "c-number"}, {db.ByType, "c-type"}, {db.ByTitle, "c-main"}, {db.ByProduct, "c-product"},
	{db.ByContact, "c-person"}, {db.ByAccount, "c-account"}, {db.ByPriority, "c-priority"}, {db.ByState, "c-state"},
	{db.ByCreated, "c-time c-created"}, {db.ByUpdated, "c-time"},
}

// fitting is up to how many columns all have room of their own on a screen of usual width.
const fitting = 7

// columnsOf are the columns of somebody's lists.
func columnsOf(who policy.Actor) views.CaseShown {
	chosen := who.Person.CaseColumns
	has := func(s db.Sort) bool { return len(chosen) == 0 || slices.Contains(chosen, string(s)) }
	return views.CaseShown{ShowNumber: has(db.ByNumber), ShowType: has(db.ByType), ShowProduct: has(db.ByProduct), ShowContact: has(db.ByContact),
		ShowAccount: has(db.ByAccount), ShowPriority: has(db.ByPriority), ShowState: has(db.ByState), ShowCreated: has(db.ByCreated),
		ShowUpdated: has(db.ByUpdated), Fits: len(chosen) > 0 && len(chosen) <= fitting}
}

// columnsForm is where columns are chosen. The short description leads to the case, so there is no choice of it.
func columnsForm(post views.Post, l *listAsked, shown views.CaseShown, lang string) views.ColumnsForm {
	form := views.ColumnsForm{Post: post, Query: l.values.Encode()}
	for _, column := range caseColumns {
		if column.sort != db.ByTitle {
			form.Columns = append(form.Columns, views.ColumnChoice{Column: string(column.sort), Label: views.T(lang, "cases.column."+string(column.sort)),
				On: shown.Has(string(column.sort))})
		}
	}
	return form
}

// chooseColumns keeps the columns of somebody's lists, and shows the list again that they were chosen at.
func (a *App) chooseColumns(c *fiber.Ctx, who policy.Actor) error {
	var chosen []db.Sort
	if c.FormValue("usual") == "" {
		for _, column := range c.Request().PostArgs().PeekMulti("column") {
			chosen = append(chosen, db.Sort(column))
		}
		if chosen == nil { // none but the one that there is always
			chosen = []db.Sort{db.ByTitle}
		}
	}
	if err := a.Desk.ChooseCaseColumns(c.UserContext(), who, chosen); err != nil {
		return err
	}
	return a.done(c, a.listTold(c, who, "columns-chosen"))
}

// listTold is the address of the list that a form was sent from, with what was done.
func (a *App) listTold(c *fiber.Ctx, who policy.Actor, done string) string {
	return readList(c.FormValue("query"), a.zone(who), who.Staff()).with("done", done)
}
