package e2e

// page is one page that is looked at: by whom, and where it is.
type page struct {
	Name   string
	Who    string // e-mail; empty: nobody
	Path   string
	Follow string // CSS of a link there that leads on to the page
	Then   string // what is added to that link's address
	Open   string // CSS of something there to press, such as a menu
	Until  string // CSS of what shows after that
	Wide   bool   // looked at on a large screen too
	Fault  bool   // an error's page
}

const (
	customer      = "customer@maple.test"
	manager       = "manager@maple.test"
	administrator = "admin@maple.test"
	agent         = "agent@boreal.test"
	beginner      = "site-admin@maple.test" // has begun to write, see begin
	platform      = "platform@boreal.test"
)

const draftLink = `a[href^="/rules/drafts/"]`

// pages is every page there is.
var pages = []page{
	{Name: "sign-in", Path: "/sign-in"},
	{Name: "forgotten-password", Path: "/forgotten-password"},
	{Name: "link-sent", Path: "/forgotten-password?done=sent"},
	{Name: "link-unknown", Path: "/links/of-nothing"},
	{Name: "sign-up", Path: "/sign-up", Wide: true},
	{Name: "sign-up-sent", Path: "/sign-up?done=sent"},
	{Name: "general-request", Path: "/general-request", Wide: true},
	{Name: "general-request-refused", Path: "/general-request", Open: "main .button", Until: "#form-errors"},
	{Name: "general-request-sent", Path: "/general-request?done=sent"},
	{Name: "registrations", Who: administrator, Path: "/registrations"},

	{Name: "home", Who: customer, Path: "/", Wide: true},
	{Name: "catalog", Who: customer, Path: "/catalog"},
	{Name: "category", Who: customer, Path: "/catalog", Follow: `main a[href^="/catalog/"]`},
	{Name: "general-request-signed-in", Who: customer, Path: "/items/general-request"},
	{Name: "report-an-issue", Who: customer, Path: "/items/report-issue", Wide: true},
	{Name: "change-request", Who: customer, Path: "/items/technical-change-request"},
	{Name: "billing-inquiry", Who: customer, Path: "/items/billing-inquiry"},
	{Name: "cases", Who: customer, Path: "/cases", Wide: true},
	{Name: "cases-filtered", Who: customer, Path: "/cases?state=open&q=voice"},
	{Name: "cases-none", Who: customer, Path: "/cases?q=nothingatall"},
	{Name: "cases-copied", Who: customer, Path: "/cases?list=copied"},
	{Name: "cases-columns", Who: customer, Path: "/cases", Open: ".list-tools > details > summary", Until: ".list-tools > details[open]"},
	{Name: "cases-views", Who: customer, Path: "/cases/views"},
	{Name: "case", Who: customer, Path: "/cases", Follow: "td.c-main a"},
	{Name: "case-awaiting", Who: customer, Path: "/cases?list=action", Follow: "td.c-main a", Wide: true},
	{Name: "case-solved", Who: customer, Path: "/cases?state=solved", Follow: "td.c-main a"},
	{Name: "search", Who: customer, Path: "/search?q=phone", Wide: true},
	{Name: "search-none", Who: customer, Path: "/search?q=nothingatall"},
	{Name: "agent-search", Who: agent, Path: "/search?q=phone"},
	{Name: "products", Who: customer, Path: "/products"},
	{Name: "status", Who: customer, Path: "/status"},
	{Name: "knowledge", Who: customer, Path: "/knowledge"},
	{Name: "article", Who: customer, Path: "/knowledge", Follow: ".articles a"},
	{Name: "profile", Who: customer, Path: "/profile", Wide: true},
	{Name: "activities", Who: customer, Path: "/activities", Wide: true},
	{Name: "activities-following", Who: manager, Path: "/activities?tab=following", Wide: true},
	{Name: "activities-contributions", Who: customer, Path: "/activities?tab=contributions"},
	{Name: "case-closed", Who: customer, Path: "/cases?state=solved", Follow: "td.c-main a"},
	{Name: "follow-up", Who: customer, Path: "/cases?state=solved", Follow: "td.c-main a", Open: "#follow-up-begin", Until: "#form-follows"},
	{Name: "preferences", Who: customer, Path: "/preferences"},
	{Name: "notifications", Who: customer, Path: "/notifications"},
	{Name: "unsubscribe-broken", Path: "/unsubscribe/1.comment.cut-short"},
	{Name: "sessions", Who: customer, Path: "/sessions"},
	{Name: "password", Who: customer, Path: "/password"},
	{Name: "email", Who: customer, Path: "/email"},
	{Name: "person-menu", Who: customer, Path: "/", Open: ".person > summary", Until: ".person[open]"},
	{Name: "refused", Who: customer, Path: "/items/report-issue", Open: "#form-submit", Until: "#form-errors"},
	{Name: "not-found", Who: customer, Path: "/cases/CS9999999", Fault: true},
	{Name: "forbidden", Who: customer, Path: "/mail", Fault: true},

	{Name: "home-begun", Who: beginner, Path: "/"},
	{Name: "form-offered", Who: beginner, Path: "/items/billing-inquiry?topic=Payment"},
	{Name: "reply-begun", Who: beginner, Path: "/cases", Follow: "td.c-main a", Open: "#reply-show", Until: "#reply-preview section"},

	{Name: "manager-home", Who: manager, Path: "/"},
	{Name: "manager-cases", Who: manager, Path: "/cases?list=organization", Wide: true},
	{Name: "manager-cases-account", Who: manager, Path: "/cases?list=organization&account=100210&below=yes"},
	{Name: "manager-cases-meant", Who: manager, Path: "/cases?list=organization&account=foods"},
	{Name: "manager-case", Who: manager, Path: "/cases", Follow: "td.c-main a"},
	{Name: "case-edit", Who: manager, Path: "/cases?state=open", Follow: "td.c-main a", Open: "#facts-edit", Until: "#details", Wide: true},
	{Name: "case-edit-page", Who: manager, Path: "/cases?state=open", Follow: "td.c-main a", Then: "/details"},

	{Name: "contacts", Who: administrator, Path: "/contacts", Wide: true},
	{Name: "contacts-none", Who: administrator, Path: "/contacts?q=nothingatall"},
	{Name: "contact", Who: administrator, Path: "/contacts", Follow: "td.c-main a", Wide: true},
	{Name: "roles", Who: administrator, Path: "/contacts", Follow: "td.c-main a", Then: "/grants", Wide: true},
	{Name: "roles-change", Who: administrator, Path: "/contacts", Follow: "td.c-main a", Then: "/grants", Open: "#add-case-manager", Until: ".effects", Wide: true},
	{Name: "policy", Who: platform, Path: "/policy", Wide: true},
	{Name: "why-nobody", Who: platform, Path: "/why?q=maple"},
	{Name: "why-account", Who: platform, Path: "/contacts?q=manager%40maple.test", Follow: "td.c-main a", Open: ".grants-summary a[href^='/why']", Until: "#why-form", Wide: true},
	{Name: "contact-new", Who: administrator, Path: "/contacts/new"},
	{Name: "contacts-elsewhere", Who: administrator, Path: "/contacts/elsewhere"},
	{Name: "import", Who: administrator, Path: "/contacts/import", Wide: true},
	{Name: "import-tried", Who: administrator, Path: "/contacts/import", Follow: "#import-last a", Wide: true},
	{Name: "contact-for-agent", Who: agent, Path: "/contacts", Follow: "td.c-main a"},

	{Name: "queues", Who: agent, Path: "/queues", Wide: true},
	{Name: "queue", Who: agent, Path: "/queues", Follow: `.rail a[href^="/queues/"]:not([href$="mine"])`},
	{Name: "queue-mine", Who: agent, Path: "/queues/mine"},
	{Name: "agent-case", Who: agent, Path: "/queues", Follow: ".rows a.row", Wide: true},
	{Name: "agent-why", Who: agent, Path: "/queues", Follow: ".rows a.row", Open: "#why > summary", Until: "#why .story-otherwise"},
	{Name: "why-story", Who: platform, Path: "/cases", Follow: "td.c-main a", Then: "/why", Wide: true},
	{Name: "agent-cases", Who: agent, Path: "/cases"},
	{Name: "callers", Who: agent, Path: "/callers"},
	{Name: "keys", Who: agent, Path: "/queues", Open: `[data-dialog="keys"]`, Until: "#keys[open]"},

	{Name: "platform-queues", Who: platform, Path: "/queues"},
	{Name: "accounts", Who: platform, Path: "/accounts", Wide: true},
	{Name: "accounts-found", Who: platform, Path: "/accounts?q=maple"},
	{Name: "accounts-none", Who: platform, Path: "/accounts?q=nothingatall"},
	{Name: "account", Who: platform, Path: "/accounts", Follow: "#tree .tree .tree-row a", Wide: true},
	{Name: "account-new", Who: platform, Path: "/accounts/new"},
	{Name: "account-parent", Who: platform, Path: "/accounts", Follow: "#tree .tree .tree-row a", Then: "/parent?q=maple"},
	{Name: "account-move", Who: platform, Path: "/accounts", Follow: "#tree .tree .tree-row a", Then: "/parent?to=root"},
	{Name: "rules", Who: platform, Path: "/rules"},
	{Name: "rules-replay", Who: platform, Path: "/rules/replay"},
	{Name: "rules-check", Who: platform, Path: "/rules/check"},
	{Name: "rules-version", Who: platform, Path: "/rules", Follow: `a[href^="/rules/versions/"]`},
	{Name: "rules-repair", Who: platform, Path: "/rules/versions/1/repair?show=all", Wide: true},
	{Name: "rules-draft", Who: platform, Path: "/rules", Follow: draftLink, Wide: true},
	{Name: "rules-rule", Who: platform, Path: "/rules", Follow: draftLink, Then: "?rule=2"},
	{Name: "rules-names", Who: platform, Path: "/rules", Follow: draftLink, Then: "?rule=names"},
	{Name: "rules-try", Who: platform, Path: "/rules", Follow: draftLink, Then: "/try"},
	{Name: "rules-try-case", Who: platform, Path: "/rules/try?try-case=CS0001883"},
	{Name: "rules-language", Who: platform, Path: "/rules/language"},
	{Name: "rules-example", Who: platform, Path: "/rules", Follow: draftLink, Then: "/examples/1"},
	{Name: "rules-examples", Who: platform, Path: "/rules", Follow: draftLink, Then: "/examples"},
	{Name: "rules-draft-check", Who: platform, Path: "/rules", Follow: draftLink, Then: "/check"},
	{Name: "rules-backtest", Who: platform, Path: "/rules", Follow: draftLink, Then: "/backtest", Wide: true},
	{Name: "rules-shadows", Who: platform, Path: "/rules/shadows"},
	{Name: "rules-changes", Who: platform, Path: "/rules", Follow: draftLink, Then: "/changes"},
	{Name: "rules-changes-text", Who: platform, Path: "/rules", Follow: draftLink, Then: "/changes?as=text"},
	{Name: "rules-changes-unified", Who: platform, Path: "/rules", Follow: draftLink, Then: "/changes?as=text&view=unified"},
	{Name: "rules-text", Who: platform, Path: "/rules", Follow: draftLink, Then: "/text"},
	{Name: "setup", Who: platform, Path: "/setup", Wide: true},
	{Name: "setup-portal", Who: platform, Path: "/setup/portal"},
	{Name: "setup-staff", Who: platform, Path: "/setup/staff"},
	{Name: "setup-staff-one", Who: platform, Path: "/setup/staff", Follow: ".setup-name a"},
	{Name: "setup-staff-new", Who: platform, Path: "/setup/staff/new"},
	{Name: "setup-queues", Who: platform, Path: "/setup/queues"},
	{Name: "setup-queue", Who: platform, Path: "/setup/queues", Follow: ".setup-name a"},
	{Name: "setup-services", Who: platform, Path: "/setup/services"},
	{Name: "setup-service", Who: platform, Path: "/setup/services", Follow: ".setup-name a"},
	{Name: "setup-family", Who: platform, Path: "/setup/families/voice"},
	{Name: "setup-catalog", Who: platform, Path: "/setup/catalog"},
	{Name: "setup-item", Who: platform, Path: "/setup/items/technical-change-request"},
	{Name: "setup-category", Who: platform, Path: "/setup/categories/customer-service"},
	{Name: "setup-targets", Who: platform, Path: "/setup/targets"},
	{Name: "setup-calendar", Who: platform, Path: "/setup/calendar"},
	{Name: "setup-contact", Who: platform, Path: "/setup/contact"},
	{Name: "setup-way", Who: platform, Path: "/setup/contact", Follow: ".setup-name a"},
	{Name: "setup-refused", Who: platform, Path: "/setup/staff/new", Open: "#staff-form-save", Until: "#staff-form .errors"},
	{Name: "mail", Who: platform, Path: "/mail"},
	{Name: "mail-failed", Who: platform, Path: "/mail?state=failed"},
	{Name: "audit", Who: platform, Path: "/audit?looks=yes"},
	{Name: "audit-empty", Who: platform, Path: "/audit?who=nobody@nowhere.test"},
	{Name: "one-mail", Who: platform, Path: "/mail", Follow: "main table a"},
	{Name: "components", Who: platform, Path: "/components", Wide: true},
}

// furnish sees to it that there is a draft of the rules, held against past cases, and a mail, for the pages that show them.
func (b *tab) furnish() {
	b.t.Helper()
	desk := open(b.t, desktop)
	desk.signIn(agent)
	desk.visit("/queues")
	desk.visit(tell[string](desk, `document.querySelector(".rows li:last-child .row").getAttribute("href")`))
	desk.reply("Thank you. We look into it.")
	b.until("the mail of that", `fetch("/mail").then(r => r.text()).then(page => page.includes('href="/mail/'))`)
	b.visit("/rules")
	if !tell[bool](b, "!!document.querySelector("+quote(draftLink)+")") {
		b.write("Name of a new draft", "Calmer nights")
		b.turn("Begin a draft")
	}
	b.visit("/rules")
	b.visit(tell[string](b, "document.querySelector("+quote(draftLink)+").getAttribute('href')") + "/backtest")
	tell[bool](b, `(document.getElementById("backtest-button").click(), true)`)
	b.until("what came of the backtest", `document.querySelector("#backtest-run .change-matrix")`)
}

// begin leaves a form and a reply half-way, for the pages that offer them again.
func (b *tab) begin() {
	b.t.Helper()
	b.visit("/items/billing-inquiry")
	b.do("begin a form", sendKeys("#q-description", "The invoice of *May*"))
	b.see("#form-draft .draft-kept", "")
	b.visit("/cases")
	b.visit(tell[string](b, `document.querySelector("td.c-main a").getAttribute("href")`))
	b.do("begin a reply", sendKeys("#reply-body", "Two things:\n\n- the **router**\n- the *phones*"))
	b.see("#reply-draft .draft-kept", "")
}

// bring sends a file of contacts, for the page that shows what would come of it.
func (b *tab) bring() {
	b.t.Helper()
	b.visit("/contacts/import")
	tell[bool](b, `(() => {
		const files = new DataTransfer()
		files.items.add(new File(["first_name,last_name,email,account\nRobin,Gallant,robin@maple.test,100210\nKim,,kim,1\nHelen,C,admin@maple.test,100200\n"], "contacts.csv"))
		document.getElementById("import-file").files = files.files
		return true
	})()`)
	b.turn("Check the file")
}

// shown goes to a page; false when the demo has nothing to show there.
func (b *tab) shown(p page) bool {
	b.t.Helper()
	b.visit(p.Path)
	if p.Follow != "" {
		to := tell[string](b, "document.querySelector("+quote(p.Follow)+")?.getAttribute('href') ?? ''")
		if to == "" {
			return false
		}
		b.visit(to + p.Then)
	}
	if tell[bool](b, `!!document.querySelector("main.fault")`) != p.Fault {
		b.t.Errorf("%s: shows %s", p.Name, tell[string](b, `document.querySelector("h1").innerText`))
	}
	if p.Open != "" {
		tell[bool](b, "(document.querySelector("+quote(p.Open)+").click(), true)")
		b.until("to see "+p.Until, "document.querySelector("+quote(p.Until)+")")
	}
	return true
}
