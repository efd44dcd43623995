package handlers

import (
	"context"
	"maps"
	"net/url"
	"time"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// exportPath is where a list is to be had as a file: at its own address, but for the page, with something else said.
func exportPath(said url.Values, pairs ...string) string {
	said = maps.Clone(said)
	for i := 0; i+1 < len(pairs); i += 2 {
		said.Set(pairs[i], pairs[i+1])
	}
	if len(said) == 0 {
		return "/cases.csv"
	}
	return "/cases.csv?" + said.Encode()
}

// exportedTime is how spreadsheets read a time: in the zone of whoever exports it.
const exportedTime = "2006-01-02 15:04"

// exportCases gives all of a list as a file, with the columns that its reader chose and in its order, which here no length
// stands in the way of.
func (a *App) exportCases(c *fiber.Ctx, who policy.Actor) error {
	l, err := a.askedList(c, who, false)
	if err != nil {
		return err
	}
	write, err := a.Desk.ExportCases(c.UserContext(), who, asked(c))
	if err != nil {
		return err
	}
	in, f := l.within()
	if len(l.meant) > 0 {
		in = db.Scope{} // the page shows none either
	}
	lang, shown, zone, paging := a.lang(c), columnsOf(who), l.zone, l.paging
	var head []string
	var fields []func(r *db.CaseRow) string
	for _, column := range caseColumns {
		if shown.Has(string(column.sort)) {
			head = append(head, views.T(lang, "cases.column."+string(column.sort)))
			fields = append(fields, exportedField(column.sort, lang, zone))
		}
	}
	return a.export(c, "cases.csv", head, func(ctx context.Context, line func(...string) error) error {
		values := make([]string, len(fields))
		return write(ctx, in, f, paging.Sort, paging.Reverse, func(r *db.CaseRow) error {
			for i, field := range fields {
				values[i] = field(r)
			}
			return line(values...)
		})
	})
}

// exportedField is what stands in a column of a file.
func exportedField(column db.Sort, lang string, zone *time.Location) func(r *db.CaseRow) string {
	switch column {
	case db.ByNumber:
		return func(r *db.CaseRow) string { return r.ID.String() }
	case db.ByType:
		return func(r *db.CaseRow) string { return r.TypeName.In(lang) }
	case db.ByProduct:
		return func(r *db.CaseRow) string { return r.Product.In(lang) }
	case db.ByContact:
		unproven := views.T(lang, "case.unproven")
		return func(r *db.CaseRow) string { return keyOr(r.Contact, unproven) }
	case db.ByAccount:
		return func(r *db.CaseRow) string { return r.Account }
	case db.ByPriority:
		words := map[db.Priority]string{}
		for _, p := range (views.CaseFilters{}).Priorities() {
			words[p] = views.PriorityName(p).In(lang)
		}
		return func(r *db.CaseRow) string { return words[r.Priority] }
	case db.ByState:
		words := map[db.State]string{}
		for _, s := range []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed} {
			words[s] = views.StateName(s).In(lang)
		}
		return func(r *db.CaseRow) string { return words[r.State] }
	case db.ByCreated:
		return func(r *db.CaseRow) string { return r.CreatedAt.In(zone).Format(exportedTime) }
	case db.ByUpdated:
		return func(r *db.CaseRow) string { return r.UpdatedAt.In(zone).Format(exportedTime) }
	}
	return func(r *db.CaseRow) string { return r.ShortDescription }
}
