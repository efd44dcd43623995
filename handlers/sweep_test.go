package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// everyone is each kind of person of the demo, by the name that this test calls them.
var everyone = map[string]string{
	"customer": "customer@maple.test", "colleague": "colleague@maple.test", "plant": "plant@maple.test", "west": "west@maple.test",
	"manager": "manager@maple.test", "admin": "admin@maple.test", "site-admin": "site-admin@maple.test", "reports": "reports@maple.test",
	"harbour": "customer@harbour.test", "harbour-manager": "manager@harbour.test",
	"agent": "agent@boreal.test", "agent2": "agent2@boreal.test", "lead": "lead@boreal.test", "platform": "platform@boreal.test",
	"nobody": "",
}

// groups are words for several of them.
var groups = map[string][]string{
	"contacts": {"customer", "colleague", "plant", "west", "manager", "admin", "site-admin", "reports", "harbour", "harbour-manager"},
	"staff":    {"agent", "agent2", "lead", "platform"},
	"agents":   {"agent", "agent2", "lead"},
	"in-reach": {"customer", "manager", "admin", "site-admin"}, // of a case of customer@maple.test
	"harbours": {"harbour", "harbour-manager"},
}

// expected reads "contacts 404, staff ok, platform 403": later words count. Who is not named is "nobody" and is asked to
// sign in.
func expected(t *testing.T, words string) map[string]string {
	t.Helper()
	want := map[string]string{}
	set := func(who, what string) {
		if _, known := everyone[who]; !known {
			t.Fatalf("%q is nobody of the demo, in %q", who, words)
		}
		want[who] = what
	}
	for who := range everyone {
		set(who, "")
	}
	for part := range strings.SplitSeq(words, ", ") {
		who, what, _ := strings.Cut(part, " ")
		switch list, is := groups[who]; {
		case who == "all":
			for one := range everyone {
				if one != "nobody" {
					set(one, what)
				}
			}
		case is:
			for _, one := range list {
				set(one, what)
			}
		default:
			set(who, what)
		}
	}
	return want
}

// step is a route asked for in one way.
type step struct {
	route string
	want  string
	at    func(who string) string     // the address, with all made ready for who asks it
	form  func(who string) url.Values // of a POST
}

// statuses are those for a page and for a part of one, from how a step says it: "ok", "404" or "303/200".
func statuses(method, want string) (whole, part string) {
	switch {
	case want == "" && method == http.MethodGet:
		return "303", "401"
	case want == "":
		return "401", "401"
	case want == "ok" && method == http.MethodPost:
		return "303", "200"
	case want == "ok":
		return "200", "200"
	}
	whole, part, both := strings.Cut(want, "/")
	if !both {
		part = whole
	}
	return whole, part
}

// TestEveryRouteForEverybody asks each route of the map as each kind of person, for what is within their reach and what
// is not: whole and in part. A route that is missing here fails.
func TestEveryRouteForEverybody(t *testing.T) {
	t.Parallel()
	s := newSweep(t)
	steps := s.steps()
	swept := map[string]bool{}
	for _, step := range steps {
		swept[step.route] = true
	}
	for _, r := range handlers.Routes() {
		if name := r.Method + " " + r.Path; !swept[name] {
			t.Errorf("%s is not swept", name)
		}
	}
	for _, step := range steps {
		method, _, _ := strings.Cut(step.route, " ")
		want := expected(t, step.want)
		for who := range everyone {
			whole, part := statuses(method, want[who])
			for name, wanted := range map[string]string{"whole": whole, "part": part} {
				path := step.at(who)
				got := s.ask(who, method, path, step, name == "part")
				if fmt.Sprint(got.Status) != wanted {
					t.Errorf("%s (%s), %s, %s: %d, want %s", step.route, path, who, name, got.Status, wanted)
				}
				if got.Status == http.StatusSeeOther && want[who] == "" && !strings.HasPrefix(got.Location(), "/sign-in?next=%2F") {
					t.Errorf("%s, %s: to %q", step.route, who, got.Location())
				}
			}
		}
	}
}

// sweep is a portal with one case of each of two customers.
type sweep struct {
	*handlertest.Site
	t        *testing.T
	visitors map[string]*handlertest.Visitor
	over     *handlertest.Site // the same, about to stop: its streams end before they begin

	maple, harbour db.Number // in Voice, of customer@maple.test; in Billing, of customer@harbour.test
	voice, billing int64
	said, noted    string // addresses of files of the first: of a comment, of a note
	pictured       string // and of a picture beside that comment
	unsent         string // one that customer@maple.test has not sent yet
	agentID        int64
	imported       string // a file of contacts of admin@maple.test
}

func newSweep(t *testing.T) *sweep {
	site := handlertest.New(t)
	s := &sweep{Site: site, t: t, visitors: map[string]*handlertest.Visitor{}, over: handlertest.Over(t, site.DB)}
	s.over.App.EndStreams()
	ctx := context.Background()
	s.maple = aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
	s.harbour = aCase(t, site, "customer@harbour.test", db.Open, db.New, db.Awaiting)
	for name, id := range map[string]*int64{"Voice": &s.voice, "Billing": &s.billing} {
		*id = site.Queue(name).ID
	}
	s.agentID = personID(t, site, "agent@boreal.test")
	imported, err := site.Desk.TryImport(ctx, site.Actor("admin@maple.test"), uuid.New(), desk.ContactFile{Columns: desk.RequiredColumns,
		Rows: []db.ImportRow{{Row: 2, Values: []string{"Robin", "Gallant", "robin@maple.test", "100210"}}}})
	if err != nil {
		t.Fatal(err)
	}
	s.imported = strconv.FormatInt(imported, 10)
	s.reset(db.Open)
	agent := site.Actor("agent@boreal.test")
	said, noted, pictured := s.upload("agent", "for-all.txt"), s.upload("agent", "between-us.txt"), s.upload("agent", "screen.png")
	if _, _, err := site.Desk.Reply(ctx, agent, s.maple, desk.Reply{Body: "see there", Files: []uuid.UUID{said, pictured}, Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := site.Desk.Note(ctx, agent, s.maple, desk.Words{Body: "see here", Files: []uuid.UUID{noted}, Submission: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	s.said, s.noted, s.pictured = "/files/"+said.String(), "/files/"+noted.String(), "/files/"+pictured.String()
	s.unsent = "/files/" + s.upload("customer", "later.txt").String()
	return s
}

func (s *sweep) upload(who, name string) uuid.UUID {
	s.t.Helper()
	content := "some words"
	if strings.HasSuffix(name, ".png") {
		content = string(dot)
	}
	f, err := s.Desk.Upload(context.Background(), s.Actor(everyone[who]), name, strings.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	return f.ID
}

// reset puts both cases back to where each step begins.
func (s *sweep) reset(state db.State) {
	s.t.Helper()
	for n, queue := range map[db.Number]int64{s.maple: s.voice, s.harbour: s.billing} {
		_, err := s.DB.Pool().Exec(context.Background(), `update cases set state = $2, queue_id = $3, assignee_id = null, priority = 3,
			solved_at = case when $2 = 'solved' then $4::timestamptz end, closed_at = null, awaited = '' where id = $1`,
			n, string(state), queue, dbtest.Now.Add(-time.Hour))
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *sweep) ask(who, method, path string, step step, part bool) *handlertest.Answer {
	site, key := s.Site, who
	if strings.HasPrefix(path, "/live") {
		site, key = s.over, who+" of a portal that stops"
	}
	v := s.visitors[key]
	if v == nil {
		if v = site.Nobody(); who != "nobody" {
			v = site.As(everyone[who])
		}
		s.visitors[key] = v
	}
	if path == "/sign-out" {
		defer delete(s.visitors, key)
	}
	switch {
	case method == http.MethodGet && part:
		return v.Partial(path)
	case method == http.MethodGet:
		return v.Get(path)
	case part:
		return v.PostPartial(path, step.form(who))
	}
	return v.Post(path, step.form(who))
}

// draft begins a draft, for one step, and gives its address.
func (s *sweep) draft() string {
	s.t.Helper()
	d, err := s.Desk.BeginDraft(context.Background(), s.Actor("platform@boreal.test"), uuid.NewString())
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprintf("/rules/drafts/%d", d.ID)
}

// repair is a choice of cases to be decided anew, by its id.
func (s *sweep) repair() int64 {
	s.t.Helper()
	id, err := s.Desk.ChooseRepair(context.Background(), s.Actor("platform@boreal.test"), 1, 1, nil, uuid.New())
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// otherSession is one more session of somebody, by its id.
func (s *sweep) otherSession(who string) string {
	s.t.Helper()
	if who == "nobody" {
		return "1"
	}
	at := dbtest.Now
	one := db.Session{TokenHash: []byte(uuid.NewString()), PersonID: personID(s.t, s.Site, everyone[who]), CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(time.Hour)}
	if err := s.DB.BeginSession(context.Background(), &one); err != nil {
		s.t.Fatal(err)
	}
	return strconv.FormatInt(one.ID, 10)
}

// steps are all routes, in the order of the map.
func (s *sweep) steps() (list []step) {
	to := func(path string) func(string) string { return func(string) string { return path } }
	with := func(pairs ...string) func(string) url.Values {
		return func(string) url.Values { return form(pairs...) }
	}
	get := func(route, path, want string) { list = append(list, step{"GET " + route, want, to(path), nil}) }
	post := func(route string, at func(string) string, form func(string) url.Values, want string) {
		list = append(list, step{"POST " + route, want, at, form})
	}

	// Getting in, and oneself
	get("/sign-in", "/sign-in", "all 303, nobody 200")
	post("/sign-in", to("/sign-in"), func(string) url.Values {
		return form("email", uuid.NewString()+"@nowhere.test", "password", "wrong")
	}, "all 422, nobody 422")
	post("/sign-out", to("/sign-out"), with(), "all 303, nobody 303")
	get("/forgotten-password", "/forgotten-password", "all ok, nobody ok")
	post("/forgotten-password", to("/forgotten-password"), func(string) url.Values {
		return form("email", uuid.NewString()+"@nowhere.test")
	}, "all 303, nobody 303")
	get("/links/:token", "/links/nothing", "all 404, nobody 404")
	post("/links/:token", to("/links/nothing"), with("password", newPassword), "all 404, nobody 404")
	post("/links/:token/requirements", to("/links/nothing/requirements"), with("password", newPassword), "all 404, nobody 404")
	get("/password", "/password", "all ok")
	post("/password", to("/password"), with("current", "wrong", "password", newPassword), "all 422")
	post("/password/requirements", to("/password/requirements"), with("password", newPassword), "all 200")
	get("/email", "/email", "all ok")
	post("/email", to("/email"), with("current", "wrong", "email", "new@maple.test"), "all 422")
	get("/sessions", "/sessions", "all ok")
	post("/sessions/:id<int>/end", func(who string) string { return "/sessions/" + s.otherSession(who) + "/end" }, with(), "all ok")
	post("/sessions/:id<int>/end", func(who string) string {
		other := "customer"
		if who == other {
			other = "colleague"
		}
		return "/sessions/" + s.otherSession(other) + "/end"
	}, with(), "all 404")
	post("/sessions/end-others", to("/sessions/end-others"), with(), "all ok")
	get("/profile", "/profile", "all ok")
	post("/profile", to("/profile"), with("title", "Buyer"), "all ok")
	post("/profile/picture", to("/profile/picture"), with("x", "1"), "all 422")
	post("/profile/picture/removal", to("/profile/picture/removal"), with(), "all ok")
	get("/people/:id<int>/picture", "/people/1/picture?v="+uuid.NewString(), "all 404")
	get("/notifications", "/notifications", "all ok")
	post("/notifications", to("/notifications"), with("mail-comment", "yes"), "all ok")
	unsubscribe := "/unsubscribe/" + s.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: personID(s.t, s.Site, "colleague@maple.test"), Kind: db.Comment})
	get("/unsubscribe/:token", unsubscribe, "all 200, nobody 200")
	get("/unsubscribe/:token", "/unsubscribe/1.comment.x", "all 404, nobody 404")
	post("/unsubscribe/:token", to(unsubscribe), with(), "all 200, nobody 200")
	get("/preferences", "/preferences", "all ok")
	post("/preferences", to("/preferences"), with("language", "en", "theme", "dark", "zone", "UTC"), "all 303")

	// Home and what the provider publishes
	get("/", "/", "contacts ok, staff 302")
	get("/search", "/search?q=phone", "all ok")
	get("/search", "/search?q=%00%27+%C3%A9&source=nowhere", "all ok")
	get("/search/suggestions", "/search/suggestions?q=phone", "all ok")
	get("/products", "/products", "all ok")
	get("/status", "/status", "all ok")
	get("/knowledge", "/knowledge", "all ok")
	get("/knowledge/:slug", "/knowledge/no-such-article", "all 404")
	get("/mail", "/mail", "contacts 404, agents 403, platform ok")
	get("/audit", "/audit?looks=yes", "contacts 404, agents 403, platform ok")
	get("/audit.csv", "/audit.csv", "contacts 404, agents 403, platform ok")
	get("/mail/:id<int>", "/mail/999999", "contacts 404, agents 403, platform 404")
	post("/mail/:id<int>/sending", to("/mail/999999/sending"), with(), "contacts 404, agents 403, platform 404")
	post("/mail/sending", to("/mail/sending"), with(), "contacts 404, agents 403, platform ok")
	s.newcomers(get, post, to, with)
	s.catalog(get, post, to, with)
	s.cases(get, post, with)
	s.following(get, post, to, with)
	s.caseLists(get, post, to, with)
	s.writing(post, to)
	s.people(get, post, with)
	s.queues(get, post, to, with)
	s.contacts(get, post, to, with)
	s.grants(get, post, to, with)
	s.accounts(get, post, to, with)
	s.rules(get, post, to, with)
	s.setUp(get, post, to, with)

	// What browsers fetch, and what machines ask
	for route, want := range map[string]string{"/healthz": "200", "/readyz": "200", "/favicon.ico": "302", "/licences": "302"} {
		get(route, route, "all "+want+", nobody "+want)
	}
	get("/static/:name", "/static/no-such-file.css", "all 404, nobody 404")
	get("/components", "/components", "all 404, platform ok")
	return list
}

type (
	getter func(route, path, want string)
	poster func(route string, at func(string) string, form func(string) url.Values, want string)
	adder  func(path string) func(string) string
	giver  func(pairs ...string) func(string) url.Values
)

func (s *sweep) catalog(get getter, post poster, to adder, with giver) {
	harbours := strconv.FormatInt(personID(s.t, s.Site, "customer@harbour.test"), 10)
	plants := strconv.FormatInt(personID(s.t, s.Site, "plant@maple.test"), 10)
	get("/catalog", "/catalog", "all ok, platform 403")
	get("/catalog/:category", "/catalog/technical-support", "all ok, platform 403")
	get("/catalog/:category", "/catalog/nothing", "all 404, platform 403")
	get("/items/:item", issueForm, "contacts ok, agents 303, platform 403")
	get("/items/:item", "/items/nothing", "all 404, platform 403")
	get("/items/:item", issueForm+"?for="+harbours, "all 404, harbours ok, agents ok, platform 403")
	get("/items/:item", issueForm+"?for="+plants, "all 404, plant ok, manager ok, admin ok, agents ok, platform 403")
	get("/items/:item/requesters", issueForm+"/requesters", "all 403, manager ok, admin ok, site-admin ok, harbour-manager ok, agents ok")
	get("/items/:item/requesters", "/items/nothing/requesters", "all 404")
	get("/items/:item/accounts", issueForm+"/accounts", "contacts 303/404, agents 400, platform 403")
	get("/items/:item/accounts", issueForm+"/accounts?for="+plants, "all 404, plant 303/404, manager 303/404, admin 303/404, agents 303/404, platform 403")
	post("/items/:item/questions", to(issueFollow), func(string) url.Values { return answers() }, "contacts 200, agents 400, platform 403")
	post("/items/:item/questions", to(issueFollow), func(string) url.Values { return answers("for", plants) },
		"all 404, plant 200, manager 200, admin 200, agents 200, platform 403")
	post("/items/:item/cases", to(issueCases), func(string) url.Values { return answers() },
		"contacts 422, customer ok, colleague ok, manager ok, admin ok, site-admin ok, agents 400, platform 403")
	post("/items/:item/cases", to(issueCases), func(string) url.Values { return answers("for", harbours, "account", "200300") },
		"all 404, harbours ok, agents ok, platform 403")
	post("/uploads", to("/uploads"), with(), "all 422")
	post("/uploads/:id/removal", func(string) string { return "/uploads/" + s.upload("customer", "x.txt").String() + "/removal" }, with(),
		"all 404, customer 204")
}

func (s *sweep) cases(get getter, post poster, with giver) {
	const read, readOther = "all 404, in-reach ok, staff ok", "all 404, harbours ok, staff ok"
	maple, harbour := "/cases/"+s.maple.String(), "/cases/"+s.harbour.String()
	get("/cases", "/cases", "all ok")
	get("/cases", "/cases?list=organization", "all 404, manager ok, admin ok, site-admin ok, harbour-manager ok")
	get("/cases", "/cases?account=200300", "all 404, harbours ok, staff ok")
	get("/cases/:number", maple, read)
	get("/cases/:number", harbour, readOther)
	get("/cases/:number/live", maple+"/live", read)
	get("/cases/:number/live", harbour+"/live", readOther)
	in := func(path string, state db.State) func(string) string {
		return func(string) string { s.reset(state); return path }
	}
	for verb, state := range map[string]db.State{"/replies": db.Open, "/solution": db.Open, "/reopening": db.Solved} {
		post("/cases/:number"+verb, in(maple+verb, state), with("body", "words"), "all 404, in-reach ok, agent ok, lead ok, agent2 403, platform 403")
		post("/cases/:number"+verb, in(harbour+verb, state), with("body", "words"), "all 404, harbours ok, agent2 ok, lead ok, agent 403, platform 403")
	}
	get("/files/:id", s.said, read)
	get("/files/:id", s.noted, "all 404, staff ok")
	get("/files/:id", s.unsent, "all 404, customer ok")
	get("/files/:id", "/files/"+uuid.NewString(), "all 404")
	get("/files/:id/preview", s.pictured+"/preview", read)
	get("/files/:id/preview", s.noted+"/preview", "all 404") // it is no picture
	get("/files/:id/preview", s.unsent+"/preview", "all 404")

	// Who may listen is let in by a portal that is about to stop: 503.
	topic := func(words ...string) string {
		path := "/live?"
		for _, w := range words {
			path += "&on=" + w
		}
		return path
	}
	get("/live", topic("case-"+id(s.maple)), "all 404, in-reach 503, staff 503")
	get("/live", topic("case-"+id(s.harbour)), "all 404, harbours 503, staff 503")
	get("/live", topic("case-"+id(s.maple), "case-"+id(s.harbour)), "all 404, staff 503")
	get("/live", topic("note-"+id(s.maple)), "all 404")
	get("/live", topic(fmt.Sprintf("queue-%d", s.voice)), "all 404, staff 503")
	get("/live", topic("cases"), "all 503")
	get("/live", topic("own"), "all 503")
	get("/live", topic("set-up"), "all 503")
	get("/live", topic("person-1"), "all 404")
	get("/live", topic(fmt.Sprintf("own-%d", s.voice)), "all 404")

	// What staff do with one
	get("/cases/:number/why", maple+"/why", "contacts 404, staff ok")
	get("/cases/:number/tools", maple+"/tools", "contacts 404, staff 303/200")
	tools := func(verb string, form func(string) url.Values, mine, other string) {
		post("/cases/:number"+verb, in(maple+verb, db.Open), form, mine)
		post("/cases/:number"+verb, in(harbour+verb, db.Open), form, other)
	}
	const works, worksOther = "all 404, in-reach 403, agent ok, lead ok, agent2 403, platform 403", "all 404, harbours 403, agent2 ok, lead ok, agent 403, platform 403"
	tools("/assignment", with(), works, worksOther)
	tools("/assignment", with("to", "0"), "all 404, in-reach 403, staff 403, lead ok", "all 404, harbours 403, staff 403, lead ok")
	tools("/queue", with("to", strconv.FormatInt(s.voice, 10)), works, worksOther)
	tools("/priority", with("to", "1"), works, worksOther)
	tools("/information-requests", with("body", "since when?"), works, worksOther)
	tools("/notes", with("body", "between us"), "all 404, in-reach 403, staff ok", "all 404, harbours 403, staff ok")
}

func (s *sweep) queues(get getter, post poster, to adder, with giver) {
	voice, billing := fmt.Sprintf("/queues/%d", s.voice), fmt.Sprintf("/queues/%d", s.billing)
	get("/queues", "/queues", "contacts 404, staff ok")
	get("/queues", "/queues?case="+s.harbour.String(), "contacts 404, staff ok")
	get("/queues/mine", "/queues/mine", "contacts 404, staff ok")
	get("/queues/:id<int>", voice, "all 404, agent ok, lead ok, platform ok")
	get("/queues/:id<int>", billing, "all 404, agent2 ok, lead ok, platform ok")
	get("/queues/:id<int>", "/queues/999999", "all 404")
	post("/queues/next", to("/queues/next"), with(), "contacts 404, agents ok, platform 403")
	post("/queues/:id<int>/next", to(voice+"/next"), with(), "all 404, agent ok, lead ok, platform 403")
	post("/queues/:id<int>/next", to(billing+"/next"), with(), "all 404, agent2 ok, lead ok, platform 403")
	get("/callers", "/callers", "contacts 404, agents ok, platform 403")
	get("/callers", "/callers?q=maple", "contacts 404, agents ok, platform 403")
}

func (s *sweep) contacts(get getter, post poster, to adder, with giver) {
	const see, manage = "contacts 404, admin ok, site-admin ok, staff ok", "contacts 404, admin ok, site-admin ok, agents 403, platform ok"
	at := func(email string) string { return fmt.Sprintf("/contacts/%d", personID(s.t, s.Site, email)) }
	colleague, manager, plant, harbour := at("colleague@maple.test"), at("manager@maple.test"), at("plant@maple.test"), at("customer@harbour.test")
	get("/contacts", "/contacts", see)
	get("/contacts", "/contacts?account=200300&q=penney", see) // an account out of reach looks as one that is none
	get("/contacts/new", "/contacts/new", manage)
	get("/contacts/accounts", "/contacts/accounts?account=maple", "contacts 404, admin 303/200, site-admin 303/200, staff 303/200")
	get("/contacts/sites", "/contacts/sites?account=100210", "contacts 404, admin 303/200, site-admin 303/200, agents 403, platform 303/200")
	get("/contacts/elsewhere", "/contacts/elsewhere", "all 404, admin ok, site-admin ok")
	get("/contacts/export.csv", "/contacts/export.csv", see)
	const none = "contacts 404, admin 404, site-admin 404, agents 403, platform 404"
	get("/contacts/import", "/contacts/import", manage)
	get("/contacts/import/template.csv", "/contacts/import/template.csv", manage)
	post("/contacts/import", to("/contacts/import"), with("submission", uuid.NewString()), "contacts 404, admin 422, site-admin 422, agents 403, platform 422")
	get("/contacts/import/:id<int>", "/contacts/import/"+s.imported, "all 404, admin ok, agents 403")
	get("/contacts/import/:id<int>", "/contacts/import/999999", none)
	get("/contacts/import/:id<int>/rows.csv", "/contacts/import/"+s.imported+"/rows.csv", "all 404, admin ok, agents 403")
	post("/contacts/import/:id<int>", to("/contacts/import/"+s.imported), with("tried", "1"), "all 404, admin ok, agents 403")
	post("/contacts/import/:id<int>", to("/contacts/import/999999"), with("tried", "1"), none)
	get("/contacts/:id<int>", colleague, see)
	get("/contacts/:id<int>", manager, see)
	get("/contacts/:id<int>", plant, "all 404, admin ok, staff ok")
	get("/contacts/:id<int>", harbour, "all 404, staff ok")
	get("/contacts/:id<int>", at("agent@boreal.test"), "all 404")
	get("/contacts/:id<int>", "/contacts/999999", "all 404")
	post("/contacts", to("/contacts"), with("email", "no address"), "contacts 404, admin 422, site-admin 422, agents 403, platform 422")
	post("/contacts", to("/contacts"), func(string) url.Values {
		return form("first_name", "A", "last_name", "B", "email", uuid.NewString()+"@maple.test", "language", "en", "account", "100210")
	}, manage)
	const whole, wholeOfAll = "contacts 404, admin 303/200, site-admin 303/200, agents 403, platform 303/200", "all 404, agents 403, platform 303/200"
	saved := func(string) url.Values {
		return form("revision", "-1", "first_name", "A") // it is stale, whoever sends it
	}
	post("/contacts/:id<int>", to(colleague), saved, "contacts 404, admin 409, site-admin 409, agents 403, platform 409")
	post("/contacts/:id<int>", to(manager), saved, "contacts 404, admin 409, site-admin 403, agents 403, platform 409")
	post("/contacts/:id<int>", to(plant), saved, "all 404, admin 409, agents 403, platform 409")
	post("/contacts/:id<int>", to(harbour), saved, "all 404, agents 403, platform 409")
	post("/contacts/:id<int>/login", to(colleague+"/login"), with("enabled", "yes"), whole)
	post("/contacts/:id<int>/login", to(manager+"/login"), with("enabled", "yes"), "contacts 404, admin 303/200, site-admin 403, agents 403, platform 303/200")
	post("/contacts/:id<int>/login", to(harbour+"/login"), with("enabled", "yes"), wholeOfAll)
	post("/contacts/:id<int>/invitation", to(colleague+"/invitation"), with(), "contacts 404, admin 409, site-admin 409, agents 403, platform 409")
	post("/contacts/:id<int>/invitation", to(harbour+"/invitation"), with(), "all 404, agents 403, platform 409")
	post("/contacts/:id<int>/lock", to(colleague+"/lock"), with(), whole)
	post("/contacts/:id<int>/lock", to(harbour+"/lock"), with(), wholeOfAll)
}

func (s *sweep) grants(get getter, post poster, to adder, with giver) {
	const within, beyond = "contacts 404, admin ok, site-admin ok, agents 403, platform ok", "all 404, admin ok, agents 403, platform ok"
	at := func(email string) string { return fmt.Sprintf("/contacts/%d/grants", personID(s.t, s.Site, email)) }
	colleague, plant, harbour := at("colleague@maple.test"), at("plant@maple.test"), at("customer@harbour.test")
	const route = "/contacts/:id<int>/grants"
	get(route, colleague, within)
	get(route, plant, beyond)
	get(route, harbour, "all 404, agents 403, platform ok")
	get(route, at("agent@boreal.test"), "all 404")
	get(route, "/contacts/999999/grants", "all 404")
	add := with("add", "case-manager")
	post(route+"/preview", to(colleague+"/preview"), add, "contacts 404, admin 200, site-admin 200, agents 403, platform 200")
	post(route+"/preview", to(plant+"/preview"), add, "all 404, admin 200, agents 403, platform 200")
	post(route+"/preview", to(harbour+"/preview"), add, "all 404, agents 403, platform 200")
	post(route+"/preview", to(at("agent@boreal.test")+"/preview"), add, "all 404")
	// An account that isn't there, or isn't theirs, is refused beside its field.
	wrong := with("row", "1", "role-1", "case-manager", "account-1", "999999", "reach-1", "below")
	post(route, to(colleague), wrong, "contacts 404, admin 409, site-admin 409, agents 403, platform 409")
	post(route, to(plant), wrong, "all 404, admin 409, agents 403, platform 409")
	post(route, to(harbour), wrong, "all 404, agents 403, platform 409")
	post(route, to(at("agent@boreal.test")), wrong, "all 404")

	const theirs = "contacts 404, agents 403, platform ok"
	get("/policy", "/policy", theirs)
	get("/why", "/why", theirs)
	get("/why", fmt.Sprintf("/why?person=%d&action=see&case=%s", personID(s.t, s.Site, "manager@maple.test"), s.maple), theirs)
	get("/why", "/why?person=999999&case=CS9999999", "contacts 404, agents 403, platform 422")
	get("/why/people", "/why/people?q=maple", "contacts 404, agents 403, platform 303/200")
}

func (s *sweep) rules(get getter, post poster, to adder, with giver) {
	const theirs, none = "contacts 404, agents 403, platform ok", "contacts 404, agents 403, platform 404"
	ctx, platform := context.Background(), s.Actor("platform@boreal.test")
	live, err := s.DB.LiveVersion(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	first, err := s.DB.RuleVersion(ctx, live)
	if err != nil {
		s.t.Fatal(err)
	}
	publish := func() {
		live, err := s.DB.LiveVersion(ctx)
		if err == nil {
			_, err = s.Desk.Publish(ctx, platform, desk.Publication{Source: first.Source, Note: "again", Base: live})
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.backtests(get, post, theirs, none)
	get("/rules", "/rules", theirs)
	get("/rules/versions/:version<int>", "/rules/versions/1", theirs)
	get("/rules/replay", "/rules/replay", theirs)
	get("/rules/check", "/rules/check", theirs)
	get("/rules/versions/:version<int>", "/rules/versions/999999", none)
	post("/rules/versions/:version<int>/restoration", func(string) string { publish(); return "/rules/versions/1/restoration" }, with("note", "back"), theirs)
	get("/rules/versions/:version<int>/repair", "/rules/versions/1/repair", theirs)
	get("/rules/versions/:version<int>/repair", "/rules/versions/999999/repair", none)
	post("/rules/versions/:version<int>/repair", to("/rules/versions/1/repair"), func(string) url.Values {
		return form("by", "1", "what", "all", "submission", uuid.NewString())
	}, theirs)
	get("/rules/repairs/:id<int>", fmt.Sprintf("/rules/repairs/%d", s.repair()), theirs)
	get("/rules/repairs/:id<int>", "/rules/repairs/999999", none)
	post("/rules/repairs/:id<int>/start", func(string) string { return fmt.Sprintf("/rules/repairs/%d/start", s.repair()) }, with(), theirs)
	post("/rules/drafts", to("/rules/drafts"), func(string) url.Values { return form("name", uuid.NewString()) }, theirs)
	const draft = "/rules/drafts/:id<int>"
	get(draft, "/rules/drafts/999999", none)
	shown := s.draft()
	for _, page := range []string{"", "/try", "/examples", "/check", "/changes", "/text"} {
		get(draft+page, shown+page, theirs)
	}
	get(draft+"/changes", shown+"/changes?against=1&as=text&view=unified", theirs)
	get(draft+"/changes", shown+"/changes?against=999999", none)
	get("/rules/versions/:version<int>", "/rules/versions/1?against=999999", none)
	fresh := func(verb string) func(string) string { return func(string) string { return s.draft() + verb } }
	rule := with("revision", "1", "name", "A rule of the sweep", "when", "answers.urgent", "priority", "1")
	post(draft+"/text", fresh("/text"), with("revision", "1", "source", first.Source), "contacts 404, agents 403, platform 303")
	post(draft+"/text/check", fresh("/text/check"), with("revision", "1", "source", first.Source), "contacts 404, agents 403, platform 200")
	post(draft+"/check", fresh("/check"), rule, "contacts 404, agents 403, platform 200")
	get(draft+"/words", shown+"/words", "contacts 404, agents 403, platform 200")
	post(draft+"/order", fresh("/order"), with("revision", "1", "from", "1", "to", "2"), theirs)
	post(draft+"/order", fresh("/order"), with("revision", "1", "from", "1", "to", "99"), none)
	post(draft+"/rules", fresh("/rules"), rule, theirs)
	post(draft+"/rules/:place", fresh("/rules/1"), rule, theirs)
	post(draft+"/rules/:place", fresh("/rules/999"), rule, none)
	post(draft+"/rules/:place/removal", fresh("/rules/1/removal"), with("revision", "1"), theirs)
	post(draft+"/rules/:place/removal", fresh("/rules/999/removal"), with("revision", "1"), none)
	get("/rules/language", "/rules/language", theirs)
	get("/rules/try", "/rules/try", theirs)
	get("/rules/try", fmt.Sprintf("/rules/try?try-case=%s", s.maple), theirs)
	get("/rules/try/contacts", "/rules/try/contacts?try-contact.words=maple", "contacts 404, agents 403, platform 303/200")
	get("/rules/try/accounts", "/rules/try/accounts?account.words=maple", "contacts 404, agents 403, platform 303/200")
	tried := with("revision", "1", "try-item", "report-issue", "shown", "urgent", "urgent", "yes", "example-name", "An example of the sweep", "example-draft", "new")
	post("/rules/try", to("/rules/try"), tried, "contacts 404, agents 403, platform 303/200")
	post("/rules/examples", to("/rules/examples"), func(who string) url.Values {
		form := tried(who)
		form.Set("example-fresh", uuid.NewString())
		return form
	}, theirs)
	post(draft+"/try", fresh("/try"), tried, "contacts 404, agents 403, platform 303/200")
	post(draft+"/examples", fresh("/examples"), tried, theirs)
	post(draft+"/examples", to("/rules/drafts/999999/examples"), tried, none)
	get(draft+"/examples/:place<int>", shown+"/examples/1", theirs)
	get(draft+"/examples/:place<int>", shown+"/examples/999", none)
	expected := with("revision", "1", "name", "An example of the sweep", "priority", "1")
	post(draft+"/examples/:place<int>", fresh("/examples/1"), expected, theirs)
	post(draft+"/examples/:place<int>", fresh("/examples/999"), expected, none)
	post(draft+"/examples/:place<int>/removal", fresh("/examples/1/removal"), with("revision", "1"), theirs)
	post(draft+"/examples/:place<int>/removal", fresh("/examples/999/removal"), with("revision", "1"), none)
	post(draft+"/examples/expectations", fresh("/examples/expectations"), with("revision", "1", "place", "1"), theirs)
	post(draft+"/base", fresh("/base"), func(string) url.Values {
		live, err := s.DB.LiveVersion(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		return form("revision", "1", "live", strconv.Itoa(live))
	}, theirs)
	post(draft+"/publication/removal", fresh("/publication/removal"), with(), theirs)
	post(draft+"/publication/removal", to("/rules/drafts/999999/publication/removal"), with(), none)
	const nothing = "contacts 404, agents 403, platform 409" // nobody asked for approval
	post(draft+"/approval", fresh("/approval"), with("revision", "1"), nothing)
	post(draft+"/approval", to("/rules/drafts/999999/approval"), with("revision", "1"), none)
	post(draft+"/return", fresh("/return"), with("revision", "1", "word", "no"), nothing)
	post(draft+"/name", fresh("/name"), with("was", "another", "name", "x"), nothing)
	post(draft+"/name", to("/rules/drafts/999999/name"), with("was", "another", "name", "x"), none)
	post(draft+"/publication", fresh("/publication"), with("revision", "1", "note", "a reason"), theirs)
	post(draft+"/publication", to("/rules/drafts/999999/publication"), with("revision", "1", "note", "a reason"), none)
	post(draft+"/removal", fresh("/removal"), with("revision", "1"), theirs)
	post(draft+"/removal", to("/rules/drafts/999999/removal"), with("revision", "1"), none)
}
