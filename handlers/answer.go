package handlers

import (
	"sync"
	"time"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/text/language"
)

// isPartial tells whether a part of a page is asked for: by htmx, into a page that stands already.
func isPartial(c *fiber.Ctx) bool { return c.Get("HX-Request-Type") == "partial" }

// page answers with a page: whole, or its content alone where a part is asked for.
func (a *App) page(c *fiber.Ctx, who policy.Actor, p views.Page) error {
	whole := !isPartial(c)
	if err := a.frame(c, who, p.Frame(), whole); err != nil {
		return err
	}
	return a.show(c, p, whole)
}

// partial answers with a part of a page, whatever was asked for.
func (a *App) partial(c *fiber.Ctx, v views.View) error { return a.show(c, v, false) }

// refuse answers a form that can't be accepted, 422: with the part where htmx sent it, else with the page it stands in.
func (a *App) refuse(c *fiber.Ctx, who policy.Actor, p views.Page, part views.View) error {
	c.Status(fiber.StatusUnprocessableEntity)
	if isPartial(c) {
		return a.partial(c, part)
	}
	return a.page(c, who, p)
}

// done answers a form that was accepted by going on to the location, whoever sent it: a browser or htmx. A form that
// changes but a part of its page answers with that part itself.
func (a *App) done(c *fiber.Ctx, location string) error {
	if !isPartial(c) {
		return c.Redirect(location, fiber.StatusSeeOther)
	}
	c.Set("HX-Redirect", location)
	return c.SendStatus(fiber.StatusOK)
}

func (a *App) show(c *fiber.Ctx, v views.View, whole bool) error {
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderVary, "HX-Request, HX-Request-Type")
	c.Type("html", "utf-8")
	return c.Render(views.Name(a.lang(c), v, whole), v)
}

// showFirst shows something to nobody. With its first answer fiber finds out where views are, and nothing guards that:
// two people who come first at once would be in each other's way.
func (a *App) showFirst() error {
	c := a.fiber.AcquireCtx(&fasthttp.RequestCtx{})
	defer a.fiber.ReleaseCtx(c)
	return a.show(c, &views.ErrorNotice{Text: views.Say("error.404.text")}, false)
}

// lang is the language of the answer: the person's own, else what the visitor chose or the browser asks for.
func (a *App) lang(c *fiber.Ctx) string {
	if who, ok := c.Locals(localActor).(policy.Actor); ok && who.SignedIn() {
		return known(who.Person.Language)
	}
	if chosen := c.Query("lang"); chosen != "" {
		return known(chosen)
	}
	if chosen := c.Cookies("portico-lang"); chosen != "" {
		return known(chosen)
	}
	if readers, ok := c.Locals(localLang).(string); ok {
		return known(readers)
	}
	_, i := language.MatchStrings(languages, c.Get(fiber.HeaderAcceptLanguage))
	return views.Languages[i]
}

var languages = language.NewMatcher(func() []language.Tag {
	tags := make([]language.Tag, len(views.Languages))
	for i, l := range views.Languages {
		tags[i] = language.Make(l)
	}
	return tags
}())

func known(lang string) string {
	for _, l := range views.Languages {
		if l == lang {
			return l
		}
	}
	return views.Languages[0]
}

// zone is the time zone in which a person reads times: their own, that of their account, or the provider's.
func (a *App) zone(who policy.Actor) *time.Location {
	for _, name := range []string{who.Person.TimeZone, who.Home.TimeZone} {
		if name == "" {
			continue
		}
		if zone := zoneOf(name); zone != nil {
			return zone
		}
	}
	return a.provider().Zone
}

// zonesRead are the time zones that somebody has asked for: reading one anew with each request is a good part of it.
var zonesRead sync.Map // of *time.Location by name, nil for a name that is none

func zoneOf(name string) *time.Location {
	if zone, ok := zonesRead.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = nil
	}
	zonesRead.Store(name, zone) // names are checked before they are kept, so there are few of them
	return zone
}

// caseNumber is the case that the address names; one that is no number at all is simply not found.
func caseNumber(c *fiber.Ctx) (db.Number, error) {
	n, ok := db.ParseNumber(c.Params("number"))
	if !ok {
		return 0, db.ErrNotFound
	}
	return n, nil
}

// frame fills what stands around a page. For a part of one it leaves out what only a whole page shows.
func (a *App) frame(c *fiber.Ctx, who policy.Actor, s *views.Shell, whole bool) error {
	s.Lang, s.Path, s.CSRF = a.lang(c), c.OriginalURL(), a.csrf(c)
	s.Since, _ = c.Locals(localSince).(string)
	s.Provider, s.Demo, s.Theme = a.provider().Name, a.Demo, "auto"
	if chosen := c.Query("lang"); chosen != "" && !who.SignedIn() {
		c.Cookie(a.cookie("portico-lang", known(chosen), 365*24*time.Hour))
	}
	if !who.SignedIn() {
		return nil
	}
	s.Theme, s.Contrast, s.Staff = who.Person.Theme, who.Person.Contrast, who.Staff()
	s.TextSize, s.Still, s.Underlined = who.Person.TextSize, who.Person.Still, who.Person.Underlined
	s.Person = &views.Signed{Name: who.Person.Name(), Avatar: avatarOf(who.Person.Named()), Where: who.Home.Name}
	if who.Staff() {
		s.Person.Where = a.provider().Name
	}
	if s.Notice.Empty() {
		s.Notice = notice(c.Query("done"))
	}
	s.Menu = a.menu(who, s.Here)
	if !whole {
		return nil
	}
	var err error
	if s.Incident, err = a.banner(c, who); err != nil {
		return err
	}
	s.Rail, err = a.rail(c, who, s.Here)
	return err
}

// menu is what the person may use, in the order of the bar.
func (a *App) menu(who policy.Actor, here string) []views.MenuEntry {
	var menu []views.MenuEntry
	add := func(may bool, key, href, icon string) {
		if may {
			menu = append(menu, views.MenuEntry{Key: key, Href: href, Icon: icon, Current: here == key})
		}
	}
	articles := a.Judge.May(who, policy.SeeProducts)
	add(a.Judge.May(who, policy.See), "cases", "/cases", "inbox")
	if len(menu) > 0 && who.Staff() {
		menu[0].Key = "all-cases" // they are not theirs
	}
	add(articles, "products", "/products", "package")
	add(true, "status", "/status", "activity")
	add(articles, "knowledge", "/knowledge", "book-open")
	add(!who.Staff() && a.Judge.May(who, policy.SeeContacts), "contacts", "/contacts", "users")
	return menu
}

// notice is what a page says that one came to after doing something: its address names it.
func notice(done string) views.Message {
	if key, ok := notices[done]; ok {
		return views.Say(key)
	}
	return views.Message{}
}

// notices are the catalogue's texts for what was done, by the word in the address.
var notices = map[string]string{
	"contact-saved":    "contacts.done.saved",
	"contact-created":  "contacts.done.created",
	"contact-kept":     "contacts.done.kept",
	"contact-enabled":  "contacts.done.enabled",
	"contact-disabled": "contacts.done.disabled",
	"contact-invited":  "contacts.done.invited",
	"mail-again":       "mailbox.done.again",
	"mails-again":      "mailbox.done.all",
	"contact-unlocked": "contacts.done.unlocked",

	"session-ended":   "sessions.ended",
	"sessions-ended":  "sessions.ended-others",
	"preferences":     "preferences.saved",
	"profile":         "profile.saved",
	"picture":         "profile.picture.saved",
	"picture-removed": "profile.picture.removed",
	"notifications":   "notifications.saved",
	"signed-out":      "session.signed-out",
	"by-invitation":   "signup.by-invitation",

	"password-chosen":  "gate.chosen",
	"password-changed": "gate.password.changed",
	"email-asked":      "gate.email.asked",
	"email-changed":    "gate.email.changed",

	"grants-saved":     "grants.saved",
	"account-created":  "accounts.done.created",
	"account-saved":    "accounts.done.saved",
	"account-removed":  "accounts.done.removed",
	"account-moved":    "accounts.done.moved",
	"code-made":        "accounts.done.code-made",
	"code-withdrawn":   "accounts.done.code-withdrawn",
	"location-added":   "accounts.done.location-added",
	"location-renamed": "accounts.done.location-renamed",
	"location-removed": "accounts.done.location-removed",
	"products-saved":   "accounts.done.products",

	"rules-published":   "rules.done.published",
	"rules-restored":    "rules.done.restored",
	"draft-saved":       "rules.done.draft-saved",
	"draft-updated":     "rules.done.draft-updated",
	"draft-removed":     "rules.done.draft-removed",
	"draft-joined":      "drafts.done.joined",
	"draft-asked":       "drafts.done.asked",
	"draft-planned":     "drafts.done.planned",
	"draft-returned":    "drafts.done.returned",
	"draft-withdrawn":   "drafts.done.withdrawn",
	"draft-renamed":     "drafts.done.renamed",
	"rule-saved":        "rules.done.rule-saved",
	"rule-copied":       "editor.done.copied",
	"rule-moved":        "editor.done.moved",
	"rule-removed":      "rules.done.rule-removed",
	"example-kept":      "try.done.kept",
	"examples-changed":  "try.done.changed",
	"setup-saved":       "setup.said.saved",
	"setup-added":       "setup.said.added",
	"setup-removed":     "setup.said.removed",
	"setup-staff-added": "setup.said.staff-added",
	"setup-invited":     "setup.said.invited",
	"setup-disabled":    "setup.said.disabled",
	"setup-enabled":     "setup.said.enabled",
	"setup-unlocked":    "setup.said.unlocked",
	"setup-renamed":     "setup.said.renamed",
	"setup-item-added":  "setup.said.item-added",
	"setup-holidays":    "setup.said.holidays",

	"columns-chosen":  "lists.done.columns",
	"view-kept":       "lists.done.kept",
	"view-renamed":    "lists.done.renamed",
	"view-removed":    "lists.done.removed",
	"views-ordered":   "lists.done.ordered",
	"draft-kept":      "writing.said.kept",
	"draft-discarded": "writing.said.discarded",

	"nothing-left": "agent.nothing-left",
	"replied":      "case.said.replied",
	"solved":       "case.said.solved",
	"reopened":     "case.said.reopened",

	"details-saved":      "people.said.saved",
	"details-same":       "people.said.same",
	"details-closed":     "people.said.closed",
	"copies-left":        "people.said.left",
	"following":          "activities.said.case",
	"unfollowed":         "activities.said.uncase",
	"account-unfollowed": "activities.said.unaccount",

	"registration-approved":     "registrations.done.approved",
	"registration-refused":      "registrations.done.refused",
	"registration-was-approved": "registrations.done.was-approved",
	"registration-was-refused":  "registrations.done.was-refused",
	"request-waits":             "request.waits",
	"code-renewed":              "registrations.done.renewed",
	"code-was-renewed":          "registrations.done.was-renewed",
}
