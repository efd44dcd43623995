package handlers

import (
	"errors"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// choosable is how many accounts or products a filter offers. Of more, accounts are named by their number, or by words.
const choosable = 100

// fillFilters finds the account and the product that the address names and, for a whole page, reads what its controls
// offer: all of it within what the reader may see.
func (a *App) fillFilters(c *fiber.Ctx, who policy.Actor, list desk.CaseList, q *listQuery, f *views.CaseFilters, whole bool) error {
	ctx := c.UserContext()
	see := a.Judge.Scope(who, policy.See)
	f.State, f.Type, f.Priority = string(q.filter.State), q.filter.Type, q.values.Get("priority")
	f.From, f.To, f.Search = q.values.Get("from"), q.values.Get("to"), q.filter.Search
	f.Version = q.values.Get("version")
	f.Below = q.below()
	f.Account, f.Product = q.values.Get("account"), q.values.Get("product")
	if whole || f.Type != "" {
		types, err := a.DB.CaseTypes(ctx)
		if err != nil {
			return err
		}
		for _, t := range types {
			if list.Filter.Matter == db.AnyMatter || (t.Type == db.TypeIssue) == (list.Filter.Matter == db.CasesOnly) {
				f.Types = append(f.Types, views.Choosable{Value: t.Type, Name: t.Name})
			}
		}
	}
	var ids []int64 // of the accounts whose products are offered
	around := see
	if list.Key == "organization" {
		around = list.Scope
	}
	if whole {
		accounts, err := a.DB.CaseAccounts(ctx, around, choosable+1)
		if err != nil {
			return err
		}
		if f.TypeInAcc = len(accounts) > choosable; !f.TypeInAcc { // else products are offered once there is an account
			for _, account := range accounts {
				f.Accounts = append(f.Accounts, views.Choosable{Value: account.Client, Words: account.Name})
				f.Tree = f.Tree || len(account.Path) > 1
				ids = append(ids, account.ID)
			}
		}
		if len(f.Accounts) == 1 {
			f.Accounts = nil // there is nothing to choose
		}
		f.Tree = f.Tree || f.TypeInAcc
		f.ByAccount = list.Key == "organization" && (f.TypeInAcc || f.Accounts != nil)
	}
	if f.Account != "" {
		if err := a.nameCaseAccount(c, around, q); err != nil {
			return err
		}
		if q.account.ID != 0 {
			ids = []int64{q.account.ID}
			f.Account = q.account.Client
		}
	}
	return a.fillProducts(c, who, q, f, ids, whole)
}

// accountsMeant is how many accounts somebody is shown who typed words that several have.
const accountsMeant = 9

// nameCaseAccount finds the account that the address names: by its client number, or by words of its name.
func (a *App) nameCaseAccount(c *fiber.Ctx, in db.Scope, q *listQuery) error {
	said := q.values.Get("account")
	account, err := a.DB.CaseAccountByClient(c.UserContext(), in, said)
	if errors.Is(err, db.ErrNotFound) {
		q.meant, err = a.DB.CaseAccountsNamed(c.UserContext(), in, said, accountsMeant)
		switch {
		case err != nil:
		case len(q.meant) == 0:
			err = db.ErrNotFound
		case len(q.meant) == 1:
			account, q.meant = q.meant[0], nil
			q.values.Set("account", account.Client)
		}
	}
	q.account = account
	return err
}

// fillProducts finds the product that the address names and offers, for a whole page, the products of accounts: as far
// as the reader may see those.
func (a *App) fillProducts(c *fiber.Ctx, who policy.Actor, q *listQuery, f *views.CaseFilters, accounts []int64, whole bool) error {
	may := a.Judge.Accounts(who, policy.SeeProducts)
	if whole {
		products, err := a.DB.CaseProducts(c.UserContext(), may, accounts, 0, choosable+1)
		if err != nil {
			return err
		}
		for _, p := range products[:min(len(products), choosable)] {
			f.Products = append(f.Products, views.Choosable{Value: strconv.FormatInt(p.ID, 10), Name: p.Service, Words: p.Location})
		}
	}
	if f.Product == "" {
		return nil
	}
	q.filter.ProductID, _ = strconv.ParseInt(f.Product, 10, 64)
	if slices.ContainsFunc(f.Products, func(p views.Choosable) bool { return p.Value == f.Product }) {
		return nil
	}
	one, err := a.DB.CaseProducts(c.UserContext(), may, nil, q.filter.ProductID, 1)
	if err != nil {
		return err
	}
	if len(one) == 0 {
		return db.ErrNotFound
	}
	f.Products = append(f.Products, views.Choosable{Value: f.Product, Name: one[0].Service, Words: one[0].Location})
	return nil
}
