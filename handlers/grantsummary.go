package handlers

import (
	"context"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"
)

// grantsSummary is what a contact may do and where, in words, as far as its reader sees it: for the contact's page.
func (a *App) grantsSummary(ctx context.Context, who policy.Actor, them db.SignedIn) (views.GrantsSummary, error) {
	var s views.GrantsSummary
	within := a.Judge.Accounts(who, policy.SeeContacts)
	ids := []int64{0}
	for _, g := range them.Grants {
		ids = append(ids, g.AccountID)
	}
	accounts, err := a.DB.AccountsWithin(ctx, db.AccountScope{Accounts: ids})
	if err != nil {
		return s, err
	}
	names := map[int64]string{}
	for _, account := range accounts {
		names[account.ID] = account.Name
	}
	for _, g := range them.Grants {
		if g.Role.Staff() || !within.Holds(g.Path) {
			s.Elsewhere = true
			continue
		}
		line := views.GrantSummary{GrantLine: views.GrantLine{Role: views.RoleName(g.Role), Where: views.GrantWhere(names[g.AccountID], g.Reach)}}
		for _, may := range policy.Actions {
			if len(a.Judge.Reaches(g.Role, may)) > 0 {
				line.May = append(line.May, views.MayWords(string(may)))
			}
		}
		s.Lines = append(s.Lines, line)
	}
	if a.Judge.Can(who, policy.ManageContacts, policy.Account(them.Home.Path)) {
		s.Edit = contactPath(them.Person.ID) + "/grants"
	}
	if a.Judge.May(who, policy.Configure) {
		s.Why = whyPath(desk.WhyMay{Person: them.Person.ID})
	}
	return s, nil
}

// contactPath is the address of a contact.
func contactPath(id int64) string { return "/contacts/" + strconv.FormatInt(id, 10) }
