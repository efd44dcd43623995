// Package handlers is HTTP in, HTML out: it reads what was asked, calls a verb of desk or a query of db within the
// asker's scope, and shows a view. It decides nothing itself.
package handlers

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/static"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// Config is what the portal must know of where it runs.
type Config struct {
	URL       *url.URL       // the public address: links, cookies, origin checks
	Secret    []byte         // shared by all copies
	Proxies   []netip.Prefix // whose word on the client's address is believed
	SendsMail bool           // a mail server is set; else mail is kept
	Demo      bool
	SignIns   []string // of the demo: whom its sign-in page invites one to be
	Password  string   // of all of those
}

// App is the portal's HTTP side. Make one with New.
type App struct {
	Config
	DB      *db.DB
	Desk    *desk.Desk
	Judge   *policy.Judge
	Bundle  *static.Bundle
	Log     *slog.Logger
	Clock   func() time.Time
	Health  *Health
	Metrics *Metrics
	Views   *views.Engine // of the bundle and the clock; made where there is none

	fiber    *fiber.App
	live     *hub
	settings *settings
	checks   *checks // of rule sets, made lately
	asks     string  // while the routes are listed: who may ask the next one; see Routes
	looks    bool    // and whether looks at it are audited
}

// New wires the portal and reads the provider's settings. All exported fields of app must be set but Views.
func New(ctx context.Context, app App) (*App, error) {
	a := &app
	a.settings, a.checks = &settings{}, &checks{}
	if err := a.readProvider(ctx); err != nil {
		return nil, err
	}
	if a.Views == nil {
		a.Views = views.New(a.Bundle, a.Clock)
	}
	if err := a.Views.Load(); err != nil {
		return nil, err
	}
	a.live = newHub(ctx, a.DB, a.Judge, a.Clock, a.Log)
	front := &front{log: a.Log, metrics: a.Metrics, traffic: &a.Desk.Traffic, secure: a.secure(), proxies: a.Proxies}
	a.fiber = fiber.New(front.config(a.Views, a.fault))
	front.stand(a.fiber)
	a.fiber.Server().CloseOnShutdown = true // what is under way then is answered on a connection that ends with it
	a.fiber.Use(a.Health.part, compressPages())
	a.routes(a.fiber)
	return a, a.showFirst()
}

// Fiber is the server below: to listen, to shut down, and to test.
func (a *App) Fiber() *fiber.App { return a.fiber }

// routes is the map of the portal: every address there is, by what it is about.
func (a *App) routes(r fiber.Router) {
	// Getting in, and oneself
	r.Get("/sign-in", a.public(a.signInPage))
	r.Post("/sign-in", a.public(a.signIn))
	r.Post("/sign-out", a.public(a.signOut))
	r.Get("/forgotten-password", a.public(a.forgotten))
	r.Post("/forgotten-password", a.public(a.forgetPassword))
	r.Get("/links/:token", a.public(a.link))
	r.Post("/links/:token", a.public(a.useLink))
	r.Post("/links/:token/requirements", a.public(a.linkRequirements))
	r.Get("/password", a.signedIn(a.password))
	r.Post("/password", a.signedIn(a.changePassword))
	r.Post("/password/requirements", a.signedIn(a.ownRequirements))
	r.Get("/email", a.signedIn(a.email))
	r.Post("/email", a.signedIn(a.changeEmail))
	r.Get("/sessions", a.signedIn(a.sessions))
	r.Post("/sessions/:id<int>/end", a.signedIn(a.endSession))
	r.Post("/sessions/end-others", a.signedIn(a.endOtherSessions))
	r.Get("/profile", a.signedIn(a.profile))
	r.Post("/profile", a.signedIn(a.saveProfile))
	r.Post("/profile/picture", a.signedInUnread(a.savePicture))
	r.Post("/profile/picture/removal", a.signedIn(a.removePicture))
	r.Get("/people/:id<int>/picture", a.signedIn(a.picture))
	r.Get("/activities", a.signedIn(a.looked(db.CasesLooked, "", a.activities)))
	r.Post("/activities/accounts", a.signedIn(a.followAccount))
	r.Get("/preferences", a.signedIn(a.preferences))
	r.Post("/preferences", a.signedIn(a.savePreferences))
	r.Get("/notifications", a.signedIn(a.notifications))
	r.Post("/notifications", a.signedIn(a.saveNotifications))
	r.Get("/unsubscribe/:token", a.byLink(a.unsubscribePage))
	r.Post("/unsubscribe/:token", a.byLink(a.unsubscribe))

	// Who is not known yet, and who lets them in
	r.Get("/sign-up", a.public(a.signUpPage))
	r.Post("/sign-up", a.public(a.signUp))
	r.Get("/general-request", a.public(a.requestPage))
	r.Post("/general-request", a.public(a.createRequest))
	r.Get("/registrations", a.signedIn(a.looked(db.RegistrationsLooked, "", a.registrations)))
	r.Post("/registrations/:id<int>/approval", a.signedIn(a.approve))
	r.Post("/registrations/:id<int>/refusal", a.signedIn(a.refuseRegistration))
	r.Post("/registrations/codes/:id<int>", a.signedIn(a.renewCode))

	// Home and what the provider publishes
	r.Get("/", a.signedIn(a.home))
	r.Get("/search", a.signedIn(a.looked(db.CasesLooked, "", a.search)))
	r.Get("/search/suggestions", a.signedIn(a.looked(db.CasesLooked, "", a.suggestions)))
	r.Get("/products", a.signedIn(a.looked(db.ProductsLooked, "", a.products)))
	r.Get("/status", a.signedIn(a.status))
	r.Get("/knowledge", a.signedIn(a.knowledge))
	r.Get("/knowledge/:slug", a.signedIn(a.article))
	r.Get("/mail", a.signedIn(a.looked(db.MailLooked, "", a.mailbox)))
	r.Post("/mail/sending", a.signedIn(a.sendFailedAgain))
	r.Get("/mail/:id<int>", a.signedIn(a.looked(db.MailLooked, "mail", a.mail)))
	r.Post("/mail/:id<int>/sending", a.signedIn(a.sendAgain))

	// The catalog and its forms
	r.Get("/catalog", a.signedIn(a.catalog))
	r.Get("/catalog/:category", a.signedIn(a.category))
	r.Get("/items/:item", a.signedIn(a.form))
	r.Get("/items/:item/requesters", a.signedIn(a.looked(db.CallersLooked, "", a.requesters)))
	r.Get("/items/:item/accounts", a.signedIn(a.looked(db.AccountsLooked, "", a.formAccounts)))
	r.Post("/items/:item/questions", a.signedInUnread(a.followForm))
	r.Post("/items/:item/cases", a.signedInUnread(a.createCase))
	r.Post("/items/:item/draft", a.signedInUnread(a.keepForm))
	r.Post("/items/:item/draft/removal", a.signedInUnread(a.discardForm))
	r.Post("/uploads", a.signedInUnread(a.createUpload))
	r.Post("/uploads/:id/removal", a.signedIn(a.removeUpload))

	// Cases
	r.Get("/cases", a.signedIn(a.looked(db.CasesLooked, "", a.caseList)))
	r.Get("/cases.csv", a.signedIn(a.exportCases))
	r.Post("/cases/columns", a.signedIn(a.chooseColumns))
	r.Get("/cases/views", a.signedIn(a.caseViewsPage))
	r.Post("/cases/views", a.signedIn(a.keepView))
	r.Post("/cases/views/order", a.signedIn(a.orderViews))
	r.Post("/cases/views/:id<int>", a.signedIn(a.renameView))
	r.Post("/cases/views/:id<int>/removal", a.signedIn(a.removeView))
	r.Get("/cases/:number", a.signedIn(a.looked(db.CaseLooked, "case", a.showCase)))
	r.Get("/cases/:number/live", a.signedIn(a.looked(db.CaseLooked, "case", a.liveCase)))
	r.Post("/cases/:number/replies", a.signedInUnread(a.createReply))
	r.Post("/cases/:number/replies/preview", a.signedInUnread(a.previewReply))
	r.Post("/cases/:number/replies/draft", a.signedInUnread(a.keepReply))
	r.Post("/cases/:number/replies/draft/removal", a.signedInUnread(a.discardReply))
	r.Post("/cases/:number/solution", a.signedIn(a.solveCase))
	r.Post("/cases/:number/reopening", a.signedIn(a.reopenCase))
	r.Get("/cases/:number/details", a.signedIn(a.looked(db.CaseLooked, "case", a.caseDetails)))
	r.Post("/cases/:number/details", a.signedIn(a.saveDetails))
	r.Get("/cases/:number/people", a.signedIn(a.looked(db.CallersLooked, "", a.casePeople)))
	r.Post("/cases/:number/copies/removal", a.signedIn(a.leaveCase))
	r.Post("/cases/:number/following", a.signedIn(a.followCase))
	r.Get("/files/:id", a.signedIn(a.looked(db.FileLooked, "file", a.file)))
	r.Get("/files/:id/preview", a.signedIn(a.looked(db.FileLooked, "file", a.preview)))
	r.Get("/live", a.signedIn(a.stream))

	// User Admin
	r.Get("/contacts", a.signedIn(a.looked(db.ContactsLooked, "", a.contacts)))
	r.Post("/contacts", a.signedIn(a.createContact))
	r.Get("/contacts/new", a.signedIn(a.newContact))
	r.Get("/contacts/accounts", a.signedIn(a.looked(db.AccountsLooked, "", a.contactAccounts)))
	r.Get("/contacts/sites", a.signedIn(a.looked(db.AccountsLooked, "", a.contactSites)))
	r.Get("/contacts/elsewhere", a.signedIn(a.looked(db.ContactsLooked, "", a.contactsElsewhere)))
	r.Get("/contacts/export.csv", a.signedIn(a.exportContacts))
	r.Get("/contacts/import", a.signedIn(a.importPage))
	r.Post("/contacts/import", a.signedInUnread(a.createImport))
	r.Get("/contacts/import/template.csv", a.signedIn(a.importTemplate))
	r.Get("/contacts/import/:id<int>", a.signedIn(a.looked(db.ImportLooked, "import", a.showImport)))
	r.Post("/contacts/import/:id<int>", a.signedIn(a.doImport))
	r.Get("/contacts/import/:id<int>/rows.csv", a.signedIn(a.looked(db.ImportLooked, "import", a.importReport)))
	r.Get("/contacts/:id<int>", a.signedIn(a.looked(db.ContactLooked, "person", a.contact)))
	r.Post("/contacts/:id<int>", a.signedIn(a.looked(db.ContactLooked, "person", a.saveContact)))
	r.Get("/contacts/:id<int>/grants", a.signedIn(a.looked(db.GrantsLooked, "person", a.grants)))
	r.Post("/contacts/:id<int>/grants", a.signedIn(a.looked(db.GrantsLooked, "person", a.saveGrants)))
	r.Post("/contacts/:id<int>/grants/preview", a.signedIn(a.looked(db.GrantsLooked, "person", a.previewGrants)))
	r.Post("/contacts/:id<int>/login", a.signedIn(a.setContactLogin))
	r.Post("/contacts/:id<int>/invitation", a.signedIn(a.contactDeed("contact-invited", a.Desk.Invite)))
	r.Post("/contacts/:id<int>/lock", a.signedIn(a.contactDeed("contact-unlocked", a.Desk.LiftLock)))

	// The policy: who may do what, and why
	r.Get("/policy", a.signedIn(a.policyPage))
	r.Get("/why", a.signedIn(a.whyMay))
	r.Get("/why/people", a.signedIn(a.looked(db.ContactsLooked, "", a.whyPeople)))

	// Queues and the agent's work
	r.Get("/queues", a.signedIn(a.looked(db.QueueLooked, "", a.allQueues)))
	r.Post("/queues/next", a.signedIn(a.takeNext))
	r.Get("/queues/mine", a.signedIn(a.looked(db.QueueLooked, "", a.mine)))
	r.Get("/queues/:id<int>", a.signedIn(a.looked(db.QueueLooked, "queue", a.oneQueue)))
	r.Post("/queues/:id<int>/next", a.signedIn(a.takeNext))
	r.Get("/cases/:number/why", a.signedIn(a.looked(db.CaseLooked, "case", a.showWhy)))
	r.Get("/cases/:number/tools", a.signedIn(a.looked(db.CaseLooked, "case", a.showTools)))
	r.Post("/cases/:number/assignment", a.signedIn(a.assign))
	r.Post("/cases/:number/queue", a.signedIn(a.moveCase))
	r.Post("/cases/:number/account", a.signedIn(a.fileCase))
	r.Post("/cases/:number/priority", a.signedIn(a.setPriority))
	r.Post("/cases/:number/notes", a.signedIn(a.createNote))
	r.Post("/cases/:number/information-requests", a.signedIn(a.requestInformation))
	r.Get("/callers", a.signedIn(a.looked(db.CallersLooked, "", a.callers)))

	// Accounts: their tree, what they have, and where they hang
	r.Get("/accounts", a.signedIn(a.looked(db.AccountsLooked, "", a.accounts)))
	r.Post("/accounts", a.signedIn(a.createAccount))
	r.Get("/accounts/new", a.signedIn(a.newAccount))
	r.Get("/accounts/:id<int>", a.signedIn(a.looked(db.AccountLooked, "account", a.account)))
	r.Post("/accounts/:id<int>", a.signedIn(a.saveAccount))
	r.Post("/accounts/:id<int>/removal", a.signedIn(a.removeAccount))
	r.Post("/accounts/:id<int>/registration-code", a.signedIn(a.setRegistrationCode))
	r.Post("/accounts/:id<int>/products", a.signedIn(a.setProducts))
	r.Post("/accounts/:id<int>/locations", a.signedIn(a.addLocation))
	r.Post("/accounts/:id<int>/locations/:location<int>", a.signedIn(a.renameLocation))
	r.Post("/accounts/:id<int>/locations/:location<int>/removal", a.signedIn(a.removeLocation))
	r.Get("/accounts/:id<int>/parent", a.signedIn(a.looked(db.AccountLooked, "account", a.moveForm)))
	r.Post("/accounts/:id<int>/parent", a.signedIn(a.moveAccount))
	r.Get("/accounts/:id<int>/move", a.signedIn(a.looked(db.AccountLooked, "account", a.movingAccount)))

	// What the provider sets up
	r.Get("/setup", a.setsUp(a.setup))
	r.Get("/setup/portal", a.setsUp(a.setupPortal))
	r.Post("/setup/portal", a.setsUp(a.savePortal))
	r.Get("/setup/staff", a.setsUp(a.setupStaff))
	r.Post("/setup/staff", a.setsUp(a.addStaff))
	r.Get("/setup/staff/new", a.setsUp(a.newStaff))
	r.Get("/setup/staff/:id<int>", a.setsUp(a.oneOfStaff))
	r.Post("/setup/staff/:id<int>", a.setsUp(a.saveStaff))
	r.Post("/setup/staff/:id<int>/login", a.setsUp(a.switchStaff))
	r.Post("/setup/staff/:id<int>/invitation", a.setsUp(a.inviteStaff))
	r.Post("/setup/staff/:id<int>/lock", a.setsUp(a.unlockStaff))
	r.Get("/setup/queues", a.setsUp(a.setupQueues))
	r.Post("/setup/queues", a.setsUp(a.addQueue))
	r.Post("/setup/queues/order", a.setsUp(a.orderQueues))
	r.Get("/setup/queues/:id<int>", a.setsUp(a.oneSetUpQueue))
	r.Post("/setup/queues/:id<int>", a.setsUp(a.renameQueue))
	r.Post("/setup/queues/:id<int>/removal", a.setsUp(a.removeQueue))
	r.Get("/setup/services", a.setsUp(a.setupServices))
	r.Post("/setup/services", a.setsUp(a.addService))
	r.Get("/setup/services/new", a.setsUp(a.newService))
	r.Post("/setup/services/order", a.setsUp(a.orderServices))
	r.Get("/setup/services/:id<int>", a.setsUp(a.oneService))
	r.Post("/setup/services/:id<int>", a.setsUp(a.saveService))
	r.Post("/setup/services/:id<int>/removal", a.setsUp(a.removeService))
	r.Post("/setup/families", a.setsUp(a.addFamily))
	r.Get("/setup/families/new", a.setsUp(a.newFamily))
	r.Get("/setup/families/:key", a.setsUp(a.oneFamily))
	r.Post("/setup/families/:key", a.setsUp(a.saveFamily))
	r.Post("/setup/families/:key/removal", a.setsUp(a.removeFamily))
	r.Get("/setup/catalog", a.setsUp(a.setupCatalog))
	r.Post("/setup/catalog", a.setsUp(a.takeStandardItem))
	r.Post("/setup/categories/order", a.setsUp(a.orderCategories))
	r.Get("/setup/categories/:key", a.setsUp(a.setupCategory))
	r.Post("/setup/categories/:key", a.setsUp(a.saveCategory))
	r.Post("/setup/items/order", a.setsUp(a.orderItems))
	r.Get("/setup/items/:key", a.setsUp(a.setupItem))
	r.Post("/setup/items/:key", a.setsUp(a.saveItem))
	r.Get("/setup/targets", a.setsUp(a.setupTargets))
	r.Post("/setup/targets", a.setsUp(a.saveTargets))
	r.Get("/setup/calendar", a.setsUp(a.setupCalendar))
	r.Post("/setup/hours", a.setsUp(a.saveHours))
	r.Post("/setup/holidays", a.setsUp(a.addHoliday))
	r.Post("/setup/holidays/federal", a.setsUp(a.addFederalHolidays))
	r.Post("/setup/holidays/:day/removal", a.setsUp(a.removeHoliday))
	r.Get("/setup/contact", a.setsUp(a.setupContact))
	r.Post("/setup/contact", a.setsUp(a.addWay))
	r.Get("/setup/contact/new", a.setsUp(a.newWay))
	r.Post("/setup/contact/order", a.setsUp(a.orderWays))
	r.Get("/setup/contact/:id<int>", a.setsUp(a.oneWay))
	r.Post("/setup/contact/:id<int>", a.setsUp(a.saveWay))
	r.Post("/setup/contact/:id<int>/removal", a.setsUp(a.removeWay))

	// The rules
	r.Get("/rules", a.signedIn(a.rules))
	r.Get("/rules/versions/:version<int>", a.signedIn(a.ruleVersion))
	r.Get("/rules/replay", a.signedIn(a.ruleReplays))
	r.Post("/rules/versions/:version<int>/restoration", a.signedIn(a.restoreVersion))
	r.Get("/rules/versions/:version<int>/repair", a.signedIn(a.looked(db.RepairLooked, "rules", a.repairCases)))
	r.Post("/rules/versions/:version<int>/repair", a.signedIn(a.chooseRepair))
	r.Get("/rules/repairs/:id<int>", a.signedIn(a.looked(db.RepairLooked, "repair", a.showRepair)))
	r.Post("/rules/repairs/:id<int>/start", a.signedIn(a.startRepair))
	r.Post("/rules/drafts", a.signedIn(a.createDraft))
	r.Get("/rules/drafts/:id<int>", a.signedIn(a.draftPage))
	r.Get("/rules/language", a.signedIn(a.ruleLanguage))
	r.Get("/rules/try", a.signedIn(a.tryLive))
	r.Post("/rules/try", a.signedIn(a.tryLive))
	r.Get("/rules/try/contacts", a.signedIn(a.looked(db.ContactsLooked, "", a.tryContacts)))
	r.Get("/rules/try/accounts", a.signedIn(a.looked(db.AccountsLooked, "", a.tryAccounts)))
	r.Post("/rules/examples", a.signedIn(a.keepLiveExample))
	r.Get("/rules/drafts/:id<int>/try", a.signedIn(a.tryDraft))
	r.Post("/rules/drafts/:id<int>/try", a.signedIn(a.tryDraft))
	r.Post("/rules/drafts/:id<int>/examples", a.signedIn(a.keepExample))
	r.Post("/rules/drafts/:id<int>/examples/expectations", a.signedIn(a.takeExpectations))
	r.Get("/rules/drafts/:id<int>/examples/:place<int>", a.signedIn(a.draftExample))
	r.Post("/rules/drafts/:id<int>/examples/:place<int>", a.signedIn(a.saveExample))
	r.Post("/rules/drafts/:id<int>/examples/:place<int>/removal", a.signedIn(a.removeExample))
	r.Get("/rules/drafts/:id<int>/examples", a.signedIn(a.draftExamples))
	r.Get("/rules/drafts/:id<int>/backtest", a.signedIn(a.draftBacktest))
	r.Post("/rules/drafts/:id<int>/backtests", a.signedIn(a.createBacktest))
	r.Get("/rules/backtests/:id<int>", a.signedIn(a.showBacktest))
	r.Post("/rules/backtests/:id<int>/end", a.signedIn(a.endBacktest))
	r.Get("/rules/backtests/:id<int>/cases", a.signedIn(a.looked(db.BacktestLooked, "backtest", a.backtestCases)))
	r.Get("/rules/backtests/:id<int>/cases/:number", a.signedIn(a.looked(db.CaseLooked, "case", a.backtestCase)))
	r.Get("/rules/backtests/:id<int>/:table.csv", a.signedIn(a.looked(db.BacktestLooked, "backtest", a.backtestTable)))
	r.Post("/rules/drafts/:id<int>/shadow", a.signedIn(a.createShadow))
	r.Get("/rules/shadows", a.signedIn(a.shadows))
	r.Get("/rules/check", a.signedIn(a.liveCheck))
	r.Get("/rules/drafts/:id<int>/check", a.signedIn(a.draftCheck))
	r.Get("/rules/drafts/:id<int>/changes", a.signedIn(a.draftChanges))
	r.Get("/rules/drafts/:id<int>/text", a.signedIn(a.draftText))
	r.Post("/rules/drafts/:id<int>/text", a.signedIn(a.saveText))
	r.Post("/rules/drafts/:id<int>/text/check", a.signedIn(a.checkText))
	r.Post("/rules/drafts/:id<int>/check", a.signedIn(a.checkRule))
	r.Get("/rules/drafts/:id<int>/words", a.signedIn(a.draftWords))
	r.Post("/rules/drafts/:id<int>/order", a.signedIn(a.orderRules))
	r.Post("/rules/drafts/:id<int>/rules", a.signedIn(a.addRule))
	r.Post("/rules/drafts/:id<int>/rules/:place", a.signedIn(a.saveRule))
	r.Post("/rules/drafts/:id<int>/rules/:place/removal", a.signedIn(a.removeRule))
	r.Post("/rules/drafts/:id<int>/base", a.signedIn(a.updateDraft))
	r.Post("/rules/drafts/:id<int>/publication", a.signedIn(a.publishDraft))
	r.Post("/rules/drafts/:id<int>/publication/removal", a.signedIn(a.withdrawDraft))
	r.Post("/rules/drafts/:id<int>/approval", a.signedIn(a.approveDraft))
	r.Post("/rules/drafts/:id<int>/return", a.signedIn(a.returnDraft))
	r.Post("/rules/drafts/:id<int>/name", a.signedIn(a.renameDraft))
	r.Post("/rules/drafts/:id<int>/removal", a.signedIn(a.removeDraft))

	// Who did what
	r.Get("/audit", a.signedIn(a.audit))
	r.Get("/audit.csv", a.signedIn(a.exportAudit))

	// What browsers fetch, and what machines ask
	r.Get("/healthz", a.Health.alive)
	r.Get("/readyz", a.Health.ready)
	r.Get(static.Prefix+":name", a.asset)
	r.Get("/favicon.ico", a.favicon)
	r.Get("/licences", a.licences)
	r.Get("/components", a.signedIn(a.gallery))

	r.Use(a.nowhere)
}

// nowhere answers what no route does, in the language and with the menu of who asks.
func (a *App) nowhere(c *fiber.Ctx) error {
	if _, err := a.actor(c); err != nil {
		return err
	}
	return fiber.ErrNotFound
}
