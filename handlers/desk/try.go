package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Trial is a form as it would be filled in by a contact, at an account; nothing comes of it.
type Trial struct {
	Item    string
	Contact string // e-mail address; empty: nobody is known, and the contact's facts read like missing answers
	Account string // client number or name; empty: of the contact's accounts, or of some, the one that the form chooses
	Raw     map[string][]string
}

// Tried is a trial as far as it goes: the form as it then stands, and the facts that rules would see.
type Tried struct {
	Form   *rules.CompiledForm
	Filled rules.Filled
	Offers rules.Offers
	Facts  rules.Facts
}

// Try fills in a form without opening a case, for administrators who want to know what rules make of it. It is Invalid
// where there is no such contact or account; what is tried is there nonetheless, without them.
func (d *Desk) Try(ctx context.Context, who policy.Actor, in Trial) (Tried, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return Tried{}, err
	}
	now, err := d.live(ctx, d.DB)
	if err != nil {
		return Tried{}, err
	}
	item, known := now.Vocabulary.Item(in.Item)
	if !known || item.Form == nil {
		return Tried{}, db.ErrNotFound
	}
	t := &trying{desk: d, Trial: in, edition: now, wrong: Invalid{}}
	out := Tried{Form: item.Form}
	if err := errors.Join(t.findContact(ctx), t.findAccount(ctx, item.Form)); err != nil {
		return Tried{}, err
	}
	if out.Offers, err = t.offers(ctx); err != nil {
		return Tried{}, err
	}
	out.Filled = item.Form.Fill(in.Raw, out.Offers, rules.Refresh)
	if out.Facts, err = t.facts(ctx, out.Filled.Answers); err != nil {
		return Tried{}, err
	}
	if len(t.wrong) > 0 {
		return out, t.wrong
	}
	return out, nil
}

type trying struct {
	Trial
	desk     *Desk
	edition  *edition
	contact  policy.Actor // nobody if none is named
	accounts []db.Account // to choose from
	account  db.Account   // the chosen one; zero while there is none
	wrong    Invalid
}

func (t *trying) findContact(ctx context.Context) error {
	if t.Contact = strings.TrimSpace(t.Contact); t.Contact == "" {
		return nil
	}
	p, err := t.desk.DB.PersonByEmail(ctx, CleanText(t.Contact))
	if err == nil {
		var in db.SignedIn
		if in, err = t.desk.DB.Contact(ctx, p.ID); err == nil {
			t.contact = policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}
			t.accounts, err = t.desk.DB.AccountsWithin(ctx, t.desk.Judge.Accounts(t.contact, policy.Open))
		}
	}
	if errors.Is(err, db.ErrNotFound) {
		t.wrong["contact"] = Complaint{Code: "rules.try.no-contact"}
		return nil
	}
	return err
}

// triedAccounts is how many accounts are offered to choose from where nobody is named.
const triedAccounts = 100

func (t *trying) findAccount(ctx context.Context, form *rules.CompiledForm) error {
	if t.Account == "" && t.Contact == "" && form.Case.Account != "" {
		var err error
		if t.accounts, err = t.desk.DB.FirstAccounts(ctx, triedAccounts); err != nil {
			return err
		}
	}
	if name := CleanText(strings.TrimSpace(t.Account)); name != "" {
		list, err := t.desk.DB.AccountsCalled(ctx, name)
		switch {
		case err != nil:
			return err
		case len(list) == 0:
			t.wrong["account"] = Complaint{Code: "rules.try.no-account"}
		case len(list) > 1:
			t.wrong["account"] = Complaint{Code: "rules.try.many-accounts"}
		default:
			t.accounts = list
		}
	}
	number := form.ChosenAccount(t.Raw, options(t.accounts))
	if form.Case.Account == "" && len(t.accounts) > 0 {
		number = t.accounts[0].ClientNumber
		if t.contact.Home.ID != 0 && t.Account == "" {
			number = t.contact.Home.ClientNumber
		}
	}
	if i := slices.IndexFunc(t.accounts, func(a db.Account) bool { return a.ClientNumber == number }); i >= 0 {
		t.account = t.accounts[i]
	}
	return nil
}

// offers are what the account has. A form that asks for none offers all services that any account could have.
func (t *trying) offers(ctx context.Context) (rules.Offers, error) {
	has, err := t.desk.DB.AccountOffers(ctx, t.account.ID)
	if err != nil {
		return rules.Offers{}, err
	}
	o := has.Offers()
	if t.account.ID == 0 {
		for _, s := range t.edition.World.Services {
			o.Services = append(o.Services, rules.Option{Value: s.Name})
			o.Families[s.Name] = s.Family
		}
	}
	o.Accounts = options(t.accounts)
	if t.contact.Person.ID != 0 {
		o.Contact = map[string]string{"email": t.contact.Person.Email, "phone": t.contact.Person.Phone}
	}
	return o, nil
}

func (t *trying) facts(ctx context.Context, a rules.Answers) (rules.Facts, error) {
	var account rules.AccountFacts
	var contact rules.ContactFacts
	var now rules.NowFacts
	if t.account.ID != 0 {
		var err error
		if account, err = accountFacts(ctx, t.desk.DB, t.account); err != nil {
			return rules.Facts{}, err
		}
		calendar, err := t.desk.DB.ReadCalendar(ctx)
		if err != nil {
			return rules.Facts{}, err
		}
		now = calendar.Facts(t.desk.Clock(), t.account.Zone())
	}
	if t.contact.Person.ID != 0 {
		contact = contactFacts(t.contact.Person, t.contact.Grants)
	}
	return t.edition.Vocabulary.NewFacts(t.Item, a, account, contact, now), nil
}

func options(accounts []db.Account) []rules.Option {
	var out []rules.Option
	for _, a := range accounts {
		out = append(out, rules.Option{Value: a.ClientNumber, Label: rules.Text{"en": a.Name}})
	}
	return out
}
