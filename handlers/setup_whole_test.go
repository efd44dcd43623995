package handlers_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
	"portico/db/standard"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/rules"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
)

// TestWhatTheDemoFillsInCanBeEntered begins with an empty database and its first administrator, enters all of the demo's
// world by the portal's own forms, as a browser without scripts would, and finds the same in the tables as the demo put
// there. A customer then reports an urgent issue, and the rules decide it.
func TestWhatTheDemoFillsInCanBeEntered(t *testing.T) {
	t.Parallel()
	e := beginEmpty(t)
	e.portal()
	e.families()
	e.services()
	e.queues()
	e.catalog()
	e.targets()
	e.calendar()
	e.contactWays()
	e.staff()
	e.accounts()
	e.contacts()
	e.rules()
	if a := e.v.Get("/setup"); a.Status != http.StatusOK || a.Page().Find(".setup-steps > li").Length() != a.Page().Find(".setup-steps > li[data-done]").Length() {
		t.Errorf("the overview still misses something: %s", a.Text(".setup-steps > li:not([data-done])"))
	}
	e.compare()
	e.reportIssue()
}

// entering is an administrator at work, with the demo's world at hand to be typed in.
type entering struct {
	t        *testing.T
	ctx      context.Context
	site     *handlertest.Site
	v        *handlertest.Visitor
	demo     *db.DB
	accountN map[string]int64 // by client number
	personN  map[string]int64 // by e-mail
}

func beginEmpty(t *testing.T) *entering {
	t.Helper()
	e := &entering{t: t, ctx: context.Background(), demo: dbtest.Demo(t), accountN: map[string]int64{}, personN: map[string]int64{}}
	e.must(standard.Establish(e.ctx, e.demo, dbtest.Now)) // as any portal does when it starts
	d := dbtest.New(t)
	first := &desk.Desk{DB: d, Clock: func() time.Time { return dbtest.Now }, Log: slog.New(slog.DiscardHandler)}
	const password = "four words for a test"
	err := first.SetUp(e.ctx, desk.Administrator{FirstName: "Alex", LastName: "Kowalczyk", Email: "platform@boreal.test", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	var noted int
	if err := d.Pool().QueryRow(e.ctx, `select count(*) from audit where action = $1`, db.StaffCreated).Scan(&noted); err != nil || noted != 1 {
		t.Errorf("the audit log tells %d times of the first administrator: %v", noted, err)
	}
	e.site = handlertest.Over(t, d)
	e.v = e.site.Nobody()
	in := e.v.Get("/sign-in").Form(`form[action="/sign-in"]`).Set("email", "platform@boreal.test").Set("password", password)
	if a := e.v.Submit(in); a.Status != http.StatusSeeOther {
		t.Fatalf("sign in: %d %s", a.Status, a.Text(".errors, .complaint"))
	}
	if a := e.v.Get("/"); a.Location() != "/setup" {
		t.Errorf("a new portal begins at %q", a.Location())
	}
	return e
}

// submit sends a form that stands on a page, filled in, and must be sent on.
func (e *entering) submit(what, page, selector string, fill func(f handlertest.Form)) *handlertest.Answer {
	e.t.Helper()
	a := e.v.Get(page)
	f := a.Form(selector)
	if !f.Found {
		e.t.Fatalf("%s: there is no %s on %s (%d)", what, selector, page, a.Status)
	}
	fill(f)
	a = e.v.Submit(f)
	if a.Status != http.StatusSeeOther {
		e.t.Fatalf("%s: %d %s", what, a.Status, a.Text(".errors, .complaint, main h1"))
	}
	return a
}

func (e *entering) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func both(f handlertest.Form, key string, t rules.Text) {
	f.Set(key+"-en", t["en"])
	f.Set(key+"-fr", t["fr"])
}

func (e *entering) portal() {
	e.submit("the portal", "/setup/portal", "#portal-form", func(f handlertest.Form) {
		f.Set("name", "Boreal Telecom")
		f.Set("zone", "America/Moncton")
	})
	if got := e.v.Get("/setup").Text(".logo"); got != "Boreal Telecom" {
		e.t.Errorf("the next page is of %q", got)
	}
}

func lines(f handlertest.Form, key string, options []rules.Option) {
	var values, english, french []string
	for _, o := range options {
		values, english, french = append(values, ""), append(english, o.Label["en"]), append(french, o.Label["fr"])
	}
	f.Set(key+"-value", values...)
	f.Set(key+"-en", english...)
	f.Set(key+"-fr", french...)
}

func (e *entering) families() {
	all, err := e.demo.Families(e.ctx)
	e.must(err)
	for _, family := range all {
		e.submit("family "+family.Key, "/setup/families/new", "#family-form", func(f handlertest.Form) {
			both(f, "name", family.Name)
			lines(f, "types", family.IssueTypes)
		})
	}
}

func (e *entering) services() {
	all, err := e.demo.Services(e.ctx)
	e.must(err)
	for _, s := range all {
		e.submit("service "+s.Value, "/setup/services/new", "#service-form", func(f handlertest.Form) {
			both(f, "name", s.Name)
			f.Set("family", s.Family)
			f.Set("state", string(s.State))
		})
	}
}

func (e *entering) queues() {
	all, err := e.demo.Queues(e.ctx)
	e.must(err)
	for _, q := range all {
		if q.Name == "Service Desk" { // every portal has it from the start, and it shall be the last
			continue
		}
		e.submit("queue "+q.Name, "/setup/queues", "#queue-new", func(f handlertest.Form) { f.Set("name", q.Name) })
	}
	for range len(all) - 1 {
		desk := e.site.Queue("Service Desk").ID
		e.submit("down", "/setup/queues", "#queues form[data-sort]", func(f handlertest.Form) { f.Set("move", fmt.Sprintf("%d:down", desk)) })
	}
}

func (e *entering) catalog() {
	for {
		a := e.v.Get("/setup/catalog")
		f := a.Form(`#standard form`)
		if !f.Found {
			break
		}
		if got := e.v.Submit(f); got.Status != http.StatusSeeOther {
			e.t.Fatalf("a standard item: %d", got.Status)
		}
	}
	// A portal of its own begins with the general request on its home page; the demo's stands with Customer Service.
	e.submit("the general request", "/setup/items/general-request", "#item-form", func(f handlertest.Form) { f.Set("category", "customer-service") })
	e.submit("down", "/setup/catalog", "#items-customer-service form[data-sort]", func(f handlertest.Form) { f.Set("move", "general-request:down") })
}

func (e *entering) targets() {
	all, err := e.demo.ResponseTargets(e.ctx)
	e.must(err)
	e.submit("targets", "/setup/targets", "#targets", func(f handlertest.Form) {
		for _, target := range all {
			cell := fmt.Sprintf("target-%d-0", target.Priority)
			f.Set(cell, strconv.Itoa(target.Minutes/60))
			f.Set(cell+"-unit", "hours")
			if target.BusinessHours {
				f.Set(cell+"-unit", "business-hours")
			}
		}
	})
}

func (e *entering) calendar() {
	c, err := e.demo.ReadCalendar(e.ctx)
	e.must(err)
	e.submit("hours", "/setup/calendar", "#hours", func(f handlertest.Form) {
		for _, h := range c.Hours {
			f.Set(fmt.Sprintf("opens-%d", h.Weekday), fmt.Sprintf("%02d:%02d", h.Opens/60, h.Opens%60), "")
			f.Set(fmt.Sprintf("closes-%d", h.Weekday), fmt.Sprintf("%02d:%02d", h.Closes/60, h.Closes%60), "")
		}
	})
	for year := c.Holidays[0].Day.Year(); year <= c.Holidays[len(c.Holidays)-1].Day.Year(); year++ {
		e.submit("holidays", "/setup/calendar", "#federal", func(f handlertest.Form) { f.Set("year", strconv.Itoa(year)) })
	}
}

func (e *entering) contactWays() {
	all, err := e.demo.ContactWays(e.ctx)
	e.must(err)
	for _, w := range all {
		e.submit("way "+w.Value, "/setup/contact/new", "#way-form", func(f handlertest.Form) {
			f.Set("kind", w.Kind)
			f.Set("value", w.Value)
			both(f, "label", w.Label)
			both(f, "hours", w.Hours)
		})
	}
}

func (e *entering) staff() {
	for _, s := range demo.SignIns {
		if s.Home != "" || s.Email == "platform@boreal.test" {
			continue
		}
		e.submit("staff "+s.Email, "/setup/staff/new", "#staff-form", func(f handlertest.Form) {
			f.Set("first", s.First)
			f.Set("last", s.Last)
			f.Set("email", s.Email)
			f.Set("language", s.Language)
			for _, g := range s.Grants {
				field := map[db.Role]string{db.Agent: "agent", db.TeamLead: "lead"}[g.Role]
				f.Values.Add(field, strconv.FormatInt(e.site.Queue(g.Queue).ID, 10))
			}
		})
	}
	mails, _, err := e.site.DB.Mails(db.AsSystem(e.ctx, "test"), db.MailFilter{})
	e.must(err)
	if !slices.ContainsFunc(mails, func(m db.Mail) bool { return m.To == "agent@boreal.test" && m.Kind == string(db.LetterInvitation) }) {
		e.t.Errorf("nobody is invited: %d mails", len(mails))
	}
}

func (e *entering) accounts() {
	all, err := e.demo.AccountsWithin(e.ctx, db.AccountScope{All: true})
	e.must(err)
	offers, err := e.demo.EveryAccountsOffers(e.ctx)
	e.must(err)
	byID := map[int64]db.Account{}
	for _, account := range all {
		byID[account.ID] = account
		page := "/accounts/new"
		if account.ParentID != 0 {
			page += fmt.Sprintf("?parent=%d", e.accountN[byID[account.ParentID].ClientNumber])
		}
		a := e.submit("account "+account.Name, page, "#account-form", func(f handlertest.Form) {
			f.Set("name", account.Name)
			f.Set("client_number", account.ClientNumber)
			f.Set("tier", account.Tier)
			f.Set("time_zone", account.TimeZone)
			f.Set("contacts_see", account.ContactsSee)
		})
		path, _, _ := strings.Cut(a.Location(), "?")
		id, err := strconv.ParseInt(strings.TrimPrefix(path, "/accounts/"), 10, 64)
		e.must(err)
		e.accountN[account.ClientNumber] = id
		e.sites(account, path, offers[account.ID])
	}
}

// sites enters an account's locations, and ticks what is installed there.
func (e *entering) sites(account db.Account, path string, has db.AccountOffers) {
	for _, l := range has.Offers().Locations {
		e.submit("location "+l.Value, path, "#location-form", func(f handlertest.Form) { f.Set("location", l.Value) })
	}
	installed := map[string]bool{}
	for _, line := range e.lines(e.demo, installedSQL) {
		installed[line] = true
	}
	page := e.v.Get(path)
	f := page.Form("#products-form")
	services := map[string]string{}
	for _, s := range e.lines(e.site.DB, `select id || '|' || (name->>'en') from services`) {
		id, name, _ := strings.Cut(s, "|")
		services[id] = name
	}
	sites := map[string]string{}
	for _, s := range e.lines(e.site.DB, `select id || '|' || name from locations`) {
		id, name, _ := strings.Cut(s, "|")
		sites[id] = name
	}
	page.Page().Find(`#products-form input[name="product"]`).Each(func(_ int, tick *goquery.Selection) {
		value, _ := tick.Attr("value")
		location, service, _ := strings.Cut(value, ".")
		if installed[account.ClientNumber+" | "+sites[location]+" | "+services[service]] {
			f.Values.Add("product", value)
		}
	})
	if a := e.v.Submit(f); a.Status != http.StatusSeeOther {
		e.t.Fatalf("products of %s: %d %s", account.Name, a.Status, a.Text(".errors"))
	}
}

func (e *entering) contacts() {
	numbers := map[string]string{}
	for _, line := range e.lines(e.demo, `select name || '|' || client_number from accounts`) {
		name, number, _ := strings.Cut(line, "|")
		numbers[name] = number
	}
	for _, s := range demo.SignIns {
		if s.Home == "" {
			continue
		}
		a := e.submit("contact "+s.Email, "/contacts/new", "#contact-form", func(f handlertest.Form) {
			f.Set("first_name", s.First)
			f.Set("last_name", s.Last)
			f.Set("email", s.Email)
			f.Set("phone", s.Phone)
			f.Set("account", numbers[s.Home])
			f.Set("language", s.Language)
		})
		path, _, _ := strings.Cut(a.Location(), "?")
		for _, g := range s.Grants {
			if g.Role != db.Customer { // which every contact is from the start
				e.grant(s.Email, path+"/grants", g, e.accountN[numbers[g.At]])
			}
		}
	}
}

// grant adds a role to the list, says where and how far, looks at what it means, and saves it.
func (e *entering) grant(who, path string, g demo.Given, account int64) {
	f := e.v.Get(path).Form("#grants").Set("add", string(g.Role))
	a := e.v.Post(path+"/preview", f.Values)
	f = a.Form("#grants")
	rows := f.Values["row"]
	if len(rows) == 0 {
		e.t.Fatalf("a grant of %s: %d %s", who, a.Status, a.Text(".errors, .complaint"))
	}
	n := rows[len(rows)-1]
	f.Set("account-"+n, strconv.FormatInt(account, 10)).Set("reach-"+n, string(g.Reach))
	f.Action = path
	a = e.v.Submit(f)
	if a.Status == http.StatusOK { // what it would mean, to be confirmed
		f = a.Form("#grants")
		f.Action = path
		a = e.v.Submit(f)
	}
	if a.Status != http.StatusSeeOther {
		e.t.Fatalf("a grant of %s: %d %s", who, a.Status, a.Text(".errors, .complaint"))
	}
}

func (e *entering) rules() {
	source, err := demo.RuleSet()
	e.must(err)
	a := e.submit("a draft", "/rules", "#begin", func(f handlertest.Form) { f.Set("name", "The first rules") })
	draft := a.Location()
	e.submit("the rules' text", draft+"/text", "#text-form", func(f handlertest.Form) { f.Set("source", source) })
	e.submit("the publication", draft+"/changes", "#publish-form", func(f handlertest.Form) { f.Set("note", "The first rules") })
}

const installedSQL = `select a.client_number || ' | ' || l.name || ' | ' || (s.name->>'en') from products p
	join accounts a on a.id = p.account_id join locations l on l.id = p.location_id join services s on s.id = p.service_id order by 1`

// compared are the tables of what is set up, without ids and times.
var compared = map[string]string{
	"families":   `select key || name::text || issue_types::text from families order by key`,
	"services":   `select value || name::text || family || state from services order by position, id`,
	"queues":     `select name from queues order by position, id`,
	"categories": `select key || name::text || purpose::text from categories order by position, key`,
	"items": `select concat_ws(' ', i.key, i.category, i.type, i.type_name::text, i.name::text, i.purpose::text, i.submit::text)
		from items i left join categories c on c.key = i.category order by c.key is not null, c.position, i.position, i.key`,
	"forms":     `select item || form::text from form_versions where id in (select max(id) from form_versions group by item) order by item`,
	"targets":   `select concat_ws(' ', priority, tier, minutes, business_hours) from response_targets order by 1`,
	"hours":     `select concat_ws(' ', weekday, opens, closes) from business_hours order by 1`,
	"holidays":  `select day::text || name::text from holidays order by day`,
	"ways":      `select concat_ws(' ', kind, label::text, value, coalesce(nullif(hours, 'null'), '{}')::text) from contact_ways order by position, id`,
	"settings":  `select key || ' ' || value from settings where key in ('provider', 'time_zone') order by key`,
	"accounts":  `select concat_ws(' ', a.name, a.client_number, p.name, a.tier, a.time_zone, a.contacts_see, a.cc_outsiders) from accounts a left join accounts p on p.id = a.parent_id order by a.client_number`,
	"locations": `select a.client_number || ' ' || l.name from locations l join accounts a on a.id = l.account_id order by 1`,
	"products":  installedSQL,
	"people": `select concat_ws(' ', p.email, p.first_name, p.last_name, p.phone, p.language, p.staff, a.client_number, p.disabled_at is null)
		from people p left join accounts a on a.id = p.account_id where p.email <> '` + db.NobodyEmail + `' order by 1`,
	"grants": `select concat_ws(' ', p.email, g.role, a.client_number, g.reach, q.name) from grants g join people p on p.id = g.person_id
		left join accounts a on a.id = g.account_id left join queues q on q.id = g.queue_id order by 1`,
}

// compare finds the same in both databases.
func (e *entering) compare() {
	for table, sql := range compared {
		want, got := e.lines(e.demo, sql), e.lines(e.site.DB, sql)
		for _, line := range want {
			if !slices.Contains(got, line) {
				e.t.Errorf("%s: missing: %s", table, line)
			}
		}
		for _, line := range got {
			if !slices.Contains(want, line) {
				e.t.Errorf("%s: too much: %s", table, line)
			}
		}
		if len(want) == len(got) && !slices.Equal(want, got) {
			e.t.Errorf("%s: in another order: %q, want %q", table, got, want)
		}
	}
	source := func(d *db.DB) string {
		live, err := d.LiveVersion(e.ctx)
		e.must(err)
		version, err := d.RuleVersion(e.ctx, live)
		e.must(err)
		set, problems := rules.Parse(version.Source)
		if len(problems) > 0 {
			e.t.Fatal(problems)
		}
		return set.Format()
	}
	if got, want := source(e.site.DB), source(e.demo); got != want {
		e.t.Errorf("the rules are\n%s\nwant\n%s", got, want)
	}
}

func (e *entering) lines(d *db.DB, sql string) (list []string) {
	e.t.Helper()
	rows, err := d.Pool().Query(e.ctx, sql)
	e.must(err)
	defer rows.Close()
	for rows.Next() {
		var line string
		e.must(rows.Scan(&line))
		list = append(list, line)
	}
	e.must(rows.Err())
	return list
}

// reportIssue has a customer report what is urgent and everywhere.
func (e *entering) reportIssue() {
	a := e.site.As("customer@maple.test").Post(issueCases, answers("urgent", "yes", "urgent_reason", "We can’t take orders.", "submission", uuid.NewString()))
	if a.Status != http.StatusSeeOther {
		e.t.Fatalf("report an issue: %d %s", a.Status, a.Text(".errors, .complaint"))
	}
	path, _, _ := strings.Cut(a.Location(), "?")
	page := e.site.As("agent@boreal.test").Get(path)
	if text := page.Text("main"); page.Status != http.StatusOK || !strings.Contains(text, "1 - Critical") || !strings.Contains(text, "Voice") {
		e.t.Errorf("%s: %d %s", path, page.Status, text)
	}
	if queue := e.v.Get(fmt.Sprintf("/queues/%d", e.site.Queue("Voice").ID)); !strings.Contains(queue.Body, strings.TrimPrefix(path, "/cases/")) {
		e.t.Error("the case does not wait in Voice")
	}
}
