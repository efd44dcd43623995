package handlers

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// peopleFound is how many of the people that are looked for are shown.
const peopleFound = 10

// whyMay answers the platform's administrators why somebody may do something, or what is missing. The address says it all.
func (a *App) whyMay(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	in := desk.WhyMay{Action: policy.Action(clean(c.Query("action"))), Case: clean(c.Query("case")), Account: clean(c.Query("account"))}
	in.Person, _ = strconv.ParseInt(c.Query("person"), 10, 64) // what is no number is nobody
	words := clean(c.Query("q"))
	p := &views.WhyPage{Ask: views.WhyAsk{Case: in.Case, Account: in.Account, Wrong: map[string]views.Message{}, Anew: whyAnew(in)}}
	if in.Action == "" {
		in.Action = policy.See
	}
	for _, may := range policy.Actions {
		p.Ask.Actions = append(p.Ask.Actions, views.WhyAction{Value: string(may), Words: views.MayWords(string(may)), Chosen: may == in.Action})
	}
	asked := in.Person != 0 && (in.Case != "" || in.Account != "")
	answer, err := a.Desk.WhyMay(c.UserContext(), who, in)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
	case err != nil:
		return err
	default:
		p.Answer = whyView(a.lang(c), in, answer)
		if err := a.lookedWhy(c.UserContext(), who, in, answer); err != nil {
			return err
		}
	}
	if them := answer.Who.Person; them.ID != 0 {
		p.Ask.Person = &views.WhyPerson{ID: them.ID, Name: them.Name(), Email: them.Email, Account: answer.Who.Home.Name}
	}
	if asked || in.Person != 0 && p.Ask.Person == nil {
		for field, wrong := range invalid {
			p.Ask.Wrong[field] = views.Message{Key: wrong.Code, Args: wrong.Args}
		}
		if len(invalid) > 0 {
			c.Status(fiber.StatusUnprocessableEntity)
		}
	}
	if p.Ask.Person == nil {
		if p.Ask.People, err = a.peopleFound(c.UserContext(), words); err != nil {
			return err
		}
	}
	p.Title, p.Here = views.T(a.lang(c), "why.title"), "policy"
	return a.page(c, who, p)
}

// lookedWhy notes in the audit log whom, and which case or account, somebody asked about.
func (a *App) lookedWhy(ctx context.Context, who policy.Actor, in desk.WhyMay, answer desk.WhyAnswer) error {
	e := db.AuditEntry{At: a.Clock(), ActorID: who.Person.ID, Action: db.WhyLooked, Subject: "person", SubjectID: in.Person,
		AccountID: answer.Account.ID, Detail: map[string]any{"action": in.Action}}
	if answer.Case.ID != 0 {
		e.Detail["case"] = answer.Case.ID.String()
	}
	if err := a.DB.Look(ctx, e); err != nil && !full(err) { // what is there can still be read then
		return err
	}
	return nil
}

// whyPeople finds whom one may ask about.
func (a *App) whyPeople(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	if !isPartial(c) {
		return c.Redirect("/why?"+url.Values{"q": {clean(c.Query("q"))}}.Encode(), fiber.StatusSeeOther)
	}
	found, err := a.peopleFound(c.UserContext(), clean(c.Query("q")))
	if err != nil {
		return err
	}
	return a.partial(c, &found)
}

func (a *App) peopleFound(ctx context.Context, words string) (views.WhyPeople, error) {
	found := views.WhyPeople{Words: words, Hint: views.Say("why.people.hint")}
	if words == "" {
		return found, nil
	}
	list, err := a.DB.FindPeople(ctx, words, peopleFound+1)
	if err != nil {
		return found, err
	}
	for _, p := range list[:min(len(list), peopleFound)] {
		found.List = append(found.List, views.WhyPerson{ID: p.ID, Name: p.Name(), Email: p.Email, Account: p.Account, Disabled: p.Disabled})
	}
	switch {
	case len(list) == 0:
		found.Hint = views.Say("why.people.none")
	case len(list) > peopleFound:
		found.Hint = views.Say("why.people.more")
	default:
		found.Hint = views.Count("why.people.found", len(list))
	}
	return found, nil
}

// whyPath is the address of a question.
func whyPath(in desk.WhyMay) string {
	q := url.Values{}
	for key, value := range map[string]string{"action": string(in.Action), "case": in.Case, "account": in.Account} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if in.Person != 0 {
		q.Set("person", strconv.FormatInt(in.Person, 10))
	}
	if len(q) == 0 {
		return "/why"
	}
	return "/why?" + q.Encode()
}

// whyAnew is the address of the same question about somebody else.
func whyAnew(in desk.WhyMay) string {
	in.Person = 0
	return whyPath(in)
}

func whyView(lang string, in desk.WhyMay, a desk.WhyAnswer) *views.WhyView {
	v := &views.WhyView{Allowed: a.Allowed(), Disabled: a.Disabled, Unseen: a.Unseen && in.Action != policy.See}
	at := a.Account.Name
	if a.Case.ID != 0 {
		v.Case, v.Number, v.Short = a.Case.Path(), a.Case.ID.String(), a.Case.ShortDescription
		at = v.Number
	}
	v.Headline = views.Say(map[bool]string{true: "why.headline.yes", false: "why.headline.no"}[v.Allowed],
		"Name", a.Who.Person.Name(), "May", views.MayWords(string(in.Action)).In(lang), "At", at)
	if !a.Who.Person.Staff {
		v.Contact = contactPath(a.Who.Person.ID)
	}
	for _, l := range a.Because {
		v.Because = append(v.Because, whyLine(a, l, views.Say("why.because."+string(l.Reach))))
	}
	for _, m := range a.Missing {
		v.Missing = append(v.Missing, whyLine(a, m.Line, whyMissed(a, m)))
	}
	if len(a.Because) == 0 {
		for _, role := range a.Holders {
			v.Holders = append(v.Holders, views.RoleName(role))
		}
	}
	v.Tree = whyTree(a)
	for _, g := range a.Who.Grants {
		if q, ok := a.Queues[g.QueueID]; ok && !slices.Contains(v.Queues, views.WhyQueue{Name: q.Name, Here: a.Case.QueueID == q.ID}) {
			v.Queues = append(v.Queues, views.WhyQueue{Name: q.Name, Here: a.Case.QueueID == q.ID})
		}
	}
	return v
}

func whyLine(a desk.WhyAnswer, l policy.Line, reason views.Message) views.WhyLine {
	return views.WhyLine{Grant: whyGrant(a, l.Grant), Role: string(l.Grant.Role), Action: string(l.Action), Reach: string(l.Reach), Reason: reason}
}

// whyGrant is one of the person's grants in words.
func whyGrant(a desk.WhyAnswer, g db.Grant) views.GrantLine {
	line := views.GrantLine{Role: views.RoleName(g.Role), Where: views.Say("grants.where.everywhere")}
	switch {
	case g.QueueID != 0:
		line.Where = views.Say("grants.where.queue", "Queue", a.Queues[g.QueueID].Name)
	case g.AccountID != 0:
		line.Where = views.GrantWhere(a.Accounts[g.AccountID].Name, g.Reach)
	}
	return line
}

// whyMissed says why a line does not lead there.
func whyMissed(a desk.WhyAnswer, m policy.Miss) views.Message {
	return views.Say("why.miss."+string(m.Why), "Account", a.Accounts[m.Grant.AccountID].Name, "Place", a.Account.Name,
		"Home", a.Who.Home.Name, "Queue", a.Queues[a.Case.QueueID].Name)
}

// whyTree draws the accounts on the ways to what is asked about, to the person's home and to their grants, with what the
// grants that allow it reach.
func whyTree(a desk.WhyAnswer) []views.WhyNode {
	if len(a.Account.Path) == 0 || len(a.Who.Home.Path) == 0 {
		return nil
	}
	below := map[int64][]db.Account{}
	for _, account := range a.Accounts {
		below[account.ParentID] = append(below[account.ParentID], account)
	}
	var draw func(parent int64) []views.WhyNode
	draw = func(parent int64) (nodes []views.WhyNode) {
		slices.SortFunc(below[parent], func(x, y db.Account) int { return slices.Compare(x.Path, y.Path) })
		for _, account := range below[parent] {
			n := views.WhyNode{Name: account.Name, Number: account.ClientNumber, Here: account.ID == a.Account.ID,
				Home: account.ID == a.Who.Home.ID, Below: draw(account.ID)}
			for _, l := range a.Because {
				n.Reached = n.Reached || l.Reach == policy.Granted && reaches(l.Grant, account.Path)
			}
			for _, g := range a.Who.Grants {
				if g.AccountID == account.ID {
					n.Grants = append(n.Grants, views.WhyMark{Role: views.RoleName(g.Role), Reach: g.Reach,
						Allows: slices.ContainsFunc(a.Because, func(l policy.Line) bool { return l.Grant.ID == g.ID })})
				}
			}
			nodes = append(nodes, n)
		}
		return nodes
	}
	return draw(0)
}

// reaches tells whether a grant reaches the account at the end of the path.
func reaches(g db.Grant, path []int64) bool {
	scope := db.AccountScope{Accounts: []int64{g.AccountID}}
	if g.Reach == db.AndBelow {
		scope.Branches = []db.Branch{{AccountID: g.AccountID, Depth: len(g.Path) - 1}}
	}
	return scope.Holds(path)
}
