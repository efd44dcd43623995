package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// moveForm is where an account is hung elsewhere: one looks for where, and is shown what that does.
func (a *App) moveForm(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.movePage(c, who, c.Query("to"))
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) movePage(c *fiber.Ctx, who policy.Actor, to string) (*views.MovePage, error) {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return nil, err
	}
	id, err := accountID(c)
	if err != nil {
		return nil, err
	}
	ctx := c.UserContext()
	account, above, err := a.accountLines(ctx, id)
	if err != nil {
		return nil, err
	}
	p := &views.MovePage{Account: *account, Above: above, Root: len(above) == 0, Words: clean(c.Query("q"))}
	p.Title, p.Here = views.T(a.lang(c), "accounts.move.title", "Name", account.Name), "accounts"
	if p.Searched = p.Words != ""; p.Searched {
		found, err := a.DB.SearchAccounts(ctx, p.Words, foundAccounts+1)
		if err != nil {
			return nil, err
		}
		p.TooMany = len(found) > foundAccounts
		for _, b := range found[:min(foundAccounts, len(found))] {
			target := views.MoveTarget{Branching: b, Href: fmt.Sprintf("/accounts/%d/parent?%s", id, url.Values{"to": {strconv.FormatInt(b.ID, 10)}}.Encode())}
			switch {
			case b.ID == id:
				target.Problem = views.Say("accounts.move.itself")
			case len(above) > 0 && above[len(above)-1].ID == b.ID:
				target.Problem = views.Say("accounts.move.already")
			}
			p.Found = append(p.Found, target)
		}
	}
	if to == "" {
		return p, nil
	}
	parent, err := moveTo(to)
	if err != nil {
		return nil, err
	}
	preview, err := a.Desk.PreviewMove(ctx, who, id, parent)
	if err != nil {
		return nil, err
	}
	if p.Preview = movePreview(a.post(c, views.AccountPath(id)+"/parent"), to, preview); parent == preview.Account.ParentID {
		p.Preview.Refused = views.Say("accounts.move.already")
	}
	return p, nil
}

// moveTo is the parent that an address or a form names: "root" is none.
func moveTo(to string) (int64, error) {
	if to == "root" {
		return 0, nil
	}
	id, err := strconv.ParseInt(to, 10, 64)
	if err != nil || id < 1 {
		return 0, db.ErrNotFound
	}
	return id, nil
}

// moveAccount hangs an account elsewhere.
func (a *App) moveAccount(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	id, err := accountID(c)
	if err != nil {
		return err
	}
	to := c.FormValue("to")
	parent, err := moveTo(to)
	if err != nil {
		return err
	}
	from, _ := strconv.ParseInt(c.FormValue("from"), 10, 64)
	move, err := a.Desk.MoveAccount(c.UserContext(), who, id, from, parent)
	var refused db.MoveRefusal
	switch {
	case errors.Is(err, db.ErrStale):
		refused = db.MoveStale
	case errors.As(err, &refused):
	case err != nil:
		return err
	case move.EndedAt.IsZero():
		return a.done(c, views.AccountPath(id)+"/move")
	case move.Refused == "":
		return a.done(c, views.AccountPath(id)+"?done=account-moved")
	default:
		refused = move.Refused
	}
	p, err := a.movePage(c, who, to)
	if err != nil {
		return err
	}
	p.Preview.Refused = refusal(refused)
	return a.refuse(c, who, p, p)
}

func refusal(why db.MoveRefusal) views.Message {
	return views.Say("accounts.move."+string(why), "Max", db.MaxDepth)
}

// movingAccount tells how far the last move of an account is.
func (a *App) movingAccount(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	id, err := accountID(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	account, _, err := a.accountLines(ctx, id)
	if err != nil {
		return err
	}
	move, err := a.DB.LastMove(ctx, id)
	if err != nil {
		return err
	}
	p := &views.MovingPage{Account: *account, Moving: views.Moving{AccountMove: move, Href: views.AccountPath(id), Again: views.AccountPath(id) + "/move"}}
	p.Title, p.Here = views.T(a.lang(c), "accounts.moving", "Name", account.Name), "accounts"
	if move.Refused != "" {
		p.Moving.Why = refusal(move.Refused)
	}
	if move.ParentID != 0 {
		parent, err := a.DB.AccountByID(ctx, move.ParentID)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		p.Moving.Parent = parent.Name
	}
	if isPartial(c) {
		return a.partial(c, &p.Moving)
	}
	if !p.Moving.Ended() {
		p.Refresh = 2 // where there are no scripts
	}
	return a.page(c, who, p)
}

// longMove is from how many cases on a move is done in the background; see desk.MoveAccount.
const longMove = 2000

// movePreview puts into words what a move does.
func movePreview(post views.Post, to string, m desk.MovePreview) *views.MovePreview {
	p := &views.MovePreview{Post: post, To: to, From: m.Account.ParentID, Parent: m.Parent.Name, Long: m.Cases > longMove}
	if m.Refused != "" {
		p.Refused = refusal(m.Refused)
		return p
	}
	p.Sizes = []views.Message{views.Count("accounts.move.accounts", m.Accounts), views.Count("accounts.move.contacts", m.Contacts),
		views.Count("accounts.move.cases", m.Cases), views.Count("accounts.move.products", m.Products)}
	say := func(kind string, words views.Message, who []db.MoveGrant, more int) {
		e := views.MoveEffect{Kind: kind, Words: words, More: more}
		for _, g := range who {
			e.Who = append(e.Who, views.MovePerson{Name: g.Person.Name(), Role: views.Say("session.role." + string(g.Role)), Account: g.Account})
		}
		p.Effects = append(p.Effects, e)
	}
	var lose, gain []db.MoveGrant
	for _, g := range m.Granted {
		if slices.Contains(m.Leaves, g.AccountID) {
			lose = append(lose, g)
		} else {
			gain = append(gain, g)
		}
	}
	if len(lose) > 0 {
		say("less", views.Say("accounts.move.lose"), lose, map[bool]int{true: m.MoreGranted}[len(gain) == 0])
	}
	if len(gain) > 0 {
		say("more", views.Say("accounts.move.gain"), gain, m.MoreGranted)
	}
	for _, s := range m.Sharing {
		if slices.Contains(m.Leaves, s.AccountID) {
			say("less", views.Count("accounts.move.unshared", s.Contacts, "Account", s.Account), nil, 0)
		} else {
			say("more", views.Count("accounts.move.shared", s.Contacts, "Account", s.Account), nil, 0)
		}
	}
	if m.OtherCustomer() {
		customer := "accounts.move.customer"
		if m.Parent.ID == 0 {
			customer = "accounts.move.own-customer"
		}
		say("note", views.Say(customer), nil, 0)
	}
	if m.Uncounted {
		say("note", views.Say("accounts.move.uncounted"), nil, 0)
	}
	if m.Apart.Cases > 0 {
		say("less", views.Count("accounts.move.apart", m.Apart.People, "Cases", m.Apart.Cases), nil, 0)
	}
	if m.Together.Cases > 0 {
		say("more", views.Count("accounts.move.together", m.Together.People, "Cases", m.Together.Cases), nil, 0)
	}
	if len(m.Across) > 0 {
		say("note", views.Say("accounts.move.across"), m.Across, m.MoreAcross)
	}
	if m.OtherCustomer() && m.Parent.ID == 0 && m.Brings == 0 {
		say("note", views.Say("accounts.move.unadministered"), nil, 0)
	}
	return p
}
