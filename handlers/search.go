package handlers

import (
	"context"

	"portico/db"
	"portico/views"
)

// searchCases lists cases; where what is searched for stands in none, those that have it put right, and tells how it was.
func (a *App) searchCases(ctx context.Context, in db.Scope, f db.CaseFilter, p db.CasePaging) (list db.CaseList, right string, err error) {
	if list, err = a.DB.Cases(ctx, in, f, p); err != nil || len(list.Rows) > 0 || f.Search == "" {
		return list, "", err
	}
	if right, err = a.DB.Corrected(ctx, in, f); err != nil || right == "" {
		return list, "", err
	}
	f.Search = right
	list, err = a.DB.Cases(ctx, in, f, p)
	return list, right, err
}

// corrected says that a search was put right; nothing where it wasn't.
func corrected(typed, right string) views.Message {
	if right == "" {
		return views.Message{}
	}
	return views.Say("search.corrected", "Typed", typed, "Right", right)
}
