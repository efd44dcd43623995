package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// openAccounts is up to how many accounts the whole tree is shown open.
const openAccounts = 50

// foundAccounts is how many accounts a search shows; whoever needs more says more.
const foundAccounts = 50

// accounts shows the tree of accounts: its roots, one of its branches, or what was looked for.
func (a *App) accounts(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	ctx := c.UserContext()
	in, after := accountAsked(c, "in"), accountAsked(c, "after")
	p := &views.AccountTree{Words: clean(c.Query("q")), New: "/accounts/new"}
	p.Title, p.Here = views.T(a.lang(c), "accounts.title"), "accounts"
	if p.Searched = p.Words != ""; p.Searched {
		found, err := a.DB.SearchAccounts(ctx, p.Words, foundAccounts+1)
		if err != nil {
			return err
		}
		p.Found, p.TooMany = nodes(found[:min(foundAccounts, len(found))]), len(found) > foundAccounts
		return a.page(c, who, p)
	}
	if in == 0 && after == 0 {
		whole, parents, err := a.DB.WholeTree(ctx, openAccounts)
		if err != nil {
			return err
		}
		if len(whole) > 0 {
			p.Branch, p.Total = *openBranch(whole, parents, 0), len(whole)
			return a.page(c, who, p)
		}
	}
	list, more, err := a.DB.AccountsBelow(ctx, in, after, db.TreePage)
	if err != nil {
		return err
	}
	p.Branch.Nodes = nodes(list)
	if more {
		next := url.Values{"after": {strconv.FormatInt(list[len(list)-1].ID, 10)}}
		if in != 0 {
			next.Set("in", strconv.FormatInt(in, 10))
		}
		p.Branch.Next = "/accounts?" + next.Encode()
	}
	if isPartial(c) && (in != 0 || after != 0) {
		return a.partial(c, &p.Branch)
	}
	if in == 0 {
		if p.Total, err = a.DB.AccountCount(ctx); err != nil {
			return err
		}
		return a.page(c, who, p)
	}
	if p.In, p.Above, err = a.accountLines(ctx, in); err != nil {
		return err
	}
	p.Title = views.T(a.lang(c), "accounts.below", "Name", p.In.Name)
	p.New += "?parent=" + strconv.FormatInt(in, 10)
	return a.page(c, who, p)
}

// openBranch is what hangs below an account, with all below that.
func openBranch(all []db.Branching, parents map[int64]int64, below int64) *views.AccountBranch {
	branch := &views.AccountBranch{}
	for _, b := range all {
		if parents[b.ID] == below {
			branch.Nodes = append(branch.Nodes, views.AccountNode{Branching: b, Open: openBranch(all, parents, b.ID)})
		}
	}
	return branch
}

func nodes(list []db.Branching) []views.AccountNode {
	out := make([]views.AccountNode, len(list))
	for i, b := range list {
		out[i] = views.AccountNode{Branching: b}
	}
	return out
}

// accountAsked is an account's id that stands in an address's query; 0 for anything else.
func accountAsked(c *fiber.Ctx, key string) int64 {
	id, _ := strconv.ParseInt(c.Query(key), 10, 64)
	return max(id, 0)
}

// accountID is the account that the address names.
func accountID(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, db.ErrNotFound
	}
	return id, nil
}

// accountLines names an account and those that it hangs below, from the root on.
func (a *App) accountLines(ctx context.Context, id int64) (*db.AccountLine, []db.AccountLine, error) {
	list, err := a.DB.AccountPath(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return &list[len(list)-1], list[:len(list)-1], nil
}

// newAccount shows the form that adds an account: a root, or below a parent.
func (a *App) newAccount(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.newAccountPage(c, who)
	if err != nil {
		return err
	}
	in := desk.AccountFields{TimeZone: a.provider().Zone.String(), ContactsSee: db.SeeOwn}
	if p.Parent != nil {
		above, err := a.DB.AccountByID(c.UserContext(), p.Parent.ID)
		if err != nil {
			return err
		}
		in.Tier, in.TimeZone = above.Tier, above.TimeZone
	}
	if p.Form, err = a.accountForm(c, accountTyped{in: in, was: in}, nil); err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) newAccountPage(c *fiber.Ctx, who policy.Actor) (*views.NewAccount, error) {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return nil, err
	}
	p := &views.NewAccount{}
	p.Title, p.Here = views.T(a.lang(c), "accounts.new.root"), "accounts"
	parent := c.Query("parent")
	if parent == "" {
		return p, nil
	}
	id, err := strconv.ParseInt(parent, 10, 64)
	if err != nil || id < 1 {
		return nil, db.ErrNotFound
	}
	if p.Parent, p.Above, err = a.accountLines(c.UserContext(), id); err != nil {
		return nil, err
	}
	p.Above = append(p.Above, *p.Parent)
	p.Title = views.T(a.lang(c), "accounts.new.in", "Name", p.Parent.Name)
	if p.TooDeep = len(p.Above) >= db.MaxDepth; p.TooDeep {
		p.Problems = []views.Message{views.Say("accounts.depth", "Max", db.MaxDepth)}
	}
	return p, nil
}

// createAccount adds an account.
func (a *App) createAccount(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.newAccountPage(c, who)
	if err != nil {
		return err
	}
	typed, parent := accountOf(c), int64(0)
	if p.Parent != nil {
		parent = p.Parent.ID
	}
	account, err := a.Desk.CreateAccount(c.UserContext(), who, parent, typed.in)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		if wrong := complaintOf(invalid, "parent"); !wrong.Empty() {
			p.Problems = []views.Message{wrong}
		}
		typed.wrong = invalid
		if p.Form, err = a.accountForm(c, *typed, nil); err != nil {
			return err
		}
		return a.refuse(c, who, p, p)
	case err != nil:
		return err
	}
	return a.done(c, views.AccountPath(account.ID)+"?done=account-created")
}

// account shows one account, to be administered.
func (a *App) account(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.accountPage(c, who, nil)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

// accountPage makes the page of the account that the address names, with what was typed into its form if anything was.
func (a *App) accountPage(c *fiber.Ctx, who policy.Actor, typed *accountTyped) (*views.AccountPage, error) {
	id, err := accountID(c)
	if err != nil {
		return nil, err
	}
	ctx := c.UserContext()
	account, err := a.Desk.Account(ctx, who, id, accountAsked(c, "after"))
	if err != nil {
		return nil, err
	}
	p := &views.AccountPage{AccountRecord: account.AccountRecord, New: fmt.Sprintf("/accounts/new?parent=%d", id), Deep: len(account.Path) >= db.MaxDepth}
	p.Shell.Title, p.Here = account.Name, "accounts"
	if typed == nil {
		now := desk.FieldsOf(account.Account)
		typed = &accountTyped{in: now, was: now, revision: account.Revision}
	}
	if p.Form, err = a.accountForm(c, *typed, &account.AccountRecord); err != nil {
		return nil, err
	}
	if p.Grid, err = a.productGrid(c, account); err != nil {
		return nil, err
	}
	path := views.AccountPath(id)
	p.Sites = views.SiteForm{Post: a.post(c, path+"/locations")}
	p.Code = views.CodeForm{Post: a.post(c, path+"/registration-code"), Revision: account.Revision, Code: account.RegistrationCode}
	p.Figures = figures(account.AccountRecord)
	way, err := a.Desk.InTheWay(ctx, account.AccountRecord)
	if err != nil {
		return nil, err
	}
	p.Reception, p.InTheWay = way.Reception, inTheWay(way)
	if len(p.InTheWay) == 0 {
		post := a.post(c, path+"/removal")
		p.Remove = &post
	}
	move, err := a.DB.LastMove(ctx, id)
	switch {
	case err == nil && move.EndedAt.IsZero():
		p.Moving = path + "/move"
	case err != nil && !errors.Is(err, db.ErrNotFound):
		return nil, err
	case !p.Reception:
		p.MayMove = path + "/parent"
	}
	return p, nil
}

// figures say how much an account holds.
func figures(a db.AccountRecord) []views.AccountFigure {
	cases := func(key string, n int) views.Message {
		if n > db.CountedCases {
			return views.Say(key+".many", "N", db.CountedCases)
		}
		return views.Count(key, n)
	}
	list := []views.AccountFigure{
		{Words: views.Count("accounts.figure.contacts", a.Contacts), Href: "/contacts?account=" + url.QueryEscape(a.ClientNumber)},
		{Words: cases("accounts.figure.cases", a.Cases), Href: "/cases?account=" + url.QueryEscape(a.ClientNumber)},
		{Words: views.Count("accounts.figure.products", a.Products), Href: "#products"},
	}
	if a.Below > 0 {
		list = append(list, views.AccountFigure{Words: views.Count("accounts.figure.below", a.Below), Href: "/accounts?in=" + strconv.FormatInt(a.ID, 10)},
			views.AccountFigure{Words: cases("accounts.figure.cases-below", a.CasesBelow)})
	}
	return list
}

// inTheWay says why an account can't be removed; nothing where it can.
func inTheWay(way desk.InTheWay) (list []views.Message) {
	if way.Reception {
		return []views.Message{views.Say("accounts.way.reception")}
	}
	for _, what := range []struct {
		key string
		n   int
	}{{"children", way.Children}, {"contacts", way.Contacts}, {"cases", way.Cases}, {"products", way.Products}, {"grants", way.Grants}} {
		switch {
		case what.n > db.CountedCases:
			list = append(list, views.Say("accounts.way."+what.key+".many", "N", db.CountedCases))
		case what.n > 0:
			list = append(list, views.Count("accounts.way."+what.key, what.n))
		}
	}
	return list
}

// saveAccount keeps what is said of an account. Who saves second is shown what the first one changed.
func (a *App) saveAccount(c *fiber.Ctx, who policy.Actor) error {
	id, err := accountID(c)
	if err != nil {
		return err
	}
	typed := accountOf(c)
	err = a.Desk.SaveAccount(c.UserContext(), who, id, typed.revision, typed.in)
	var invalid desk.Invalid
	switch {
	case err == nil:
		return a.done(c, views.AccountPath(id)+"?done=account-saved")
	case errors.As(err, &invalid):
		typed.wrong = invalid
	case errors.Is(err, db.ErrStale):
		typed.stale = true
	default:
		return err
	}
	p, err := a.accountPage(c, who, typed)
	if err != nil {
		return err
	}
	if typed.stale {
		c.Status(fiber.StatusConflict)
		return a.page(c, who, p)
	}
	return a.refuse(c, who, p, p)
}

// removeAccount removes an account that nothing belongs to.
func (a *App) removeAccount(c *fiber.Ctx, who policy.Actor) error {
	id, err := accountID(c)
	if err != nil {
		return err
	}
	account, err := a.Desk.RemoveAccount(c.UserContext(), who, id)
	var way desk.InTheWay
	switch {
	case errors.As(err, &way):
		p, err := a.accountPage(c, who, nil)
		if err != nil {
			return err
		}
		if p.InTheWay = inTheWay(way); len(p.InTheWay) == 0 {
			p.InTheWay = []views.Message{views.Say("accounts.way.something")}
		}
		p.Remove = nil
		return a.refuse(c, who, p, p)
	case err != nil:
		return err
	}
	back := "/accounts"
	if account.ParentID != 0 {
		back += "?in=" + strconv.FormatInt(account.ParentID, 10) + "&done=account-removed"
	} else {
		back += "?done=account-removed"
	}
	return a.done(c, back)
}

// setRegistrationCode makes an account's registration code, or withdraws it.
func (a *App) setRegistrationCode(c *fiber.Ctx, who policy.Actor) error {
	id, err := accountID(c)
	if err != nil {
		return err
	}
	done := "code-made"
	if c.FormValue("code") == "withdraw" {
		done, err = "code-withdrawn", a.Desk.WithdrawCode(c.UserContext(), who, id, revision(c))
	} else {
		err = a.Desk.MakeCode(c.UserContext(), who, id, revision(c))
	}
	if errors.Is(err, db.ErrStale) {
		p, err := a.accountPage(c, who, nil)
		if err != nil {
			return err
		}
		p.Code.Stale = true
		c.Status(fiber.StatusConflict)
		return a.page(c, who, p)
	}
	if err != nil {
		return err
	}
	return a.done(c, views.AccountPath(id)+"?done="+done+"#code")
}

// accountTyped is the form of an account as it was sent.
type accountTyped struct {
	in, was  desk.AccountFields
	revision int
	wrong    desk.Invalid
	stale    bool
}

func accountOf(c *fiber.Ctx) *accountTyped {
	read := func(prefix string) desk.AccountFields {
		return desk.AccountFields{Name: clean(c.FormValue(prefix + "name")), ClientNumber: clean(c.FormValue(prefix + "client_number")),
			Tier: clean(c.FormValue(prefix + "tier")), TimeZone: clean(c.FormValue(prefix + "time_zone")),
			ContactsSee: strings.TrimSpace(c.FormValue(prefix + "contacts_see")), CCOutsiders: c.FormValue(prefix+"cc_outsiders") == "yes"}
	}
	return &accountTyped{in: read(""), was: read("was_"), revision: revision(c)}
}
