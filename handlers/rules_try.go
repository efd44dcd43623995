package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// longestTrial is how long an address of a trial may become. What is longer is shown without one.
const longestTrial = 6 << 10

// trial is a form as it is tried: on a draft beside what is live, or on what is live alone.
type trial struct {
	app  *App
	c    *fiber.Ctx
	who  policy.Actor
	g    views.Glossary
	path string

	draft      *drafted // nil: what is live is tried
	vocabulary *rules.Vocabulary
	live       *rules.Compiled // nil: nothing was ever published
	version    int

	in      desk.Trial
	raw     url.Values // what was asked, as it came
	example int        // of the draft, that it was begun with, by its place from 1; 0: none
	tried   desk.Tried
	wrong   desk.Invalid
	keep    views.KeepExample
	contact *views.Finder
	account *views.Finder // nil where the form asks for it
	drafts  []views.KeepDraft
}

// tryDraft fills in a form and shows what the draft decides, beside what is live. The address holds all of it, so that a
// trial can be sent to somebody and done again. What is posted is answered by that address.
func (a *App) tryDraft(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	t := d.trial()
	if err := t.try(); err != nil {
		return err
	}
	return t.answer()
}

// tryLive does the same with the rules that are live.
func (a *App) tryLive(c *fiber.Ctx, who policy.Actor) error {
	t, err := a.liveTrial(c, who)
	if err != nil {
		return err
	}
	if err := t.try(); err != nil {
		return err
	}
	return t.answer()
}

func (d *drafted) trial() *trial {
	return &trial{app: d.app, c: d.c, who: d.who, g: d.g, path: d.path() + "/try", draft: d, vocabulary: d.Vocabulary, live: d.LiveSet, version: d.Live}
}

func (a *App) liveTrial(c *fiber.Ctx, who policy.Actor) (*trial, error) {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return nil, err
	}
	t := &trial{app: a, c: c, who: who, path: views.TryAt(0)}
	var err error
	if t.version, t.live, err = a.Desk.Live(c.UserContext()); err != nil {
		return nil, err
	}
	if t.live == nil {
		return nil, db.ErrNotFound
	}
	if _, t.vocabulary, err = a.Desk.World(c.UserContext()); err != nil {
		return nil, err
	}
	t.g, err = a.glossary(c)
	return t, err
}

// set is the rule set that is tried.
func (t *trial) set() *rules.Compiled {
	if t.draft != nil {
		return t.draft.Compiled
	}
	return t.live
}

// try reads what is tried, and tries it. A look at a case is noted, and that contacts were looked for.
func (t *trial) try() error {
	t.read()
	var err error
	t.tried, err = t.app.Desk.Try(t.c.UserContext(), t.who, t.in)
	if errors.Is(err, db.ErrNotFound) && len(t.choosable()) > 0 { // of no item that can be asked for
		t.in.Item = t.choosable()[0].Key
		t.tried, err = t.app.Desk.Try(t.c.UserContext(), t.who, t.in)
	}
	if err != nil && !errors.As(err, &t.wrong) {
		return err
	}
	if err := t.find(); err != nil {
		return err
	}
	looks := []db.AuditEntry{}
	if kase := t.tried.Case; kase.ID != 0 {
		looks = append(looks, db.AuditEntry{Action: db.CaseLooked, Subject: "case", SubjectID: int64(kase.ID)})
	}
	if t.raw.Get(contactWords) != "" { // without scripts they are found on this page
		looks = append(looks, db.AuditEntry{Action: db.ContactsLooked, Detail: map[string]any{contactWords: true}})
	}
	for _, e := range looks {
		e.At, e.ActorID = t.app.Clock(), t.who.Person.ID
		if err := t.app.lookedAt(t.c.UserContext(), e); err != nil {
			return err
		}
	}
	return nil
}

// find looks for what can be chosen beside the form: a contact, an account, and of a trial of what is live a draft.
func (t *trial) find() (err error) {
	if t.contact, err = t.app.contactFinder(t.c, clean(t.raw.Get(contactWords)), t.tried.Contact); err != nil {
		return err
	}
	t.contact.Refresh = t.path
	if t.tried.Form.Case.Account == "" {
		if t.account, err = t.app.accountFinder(t.c, clean(t.raw.Get(accountWords)), t.named()); err != nil {
			return err
		}
		t.finder(t.account)
	}
	if t.draft != nil {
		return nil
	}
	list, err := t.app.DB.RuleDrafts(t.c.UserContext())
	for _, d := range list {
		value := strconv.FormatInt(d.ID, 10)
		t.drafts = append(t.drafts, views.KeepDraft{Value: value, Name: d.Name, Chosen: value == t.raw.Get("example-draft")})
	}
	return err
}

// named is the account that is tried, where it was chosen and not only the contact's own.
func (t *trial) named() db.AccountLine {
	at := t.tried.Account
	if t.in.Account == "" || at.ID == 0 {
		return db.AccountLine{}
	}
	return db.AccountLine{ID: at.ID, Name: at.Name, ClientNumber: at.ClientNumber}
}

// read takes the trial out of the address, or out of the form. No question's key has a dash in it.
func (t *trial) read() {
	t.raw = url.Values{}
	take := func(key, value []byte) { t.raw.Add(string(key), string(value)) }
	posted := t.c.Method() == fiber.MethodPost
	if posted {
		t.c.Request().PostArgs().VisitAll(take)
	} else {
		t.c.Context().QueryArgs().VisitAll(take)
	}
	t.in = desk.Trial{Item: clean(t.raw.Get("try-item")), Contact: clean(t.raw.Get("try-contact")), Account: clean(t.raw.Get("try-account")),
		Case: clean(t.raw.Get("try-case")), Raw: map[string][]string{}, Assume: map[string][]string{}}
	t.example, _ = strconv.Atoi(t.raw.Get("try-example"))
	if posted && t.raw.Has("try-begun") && t.in.Case != "" && !strings.EqualFold(t.in.Case, t.raw.Get("try-begun")) {
		t.in = desk.Trial{Case: t.in.Case} // begun anew, with another case
		t.example = 0
		return
	}
	for name, values := range t.raw {
		switch path, assumed := strings.CutPrefix(name, "assume-"); {
		case assumed:
			t.in.Assume[path] = values
		case !strings.Contains(name, "-") && !ours[name]:
			t.in.Raw[name] = values
		}
	}
	for _, key := range t.raw["shown"] { // what stood in the form and was not posted has no answer, but for what it can't show
		if len(t.in.Raw[key]) == 0 {
			t.in.Raw[key] = t.raw["carry-"+key]
		}
	}
	if t.in.Contact == desk.Nobody && t.in.Case == "" {
		t.in.Contact = ""
	}
	if t.in.Item == "" && t.in.Case == "" && len(t.choosable()) > 0 {
		t.in.Item = t.choosable()[0].Key
	}
}

// ours are names of fields that are no questions, though they have no dash.
var ours = map[string]bool{"csrf": true, "revision": true, "shown": true, "done": true}

// choosable are the items that have a form.
func (t *trial) choosable() []rules.Item {
	return slices.DeleteFunc(t.vocabulary.Items(), func(i rules.Item) bool { return i.Form == nil })
}

// answer shows the trial; without scripts, under its own address.
func (t *trial) answer() error {
	address := t.address()
	fits := len(address) <= longestTrial
	if isPartial(t.c) {
		if fits {
			t.c.Set("HX-Replace-Url", address)
		}
		return t.app.partial(t.c, t.view())
	}
	if t.c.Method() == fiber.MethodPost && fits {
		return t.c.Redirect(address, fiber.StatusSeeOther)
	}
	return t.show()
}

func (t *trial) show() error {
	if t.draft != nil {
		return t.app.page(t.c, t.who, &views.DraftTry{Shell: t.draft.shell("try"), Bar: t.draft.bar("try"), Trial: *t.view()})
	}
	p := &views.LiveTry{Tabs: rulesTabs(t.path), Trial: *t.view()}
	p.Title, p.Here = views.T(t.g.Lang, "try.live.title"), "rules"
	return t.app.page(t.c, t.who, p)
}

// address is where others find the same trial: with no more in it than it takes.
func (t *trial) address() string {
	q := url.Values{}
	kase := t.tried.Case
	if kase.ID != 0 {
		q.Set("try-case", kase.ID.String())
	}
	if kase.ID == 0 || t.tried.Item != kase.Item {
		q.Set("try-item", t.tried.Item)
	}
	switch contact := t.tried.Contact.Person; {
	case contact.ID != 0 && contact.ID != kase.RequesterID:
		q.Set("try-contact", contact.Email)
	case contact.ID == 0 && t.in.Contact == desk.Nobody && kase.ID != 0:
		q.Set("try-contact", desk.Nobody)
	}
	if key := t.tried.Form.Case.Account; key == "" && t.in.Account != "" {
		q.Set("try-account", t.in.Account)
	}
	for key, posted := range t.posted() {
		begun := t.tried.Begun[key]
		switch {
		case slices.Equal(posted, begun) || len(posted) == 0 && (len(begun) == 0 || begun[0] == "no"):
		case len(posted) == 0:
			q.Set(key, "")
		default:
			q[key] = posted
		}
	}
	for path, value := range t.tried.Assumed {
		q["assume-"+path] = rules.Posted(value)
	}
	if t.example > 0 {
		q.Set("try-example", strconv.Itoa(t.example))
	}
	return t.path + "?" + q.Encode()
}

// posted are the answers as they stand, by question.
func (t *trial) posted() map[string][]string {
	out := map[string][]string{}
	for _, q := range t.tried.Filled.Asked {
		if q.Kind != rules.KindFiles {
			out[q.Key] = q.Values
		}
	}
	for _, key := range t.tried.Carried {
		out[key] = t.in.Raw[key]
		if len(out[key]) == 0 {
			out[key] = t.tried.Begun[key]
		}
	}
	return out
}

// tryContacts finds contacts to try a form as.
func (a *App) tryContacts(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	if !isPartial(c) {
		return c.Redirect(views.TryAt(0)+"?"+c.Context().QueryArgs().String(), fiber.StatusSeeOther)
	}
	f, err := a.contactFinder(c, clean(c.Query(contactWords)), policy.Actor{Person: db.Person{Email: clean(c.Query("try-contact"))}})
	if err != nil {
		return err
	}
	return a.partial(c, f)
}

// tryAccounts finds accounts to fill in a form for, where there are too many to list them.
func (a *App) tryAccounts(c *fiber.Ctx, who policy.Actor) error {
	t, err := a.liveTrial(c, who)
	if err != nil {
		return err
	}
	if !isPartial(c) {
		return c.Redirect(views.TryAt(0)+"?"+c.Context().QueryArgs().String(), fiber.StatusSeeOther)
	}
	t.read()
	t.in.Typing = true
	if t.tried, err = a.Desk.Try(c.UserContext(), who, t.in); err != nil && !errors.As(err, &t.wrong) {
		return err
	}
	if t.tried.Form != nil && t.tried.Form.Case.Account == "" {
		f, err := a.accountFinder(c, clean(t.raw.Get(accountWords)), t.named())
		if err != nil {
			return err
		}
		return a.partial(c, t.finder(f))
	}
	f := t.filled()
	for _, q := range t.tried.Filled.Asked {
		if f.searched(q) {
			return a.partial(c, t.finder(f.finder(q, views.Question{})))
		}
	}
	return db.ErrNotFound
}
