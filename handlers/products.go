package handlers

import (
	"fmt"
	"net/url"
	"strconv"

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
	account, _ := strconv.ParseInt(c.Query("account"), 10, 64)
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64)
	list, err := a.DB.Products(c.UserContext(), accounts, a.Judge.Scope(who, policy.See), account, after)
	if err != nil {
		return err
	}
	p := &views.Products{Account: account}
	p.Title, p.Here = views.T(a.lang(c), "products.title"), "products"
	for _, row := range list.Rows {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Client != row.Client {
			p.Groups = append(p.Groups, views.ProductGroup{Account: row.Account, Client: row.Client})
		}
		group := &p.Groups[len(p.Groups)-1]
		group.Products = append(group.Products, views.ProductLine{ProductRow: row, CasesHref: fmt.Sprintf("/cases?product=%d&state=open", row.ID)})
	}
	if list.Next != 0 {
		next := url.Values{"after": {strconv.FormatInt(list.Next, 10)}}
		if account != 0 {
			next.Set("account", strconv.FormatInt(account, 10))
		}
		p.Next = "/products?" + next.Encode()
	}
	if !accounts.All { // staff have too many to choose from a list
		choices, err := a.DB.AccountsWithin(c.UserContext(), accounts)
		if err != nil {
			return err
		}
		if len(choices) > 1 {
			for _, choice := range choices {
				p.Accounts = append(p.Accounts, views.AccountChoice{ID: choice.ID, Name: choice.Name})
			}
		}
	}
	return a.page(c, who, p)
}
