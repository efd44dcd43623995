package handlers

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// products lists what is installed for the accounts that the reader works for, 100 at a time.
func (a *App) products(c *fiber.Ctx, who policy.Actor) error {
	accounts := a.Judge.Accounts(who, policy.SeeProducts)
	if accounts.Empty() {
		return policy.Forbidden{Action: policy.SeeProducts}
	}
	p := &views.Products{}
	p.Title, p.Here = views.T(a.lang(c), "products.title"), "products"
	choices, err := a.DB.AccountLines(c.UserContext(), accounts, choosable+1)
	if err != nil {
		return err
	}
	said := url.Values{}
	if p.MayFind = len(choices) > choosable; p.MayFind { // too many to choose from a list: they are looked for
		choices = nil
		if p.Words = strings.TrimSpace(c.Query("q")); p.Words != "" {
			said.Set("q", p.Words)
			found, err := a.DB.FindAccounts(c.UserContext(), accounts, p.Words, choosable)
			if err != nil {
				return err
			}
			accounts = db.AccountScope{}
			for _, account := range found {
				accounts.Accounts = append(accounts.Accounts, account.ID)
			}
		}
	}
	if len(choices) > 1 {
		for _, choice := range choices {
			p.Accounts = append(p.Accounts, views.AccountChoice{ID: choice.ID, Name: choice.Name})
		}
	}
	if p.Account, _ = strconv.ParseInt(c.Query("account"), 10, 64); p.Account != 0 {
		said.Set("account", strconv.FormatInt(p.Account, 10))
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64)
	list, err := a.DB.Products(c.UserContext(), accounts, a.Judge.Scope(who, policy.See), p.Account, after)
	if err != nil {
		return err
	}
	for _, row := range list.Rows {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Client != row.Client {
			p.Groups = append(p.Groups, views.ProductGroup{Account: row.Account, Client: row.Client})
		}
		group := &p.Groups[len(p.Groups)-1]
		group.Products = append(group.Products, views.ProductLine{ProductRow: row, CasesHref: fmt.Sprintf("/cases?product=%d&state=open", row.ID)})
	}
	if list.Next != 0 {
		said.Set("after", strconv.FormatInt(list.Next, 10))
		p.Next = "/products?" + said.Encode()
	}
	return a.page(c, who, p)
}
