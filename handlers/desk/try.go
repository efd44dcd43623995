package desk

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Trial is a form as it would be filled in by a contact, at an account, now or at some other time; nothing comes of it.
type Trial struct {
	Item    string // empty: that of the case
	Contact string // e-mail address, or Nobody; empty: the requester of the case, and without one nobody
	Account string // client number or name, where the answers choose none
	Case    string // number of a past case that is begun with: its facts as they were kept

	// Raw are answers as they are posted. With a case they come on top of its own; an empty one takes one of these back.
	Raw    map[string][]string
	Assume map[string][]string // facts of account, contact and time by path, given instead of those that are known

	Typing bool // words are still being typed by which an account is looked for
}

// Nobody is tried as the contact where none is to be known: what rules see of a contact then reads like missing answers.
const Nobody = "nobody"

// Tried is a trial as far as it goes: the form as it then stands, and the facts that rules would see.
type Tried struct {
	Item    string
	Form    *rules.CompiledForm
	Filled  rules.Filled
	Offers  rules.Offers
	Search  *AccountSearch // where there are too many accounts to list them; else nil
	Contact policy.Actor   // nobody where none is known
	Account db.FormAccount // zero where none is known
	Case    db.Case        // that it was begun with; zero without
	Begun   map[string][]string
	Carried []string       // keys of answers that count although the form does not offer them there
	Gone    rules.Answers  // of the case, which today's form does not ask any more
	Known   map[string]any // of account, contact and time, before anything was assumed
	Assumed map[string]any // facts that were given
	Facts   rules.Facts
	At      time.Time // when it would be opened
	edition *edition
}

// Promised is by when a first answer and a solution would be promised; zero where they would not be.
func (t Tried) Promised(d rules.Decision) (answer, solution time.Time) {
	if t.Account.ID == 0 {
		return time.Time{}, time.Time{}
	}
	kase := db.Case{Decision: d, Priority: db.Priority(d.Outcomes.Priority), CreatedAt: t.At}
	t.edition.promise(&kase, t.Account.Account)
	return kase.DueAt, kase.SolveBy
}

// Try fills in a form without opening a case, for administrators who want to know what rules make of it. It is Invalid
// where there is no such contact, account or case, or a fact can't be as it was assumed; what is tried is there
// nonetheless, without them. Looking at the case is for the caller to note.
func (d *Desk) Try(ctx context.Context, who policy.Actor, in Trial) (Tried, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return Tried{}, err
	}
	now, err := d.live(ctx, d.DB)
	if err != nil {
		return Tried{}, err
	}
	t := &trying{desk: d, Trial: in, wrong: Invalid{}, Tried: Tried{edition: now, At: d.Clock(), Assumed: map[string]any{}}}
	if err := t.findCase(ctx, who); err != nil {
		return Tried{}, err
	}
	item, known := now.Vocabulary.Item(t.Trial.Item)
	if !known || item.Form == nil {
		return Tried{}, db.ErrNotFound
	}
	t.Tried.Item, t.Form = item.Key, item.Form
	if err := t.findContact(ctx); err != nil {
		return Tried{}, err
	}
	if err := t.fill(ctx); err != nil {
		return Tried{}, err
	}
	t.reckon()
	if len(t.wrong) > 0 {
		return t.Tried, t.wrong
	}
	return t.Tried, nil
}

type trying struct {
	Trial
	Tried
	desk  *Desk
	wrong Invalid
}

// findCase finds the case that the trial begins with, within what may be seen, and puts its answers under those given.
func (t *trying) findCase(ctx context.Context, who policy.Actor) error {
	t.Raw = maps.Clone(t.Raw)
	if t.Raw == nil {
		t.Raw = map[string][]string{}
	}
	if t.Trial.Case = strings.TrimSpace(t.Trial.Case); t.Trial.Case == "" {
		return nil
	}
	err := db.ErrNotFound
	if n, ok := db.ParseNumber(strings.ToUpper(t.Trial.Case)); ok {
		t.Tried.Case, err = t.desk.DB.FindCase(ctx, t.desk.Judge.Scope(who, policy.See), n)
	}
	if errors.Is(err, db.ErrNotFound) {
		t.wrong["case"] = Complaint{Code: "try.no-case"}
		return nil
	} else if err != nil {
		return err
	}
	kase := t.Tried.Case
	t.At = kase.CreatedAt
	if t.Trial.Item == "" {
		t.Trial.Item = kase.Item
	}
	t.Begun = map[string][]string{}
	for key, value := range kase.Facts.Answers {
		t.Begun[key] = rules.Posted(value)
		if _, given := t.Raw[key]; !given {
			t.Raw[key] = t.Begun[key]
		}
	}
	return nil
}

func (t *trying) findContact(ctx context.Context) error {
	id := t.Tried.Case.RequesterID
	name := CleanText(t.Trial.Contact)
	switch {
	case name == Nobody || name == "" && id == 0:
		return nil
	case name != "":
		p, err := t.desk.DB.PersonByEmail(ctx, name)
		if errors.Is(err, db.ErrNotFound) {
			t.wrong["contact"] = Complaint{Code: "rules.try.no-contact"}
			return nil
		} else if err != nil {
			return err
		}
		id = p.ID
	}
	in, err := t.desk.DB.Contact(ctx, id)
	if errors.Is(err, db.ErrNotFound) { // staff; or gone since
		if name != "" {
			t.wrong["contact"] = Complaint{Code: "rules.try.no-contact"}
		}
		return nil
	}
	t.Tried.Contact = policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}
	return err
}

// fill fills in the form with what the account has; one that asks for no account offers all that any could have.
func (t *trying) fill(ctx context.Context) error {
	p := picking{desk: t.desk, requester: t.Tried.Contact, anybody: true, raw: t.Raw, typing: t.Typing, form: t.Form, within: db.AccountScope{All: true}}
	if t.Tried.Contact.Person.ID != 0 {
		p.within = t.desk.Judge.Accounts(t.Tried.Contact, policy.Open)
	}
	key := t.Form.Case.Account
	named, err := t.findAccount(ctx)
	if err != nil {
		return err
	}
	if named.ID != 0 { // whatever the contact may: it is asked what would be
		p.within.Accounts = append(slices.Clone(p.within.Accounts), named.ID)
		if key == "" {
			p.requester.Home = named
		} else if len(p.posted()) == 0 {
			p.raw[key] = []string{named.ClientNumber}
		}
	}
	if _, err := p.choose(ctx); err != nil {
		return err
	}
	if err := p.offer(ctx, true); err != nil {
		return err
	}
	t.Raw, t.Tried.Account, t.Search = p.raw, p.chosen, p.search
	o := p.chosen.Offers()
	if t.Tried.Account.ID == 0 {
		for _, s := range t.edition.World.Services {
			o.Services = append(o.Services, rules.Option{Value: s.Name})
			o.Families[s.Name] = s.Family
		}
	}
	o.IssueTypes, o.Accounts, o.MoreAccounts = t.edition.IssueTypes, p.offered, p.search != nil
	if c := t.Tried.Contact.Person; c.ID != 0 {
		o.Contact = map[string]string{"email": c.Email, "phone": c.Phone}
	}
	t.Offers = o
	t.Filled = t.Form.Fill(t.Raw, o, rules.Refresh)
	return nil
}

// findAccount finds the account that is named, or that of the case; it need not be one that the contact could choose.
func (t *trying) findAccount(ctx context.Context) (db.Account, error) {
	name := CleanText(t.Trial.Account)
	kept := name == "" && t.Tried.Case.ID != 0
	if kept {
		name = t.Tried.Case.Facts.Account.ClientNumber
	}
	if name == "" {
		return db.Account{}, nil
	}
	list, err := t.desk.DB.AccountsCalled(ctx, name)
	switch {
	case err != nil:
		return db.Account{}, err
	case len(list) == 1:
		return list[0], nil
	case !kept && len(list) == 0:
		t.wrong["account"] = Complaint{Code: "rules.try.no-account"}
	case !kept:
		t.wrong["account"] = Complaint{Code: "rules.try.many-accounts"}
	}
	return db.Account{}, nil
}

// reckon makes the facts. What is known of a case stays as it was kept, as long as contact, account and answers are its own.
func (t *trying) reckon() {
	v, kept := t.edition.Vocabulary, t.Tried.Case.Facts
	begun := t.Tried.Case.ID != 0
	var account rules.AccountFacts
	var contact rules.ContactFacts
	var now rules.NowFacts
	if t.Tried.Account.ID != 0 {
		account = accountFacts(t.Tried.Account)
		now = t.edition.Calendar.Facts(t.At, t.Tried.Account.Zone())
	}
	if t.Tried.Contact.Person.ID != 0 {
		contact = contactFacts(t.Tried.Contact.Person, t.Tried.Contact.Grants)
	}
	if begun {
		now = kept.Now
		if account.ClientNumber == kept.Account.ClientNumber || account.ClientNumber == "" && CleanText(t.Trial.Account) == "" {
			account = kept.Account
		}
		if CleanText(t.Trial.Contact) == "" || t.Tried.Contact.Person.ID == t.Tried.Case.RequesterID {
			contact = kept.Contact
		}
	}
	answers := t.answers(v)
	t.Facts = v.NewFacts(t.Tried.Item, answers, account, contact, now)
	if begun && t.Tried.Item == kept.Item && reflect.DeepEqual(answers, kept.Answers) {
		t.Facts.Type, t.Facts.Services, t.Facts.Families = kept.Type, kept.Services, kept.Families
	}
	t.Known = v.Known(t.Facts)
	t.assume(v)
	t.At = momentOf(t.At, t.Facts.Now, t.Tried.Account.Zone())
}

// answers are those of the form and, beside them, those given that would apply but that the form can't show: it does not
// offer them at this account, or they are a case's and nobody asks for them any more.
func (t *trying) answers(v *rules.Vocabulary) rules.Answers {
	beside := rules.Answers{}
	for key, posted := range t.Raw {
		if _, filled := t.Filled.Answers[key]; filled {
			continue
		}
		if value, ok := v.Given("answers."+key, posted); ok && value != nil {
			beside[key] = value
		}
	}
	all := v.Apply(t.Tried.Item, beside, t.Filled.Answers)
	for key := range all {
		if _, filled := t.Filled.Answers[key]; !filled && beside[key] != nil {
			t.Carried = append(t.Carried, key)
		}
	}
	slices.Sort(t.Carried)
	t.Gone = rules.Answers{}
	if !t.untouched() {
		return all
	}
	for key, value := range t.Tried.Case.Facts.Answers {
		if _, there := all[key]; !there {
			t.Gone[key] = value
		}
	}
	return t.Tried.Case.Facts.Answers // as they were kept
}

// untouched tells that the answers are still those that the case was opened with.
func (t *trying) untouched() bool {
	if t.Tried.Case.ID == 0 || t.Tried.Item != t.Tried.Case.Item {
		return false
	}
	for _, q := range t.Form.Questions {
		given, begun := t.Raw[q.Key], t.Begun[q.Key]
		if q.Kind == rules.KindTick && len(begun) == 1 && begun[0] == "no" {
			begun = nil
		}
		if q.Kind == rules.KindTick && len(given) > 0 && given[len(given)-1] == "no" {
			given = nil
		}
		if q.Kind != rules.KindFiles && !slices.Equal(said(given), said(begun)) {
			return false
		}
	}
	return true
}

// said are the posted values that say something.
func said(posted []string) []string {
	var out []string
	for _, s := range posted {
		if s = CleanText(s); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

func (t *trying) assume(v *rules.Vocabulary) {
	for path, posted := range t.Assume {
		value, ok := v.Given(path, posted)
		if ok && value == nil {
			continue
		}
		if n, isInt := value.(int); isInt && (n < 0 || path == "now.hour" && n > 23) {
			ok = false
		}
		if !ok || !rules.Assumable(path) || v.Assume(&t.Facts, map[string]any{path: value}) != nil {
			t.wrong["assume-"+path] = Complaint{Code: "try.pretend.wrong"}
			continue
		}
		t.Assumed[path] = value
	}
}

// momentOf is the next moment, from one on, that is at the hour and on the weekday of such facts; that one itself where it
// is, or where none are known.
func momentOf(at time.Time, now rules.NowFacts, zone *time.Location) time.Time {
	const week = 7 * 24
	for n := range week {
		next := at.Add(time.Duration(n) * time.Hour)
		if local := next.In(zone); local.Hour() == now.Hour && local.Weekday().String() == now.Weekday {
			return next
		}
	}
	return at
}
