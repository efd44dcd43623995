package handlers

import (
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// The tabs of one's activities, and where what one follows stands.
const (
	tabRequests      = "requests"
	tabFollowing     = "following"
	tabContributions = "contributions"

	activitiesPath = "/activities"
	followingPath  = activitiesPath + "?tab=" + tabFollowing
)

// activityKinds are what each tab can be limited to; the first is all.
var activityKinds = map[string][]string{
	tabFollowing:     {"", "cases", "accounts", "articles"},
	tabContributions: {"", "cases", "articles"},
}

// activitiesShown is how many rows a tab shows at once.
const activitiesShown = 25

// activity is which part of one's activities an address asks for.
type activity struct {
	tab, what string
	after     string // where the part begins that is older; empty: with the newest
}

// readActivity reads the address. What makes no sense in it counts as not said.
func readActivity(c *fiber.Ctx, staff bool) activity {
	at := activity{tab: c.Query("tab"), what: c.Query("what"), after: c.Query("after")}
	first := tabRequests
	if staff { // who ask for nothing themselves
		first = tabFollowing
	}
	if at.tab != tabRequests && activityKinds[at.tab] == nil || at.tab == tabRequests && staff {
		at.tab = first
	}
	if !slices.Contains(activityKinds[at.tab], at.what) {
		at.what = ""
	}
	return at
}

// address is where the part is shown that begins after a place.
func (at activity) address(after string) string {
	q := url.Values{"tab": {at.tab}}
	if at.what != "" {
		q.Set("what", at.what)
	}
	if after != "" {
		q.Set("after", after)
	}
	return activitiesPath + "?" + q.Encode()
}

// mark is where the part begins, for tabs whose rows have a number.
func (at activity) mark() int64 {
	n, err := strconv.ParseInt(at.after, 10, 64)
	return max(n, 0) * map[bool]int64{true: 1}[err == nil]
}

// shows tells whether a kind is asked for: all are where none is named.
func (at activity) shows(kind string) bool { return at.what == "" || at.what == kind }

// activities show what one has asked for, follows and has said.
func (a *App) activities(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.activitiesPage(c, who, readActivity(c, who.Staff()))
	if err != nil {
		return err
	}
	if isPartial(c) {
		return a.partial(c, &p.Part)
	}
	return a.page(c, who, p)
}

func (a *App) activitiesPage(c *fiber.Ctx, who policy.Actor, at activity) (*views.Activities, error) {
	p := &views.Activities{Part: views.ActivityPart{Tab: at.tab, What: at.what, Refresh: at.address(at.after), CSRF: a.csrf(c)}}
	p.Title = views.T(a.lang(c), "activities.title")
	p.Here, p.Live = "activities", liveFor(casesChanged, ownChanged)
	tabs := []string{tabRequests, tabFollowing, tabContributions}
	if who.Staff() {
		tabs = tabs[1:]
	}
	for _, tab := range tabs {
		p.Tabs = append(p.Tabs, views.ActivityTab{Label: views.Say("activities.tab." + tab), Href: activity{tab: tab}.address(""), Current: tab == at.tab})
	}
	for _, kind := range activityKinds[at.tab] {
		p.Kinds = append(p.Kinds, views.ActivityKind{Value: kind, Label: views.Say("activities." + at.tab + ".what." + keyOr(kind, "all"))})
	}
	if at.after != "" {
		p.Part.Newest = at.address("")
	}
	fill := map[string]func(*fiber.Ctx, policy.Actor, activity, *views.ActivityPart) error{
		tabRequests: a.ownRequests, tabFollowing: a.following, tabContributions: a.contributions}[at.tab]
	if err := fill(c, who, at, &p.Part); err != nil {
		return nil, err
	}
	p.Notice = a.accountNotice(c, p.Part)
	return p, nil
}

// ownRequests are the cases of all types whose requester is who looks.
func (a *App) ownRequests(c *fiber.Ctx, who policy.Actor, at activity, p *views.ActivityPart) error {
	list, err := a.DB.Cases(c.UserContext(), a.Judge.Scope(who, policy.See), db.CaseFilter{Requester: who.Person.ID}, db.CasePaging{After: at.after})
	if err != nil {
		return err
	}
	for _, r := range list.Rows {
		p.Cases = append(p.Cases, views.ActivityCase{Number: r.ID.String(), Href: r.Path(), Title: r.ShortDescription, TypeName: r.TypeName,
			Account: r.Account, Priority: r.Priority, State: r.State, Updated: r.UpdatedAt.In(a.zone(who))})
	}
	if list.Next != "" {
		p.Older = at.address(list.Next)
	}
	if len(p.Cases) == 0 {
		p.Empty = append(p.Empty, emptyActivity("requests", "inbox"))
		if a.Judge.May(who, policy.Open) {
			p.Empty[0].Href, p.Empty[0].Action = "/catalog", views.Say("cases.open")
		}
	}
	return nil
}

// following is what they follow, as far as they still see it.
func (a *App) following(c *fiber.Ctx, who policy.Actor, at activity, p *views.ActivityPart) error {
	ctx := c.UserContext()
	if at.shows("accounts") && at.after == "" {
		if err := a.followedAccounts(c, who, p); err != nil {
			return err
		}
	}
	if at.shows("cases") {
		list, err := a.DB.FollowedCases(ctx, a.Judge.Scope(who, policy.See), who.Person.ID, at.mark(), activitiesShown+1)
		if err != nil {
			return err
		}
		if len(list) > activitiesShown {
			list = list[:activitiesShown]
			p.Older = at.address(strconv.FormatInt(list[len(list)-1].Mark, 10))
		}
		for _, f := range list {
			kase := db.CaseRow{ID: f.ID}
			p.Cases = append(p.Cases, views.ActivityCase{Number: f.ID.String(), Href: kase.Path(), Title: f.ShortDescription, TypeName: f.TypeName,
				Account: f.Account, Priority: f.Priority, State: f.State, Updated: f.UpdatedAt.In(a.zone(who)), Unfollow: kase.Path() + "/following"})
		}
	}
	switch {
	case at.what == "articles":
		p.Empty = append(p.Empty, emptyActivity("following.articles", "book-open"))
	case len(p.Cases) == 0 && len(p.Accounts) == 0:
		p.Empty = append(p.Empty, emptyActivity("following."+keyOr(at.what, "all"), "bell"))
	}
	return nil
}

// followedAccounts are those that they follow, and those that they could follow.
func (a *App) followedAccounts(c *fiber.Ctx, who policy.Actor, p *views.ActivityPart) error {
	in := a.Judge.Accounts(who, policy.See)
	if in.Empty() {
		return nil
	}
	followed, err := a.DB.FollowedAccounts(c.UserContext(), in, who.Person.ID)
	if err != nil {
		return err
	}
	for _, f := range followed {
		p.Accounts = append(p.Accounts, views.ActivityAccount{Name: f.Name, ClientNumber: f.ClientNumber})
	}
	all, err := a.DB.AccountLines(c.UserContext(), in, choosable+1)
	if err != nil {
		return err
	}
	p.Follow = &views.FollowAccount{TypeIn: len(all) > choosable, Typed: c.Query("account")}
	if !p.Follow.TypeIn {
		for _, line := range all {
			if !slices.Contains(followed, line) {
				p.Follow.Choices = append(p.Follow.Choices, views.ActivityAccount{Name: line.Name, ClientNumber: line.ClientNumber})
			}
		}
		if len(p.Follow.Choices) == 0 {
			p.Follow = nil
		}
	}
	return nil
}

// contributions are what they have said.
func (a *App) contributions(c *fiber.Ctx, who policy.Actor, at activity, p *views.ActivityPart) error {
	if at.shows("cases") {
		list, err := a.DB.SaidBy(c.UserContext(), a.Judge.Scope(who, policy.See), who.Person.ID, at.mark(), activitiesShown+1)
		if err != nil {
			return err
		}
		if len(list) > activitiesShown {
			list = list[:activitiesShown]
			p.Older = at.address(strconv.FormatInt(list[len(list)-1].EventID, 10))
		}
		for _, s := range list {
			kase := db.CaseRow{ID: s.CaseID}
			p.Said = append(p.Said, views.ActivityWord{Number: s.CaseID.String(), Title: s.ShortDescription, State: s.State, At: s.At.In(a.zone(who)),
				Href: kase.Path() + "?from=" + strconv.FormatInt(s.EventID, 10) + "#event-" + strconv.FormatInt(s.EventID, 10), Text: views.Excerpt(s.Body)})
		}
	}
	switch {
	case at.what == "articles":
		p.Empty = append(p.Empty, emptyActivity("contributions.articles", "book-open"))
	case len(p.Said) == 0:
		p.Empty = append(p.Empty, emptyActivity("contributions.cases", "message-square"))
	}
	return nil
}

func emptyActivity(key, icon string) views.EmptyActivity {
	key = "activities.empty." + key
	return views.EmptyActivity{Icon: icon, Heading: views.Say(key), Text: views.Say(key + ".text")}
}

// accountNotice confirms by name which account one follows now: one of those that the page lists.
func (a *App) accountNotice(c *fiber.Ctx, p views.ActivityPart) views.Message {
	for _, account := range p.Accounts {
		if c.Query("done") == "account-following" && account.ClientNumber == c.Query("account") {
			return views.Say("activities.said.account", "Account", account.Name)
		}
	}
	return views.Message{}
}
